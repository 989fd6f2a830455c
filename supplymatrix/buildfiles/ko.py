""".ko.yaml: the base images on which ko puts programs, and with which flags it builds them.

Where no base image is named it is ko's own choice, which is told as such. Source: documentation of ko, "Configuration".
"""

from __future__ import annotations

from supplymatrix.buildfiles.environment import read_platforms
from supplymatrix.buildfiles.found import BuildFile, Role
from supplymatrix.buildfiles.go_builds import flags_found, variables_found
from supplymatrix.buildfiles.images import image_forms, without_login
from supplymatrix.buildfiles.scripts import shown
from supplymatrix.buildfiles.workflows import image_found
from supplymatrix.buildfiles.yaml_places import YamlFile, open_yaml, scalars
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.model.value import changed

__all__ = ["DEFAULT_BASE", "base_found", "read_ko"]

DEFAULT_BASE = "cgr.dev/chainguard/static"
"""What ko takes where nobody names a base, and goreleaser for what it lets ko build."""
_MAX_BUILDS = 500


def read_ko(data: bytes, artifact: str) -> BuildFile:
    """Return what the settings of ko show. Raises InputError."""
    file = open_yaml(data, artifact)
    root = file.root
    default = root["defaultBaseImage"]
    parts = [base_found(file, default if default.text else root, default.text)]
    overrides = file.first(list(root["baseImageOverrides"].entries.values()), _MAX_BUILDS, "images")
    parts += [base_found(file, node, node.text) for node in overrides if node.text]
    for build in file.first(root["builds"].items, _MAX_BUILDS, "builds"):
        parts += [*variables_found(file, build["env"]), *flags_found(file, build)]
    arches = tuple(
        use
        for key in ("defaultPlatforms", "platforms")
        for node in scalars(root[key])
        for use in read_platforms([node.text], file.place(node), file.words(node))
    )
    return file.whole("ko", *parts, BuildFile(artifact="", kind="", arches=arches))


def base_found(file: YamlFile, node: YamlNode, image: str) -> BuildFile:
    """Return what a base image shows; "" is the one that is taken where none is named."""
    if not image:
        words = f"{DEFAULT_BASE}: what is taken where no base image is named"
        found = image_found(file, node, DEFAULT_BASE, Role.RUNTIME)
        return changed(found, signs=tuple(changed(sign, words=words) for sign in found.signs))
    if "{{" in image or "$" in image or not image_forms(image):
        wanted = f"the image of a program that ko builds ({shown(without_login(image))[:100]})"
        gap = file.gap(node, wanted, "its name takes a variable or a template", "name the image")
        return BuildFile(artifact="", kind="", gaps=(gap,))
    return image_found(file, node, image, Role.RUNTIME)
