"""`feeds sync --from PATH`: the files of feeds in a folder, whoever has brought it here, or one file of a feed.

Three layouts are known: a folder that `feeds sync` made on another machine; feed files as `Feed.files` names them; and
an archive as it is served, as `<feed>/<its name at the source>`. Of the Go vulnerability database there are more: the
folder in which it is served (`ID/GO-….json`), and a file with an entry on each line (`….jsonl`, `….jsonl.gz`). A file
that is named is one of the feed that is named with it, else of the one that has files of this name. Links in a folder
are not followed.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.feed_files import BUNDLES
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import changed, value
from supplymatrix.net.feed_store import FeedStore, Staging, StoredFile, digest_of, is_store, is_stored_name

if TYPE_CHECKING:
    from supplymatrix.feeds.registry import Feed

__all__ = ["FoundFile", "find_files"]

_MAX_FILES = 200_000
_GO_VULNDB = "go-vulndb"
_SERVED = re.compile(r"(?:ID/)?GO-[0-9]{4}-[0-9]{4,9}\.json", re.ASCII)
_INDEX = re.compile(r"index/(?:db|modules|vulns)\.json", re.ASCII)


@value
class FoundFile:
    """A file of a feed in a folder. name: for the store. received: its line in the manifest that came along, None = it
    came without one."""

    name: str
    path: Path
    received: StoredFile | None = None

    def copy_to(self, staging: Staging, now: datetime, label: str, most: int) -> StoredFile | Diagnostic:
        """Copy it into a new state; or say why not. label: how it is called in that. most: bytes."""
        if not is_stored_name(self.name):
            return Diagnostic(message="a file has a name that cannot be kept: left out", artifact=label)
        try:
            info = self.path.lstat()
            if not self.path.is_file() or self.path.is_symlink():
                return Diagnostic(message="this is no plain file: left out", artifact=label, expected="a plain file")
            if info.st_size > most:
                message = f"the file has {info.st_size:,} bytes: left out"
                return Diagnostic(message=message, artifact=label, expected=f"at most {most:,} bytes")
            target = staging.path_of(self.name)
            target.unlink(missing_ok=True)
            shutil.copyfile(self.path, target, follow_symlinks=False)
        except OSError as err:
            return Diagnostic(message=f"the file cannot be copied: {err.strerror or err}", artifact=label)
        found = digest_of(target)
        if found is None:
            return Diagnostic(message="the file cannot be read", artifact=label)
        size, digest = found
        if self.received is None:
            return StoredFile(
                name=self.name, url="", etag="", last_modified="", retrieved_at=now, bytes=size, sha256=digest
            )
        if (size, digest) != (self.received.bytes, self.received.sha256):
            return Diagnostic(
                message="the bytes are not those that were received on the other machine: left out",
                artifact=label,
                line=1,
                seen=f"sha256 {digest}",
                expected=f"sha256 {self.received.sha256[:64]}",
                remedy="copy the folder again",
            )
        return changed(self.received, kept_because="")


def find_files(
    folder: Path, feeds: Sequence[Feed], faults: dict[str, tuple[Diagnostic, ...]]
) -> dict[str, list[FoundFile]]:
    """Return the files of each feed in a folder, or the one that is named. faults: gets those of manifests that are
    damaged, by feed. Raises InputError for a file of which nobody can tell whose it is."""
    if not folder.is_dir():
        return _of_file(folder, feeds)
    if is_store(folder):
        return {feed.id: _of_store(FeedStore(folder), feed, faults) for feed in feeds}
    return _of_layout(folder, feeds)


def _of_store(store: FeedStore, feed: Feed, faults: dict[str, tuple[Diagnostic, ...]]) -> list[FoundFile]:
    try:
        generation = store.generation(feed.id)
    except InputError as err:
        faults[feed.id] = err.diagnostics
        return []
    if generation is None:
        return []
    return [
        FoundFile(name=file.name, path=generation.path_of(file), received=file) for file in generation.manifest.files
    ]


def _of_file(path: Path, feeds: Sequence[Feed]) -> dict[str, list[FoundFile]]:
    """Return a single file as that of its feed."""
    found: dict[str, list[FoundFile]] = {feed.id: [] for feed in feeds}
    served = [feed for feed in feeds if any(url.rpartition("/")[2] == path.name for url in feed.urls)]
    bundled = [feed for feed in feeds if feed.id == _GO_VULNDB and path.name.endswith(BUNDLES)]
    if len(feeds) > 1 and not (served or bundled):
        message = "nobody can tell of which feed this file is"
        remedy = "name the feed before --from, as `supplymatrix feeds sync go-vulndb --from FILE`"
        raise InputError(Diagnostic(message=message, artifact=path.as_posix(), remedy=remedy))
    owner = feeds[0] if len(feeds) == 1 else (bundled or served)[0]
    found[owner.id] = [FoundFile(name=path.name, path=path)]
    return found


def _of_go_vulndb(file: str) -> bool:
    """Return whether a file of a folder is one of the Go database in a layout that is no other feed's."""
    return file.endswith(BUNDLES) or _SERVED.fullmatch(file) is not None or _INDEX.fullmatch(file) is not None


def _of_layout(folder: Path, feeds: Sequence[Feed]) -> dict[str, list[FoundFile]]:
    from supplymatrix.feeds.registry import feed_of_file

    archives = {f"{feed.id}/{url.rpartition('/')[2]}": feed for feed in feeds for url in feed.urls if "{" not in url}
    found: dict[str, list[FoundFile]] = {feed.id: [] for feed in feeds}
    seen = 0
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            seen += 1
            if seen > _MAX_FILES:
                raise InputError(
                    Diagnostic(
                        message="the folder has too many files",
                        artifact=folder.as_posix(),
                        expected=f"at most {_MAX_FILES:,}",
                    )
                )
            path = Path(root, name)
            file = path.relative_to(folder).as_posix()
            feed = archives.get(file) or feed_of_file(file)
            if feed is None and _GO_VULNDB in found and _of_go_vulndb(file):
                found[_GO_VULNDB].append(FoundFile(name=file, path=path))
            elif feed is not None and feed.id in found:
                found[feed.id].append(FoundFile(name=file.removeprefix(f"{feed.id}/"), path=path))
    if all(_INDEX.fullmatch(file.name) for file in found.get(_GO_VULNDB, ())):
        found |= {feed: [] for feed in found.keys() & {_GO_VULNDB}}  # an index alone is no database
    return found
