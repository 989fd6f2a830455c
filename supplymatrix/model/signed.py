"""What became of signed reports when somebody verified them."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.errors import Diagnostic
from supplymatrix.model.value import value

__all__ = ["NamedFile", "NamedState", "SignatureCheck", "SignedReport", "SignedState", "SignedStatement"]


class SignedState(StrEnum):
    """HOLDS: signed by the key, over these bytes. BROKEN: a signature is there and does not hold. UNSIGNED: none is.
    UNBOUND: it holds, and no statement of the run that is about the project, or by the policy, that was asked for names
    the file. UNREADABLE: nothing can be said of the file."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNSIGNED = "unsigned"
    UNBOUND = "unbound"
    UNREADABLE = "unreadable"


class NamedState(StrEnum):
    """What became of a file that a statement names by its digest. ABSENT: it is not at hand, nothing is known of it."""

    SAME = "same"
    DIFFERS = "differs"
    ABSENT = "absent"


@value
class NamedFile:
    """A file that a verified statement names. path: of the file that was compared, "" = none. role: "subject" or
    "report". sha256: hex, of that file. elsewhere: DIFFERS: where the right one lies, at the path that the statement
    names; ABSENT: what lies there and is another one; "" = neither.
    """

    name: str
    role: str
    state: NamedState
    path: str = ""
    sha256: str = ""
    elsewhere: str = ""


@value
class SignedStatement:
    """What a signed verdict says. result: "PASSED" or "FAILED"; resource: the module; policy, policy_sha256: what
    it was judged by; time: when, by the clock of who signed; verifier: the program, with its version. All of it is
    text from outside.

    by_policy: False = another policy than the one that was asked for.
    """

    result: str
    resource: str
    policy: str
    policy_sha256: str
    time: str
    verifier: str
    by_policy: bool = True


@value
class SignedReport:
    """One report. signature: "envelope"; "inside" of what has it in itself; or the path of the file with it.
    statements: of an envelope file; only what a signature that holds is over is told.

    sha256: hex, of the file. reason: why it does not hold.
    """

    path: str
    state: SignedState
    signature: str
    reason: str = ""
    sha256: str = ""
    statements: tuple[SignedStatement, ...] = ()
    named: tuple[NamedFile, ...] = ()


@value
class SignatureCheck:
    """The answer of a run. key_name, key_id: of the public key that all was held against. faults: of files that cannot
    be read. asks_policy: whether the statements had to be by a certain policy."""

    key_name: str
    key_id: str
    reports: tuple[SignedReport, ...]
    faults: tuple[Diagnostic, ...] = ()
    asks_policy: bool = False

    @property
    def exit_code(self) -> int:
        """The gravest: 4: a signature does not hold, or a file is not what a signed statement says; 2: a file cannot be
        read; 3: a report has no signature, or no statement that was asked for names it; 1: all holds, and a statement
        says FAILED or is by another policy; 0: all holds."""
        states = {report.state for report in self.reports}
        named = {file.state for report in self.reports for file in report.named}
        if SignedState.BROKEN in states or NamedState.DIFFERS in named:
            return 4
        if SignedState.UNREADABLE in states:
            return 2
        if states & {SignedState.UNSIGNED, SignedState.UNBOUND}:
            return 3
        statements = [statement for report in self.reports for statement in report.statements]
        return 0 if all(found.result == "PASSED" and found.by_policy for found in statements) else 1
