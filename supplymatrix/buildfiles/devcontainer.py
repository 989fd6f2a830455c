"""devcontainer.json: the image in which people develop, and the Go that it or a feature brings.

JSON with comments and commas at the end, as editors take it: it is read by the YAML reader, once comments are gone, so
that every value has its place. What it names builds nothing that is shipped: it counts least.
"""

from __future__ import annotations

import re

from supplymatrix.buildfiles.found import BuildFile, GoUse, Role
from supplymatrix.buildfiles.workflows import image_found
from supplymatrix.buildfiles.yaml_places import YamlFile, open_yaml
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import changed

__all__ = ["read_devcontainer"]

_MAX_BYTES = 1 << 20
_MAX_FEATURES = 200
_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"?|//[^\n]*|/\*')
_GO_FEATURE = re.compile(r"(?:.*/)?(?:features/)?go(?::\S*)?")
_VERSION = re.compile(r"1\.[0-9]{1,4}(?:\.[0-9]{1,4})?")
_DEV_GO = re.compile(
    r"mcr\.microsoft\.com/(?:vscode/)?devcontainers/go:(?:dev-)?(?:[0-9]+-)?(1\.[0-9]{1,4}(?:\.[0-9]{1,4})?)(?:-.*)?"
)
"""A tag has the version of the image in front: "1-1.25-bookworm"."""


def read_devcontainer(data: bytes, artifact: str) -> BuildFile:
    """Return what the file shows. Raises InputError."""
    if len(data) > _MAX_BYTES:
        message = f"the file has {len(data):,} bytes"
        raise InputError(Diagnostic(message=message, artifact=artifact, expected=f"at most {_MAX_BYTES:,}"))
    text = data.decode("utf-8-sig", "replace").replace("\t", " ")
    file = open_yaml(_without_comments(text).encode("utf-8", "replace"), artifact)
    parts = []
    image = file.root["image"]
    if image.text and "${" not in image.text:
        parts.append(_image(file, image))
    for name, given in file.first(list(file.root["features"].entries.items()), _MAX_FEATURES, "features"):
        if _GO_FEATURE.fullmatch(name):
            parts.append(_feature(file, given))
    return file.whole("devcontainer", *parts)


def _without_comments(text: str) -> str:
    """Return a text with spaces for its comments, so that every place stays. Commas at the end are fine in YAML."""
    parts: list[str] = []
    at = 0
    while found := _TOKEN.search(text, at):
        end = found.end()
        if found[0] == "/*":
            close = text.find("*/", end)
            end = len(text) if close < 0 else close + 2
        token = text[found.start() : end]
        parts += [text[at : found.start()], token if token.startswith('"') else re.sub(r"[^\n]", " ", token)]
        at = end
    return "".join([*parts, text[at:]])


def _image(file: YamlFile, node: YamlNode) -> BuildFile:
    found = image_found(file, node, node.text, Role.DEVELOPMENT)
    named = _DEV_GO.fullmatch(node.text)
    return changed(found, gos=tuple(changed(use, version=named[1]) for use in found.gos)) if named else found


def _feature(file: YamlFile, given: YamlNode) -> BuildFile:
    version = given["version"].text or given.text
    place = file.place(given)
    words = file.words_at(place.line)
    version = version if _VERSION.fullmatch(version) else ""
    use = GoUse(version=version, role=Role.DEVELOPMENT, location=place, words=words)
    return BuildFile(artifact="", kind="", gos=(use,))
