"""Feed the reader of programs broken ones for a while: made ones, and those of folders that are named.

    python -m tests.fuzz.fuzz_programs [--seconds 60] [--seed 1] [--atheris CORPUS] [FOLDER…]

No part of the test suite. Only NoBuildInfoError may come out, within two seconds; anything else ends the run, and what
caused it lies in ./crash. With --atheris, which must be installed, it chooses the bytes, by what code they reach, and
keeps those that reach more in a folder, from which the next run begins.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from supplymatrix.gomod.build_info import NoBuildInfoError
from supplymatrix.gomod.program import read_programs
from supplymatrix.gomod.read_at import BytesAt
from tests.gomod.made_programs import (
    TEXT,
    function_table,
    header,
    made_elf,
    made_fat,
    made_mach,
    made_pe,
    made_plan9,
    made_wasm,
    made_xcoff,
    marked,
    pointed,
)

_LONGEST_SECONDS = 2.0
_ODD = (b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff" * 8, bytes(8), b"\0\0\0\x80")


def corpus(folders: Sequence[Path]) -> list[bytes]:
    """Return the programs to begin with."""
    tables = [function_table("runtime.main", "main.main", "a/b.F", since=since) for since in ("1.2", "1.16", "1.20")]
    found = []
    for table in tables:
        data = header().ljust(1024, b"\0") + table
        sections = [(".go.buildinfo", 0, 1024), (".gopclntab", 1024, len(table))]
        found += [made_elf(data, sections=sections), made_elf(data), made_pe(data), made_mach(data), made_plan9(data)]
        found += [made_xcoff(data), made_fat(made_mach(data), made_mach(data)), made_elf(pointed() + table)]
        found.append(made_wasm(marked(TEXT).ljust(1024, b"\0") + table))
    return found + [path.read_bytes() for folder in folders for path in sorted(folder.iterdir()) if path.is_file()]


def check(data: bytes) -> None:
    """Raise whatever the reader must not raise."""
    begin = time.perf_counter()
    try:
        read_programs(BytesAt(data))
    except NoBuildInfoError:
        pass
    finally:
        if time.perf_counter() - begin > _LONGEST_SECONDS:
            raise TimeoutError(f"it took {time.perf_counter() - begin:.1f} s")


def changed(data: bytes, chance: random.Random) -> bytes:
    """Return a program with some bytes replaced, mostly among its headers, or cut."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(max(min(len(made), chance.choice((64, 600, 5_000, len(made)))), 1))
        new = chance.choice((*_ODD, chance.randbytes(chance.randint(1, 8))))
        made[at : at + len(new)] = new
    return bytes(made[: chance.randrange(len(made) + 1)] if chance.random() < 0.1 else made)


def main() -> int:
    """Run until the time is over or something comes out that must not."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", type=Path)
    parser.add_argument("folders", nargs="*", type=Path)
    options = parser.parse_args()
    programs = corpus(options.folders)
    if options.atheris:
        options.atheris.mkdir(exist_ok=True)
        for number, program in enumerate(programs):
            (options.atheris / f"made-{number}").write_bytes(program)
        atheris = import_module("atheris")
        atheris.instrument_all()
        flags = [f"-max_total_time={options.seconds:.0f}", f"-seed={options.seed}", str(options.atheris)]
        atheris.Setup([sys.argv[0], *flags], check)
        atheris.Fuzz()
    chance = random.Random(options.seed)  # noqa: S311 - no secret
    end, tries = time.monotonic() + options.seconds, 0
    while time.monotonic() < end:
        data = changed(chance.choice(programs), chance)
        tries += 1
        try:
            check(data)
        except Exception:
            Path("crash").write_bytes(data)
            raise
    sys.stdout.write(f"{tries:,} programs, nothing came out that must not\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
