"""Answers from this machine: a recorded folder, the cache, and the driver without an event loop."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError, TrustError
from supplymatrix.net.cache import LogCache
from supplymatrix.net.local import CacheAnswers, FolderAnswers, read_file_url, run_local
from supplymatrix.sumdb.protocol import Absent, Answer, Ask, Body, Unavailable
from tests.support.child import loaded_modules


def ask_once(*paths: str, fresh: bool = False) -> Generator[Ask, tuple[Answer, ...], tuple[Answer, ...]]:
    return (yield Ask(paths, fresh))


class Memory:
    """Answers that remember how they were asked."""

    def __init__(self) -> None:
        self.batches: list[tuple[tuple[str, ...], bool]] = []

    def answer(self, paths: Sequence[str], *, fresh: bool) -> Sequence[Answer]:
        self.batches.append((tuple(paths), fresh))
        return [Body(f"{path}{len(self.batches)}".encode(), "memory") for path in paths]


def folder_with(folder: Path, **files: bytes) -> FolderAnswers:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return FolderAnswers(folder)


def test_a_file_is_a_body_and_no_file_is_absent(tmp_path: Path) -> None:
    (tmp_path / "http" / "lookup").mkdir(parents=True)
    (tmp_path / "http" / "latest").write_bytes(b"note")
    (tmp_path / "latest").write_bytes(b"outside of http")
    answers = FolderAnswers(tmp_path).answer(["latest", "lookup", "lookup/x@v1.0.0", "latest/below"], fresh=False)
    assert answers == [Body(b"note", "replay"), Absent("replay"), Absent("replay"), Absent("replay")]


@pytest.mark.parametrize(
    "path", ["../secret", "a/../../secret", "/etc/passwd", "a//b", "./latest", "", "C:x", "a\\..\\b", "a\0b", "a/.."]
)
def test_no_path_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "in").mkdir()
    (answer,) = FolderAnswers(tmp_path / "in").answer([path], fresh=False)
    assert isinstance(answer, Unavailable)


@given(st.text(alphabet="a./\\:\0é\ud800", max_size=20))
def test_any_path_gets_an_answer(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    (answer,) = FolderAnswers(tmp_path_factory.getbasetemp()).answer([path], fresh=False)
    assert isinstance(answer, (Absent, Unavailable))


def test_only_plain_files_of_bounded_size_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    (tmp_path / "long").write_bytes(bytes(11))
    (tmp_path / "fits").write_bytes(bytes(10))
    paths = ["pipe", "link", "long", "fits", "x" * 5000]
    answers = FolderAnswers(tmp_path, max_bytes=10).answer(paths, fresh=False)
    assert [type(answer) for answer in answers] == [Unavailable, Unavailable, Unavailable, Body, Unavailable]


KINDS = {"tile/8/0/000": 1 << 14, "lookup/x@v1.0.0": 1 << 18, "latest": 1_100_000, "supported": 1 << 16}


@pytest.mark.parametrize(("path", "most"), KINDS.items())
def test_each_kind_of_answer_has_its_own_cap(tmp_path: Path, path: str, most: int) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(bytes(most))
    answers = FolderAnswers(tmp_path)
    assert isinstance(answers.answer([path], fresh=False)[0], Body)
    file.write_bytes(bytes(most + 1))
    (answer,) = answers.answer([path], fresh=False)
    assert isinstance(answer, Unavailable)
    assert f"longer than {most} bytes" in answer.reason


def test_a_replay_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not there"):
        FolderAnswers(tmp_path / "none")


def test_what_is_not_in_the_cache_is_unavailable_and_not_absent(tmp_path: Path) -> None:
    cache = LogCache.open(tmp_path, "sum.example", 1)
    cache.put_many({"a": b"1"})
    answers = CacheAnswers(cache)
    there, missing = answers.answer(["a", "b"], fresh=False)
    assert there == Body(b"1", "cache")
    assert isinstance(missing, Unavailable)
    assert "offline" in missing.reason
    (dropped,) = answers.answer(["a"], fresh=True)
    assert isinstance(dropped, Unavailable)
    assert cache.get_many(["a"]) == {}
    cache.close()


def test_equal_paths_are_asked_once_and_results_keep_their_order() -> None:
    memory = Memory()
    results = run_local([ask_once("a", "b"), ask_once("b", "c"), ask_once()], memory)
    assert memory.batches == [(("a", "b", "c"), False)]
    assert results[1] == (Body(b"b1", "memory"), Body(b"c1", "memory"))
    assert results[2] == ()


def test_a_path_asked_afresh_is_got_again() -> None:
    def twice() -> Generator[Ask, tuple[Answer, ...], bool]:
        (first,) = yield Ask(("a",))
        (again,) = yield Ask(("a",))
        (fresh,) = yield Ask(("a",), fresh=True)
        return first == again != fresh

    memory = Memory()
    assert run_local([twice(), twice()], memory) == [True, True]
    assert memory.batches == [(("a",), False), (("a",), True)]


def test_the_first_exception_ends_the_run_and_closes_the_others() -> None:
    closed = []

    def waits() -> Generator[Ask, tuple[Answer, ...], None]:
        try:
            yield Ask(("a",))
            yield Ask(("b",))
        finally:
            closed.append(True)

    def fails() -> Generator[Ask, tuple[Answer, ...], None]:
        yield Ask(("a",))
        raise TrustError("fork", whole_log=True)

    with pytest.raises(TrustError, match="fork"):
        run_local([waits(), fails()], Memory())
    assert closed == [True]


def test_file_proxies_are_read_as_folders(tmp_path: Path) -> None:
    file = tmp_path / "a b"
    file.write_bytes(b"1")
    assert read_file_url(f"file://{tmp_path}/a%20b") == Body(b"1", "file")
    assert read_file_url(f"file://{tmp_path}/none") == Absent("file")
    assert isinstance(read_file_url("file:///%00"), Unavailable)


def test_offline_code_loads_neither_an_event_loop_nor_an_http_library() -> None:
    loaded = loaded_modules("import supplymatrix.net.local, supplymatrix.net.settings, supplymatrix.net.folders")
    assert "supplymatrix.net.local" in loaded
    assert {"httpx", "asyncio", "ssl", "sqlite3", "socket", "tempfile"} & loaded == set()
