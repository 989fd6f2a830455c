"""The steps of a proof chain for people and as JSON, with a sign and a word for each; "not checked" is no pass."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping

from supplymatrix.model.trace import Difference, Step, StepId, StepState, Trace
from supplymatrix.reports.plain import plain

__all__ = [
    "MARKS", "TITLES", "WORDS", "difference_lines", "exit_words", "hex_lines", "render_trace_json",
    "render_trace_text", "sum_up",
]  # fmt: skip

SCHEMA = "supplymatrix.steps/1"
MARKS: Mapping[StepState, str] = {StepState.PROVEN: "✔", StepState.FAILED: "✘", StepState.NOT_CHECKED: "–"}  # noqa: RUF001
WORDS: Mapping[StepState, str] = {
    StepState.PROVEN: "proven",
    StepState.FAILED: "failed",
    StepState.NOT_CHECKED: "not checked",
}
TITLES: Mapping[StepId, str] = {
    StepId.GO_SUM: "go.sum line",
    StepId.RECORD: "log record",
    StepId.LEAF: "leaf hash",
    StepId.TILES: "tile path",
    StepId.ROOT: "root",
    StepId.HEAD: "signed head",
    StepId.HISTORY: "consistency",
}
_ROW = 16  # bytes in a line of a dump
_MOST = 64 * 1024  # bytes of a dump


def sum_up(trace: Trace) -> str:
    """Return what became of the chain in a line: "2 steps proven from cache, steps 1-4 not checked"."""
    proven = sum(step.state is StepState.PROVEN for step in trace.steps)
    route = f" from {trace.route}" if proven and trace.route else ""
    parts = [f"{proven} step{'' if proven == 1 else 's'} proven{route}"]
    for state in (StepState.FAILED, StepState.NOT_CHECKED):
        numbers = [number for number, step in enumerate(trace.steps, 1) if step.state is state]
        if numbers:
            parts.append(f"step{'' if len(numbers) == 1 else 's'} {_ranges(numbers)} {WORDS[state]}")
    return ", ".join(parts)


def exit_words(trace: Trace) -> str:
    """Return what `verify` ends with, as words behind others; "" where nobody knows, since nobody was asked."""
    return f" · exit {trace.exit_code}" if trace.was_asked else ""


def render_trace_text(trace: Trace) -> str:
    """Return the steps as text: sign, number, name, what it says; then all values of it."""
    asked = f", asked: {plain(trace.route)}" if trace.route else ""
    out = [f"{plain(str(trace.module))} in {plain(trace.log_name)}, key {trace.key_hash}{asked}", ""]
    for number, step in enumerate(trace.steps, 1):
        word = "" if step.state is StepState.PROVEN else f"{WORDS[step.state]}: "
        out.append(f"{MARKS[step.state]} {number} {TITLES[step.id]:12} {word}{plain(step.says)}")
        out += [f"    {plain(name)}  {plain(text)}" for name, text in step.values]
        if step.difference is not None:
            out += [f"    {line}" for line in difference_lines(step.difference)]
        out += [f"    = meaning: {plain(step.meaning)}"] if step.meaning else []
        out += [f"    = next: {plain(step.remedy)}"] if step.remedy else []
    out += ["", f"{sum_up(trace)}{exit_words(trace)}"]
    return "\n".join(line.rstrip() for line in out) + "\n"


def difference_lines(difference: Difference) -> Iterator[str]:
    """Yield both values in full below each other, with a mark between them at the first character that differs."""
    width = max(len(plain(difference.our_name)), len(plain(difference.their_name)))
    at = len(plain(difference.ours[: difference.at]))
    byte = f", {difference.byte}" if difference.byte else ""
    yield f"{plain(difference.our_name):{width}}  {plain(difference.ours)}"
    yield f"{'':{width}}  {' ' * at}^ first difference: character {difference.at + 1}{byte}"
    yield f"{plain(difference.their_name):{width}}  {plain(difference.theirs)}"


def hex_lines(data: bytes) -> Iterator[str]:
    """Yield a dump of bytes: offset, hex, and the printable ones as text; of many no more than the first 64 KiB."""
    for at in range(0, min(len(data), _MOST), _ROW):
        row = data[at : at + _ROW]
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in row)
        yield f"{at:06x}  {row[:8].hex(' '):23}  {row[8:].hex(' '):23}  {text}"
    if len(data) > _MOST:
        yield f"… {len(data) - _MOST:,} bytes more"


def render_trace_json(trace: Trace) -> str:
    """Return the steps as JSON. Schema name "supplymatrix.steps/1"; bytes in base64, text in ASCII with escapes."""
    import json

    document = {
        "schema": SCHEMA,
        "module": trace.module.path,
        "version": trace.module.version,
        "log": {"name": trace.log_name, "key_hash": trace.key_hash, "route": trace.route},
        "go_sum": trace.go_sum,
        "says": sum_up(trace),
        "exit_code": trace.exit_code,
        "steps": [_step(step) for step in trace.steps],
    }
    return json.dumps(document, indent=2) + "\n"


def _step(step: Step) -> dict[str, object]:
    found = step.difference
    return {
        "step": step.id.value,
        "state": step.state.value,
        "says": step.says,
        "values": [{"name": name, "value": text} for name, text in step.values],
        "bytes": base64.b64encode(step.raw).decode(),
        "difference": None
        if found is None
        else {
            "ours": {"name": found.our_name, "value": found.ours},
            "theirs": {"name": found.their_name, "value": found.theirs},
            "character": found.at + 1,
            "byte": found.byte,
        },
        "meaning": step.meaning,
        "remedy": step.remedy,
    }


def _ranges(numbers: list[int]) -> str:
    """Return numbers as people say them: 1-4, 7."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else f"{part[0]}" for part in parts)
