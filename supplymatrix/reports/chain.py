"""Render the proof chain of a module version, for people and as JSON: every step with its bytes."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from supplymatrix.model.difference import first_byte, first_difference
from supplymatrix.model.fact import LineProof, ProofState, SumFault
from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain
from supplymatrix.sumdb.chain import ProofChain
from supplymatrix.sumdb.session import NotLogged

__all__ = ["ChainView", "render_chain_json", "render_chain_text", "render_not_logged", "render_tlog_proof"]

SCHEMA = "supplymatrix.chain/1"
NOT_LOGGED_SCHEMA = "supplymatrix.not-in-log/1"


@value
class ChainView:
    """A chain with what it is held against. lines: the go.sum lines of this module version, judged; may be empty.

    log: name and key hash; go_sum: where the lines come from, "" when there was no go.sum to compare; history: whether
    the head was held against another one, in words.
    """

    chain: ProofChain
    lines: Sequence[LineProof]
    log_name: str
    key_hash: str
    route: str
    go_sum: str
    history: str
    faults: Sequence[SumFault] = ()


def render_chain_text(view: ChainView) -> str:
    """Return the chain as numbered steps, from the go.sum line up to the signed head."""
    chain, record = view.chain, view.chain.record
    log = f"{plain(view.log_name)}, key {view.key_hash}, asked: {plain(view.route)}"
    out = [f"{plain(str(record.module))} in {log}", ""]
    out += _line_step(view)
    out += [f"2 record      number {record.number:,}, {len(record.text)} bytes, answered by {plain(record.source)}"]
    out += _quoted(record.text)
    out += ["3 leaf hash   SHA-256(00 ‖ record)", f"  {chain.leaf.hex()}"]
    out += [f"4 tiles       {len(chain.path)} steps up; each tile was checked whole before use"]
    for number, step in enumerate(chain.path, start=1):
        side = "left " if step.is_left else "right"
        out.append(f"  {number:2d} {side} {base64.b64encode(step.sibling).decode()}  {step.tile}")
    out += [f"5 root        of {chain.tree_size:,} records", f"  {chain.root.hex()}"]
    out += [f"  {base64.b64encode(chain.root).decode()}"]
    out += ["6 signed head the signature of the key above fits this note"]
    out += _quoted(chain.head)
    out += _consistency_step(view)
    return "\n".join(line.rstrip() for line in out) + "\n"


def _quoted(text: bytes) -> list[str]:
    return [f"  │ {plain(line)}" for line in text.decode("utf-8", "replace").rstrip("\n").split("\n")]


def render_not_logged(answer: NotLogged, fmt: str) -> str:
    """Return who says that the log has no such module version, as text or JSON ("supplymatrix.not-in-log/1")."""
    module = answer.module
    if fmt == "json":
        import json

        said = {"answered_by": answer.source, "status": answer.status}
        document = {"schema": NOT_LOGGED_SCHEMA, "module": module.path, "version": module.version, **said}
        return json.dumps(document, indent=2) + "\n"
    return f"the log has no record of {plain(str(module))}, says {plain(answer.source)} (HTTP {answer.status})\n"


def _line_step(view: ChainView) -> list[str]:
    if not view.lines and not view.faults:
        where = f"{plain(view.go_sum)} has no line of it" if view.go_sum else "no go.sum was given to compare"
        return [f"1 go.sum      {where}"]
    out = [f"1 go.sum      {plain(view.go_sum)}"]
    for line in view.lines:
        verdict = {
            ProofState.PROVEN: "equal to the record",
            ProofState.DIFFERS: "DIFFERS from the record",
            ProofState.NO_LINE: "NOT in the record",
        }.get(line.state, line.state.value)
        out += [f"  {plain(str(line.location))}  {verdict}", f"    {plain(line.hash)}"]
        if line.state is ProofState.DIFFERS:
            out += _difference(line)
    for fault in view.faults:
        out.append(f"  {plain(str(fault.location))}  CANNOT COUNT: {plain(fault.message)}")
    return out


def _difference(line: LineProof) -> list[str]:
    at = first_difference(line.hash, line.logged_hash)
    found, ours, theirs = first_byte(line.hash, line.logged_hash), "", ""
    if found is not None:
        number, size, left, right = found
        ours, theirs = f", byte {number} of {size} is {left:02x}", f", byte {number} is {right:02x}"
    return [
        f"    {' ' * at}^ first difference: character {at + 1}{ours}",
        f"    {plain(line.logged_hash)}  the log{theirs}",
    ]


def _consistency_step(view: ChainView) -> list[str]:
    chain = view.chain
    if chain.earlier is None:
        return [f"7 history     {plain(view.history)}"]
    out = [f"7 history     the head trusted before is a part of this tree, by {len(chain.consistency)} hashes"]
    out += _quoted(chain.earlier)
    out += [f"  {number:2d} {proof.hex()}" for number, proof in enumerate(chain.consistency, start=1)]
    return out


def render_tlog_proof(view: ChainView) -> str:
    """Return the proof as a C2SP tlog-proof, which other verifiers read; `extra` holds the record, which it proves.

    Source: c2sp.org/tlog-proof@v1.
    """
    chain = view.chain
    lines = [
        "c2sp.org/tlog-proof@v1",
        f"extra {base64.b64encode(chain.record.text).decode()}",
        f"index {chain.record.number}",
        *(base64.b64encode(step.sibling).decode() for step in chain.path),
    ]
    return "\n".join([*lines, "", chain.head.decode("utf-8")])


def render_chain_json(view: ChainView) -> str:
    """Return the chain as JSON; hashes in hex, notes and record as text. Schema name "supplymatrix.chain/1".

    Record and notes keep every character, since they are hashed and signed: all but ASCII is written as an escape.
    """
    import json

    chain, record = view.chain, view.chain.record
    document = {
        "schema": SCHEMA,
        "module": record.module.path,
        "version": record.module.version,
        "log": {"name": view.log_name, "key_hash": view.key_hash, "route": view.route},
        "go_sum": [
            {
                "file": line.location.artifact,
                "line": line.location.line,
                "kind": line.kind.value,
                "hash": line.hash,
                "logged_hash": line.logged_hash,
                "state": line.state.value,
            }
            for line in view.lines
        ],
        "faulty_lines": [
            {"file": fault.location.artifact, "line": fault.location.line, "message": fault.message}
            for fault in view.faults
        ],
        "record": {"number": record.number, "text": record.text.decode("utf-8"), "answered_by": record.source},
        "leaf_hash": chain.leaf.hex(),
        "inclusion": [
            {
                "sibling": step.sibling.hex(),
                "side": "left" if step.is_left else "right",
                "first_record": step.first,
                "last_record": step.last,
                "tile": step.tile,
                "result": step.result.hex(),
            }
            for step in chain.path
        ],
        "tree_size": chain.tree_size,
        "root": chain.root.hex(),
        "signed_head": chain.head.decode("utf-8"),
        "earlier_head": chain.earlier.decode("utf-8") if chain.earlier is not None else None,
        "consistency": [proof.hex() for proof in chain.consistency],
    }
    return json.dumps(document, indent=2) + "\n"
