"""The module cache of a project, held against the log: what `go mod verify` does not see, and what cannot be said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.events import Progress
from supplymatrix.engine.means import Means
from supplymatrix.engine.verify_cache import CacheRequest, verify_cache
from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.cache_run import CacheRun
from supplymatrix.model.fact import CopyKind, CopyState, SumKind
from supplymatrix.model.log_word import LogWordKind
from supplymatrix.sources.folder import hash_folder
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine
from tests.support.made_go import MadeGo
from tests.support.made_log import made_hash, module_of, write_project
from tests.support.module_cache import go_mod_hash
from tests.support.module_copies import FILES, A, B, CopiesGround, packed

GONE = "example.com/gone@v1.0.0"


@pytest.fixture
def ground(tmp_path: Path) -> CopiesGround:
    return CopiesGround(tmp_path)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def verify(ground: CopiesGround, machine: Machine, project: Path | None = None, **more: Any) -> CacheRun:  # noqa: ANN401
    trust = more.pop("trust_mtime", False)
    means = Means(environ=machine.environ, now=NOW, **{"replay": ground.recording, **more})
    path = project or ground.write_project()
    return verify_cache(CacheRequest(path=path, means=means, trust_mtime=trust))


def differing(run: CacheRun) -> list[tuple[str, str]]:
    return [(str(copy.subject), copy.kind.value) for copy in run.differing]


def test_a_cache_as_the_log_proves_it_passes(ground: CopiesGround, machine: Machine) -> None:
    events: list[object] = []
    means = Means(environ=machine.environ, now=NOW, replay=ground.recording)
    run = verify_cache(CacheRequest(path=ground.write_project(), means=means), events.append)
    assert (run.exit_code, run.gaps, run.absent, run.sums, run.unproven) == (0, (), (), (), ())
    assert [copy.state for copy in run.copies] == [CopyState.EQUAL] * 8
    assert (run.modules, run.log, run.tree_size, run.cache) == (2, "log.example", 7, str(ground.cache))
    assert Progress(stage="copies", done=2, total=2) in events


def test_a_changed_line_of_go_sum_is_found_though_the_cache_is_good(ground: CopiesGround, machine: Machine) -> None:
    go_sum = ground.log.go_sum(A, B).replace(ground.hashes[A], made_hash("x@v1"))
    run = verify(ground, machine, ground.write_project(go_sum=go_sum))
    assert (run.exit_code, differing(run)) == (4, [])
    (line,) = run.sums
    assert (line.subject, line.kind, line.hash) == (module_of(A), SumKind.ZIP, made_hash("x@v1"))
    assert (line.logged_hash, Path(line.location.artifact).name) == (ground.hashes[A], "go.sum")


def test_without_a_go_sum_the_log_is_asked_all_the_same(ground: CopiesGround, machine: Machine) -> None:
    project = ground.write_project()
    (project / "go.sum").unlink()
    run = verify(ground, machine, project)
    assert (run.exit_code, run.has_go_sum, run.gaps) == (1, False, ())
    assert {copy.state for copy in run.copies} == {CopyState.EQUAL}
    (ground.folder(A) / "a.go").write_bytes(b"package evil\n")
    assert differing(verify(ground, machine, project)) == [(A, "folder")]


def test_a_cover_up_of_folder_hash_file_and_go_sum_is_found(ground: CopiesGround, machine: Machine) -> None:
    (ground.folder(A) / "a.go").write_bytes(b"package evil\n")
    evil = hash_folder(ground.folder(A), f"{A}/")
    ground.file(A, ".zip").unlink()
    ground.file(A, ".ziphash").write_text(evil)
    project = ground.write_project(go_sum=ground.log.go_sum(A, B).replace(ground.hashes[A], evil))
    run = verify(ground, machine, project)
    assert run.exit_code == 4
    assert differing(run) == [(A, "folder"), (A, "ziphash")]
    assert [line.hash for line in run.sums] == [evil]


@pytest.mark.parametrize("sends", ["what is proven", "something else", "nothing"])
def test_a_zip_is_fetched_to_name_the_files_that_differ(ground: CopiesGround, machine: Machine, sends: str) -> None:
    (ground.folder(A) / "a.go").write_bytes(b"package evil\n")
    proxy = ground.root / "proxy"
    place = proxy / "example.com" / "!up" / "a" / "@v" / "v1.0.0.zip"
    place.parent.mkdir(parents=True)
    ground.file(A, ".zip").rename(place)
    if sends == "something else":
        place.write_bytes(ground.file(B, ".zip").read_bytes())
    elif sends == "nothing":
        place.unlink()
    machine.settings["GOPROXY"] = proxy.as_uri()
    with LogServer(ground.log.answers()) as server:
        project = write_project(ground.root / "svc", ground.log, server.url, [A, B])
        run = verify(ground, machine, project, replay=None)
        offline = verify(ground, machine, project, replay=None, offline=True)
        hidden = write_project(project, ground.log, server.url, [A, B], private=("example.com/Up/*",))
        assert verify(ground, machine, hidden, replay=None).differing[0].differences == ()
    (copy,) = run.differing
    assert run.exit_code == offline.exit_code == 4
    assert offline.differing[0].differences == ()
    assert [file.name for file in copy.differences] == (["a.go"] if sends == "what is proven" else [])
    assert (copy.differing, copy.logged_hash) == (len(copy.differences), ground.hashes[A])


def test_another_zip_with_all_that_vouches_for_it_is_found(ground: CopiesGround, machine: Machine) -> None:
    evil = packed(A, {**FILES, "a.go": b"package evil\n"})
    ground.file(A, ".zip").write_bytes(evil)
    (ground.folder(A) / "a.go").write_bytes(b"package evil\n")
    h1 = hash_zip(BytesAt(evil))
    ground.file(A, ".ziphash").write_text(h1)
    run = verify(ground, machine, ground.write_project(go_sum=ground.log.go_sum(A, B).replace(ground.hashes[A], h1)))
    assert differing(run) == [(A, "zip"), (A, "folder"), (A, "ziphash")]


def _change_byte(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("at", [0, 30, 200, -30, -4])
def test_a_changed_byte_of_a_zip_is_never_equal_unless_no_file_changed(
    ground: CopiesGround, machine: Machine, at: int
) -> None:
    path = ground.file(A, ".zip")
    _change_byte(path, at)
    run = verify(ground, machine)
    try:
        same = hash_zip(BytesAt(path.read_bytes())) == ground.hashes[A]
    except InputError:
        same = False
    zips = [copy.state for copy in run.copies if copy.kind is CopyKind.ZIP and copy.subject == module_of(A)]
    assert zips == [CopyState.EQUAL if same else CopyState.DIFFERS]


def test_one_changed_byte_of_a_file_is_found_and_named(ground: CopiesGround, machine: Machine) -> None:
    _change_byte(ground.folder(B) / "testdata" / "large.bin", 500_000)
    run = verify(ground, machine)
    (copy,) = run.differing
    (file,) = copy.differences
    assert (file.name, file.change.value, file.detail) == (
        "testdata/large.bin", "changed", "first differs at byte 500,001",
    )  # fmt: skip


def test_a_go_mod_of_which_the_graph_alone_is_made_is_checked(ground: CopiesGround, machine: Machine) -> None:
    go_sum = ground.log.go_sum(A) + ground.log.go_sum(B).split("\n")[1] + "\n"
    project = ground.write_project(A, go_sum=go_sum)
    run = verify(ground, machine, project)
    assert (run.exit_code, run.modules, run.go_mods) == (0, 1, 1)
    ground.file(B, ".mod").write_bytes(b"module evil\n")
    run = verify(ground, machine, project)
    assert (run.exit_code, differing(run)) == (4, [(B, "go.mod")])


def test_what_was_never_fetched_is_no_fault(ground: CopiesGround, machine: Machine) -> None:
    for name in (A, B):
        ground.file(name, ".zip").unlink()
        ground.folder(name).rename(ground.root / name.replace("/", "_"))
    run = verify(ground, machine)
    assert (run.exit_code, run.absent) == (0, (module_of(A), module_of(B)))  # there are the go.mod files
    for name in (A, B):
        ground.file(name, ".mod").unlink()
        ground.file(name, ".ziphash").unlink()
    run = verify(ground, machine)
    assert run.copies == ()
    assert run.exit_code == 3  # without its go.mod files nobody knows the build list
    assert "2 go.mod files could not be had" in run.gaps[0].reason


def test_nothing_to_check_has_a_code_of_its_own(ground: CopiesGround, machine: Machine) -> None:
    project = ground.write_project(go_sum="")
    (project / "go.mod").write_text("module svc.example/app\n\ngo 1.22\n")
    assert verify(ground, machine, project).exit_code == 5


def test_a_declared_private_module_is_held_against_go_sum_alone(ground: CopiesGround, machine: Machine) -> None:
    project = ground.write_project(private=("example.com/Up/*",))
    run = verify(ground, machine, project)
    (module,) = run.unproven
    assert (run.exit_code, module.kind, module.is_declared, module.by_go_sum) == (0, LogWordKind.PRIVATE, True, True)
    (ground.folder(A) / "a.go").write_bytes(b"package evil\n")
    assert differing(verify(ground, machine, project)) == [(A, "folder")]


def test_a_private_module_without_a_line_in_go_sum_is_a_gap(ground: CopiesGround, machine: Machine) -> None:
    project = ground.write_project(go_sum=ground.log.go_sum(B), private=("example.com/Up/*",))
    run = verify(ground, machine, project)
    assert run.exit_code == 3
    assert "go.sum has no line of its zip" in run.gaps[0].reason
    assert [copy for copy in run.copies if copy.subject == module_of(A)] == []


def test_a_name_that_is_withheld_by_the_machine_is_a_gap(ground: CopiesGround, machine: Machine) -> None:
    machine.settings["GOPRIVATE"] = "example.com/b"
    run = verify(ground, machine)
    assert run.exit_code == 3
    assert [gap.subject for gap in run.gaps] == [B]


def test_a_module_that_the_log_does_not_have_is_a_finding(ground: CopiesGround, machine: Machine) -> None:
    go_mod = "module example.com/gone\n"
    data = packed(GONE, {"go.mod": go_mod.encode()})
    ground.file(GONE, ".mod").parent.mkdir(parents=True)
    ground.file(GONE, ".mod").write_text(go_mod)
    ground.file(GONE, ".zip").write_bytes(data)
    lines = f"example.com/gone v1.0.0 {hash_zip(BytesAt(data))}\nexample.com/gone v1.0.0/go.mod {go_mod_hash(go_mod)}\n"
    with LogServer(ground.log.answers()) as server:
        project = write_project(
            ground.root / "svc", ground.log, server.url, [A, GONE], go_sum=ground.log.go_sum(A) + lines
        )
        run = verify(ground, machine, project, replay=None)
        assert (run.exit_code, differing(run), run.gaps) == (1, [], ())
        (module,) = run.unproven
        assert (str(module.subject), module.kind, module.by_go_sum) == (GONE, LogWordKind.NOT_LOGGED, True)
        ground.file(GONE, ".zip").write_bytes(packed(GONE, {"go.mod": b"module evil\n"}))
        assert verify(ground, machine, project, replay=None).exit_code == 4


def test_a_record_that_does_not_hold_is_an_alarm(ground: CopiesGround, machine: Machine) -> None:
    recorded = ground.recording
    (found,) = (recorded / "http" / "lookup").rglob("b@v1.2.0")
    found.write_bytes(found.read_bytes().replace(b"example.com/b v1.2.0 h1:", b"example.com/b v1.2.0 h1:AAAA", 1))
    means = Means(environ=machine.environ, now=NOW, replay=recorded)
    run = verify_cache(CacheRequest(path=ground.write_project(), means=means))
    assert (run.exit_code, [module.kind for module in run.unproven]) == (4, [LogWordKind.BROKEN])


def test_a_policy_of_another_member_keeps_its_names_too(ground: CopiesGround, machine: Machine) -> None:
    for name, needs, private in (("one", A, ()), ("two", B, ("example.com/b",))):
        folder = write_project(ground.root / "ws" / name, ground.log, "", [needs], private=private)
        text = (folder / "go.mod").read_text()
        (folder / "go.mod").write_text(text.replace("svc.example/app", f"svc.example/{name}"))
    (ground.root / "ws" / "go.work").write_text("go 1.22\n\nuse (\n\t./one\n\t./two\n)\n")
    run = verify(ground, machine, ground.root / "ws" / "go.work")
    assert run.exit_code == 0
    assert [(str(module.subject), module.is_declared) for module in run.unproven] == [(B, True)]


def test_a_module_from_a_folder_has_nothing_that_could_be_proven(ground: CopiesGround, machine: Machine) -> None:
    project = ground.write_project(A)
    (project / "fork").mkdir()
    (project / "fork" / "go.mod").write_text("module example.com/Up/a\n")
    with (project / "go.mod").open("a") as file:
        file.write(f"\nreplace {A.partition('@')[0]} => ./fork\n")
    (project / "go.sum").write_text("")
    run = verify(ground, machine, project)
    assert (run.local, run.modules, run.copies) == (("example.com/Up/a",), 0, ())


def test_trusted_times_spare_the_reading_and_nothing_else(ground: CopiesGround, machine: Machine) -> None:
    assert verify(ground, machine, trust_mtime=True).remembered == 0
    run = verify(ground, machine, trust_mtime=True)
    assert run.exit_code == 0
    assert verify(ground, machine).remembered == 0
    (ground.folder(A) / "a.go").write_bytes(b"package evil\n")
    assert verify(ground, machine, trust_mtime=True).exit_code == 4


def test_an_unreadable_copy_is_a_gap(ground: CopiesGround, machine: Machine) -> None:
    path = ground.file(A, ".zip")
    path.unlink()
    path.symlink_to(ground.root / "gone")
    run = verify(ground, machine)
    assert run.exit_code == 3
    assert [gap.subject for gap in run.gaps] == [A]


def test_a_path_that_is_no_project_is_refused(ground: CopiesGround, machine: Machine) -> None:
    with pytest.raises(InputError):
        verify(ground, machine, ground.root / "nowhere")


def test_a_required_module_without_its_line_is_a_finding(ground: CopiesGround, machine: Machine) -> None:
    go_sum = "".join(
        f"{line}\n" for line in ground.log.go_sum(A, B).splitlines() if not line.startswith("example.com/b v1.2.0 ")
    )
    run = verify(ground, machine, ground.write_project(go_sum=go_sum))
    assert (run.exit_code, run.unlisted, run.has_go_sum) == (1, (module_of(B),), True)
    assert [copy.state for copy in run.copies] == [CopyState.EQUAL] * 8


def test_a_workspace_that_gowork_names_counts(ground: CopiesGround, machine: Machine) -> None:
    project = ground.write_project(A)
    other = ground.root / "other"
    other.mkdir()
    (other / "go.mod").write_text(f"module svc.example/other\n\ngo 1.22\n\nrequire {B.replace('@', ' ')}\n")
    work = ground.root / "odd.work"
    work.write_text("go 1.22\n\nuse (\n\t./svc\n\t./other\n)\n")
    (ground.root / "odd.work.sum").write_text(ground.log.go_sum(B))
    assert project.name == "svc"
    assert verify(ground, machine, project).modules == 1
    (ground.root / "goenv").write_text(f"GOWORK={work}\n")
    for name, text, modules in (
        ("GOENV", str(ground.root / "goenv"), 2),
        ("GOWORK", "off", 1),
        ("GOWORK", str(work), 2),
    ):
        machine.settings = {**machine.settings, name: text}
        assert (name, text, verify(ground, machine, project).modules) == (name, text, modules)
    machine.settings["GOWORK"] = "odd.work"
    with pytest.raises(InputError, match="GOWORK is no absolute path"):
        verify(ground, machine, project)


@pytest.mark.parametrize(
    "place",
    [
        "golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64/VERSION",
        "cache/download/golang.org/toolchain/@v/v0.0.1-go1.26.8.linux-amd64.zip",
    ],
)
def test_a_toolchain_in_the_cache_is_said_to_be_for_another_command(
    ground: CopiesGround, machine: Machine, place: str
) -> None:
    assert verify(ground, machine).notes == ()
    (ground.cache / place).parent.mkdir(parents=True)
    (ground.cache / place).write_bytes(b"")
    assert "verify goroot" in verify(ground, machine).notes[0]


def test_the_module_cache_is_no_project(ground: CopiesGround, machine: Machine) -> None:
    for path in (ground.cache, ground.cache / "cache", ground.cache / "cache" / "download"):
        with pytest.raises(InputError, match="this is the module cache; PATH is a project"):
            verify(ground, machine, path)


def test_a_folder_that_was_not_unpacked_to_its_end_is_not_remembered(ground: CopiesGround, machine: Machine) -> None:
    verify(ground, machine, trust_mtime=True)
    ground.file(A, ".partial").write_bytes(b"")
    run = verify(ground, machine, trust_mtime=True)
    assert [(gap.subject, "go mod download" in gap.remedy) for gap in run.gaps] == [(A, True)]
    assert run.exit_code == 3


def test_the_cryptographic_module_of_go_in_the_cache_is_looked_at(
    ground: CopiesGround, machine: Machine, tmp_path: Path
) -> None:
    go = MadeGo.with_fips()
    file = go.unpack_fips(ground.cache)
    run = verify(ground, machine)
    assert (run.exit_code, "fips140@v1.0.0-abc was not looked at" in " ".join(run.notes)) == (0, True)
    machine.settings["PATH"] = str(go.unpack(tmp_path / "go") / "bin")
    run = verify(ground, machine)
    assert (run.exit_code, len(run.copies), run.notes) == (0, 9, ())
    file.write_text("package evil\n")
    run = verify(ground, machine)
    assert (run.exit_code, differing(run)) == (4, [("golang.org/fips140@v1.0.0-abc", "folder")])
