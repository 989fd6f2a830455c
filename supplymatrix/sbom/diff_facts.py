"""What differs between two bills of materials beside what is in them: facts of components that stay, edges, claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from supplymatrix.sbom.changes import ChangeSort, SbomChange
from supplymatrix.sbom.evidence import NO_VERSION
from supplymatrix.sbom.judge_use import USES
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sbom.read_values import ReadComponent, ReadSbom

__all__ = ["document_changes", "fact_changes"]

_LOG = "supplymatrix:log:"
_USES = (*(name for name in USES if name not in ("replaces", "commit")), "version_source", "deprecated", "retracted")


def fact_changes(
    name: str, old: list[ReadComponent], new: list[ReadComponent], *, is_one_form: bool, is_one_kind: bool = True
) -> Iterator[SbomChange]:
    """Yield the facts of one component that differ. is_one_form, is_one_kind: as in `SbomDiff`."""
    yield from _pairs(ChangeSort.NAMES, name, "name", _names(old), _names(new))
    yield from _pairs(ChangeSort.NAMES, name, "version", _versions(old), _versions(new))
    yield from _properties(name, old, new, is_one_kind=is_one_kind)
    if not is_one_form:
        return
    readers: tuple[tuple[ChangeSort, str, Callable[[ReadComponent], Iterable[str]]], ...] = (
        (ChangeSort.NAMES, "type", lambda item: (item.kind,)),
        (ChangeSort.NAMES, "other purl", lambda item: item.other_purls),
        (ChangeSort.REPLACEMENT, "pedigree", lambda item: item.ancestors),
        (ChangeSort.SUPPLIER, "supplier", lambda item: (item.supplier,)),
        (ChangeSort.SUPPLIER, "copyright", lambda item: (item.copyright,)),
    )
    for sort, detail, read in readers:
        before, after = (_joined(text for item in side for text in read(item)) for side in (old, new))
        yield from _pairs(sort, name, detail, before, after)
    kinds = sorted({reference.kind for item in (*old, *new) for reference in item.references})
    for kind in kinds:
        before, after = (
            _joined(one.url for item in side for one in item.references if one.kind == kind) for side in (old, new)
        )
        sort = ChangeSort.ADDRESS if before and after else ChangeSort.DROPPED
        yield from _pairs(sort, name, kind, before, after)


def document_changes(
    before: ReadSbom, after: ReadSbom, *, is_one_form: bool, is_one_kind: bool = True
) -> Iterator[SbomChange]:
    """Yield what the files say as wholes and differ in: their subjects, edges, how whole they are. is_one_kind: as in
    `SbomDiff`; else only for what they are is compared."""
    if is_one_form:
        yield from _subjects(before, after)
    if not is_one_kind:
        yield from _wholes(before, after, ("goos", "goarch", "cgo_enabled", "tags"))
        return
    yield from _edges(before, after)
    said = (
        ("components", before.claims.components, after.claims.components),
        ("dependencies", before.claims.dependencies, after.claims.dependencies),
    )
    for what, was, now in said if is_one_form or all(one.claims.components for one in (before, after)) else ():
        if was != now:
            yield SbomChange(sort=ChangeSort.COMPLETE, name=f"list of {what}", before=was, after=now)
    yield from _wholes(before, after, ("gaps", "scope", "goos", "goarch", "cgo_enabled", "tags", "subject_file"))


def _wholes(before: ReadSbom, after: ReadSbom, names: Sequence[str]) -> Iterator[SbomChange]:
    """Yield facts of whole files of this program that differ."""
    for name in names:
        was, now = _joined(before.properties_of(name)), _joined(after.properties_of(name))
        if before.is_ours and after.is_ours and was != now:
            sort = ChangeSort.COMPLETE if name == "gaps" else ChangeSort.SUBJECT
            yield SbomChange(sort=sort, name="the file", before=was, after=now, detail=name)


def _subjects(before: ReadSbom, after: ReadSbom) -> Iterator[SbomChange]:
    """Yield that the files are of other things, where none of both subjects has a purl by which it is compared."""
    was, now = (_named(sbom.main) for sbom in (before, after))
    both = [sbom.main for sbom in (before, after) if sbom.main is not None]
    if was != now and was and now and not all(main.purl for main in both):
        yield SbomChange(sort=ChangeSort.SUBJECT, name="the subject", before=was, after=now)


def _named(component: ReadComponent | None) -> str:
    return component.title if component is not None else ""


def _edges(before: ReadSbom, after: ReadSbom) -> Iterator[SbomChange]:
    """Yield for each component that is in both files the edges that it has in one only. Versions do not count."""
    old, new = _edges_by_name(before), _edges_by_name(after)
    kept = _all_names(before) & _all_names(after)
    for name in sorted(kept & (set(old) | set(new))):
        gone = sorted((old.get(name, set()) - new.get(name, set())) & kept)
        come = sorted((new.get(name, set()) - old.get(name, set())) & kept)
        if gone or come:
            yield SbomChange(sort=ChangeSort.EDGE, name=name, before=", ".join(gone), after=", ".join(come))


def _all_names(sbom: ReadSbom) -> set[str]:
    return {_edge_name(component) for component in sbom.everything}


def _edges_by_name(sbom: ReadSbom) -> dict[str, set[str]]:
    names = {component.ref: _edge_name(component) for component in reversed(sbom.everything)}
    found: dict[str, set[str]] = {}
    for source, targets in sbom.edges.items():
        if targets:
            found.setdefault(names.get(source, source), set()).update(names.get(ref, ref) for ref in targets)
    return found


def _edge_name(component: ReadComponent) -> str:
    if component.module is not None:
        return component.module.path
    return component.purl.partition("@")[0] or component.name or component.ref


def _properties(
    name: str, old: list[ReadComponent], new: list[ReadComponent], *, is_one_kind: bool
) -> Iterator[SbomChange]:
    """Yield facts in this program's own names, where both sides have any of them. Of files of two kinds only what both
    of them say of the log is compared."""
    before, after = (
        {key: text for item in side for key, text in item.properties if key.startswith("supplymatrix:")}
        for side in (old, new)
    )
    if not before and not after:
        return
    for key in sorted({*before, *after}):
        short = key.removeprefix("supplymatrix:")
        is_log = key.startswith(_LOG) and not key.endswith((":tree_size", ":reason"))
        if is_log or (short in _USES and before and after):
            sort = ChangeSort.LOG if is_log else ChangeSort.USE
            is_first = bool(before) is bool(after)
            if is_first and (is_one_kind or (is_log and key in before and key in after)):
                yield from _pairs(sort, name, short, before.get(key, ""), after.get(key, ""))


def _names(components: list[ReadComponent]) -> str:
    """Return the names that are not those of the purls."""
    return _joined(
        item.name
        for item in components
        if item.module is None
        or not (item.module.path == STDLIB or f"/{item.module.path}".casefold().endswith(f"/{item.name}".casefold()))
    )


def _versions(components: list[ReadComponent]) -> str:
    """Return the version fields that are not those of the purls."""
    return _joined(
        item.version
        for item in components
        if item.module is not None
        and item.version not in NO_VERSION
        and item.version.removeprefix("go").removeprefix("v") != item.module.version.removeprefix("v")
    )


def _pairs(sort: ChangeSort, name: str, detail: str, before: str, after: str) -> Iterator[SbomChange]:
    if before != after:
        yield SbomChange(sort=sort, name=name, before=before, after=after, detail=detail)


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(sorted({text for text in texts if text}))
