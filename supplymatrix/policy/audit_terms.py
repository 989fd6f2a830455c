"""What the sections about audits ask for: [vulns], [sla], [crypto], [cgo], [path], and keys of [sources], [toolchain].

Each key is of one kind, and its kind says which of two values is the stricter: with that files are put together, held
against those they build on, and compared. What a key asks for by a rule's level alone is told as such a level
(`policy.audit_reader`), and nothing else is known of it here.

    fail_at = "module"       CHOICE    one of some words, the loosest first
    max_database_age = "14d" DAYS      fewer are stricter
    families = ["go-module"] ALLOWED   fewer are stricter; not said: all are allowed
    allow_packages = […]     EXCUSED   fewer are stricter; not said: none is excused
    databases = ["go"]       NEEDED    more are stricter, and those of all files add up
    direct = false           FLAG      one of the two is stricter
    minimum = "1.25.3"       VERSION   of Go; newer is stricter
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from supplymatrix.gomod.goversion import go_version_key
from supplymatrix.model.fips import CertificateState, FipsFamily
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value
from supplymatrix.policy.globs import covers_glob

__all__ = [
    "CLOCKS", "FIPS_FAMILIES", "STATES", "TERMS", "Kind", "Said", "Term", "TermValue", "Terms", "combined",
    "looser_of", "put_over", "shown_value", "stricter_word", "unsaid_of",
]  # fmt: skip

TermValue = str | int | bool | tuple[str, ...]


class Kind(Enum):
    """How two values of a key compare."""

    CHOICE = "choice"
    DAYS = "days"
    ALLOWED = "allowed"
    EXCUSED = "excused"
    NEEDED = "needed"
    FLAG = "flag"
    VERSION = "version"


@value
class Term:
    """One key. words: of a CHOICE, the loosest first; of a list all that it may name, none = any. strict: of a FLAG the
    stricter value. unsaid: what holds where its section or family is on and does not say it, None = nothing is asked;
    "" of a CHOICE is what its rules do by themselves. scale: words with that, where it stands between two of them."""

    section: str
    name: str
    kind: Kind
    words: tuple[str, ...] = ()
    strict: bool = False
    unsaid: TermValue | None = None
    scale: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What it is known by: "vulns.fail_at"."""
        return f"{self.section}.{self.name}"


@value
class Said:
    """What a file says of a key, and where."""

    value: TermValue
    location: Location


Terms = Mapping[str, Said]
"""By key."""

FIPS_FAMILIES = tuple(family.value for family in FipsFamily if family not in (FipsFamily.NONE, FipsFamily.UNKNOWN))
STATES = tuple(state.value for state in CertificateState if state is not CertificateState.NOT_APPLICABLE)
CLOCKS = ("fix_available", "first_seen", "published")
"""From when on [sla] counts; each begins no later than the one before it, as far as anybody keeps these days."""

DATABASE_DAYS = 30
"""How old a database may be where nobody says it: SM308 takes it for old then."""
_FIX_WITHIN = "sla.fix_within"
_SEVERITIES = ("critical", "high", "medium", "low")

_ALL = (
    Term(section="vulns", name="fail_at", kind=Kind.CHOICE, words=("symbol", "package", "module")),
    Term(section="vulns", name="databases", kind=Kind.NEEDED),
    Term(section="vulns", name="max_database_age", kind=Kind.DAYS, unsaid=DATABASE_DAYS),
    Term(section="vulns", name="osv_scanner_ignores", kind=Kind.FLAG, strict=False, unsaid=False),
    Term(section="sla", name="fix_within", kind=Kind.DAYS),
    Term(section="sla", name="called", kind=Kind.DAYS),
    *(Term(section="sla", name=name, kind=Kind.DAYS) for name in _SEVERITIES),
    Term(section="sla", name="from", kind=Kind.CHOICE, words=CLOCKS, unsaid="published"),
    Term(section="crypto", name="fips", kind=Kind.CHOICE, words=("off", "required")),
    Term(section="crypto", name="families", kind=Kind.ALLOWED, words=FIPS_FAMILIES),
    Term(section="crypto", name="state", kind=Kind.ALLOWED, words=STATES, unsaid=("certified",)),
    Term(section="crypto", name="mode", kind=Kind.CHOICE, words=("on", "only")),
    Term(section="crypto", name="allow_packages", kind=Kind.EXCUSED, unsaid=()),
    Term(section="cgo", name="allow", kind=Kind.ALLOWED),
    Term(section="sources", name="proxies", kind=Kind.ALLOWED),
    Term(section="sources", name="direct", kind=Kind.FLAG, strict=False),
    Term(section="toolchain", name="minimum", kind=Kind.VERSION),
    Term(section="path", name="vendors", kind=Kind.ALLOWED),
    Term(section="path", name="toolchains", kind=Kind.ALLOWED),
    Term(
        section="path",
        name="pinned",
        kind=Kind.CHOICE,
        words=("version", "digest"),
        unsaid="",
        scale=("version", "", "digest"),
    ),
)
TERMS: Mapping[str, Term] = {term.key: term for term in _ALL}


def put_over(here: Terms, above: Terms) -> dict[str, Said]:
    """Return the terms of a file over those that it builds on, none of which it may set looser or all of which it may.

    What is needed adds up.
    """
    found = {**above, **here}
    for key in here.keys() & above.keys():
        if TERMS[key].kind is Kind.NEEDED:
            found[key] = changed(here[key], value=_union(here[key].value, above[key].value))
    return found


def unsaid_of(term: Term, terms: Terms, is_asked: frozenset[str]) -> TermValue | None:
    """Return what a policy asks for by a key that it does not say, None for nothing. is_asked: its sections, and the
    families of audits that it has on otherwise."""
    if term.section == "sla":  # the section is there where it says what it has to say
        within = terms.get(_FIX_WITHIN)
        return None if within is None else within.value if term.name in _SEVERITIES else term.unsaid
    return term.unsaid if term.section in is_asked else None


def looser_of(
    here: Terms, above: Terms, *, is_asked: frozenset[str]
) -> Iterator[tuple[Term, Said, str, Location | None]]:
    """Yield what a file would set looser than those it builds on: key, value, the least that may be, where that stands,
    None where nothing says it.

    is_asked: sections and families that these have, so that what they do not say holds as it is without them.
    """
    for key, said in here.items():
        term, least = TERMS[key], above.get(key)
        asked = least.value if least is not None else unsaid_of(term, above, is_asked)
        if asked is not None and is_looser(term, said.value, asked):
            place = least or (above.get(_FIX_WITHIN) if term.section == "sla" else None)
            yield term, said, shown_value(term, asked), place.location if place is not None else None


def is_looser(term: Term, one: TermValue, least: TermValue) -> bool:
    """Return whether a value asks for less than another one."""
    if term.kind is Kind.NEEDED:
        return False  # it adds up
    if isinstance(one, tuple) and isinstance(least, tuple):
        return any(not _is_covered(word, least) for word in one)
    return _rank(term, one) < _rank(term, least)


def combined(one: Terms, other: Terms, *, asked: frozenset[str], asked_of_other: frozenset[str]) -> dict[str, Said]:
    """Return the stricter of each. asked, asked_of_other: the sections and families that each side has."""
    found: dict[str, Said] = {}
    for key in [*one, *(key for key in other if key not in one)]:
        term = TERMS[key]
        ours = one.get(key) or _as_unsaid(term, one, asked, other.get(key))
        theirs = other.get(key) or _as_unsaid(term, other, asked_of_other, ours)
        if ours is None or theirs is None:
            said = ours or theirs
        elif isinstance(ours.value, tuple) and isinstance(theirs.value, tuple):
            join = _union if term.kind is Kind.NEEDED else _both
            said = changed(ours, value=join(ours.value, theirs.value))
        else:
            said = theirs if _rank(term, theirs.value) > _rank(term, ours.value) else ours
        if said is not None and (said.value != term.unsaid or (key in one and key in other)):
            found[key] = said
    return found


def _as_unsaid(term: Term, terms: Terms, asked: frozenset[str], said: Said | None) -> Said | None:
    """Return what a side asks for by a key that the other one alone says, where it stands if anywhere."""
    unsaid = unsaid_of(term, terms, asked)
    if unsaid is None or said is None:
        return None
    within = terms.get(_FIX_WITHIN) if term.section == "sla" else None
    return Said(value=unsaid, location=(within or said).location)


def stricter_word(term: Term, was: TermValue | None, now: TermValue | None) -> str:
    """Return "stricter", "weaker" or "other": how a value changes, "" where it does not. None: nothing is asked."""
    if was is None or now is None:
        is_more = was is None if term.kind is not Kind.EXCUSED else now is None
        return "stricter" if is_more else "weaker"
    if isinstance(was, tuple) and isinstance(now, tuple):
        if set(was) == set(now):
            return ""
        is_narrower, is_wider = (all(_is_covered(w, other) for w in one) for one, other in ((now, was), (was, now)))
        if is_narrower is is_wider:
            return "other"
        return "stricter" if is_narrower is not (term.kind is Kind.NEEDED) else "weaker"
    return "" if was == now else "stricter" if _rank(term, now) > _rank(term, was) else "weaker"


def shown_value(term: Term, found: TermValue) -> str:
    """Return a value as a file writes it."""
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, tuple):
        return ", ".join(found) or "none"
    return f"{found}d" if term.kind is Kind.DAYS else str(found) or "as its rules have it"


def _rank(term: Term, found: TermValue) -> tuple[object, ...]:
    """How strict a value is: the higher, the stricter."""
    if term.kind is Kind.DAYS:
        return (-int(str(found)),)
    if term.kind is Kind.CHOICE:
        return ((term.scale or term.words).index(str(found)),)
    if term.kind is Kind.FLAG:
        return (found is term.strict,)
    return tuple(go_version_key(str(found)))


def _union(one: TermValue, other: TermValue) -> tuple[str, ...]:
    return tuple(sorted({*_words(one), *_words(other)}))


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Return what two lists both allow; of two globs the narrower."""
    kept = [word for word in one if _is_covered(word, other)]
    return tuple(dict.fromkeys((*kept, *(word for word in other if _is_covered(word, one)))))


def _is_covered(word: str, words: tuple[str, ...]) -> bool:
    return word in words or any(covers_glob(other, word) for other in words)


def _words(found: TermValue) -> tuple[str, ...]:
    return found if isinstance(found, tuple) else ()
