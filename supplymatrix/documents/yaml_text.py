"""YAML bytes to values and places, or one clear error.

    >>> node = read_yaml(b"base: core24\\nparts:\\n  svc: {plugin: go}\\n", "snapcraft.yaml")
    >>> node["parts"]["svc"]["plugin"].text, node["parts"]["svc"]["plugin"].line
    ('go', 3)

Nothing is built from tags and no word becomes a number or a date: a scalar is its text, which is what our readers want
(`1.20` stays `1.20`). An alias is the node that it names; what a document would hold if all of them were written out is
limited, since a few lines of them can stand for billions of values. A key that stands twice in one mapping is refused,
since two readers would read two things; merge keys (`<<`) may, and are keys as any other else.

Source: YAML 1.1 as PyYAML's C reader has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value

if TYPE_CHECKING:
    import yaml

__all__ = ["MAX_YAML_BYTES", "YamlNode", "read_yaml", "read_yaml_documents"]

MAX_YAML_BYTES = 16 << 20
_MAX_DEPTH = 60
_MERGE = "<<"
_MAX_NODES = 2_000_000


@value
class YamlNode:
    """One node. line, column: from 1. text: of a scalar, else "". entries: of a mapping, by key text; items: of a
    sequence. kind: "scalar", "mapping" or "sequence". size: nodes in it, itself included. A look-up
    of what is not there gives the empty scalar, so that a path can be followed to its end."""

    line: int
    column: int
    kind: str
    text: str = ""
    entries: Mapping[str, YamlNode] = {}
    items: Sequence[YamlNode] = ()
    size: int = 1

    def __getitem__(self, key: str) -> YamlNode:
        return self.entries.get(key) or YamlNode(line=self.line, column=self.column, kind="scalar")

    def __iter__(self) -> Iterator[YamlNode]:
        return iter(self.items)

    def __contains__(self, key: str) -> bool:
        return key in self.entries


def read_yaml(data: bytes, artifact: str) -> YamlNode:
    """Return the only document of a YAML text; an empty text is an empty mapping. Raises InputError, nothing else."""
    documents = read_yaml_documents(data, artifact)
    if len(documents) > 1:
        raise _fault(artifact, documents[1].line, 1, "the file holds more than one document")
    return documents[0] if documents else YamlNode(line=1, column=1, kind="mapping")


def read_yaml_documents(data: bytes, artifact: str) -> tuple[YamlNode, ...]:
    """Return all documents of a YAML text. Raises InputError with line and column, and nothing else, for any bytes."""
    if len(data) > MAX_YAML_BYTES:
        raise _fault(artifact, 1, 1, f"the file has {len(data):,} bytes", expected=f"at most {MAX_YAML_BYTES:,}")
    import yaml

    loader = yaml.CLoader if hasattr(yaml, "CLoader") else yaml.Loader
    events: Any = yaml.parse(data, Loader=loader)
    try:
        return tuple(_Builder(artifact).documents(events))
    except yaml.MarkedYAMLError as err:
        mark = err.problem_mark or err.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _fault(
            artifact, line, column, f"this is not YAML: {err.problem or err.context or 'no more known'}"
        ) from err
    except (yaml.YAMLError, UnicodeError, ValueError, RecursionError) as err:
        words = " ".join(str(err).split())[:200]
        raise _fault(artifact, 1, 1, f"this is not YAML: {words}") from err


class _Open:
    """A mapping or sequence that is being read."""

    def __init__(self, place: tuple[int, int], anchor: str | None, *, mapping: bool) -> None:
        self.line, self.column = place
        self.anchor = anchor
        self.size = 1
        self.key: str | None = None
        self.entries: dict[str, YamlNode] | None = {} if mapping else None
        self.items: list[YamlNode] = []

    def is_twin(self, node: YamlNode) -> bool:
        """Return whether a node is a key that the mapping has already."""
        is_key = self.entries is not None and self.key is None and node.kind == "scalar"
        return is_key and node.text != _MERGE and node.text in (self.entries or {})

    def add(self, node: YamlNode) -> None:
        self.size += node.size
        if self.entries is None:
            self.items.append(node)
        elif self.key is None:
            self.key = node.text
        else:
            self.entries[self.key] = node
            self.key = None

    def node(self) -> YamlNode:
        return YamlNode(
            line=self.line,
            column=self.column,
            kind="sequence" if self.entries is None else "mapping",
            entries=self.entries or {},
            items=tuple(self.items),
            size=self.size,
        )


class _Builder:
    """Turns the parser's events into nodes, one document after the other."""

    def __init__(self, artifact: str) -> None:
        self._artifact = artifact
        self._stack: list[_Open] = []
        self._anchors: dict[str, YamlNode] = {}

    def documents(self, events: Iterator[yaml.Event]) -> Iterator[YamlNode]:
        """Yield each document when it is whole."""
        for event in events:
            node = self._take(event)
            if node is None:
                continue
            if self._stack:
                if self._stack[-1].is_twin(node):
                    words = "a key stands twice in one mapping"
                    raise _fault(self._artifact, node.line, node.column, words, expected="each key once")
                self._stack[-1].add(node)
            if (self._stack[-1].size if self._stack else node.size) > _MAX_NODES:
                raise _fault(
                    self._artifact, node.line, 1, "the file holds too many values", expected="at most 2 million"
                )
            if not self._stack:
                self._anchors = {}
                yield node

    def _take(self, event: yaml.Event) -> YamlNode | None:
        """Return the node that an event completes."""
        import yaml

        mark = event.start_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.ScalarEvent):
            node = YamlNode(line=place[0], column=place[1], kind="scalar", text=event.value)
            return self._named(node, event.anchor)
        if isinstance(event, yaml.AliasEvent):
            name = event.anchor or ""
            if name not in self._anchors:
                raise _fault(self._artifact, *place, "there is no anchor of this name")
            return self._anchors[name]
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._stack.append(_Open(place, event.anchor, mapping=isinstance(event, yaml.MappingStartEvent)))
            if len(self._stack) > _MAX_DEPTH:
                raise _fault(self._artifact, place[0], 1, "the file nests too deep", expected=f"{_MAX_DEPTH} levels")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            done = self._stack.pop()
            return self._named(done.node(), done.anchor)
        return None

    def _named(self, node: YamlNode, anchor: str | None) -> YamlNode:
        if anchor:
            self._anchors[anchor] = node
        return node


def _fault(artifact: str, line: int, column: int, message: str, *, expected: str = "YAML 1.1") -> InputError:
    return InputError(
        Diagnostic(
            message=message, artifact=artifact, line=line, column=column, expected=expected, remedy="mend the file"
        )
    )
