"""Lists of files that are their own proof."""

from __future__ import annotations

import base64
import zlib
from hashlib import sha256
from pathlib import Path

from supplymatrix.net.cache import cache_info, clear_cache
from supplymatrix.net.file_lists import FileLists

FILES = {b"m@v1/a.go": sha256(b"a").digest(), b"m@v1/b  c.go": sha256(b"b").digest()}
TEXT = b"".join(b"%s  %s\n" % (digest.hex().encode(), name) for name, digest in FILES.items())
H1 = "h1:" + base64.b64encode(sha256(TEXT).digest()).decode()


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    lists = FileLists(tmp_path / "cache")
    assert (lists.find(H1), lists.has(H1)) == (None, False)
    lists.keep(H1, TEXT)
    assert (lists.find(H1), lists.has(H1)) == (FILES, True)


def test_what_is_no_list_of_the_hash_is_neither_kept_nor_found(tmp_path: Path) -> None:
    lists = FileLists(tmp_path)
    lists.keep(H1, TEXT + b"x")
    assert list(tmp_path.iterdir()) == []
    lists.keep(H1, TEXT)
    (path,) = tmp_path.iterdir()
    for data in (b"", b"x", zlib.compress(TEXT.replace(b"a.go", b"e.go")), path.read_bytes()[:-3]):
        path.write_bytes(data)
        assert lists.find(H1) is None
    bomb = zlib.compress(b"\0" * (40 << 20))
    path.write_bytes(bomb)
    assert lists.find(H1) is None


def test_without_a_folder_nothing_is_kept() -> None:
    lists = FileLists(None)
    lists.keep(H1, TEXT)
    assert (lists.find(H1), lists.has(H1)) == (None, False)


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    FileLists(tmp_path / "file" / "cache").keep(H1, TEXT)


def test_lists_belong_to_the_cache(tmp_path: Path) -> None:
    FileLists(tmp_path).keep(H1, TEXT)
    assert cache_info(tmp_path).bytes > 0
    clear_cache(tmp_path)
    assert list(tmp_path.iterdir()) == []
