"""A proof chain as steps that people can follow, also where it broke or where nobody could go on.

    steps = steps_of_chain(chain, log)           # record, leaf, tiles, root, head, history: all proven
    steps = steps_of_lie(error, log, head)       # the answer did not fit: the step that failed has both values

What was not looked at is a step of its own state, with the reason; it is never one that is proven. The last step is of
the head alone, and is made first: `history_of_heads`, `history_of_same_tree`, `history_of_proofs` or
`history_not_held`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from hashlib import sha256

from supplymatrix.errors import TransportError, TrustError
from supplymatrix.model.difference import first_byte, first_difference
from supplymatrix.model.trace import Difference, Step, StepId, StepState
from supplymatrix.model.value import changed, value
from supplymatrix.sumdb.chain import ProofChain
from supplymatrix.sumdb.checkpoint import Checkpoint, TreeHead, parse_tree_head
from supplymatrix.sumdb.record import Record, parse_record
from supplymatrix.sumdb.session import LogRecord
from supplymatrix.sumdb.tlog import hash_record
from supplymatrix.sumdb.tree import fold_tile

__all__ = [
    "LogNames", "difference_of", "history_not_held", "history_of_heads", "history_of_proofs",
    "history_of_same_tree", "steps_not_reached", "steps_of_absence", "steps_of_chain", "steps_of_lie",
]  # fmt: skip

_LIED = "What was answered is not what the log has signed: who answered was wrong, or lied."
_ASK_ELSEWHERE = "ask again over another network or proxy; the bytes were kept as evidence"
_FORKED = "The log has shown two histories: one of the people who were shown them was deceived."
_SHOW_FORK = "do not build; keep the evidence, and show both signed heads to the log's operator"


@value
class LogNames:
    """Which log it is, for its readers. name, key_hash: of the key; route: who was asked; history: the last step, which
    is of the head alone."""

    name: str
    key_hash: str
    route: str
    history: Step


def difference_of(our_name: str, ours: str, their_name: str, theirs: str) -> Difference:
    """Return where two values differ: the first character, and the first byte where both are hashes."""
    found = first_byte(ours, theirs)
    return Difference(
        our_name=our_name,
        ours=ours,
        their_name=their_name,
        theirs=theirs,
        at=first_difference(ours, theirs),
        byte="" if found is None else "byte {} of {}: {:02x} here, {:02x} there".format(*found),
    )


def history_of_heads(earlier: Checkpoint, hashes: Sequence[bytes]) -> Step:
    """Return the last step where the head trusted before is a prefix of this one. hashes: that show it, checked."""
    numbered = tuple((f"{number:2d}", one.hex()) for number, one in enumerate(hashes, 1))
    return Step(
        id=StepId.HISTORY,
        state=StepState.PROVEN,
        says=f"the head trusted before ({earlier.size:,} records) is a part of this tree",
        values=(*_lines(earlier.note.raw), *numbered),
        raw=earlier.note.raw + b"".join(hashes),
    )


def history_of_same_tree(earlier: Checkpoint) -> Step:
    """Return the last step where the head trusted before has size and root of this one: it is a part of all of it."""
    note = earlier.note.raw
    says = f"equal: size and root are those of the head trusted before ({earlier.size:,} records)"
    return Step(id=StepId.HISTORY, state=StepState.PROVEN, says=says, values=_lines(note), raw=note)


def history_of_proofs(head: Checkpoint, pinned: Checkpoint) -> Step:
    """Return the last step of the head of a proof file that was held against the pinned one, as `LogSession.hold` does
    it. A newer one is pinned itself then, once the head pinned before is proven a part of it."""
    if (head.size, head.root) == (pinned.size, pinned.root):
        says = f"the newest head that this machine knows of ({pinned.size:,} records): what it is shown belongs to it"
    else:
        says = f"part of one history with the head that this machine is shown ({pinned.size:,} records)"
    note = pinned.note.raw
    return Step(id=StepId.HISTORY, state=StepState.PROVEN, says=says, values=_lines(note), raw=note)


def history_not_held(reason: str, remedy: str = "") -> Step:
    """Return the last step where no head was held against another one."""
    (step,) = _blank((StepId.HISTORY,), reason)
    return changed(step, meaning=reason if reason != step.says else "", remedy=remedy)


def steps_of_chain(chain: ProofChain, log: LogNames) -> tuple[Step, ...]:
    """Return the steps of a chain that holds; the history is told by `log`."""
    root = _base64(chain.root)
    places = dict.fromkeys(step.tile for step in chain.path)
    path = tuple(
        (f"{number:2d} {'left' if step.is_left else 'right'}", f"{_base64(step.sibling)}  {step.tile}")
        for number, step in enumerate(chain.path, 1)
    )
    top = chain.path[-1].result if chain.path else chain.leaf
    size = len(chain.record.text)
    return (
        _record_step(chain.record, StepState.PROVEN, chain.record.source),
        Step(
            id=StepId.LEAF,
            state=StepState.PROVEN,
            says=f"{chain.leaf.hex()[:16]}… = SHA-256(00 ‖ record)",
            values=(("leaf hash", chain.leaf.hex()), ("made of", f"SHA-256(00 ‖ {size} bytes of record)")),
            raw=chain.leaf,
        ),
        Step(
            id=StepId.TILES,
            state=StepState.PROVEN,
            says=f"{_counted(len(chain.path), 'hash', 'hashes')} up, from {_counted(len(places), 'place', 'places')}, "
            f"{log.route}",
            values=(*path, ("result", _base64(top))),
            raw=b"".join(step.sibling for step in chain.path),
        ),
        _root_step(TreeHead(chain.tree_size, chain.root), f"{root[:12]}… recomputed = the root that is signed"),
        _head_step(chain.head, log),
        log.history,
    )


def steps_not_reached(reason: str, remedy: str, log: LogNames, head: Checkpoint | None) -> tuple[Step, ...]:
    """Return the steps where the log gave no answer. head: the pinned one, whose own steps are proven all the same."""
    record = Step(
        id=StepId.RECORD, state=StepState.NOT_CHECKED, says=_first_line(reason), meaning=reason, remedy=remedy
    )
    return (record, *_blank((StepId.LEAF, StepId.TILES), "there is no record to follow"), *_head_steps(head, log))


def steps_of_absence(source: str, status: int, log: LogNames, head: Checkpoint | None) -> tuple[Step, ...]:
    """Return the steps where the log has no such record: nothing proves that, so that it is told who says so."""
    said = f"not in the log, says {source} (HTTP {status})"
    record = Step(
        id=StepId.RECORD,
        state=StepState.FAILED,
        says=said,
        values=(("answered by", source), ("HTTP status", f"{status}")),
        meaning="The log has no record of this module version, or whoever was asked does not give it.",
        remedy="check capitals and version; a private module belongs under [sources] private in lift.toml",
    )
    rest = _blank((StepId.LEAF, StepId.TILES), "there is no record to follow")
    return (record, *rest, *_head_steps(head, log))


def steps_of_lie(error: TrustError, log: LogNames, head: Checkpoint | None) -> tuple[Step, ...]:
    """Return the steps where an answer did not fit the log: the one that failed, with both values where it has two.

    head: the pinned one, None when the log itself is what lied.
    """
    failed = _failed_step(error)
    steps = {failed.id: failed}
    if failed.id in (StepId.LEAF, StepId.TILES) and "lookup" in error.evidence:
        steps[StepId.RECORD] = _unproven_record(error.evidence["lookup"])
    if not error.whole_log and failed.id is not StepId.HEAD:
        for step in _head_steps(head, log):
            steps.setdefault(step.id, step)
    reason = "another step failed, on which this one rests"
    order = [which for which in StepId if which is not StepId.GO_SUM]
    return tuple(steps.get(which) or _blank((which,), reason)[0] for which in order)


def _failed_step(error: TrustError) -> Step:
    """Return the step that an error is about. What its evidence holds tells which one."""
    evidence = error.evidence
    which, difference = StepId.RECORD, None
    raw = next(iter(evidence.values()), b"")
    tile = next((name for name in evidence if name.startswith("tile/")), "")
    if "older head" in evidence:
        which, difference = StepId.HISTORY, _fork(error)
        raw = evidence["older head"] + b"\n" + evidence["newer head"]
    elif "leaf hash in the log" in evidence:
        which, difference = StepId.LEAF, _wrong_leaf(error)
        raw = evidence["leaf hash in the log"]
    elif "expected" in evidence and tile:
        which = StepId.TILES
        ours = _hex_of_tile(evidence[tile])
        difference = difference_of(f"{tile} hashes to", ours, "its parent has", evidence["expected"].hex())
        raw = evidence[tile]
    elif "head" in evidence:
        which, raw = StepId.ROOT, evidence["head"]
    elif error.whole_log or "note" in evidence:
        which = StepId.HEAD
    is_fork = which is StepId.HISTORY
    return Step(
        id=which,
        state=StepState.FAILED,
        says=_first_line(str(error)),
        values=(
            ("what failed", str(error)),
            *(value for name, data in evidence.items() for value in _evidence(name, data)),
        ),
        raw=raw,
        difference=difference,
        meaning=_FORKED if is_fork else _LIED,
        remedy=_SHOW_FORK if is_fork else _ASK_ELSEWHERE,
    )


def _evidence(name: str, data: bytes) -> tuple[tuple[str, str], ...]:
    """Return bytes of an evidence as named values: text by lines, hashes in hex, of anything else its digest."""
    if len(data) == 32:
        return ((name, data.hex()),)
    if name.startswith("tile/") or name == "consistency proof":
        return ((name, f"{len(data):,} bytes, SHA-256 {sha256(data).hexdigest()}"),)
    return ((name, f"{len(data):,} bytes"), *_lines(data))


def _fork(error: TrustError) -> Difference | None:
    """Return the two roots that should be one, as far as the evidence tells both."""
    older, newer = _root_of(error.evidence["older head"]), _root_of(error.evidence["newer head"])
    there = error.evidence.get("root at the older size in the newer tree", b"")
    if older is None or newer is None:
        return None
    if there:
        return difference_of("root that the older head signs", _base64(older.root), "root there in the newer tree",
                             _base64(there))  # fmt: skip
    if older.size == newer.size:
        return difference_of("root of one head", _base64(older.root), "root of the other", _base64(newer.root))
    return None


def _wrong_leaf(error: TrustError) -> Difference | None:
    logged = error.evidence["leaf hash in the log"].hex()
    try:
        record = parse_record(error.evidence.get("lookup", b""))
    except TransportError:
        return None
    return difference_of("SHA-256(00 ‖ the answer)", hash_record(record.text).hex(), "leaf in the log", logged)


def _unproven_record(lookup: bytes) -> Step:
    try:
        return _record_step(parse_record(lookup), StepState.NOT_CHECKED, "")
    except TransportError:
        return _blank((StepId.RECORD,), "the answer cannot be read")[0]


def _record_step(record: Record | LogRecord, state: StepState, source: str) -> Step:
    """Return the step of a record. source: who gave it, "" = it is not told."""
    how = f"answered by {source}" if state is StepState.PROVEN else "as answered: not proven"
    return Step(
        id=StepId.RECORD,
        state=state,
        says=f"#{record.number:,}, {len(record.text)} bytes, {how}",
        values=(
            ("number", f"{record.number}"),
            *((("answered by", source),) if source else ()),
            *_lines(record.text),
        ),
        raw=record.text,
    )


def _hex_of_tile(data: bytes) -> str:
    """Return the hash that a tile has, "" for bytes that are no full tile."""
    count, odd = divmod(len(data), 32)
    return fold_tile(data).hex() if count and not odd and count & (count - 1) == 0 else ""


def _root_of(note: bytes) -> TreeHead | None:
    try:
        return parse_tree_head(note.decode("utf-8", "replace").partition("\n\n")[0] + "\n")
    except TransportError:
        return None


def _head_steps(head: Checkpoint | None, log: LogNames) -> tuple[Step, ...]:
    """Return what can be said of the head alone: it is signed, and its tiles lead to the root that it signs."""
    if head is None:
        return _blank((StepId.ROOT, StepId.HEAD, StepId.HISTORY), "no signed head of the log is at hand")
    root = f"{head.root_text[:12]}… recomputed from the tiles at the right edge"
    return (_root_step(TreeHead(head.size, head.root), root), _head_step(head.note.raw, log), log.history)


def _root_step(head: TreeHead, says: str) -> Step:
    values = (("root", head.root.hex()), ("in base64", _base64(head.root)), ("of records", f"{head.size:,}"))
    return Step(id=StepId.ROOT, state=StepState.PROVEN, says=says, values=values, raw=head.root)


def _head_step(note: bytes, log: LogNames) -> Step:
    return Step(
        id=StepId.HEAD,
        state=StepState.PROVEN,
        says=f"key {log.key_hash} of {log.name}, the signature is valid",
        values=(("signed by", f"{log.name}, key {log.key_hash}"), *_lines(note)),
        raw=note,
    )


def _blank(which: Sequence[StepId], reason: str) -> tuple[Step, ...]:
    return tuple(Step(id=one, state=StepState.NOT_CHECKED, says=_first_line(reason)) for one in which)


def _lines(text: bytes) -> tuple[tuple[str, str], ...]:
    lines = text.decode("utf-8", "replace").rstrip("\n").split("\n")
    return tuple(("│", line) for line in lines)


def _first_line(text: str) -> str:
    """Return the first line that says anything: a step that was not checked always tells why."""
    return next((line for line in text.split("\n") if line.strip()), "nobody said why")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
