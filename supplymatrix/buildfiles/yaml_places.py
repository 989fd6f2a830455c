"""A YAML file with its lines, for readers that quote them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from supplymatrix.buildfiles.found import BuildFile, together
from supplymatrix.buildfiles.scripts import shown
from supplymatrix.documents.yaml_text import YamlNode, read_yaml
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location

__all__ = ["YamlFile", "entries_of", "open_yaml", "scalars"]

_MAX_BYTES = 4 << 20
_QUOTED = re.compile(r"(?:[&!]\S*[ \t]+)*[\"']")
_MAX_NODES = 100_000
_MAX_SCRIPTS = 1 << 20  # characters of all scripts of a file together
T = TypeVar("T", YamlNode, tuple[str, YamlNode])


class YamlFile:
    """One file, while it is read. root: its document, a mapping. What `first` cuts off is a gap of `whole`."""

    def __init__(self, artifact: str, root: YamlNode, lines: tuple[str, ...]) -> None:
        self.artifact, self.root, self.lines = artifact, root, lines
        self._cuts: list[Gap] = []
        self._shown: dict[int, str] = {}
        self._room = _MAX_SCRIPTS

    def first(self, items: Sequence[T], most: int, what: str) -> Sequence[T]:
        """Return the first items, and note a gap where there are more. what: "jobs", "steps of a job"."""
        if len(items) > most:
            cut = items[most]
            node = cut[1] if isinstance(cut, tuple) else cut
            self._cuts.append(self.gap(node, f"the further {what}", f"there are more than {most:,}", "split the file"))
        return items[:most]

    def script(self, node: YamlNode) -> str:
        """Return the text of a script; "" with a gap where those of the file, each as often as aliases repeat it, are
        too long together."""
        has_room = self._room >= 0
        self._room -= len(node.text)
        if self._room >= 0:
            return node.text
        if has_room:
            self._cuts.append(
                self.gap(
                    node, "the further scripts", f"they have more than {_MAX_SCRIPTS:,} characters", "split the file"
                )
            )
        return ""

    def whole(self, kind: str, *parts: BuildFile) -> BuildFile:
        """Return what the parts of the file show together, with what was cut off."""
        return together(self.artifact, kind, *parts, BuildFile(artifact="", kind="", gaps=tuple(self._cuts)))

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
        """Return a line, as it is quoted. One line may hold all values of the file."""
        if line not in self._shown:
            self._shown[line] = shown(self.lines[line - 1]) if 1 <= line <= len(self.lines) else ""
        return self._shown[line]

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
    while waiting:  # no file stands for more than _MAX_NODES
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
