"""Programs against a log of our own: what is proven, what differs, and what nobody can say is told as that."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.verify_binary import BinaryRequest, BinaryRun, verify_binaries
from supplymatrix.errors import InputError
from supplymatrix.model.program import ProgramModuleState, ProgramState
from tests.gomod.made_programs import function_table, header, made_elf
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine
from tests.support.made_builds import built, dep
from tests.support.made_images import Layout, made_tar
from tests.support.made_log import MadeLog, made_hash, write_project, write_recording

A, B, C = "code.example/a@v1.0.0", "code.example/b@v1.2.0", "code.example/c@v0.3.0"
HIDDEN = "corp.example/secret@v0.1.0"
TOOLCHAIN = "golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64"


class _World:
    """A machine, a log with A, B, C and a toolchain, and a folder with the policy that pins it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.machine = Machine(folder)
        self.log = MadeLog.of(A, B, C, TOOLCHAIN, filler=20)
        self.recorded = write_recording(folder / "recorded", self.log.answers())
        self.policy()

    def policy(self, *private: str) -> None:
        text = f'[sources]\nsumdb = "{self.log.key.verifier}"\nprivate = {list(private)!r}\n'
        (self.folder / "lift.toml").write_text(text)

    def file(self, data: bytes, name: str = "app") -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def verify(self, *paths: Path | bytes, project: Path | None = None, **means: Any) -> BinaryRun:  # noqa: ANN401
        files = tuple(self.file(path) if isinstance(path, bytes) else path for path in paths)
        given = {"replay": self.recorded, **means}
        request = BinaryRequest(
            paths=files, means=Means(environ=self.machine.environ, now=NOW, **given), project=project
        )
        return verify_binaries(request)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _World:
    monkeypatch.chdir(tmp_path)
    return _World(tmp_path)


def _states(run: BinaryRun) -> dict[str, str]:
    return {str(module.subject): module.state.value for module in run.modules}


def test_modules_with_the_hashes_of_the_log_are_proven(world: _World) -> None:
    run = world.verify(built(A, B))
    assert _states(run) == {A: "proven", B: "proven"}
    assert (run.exit_code, run.gaps, run.tree_size) == (0, (), world.log.size)
    first = run.modules[0]
    assert first.logged_hash == first.sum == made_hash(A)
    assert first.record_id == world.log.names.index(A)
    assert run.programs[0].go_is_logged is True


def test_a_changed_hash_in_a_program_is_an_alarm(world: _World) -> None:
    data = built(A, B)
    text = made_hash(B).encode()
    at = data.index(text) + 9
    changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    run = world.verify(changed)
    assert _states(run) == {A: "proven", B: "differs"}
    assert run.exit_code == 4
    assert made_hash(B) in run.modules[1].reason


def test_another_version_under_the_hash_of_this_one_is_an_alarm(world: _World) -> None:
    assert world.verify(built(dep(A, sum_=made_hash(B)))).exit_code == 4


def test_what_the_log_does_not_have_is_told(world: _World) -> None:
    run = world.verify(built(A, "code.example/none@v1.0.0"))
    assert _states(run)["code.example/none@v1.0.0"] == "not-in-log"
    assert run.exit_code == 1


@pytest.mark.parametrize("name", ["nodot@v1.0.0", "code.example/a@v2.0.0", "code.example/a@banana", "../up@v1.0.0"])
def test_a_module_that_no_log_can_have_is_not_asked_for(name: str, world: _World) -> None:
    run = world.verify(built(dep(name, sum_=made_hash(A))))
    assert set(_states(run).values()) == {"not-in-log"}
    assert run.modules[0].reason.startswith("no log can have it")
    assert run.exit_code == 1


def test_a_module_without_a_hash_is_not_proven(world: _World) -> None:
    run = world.verify(built(A, dep(B, sum_=""), dep("x.example/x@v1.0.0", by=C.replace("@", " "))))
    assert _states(run) == {A: "proven", B: "no-sum", C: "no-sum"}
    assert run.modules[2].original == "x.example/x@v1.0.0"
    assert "nothing says that these are its files" in run.modules[1].reason
    assert run.exit_code == 1


def test_a_hash_of_an_unknown_kind_is_no_proof(world: _World) -> None:
    assert _states(world.verify(built(dep(A, sum_="h9:abc")))) == {A: "no-sum"}


def test_a_replacement_is_held_against_the_log_under_its_own_name(world: _World) -> None:
    run = world.verify(built(dep("x.example/x@v1.0.0", by=C.replace("@", " "), by_sum=made_hash(C))))
    assert _states(run) == {C: "proven"}
    assert run.modules[0].original == "x.example/x@v1.0.0"
    assert run.exit_code == 0


@pytest.mark.parametrize("place", ["./lib (devel)", "/abs/lib ", "../up (devel)", "C:\\lib (devel)"])
def test_a_folder_in_the_place_of_a_module_is_told(place: str, world: _World) -> None:
    run = world.verify(built(dep(A, by=place)))
    (module,) = run.modules
    assert (module.state, module.subject.path) == (ProgramModuleState.LOCAL, place.partition(" ")[0])
    assert run.exit_code == 1


def test_a_module_of_the_same_workspace_is_a_folder(world: _World) -> None:
    assert set(_states(world.verify(built(dep("code.example/near@(devel)", sum_="")))).values()) == {"local"}


def test_the_main_module_is_held_against_the_log_where_it_has_a_hash(world: _World) -> None:
    run = world.verify(built(B, main=f"code.example/a\tv1.0.0\t{made_hash(A)}"))
    assert _states(run) == {A: "proven", B: "proven"}
    assert world.verify(built(main=f"code.example/a\tv1.0.0\t{made_hash(B)}")).exit_code == 4


def test_private_names_are_never_sent(world: _World) -> None:
    world.policy("corp.example")
    with LogServer(world.log.answers()) as server:
        text = f'[sources]\nsumdb = "{world.log.key.verifier} {server.url}"\nprivate = ["corp.example"]\n'
        (world.folder / "lift.toml").write_text(text)
        run = world.verify(built(A, HIDDEN), replay=None)
        assert not any("corp" in path for path in server.paths)
    assert _states(run) == {A: "proven", HIDDEN: "private"}
    assert (run.exit_code, run.gaps) == (0, ())
    (world.folder / "lift.toml").unlink()


def test_a_name_that_the_environment_withholds_is_a_gap(world: _World) -> None:
    world.machine.settings["GOPRIVATE"] = "corp.example"
    run = world.verify(built(A, HIDDEN))
    assert (run.exit_code, [gap.subject for gap in run.gaps]) == (3, [HIDDEN])


def test_without_a_network_nothing_is_proven(world: _World) -> None:
    run = world.verify(built(A, B), replay=None, offline=True)
    assert set(_states(run).values()) == {"unchecked"}
    assert [gap.subject for gap in run.gaps] == [A, B]
    assert (run.exit_code, run.tree_size) == (3, 0)
    assert run.programs[0].go_is_logged is None


def test_a_broken_proof_is_an_alarm(world: _World) -> None:
    other = world.log.with_record(A, world.log.records[world.log.names.index(B)])
    recorded = write_recording(world.folder / "lies", {**world.log.answers(), **_lookup_of(other, A)})
    run = world.verify(built(A, B), replay=recorded)
    assert (_states(run)[A], run.exit_code) == ("bad-proof", 4)


def _lookup_of(log: MadeLog, name: str) -> dict[str, bytes]:
    answers = log.answers()
    path = next(path for path in answers if name.partition("@")[0] in path)
    return {path: answers[path].partition(b"\n\n")[0] + b"\n\n" + MadeLog.of(A, B, C, TOOLCHAIN, filler=20).head()}


@pytest.mark.parametrize(
    ("go", "release", "is_logged", "code"),
    [
        ("go1.99.0", "1.99.0", False, 1), ("go1.99.0-1 Red Hat", "1.99.0", False, 1),
        ("go1.26.8 X:nodwarf5", "1.26.8", True, 0), ("go1.26.8-1 Red Hat", "1.26.8", True, 0),
        ("go1.99rc1", "1.99rc1", None, 0), ("devel go1.27-abc", "", None, 0), ("devel x", "", None, 0),
    ],
)  # fmt: skip
def test_a_release_of_go_that_the_log_does_not_have_is_a_finding(
    go: str, release: str, is_logged: bool | None, code: int, world: _World
) -> None:
    run = world.verify(built(A, go=go))
    (program,) = run.programs
    assert (program.go_release, program.go_is_logged, run.exit_code) == (release, is_logged, code)


def _with_functions(*deps: str, names: tuple[str, ...], main: str = "mod\tsvc.example/app\t(devel)\t\n") -> bytes:
    """Return a program with a table of functions."""
    lines = "".join(dep(text) for text in deps)
    info = header("go1.26.8", f"path\tsvc.example/app\n{main}{lines}build\tCGO_ENABLED=0\n")
    info = info.ljust(len(info) + -len(info) % 64, b"\0")
    table = function_table("runtime.main", "main.main", *names)
    return made_elf(info + table, sections=[(".go.buildinfo", 0, len(info)), (".gopclntab", len(info), len(table))])


def test_packages_that_no_module_explains_are_a_finding(world: _World) -> None:
    own = ("svc.example/app/x.F", "vendor/golang.org/x/net/idna.F", "net/http.Get", "code.example/a/sub.F")
    names = (*own, "code.example/b/c.F", "code.example/ab.F")
    run = world.verify(_with_functions(A, names=own))
    assert (run.programs[0].unnamed, run.exit_code) == ((), 0)
    run = world.verify(_with_functions(A, names=names))
    assert (run.programs[0].unnamed, run.exit_code) == (("code.example/ab", "code.example/b/c"), 1)
    run = world.verify(_with_functions(names=names, main=""))
    assert "svc.example/app/x" in run.programs[0].unnamed
    assert run.exit_code == 1


def test_a_program_that_contradicts_itself_is_a_finding(world: _World) -> None:
    run = world.verify(built(A, settings={"GOARCH": "arm64"}))
    assert run.programs[0].disputes == ("its settings say GOARCH=arm64, its header amd64",)
    assert run.exit_code == 1


@pytest.mark.parametrize(
    ("settings", "main"),
    [
        ({"vcs.modified": "true"}, "svc.example/app\tv1.0.0\t"),
        ({"CGO_ENABLED": "0"}, "svc.example/app\tv1.0.0+dirty\t"),
        ({"-ldflags": "-X main.token=hunter2hunter2hunter2"}, "svc.example/app\tv1.0.0\t"),
    ],
)
def test_dirty_trees_and_secrets_are_findings(settings: dict[str, str], main: str, world: _World) -> None:
    run = world.verify(built(A, settings=settings, main=main))
    assert run.exit_code == 1
    assert "hunter2" not in repr(run)


def test_weak_defaults_are_told_and_decide_nothing(world: _World) -> None:
    run = world.verify(built(A, settings={"DefaultGODEBUG": "tls3des=1,panicnil=1"}))
    assert [(weak.key, weak.setting, weak.subject) for weak in run.weak] == [("tls3des", "1", run.programs[0].name)]
    assert run.exit_code == 0


def test_versions_are_held_against_a_project_where_one_is_named(world: _World) -> None:
    project = write_project(world.folder / "svc", world.log, "", [A, "code.example/b@v1.1.0"], go_sum="")
    run = world.verify(built(A, B, C), project=project)
    assert [module.required for module in run.modules] == ["v1.0.0", "v1.1.0", ""]
    assert (run.exit_code, run.project) == (1, "svc.example/app")
    assert world.verify(built(A), project=project).exit_code == 0
    assert [module.required for module in world.verify(built(A, B)).modules] == [None, None]


def test_a_program_of_another_module_is_not_held_against_the_project(world: _World) -> None:
    project = write_project(world.folder / "svc", world.log, "", [A])
    run = world.verify(built(B, main="other.example/tool\t(devel)\t"), project=project)
    assert ([module.required for module in run.modules], run.exit_code) == ([None], 0)
    (note,) = [note for note in run.notes if "not of this project" in note]
    assert note.endswith(
        "app (other.example/tool) is not of this project: its versions are not held against svc.example/app"
    )
    assert not [note for note in world.verify(built(A), project=project).notes if "not of this project" in note]


def test_the_log_is_asked_once_for_all_programs(world: _World) -> None:
    world.file(built(A, B), "one")
    world.file(built(B, C), "two")
    with LogServer(world.log.answers()) as server:
        (world.folder / "lift.toml").write_text(f'[sources]\nsumdb = "{world.log.key.verifier} {server.url}"\n')
        run = world.verify(world.folder / "one", world.folder / "two", replay=None)
        assert sum("lookup" in path for path in server.paths) == 4
    assert len(run.modules) == 4
    assert run.exit_code == 0


def test_a_program_that_says_nothing_of_its_modules_is_no_pass(world: _World) -> None:
    run = world.verify(gzip.decompress(gzip.compress(built(A)))[:-40])
    assert run.programs[0].state is ProgramState.DAMAGED
    assert run.exit_code == 1


def test_a_named_file_that_is_no_program_is_refused(world: _World) -> None:
    text = world.file(b"#!/bin/sh\n", "text")
    with pytest.raises(InputError) as caught:
        world.verify(text)
    assert caught.value.diagnostics[0].artifact == text.as_posix()
    run = world.verify(text, world.file(built(A)))
    assert (run.exit_code, _states(run)) == (2, {A: "proven"})


def test_a_folder_without_a_program_has_nothing_to_check(world: _World) -> None:
    (world.folder / "empty").mkdir()
    assert world.verify(world.folder / "empty").exit_code == 5


def test_an_image_with_a_forged_layer_is_an_alarm(world: _World) -> None:
    layout = Layout().image([made_tar({"app": built(A)})])
    assert world.verify(layout.write(world.folder / "good")).exit_code == 0
    name = next(name for name, data in layout.files.items() if data.startswith(b"app"))
    layout.files[name] = made_tar({"app": built(A, B)})
    run = world.verify(layout.write(world.folder / "bad"))
    assert (run.exit_code, len(run.forged)) == (4, 1)
