"""The same document as XML: made from the dict of `cyclonedx`, so that the two forms cannot differ.

`_make_shapes` says for each kind of object which of its keys become elements, and in which order; that is the order of
the XML schema, which is not everywhere that of JSON. A key that has no place there is a fault of this
program, and raises.

Why not by cyclonedx-python-lib: it has no compositions and no annotations, refuses a list of licences of 1.7 in which
an expression stands beside others, and is quadratic for large documents. The tests read both forms back with it.
Source: bom-1.6.xsd and bom-1.7.xsd of CycloneDX.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from supplymatrix.sbom.cyclonedx_text import Json

__all__ = ["render_xml", "xml_tree"]

_NAMESPACE = "http://cyclonedx.org/schema/bom/"
_Write = Callable[[Any, str, Any], None]
"""(parent element, tag, value of the JSON form): adds what the value is."""
_Shape = Mapping[str, tuple[str, _Write]]
_NOT_IN_XML = {"bom": ("$schema", "bomFormat", "specVersion")}
_ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "bom": {"serialNumber": "serialNumber", "version": "version"},
    "component": {"type": "type", "bom-ref": "bom-ref"},
    "composition": {"bom-ref": "bom-ref"},
    "annotation": {"bom-ref": "bom-ref"},
    "license": {"acknowledgement": "acknowledgement"},
    "reference": {"type": "type"},
}


def render_xml(root: Any) -> str:  # noqa: ANN401 - an element of lxml, which has no types
    """Return the text of a document, indented. root: as `xml_tree` makes it."""
    from lxml import etree  # type: ignore[import-untyped]

    data: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return data.decode("utf-8")


def xml_tree(bom: Json) -> Any:  # noqa: ANN401
    """Return the root element of a document. bom: as `cyclonedx.cyclonedx_of` makes it."""
    from lxml import etree

    namespace = f"{_NAMESPACE}{bom['specVersion']}"
    root = etree.Element(f"{{{namespace}}}bom", nsmap={None: namespace})
    _Writer(namespace, etree.SubElement).fill(root, "bom", bom)
    return root


class _Writer:
    """Adds elements of one namespace."""

    def __init__(self, namespace: str, sub_element: Callable[..., Any]) -> None:
        self._prefix = f"{{{namespace}}}"
        self._sub_element = sub_element
        self._shapes = self._make_shapes()

    def fill(self, element: Any, kind: str, content: Mapping[str, Any]) -> None:  # noqa: ANN401
        """Give an element what an object of the JSON form has. Raises KeyError for a key that has no place."""
        attributes, shape = _ATTRIBUTES.get(kind, {}), self._shapes[kind]
        for key, name in attributes.items():
            if key in content:
                element.set(name, str(content[key]))
        for key, (tag, write) in shape.items():
            if key in content:
                write(element, tag, content[key])
        if extra := content.keys() - shape.keys() - attributes.keys() - set(_NOT_IN_XML.get(kind, ())):
            raise KeyError(f"{kind} has no place in XML for {', '.join(sorted(extra))}")

    def _add(self, parent: Any, tag: str) -> Any:  # noqa: ANN401
        return self._sub_element(parent, self._prefix + tag)

    def _text(self, parent: Any, tag: str, content: Any) -> None:  # noqa: ANN401
        self._add(parent, tag).text = str(content)

    def _texts(self, parent: Any, tag: str, contents: list[str]) -> None:  # noqa: ANN401
        for content in contents:
            self._add(parent, tag).text = content

    def _one(self, kind: str) -> _Write:
        return lambda parent, tag, content: self.fill(self._add(parent, tag), kind, content)

    def _each(self, kind: str) -> _Write:
        """Return what writes a list as elements one behind the other."""

        def write(parent: Any, tag: str, contents: list[Mapping[str, Any]]) -> None:  # noqa: ANN401
            for content in contents:
                self.fill(self._add(parent, tag), kind, content)

        return write

    def _within(self, inner: str, write: _Write) -> _Write:
        """Return what writes a value into an element of its own."""
        return lambda parent, tag, contents: write(self._add(parent, tag), inner, contents)

    def _hash(self, parent: Any, tag: str, content: list[Mapping[str, str]]) -> None:  # noqa: ANN401
        for item in content:
            element = self._add(parent, tag)
            element.set("alg", item["alg"])
            element.text = item["content"]

    def _property(self, parent: Any, tag: str, content: list[Mapping[str, str]]) -> None:  # noqa: ANN401
        for item in content:
            element = self._add(parent, tag)
            element.set("name", item["name"])
            element.text = item["value"]

    def _licences(self, parent: Any, tag: str, content: list[Mapping[str, Any]]) -> None:  # noqa: ANN401
        licences = self._add(parent, tag)
        for choice in content:
            if "license" in choice:
                self.fill(self._add(licences, "license"), "license", choice["license"])
                continue
            element = self._add(licences, "expression")
            element.text = choice["expression"]
            if "acknowledgement" in choice:
                element.set("acknowledgement", choice["acknowledgement"])

    def _refs(self, parent: Any, tag: str, content: list[str]) -> None:  # noqa: ANN401
        for ref in content:
            self._add(parent, tag).set("ref", ref)

    def _nodes(self, parent: Any, tag: str, content: list[Mapping[str, Any]]) -> None:  # noqa: ANN401
        nodes = self._add(parent, tag)
        for node in content:
            element = self._add(nodes, "dependency")
            element.set("ref", node["ref"])
            self._refs(element, "dependency", node.get("dependsOn", []))

    def _make_shapes(self) -> Mapping[str, _Shape]:
        """Return by kind of object: key of JSON → its element and what writes it, in the order of the XML schema."""
        text = self._text
        return {
            **self._document_shapes(),
            **self._component_shapes(),
            **self._evidence_shapes(),
            "license": {"id": ("id", text), "name": ("name", text), "properties": self._properties()},
            "organisation": {
                "name": ("name", text),
                "url": ("url", self._texts),
                "contact": ("contact", self._each("contact")),
            },
            "contact": {"name": ("name", text), "email": ("email", text)},
            "reference": {"url": ("url", text), "comment": ("comment", text), "hashes": self._hashes()},
        }

    def _hashes(self) -> tuple[str, _Write]:
        return "hashes", self._within("hash", self._hash)

    def _properties(self) -> tuple[str, _Write]:
        return "properties", self._within("property", self._property)

    def _list(self, name: str, inner: str) -> tuple[str, _Write]:
        """Return an element that holds one for each object of a list; inner: their tag and kind."""
        return name, self._within(inner, self._each(inner))

    def _document_shapes(self) -> Mapping[str, _Shape]:
        text, one = self._text, self._one
        return {
            "bom": {
                "metadata": ("metadata", one("metadata")),
                "components": self._list("components", "component"),
                "externalReferences": self._list("externalReferences", "reference"),
                "dependencies": ("dependencies", self._nodes),
                "compositions": self._list("compositions", "composition"),
                "annotations": self._list("annotations", "annotation"),
            },
            "metadata": {
                "timestamp": ("timestamp", text),
                "lifecycles": self._list("lifecycles", "lifecycle"),
                "tools": ("tools", one("tools")),
                "authors": ("authors", self._within("author", self._each("contact"))),
                "component": ("component", one("component")),
                "manufacturer": ("manufacturer", one("organisation")),
                "supplier": ("supplier", one("organisation")),
                "licenses": ("licenses", self._licences),
                "properties": self._properties(),
            },
            "lifecycle": {"phase": ("phase", text)},
            "tools": {"components": self._list("components", "component")},
            "composition": {
                "aggregate": ("aggregate", text),
                "assemblies": ("assemblies", self._within("assembly", self._refs)),
                "dependencies": ("dependencies", self._within("dependency", self._refs)),
            },
            "annotation": {
                "subjects": ("subjects", self._within("subject", self._refs)),
                "annotator": ("annotator", one("annotator")),
                "timestamp": ("timestamp", text),
                "text": ("text", text),
            },
            "annotator": {"component": ("component", one("component"))},
        }

    def _component_shapes(self) -> Mapping[str, _Shape]:
        text, one = self._text, self._one
        return {
            "component": {
                "supplier": ("supplier", one("organisation")),
                "manufacturer": ("manufacturer", one("organisation")),
                **{key: (key, text) for key in ("name", "version", "description", "scope")},
                "hashes": self._hashes(),
                "licenses": ("licenses", self._licences),
                "copyright": ("copyright", text),
                "purl": ("purl", text),
                "pedigree": ("pedigree", one("pedigree")),
                "externalReferences": self._list("externalReferences", "reference"),
                "properties": self._properties(),
                "evidence": ("evidence", one("evidence")),
            },
            "pedigree": {"ancestors": self._list("ancestors", "component"), "notes": ("notes", text)},
        }

    def _evidence_shapes(self) -> Mapping[str, _Shape]:
        text = self._text
        return {
            "evidence": {
                "identity": ("identity", self._each("identity")),
                "occurrences": self._list("occurrences", "occurrence"),
                "licenses": ("licenses", self._licences),
                "copyright": ("copyright", self._within("text", self._copyrights)),
            },
            "identity": {
                **{key: (key, text) for key in ("field", "confidence", "concludedValue")},
                "methods": self._list("methods", "method"),
            },
            "method": {key: (key, text) for key in ("technique", "confidence", "value")},
            "occurrence": {key: (key, text) for key in ("location", "line", "additionalContext")},
        }

    def _copyrights(self, parent: Any, tag: str, content: list[Mapping[str, str]]) -> None:  # noqa: ANN401
        self._texts(parent, tag, [item["text"] for item in content])
