"""What a project's own files show of FIPS 140-3: go.mod, `//go:debug` lines, imports; and what is set on this machine.

posture = posture_of_project(Sources(subject="example.com/svc", lines=lines), settings, looked_at=["go.mod"])
posture.family, posture.mode
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from supplymatrix.fips.build_marks import marks_of_setting
from supplymatrix.fips.debug_lines import DebugLine, modes_of
from supplymatrix.fips.judging import is_version_asked, judge, mark
from supplymatrix.fips.program import BINDINGS
from supplymatrix.fips.words import MODE, MODES, default_at_link, is_frozen, setting_of
from supplymatrix.model.fips import CertificateState, FipsFamily, FipsMark, FipsPosture, FipsUse, MarkKind
from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = ["MachineSetting", "Sources", "marks_of_imports", "posture_of_project"]

_GO_MOD = Location(artifact="go.mod")
_IMPORTS: Mapping[str, tuple[MarkKind, FipsFamily, str]] = {
    "crypto/boring": (MarkKind.CLAIM, FipsFamily.BORINGCRYPTO, "builds with GOEXPERIMENT=boringcrypto alone"),
    "crypto/tls/fipsonly": (MarkKind.CLAIM, FipsFamily.BORINGCRYPTO, "builds with GOEXPERIMENT=boringcrypto alone"),
    "crypto/fips140": (MarkKind.SIGN, FipsFamily.NONE, "asks whether FIPS mode is on"),
}


@value
class MachineSetting:
    """What the go command of this machine is told. origin: "environment", "go env file", "go.env of that Go"."""

    name: str
    text: str
    origin: str


@value
class Sources:
    """The files of a project. lines: godebug lines of go.mod, and those of main packages, which go before them.
    imports: marks of what its build imports. others: it has programs that no line of their own speaks of. place: for
    what has no line. versions: what words of GOFIPS140 mean for the Go of this machine."""

    subject: str
    lines: Sequence[DebugLine] = ()
    imports: Sequence[FipsMark] = ()
    others: bool = True
    place: Location = _GO_MOD
    versions: Mapping[str, str] = MappingProxyType({})


def marks_of_imports(standard: Mapping[str, str], packages: Iterable[str]) -> tuple[FipsMark, ...]:
    """Return what the imports of a build show. standard: packages of the standard library → who imports them first.
    packages: of all modules that are built."""
    found: list[FipsMark] = []
    for package, by in sorted(standard.items()):
        if package in _IMPORTS:
            kind, family, words = _IMPORTS[package]
            text = f"{package}, which {words}, is imported by {by or 'the project'}"
            found.append(mark(kind, family, text, Location(artifact="go.mod")))
    for module in sorted({"/".join(package.split("/", 3)[:3]) for package in packages}):
        if module in BINDINGS:
            family = FipsFamily.REDHAT if "golang-fips" in module else FipsFamily.MICROSOFT
            text = f"{module}, a binding of a system's cryptography, is imported"
            found.append(mark(MarkKind.SIGN, family, text, Location(artifact="go.mod")))
    return tuple(found)


def posture_of_project(sources: Sources, settings: Sequence[MachineSetting], looked_at: Sequence[str]) -> FipsPosture:
    """Return the posture of what a build on this machine makes of a project, its build files left out. Of several
    programs the mode is that which protects least, and each line has a mark."""
    marks = list(sources.imports)
    wanted, linked = "", None
    marks += [
        mark(MarkKind.CLAIM, FipsFamily.NONE, f"{MODE}={line.value} is written", line.location)
        for line in sources.lines
    ]
    for setting in settings:
        origin = Location(artifact=setting.origin, pointer=setting.name)
        marks += marks_of_setting(setting.name, setting.text, origin)
        wanted = setting.text if setting.name == "GOFIPS140" else wanted
        linked = default_at_link(setting.text) if setting.name == "GOFLAGS" else linked
    is_asked = is_version_asked(wanted) or wanted == "latest"
    written = modes_of(sources.lines, others=sources.others)[0] if sources.lines else ""
    mode = written or ("on" if is_asked else "")
    if linked is not None:
        mode = setting_of(linked, MODE) or "off"
    meaning = wanted if is_frozen(wanted) and "-" in wanted else sources.versions.get(wanted, "")
    judged = judge(marks, wanted=wanted, versions=(), mode=mode, meaning=meaning)
    place = next((line.location for line in sources.lines if line.value == mode), None)
    place = place or next((line.location for line in sources.lines), sources.place)
    marks += _defeats(sources, mode, wanted if is_asked else "", linked)
    reason = ""
    if judged.state is CertificateState.NOT_IN_TABLE and not is_frozen(judged.module):
        reason = f"which version {judged.module} means for the Go of this machine is not known"
    return FipsPosture(
        subject=sources.subject, use=FipsUse.SOURCE, family=judged.family, location=place, others=judged.others,
        module=judged.module, state=judged.state, certificate=judged.certificate, dated=judged.dated, mode=mode,
        marks=judged.in_order(marks), looked_at=tuple(looked_at), reason=reason, main=sources.subject,
    )  # fmt: skip


def _defeats(sources: Sources, mode: str, wanted: str, linked: str | None) -> list[FipsMark]:
    """Return what switches the mode off, or ends programs at their start. wanted: GOFIPS140, "" for none."""
    found: list[FipsMark] = []
    if linked is not None and mode not in MODES[2:]:
        words = f"the linker is given runtime.godebugDefault, with {MODE}={mode}: FIPS mode is off by default"
        place = Location(artifact="GOFLAGS", pointer="GOFLAGS")
        found.append(mark(MarkKind.DEFEAT, FipsFamily.UPSTREAM, words, place))
    is_on = wanted or any(line.value in MODES[2:] for line in sources.lines)
    for line in sources.lines:
        if line.value not in MODES:
            words = f"{MODE}={line.value} is no mode of Go's own module: the program ends at its start"
            found.append(mark(MarkKind.DEFEAT, FipsFamily.UPSTREAM, words, line.location))
        elif line.value == "off" and is_on:
            why = f" in spite of GOFIPS140={wanted}" if wanted else "; other programs of the project have it on"
            words = f"{MODE}=off is written, so that FIPS mode is off{why}"
            found.append(mark(MarkKind.DEFEAT, FipsFamily.UPSTREAM, words, line.location))
    return found
