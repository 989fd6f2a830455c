"""SM147 weak-godebug-default: settings of GODEBUG make programs weaker than Go makes them today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from supplymatrix.checks.programs import main_module, program_subject, programs_by_name
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import ProjectFact
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.program import BuiltProgram, WeakDefault
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM147",
    name="weak-godebug-default",
    title="an old go line or a godebug setting switches weak defaults back on",
    why="A Go of today builds an old go.mod with the defaults of its time: TLS 1.0, 3DES, small RSA keys and more.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("WeakDefault", "ProjectFact", "BuiltProgram"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="secure-defaults",
)
_LEADING = ("tls10server", "tls3des", "tlsrsakex", "rsa1024min", "tlssha1")
"""Of these the one that stands first is shown, wherever there are several."""


def check(view: FactView) -> Iterator[Result]:
    """One finding for each go.mod and program with all that is weaker than what Go does today."""
    programs = programs_by_name(view)
    groups: dict[tuple[str, str], list[WeakDefault]] = {}
    for weak in view.facts.of(WeakDefault):
        groups.setdefault((weak.subject, weak.location.artifact), []).append(weak)
    for (subject, artifact), found in groups.items():
        program = programs.get(subject) if artifact == subject else None
        if program is not None:
            yield _weak(program_subject(subject), main_module(program), subject, found)
        else:
            yield _weak(subject, ModuleVersion(path=subject, version=""), "programs built from this module", found)
    yield from _strong(view, programs, {subject for subject, _ in groups})


def _strong(view: FactView, programs: Mapping[str, BuiltProgram], weak: AbstractSet[str]) -> Iterator[Result]:
    """Yield a pass for a module, and for each program that has recorded its settings, that has nothing weak."""
    for project in view.facts.of(ProjectFact):
        if project.has_go_mod and project.module_path not in weak:
            yield passed(RULE, project.module_path, ModuleVersion(path=project.module_path, version=""))
    for name, program in programs.items():
        if program.settings and name not in weak:
            yield passed(RULE, program_subject(name), main_module(program))


def _weak(subject: str, module: ModuleVersion, whose: str, found: Sequence[WeakDefault]) -> Result:
    found = sorted(found, key=lambda one: (-_version(one.since), one.key))
    number = len(found)
    settings = f"{number} defaults of Go" if number > 1 else f"a default of Go ({found[0].key})"
    verb = "have" if whose.startswith("programs") else "has"
    because = ", ".join(dict.fromkeys(one.because for one in found))
    first = min(found, key=lambda one: _LEADING.index(one.key) if one.key in _LEADING else len(_LEADING))
    more = f"; and {number - 1} more" if number > 1 else ""
    return failed(
        RULE,
        subject,
        module,
        message=f"{whose} {verb} {settings} weaker than today ({because})",
        label=f"{first.key}={first.setting}: {first.effect}{more}",
        locations=tuple(dict.fromkeys(one.location for one in found)),
        evidence=tuple(
            Evidence(label=f"{one.key}={one.setting}", value=f"{one.effect}, as before Go {one.since}") for one in found
        ),
        fix=_fix(found),
        identity="\n".join((subject, *sorted(f"{one.key}={one.setting}" for one in found))),
    )


def _version(since: str) -> int:
    return int(since.rpartition(".")[2] or "0")


def _fix(found: Sequence[WeakDefault]) -> str:
    if any(one.because == "godebug line" for one in found):
        return "take the godebug line out of go.mod, and raise the go line"
    newest = max(found, key=lambda one: _version(one.since)).since
    return f"raise the go line to {newest} or later, or keep it and add `godebug default=go{newest}`, then build again"
