"""docker-compose files: images of Go in which the program is built or run, and what runs beside it.

Which Dockerfile a service is built from is told by its path, and read as one; one that is written into the file
(`dockerfile_inline`) is read here. Variables without a default are not known: an image that takes one is a gap where it
may be the program's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.buildfiles.docker_words import expand
from supplymatrix.buildfiles.found import BuildFile, NamedFile, Role, gap_alone
from supplymatrix.buildfiles.images import go_of_image, without_login
from supplymatrix.buildfiles.scripts import shown
from supplymatrix.buildfiles.tree_paths import tree_path
from supplymatrix.buildfiles.workflows import image_beside, image_found
from supplymatrix.buildfiles.yaml_places import YamlFile, open_yaml, scalars
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.errors import InputError
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed

__all__ = ["read_compose"]

_MAX_SERVICES = 500
_IMAGE_CONTEXT = "docker-image://"


def read_compose(data: bytes, artifact: str) -> BuildFile:
    """Return what the file shows. Raises InputError."""
    file = open_yaml(data, artifact)
    services = list(file.root["services"].entries.items())
    told = file.first(services, _MAX_SERVICES, "services")
    return file.whole("compose", *(part for name, service in told for part in _service(file, name, service)))


def _service(file: YamlFile, name: str, service: YamlNode) -> Iterator[BuildFile]:
    build = service["build"]
    inline = build["dockerfile_inline"]
    if inline.text:
        yield from _inline(file, inline)
    elif build.text or build.kind == "mapping":
        yield _dockerfile(file, name, build)
    yield from _contexts(file, build["additional_contexts"])
    image = service["image"]
    if not image.text or build.text or build.kind == "mapping":
        return  # with a build, it is the name of what is made
    found = expand(image.text, {})
    if found.unresolved and go_of_image(image.text) is not None:
        wanted = f"the image of service {name[:60]} ({shown(without_login(image.text))[:100]})"
        gap = file.gap(image, wanted, "it takes a variable without a default", "give it a default: ${X:-…}")
        yield gap_alone(gap)
        return
    is_go = go_of_image(found.text) is not None
    part = (
        image_found(file, image, found.text, Role.DEVELOPMENT)
        if is_go
        else image_beside(file, image, found.text, Role.DEVELOPMENT)
    )
    stage = name[:100]
    yield changed(
        part,
        signs=tuple(changed(sign, stage=stage) for sign in part.signs),
        beside=tuple(changed(sign, stage=stage) for sign in part.beside),
    )


def _dockerfile(file: YamlFile, name: str, build: YamlNode) -> BuildFile:
    """Return the Dockerfile that a service is built from; one that lies elsewhere is a gap."""
    node = build["context"] if build.kind == "mapping" else build
    context = expand(node.text or ".", {})
    given = expand(build["dockerfile"].text or "Dockerfile", {})
    is_elsewhere = "://" in context.text or context.text.startswith(("git@", "github.com/", "/", "~"))
    folder = None if is_elsewhere else tree_path(file.artifact, context.text)
    path = tree_path(f"{folder}/" if folder else "", given.text) if folder is not None else None
    if path is None or context.unresolved or given.unresolved:
        wanted = f"the images of service {name[:60]}"
        why = f"it is built from {shown(context.text)[:100]}, which is not in the tree, or not known here"
        return gap_alone(file.gap(node, wanted, why, "look at it by hand"))
    place, words = file.place(build), file.words(build)
    named = NamedFile(paths=(path,), kind="dockerfile", location=place, words=words)
    return BuildFile(artifact="", kind="", named=(named,))


def _contexts(file: YamlFile, node: YamlNode) -> Iterator[BuildFile]:
    """Yield the images that a build takes under names of its own; other contexts that lie elsewhere are gaps."""
    for entry in scalars(node):
        text = expand(entry.text.partition("=")[2] if node.kind == "sequence" else entry.text, {}).text
        if text.startswith(_IMAGE_CONTEXT):
            yield image_found(file, entry, text.removeprefix(_IMAGE_CONTEXT), Role.BUILD)
        elif "://" in text:
            wanted = f"the images of {shown(text)[:100]}"
            yield gap_alone(file.gap(entry, wanted, "it is not in the tree", "look at it by hand"))


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
