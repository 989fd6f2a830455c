"""Whether several proof files tell one history of a log: held against each other where they overlap, asking nobody.

    history = History()
    history.add(proof)      # raises TrustError at the first file that tells another history than those before it

The hash of a complete subtree holds in every later tree, so two files of one log have the same hash wherever both have
one. Files that share no record still share the large subtrees to the left. What lies at the right edge of one of them
alone cannot be compared so: a log that is asked, or tiles at hand, are needed for that (`LogSession.hold`).
"""

from __future__ import annotations

from collections.abc import Mapping

from supplymatrix.errors import TrustError
from supplymatrix.model.value import value
from supplymatrix.sumdb.checkpoint import Checkpoint, fork_error
from supplymatrix.sumdb.proof_file import Node, ProofFile

__all__ = ["History", "SeenHead"]

_MAX_SMALL = 1_000_000
_LARGE = 8  # levels: of a subtree that is kept however many files there are
_LARGEST = 100  # subtrees that are kept of each head


@value(kw_only=False)
class SeenHead:
    """A signed head from elsewhere. nodes: the largest complete subtrees of its tree whose hashes came with it."""

    head: Checkpoint
    nodes: Mapping[Node, bytes]


class History:
    """What the files seen so far say. heads: one of each, in order of arrival."""

    def __init__(self) -> None:
        self._nodes: dict[Node, tuple[bytes, Checkpoint]] = {}
        self._heads: dict[tuple[int, bytes], SeenHead] = {}
        self._by_size: dict[int, Checkpoint] = {}

    @property
    def heads(self) -> tuple[SeenHead, ...]:
        """The distinct heads of the files."""
        return tuple(self._heads.values())

    def add(self, proof: ProofFile) -> None:
        """Take in a verified file. Raises TrustError (of the whole log) with both signed heads when it does not fit."""
        head = proof.head
        known = self._by_size.setdefault(head.size, head)
        if known.root != head.root:
            raise fork_error(known, head, {})
        is_new = (head.size, head.root) not in self._heads
        if is_new:
            largest = sorted(proof.nodes, reverse=True)[:_LARGEST]
            self._heads[head.size, head.root] = SeenHead(head, {node: proof.nodes[node] for node in largest})
        nodes = self._nodes
        keeps_small = len(nodes) < _MAX_SMALL
        for node, digest in proof.nodes.items():
            seen = nodes.get(node)
            if seen is None:
                if is_new and (keeps_small or node[0] >= _LARGE):
                    nodes[node] = (digest, head)
            elif seen[0] != digest:
                raise _split(node, seen[1], head)


def _split(node: Node, one: Checkpoint, two: Checkpoint) -> TrustError:
    level, index = node
    where = f"they disagree about records {index << level:,} to {((index + 1) << level) - 1:,}"
    return fork_error(one, two, {}, because=where)
