"""rockcraft.yaml: the image that a rock is made of, what it is built on, and which Go builds its parts."""

from __future__ import annotations

from supplymatrix.buildfiles.craft_parts import base_image, image_sign, read_craft_arches, read_parts
from supplymatrix.buildfiles.found import BuildFile, Role
from supplymatrix.buildfiles.images import image_forms
from supplymatrix.buildfiles.yaml_places import open_yaml

__all__ = ["read_rockcraft"]


def read_rockcraft(data: bytes, artifact: str) -> BuildFile:
    """Return what the file of a rock shows. Raises InputError."""
    file = open_yaml(data, artifact)
    base, build = file.root["base"], file.root["build-base"]
    signs = []
    if base_image(base.text):
        role = Role.RUNTIME if build.text and build.text != base.text else Role.BOTH
        signs.append(image_sign(file, base, base_image(base.text), role))
    if build.text != base.text and base_image(build.text):
        signs.append(image_sign(file, build, base_image(build.text), Role.BUILD))
    built_on = build.text or base.text
    image = base_image(built_on)
    head = BuildFile(artifact="", kind="", signs=tuple(signs), arches=read_craft_arches(file))
    return file.whole("rockcraft", head, read_parts(file, built_on, image_forms(image) if image else ()))
