"""Object files (.syso) that hold no code: the resources of Windows programs, icons and manifests.

A COFF object whose sections all are `.rsrc` is data for Windows alone; tools for versions and icons write them.

Source: Microsoft PE format, COFF file header and section table.
"""

from __future__ import annotations

import struct

__all__ = ["is_resources"]

_MACHINES = frozenset({0x14C, 0x8664, 0x1C0, 0x1C4, 0xAA64})
_HEADER, _ROW, _MOST = 20, 40, 64


def is_resources(head: bytes) -> bool:
    """Return whether an object file holds resources of Windows and nothing else. head: its first 4 KiB or more."""
    if len(head) < _HEADER:
        return False
    machine, count = struct.unpack_from("<HH", head)
    optional = struct.unpack_from("<H", head, 16)[0]
    start = _HEADER + optional
    if machine not in _MACHINES or not 0 < count <= _MOST or len(head) < start + count * _ROW:
        return False
    names = [head[start + row * _ROW : start + row * _ROW + 8] for row in range(count)]
    return all(name.startswith(b".rsrc") for name in names)
