"""melange.yaml: on which apk world a package is built, and with which Go (`uses: go/build`, `go-package`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from supplymatrix.buildfiles.apk_contents import read_contents, repositories_of
from supplymatrix.buildfiles.environment import read_platforms, read_setting
from supplymatrix.buildfiles.found import BuildFile, Role, Sign, together
from supplymatrix.buildfiles.scripts import packages_found, read_script
from supplymatrix.buildfiles.yaml_places import YamlFile, open_yaml, scalars
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.model.location import Location
from supplymatrix.model.vendor import DetectKind

__all__ = ["read_melange"]

_GO_STEPS = frozenset({"go/build", "go/install"})
_DEFAULT_GO = "go"
_MAX_STEPS = 2_000


def read_melange(data: bytes, artifact: str) -> BuildFile:
    """Return what the file of a package shows. Raises InputError."""
    file = open_yaml(data, artifact)
    world = file.root["environment"]
    on = repositories_of(world["contents"])
    parts = [read_contents(file, world["contents"], Role.BUILD)]
    for name, node in world["environment"].entries.items():
        parts.append(read_setting(name, node.text, role=Role.BUILD, location=file.place(node), words=file.words(node)))
    parts += [_step(file, step, on) for step in file.first(list(_steps(file.root)), _MAX_STEPS, "steps")]
    arches = tuple(
        use
        for node in scalars(file.root["package"]["target-architecture"])
        for use in read_platforms([node.text], file.place(node), file.words(node))
    )
    return file.whole("melange", *parts, BuildFile(artifact="", kind="", arches=arches))


def _steps(root: YamlNode) -> Iterator[YamlNode]:
    """Yield the steps of all pipelines, those within others too."""
    waiting = deque(root["pipeline"].items)
    for package in root["subpackages"].items:
        waiting += package["pipeline"].items
    while waiting:
        step = waiting.popleft()
        yield step
        waiting += step["pipeline"].items


def _step(file: YamlFile, step: YamlNode, on: Sequence[str]) -> BuildFile:
    parts: list[BuildFile] = []
    uses, given = step["uses"], step["with"]
    if uses.text in _GO_STEPS:
        node = given["go-package"] if given["go-package"].text else uses
        name = given["go-package"].text or _DEFAULT_GO
        place, words = file.place(node), file.words(node)
        parts.append(packages_found([name], manager="apk", role=Role.BUILD, on=on, location=place, words=words))
        tags = given["tags"]
        if tags.text:
            kind, texts = DetectKind.BUILD_SETTING, (f"-tags={tags.text}",)
            sign = Sign(kind=kind, texts=texts, role=Role.BUILD, location=file.place(tags), words=file.words(tags))
            parts.append(BuildFile(artifact="", kind="", signs=(sign,)))
        experiment = given["experiments"]
        if experiment.text:
            parts.append(
                read_setting(
                    "GOEXPERIMENT",
                    experiment.text,
                    role=Role.BUILD,
                    location=file.place(experiment),
                    words=file.words(experiment),
                )
            )
    runs = step["runs"]
    if runs.text:

        def place_of(at: int) -> Location:
            return file.place(runs, at)

        parts.append(read_script(file.script(runs), role=Role.BUILD, on=on, place=place_of))
    return together("", "", *parts)
