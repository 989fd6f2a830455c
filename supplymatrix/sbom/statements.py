"""What a bill of materials states, one statement at a time, and whether it is so.

A statement is true or false; or it was not checked, for a reason; or the file gives nothing that could be checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from supplymatrix.model.value import value
from supplymatrix.sbom.read_values import ReadFault

__all__ = ["SbomTruth", "Statement", "Topic", "Truth", "exit_code_of"]


class Truth(StrEnum):
    """What came of a statement."""

    TRUE = "true"
    FALSE = "false"
    NOT_CHECKED = "not checked"
    NO_EVIDENCE = "no evidence"


class Topic(StrEnum):
    """What a statement is about, in the order in which they are told."""

    SIGNATURE = "signature"
    FORMAT = "format"
    MADE = "time"
    TWICE = "listed twice"
    PURL = "purl"
    VERSION = "version"
    NAME = "name"
    LOG = "log"
    H1 = "h1"
    GO_MOD = "h1 of go.mod"
    LOG_PROOF = "log proof"
    DIGEST = "file hash"
    LICENCE = "licence"
    ADDRESS = "address"
    SUPPLIER = "supplier"
    COPYRIGHT = "copyright"
    REPLACEMENT = "replacement"
    OTHER = "other component"
    MAIN = "main module"
    BUILD_LIST = "build list"
    MISSING = "missing"
    STDLIB = "standard library"
    SCOPE = "scope"
    EDGE = "edge"
    USE = "use"
    SUBJECT_FILE = "subject file"
    PLATFORM = "platform"
    COMPLETE = "completeness"
    GAPS = "gaps"
    UNREAD = "not looked at"


@value
class Statement:
    """One statement. subject: "path@version", or a name; said: what the file says; found: what is so, "" = as said.

    reason, remedy: why it was not checked, and what to do; or, of a false one, how that is known. is_alarm: it differs
    from what the log has proven, or from what was signed. is_promised: the command stands for checking it, so that a
    run without is incomplete.
    """

    topic: Topic
    truth: Truth
    subject: str
    said: str
    found: str = ""
    reason: str = ""
    remedy: str = ""
    is_alarm: bool = False
    is_promised: bool = False


@value
class SbomTruth:
    """A file, and all that is true and not true in it.

    sha256: of the file, hex. main: its subject as it names it. others: how many components are no Go modules. project,
    scope: what it was held against, "" without. log: name of the log, tree_size: of the head, 0 when nobody was asked.
    faults: what could not be understood, the first of fault_count. signature: a file beside it that signs it.
    unread: how many values there are in it at which nothing here looks.
    """

    artifact: str
    sha256: str
    format: str
    spec: str
    tools: tuple[str, ...]
    identity: str
    created: str
    main: str
    go_components: int
    others: int
    statements: tuple[Statement, ...]
    notes: tuple[str, ...] = ()
    faults: tuple[ReadFault, ...] = ()
    fault_count: int = 0
    project: str = ""
    scope: str = ""
    log: str = ""
    tree_size: int = 0
    signature: str = ""
    unread: int = 0

    @property
    def exit_code(self) -> int:
        """What `sbom verify` ends with."""
        return exit_code_of(self.statements, self.go_components)

    @property
    def counts(self) -> Counter[tuple[Topic, Truth]]:
        """How many statements there are of each kind."""
        return Counter((statement.topic, statement.truth) for statement in self.statements)


def exit_code_of(statements: Sequence[Statement], go_components: int) -> int:
    """Return 4 for a hash that differs from the log and for a signature that does not hold, 5 without any Go component,
    1 for a false statement, 3 for one that was promised and not checked, else 0."""
    if any(statement.is_alarm for statement in statements):
        return 4
    if not go_components:
        return 5
    if any(statement.truth is Truth.FALSE for statement in statements):
        return 1
    if any(statement.truth is Truth.NOT_CHECKED and statement.is_promised for statement in statements):
        return 3
    return 0
