"""A whole log of one's own: made of module versions, signed by a key of its own, grown, forked, served and recorded.

    log = MadeLog.of("example.com/a@v1.0.0", "example.com/b@v1.2.0", filler=600)
    with LogServer(log.answers()) as server:
        write_project(folder, log, server.url)          # whose lift.toml pins this log at this address

Hashes are made up from the module's name, so that they are known without any module.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from supplymatrix.model.module import ModuleVersion
from supplymatrix.sumdb.note import key_hash, sign_note
from supplymatrix.sumdb.record import format_record
from supplymatrix.sumdb.session import lookup_path
from supplymatrix.sumdb.tile import edge_tiles, tile_path
from tests.support.naive_tree import NaiveTree

__all__ = [
    "LogKey", "MadeLog", "go_mod_text", "made_hash", "make_key", "module_of", "path_of", "tiles_of", "write_project",
    "write_recording",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """A key pair. signing: as `sign_note` takes it; verifier: as lift.toml takes it."""

    name: str
    signing: str
    verifier: str


def make_key(name: str = "log.example", seed: bytes = bytes(range(32))) -> LogKey:
    """Return the Ed25519 key pair of a seed of 32 bytes."""
    public = b"\x01" + Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    digits = f"{key_hash(name, public):08x}"
    signing = f"PRIVATE+KEY+{name}+{digits}+{base64.b64encode(bytes([1]) + seed).decode()}"
    return LogKey(name=name, signing=signing, verifier=f"{name}+{digits}+{base64.b64encode(public).decode()}")


def module_of(name: str) -> ModuleVersion:
    """Return the module version of "path@version"."""
    path, _, version = name.rpartition("@")
    return ModuleVersion(path=path, version=version)


def made_hash(name: str, *, go_mod: bool = False, salt: str = "") -> str:
    """Return the made-up h1 hash of "path@version", or of its go.mod."""
    text = f"{salt}{name}{'/go.mod' if go_mod else ''}"
    return "h1:" + base64.b64encode(sha256(text.encode()).digest()).decode()


@dataclass(frozen=True, kw_only=True)
class MadeLog:
    """A log. names: "path@version" of each record, in order; records: their texts."""

    key: LogKey
    names: tuple[str, ...]
    records: tuple[bytes, ...]

    @classmethod
    def of(cls, *names: str, filler: int = 0, key: LogKey | None = None) -> MadeLog:
        """Return a log with these module versions, behind `filler` others."""
        return cls(key=key or make_key(), names=(), records=()).grown(
            *(f"filler.example/m{number}@v1.0.0" for number in range(filler)), *names
        )

    @property
    def size(self) -> int:
        """How many records there are."""
        return len(self.records)

    def grown(self, *names: str, salt: str = "") -> MadeLog:
        """Return the same log with more records behind. salt: changes their hashes."""
        records = (_record(name, salt) for name in names)
        return replace(self, names=(*self.names, *names), records=(*self.records, *records))

    def forked(self, at: int) -> MadeLog:
        """Return a log with the same key and the first `at` records, but other hashes in all that follow."""
        kept = replace(self, names=self.names[:at], records=self.records[:at])
        return kept.grown(*self.names[at:], salt="fork ")

    def with_record(self, name: str, text: bytes) -> MadeLog:
        """Return the log as if it had always had this text for a module version."""
        number = self.names.index(name)
        return replace(self, records=(*self.records[:number], text, *self.records[number + 1 :]))

    def tree(self, size: int | None = None) -> NaiveTree:
        """Return the tree of the first `size` records."""
        return NaiveTree(list(self.records[: self.size if size is None else size]))

    def head(self, size: int | None = None, *, more_text: str = "", key: LogKey | None = None) -> bytes:
        """Return the signed head of the first `size` records. more_text: lines behind the root, signed with it."""
        tree = self.tree(size)
        root = base64.b64encode(tree.root()).decode()
        text = f"go.sum database tree\n{len(tree.records)}\n{root}\n{more_text}"
        return sign_note(text, [(key or self.key).signing])

    def lookup(self, name: str, *, head: bytes | None = None) -> bytes:
        """Return the answer to the look-up of "path@version", under the head of the whole log or another one."""
        number = self.names.index(name)
        return format_record(number, self.records[number]) + (self.head() if head is None else head)

    def answers(self, size: int | None = None) -> dict[str, bytes]:
        """Return all that the log serves when it has `size` records: latest, look-ups, and the tiles of this size."""
        size = self.size if size is None else size
        head = self.head(size)
        served = {"latest": head, **tiles_of(self.tree(size))}
        for name in self.names[:size]:
            served[path_of(name)] = self.lookup(name, head=head)
        return served

    def go_sum(self, *names: str) -> str:
        """Return the go.sum lines of these module versions, as the log has them; of none named, of none."""
        return "".join(self.records[self.names.index(name)].decode() for name in names)


def path_of(name: str) -> str:
    """Return the path of a look-up."""
    return lookup_path(module_of(name))


def tiles_of(tree: NaiveTree) -> dict[str, bytes]:
    """Return the tiles of a tree: all full ones, and the partial ones at its right edge."""
    size, level = len(tree.records), 0
    tiles = {edge.path: tree.tile(edge.level, edge.index, edge.width) for edge in edge_tiles(8, size)}
    while size >> (8 * level):
        for index in range((size >> (8 * level)) >> 8):
            tiles[tile_path(8, level, index, 256)] = tree.tile(level, index, 256)
        level += 1
    return tiles


def write_project(
    folder: Path,
    log: MadeLog,
    url: str,
    names: Sequence[str],
    *,
    go_sum: str | None = None,
    policy: str = "",
    private: Sequence[str] = (),
) -> Path:
    """Write a project that requires `names`, with a lift.toml that pins `log`, and return its folder.

    url: "" = the log's address is left to GOPROXY. go_sum: instead of the right one. policy: lines above [sources];
    private: patterns in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "go.mod").write_text(go_mod_text(names))
    (folder / "go.sum").write_text(log.go_sum(*names) if go_sum is None else go_sum)
    pinned = f"{log.key.verifier} {url}".strip()
    sources = f'[sources]\nsumdb = "{pinned}"\nprivate = {list(private)!r}\n'
    (folder / "lift.toml").write_text(f"{policy}\n{sources}")
    return folder


def go_mod_text(names: Iterable[str], *, go: str = "1.22") -> str:
    """Return a go.mod that requires these module versions."""
    requires = "".join(f"\t{name.replace('@', ' ')}\n" for name in names)
    return f"module svc.example/app\n\ngo {go}\n\nrequire (\n{requires})\n"


def write_recording(folder: Path, answers: dict[str, bytes]) -> Path:
    """Write answers as a replay folder, and return it."""
    for path, data in answers.items():
        file = folder / "http" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return folder


def _record(name: str, salt: str) -> bytes:
    path, _, version = name.rpartition("@")
    line, go_mod_line = made_hash(name, salt=salt), made_hash(name, go_mod=True, salt=salt)
    return f"{path} {version} {line}\n{path} {version}/go.mod {go_mod_line}\n".encode()
