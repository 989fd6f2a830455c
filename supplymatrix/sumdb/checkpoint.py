"""Checkpoints (signed tree heads): a log's promise of "this many records, with this root".

Source: golang/mod sumdb/tlog/note.go (origin "go.sum database tree"); C2SP tlog-checkpoint.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence

from supplymatrix.errors import TrustError
from supplymatrix.model.value import value
from supplymatrix.sumdb.note import MalformedNoteError, Note, Verifier, open_note

__all__ = ["GO_SUM_ORIGIN", "Checkpoint", "TreeHead", "fork_error", "open_checkpoint", "parse_tree_head"]

GO_SUM_ORIGIN = "go.sum database tree"
_MAX_TEXT = 1_000_000


@value(kw_only=False)
class TreeHead:
    """A tree as a text describes it; nobody's signature is implied. size: number of records; root: 32 bytes."""

    size: int
    root: bytes


@value(kw_only=False)
class Checkpoint:
    """A tree head whose signature was verified; only `open_checkpoint` makes one. note: the signed bytes."""

    size: int
    root: bytes
    note: Note

    @property
    def root_text(self) -> str:
        """The root in standard base64."""
        return base64.b64encode(self.root).decode()


def parse_tree_head(text: str, origin: str = GO_SUM_ORIGIN) -> TreeHead:
    """Read origin line, size and root; further lines are free. Raises MalformedNoteError."""
    lines = text.split("\n", 3)
    if len(lines) < 4 or lines[0] != origin or len(text.encode("utf-8", "surrogatepass")) > _MAX_TEXT:
        raise MalformedNoteError(f"the signed text is no tree head of {origin!r}")
    size, root = lines[1], lines[2]
    if not (size.isascii() and size.isdigit() and len(size) <= 19 and str(int(size)) == size and int(size) < 2**63):
        raise MalformedNoteError("the tree head has no canonical tree size in its second line")
    try:
        raw = base64.b64decode(root.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as err:
        raise MalformedNoteError("the tree head has no base64 root in its third line") from err
    if len(raw) != 32:
        raise MalformedNoteError("the tree head's root is not 32 bytes long")
    return TreeHead(int(size), raw)


def open_checkpoint(message: bytes, verifiers: Sequence[Verifier], origin: str = GO_SUM_ORIGIN) -> Checkpoint:
    """Verify a signed tree head and return it. Raises what `open_note` and `parse_tree_head` raise."""
    note = open_note(message, verifiers)
    head = parse_tree_head(note.text, origin)
    return Checkpoint(head.size, head.root, note)


def fork_error(one: Checkpoint, two: Checkpoint, evidence: Mapping[str, bytes], because: str = "") -> TrustError:
    """Return the alarm of the whole log: two signed heads that cannot belong to one growing log, with both notes."""
    older, newer = (one, two) if one.size <= two.size else (two, one)
    why = f" ({because})" if because else ""
    return TrustError(
        f"the log has forked: its signed head of {older.size} records and its signed head of {newer.size} records "
        f"cannot belong to one growing log{why}",
        evidence={"older head": older.note.raw, "newer head": newer.note.raw, **evidence},
        whole_log=True,
    )
