"""SM306 go-end-of-life: a Go that is in use is no longer supported."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.programs import program_subject
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity
from supplymatrix.model.vulnerability import GoSupport

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM306",
    name="go-end-of-life",
    title="a Go that is in use is no longer supported",
    why="The Go project mends its two newest minors alone: what is found in an older one stays in what it builds.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("GoSupport",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="eol",
)


def check(view: FactView) -> Iterator[Result]:
    """One result for each Go that builds, or built a program. The least version that go.mod asks for is none of them
    where a newer one builds."""
    for fact in view.facts.of(GoSupport):
        if fact.is_least:
            continue
        subject = _subject(fact)
        module = ModuleVersion(path="stdlib", version=f"v{fact.go_version}")
        if fact.is_supported is None:
            yield unknown(RULE, subject, module, _gap(fact, subject))
        elif fact.is_supported:
            yield passed(RULE, subject, module)
        else:
            yield _ended(fact, subject, module)


def _subject(fact: GoSupport) -> str:
    if fact.program:
        return program_subject(fact.program)
    where = fact.role if fact.location.artifact in ("go.mod", "go.work") else fact.location.artifact
    return f"Go {fact.go_version} ({where})"


def _ended(fact: GoSupport, subject: str, module: ModuleVersion) -> Result:
    minor = ".".join(fact.go_version.split(".")[:2])
    since = f" since {fact.ended.isoformat()}" if fact.ended is not None else ""
    as_of = f"as of {fact.as_of.isoformat()}" if fact.as_of is not None else ""
    evidence = (
        ("where", fact.role),
        ("newest of this minor", fact.newest_minor),
        ("newest of all", fact.newest),
        ("table of releases", as_of),
    )
    own = fact.role if _is_own(fact) else ""
    go = f"Go {fact.go_version}"
    if fact.program:
        message = f"{fact.program} was built with {go}, which is no longer supported{since}"
    elif own:
        message = f"the {own} is {go}, which is no longer supported{since}"
    else:
        message = f"{fact.location.artifact} builds with {go}, which is no longer supported{since}"
    return failed(
        RULE,
        subject,
        module,
        message=message,
        label=f"the support of Go {minor} has ended{since}",
        locations=(fact.location,),
        evidence=tuple(Evidence(label=label, value=text) for label, text in evidence if text),
        fix=f"build with Go {fact.newest}" if fact.newest else "build with a Go that is supported",
        identity=f"{fact.subject}\n{fact.program}\n{fact.location.artifact}\n{own}\n{minor}",
    )


def _is_own(fact: GoSupport) -> bool:
    return fact.location.artifact in ("go.mod", "go.work")


def _gap(fact: GoSupport, subject: str) -> Gap:
    return Gap(
        wanted=f"whether Go {fact.go_version} is supported",
        reason=fact.reason or "nobody says",
        remedy="supplymatrix feeds sync go-releases",
        subject=subject,
        location=fact.location,
    )
