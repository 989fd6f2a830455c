"""The `parts` of snapcraft.yaml and rockcraft.yaml: which Go builds them, and what they are built and shipped with.

The plugin `go` brings no Go of its own since core22: a snap, a package or another part (`go-deps`) gives it.
Source: documentation of Canonical's craft-parts, "Go plugin".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.buildfiles.environment import read_platforms, read_setting
from supplymatrix.buildfiles.found import ArchUse, BuildFile, Role, Sign, together
from supplymatrix.buildfiles.scripts import packages_found, read_script, snap_found
from supplymatrix.buildfiles.yaml_places import YamlFile, entries_of, scalars
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.vendor import DetectKind

__all__ = ["base_image", "image_sign", "read_craft_arches", "read_parts"]

_GO_PLUGINS = frozenset({"go", "go-use"})
_OVERRIDES = ("override-pull", "override-build", "override-stage", "override-prime")
_RELEASES = {"core": "16.04", "core16": "16.04", "core18": "18.04", "core20": "20.04"}
_OLD_BASES = frozenset({"core", "core16", "core18", "core20"})
"""Bases under which the plugin installs the snap of Go by itself."""


def base_image(base: str) -> str:
    """Return the image name of a base: "ubuntu:24.04" for core24 and ubuntu@24.04, "" for bare or another one."""
    name, at, release = base.partition("@")
    if at and name == "ubuntu":
        return f"ubuntu:{release}"
    if base in _RELEASES:
        return f"ubuntu:{_RELEASES[base]}"
    number = base.removeprefix("core")
    return f"ubuntu:{number}.04" if base.startswith("core") and number.isdecimal() and len(number) == 2 else ""


def image_sign(file: YamlFile, node: YamlNode, image: str, role: Role) -> Sign:
    """Return the sign of an image that a base stands for."""
    from supplymatrix.buildfiles.images import image_forms

    return Sign(
        kind=DetectKind.IMAGE, texts=image_forms(image), role=role, location=file.place(node), words=file.words(node)
    )


def read_parts(file: YamlFile, base: str, on: Sequence[str]) -> BuildFile:
    """Return what the parts show. base: on which they are built. on: that image in all its forms."""
    parts = [_part(file, name, part, base, on) for name, part in file.root["parts"].entries.items()]
    return together("", "", *parts)


def read_craft_arches(file: YamlFile) -> tuple[ArchUse, ...]:
    """Return the processors of `platforms` and `architectures`."""
    found: list[ArchUse] = []
    for key in ("platforms", "architectures"):
        node = file.root[key]
        for name, entry in node.entries.items():
            found += read_platforms([name], file.place(entry), file.words_at(entry.line))
        for word in scalars(node):
            found += read_platforms([word.text.rpartition(":")[2]], file.place(word), file.words(word))
    return tuple(found)


def _part(file: YamlFile, name: str, part: YamlNode, base: str, on: Sequence[str]) -> BuildFile:
    found = [*_delivered(file, part, on)]
    for variable, node in entries_of(part["build-environment"]):
        found.append(
            read_setting(variable, node.text, role=Role.BUILD, location=file.place(node), words=file.words(node))
        )
    for key in _OVERRIDES:
        node = part[key]
        if node.text:
            found.append(_script(file, node, on))
    for node in scalars(part["go-buildtags"]):
        sign = Sign(
            kind=DetectKind.BUILD_SETTING,
            texts=(f"-tags={node.text}",),
            role=Role.BUILD,
            location=file.place(node),
            words=file.words(node),
        )
        found.append(BuildFile(artifact="", kind="", signs=(sign,)))
    whole = together("", "", *found)
    if part["plugin"].text not in _GO_PLUGINS or whole.gos:
        return whole
    return together("", "", whole, BuildFile(artifact="", kind="", gaps=tuple(_no_go(file, name, part, base))))


def _delivered(file: YamlFile, part: YamlNode, on: Sequence[str]) -> Iterator[BuildFile]:
    for key, role in (("build-snaps", Role.BUILD), ("stage-snaps", Role.RUNTIME)):
        for node in scalars(part[key]):
            yield snap_found([node.text], role=role, location=file.place(node), words=file.words(node))
    for key, role in (("build-packages", Role.BUILD), ("stage-packages", Role.RUNTIME)):
        for node in scalars(part[key]):
            yield packages_found(
                [node.text], manager="apt", role=role, on=on, location=file.place(node), words=file.words(node)
            )
    channel = part["go-channel"]
    if channel.text:
        yield snap_found(
            [f"go/{channel.text}"], role=Role.BUILD, location=file.place(channel), words=file.words(channel)
        )


def _script(file: YamlFile, node: YamlNode, on: Sequence[str]) -> BuildFile:
    def place(at: int) -> Location:
        return file.place(node, at)

    return read_script(file.script(node), role=Role.BUILD, on=on, place=place)


def _no_go(file: YamlFile, name: str, part: YamlNode, base: str) -> Iterator[Gap]:
    if "go-deps" in [node.text for node in scalars(part["after"])]:
        return
    if base in _OLD_BASES:
        why, remedy = "the plugin takes its default snap of Go", "name it: go-channel: 1.26/stable"
    else:
        why = "the plugin brings no Go, and the part names no snap or package of it"
        remedy = "name it: build-snaps: [go/1.26/stable]"
    yield file.gap(part["plugin"], f"the Go that builds part {name[:60]}", why, remedy)
