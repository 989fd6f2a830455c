"""The proof chain of one module version: from its record up to the signed head, every hash written out.

A chain can be checked again with nothing but SHA-256 and the log's public key: `verify_chain` does just that, and does
not use the tiles that the chain was made from.

    record text → leaf hash → (sibling hashes) → root → signed head → earlier trusted head
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from supplymatrix.errors import TrustError
from supplymatrix.model.value import value
from supplymatrix.sumdb.checkpoint import GO_SUM_ORIGIN, Checkpoint, open_checkpoint
from supplymatrix.sumdb.note import Verifier
from supplymatrix.sumdb.proof_file import Node
from supplymatrix.sumdb.session import LogRecord
from supplymatrix.sumdb.tile import tile_path
from supplymatrix.sumdb.tlog import (
    HashAt,
    hash_node,
    hash_record,
    inclusion_subtrees,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)
from supplymatrix.sumdb.tree import TrustedTree

__all__ = ["PathStep", "ProofChain", "build_chain", "chain_of_nodes", "verify_chain"]


@value
class PathStep:
    """One step up the tree. sibling: the hash beside ours; first, last: the records that it covers.

    is_left: the sibling stands left of ours. tile: where the sibling is read from; result: the hash after the step.
    """

    sibling: bytes
    first: int
    last: int
    is_left: bool
    tile: str
    result: bytes


@value
class ProofChain:
    """Everything that proves one record. head: the signed note; earlier: the head trusted before, if it differs.

    consistency: hashes that show `earlier` to be a prefix of `head`, empty without `earlier`.
    """

    record: LogRecord
    leaf: bytes
    path: tuple[PathStep, ...]
    tree_size: int
    root: bytes
    head: bytes
    earlier: bytes | None
    consistency: tuple[bytes, ...]


def build_chain(record: LogRecord, tree: TrustedTree, head: bytes, earlier: tuple[bytes, int] | None) -> ProofChain:
    """Write out the chain of a record that was proven in `tree`. earlier: note and size of a head proven a prefix.

    Needs no tile beyond those that proving the record and the prefix has fetched.
    """
    size = tree.head.size
    leaf, steps = _path(record, size, tree.hash_at, lambda start, end: _tile_of(tree, start, end))
    proof: tuple[bytes, ...] = ()
    if earlier is not None and 0 < earlier[1] < size:
        proof = tree.prove_prefix(earlier[1])
    return ProofChain(
        record=record,
        leaf=leaf,
        path=steps,
        tree_size=size,
        root=tree.head.root,
        head=head,
        earlier=earlier[0] if proof and earlier else None,
        consistency=proof,
    )


def chain_of_nodes(record: LogRecord, head: Checkpoint, nodes: Mapping[Node, bytes], source: str) -> ProofChain:
    """Write out the chain of a record that a proof file holds. nodes: of the file; source: its name.

    Raises KeyError for a record that the file does not prove.
    """
    leaf, steps = _path(record, head.size, lambda level, index: nodes[level, index], lambda *_: source)
    return ProofChain(
        record=record,
        leaf=leaf,
        path=steps,
        tree_size=head.size,
        root=head.root,
        head=head.note.raw,
        earlier=None,
        consistency=(),
    )


def verify_chain(chain: ProofChain, verifiers: Sequence[Verifier], origin: str = GO_SUM_ORIGIN) -> None:
    """Check a chain from its own bytes. Raises TrustError (or what `open_checkpoint` raises) when a step fails."""
    head = open_checkpoint(chain.head, verifiers, origin)
    if (head.size, head.root) != (chain.tree_size, chain.root):
        raise TrustError("the chain's tree is not the one that its head signs", evidence={"head": chain.head})
    if hash_record(chain.record.text) != chain.leaf:
        raise TrustError("the chain's leaf hash is not that of its record")
    verify_inclusion([step.sibling for step in chain.path], chain.record.number, chain.leaf, head.size, head.root)
    if chain.earlier is not None:
        earlier = open_checkpoint(chain.earlier, verifiers, origin)
        verify_consistency(chain.consistency, earlier.size, earlier.root, head.size, head.root)


def _path(
    record: LogRecord, size: int, hash_at: HashAt, place_of: Callable[[int, int], str]
) -> tuple[bytes, tuple[PathStep, ...]]:
    """Return the leaf hash of a record and the steps from there to the root of a tree of `size`."""
    siblings = prove_inclusion(size, record.number, hash_at)
    result = leaf = hash_record(record.text)
    steps = []
    for sibling, (start, end) in zip(siblings, inclusion_subtrees(size, record.number), strict=True):
        is_left = start <= record.number
        result = hash_node(sibling, result) if is_left else hash_node(result, sibling)
        step = PathStep(
            sibling=sibling, first=start, last=end - 1, is_left=is_left, tile=place_of(start, end), result=result
        )
        steps.append(step)
    return leaf, tuple(steps)


def _tile_of(tree: TrustedTree, start: int, end: int) -> str:
    """Return the path of the tile that holds the first hash of leaf range [start, end)."""
    level = (end - start).bit_length() - 1
    tile_level = level // tree.height
    count = tree.head.size >> (tile_level * tree.height)
    index = (start >> (tile_level * tree.height)) >> tree.height
    return tile_path(tree.height, tile_level, index, min(count - (index << tree.height), 1 << tree.height))
