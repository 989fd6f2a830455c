"""The files that a toolchain has according to the log: to name those of an installed Go that are others.

    files = ProvenFiles(means, settings, cache, may_fetch=True)
    found = files.of(module, logged_h1)             # name in the module → SHA-256, and where from; or why not

A list that was kept when it was proven, the zip in the module cache, or the zip from the proxy that the go command
would ask. Whatever it is, it has the hash of the log's record, or it is not used.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path

from supplymatrix.engine.events import Message, OnEvent
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError, SupplymatrixError
from supplymatrix.gomod.dirhash import ZIP_LIMIT, entry_digests, hash_entries
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.zip_archive import read_zip
from supplymatrix.model.fact import SumKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.net.file_lists import FileLists
from supplymatrix.net.folders import cache_folder_if_any
from supplymatrix.net.module_files import Fetched, fetch_module_file, module_file_name
from supplymatrix.sources.pread import open_at

__all__ = ["FileList", "ProvenFiles"]

_SECONDS = 300.0
_SIZE = "about 70 MB"
_OWN_LIST = "the list of its files that was kept when this release was last proven"


@value
class FileList:
    """digests: name in the module → SHA-256. where: it was had, `_OWN_LIST`, "the zip in the module cache", an
    address."""

    digests: Mapping[bytes, bytes]
    where: str


class ProvenFiles:
    """may_fetch: a zip may be fetched where nothing is at hand. Offline and under a replay nothing is."""

    def __init__(
        self, means: Means, settings: GoSettings, cache: Path | None, *, may_fetch: bool, on_event: OnEvent
    ) -> None:
        self._means = means
        self._settings = settings
        self._cache = cache
        self._may_fetch = may_fetch
        self._on_event = on_event
        self._lists = FileLists(means.cache_dir or _own_cache(means.environ))
        self._zips: dict[tuple[ModuleVersion, str], FileList | str] = {}

    def kept(self, h1: str) -> FileList | None:
        """Return the files of a module out of the list that was kept of it."""
        found = self._lists.find(h1)
        return FileList(digests=found, where=_OWN_LIST) if found is not None else None

    def has(self, h1: str) -> bool:
        """Return whether there seems to be such a list."""
        return self._lists.has(h1)

    def keep(self, h1: str, text: bytes) -> None:
        """Keep the list of a module whose files were found to be the proven ones."""
        if self._means.replay is None:
            self._lists.keep(h1, text)

    def of(self, module: ModuleVersion, h1: str) -> FileList | str:
        """Return the files of a module out of its zip, or why they cannot be had."""
        key = (module, h1)
        if key not in self._zips:
            self._zips[key] = self._look(module, h1)
        return self._zips[key]

    def _look(self, module: ModuleVersion, h1: str) -> FileList | str:
        here = self._in_cache(module, h1)
        if not isinstance(here, str):
            return here
        if not self._may_fetch:
            return here
        if self._means.offline or self._means.replay is not None:
            return f"{here}, and nothing is fetched {'offline' if self._means.offline else 'under a replay'}"
        self._on_event(Message(text=f"{module}: fetching its zip ({_SIZE}), to name the files that differ"))
        return self._fetched(module, h1)

    def _in_cache(self, module: ModuleVersion, h1: str) -> FileList | str:
        if self._cache is None:
            return "nobody says where the module cache is"
        path = self._cache / "cache" / "download" / module_file_name(module, SumKind.ZIP)
        if not path.is_file():
            return "its zip is not in the module cache"
        found = self._read(path, h1)
        return FileList(digests=found, where="the zip in the module cache") if not isinstance(found, str) else found

    def _read(self, path: Path, h1: str) -> Mapping[bytes, bytes] | str:
        """Return the files of a zip that has an h1, or why there are none."""
        try:
            with open_at(path, limit=ZIP_LIMIT) as file:
                archive = read_zip(file)
                digests = entry_digests(archive)
                seen = hash_entries(archive, digests)
        except InputError as err:
            return f"its zip cannot be read: {err.diagnostics[0].message}"
        except OSError as err:
            return f"its zip cannot be read: {err.strerror or err}"
        if seen != h1:
            return f"its zip is another one than the log has: {seen}"
        text = b"".join(b"%s  %s\n" % (digests[name].hex().encode(), name) for name in sorted(digests))
        self.keep(h1, text)
        return digests

    def _fetched(self, module: ModuleVersion, h1: str) -> FileList | str:
        try:
            with tempfile.TemporaryDirectory(prefix="supplymatrix-", ignore_cleanup_errors=True) as folder:
                path = Path(folder, "toolchain.zip")
                fetched = asyncio.run(self._fetch(module, path))
                if isinstance(fetched, str):
                    return fetched
                answers = [*fetched.answers]
                if not answers or answers[-1].reason:
                    said = "; ".join(f"{answer.source}: {answer.reason}" for answer in answers)
                    return f"its zip could not be fetched: {said or fetched.reason}"
                found = self._read(path, h1)
                return found if isinstance(found, str) else FileList(digests=found, where=answers[-1].source)
        except OSError as err:
            return f"its zip could not be fetched: {err.strerror or err}"
        except (SupplymatrixError, ValueError) as err:
            return f"its zip could not be fetched: {err}"

    async def _fetch(self, module: ModuleVersion, path: Path) -> Fetched | str:
        from supplymatrix.net.credentials import read_credentials
        from supplymatrix.net.transport import TimeOuts, Transport

        environ = self._means.environ
        async with Transport(
            environ=environ,
            credentials=read_credentials(environ, self._settings),
            ca_file=self._means.ca_file,
            connections=1,
            time_outs=TimeOuts(whole=_SECONDS / 2),
            tries=2,
        ) as transport:
            try:
                async with asyncio.timeout(_SECONDS):
                    with path.open("w+b") as file:
                        return await fetch_module_file(module, SumKind.ZIP, self._settings, transport, file)
            except TimeoutError:
                return f"its zip was not had within {_SECONDS:g} s"


def _own_cache(environ: Mapping[str, str]) -> Path | None:
    try:
        return cache_folder_if_any(environ)
    except SupplymatrixError:
        return None
