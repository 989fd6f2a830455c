"""Use case `feeds sync`: fetch what is new of each feed, or take it from a folder, and put it into the store.

Each feed is a state of its own: what is received is read before it counts. A file that cannot be read does not replace
the one that was there, the other files still count, and a feed of which nothing can be used keeps its old state. Feeds
that are served as a file for each CVE come last: the CVEs are those that the vulnerability database of Go names.

No credentials are sent, since all addresses are public ones.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from supplymatrix.engine.events import Message, OnEvent, Progress, ignore_event
from supplymatrix.engine.means import Means
from supplymatrix.errors import Diagnostic, InputError, SourceError
from supplymatrix.model.value import changed, value
from supplymatrix.net.feed_store import FeedStore, Generation, Manifest, Staging, StoredFile, digest_of

if TYPE_CHECKING:
    from supplymatrix.engine.feed_folder import FoundFile
    from supplymatrix.feeds.registry import Feed
    from supplymatrix.model.advisory import FeedDate, FeedReading
    from supplymatrix.net.transport import Transport

__all__ = ["FeedSync", "SyncOutcome", "SyncRequest", "SyncState", "chosen_feeds", "sync_feeds"]

MAX_ARCHIVE = 1 << 30
"""Bytes of an archive as it is served."""
MAX_TOTAL = 4 << 30
"""Bytes that one sync receives in all."""
PER_HOST = 4
"""Connections to one server at a time."""
GO_VULNDB = "go-vulndb"
"""The feed that is also kept in the compact form, for `audit vulns`."""
_STILL_NEW = timedelta(hours=24)  # what a cut-off sync has received is not asked for again within this time
_MAX_CVES = 5_000
_MAX_FAULTS = 200
_ABSENT = "the server has it no more"


class SyncState(StrEnum):
    """What became of a feed.

    PARTLY: there is a new state, but some of it could not be had or read. KEPT: nothing could, the old state stays.
    FAILED: nothing could, and there is no old state. SKIPPED: there was nothing to ask.
    """

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    PARTLY = "partly"
    KEPT = "kept"
    FAILED = "failed"
    SKIPPED = "skipped"


@value
class SyncRequest:
    """What is asked. store: the folder of synced feeds. names: ids, all when empty. source: a folder, or a file of one
    feed, to take instead of the network. wait: seconds for another sync to end. limit: bytes to receive in all."""

    means: Means
    store: Path
    feeds: tuple[Feed, ...]
    names: tuple[str, ...] = ()
    source: Path | None = None
    wait: float = 60.0
    limit: int = MAX_TOTAL


@value
class FeedSync:
    """What became of one feed. new, same, kept: files; absent: addresses where the server has nothing."""

    feed: Feed
    state: SyncState
    detail: str = ""
    new: int = 0
    same: int = 0
    kept: int = 0
    absent: int = 0
    bytes: int = 0
    as_of: date | None = None
    faults: tuple[Diagnostic, ...] = ()


@value
class SyncOutcome:
    """All feeds of a sync, in the order of the registry."""

    store: Path
    feeds: tuple[FeedSync, ...]

    @property
    def exit_code(self) -> int:
        """0 = all that was asked for is there, 3 = something of it is not."""
        bad = {SyncState.PARTLY, SyncState.KEPT, SyncState.FAILED}
        return 3 if any(item.state in bad for item in self.feeds) else 0


def sync_feeds(request: SyncRequest, on_event: OnEvent = ignore_event) -> SyncOutcome:
    """Bring the store up to date.

    Raises InputError for a feed or folder that there is not, SourceError where there is no network, or no room.
    """
    feeds = chosen_feeds(request.feeds, request.names)
    store = FeedStore(request.store)
    if request.source is None and request.means.offline:
        raise SourceError(
            "feeds cannot be fetched: no network is used in this run",
            remedy="--online, or --from PATH with a folder of feed files, or a file",
        )
    if request.source is not None and not (request.source.is_dir() or request.source.is_file()):
        raise _no_source(request.source)
    sync = _Sync(request, store, on_event)
    with store.locked(lambda words: on_event(Message(text=words)), seconds=request.wait):
        found = sync.from_network(feeds) if request.source is None else sync.from_folder(feeds, request.source)
    return SyncOutcome(store=request.store, feeds=tuple(found[feed.id] for feed in feeds))


def chosen_feeds(feeds: Sequence[Feed], names: Sequence[str]) -> tuple[Feed, ...]:
    """Return the feeds of these ids, all when there are none. Raises InputError for an id that no feed has."""
    from supplymatrix.model.spelling import nearest

    known = [feed.id for feed in feeds]
    for name in names:
        if name not in known:
            near = nearest(name, known)
            raise InputError(
                Diagnostic(
                    message="there is no such feed",
                    seen=name[:100],
                    expected=f"one of {', '.join(known)}",
                    remedy=f"did you mean {near}?" if near else "`supplymatrix feeds list` lists them",
                )
            )
    return tuple(feed for feed in feeds if not names or feed.id in names)


@value
class _Want:
    """One file of a feed. name: in the store; url: where it is asked for, "" = it is taken from a folder."""

    name: str
    url: str = ""


class _Job:
    """One feed of a sync: what is wanted, what was there, what came."""

    def __init__(self, feed: Feed, store: FeedStore, wants: Sequence[_Want], *, resumes: bool) -> None:
        self.feed = feed
        self.wants = wants
        self.faults: list[Diagnostic] = []
        self.damage: tuple[Diagnostic, ...] = ()
        self.lost: dict[str, str] = {}  # name → why there is nothing new under it
        self.got: dict[str, StoredFile] = {}
        self.absent: list[str] = []
        self.old: Generation | None = None
        try:
            self.old = store.generation(feed.id)
        except InputError as err:
            self.damage = err.diagnostics  # told only where no new state takes its place
        files = self.old.manifest.files if self.old else ()
        self.before: Mapping[str, StoredFile] = {file.name: file for file in files}
        self.staging: Staging = store.staging(feed.id)
        self.held = self.staging.begin(keep=resumes)

    def old_file(self, name: str) -> tuple[StoredFile, Path] | None:
        """Return a file of the old state whose bytes are what was received, None without one."""
        file = self.before.get(name)
        if self.old is None or file is None:
            return None
        path = self.old.path_of(file)
        return (file, path) if digest_of(path) == (file.bytes, file.sha256) else None

    def fail(self, name: str, fault: Diagnostic) -> None:
        """Note that there is no new file of a name."""
        self.lost[name] = str(fault.message)
        self.faults.append(fault)

    def add(self, file: StoredFile) -> None:
        """Note that a file lies in the staging folder, whole."""
        old = self.before.get(file.name)
        if old is not None and changed(old, retrieved_at=file.retrieved_at, kept_because="") == file:
            file = changed(old, kept_because="")
        self.got[file.name] = file
        self.staging.keep(file)


class _Sync:
    """One sync, under the lock of the store."""

    def __init__(self, request: SyncRequest, store: FeedStore, on_event: OnEvent) -> None:
        from supplymatrix.engine.feed_data import load_shipped, releases_of

        self._request = request
        self._store = store
        self._tell = on_event
        self._releases: Mapping[str, FeedDate] = releases_of(load_shipped())
        self._left = request.limit

    def from_network(self, feeds: Sequence[Feed]) -> dict[str, FeedSync]:
        """Return what became of each feed."""
        from supplymatrix.feeds.registry import FeedKind

        found = {feed.id: self._skipped(feed) for feed in feeds if not feed.urls}
        whole = [feed for feed in feeds if feed.urls and feed.kind is not FeedKind.PER_CVE]
        single = [feed for feed in feeds if feed.urls and feed.kind is FeedKind.PER_CVE]
        found |= self._fetch_and_read([self._job(feed, _whole_files(feed)) for feed in whole])
        if single:
            cves = self._cves()
            found |= self._fetch_and_read([self._job(feed, _files_of_cves(feed, cves)) for feed in single])
        return found

    def from_folder(self, feeds: Sequence[Feed], folder: Path) -> dict[str, FeedSync]:
        """Return what became of each feed that has files in a folder."""
        from supplymatrix.engine.feed_folder import find_files

        found: dict[str, FeedSync] = {}
        faults: dict[str, tuple[Diagnostic, ...]] = {}
        there = find_files(folder, feeds, faults)
        if not any(there.values()) and not faults and not self._request.names:
            raise InputError(
                Diagnostic(
                    message="the folder holds no file of a feed",
                    artifact=folder.as_posix(),
                    expected="feed files as `feeds list -v` names them, or a folder that `feeds sync` made",
                )
            )
        for feed in feeds:
            files = there[feed.id]
            if not files:
                is_asked = feed.id in self._request.names or feed.id in faults
                outcome = self._without_new(
                    feed, SyncState.FAILED if is_asked else SyncState.SKIPPED, "the folder holds no file of it"
                )
                found[feed.id] = changed(outcome, faults=faults.get(feed.id, ()))
                continue
            found[feed.id] = self._read(self._copied(feed, files), "folder")
        return found

    def _copied(self, feed: Feed, files: Sequence[FoundFile]) -> _Job:
        """Return a job whose files were copied from a folder."""
        self._tell_licence(feed)
        job = _Job(feed, self._store, [_Want(name=file.name) for file in files], resumes=False)
        for number, file in enumerate(files, start=1):
            label = f"{feed.id}/{file.name}"
            outcome = file.copy_to(job.staging, self._request.means.now, label, min(MAX_ARCHIVE, self._left))
            if isinstance(outcome, Diagnostic):
                job.fail(file.name, outcome)
            else:
                self._left -= outcome.bytes
                job.add(outcome)
            self._tell(Progress(stage=label, done=number, total=len(files)))
        return job

    def _tell_licence(self, feed: Feed) -> None:
        """Tell what is to be known of a restricted licence before there is anything to use."""
        from supplymatrix.reports.feed_words import LICENCE_NOTES

        for words in LICENCE_NOTES.get(feed.id, ()):
            self._tell(Message(text=words))

    def _job(self, feed: Feed, wants: Sequence[_Want]) -> _Job:
        self._tell_licence(feed)
        return _Job(feed, self._store, wants, resumes=True)

    def _skipped(self, feed: Feed) -> FeedSync:
        is_named = feed.id in self._request.names
        detail = "it is served nowhere as a file: --from DIR takes it from a folder"
        return self._without_new(feed, SyncState.FAILED if is_named else SyncState.SKIPPED, detail)

    def _without_new(self, feed: Feed, state: SyncState, detail: str) -> FeedSync:
        """Return the outcome of a feed of which there is nothing new to be had."""
        try:
            old = self._store.generation(feed.id)
        except InputError:
            old = None
        if old is None:
            return FeedSync(feed=feed, state=state, detail=detail)
        state = SyncState.KEPT if state is SyncState.FAILED else state
        size = sum(file.bytes for file in old.manifest.files)
        return FeedSync(feed=feed, state=state, detail=detail, bytes=size, as_of=old.manifest.as_of)

    def _cves(self) -> tuple[str, ...]:
        """Return the CVEs that the Go database names, as synced, else as shipped."""
        from supplymatrix.engine.feed_data import load_feed_data

        reading = load_feed_data(
            None, environ=self._request.means.environ, store=self._request.store, registry=self._request.feeds
        )
        names = {fix.cve for fix in reading.go_fixes if fix.cve.startswith("CVE-")}
        return tuple(sorted(names)[-_MAX_CVES:])

    def _fetch_and_read(self, jobs: Sequence[_Job]) -> dict[str, FeedSync]:
        if not jobs:
            return {}
        asyncio.run(self._fetch(jobs))
        return {job.feed.id: self._read(job, "network") for job in jobs}

    async def _fetch(self, jobs: Sequence[_Job]) -> None:
        from supplymatrix.net.address import shown_origin
        from supplymatrix.net.transport import TimeOuts, Transport

        means = self._request.means
        gates: dict[str, asyncio.Semaphore] = {}
        time_outs = TimeOuts(connect=10.0, read=30.0, whole=1800.0)
        async with Transport(
            environ=means.environ, ca_file=means.ca_file, connections=max(1, means.jobs), time_outs=time_outs
        ) as transport:

            async def ask(job: _Job, want: _Want) -> None:
                async with gates.setdefault(shown_origin(want.url), asyncio.Semaphore(PER_HOST)):
                    try:
                        await self._ask(job, want, transport)
                    except OSError as err:
                        raise _no_room(self._request.store, err) from err
                done = len(job.got) + len(job.lost)
                self._tell(Progress(stage=f"{job.feed.id}/{want.name}", done=done, total=len(job.wants)))

            await asyncio.gather(*(ask(job, want) for job in jobs for want in job.wants))

    async def _ask(self, job: _Job, want: _Want, transport: Transport) -> None:
        """Get one file into the staging folder, unless it is still what is held, or was just received."""
        from supplymatrix.net.transport import Stored, Unchanged
        from supplymatrix.sumdb.protocol import Absent

        now = self._request.means.now
        held = job.held.get(want.name)
        if held is not None and held.url == want.url and timedelta(0) <= now - held.retrieved_at < _STILL_NEW:
            job.got[want.name] = held
            return
        old = job.old_file(want.name)
        file = old[0] if old is not None and old[0].url == want.url else None
        target = job.staging.path_of(want.name)
        beside = target.with_name(f"{target.name}.part")
        with _opened(beside) as opened:
            answer = await transport.download_if_changed(
                want.url,
                opened,
                max_bytes=max(0, min(_most(job.feed), self._left)),
                etag=file.etag if file else "",
                last_modified=file.last_modified if file else "",
            )
            if isinstance(answer, Stored):
                opened.flush()
                os.fsync(opened.fileno())
        if isinstance(answer, Stored):
            self._take(job, want, beside, answer)
            return
        beside.unlink(missing_ok=True)
        if isinstance(answer, Unchanged) and old is not None:
            job.staging.take(old[1], want.name)
            job.add(changed(old[0], kept_because=""))
        elif isinstance(answer, Absent) and job.feed.kind.value == "per_cve":
            job.absent.append(want.url)
            job.lost[want.name] = _ABSENT
        else:
            why = f"{answer.source} has it no more" if isinstance(answer, Absent) else getattr(answer, "reason", "")
            remedy = getattr(answer, "remedy", "") or "run `supplymatrix feeds sync` again"
            label = f"{job.feed.id}/{want.name}"
            job.fail(want.name, Diagnostic(message=f"it was not received: {why}", artifact=label, remedy=remedy))

    def _take(self, job: _Job, want: _Want, beside: Path, answer: object) -> None:
        """Give a file that was received its name."""
        found = digest_of(beside)
        if found is None:
            label = f"{job.feed.id}/{want.name}"
            job.fail(want.name, Diagnostic(message="what was received cannot be read again", artifact=label))
            return
        size, digest = found
        self._left -= size
        beside.replace(job.staging.path_of(want.name))
        job.add(
            StoredFile(
                name=want.name,
                url=want.url,
                etag=getattr(answer, "etag", ""),
                last_modified=getattr(answer, "last_modified", ""),
                retrieved_at=self._request.means.now,
                bytes=size,
                sha256=digest,
            )
        )

    def _read(self, job: _Job, origin: str) -> FeedSync:
        """Read what came, and make it the state that counts; or keep the old one."""
        now = self._request.means.now
        old = job.old.manifest if job.old is not None else None
        if old is not None and _is_same(job, old):
            job.staging.drop()
            self._store.set_checked(job.feed.id, now)
            return FeedSync(
                feed=job.feed,
                state=SyncState.UNCHANGED,
                same=len(job.got),
                kept=len(old.files) - len(job.got),
                bytes=sum(file.bytes for file in old.files),
                as_of=old.as_of,
                absent=len(old.absent),
            )
        if job.got:
            self._tell(Message(text=f"reading {job.feed.id}"))
        files, readings, fresh = self._usable(job)
        if not fresh:
            job.staging.drop()
            outcome = self._without_new(job.feed, SyncState.FAILED, "nothing of it could be had and read")
            return changed(outcome, absent=len(job.absent), faults=(*job.damage, *job.faults[:_MAX_FAULTS]))
        return self._publish(job, origin, files, readings)

    def _usable(self, job: _Job) -> tuple[list[StoredFile], list[FeedReading], int]:
        """Return the files of the new state and what they say, and how many of them are not left from the old one."""
        from supplymatrix.engine.feed_files import read_raw

        files: list[StoredFile] = []
        readings: list[FeedReading] = []
        fresh = 0
        for want in job.wants:
            file = job.got.get(want.name)
            if file is not None:
                found = read_raw(job.feed, job.staging.path_of(want.name), want.name)
                job.faults += found.faults
                if found.is_usable:
                    fresh += 1
                    files.append(file)
                    readings += found.readings
                    job.lost |= {want.name: "some of it cannot be read"} if found.lost else {}
                    continue
                job.lost[want.name] = f"what was received cannot be read: {found.faults[0].message}"
            old = job.old_file(want.name)
            if old is not None:
                job.staging.take(old[1], want.name)
                files.append(changed(old[0], kept_because=job.lost.get(want.name, "there is nothing newer")[:300]))
                readings += read_raw(job.feed, old[1], want.name).readings
        return files, readings, fresh

    def _publish(
        self, job: _Job, origin: str, files: Sequence[StoredFile], readings: Sequence[FeedReading]
    ) -> FeedSync:
        from supplymatrix.engine.feed_files import keep_parsed
        from supplymatrix.feeds.join import join_readings

        feed = job.feed
        joined = join_readings(readings, self._releases, source="synced")
        as_of = joined.as_of.get(feed.id)
        faults = tuple(job.faults[:_MAX_FAULTS])
        manifest = Manifest(
            feed=feed.id,
            licence=feed.licence,
            attribution=feed.attribution,
            redistributable=feed.redistributable,
            origin=origin,
            made_at=self._request.means.now,
            as_of=as_of,
            files=tuple(files),
            absent=tuple(sorted(job.absent)),
            faults=faults,
        )
        generation = job.staging.publish(manifest)
        keep_parsed(generation, joined)
        if feed.id == GO_VULNDB:
            from supplymatrix.engine.vuln_databases import keep_compact

            keep_compact(generation)
        kept = sum(bool(file.kept_because) for file in files)
        same = sum(job.before.get(file.name) == file for file in files)
        is_whole = _all_there(job)
        return FeedSync(
            feed=feed,
            state=SyncState.UPDATED if is_whole else SyncState.PARTLY,
            new=len(files) - kept - same,
            same=same,
            kept=kept,
            absent=len(job.absent),
            bytes=sum(file.bytes for file in files),
            as_of=as_of,
            faults=faults,
        )


def _all_there(job: _Job) -> bool:
    """Return whether there is nothing lost but what the server says it does not have."""
    return len(job.lost) == len(job.absent)


def _is_same(job: _Job, old: Manifest) -> bool:
    """Return whether all that was wanted is what is held, file by file; what had faults is read and judged again."""
    if job.faults or old.faults or not _all_there(job) or set(job.absent) != set(old.absent):
        return False
    held = {name: changed(file, kept_because=_ABSENT) for name, file in job.before.items() if name in job.lost}
    now = {**held, **job.got}
    return {file.name: file for file in old.files} == now


def _no_room(folder: Path, err: OSError) -> SourceError:
    return SourceError(
        f"feeds cannot be kept in {folder}: {err.strerror or err}",
        remedy="make room, or name another folder with --feeds-dir",
    )


def _opened(path: Path) -> BinaryIO:
    return path.open("w+b")


def _most(feed: Feed) -> int:
    from supplymatrix.engine.feed_files import ARCHIVES, MAX_PLAIN

    return MAX_ARCHIVE if feed.kind.value in ARCHIVES else MAX_PLAIN


def _whole_files(feed: Feed) -> list[_Want]:
    return [_Want(name=_name_of(url, number), url=url) for number, url in enumerate(feed.urls, start=1)]


def _files_of_cves(feed: Feed, cves: Iterable[str]) -> list[_Want]:
    """Return a file for each CVE of each address."""
    wants: dict[str, _Want] = {}
    for cve in cves:
        for url in feed.urls:
            asked = url.replace("{year}", cve.split("-")[1]).replace("{cve}", cve.lower()).replace("{CVE}", cve)
            want = _Want(name=_name_of(asked, len(wants) + 1), url=asked)
            wants.setdefault(want.name, want)
    return list(wants.values())


def _name_of(url: str, number: int) -> str:
    """Return the name under which the file of an address is kept."""
    from supplymatrix.net.feed_store import is_stored_name

    name = url.partition("?")[0].rpartition("/")[2]
    return name if is_stored_name(name) else f"file-{number}"


def _no_source(source: Path) -> InputError:
    return InputError(
        Diagnostic(
            message="there is no such folder or file to take feeds from",
            artifact=source.as_posix(),
            expected="a folder of feed files, one that `feeds sync` made, or a file of one feed",
        )
    )
