"""Tags fetched alone: what is read of them, and what a repository of somebody else cannot do."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from threading import Timer

import pytest

from supplymatrix.errors import InputError, SourceError, TransportError
from supplymatrix.sources.git_run import Halt, why_unsafe
from supplymatrix.sources.git_tags import FetchedTag, StalledError, TagWanted, fetch_tag, full_commit, parse_place
from tests.support.git_repo import GitRepo
from tests.support.git_server import GitServer
from tests.support.log_server import LogServer, Reply
from tests.support.signed_git import signed_tag, write_object

TAG = "refs/tags/v1.0.0"
PATH = {"PATH": os.environ.get("PATH", "")}


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "m.git")
    made.commit({"a.txt": "old\n"})
    made.commit({"a.txt": "new\n", "sub/b.txt": "b\n"})
    made.git("tag", "light")
    signed_tag(made, "v1.0.0", None)
    return made


def told(url: str, *references: str, **options: object) -> tuple[str, str, str, bytes | None] | None:
    wanted = TagWanted(references=references or (TAG,))
    with fetch_tag(parse_place(url), wanted, PATH, **options) as fetched:  # type: ignore[arg-type]
        if fetched is None:
            return None
        return fetched.reference, fetched.object_kind, fetched.commit, fetched.file("a.txt", 100)


def test_a_tag_is_fetched_from_a_folder_without_touching_it(repo: GitRepo) -> None:
    before = sorted(path.as_posix() for path in repo.folder.rglob("*"))
    head = repo.git("rev-parse", "HEAD").strip()
    assert told(str(repo.folder)) == (TAG, "tag", head, b"new\n")
    assert told(f"file://{repo.folder}", "refs/tags/light") == ("refs/tags/light", "commit", head, b"new\n")
    assert sorted(path.as_posix() for path in repo.folder.rglob("*")) == before


def test_the_first_tag_that_is_there_counts_and_none_is_none(repo: GitRepo) -> None:
    found = told(str(repo.folder), "refs/tags/sub/v1.0.0", "refs/tags/light", TAG)
    assert found is not None
    assert found[0] == "refs/tags/light"
    assert told(str(repo.folder), "refs/tags/v9.9.9") is None


def test_a_commit_is_fetched_by_its_whole_id(repo: GitRepo) -> None:
    head = repo.git("rev-parse", "HEAD").strip()
    place = parse_place(str(repo.folder))
    assert full_commit(place, head[:12], PATH) == head
    assert full_commit(place, "0" * 12, PATH) == ""
    with fetch_tag(place, TagWanted(commit=head), PATH) as fetched:
        assert fetched is not None
        assert (fetched.reference, fetched.commit, fetched.object_kind) == ("", head, "commit")
    with fetch_tag(place, TagWanted(commit="1f" * 20), PATH) as fetched:
        assert fetched is None


def test_objects_and_files_are_read_within_limits(repo: GitRepo) -> None:
    with fetch_tag(parse_place(str(repo.folder)), TagWanted(references=(TAG,)), PATH) as fetched:
        assert isinstance(fetched, FetchedTag)
        data = fetched.read_object("tag", fetched.object_name, 10_000)
        assert data is not None
        assert data.startswith(b"object ")
        assert fetched.read_object("tag", fetched.object_name, 10) is None
        assert fetched.read_object("tag", fetched.commit, 10_000) is None
        assert (fetched.file("a.txt", 2), fetched.file("none", 100), fetched.file("sub", 100)) == (None, None, None)
        with fetched.archive("sub") as file:
            assert b"prefix/sub/b.txt" in file.read_at(0, file.size)
            assert b"a.txt" not in file.read_at(0, file.size)
        with pytest.raises(SourceError, match="did not match"), fetched.archive("nowhere"):
            pass


def test_nothing_of_the_repository_is_run(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit({".gitattributes": "*.txt filter=x export-ignore\n", "a.txt": "kept\n"})
    repo.git("update-ref", "refs/tags/v2.0.0", "HEAD")
    mark = tmp_path / "was-run"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    program.chmod(0o755)
    hooks = repo.folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("reference-transaction", "post-checkout", "pre-auto-gc", "post-index-change", "fsmonitor"):
        shutil.copy(program, hooks / name)
    for key in (
        "core.fsmonitor", "uploadpack.packObjectsHook", "core.alternateRefsCommand", "filter.x.smudge",
        "core.sshCommand", "diff.external", "core.pager", "core.askPass", "gpg.program",
    ):  # fmt: skip
        repo.git("config", key, str(program))
    with fetch_tag(parse_place(str(repo.folder)), TagWanted(references=("refs/tags/v2.0.0",)), PATH) as fetched:
        assert fetched is not None
        with fetched.archive("") as file:
            assert b"prefix/a.txt" in file.read_at(0, file.size)
    assert not mark.exists()


def test_settings_and_attributes_of_the_user_do_not_change_the_archive(repo: GitRepo, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".config" / "git" / "attributes").write_text("*.txt text eol=crlf\n")
    (home / ".gitconfig").write_text("[core]\n\teol = crlf\n\tautocrlf = true\n")
    archives = []
    for environ in (PATH, PATH | {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}):
        with fetch_tag(parse_place(str(repo.folder)), TagWanted(references=(TAG,)), environ) as fetched:
            assert fetched is not None
            with fetched.archive("") as file:
                archives.append(file.read_at(0, file.size))
    assert archives[0] == archives[1]


def test_variables_of_git_are_kept_from_it(repo: GitRepo, tmp_path: Path) -> None:
    wrong = {
        "GIT_DIR": "/nowhere", "GIT_OBJECT_DIRECTORY": "/nowhere", "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": str(tmp_path), "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_ALLOW_PROTOCOL": "ext", "GIT_SSH_COMMAND": "/nowhere", "GIT_EXEC_PATH": "/nowhere",
    }  # fmt: skip
    with fetch_tag(parse_place(str(repo.folder)), TagWanted(references=(TAG,)), PATH | wrong) as fetched:
        assert fetched is not None
        assert fetched.commit


def test_a_repository_of_sha_256_is_read(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "m.git")
    shutil.rmtree(repo.folder / ".git")
    repo.git("init", "--quiet", "--initial-branch=main", "--object-format=sha256")
    head = repo.commit({"a.txt": "a\n"})
    signed_tag(repo, "v1.0.0", None)
    assert told(str(repo.folder)) == (TAG, "tag", head, b"a\n")
    assert len(head) == 64


def test_a_shallow_clone_gives_its_tag(repo: GitRepo, tmp_path: Path) -> None:
    clone = GitRepo(tmp_path / "clone")
    clone.git(
        "-c", "protocol.file.allow=always", "fetch", "--quiet", "--depth=1", f"file://{repo.folder}", f"{TAG}:{TAG}"
    )
    found = told(str(clone.folder))
    assert found is not None
    assert found[3] == b"new\n"


def test_a_tag_is_fetched_over_http(repo: GitRepo) -> None:
    with GitServer(repo.folder.parent) as server:
        found = told(f"{server.url}/m.git")
        assert found is not None
        assert found[3] == b"new\n"
        with pytest.raises(TransportError) as caught:
            told(f"{server.url}/none.git")
    assert caught.value.outage
    assert "--repository" in caught.value.remedy


def test_a_server_that_wants_a_password_is_not_asked_twice_and_nobody_is_asked_for_one() -> None:
    with LogServer({}) as server:
        server.always(Reply(status=401, body=b"", headers={"WWW-Authenticate": 'Basic realm="x"'}))
        with pytest.raises(TransportError, match=r"could not read|terminal prompts disabled|Authentication"):
            told(f"{server.url}/m.git")


def test_a_server_that_says_nothing_is_left_after_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from supplymatrix.sources import git_tags

    monkeypatch.setattr(git_tags, "_ASK_SECONDS", 0.3)
    with LogServer({}) as server:
        server.always(Reply(mode="stall"))
        with pytest.raises(StalledError, match="did not end within"):
            told(f"{server.url}/m.git")


def test_a_repository_that_is_too_large_is_given_up(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    from supplymatrix.sources import git_tags

    repo.commit({"large.bin": os.urandom(300_000).hex()})
    repo.git("update-ref", TAG, "HEAD")
    monkeypatch.setattr(git_tags, "ZIP_LIMIT", 100_000)
    with fetch_tag(parse_place(str(repo.folder)), TagWanted(references=(TAG,)), PATH) as fetched:
        assert fetched is not None
        with pytest.raises(SourceError, match=r"larger than|more than"), fetched.archive(""):
            pass


def test_a_tree_that_unfolds_without_end_is_not_packed(repo: GitRepo) -> None:
    def tree(lines: str) -> str:
        return write_object(repo, "tree", b"".join(_entry(line) for line in lines.splitlines()))

    def _entry(line: str) -> bytes:
        mode, name, id_ = line.split()
        return f"{mode} {name}\0".encode() + bytes.fromhex(id_)

    blob = write_object(repo, "blob", b"x")
    held = tree("".join(f"100644 f{number} {blob}\n" for number in range(10)))
    for _ in range(8):
        held = tree("".join(f"40000 d{number} {held}\n" for number in range(10)))
    commit = write_object(repo, "commit", f"tree {held}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx".encode())
    repo.git("update-ref", TAG, commit)
    with fetch_tag(parse_place(str(repo.folder)), TagWanted(references=(TAG,)), PATH) as fetched:
        assert fetched is not None
        with pytest.raises(SourceError, match="as a list it is larger than"), fetched.archive(""):
            pass


def fake_git(folder: Path, version: str) -> dict[str, str]:
    """Return an environment whose git has this version, and keeps the names of its variables and finds nothing."""
    folder.mkdir()
    program = folder / "git"
    program.write_text(f"""#!/bin/sh
case "$*" in *--version) echo "git version {version}"; exit;; esac
/usr/bin/env > "{folder}/env"
exit 1
""")
    program.chmod(0o755)
    return {"PATH": str(folder)}


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ("2.39.5", True), ("2.39.3", False), ("2.34.1", False), ("2.43.4", True), ("2.43.0", False), ("2.45.1", True),
        ("2.45.0", False), ("2.46.0.rc1", True), ("2.39.5 (Apple Git-154)", True), ("3.0", True), ("1.46.9", False),
        ("2.GIT", False),
    ],
)  # fmt: skip
def test_a_git_that_runs_what_a_folder_says_is_not_let_at_it(tmp_path: Path, version: str, is_safe: bool) -> None:
    environ = fake_git(tmp_path / "bin", version)
    place = parse_place(str(tmp_path))
    if is_safe:
        assert full_commit(place, "ab" * 6, environ) == ""
        assert "GIT_ALLOW_PROTOCOL" not in (tmp_path / "bin" / "env").read_text()  # nothing is fetched lazily
        return
    for ask in (lambda: full_commit(place, "ab" * 6, environ), lambda: _fetch_from(str(tmp_path), environ)):
        with pytest.raises(SourceError, match="is needed"):
            ask()


def _fetch_from(url: str, environ: dict[str, str]) -> None:
    with fetch_tag(parse_place(url), TagWanted(references=(TAG,)), environ):
        pass


def test_a_file_is_no_repository_with_commits() -> None:
    assert full_commit(parse_place("file:///etc/passwd"), "ab" * 6, PATH) == ""


def test_a_full_disk_is_told(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    why_unsafe(PATH["PATH"])
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(SourceError, match="No space left"):
        _fetch_from(str(repo.folder), PATH)


def test_nothing_is_run_after_the_end(repo: GitRepo) -> None:
    place, wanted = parse_place(str(repo.folder)), TagWanted(references=(TAG,))
    stopped = Halt()
    stopped.stop()
    for halt, why in ((stopped, "interrupted"), (Halt(0.0), "are over")):
        with pytest.raises(TransportError, match=why), fetch_tag(place, wanted, PATH, halt=halt):
            pass


def test_a_run_ends_when_it_is_told_to() -> None:
    with LogServer({}) as server:
        server.always(Reply(mode="stall"))
        halt = Halt()
        Timer(0.3, halt.stop).start()
        fetching = fetch_tag(parse_place(f"{server.url}/m.git"), TagWanted(references=(TAG,)), PATH, halt=halt)
        with pytest.raises(TransportError, match="interrupted") as caught, fetching:
            pass
    assert not isinstance(caught.value, StalledError)


@pytest.mark.parametrize(
    ("text", "protocol", "shown"),
    [
        ("https://github.com/org/name", "https", "https://github.com/org/name"),
        ("https://user:secret@host.example/m", "https", "https://host.example/m"),
        ("ssh://git@host.example/m", "ssh", "ssh://host.example/m"),
        ("git+ssh://git@host.example/m", "ssh", "git+ssh://host.example/m"),
        ("git@host.example:org/m.git", "ssh", "host.example:org/m.git"),
        ("https://tok@host.example/x@y/z", "https", "https://host.example/x@y/z"),
        ("https://host.example/x@y/z", "https", "https://host.example/x@y/z"),
        ("https://tok@host.example?a@b", "https", "https://host.example?a@b"),
        ("n" * 300, "", ""),
        ("ext::sh -c id", "", ""),
        ("-u./x", "", ""),
        ("https://-host/x", "", ""),
        ("host.example:-x", "", ""),
        ("", "", ""),
        ("/nowhere/at/all", "", ""),
    ],
)
def test_a_place_is_an_address_or_a_folder_and_never_an_option(text: str, protocol: str, shown: str) -> None:
    if not protocol:
        with pytest.raises(InputError, match="no repository"):
            parse_place(text)
    else:
        place = parse_place(text)
        assert (place.protocol, place.shown) == (protocol, shown)


@pytest.mark.parametrize(
    "wanted",
    [
        TagWanted(references=("refs/tags/v1*",)), TagWanted(references=("refs/heads/main",)),
        TagWanted(references=("refs/tags/a b",)), TagWanted(commit="HEAD"), TagWanted(commit="1f" * 6), TagWanted(),
        TagWanted(references=(TAG, "--upload-pack=x")),
    ],
)  # fmt: skip
def test_what_is_neither_tag_nor_id_is_not_asked_for(repo: GitRepo, wanted: TagWanted) -> None:
    with pytest.raises(InputError), fetch_tag(parse_place(str(repo.folder)), wanted, PATH):
        pass


def test_without_git_it_is_said(repo: GitRepo, tmp_path: Path) -> None:
    fetching = fetch_tag(parse_place(str(repo.folder)), TagWanted(references=(TAG,)), {"PATH": str(tmp_path)})
    with pytest.raises(SourceError, match="git was not found"), fetching:
        pass
