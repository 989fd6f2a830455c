"""The cryptography of projects and programs for people: a card for each, what is claimed beside what is there."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.fips.certificates import certificate_of
from supplymatrix.fips.families import NAMES, shown_names
from supplymatrix.model.fips import (
    CertificateState,
    FipsFamily,
    FipsPosture,
    FipsPurpose,
    FipsUse,
    MarkKind,
    NonApprovedPackage,
)
from supplymatrix.model.fips_run import FipsRun
from supplymatrix.reports.plain import plain

__all__ = ["brought_words", "family_words", "module_words", "render_fips_text"]

_LABEL = 13
_NONE = "none: nothing of any way to FIPS 140-3 was found"
_USES = {FipsUse.PROGRAM: "program", FipsUse.SOURCE: "project", FipsUse.BUILD_FILE: "build file"}
_PURPOSES: Mapping[FipsPurpose, str] = {
    FipsPurpose.SHIPPED: "",
    FipsPurpose.CI: ": what CI builds",
    FipsPurpose.RUNTIME: ": how a program runs",
    FipsPurpose.ASIDE: ": a test, or not part of what is shipped; not judged",
}
_ROWS: tuple[tuple[MarkKind, str, str], ...] = (
    (MarkKind.SIGN, "signs", ""),
    (MarkKind.CLAIM, "claims", ""),
    (MarkKind.WITNESS, "code", ""),
    (MarkKind.CONTRADICTION, "contradicted", "✗ "),
    (MarkKind.DEFEAT, "defeated by", "✗ "),
    (MarkKind.NEED, "needs", ""),
)
_STATES: Mapping[CertificateState, str] = {
    CertificateState.NOT_FROZEN: "that of Go's tree: not frozen, and not certified",
    CertificateState.AT_RUN_TIME: "that of the system on which it runs",
    CertificateState.NOT_LINKED: "claimed, and nothing of it is linked in",
}
_VERDICTS = {
    0: "nothing speaks against what was found",
    1: "there is something to look at",
    2: "a file that was named cannot be used",
    3: "not everything could be looked at",
    5: "there was nothing to look at",
}
_HOWS = {"called": "called", "linked": "linked in"}
_FEW_FUNCTIONS = 3
_BRIEF_FROM = 4
"""From so many programs on those without anything of FIPS, and nothing beside it, have a line each."""
_MOST = 40
"""Packages that are shown of one card, unless all are asked for."""


def render_fips_text(run: FipsRun, *, width: int = 80, verbose: bool = False) -> str:
    """Return the cards, what could not be looked at, and what it comes to. verbose: what was looked at, too, and every
    package."""
    by_subject: dict[tuple[FipsUse, str], list[NonApprovedPackage]] = {}
    for package in run.packages:
        by_subject.setdefault((package.use, package.subject), []).append(package)
    lines: list[str] = []
    brief: list[FipsPosture] = []
    for posture in run.postures:
        packages = by_subject.get((posture.use, posture.subject), [])
        if not verbose and len(run.postures) >= _BRIEF_FROM and _is_plain(posture, packages):
            brief.append(posture)
        else:
            lines += [*_card(posture, packages, width, verbose=verbose), ""]
    lines += [plain(_in_a_line(one, by_subject.get((one.use, one.subject), []))) for one in brief]
    lines += [""] if brief else []
    for fault in run.faults:
        lines += _wrapped("cannot use", f"{fault.artifact}: {fault.message}", width)
    for where, what in run.forged:
        lines += _wrapped("forged", f"{where}: {what}", width)
    for gap in run.gaps:
        lines += _wrapped("not known", f"{gap.wanted}: {gap.reason}", width)
        lines += _wrapped("next", gap.remedy, width) if gap.remedy else ()
    for note in run.notes:
        lines += _wrapped("note", note, width)
    lines += [""] if lines and lines[-1] else []
    lines += _end(run, width)
    return "\n".join(lines) + "\n"


def family_words(posture: FipsPosture) -> str:
    """Return whose way to FIPS 140-3 is taken, and for whose else something speaks."""
    words = _NONE if posture.family is FipsFamily.NONE else NAMES[posture.family]
    if posture.others:
        words += f" (and marks of: {shown_names(posture.others)})"
    return words


def module_words(posture: FipsPosture) -> str:
    """Return which module that is, and what the table of certificates says of it, with its day."""
    state = _STATES.get(posture.state, posture.state.value)
    parts = [state, posture.certificate] if posture.certificate else [state]
    day = f" (as of {posture.dated:%Y-%m-%d})" if posture.dated is not None else ""
    said = ", ".join(parts) + day
    return f"{posture.module}: {said}" if posture.module else said


def _is_plain(posture: FipsPosture, packages: Sequence[NonApprovedPackage]) -> bool:
    bad = (MarkKind.CONTRADICTION, MarkKind.DEFEAT, MarkKind.CLAIM, MarkKind.SIGN)
    beside = any(not package.inside for package in packages)
    return posture.family is FipsFamily.NONE and not beside and not any(posture.of(kind) for kind in bad)


def _in_a_line(posture: FipsPosture, packages: Sequence[NonApprovedPackage]) -> str:
    but = " but what Go's own packages bring along" if packages else ""
    return f"{posture.subject}: nothing of FIPS 140-3, and none of the known packages{but}"


def _card(posture: FipsPosture, packages: Sequence[NonApprovedPackage], width: int, *, verbose: bool) -> Iterator[str]:
    yield from textwrap.wrap(
        plain(f"{posture.subject} ({_USES[posture.use]}{_PURPOSES[posture.purpose]})"), max(40, width)
    )
    yield from _wrapped("family", family_words(posture), width)
    if posture.family is FipsFamily.UNKNOWN:
        yield from _wrapped("", posture.reason, width)
    elif posture.family is not FipsFamily.NONE:
        yield from _wrapped("module", module_words(posture), width)
        known = certificate_of(posture.family, posture.module)
        if known is not None and posture.state is not CertificateState.NOT_LINKED:
            source = f"; source: {known.source}" if verbose else ""
            yield from _wrapped("", f"{known.name} {known.version}: {known.note or 'no remarks'}{source}", width)
        elif posture.reason and posture.state is CertificateState.NOT_IN_TABLE:
            yield from _wrapped("", posture.reason, width)
    if posture.mode:
        yield from _wrapped("mode", f"fips140={posture.mode}", width)
    for kind, label, sign in _ROWS:
        for number, one in enumerate(posture.of(kind)):
            line = f" ({one.location.artifact}:{one.location.line})" if one.location.line else ""
            pointer = f" ({one.location.artifact})" if posture.use is FipsUse.SOURCE and one.location.pointer else ""
            yield from _wrapped(label if number == 0 else "", f"{sign}{one.words}{line or pointer}", width)
    yield from _beside(packages, width, verbose=verbose)
    if verbose:
        yield from _wrapped("looked at", ", ".join(posture.looked_at) or "nothing", width)


def _beside(packages: Sequence[NonApprovedPackage], width: int, *, verbose: bool) -> Iterator[str]:
    """Yield what is beside the module; what Go's own packages bring along, after that and in one."""
    shown = [package for package in packages if not package.inside]
    cut = shown if verbose else shown[:_MOST]
    for number, package in enumerate(cut):
        yield from _wrapped("beside it" if number == 0 else "", f"! {_package_words(package)}", width)
        if verbose and len(package.chain) > 2:
            yield from _wrapped("", f"  {' → '.join(package.chain)}", width)
    if len(shown) > len(cut):
        yield from _wrapped("", f"and {len(shown) - len(cut):,} more; -v shows all", width)
    inside = [package for package in packages if package.inside]
    if inside:
        yield from _wrapped("brought along", brought_words(inside), width)


def brought_words(packages: Sequence[NonApprovedPackage]) -> str:
    """Return what Go's own packages bring into a program, and what of it they use in FIPS mode."""
    whats = list(dict.fromkeys(package.what for package in packages))
    text = (
        f"{', '.join(whats)}: Go's own packages such as crypto/tls bring them; whether anybody else calls them a "
        "program does not tell. In FIPS mode these packages use none of them"
    )
    return f"{text} but X25519, as the lesser half of X25519MLKEM768" if "X25519" in whats else text


def _package_words(package: NonApprovedPackage) -> str:
    version = f" {package.module.version}" if package.module.version else ""
    words = f"{package.package}{version}: {package.what}"
    if package.is_c:
        words += " (C code)"
    if package.how == "module":
        words += "; whether a package of it is built is not known"
    elif package.by:
        words += f"; {_HOWS.get(package.how, 'imported')} by {package.by}"
    elif package.functions:
        own = _entries(package)[:_FEW_FUNCTIONS]
        more = ", …" if len(package.functions) > len(own) else ""
        words += f"; linked in: {', '.join(own)}{more}"
    if package.under:
        words += f"; under {package.under} alone"
    return words


def _entries(package: NonApprovedPackage) -> list[str]:
    """Return the functions that a reader knows first: those that others can call, and no methods."""
    start = f"{package.package}."
    names = [name.removeprefix(start) for name in package.functions if name.startswith(start)]
    return [name for name in names if name[:1].isupper()] or names


def _end(run: FipsRun, width: int) -> Iterator[str]:
    if run.table_of is not None and run.postures:
        text = (
            f"Certificates are as a table of {run.table_of:%Y-%m-%d} has them. One holds for a module in the "
            "environments that it names, and says nothing of the rest of a program."
        )
        yield from textwrap.wrap(text, max(40, width))
    counted = Counter(result.rule for result in run.results)
    if counted:
        found = ", ".join(f"{rule} ({number})" for rule, number in sorted(counted.items()))
        first = min(counted)
        yield from textwrap.wrap(f"findings: {found}; `supplymatrix explain {first}` says more", max(40, width))
    yield from textwrap.wrap(_VERDICTS[run.exit_code], max(40, width))


def _wrapped(label: str, text: str, width: int) -> Iterator[str]:
    indent = " " * (2 + _LABEL + 1)
    room = max(40, width) - len(indent)
    lines = textwrap.wrap(plain(text), room, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        yield f"  {label:{_LABEL}} {line}" if number == 0 else indent + line
