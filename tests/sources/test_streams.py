"""Packed bytes: every form unpacks to what was packed, in any steps, and neither damage nor size gets through."""

from __future__ import annotations

import bz2
import gzip
import importlib
import lzma
from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.sources.streams import Budget, NoUnpackerError, PlainStream, TooMuchError, packing_of, unpacked

_DATA = b"".join(b"%d of many lines, all of them alike\n" % number for number in range(40_000))


def _zstd(data: bytes) -> bytes:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            packed: bytes = importlib.import_module(name).compress(data)
        except ImportError:
            continue
        return packed
    pytest.fail("there is no Zstandard")


_PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, 1, mtime=0),
    "bzip2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=0),
    "Zstandard": _zstd,
}


def _read(packed: bytes, kind: str, *, most: int = 1 << 30, step: int = 100_000) -> bytes:
    stream = unpacked(PlainStream(BytesAt(packed)), kind, Budget(most))
    parts = []
    while part := stream.read(step):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("kind", _PACKERS)
def test_what_was_packed_comes_out_again(kind: str) -> None:
    packed = _PACKERS[kind](_DATA)
    assert packing_of(packed[:8]) == kind
    assert _read(packed, kind) == _DATA
    stream = unpacked(PlainStream(BytesAt(packed)), kind, Budget(len(_DATA)))
    assert stream.skip(700_001) == 700_001
    assert stream.read(10) == _DATA[700_001:700_011]
    assert stream.skip(1 << 30) == len(_DATA) - 700_011


@pytest.mark.parametrize("kind", _PACKERS)
def test_several_streams_behind_each_other_are_one(kind: str) -> None:
    pack = _PACKERS[kind]
    assert _read(pack(b"one ") + pack(b"") + pack(b"two"), kind) == b"one two"


@pytest.mark.parametrize("kind", _PACKERS)
def test_a_cut_stream_is_refused(kind: str) -> None:
    packed = _PACKERS[kind](_DATA)
    for end in (len(packed) - 1, len(packed) // 2, 7):
        with pytest.raises(InputError):
            _read(packed[:end], kind)


def test_padding_behind_a_stream_is_its_end() -> None:
    assert _read(gzip.compress(b"one") + bytes(1000), "gzip") == b"one"


@pytest.mark.parametrize("kind", _PACKERS)
def test_a_bomb_stops_at_the_budget(kind: str) -> None:
    bomb = _PACKERS[kind](bytes(20 << 20))
    with pytest.raises(TooMuchError):
        _read(bomb, kind, most=1 << 20)


@given(st.data())
def test_damaged_bytes_give_an_error_or_other_bytes_and_no_crash(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(_PACKERS)))
    packed = bytearray(_PACKERS[kind](_DATA[:3_000]))
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(InputError):
        _read(bytes(packed), kind, most=1 << 22)


def test_zstandard_without_an_unpacker_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(NoUnpackerError) as caught:
        unpacked(PlainStream(BytesAt(b"")), "Zstandard", Budget(1))
    assert "unpack it first" in caught.value.diagnostics[0].remedy
