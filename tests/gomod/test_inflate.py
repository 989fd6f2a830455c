"""The fast zlib says what the standard one says, of good streams and of bad ones."""

from __future__ import annotations

import importlib
import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod import inflate, zip_archive
from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.inflate import Zlib, fast_zlib, standard_zlib
from supplymatrix.gomod.read_at import BytesAt
from tests.support.made_zip import MadeEntry, made_zip

TEXT = b"package mod\n\nfunc f() {}\n" * 40


def deflated(data: bytes, level: int) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def inflated(which: Zlib, packed: bytes, most: int) -> tuple[bytes, bool] | str:
    """Return what a stream holds and whether its end was met, or that it is bad."""
    stream, parts, left, feed = which.raw_inflater(), [b""], most, packed
    try:
        while left and not stream.eof:
            piece = stream.decompress(feed, left)
            if not piece and not feed:
                break
            parts.append(piece)
            left -= len(piece)
            feed = stream.unconsumed_tail
    except which.error:
        return "bad"
    return b"".join(parts), stream.eof


@given(st.binary(max_size=300), st.integers(0, 9), st.integers(0, 400))
def test_a_good_stream_is_the_same_to_both(data: bytes, level: int, most: int) -> None:
    packed = deflated(data * 7, level) + b"behind it"
    assert inflated(fast_zlib(), packed, most) == inflated(standard_zlib(), packed, most)


@given(st.integers(0, 9), st.integers(min_value=0), st.integers(1, 255), st.integers(min_value=0))
def test_a_damaged_stream_is_the_same_to_both(level: int, at: int, flip: int, cut: int) -> None:
    packed = bytearray(deflated(TEXT, level))
    packed[at % len(packed)] ^= flip
    bad = bytes(packed[: 1 + cut % len(packed)])
    assert inflated(fast_zlib(), bad, len(TEXT) + 1) == inflated(standard_zlib(), bad, len(TEXT) + 1)


@given(st.binary(max_size=200), st.integers(0, 0xFFFFFFFF))
def test_checksums_are_the_same(data: bytes, before: int) -> None:
    assert fast_zlib().crc32(data, before) == zlib.crc32(data, before)


def test_without_a_wheel_the_standard_one_is_taken_and_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    inflate.fast_zlib.cache_clear()
    try:
        assert inflate.fast_zlib().name == "zlib"
    finally:
        inflate.fast_zlib.cache_clear()
    assert capfd.readouterr() == ("", "")


def _zip(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("m/a.go", (TEXT * (1 + size // len(TEXT)))[:size])
        archive.writestr("m/empty", b"")
    return out.getvalue()


@pytest.mark.parametrize("size", [0, 1, 1000, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 1 << 20])
def test_a_zip_has_one_hash_whichever_is_used(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    fast = hash_zip(BytesAt(_zip(size)))
    monkeypatch.setattr(zip_archive, "fast_zlib", standard_zlib)
    assert hash_zip(BytesAt(_zip(size))) == fast


@pytest.mark.parametrize("which", [fast_zlib, standard_zlib])
@pytest.mark.parametrize("size", [10, 1 << 18, 1 << 20])
@pytest.mark.parametrize("wrong", [-1, 1])
def test_a_length_that_is_not_the_declared_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, which: object, size: int, wrong: int
) -> None:
    monkeypatch.setattr(zip_archive, "fast_zlib", which)
    data = made_zip([MadeEntry(name=b"m/a", data=bytes(size), size=size + wrong)])
    with pytest.raises(InputError, match="another length"):
        hash_zip(BytesAt(data))


@pytest.mark.parametrize("size", [1000, 1 << 20])
def test_a_stream_that_is_cut_is_refused(size: int) -> None:
    whole = deflated(bytes(range(256)) * (size // 250), 6)
    data = made_zip([MadeEntry(name=b"m/a", data=whole[:-3], deflate=False, method=8, size=256 * (size // 250))])
    with pytest.raises(InputError, match=r"another length|cannot be unpacked"):
        hash_zip(BytesAt(data))
