"""A Merkle tree held whole in memory, and a log that serves it: the slow, obvious answer that ours must equal."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

from supplymatrix.sumdb.note import sign_note
from supplymatrix.sumdb.record import format_record
from supplymatrix.sumdb.tile import edge_tiles, tile_path
from supplymatrix.sumdb.tlog import EMPTY_ROOT, hash_node, hash_record, root_hash

# A key pair made for tests only: the seed is 32 times the byte 7.
SIGNING_KEY = "PRIVATE+KEY+log.example+891bac2d+AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH"
VERIFIER_KEY = "log.example+891bac2d+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs"


@dataclass
class NaiveTree:
    """records: texts in order. Hashes of complete subtrees are made when asked for and kept."""

    records: list[bytes]
    _cache: dict[tuple[int, int], bytes] = field(default_factory=dict)

    @classmethod
    def of_example_modules(cls, count: int) -> NaiveTree:
        return cls(
            [f"example.com/m{i} v1.0.{i} h1:x\nexample.com/m{i} v1.0.{i}/go.mod h1:y\n".encode() for i in range(count)]
        )

    def hash_at(self, level: int, index: int) -> bytes:
        key = (level, index)
        if key not in self._cache:
            if level == 0:
                self._cache[key] = hash_record(self.records[index])
            else:
                self._cache[key] = hash_node(self.hash_at(level - 1, 2 * index), self.hash_at(level - 1, 2 * index + 1))
        return self._cache[key]

    def root(self, size: int | None = None) -> bytes:
        size = len(self.records) if size is None else size
        return root_hash(size, self.hash_at) if size else EMPTY_ROOT

    def naive_root(self, start: int, end: int) -> bytes:
        """The root by the definition of RFC 6962, without any shortcut."""
        if end - start == 1:
            return hash_record(self.records[start])
        half = 1
        while half * 2 < end - start:
            half *= 2
        return hash_node(self.naive_root(start, start + half), self.naive_root(start + half, end))

    def head(self, size: int | None = None, *, keys: Sequence[str] = (SIGNING_KEY,)) -> bytes:
        size = len(self.records) if size is None else size
        root = base64.b64encode(self.root(size)).decode()
        return sign_note(f"go.sum database tree\n{size}\n{root}\n", keys)

    def tile(self, level: int, index: int, width: int, height: int = 8) -> bytes:
        return b"".join(self.hash_at(level * height, (index << height) + i) for i in range(width))

    def answers(
        self, lookups: dict[str, int], *, size: int | None = None, head_sizes: dict[str, int] | None = None
    ) -> dict[str, bytes]:
        """What a log with this tree serves: "latest", all tiles, and the look-ups named (path → record number)."""
        size = len(self.records) if size is None else size
        served = {"latest": self.head(size)}
        for name, number in lookups.items():
            head = self.head((head_sizes or {}).get(name, size))
            served[f"lookup/{name}"] = format_record(number, self.records[number]) + head
        level = 0
        while size >> (8 * level):
            count = size >> (8 * level)
            for index in range(count >> 8):
                served[tile_path(8, level, index, 256)] = self.tile(level, index, 256)
            level += 1
        for edge in edge_tiles(8, size):
            served[edge.path] = self.tile(edge.level, edge.index, edge.width)
        return served
