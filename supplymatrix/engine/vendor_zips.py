"""Zips that vendored files are held against: from the module cache, else from the proxies that Go would ask.

    answers = compare_zips(wanted, ZipPlaces(cache=cache, means=means, settings=settings), on_event)
    answers[module, h1].sides

Each zip is read once, whatever number of vendor/ folders have files of it, and counts only when its h1 is the one that
is vouched for. One in the cache that is another is told, and not used; so is one that a proxy sends. What is fetched
lies in a temporary file until it is compared, a few at a time.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.events import OnEvent, Progress
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError, SupplymatrixError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.goproxy import is_of_folders
from supplymatrix.gomod.vendor_match import ZipSide
from supplymatrix.gomod.zip_archive import TooManyEntriesError
from supplymatrix.model.fact import SumKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.sources.vendor_tree import VendoredPart, hold_zip
from supplymatrix.sources.zip_digest import zip_path

if TYPE_CHECKING:
    from supplymatrix.net.module_files import Fetched
    from supplymatrix.net.transport import Transport

__all__ = ["MODULE_CACHE", "WrongZip", "ZipAnswer", "ZipKey", "ZipPlaces", "ZipWanted", "compare_zips"]

MODULE_CACHE = "the module cache"
_STAGE = "vendored modules"
_PARALLEL = 6  # each may hold a zip of 500 MiB on disk
_SECONDS = 600.0
_NOT_CACHED = "its zip is not in the module cache"
_DOWNLOAD = "`go mod download` puts it there"
"""The same words for all modules, so that they are told once."""


ZipKey = tuple[ModuleVersion, str]
"""A module version, and the h1 that its zip must have."""


@value
class ZipWanted:
    """A zip to be compared with. h1: that it must have; parts: the vendored files of each vendor/; may_fetch: its name
    may go to a proxy."""

    module: ModuleVersion
    h1: str
    parts: tuple[VendoredPart, ...]
    may_fetch: bool = True

    @property
    def key(self) -> ZipKey:
        """What tells it from the others."""
        return self.module, self.h1


@value
class WrongZip:
    """A zip that is not the one of the module. place: its path, or who sent it; hash: what it has, "" with the reason
    where it is no zip that the go command reads."""

    module: ModuleVersion
    place: str
    is_cached: bool
    hash: str
    wanted: str
    reason: str = ""


@value
class ZipAnswer:
    """sides: of each part, () where there was no zip to compare with, because of `reason`. outage: a server failed,
    which may pass. wrong: zips that were met on the way."""

    sides: tuple[ZipSide, ...] = ()
    compared_with: str = ""
    reason: str = ""
    remedy: str = ""
    outage: bool = False
    wrong: tuple[WrongZip, ...] = ()


@value
class ZipPlaces:
    """Where zips are looked for. cache: the module cache, None when nobody says where it is."""

    cache: Path | None
    means: Means
    settings: GoSettings

    @property
    def may_fetch(self) -> bool:
        """Whether a proxy may be asked at all in this run; one that is a folder of this machine always may."""
        is_silent = self.means.offline or self.means.replay is not None
        return not is_silent or is_of_folders(self.settings.goproxy.value)

    @property
    def threads(self) -> int:
        """Zips that are compared at once."""
        return max(1, min(self.means.jobs, os.cpu_count() or 1))

    @property
    def downloads(self) -> int:
        """Zips that are fetched at once."""
        return max(1, min(self.means.jobs, _PARALLEL))


def compare_zips(wanted: Sequence[ZipWanted], places: ZipPlaces, on_event: OnEvent) -> Mapping[ZipKey, ZipAnswer]:
    """Hold vendored files against the zips of their modules. Starts an event loop of its own where zips are fetched.

    Raises nothing of its own: what goes wrong is the reason of an answer.
    """
    found: dict[ZipKey, ZipAnswer] = {}
    sized = sorted(wanted, key=lambda item: (-_cached_size(item, places.cache), item.module))
    with ThreadPoolExecutor(max_workers=places.threads) as pool:
        waiting = {pool.submit(_from_cache, item, places.cache): item for item in sized}
        for done in as_completed(waiting):
            found[waiting[done].key] = done.result()
            on_event(Progress(stage=_STAGE, done=len(found), total=len(wanted)))
    missing = [item for item in sized if not found[item.key].sides]
    if places.may_fetch:
        asked = [item for item in missing if item.may_fetch]
        fetched = _fetch(asked, places, on_event) if asked else {}
        for item in missing:
            found[item.key] = _joined(found[item.key], fetched.get(item.key))
    else:
        why = "no proxy is asked offline" if places.means.offline else "no proxy is asked under --replay"
        for item in missing:
            found[item.key] = _unfetched(found[item.key], why)
    return {key: found[key] for key in sorted(found)}


def _joined(cached: ZipAnswer, fetched: ZipAnswer | None) -> ZipAnswer:
    if fetched is None:
        return _unfetched(cached, "no proxy is asked for a module that the policy declares private")
    return ZipAnswer(
        sides=fetched.sides,
        compared_with=fetched.compared_with,
        reason="" if fetched.sides else f"{cached.reason}, and {fetched.reason}",
        remedy=fetched.remedy,
        outage=fetched.outage,
        wrong=(*cached.wrong, *fetched.wrong),
    )


def _unfetched(cached: ZipAnswer, why: str) -> ZipAnswer:
    return ZipAnswer(reason=f"{cached.reason}, and {why}", remedy=_DOWNLOAD, wrong=cached.wrong)


def _cached_size(item: ZipWanted, cache: Path | None) -> int:
    """Return the bytes of a zip in the cache, 0 for none: large ones are begun first."""
    try:
        return zip_path(cache, item.module).stat().st_size if cache is not None else 0
    except (InputError, OSError, ValueError):
        return 0


def _from_cache(item: ZipWanted, cache: Path | None) -> ZipAnswer:
    if cache is None:
        return ZipAnswer(reason="nobody says where the module cache is")
    try:
        path = zip_path(cache, item.module)
    except InputError as err:
        return ZipAnswer(reason=err.diagnostics[0].message)
    return _held(item, path, shown=str(path), is_cached=True)


def _held(item: ZipWanted, path: Path, *, shown: str, is_cached: bool) -> ZipAnswer:
    """Compare with a zip, if it is the right one. shown: where it lies, or who sent it."""
    where = MODULE_CACHE if is_cached else shown
    whose = "its zip in the module cache" if is_cached else f"what {shown} sent"
    wrong = WrongZip(module=item.module, place=shown, is_cached=is_cached, hash="", wanted=item.h1)
    try:
        held = hold_zip(path, item.module, item.parts)
    except FileNotFoundError:
        return ZipAnswer(reason=_NOT_CACHED if is_cached else f"{whose} is gone")
    except TooManyEntriesError as err:
        return ZipAnswer(reason=f"{whose} was not read: {err.diagnostics[0].message}")
    except InputError as err:
        fault = err.diagnostics[0]
        reason = f"{fault.message}{f' ({fault.seen})' if fault.seen else ''}"
        return ZipAnswer(reason=f"{whose} is not the module's: {reason}", wrong=(_because(wrong, "", reason),))
    except (OSError, ValueError) as err:
        return ZipAnswer(reason=f"{whose} cannot be read: {getattr(err, 'strerror', None) or err}")
    if held.h1 != item.h1:
        return ZipAnswer(reason=f"{whose} is not the module's: it has {held.h1}", wrong=(_because(wrong, held.h1, ""),))
    return ZipAnswer(sides=held.sides, compared_with=where)


def _because(wrong: WrongZip, h1: str, reason: str) -> WrongZip:
    return WrongZip(
        module=wrong.module, place=wrong.place, is_cached=wrong.is_cached, hash=h1, wanted=wrong.wanted, reason=reason
    )


def _fetch(wanted: Sequence[ZipWanted], places: ZipPlaces, on_event: OnEvent) -> Mapping[ZipKey, ZipAnswer]:
    """Fetch zips, each into a file of its own that is deleted again."""
    try:
        with tempfile.TemporaryDirectory(prefix="supplymatrix-", ignore_cleanup_errors=True) as folder:
            return asyncio.run(_fetch_all(wanted, places, Path(folder), on_event))
    except OSError as err:
        reason = f"there is no folder for a download: {err.strerror or err}"
    except (SupplymatrixError, ValueError) as err:  # what goes wrong here must not take the place of an alarm
        reason = str(err)
    return {item.key: ZipAnswer(reason=reason) for item in wanted}


async def _fetch_all(
    wanted: Sequence[ZipWanted], places: ZipPlaces, folder: Path, on_event: OnEvent
) -> Mapping[ZipKey, ZipAnswer]:
    from supplymatrix.net.credentials import read_credentials
    from supplymatrix.net.transport import TimeOuts, Transport

    means = places.means
    free, comparing = asyncio.Semaphore(places.downloads), asyncio.Semaphore(places.threads)
    found: dict[ZipKey, ZipAnswer] = {}
    async with Transport(
        environ=means.environ,
        credentials=read_credentials(means.environ, places.settings),
        ca_file=means.ca_file,
        connections=places.downloads,
        time_outs=TimeOuts(whole=_SECONDS),
    ) as transport:

        async def fetch(number: int, item: ZipWanted) -> None:
            path = folder / f"{number}.zip"
            try:
                async with free:
                    found[item.key] = await _fetch_one(item, places.settings, transport, path, comparing)
            except OSError as err:
                found[item.key] = ZipAnswer(reason=f"there is no room for a download: {err.strerror or err}")
            finally:
                path.unlink(missing_ok=True)
            on_event(Progress(stage="fetched zips", done=len(found), total=len(wanted)))

        await asyncio.gather(*(fetch(number, item) for number, item in enumerate(wanted)))
    return found


async def _fetch_one(
    item: ZipWanted, settings: GoSettings, transport: Transport, path: Path, comparing: asyncio.Semaphore
) -> ZipAnswer:
    from supplymatrix.net.module_files import fetch_module_file

    with path.open("w+b") as file:
        fetched = await fetch_module_file(item.module, SumKind.ZIP, settings, transport, file)
    last = fetched.answers[-1] if fetched.answers else None
    if last is None or last.reason:
        return _not_had(fetched)
    async with comparing:
        return await asyncio.to_thread(_held, item, path, shown=last.source, is_cached=False)


def _not_had(fetched: Fetched) -> ZipAnswer:
    """Say why no proxy gave a zip."""
    from supplymatrix.gomod.goproxy import Via

    reason = "; ".join(_reasons(fetched)) or "no proxy was asked"
    is_outage = fetched.via is Via.FAILED and bool(fetched.answers)
    remedy = "run again when it answers" if is_outage else _DOWNLOAD
    return ZipAnswer(reason=reason, remedy=remedy, outage=is_outage)


def _reasons(fetched: Fetched) -> Iterator[str]:
    yield from (f"{answer.source}: {answer.reason}" for answer in fetched.answers if answer.reason)
    if fetched.reason:
        yield fetched.reason
