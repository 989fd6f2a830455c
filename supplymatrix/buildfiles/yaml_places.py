"""A YAML file with its lines, for readers that quote them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.buildfiles.scripts import shown
from supplymatrix.documents.yaml_text import YamlNode, read_yaml
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = ["YamlFile", "entries_of", "open_yaml", "scalars"]

_MAX_BYTES = 4 << 20
_QUOTED = re.compile(r"(?:[&!]\S*[ \t]+)*[\"']")
_MAX_SCALARS = 20_000
_MAX_NODES = 100_000


@value
class YamlFile:
    """One file. root: its document, a mapping."""

    artifact: str
    root: YamlNode
    lines: tuple[str, ...]

    def place(self, node: YamlNode, at: int = 0) -> Location:
        """Return where a value stands. at: lines before it in a text of several."""
        line = node.line + at
        if "\n" in node.text and self.words_at(node.line).endswith(("|", ">", "-", "+")):
            line += 1  # a block of text begins below its sign
        return Location(artifact=self.artifact, line=min(line, len(self.lines)), column=1 if at else node.column)

    def words(self, node: YamlNode) -> str:
        """Return the line of a value, as it is quoted."""
        return self.words_at(node.line)

    def is_plain(self, node: YamlNode) -> bool:
        """Return whether a scalar of one line stands there without quotes, so that `1.20` of it is the number 1.2."""
        line = self.lines[node.line - 1] if 1 <= node.line <= len(self.lines) else ""
        return _QUOTED.match(line, node.column - 1) is None

    def words_at(self, line: int) -> str:
        """Return a line, as it is quoted."""
        return shown(self.lines[line - 1]) if 1 <= line <= len(self.lines) else ""

    def gap(self, node: YamlNode, wanted: str, reason: str, remedy: str) -> Gap:
        """Return what the file does not tell."""
        return Gap(wanted=wanted, reason=reason, remedy=remedy, subject=self.artifact, location=self.place(node))


def open_yaml(data: bytes, artifact: str) -> YamlFile:
    """Return a YAML file whose document is a mapping. Raises InputError, nothing else, for any bytes."""
    if len(data) > _MAX_BYTES:
        raise InputError(
            Diagnostic(
                message=f"the file has {len(data):,} bytes", artifact=artifact, expected=f"at most {_MAX_BYTES:,}"
            )
        )
    root = read_yaml(data, artifact)
    if root.kind != "mapping" and not (root.kind == "scalar" and root.text in ("", "null", "~")):
        raise InputError(
            Diagnostic(
                message="the file is no mapping",
                artifact=artifact,
                line=root.line,
                column=root.column,
                expected="keys with values",
                remedy="mend the file",
            )
        )
    if root.size > _MAX_NODES:
        message = f"the file stands for {root.size:,} values"
        raise InputError(Diagnostic(message=message, artifact=artifact, expected=f"at most {_MAX_NODES:,}"))
    lines = tuple(data.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n"))
    return YamlFile(artifact=artifact, root=root, lines=lines)


def scalars(node: YamlNode) -> Iterator[YamlNode]:
    """Yield the texts below a node, those behind conditions such as `on amd64:` too; keys are no texts."""
    waiting = [node]
    count = 0
    while waiting and count < _MAX_SCALARS:
        count += 1
        found = waiting.pop()
        if found.kind == "scalar":
            if found.text:
                yield found
        elif found.kind == "sequence":
            waiting.extend(reversed(found.items))
        else:
            waiting.extend(reversed(list(found.entries.values())))


def entries_of(node: YamlNode) -> Iterator[tuple[str, YamlNode]]:
    """Yield the entries of a mapping, or of the mappings of a list, one after the other."""
    for part in (node, *node.items):
        yield from part.entries.items()
