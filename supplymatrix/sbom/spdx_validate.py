"""Whether an SPDX document keeps to its specification, fault by fault."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from supplymatrix.errors import Diagnostic
from supplymatrix.sbom.spdx3_rules import faults_of_spdx3
from supplymatrix.sbom.spdx23_rules import faults_of_spdx23
from supplymatrix.sbom.spdx_common import clean
from supplymatrix.sbom.spdx_shapes import Fault

__all__ = ["MOST_FAULTS", "validate_spdx3", "validate_spdx23"]

MOST_FAULTS = 100
"""How many faults of one document are told."""


def validate_spdx23(document: object) -> tuple[Diagnostic, ...]:
    """Return what is wrong in an SPDX 2.3 document as read from JSON, at most `MOST_FAULTS`; () when nothing is."""
    return _told(faults_of_spdx23(document))


def validate_spdx3(document: object) -> tuple[Diagnostic, ...]:
    """Return what is wrong in an SPDX 3.0.1 document as read from JSON, at most `MOST_FAULTS`; () when nothing is."""
    return _told(faults_of_spdx3(document))


def _told(faults: Iterator[Fault]) -> tuple[Diagnostic, ...]:
    return tuple(
        Diagnostic(
            message=clean(f"{fault.pointer or '/'}: {fault.message}"), seen=clean(fault.seen), expected=fault.expected
        )
        for fault in islice(faults, MOST_FAULTS)
    )
