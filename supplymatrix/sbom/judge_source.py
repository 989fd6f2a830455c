"""What a file of this program's says of how a version is known, held against the version beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.model.value import changed
from supplymatrix.sbom.read_values import ReadComponent
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["SOURCE", "judge_source", "says_version"]

SOURCE = "supplymatrix:version_source"
_TAG = re.compile(r"git tag (?:\S*/)?([^\s/]+) on HEAD")
_COMMIT = re.compile(r"pseudo-version of the git commit ([0-9a-f]{7,40})\b")
_HASH = "made of the hash"
_DIFFER = "; files differ from that commit"
_DIRTY = ("+dirty", ".dirty")
_TAKEN = re.compile(r"taken in the place of (\S+) by a replace in go\.mod")


def says_version(text: str) -> bool:
    """Tell whether a text says of a version what can be held against it."""
    return _TAG.match(text) is not None or _COMMIT.match(text) is not None or text.startswith(_HASH)


def judge_source(component: ReadComponent) -> Iterator[Statement]:
    """Yield whether a version is what the words beside it say, and likewise for what a module stands."""
    told = Statement(topic=Topic.VERSION, truth=Truth.TRUE, subject=component.title, said="")
    said = [text for name, text in component.properties if name == SOURCE]
    said += [part for _, mark, part in [component.source_info.partition("version: ")] if mark]
    for text in said:
        if says_version(text):
            fits = _fits(text, component.version)
            found = "" if fits else f"that is not how {component.version or 'no version'} is known"
            yield changed(told, said=text[:500], truth=Truth.TRUE if fits else Truth.FALSE, found=found)
    taken = _TAKEN.match(component.source_info)
    if taken:
        fits = taken[1] == component.replaces
        found = "" if fits else f"another line of it says that it replaces {component.replaces or 'nothing'}"
        truth = Truth.TRUE if fits else Truth.FALSE
        yield changed(told, topic=Topic.REPLACEMENT, said=taken[0], truth=truth, found=found)


def _fits(text: str, version: str) -> bool:
    if text.startswith(_HASH):
        return version.startswith("unversioned-")
    is_dirty = version.endswith(_DIRTY)
    clean = version.removesuffix(_DIRTY[0]).removesuffix(_DIRTY[1]) if is_dirty else version
    if (_DIFFER in text) is not is_dirty:
        return False
    tag, commit = _TAG.match(text), _COMMIT.match(text)
    return clean == tag[1] if tag else commit is not None and clean.endswith(f"-{commit[1]}")
