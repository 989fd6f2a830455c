"""snapcraft.yaml: base, build base, and which Go builds the parts.

>>> data = b"name: svc\\nbase: core24\\nparts:\\n  svc:\\n    plugin: go\\n    build-snaps: [go/1.26-fips/stable]\\n"
>>> [(use.version, use.location.line) for use in read_snapcraft(data, "snapcraft.yaml").gos]
[('1.26', 6)]
"""

from __future__ import annotations

import re

from supplymatrix.buildfiles.craft_parts import base_image, image_sign, read_craft_arches, read_parts
from supplymatrix.buildfiles.found import BuildFile, Role, Sign
from supplymatrix.buildfiles.images import image_forms
from supplymatrix.buildfiles.yaml_places import open_yaml
from supplymatrix.model.vendor import DetectKind

__all__ = ["read_snapcraft"]


def read_snapcraft(data: bytes, artifact: str) -> BuildFile:
    """Return what the file of a snap shows. Raises InputError."""
    file = open_yaml(data, artifact)
    base = file.root["base"]
    built_on = file.root["build-base"].text or base.text
    signs: tuple[Sign, ...] = ()
    if re.fullmatch(r"core(?:[0-9]{2})?", base.text):  # the system under a snap of this base calls itself ubuntu-core
        signs = (
            Sign(
                kind=DetectKind.OS_RELEASE,
                texts=("ubuntu-core",),
                role=Role.RUNTIME,
                location=file.place(base),
                words=file.words(base),
            ),
        )
    image = base_image(built_on)
    if base_image(base.text):
        signs += (image_sign(file, base, base_image(base.text), Role.RUNTIME),)
    if built_on != base.text and image:
        signs += (image_sign(file, file.root["build-base"], image, Role.BUILD),)
    head = BuildFile(artifact="", kind="", signs=signs, arches=read_craft_arches(file))
    return file.whole("snapcraft", head, read_parts(file, built_on, image_forms(image) if image else ()))
