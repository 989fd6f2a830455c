"""What a YAML file says with its form alone: which keys lead to a line, and secrets that no line names by itself.

- name: API_TOKEN          # name and value apart
  value: k3jh4k5j
password: >-               # the text on the next line
  k3jh4k5j
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.documents.secret_text import blotted, is_named_secret
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.model.value import value

__all__ = ["MAX_NODES", "NamedNode", "YamlPlaces", "look_at_yaml"]

MAX_NODES = 200_000
_LONGEST_PATH = 80
_NAMES = ("name", "key", "variable")
_INNER = frozenset({"value", "default"})
"""Keys whose value is that of the key above them, as in `variables: {TOKEN: {value: …}}`."""

_REFERENCES = frozenset({"", "secrets"})
"""Keys below which names of secrets stand, and where they are kept."""


@value
class NamedNode:
    """A scalar that a telling name holds."""

    name: str
    node: YamlNode


@value
class YamlPlaces:
    """lines, paths: which keys lead to what begins on a line, in order; named: what telling names hold. is_cut: there
    were more nodes than are looked at."""

    lines: tuple[int, ...]
    paths: tuple[str, ...]
    named: tuple[NamedNode, ...]
    is_cut: bool

    def path_at(self, line: int) -> str:
        """Return the keys that lead to a line, "" for none."""
        from bisect import bisect_right

        at = bisect_right(self.lines, line) - 1
        return self.paths[at] if at >= 0 else ""


def look_at_yaml(documents: Sequence[YamlNode], lines: Sequence[str]) -> YamlPlaces:
    """Return what the documents of a file say. lines: of the file. A node that aliases lead to is looked at once."""
    walk = _Walk(lines)
    walk.run(documents)
    starts = sorted(walk.starts.items())
    return YamlPlaces(
        lines=tuple(line for line, _ in starts),
        paths=tuple(path for _, path in starts),
        named=tuple(walk.named),
        is_cut=walk.is_cut,
    )


class _Walk:
    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self.starts: dict[int, str] = {}
        self.named: list[NamedNode] = []
        self.is_cut = False

    def run(self, documents: Sequence[YamlNode]) -> None:
        """Look at every node once."""
        waiting: list[tuple[YamlNode, str, str]] = [(node, "", "") for node in reversed(documents)]
        seen: set[int] = set()
        while waiting:
            node, path, key = waiting.pop()
            if id(node) in seen and node.kind != "scalar":
                continue
            seen.add(id(node))
            if len(seen) > MAX_NODES:
                self.is_cut = True
                return
            self.starts.setdefault(node.line, path)
            if node.kind == "scalar":
                self._scalar(node, key)
            elif node.kind == "sequence":
                waiting += [(item, path, key) for item in reversed(node.items)]
            else:
                waiting += [
                    (child, *self._below(path, key, name)) for name, child in reversed(list(node.entries.items()))
                ]
                self.named += self._apart(node)

    def _below(self, path: str, key: str, name: str) -> tuple[str, str]:
        shown = blotted(name)[:40]
        longer = f"{path}.{shown}" if path else shown
        return longer if len(longer) <= _LONGEST_PATH else path, key if name in _INNER else name

    def _scalar(self, node: YamlNode, key: str) -> None:
        if key not in _REFERENCES and node.text and self._is_secret(node, key):
            self.named.append(NamedNode(name=key, node=node))

    def _apart(self, node: YamlNode) -> Iterator[NamedNode]:
        """Yield the value of a mapping that has name and value as two entries."""
        held = node["value"]
        for word in _NAMES:
            name = node[word].text
            if held.text and name and self._is_secret(held, name):
                yield NamedNode(name=name, node=held)

    def _is_secret(self, node: YamlNode, name: str) -> bool:
        """Return whether a value is a secret, and no tag of its own lets a program make something else of it."""
        line = self._lines[node.line - 1] if 1 <= node.line <= len(self._lines) else ""
        rest = line[node.column - 1 :]
        if rest.startswith("!") and not rest.startswith("!!"):
            return False
        return is_named_secret(node.text, name, is_quoted=rest[:1] in ("'", '"'))
