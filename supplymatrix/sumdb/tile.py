"""Tiles: a log's hashes cut into files of 2^height hashes.

Tile (height, level, index, width) holds the hashes of the complete subtrees (height·level, index·2^height …), `width`
of them, 32 bytes each. Only tiles at a tree's right edge are narrower than 2^height; their paths end in ".p/<width>".
The index is written in groups of three digits, all but the last with an "x": "tile/8/0/x281/247". Level "data" stands
for the records themselves.

Source: golang/mod sumdb/tlog/tile.go; C2SP tlog-tiles differs (it leaves out the height).
"""

from __future__ import annotations

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.sumdb.tlog import split_stored_hash_index

__all__ = ["DATA_LEVEL", "Tile", "edge_tiles", "new_tiles", "parse_tile_path", "tile_for_index", "tile_path"]

DATA_LEVEL = -1
_MAX_HEIGHT = 30
_MAX_NUMBER = 2**63


@value(kw_only=False)
class Tile:
    """Coordinates of a tile. level: in tile heights, DATA_LEVEL for records; width: 1 … 2^height."""

    height: int
    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """The tile's path below the log's root."""
        return tile_path(self.height, self.level, self.index, self.width)


def tile_path(height: int, level: int, index: int, width: int) -> str:
    """Return e.g. "tile/8/0/x281/247.p/4"; the ".p/<width>" stands only with a partial tile."""
    groups = f"{index % 1000:03d}"
    rest = index // 1000
    while rest:
        groups = f"x{rest % 1000:03d}/{groups}"
        rest //= 1000
    name = "data" if level == DATA_LEVEL else str(level)
    suffix = "" if width == 1 << height else f".p/{width}"
    return f"tile/{height}/{name}/{groups}{suffix}"


def parse_tile_path(path: str) -> Tile:
    """Read a tile path; the inverse of `Tile.path`. Raises InputError for anything that does not round-trip."""
    parts = path.split("/")
    tile = _read_parts(parts) if len(parts) >= 4 and parts[0] == "tile" else None
    if tile is None or tile.path != path:
        raise InputError(
            Diagnostic(
                message="this is no tile path", seen=path[:200], expected="e.g. tile/8/0/x281/247 or tile/8/1/067.p/5"
            )
        )
    return tile


def _read_parts(parts: list[str]) -> Tile | None:
    height = _number(parts[1])
    level = DATA_LEVEL if parts[2] == "data" else _number(parts[2])
    if height is None or level is None or not 1 <= height <= _MAX_HEIGHT:
        return None
    groups, width = parts[3:], 1 << height
    if len(groups) > 1 and groups[-2].endswith(".p"):
        partial = _number(groups[-1])
        if partial is None or not 0 < partial < width:
            return None
        groups, width = [*groups[:-2], groups[-2].removesuffix(".p")], partial
    index = 0
    for group in groups:
        number = _number(group.removeprefix("x"))
        if number is None or number >= 1000 or index >= _MAX_NUMBER:
            return None
        index = index * 1000 + number
    return Tile(height, level, index, width) if index < _MAX_NUMBER else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else None


def tile_for_index(height: int, position: int) -> Tile:
    """Return the narrowest tile that holds (or lets one compute) the stored hash at `position`."""
    level, index = split_stored_hash_index(position)
    tile_level = level // height
    below = level - tile_level * height
    first = index << below
    tile_index = first >> height
    width = (first - (tile_index << height)) + (1 << below)
    return Tile(height, tile_level, tile_index, width)


def new_tiles(height: int, old_size: int, size: int) -> list[Tile]:
    """Return the tiles that a log must publish when it grows from `old_size` to `size` records."""
    tiles: list[Tile] = []
    level = 0
    while size >> (height * level):
        old, new = old_size >> (height * level), size >> (height * level)
        if old != new:
            tiles.extend(Tile(height, level, n, 1 << height) for n in range(old >> height, new >> height))
            width = new & ((1 << height) - 1)
            if width:
                tiles.append(Tile(height, level, new >> height, width))
        level += 1
    return tiles


def edge_tiles(height: int, size: int) -> list[Tile]:
    """Return the tiles that hold the right edge of a tree of `size` records: together they imply its root."""
    mask = (1 << height) - 1
    tiles = []
    level = 0
    while size >> (height * level):
        width = (size >> (height * level)) & mask
        if width:
            tiles.append(Tile(height, level, size >> (height * (level + 1)), width))
        level += 1
    return tiles
