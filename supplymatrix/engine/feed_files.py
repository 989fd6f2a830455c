"""Files of a feed to readings: a raw file, a state in the store, and what is kept so that it need not be read again."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from fnmatch import translate
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.parsed_feed import SHAPE, pack_reading, unpack_reading
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.advisory import FeedReading
from supplymatrix.model.value import value
from supplymatrix.net.feed_store import PARSED, Generation, digest_of

if TYPE_CHECKING:
    from supplymatrix.feeds.registry import Feed
    from supplymatrix.model.advisory import FeedDate

__all__ = ["FileReading", "has_facts", "is_archive", "keep_parsed", "read_generation", "read_raw"]

ARCHIVES = {"zip": (".zip",), "tar.gz": (".tar.gz", ".tgz"), "tar.xz": (".tar.xz", ".txz")}
BUNDLES = (".jsonl", ".jsonl.gz")
"""How files end that hold a record on each line."""
MAX_PLAIN = 64 << 20
"""Bytes of a file that is no archive: as the parsers take it."""
_MAX_PARSED = 1 << 30
_SOURCE = "synced"


@value
class FileReading:
    """What one raw file says. is_usable: whether anything of it can be read. lost: files or members that cannot be."""

    readings: tuple[FeedReading, ...]
    faults: tuple[Diagnostic, ...]
    is_usable: bool
    lost: int


def is_archive(feed: Feed, name: str) -> bool:
    """Return whether a file of this name is the archive in which a feed is served."""
    return name.lower().endswith(ARCHIVES.get(feed.kind.value, ("\0",)))


def has_facts(reading: FeedReading) -> bool:
    """Return whether anything was read."""
    return bool(reading.channels or reading.go_fixes or reading.events or reading.shipments or reading.as_of)


def read_raw(feed: Feed, path: Path, name: str) -> FileReading:
    """Return what one file of a feed says. name: in the store; its places are told as below `<feed>/`."""
    label = f"{feed.id}/{name}"
    try:
        if is_archive(feed, name):
            return _read_archive(feed, path, label)
        if name.lower().endswith(BUNDLES):
            return _read_bundle(feed, path, label)
        if path.stat().st_size > MAX_PLAIN:
            message = f"the file has {path.stat().st_size:,} bytes"
            return _unusable(Diagnostic(message=message, artifact=label, expected=f"at most {MAX_PLAIN:,}"))
        reading = feed.parse(path.read_bytes(), label)
    except OSError as err:
        return _unusable(Diagnostic(message=f"the file cannot be read: {err.strerror or err}", artifact=label))
    lost = bool(reading.faults) and not has_facts(reading)
    return FileReading(readings=(reading,), faults=reading.faults, is_usable=not lost, lost=int(lost))


def _read_archive(feed: Feed, path: Path, label: str) -> FileReading:
    from supplymatrix.net.feed_archive import read_members

    with path.open("rb") as file:
        if file.read(256).lstrip()[:1] == b"<":
            return _unusable(_html(label))
    readings: list[FeedReading] = []
    faults: list[Diagnostic] = []
    seen = lost = 0
    try:
        for member, data in read_members(path, feed.kind.value, _wanted(feed), faults, label=label):
            reading = feed.parse(data, f"{feed.id}/{member}")
            seen += 1
            lost += bool(reading.faults) and not has_facts(reading)
            if has_facts(reading) or reading.faults:
                readings.append(reading)
    except InputError as err:
        return _unusable(*err.diagnostics)
    lost += len(faults)
    readings += [FeedReading(faults=tuple(faults))] if faults else []
    faults = [fault for reading in readings for fault in reading.faults]
    if not seen:
        message, expected = "the archive holds no file of this feed", f"members as {', '.join(feed.members)}"
        return _unusable(*faults, Diagnostic(message=message, artifact=label, line=1, expected=expected))
    return FileReading(readings=tuple(readings), faults=tuple(faults), is_usable=lost < seen, lost=lost)


def _read_bundle(feed: Feed, path: Path, label: str) -> FileReading:
    from supplymatrix.engine.vuln_files import bundle_lines

    readings: list[FeedReading] = []
    seen = lost = 0
    try:
        for place, line in bundle_lines(path, label):
            reading = feed.parse(line, place)
            seen += 1
            lost += bool(reading.faults) and not has_facts(reading)
            if has_facts(reading) or reading.faults:
                readings.append(reading)
    except InputError as err:
        return _unusable(*err.diagnostics)
    faults = tuple(fault for reading in readings for fault in reading.faults)
    if not seen:
        return _unusable(Diagnostic(message="the file is empty", artifact=label, expected="a record on each line"))
    return FileReading(readings=tuple(readings), faults=faults, is_usable=lost < seen, lost=lost)


def _wanted(feed: Feed) -> Callable[[str], bool]:
    """Return whether a member of the feed's archive is wanted, with or without the archive's leading folder."""
    pattern = re.compile("|".join(translate(glob) for glob in feed.members or ("*",)))
    return lambda name: bool(pattern.match(name) or pattern.match(name.partition("/")[2]))


def _html(label: str) -> Diagnostic:
    return Diagnostic(
        message="this is HTML or XML, not an archive",
        artifact=label,
        line=1,
        expected="the feed's archive",
        remedy="fetch it again: a proxy or a login page may have answered in the feed's place",
    )


def _unusable(*faults: Diagnostic) -> FileReading:
    return FileReading(readings=(), faults=faults, is_usable=False, lost=1)


def read_generation(feed: Feed, generation: Generation, releases: Mapping[str, FeedDate]) -> FeedReading:
    """Return what one synced state says. Bytes that are not those that were received are a fault, and left out.

    What was read before is taken where it is of this state, this program and these very files.
    """
    from supplymatrix.feeds.join import join_readings

    stamps = _stamps(generation)
    kept = _kept(generation)
    if kept is not None and kept[0] == stamps:
        return kept[1]
    readings: list[FeedReading] = []
    faults: list[Diagnostic] = []
    good = []
    for file in generation.manifest.files:
        if digest_of(generation.path_of(file)) == (file.bytes, file.sha256):
            good.append(file)
        else:
            faults.append(_not_received(feed, file.name))
    if kept is not None and not faults:
        keep_parsed(generation, kept[1])
        return kept[1]
    for file in good:
        found = read_raw(feed, generation.path_of(file), file.name)
        readings += found.readings
        faults += [] if found.readings else found.faults
    joined = join_readings([*readings, FeedReading(faults=tuple(faults))], releases, source=_SOURCE)
    if len(good) == len(generation.manifest.files):
        keep_parsed(generation, joined)
    return joined


def keep_parsed(generation: Generation, reading: FeedReading) -> None:
    """Keep what was read of a state beside its bytes; where that cannot be written it is read anew each time."""
    from supplymatrix.net.whole_file import replace_whole

    body = pack_reading(reading)
    head = {
        "shape": SHAPE,
        "manifest": generation.digest,
        "sha256": sha256(body).hexdigest(),
        "stamps": _stamps(generation),
    }
    with suppress(OSError):
        replace_whole(generation.folder / PARSED, json.dumps(head).encode("ascii") + b"\n" + body)


def _kept(generation: Generation) -> tuple[list[list[int]], FeedReading] | None:
    """Return the stamps and the reading that were kept, None unless they are whole and of this state and program."""
    from supplymatrix.net.local import read_plain
    from supplymatrix.sumdb.protocol import Body

    answer = read_plain(os.fspath(generation.folder / PARSED), "what was read", "feeds", _MAX_PARSED)
    if not isinstance(answer, Body):
        return None
    line, _, body = answer.data.partition(b"\n")
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        head = json.loads(line)
        fits = head["shape"] == SHAPE and head["manifest"] == generation.digest
        if fits and head["sha256"] == sha256(body).hexdigest():
            return head["stamps"], unpack_reading(body, source=_SOURCE)
    return None


def _stamps(generation: Generation) -> list[list[int]]:
    """Return what tells whether a file was touched since its SHA-256 was checked; the time of change cannot be set."""
    stamps = []
    for file in generation.manifest.files:
        try:
            info = generation.path_of(file).lstat()
            stamps.append([info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino])
        except OSError:
            stamps.append([])
    return stamps


def _not_received(feed: Feed, name: str) -> Diagnostic:
    return Diagnostic(
        message="the bytes of a synced file are not those that were received: left out",
        artifact=f"{feed.id}/{name}",
        line=1,
        expected="the SHA-256 in its manifest",
        remedy=f"run `supplymatrix feeds sync {feed.id}`",
    )
