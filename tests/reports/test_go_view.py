"""What the wrapper of the go command says: one line when all is well, and never colours of others."""

from __future__ import annotations

import pytest

from supplymatrix.model.program import SecretFlag
from supplymatrix.reports.go_view import (
    GoView,
    ProgramView,
    say_after,
    say_before,
    say_faults,
    say_loose,
    say_notes,
    say_secrets,
)

PROVEN = GoView(exit_code=0, total=1_252, modules=1_252, copies=2_504, files=61_000, seconds=2.94, was_judged=True)


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (PROVEN, "1,252 modules proven, and their files here as the log has them"),
        (GoView(exit_code=0, total=1, modules=1, was_judged=True), "1 module proven, none of them fetched yet"),
        (
            GoView(exit_code=0, total=3, modules=3, in_vendor=3, compared=3, was_judged=True, is_vendored=True),
            "3 modules proven, vendor/ as their zips have it",
        ),
        (
            GoView(exit_code=0, total=3, unread=3, in_vendor=3, was_judged=True, is_vendored=True),
            "0 of 3 modules proven; vendor/ was not compared",
        ),
        (
            GoView(
                exit_code=0, total=3, modules=2, unread=1, in_vendor=3, compared=2, was_judged=True, is_vendored=True
            ),
            "2 of 3 modules proven; vendor/ was compared for 2 of them",
        ),
        (
            GoView(exit_code=0, total=4, modules=1, by_sum=2, unread=1, copies=3, was_judged=True),
            "1 of 4 modules proven; 2 by go.sum alone; 1 not looked at",
        ),
        (GoView(exit_code=0, was_judged=True), "no modules of others are built here"),
        (GoView(exit_code=0, has_project=False), "there is no go.mod here, and no module to look at"),
        (GoView(exit_code=3, was_judged=True), "go was not run (exit 3)"),
    ],
)
def test_the_line_before_says_what_is_known(view: GoView, told: str) -> None:
    assert say_before(view) == f"supplymatrix: {told}\n"
    assert len(say_before(view)) <= 81


def test_nothing_is_said_where_nothing_was_looked_at() -> None:
    assert say_before(GoView(exit_code=0)) == say_after(GoView(exit_code=0)) == say_loose(()) == ""


def test_verbose_lines_say_what_it_cost() -> None:
    assert say_before(PROVEN, verbose=True).endswith(" (2,504 copies, 61,000 files, 2.94 s)\n")
    assert say_after(GoView(exit_code=0, seconds=0.5), verbose=True) == "supplymatrix: 0.50 s afterwards\n"


def test_the_line_behind_names_new_modules_and_programs() -> None:
    programs = tuple(ProgramView(path=f"bin/{name}", modules=2, faults=()) for name in "abcde")
    told = say_after(GoView(exit_code=0, total=2, modules=2, programs=programs))
    assert told.startswith(
        "supplymatrix: 2 modules looked at afterwards, as proven; bin/a: 2 modules, as proven; bin/b"
    )
    assert told.endswith("; 2 programs more\n")
    assert say_after(GoView(exit_code=4)) == "supplymatrix: exit 4 is from the look after it, go ended with 0\n"


def test_the_gravest_fault_comes_first_and_each_once() -> None:
    program = ProgramView(path="app", modules=0, faults=((3, "not said"), (4, "other\x1b[31m")))
    told = say_faults(GoView(exit_code=4, faults=((3, "written to"), (3, "written to")), programs=(program,)))
    first = told.splitlines()[0]
    assert first == r"alarm: app: other\x1b[31m"
    assert told.count("error: written to") == 1
    many = say_faults(GoView(exit_code=3, faults=tuple((3, f"fault {number}") for number in range(30))))
    assert many.endswith("… and 10 more\n")


def test_hidden_characters_of_settings_are_written_out() -> None:
    assert "GONOSUMDB=\\x1b[2J" in say_loose(["GONOSUMDB=\x1b[2J"])


@pytest.mark.parametrize(
    ("program", "is_vendored", "told"),
    [
        (ProgramView(path="app", modules=0, faults=()), False, "no modules of others"),
        (ProgramView(path="app", modules=0, faults=(), unhashed=1), False, "0 as proven, 1 from a folder"),
        (ProgramView(path="app", modules=2, faults=(), by_sum=1), False, "2 as proven, 1 by go.sum alone"),
        (ProgramView(path="app", modules=0, faults=(), unhashed=4), True, "4 from vendor/"),
    ],
)
def test_what_carries_no_hash_is_not_said_to_be_proven(program: ProgramView, is_vendored: bool, told: str) -> None:
    view = GoView(exit_code=0, programs=(program,), is_vendored=is_vendored)
    assert say_after(view) == f"supplymatrix: app: {told}\n"


def test_what_the_policy_lets_pass_has_a_line_of_its_own() -> None:
    told = say_notes(GoView(exit_code=0, notes=("a could not be hashed", "b\x1b", "b\x1b")))
    assert told == "supplymatrix: a could not be hashed\nsupplymatrix: b\\x1b\n"
    many = say_notes(GoView(exit_code=0, notes=tuple(str(number) for number in range(25))))
    assert many.endswith("supplymatrix: … and 5 more could not be looked at\n")


def test_a_code_that_is_not_ours_is_said_to_be_gos() -> None:
    assert say_after(GoView(exit_code=4), code=2).endswith("as it should be; exit 2 is go's own\n")


def test_a_secret_is_told_once_by_kind_and_name() -> None:
    secret = SecretFlag(
        setting="-ldflags", name="main.token", kind="a GitHub token", prefix="ghp_", digest="0badcafe", length=40
    )
    program = ProgramView(path="app", modules=1, faults=(), secrets=(secret,))
    told = say_secrets(GoView(exit_code=0, programs=(program,), secrets=(secret,)))
    assert told.count("\n") == 1
    assert told.startswith("supplymatrix: warning: app has a secret in it")
    assert "main.token (a GitHub token)" in told
    assert "ghp_" not in told
    assert "what was built has a secret" in say_secrets(GoView(exit_code=0, secrets=(secret,)))
    assert say_secrets(GoView(exit_code=0)) == ""
