"""A trusted tree: one signed tree head, and the tiles that were shown to belong to it.

Rules of the state machine, in which no hash is used before it is authenticated:
- the tiles at the right edge are accepted only all together, when they imply the signed root;
- every other tile is full, and is accepted only when its own hash stands in its parent tile, which was accepted before
  (CVE-2026-56865: a reader that left out this check for two tiles believed forged records);
- a partial tile that a log no longer serves is taken from the full one: its first hashes, under the same check;
- bytes from a cache are believed no more than bytes from the net: when they do not fit, the server is asked again.

`authenticated` collects what was accepted, path → bytes, so that a cache stores nothing else.

Source: golang/mod sumdb/tlog/tile.go; research.swtch.com/tlog#authenticating_tiles.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from supplymatrix.errors import TransportError, TrustError
from supplymatrix.sumdb.checkpoint import Checkpoint, TreeHead
from supplymatrix.sumdb.protocol import Absent, Answer, Ask, Asking, Body, Unavailable
from supplymatrix.sumdb.tile import Tile, edge_tiles, tile_path
from supplymatrix.sumdb.tlog import HASH_SIZE, prove_consistency, root_hash

__all__ = ["TileUnavailableError", "TrustedTree", "fold_tile"]

_FROM_CACHE = "cache"


class TileUnavailableError(TransportError):
    """A tile could not be had (or came with a wrong length): what needed it stays unproven."""


class TrustedTree:
    """Authenticated hashes of one tree. Make it with a head whose signature was verified, then run `open_edge`.

    height: of the tiles, 8 with the Go checksum log. `seed` hands over full tiles of a tree that is proven a prefix.
    """

    def __init__(
        self, head: Checkpoint | TreeHead, *, height: int = 8, seed: dict[tuple[int, int], bytes] | None = None
    ) -> None:
        self.head = head
        self.height = height
        self.authenticated: dict[str, bytes] = {}
        self._width = 1 << height
        self._tiles: dict[tuple[int, int], bytes] = dict(seed or {})
        self._is_open = False

    @property
    def full_tiles(self) -> dict[tuple[int, int], bytes]:
        """The accepted full tiles by (level, index); they belong to every later tree too."""
        size = self._width * HASH_SIZE
        return {key: data for key, data in self._tiles.items() if len(data) == size}

    def open_edge(self) -> Asking[None]:
        """Get the right-edge tiles and check that they imply the signed root; must run before anything else.

        Raises TileUnavailableError, or TrustError (of the whole log) when the tiles do not fit the signed root.
        """
        if self._is_open:
            return
        wanted = edge_tiles(self.height, self.head.size)
        answers = yield Ask(tuple(tile.path for tile in wanted))
        edge = yield from self._bodies(wanted, answers)
        if not self._implies_root(wanted, edge):
            paths = tuple(tile.path for tile in wanted)
            if any(isinstance(answer, Body) and answer.source == _FROM_CACHE for answer in answers):
                answers = yield Ask(paths, fresh=True)
                edge = yield from self._bodies(wanted, answers)
            if not self._implies_root(wanted, edge):
                raise TrustError(
                    f"the log's edge tiles do not lead to the root that it signed for {self.head.size} records",
                    evidence={"head": _note_of(self.head), **dict(zip(paths, edge, strict=True))},
                    whole_log=True,
                )
        for tile, data in zip(wanted, edge, strict=True):
            self._tiles[tile.level, tile.index] = data
            self.authenticated[tile.path] = data
        self._is_open = True

    def leaf_hash(self, record: int) -> Asking[bytes]:
        """Get the authenticated leaf hash of a record, 0 ≤ record < size. Raises TileUnavailableError, TrustError."""
        index = record >> self.height
        yield from self.ensure(((0, index),))
        at = (record & (self._width - 1)) * HASH_SIZE
        return self._tiles[0, index][at : at + HASH_SIZE]

    def root_at(self, size: int) -> Asking[bytes]:
        """Get the root of the first `size` records, from authenticated tiles; 0 ≤ size ≤ head.size."""
        yield from self.load_prefix(size)
        return root_hash(size, self.hash_at)

    def load_prefix(self, size: int) -> Asking[None]:
        """Get the tiles from which `root_at(size)` is computed."""
        yield from self.ensure((tile.level, tile.index) for tile in edge_tiles(self.height, size))

    def missing_for_prefix(self, size: int) -> int:
        """Return how many tiles `load_prefix(size)` would ask for."""
        return len(self._missing((tile.level, tile.index) for tile in edge_tiles(self.height, size)))

    def prove_prefix(self, size: int) -> tuple[bytes, ...]:
        """Return the consistency proof from `size` to this tree; needs no more than `root_at(size)` has fetched."""
        return prove_consistency(self.head.size, size, self.hash_at)

    def hash_at(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree from the tiles at hand; KeyError when its tile was not asked for."""
        below = level % self.height
        first = index << below
        data = self._tiles[self.tile_of(level, index)]
        at = (first & (self._width - 1)) * HASH_SIZE
        return fold_tile(data[at : at + (HASH_SIZE << below)])

    def tile_of(self, level: int, index: int) -> tuple[int, int]:
        """Return (level, index) of the tile from which `hash_at(level, index)` is read."""
        tile_level, below = divmod(level, self.height)
        return tile_level, (index << below) >> self.height

    def has(self, tile: tuple[int, int]) -> bool:
        """Return whether a tile, by (level, index), is authenticated already."""
        return tile in self._tiles

    def ensure(self, wanted: Iterable[tuple[int, int]]) -> Asking[None]:
        """Get and authenticate tiles by (level, index), with all their parents, in one round of asking."""
        if not self._is_open:
            raise RuntimeError("open_edge must run before tiles are used")
        missing = self._missing(wanted)
        if not missing:
            return
        tiles = [self._full(level, index) for level, index in sorted(missing, reverse=True)]
        answers = yield Ask(tuple(tile.path for tile in tiles))
        for tile, answer in zip(tiles, answers, strict=True):
            if (tile.level, tile.index) not in self._tiles:
                yield from self._accept(tile, answer)

    def _missing(self, wanted: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        """Return those of `wanted`, and of their parents, that are not authenticated yet."""
        missing: set[tuple[int, int]] = set()
        for key in wanted:
            while key not in self._tiles and key not in missing:
                missing.add(key)
                key = (key[0] + 1, key[1] >> self.height)  # noqa: PLW2901 - climbs from a tile to its parents
        return missing

    def _full(self, level: int, index: int) -> Tile:
        return Tile(self.height, level, index, self._width)

    def _accept(self, tile: Tile, answer: Answer) -> Asking[None]:
        """Check a full tile against its parent, which is authenticated already, and keep it."""
        (data,) = yield from self._bodies([tile], (answer,))
        parent = self._tiles[tile.level + 1, tile.index >> self.height]
        at = (tile.index & (self._width - 1)) * HASH_SIZE
        expected = parent[at : at + HASH_SIZE]
        fits = fold_tile(data) == expected
        if not fits and isinstance(answer, Body) and answer.source == _FROM_CACHE:
            answers = yield Ask((tile.path,), fresh=True)
            (data,) = yield from self._bodies([tile], answers)
            fits = fold_tile(data) == expected
        if not fits:
            raise TrustError(
                f"{tile.path} does not have the hash that its parent tile demands",
                evidence={"head": _note_of(self.head), tile.path: data, "expected": expected},
            )
        self._tiles[tile.level, tile.index] = data
        self.authenticated[tile.path] = data

    def _bodies(self, tiles: list[Tile], answers: tuple[Answer, ...]) -> Asking[list[bytes]]:
        """Return the bytes of the tiles, each of its exact length; absent partial tiles come from the full one."""
        found = []
        for tile, answer in zip(tiles, answers, strict=True):
            data = yield from self._body(tile, answer)
            found.append(data)
        return found

    def _body(self, tile: Tile, answer: Answer) -> Asking[bytes]:
        size, length = tile.width * HASH_SIZE, self._width * HASH_SIZE
        if isinstance(answer, Absent) and tile.width < self._width:
            (answer,) = yield Ask((tile_path(self.height, tile.level, tile.index, self._width),))
            if isinstance(answer, Body) and len(answer.data) == length:
                return answer.data[:size]
        if isinstance(answer, Body) and len(answer.data) != size and answer.source == _FROM_CACHE:
            (answer,) = yield Ask((tile.path,), fresh=True)
        if isinstance(answer, Unavailable):
            raise TileUnavailableError(f"{tile.path}: {answer.reason}", remedy=answer.remedy, outage=answer.outage)
        if isinstance(answer, Absent):
            raise TileUnavailableError(f"{answer.source} has no {tile.path} (HTTP {answer.status})")
        if len(answer.data) != size:
            raise TileUnavailableError(f"{answer.source} answered {len(answer.data)} bytes for {tile.path}, not {size}")
        return answer.data

    def _implies_root(self, wanted: list[Tile], edge: list[bytes]) -> bool:
        tiles = {(tile.level, tile.index): data for tile, data in zip(wanted, edge, strict=True)}
        trial = TrustedTree(self.head, height=self.height, seed=tiles)
        return root_hash(self.head.size, trial.hash_at) == self.head.root


def fold_tile(hashes: bytes) -> bytes:
    """Return the hash above a power of two of neighbouring hashes; written for speed, a run folds hundreds of tiles."""
    begun = sha256(b"\x01").copy
    while len(hashes) > HASH_SIZE:
        level = []
        for at in range(0, len(hashes), 2 * HASH_SIZE):
            node = begun()
            node.update(hashes[at : at + 2 * HASH_SIZE])
            level.append(node.digest())
        hashes = b"".join(level)
    return hashes


def _note_of(head: Checkpoint | TreeHead) -> bytes:
    return head.note.raw if isinstance(head, Checkpoint) else b""
