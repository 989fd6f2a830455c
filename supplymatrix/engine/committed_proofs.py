"""The proofs that lie beside a go.sum: read, checked, and turned into the log's answers without asking anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from supplymatrix.engine.lookups import LogChoice
from supplymatrix.errors import TrustError
from supplymatrix.model import fact
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.sources.files import read_if_there
from supplymatrix.sources.project import Project
from supplymatrix.sumdb.proof_file import PROOF_LIMIT, LoggedText, ProofFile, parse_proof_file
from supplymatrix.sumdb.record import lines_of
from supplymatrix.sumdb.session import LogRecord

__all__ = ["NO_PROOFS", "PROOF_START", "CommittedProofs", "proof_path", "read_committed_proofs", "records_by_module"]

PROOF_START = ("supplymatrix go.sum proof 1",)
"""The lines of every proof file to which a finding points; the rest of it is for machines."""


@value
class CommittedProofs:
    """What a project brings along. proof: None when there is no file, or one that proves nothing (then `error`).

    records: by module version, as many as the file proves. name: of the file.
    """

    name: str = ""
    proof: ProofFile | None = None
    records: Mapping[ModuleVersion, LoggedText] | None = None
    error: TrustError | None = None

    def answers(self, modules: Iterable[ModuleVersion]) -> dict[ModuleVersion, LogRecord]:
        """Return the proven record of each of these module versions that the file has."""
        if self.proof is None or not self.records:
            return {}
        found: dict[ModuleVersion, LogRecord] = {}
        for module in modules:
            record = self.records.get(module)
            if record is not None:
                found[module] = LogRecord(
                    module=module,
                    number=record.number,
                    text=record.text,
                    hashes=lines_of(record.text, module.path, module.version),
                    tree_size=self.proof.head.size,
                    source=self.name,
                )
        return found

    def fact(self, modules: Iterable[ModuleVersion]) -> tuple[fact.ProofFile, ...]:
        """Return what is to be told of the file; nothing when there is none. modules: those of go.sum."""
        if not self.name:
            return ()
        place = Location(artifact=self.name, line=1, column=1)
        if self.proof is None:
            return (
                fact.ProofFile(
                    tree_size=0, root="", records=0, unused=0, seen_on=None, fault=str(self.error), location=place
                ),
            )
        used = {record.number for module in modules if (record := (self.records or {}).get(module)) is not None}
        return (
            fact.ProofFile(
                tree_size=self.proof.head.size,
                root=self.proof.head.root_text,
                records=len(self.proof.records),
                unused=len(self.proof.records) - len(used),
                seen_on=self.proof.seen_on,
                fault="",
                location=place,
            ),
        )


NO_PROOFS = CommittedProofs()


def proof_path(project: Project) -> Path | None:
    """Return where the proofs of a project lie or would lie: beside its go.sum; None when it has none."""
    return Path(f"{project.go_sum}.proof") if project.go_sum else None


def read_committed_proofs(project: Project, choice: LogChoice) -> CommittedProofs:
    """Read the proof file of a project and check all of it, under the key of the log that its policy names.

    Raises InputError for a file that cannot be read as one.
    """
    path = proof_path(project)
    data = read_if_there(path, PROOF_LIMIT, "proof file") if path is not None else None
    if path is None or data is None:
        return NO_PROOFS
    try:
        proof = parse_proof_file(data, [choice.verifier], path.as_posix())
    except TrustError as err:
        return CommittedProofs(name=path.name, error=err)
    return CommittedProofs(name=path.name, proof=proof, records=records_by_module(proof))


def records_by_module(proof: ProofFile) -> dict[ModuleVersion, LoggedText]:
    """Return the records by the module versions that their lines name, the first record of each."""
    found: dict[ModuleVersion, LoggedText] = {}
    for record in proof.records:
        for line in record.text.decode("utf-8").split("\n"):
            fields = line.split(" ")
            if len(fields) == 3:
                module = ModuleVersion(path=fields[0], version=fields[1].removesuffix("/go.mod"))
                found.setdefault(module, record)
    return found
