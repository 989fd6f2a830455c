"""What the Audits screen asks and gives away: the project, what a part comes to, equal commands, files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supplymatrix.model.value import value
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.session import Session
from supplymatrix.tui.shell_words import path_word, quote

if TYPE_CHECKING:
    from supplymatrix.engine.audit_parts import AuditPart, AuditSubject, PartFound
    from supplymatrix.model.verdict import Judged
    from supplymatrix.tui.screens.list_screen import Item

__all__ = ["COLUMNS", "PARTS", "PartView", "commands_for", "exports_of", "look", "part_command", "read", "whole_command"]

COLUMNS = ("kind", "level", "rule", "name", "version", "says", "where")
"""What a filter may name, and what is copied of a row."""
PARTS = ("vulns", "fips", "cgo", "sources", "credentials", "path")
"""The parts, as links and `supplymatrix audit` name them, in the order in which they are shown."""
_OF_PROJECT_ALONE = ("sources", "path")
_LEAKS = ("build", "tidy")
_WHY = "'WHY, in 12 characters or more'"


@value
class PartView:
    """One part with its rows. judged: by the id of a row, the finding that it is about."""

    found: PartFound
    items: Sequence[Item]
    judged: Mapping[str, Judged]


def read(session: Session, project: Path) -> AuditSubject:
    """Return the project with its policy. Raises InputError and TransportError as the commands do."""
    from supplymatrix.engine.audit_parts import PartsRequest, read_subject_of

    request = PartsRequest(
        path=project,
        means=session.means(offline=True),
        policy=session.policy_source(),
        programs=session.programs,
        folders=session.folders or None,
        day=session.day,
    )
    return read_subject_of(request)


def look(subject: AuditSubject, name: str, leaks_of: int, work: Work) -> PartView:
    """Return what a part comes to, with its rows. Raises WorkStopped where nobody waits for it any more."""
    from supplymatrix.engine.audit_parts import AuditPart, failed_part, look_at
    from supplymatrix.errors import SourceError

    part = AuditPart(name)
    work.tell(0, 0, _doing(name))
    try:
        found = look_at(subject, part)
    except Exception as err:  # noqa: BLE001 - one audit that breaks leaves the others; its gap says so
        said = f"a fault of supplymatrix itself: {type(err).__name__}: {str(err)[:200]}"
        found = failed_part(part, SourceError(said, remedy="supplymatrix doctor --bug-report, with this project"))
    work.tell(0, 0, _doing(name))
    return view_of(found, leaks_of)


def view_of(found: PartFound, leaks_of: int = 0) -> PartView:
    """Return a part with its rows. leaks_of: of which command the names are shown, as a place in the run's."""
    from supplymatrix.tui.screens.audits_fips import fips_items
    from supplymatrix.tui.screens.audits_others import cgo_items, credential_items, path_items
    from supplymatrix.tui.screens.audits_sources import sources_items
    from supplymatrix.tui.screens.audits_vulns import vulns_items
    from supplymatrix.tui.screens.audits_words import unique

    make: Mapping[str, Callable[[PartFound], list[Item]]] = {
        "vulns": vulns_items,
        "fips": fips_items,
        "cgo": cgo_items,
        "sources": partial(sources_items, leaks_of=leaks_of),
        "credentials": credential_items,
        "path": path_items,
    }
    judged = {f"{item.rule} {item.subject}": item for item in found.judged}
    if found.part.value == "vulns":
        judged |= {item.subject: item for item in found.judged if item.finding is not None and item.finding.advisories}
    return PartView(found=found, items=unique(make[found.part.value](found)), judged=judged)


def _doing(name: str) -> str:
    from supplymatrix.engine.audit_parts import AuditPart
    from supplymatrix.tui.screens.audits_words import TITLES

    return f"looking at {TITLES[AuditPart(name)]} ({PARTS.index(name) + 1} of {len(PARTS)})"


def whole_command(session: Session, project: Path | None) -> str:
    """Return the command that tells all parts in short."""
    from supplymatrix.cli_words import AUDIT_COMMANDS

    del AUDIT_COMMANDS
    return ""


def exports_of(session: Session, view: PartView, project: Path | None) -> tuple[Export, ...]:
    """Return what the commands of a part write."""
    run: Any = view.found.run
    if run is None:
        return ()
    return ()
