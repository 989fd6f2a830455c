"""docker-compose files: images of Go in which the program is built or run, and what runs beside it.

Which Dockerfile a service is built from is read by itself; one that is written into the file (`dockerfile_inline`) is
read here. Variables without a default are not known, and an image that takes one is left out with a gap where it may be
the program's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.buildfiles.docker_words import expand
from supplymatrix.buildfiles.found import BuildFile, Role, together
from supplymatrix.buildfiles.images import go_of_image
from supplymatrix.buildfiles.workflows import image_beside, image_found
from supplymatrix.buildfiles.yaml_places import YamlFile, open_yaml
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.errors import InputError
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed

__all__ = ["read_compose"]

_MAX_SERVICES = 500


def read_compose(data: bytes, artifact: str) -> BuildFile:
    """Return what the file shows. Raises InputError."""
    file = open_yaml(data, artifact)
    services = list(file.root["services"].entries.items())
    parts = [part for name, service in services[:_MAX_SERVICES] for part in _service(file, name, service)]
    if len(services) > _MAX_SERVICES:
        gap = file.gap(services[_MAX_SERVICES][1], "the further services", f"there are more than {_MAX_SERVICES}", "")
        parts.append(BuildFile(artifact="", kind="", gaps=(gap,)))
    return together(artifact, "compose", *parts)


def _service(file: YamlFile, name: str, service: YamlNode) -> Iterator[BuildFile]:
    build = service["build"]
    inline = build["dockerfile_inline"]
    if inline.text:
        yield from _inline(file, inline)
    image = service["image"]
    if not image.text or build.text or build.kind == "mapping":
        return  # with a build, it is the name of what is made
    found = expand(image.text, {})
    if found.unresolved:
        if go_of_image(image.text) is not None:
            wanted = f"the image of service {name[:60]} ({image.text[:100]})"
            gap = file.gap(image, wanted, "it takes a variable without a default", "give it a default: ${X:-…}")
            yield BuildFile(artifact="", kind="", gaps=(gap,))
        return
    is_go = go_of_image(found.text) is not None
    part = (
        image_found(file, image, found.text, Role.OTHER) if is_go else image_beside(file, image, found.text, Role.OTHER)
    )
    stage = name[:100]
    yield changed(
        part,
        signs=tuple(changed(sign, stage=stage) for sign in part.signs),
        beside=tuple(changed(sign, stage=stage) for sign in part.beside),
    )


def _inline(file: YamlFile, node: YamlNode) -> Iterator[BuildFile]:
    """Yield what a Dockerfile within the file shows, with its places in the file."""
    from supplymatrix.buildfiles.dockerfile_signs import read_dockerfile

    try:
        found = read_dockerfile(node.text.encode("utf-8", "replace"), file.artifact)
    except InputError as err:
        gap = file.gap(node, "what a Dockerfile in this file says", err.diagnostics[0].message, "write it as a file")
        yield BuildFile(artifact="", kind="", gaps=(gap,))
        return
    first = file.place(node, 0).line

    def moved(place: Location | None) -> Location:
        at = place.line - 1 if place is not None and place.line else 0
        return Location(artifact=file.artifact, line=min(first + at, len(file.lines)), column=1)

    yield changed(
        found,
        signs=tuple(changed(sign, location=moved(sign.location)) for sign in found.signs),
        gos=tuple(changed(use, location=moved(use.location)) for use in found.gos),
        arches=tuple(changed(use, location=moved(use.location)) for use in found.arches),
        gaps=tuple(changed(gap, location=moved(gap.location)) for gap in found.gaps),
        tools=tuple(changed(tool, location=moved(tool.location)) for tool in found.tools),
    )
