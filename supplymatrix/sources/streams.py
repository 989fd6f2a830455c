"""Bytes one after the other, out of a file or out of what it unpacks to: gzip, xz, bzip2, Zstandard.

    stream = unpacked(PlainStream(file), budget) or PlainStream(file)
    stream.read(512), stream.skip(1 << 20)

A few bytes may unpack to any number of them: what is unpacked counts against a budget, and nothing is held in memory
but one piece. Files of several streams behind each other, as parallel packers write them, are one.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Protocol

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.inflate import fast_zlib
from supplymatrix.gomod.read_at import ReadAt

__all__ = ["Budget", "NoUnpackerError", "PlainStream", "Stream", "TooMuchError", "packing_of", "unpacked"]

_PIECE = 1 << 18
_GZIP = 31  # a window of any size, behind the header of gzip
_XZ_MEMORY = 256 << 20
_MAGICS = {b"\x1f\x8b\x08": "gzip", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "Zstandard"}
_BZIP2, _BLOCKS = b"BZh", (b"1AY&", b"\x17rE8")  # a digit stands between; the second is that of an empty file


class TooMuchError(InputError):
    """There is more of something than is read of it."""


class NoUnpackerError(InputError):
    """Nothing on this machine unpacks it."""


class Budget:
    """Bytes that may still be unpacked."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._left = most

    def take(self, number: int) -> None:
        """Count bytes. Raises TooMuchError when there were too many."""
        self._left -= number
        if self._left < 0:
            raise TooMuchError(Diagnostic(message=f"it unpacks to more than the {self._most:,} bytes that are read"))


class Stream(Protocol):
    """Bytes that are read once, from the first to the last."""

    def read(self, length: int) -> bytes:
        """Return the next bytes, fewer than `length` only where they end. Raises InputError for damaged ones."""
        ...

    def skip(self, length: int) -> int:
        """Pass by bytes, and return how many there were: fewer than `length` only where they end."""
        ...


class PlainStream:
    """The bytes of a file, or of a part of it. file: what they are read from; at: the place of the next one in it."""

    def __init__(self, file: ReadAt, start: int = 0, size: int | None = None) -> None:
        self.file = file
        self.at = min(start, file.size)
        self.end = file.size if size is None else min(file.size, start + size)

    def read(self, length: int) -> bytes:
        """Return the next bytes."""
        data = self.file.read_at(self.at, max(0, min(length, self.end - self.at)))
        self.at += len(data)
        return data

    def skip(self, length: int) -> int:
        """Pass by bytes."""
        passed = max(0, min(length, self.end - self.at))
        self.at += passed
        return passed


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """One gzip stream, spoken to as the unpackers of the other forms are."""

    def __init__(self, inner: Any) -> None:  # noqa: ANN401 - the standard library's object, or one like it
        self._inner = inner
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out: bytes = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self.needs_input = not self._inner.unconsumed_tail and len(out) < max_length
        return out


class _Unpacked:
    """What the packed bytes of another stream unpack to."""

    def __init__(self, packed: Stream, kind: str, budget: Budget) -> None:
        self._packed = packed
        self._kind = kind
        self._budget = budget
        self._make, self._errors = _unpacker_of(kind)
        self._inner = self._make()
        self._waiting = b""
        self._held = b""
        self._is_over = False

    def read(self, length: int) -> bytes:
        parts: list[bytes] = []
        while length > 0 and (self._held or self._fill()):
            part = self._held[:length]
            self._held = self._held[len(part) :]
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def skip(self, length: int) -> int:
        passed = 0
        while passed < length and (self._held or self._fill()):
            step = min(length - passed, len(self._held))
            self._held = self._held[step:]
            passed += step
        return passed

    def _fill(self) -> bool:
        """Unpack one piece more; return whether there was one."""
        while not self._held and not self._is_over:
            try:
                self._held = self._unpack()
            except self._errors as err:
                raise _damaged(f"its {self._kind} data cannot be unpacked: {str(err)[:100]}") from err
        self._budget.take(len(self._held))
        return bool(self._held)

    def _unpack(self) -> bytes:
        if self._inner.eof:
            self._go_on_behind(self._inner.unused_data)
            return b""
        if self._inner.needs_input and not self._waiting:
            self._waiting = self._packed.read(_PIECE)
            if not self._waiting:
                raise _damaged(f"its {self._kind} data is cut")
        data, self._waiting = self._waiting, b""
        return self._inner.decompress(data, _PIECE)

    def _go_on_behind(self, rest: bytes) -> None:
        """Begin the next stream where there is one; padding, and what is none, is the end."""
        rest += self._waiting
        self._waiting = b""
        if len(rest) < 8:
            rest += self._packed.read(_PIECE)
        if packing_of(rest) != self._kind:
            self._is_over = True
            return
        self._inner, self._waiting = self._make(), rest


def packing_of(head: bytes) -> str:
    """Return in which form bytes are packed, by their first eight: "gzip", "xz", "bzip2", "Zstandard"; "" in none."""
    if head.startswith(_BZIP2) and head[4:8] in _BLOCKS:
        return "bzip2"
    return next((name for magic, name in _MAGICS.items() if head.startswith(magic)), "")


def unpacked(packed: Stream, kind: str, budget: Budget) -> Stream:
    """Return what packed bytes unpack to. kind: as `packing_of` says. Raises NoUnpackerError where nothing here can."""
    return _Unpacked(packed, kind, budget)


def _unpacker_of(kind: str) -> tuple[Callable[[], _Unpacker], tuple[type[Exception], ...]]:
    """Return what makes an unpacker, and the errors that it raises for damaged bytes."""
    if kind == "gzip":
        fast = fast_zlib()
        begin = importlib.import_module(fast.name).decompressobj
        return lambda: _Gzip(begin(wbits=_GZIP)), (fast.error,)
    if kind == "bzip2":
        import bz2

        return bz2.BZ2Decompressor, (OSError, ValueError)
    if kind == "xz":
        import lzma

        return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY), (lzma.LZMAError,)
    return _zstandard()


def _zstandard() -> tuple[Callable[[], _Unpacker], tuple[type[Exception], ...]]:
    """Return the unpacker of Python itself (3.14 and newer), or the same one for older Pythons."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        return module.ZstdDecompressor, (module.ZstdError,)
    raise NoUnpackerError(
        Diagnostic(
            message="it is packed with Zstandard, which this Python cannot unpack",
            remedy="install backports.zstd, or unpack it first",
        )
    )


def _damaged(message: str) -> InputError:
    return InputError(Diagnostic(message=message))
