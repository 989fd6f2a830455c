"""The plan of updates: what it clears, what it cannot, and that the go command comes to the same go.mod."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from supplymatrix.engine.fix_plan import FixRequest, plan_fixes
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError
from supplymatrix.model.fix_plan import FixPlan
from tests.support.machine import NOW
from tests.support.vulnerable import MAIN, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def _commands(plan: FixPlan) -> list[str]:
    return [step.command.removeprefix("go get example.com/") for step in plan.steps]


def test_the_fewest_updates_with_what_they_bring_in(world: World) -> None:
    plan = world.plan()
    assert _commands(plan) == ["a@v1.1.0", "d@v1.0.3", "e@v1.1.0"]
    assert plan.is_smallest
    assert plan.steps[0].clears == ("EX-A-1", "EX-B-1")
    assert any("example.com/f v1.0.0 comes with the updates, and EX-F-1 concerns it" in note for note in plan.notes)
    assert [(kept.advisory, kept.version) for kept in plan.not_cleared] == [("EX-C-1", "v1.0.0")]
    assert {(one.path, one.was, one.becomes) for one in plan.raised} == {
        ("example.com/a", "v1.0.0", "v1.1.0"), ("example.com/b", "v1.0.0", "v1.2.0"),
        ("example.com/d", "v1.0.0", "v1.0.3"), ("example.com/e", "v1.0.0", "v1.1.0"),
        ("example.com/f", "", "v1.0.0"),
    }  # fmt: skip


@pytest.mark.skipif(shutil.which("go") is None, reason="go is not installed")
def test_the_go_command_comes_to_the_same_go_mod(world: World) -> None:
    plan = world.plan()
    go = shutil.which("go")
    assert go is not None
    commands = [step.command.removeprefix("go get ") for step in plan.steps]
    environ = {**world.environ, "PATH": str(Path(go).parent), "GOCACHE": str(world.project.parent / "gocache")}
    done = subprocess.run(
        [go, "get", *commands], cwd=world.project, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (world.project / "go.mod").read_text(encoding="utf-8") == plan.new.decode()


def test_one_advisory_by_name(world: World) -> None:
    plan = world.plan("EX-D-1")
    assert _commands(plan) == ["d@v1.0.1"]
    assert plan.not_cleared == ()
    with pytest.raises(InputError, match="no vulnerability of this name"):
        world.plan("EX-X-1")


def test_a_replaced_module_is_no_matter_of_go_get(world: World) -> None:
    world.write(MAIN + "\nreplace example.com/a => example.com/a v1.0.0\n")
    plan = world.plan("EX-A-1")
    assert plan.steps == ()
    assert [kept.remedy for kept in plan.not_cleared] == ["replace it by example.com/a v1.1.0"]
    assert plan.new == plan.old


def test_a_higher_go_line_comes_with_the_update(world: World) -> None:
    world.publish("d@v1.0.1", (), go="1.25.1")
    plan = world.plan("EX-D-1")
    assert b"\ngo 1.25.1\n" in plan.new
    assert any("the go line is raised to 1.25.1" in note for note in plan.notes)


def test_go_itself_is_raised_by_its_toolchain_line(world: World) -> None:
    world.advise("G-1", "stdlib", "1.24.4")
    plan = world.plan("EX-G-1")
    assert [step.command for step in plan.steps] == ["go get toolchain@go1.24.4"]
    assert b"\ntoolchain go1.24.4\n" in plan.new


def test_a_fix_that_cannot_be_had_clears_nothing(world: World) -> None:
    (world.proxy / "example.com" / "d" / "@v" / "v1.0.3.mod").unlink()
    plan = world.plan()
    assert _commands(plan) == ["a@v1.1.0", "e@v1.1.0"]
    kept = {one.advisory: one.reason for one in plan.not_cleared}
    assert kept["EX-D-2"].startswith("v1.0.3, which the database names, could not be had: ")
    assert b"example.com/d v1.0.0" in plan.new


def test_without_a_network_nothing_is_asked(world: World) -> None:
    plan = world.plan(offline=True)
    assert plan.steps == ()
    assert {kept.advisory for kept in plan.not_cleared} == {"EX-A-1", "EX-B-1", "EX-C-1", "EX-D-1", "EX-D-2", "EX-E-1"}


def test_an_excluded_version_is_not_taken(world: World) -> None:
    world.write(MAIN + "\nexclude example.com/d v1.0.1\n")
    plan = world.plan("EX-D-1")
    assert plan.steps == ()
    assert [(kept.advisory, kept.reason) for kept in plan.not_cleared] == [("EX-D-1", "go.mod excludes v1.0.1")]
    assert plan.new == plan.old


def test_a_fix_without_the_word_incompatible_is_required_with_it(world: World) -> None:
    world.advise("D-3", "d", "4.0.0")
    world.publish("d@v4.0.0+incompatible", ())
    plan = world.plan("EX-D-3")
    assert [step.command for step in plan.steps] == ["go get example.com/d@v4.0.0+incompatible"]


def test_what_a_build_file_names_no_line_of_go_mod_changes(world: World) -> None:
    world.advise("G-1", "stdlib", "1.24.4")
    (world.project / "Dockerfile").write_text("FROM golang:1.24.2\nRUN go build ./...\n", encoding="utf-8")
    plan = world.plan("EX-G-1")
    kept = [(one.reason, one.remedy) for one in plan.not_cleared]
    assert ("Dockerfile:1:1 names that Go", "build with Go 1.24.4 or newer there") in kept


def test_a_workspace_has_no_plan_of_its_own(world: World) -> None:
    other = world.project.parent / "other"
    other.mkdir()
    (other / "go.mod").write_text("module example.com/other\n\ngo 1.24.0\n", encoding="utf-8")
    (world.project.parent / "go.work").write_text("go 1.24.0\n\nuse ./svc\nuse ./other\n", encoding="utf-8")
    request = FixRequest(path=world.project.parent, means=Means(environ=world.environ, now=NOW))
    with pytest.raises(InputError, match="a plan is made for one"):
        plan_fixes(request)
