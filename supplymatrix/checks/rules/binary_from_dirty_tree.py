"""SM144 binary-from-dirty-tree: a program was built from a working tree with changes."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.programs import main_module, program_subject
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.program import BuiltProgram
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM144",
    name="binary-from-dirty-tree",
    title="a program was built from sources that are in no commit",
    why="Nobody can build it again or say what is in it: the commit that it names does not have these sources.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("BuiltProgram",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="binary-match",
)


def check(view: FactView) -> Iterator[Result]:
    """A program that names a commit or a release is a pass; one that says nothing of its sources is none."""
    for program in view.facts.of(BuiltProgram):
        subject, main = program_subject(program.name), main_module(program)
        if program.is_dirty:
            yield _dirty(subject, program)
        elif program.setting("vcs.modified") == "false" or program.main_sum:
            yield passed(RULE, subject, main)


def _dirty(subject: str, program: BuiltProgram) -> Result:
    revision = program.setting("vcs.revision") or ""
    stated = (
        ("version", program.main_version),
        ("commit", revision),
        ("its time", program.setting("vcs.time") or ""),
        ("program", f"SHA-256 {program.sha256}" if program.sha256 else ""),
    )
    since = f"commit {revision[:12]}" if revision else "its commit"
    return failed(
        RULE,
        subject,
        main_module(program),
        message=f"{program.name} was built from sources that are in no commit",
        label=f"the working tree had changes over {since}",
        locations=(program.location,),
        evidence=tuple(Evidence(label=label, value=text) for label, text in stated if text),
        fix="commit the changes and build again; files that the build itself writes belong into .gitignore",
    )
