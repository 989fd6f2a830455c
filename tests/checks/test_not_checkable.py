"""SM310: which words tell of what."""

from __future__ import annotations

from supplymatrix.checks.rules.vulnerability_not_checkable import check
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.vulnerability import UncheckedModule
