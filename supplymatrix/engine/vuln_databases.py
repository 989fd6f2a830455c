"""The vulnerability databases of a run: the Go one as `feeds sync go-vulndb` has kept it, and those that are named.

found = open_databases(means.environ, paths=(Path("ours.jsonl"),))
found.index.affecting("golang.org/x/text", "v0.3.5"), found.databases, found.gaps

The Go database comes first, so that its entries, which name functions, are told before others of the same
vulnerability. A whole copy of it that is named takes the place of the synced one: one that has all the entries of its
own index, or no fewer entries than that; some of its entries count beside it. What was synced is kept once more in the
compact form, beside the files that were received; where that is lost or damaged, it is made anew from them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.errors import InputError, SourceError
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value
from supplymatrix.model.vulnerability import VulnDatabase
from supplymatrix.vulns.index import VulnIndex

if TYPE_CHECKING:
    from supplymatrix.engine.vuln_files import ReadDatabase
    from supplymatrix.net.feed_store import Generation
    from supplymatrix.vulns.index import AdvisorySource

__all__ = ["GO_DATABASE_WANTED", "OLD_AFTER", "SYNC", "VulnDatabases", "age_gap", "keep_compact", "open_databases"]

GO_DATABASE_WANTED = "the Go vulnerability database"
OLD_AFTER = timedelta(days=30)
"""The age from which on a copy of a database says too little of today."""
SYNC = "supplymatrix feeds sync go-vulndb"
_FEED = "go-vulndb"
_COMPACT = "vulns.compact"
_MAX_COMPACT = 256 << 20
_SHOWN = 2


@value
class VulnDatabases:
    """index: all of them as one. databases: what they are, in their order. gaps: those that are missing or cannot be
    read whole; without the Go database there is one."""

    index: VulnIndex
    databases: tuple[VulnDatabase, ...]
    gaps: tuple[Gap, ...]


def open_databases(
    environ: Mapping[str, str], paths: Sequence[Path] = (), *, store: Path | None = None
) -> VulnDatabases:
    """Return the databases. paths: of named ones, before those of the settings. store: of synced feeds, None = the
    user's. Raises InputError for settings that cannot be used; what is wrong with a database is a gap."""
    gaps: list[Gap] = []
    named: list[ReadDatabase] = []
    for path in dict.fromkeys((*paths, *_of_settings(environ))):
        named += _named(path, gaps)
    sources = sorted((one.source for one in named), key=lambda source: source.database.id != "go")
    if not any(one.is_indexed for one in named):
        missing: list[Gap] = []
        synced = _synced(environ, store, missing)
        least = max((source.database.entries for source in synced), default=0)
        if not any(one.is_go and one.source.database.entries >= least for one in named):
            sources = [*synced, *sources]
            gaps += missing
    sources = _with_own_ids(sources)
    return VulnDatabases(
        index=VulnIndex(sources), databases=tuple(source.database for source in sources), gaps=tuple(gaps)
    )


def age_gap(database: VulnDatabase, today: date) -> Gap | None:
    """Return what an old copy cannot tell, None for one that is young enough. Of a database that nobody dates, or that
    is of a day to come, that."""
    dated = database.dated
    if dated is not None and timedelta() <= today - dated <= OLD_AFTER:
        return None
    since, reason = "since the copy was made", f"nothing says of which day the {database.name} here is"
    if dated is not None and dated > today:
        reason = f"the {database.name} here says that it is of {dated.isoformat()}, which is yet to come"
        reason += f" ({database.dated_by})"
    elif dated is not None:
        since, days = f"since {dated.isoformat()}", (today - dated).days
        reason = f"the {database.name} here is {days:,} days old ({OLD_AFTER.days} allowed)"
    remedy = f"`{SYNC}`" if database.id == "go" else "bring a newer copy"
    return Gap(wanted=f"advisories of {database.name} {since}", reason=reason, remedy=remedy, subject=database.id)


def keep_compact(generation: Generation) -> tuple[AdvisorySource, tuple[Gap, ...]] | None:
    """Make the compact form of a synced state and keep it beside; where that cannot be written, it is made anew each
    time. Returns the database and what of it is lost, None where nothing of the state can be read, or its bytes are not
    those that were received."""
    from supplymatrix.engine.vuln_files import read_files
    from supplymatrix.net.feed_store import digest_of
    from supplymatrix.net.whole_file import replace_whole
    from supplymatrix.vulns.compact import pack_database

    files = generation.manifest.files
    if any(digest_of(generation.path_of(file)) != (file.bytes, file.sha256) for file in files):
        return None
    digest = files[0].sha256 if len(files) == 1 else ""
    where = (files[0].url if files else "") or "the folder of synced feeds"
    name = files[0].name if len(files) == 1 else _FEED
    try:
        read = read_files(
            [(generation.path_of(file), file.name) for file in files], label=where, name=name, sha256=digest
        )
    except InputError:
        return None
    gaps = _lost(read, GO_DATABASE_WANTED)
    data = pack_database(read.source.database, read.source.entries())
    told = [[gap.wanted, gap.reason, gap.remedy] for gap in gaps]
    head = json.dumps({"manifest": generation.digest, "gaps": told}).encode("ascii")
    with suppress(OSError):
        replace_whole(generation.folder / _COMPACT, head + b"\n" + data)
    return read.source, gaps


def _synced(environ: Mapping[str, str], store: Path | None, gaps: list[Gap]) -> list[AdvisorySource]:
    """Return the Go database as it was synced; without one there is a gap."""
    from supplymatrix.engine.feed_data import default_store
    from supplymatrix.net.feed_store import FeedStore

    folder = store if store is not None else default_store(environ)
    try:
        generation = None if folder is None else FeedStore(folder).generation(_FEED)
    except InputError as err:
        gaps.append(_missing(str(err.diagnostics[0].message)))
        return []
    if generation is None:
        gaps.append(_missing("the Go vulnerability database is not on this machine"))
        return []
    found = _kept(generation) or keep_compact(generation)
    if found is None:
        gaps.append(_missing("the synced copy cannot be read, or is not what was received"))
        return []
    gaps += found[1]
    return [found[0]]


def _kept(generation: Generation) -> tuple[AdvisorySource, tuple[Gap, ...]] | None:
    """Return what is kept of a state in the compact form, None unless it is whole and of this state."""
    from supplymatrix.net.local import read_plain
    from supplymatrix.sumdb.protocol import Body
    from supplymatrix.vulns.compact import read_compact

    answer = read_plain(os.fspath(generation.folder / _COMPACT), "the compact form", "feeds", _MAX_COMPACT)
    if not isinstance(answer, Body):
        return None
    line, _, data = answer.data.partition(b"\n")
    with suppress(InputError, ValueError, KeyError, TypeError, RecursionError):
        head = json.loads(line)
        if head["manifest"] == generation.digest:
            gaps = tuple(Gap(wanted=str(w), reason=str(r), remedy=str(n), subject="go") for w, r, n in head["gaps"])
            return read_compact(data), gaps
    return None


def _of_settings(environ: Mapping[str, str]) -> tuple[Path, ...]:
    from supplymatrix.engine.settings import load_settings

    try:
        return load_settings(environ).databases
    except SourceError:
        return ()


def _named(path: Path, gaps: list[Gap]) -> list[ReadDatabase]:
    from supplymatrix.documents.secret_text import blotted
    from supplymatrix.engine.vuln_files import read_database

    named = path.as_posix()
    shown = blotted(named)
    wanted = f"the vulnerability database {shown}"
    try:
        read = read_database(path)
    except InputError as err:
        fault = err.diagnostics[0]
        reason = f"{fault.message} ({fault.artifact})" if fault.artifact not in ("", named) else str(fault.message)
        remedy = fault.remedy or "name a file or folder of entries in the OSV form"
        gaps.append(Gap(wanted=wanted, reason=reason, remedy=remedy, location=Location(artifact=shown)))
        return []
    gaps += _lost(read, wanted)
    return [read]


def _lost(read: ReadDatabase, wanted: str) -> tuple[Gap, ...]:
    """Return what of a database could not be read, and what its index names and is not there, as a gap each."""
    remedy = f"`{SYNC}`" if read.source.database.id == "go" else "mend what it says"
    subject = read.source.database.id
    gaps = []
    if read.absent:
        reason = f"{read.absent:,} of {read.named:,} entries that its index names are not there"
        whole = remedy if subject == "go" else "bring a copy that is whole"
        gaps.append(Gap(wanted=f"all of {wanted}", reason=reason, remedy=whole, subject=subject))
    if not read.lost:
        return tuple(gaps)
    shown = "; ".join(f"{fault.artifact}: {fault.message}" for fault in read.faults[:_SHOWN])
    entries = "1 entry or file of it" if read.lost == 1 else f"{read.lost:,} entries or files of it"
    reason = f"{entries} cannot be read: {shown}"
    return (*gaps, Gap(wanted=f"all of {wanted}", reason=reason, remedy=remedy, subject=subject))


def _missing(why: str) -> Gap:
    return Gap(wanted=GO_DATABASE_WANTED, reason=why, remedy=f"`{SYNC}`", subject="go")


def _with_own_ids(sources: Sequence[AdvisorySource]) -> list[AdvisorySource]:
    """Return databases each of which has an id of its own: a second "ours" is "ours-2"."""
    from supplymatrix.vulns.index import Entries

    seen: dict[str, int] = {}
    made: list[AdvisorySource] = []
    for source in sources:
        name = source.database.id
        seen[name] = seen.get(name, 0) + 1
        if seen[name] == 1:
            made.append(source)
            continue
        new = f"{name}-{seen[name]}"
        entries = [changed(advisory, database=new) for advisory in source.entries()]
        made.append(Entries(changed(source.database, id=new), entries))
    return made
