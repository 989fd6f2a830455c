"""CycloneDX as XML, brought into the form of its JSON.

A DOCTYPE is refused, and with it every entity: nothing is fetched, and nothing grows.

Source: cyclonedx.org/schema/bom/1.7 (bom-1.7.xsd).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.sbom.read_json import Table
from supplymatrix.sbom.read_values import Faults

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

__all__ = ["load_cyclonedx_xml"]

_DEPTH = 400
_NAMESPACE = "http://cyclonedx.org/schema/bom/"
_LISTS = frozenset([
    "ancestors", "assemblies", "components", "compositions", "dependencies", "externalReferences", "hashes", "licenses",
    "lifecycles", "methods", "occurrences", "properties", "services",
])  # fmt: skip
_ONCE = frozenset([
    "components", "copyright", "dependencies", "expression", "externalReferences", "group", "hashes", "id", "licenses",
    "metadata", "name", "properties", "purl", "scope", "version",
])  # fmt: skip
"""Elements of which a parent has one at most, and which are read."""
_ATTRIBUTES = frozenset(["type", "bom-ref", "alg", "ref", "acknowledgement", "serialNumber", "version"])
_Frame = tuple[str, dict[str, object], list[str], list[tuple[str, object]]]
"""Name, attributes, pieces of text, and the children that are done."""


def load_cyclonedx_xml(data: bytes, artifact: str, faults: Faults | None = None) -> Table:
    """Return the values of a document as its JSON would have them. Raises InputError, and nothing else.

    faults: where elements are told that stand twice.
    """
    from xml.parsers import expat  # DOCTYPE and entities are refused below

    reading = _Reading(artifact, faults or Faults())
    parser: XMLParserType = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.refuse_doctype
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.read_text
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's own signature
    except expat.ExpatError as err:
        raise _fault(artifact, f"this is not XML: {expat.ErrorString(err.code)}", err.lineno) from err
    except (ValueError, LookupError) as err:  # an encoding that nobody knows
        raise _fault(artifact, f"this is not XML: {err}") from err
    return reading.document


class _Reading:
    """One document; the elements that are open stand on a stack."""

    def __init__(self, artifact: str, faults: Faults) -> None:
        self._artifact = artifact
        self._faults = faults
        self._stack: list[_Frame] = []
        self.document: dict[str, object] = {}

    def refuse_doctype(self, *_: object) -> None:
        raise _fault(self._artifact, "the file has a DOCTYPE, which may define entities: it is refused")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not self._stack:
            if local != "bom" or not space.startswith(_NAMESPACE):
                raise _fault(self._artifact, f"the root is {local[:60]!r}", expected="bom of CycloneDX")
            self.document["specVersion"] = space.removeprefix(_NAMESPACE)
        if len(self._stack) > _DEPTH:
            raise _fault(self._artifact, "the file nests too deep", expected=f"{_DEPTH} levels at most")
        kept: dict[str, object] = {key: text for key, text in attributes.items() if key in _ATTRIBUTES or key == "name"}
        self._stack.append((local, kept, [], []))

    def read_text(self, text: str) -> None:
        self._stack[-1][2].append(text)

    def end(self, _name: str) -> None:
        name, attributes, pieces, children = self._stack.pop()
        if name not in _LISTS:
            once = [child for child, _ in children if child in _ONCE]
            for child in sorted({child for child in once if once.count(child) > 1}):
                self._faults.add("", f"the element {child} stands twice in one {name[:60]}: the last one counts")
        found = _value(name, attributes, "".join(pieces), children)
        if self._stack:
            self._stack[-1][3].append((name, found))
        elif isinstance(found, dict):
            self.document |= {key: item for key, item in found.items() if key != "version"}


def _value(name: str, attributes: dict[str, object], text: str, children: list[tuple[str, object]]) -> object:
    """Return what an element is in JSON."""
    if name in _LISTS or (name == "tools" and any(child == "tool" for child, _ in children)):
        return [item for _, item in children]
    if name == "hash":
        return {"alg": attributes.get("alg"), "content": text}
    if name == "property":
        return {"name": attributes.get("name"), "value": text}
    if name == "expression":
        return {"expression": text, **attributes}
    if name == "license":
        return {"license": {**attributes, **dict(children)}}
    if name == "dependency":
        inner = [item.get("ref") for child, item in children if child == "dependency" and isinstance(item, dict)]
        return {"ref": attributes.get("ref"), "dependsOn": inner}
    if children or attributes:
        # Of all that may stand more than once outside of a list, what tells apart two components is read.
        identities = [item for child, item in children if child == "identity"]
        return {**attributes, **dict(children), **({"identity": identities} if identities else {})}
    return text.strip() if name != "value" else text


def _fault(artifact: str, message: str, line: int = 0, *, expected: str = "") -> InputError:
    return InputError(Diagnostic(message=message, artifact=artifact, line=line, expected=expected))
