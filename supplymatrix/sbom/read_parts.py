"""What all formats have in common: components from their parts, edges between what is there, names of algorithms."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.sbom.purl import NoModule, module_of_purl
from supplymatrix.sbom.read_values import Faults, HashPlace, ReadClaims, ReadComponent, ReadHash, ReadLicence

__all__ = [
    "algorithm_name", "claims_of", "fact_lines", "is_of_go_mod", "make_component", "settle_edges", "tell_twins",
]  # fmt: skip

_H1 = re.compile(r"h1:[A-Za-z0-9+/]{43}=")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DIGITS = re.compile(r"sha-?(1|224|256|384|512)")
_REPLACES = re.compile(r"(?:.*[:.])?replaces")
_FACT = re.compile(r"([A-Za-z][\w:.-]*)(?:\s?=\s?|: )(.*)")
_MOD_FILE = ("go.mod", "go_mod", "gomod")


def algorithm_name(word: str) -> str:
    """Return the name of a hash algorithm as CycloneDX writes it: sha256 → SHA-256."""
    found = _DIGITS.fullmatch(word.lower())
    return f"SHA-{found[1]}" if found else word


def fact_lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands as "name = value" or "name: value" in lines of a comment."""
    for line in text.splitlines():
        found = _FACT.fullmatch(line.strip())
        if found:
            yield found[1], found[2]


def make_component(
    component: ReadComponent,
    *,
    hashes: Iterable[ReadHash] = (),
    licences: Iterable[ReadLicence] = (),
    properties: Sequence[tuple[str, str]] = (),
    writes_h1: bool = False,
) -> ReadComponent:
    """Return a component with what follows from its purl and its properties.

    Its own h1s, as of its evidence, are kept beside those that properties have. writes_h1: the tool is known to write
    the bytes of h1 as the SHA-256 of a Go component.
    """
    found = module_of_purl(component.purl) if component.purl else NoModule(reason="it has no purl", is_go=False)
    is_module = isinstance(found, ModuleVersion)
    is_go = is_module or (isinstance(found, NoModule) and found.is_go)
    kept = tuple(
        sorted({_marked(digest) if writes_h1 and is_go and _is_whole_sha256(digest) else digest for digest in hashes})
    )
    h1, h1_from = _h1_of(properties, kept)
    return changed(
        component,
        module=found if isinstance(found, ModuleVersion) else None,
        reason=found.reason if isinstance(found, NoModule) else "",
        remedy=found.remedy if isinstance(found, NoModule) else "",
        is_go=is_go,
        hashes=kept,
        h1=h1,
        h1_from=h1_from,
        h1s=tuple(sorted({*component.h1s, *filter(_is_like_h1, properties), *([(h1_from, h1)] if h1 else ())})),
        other_purls=tuple(sorted(set(component.other_purls) - {component.purl, ""})),
        references=tuple(sorted(set(component.references))),
        licences=tuple(sorted(set(licences))),
        properties=tuple(properties),
        replaces=component.replaces or next((word for name, word in properties if _REPLACES.fullmatch(name)), ""),
    )


def _is_whole_sha256(digest: ReadHash) -> bool:
    is_sha256 = digest.algorithm == "SHA-256" and digest.place is HashPlace.COMPONENT
    return is_sha256 and _SHA256.fullmatch(digest.digest) is not None


def _marked(digest: ReadHash) -> ReadHash:
    return changed(digest, is_h1=True)


def _h1_of(properties: Sequence[tuple[str, str]], hashes: Sequence[ReadHash]) -> tuple[str, str]:
    """Return the h1 of a component's zip, and under which name the file has it."""
    for name, text in properties:
        if _H1.fullmatch(text) and not is_of_go_mod(name):
            return text, name
    for digest in hashes:
        if digest.is_h1:
            return f"h1:{base64.b64encode(bytes.fromhex(digest.digest)).decode()}", digest.algorithm
    return "", ""


def _is_like_h1(found: tuple[str, str]) -> bool:
    """Tell whether a property gives an h1, of whatever form: by its text, or by its name."""
    name, text = found
    return text.startswith("h1:") or re.split(r"[:.]", name.removesuffix(":go.mod"))[-1] in ("h1", "h1Digest")


def is_of_go_mod(name: str) -> bool:
    """Tell whether the h1 under a name is that of a go.mod."""
    return any(word in name.lower() for word in _MOD_FILE)


def claims_of(said: Iterable[tuple[str, str]], closed: Iterable[str], refs: frozenset[str]) -> ReadClaims:
    """Return what an SPDX document says of how whole it is. said: facts of the whole document, in this program's own
    names; closed: refs of which it says that they need nothing else."""
    facts = dict(said)
    edges = facts.get("supplymatrix:complete:dependencies", "")
    return ReadClaims(
        components=facts.get("supplymatrix:complete:components", ""),
        dependencies=edges,
        whole=refs if edges == "complete" else frozenset(closed) & refs,
    )


def tell_twins(components: Iterable[ReadComponent], faults: Faults) -> set[str]:
    """Return the refs of components; of those that two of them have, a fault is told."""
    refs: set[str] = set()
    for component in components:
        if component.ref and component.ref in refs:
            faults.add("", f"two components have the ref {component.ref[:120]!r}: edges mean the first")
        refs.add(component.ref)
    return refs


def settle_edges(found: Mapping[str, Sequence[str]], refs: set[str], faults: Faults) -> dict[str, tuple[str, ...]]:
    """Return edges between what is there, sorted, each once; those that lead from or to nothing are faults."""
    edges: dict[str, tuple[str, ...]] = {}
    for source in sorted(found):
        if source not in refs:
            faults.add("", f"edges begin at {source[:120]!r}, which is no component")
            continue
        targets = set(found[source])
        edges[source] = tuple(sorted(targets & refs))
        for target in sorted(targets - refs)[:20]:
            faults.add("", f"an edge leads from {source[:120]!r} to {target[:120]!r}, which is no component")
    return edges
