"""Grow the kept corpus: inputs that led the readers of programs and zips to different ends, one for each end.

    python -m tests.fuzz.grow_corpus programs|zips [--seconds 30] [--seed 1]

An end is what a reader says, its first words: the fault that it tells, or the state of what it read. For each there is
one input in tests/data/corpus, the smallest that was met, and tests/fuzz/test_corpus.py reads all of them again.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace as changed_value

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.program import read_programs
from supplymatrix.gomod.read_at import BytesAt
from tests.fuzz.fuzz_programs import changed, corpus
from tests.support.data import REPO
from tests.support.made_zip import MadeEntry, made_zip

__all__ = ["CORPUS", "READERS", "end_of"]

CORPUS = REPO / "tests" / "data" / "corpus"
_WORD = re.compile(r"(?<![^\s(])[a-z]{2,}(?![^\s:;,.)])")
_MOST_BYTES = 6_000
_MOST_FILES = 60


def read_program(data: bytes) -> str:
    """Return how a program was read."""
    found = read_programs(BytesAt(data))
    return "; ".join(f"{one.state.value} {one.format}: {one.reason}" for one in found)


def read_module_zip(data: bytes) -> str:
    """Return how a zip was read."""
    hash_zip(BytesAt(data))
    return "hashed"


READERS: Mapping[str, Callable[[bytes], str]] = {"programs": read_program, "zips": read_module_zip}


def end_of(reader: Callable[[bytes], str], data: bytes) -> str:
    """Return the first words that a reader says of some bytes. Raises whatever it must not raise."""
    try:
        said = reader(data)
    except InputError as err:
        said = f"refused: {err.diagnostics[0].message}"
    return " ".join(_WORD.findall(said)[:12]) or "nothing"


def _seeds(kind: str) -> list[bytes]:
    if kind == "programs":
        return [data for data in corpus(()) if len(data) <= _MOST_BYTES]
    files = {b"go.mod": b"module example.com/m\n", b"a.go": b"package m\n" * 40, b"LICENSE": b"as you like\n"}
    entries = [MadeEntry(name=b"example.com/m@v1.0.0/" + name, data=data) for name, data in files.items()]
    odd = [changed_value(entry, descriptor=True, large=True) for entry in entries]
    return [made_zip(entries), made_zip(odd, large=True), made_zip(entries, before=b"#!/bin/sh\n", comment=b"PK")]


def grow(kind: str, seconds: float, seed: int) -> int:
    """Try changed inputs for a while, and keep what leads to a new end. Returns how many ends there are."""
    folder = CORPUS / kind
    folder.mkdir(parents=True, exist_ok=True)
    reader, chance = READERS[kind], random.Random(seed)  # noqa: S311 - no secret
    seeds = [*_seeds(kind), *(path.read_bytes() for path in sorted(folder.iterdir()))]
    kept: dict[str, bytes] = {}
    for data in seeds:
        _keep(kept, end_of(reader, data), data)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        data = changed(chance.choice(seeds), chance)
        if _keep(kept, end_of(reader, data), data):
            seeds.append(data)
    for path in folder.iterdir():
        path.unlink()
    for data in sorted(kept.values(), key=len)[:_MOST_FILES]:
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    return len(kept)


def _keep(kept: dict[str, bytes], end: str, data: bytes) -> bool:
    is_better = len(data) <= _MOST_BYTES and (end not in kept or len(data) < len(kept[end]))
    is_new = is_better and end not in kept
    if is_better:
        kept[end] = data
    return is_new


def main() -> int:
    """Grow one corpus and tell how many ends it reaches."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("kind", choices=list(READERS))
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.stdout.write(f"{grow(options.kind, options.seconds, options.seed)} ends, in {CORPUS / options.kind}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
