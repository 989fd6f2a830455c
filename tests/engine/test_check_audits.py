"""Audits of a check: looked at where they are asked for and nowhere else, and never in silence where they fail."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.check_audits import ENGINES
from supplymatrix.engine.this_machine import SeenHere
from supplymatrix.errors import InputError, SourceError
from supplymatrix.model.audit import Audit
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.native_code import LicencePosition, LinkMode, LinkOutcome, NativeCode, NativeProof, PositionOf
from supplymatrix.model.rule import Status
from tests.engine.checking import Checking

C_CODE = NativeCode(
    subject=ModuleVersion(path="a.example/b", version="v1.0.0"),
    library="sqlite3",
    mode=LinkMode.BUNDLED,
    proof=NativeProof.SOURCE,
    position=LicencePosition(outcome=LinkOutcome.PERMISSIVE, of=PositionOf.LICENCE_TEXT, source="itself", words=""),
    location=Location(artifact="go.mod", line=1, column=1),
)
