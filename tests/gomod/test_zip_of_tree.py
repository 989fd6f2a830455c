"""The h1 of a module zip from a commit: against what the rules say, and against the go command itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import hash1
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.gomod.zip_of_tree import declared_path, module_folder, tag_prefix, tree_zip
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sources.git_tags import FetchedTag, TagWanted, fetch_tag, parse_place
from tests.support.git_repo import GitRepo
from tests.support.made_zip import MadeEntry, made_zip

ROOT = "example.com/m.git"
FILES = {
    "go.mod": f"module {ROOT}\n\ngo 1.22\n",
    "m.go": "package m\n\n// $Id$ $Format:%H$\n",
    "run.bat": "echo\n",
    "hidden.txt": "not in archives\n",
    ".gitattributes": "hidden.txt export-ignore\nm.go export-subst ident\n*.bat text eol=crlf\n",
    "LICENSE": "do what you like\n",
    "vendor/modules.txt": "# x\n",
    "vendor/x.example/x/x.go": "package x\n",
    "nested/go.mod": "module example.com/m.git/nested\n",
    "nested/n.go": "package nested\n",
    "sub/go.mod": f"module {ROOT}/sub\n",
    "sub/s.go": "package sub\n",
    "sub/v2/go.mod": f"module {ROOT}/sub/v2\n\ngo 1.24\n",
    "sub/v2/s.go": "package sub\n",
    "sub/v2/vendor/modules.txt": "# x\n",
    "own/go.mod": f"module {ROOT}/own\n",
    "own/LICENSE": "its own\n",
}
WHERE = {f"{ROOT}@v1.0.0": "", f"{ROOT}/sub@v1.0.0": "sub", f"{ROOT}/sub/v2@v2.0.0": "sub", f"{ROOT}/own@v1.1.0": "own"}


def module_of(name: str) -> ModuleVersion:
    path, _, version = name.rpartition("@")
    return ModuleVersion(path=path, version=version)


def expected(module: ModuleVersion, files: dict[str, str]) -> str:
    return hash1((f"{module}/{name}".encode(), sha256(text.encode()).digest()) for name, text in files.items())


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    made = GitRepo(tmp_path_factory.mktemp("zip") / "m.git")
    for name, text in FILES.items():
        path = made.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (made.folder / "link.go").symlink_to("m.go")
    (made.folder / "run.sh").write_text("#!/bin/sh\n")
    (made.folder / "run.sh").chmod(0o755)
    made.git("add", "--all")
    made.git("update-index", "--add", "--cacheinfo", f"160000,{'1f' * 20},module")
    made.git("commit", "--quiet", "--message", "a state")
    for name, subdir in WHERE.items():
        made.git("tag", tag_prefix(subdir) + name.rpartition("@")[2])
    return made


def zip_of(repo: GitRepo, name: str) -> str:
    module, subdir = module_of(name), WHERE[name]
    wanted = TagWanted(references=(f"refs/tags/{tag_prefix(subdir)}{module.version}",))
    with fetch_tag(parse_place(str(repo.folder)), wanted, os.environ) as fetched:
        assert fetched is not None
        return made_of(fetched, module, subdir)


def made_of(fetched: FetchedTag, module: ModuleVersion, subdir: str) -> str:
    folder = module_folder(module.path, subdir, lambda path: fetched.file(path, 1 << 20))
    with fetched.archive(folder) as file:
        return tree_zip(module, file, folder, fetched.file("LICENSE", 1 << 20)).h1


def test_a_module_in_the_root_is_made_of_what_belongs_to_it(repo: GitRepo) -> None:
    kept = {name: FILES[name] for name in ("go.mod", "hidden.txt", ".gitattributes", "LICENSE", "vendor/modules.txt")}
    blob = repo.git("rev-parse", "HEAD:m.go").strip()
    kept["m.go"] = FILES["m.go"].replace("$Id$", f"$Id: {blob} $")
    kept |= {"run.bat": "echo\r\n", "run.sh": "#!/bin/sh\n"}
    name = f"{ROOT}@v1.0.0"
    assert zip_of(repo, name) == expected(module_of(name), kept)


def test_a_module_in_a_folder_takes_the_licence_of_the_root_unless_it_has_one(repo: GitRepo) -> None:
    name = f"{ROOT}/sub@v1.0.0"
    kept = {"go.mod": FILES["sub/go.mod"], "s.go": FILES["sub/s.go"], "LICENSE": FILES["LICENSE"]}
    assert zip_of(repo, name) == expected(module_of(name), kept)
    name = f"{ROOT}/own@v1.1.0"
    kept = {"go.mod": FILES["own/go.mod"], "LICENSE": FILES["own/LICENSE"]}
    assert zip_of(repo, name) == expected(module_of(name), kept)


def test_a_major_version_may_have_a_folder_of_its_own(repo: GitRepo) -> None:
    name = f"{ROOT}/sub/v2@v2.0.0"
    kept = {"go.mod": FILES["sub/v2/go.mod"], "s.go": FILES["sub/v2/s.go"], "LICENSE": FILES["LICENSE"]}
    assert zip_of(repo, name) == expected(module_of(name), kept)


@pytest.mark.skipif(shutil.which("go") is None, reason="go is not installed")
def test_the_go_command_makes_the_same(repo: GitRepo, tmp_path: Path) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text(f'[url "file://{repo.folder}"]\n\tinsteadOf = https://{ROOT[:-4]}\n[safe]\n\tdirectory = *\n')
    environ = os.environ | {
        "GIT_CONFIG_GLOBAL": str(settings), "GIT_CONFIG_NOSYSTEM": "1", "GOPROXY": "direct", "GONOSUMDB": "*",
        "GOFLAGS": "-modcacherw", "GOMODCACHE": str(tmp_path / "mod"), "GOTOOLCHAIN": "local", "GOVCS": "*:git",
        "GOPRIVATE": "", "GOWORK": "off",
    }  # fmt: skip
    done = subprocess.run(
        ["go", "mod", "download", "-json", *WHERE], cwd=tmp_path, env=environ, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    decoder, text, said = json.JSONDecoder(), done.stdout.decode(), {}
    while text.strip():
        one, end = decoder.raw_decode(text.lstrip())
        text = text.lstrip()[end:]
        said[f"{one['Path']}@{one['Version']}"] = one["Sum"]
    assert said == {name: zip_of(repo, name) for name in WHERE}


@pytest.mark.parametrize(
    ("path", "subdir", "files", "folder"),
    [
        ("example.com/m", "", {}, ""),
        ("example.com/m", "", {"go.mod": "module example.com/m"}, ""),
        ("example.com/m/v2", "", {"go.mod": "module example.com/m/v2"}, ""),
        ("example.com/m/v2", "", {"v2/go.mod": "module example.com/m/v2"}, "v2"),
        ("example.com/m/v2", "", {"go.mod": "module example.com/m", "v2/go.mod": 'module "example.com/m/v2"'}, "v2"),
        ("example.com/m/v2", "", {"go.mod": "module example.com/m"}, None),
        ("example.com/m/v2", "", {}, None),
        ("example.com/m/a", "a", {"a/go.mod": "module example.com/m/a"}, "a"),
        ("example.com/m/a", "a", {}, None),
        ("example.com/m/a/v3", "a", {"a/v3/go.mod": "module other.example/v3"}, "a/v3"),
        ("example.com/m", "", {"go.mod": "module example.com/m/v2"}, None),
        ("example.com/m", "", {"go.mod": "// module x"}, None),
        ("gopkg.in/m.v2", "", {"go.mod": "module gopkg.in/m.v2"}, ""),
        ("gopkg.in/m.v2", "", {}, ""),
        ("gopkg.in/m.v1", "", {"go.mod": "module gopkg.in/m.v2"}, None),
        ("example.com/m", "", {"go.mod": "module gopkg.in/m.v1"}, ""),
    ],
)
def test_the_folder_is_where_a_go_mod_of_the_same_major_version_is(
    path: str, subdir: str, files: dict[str, str], folder: str | None
) -> None:
    def read(name: str) -> bytes | None:
        return files[name].encode() if name in files else None

    if folder is None:
        with pytest.raises(InputError):
            module_folder(path, subdir, read)
    else:
        assert module_folder(path, subdir, read) == folder


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("module a.example/b\n", "a.example/b"),
        ("// module x\n\tmodule\t`a.example/b` // why\r\n", "a.example/b"),
        ("modulea.example/b\nmodule \n", ""),
        ('module "a', ""),
        ("", ""),
    ],
)
def test_the_declared_path_is_what_go_mod_reads(text: str, path: str) -> None:
    assert declared_path(text.encode()) == path


def archive(*names: str, data: bytes = b"x") -> BytesAt:
    return BytesAt(made_zip([MadeEntry(name=name.encode(), data=data) for name in names]))


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("prefix/a", "prefix/A"), "case only"),
        (("prefix/a", "other/b"), "more than one folder"),
        (("prefix/a", "prefix/a"), "twice"),
        (("prefix/a:b",), "a:b|makes no zip"),
        (("prefix/GO.MOD",), "small letters"),
    ],
)
def test_what_the_go_command_refuses_has_no_hash(names: tuple[str, ...], why: str) -> None:
    with pytest.raises(InputError, match=why):
        tree_zip(module_of("example.com/m@v1.0.0"), archive(*names), "", None)


def test_a_file_is_too_large_by_what_it_declares() -> None:
    entry = MadeEntry(name=b"prefix/a", data=b"x", size=600 << 20)
    with pytest.raises(InputError, match="bytes"):
        tree_zip(module_of("example.com/m@v1.0.0"), BytesAt(made_zip([entry])), "", None)


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_message(data: bytes) -> None:
    with pytest.raises(InputError):
        tree_zip(module_of("example.com/m@v1.0.0"), BytesAt(data), "", None)
