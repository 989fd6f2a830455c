"""What apko and melange files have in common: repositories, keys and packages of an apk world."""

from __future__ import annotations

import re

from supplymatrix.buildfiles.found import BuildFile, Role, Sign, together
from supplymatrix.buildfiles.scripts import packages_found
from supplymatrix.buildfiles.yaml_places import YamlFile, scalars
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.model.vendor import DetectKind

__all__ = ["read_contents", "repositories_of"]

_TAG = re.compile(r"@\S+[ \t]+")
_URL = re.compile(r"https?://(?:[^/@\s]*@)?(\S+)")


def repositories_of(contents: YamlNode) -> tuple[str, ...]:
    """Return the repositories without their scheme, "packages.example/os"; a folder of this machine is none."""
    found = []
    for key in ("repositories", "build_repositories", "runtime_repositories"):
        for node in scalars(contents[key]):
            address = _URL.match(_TAG.sub("", node.text))
            if address:
                found.append(address[1].rstrip("/"))
    return tuple(dict.fromkeys(found))


def read_contents(file: YamlFile, contents: YamlNode, role: Role) -> BuildFile:
    """Return what a `contents` block shows."""
    signs: list[Sign] = []
    for key in ("repositories", "build_repositories", "runtime_repositories", "keyring"):
        for node in scalars(contents[key]):
            address = _URL.match(_TAG.sub("", node.text))
            if address:
                signs.append(
                    Sign(
                        kind=DetectKind.APK_REPOSITORY,
                        texts=(address[1].rstrip("/"),),
                        role=role,
                        location=file.place(node),
                        words=file.words(node),
                    )
                )
    on = repositories_of(contents)
    packages = [
        packages_found([node.text], manager="apk", role=role, on=on, location=file.place(node), words=file.words(node))
        for node in scalars(contents["packages"])
    ]
    return together("", "", BuildFile(artifact="", kind="", signs=tuple(signs)), *packages)
