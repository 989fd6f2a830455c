"""The proofs that lie beside a go.sum: read, checked, and turned into the log's answers without asking anybody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType

from supplymatrix.engine.lookups import LogChoice
from supplymatrix.errors import Diagnostic, InputError, TrustError
from supplymatrix.model import fact
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.sources.files import read_if_there
from supplymatrix.sources.project import Project
from supplymatrix.sumdb.checkpoint import Checkpoint
from supplymatrix.sumdb.history import History
from supplymatrix.sumdb.proof_file import PROOF_LIMIT, LoggedText, Node, ProofFile, parse_proof_file
from supplymatrix.sumdb.record import lines_of
from supplymatrix.sumdb.session import LogRecord

__all__ = [
    "NO_PROOFS",
    "PROOF_START",
    "CommittedProofs",
    "load_proofs",
    "proof_path",
    "read_committed_proofs",
    "records_by_module",
    "refuse_two_answers",
]

PROOF_START = ("supplymatrix go.sum proof 1",)
"""The lines of every proof file to which a finding points; the rest of it is for machines."""


@value
class CommittedProofs:
    """What a project brings along. name: of the file, "" when there is none.

    head: the signed head that all of it leads to, None when it proves nothing (then `error` says why). records: by
    module version, as many as the file proves; total: how many records it has. malformed: why it cannot be read.
    sha256: hex, of the file.
    """

    name: str = ""
    head: Checkpoint | None = None
    seen_on: date | None = None
    records: Mapping[ModuleVersion, LoggedText] = MappingProxyType({})
    total: int = 0
    error: TrustError | None = None
    malformed: Diagnostic | None = None
    nodes: Mapping[Node, bytes] = MappingProxyType({})
    sha256: str = ""

    @property
    def shown_lines(self) -> Sequence[str]:
        """The lines of the file to which a finding points; the rest of it is for machines."""
        fault = self.malformed
        return [*[""] * (fault.line - 1), fault.seen] if fault is not None and fault.line > 0 else PROOF_START

    def answers(self, modules: Iterable[ModuleVersion]) -> dict[ModuleVersion, LogRecord]:
        """Return the proven record of each of these module versions that the file has."""
        if self.head is None:
            return {}
        found = ((module, self.records[module]) for module in modules if module in self.records)
        return {
            module: LogRecord(
                module=module,
                number=record.number,
                text=record.text,
                hashes=lines_of(record.text, module.path, module.version),
                tree_size=self.head.size,
                source=self.name,
            )
            for module, record in found
        }

    def fact(self, modules: Iterable[ModuleVersion]) -> tuple[fact.ProofFile, ...]:
        """Return what is to be told of the file; nothing when there is none. modules: those of go.sum."""
        if not self.name:
            return ()
        used = {self.records[module].number for module in modules if module in self.records}
        bad = self.malformed
        return (
            fact.ProofFile(
                tree_size=self.head.size if self.head else 0,
                root=self.head.root_text if self.head else "",
                records=self.total,
                unused=self.total - len(used),
                seen_on=self.seen_on,
                fault=bad.message if bad else str(self.error) if self.error else "",
                location=Location(artifact=self.name, line=max(1, bad.line) if bad else 1, column=1),
                is_malformed=bad is not None,
                expected=bad.expected if bad else "",
            ),
        )


NO_PROOFS = CommittedProofs()


def proof_path(project: Project) -> Path | None:
    """Return where the proofs of a project lie or would lie: beside its go.sum; None when it has none."""
    return Path(f"{project.go_sum}.proof") if project.go_sum else None


def read_committed_proofs(project: Project, choice: LogChoice, history: History) -> CommittedProofs:
    """Read the proof file of a project and check all of it, under the key of the log that its policy names.

    history: of the same signer, as the files before told it. Raises InputError for a file that cannot be opened,
    TrustError (of the whole log) for one that tells another history.
    """
    found, proof = load_proofs(project, choice)
    if proof is not None:
        history.add(proof)
    return found


def load_proofs(project: Project, choice: LogChoice) -> tuple[CommittedProofs, ProofFile | None]:
    """Return what a project brings along, and the file itself when all of it holds. Raises InputError."""
    path = proof_path(project)
    data = read_if_there(path, PROOF_LIMIT, "proof file") if path is not None else None
    if path is None or data is None:
        return NO_PROOFS, None
    digest = hashlib.sha256(data).hexdigest()
    try:
        proof = parse_proof_file(data, [choice.verifier], path.as_posix())
        records = records_by_module(proof)
    except TrustError as err:
        whole = TrustError(str(err), evidence={**err.evidence, path.name: data})
        return CommittedProofs(name=path.name, error=whole, sha256=digest), None
    except InputError as err:
        return CommittedProofs(name=path.name, malformed=err.diagnostics[0], sha256=digest), None
    found = CommittedProofs(
        name=path.name,
        head=proof.head,
        seen_on=proof.seen_on,
        records=records,
        total=len(proof.records),
        nodes=proof.nodes,
        sha256=digest,
    )
    return found, proof


def records_by_module(proof: ProofFile) -> dict[ModuleVersion, LoggedText]:
    """Return the records by the module versions that their lines name.

    Raises TrustError when two of them have different lines for one module version: the log has said two things of it.
    """
    found: dict[ModuleVersion, LoggedText] = {}
    for record in proof.records:
        for module in _modules_in(record):
            first = found.setdefault(module, record)
            refuse_two_answers(module, first.text, record.text)
    return found


def refuse_two_answers(module: ModuleVersion, one: bytes, two: bytes) -> None:
    """Raise TrustError when two records of a log, both proven, disagree about a module version."""
    if one != two and lines_of(one, module.path, module.version) != lines_of(two, module.path, module.version):
        raise TrustError(
            f"the log has two records of {module} that disagree", evidence={"one record": one, "other record": two}
        )


def _modules_in(record: LoggedText) -> set[ModuleVersion]:
    lines = (line.split(" ") for line in record.text.decode("utf-8").split("\n"))
    return {
        ModuleVersion(path=fields[0], version=fields[1].removesuffix("/go.mod")) for fields in lines if len(fields) == 3
    }
