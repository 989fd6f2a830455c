"""SM210 credential-in-settings: a setting or a file gives a password, a token or a key away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.go_sources import CREDENTIALS_WANTED, IN_PROGRAM, Credential, CredentialsSought
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Confidence, Evidence, Level, Result, Rule, Severity
from supplymatrix.model.value import changed

__all__ = ["CREDENTIAL", "JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM210",
    name="credential-in-settings",
    title="a setting or a file gives a password, a token or a key away",
    why="Whoever reads the file, the image or the settings can do what the credential allows, until it is revoked.",
    severity=Severity.CRITICAL,
    level=Level.ERROR,
    needs=("Credential", "CredentialsSought"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="credential-leak",
)
CREDENTIAL = "credential:"
"""What the subject of a result about credentials begins with."""
_NO_MODULE = ModuleVersion(path="", version="")
_SHOWN = 10  # places of one finding


def check(view: FactView) -> Iterator[Result]:
    """One finding for each name, place and kind; a pass for each place where there is none. Programs are SM146's."""
    for gap in view.facts.gaps:
        if gap.wanted.startswith(CREDENTIALS_WANTED):
            yield unknown(RULE, f"{CREDENTIAL}{gap.wanted.removeprefix(CREDENTIALS_WANTED)}", _NO_MODULE, gap)
    together: dict[tuple[str, str, str, str], list[Credential]] = {}
    for one in view.facts.of(Credential):
        if one.origin != IN_PROGRAM:
            together.setdefault((_place(one), one.where, one.name, one.kind), []).append(one)
    for found in together.values():
        yield _told(found)
    for place in view.facts.of(CredentialsSought):
        if place.looked and not place.found:
            yield passed(RULE, f"{CREDENTIAL}{place.place}", _NO_MODULE)


def _place(one: Credential) -> str:
    return one.location.artifact or one.origin


def _in_words(place: str) -> str:
    return "the environment" if place == "environment" else place


def _told(found: Sequence[Credential]) -> Result:
    first = min(found, key=lambda one: (not one.is_committed, one.location))
    place = _place(first)
    subject = f"{CREDENTIAL}{place}:{first.name or first.where}".replace(" ", "_")
    named = f" ({first.name})" if first.name and first.name not in first.where else ""
    inside = "" if first.where in first.kind else f" in {first.where}"
    number = f", {len(found)} times" if len(found) > 1 else ""
    committed = ", and git tracks the file" if any(one.is_committed and one.length for one in found) else ""
    shown = "its value is shown nowhere" if any(one.length for one in found) else "its value is not here"
    result = failed(
        RULE,
        subject,
        _NO_MODULE,
        message=f"{_in_words(place)} gives a credential away: {first.kind}{named}{inside}{number}{committed}",
        label=f"{first.kind}{number}; {shown}",
        locations=_places(found),
        evidence=tuple(_evidence(found)),
        fix=first.advice or "make it worthless where it counts, and take it out",
        identity=f"{subject}\n{first.where}\n{first.kind}",
    )
    if result.finding is None or any(one.is_sure for one in found):
        return result
    return changed(result, finding=changed(result.finding, confidence=Confidence.HIGH))


def _places(found: Sequence[Credential]) -> tuple[Location, ...]:
    """Return the places in files of the project; the home folder and the environment are none."""
    places = sorted({one.location for one in found if not one.origin and one.location.artifact})
    return tuple(places[:_SHOWN])


def _evidence(found: Sequence[Credential]) -> Iterator[Evidence]:
    for one in found[:_SHOWN]:
        if one.length:
            begins = f", begins with {one.prefix}" if one.prefix else ""
            digest = f", SHA-256 {one.digest}…" if one.digest else ""
            yield Evidence(label="value", value=f"{one.length} characters{begins}{digest}")
    if any(one.is_shipped and not one.length for one in found):
        yield Evidence(label="goes into", value="the image's history: whoever has the image has what is given for it")
    if any(one.is_shipped and one.length for one in found):
        yield Evidence(label="goes into", value="what is built from the file: whoever has that has it")
    if any(one.is_readable for one in found):
        yield Evidence(label="readable", value="by other users of this machine")
