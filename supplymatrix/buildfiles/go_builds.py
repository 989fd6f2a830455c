"""Builds of Go programs as goreleaser and ko have them in their files: variables, flags, tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.buildfiles.environment import read_setting
from supplymatrix.buildfiles.found import BuildFile, Role, Sign
from supplymatrix.buildfiles.yaml_places import YamlFile, scalars
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.model.vendor import DetectKind

__all__ = ["flags_found", "variables_found"]

_TAGS = re.compile(r"--?tags(?:[= \t]+(\S+))?")
_LONGEST = 2_000


def variables_found(file: YamlFile, node: YamlNode) -> Iterator[BuildFile]:
    """Yield what variables show: a list of NAME=value, or a mapping. A template is left out."""
    for entry in scalars(node) if node.kind == "sequence" else ():
        name, equals, text = entry.text.partition("=")
        if equals and "{{" not in text and "$" not in text:
            yield read_setting(name.strip(), text, role=Role.BUILD, location=file.place(entry), words=file.words(entry))
    for name, entry in node.entries.items():
        if entry.text and "{{" not in entry.text and "$" not in entry.text:
            yield read_setting(name, entry.text, role=Role.BUILD, location=file.place(entry), words=file.words(entry))


def flags_found(file: YamlFile, build: YamlNode) -> Iterator[BuildFile]:
    """Yield the tags of a build as signs, from `tags` and from its flags."""
    for node in scalars(build["tags"]):
        yield _tags(file, node, node.text)
    waits = False
    for node in scalars(build["flags"]):
        text = node.text[:_LONGEST]
        if waits:
            yield _tags(file, node, text)
            waits = False
            continue
        for found in _TAGS.finditer(text):
            if found[1]:
                yield _tags(file, node, found[1])
            else:
                waits = text.strip() == found[0]


def _tags(file: YamlFile, node: YamlNode, tags: str) -> BuildFile:
    if "{{" in tags:
        return BuildFile(artifact="", kind="")
    sign = Sign(
        kind=DetectKind.BUILD_SETTING, texts=(f"-tags={tags.strip(chr(34))}",), role=Role.BUILD,
        location=file.place(node), words=file.words(node),
    )  # fmt: skip
    return BuildFile(artifact="", kind="", signs=(sign,))
