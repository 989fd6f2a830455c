"""Which format a program is in: its first bytes tell.

if is_program(file.read_at(0, 64)):
    for part in program_parts(file) or ():
        program = read_part(whole_part(part))
"""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.errors import InputError
from supplymatrix.gomod.executable import Part, Program
from supplymatrix.gomod.executable_elf import read_elf
from supplymatrix.gomod.executable_mach import FAT_BEGINNINGS, MACH_BEGINNINGS, fat_count, fat_parts, read_mach
from supplymatrix.gomod.executable_pe import read_pe
from supplymatrix.gomod.executable_rare import PLAN9_BEGINNINGS, XCOFF_BEGINNINGS, read_plan9, read_xcoff
from supplymatrix.gomod.executable_wasm import WASM_BEGINNING, read_wasm
from supplymatrix.gomod.read_at import ReadAt

__all__ = ["HEAD", "is_program", "program_parts", "read_part", "whole_part"]

HEAD = 64
"""Bytes at the start of a file that tell its format."""

_ELF = b"\x7fELF"
_BEGINNINGS = (_ELF, b"MZ", *MACH_BEGINNINGS, *XCOFF_BEGINNINGS, *PLAN9_BEGINNINGS, WASM_BEGINNING)


def is_program(head: bytes) -> bool:
    """Return whether a file that begins like this may be in one of the formats. head: eight bytes or more."""
    return head.startswith(_BEGINNINGS) or fat_count(head) > 0


def program_parts(file: ReadAt) -> Iterator[Part | InputError] | None:
    """Return the parts of a file that are a program each, one but for fat Mach-O, and an error for each that cannot be
    one; None when the file is in no format that is known here.

    Raises InputError, also while parts are taken, OSError as the file does.
    """
    whole = Part(file, 0, file.size)
    head = whole.read_at(0, min(HEAD, file.size))
    if head.startswith(FAT_BEGINNINGS):
        return fat_parts(whole, head)
    return iter((whole,)) if is_program(head) else None


def whole_part(part: Part | InputError) -> Part:
    """Return a part. Raises the error that stands in its place."""
    if isinstance(part, InputError):
        raise part
    return part


def read_part(file: ReadAt) -> Program:
    """Return the program that a part is. Raises InputError for a damaged one, OSError as the file does."""
    head = file.read_at(0, min(HEAD, file.size))
    if head.startswith(_ELF):
        return read_elf(file, head)
    if head.startswith(b"MZ"):
        return read_pe(file, head)
    if head.startswith(WASM_BEGINNING):
        return read_wasm(file)
    if head.startswith(PLAN9_BEGINNINGS):
        return read_plan9(file, head)
    if head.startswith(XCOFF_BEGINNINGS):
        return read_xcoff(file, head)
    return read_mach(file)
