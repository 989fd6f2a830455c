"""Bills of materials held against the official schemas, and against what the schemas cannot say.

A schema comes in as bytes (`sources.sbom_schemas` has them) and is compiled once; `JsonSchema` and `XmlSchema` then
take any number of documents. Every fault is a `Diagnostic` that names the place in the document. Nothing is fetched,
whatever a document asks for, and no entity of an XML document is expanded.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from supplymatrix.errors import Diagnostic
from supplymatrix.model.value import value

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

__all__ = [
    "MOST_FAULTS", "DetectedFormat", "JsonSchema", "SchemaFiles", "XmlSchema", "XmlTree", "detect_json", "detect_xml",
    "graph_faults", "parse_json", "parse_xml",
]  # fmt: skip

XmlTree = Any
"""A document or an element of lxml, which comes without types."""

MOST_FAULTS = 100
"""Faults that are told of one document."""
LONGEST_MESSAGE = 400
_NAMESPACE = "http://cyclonedx.org/schema/bom/"
_XSD = "{http://www.w3.org/2001/XMLSchema}"
_MASK = "the value"
_IN_BRACES = re.compile(r"\{[^{}' ]*\}(?=[\w-]+')")
_VALUES = re.compile(r"set \{.{200,}\}")
_HOLDERS = (dict, list)
_WITHOUT_REFS = frozenset({"properties", "hashes", "externalReferences", "identity"})
"""Keys below which nothing has a bom-ref; most of a document stands there."""


@value
class SchemaFiles:
    """A schema. main: its bytes; parts: those of the files that it refers to, by the name that it has for them."""

    main: bytes
    parts: Mapping[str, bytes]


@value
class DetectedFormat:
    """What a document says it is. name: "CycloneDX", "SPDX" or "" when it says nothing known; spec: "1.6"; form: "json"
    or "xml"."""

    name: str
    spec: str
    form: str


class JsonSchema:
    """A compiled JSON Schema, formats included."""

    def __init__(self, files: SchemaFiles) -> None:
        import jsonschema_rs

        main = json.loads(files.main)
        base = str(main["$id"]).rpartition("/")[0]
        parts = [(f"{base}/{name}", _without_id(json.loads(data))) for name, data in files.parts.items()]
        registry = jsonschema_rs.Registry(parts, draft=jsonschema_rs.Draft7)
        self._validator = jsonschema_rs.Draft7Validator(
            main, registry=registry, validate_formats=True, offline=True, mask=_MASK
        )

    def faults(self, document: object, artifact: str = "") -> tuple[Diagnostic, ...]:
        """Return what is wrong with a parsed document by its schema, at most MOST_FAULTS."""
        if self._validator.is_valid(document):
            return ()
        found = map(_deepest, islice(self._validator.iter_errors(document), MOST_FAULTS))
        return tuple(
            Diagnostic(message=f"{_json_place(error.instance_path)}: {_cut(error.message)}", artifact=artifact)
            for error in found
        )


class XmlSchema:
    """A compiled XML Schema, but for its rule that no two things have one name."""

    def __init__(self, files: SchemaFiles) -> None:
        from lxml import etree  # type: ignore[import-untyped]

        parts = files.parts

        class Parts(etree.Resolver):  # type: ignore[misc]
            def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # noqa: ANN401 - lxml's own types
                del public_id
                return self.resolve_string(parts.get(system_url.rpartition("/")[2], b""), context)

        parser = etree.XMLParser(no_network=True, resolve_entities=False)
        parser.resolvers.add(Parts())
        schema = etree.fromstring(files.main, parser)
        for unique in list(schema.iter(f"{_XSD}unique")):  # quadratic in libxml2; `graph_faults` looks at the names
            unique.getparent().remove(unique)
        self._schema = etree.XMLSchema(schema)

    def faults(self, document: XmlTree, artifact: str = "") -> tuple[Diagnostic, ...]:
        """Return what is wrong with a parsed document by its schema, at most MOST_FAULTS."""
        return () if self._schema.validate(document) else _xml_faults(self._schema.error_log, artifact)

    def faults_of(self, data: bytes, artifact: str = "") -> tuple[Diagnostic, ...]:
        """Return the same of a document that `parse_xml` takes, in a time that does not depend on how many faults there
        are: for each fault of a parsed document libxml2 counts all elements before it."""
        from lxml import etree

        parser = etree.XMLParser(
            schema=self._schema, no_network=True, resolve_entities=False, load_dtd=False, huge_tree=True
        )
        try:
            etree.fromstring(data, parser)
        except etree.XMLSyntaxError:
            return _xml_faults(parser.error_log, artifact)
        return ()


def parse_json(
    data: bytes | str, artifact: str = "", twins: list[Diagnostic] | None = None
) -> tuple[object, tuple[Diagnostic, ...]]:
    """Return a parsed document, or None and why it is no JSON. twins: where keys are told that stand twice in one
    object, of which readers take one or the other."""

    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(found)
        if twins is not None and len(made) != len(found) and len(twins) < MOST_FAULTS:
            counts = Counter(key for key, _ in found)
            again = ", ".join(repr(key[:60]) for key, count in counts.items() if count > 1)
            message = f"{_cut(again)} stands twice in one object: readers see different documents"
            twins.append(Diagnostic(message=message, artifact=artifact))
        return made

    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        hook = pairs if twins is not None else None
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=hook), ()
    except json.JSONDecodeError as err:
        fault = Diagnostic(message=f"this is no JSON: {err.msg}", artifact=artifact, line=err.lineno, column=err.colno)
    except UnicodeDecodeError as err:
        fault = Diagnostic(message=f"this is no JSON: byte {err.start:,} is no UTF-8", artifact=artifact)
    except (ValueError, RecursionError) as err:
        why = "it is nested too deeply" if isinstance(err, RecursionError) else str(err)
        fault = Diagnostic(message=f"this is no JSON: {_cut(why)}", artifact=artifact)
    return None, (fault,)


def parse_xml(data: bytes, artifact: str = "") -> tuple[XmlTree | None, tuple[Diagnostic, ...]]:
    """Return a parsed document, or None and why it is not taken: it is no XML, or it declares a document type, which no
    bill of materials needs and which is how entities come in."""
    from io import BytesIO

    from lxml import etree

    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=True)
    try:
        tree = etree.parse(BytesIO(data), parser)
    except etree.XMLSyntaxError as err:
        line, column = err.position
        return None, (
            Diagnostic(message=f"this is no XML: {_cut(err.msg or '')}", artifact=artifact, line=line, column=column),
        )
    if tree.docinfo.internalDTD is not None:
        return None, (
            Diagnostic(
                message="this XML declares a document type: it is not read any further",
                artifact=artifact,
                expected="a document without <!DOCTYPE",
            ),
        )
    return tree, ()


def detect_json(document: object) -> DetectedFormat:
    """Return what a parsed JSON document says it is."""
    if isinstance(document, dict):
        if document.get("bomFormat") == "CycloneDX":
            return DetectedFormat(name="CycloneDX", spec=str(document.get("specVersion", ""))[:20], form="json")
        if isinstance(spdx := document.get("spdxVersion"), str):
            return DetectedFormat(name="SPDX", spec=spdx.removeprefix("SPDX-")[:20], form="json")
        if "@graph" in document and "spdx.org" in json.dumps(document.get("@context"))[:1_000]:
            return DetectedFormat(name="SPDX", spec="3.0", form="json")
    return DetectedFormat(name="", spec="", form="json")


def detect_xml(tree: XmlTree) -> DetectedFormat:
    """Return what a parsed XML document says it is."""
    namespace, _, name = str(tree.getroot().tag).removeprefix("{").rpartition("}")
    if name == "bom" and namespace.startswith(_NAMESPACE):
        return DetectedFormat(name="CycloneDX", spec=namespace.removeprefix(_NAMESPACE)[:20], form="xml")
    return DetectedFormat(name="", spec="", form="xml")


def graph_faults(document: object, artifact: str = "") -> tuple[Diagnostic, ...]:
    """Return what is wrong with the names and edges of a CycloneDX document, JSON or XML, at most MOST_FAULTS: a
    bom-ref that two things have, a node that is there twice, an edge to nothing, an edge from a thing to itself."""
    if isinstance(document, dict):
        refs, nodes = list(_json_refs(document)), list(_json_nodes(document))
    else:
        refs, nodes = _xml_graph(document)
    faults = (Diagnostic(message=message, artifact=artifact) for message in _graph_messages(refs, nodes))
    return tuple(islice(faults, MOST_FAULTS))


def _graph_messages(refs: Sequence[str], nodes: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    known = set(refs)
    if len(known) != len(refs):
        yield from (f"the bom-ref {_named(ref)} is given to more than one thing" for ref in _repeated(refs))
    sources = [ref for ref, _ in nodes]
    yield from (f"dependencies: {_named(ref)} has more than one node" for ref in _repeated(sources))
    for ref, needed in nodes:
        if ref not in known:
            yield f"dependencies: there is nothing with the bom-ref {_named(ref)}"
        for other in needed:
            if other == ref:
                yield f"dependencies: {_named(ref)} depends on itself"
            elif other not in known:
                yield f"dependencies: {_named(ref)} depends on {_named(other)}, and there is no such bom-ref"


def _repeated(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for name in names:
        if name in seen:
            twice[name] = None
        seen.add(name)
    return list(twice)


def _deepest(error: ValidationError) -> ValidationError:
    """Return the fault behind one of many forms none of which fits: that of the form that fits the furthest."""
    while context := getattr(error.kind, "context", None):
        inner = [fault for form in context for fault in form]
        if not inner:
            break
        error = max(inner, key=lambda fault: len(fault.instance_path))
    return error


def _json_refs(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the bom-refs of whatever has one, wherever it stands."""
    waiting: list[Any] = [document]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            if isinstance(ref := item.get("bom-ref"), str):
                yield ref
            waiting += [inner for key, inner in item.items() if type(inner) in _HOLDERS and key not in _WITHOUT_REFS]
        else:
            waiting += [inner for inner in item if type(inner) in _HOLDERS]


def _json_nodes(document: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    nodes = document.get("dependencies")
    for node in nodes if isinstance(nodes, list) else ():
        if isinstance(node, dict) and isinstance(node.get("ref"), str):
            needed = node.get("dependsOn")
            yield node["ref"], [ref for ref in needed if isinstance(ref, str)] if isinstance(needed, list) else []


def _xml_graph(document: Any) -> tuple[list[str], list[tuple[str, list[str]]]]:  # noqa: ANN401 - lxml's own types
    root = document.getroot() if hasattr(document, "getroot") else document
    name = str(root.tag).rpartition("}")[0] + "}" if "}" in str(root.tag) else ""
    refs = [str(ref) for ref in root.xpath("//@bom-ref")]
    dependencies = root.find(f"{name}dependencies")
    nodes = [
        (node.get("ref", ""), [inner.get("ref", "") for inner in node.iterchildren(f"{name}dependency")])
        for node in (() if dependencies is None else dependencies.iterchildren(f"{name}dependency"))
    ]
    return refs, nodes


def _without_id(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without its own name: it is found by the name that others have for it."""
    return {key: part for key, part in schema.items() if key != "$id"}


def _json_place(path: Sequence[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return _cut(text.removeprefix(".")) or "the document"


def _xml_faults(log: Iterable[Any], artifact: str) -> tuple[Diagnostic, ...]:
    return tuple(
        Diagnostic(message=_xml_message(error.message), artifact=artifact, line=error.line)
        for error in islice(log, MOST_FAULTS)
    )


def _xml_message(text: str) -> str:
    """Return a message without namespaces, and without the hundreds of values that it lists."""
    return _cut(_VALUES.sub("set of those of the schema", _IN_BRACES.sub("", text)))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no value of JSON")


def _named(ref: str) -> str:
    return repr(ref if len(ref) <= 200 else f"{ref[:199]}…")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1]}…"
