"""The error tree: every exception that supplymatrix raises on purpose.

Negative results are findings, and what could not be seen is a gap; an exception means *cannot go on*.
The class decides the exit code: `InputError` 2, `TrustError` 4, the others 3 where the policy needed the evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Diagnostic", "InputError", "SourceError", "SupplymatrixError", "TransportError", "TrustError"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One fault of one input, said so that its reader can mend it.

    message: what is wrong, one sentence, no file name.
    artifact: the file as the user named it, `/`-separated; "" when there is none.
    line, column: 1-based, in characters; 0 when the fault has no place. end_column: one past the last character, 0 =
    unknown.
    seen, expected: the offending text and the form it should have; "" when the message says it all.
    remedy: the next step to take.
    """

    message: str
    artifact: str = ""
    line: int = 0
    column: int = 0
    end_column: int = 0
    seen: str = ""
    expected: str = ""
    remedy: str = ""
    source_line: str = ""

    def __str__(self) -> str:
        place = self.artifact
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        parts = [f"{place}: {self.message}" if place else self.message]
        if self.seen:
            parts.append(f"seen {self.seen!r}")
        if self.expected:
            parts.append(f"expected {self.expected}")
        return "; ".join(parts)


class SupplymatrixError(Exception):
    """Root of the tree; never raised itself."""


class InputError(SupplymatrixError):
    """The user's own file, argument or setting cannot be used; carries one diagnostic per fault (exit 2)."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        if not diagnostics:
            raise ValueError("an InputError needs at least one diagnostic")
        self.diagnostics = diagnostics
        super().__init__("\n".join(str(d) for d in diagnostics))


class SourceError(SupplymatrixError):
    """Something on this machine (disk, cache, `go`) could not be read or written."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        self.remedy = remedy
        super().__init__(message)


class TransportError(SupplymatrixError):
    """A server could not be asked, or gave no usable answer: what was asked then becomes a gap.

    outage: the server or the way to it failed, in a way that may pass.
    """

    def __init__(self, message: str, *, remedy: str = "", outage: bool = False) -> None:
        self.remedy = remedy
        self.outage = outage
        super().__init__(message)


class TrustError(SupplymatrixError):
    """The other side lied or broke: bad signature, failed proof, split view (exit 4).

    Never retried, never lowered to a warning, never waivable. `evidence` maps a name to the exact bytes involved.
    `whole_log` is true when the log itself contradicts itself, so that the run must stop.
    """

    def __init__(self, message: str, *, evidence: Mapping[str, bytes] | None = None, whole_log: bool = False) -> None:
        self.evidence: Mapping[str, bytes] = dict(evidence or {})
        self.whole_log = whole_log
        super().__init__(message)
