"""The clocks of all vulnerabilities of a run: first seen here, and since when the fix can be had.

When the fixed version came out is what the module cache says of it, or the version itself; of Go the table of releases.
Nobody is asked over the network. Source: `engine.release_times` for what such a time is worth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from supplymatrix.engine.means import Means
from supplymatrix.engine.vuln_first_seen import FirstSeen, SeenKey
from supplymatrix.engine.vuln_go import ReleaseTable
from supplymatrix.errors import InputError, SourceError
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.verdict import Note
from supplymatrix.model.vulnerability import Vulnerability
from supplymatrix.vulns.advisory import GO_ITSELF
from supplymatrix.vulns.clocks import with_clocks

__all__ = ["clocked"]


def clocked(
    found: Iterable[Vulnerability], means: Means, table: ReleaseTable, cache: Path | None
) -> tuple[tuple[Vulnerability, ...], tuple[Note, ...]]:
    """Return vulnerabilities with their clocks. cache: the module cache. Under a replay, which is to come out the same
    on every machine, nothing is known of days here."""
    known = tuple(found)
    today = means.now.date()
    seen: Mapping[SeenKey, date] = {}
    why = ""
    if means.replay is None:
        store = FirstSeen(_state(means))
        seen = store.days_of(known, today)
        why = store.why
    wanted = {(one.subject.path, one.fixed) for one in known if one.fixed}
    fixes = {key: day for key in sorted(wanted) if (day := _fix_day(*key, table, cache)) is not None}
    notes: tuple[Note, ...] = ()
    if why and known:
        text = f"since when vulnerabilities are known here cannot be kept: {why}"
        notes = (Note(code="vulns-first-seen", message=text),)
    return tuple(with_clocks(one, first_seen=seen, fix_days=fixes) for one in known), notes


def _state(means: Means) -> Path | None:
    from supplymatrix.net.folders import state_folder_if_any

    try:
        return state_folder_if_any(means.environ)
    except SourceError:
        return None


def _fix_day(path: str, fixed: str, table: ReleaseTable, cache: Path | None) -> date | None:
    from supplymatrix.gomod.module_info import INFO_LIMIT, parse_info_time
    from supplymatrix.sources.files import read_if_there

    if path in GO_ITSELF:
        version = fixed.removeprefix("v")
        return table.days.get(version)
    if cache is None:
        return None
    try:
        module = ModuleVersion(path=path, version=fixed)
        name = f"{module.escaped_path}/@v/{module.escaped_version}.info"
        data = read_if_there(cache / "cache" / "download" / name, INFO_LIMIT, ".info in the module cache")
        return parse_info_time(data, module).date() if data is not None else None
    except InputError:
        return None
