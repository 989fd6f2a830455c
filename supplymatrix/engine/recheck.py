"""`vendors recheck`: are the sources of a profile still what was read? Asked again, compared by digest.

The same bytes get today's date in the file, as a reading of today. Others ask for a review by a person: nothing is
edited, since nobody knows whether the statement still stands. Without a stored digest there is nothing to compare with.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path

from supplymatrix.engine.events import OnEvent, Progress, ignore_event
from supplymatrix.engine.means import Means
from supplymatrix.engine.vendor_profiles import LoadedProfiles, real_file_of
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import EvidenceKind, VendorEvidence, VendorProfile
from supplymatrix.vendors.profile_edit import Reading, with_readings

__all__ = ["SOURCE_LIMIT", "Compared", "Recheck", "Rechecked", "recheck_profiles"]

SOURCE_LIMIT = 32 << 20
"""Bytes of one source."""
_CONNECTIONS = 4  # whoever answers is somebody's web site, and no mirror
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_PLACES = ("http://", "https://")


class Compared(StrEnum):
    """What came of one source. PINNED: a file of one commit, which cannot change."""

    SAME = "same"
    CHANGED = "changed"
    CANNOT_COMPARE = "cannot be compared"
    STORED = "stored"
    PINNED = "pinned"
    GAP = "gap"


@value
class Rechecked:
    """One evidence of one vendor. detail: why, or what to do; written: whether its file has a new date now."""

    vendor: str
    evidence: VendorEvidence
    outcome: Compared
    detail: str = ""
    written: bool = False


@value
class Recheck:
    """What a recheck came to, in the order of the profiles. files: those that were written."""

    rows: tuple[Rechecked, ...]
    files: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 = all are the same, 1 = something changed, 3 = something could not be asked or compared."""
        outcomes = {row.outcome for row in self.rows}
        if Compared.CHANGED in outcomes:
            return 1
        return 3 if outcomes & {Compared.GAP, Compared.CANNOT_COMPARE} else 0


@value(kw_only=False)
class _Got:
    """What a URL gave. sha256: "" = no answer, and why."""

    sha256: str
    why: str = ""


def recheck_profiles(
    loaded: LoadedProfiles,
    profiles: Sequence[VendorProfile],
    means: Means,
    *,
    store: bool = False,
    on_event: OnEvent = ignore_event,
) -> Recheck:
    """Ask the sources of some profiles again, and re-date those that are the same.

    store: where no digest is stored yet, keep that of what is there now as a reading of today. Recall has no source
    that counts, and is not asked. Raises InputError where a file cannot be written.
    """
    wanted = {
        item.source: None
        for profile in profiles
        for item in profile.evidence.values()
        if _is_asked(item) and (item.sha256 or store)
    }
    got = {} if means.offline else asyncio.run(_fetch(tuple(wanted), means, on_event))
    rows: list[Rechecked] = []
    files: list[str] = []
    for profile in profiles:
        found = [_compare(profile, item, got, means, store=store) for item in profile.evidence.values()
                 if item.kind is not EvidenceKind.RECALL]  # fmt: skip
        written, file = _write(loaded, profile, found, got, means.now.date())
        rows += written
        files += [file] if file else []
    return Recheck(rows=tuple(rows), files=tuple(files))


def _is_asked(item: VendorEvidence) -> bool:
    return item.kind is not EvidenceKind.RECALL and item.source.startswith(_PLACES)


def _compare(
    profile: VendorProfile, item: VendorEvidence, got: Mapping[str, _Got], means: Means, *, store: bool
) -> Rechecked:
    row = Rechecked(vendor=profile.id, evidence=item, outcome=Compared.GAP)
    if not _is_asked(item):
        return changed(row, outcome=Compared.PINNED, detail="a file of one commit cannot change; look for a newer one")
    if not item.sha256 and not store:
        detail = "no digest is stored; read it, then run with --store to keep the digest of what is there"
        return changed(row, outcome=Compared.CANNOT_COMPARE, detail=detail)
    if means.offline:
        return changed(row, detail="no network is used in this run")
    answer = got[item.source]
    if not answer.sha256:
        return changed(row, detail=answer.why)
    if not item.sha256:
        return changed(row, outcome=Compared.STORED)
    if answer.sha256 == item.sha256:
        passed = item.expires_at is not None and item.expires_at < means.now.date()
        detail = f"but its own expires_at, {item.expires_at}, has passed: mend it by hand" if passed else ""
        return changed(row, outcome=Compared.SAME, detail=detail)
    detail = f"sha256 was {item.sha256[:12]}…, is {answer.sha256[:12]}…: read it again, and mend the rows on it"
    return changed(row, outcome=Compared.CHANGED, detail=detail)


async def _fetch(urls: Sequence[str], means: Means, on_event: OnEvent) -> dict[str, _Got]:
    """Return the digest of what each URL gives, or why it gives nothing."""
    from supplymatrix.net.transport import Transport
    from supplymatrix.sumdb.protocol import Absent, Body

    got: dict[str, _Got] = {}
    connections = max(1, min(_CONNECTIONS, means.jobs))
    async with Transport(environ=means.environ, ca_file=means.ca_file, connections=connections) as transport:

        async def ask(url: str) -> None:
            answer = await transport.get(url, max_bytes=SOURCE_LIMIT)
            if isinstance(answer, Body):
                got[url] = _Got(hashlib.sha256(answer.data).hexdigest())
            elif isinstance(answer, Absent):
                got[url] = _Got("", f"{answer.source} has it no more (HTTP {answer.status})")
            else:
                got[url] = _Got("", answer.reason)
            on_event(Progress(stage="sources", done=len(got), total=len(urls)))

        await asyncio.gather(*(ask(url) for url in urls))
    return got


def _write(
    loaded: LoadedProfiles, profile: VendorProfile, rows: list[Rechecked], got: Mapping[str, _Got], today: date
) -> tuple[list[Rechecked], str]:
    """Write the readings of today into a profile's file; return the rows as they are now, and the file's name."""
    readings = {
        row.evidence.id: Reading(retrieved_at=today, sha256=got[row.evidence.source].sha256)
        for row in rows
        if row.outcome in (Compared.SAME, Compared.STORED) and _can_be_dated(row.evidence, today)
    }
    if not readings:
        return rows, ""
    file = real_file_of(profile, loaded.own)
    if file is None or _INSTALLED & set(file.resolve().parts):
        why = "its file belongs to the installed program and is not edited: keep a copy in a folder of your own"
        return [changed(row, detail=why) if row.evidence.id in readings else row for row in rows], ""
    _replace(file, profile, readings)
    return [changed(row, written=row.evidence.id in readings) for row in rows], file.as_posix()


def _can_be_dated(item: VendorEvidence, today: date) -> bool:
    """Return whether a reading of today fits: not with a clock that is behind, nor with an own end that has passed."""
    return item.retrieved_at <= today and (item.expires_at is None or item.expires_at >= today)


def _replace(file: Path, profile: VendorProfile, readings: Mapping[str, Reading]) -> None:
    from supplymatrix.engine.vendor_profiles import PROFILE_LIMIT
    from supplymatrix.net.whole_file import replace_whole
    from supplymatrix.sources.files import read_limited
    from supplymatrix.vendors.profile_reader import parse_profile

    data = read_limited(file, PROFILE_LIMIT, "vendor profile")
    if hashlib.sha256(data).hexdigest() != profile.sha256:
        message = "the profile was changed while its sources were asked: it is not touched"
        raise InputError(Diagnostic(message=message, artifact=file.as_posix(), remedy="run again"))
    new = with_readings(data, file.as_posix(), readings)
    parse_profile(new, file.as_posix())  # what was right before is right now, or nothing is written
    try:
        real = Path(os.path.realpath(file))
        replace_whole(real, new, mode=real.stat().st_mode & 0o777)
    except OSError as err:
        message = f"the profile cannot be written: {err.strerror or err}"
        fault = Diagnostic(message=message, artifact=file.as_posix(), expected="a file that may be written")
        raise InputError(fault) from err
