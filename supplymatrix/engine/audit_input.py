"""What an audit is given: a project, programs, or both, and the means to look at them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.means import Means
from supplymatrix.model.value import value

if TYPE_CHECKING:
    from supplymatrix.engine.audit_shared import AuditShared
    from supplymatrix.sources.programs import ProgramsFound
    from supplymatrix.sources.project import Project

__all__ = ["AuditInput"]


@value
class AuditInput:
    """project: None where programs alone are looked at; programs: None for none. private: patterns of GOPRIVATE that
    the policy declares; proxies: hosts that it allows as module proxies, which may know all names. vuln_databases:
    beside those of the settings. every_build: what rules vulnerabilities out is to hold on any platform and with any
    tags. shared: what is kept for all projects of a run, None for one by itself. Nothing of the project is run."""

    means: Means
    project: Project | None = None
    programs: ProgramsFound | None = None
    private: tuple[str, ...] = ()
    vuln_databases: tuple[Path, ...] = ()
    proxies: tuple[str, ...] = ()
    every_build: bool = False
    shared: AuditShared | None = None
