"""A transparency log as Rekor is one, of either generation: entries, promises, inclusion proofs, signed tree heads.

Version 1 promises (SET, ECDSA over P-256); version 2 does not, and signs its heads with Ed25519 under a key id as C2SP
has it. Each entry is put into a tree of its own, between others that mean nothing: in version 1 another shard of the
log, told apart by its number; in version 2 one of another size, so that heads of one size have nearly always one root.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from supplymatrix.sumdb.tlog import prove_inclusion
from tests.support.made_keys import MadeKey, made_key
from tests.support.naive_tree import NaiveTree

__all__ = ["MadeRekor", "b64"]

_Json = dict[str, object]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass(frozen=True, kw_only=True)
class MadeRekor:
    """A log. version: 1 or 2. before, after: how many entries stand before and behind each; shard: how many entries of
    earlier trees the index of version 1 counts. salt: same name, another key. is_one_tree: every
    entry stands in a tree of one name and size, as no honest log has it."""

    name: str
    version: int
    before: int = 5
    after: int = 3
    shard: int = 1000
    salt: str = ""
    key_kind: str = ""
    is_one_tree: bool = False

    @cached_property
    def key(self) -> MadeKey:
        kind = self.key_kind or ("P-256" if self.version == 1 else "Ed25519")
        return made_key(kind, f"log {self.name} {self.version} {self.salt}")

    @property
    def host(self) -> str:
        return f"rekor.{self.name}" if self.version == 1 else f"log2026-1.rekor.{self.name}"

    @property
    def log_id(self) -> bytes:
        """SHA-256 of the key; in version 2 of the log's name and the key (C2SP signed-note)."""
        if self.version == 1:
            return self.key.key_id
        return hashlib.sha256(self.host.encode() + b"\n\x01" + self.key.raw).digest()

    def origin(self, tree: NaiveTree) -> str:
        """The first line of a head."""
        shard = int.from_bytes(hashlib.sha256(tree.records[self.before]).digest()[:6], "big")
        return f"{self.host} - {shard}" if self.version == 1 and not self.is_one_tree else self.host

    def tree(self, body: bytes) -> NaiveTree:
        """Return the tree that has the entry as number `before`."""
        is_one_size = self.version == 1 or self.is_one_tree
        more = 0 if is_one_size else 120 + hashlib.sha256(body).digest()[0] % 120  # eight hashes prove it
        others = [f'{{"filler":{number}}}'.encode() for number in range(self.before + self.after + more)]
        return NaiveTree([*others[: self.before], body, *others[self.before :]])

    def head(self, tree: NaiveTree, *, key: MadeKey | None = None, is_wrong: bool = False, more: str = "") -> str:
        """Return the signed note about a tree. key: of another log, under this one's name and id. more: signature
        lines behind, of witnesses."""
        text = f"{self.origin(tree)}\n{len(tree.records)}\n{b64(tree.root())}\n"
        signature = bytearray((key or self.key).sign(text.encode()))
        signature[-1] ^= is_wrong
        return f"{text}\n— {self.host} {b64(self.log_id[:4] + bytes(signature))}\n{more}"

    def promise(self, body: bytes, at: datetime, *, is_wrong: bool = False, index: int | None = None) -> bytes:
        """Return the SignedEntryTimestamp."""
        payload = {
            "body": b64(body), "integratedTime": int(at.timestamp()), "logID": self.log_id.hex(),
            "logIndex": self.index if index is None else index,
        }  # fmt: skip
        signature = bytearray(self.key.sign(json.dumps(payload, separators=(",", ":"), sort_keys=True).encode()))
        signature[-1] ^= is_wrong
        return bytes(signature)

    @property
    def index(self) -> int:
        """The number of each entry in the whole log."""
        return self.before + (self.shard if self.version == 1 else 0)

    def entry(
        self,
        body: bytes,
        at: datetime,
        *,
        has_promise: bool = True,
        has_proof: bool = True,
        has_head: bool = True,
        wrong: str = "",
        forger: MadeKey | None = None,
    ) -> _Json:
        """Return the entry in the words of a bundle. wrong: "promise", "proof", "root", "head": a bit is another there;
        "other head": of another tree. forger: whose key made the head."""
        parsed = json.loads(body)
        made: _Json = {
            "logIndex": str(self.index),
            "logId": {"keyId": b64(self.log_id)},
            "kindVersion": {"kind": parsed["kind"], "version": parsed["apiVersion"]},
        }
        if self.version == 1 and has_promise:
            made["integratedTime"] = str(int(at.timestamp()))
            promise = self.promise(body, at, is_wrong=wrong == "promise")
            made["inclusionPromise"] = {"signedEntryTimestamp": b64(promise)}
        if has_proof:
            made["inclusionProof"] = self._proof(body, wrong, forger, has_head=has_head)
        made["canonicalizedBody"] = b64(body)
        return made

    def _proof(self, body: bytes, wrong: str, forger: MadeKey | None, *, has_head: bool) -> _Json:
        tree = self.tree(body)
        hashes = list(prove_inclusion(len(tree.records), self.before, tree.hash_at))
        root = tree.root()
        if wrong == "proof":
            hashes[0] = bytes([hashes[0][0] ^ 1]) + hashes[0][1:]
        if wrong == "root":
            root = bytes([root[0] ^ 1]) + root[1:]
        proof: _Json = {
            "logIndex": str(self.before), "rootHash": b64(root), "treeSize": str(len(tree.records)),
            "hashes": [b64(each) for each in hashes],
        }  # fmt: skip
        if has_head:
            told = self.tree(b'{"other":1}') if wrong == "other head" else tree
            proof["checkpoint"] = {"envelope": self.head(told, key=forger, is_wrong=wrong == "head")}
        return proof
