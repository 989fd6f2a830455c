"""What a bill of materials of this program's says of how a project uses a module, held against what is so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from supplymatrix.model.value import changed
from supplymatrix.sbom.document import Usage
from supplymatrix.sbom.purl import bare_purl
from supplymatrix.sbom.read_values import ReadComponent
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["USES", "judge_use"]

_PREFIX = "supplymatrix:"
USES = ("kind", "usage", "module", "replaces", "directory", "direct", "packages", "programs", "cgo", "commit")
"""What is compared, by the names that it has in documents; what is said in words is not."""
_NOT_OF_PROGRAMS = ("kind", "commit")
"""What of a program is another thing than of a project: a commit is that of the build."""
_OF_BUILD = ("usage", "packages", "programs", "cgo")
"""Known only where it is known what is built."""


def judge_use(
    component: ReadComponent, known: Mapping[str, str], *, is_ours: bool, of_programs: bool = False
) -> Iterator[Statement]:
    """Yield whether each fact is as it is here. known: name → fact, without those that there are not. of_programs: the
    file is of programs, which do not say all of them, and in which a main module may be one of many."""
    told = Statement(topic=Topic.USE, truth=Truth.TRUE, subject=component.title, said="")
    stated = [(name.removeprefix(_PREFIX), text) for name, text in component.properties if name.startswith(_PREFIX)]
    for name, text in stated:
        if name not in USES or (of_programs and name in _NOT_OF_PROGRAMS):
            continue
        own = known.get(name, "")
        one = changed(told, said=f"{name} {text}", topic=Topic.REPLACEMENT if name == "replaces" else Topic.USE)
        if text == own:
            yield one
        elif name in _OF_BUILD and own in ("", Usage.UNKNOWN):
            yield changed(one, truth=Truth.NOT_CHECKED, reason="nobody here knows what is built")
        else:
            yield changed(one, truth=Truth.FALSE, found=own or "there is nothing of the kind")
    if is_ours and not of_programs:
        for name in sorted(set(known) & set(USES) - {name for name, _ in stated}):
            yield changed(told, truth=Truth.NO_EVIDENCE, reason=f"the file does not say its {name}: {known[name]}")
    yield from _ancestors(component, known.get("replaces", ""))


def _ancestors(component: ReadComponent, replaced: str) -> Iterator[Statement]:
    if not component.ancestors:
        return
    told = Statement(
        topic=Topic.REPLACEMENT, truth=Truth.TRUE, subject=component.title, said=f"ancestor {component.ancestors[0]}"
    )
    purls = {f"{path}@{version}" if version else path for path, version in map(bare_purl, component.ancestors)}
    named = {*component.ancestors, *purls} - {""}
    if named - {replaced} and not all(bare_purl(one)[0] for one in named - {replaced}):
        yield changed(told, truth=Truth.FALSE, found=f"it replaces {replaced or 'nothing'}")
    else:
        yield told
