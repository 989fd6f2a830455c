"""Ask the proxies about many module versions, several at once, until the time for all of them is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from supplymatrix.engine.means import MAX_CONNECTIONS, Means
from supplymatrix.errors import SupplymatrixError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.model.module import ModuleVersion

if TYPE_CHECKING:
    from supplymatrix.net.transport import Transport

__all__ = ["ask_each"]

T = TypeVar("T")


def ask_each(
    modules: Sequence[ModuleVersion],
    means: Means,
    settings: GoSettings,
    seconds: float,
    *,
    ask: Callable[[ModuleVersion, Transport], Awaitable[T]],
    too_late: Callable[[ModuleVersion, str], T],
    failed: Callable[[ModuleVersion, str], T],
) -> dict[ModuleVersion, T]:
    """Return what `ask` says of each module; with a reason what `too_late` says of one that got no answer in time, and
    `failed` of all where nobody could be asked."""
    if not modules:
        return {}
    import asyncio  # costs more than reading a whole module cache, and is not needed for that

    try:
        return asyncio.run(_ask_all(modules, means, settings, seconds, (ask, too_late)))
    except (SupplymatrixError, ValueError, OSError) as err:  # must not take the place of what the log says
        return {module: failed(module, str(err)) for module in modules}


async def _ask_all(
    modules: Sequence[ModuleVersion],
    means: Means,
    settings: GoSettings,
    seconds: float,
    ways: tuple[Callable[[ModuleVersion, Transport], Awaitable[T]], Callable[[ModuleVersion, str], T]],
) -> dict[ModuleVersion, T]:
    import asyncio

    from supplymatrix.net.credentials import read_credentials
    from supplymatrix.net.transport import TimeOuts, Transport

    ask, too_late = ways
    deadline = asyncio.get_running_loop().time() + seconds
    connections = max(1, min(means.jobs, MAX_CONNECTIONS))
    free = asyncio.Semaphore(connections)
    async with Transport(
        environ=means.environ,
        credentials=read_credentials(means.environ, settings),
        ca_file=means.ca_file,
        connections=connections,
        time_outs=TimeOuts(whole=seconds / 2),
        tries=2,
    ) as transport:

        async def answer(module: ModuleVersion) -> T:
            try:
                async with asyncio.timeout_at(deadline), free:
                    return await ask(module, transport)
            except TimeoutError:
                return too_late(module, f"no proxy has answered within {seconds:g} s")

        return dict(zip(modules, await asyncio.gather(*map(answer, modules)), strict=True))
