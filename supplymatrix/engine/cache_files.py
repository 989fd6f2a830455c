"""Which files of a folder in the module cache differ, where no proven zip lies beside it: one is fetched to tell.

named = name_files(copies, means, settings, on_event)

What a proxy sends counts only when it has the hash that the log proves. Offline, under a replay, and for more than a
few modules nothing is fetched: that the folders differ is known without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from supplymatrix.engine.events import Message, OnEvent
from supplymatrix.engine.means import Means
from supplymatrix.errors import SupplymatrixError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState, SumKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sources.copy_check import judge_folder
from supplymatrix.sources.copy_look import Copies, look_at_copies

__all__ = ["name_files"]

_MOST = 10
_SECONDS = 300.0


def name_files(
    copies: Sequence[CachedCopy],
    means: Means,
    settings: GoSettings,
    on_event: OnEvent,
    *,
    withheld: AbstractSet[ModuleVersion] = frozenset(),
) -> tuple[CachedCopy, ...]:
    """Return the copies, the differing folders among them with the files that differ as far as a zip could be had.

    withheld: modules whose names go to nobody.
    """
    wanted = [copy for copy in copies if _is_nameless(copy) and copy.subject not in withheld][:_MOST]
    if not wanted or means.offline or means.replay is not None:
        return tuple(copies)
    names = ", ".join(str(copy.subject) for copy in wanted)
    on_event(Message(text=f"fetching what the log proves, to name the files that differ: {names}"))
    found = _compared(wanted, means, settings)
    return tuple(found.get(copy.path, copy) for copy in copies)


def _is_nameless(copy: CachedCopy) -> bool:
    return copy.kind is CopyKind.FOLDER and copy.state is CopyState.DIFFERS and not copy.differing


def _compared(wanted: Sequence[CachedCopy], means: Means, settings: GoSettings) -> Mapping[str, CachedCopy]:
    """Return by their paths the folders that could be compared with a fetched zip."""
    import asyncio
    import tempfile

    try:
        with tempfile.TemporaryDirectory(prefix="supplymatrix-", ignore_cleanup_errors=True) as folder:
            return asyncio.run(_fetch_and_compare(wanted, means, settings, Path(folder, "module.zip")))
    except (OSError, SupplymatrixError, ValueError):  # what goes wrong here must not take the place of an alarm
        return {}


async def _fetch_and_compare(
    wanted: Sequence[CachedCopy], means: Means, settings: GoSettings, path: Path
) -> Mapping[str, CachedCopy]:
    import asyncio

    from supplymatrix.net.credentials import read_credentials
    from supplymatrix.net.module_files import fetch_module_file
    from supplymatrix.net.transport import TimeOuts, Transport

    found: dict[str, CachedCopy] = {}
    async with Transport(
        environ=means.environ,
        credentials=read_credentials(means.environ, settings),
        ca_file=means.ca_file,
        connections=1,
        time_outs=TimeOuts(whole=_SECONDS),
    ) as transport:
        for copy in wanted:
            with path.open("w+b") as file:
                fetched = await fetch_module_file(copy.subject, SumKind.ZIP, settings, transport, file)
            if fetched.answers and not fetched.answers[-1].reason:
                found[copy.path] = await asyncio.to_thread(_compare, copy, path)
    return found


def _compare(copy: CachedCopy, path: Path) -> CachedCopy:
    """Return a folder with its differing files, as it is where the zip is not the proven one."""
    copies = Copies(module=str(copy.subject), zip=str(path), folder=copy.path, wanted=copy.logged_hash)
    look = look_at_copies(copies)
    if look.zip is None or look.zip.h1 != copy.logged_hash or look.folder is None or not look.folder.differing:
        return copy
    return judge_folder(copy.subject, copies, look, copy.logged_hash)
