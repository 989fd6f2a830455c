"""`verify vendor`: each file held against the zip of its module, wherever that zip has to come from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.verify_vendor import VendorRequest, VendorRun, verify_vendor
from supplymatrix.errors import InputError
from supplymatrix.model.on_disk import VendorState
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine
from tests.support.made_log import go_mod_text, module_of
from tests.support.vendored import MadeVendor, module_zip

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
FILES_A = {
    "LICENSE": "a licence\n",
    "a.go": 'package a\n\nimport _ "embed"\n\n//go:embed static\nvar text string\n',
    "a_test.go": "package a\n",
    "go.mod": "module example.com/a\n\ngo 1.22\n",
    "ignored.go": "//go:build ignore\n\npackage main\n",
    "other/o.go": "package other\n",
    "csrc/a.h": "int a;\n",
    "static/x.txt": "x\n",
}
FILES_B = {"LICENSE": "b licence\n", "b.go": "package b\n", "sub/sub.go": "package sub\n", "sub/NOTICE": "n\n"}
VENDORED = {
    "example.com/a/LICENSE": "a licence\n",
    "example.com/a/a.go": FILES_A["a.go"],
    "example.com/a/static/x.txt": "x\n",
    "example.com/b/LICENSE": "b licence\n",
    "example.com/b/sub/sub.go": "package sub\n",
    "example.com/b/sub/NOTICE": "n\n",
}
MODULES_TXT = """# example.com/a v1.0.0
## explicit; go 1.22
example.com/a
# example.com/b v1.2.0
## explicit
example.com/b/sub
"""


@pytest.fixture
def made(tmp_path: Path) -> MadeVendor:
    return MadeVendor(tmp_path / "svc", {A: FILES_A, B: FILES_B})


def cache_of(machine: Machine) -> Path:
    return machine.home / "go" / "pkg" / "mod"


def run(machine: Machine, path: Path, **options: Any) -> VendorRun:  # noqa: ANN401 - handed on
    return verify_vendor(VendorRequest(path=path, means=Means(environ=machine.environ, now=NOW, **options)))


def verify(
    machine: Machine,
    made: MadeVendor,
    *,
    change: Callable[[Path], object] | None = None,
    modules_txt: str | None = MODULES_TXT,
    server: LogServer | None = None,
    cached: bool = True,
    **options: Any,  # noqa: ANN401 - handed on
) -> VendorRun:
    """Verify the project, changed as told. server: None = one that tells the truth."""
    if cached:
        made.fill(cache_of(machine))
    with server or made.server() as at:
        folder = made.write(at.url, VENDORED, modules_txt, **options)
        machine.settings["GOPROXY"] = at.url
        if change is not None:
            change(made.vendor)
        return run(machine, folder)


def differences(found: VendorRun) -> list[tuple[str, str]]:
    return [(one.change.value, one.name) for module in found.modules for one in module.differences]


def states(found: VendorRun) -> list[VendorState]:
    return [module.state for module in found.modules]


def test_what_go_mod_vendor_copies_is_as_proven(machine: Machine, made: MadeVendor) -> None:
    found = verify(machine, made)
    assert (found.exit_code, states(found), differences(found)) == (0, [VendorState.EQUAL] * 2, [])
    assert [(module.files, module.is_proven, module.compared_with) for module in found.modules] == [
        (3, True, "the module cache"),
        (3, True, "the module cache"),
    ]
    assert found.tree is not None
    assert (found.tree.modules, found.tree.files, found.tree.inconsistencies) == (2, 6, ())
    assert found.modules[1].location.line == 4
    assert run(machine, made.vendor, offline=True).exit_code == 0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda vendor: (vendor / "example.com/a/a.go").write_bytes(b"packagf a\n"), ("changed", "example.com/a/a.go")),
        (lambda vendor: (vendor / "example.com/a/evil.go").touch(), ("extra", "example.com/a/evil.go")),
        (lambda vendor: (vendor / "example.com/a/LICENSE").unlink(), ("missing", "example.com/a/LICENSE")),
        (lambda vendor: (vendor / "example.com/b/LICENSE").unlink(), ("missing", "example.com/b/LICENSE")),
        (lambda vendor: (vendor / "example.com/a/static/x.txt").unlink(), ("missing", "example.com/a/static/x.txt")),
        (lambda vendor: (vendor / "example.com/a/static/y").touch(), ("extra", "example.com/a/static/y")),
        (lambda vendor: os.mkfifo(vendor / "example.com/a/pipe"), ("extra", "example.com/a/pipe")),
    ],
    ids=["a byte", "a file more", "a file less", "a licence above", "an embedded file", "one more to embed", "a pipe"],
)
def test_a_file_that_is_not_as_proven_is_an_alarm(
    machine: Machine, made: MadeVendor, change: Callable[[Path], object], expected: tuple[str, str]
) -> None:
    found = verify(machine, made, change=change)
    assert (found.exit_code, differences(found)) == (4, [expected])
    assert [state for state in states(found) if state is not VendorState.EQUAL] == [VendorState.DIFFERS]


def test_the_place_of_the_first_difference_is_told(machine: Machine, made: MadeVendor) -> None:
    def change(vendor: Path) -> None:
        (vendor / "example.com/b/sub/sub.go").write_bytes(b"package sub\r\n")
        (vendor / "example.com/a/a.go").write_text(FILES_A["a.go"].replace("var", "vas"))

    details = [module.differences[0].detail for module in verify(machine, made, change=change).modules]
    assert details == ["first differs at byte 50, line 6", "it differs only in its line ends"]


@pytest.mark.parametrize(
    "name", ["evil.example/x/x.go", "example.com/a/evil/e.go", "README", "example.com/b/b.go", "example.com/b/x.h"]
)
def test_a_file_that_no_listed_package_explains_is_a_finding(machine: Machine, made: MadeVendor, name: str) -> None:
    def change(vendor: Path) -> None:
        (vendor / name).parent.mkdir(parents=True, exist_ok=True)
        (vendor / name).write_text("package b\n")

    found = verify(machine, made, change=change)
    assert found.tree is not None
    assert (found.exit_code, [one.name for one in found.tree.unexplained], differences(found)) == (1, [name], [])


def test_a_link_is_not_followed(machine: Machine, made: MadeVendor) -> None:
    def change(vendor: Path) -> None:
        file = vendor / "example.com/a/a.go"
        file.rename(vendor.parent / "same.go")
        file.symlink_to(vendor.parent / "same.go")
        (vendor / "away").symlink_to(vendor.parent)

    found = verify(machine, made, change=change)
    assert (found.exit_code, differences(found)) == (4, [("changed", "example.com/a/a.go")])
    assert found.tree is not None
    assert [(one.name, one.detail) for one in found.tree.unexplained] == [("away", "it is a symbolic link")]


def test_headers_that_were_copied_by_hand_are_the_modules_own(machine: Machine, made: MadeVendor) -> None:
    def change(vendor: Path) -> None:
        (vendor / "example.com/a/csrc").mkdir()
        (vendor / "example.com/a/csrc/a.h").write_text("int a;\n")
        (vendor / "example.com/a/a_test.go").write_text("package a\n")

    found = verify(machine, made, change=change)
    assert (found.exit_code, found.beyond) == (0, 2)

    def edit(vendor: Path) -> None:
        (vendor / "example.com/a/csrc/a.h").write_text("int b;\n")

    found = verify(machine, made, change=edit)
    assert (found.exit_code, differences(found)) == (4, [("changed", "example.com/a/csrc/a.h")])


def test_a_module_that_is_listed_and_absent_is_told(machine: Machine, made: MadeVendor) -> None:
    def change(vendor: Path) -> None:
        for name in VENDORED:
            if name.startswith("example.com/b/"):
                (vendor / name).unlink()

    found = verify(machine, made, change=change)
    assert (found.exit_code, states(found)) == (1, [VendorState.EQUAL, VendorState.ABSENT])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("## explicit\nexample.com/b", "example.com/b", "it does not have it as explicit"),
        ("example.com/b v1.2.0", "example.com/b v1.1.0", "go.sum has no line of its zip"),
        ("example.com/b/sub\n", "example.com/b/sub\nexample.com/a\n", "it lists the package example.com/a under"),
        ("example.com/a\n#", "example.com/a\nexample.net/x\n#", "which cannot have it"),
    ],
)
def test_a_list_that_does_not_fit_is_told(machine: Machine, made: MadeVendor, old: str, new: str, told: str) -> None:
    found = verify(machine, made, modules_txt=MODULES_TXT.replace(old, new))
    assert found.tree is not None
    assert any(told in clause for clause in found.tree.inconsistencies), found.tree.inconsistencies
    assert found.exit_code in (1, 3)


def test_without_a_list_nothing_is_explained(machine: Machine, made: MadeVendor) -> None:
    found = verify(machine, made, modules_txt=None)
    assert found.tree is not None
    assert (found.exit_code, found.tree.unexplained_total, len(found.tree.inconsistencies)) == (1, 6, 1)


def test_a_clean_machine_takes_zips_from_the_proxy(machine: Machine, made: MadeVendor, tmp_path: Path) -> None:
    passing = tmp_path / "passing"
    passing.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(passing))
        found = verify(machine, made, cached=False)
    assert (found.exit_code, states(found)) == (0, [VendorState.EQUAL] * 2)
    assert all(module.compared_with.startswith("http://127.0.0.1") for module in found.modules)
    assert not list(passing.iterdir())


def test_a_proxy_that_lies_is_an_alarm_that_names_it(machine: Machine, made: MadeVendor) -> None:
    lies = {**made.zips, A: module_zip(A, {**FILES_A, "a.go": "package evil\n"})}
    found = verify(machine, made, cached=False, server=made.server(lies))
    assert (found.exit_code, states(found)) == (4, [VendorState.UNCHECKED, VendorState.EQUAL])
    assert len(found.alarms) == 1
    assert "http://127.0.0.1" in found.alarms[0]
    assert A in found.alarms[0]


@pytest.mark.parametrize("data", [module_zip(A, {"a.go": "package evil\n"}), b"no zip"], ids=["other", "none"])
def test_a_zip_of_the_cache_that_is_another_one_is_told_and_not_used(
    machine: Machine, made: MadeVendor, data: bytes
) -> None:
    made.fill(cache_of(machine), {A: data, B: made.zips[B]})
    found = verify(machine, made, cached=False)
    assert (found.exit_code, states(found)) == (4, [VendorState.EQUAL] * 2)
    assert found.modules[0].compared_with.startswith("http://127.0.0.1")
    assert [str(cache_of(machine)) in alarm for alarm in found.alarms] == [True]


def test_a_module_that_nobody_has_is_a_gap(machine: Machine, made: MadeVendor) -> None:
    found = verify(machine, made, cached=False, server=made.server({B: made.zips[B]}))
    assert (found.exit_code, states(found)) == (3, [VendorState.UNCHECKED, VendorState.EQUAL])
    assert [gap.subject for gap in found.gaps] == [A]


def test_offline_each_module_without_a_zip_is_a_gap(machine: Machine, made: MadeVendor) -> None:
    verify(machine, made)  # keeps what the log says
    for name in made.names:
        (cache_of(machine) / "cache/download" / module_of(name).path / "@v" / f"{module_of(name).version}.zip").unlink()
    found = run(machine, made.folder, offline=True)
    assert (found.exit_code, [gap.subject for gap in found.gaps]) == (3, [A, B])


def test_a_declared_private_module_is_vouched_for_by_go_sum_and_never_asked_for(
    machine: Machine, made: MadeVendor
) -> None:
    server = made.server()
    found = verify(machine, made, server=server, private=["example.com/a"])
    assert (found.exit_code, [module.is_proven for module in found.modules]) == (0, [False, True])
    made.fill(cache_of(machine), {A: b"no zip"})
    server = made.server()
    assert verify(machine, made, server=server, cached=False, private=["example.com/a"]).exit_code == 4
    assert not [path for path in server.paths if "example.com/a" in path]


def test_a_module_that_the_log_does_not_have_is_a_finding(machine: Machine, made: MadeVendor) -> None:
    other = MadeVendor(made.folder, {B: FILES_B})
    made.fill(cache_of(machine))
    found = verify(machine, made, server=other.server(), cached=False)
    assert (found.exit_code, states(found)) == (1, [VendorState.EQUAL] * 2)
    assert [module.is_proven for module in found.modules] == [False, True]


def test_a_go_sum_line_that_differs_from_the_log_is_an_alarm(machine: Machine, made: MadeVendor) -> None:
    wrong = made.log.go_sum(A, B).replace("h1:", "h1:AAAA", 1)
    found = verify(machine, made, go_sum=wrong[: wrong.index("h1:") + 47] + "=" + wrong[wrong.index("\n") :])
    assert found.exit_code == 4
    assert found.alarms[0].startswith("go.sum has ")


def test_a_replaced_module_is_held_against_what_replaces_it(machine: Machine, made: MadeVendor) -> None:
    go_mod = go_mod_text(["example.com/b@v1.2.0", "old.example/a@v0.1.0"])
    go_mod += "replace old.example/a => example.com/a v1.0.0\n"
    text = MODULES_TXT.replace("# example.com/a v1.0.0", "# old.example/a v0.1.0 => example.com/a v1.0.0")
    text = text.replace("\nexample.com/a\n", "\nold.example/a\n") + "# old.example/a => example.com/a v1.0.0\n"

    def change(vendor: Path) -> None:
        (vendor / "old.example").mkdir()
        (vendor / "example.com/a").rename(vendor / "old.example/a")

    found = verify(machine, made, modules_txt=text, go_mod=go_mod, change=change)
    assert (found.exit_code, states(found)) == (0, [VendorState.EQUAL] * 2)
    assert str(found.modules[1].effective) == A


def test_a_module_from_a_folder_is_said_apart(machine: Machine, made: MadeVendor) -> None:
    go_mod = go_mod_text([A, B]) + "replace example.com/a => ./lib\n"
    text = MODULES_TXT.replace("# example.com/a v1.0.0", "# example.com/a v1.0.0 => ./lib")
    text += "# example.com/a => ./lib\n"

    def change(vendor: Path) -> None:
        for name in ("LICENSE", "a.go", "go.mod", "static/x.txt", "other/o.go"):
            (vendor.parent / "lib" / name).parent.mkdir(parents=True, exist_ok=True)
            (vendor.parent / "lib" / name).write_text(FILES_A[name])

    found = verify(machine, made, modules_txt=text, go_mod=go_mod, change=change)
    assert (found.exit_code, states(found)) == (1, [VendorState.LOCAL, VendorState.EQUAL])
    assert (found.modules[0].compared_with, found.modules[0].files, found.modules[0].differing) == (
        "the folder ./lib", 3, 0,
    )  # fmt: skip
    assert found.tree is not None
    assert found.tree.inconsistencies == ()
    (made.vendor / "example.com/a/LICENSE").unlink()
    (made.vendor / "example.com/a/static/x.txt").write_text("evil\n")
    found = run(machine, made.folder, offline=True)
    assert (found.exit_code, differences(found)) == (
        1, [("missing", "example.com/a/LICENSE"), ("changed", "example.com/a/static/x.txt")],
    )  # fmt: skip
    shutil.rmtree(made.folder / "lib")
    found = run(machine, made.folder, offline=True)
    assert (found.exit_code, states(found)) == (3, [VendorState.UNCHECKED, VendorState.EQUAL])
    assert "the folder ./lib, which replaces it, cannot be read" in found.gaps[0].reason


@pytest.mark.parametrize(
    ("mark", "code", "told"),
    [
        ("## explicit; go 1.25", 4, "it says go 1.25, and the module's go.mod has go 1.22"),
        ("## explicit", 4, "it has no go mark, and the module's go.mod has go 1.22"),
        ("## explicit; go 1.22.0", 1, "it says go 1.22.0, and the module's go.mod has go 1.22"),
        ("## explicit; go 1.22; lang 1.25", 1, "its line 2 is none that the go command writes"),
    ],
)
def test_a_go_mark_that_is_not_the_modules_own_is_told(
    machine: Machine, made: MadeVendor, mark: str, code: int, told: str
) -> None:
    found = verify(machine, made, modules_txt=MODULES_TXT.replace("## explicit; go 1.22", mark))
    assert found.exit_code == code
    assert found.tree is not None
    details = [one.detail for module in found.modules for one in module.differences]
    assert told in " ".join([*details, *found.tree.inconsistencies])
    assert [name for _, name in differences(found)] == (["modules.txt"] if code == 4 else [])


def test_below_go_1_17_no_mark_is_written(machine: Machine, made: MadeVendor) -> None:
    old = go_mod_text([A, B]).replace("go 1.22", "go 1.16")
    files = {"example.com/a/go.mod": FILES_A["go.mod"]}
    bare = MODULES_TXT.replace("; go 1.22", "")
    made.fill(cache_of(machine))
    with made.server() as at:
        folder = made.write(at.url, {**VENDORED, **files}, bare, go_mod=old)
        assert run(machine, folder).exit_code == 0
        (made.vendor / "modules.txt").write_text(MODULES_TXT)
        assert run(machine, folder).exit_code == 4


OLDER = "example.com/b@v1.1.0"


@pytest.mark.parametrize("go", ["1.16", "1.22"])
def test_a_version_below_the_selected_one_is_a_finding(machine: Machine, tmp_path: Path, go: str) -> None:
    """All files are those of the older version, and go.sum has both; only a's own go.mod asks for the newer one."""
    files_a = {**FILES_A, "go.mod": "module example.com/a\n\nrequire example.com/b v1.2.0\n"}
    made = MadeVendor(tmp_path / "svc", {A: files_a, B: FILES_B, OLDER: FILES_B})
    made.fill(cache_of(machine))
    text = f"# example.com/a v1.0.0\n## explicit\nexample.com/a\n# {OLDER.replace('@', ' ')}\nexample.com/b/sub\n"
    files = {**VENDORED, **({"example.com/a/go.mod": files_a["go.mod"]} if go == "1.16" else {})}
    with made.server() as at:
        folder = made.write(at.url, files, text, go_mod=go_mod_text([A]).replace("go 1.22", f"go {go}"))
        found = run(machine, folder)
    assert found.tree is not None
    assert (found.exit_code, states(found)) == (1, [VendorState.EQUAL] * 2)
    assert f"it has packages of {OLDER}, and {A} requires v1.2.0" in found.tree.inconsistencies


def test_a_member_of_a_workspace_that_asks_for_a_newer_version_is_heard(machine: Machine, tmp_path: Path) -> None:
    made = MadeVendor(tmp_path / "work" / "svc", {B: FILES_B, OLDER: FILES_B})
    made.fill(cache_of(machine))
    work = tmp_path / "work"
    text = "## workspace\n" + "".join(f"# {name.replace('@', ' ')}\n## explicit\n" for name in (B, OLDER))
    text += "example.com/b/sub\n"
    with made.server() as server:
        folder = made.write(
            server.url,
            {name: data for name, data in VENDORED.items() if "/b/" in name},
            text,
            go_mod=go_mod_text([OLDER]),
        )
        (folder / "vendor").rename(work / "vendor")
        (folder / "lift.toml").rename(work / "lift.toml")
        (work / "two").mkdir()
        (work / "two" / "go.mod").write_text("module svc.example/two\n\ngo 1.22\n\nrequire example.com/b v1.2.0\n")
        (work / "go.work").write_text("go 1.22\n\nuse ./svc\nuse ./two\n")
        found = run(machine, work)
    assert found.tree is not None
    assert found.exit_code == 1
    told = f"it has packages of {OLDER}, and the go.mod of svc.example/two requires v1.2.0"
    assert found.tree.inconsistencies == (told,)


def test_a_module_at_two_versions_is_proven_at_none(machine: Machine, tmp_path: Path) -> None:
    made = MadeVendor(tmp_path / "svc", {A: FILES_A, B: FILES_B, OLDER: FILES_B})
    text = f"{MODULES_TXT}# {OLDER.replace('@', ' ')}\nexample.com/b/sub\n"
    found = verify(machine, made, modules_txt=text, go_mod=go_mod_text([A, B]))
    assert (found.exit_code, states(found)) == (3, [VendorState.EQUAL, VendorState.UNCHECKED, VendorState.UNCHECKED])


def test_a_package_in_a_folder_that_is_a_link_is_an_alarm(machine: Machine, made: MadeVendor) -> None:
    def change(vendor: Path) -> None:
        (vendor / "example.com/b").rename(vendor.parent / "elsewhere")
        (vendor / "example.com/b").symlink_to(vendor.parent / "elsewhere")

    found = verify(machine, made, change=change)
    assert (found.exit_code, differences(found)) == (4, [("changed", "example.com/b")])
    assert states(found) == [VendorState.EQUAL, VendorState.DIFFERS]


def test_the_current_folder_may_be_vendor(machine: Machine, made: MadeVendor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verify(machine, made).exit_code == 0
    monkeypatch.chdir(made.vendor)
    assert run(machine, Path(), offline=True).exit_code == 0


def test_what_goflags_says_of_vendor_is_told(machine: Machine, made: MadeVendor) -> None:
    assert not [note for note in verify(machine, made).notes if "vendor/" in note]
    machine.settings["GOFLAGS"] = "-mod=mod"
    found = run(machine, made.folder, offline=True)
    told = "a build does not take its packages from vendor/ unless it is told to: GOFLAGS has -mod=mod"
    assert (found.exit_code, told in found.notes) == (0, True)


def test_the_log_is_asked_for_no_module_that_is_not_there(machine: Machine, made: MadeVendor) -> None:
    server = made.server()
    text = MODULES_TXT + "".join(
        f"# absent.example/m{number} v1.0.0\nabsent.example/m{number}\n" for number in range(9)
    )
    found = verify(machine, made, modules_txt=text, server=server)
    assert (found.exit_code, states(found).count(VendorState.ABSENT)) == (1, 9)
    assert not [path for path in server.paths if "absent.example" in path]


@pytest.mark.parametrize("direct", ["", ",direct"])
def test_a_proxy_that_is_a_folder_is_asked_offline_too(
    machine: Machine, made: MadeVendor, tmp_path: Path, direct: str
) -> None:
    verify(machine, made)  # keeps what the log says
    made.fill(tmp_path / "shelf")
    shutil.rmtree(cache_of(machine) / "cache")
    machine.settings["GOPROXY"] = (tmp_path / "shelf" / "cache" / "download").as_uri() + direct
    found = run(machine, made.folder, offline=True)
    assert found.exit_code == (3 if direct else 0)
    assert states(found) == [VendorState.UNCHECKED if direct else VendorState.EQUAL] * 2


def test_the_vendor_folder_of_a_workspace_is_verified_as_one(machine: Machine, tmp_path: Path) -> None:
    made = MadeVendor(tmp_path / "work" / "svc", {A: FILES_A, B: FILES_B})
    made.fill(cache_of(machine))
    work = tmp_path / "work"
    with made.server() as server:
        folder = made.write(server.url, VENDORED, "## workspace\n" + MODULES_TXT)
        (folder / "vendor").rename(work / "vendor")
        (folder / "lift.toml").rename(work / "lift.toml")
        (work / "go.work").write_text("go 1.22\n\nuse ./svc\n")
        found = run(machine, work)
        assert (found.exit_code, states(found)) == (0, [VendorState.EQUAL] * 2)
        (work / "vendor/example.com/a/a.go").write_text("package evil\n")
        assert run(machine, work / "go.work").exit_code == 4


def test_a_project_without_vendor_has_nothing_to_check(machine: Machine, made: MadeVendor) -> None:
    found = verify(machine, made, modules_txt=None, change=lambda vendor: vendor.rename(vendor.parent / "other"))
    assert (found.exit_code, found.tree) == (5, None)
    assert "there is no vendor/" in found.notes[0]


def test_a_path_with_several_vendor_folders_is_refused(machine: Machine, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "all" / name / "vendor").mkdir(parents=True)
        (tmp_path / "all" / name / "go.mod").write_text(f"module example.com/{name}\n")
    with pytest.raises(InputError, match="several vendor/ folders"):
        run(machine, tmp_path / "all")
