"""What differs between two bills of materials, whatever their formats and the order of what is in them.

Go components are matched by module path, others by their purl without its version, else by name. A component that keeps
its version and has another hash is an alarm: a version is published once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from supplymatrix.errors import InputError
from supplymatrix.licences.expression import parse_expression
from supplymatrix.sbom.changes import ChangeSort, SbomChange, SbomDiff
from supplymatrix.sbom.diff_facts import document_changes, fact_changes
from supplymatrix.sbom.purl import bare_purl, parse_purl
from supplymatrix.sbom.read_parts import is_of_go_mod
from supplymatrix.sbom.read_values import HashPlace, LicenceForm, ReadComponent, ReadSbom

__all__ = ["diff_sboms"]

_COMMA = ", "
_OF_PROGRAM = " of the program"
_NO_VERSION = ("", "UNKNOWN", "(devel)")

_Versions = Mapping[str, list[ReadComponent]]
"""Version → the components that have it."""


def diff_sboms(before: ReadSbom, after: ReadSbom) -> SbomDiff:
    """Return what differs, in an order of its own."""
    old, new = _by_name(before), _by_name(after)
    is_one_kind = before.is_of_programs is after.is_of_programs or not (before.is_ours and after.is_ours)
    is_one_form = _family(before) == _family(after) and is_one_kind
    renamed = _renamed(old, new)
    changes: list[SbomChange] = []
    unchanged = not_compared = 0
    for name in sorted({*old, *new} - set(renamed.values())):
        own = renamed.get(name, name)
        if own != name:
            changes.append(
                SbomChange(sort=ChangeSort.SPELLING, name=_shown(name), before=_shown(name), after=_shown(own))
            )
        sides = old.get(name, {}), new.get(own, {})
        found = list(_of_name(_shown(own), *sides, is_one_form=is_one_form, is_one_kind=is_one_kind))
        kept = sorted(set(old.get(name, {})) & set(new.get(own, {})))
        not_compared += sum(not _comparable(old[name][version], new[own][version]) for version in kept)
        unchanged += not found and own == name
        changes += found
    changes += document_changes(before, after, is_one_form=is_one_form, is_one_kind=is_one_kind)
    order = {sort: number for number, sort in enumerate(ChangeSort)}
    return SbomDiff(
        changes=tuple(sorted(changes, key=lambda change: (order[change.sort], change))),
        unchanged=unchanged,
        before=sum(map(len, old.values())),
        after=sum(map(len, new.values())),
        not_compared=not_compared,
        is_one_form=is_one_form,
        is_one_kind=is_one_kind,
    )


def _family(sbom: ReadSbom) -> str:
    return sbom.format.removesuffix(" XML").removesuffix(" JSON")


def _by_name(sbom: ReadSbom) -> dict[tuple[str, str], dict[str, list[ReadComponent]]]:
    """Return the components by type and name, then by version. The subject itself counts if it has a purl."""
    found: dict[tuple[str, str], dict[str, list[ReadComponent]]] = {}
    for component in (*([sbom.main] if sbom.main is not None and sbom.main.purl else []), *sbom.components):
        key, version = _key(component)
        found.setdefault(key, {}).setdefault(version, []).append(component)
    return found


def _key(component: ReadComponent) -> tuple[tuple[str, str], str]:
    said = "" if component.version in _NO_VERSION else component.version
    if component.module is not None:
        return ("golang", component.module.path), component.module.version or said
    if component.is_folder:  # which others list under the purl of its name
        return ("golang", component.name), said
    path, version = bare_purl(component.purl)
    if path:
        return ("golang", path), "" if version in _NO_VERSION else version
    try:
        purl = parse_purl(component.purl)
    except InputError:
        return ("", component.name or component.ref), said
    return (purl.type, f"pkg:{purl.type}/{purl.path}"), purl.version or said


def _renamed(
    old: Mapping[tuple[str, str], _Versions], new: Mapping[tuple[str, str], _Versions]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Return Go names that are in one file only each, and differ in capitals alone: old → new."""
    folded: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(set(new) - set(old)):
        folded.setdefault(name[1].casefold(), []).append(name)
    found = {}
    for name in sorted(set(old) - set(new)):
        waiting = folded.get(name[1].casefold(), []) if name[0] == "golang" else []
        if waiting and waiting[0][0] == "golang":
            found[name] = waiting.pop(0)
    return found


def _shown(name: tuple[str, str]) -> str:
    return name[1]


def _of_name(
    name: str, old: _Versions, new: _Versions, *, is_one_form: bool, is_one_kind: bool
) -> Iterator[SbomChange]:
    gone, come = sorted(set(old) - set(new)), sorted(set(new) - set(old))
    if len(gone) == len(come) == 1:
        yield SbomChange(
            sort=ChangeSort.VERSION, name=name, before=gone[0] or "no version", after=come[0] or "no version"
        )
        yield from _of_version(name, old[gone[0]], new[come[0]])
    else:
        yield from (SbomChange(sort=ChangeSort.REMOVED, name=name, before=version, after="") for version in gone)
        yield from (SbomChange(sort=ChangeSort.ADDED, name=name, before="", after=version) for version in come)
    for version in sorted(set(old) & set(new)):
        shown = f"{name}@{version}" if version else name
        yield from _of_version(shown, old[version], new[version])
        yield from _of_same(shown, old[version], new[version], is_one_form=is_one_form, is_one_kind=is_one_kind)


def _of_version(name: str, old: list[ReadComponent], new: list[ReadComponent]) -> Iterator[SbomChange]:
    """Yield what else differs, whatever the versions."""
    yield from _licences(name, old, new)
    sides = (
        (ChangeSort.REPLACEMENT, _said(item.replaces for item in old), _said(item.replaces for item in new)),
        (ChangeSort.SCOPE, _scope(old), _scope(new)),
    )
    for sort, before, after in sides:
        if before != after:
            yield SbomChange(sort=sort, name=name, before=before, after=after)


def _of_same(
    name: str, old: list[ReadComponent], new: list[ReadComponent], *, is_one_form: bool, is_one_kind: bool
) -> Iterator[SbomChange]:
    """Yield what differs at the same version, where it should not."""
    yield from _hashes(name, old, new)
    if len(old) != len(new):
        yield SbomChange(sort=ChangeSort.TWICE, name=name, before=f"{len(old)} times", after=f"{len(new)} times")
    yield from fact_changes(name, old, new, is_one_form=is_one_form, is_one_kind=is_one_kind)
    if is_one_form:
        yield from _dropped(name, old, new)


def _dropped(name: str, old: list[ReadComponent], new: list[ReadComponent]) -> Iterator[SbomChange]:
    """Yield hashes of a kind that only one of both files has."""
    before, after = _hash_sets(old), _hash_sets(new)
    for kind in sorted(set(before) ^ set(after)):
        was, now = (", ".join(sorted(found.get(kind, ()))) for found in (before, after))
        yield SbomChange(sort=ChangeSort.DROPPED, name=name, before=was, after=now, detail=kind)


def _hashes(name: str, old: list[ReadComponent], new: list[ReadComponent]) -> Iterator[SbomChange]:
    """Yield hashes of one kind that differ; a kind that only one of both files has says nothing."""
    before, after = _hash_sets(old), _hash_sets(new)
    for kind in sorted(set(before) & set(after)):
        if before[kind] != after[kind]:
            was, now = (", ".join(sorted(found)) for found in (before[kind], after[kind]))
            is_published = bool(_key(old[0])[1]) and not kind.endswith(_OF_PROGRAM)
            sort = ChangeSort.HASH if is_published else ChangeSort.CONTENT
            yield SbomChange(sort=sort, name=name, before=was, after=now, detail=kind)


def _hash_sets(components: Iterable[ReadComponent]) -> dict[str, set[str]]:
    """Return hashes by kind: h1 by itself, whatever it is called in a file; and those of the source by themselves, as
    that may be another file; and those of programs, which each build may make anew."""
    found: dict[str, set[str]] = {}
    for component in components:
        for name, text in component.h1s:
            found.setdefault("h1 of go.mod" if is_of_go_mod(name) else "h1", set()).add(text)
        for digest in component.hashes:
            if not digest.is_h1:
                of = " of the source" if digest.place is HashPlace.SOURCE else ""
                if component.is_program_file and digest.place is HashPlace.COMPONENT:
                    of = _OF_PROGRAM
                found.setdefault(f"{digest.algorithm}{of}", set()).add(digest.digest)
    return found


def _comparable(old: list[ReadComponent], new: list[ReadComponent]) -> bool:
    before, after = _hash_sets(old), _hash_sets(new)
    return not (before or after) or bool(set(before) & set(after))


def _licences(name: str, old: list[ReadComponent], new: list[ReadComponent]) -> Iterator[SbomChange]:
    """Yield licences that differ: those of each role that both files have, else what one of them says for all."""
    before, after = _by_role(old), _by_role(new)
    both = sorted(set(before) & set(after))
    pairs = [(role, before[role], after[role]) for role in both] or [("", _best(before), _best(after))]
    for role, was, now in pairs:
        if was != now and not _is_same_list(was, now):
            yield SbomChange(sort=ChangeSort.LICENCE, name=name, before=was, after=now, detail=role)
    for role in sorted(set(before) ^ set(after)) if both and _best(before) == _best(after) else ():
        was, now = before.get(role, ""), after.get(role, "")
        if role in ("declared", "concluded") and set(before) & {"declared", "concluded"} and set(after):
            yield SbomChange(sort=ChangeSort.LICENCE, name=name, before=was, after=now, detail=role)


def _by_role(components: Iterable[ReadComponent]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for component in components:
        for licence in component.licences:
            text = licence.text if licence.form is LicenceForm.NAME else _canonical(licence.text)
            found.setdefault(licence.role, set()).add(text)
    return {role: _said(texts) for role, texts in found.items()}


def _best(said: Mapping[str, str]) -> str:
    """Return what is said of the licence: what was concluded where there is such, else declared, else observed."""
    return next(
        (said[role] for role in ("concluded", "", "declared", "observed") if role in said), _said(said.values())
    )


def _is_same_list(before: str, after: str) -> bool:
    """Tell whether two licences are the same where one of them is a list, which says nothing of AND and OR."""
    parts = [licence.split(_COMMA) for licence in (before, after)]
    if len(parts[0]) == len(parts[1]) == 1:
        return False
    try:
        one, other = ({word for part in side for word in parse_expression(part).licences} for side in parts)
    except InputError:
        return False
    return one == other


def _scope(components: Iterable[ReadComponent]) -> str:
    """Return the scope; where none is said, CycloneDX means "required"."""
    return _said(item.scope or "required" for item in components)


def _canonical(text: str) -> str:
    try:
        return str(parse_expression(text))
    except InputError:
        return text


def _said(words: Iterable[str]) -> str:
    return _COMMA.join(sorted({word for word in words if word}))
