"""Marks to an answer: whose way it is, which module, and what the table of certificates says of that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from supplymatrix.fips.certificates import READ_ON, WORDS, certificate_of
from supplymatrix.fips.families import AT_RUN_TIME
from supplymatrix.fips.words import is_frozen
from supplymatrix.model.fips import CertificateState, FipsFamily, FipsMark, MarkKind
from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = ["Judged", "family_of", "is_version_asked", "judge", "mark"]

_KINDS = tuple(MarkKind)
_FAMILIES = tuple(FipsFamily)
_SPEAKING = (MarkKind.WITNESS, MarkKind.CLAIM, MarkKind.SIGN)
"""What tells a family, the stronger first: code that is there goes before what somebody wanted."""
_CLOSER = (
    FipsFamily.CHAINGUARD, FipsFamily.CANONICAL, FipsFamily.MICROSOFT, FipsFamily.REDHAT, FipsFamily.BORINGCRYPTO,
    FipsFamily.UPSTREAM,
)  # fmt: skip
"""Of marks of one strength: a vendor's own mark goes before that of what it is made from."""
_GO = re.compile(r"go1\.([0-9]{1,4})")
_BORING_SINCE = 26
"""The Go whose source names the version of BoringCrypto that it has; older ones were not looked at."""
_BORING = "fips-20220613"


@value
class Judged:
    """family, others, module, state, certificate, dated: as in `FipsPosture`."""

    family: FipsFamily
    others: tuple[FipsFamily, ...] = ()
    module: str = ""
    state: CertificateState = CertificateState.NOT_APPLICABLE
    certificate: str = ""
    dated: date | None = None

    @staticmethod
    def in_order(marks: Iterable[FipsMark]) -> tuple[FipsMark, ...]:
        """Return marks by kind, family and place, each once."""
        return tuple(sorted(dict.fromkeys(marks), key=_key))


def mark(kind: MarkKind, family: FipsFamily, words: str, location: Location) -> FipsMark:
    """Return a mark."""
    return FipsMark(kind=kind, family=family, words=words, location=location)


def _key(one: FipsMark) -> tuple[object, ...]:
    place = one.location
    return (_KINDS.index(one.kind), _FAMILIES.index(one.family), place.artifact, place.line, place.pointer, one.words)


def family_of(marks: Sequence[FipsMark]) -> tuple[FipsFamily, tuple[FipsFamily, ...]]:
    """Return the family for which the strongest marks speak, and the others for which any does.

    A mark of Chainguard or Canonical beside one of what theirs is made from (Microsoft's, Red Hat's) says the family.
    """
    spoken = {one.family for one in marks if one.kind in _SPEAKING} - {FipsFamily.NONE, FipsFamily.UNKNOWN}
    chosen = FipsFamily.NONE
    for kind in _SPEAKING:
        found = {one.family for one in marks if one.kind is kind} & spoken
        if found:
            chosen = next(family for family in _CLOSER if family in found)
            break
    made_from = {FipsFamily.MICROSOFT, FipsFamily.REDHAT}
    if chosen in made_from:
        nearer = [family for family in (FipsFamily.CHAINGUARD, FipsFamily.CANONICAL) if family in spoken]
        if nearer:
            spoken -= {chosen}
            chosen = nearer[0]
    return chosen, tuple(family for family in _FAMILIES if family in spoken and family is not chosen)


def judge(
    marks: Sequence[FipsMark],
    *,
    wanted: str,
    versions: Sequence[str],
    mode: str,
    go_version: str = "",
    meaning: str = "",
) -> Judged:
    """Return what marks say. wanted: GOFIPS140, "" without. versions: of Go's module that are linked in. mode: of
    GODEBUG's fips140. go_version: "go1.26.8", "" unknown. meaning: the version that `wanted` stands for, "" = nobody
    knows."""
    family, others = family_of(marks)
    is_version = is_version_asked(wanted)
    if FipsFamily.UPSTREAM in others and is_version and _is_only_claimed(marks, family):
        others = tuple(one for one in _FAMILIES if one in (family, *others) and one is not FipsFamily.UPSTREAM)
        family = FipsFamily.UPSTREAM  # a version of Go's module goes with no other module
    if family is FipsFamily.NONE:
        if wanted == "latest" or mode in ("on", "only", "debug"):
            return Judged(family=FipsFamily.UPSTREAM, others=others, state=CertificateState.NOT_FROZEN, dated=READ_ON)
        return Judged(family=family, others=others)
    if family in AT_RUN_TIME:
        return Judged(family=family, others=others, state=CertificateState.AT_RUN_TIME, dated=READ_ON)
    if family is FipsFamily.BORINGCRYPTO:
        return _of_table(family, others, _BORING if _minor(go_version) >= _BORING_SINCE else "")
    if wanted == "off" and not versions:
        return Judged(family=FipsFamily.NONE, others=others)
    if not versions and not is_version:
        return Judged(family=family, others=others, state=CertificateState.NOT_FROZEN, dated=READ_ON)
    if versions or meaning:
        return _of_table(family, others, ", ".join(versions) or meaning)
    state = CertificateState.NOT_IN_TABLE
    return Judged(family=family, others=others, module=wanted, state=state, dated=READ_ON)


def is_version_asked(wanted: str) -> bool:
    """Return whether a GOFIPS140 asks for a version that was frozen, by its name or another word."""
    return is_frozen(wanted) or (wanted in WORDS and wanted not in ("off", "latest"))


def _is_only_claimed(marks: Sequence[FipsMark], family: FipsFamily) -> bool:
    """Return whether nothing but settings and tags speak for a way that needs a vendor's Go."""
    stronger = (MarkKind.SIGN, MarkKind.WITNESS)
    return family in AT_RUN_TIME and not any(one.family is family and one.kind in stronger for one in marks)


def _of_table(family: FipsFamily, others: tuple[FipsFamily, ...], version: str) -> Judged:
    known = certificate_of(family, version) if version else None
    if known is None:
        state = CertificateState.NOT_IN_TABLE
        return Judged(family=family, others=others, module=version, state=state, dated=READ_ON)
    return Judged(
        family=family,
        others=others,
        module=version,
        state=known.state,
        certificate=known.number,
        dated=known.dated,
    )


def _minor(go_version: str) -> int:
    found = _GO.match(go_version)
    return int(found[1]) if found else 0
