"""apko.yaml: the repositories and packages that an image is made of, its processors and variables."""

from __future__ import annotations

from supplymatrix.buildfiles.apk_contents import read_contents
from supplymatrix.buildfiles.environment import read_platforms, read_setting
from supplymatrix.buildfiles.found import BuildFile, Role
from supplymatrix.buildfiles.yaml_places import open_yaml, scalars
from supplymatrix.model.fact import Gap

__all__ = ["read_apko"]


def read_apko(data: bytes, artifact: str) -> BuildFile:
    """Return what the file of an image shows. Raises InputError."""
    file = open_yaml(data, artifact)
    settings = [
        read_setting(name, node.text, role=Role.RUNTIME, location=file.place(node), words=file.words(node))
        for name, node in file.root["environment"].entries.items()
    ]
    arches = tuple(
        use
        for node in scalars(file.root["archs"])
        for use in read_platforms([node.text], file.place(node), file.words(node))
    )
    gaps: tuple[Gap, ...] = ()
    if file.root["include"].text:
        node = file.root["include"]
        gaps = (file.gap(node, "what an image includes", "included files are not read", "name it in this file"),)
    head = BuildFile(artifact="", kind="", arches=arches, gaps=gaps)
    return file.whole("apko", read_contents(file, file.root["contents"], Role.RUNTIME), *settings, head)
