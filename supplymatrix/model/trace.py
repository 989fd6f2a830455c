"""The way of one go.sum line through the log, step by step, with what became of each step."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value

__all__ = ["Difference", "Step", "StepId", "StepState", "Trace"]


class StepId(StrEnum):
    """The steps, in their order from the project to the log's history."""

    GO_SUM = "go-sum"
    RECORD = "record"
    LEAF = "leaf"
    TILES = "tiles"
    ROOT = "root"
    HEAD = "head"
    HISTORY = "history"


class StepState(StrEnum):
    """What became of a step. NOT_CHECKED is neither good nor bad: nobody has looked, and `says` tells why."""

    PROVEN = "proven"
    FAILED = "failed"
    NOT_CHECKED = "not-checked"


@value
class Difference:
    """Two values that should be one, in full, with the name of each. at: the first character that differs, from 0.

    byte: what of the decoded bytes differs first, "" where they are no bytes.
    """

    our_name: str
    ours: str
    their_name: str
    theirs: str
    at: int
    byte: str = ""


@value
class Step:
    """One step. says: one line; values: everything that it rests on, named and in full; raw: its bytes, b"" = none.

    difference: of a failed step, where it has two values. meaning, remedy: of a step that is not proven.
    """

    id: StepId
    state: StepState
    says: str
    values: tuple[tuple[str, str], ...] = ()
    raw: bytes = b""
    difference: Difference | None = None
    meaning: str = ""
    remedy: str = ""


@value
class Trace:
    """All steps of one module version, in the order of `StepId`. exit_code: the one that `verify` ends with.

    log_name, key_hash: of the log; route: who was asked, "" = nobody; go_sum: the file of the first step, "" = none.
    was_asked: False where a project's run had no reason to ask for it: then nobody knows what `verify` ends with.
    """

    module: ModuleVersion
    steps: tuple[Step, ...]
    exit_code: int
    log_name: str
    key_hash: str
    route: str
    go_sum: str
    was_asked: bool = True

    def step(self, which: StepId) -> Step:
        """Return one step."""
        return next(step for step in self.steps if step.id is which)

    @property
    def failed(self) -> Step | None:
        """The first step that failed."""
        return next((step for step in self.steps if step.state is StepState.FAILED), None)
