"""What rules about native code share: subjects, names, evidence, and whose finding a fact is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from supplymatrix.checks.result import failed
from supplymatrix.checks.view import FactView
from supplymatrix.model.native_code import LinkMode, NativeCode
from supplymatrix.model.rule import Evidence, Result, Rule

__all__ = ["brought", "fact_subject", "name_of", "native_finding", "whose"]

_FILES = 5


def brought(view: FactView, *modes: LinkMode) -> Iterator[NativeCode]:
    """Yield the facts of the builds that were looked at, in order; of some modes only, if any are named."""
    for fact in view.facts.of(NativeCode):
        if fact.is_built and (not modes or fact.mode in modes):
            yield fact


def whose(fact: NativeCode) -> str:
    """Return what brings it, in words."""
    return "Go itself" if fact.subject.path == "std" else str(fact.subject)


def name_of(fact: NativeCode) -> str:
    """Return what it is called in a message."""
    if fact.library:
        return fact.library
    return "a library whose name is known when it runs" if fact.mode is LinkMode.LOADED else "C code"


def fact_subject(fact: NativeCode) -> str:
    """Return the subject of a result: "libvips in github.com/h2non/bimg@v1.1.9", with the program's name behind it."""
    subject = f"{fact.library or fact.mode.value} in {fact.subject}"
    return f"{subject} of {fact.program}" if fact.program else subject


def native_finding(
    rule: Rule, fact: NativeCode, *, message: str, label: str, fix: str, more: Iterable[tuple[str, str]] = ()
) -> Result:
    """Return a finding about a fact, with all that it rests on."""
    into = f" (in {fact.program})" if fact.program else ""
    return failed(
        rule,
        fact_subject(fact),
        fact.subject,
        message=f"{message}{into}",
        label=label,
        locations=(fact.location,),
        evidence=tuple(Evidence(label=name, value=text) for name, text in (*_evidence(fact), *more) if text),
        fix=fix,
        identity=f"{fact_subject(fact)}\n{fact.mode.value}\n{fact.licence}",
    )


def _evidence(fact: NativeCode) -> Iterator[tuple[str, str]]:
    shown = fact.files[:_FILES]
    files = ", ".join(shown)
    more = f" and {fact.count - len(shown):,} more" if fact.count > len(shown) and files else ""
    packages = ", ".join(fact.packages[:_FILES])
    yield "how", f"{fact.mode.value}, told by {fact.proof.value}"
    yield "licence", f"{fact.licence or 'not known'}{f' ({fact.licence_from})' if fact.licence_from else ''}"
    yield "position", f"{fact.position.of.value}{f' ({fact.position.source})' if fact.position.source else ''}"
    yield "disputed", "others hold the contrary" if fact.position.is_disputed else ""
    yield "files", files + more
    yield "packages", packages if not files else ""
    yield "note", "; ".join(fact.notes[:2])
