"""SM146 binary-secret-in-flags: what looks like a secret stands in a program's build settings."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.programs import main_module, program_subject
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.program import BuiltProgram, SecretFlag
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM146",
    name="binary-secret-in-flags",
    title="what looks like a secret stands in a program's build settings",
    why="The go command records its flags in the program: whoever has the program can read them.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("BuiltProgram",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="program-secrets",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each program with all that looks like a secret; what it is, is shown nowhere."""
    for program in view.facts.of(BuiltProgram):
        subject, main = program_subject(program.name), main_module(program)
        if program.secrets:
            yield _told(subject, program)
        elif program.settings:
            yield passed(RULE, subject, main)


def _told(subject: str, program: BuiltProgram) -> Result:
    secrets = sorted(program.secrets, key=lambda one: (one.setting, one.name, one.digest))
    number = len(secrets)
    what = "what looks like a secret" if number == 1 else f"{number} texts that look like secrets"
    first = secrets[0]
    more = f", and {number - 1} more" if number > 1 else ""
    return failed(
        RULE,
        subject,
        main_module(program),
        message=f"whoever has {program.name} has {what}: its build settings hold it",
        label=f"{first.name} in {first.setting}: {first.kind}{more}",
        locations=(program.location,),
        evidence=tuple(Evidence(label=f"{one.setting} {one.name}", value=_described(one)) for one in secrets),
        fix="make the secret worthless where it counts, then give it to the program when it runs, not when it is built",
        identity="\n".join((subject, *sorted({f"{one.setting} {one.name}" for one in secrets}))),
    )


def _described(secret: SecretFlag) -> str:
    """Return what may be told of a secret, so that its owner can tell which one it is."""
    begins = f", begins with {secret.prefix}" if secret.prefix else ""
    digest = f", SHA-256 {secret.digest}…" if secret.digest else ""
    return f"{secret.kind}; {secret.length} characters{begins}{digest}"
