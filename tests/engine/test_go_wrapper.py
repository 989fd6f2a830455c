"""What is looked at before and after a go command: proofs, copies, what changes meanwhile, programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from supplymatrix.engine.events import ignore_event
from supplymatrix.engine.work_file import go_work_of
from supplymatrix.errors import InputError, SourceError
from supplymatrix.gomod.go_line import Handling
from supplymatrix.net.settings import read_env_values
from tests.gomod.made_programs import header, made_elf
from tests.support.go_project import A, GoProject, made_program
from tests.support.go_runs import GOOD, Runs
from tests.support.log_server import LogServer
from tests.support.made_go import MadeGo
from tests.support.made_log import made_hash, write_project


def test_a_proven_project_may_be_built(runs: Runs, project: GoProject) -> None:
    project.fetch()
    _, before = runs.before("build ./...")
    assert (before.exit_code, before.modules, before.copies, before.files) == (0, 1, 2, 2)


def test_a_module_that_is_not_here_yet_keeps_nobody_from_building(runs: Runs) -> None:
    _, before = runs.before("build")
    assert (before.exit_code, before.modules, before.copies) == (0, 1, 0)


@pytest.mark.parametrize("line", ["build", "test ./...", "vet", "generate ./...", "run .", "tool x", "list -export ."])
def test_an_edited_file_in_the_cache_keeps_go_from_running(line: str, runs: Runs, project: GoProject) -> None:
    project.fetch()
    (project.unpacked / "a.go").write_text("package a // evil\n")
    assert runs.before(line)[1].exit_code == 4


def test_a_line_of_go_sum_that_is_not_proven_keeps_go_from_running(
    runs: Runs, project: GoProject, server: LogServer
) -> None:
    project.write(server.url, go_sum=project.log.go_sum(A).replace(project.zip_hash, made_hash("evil")))
    assert runs.before("build")[1].exit_code == 4


def test_a_log_that_cannot_be_asked_keeps_go_from_running(runs: Runs, project: GoProject) -> None:
    project.write("http://127.0.0.1:9")
    assert runs.before("build")[1].exit_code == 3


def test_a_policy_that_only_tells_lets_go_run_but_not_with_an_alarm(
    runs: Runs, project: GoProject, server: LogServer, tmp_path: Path
) -> None:
    project.fetch()
    project.write("http://127.0.0.1:9", policy='[policy]\nmode = "observe"\n')
    before = runs.before("build")[1]
    assert (before.exit_code, before.modules, before.by_sum, before.notes) == (0, 0, 1, ())
    project.write(server.url, policy='[policy]\nmode = "observe"\n')
    partial = project.cache / "cache/download/example.com/a/@v/v1.0.0.partial"
    partial.write_bytes(b"")
    before = runs.before("build")[1]
    assert (before.exit_code, before.modules, before.unread, before.copies) == (0, 0, 1, 1)
    assert [note.split(": ")[0] for note in before.notes] == [f"{project.unpacked} could not be hashed"]
    partial.unlink()
    real = project.unpacked.rename(tmp_path / "elsewhere")
    project.unpacked.symlink_to(real)
    assert runs.before("build")[1].exit_code == 4  # though all that it leads to is right


def test_a_broken_go_mod_is_told(runs: Runs, project: GoProject) -> None:
    (project.folder / "go.mod").write_text("module (\n")
    assert runs.before("build")[1].exit_code == 2
    assert runs.before("mod tidy")[1].exit_code == 0


def test_a_private_module_is_held_against_go_sum(runs: Runs, project: GoProject, server: LogServer) -> None:
    lift_toml = project.folder / "lift.toml"
    lift_toml.write_text(lift_toml.read_text().replace("private = []", 'private = ["example.com/*"]'))
    project.fetch()
    assert runs.before("build")[1].exit_code == 0
    (project.unpacked / "a.go").write_text("package a // evil\n")
    _, before = runs.before("build")
    assert before.exit_code == 4
    assert [fault.code for fault in before.faults] == [4]
    assert "go.sum says" in before.faults[0].text
    assert not any("example.com" in path for path in server.paths)


def test_a_module_fetched_meanwhile_is_looked_at(runs: Runs, project: GoProject) -> None:
    wrapper, _ = runs.before("build ./...")
    project.fetch()
    after = wrapper.after(0, ignore_event)
    assert (after.exit_code, after.looked_at, after.copies) == (0, 1, 2)


@pytest.mark.parametrize("code", [0, 1])
def test_a_module_fetched_wrongly_is_told_however_go_ended(code: int, runs: Runs, project: GoProject) -> None:
    wrapper, _ = runs.before("build ./...")
    project.fetch()
    (project.unpacked / "evil.go").write_text("package a\n")
    assert wrapper.after(code, ignore_event).exit_code == 4


def test_nothing_new_is_nothing_to_look_at(runs: Runs, project: GoProject) -> None:
    project.fetch()
    wrapper, _ = runs.before("vet")
    after = wrapper.after(0, ignore_event)
    assert (after.exit_code, after.survey, after.looked_at) == (0, None, 0)


def test_a_file_changed_and_put_back_while_go_ran_is_told(runs: Runs, project: GoProject) -> None:
    project.fetch()
    wrapper, _ = runs.before("vet")
    file = project.unpacked / "a.go"
    good, info = file.read_text(), file.stat()
    file.write_text("package a // evil\n")
    file.write_text(good)
    os.utime(file, ns=(info.st_atime_ns, info.st_mtime_ns))
    after = wrapper.after(0, ignore_event)
    assert (after.exit_code, after.looked_at) == (3, 1)
    assert "was written to while go ran" in after.faults[0].text


def test_a_file_changed_while_go_ran_is_an_alarm(runs: Runs, project: GoProject) -> None:
    project.fetch()
    wrapper, _ = runs.before("vet")
    (project.unpacked / "a.go").write_text("package a // evil\n")
    assert wrapper.after(0, ignore_event).exit_code == 4


def test_go_sum_that_go_has_changed_is_proven_again(runs: Runs, project: GoProject) -> None:
    go_sum = project.folder / "go.sum"
    wrapper, before = runs.before("get example.com/b@v1.0.0")
    assert (before.exit_code, before.survey, wrapper.handling) == (0, None, Handling.AFTER)
    go_sum.write_text(f"{go_sum.read_text()}example.com/b v1.0.0 {made_hash('b')}\n")
    assert wrapper.after(0, ignore_event).exit_code == 1  # the log has no such module
    wrapper, _ = runs.before("mod tidy")
    go_sum.write_text(project.log.go_sum(A))
    project.fetch()
    after = wrapper.after(0, ignore_event)
    assert (after.exit_code, after.looked_at) == (0, 1)


def test_the_programs_are_what_was_proven(runs: Runs, project: GoProject) -> None:
    listed = {"FAKE_LIST": "main\tsvc.example/app\t/gobin/app\\n"}
    wrapper, _ = runs.before("build", **listed)
    (project.folder / "app").write_bytes(made_program(GOOD.format(project.zip_hash)))
    after = wrapper.after(0, ignore_event)
    assert (after.exit_code, [(program.path, program.modules) for program in after.programs]) == (0, [("app", 1)])
    (project.folder / "app").write_bytes(made_program(GOOD.format(made_hash("evil"))))
    assert wrapper.after(0, ignore_event).exit_code == 4
    assert wrapper.after(1, ignore_event).programs == ()
    (project.folder / "app").unlink()
    assert wrapper.after(0, ignore_event).exit_code == 3


def test_a_go_that_cannot_say_what_it_built_leaves_a_gap(runs: Runs, project: GoProject) -> None:
    wrapper, _ = runs.before("build")
    (runs.go / "go").write_text("#!/bin/sh\nexit 1\n")
    assert wrapper.after(0, ignore_event).exit_code == 3


def test_a_folder_without_go_mod_has_nothing_to_look_at(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    wrapper, before = runs.before("run x.go")
    with pytest.raises(InputError, match="GO111MODULE=auto where no "):
        runs("run x.go", GO111MODULE="auto")
    assert (wrapper.project, before.exit_code) == (None, 0)
    assert wrapper.after(0, ignore_event).exit_code == 0


def test_the_project_is_found_as_go_finds_it(runs: Runs, project: GoProject, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = project.folder / "cmd" / "x"
    inner.mkdir(parents=True)
    assert runs("build -C cmd/x").project == Path("go.mod")
    monkeypatch.chdir(inner)
    assert runs("build").project == Path("../../go.mod")
    (project.folder / "go.work").write_text("go 1.22\n\nuse .\n")
    assert runs("build").project == Path("../../go.work")
    assert runs("build", GOWORK="off").project == Path("../../go.mod")
    other = project.folder.parent / "other.work"
    assert runs("build", GOWORK=str(other)).project == Path("../../../other.work")
    (inner / "goenv").write_text(f"GOWORK={other}\n")
    assert runs("build", GOENV=str(inner / "goenv")).project == Path("../../../other.work")
    assert runs("build", GOENV=str(inner / "goenv"), GOWORK="auto").project == Path("../../go.work")
    for wrong in ("other.work", f"{other}.txt"):
        with pytest.raises(InputError, match="GOWORK"):
            runs("build", GOWORK=wrong)
    if shutil.which("go"):
        for name, text in (("GOENV", str(inner / "goenv")), ("GOWORK", "auto"), ("GOWORK", "off")):
            environ = {**os.environ, "GOENV": "off", "GOWORK": "", name: text}
            said = subprocess.run(["go", "env", "GOWORK"], env=environ, capture_output=True, text=True, check=True)
            found = go_work_of(inner, environ, read_env_values(environ))
            assert said.stdout.strip() == str(found or text)


def test_a_folder_reached_by_a_link_is_where_the_shell_says_it_is(
    runs: Runs, project: GoProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere" / "inner").mkdir(parents=True)
    (project.folder / "link").symlink_to(tmp_path / "elsewhere" / "inner")
    monkeypatch.chdir(project.folder / "link")
    assert runs("build").project is None
    found = runs("build", PWD=str(project.folder / "link")).project
    assert found is not None
    assert found.samefile(project.folder / "go.mod")


def test_members_of_a_workspace_are_looked_at_together(runs: Runs, project: GoProject, server: LogServer) -> None:
    project.fetch()
    (project.folder / "go.work").write_text("go 1.22\n\nuse .\n")
    assert runs.before("build ./...")[1].exit_code == 0
    (project.unpacked / "a.go").write_text("package a // evil\n")
    assert runs.before("build ./...")[1].exit_code == 4


@pytest.mark.parametrize(("line", "work"), [("build ./...", True), ("build -mod=mod ./...", False)])
def test_where_go_may_take_a_later_version_than_go_mod_names_all_are_looked_at(
    line: str, work: bool, runs: Runs, project: GoProject, server: LogServer
) -> None:
    project.fetch()
    (project.folder / "go.mod").write_text("module svc.example/app\n\ngo 1.22\n")
    (project.unpacked / "a.go").write_text("package a // evil\n")
    assert runs.before("build ./...")[1].copies == 0
    if work:
        (project.folder / "go.work").write_text("go 1.22\n\nuse .\n")
    assert runs.before(line)[1].exit_code == 4


def _swap_and_back(folder: Path, aside: Path) -> None:
    folder.rename(aside)
    shutil.copytree(aside, folder)
    folder.rename(aside.with_name("tampered"))
    aside.rename(folder)
    shutil.rmtree(aside.with_name("tampered"))


@pytest.mark.parametrize("link", [False, True])
def test_a_folder_above_a_module_that_was_another_one_while_go_ran_is_told(
    link: bool, runs: Runs, project: GoProject, tmp_path: Path
) -> None:
    project.fetch()
    host = project.cache / "example.com"
    if link:
        host.rename(tmp_path / "real")
        host.symlink_to(tmp_path / "real")
    wrapper, before = runs.before("vet")
    assert before.exit_code == 0
    _swap_and_back(tmp_path / "real" if link else host, tmp_path / "aside")
    after = wrapper.after(0, ignore_event)
    named = {fault.text.split(" was changed while go ran")[0] for fault in after.faults}
    assert (after.exit_code, named) == (3, {str(host)} if link else {str(project.cache), str(host)})
    wrapper, _ = runs.before("vet")
    if link:
        host.unlink()
        host.symlink_to(tmp_path / "real")
        assert wrapper.after(0, ignore_event).exit_code == 3


def test_a_module_fetched_beside_others_is_no_swap(runs: Runs, project: GoProject) -> None:
    project.fetch()
    go_sum = f"{project.log.go_sum(A)}example.com/b v1.0.0 {made_hash('b')}\n"
    (project.folder / "go.sum").write_text(go_sum)
    lift_toml = project.folder / "lift.toml"
    lift_toml.write_text(lift_toml.read_text().replace("private = []", 'private = ["example.com/b"]'))
    wrapper, before = runs.before("generate")
    assert before.exit_code == 0
    (project.cache / "example.com" / "b@v1.0.0").mkdir()
    after = wrapper.after(0, ignore_event)
    assert not any("was changed while go ran" in fault.text for fault in after.faults)
    assert after.looked_at == 1
    wrapper, _ = runs.before("generate")
    (project.cache / "example.com" / "of-another-project@v1.0.0").mkdir()
    (fault,) = (fault for fault in wrapper.after(0, ignore_event).faults if "was changed" in fault.text)
    assert "another go command has fetched something" in fault.text


def test_a_vendored_project_is_built_from_what_was_proven(runs: Runs, project: GoProject, vendored: Path) -> None:
    (project.unpacked / "a.go").write_text("package a // evil, and not compiled\n")
    wrapper, before = runs.before("build ./...")
    assert (before.exit_code, wrapper.is_vendored, before.modules, before.copies) == (0, True, 1, 0)
    assert (before.in_vendor, before.compared, before.notes) == (1, 1, ())
    after = wrapper.after(0, ignore_event)
    assert (after.survey, after.notes, after.in_vendor) == (None, (), 0)  # as it was before: nothing is said of it
    assert runs.before("build -mod=mod ./...")[1].exit_code == 4


@pytest.mark.parametrize(("name", "code"), [("a/a.go", 4), ("a/evil.go", 4), ("evil.go", 1)])
def test_a_vendored_file_that_is_another_is_told(name: str, code: int, runs: Runs, vendored: Path) -> None:
    wrapper, _ = runs.before("build ./...")
    (vendored.parent.parent / name).write_text("package a // evil\n")
    assert runs.before("build ./...")[1].exit_code == code
    assert wrapper.after(1, ignore_event).exit_code == max(code, 3)


def test_a_vendor_folder_that_could_not_be_compared_is_not_said_to_be_right(
    runs: Runs, project: GoProject, vendored: Path, server: LogServer
) -> None:
    shutil.rmtree(project.cache)
    project.write(server.url, policy='[policy]\nmode = "warn"\n')
    _, before = runs.before("build ./...", GOPROXY="off")
    assert (before.exit_code, before.modules, before.in_vendor, before.compared) == (0, 0, 1, 0)
    assert "in vendor/ was not compared: " in before.notes[0]


def test_the_go_that_a_project_wants_is_looked_at_where_it_lies_in_the_module_cache(
    runs: Runs, project: GoProject, tmp_path: Path
) -> None:
    local, other = MadeGo(version="1.25.3"), MadeGo(version="1.26.8")
    log = other.log()
    go = {"GOROOT": str(local.unpack(tmp_path / "goroot")), "GOTOOLCHAIN": "auto"}
    with LogServer(log.answers()) as found:
        write_project(project.folder, log, found.url, [])
        with (project.folder / "go.mod").open("a") as file:
            file.write("\ntoolchain go1.26.8\n")
        wrapper, before = runs.before("build", **go)
        assert (before.exit_code, wrapper.handling) == (0, Handling.GUARDED)
        fetched = other.unpack_into(project.cache)
        assert wrapper.after(1, ignore_event).exit_code == 0
        wrapper, before = runs.before("build", **go)
        assert before.exit_code == 0
        (fetched / "src" / "fmt" / "print.go").write_text("package evil\n")
        assert wrapper.after(1, ignore_event).exit_code == 4
        assert runs.before("build", **go)[1].exit_code == 4
        assert runs.before("build", **{**go, "GOTOOLCHAIN": "local"})[1].exit_code == 0  # it has no say


def test_what_go_mod_vendor_has_copied_is_looked_at(runs: Runs, vendored: Path) -> None:
    wrapper, _ = runs.before("mod vendor")
    assert wrapper.after(0, ignore_event).exit_code == 0
    vendored.write_text("package a // evil\n")
    assert wrapper.after(0, ignore_event).exit_code == 4


def test_a_secret_in_the_flags_of_a_build_is_told_whether_the_program_records_it_or_not(
    runs: Runs, project: GoProject
) -> None:
    project.fetch()
    listed = {"FAKE_LIST": "main\tsvc.example/app\t/gobin/app\\n", "GOFLAGS": "-ldflags=-X=main.token=Zk3v9QpL7x"}
    wrapper, _ = runs.before("build", **listed)
    (project.folder / "app").write_bytes(made_program(GOOD.format(project.zip_hash)))
    after = wrapper.after(0, ignore_event)
    assert (after.exit_code, [secret.name for secret in after.secrets]) == (0, ["main.token"])
    assert wrapper.after(1, ignore_event).secrets == ()
    recorded = f'{GOOD.format(project.zip_hash)}\nbuild\t-ldflags="-X main.password=Zk3v9QpL7x"'
    (project.folder / "app").write_bytes(made_program(recorded))
    (program,) = wrapper.after(0, ignore_event).programs
    assert [secret.name for secret in program.secrets] == ["main.password"]
    assert runs.before("vet", **listed)[0].after(0, ignore_event).secrets == ()


def test_only_what_go_mod_requires_is_hashed_for_its_own_packages(
    runs: Runs, project: GoProject, server: LogServer
) -> None:
    project.fetch()
    go_mod = project.folder / "go.mod"
    go_mod.write_text("module svc.example/app\n\ngo 1.22\n")
    (project.unpacked / "a.go").write_text("package a // evil\n")
    nested, plain = project.folder / "nested", project.folder / "cmd"
    for folder in (nested, plain):
        folder.mkdir()
    (nested / "go.mod").write_text("module svc.example/app/nested\n")
    (project.folder / "link").symlink_to(project.unpacked)
    own = f"./... . ./cmd/... svc.example/app/cmd svc.example/app/... main.go cmd/x.go {plain} {project.folder}/main.go"
    assert runs.before(f"build {own}")[1].copies == 0
    for word in (
        "example.com/a", str(project.unpacked), f"{project.unpacked}/a.go", "../modcache/example.com/a@v1.0.0",
        "./nested", f"{nested}/x.go", "svc.example/app/nested", "svc.example/app/gone", "./link", "...", "all",
        "../...",
    ):  # fmt: skip
        assert (word, runs.before(f"build . {word}")[1].exit_code) == (word, 4)
    assert runs.before("generate ./...")[1].exit_code == 4


def test_a_module_of_a_program_that_nobody_had_looked_at_is_looked_at_then(
    runs: Runs, project: GoProject, server: LogServer
) -> None:
    project.fetch()
    (project.folder / "go.mod").write_text("module svc.example/app\n\ngo 1.22\n")
    wrapper, before = runs.before("build", FAKE_LIST="main\tsvc.example/app\t/gobin/app\\n")
    assert before.copies == 0
    (project.folder / "app").write_bytes(made_program(GOOD.format(project.zip_hash)))
    after = wrapper.after(0, ignore_event)
    assert (after.exit_code, after.looked_at, after.copies) == (0, 1, 2)
    (project.unpacked / "a.go").write_text("package a // evil\n")
    assert wrapper.after(0, ignore_event).exit_code == 4


@pytest.mark.parametrize("flag", ["overlay", "modfile", "toolexec"])
def test_flags_with_which_other_files_are_compiled_are_refused(flag: str, runs: Runs) -> None:
    for wrong in (f"build -{flag}=x", f"test ./... -{flag} x", f"vet -printf.funcs Log -{flag} x"):
        with pytest.raises(InputError, match=f"with -{flag} ") as told:
            runs(wrong)
        assert f"supplymatrix go --allow {flag} -- …" in told.value.diagnostics[0].remedy
    with pytest.raises(InputError, match=f"with -{flag} in GOFLAGS"):
        runs("build", GOFLAGS=f"-{flag}=x")
    assert runs(f"build -{flag}=x", allowed=frozenset({flag})).loose[-1] == f"-{flag}"
    assert runs(f"run . -{flag}=x").line.words == (".", f"-{flag}=x")


def test_what_nothing_could_look_at_before_is_refused(runs: Runs) -> None:
    with pytest.raises(InputError, match="before anything could look at it"):
        runs("run example.com/a@latest")
    with pytest.raises(InputError, match="with -http a program of another module would run"):
        runs("doc -http fmt")
    with pytest.raises(InputError, match="GO111MODULE=off"):
        runs("build", GO111MODULE="off")


def test_a_tool_is_let_through_only_where_go_has_it(runs: Runs, tmp_path: Path) -> None:
    root = tmp_path / "goroot"
    (root / "src" / "cmd" / "trace").mkdir(parents=True)
    (root / "src" / "cmd" / "trace" / "main.go").write_text("")
    of = {word: runs(f"tool {word}", GOROOT=str(root)).handling for word in ("trace", "doc", "stringer")}
    assert of == {"trace": Handling.THROUGH, "doc": Handling.GUARDED, "stringer": Handling.GUARDED}
    assert runs("tool trace", GOROOT=str(tmp_path / "gone")).handling is Handling.GUARDED


def test_a_machine_without_go_is_told(runs: Runs, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no go on PATH"):
        runs("build", PATH=str(tmp_path))
    shutil.copy(runs.go / "go", runs.project.folder / "go")
    with pytest.raises(SourceError):
        runs("build", PATH=".")


def test_settings_with_which_go_believes_more_are_named(runs: Runs) -> None:
    wrapper = runs("build -mod=mod", GONOSUMDB="*", GOINSECURE="none", GOCACHEPROG="x")
    assert wrapper.loose == ("GOSUMDB=off", "GONOSUMDB=*", "-mod=mod", "GOCACHEPROG")


@pytest.mark.parametrize("tampered", [False, True])
def test_a_program_installed_by_version_is_held_against_the_log(
    tampered: bool, runs: Runs, project: GoProject, tmp_path: Path
) -> None:
    wrapper, _ = runs.before("install example.com/a@v1.0.0", GOBIN=str(tmp_path))
    project.fetch()
    text = f"path\texample.com/a\nmod\texample.com/a\tv1.0.0\t{project.zip_hash}\n"
    (tmp_path / "a").write_bytes(made_elf(header(text=text)))
    if tampered:
        (project.unpacked / "a.go").write_text("package a // evil\n")
    after = wrapper.after(0, ignore_event)
    assert (after.exit_code, after.modules) == (4 if tampered else 0, 1)
    assert wrapper.after(1, ignore_event).exit_code == 0


def test_an_installed_program_that_no_log_has_is_told(runs: Runs, tmp_path: Path) -> None:
    wrapper, _ = runs.before("install example.com/b@v1.0.0", GOBIN=str(tmp_path))
    (tmp_path / "b").write_bytes(made_program("dep\texample.com/b\tv1.0.0\t" + made_hash("b"), main="example.com/b"))
    after = wrapper.after(0, ignore_event)
    assert after.exit_code == 3  # its own version is not told, and the log does not know the other module
    assert {fault.code for program in after.programs for fault in program.faults} == {1, 3}
    assert runs("install example.com/...@v1").after(0, ignore_event).exit_code == 3
