"""SM142: a program without hashes passes where vendor/ is proven in their place, and nowhere else."""

from __future__ import annotations

import pytest

from supplymatrix.checks.registry import run_rules
from supplymatrix.model.fact import Facts
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import VendoredModule, VendorState
from supplymatrix.model.program import ProgramModule, ProgramModuleState
from supplymatrix.model.value import changed

A = ModuleVersion(path="a.example/a", version="v1.2.0")
FORK = ModuleVersion(path="b.example/fork", version="v1.3.0")
MODULE = ProgramModule(
    program="bin/app", subject=A, state=ProgramModuleState.NO_SUM, location=Location(artifact="bin/app")
)
VENDORED = VendoredModule(
    subject=A, effective=A, state=VendorState.EQUAL, files=3, location=Location(artifact="vendor/modules.txt"),
    is_proven=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("module", "vendored", "state"),
    [
        (MODULE, VENDORED, "pass"),
        (changed(MODULE, subject=FORK, original=str(A)), changed(VENDORED, effective=FORK), "pass"),
        (MODULE, changed(VENDORED, effective=FORK), "fail"),
        (MODULE, changed(VENDORED, effective=changed(A, version="v1.2.1")), "fail"),
        (MODULE, changed(VENDORED, is_proven=False), "fail"),
        (MODULE, changed(VENDORED, files=0), "fail"),
        (MODULE, changed(VENDORED, state=VendorState.DIFFERS), "fail"),
        (MODULE, changed(VENDORED, state=VendorState.UNCHECKED), "fail"),
        (changed(MODULE, sum="h9:x"), VENDORED, "fail"),
    ],
)
def test_proven_vendored_files_stand_in_for_the_hash(
    module: ProgramModule, vendored: VendoredModule, state: str
) -> None:
    found = [result for result in run_rules(Facts((module, vendored))) if result.rule == "SM142"]
    assert [result.status.value for result in found] == [state]
