"""Code that is not Go, for people: what comes in, how, under which licence, and whose position says what follows.

What asks for something stands in full; the rest has a line each, and what only other builds take is counted, unless
all is asked for.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from supplymatrix.errors import InputError
from supplymatrix.licences.obligations import Use, obligations_of
from supplymatrix.model.native_code import LinkMode, LinkOutcome, NationalAlgorithm, NativeCode
from supplymatrix.model.native_run import TAGS_NOTE, CgoRun, CgoTarget
from supplymatrix.model.rule import Status
from supplymatrix.native.strategies import Strategy
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import shorten

__all__ = ["render_native_text", "render_strategies_text"]

_INDENT = 6
_LABEL = 10
_FILES = 3
_STANDS = "What follows from a licence is told as the position of whoever is named; no court has judged it here."
_VERDICTS: Mapping[int, str] = MappingProxyType({
    0: "nothing asks for a decision",
    1: "something asks for a decision",
    2: "a file that was named cannot be used",
    3: "not everything could be looked at, or judged",
    4: "ALARM: a file of an image is not what its digest says",
    5: "there was nothing to look at",
})  # fmt: skip
_TO_KNOW = frozenset({LinkOutcome.WEAK, LinkOutcome.EXCEPTION, LinkOutcome.GPL_COMBINED})
"""What asks for more than notices where no rule has to tell it: a program under a GPL itself may take a GPL library."""
_MARKS = {"error": "✗", "warn": "!", "note": "·"}


def render_native_text(run: CgoRun, *, use: Use | None = None, width: int = 80, verbose: bool = False) -> str:
    """Return a paragraph for each project and program. use: tell what the licences ask of whoever uses the code so.
    verbose: every fact in full, those of other builds too."""
    width = max(60, width)
    told = _Told(run, use, width, verbose=verbose)
    lines: list[str] = []
    for target in run.targets:
        lines += [*told.target(target), ""]
    for note in run.notes if verbose else (note for note in run.notes if TAGS_NOTE in note):
        lines += _wrapped("note", note, width, 0)
    for fault in run.faults:
        lines += _wrapped("fault", f"{fault.artifact}: {fault.message}", width, 0)
    for place, words in run.forged:
        lines += _wrapped("ALARM", f"{place}: {words}", width, 0)
    for gap in run.gaps:
        lines += _wrapped("not known", f"{gap.wanted}: {gap.reason}", width, 0)
        lines += _wrapped("next", gap.remedy, width, 0) if gap.remedy else ()
    lines += [""] if lines and lines[-1] else []
    if run.native:
        lines += textwrap.wrap(_STANDS, width)
    lines += textwrap.wrap(f"{told.counted()}{told.verdict()}", width)
    return "\n".join(lines) + "\n"


class _Told:
    """One run's facts, and what the rules say of each."""

    def __init__(self, run: CgoRun, use: Use | None, width: int, *, verbose: bool) -> None:
        from supplymatrix.checks.registry import ALL_RULES

        self._run, self._use, self._width, self._verbose = run, use, width, verbose
        self._levels: dict[tuple[str, str, str], str] = {}
        for result in run.results:
            if result.status is Status.FAIL and result.finding is not None:
                place = result.finding.locations[0].artifact if result.finding.locations else ""
                how = next((one.value for one in result.finding.evidence if one.label == "how"), "")
                key = (result.subject, place, how)
                level = ALL_RULES[result.rule].level.value
                self._levels[key] = max(self._levels.get(key, ""), level, key=_rank)

    def counted(self) -> str:
        """Return how many findings of which level there are."""
        counts = {level: sum(found == level for found in self._levels.values()) for level in _MARKS}
        words = {"error": "reaching the whole program (for the FSF)", "warn": "to decide", "note": "to know"}
        counts["note"] += sum(self._is_to_know(fact) for fact in self._run.native)
        told = [f"{number:,} {words[level]}" for level, number in counts.items() if number]
        return f"{', '.join(told)}; " if told else ""

    def verdict(self) -> str:
        """Return what the run came to, in words."""
        built = [fact for fact in self._run.native if fact.is_built]
        if self._run.exit_code == 0 and not any(self._is_to_know(fact) for fact in built):
            return "nothing asks for more than notices"
        return _VERDICTS[self._run.exit_code]

    def _is_to_know(self, fact: NativeCode) -> bool:
        """Return whether no rule tells a fact, and its licence asks for more than notices all the same."""
        is_told = _key(fact) in self._levels
        return fact.is_built and not is_told and fact.position.outcome in _TO_KNOW

    def target(self, target: CgoTarget) -> Iterator[str]:
        """Yield the paragraph of a project or program."""
        facts = [fact for fact in self._run.native if _is_of(fact.program, target)]
        yield from textwrap.wrap(f"{plain(target.name)}  {_head(target)}", self._width, subsequent_indent="  ")
        shown = [fact for fact in facts if fact.is_built and fact.mode is not LinkMode.PROCESS]
        others = [fact for fact in facts if not fact.is_built]
        started = [fact for fact in facts if fact.is_built and fact.mode is LinkMode.PROCESS]
        for owner, group in _grouped(shown):
            yield f"  {shorten(owner, self._width - 2)}"
            for fact in group:
                yield from self._fact(fact)
        if not shown:
            nobody = target.is_program and target.cgo is None
            yield "  nobody can say what is in it" if nobody else "  nothing that is not Go was found"
        if started:
            names = ", ".join(sorted({f"{fact.library} ({fact.licence})" for fact in started}))
            yield from _wrapped("starts", f"{names}: programs of their own", self._width, 2)
        yield from self._others(others)
        for national in self._run.national:
            if _is_of(national.program, target):
                yield from _wrapped("national", _national(national), self._width, 2)

    def _others(self, others: Sequence[NativeCode]) -> Iterator[str]:
        if others and not self._verbose:
            names = ", ".join(sorted({fact.library or str(fact.subject) for fact in others}))
            yield from _wrapped("elsewhere", f"only other builds take {names} (-v tells which)", self._width, 2)
        for owner, group in _grouped(others) if self._verbose else ():
            yield f"  {shorten(owner, self._width - 2)}, in other builds"
            for fact in group:
                yield from self._fact(fact)

    def _fact(self, fact: NativeCode) -> Iterator[str]:
        level = self._levels.get(_key(fact), "")
        known = "·" if self._is_to_know(fact) else "✓"
        mark = _MARKS.get(level, known) if fact.is_built else "-"
        name = fact.library or ("name unknown" if fact.mode is LinkMode.LOADED else "C code")
        licence = fact.licence or "licence not known"
        outcome = fact.position.outcome.value
        yield from textwrap.wrap(
            plain(f"{mark} {name}  {fact.mode.value}  {licence}  {outcome}{_disputed(fact)}"),
            self._width, initial_indent="    ", subsequent_indent=" " * _INDENT, break_on_hyphens=False,
        )  # fmt: skip
        if fact.conditions and not fact.is_built:
            yield from _wrapped("only with", fact.conditions, self._width, _INDENT)
        if self._verbose or (fact.is_built and (level in ("error", "warn") or self._is_to_know(fact))):
            yield from self._details(fact)
        yield from self._obligations(fact)

    def _details(self, fact: NativeCode) -> Iterator[str]:
        position = fact.position
        source = f", {position.source}" if position.source else ""
        yield from _wrapped("asks", f"{position.words} ({position.of.value}{source})", self._width, _INDENT)
        if fact.licence_from:
            yield from _wrapped("licence", fact.licence_from, self._width, _INDENT)
        if fact.files:
            more = f" and {fact.count - _FILES:,} more" if fact.count > _FILES else ""
            yield from _wrapped("files", ", ".join(fact.files[:_FILES]) + more, self._width, _INDENT)
        elif fact.packages:
            more = f" and {len(fact.packages) - _FILES:,} more" if len(fact.packages) > _FILES else ""
            yield from _wrapped("called by", ", ".join(fact.packages[:_FILES]) + more, self._width, _INDENT)
        if fact.is_crypto:
            yield from _wrapped("crypto", "its cryptography is in no validated Go module", self._width, _INDENT)
        for note in fact.notes:
            yield from _wrapped("note", note, self._width, _INDENT)

    def _obligations(self, fact: NativeCode) -> Iterator[str]:
        if self._use is None or not fact.is_built:
            return
        try:
            asked = obligations_of(fact.licence, self._use)
        except InputError:
            asked = obligations_of("", self._use)
        for obligation in asked:
            where = f" ({obligation.clause})" if obligation.clause else ""
            yield from _wrapped("do", f"{obligation.text}{where}", self._width, _INDENT)


def render_strategies_text(
    library: str, licence: str, source: str, ways: Sequence[Strategy], *, width: int = 80
) -> str:
    """Return the ways to get at a library, for people. licence: "" = not known, of no library in particular."""
    width = max(60, width)
    known = f"{plain(library)}: {licence or 'licence not known'}" if library else "a native library"
    lines = [*textwrap.wrap(f"Ways to {known}", width)]
    lines += _wrapped("licence", source, width, 0) if source else []
    for way in ways:
        lines += ["", *textwrap.wrap(plain(way.title), width)]
        position = way.position
        if library and licence and way.key != "pure-go":
            outcome = f"{position.outcome.value}{', disputed' if position.is_disputed else ''}"
            cited = f", {position.source}" if position.source else ""
            lines += _wrapped("asks", f"{outcome}: {position.words} ({position.of.value}{cited})", width, 2)
        elif way.key == "pure-go":
            lines += _wrapped("asks", position.words, width, 2)
        for label, text in (("build", way.builds), ("run", way.runs), ("fits", way.fits), ("mind", way.mind)):
            lines += _wrapped(label, text, width, 2)
    lines += ["", *textwrap.wrap(_STANDS, width)]
    return "\n".join(lines) + "\n"


def _head(target: CgoTarget) -> str:
    parts = [f"{target.goos}/{target.goarch}"] if target.goos and target.goarch else []
    if target.tags:
        parts.append(f"tags {','.join(target.tags)}")
    if target.cgo is None:
        parts.append("whether C is in it is not known")
    elif target.is_program:
        parts.append("C is linked in" if target.cgo else "no C is linked in")
        parts += [f"with {target.c_library}"] if target.c_library else []
    else:
        parts.append("C takes part" if target.cgo else "C takes no part")
    return plain(" · ".join(parts))


def _national(fact: NationalAlgorithm) -> str:
    return f"{', '.join(fact.algorithms)} in {fact.package}, {fact.how}: {fact.standard}"


def _disputed(fact: NativeCode) -> str:
    return ", disputed" if fact.position.is_disputed else ""


def _key(fact: NativeCode) -> tuple[str, str, str]:
    """Return by what a finding about a fact is known: subject, place, and how it comes in."""
    from supplymatrix.checks.native import fact_subject

    return fact_subject(fact), fact.location.artifact, f"{fact.mode.value}, told by {fact.proof.value}"


def _grouped(facts: Sequence[NativeCode]) -> Iterator[tuple[str, list[NativeCode]]]:
    """Yield the facts of each module, Go's own first."""
    groups: dict[str, list[NativeCode]] = {}
    for fact in sorted(facts, key=lambda one: (one.subject.path != "std", one.subject, one.library, one.mode.value)):
        groups.setdefault("Go itself" if fact.subject.path == "std" else str(fact.subject), []).append(fact)
    yield from groups.items()


def _is_of(program: str, target: CgoTarget) -> bool:
    return program == target.name if target.is_program else not program


def _rank(level: str) -> int:
    return ["", "note", "warn", "error"].index(level) if level in ("", "note", "warn", "error") else 0


def _wrapped(label: str, text: str, width: int, indent: int) -> list[str]:
    start = " " * indent + f"{label:{_LABEL}}"
    room = max(30, width - len(start))
    lines = textwrap.wrap(plain(text), room, break_on_hyphens=False) or [""]
    return [f"{start}{lines[0]}", *(" " * len(start) + line for line in lines[1:])]
