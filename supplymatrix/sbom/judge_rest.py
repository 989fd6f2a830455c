"""What in a file nothing here looks at, so that nobody takes it for checked: counted, by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from supplymatrix.sbom.judge_hashes import OF_ZIPS
from supplymatrix.sbom.judge_places import FOUND
from supplymatrix.sbom.judge_source import SOURCE, judge_source, says_version
from supplymatrix.sbom.judge_use import USES
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sbom.read_values import ReadComponent, ReadSbom
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["judge_rest", "unread_of"]

_OURS = "supplymatrix:"
_USES = frozenset(f"{_OURS}{name}" for name in USES)
_EFFECTIVE = "bsi:component:effectiveLicence"
_OF_MODULES = frozenset({*OF_ZIPS, "bsi:component:filename", f"{_OURS}zip:size"})
_OF_DOCUMENTS = frozenset(
    f"{_OURS}{name}"
    for name in ("gaps", "gaps:left_out", "incomplete", "complete:components", "complete:dependencies", "scope")
)
_OF_PROJECTS = frozenset(
    f"{_OURS}{name}" for name in ("scope", "goos", "goarch", "cgo_enabled", "tags", "subject_file")
)


def judge_rest(sbom: ReadSbom, *, of_project: bool) -> Iterator[Statement]:
    """Yield a statement for each name, with how often it stands there. of_project: the file is held against one."""
    for name, number in sorted(unread_of(sbom, of_project=of_project).items()):
        times = "once" if number == 1 else f"{number:,} times"
        yield Statement(
            topic=Topic.UNREAD, truth=Truth.NOT_CHECKED, subject=f"{name} ({times})", said=times,
            reason="nothing here looks at it",
        )  # fmt: skip


def unread_of(sbom: ReadSbom, *, of_project: bool) -> Counter[str]:
    """Return how many values there are at which nothing looks, by the names of their keys, or of properties."""
    found = Counter(sbom.unread)
    seen = _OF_DOCUMENTS | _OF_PROJECTS if of_project else _OF_DOCUMENTS - {f"{_OURS}scope"}
    for name, _ in sbom.properties:
        if name not in seen:
            found[f"{_OURS}gap:N" if name.startswith(f"{_OURS}gap:") else name[:100]] += 1
    for component in sbom.everything:
        found.update(_unread(component, is_ours=sbom.is_ours, of_project=of_project))
    if not of_project:
        found["edges"] += sum(map(len, sbom.edges.values()))
        found["scopes"] += sum(1 for one in sbom.everything if one.scope)
        found["pedigrees"] += sum(1 for one in sbom.everything if one.ancestors)
    return +found


def _unread(component: ReadComponent, *, is_ours: bool, of_project: bool) -> Iterator[str]:
    """Yield the names of properties, and what else of a component depends on who made the file."""
    is_module = component.module is not None
    has_zip = component.module is not None and component.module.version and component.module.path != STDLIB
    h1s = {name for name, _ in component.h1s}
    for name, text in component.properties:
        is_seen = (
            (name in _USES and of_project)
            or (name == SOURCE and is_ours and says_version(text))
            or (name == FOUND and is_ours and is_module)
            or (name == _EFFECTIVE and bool(component.licences))
            or (is_module and (name in h1s or (name.startswith(f"{_OURS}log:") and not name.endswith(":reason"))))
            or (name in _OF_MODULES and bool(has_zip) and not component.is_program_file)
        )
        if not is_seen:
            yield name[:100]
    if component.places and not (is_ours and is_module):
        yield from ("components.evidence.occurrences" for _ in component.places)
    if not is_module:
        yield from ("components.hashes" for _ in component.hashes)
        yield from ("components.externalReferences" for _ in component.references)
        yield from ["components.supplier"] if component.supplier else []
        yield from ["components.copyright"] if component.copyright else []
    if component.source_info and not (is_ours and any(judge_source(component))):
        yield "sourceInfo"
