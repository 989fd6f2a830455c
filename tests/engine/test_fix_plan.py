"""The plan of updates: what it clears, what it cannot, and that the go command comes to the same go.mod."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.model.fix_plan import FixPlan
from tests.support.vulnerable import MAIN, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def _commands(plan: FixPlan) -> list[str]:
    return [step.command.removeprefix("go get example.com/") for step in plan.steps]


def test_the_fewest_updates_with_what_they_bring_in(world: World) -> None:
    plan = world.plan()
    assert _commands(plan) == ["a@v1.1.0", "d@v1.0.3", "e@v1.1.0", "f@v1.0.2"]
    assert plan.is_smallest
    assert plan.steps[0].clears == ("EX-A-1", "EX-B-1")
    assert [(kept.advisory, kept.version) for kept in plan.not_cleared] == [("EX-C-1", "v1.0.0")]
    assert {(one.path, one.was, one.becomes) for one in plan.raised} == {
        ("example.com/a", "v1.0.0", "v1.1.0"), ("example.com/b", "v1.0.0", "v1.2.0"),
        ("example.com/d", "v1.0.0", "v1.0.3"), ("example.com/e", "v1.0.0", "v1.1.0"),
        ("example.com/f", "", "v1.0.2"),
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


def test_what_cannot_be_had_is_a_gap(world: World) -> None:
    (world.proxy / "example.com" / "d" / "@v" / "v1.0.3.mod").unlink()
    plan = world.plan()
    assert "example.com/d@v1.0.3" in [gap.subject for gap in plan.gaps]
    assert plan.exit_code == 3


def test_without_a_network_nothing_is_asked(world: World) -> None:
    plan = world.plan(offline=True)
    assert plan.exit_code == 3
    assert {gap.subject for gap in plan.gaps} >= {"example.com/a@v1.1.0", "example.com/e@v1.1.0"}
