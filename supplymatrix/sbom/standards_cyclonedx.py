"""The fields of a CycloneDX JSON file, for `standards_fields`.

Source: CycloneDX 1.4 to 1.7, JSON; for BSI's properties the taxonomy of TR-03183-2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from supplymatrix.sbom.standards_fields import (
    MISSING,
    FieldReading,
    Part,
    Presence,
    Seen,
    derived_fields,
    kind_of,
    version_seen,
)
from supplymatrix.sbom.standards_json import at, first, items, said, table, word

__all__ = ["read_cyclonedx_fields"]

_Object = Mapping[str, object]
_STRONG = frozenset({"SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512", "BLAKE2b-512", "BLAKE3"})
_DEPLOYED = ("distribution", "distribution-intake")
_PROPERTIES = {
    "filename": "bsi:component:filename",
    "executable": "bsi:component:executable",
    "archive": "bsi:component:archive",
    "structured": "bsi:component:structured",
}


def read_cyclonedx_fields(document: _Object) -> FieldReading:
    """Return the fields of a file."""
    metadata = table(document.get("metadata"))
    nodes = _nodes(document)
    covered = _covered(document)
    found = [
        _part(component, pointer, nodes, covered)
        for pointer, component in _components(document, metadata)
    ]  # fmt: skip
    main = found[0] if found and found[0].pointer == "/metadata/component" else None
    return FieldReading(
        format="CycloneDX",
        spec=word(document.get("specVersion"))[:10],
        document=_document(document, metadata, main),
        components=tuple(found),
        main=main,
        is_ours="supplymatrix" in _tool_names(metadata),
    )


def _components(document: _Object, metadata: _Object) -> Iterator[tuple[str, _Object]]:
    """Yield the main component, all others, and those inside of them, without going deeper than the file's lists."""
    main = metadata.get("component")
    waiting: list[tuple[str, _Object]] = [
        (f"/components/{place}", one) for place, one in items(document.get("components"))
    ]
    if isinstance(main, dict):
        waiting.insert(0, ("/metadata/component", main))
    waiting.reverse()
    while waiting:
        pointer, component = waiting.pop()
        yield pointer, component
        inner = [(f"{pointer}/components/{place}", one) for place, one in items(component.get("components"))]
        waiting += reversed(inner)


def _document(document: _Object, metadata: _Object, main: Part | None) -> dict[str, Seen]:
    author, contact = _people(metadata, "/metadata")
    tool, version = _tool(metadata)
    return {
        "format": said(document.get("bomFormat"), "/bomFormat"),
        "format_version": said(document.get("specVersion"), "/specVersion"),
        "author": author,
        "author_contact": contact,
        "timestamp": at(metadata, "/metadata", "timestamp"),
        "tool_name": tool,
        "tool_version": version,
        "sbom_version": said(document.get("version"), "/version"),
        "identifier": said(document.get("serialNumber"), "/serialNumber"),
        "context": at(metadata, "/metadata", "lifecycles"),
        "signature": said(document.get("signature"), "/signature"),
        "data_licence": at(metadata, "/metadata", "licenses"),
        "primary": MISSING if main is None else Seen(Presence.PRESENT, main.pointer),
    }


def _people(metadata: _Object, pointer: str) -> tuple[Seen, Seen]:
    """Return who made the file, a person or an organisation and never a tool, and how to reach them."""
    authors = list(items(metadata.get("authors")))
    makers = [("manufacturer", table(metadata.get("manufacturer")))]
    name = first(
        [
            *(at(one, f"{pointer}/authors/{place}", "name") for place, one in authors),
            *(at(one, f"{pointer}/{kind}", "name") for kind, one in makers),
        ]
    )
    contact = first(
        [
            *(at(one, f"{pointer}/authors/{place}", "email") for place, one in authors),
            *(_contact(one, f"{pointer}/{kind}") for kind, one in makers),
        ]
    )
    return name, contact


def _contact(party: _Object, pointer: str) -> Seen:
    """Return an e-mail address or a URL of an organisation."""
    return first(
        [
            at(party, pointer, "url"),
            *(at(one, f"{pointer}/contact/{place}", "email") for place, one in items(party.get("contact"))),
        ]
    )


def _tools(metadata: _Object) -> list[tuple[str, _Object]]:
    tools = metadata.get("tools")
    lists = [("/metadata/tools", tools)]
    lists += [(f"/metadata/tools/{kind}", table(tools).get(kind)) for kind in ("components", "services")]
    return [(f"{pointer}/{place}", one) for pointer, listed in lists for place, one in items(listed)]


def _tool_names(metadata: _Object) -> list[str]:
    return [word(one.get("name")) for _, one in _tools(metadata)]


def _tool(metadata: _Object) -> tuple[Seen, Seen]:
    found = _tools(metadata)
    return first(at(one, where, "name") for where, one in found), first(
        at(one, where, "version") for where, one in found
    )


def _nodes(document: _Object) -> dict[str, str]:
    """Return where each bom-ref stands among the dependencies: as a node, else as what another one needs."""
    found: dict[str, str] = {}
    needed: dict[str, str] = {}
    for place, node in items(document.get("dependencies")):
        found.setdefault(word(node.get("ref")), f"/dependencies/{place}")
        for kind in ("dependsOn", "provides"):
            listed = node.get(kind)
            for number, ref in enumerate(listed if isinstance(listed, list) else ()):
                needed.setdefault(word(ref), f"/dependencies/{place}/{kind}/{number}")
    return {**needed, **found}


def _covered(document: _Object) -> dict[str, Seen]:
    """Return what is said of the completeness of each bom-ref's parts or dependencies."""
    found: dict[str, Seen] = {}
    for place, one in items(document.get("compositions")):
        aggregate = word(one.get("aggregate"))
        if not aggregate or aggregate == "not_specified":
            continue
        seen = Seen(Presence.PRESENT, f"/compositions/{place}/aggregate")
        for kind in ("dependencies", "assemblies"):
            listed = one.get(kind)
            for ref in listed if isinstance(listed, list) else ():
                found.setdefault(word(ref), seen)
    return found


def _part(component: _Object, pointer: str, nodes: Mapping[str, str], covered: Mapping[str, Seen]) -> Part:
    name, version = word(component.get("name")), word(component.get("version"))
    ref = word(component.get("bom-ref"))
    hashes = list(_hashes(component, pointer))
    makers = [(kind, table(component.get(kind))) for kind in ("supplier", "manufacturer")]
    authors = list(items(component.get("authors")))
    lines = [f"{word(one.get('name'))} = {word(one.get('value'))}" for _, one in items(component.get("properties"))]
    fields = {
        "name": at(component, pointer, "name"),
        "version": version_seen(version, f"{pointer}/version"),
        "supplier": first(
            [*(at(one, f"{pointer}/{kind}", "name") for kind, one in makers), at(component, pointer, "publisher")]
        ),
        "creator_contact": first(
            [
                *(_contact(one, f"{pointer}/{kind}") for kind, one in makers),
                *(at(one, f"{pointer}/authors/{place}", "email") for place, one in authors),
            ]
        ),
        "identifier": at(component, pointer, "purl", "cpe", "swid", "omniborId", "swhid"),
        "purl": at(component, pointer, "purl"),
        "relationship": Seen(Presence.PRESENT, nodes[ref]) if ref and ref in nodes else MISSING,
        "completeness": covered.get(ref, MISSING) if ref else MISSING,
        "hash": first(seen for _, seen in hashes),
        "strong_hash": first(seen for algorithm, seen in hashes if algorithm in _STRONG),
        "sha512": first(seen for algorithm, seen in hashes if algorithm == "SHA-512"),
        "copyright": first([at(component, pointer, "copyright"), _evidence(component, pointer, "copyright")]),
        "source_uri": _reference(component, pointer, ("vcs", "source-distribution")),
        "deployable_uri": _reference(component, pointer, _DEPLOYED),
        **_licences(component, pointer),
        **_properties(component, pointer),
    }
    return Part(
        name=(f"{name}@{version}" if version else name) or word(component.get("purl")) or pointer,
        pointer=pointer,
        fields={key: seen for key, seen in fields.items() if seen is not MISSING},
        kind=kind_of(word(component.get("purl")), lines),
        derived=derived_fields(lines),
    )


def _hashes(component: _Object, pointer: str) -> Iterator[tuple[str, Seen]]:
    """Yield the hashes of a component, and those of the files in which it is distributed."""
    lists = [(f"{pointer}/hashes", component.get("hashes"))]
    for place, one in items(component.get("externalReferences")):
        if word(one.get("type")) in _DEPLOYED:
            lists.append((f"{pointer}/externalReferences/{place}/hashes", one.get("hashes")))
    for where, listed in lists:
        for place, one in items(listed):
            yield word(one.get("alg")), said(one.get("content"), f"{where}/{place}")


def _reference(component: _Object, pointer: str, kinds: tuple[str, ...]) -> Seen:
    return first(
        at(one, f"{pointer}/externalReferences/{place}", "url")
        for place, one in items(component.get("externalReferences"))
        if word(one.get("type")) in kinds
    )


def _evidence(component: _Object, pointer: str, name: str) -> Seen:
    return at(table(component.get("evidence")), f"{pointer}/evidence", name)


def _licences(component: _Object, pointer: str) -> dict[str, Seen]:
    found = []
    for place, one in items(component.get("licenses")):
        where = f"{pointer}/licenses/{place}"
        inner = table(one.get("license"))
        seen = first([at(one, where, "expression"), at(inner, f"{where}/license", "id", "name")])
        found.append((word(one.get("acknowledgement")) or word(inner.get("acknowledgement")), seen))
    return {
        "licence": first(seen for _, seen in found),
        "licence_declared": first(seen for kind, seen in found if kind == "declared"),
        "licence_concluded": first(seen for kind, seen in found if kind != "declared"),
    }


def _properties(component: _Object, pointer: str) -> dict[str, Seen]:
    found = {
        word(one.get("name")): at(one, f"{pointer}/properties/{place}", "value")
        for place, one in items(component.get("properties"))
    }
    return {key: found[name] for key, name in _PROPERTIES.items() if name in found}
