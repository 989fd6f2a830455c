"""All copies of modules, held against hashes that become known while they are read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.sources.copy_check import CopyCheck, CopyMemory, Hashes
from supplymatrix.sources.modcache import check_copies
from tests.support.made_log import module_of
from tests.support.module_cache import go_mod_hash
from tests.support.module_copies import FILES, A, B, CopiesGround, packed

MODULE = module_of(A)
EQUAL, DIFFERS, UNCHECKED = CopyState.EQUAL, CopyState.DIFFERS, CopyState.UNCHECKED
LATER = 1 << 62


@pytest.fixture
def ground(tmp_path: Path) -> CopiesGround:
    return CopiesGround(tmp_path)


def checked(
    ground: CopiesGround, *, expected: str = "", memory: CopyMemory | None = None, clock: int = LATER
) -> dict[CopyKind, CachedCopy]:
    hashes = Hashes(zip=ground.hashes[A], go_mod=go_mod_hash("module example.com/Up/a\n"))
    with CopyCheck({MODULE: expected}, ground.cache, memory=memory, clock=lambda: clock) as check:
        copies = check.judge({MODULE: hashes})
    return {copy.kind: copy for copy in copies}


def states(copies: dict[CopyKind, CachedCopy]) -> list[CopyState]:
    return [copies[kind].state for kind in CopyKind]


def test_all_four_copies_are_held_against_what_is_proven(ground: CopiesGround) -> None:
    copies = checked(ground)
    assert states(copies) == [EQUAL] * 4
    assert {copy.hash for kind, copy in copies.items() if kind is not CopyKind.GO_MOD} == {ground.hashes[A]}
    assert (copies[CopyKind.FOLDER].files, copies[CopyKind.ZIP].files) == (5, 5)


def test_a_zip_that_is_not_the_proven_one_says_nothing_of_the_folder(ground: CopiesGround) -> None:
    evil = packed(A, {**FILES, "a.go": b"package evil\n"})
    ground.file(A, ".zip").write_bytes(evil)
    (ground.folder(A) / "a.go").write_bytes(b"package evil\n")
    ground.file(A, ".ziphash").write_text(hash_zip(BytesAt(evil)))
    for expected in ("", hash_zip(BytesAt(evil)), ground.hashes[A]):
        assert states(checked(ground, expected=expected)) == [DIFFERS, DIFFERS, EQUAL, DIFFERS]


def test_a_good_folder_beside_a_bad_zip_is_good(ground: CopiesGround) -> None:
    ground.file(A, ".zip").write_bytes(packed(A, {"a.go": b"package evil\n"}))
    assert states(checked(ground)) == [DIFFERS, EQUAL, EQUAL, EQUAL]


def test_a_changed_file_is_told_in_a_clause(ground: CopiesGround) -> None:
    (ground.folder(A) / "a.go").write_bytes(b"package evil\n")
    (ground.folder(A) / "z.go").write_bytes(b"package evil\n")
    folder = checked(ground)[CopyKind.FOLDER]
    assert (folder.state, folder.differing) == (DIFFERS, 2)
    assert folder.reason == (
        "2 of its files are not as in the proven zip; the first: a.go is changed (first differs at byte 9)"
    )


def test_a_go_mod_and_a_hash_file_that_differ_are_told(ground: CopiesGround) -> None:
    ground.file(A, ".mod").write_bytes(b"module evil\n")
    ground.file(A, ".ziphash").write_text(ground.hashes[B])
    copies = checked(ground)
    assert states(copies) == [EQUAL, EQUAL, DIFFERS, DIFFERS]
    assert copies[CopyKind.GO_MOD].hash == go_mod_hash("module evil\n")


@pytest.mark.parametrize("text", ["", "h1:", "\0" * 47])
def test_a_hash_file_that_the_go_command_does_not_believe_is_none(ground: CopiesGround, text: str) -> None:
    ground.file(A, ".ziphash").write_text(text)
    assert CopyKind.HASH_FILE not in checked(ground)


@pytest.mark.parametrize("text", ["", "h1:AAAA", "\0" * 47, None])
def test_a_hash_file_that_is_not_believed_is_told(ground: CopiesGround, text: str | None) -> None:
    path = ground.file(A, ".ziphash")
    path.unlink() if text is None else path.write_text(text)
    with CopyCheck({MODULE: ""}, ground.cache) as check:
        check.judge({MODULE: Hashes(zip=ground.hashes[A])})
    assert check.unbelieved == {MODULE: "missing" if text is None else "malformed"}


def test_white_space_in_a_hash_file_does_not_count(ground: CopiesGround) -> None:
    ground.file(A, ".ziphash").write_text(f"{ground.hashes[A]}\n")
    assert checked(ground)[CopyKind.HASH_FILE].state is EQUAL


@pytest.mark.parametrize("kind", ["folder", "dead link", "pipe"])
def test_small_files_that_are_none_are_unchecked(ground: CopiesGround, kind: str) -> None:
    for ending in (".mod", ".ziphash"):
        path = ground.file(A, ending)
        path.unlink()
        if kind == "folder":
            path.mkdir()
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to(ground.root / "gone")
    copies = checked(ground)
    assert states(copies) == [EQUAL, EQUAL, UNCHECKED, UNCHECKED]
    assert copies[CopyKind.GO_MOD].reason


def test_a_folder_that_is_not_unpacked_to_its_end_is_unchecked(ground: CopiesGround) -> None:
    ground.file(A, ".partial").write_bytes(b"")
    (ground.folder(A) / "a.go").unlink()
    folder = checked(ground)[CopyKind.FOLDER]
    assert (folder.state, "not unpacked it to its end" in folder.reason) == (UNCHECKED, True)


def test_another_version_in_the_place_of_one_differs(ground: CopiesGround) -> None:
    ground.file(A, ".zip").write_bytes(ground.file(B, ".zip").read_bytes())
    assert checked(ground)[CopyKind.ZIP].state is DIFFERS


def test_without_a_hash_of_its_zip_only_the_go_mod_is_held_against_anything(ground: CopiesGround) -> None:
    (copy,) = check_copies({}, ground.cache, go_mods={MODULE: go_mod_hash("module example.com/Up/a\n")})
    assert (copy.kind, copy.state) == (CopyKind.GO_MOD, EQUAL)


class Memory:
    """Keeps texts, and counts them."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, ...]] = {}

    def copies_of(self, key: str) -> tuple[str, ...]:
        return self.kept.get(key, ())

    def keep_copies(self, key: str, texts: Sequence[str]) -> None:
        self.kept[key] = tuple(texts)


def test_what_is_remembered_is_what_was_seen(ground: CopiesGround) -> None:
    memory = Memory()
    first = checked(ground, memory=memory)
    assert len(memory.kept) == 1
    with CopyCheck({MODULE: ""}, ground.cache, memory=memory) as check:
        copies = check.judge({MODULE: Hashes(zip=ground.hashes[A])})
        assert check.remembered == 1
    again = {copy.kind: copy for copy in copies}
    assert all(again[kind] == first[kind] for kind in (CopyKind.ZIP, CopyKind.FOLDER))


def test_a_folder_without_a_zip_is_remembered_too(ground: CopiesGround) -> None:
    memory = Memory()
    ground.file(A, ".zip").unlink()
    first = checked(ground, memory=memory)
    assert checked(ground, memory=memory) == first
    assert first[CopyKind.FOLDER].hash == ground.hashes[A]


def test_what_is_remembered_is_held_against_what_is_proven_today(ground: CopiesGround) -> None:
    memory = Memory()
    checked(ground, memory=memory)
    with CopyCheck({MODULE: ""}, ground.cache, memory=memory) as check:
        copies = check.judge({MODULE: Hashes(zip=ground.hashes[B])})
    assert [copy.state for copy in copies] == [DIFFERS] * 3


def test_what_was_touched_since_is_read_again(ground: CopiesGround) -> None:
    memory = Memory()
    checked(ground, memory=memory)
    path = ground.folder(A) / "a.go"
    info = path.stat()
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    assert checked(ground, memory=memory)[CopyKind.FOLDER].state is DIFFERS


def test_what_differs_or_was_just_written_is_not_remembered(ground: CopiesGround) -> None:
    memory = Memory()
    checked(ground, memory=memory, clock=(ground.folder(A) / "a.go").stat().st_ctime_ns)
    (ground.folder(A) / "a.go").write_bytes(b"")
    checked(ground, memory=memory)
    assert memory.kept == {}


@pytest.mark.parametrize("texts", [("look",), ("look", "h1:x", "h1:x", "", "many", "1"), ()])
def test_a_damaged_memory_is_none(ground: CopiesGround, texts: tuple[str, ...]) -> None:
    memory = Memory()
    first = checked(ground, memory=memory)
    ((key, kept),) = memory.kept.items()
    memory.kept[key] = (kept[0], *texts[1:])
    assert checked(ground, memory=memory) == first


def test_memory_lies_in_the_file_of_facts(ground: CopiesGround, tmp_path: Path) -> None:
    facts = FileFacts.open(tmp_path / "cache", detector="")
    first = checked(ground, memory=facts)
    facts.save()
    again = FileFacts.open(tmp_path / "cache", detector="other")
    with CopyCheck({MODULE: ""}, ground.cache, memory=again) as check:
        copies = check.judge({MODULE: Hashes(zip=ground.hashes[A])})
        assert check.remembered == 1
    assert [copy.state for copy in copies] == [EQUAL] * 3
    assert copies[0] == first[CopyKind.ZIP]
