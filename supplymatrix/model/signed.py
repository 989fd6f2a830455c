"""What became of signed reports when somebody verified them."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.value import value

__all__ = ["NamedFile", "NamedState", "SignatureCheck", "SignedReport", "SignedState"]


class SignedState(StrEnum):
    """HOLDS: signed by the key, over these bytes. BROKEN: a signature is there and does not hold. UNSIGNED: none is."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNSIGNED = "unsigned"


class NamedState(StrEnum):
    """What became of a file that a statement names by its digest. ABSENT: it is not at hand, nothing is known of it."""

    SAME = "same"
    DIFFERS = "differs"
    ABSENT = "absent"


@value
class NamedFile:
    """A file that a verified statement names. path: where it was found, "" = nowhere. role: "subject" or "report"."""

    name: str
    role: str
    state: NamedState
    path: str = ""


@value
class SignedReport:
    """One report. signature: "envelope", or the path of the file with it. statements: how many an envelope file has;
    results: "PASSED" or "FAILED", of each; only what a signature that holds is over is told.

    reason: why it does not hold.
    """

    path: str
    state: SignedState
    signature: str
    reason: str = ""
    results: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    named: tuple[NamedFile, ...] = ()


@value
class SignatureCheck:
    """The answer of a run. key_name, key_id: of the public key that all was held against."""

    key_name: str
    key_id: str
    reports: tuple[SignedReport, ...]

    @property
    def exit_code(self) -> int:
        """4: a signature does not hold, or a file is not what a signed statement says; 3: a report has no signature; 1:
        all holds, and a statement says FAILED; 0: all holds."""
        states = {report.state for report in self.reports}
        named = {file.state for report in self.reports for file in report.named}
        if SignedState.BROKEN in states or NamedState.DIFFERS in named:
            return 4
        if SignedState.UNSIGNED in states:
            return 3
        return 1 if any(result != "PASSED" for report in self.reports for result in report.results) else 0
