"""Many generators over one network: each path once, answers shared, faults ending the run cleanly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import TrustError
from supplymatrix.net.cache import LogCache
from supplymatrix.net.drive import drive
from supplymatrix.net.local import run_local
from supplymatrix.sumdb.protocol import Absent, Answer, Ask, Body

T = TypeVar("T")
Steps = Sequence[Sequence[str]]


def ask_all(steps: Steps, *, fresh: bool = False) -> Generator[Ask, tuple[Answer, ...], list[Answer]]:
    got: list[Answer] = []
    for paths in steps:
        got.extend((yield Ask(tuple(paths), fresh)))
    return got


class Network:
    """Gives every path its own name, and remembers what was asked and how many at once."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.in_flight = self.highest = 0

    async def __call__(self, path: str) -> Answer:
        self.asked.append(path)
        self.in_flight += 1
        self.highest = max(self.highest, self.in_flight)
        await asyncio.sleep(0)
        self.in_flight -= 1
        return Absent("network") if path == "none" else Body(path.encode(), "network")

    def answer(self, paths: Sequence[str], *, fresh: bool) -> Sequence[Answer]:
        return [Absent("network") if path == "none" else Body(path.encode(), "network") for path in paths]


def run(
    askings: Sequence[Generator[Ask, tuple[Answer, ...], T]],
    fetch: Callable[[str], Awaitable[Answer]],
    *,
    cache: LogCache | None = None,
    parallel: int = 16,
    progress: Callable[[int, int], None] | None = None,
    memory: dict[str, Answer] | None = None,
) -> list[T]:
    return asyncio.run(drive(askings, fetch, cache=cache, parallel=parallel, progress=progress, memory=memory))


paths = st.sampled_from(["a", "b", "c", "d", "none"])


@given(st.lists(st.lists(st.lists(paths, max_size=4), max_size=3), max_size=12), st.integers(1, 4))
def test_driving_at_once_gives_what_driving_in_a_row_gives(all_steps: list[list[list[str]]], parallel: int) -> None:
    network = Network()
    results = run([ask_all(steps) for steps in all_steps], network, parallel=parallel)
    assert results == run_local([ask_all(steps) for steps in all_steps], network)
    assert sorted(network.asked) == sorted({p for steps in all_steps for step in steps for p in step})
    assert network.highest <= parallel


def test_parallel_fetches_are_used_and_bounded() -> None:
    network = Network()
    run([ask_all([[f"p{number}"]]) for number in range(100)], network)
    assert network.highest == 16


def test_the_cache_is_asked_first(tmp_path: Path) -> None:
    cache = LogCache.open(tmp_path, "sum.example", 1)
    cache.put_many({"a": b"cached"})
    network = Network()
    (got,) = run([ask_all([["a", "b"]])], network, cache=cache)
    assert got == [Body(b"cached", "cache"), Body(b"b", "network")]
    assert network.asked == ["b"]
    cache.close()


def test_a_copy_that_did_not_verify_is_dropped_and_fetched_once(tmp_path: Path) -> None:
    def doubt() -> Generator[Ask, tuple[Answer, ...], tuple[Answer, Answer]]:
        (first,) = yield Ask(("a",))
        (again,) = yield Ask(("a",), fresh=True)
        return first, again

    cache = LogCache.open(tmp_path, "sum.example", 1)
    cache.put_many({"a": b"bad"})
    network = Network()
    results = run([doubt(), doubt()], network, cache=cache)
    assert results == [(Body(b"bad", "cache"), Body(b"a", "network"))] * 2
    assert network.asked == ["a"]
    assert cache.get_many(["a"]) == {}
    cache.close()


def test_a_fresh_path_is_never_taken_from_the_cache(tmp_path: Path) -> None:
    cache = LogCache.open(tmp_path, "sum.example", 1)
    cache.put_many({"latest": b"yesterday"})
    (got,) = run([ask_all([["latest"]], fresh=True)], Network(), cache=cache)
    assert got == [Body(b"latest", "network")]
    cache.close()


def test_memory_is_shared_between_calls() -> None:
    network = Network()
    memory: dict[str, Answer] = {}
    for _ in range(2):
        run([ask_all([["a"], ["b"]])], network, memory=memory)
    assert network.asked == ["a", "b"]


def test_progress_counts_every_generator() -> None:
    seen: list[tuple[int, int]] = []
    run([ask_all([["a"]]), ask_all([])], Network(), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def failing(err: Exception, path: str = "a") -> Generator[Ask, tuple[Answer, ...], list[Answer]]:
    yield Ask((path,))
    raise err


def test_a_fork_ends_the_run_and_closes_every_generator() -> None:
    closed = []

    def waits() -> Generator[Ask, tuple[Answer, ...], list[Answer]]:
        try:
            yield Ask(("never",))
        finally:
            closed.append(True)
        return []

    async def fetch(path: str) -> Answer:
        if path == "never":
            await asyncio.Event().wait()
        return Body(b"", "network")

    with pytest.raises(TrustError, match="fork"):
        run([waits(), failing(TrustError("fork", whole_log=True)), waits()], fetch)
    assert closed == [True, True]


def test_a_generator_that_fails_before_asking_ends_the_run() -> None:
    def fails(steps: Steps) -> Generator[Ask, tuple[Answer, ...], list[Answer]]:
        if not steps:
            raise ValueError("at once")
        return (yield from ask_all(steps))

    with pytest.raises(ValueError, match="at once"):
        run([ask_all([["a"]]), fails([])], Network())


def test_an_interrupted_run_is_cancelled_and_not_swallowed() -> None:
    async def interrupted() -> None:
        started = asyncio.Event()

        async def fetch(path: str) -> Answer:
            del path
            started.set()
            await asyncio.Event().wait()
            return Absent("network")

        task = asyncio.create_task(drive([ask_all([["a"]])], fetch))
        await started.wait()
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupted())


def test_a_look_up_is_forgotten_when_nobody_needs_it_any_more_and_tiles_are_kept() -> None:
    memory: dict[str, Answer] = {}
    run([ask_all([["lookup/a", "tile/8/0/000"], ["lookup/none"]])], Network(), memory=memory)
    assert set(memory) == {"tile/8/0/000"}


def test_a_look_up_is_kept_while_another_generator_needs_it() -> None:
    network = Network()
    results = run([ask_all([["lookup/a"]]), ask_all([["lookup/a", "b"], ["c"]])], network)
    assert results[1] == [Body(p.encode(), "network") for p in ("lookup/a", "b", "c")]
    assert sorted(network.asked) == ["b", "c", "lookup/a"]


def test_what_came_from_the_cache_stays_known_as_such(tmp_path: Path) -> None:
    cache = LogCache.open(tmp_path, "sum.example", 1)
    cache.put_many({"lookup/a": b"cached"})
    memory: dict[str, Answer] = {}
    run([ask_all([["lookup/a", "lookup/b"]])], Network(), cache=cache, memory=memory)
    assert memory == {"lookup/a": Body(b"cached", "cache")}
    cache.close()


look_ups = st.sampled_from(["lookup/a", "lookup/b", "tile/c", "none"])


@given(st.lists(st.lists(st.lists(look_ups, max_size=4), max_size=3), max_size=12), st.integers(1, 4))
def test_forgetting_look_ups_changes_no_result(all_steps: list[list[list[str]]], parallel: int) -> None:
    results = run([ask_all(steps) for steps in all_steps], Network(), parallel=parallel)
    assert results == run_local([ask_all(steps) for steps in all_steps], Network())
