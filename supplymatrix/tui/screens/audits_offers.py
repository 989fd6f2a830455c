"""What the Audits screen asks and gives away: the project, what a part comes to, equal commands, files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supplymatrix.model.value import value
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.session import Session
from supplymatrix.tui.shell_words import path_word, quote

if TYPE_CHECKING:
    from supplymatrix.engine.audit_parts import AuditSubject, PartFound
    from supplymatrix.model.verdict import Judged
    from supplymatrix.tui.screens.list_screen import Item

__all__ = [
    "COLUMNS",
    "PARTS",
    "PartView",
    "commands_for",
    "exports_of",
    "look",
    "part_command",
    "read",
    "whole_command",
]

COLUMNS = ("kind", "level", "rule", "name", "version", "says", "where")
"""What a filter may name, and what is copied of a row."""
PARTS = ("vulns", "fips", "cgo", "sources", "credentials", "path")
"""The parts, as links and `supplymatrix audit` name them, in the order in which they are shown."""
_OF_PROJECT_ALONE = ("sources", "path")
_LEAKS = ("build", "tidy")
_ROOM_OF = {"cgo": "native"}
"""What the writers of a part are called, where they have another name."""
_PAGE = 80  # columns of a text in a file, as the commands write it
_WHY = "'WHY, in 12 characters or more'"


@value
class PartView:
    """One part with its rows. judged: by the id of a row, the finding that it is about. leaks_of: of which command the
    names are shown, as a place in the run's. fixable: ids of rows of advisories that an update clears."""

    found: PartFound
    items: Sequence[Item]
    judged: Mapping[str, Judged]
    leaks_of: int = 0
    fixable: frozenset[str] = frozenset()


def read(session: Session, project: Path) -> AuditSubject:
    """Return the project with its policy. Raises InputError and TransportError as the commands do."""
    from supplymatrix.engine.audit_parts import PartsRequest, read_subject_of

    request = PartsRequest(
        path=project,
        means=session.means(offline=True),
        policy=session.policy_source(),
        programs=session.programs,
        folders=session.folders,
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
        found = view_of(look_at(subject, part), leaks_of)
    except Exception as err:  # noqa: BLE001 - one audit that breaks leaves the others; its gap says so
        said = f"a fault of supplymatrix itself: {type(err).__name__}: {str(err)[:200]}"
        found = view_of(failed_part(part, SourceError(said, remedy="report it, with what supplymatrix doctor says")))
    work.tell(0, 0, _doing(name))
    return found


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
    return PartView(
        found=found, items=unique(make[found.part.value](found)), judged=judged, leaks_of=leaks_of,
        fixable=_fixable(found),
    )  # fmt: skip


def _fixable(found: PartFound) -> frozenset[str]:
    """Return the rows of vulnerabilities of modules of the project for which there is a fix."""
    from supplymatrix.checks.vulnerabilities import GO_ITSELF, vulnerability_subject
    from supplymatrix.model.vulns_run import VulnRun

    ones = found.run.vulnerabilities if isinstance(found.run, VulnRun) else ()
    return frozenset(
        vulnerability_subject(one)
        for one in ones
        if one.fixed and not one.program and one.subject.path not in GO_ITSELF
    )


def _doing(name: str) -> str:
    from supplymatrix.engine.audit_parts import AuditPart
    from supplymatrix.tui.screens.audits_words import TITLES

    return f"looking at {TITLES[AuditPart(name)]} ({PARTS.index(name) + 1} of {len(PARTS)})"


def whole_command(session: Session, project: Path | None) -> str:
    """Return the command that tells all parts in short, as its own policy has them."""
    path = project.as_posix() if project is not None else "."
    path = f"./{path}" if path in (*PARTS, "leaks") else path  # such a word would be one of its commands
    where = f" {path_word(path)}" if path != "." else ""
    programs = "".join(f" --binary {path_word(one.as_posix())}" for one in session.programs)
    replay = f" --replay {path_word(session.replay.as_posix())}" if session.replay is not None else ""
    offline = " --offline" if session.offline and not replay else ""
    return f"supplymatrix audit{where}{programs}{session.policy_again()}{replay}{offline}"


def part_command(session: Session, name: str, project: Path | None, leaks_of: int = -1) -> str:
    """Return the command of a part. leaks_of: the one about names, of which command, -1 = the one about settings."""
    paths = [project] if project is not None else [Path()]
    if name not in _OF_PROJECT_ALONE:
        paths += session.programs
    where = "".join(f" {path_word(path.as_posix())}" for path in paths if len(paths) > 1 or path != Path())
    if leaks_of >= 0:
        scenario = f" --scenario {_LEAKS[leaks_of]}" if leaks_of else ""
        return f"supplymatrix audit leaks{where}{scenario}{session.policy_again()}"
    options = session.options_again() if name == "path" else ""
    return f"supplymatrix audit {name}{where}{options}"


def exports_of(session: Session, view: PartView, project: Path | None) -> tuple[Export, ...]:
    """Return what the commands of a part write."""
    name = view.found.part.value
    found = []
    for key, file, command, text, as_json in _written(session, view, name, project):
        first, second = ("t", "j") if not key else ("n", "k")
        found += [
            Export(key=first, format=f"{file} as text" if key else "text", file=f"{file}.txt", render=text,
                   command=f"{command} -v --format text={file}.txt"),
            Export(key=second, format=f"{file} as json" if key else "json", file=f"{file}.json", render=as_json,
                   command=f"{command} --format json={file}.json"),
        ]  # fmt: skip
    return tuple(found)


_Written = tuple[str, str, str, Callable[[], str], Callable[[], str]]


def _written(session: Session, view: PartView, name: str, project: Path | None) -> Iterator[_Written]:
    """Yield a mark of a second one, the stem of the file, the command, what renders text and JSON."""
    import importlib

    run: Any = view.found.run
    command = part_command(session, name, project)
    if run is None:
        return
    if name == "sources":
        runs = [("", "sources", command, run.settings)]
        runs += (
            [("names", "leaks", part_command(session, name, project, view.leaks_of), run.leaks[view.leaks_of])]
            if view.leaks_of < len(run.leaks)
            else []
        )
    else:
        runs = [("", name, command, run)]
    for key, stem, line, own in runs:
        word = _ROOM_OF.get(stem, stem)

        def text(word: str = word, own: Any = own) -> str:  # noqa: ANN401 - the run of whichever part
            room = importlib.import_module(f"supplymatrix.reports.{word}_view")
            return str(getattr(room, f"render_{word}_text")(own, width=_PAGE, verbose=True))

        def as_json(word: str = word, own: Any = own) -> str:  # noqa: ANN401 - the same
            room = importlib.import_module(f"supplymatrix.reports.{word}_json")
            return str(getattr(room, f"render_{word}_json")(own))

        yield key, stem, line, text, as_json


def commands_for(session: Session, view: PartView | None, item: Item | None, project: Path | None) -> tuple[str, ...]:
    """Return the commands that do something about a row: plan updates, waive, explain, tell it again."""
    where = f" {path_word(project.as_posix())}" if project is not None and project.as_posix() != "." else ""
    found: list[str] = []
    judged = view.judged.get(item.id) if view is not None and item is not None else None
    if view is not None and view.found.part.value == "vulns":
        advisory = item.id.partition(" ")[0] if item is not None and item.id in view.fixable else ""
        found += [f"supplymatrix fix plan{where} --advisory {quote(advisory)}"] if advisory else []
        found.append(f"supplymatrix fix plan{where}")
    if judged is not None:
        found += _waivers(judged, where)
        found.append(f"supplymatrix explain {judged.rule}")
    if view is not None:
        found.append(part_command(session, view.found.part.value, project))
        if view.found.part.value == "sources":
            found.append(part_command(session, "sources", project, view.leaks_of))
    return (*found, whole_command(session, project))


def _waivers(judged: Judged, where: str) -> list[str]:
    """Return the command that waives a finding, nothing where nobody may or it is waived."""
    from supplymatrix.checks.registry import ALL_RULES
    from supplymatrix.policy.entries import ADVISORY_ID
    from supplymatrix.policy.waivers import waived_as

    finding = judged.finding
    if finding is None or judged.waiver is not None or not ALL_RULES[judged.rule].is_waivable:
        return []
    module = waived_as(finding)
    if module and module == finding.module and finding.version:
        module = f"{module}@{finding.version}"
    advisory = finding.advisories[0] if finding.advisories else ""
    what = advisory if ADVISORY_ID.fullmatch(advisory) else judged.rule if module else ""
    if not what:
        return []
    words = f"{what}{f' {quote(module)}' if module else ''}"
    return [f"supplymatrix waive {words}{where} --reason {_WHY} --owner WHO --expires 30d"]
