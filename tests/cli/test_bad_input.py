"""Files as they should not be: the right exit code, where the fault is, what was expected, what to do, no traceback."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Done
from tests.support.log_server import LogServer
from tests.support.machine import Machine
from tests.support.made_log import MadeLog, go_mod_text, path_of, write_project, write_recording

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=20)
GO_MOD, GO_SUM = go_mod_text([A, B]), LOG.go_sum(A, B)
MERGE = "<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> theirs\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "svc", LOG, "", [A, B])


@pytest.fixture
def check(cli: Cli, project: Path, tmp_path: Path) -> Callable[..., Done]:
    """Return a function that checks the project, or another path, with a recording of the log."""
    recording = write_recording(tmp_path / "recorded", LOG.answers())

    def start(*arguments: str, path: Path | None = None) -> Done:
        done = cli("check", str(path or project), "--replay", str(recording), *arguments)
        assert "Traceback" not in done.err + done.out
        assert "internal error" not in done.err
        return done

    return start


Check = Callable[..., Done]


def place_in(text: str, file: str) -> int:
    """Return the line that a message points at."""
    found = re.search(rf"{re.escape(file)}:(\d+)", text)
    assert found, text
    return int(found[1])


GO_MOD_FAULTS = [
    pytest.param(GO_MOD + MERGE.format(ours="", theirs=""), 9, id="merge-markers"),
    pytest.param("\ufeff" + GO_MOD, 1, id="byte-order-mark"),
    pytest.param(GO_MOD.replace("go 1.22", "go 1.2\x002"), 3, id="nul"),
    pytest.param(GO_MOD + "requir example.com/c v1.0.0\n", 9, id="unknown-directive"),
    pytest.param(GO_MOD + "require example.com/c latest-ish\n", 9, id="no-version"),
    pytest.param(GO_MOD.replace("go 1.22", "go one.two"), 3, id="no-go-version"),
    pytest.param(GO_MOD + "require (\n", 9, id="unclosed-block"),
    pytest.param(GO_MOD + 'require "example.com/c v1.0.0\n', 9, id="unclosed-quote"),
]


@pytest.mark.parametrize(("text", "line"), GO_MOD_FAULTS)
def test_a_go_mod_that_go_refuses_is_2_with_file_line_and_source(
    check: Check, project: Path, text: str, line: int
) -> None:
    (project / "go.mod").write_text(text)
    done = check()
    assert (done.code, done.out) == (2, "")
    assert place_in(done.err, "go.mod") == line
    assert "= expected:" in done.err


@pytest.mark.parametrize("path", [b"../../etc", b"example.com/\xff", b"example.com/../c"], ids=repr)
def test_a_required_path_that_no_module_has_is_no_pass_and_told_with_its_line(
    check: Check, project: Path, path: bytes
) -> None:
    """The go command's parser takes such paths too; what is missing in go.sum is told all the same."""
    (project / "go.mod").write_bytes(GO_MOD.encode() + b"require " + path + b" v1.0.0\n")
    done = check()
    assert done.code in (1, 2)
    assert place_in(done.out + done.err, "go.mod") == 9


GO_SUM_FAULTS = [
    pytest.param(MERGE.format(ours=LOG.go_sum(A), theirs=LOG.go_sum(B)), 1, id="merge-markers"),
    pytest.param("\ufeff" + GO_SUM, 1, id="byte-order-mark"),
    pytest.param(GO_SUM + "example.com/c v1.0.0\x00 h1:x=\n", 5, id="nul"),
    pytest.param(GO_SUM + "example.com/c v1.0.0\n", 5, id="two-fields"),
    pytest.param(GO_SUM + "../../etc v1.0.0 h1:x=\n", 5, id="path-traversal"),
    pytest.param(GO_SUM + "github.com/../x v1.0.0 h1:x=\n", 5, id="path-traversal-inside"),
    pytest.param(GO_SUM + "/etc/passwd v1.0.0 h1:x=\n", 5, id="absolute-path"),
    pytest.param(GO_SUM + "example.com/c v1.0.0/../../x h1:x=\n", 5, id="path-traversal-in-the-version"),
    pytest.param(GO_SUM + "example.com/c 1.0.0 h1:x=\n", 5, id="version-without-v"),
    pytest.param(GO_SUM + "example.com/c v1.0.0 nothing\n", 5, id="hash-without-algorithm"),
    pytest.param(GO_SUM + "x" * 30_000 + " v1.0.0 h1:x=\n", 5, id="endless-line"),
    pytest.param(GO_SUM + LOG.go_sum(A).replace("h1:", "h1:x"), 5, id="two-hashes-for-one-key"),
]


@pytest.mark.parametrize(("text", "line"), GO_SUM_FAULTS)
def test_a_go_sum_line_that_cannot_be_read_is_told_with_its_place_and_never_a_pass(
    check: Check, project: Path, text: str, line: int
) -> None:
    (project / "go.sum").write_text(text)
    done = check()
    assert done.code in (2, 4)
    assert re.search(rf"go\.sum:{line}\b", done.out)
    assert "next:" in done.out


@pytest.mark.parametrize(("text", "line"), GO_SUM_FAULTS)
def test_a_line_that_cannot_be_read_does_not_hide_the_others(check: Check, project: Path, text: str, line: int) -> None:
    (project / "go.sum").write_text(text)
    proven = re.search(r"(\d+) of \d+ go\.sum lines proven", check().out)
    assert proven is not None
    assert int(proven[1]) >= (3 if text.startswith("\ufeff") else 4)


@pytest.mark.parametrize("path", ["../../etc", "github.com/../x", "/etc/passwd", "a//b.example", "x.example/?q=1"])
def test_what_is_no_module_path_is_never_sent(cli: Cli, tmp_path: Path, path: str) -> None:
    with LogServer(LOG.answers()) as server:
        go_sum = f"{path} v1.0.0 h1:x=\n{GO_SUM}"
        done = cli("check", str(write_project(tmp_path / "svc", LOG, server.url, [A, B], go_sum=go_sum)))
    assert done.code == 2
    assert {asked for asked in server.paths if asked.startswith("lookup/")} == {path_of(A), path_of(B)}


def test_bytes_that_are_no_utf_8_in_go_sum_are_told_and_shown_harmless(check: Check, project: Path) -> None:
    (project / "go.sum").write_bytes(GO_SUM.encode() + b"example.com/\xff\x1b[31m v1.0.0 h1:x=\n")
    done = check()
    assert done.code == 2
    assert "go.sum:5" in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize("name", ["go.mod", "go.sum", "lift.toml"])
def test_carriage_returns_before_newlines_change_nothing(check: Check, project: Path, name: str) -> None:
    file = project / name
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert check().code == 0


def test_a_go_sum_of_another_module_leaves_every_line_missing_and_is_1(check: Check, project: Path) -> None:
    (project / "go.sum").write_text(LOG.go_sum(LOG.names[0], LOG.names[1]))
    done = check()
    assert done.code == 1
    assert "SM101" in done.out
    assert "go.mod:6" in done.out


def test_a_go_sum_of_100_mb_is_refused_with_its_size(check: Check, project: Path) -> None:
    with (project / "go.sum").open("wb") as file:
        file.truncate(100 << 20)
    done = check()
    assert done.code == 2
    assert "104,857,600 bytes" in done.err
    assert "go.sum" in done.err


LIFT_FAULTS = [
    pytest.param("[policy]\n" + MERGE.format(ours="min_score = 1\n", theirs="min_score = 2\n"), 2, id="merge-markers"),
    pytest.param("[policy]\nmin_score = 1\x00\n", 2, id="nul"),
    pytest.param("[policy]\nmin_scor = 80\n", 2, id="unknown-key"),
    pytest.param("[policy]\nmin_score = 101\n", 2, id="out-of-range"),
    pytest.param('[policy]\npreset = "log-verifed"\n', 2, id="unknown-preset"),
    pytest.param('[rules]\nSM999 = "off"\n', 2, id="unknown-rule"),
    pytest.param('[rules]\nSM110 = "off"\n', 2, id="an-alarm-switched-off"),
    pytest.param('[sources]\nsumdb = "log.example+00000000+AAAA"\n', 2, id="no-key"),
    pytest.param(f'[sources]\nsumdb = "{LOG.key.verifier} http://log.example"\n', 2, id="no-https"),
]


@pytest.mark.parametrize(("text", "line"), LIFT_FAULTS)
def test_a_policy_that_cannot_be_meant_is_2_with_file_and_line(
    check: Check, project: Path, text: str, line: int
) -> None:
    (project / "lift.toml").write_text(text)
    done = check()
    assert (done.code, done.out) == (2, "")
    assert place_in(done.err, "lift.toml") == line


def test_bytes_that_are_no_utf_8_in_the_policy_are_2(check: Check, project: Path) -> None:
    (project / "lift.toml").write_bytes(b'[policy]\nname = "\xff"\n')
    done = check()
    assert done.code == 2
    assert "lift.toml" in done.err


@pytest.mark.parametrize("name", ["go.mod", "go.sum", "lift.toml"])
@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a device", "a link into nothing"])
def test_a_file_that_is_none_is_2_and_keeps_nobody_waiting(check: Check, project: Path, name: str, kind: str) -> None:
    path = project / name
    path.unlink()
    if kind == "a folder":
        path.mkdir()
    elif kind == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if kind == "a device" else "/none/at/all")
    done = check()
    assert (done.code, done.out) == (2, "")
    assert (f"is {kind}" if "link" not in kind else "cannot be opened") in done.err
    assert name in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_2(check: Check, project: Path) -> None:
    (project / "go.sum").chmod(0)
    assert check().code == 2


def test_a_path_that_is_not_there_is_2_with_the_one_that_was_meant(check: Check, project: Path) -> None:
    done = check(path=project.with_name("scv"))
    assert done.code == 2
    assert f"did you mean {project.as_posix()}?" in done.err


@pytest.mark.parametrize("name", ["x" * 5000, "go.mod/below", "bad\udcff"], ids=ascii)
def test_a_path_that_no_file_can_have_is_2(check: Check, project: Path, name: str) -> None:
    assert check(path=project / name).code == 2


@pytest.mark.parametrize("preset", ["baseline", "log-verified", "strict-module-integrity"])
@pytest.mark.parametrize("command", [["check"], ["verify", A, "--project"]], ids=["check", "verify"])
def test_a_preset_in_the_place_of_a_policy_file_is_2_and_shows_where_presets_are_named(
    cli: Cli, project: Path, command: list[str], preset: str
) -> None:
    done = cli(*command, str(project), "--offline", "--policy", preset)
    assert (done.code, done.out) == (2, "")
    assert f'= next: presets are named in lift.toml: [policy] preset = "{preset}"' in done.err


def test_a_policy_file_that_has_the_name_of_a_preset_is_read(check: Check, project: Path, tmp_path: Path) -> None:
    (tmp_path / "baseline").write_bytes((project / "lift.toml").read_bytes())
    assert check("--policy", str(tmp_path / "baseline")).code == 0


def test_a_module_version_in_the_place_of_a_path_is_2_and_shows_the_way(cli: Cli) -> None:
    done = cli("check", "github.com/gorilla/mux@v1.8.0")
    assert done.code == 2
    assert "supplymatrix verify github.com/gorilla/mux@v1.8.0" in done.err


def test_an_empty_folder_is_5(check: Check, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = check(path=tmp_path / "empty")
    assert done.code == 5
    assert "nothing to check" in done.out


def test_a_bare_go_sum_is_proven_line_by_line_and_its_limits_are_told(check: Check, project: Path) -> None:
    (project / "go.mod").unlink()
    done = check(path=project / "go.sum")
    assert done.code == 0
    assert "4 of 4 go.sum lines proven" in done.out
    assert "nothing is known to be missing" in " ".join(done.out.split())


def test_a_go_mod_without_go_sum_misses_every_line(check: Check, project: Path) -> None:
    (project / "go.sum").unlink()
    done = check()
    assert done.code == 1
    assert "SM101" in done.out


def test_a_go_mod_that_requires_nothing_is_5(check: Check, project: Path) -> None:
    (project / "go.sum").unlink()
    (project / "go.mod").write_text("module m\n\ngo 1.22\n")
    assert check().code == 5


@pytest.mark.parametrize("name", ["none", "svc/go.sum"])
def test_a_recording_that_is_not_there_is_2(cli: Cli, project: Path, tmp_path: Path, name: str) -> None:
    done = cli("check", str(project), "--replay", str(tmp_path / name))
    assert done.code == 2
    assert str(tmp_path / name) in done.err
    assert "= next:" in done.err


def test_an_empty_recording_is_3(cli: Cli, project: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert cli("check", str(project), "--replay", str(tmp_path / "nothing")).code == 3


def test_offline_with_nothing_cached_is_3_and_says_what_to_do(cli: Cli, project: Path) -> None:
    done = cli("check", str(project), "--offline")
    assert done.code == 3
    assert "run once without --offline" in done.out


def test_a_damaged_trusted_head_is_2_and_says_how_to_go_on(cli: Cli, machine: Machine, project: Path) -> None:
    machine.trust(LOG.key, LOG.head())
    path = machine.head_file(LOG.key).path
    path.write_bytes(path.read_bytes()[:-5])
    done = cli("check", str(project), "--offline")
    assert done.code == 2
    assert str(path) in done.err
    assert "restore it" in done.err
    assert path.exists()


def test_text_from_a_file_cannot_move_the_cursor_or_reorder_what_is_read(check: Check, project: Path) -> None:
    (project / "go.mod").write_text("module m\n\ngo 1.22\n\nrequir \x1b]0;evil\x07\u202e\u2066 x\n")
    err = check().err
    assert not {"\x1b", "\x07", "\u202e", "\u2066"} & set(err)


def test_many_faults_are_counted_and_all_told_when_asked(check: Callable[..., Done], project: Path) -> None:
    (project / "lift.toml").write_text("".join(f"[x{number}]\n" for number in range(22)))
    some, every = check(), check("--verbose")
    assert (some.code, every.code) == (2, 2)
    assert "… and 2 more like these (all of them with --verbose)" in some.err + some.out
    assert "there is no key 'x21'" not in some.err + some.out
    assert "there is no key 'x21'" in every.err + every.out


def test_a_parent_that_is_missing_is_told_with_the_path_where_it_was_looked_for(
    check: Callable[..., Done], project: Path
) -> None:
    (project / "lift.toml").write_text('extends = ["../org/../gone.toml"]\n')
    assert (project.parent / "gone.toml").resolve().as_posix() in check().err
