r"""What a project's own files show of FIPS 140-3: go.mod, `//go:debug` lines, imports; and what is set on this machine.

>>> [line.value for line in debug_lines(b"//go:debug fips140=only\n\npackage main\n", "main.go")]
['only']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from supplymatrix.fips.build_file import marks_of_setting
from supplymatrix.fips.judging import judge, mark
from supplymatrix.fips.program import BINDINGS
from supplymatrix.fips.words import MODE
from supplymatrix.model.fips import FipsFamily, FipsMark, FipsPosture, FipsUse, MarkKind
from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = ["DebugLine", "MachineSetting", "debug_lines", "marks_of_imports", "posture_of_project"]

_DEBUG = re.compile(rb"^//go:debug[ \t]+([A-Za-z0-9_]+)=([^\s]+)[ \t]*\r?$", re.MULTILINE)
_GO_MOD = Location(artifact="go.mod")
_PACKAGE = re.compile(rb"^package[ \t]", re.MULTILINE)
_IMPORTS: Mapping[str, tuple[MarkKind, FipsFamily, str]] = {
    "crypto/boring": (MarkKind.CLAIM, FipsFamily.BORINGCRYPTO, "builds with GOEXPERIMENT=boringcrypto alone"),
    "crypto/tls/fipsonly": (MarkKind.CLAIM, FipsFamily.BORINGCRYPTO, "builds with GOEXPERIMENT=boringcrypto alone"),
    "crypto/fips140": (MarkKind.SIGN, FipsFamily.NONE, "asks whether FIPS mode is on"),
}


@value
class DebugLine:
    """A `//go:debug` line, or a godebug line of go.mod or go.work, that sets the mode. value: "on", "only", "off"."""

    value: str
    location: Location


@value
class MachineSetting:
    """What the go command of this machine is told. origin: "environment", "go env file", "go.env of that Go"."""

    name: str
    text: str
    origin: str


def debug_lines(data: bytes, artifact: str) -> tuple[DebugLine, ...]:
    """Return the `//go:debug` lines of a Go file that set the mode; they stand before its package clause."""
    end = _PACKAGE.search(data)
    head = data[: end.start()] if end else data
    found: list[DebugLine] = []
    for line in _DEBUG.finditer(head):
        if line[1] == MODE.encode():
            place = Location(artifact=artifact, line=head.count(b"\n", 0, line.start()) + 1, column=1)
            found.append(DebugLine(value=line[2].decode("utf-8", "replace"), location=place))
    return tuple(found)


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


def posture_of_project(
    subject: str,
    lines: Sequence[DebugLine],
    settings: Sequence[MachineSetting],
    imports: Sequence[FipsMark],
    looked_at: Sequence[str],
    *,
    place: Location = _GO_MOD,
) -> FipsPosture:
    """Return the posture of what a build on this machine makes of a project, its build files left out. lines: godebug
    lines of go.mod first, those of main packages, which go before them, after that. place: for what has none."""
    marks = list(imports)
    mode = wanted = ""
    for line in lines:
        marks.append(mark(MarkKind.CLAIM, FipsFamily.NONE, f"{MODE}={line.value} is written", line.location))
        mode = line.value
    for setting in settings:
        origin = Location(artifact=setting.origin, pointer=setting.name)
        marks += marks_of_setting(setting.name, setting.text, origin)
        wanted = setting.text if setting.name == "GOFIPS140" else wanted
    judged = judge(marks, wanted=wanted, versions=(), mode=mode)
    place = next((line.location for line in lines), place)
    if mode == "off" and wanted not in ("", "off"):
        words = f"{MODE}=off is written, so that FIPS mode is off in spite of GOFIPS140={wanted}"
        marks.append(mark(MarkKind.DEFEAT, FipsFamily.UPSTREAM, words, place))
    return FipsPosture(
        subject=subject,
        use=FipsUse.SOURCE,
        family=judged.family,
        location=place,
        others=judged.others,
        module=judged.module,
        state=judged.state,
        certificate=judged.certificate,
        dated=judged.dated,
        mode=mode or ("on" if wanted not in ("", "off") else ""),
        marks=judged.in_order(marks),
        looked_at=tuple(looked_at),
    )
