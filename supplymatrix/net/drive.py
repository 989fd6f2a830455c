"""Run many of the log's generators at once over the network, asking for each path only once.

    async with Transport() as transport:
        results = await drive(generators, Fetcher(transport, route), cache=cache)

Every path is looked for in this run's memory, then in the cache (in batches), then fetched, by at most `parallel`
fetches at a time, in the order they were asked for. Answers are handed on as they are: only the generators verify, and
only their caller writes to the cache. A fetched look-up is forgotten when the generators that asked for it are done:
there is one for each module, and a server may make them long; tiles are shared and stay.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from supplymatrix.errors import TrustError
from supplymatrix.net.cache import LogCache
from supplymatrix.sumdb.protocol import Answer, Ask, Asking, Body

__all__ = ["drive"]

T = TypeVar("T")


async def drive(
    askings: Sequence[Asking[T]],
    fetch: Callable[[str], Awaitable[Answer]],
    *,
    cache: LogCache | None = None,
    parallel: int = 16,
    progress: Callable[[int, int], None] | None = None,
    memory: dict[str, Answer] | None = None,
) -> list[T]:
    """Return the generators' results, in order.

    fetch: gets one path; never raises for a failed answer. progress: called with (finished, all) generators.
    memory: answers of this run by path, shared between several calls; None = a new one. Look-ups that came from the
    cache stay in it, so that the caller need not store them again.
    The first exception of a generator ends the run, a TrustError of the whole log before others: fetches are
    cancelled, generators closed.
    """
    known = {} if memory is None else memory
    run = _Run(askings, fetch, cache=cache, parallel=parallel, progress=progress, memory=known)
    try:
        async with asyncio.TaskGroup() as group:
            run.start(group)
    except BaseExceptionGroup as errors:
        raise _weightiest(errors) from None
    finally:
        for asking in askings:
            asking.close()
    return [run.results[number] for number in range(len(askings))]


class _Run(Generic[T]):
    def __init__(
        self,
        askings: Sequence[Asking[T]],
        fetch: Callable[[str], Awaitable[Answer]],
        *,
        cache: LogCache | None,
        parallel: int,
        progress: Callable[[int, int], None] | None,
        memory: dict[str, Answer],
    ) -> None:
        self.results: dict[int, T] = {}
        self._askings = askings
        self._fetch = fetch
        self._cache = cache
        self._parallel = parallel
        self._progress = progress
        self._memory = memory
        self._asks: dict[int, Ask] = {}
        self._look_ups: defaultdict[int, set[str]] = defaultdict(set)  # that a generator has asked for
        self._users: Counter[str] = Counter()  # generators that are not done, by look-up
        self._missing: dict[int, int] = {}  # how many paths a generator still waits for
        self._waiting: defaultdict[str, list[int]] = defaultdict(list)
        self._queue: deque[str] = deque()
        self._workers = 0
        self._group: asyncio.TaskGroup | None = None

    def start(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._advance(range(len(self._askings)))

    def _advance(self, ready: Sequence[int]) -> None:
        """Step all ready generators, again and again while memory and cache can answer; queue what is left."""
        while ready:
            asked = [number for number in ready if self._step(number)]
            ready = self._look_up(asked)
        while self._group is not None and self._queue and self._workers < self._parallel:
            self._workers += 1
            self._group.create_task(self._work(self._queue.popleft()))

    def _step(self, number: int) -> bool:
        """Give a generator what it asked for; return whether it asks again."""
        asking, ask = self._askings[number], self._asks.get(number)
        try:
            if ask is None:
                self._asks[number] = next(asking)
            else:
                self._asks[number] = asking.send(tuple(self._memory[path] for path in ask.paths))
        except StopIteration as done:
            self.results[number] = done.value
            self._forget(number)
            if self._progress is not None:
                self._progress(len(self.results), len(self._askings))
            return False
        self._remember(number)
        return True

    def _remember(self, number: int) -> None:
        """Note which look-ups a generator needs until it is done."""
        asked = {path for path in self._asks[number].paths if path.startswith("lookup/")} - self._look_ups[number]
        self._look_ups[number] |= asked
        self._users.update(asked)

    def _forget(self, number: int) -> None:
        """Drop the look-ups that only this generator needed; the caller wants to know which came from the cache."""
        for path in self._look_ups.pop(number, ()):
            self._users[path] -= 1
            if not self._users[path] and not self._is_from_cache(path):
                self._memory.pop(path, None)

    def _look_up(self, asked: Sequence[int]) -> list[int]:
        """Register what these generators wait for; return those that wait for nothing."""
        stale = [p for n in asked if self._asks[n].fresh for p in self._asks[n].paths if self._is_from_cache(p)]
        for path in stale:
            self._memory.pop(path, None)
        if self._cache is not None:
            if stale:
                self._cache.drop(stale)
            wanted = {
                path: None
                for number in asked
                if not self._asks[number].fresh
                for path in self._asks[number].paths
                if path not in self._memory and path not in self._waiting
            }
            fresh = set(stale)
            found = self._cache.get_many(path for path in wanted if path not in fresh)
            self._memory.update((path, Body(data, "cache")) for path, data in found.items())
        return [number for number in asked if self._register(number)]

    def _is_from_cache(self, path: str) -> bool:
        known = self._memory.get(path)
        return isinstance(known, Body) and known.source == "cache"

    def _register(self, number: int) -> bool:
        missing = [path for path in dict.fromkeys(self._asks[number].paths) if path not in self._memory]
        self._missing[number] = len(missing)
        for path in missing:
            if path not in self._waiting:
                self._queue.append(path)
            self._waiting[path].append(number)
        return not missing

    async def _work(self, path: str) -> None:
        """Fetch queued paths until none is left."""
        while True:
            self._memory[path] = await self._fetch(path)
            ready = []
            for number in self._waiting.pop(path):
                self._missing[number] -= 1
                if not self._missing[number]:
                    ready.append(number)
            # This worker stays counted while it advances others, so that it never starts one too many.
            self._advance(ready)
            if not self._queue:
                self._workers -= 1
                return
            path = self._queue.popleft()


def _weightiest(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the one exception to go on with: a whole log's TrustError, any TrustError, or else the first."""
    flat: list[BaseException] = []
    pile: list[BaseException] = [errors]
    while pile:
        err = pile.pop()
        if isinstance(err, BaseExceptionGroup):
            pile.extend(reversed(err.exceptions))
        else:
            flat.append(err)
    flat.sort(key=lambda err: (not (isinstance(err, TrustError) and err.whole_log), not isinstance(err, TrustError)))
    return flat[0]
