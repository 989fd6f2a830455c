"""Which vulnerabilities an osv-scanner.toml beside go.mod ignores: told in any case, and obeyed by a policy alone."""

from __future__ import annotations

from collections.abc import Iterable

from supplymatrix.documents.secret_text import without_credentials
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError
from supplymatrix.model.location import Location
from supplymatrix.model.verdict import Note
from supplymatrix.model.vulnerability import IgnoredElsewhere, Vulnerability
from supplymatrix.sources.project import Project
from supplymatrix.vulns.osv_scanner_toml import OSV_SCANNER_TOML, ignored_elsewhere, read_osv_scanner_toml

__all__ = ["ignores_of"]

_LIMIT = 4 << 20


def ignores_of(
    project: Project, found: Iterable[Vulnerability], means: Means
) -> tuple[tuple[IgnoredElsewhere, ...], tuple[Note, ...]]:
    """Return the entries that apply today. A file that osv-scanner itself would not take ignores nothing; a note says
    so."""
    from supplymatrix.attest.patterns import matches, pattern_fault
    from supplymatrix.sources.files import read_if_there

    def is_match(pattern: str, text: str) -> bool:
        return not pattern_fault(pattern) and matches(pattern, text)

    try:
        data = read_if_there(project.root / OSV_SCANNER_TOML, _LIMIT, OSV_SCANNER_TOML)
        if data is None:
            return (), ()
        ignores = read_osv_scanner_toml(data, OSV_SCANNER_TOML)
    except InputError as err:
        fault = without_credentials(err.diagnostics[0])
        place = Location(artifact=OSV_SCANNER_TOML, line=fault.line, column=fault.column) if fault.line else None
        seen = f" ({fault.seen})" if fault.seen else ""
        text = f"{OSV_SCANNER_TOML} ignores nothing as it is: {fault.message}{seen}"
        return (), (Note(code="vulns-ignores-unread", message=text, location=place),)
    return ignored_elsewhere(ignores, found, means.now, matches=is_match), ()
