"""The fastest zlib at hand: zlib-ng where its wheel is installed, else the standard library's. Both give the same
bytes, and refuse the same streams.

    zlib = fast_zlib()
    zlib.crc32(data), zlib.raw_inflater().decompress(packed, most)

zlib-ng is found when the first zip is read, not before: there are platforms without a wheel of it.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from supplymatrix.model.value import value

__all__ = ["Inflater", "Zlib", "fast_zlib", "standard_zlib"]


class Inflater(Protocol):
    """One stream being inflated, as `zlib.decompressobj` returns it."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was met."""
        ...

    @property
    def unconsumed_tail(self) -> bytes:
        """What of the last bytes fed was not looked at for want of room."""
        ...

    def decompress(self, data: bytes | memoryview, max_length: int = 0, /) -> bytes:
        """Return at most `max_length` bytes more, 0 = any number. Raises the error of its `Zlib`."""
        ...


@value
class Zlib:
    """name: of the module. raw_inflater: begins a stream without a header. inflate_raw(data, expected): unpacks a whole
    one, whatever it grows to; what follows its end does not count. error: what is raised for a bad one, or a part of
    one."""

    name: str
    raw_inflater: Callable[[], Inflater]
    inflate_raw: Callable[[bytes, int], bytes]
    crc32: Callable[..., int]
    error: type[Exception]


def standard_zlib() -> Zlib:
    """Return the standard library's."""
    return _of(zlib)


@lru_cache(maxsize=1)
def fast_zlib() -> Zlib:
    """Return the fastest one that is installed."""
    try:
        return _of(importlib.import_module("zlib_ng.zlib_ng"))
    except (ImportError, OSError):  # no wheel for this platform, or one that its loader refuses
        return standard_zlib()


def _of(module: Any) -> Zlib:  # noqa: ANN401 - a module of one interface or the other
    begin, whole, window = module.decompressobj, module.decompress, -module.MAX_WBITS

    def raw_inflater() -> Inflater:
        inflater: Inflater = begin(window)
        return inflater

    def inflate_raw(data: bytes, expected: int) -> bytes:
        content: bytes = whole(data, window, expected)
        return content

    return Zlib(
        name=module.__name__,
        raw_inflater=raw_inflater,
        inflate_raw=inflate_raw,
        crc32=module.crc32,
        error=module.error,
    )
