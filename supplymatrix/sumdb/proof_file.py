"""Proofs of many records under one signed head, in one text that can be committed: go.sum.proof.

    supplymatrix go.sum proof 1
    seen 2026-11-25 7f1c09aa
    4 mZ0kgTfZb+…=
    3 k1F3mB6dL4…=
    record 24
    example.com/a v1.0.0 h1:…
    example.com/a v1.0.0/go.mod h1:…

    0 Xl2gJk9f0a…=
    …

    go.sum database tree
    71999284
    PH6byTDck/…=

    — sum.golang.org Az3grn…

It is the log from left to right. A line `<level> <hash>` stands for the 2^level records that follow, of which nothing
is wanted: the hash of that complete subtree. `record <number>` is one that is wanted, with its text up to a blank line.
Together they cover every record once, so that the root can be made from them, and no hash stands there that another one
implies. As in a C2SP tlog-proof, a blank line and the signed tree head end it.

What follows from this form:
- No byte is free: there is one text for one set of records under one head, and `parse_proof_file` takes no other.
- One more record changes one place: the hash that covered it is replaced by the record and the hashes beside it. A
  newer head changes the right edge. Branches that add records in different places can be merged by lines.
- Every hash of a complete subtree holds in all later trees. So two files can be held against each other where they
  overlap, without asking anybody: see `history`.

The day in `seen` says when the head was had. No signature covers it; its eight digits (of a SHA-256 over day and head)
only keep it from being changed by accident.

Source: RFC 6962 §2.1; C2SP tlog-proof for the form of hashes and head.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from types import MappingProxyType

from supplymatrix.errors import Diagnostic, InputError, TransportError, TrustError
from supplymatrix.model.value import value
from supplymatrix.sumdb.checkpoint import GO_SUM_ORIGIN, Checkpoint, open_checkpoint
from supplymatrix.sumdb.note import Verifier
from supplymatrix.sumdb.protocol import Asking
from supplymatrix.sumdb.tlog import hash_node, hash_record
from supplymatrix.sumdb.tree import TrustedTree

__all__ = [
    "PROOF_LIMIT", "LoggedText", "Node", "ProofFile", "build_proof_file", "parse_proof_file", "plan_proof",
    "render_proof_file",
]  # fmt: skip

PROOF_LIMIT = 64 << 20
"""Bytes; a module version takes about one kilobyte."""
_MAGIC = b"supplymatrix go.sum proof 1\n"
_HASH = rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="  # 32 bytes, without loose last bits
_SEEN = re.compile(rb"seen (\d{4}-\d{2}-\d{2}) ([0-9a-f]{8})\n")
_ITEM = re.compile(rb"(0|[1-9]\d?) (" + _HASH + rb")\n|record (0|[1-9]\d{0,18})\n")
_TEXT_LIMIT = 1 << 20  # bytes of one record, far above what any log has
_SIGNATURE = "— "
_CONTROL = bytes(c for c in range(0x20) if c != 0x0A)

Node = tuple[int, int]
"""A complete subtree: (level, index) covers the 2^level records from index·2^level on."""


@value
class LoggedText:
    """A record of the log. number: from 0; text: its bytes."""

    number: int
    text: bytes


@value
class ProofFile:
    """A file whose hashes and records lead to the root that its head signs.

    head: verified. records: in the order of the log. seen_on: the day on which the head was had, None when not said.
    nodes: hash of every complete subtree that the file holds or implies.
    """

    head: Checkpoint
    records: tuple[LoggedText, ...]
    seen_on: date | None
    nodes: Mapping[Node, bytes]


def parse_proof_file(
    data: bytes, verifiers: Sequence[Verifier], artifact: str = "go.sum.proof", origin: str = GO_SUM_ORIGIN
) -> ProofFile:
    """Read a proof file and check all of it.

    Raises InputError for what is no proof file (cut, edited, a merge with conflicts), with line and remedy; TrustError
    for one that is well-formed and proves nothing: signed by another key, or leading to another root.
    """
    reader = _Reader(data, artifact)
    seen, items = reader.read()
    head = _open_head(data[reader.at :], verifiers, artifact, reader, origin)
    records, nodes, root, size = _fold(items, reader)
    if (size, root) != (head.size, head.root):
        what = f"{size:,} records" if size != head.size else "another root"
        raise TrustError(
            f"{artifact} does not lead to the root that its head signs for {head.size:,} records, but to {what}",
            evidence={"head": head.note.raw, "root": root},
        )
    seen_on = reader.day(seen, head.note.raw)
    return ProofFile(head=head, records=records, seen_on=seen_on, nodes=MappingProxyType(nodes))


class _Reader:
    """Splits the text. at: where the signed head begins, after `read`."""

    def __init__(self, data: bytes, artifact: str) -> None:
        self._data = data
        self._artifact = artifact
        self._seen_at = 0
        self.at = 0

    def read(self) -> tuple[re.Match[bytes] | None, list[tuple[int, bytes, int, int]]]:
        """Return the `seen` line and the items as (level, hash, -1, place) or (0, text, number, place)."""
        if len(self._data) > PROOF_LIMIT:
            raise self.fault(0, f"the proof file has {len(self._data):,} bytes", f"at most {PROOF_LIMIT:,} bytes")
        if self._data.startswith(_MAGIC.rstrip(b"\n") + b"\r\n"):
            expected = "newlines alone: `go.sum.proof -text` in .gitattributes keeps git from changing them"
            raise self.fault(0, "the lines of the proof file end in carriage returns", expected)
        if not self._data.startswith(_MAGIC):
            raise self.fault(0, "this is no proof file", _MAGIC.decode().rstrip("\n"))
        self._refuse_odd_text()
        at = self._seen_at = len(_MAGIC)
        seen = _SEEN.match(self._data, at)
        at = seen.end() if seen else at
        items: list[tuple[int, bytes, int, int]] = []
        take, decode = _ITEM.match, base64.b64decode
        while (item := take(self._data, at)) is not None:
            level, encoded, number = item.groups()
            end = item.end()
            if level is not None:
                items.append((int(level), decode(encoded), -1, at))
            else:
                blank = self._data.find(b"\n\n", end, end + _TEXT_LIMIT)
                if blank < 0 or blank == end:
                    break
                items.append((0, self._data[end : blank + 1], int(number), at))
                end = blank + 2
            at = end
        if self._data[at : at + 1] != b"\n":
            expected = (
                "`<level> <hash>`, `record <number>` with its text and a blank line, or a blank line and the head"
            )
            raise self.fault(at, "this line cannot be read", expected)
        self.at = at + 1
        return seen, items

    def _refuse_odd_text(self) -> None:
        """A log's records are text: what is none could not be told from what it looks like."""
        if self._data.translate(None, _CONTROL) != self._data:
            at = next(at for at, byte in enumerate(self._data) if byte in _CONTROL)
            raise self.fault(at, "the proof file holds a control character", "lines of text that end in a newline")
        try:
            self._data.decode("utf-8")
        except UnicodeDecodeError as err:
            raise self.fault(err.start, "the proof file is not UTF-8", "lines of text that end in a newline") from err

    def day(self, seen: re.Match[bytes] | None, note: bytes) -> date | None:
        """Return the day of the `seen` line."""
        if seen is None:
            return None
        try:
            day = date.fromisoformat(seen[1].decode())
        except ValueError:
            day = None
        if day is None or seen[2] != _digits(seen[1], note):
            raise self.fault(self._seen_at, "the day and its digits do not belong together", "the line as it was made")
        return day

    def fault(self, at: int, message: str, expected: str) -> InputError:
        """Return the error of a place, as an offset in bytes."""
        end = self._data.find(b"\n", at)
        line = self._data[at : end if end >= 0 else len(self._data)][:200].decode("utf-8", "replace")
        return InputError(
            Diagnostic(
                message=message,
                artifact=self._artifact,
                line=self._data.count(b"\n", 0, at) + 1,
                seen=line,
                expected=expected,
                remedy="supplymatrix prove writes it anew",
            )
        )


def _open_head(note: bytes, verifiers: Sequence[Verifier], artifact: str, reader: _Reader, origin: str) -> Checkpoint:
    try:
        head = open_checkpoint(note, verifiers, origin)
    except TransportError as err:
        raise reader.fault(
            reader.at, f"the signed tree head cannot be read: {err}", "the head as the log signed it"
        ) from err
    except TrustError as err:
        raise TrustError(f"{artifact}: {err}", evidence=err.evidence) from err
    if canonical_note(head) != note:
        raise reader.fault(
            reader.at, "the signed tree head is not as it was written", "its text and the log's signature"
        )
    return head


def canonical_note(head: Checkpoint) -> bytes:
    """Return a signed head with the verified signatures alone, each in the one way in which it can be written."""
    lines = [
        f"{_SIGNATURE}{signature.name} {base64.b64encode(base64.b64decode(signature.encoded)).decode()}\n"
        for signature in head.note.signatures
    ]
    return f"{head.note.text}\n{''.join(lines)}".encode()


def _fold(
    items: Sequence[tuple[int, bytes, int, int]], reader: _Reader
) -> tuple[tuple[LoggedText, ...], dict[Node, bytes], bytes, int]:
    """Return records, all nodes, root and size; the items must stand where they belong and say nothing twice."""
    records: list[LoggedText] = []
    nodes: dict[Node, bytes] = {}
    stack: list[tuple[int, bytes, bool]] = []  # (level, hash, whether a record lies under it), lower levels last
    position = 0
    for level, content, number, at in items:
        wanted = number >= 0
        if wanted and number != position:
            raise reader.fault(at, f"record {position:,} comes next here", f"record {position}")
        if position & ((1 << level) - 1) or level > 62:
            raise reader.fault(at, f"no subtree of level {level} begins at record {position:,}", "a lower level")
        current = hash_record(content) if wanted else content
        if wanted:
            records.append(LoggedText(number=number, text=content))
        nodes[level, position >> level] = current
        position += 1 << level
        while stack and stack[-1][0] == level:
            _, left, had = stack.pop()
            if not (had or wanted):
                raise reader.fault(at, "two hashes stand here for one", f"the hash of level {level + 1} above them")
            current, wanted, level = hash_node(left, current), True, level + 1  # noqa: PLW2901 - climbs the tree
            nodes[level, (position - 1) >> level] = current
        stack.append((level, current, wanted))
    if not stack:
        raise reader.fault(reader.at, "the proof file covers no record", "at least one line with a hash or a record")
    root = stack.pop()[1]
    while stack:
        root = hash_node(stack.pop()[1], root)
    return tuple(records), nodes, root, position


def plan_proof(size: int, numbers: Iterable[int]) -> list[Node | int]:
    """Return what a proof of these records of a tree of `size` holds, from left to right: nodes and record numbers."""
    wanted = sorted(set(numbers))
    if wanted and not 0 <= wanted[0] <= wanted[-1] < size:
        raise ValueError(f"a tree of {size} has no record {wanted[-1]}")
    plan: list[Node | int] = []
    pile: list[tuple[int, int, int, int]] = []  # (level, index, first, last of the wanted ones that lie in it)
    start, first = 0, 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size & (1 << level):
            last = _below(wanted, start + (1 << level), first)
            pile.append((level, start >> level, first, last))
            start, first = start + (1 << level), last
    pile.reverse()
    while pile:
        level, index, first, last = pile.pop()
        if first == last:
            plan.append((level, index))
        elif level == 0:
            plan.append(index)
        else:
            middle = _below(wanted, (2 * index + 1) << (level - 1), first, last)
            pile.append((level - 1, 2 * index + 1, middle, last))
            pile.append((level - 1, 2 * index, first, middle))
    return plan


def _below(wanted: Sequence[int], end: int, low: int, high: int | None = None) -> int:
    """Return how many of `wanted` are below `end`, known to be at least `low`."""
    from bisect import bisect_left

    return bisect_left(wanted, end, low, len(wanted) if high is None else high)


def build_proof_file(
    head: Checkpoint,
    records: Iterable[LoggedText],
    *,
    tree: TrustedTree | None = None,
    known: Mapping[Node, bytes] = MappingProxyType({}),
    seen_on: date | None = None,
) -> Asking[bytes]:
    """Return the bytes of a proof file; hashes come from `known`, else from the tiles of `tree`.

    head: of `tree`, or an older one that was proven a prefix of it. known: nodes of an earlier file that was. Raises
    TransportError when a tile cannot be had, TrustError when one does not belong to the tree.
    """
    texts = {record.number: record.text for record in records}
    plan = plan_proof(head.size, texts)
    missing = [item for item in plan if not isinstance(item, int) and item not in known]
    if missing:
        if tree is None or any((index + 1) << level > tree.head.size for level, index in missing):
            raise TransportError("a hash that the proof needs is not at hand")
        yield from tree.ensure({tree.tile_of(level, index) for level, index in missing})
    hashes = {node: tree.hash_at(*node) for node in missing} if tree is not None else {}
    items = [
        (0, texts[item], item) if isinstance(item, int) else (item[0], known.get(item) or hashes[item], -1)
        for item in plan
    ]
    return render_proof_file(head, items, seen_on)


def render_proof_file(head: Checkpoint, items: Iterable[tuple[int, bytes, int]], seen_on: date | None) -> bytes:
    """Return the text of items (level, hash, -1) and (0, record text, number), in order, under a signed head."""
    note = canonical_note(head)
    lines = [_MAGIC]
    if seen_on is not None:
        day = seen_on.isoformat().encode()
        lines.append(b"seen %s %s\n" % (day, _digits(day, note)))
    for level, content, number in items:
        if number >= 0:
            lines.append(b"record %d\n%s\n" % (number, content))
        else:
            lines.append(b"%d %s\n" % (level, base64.b64encode(content)))
    return b"".join([*lines, b"\n", note])


def _digits(day: bytes, note: bytes) -> bytes:
    return sha256(day + b"\n" + note).hexdigest()[:8].encode()
