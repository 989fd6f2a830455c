"""Merkle trees over records, as RFC 6962 defines them, and the proofs about them.

Leaf hash = SHA-256(00 ‖ record), node hash = SHA-256(01 ‖ left ‖ right), the empty tree is SHA-256 of nothing. A tree
of n leaves splits at the largest power of two below n. A *complete subtree* (level, index) covers the
2^level leaves from index·2^level on; every proof is a list of hashes of such subtrees, or of ragged right edges.

Source: RFC 6962 §2.1; golang/mod sumdb/tlog.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from supplymatrix.errors import TrustError

__all__ = [
    "EMPTY_ROOT", "HASH_SIZE", "HashAt", "hash_node", "hash_record", "inclusion_subtrees", "prove_consistency",
    "prove_inclusion", "root_hash", "split_stored_hash_index", "stored_hash_count", "stored_hash_index",
    "verify_consistency", "verify_inclusion",
]  # fmt: skip

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
HashAt = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree (level, index)."""


def hash_record(record: bytes) -> bytes:
    """Return the leaf hash of a record text, 32 bytes."""
    return sha256(b"\x00" + record).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash of the tree above two subtrees, 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def stored_hash_index(level: int, index: int) -> int:
    """Return the place of subtree (level, index) in the sequence in which a growing log stores its hashes."""
    for _ in range(level):
        index = 2 * index + 1
    position = 0
    leaf = index
    while leaf > 0:
        position += leaf
        leaf >>= 1
    return position + level


def split_stored_hash_index(position: int) -> tuple[int, int]:
    """Return (level, index) of a stored hash; the inverse of `stored_hash_index`."""
    leaf = position // 2
    start = stored_hash_index(0, leaf)
    while True:
        following = start + 1 + _trailing_zeros(leaf + 1)
        if following > position:
            break
        leaf += 1
        start = following
    level = position - start
    return level, leaf >> level


def stored_hash_count(size: int) -> int:
    """Return how many hashes a tree of `size` leaves stores."""
    if size == 0:
        return 0
    count = stored_hash_index(0, size - 1) + 1
    leaf = size - 1
    while leaf & 1:
        count += 1
        leaf >>= 1
    return count


def root_hash(size: int, hash_at: HashAt) -> bytes:
    """Return the root of the first `size` leaves, made from the complete subtrees along its right edge."""
    return _edge_hash(0, size, hash_at) if size else EMPTY_ROOT


def _edge_hash(start: int, end: int, hash_at: HashAt) -> bytes:
    """Return the hash over leaves start..end-1, where start is a multiple of a power of two ≥ end - start."""
    hashes = []
    while start < end:
        level = (end - start).bit_length() - 1
        hashes.append(hash_at(level, start >> level))
        start += 1 << level
    result = hashes.pop()
    while hashes:
        result = hash_node(hashes.pop(), result)
    return result


def prove_inclusion(size: int, record: int, hash_at: HashAt) -> tuple[bytes, ...]:
    """Return the sibling hashes from leaf `record` up to the root of a tree of `size` leaves."""
    return tuple(_edge_hash(start, end, hash_at) for start, end in inclusion_subtrees(size, record))


def inclusion_subtrees(size: int, record: int) -> tuple[tuple[int, int], ...]:
    """Return the leaf ranges [start, end) whose hashes make the inclusion proof of `record`, lowest first."""
    if not 0 <= record < size:
        raise ValueError(f"record {record} is outside of a tree of {size}")
    ranges = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if record < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return tuple(reversed(ranges))


def prove_consistency(size: int, old_size: int, hash_at: HashAt) -> tuple[bytes, ...]:
    """Return the hashes that show the tree of `old_size` leaves to be a prefix of the tree of `size` leaves."""
    if not 1 <= old_size <= size:
        raise ValueError(f"a tree of {old_size} is no prefix of a tree of {size}")
    proof = []
    low, high, old_is_left_edge = 0, size, True
    while old_size != high:
        middle = low + _split(high - low)
        if old_size <= middle:
            proof.append(_edge_hash(middle, high, hash_at))
            high = middle
        else:
            proof.append(_edge_hash(low, middle, hash_at))
            low = middle
            old_is_left_edge = False
    if not old_is_left_edge:
        proof.append(_edge_hash(low, high, hash_at))
    return tuple(reversed(proof))


def verify_inclusion(proof: Sequence[bytes], record: int, leaf: bytes, size: int, root: bytes) -> None:
    """Check that `leaf` is the hash of record number `record` in the tree of `size` leaves with this root.

    proof: sibling hashes, lowest level first, 32 bytes each; the length is fixed by (record, size).
    Raises TrustError, which carries the proof. Source: RFC 6962 §2.1.1.
    """
    if not 0 <= record < size:
        raise TrustError(f"record {record} cannot be in a tree of {size} records")
    ranges = inclusion_subtrees(size, record)
    if len(ranges) != len(proof) or any(len(h) != HASH_SIZE for h in proof):
        raise _failed("inclusion proof has a wrong length", proof)
    result = leaf
    for sibling, (start, _) in zip(proof, ranges, strict=True):
        result = hash_node(sibling, result) if start <= record else hash_node(result, sibling)
    if result != root:
        raise _failed("inclusion proof leads to another root", proof)


def verify_consistency(proof: Sequence[bytes], old_size: int, old_root: bytes, size: int, root: bytes) -> None:
    """Check that the tree (old_size, old_root) is a prefix of the tree (size, root).

    proof: as `prove_consistency` makes it; empty when both sizes are equal. 1 ≤ old_size ≤ size.
    Raises TrustError, which carries the proof. Source: RFC 6962 §2.1.2.
    """
    if not 1 <= old_size <= size or any(len(h) != HASH_SIZE for h in proof):
        raise _failed(f"no consistency proof exists from {old_size} to {size} records", proof)
    if old_size == size:
        if proof or old_root != root:
            raise _failed("two trees of one size have two roots", proof)
        return
    sides, complete = _consistency_path(size, old_size)
    if len(proof) != len(sides) + (0 if complete else 1):
        raise _failed("consistency proof has a wrong length", proof)
    rest = list(proof)
    old = new = old_root if complete else rest.pop(0)
    for sibling, is_left in zip(rest, sides, strict=True):
        new = hash_node(sibling, new) if is_left else hash_node(new, sibling)
        if is_left:
            old = hash_node(sibling, old)
    if old != old_root or new != root:
        raise _failed("consistency proof leads to another root", proof)


def _consistency_path(size: int, old_size: int) -> tuple[list[bool], bool]:
    """Return for each proof hash, lowest first, whether it stands left; and whether the old tree is one subtree."""
    sides: list[bool] = []
    low, high, complete = 0, size, True
    while old_size != high:
        middle = low + _split(high - low)
        if old_size <= middle:
            sides.append(False)
            high = middle
        else:
            sides.append(True)
            low = middle
            complete = False
    return sides[::-1], complete


def _split(count: int) -> int:
    """Return the largest power of two below `count`, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1


def _failed(message: str, proof: Sequence[bytes]) -> TrustError:
    return TrustError(message, evidence={"proof": b"".join(proof)})
