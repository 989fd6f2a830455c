""".gitlab-ci.yml: images of jobs, variables, scripts. Includes and `extends` are not followed."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.buildfiles.environment import read_setting
from supplymatrix.buildfiles.found import BuildFile, Role, together
from supplymatrix.buildfiles.images import image_forms
from supplymatrix.buildfiles.scripts import read_script
from supplymatrix.buildfiles.workflows import image_found
from supplymatrix.buildfiles.yaml_places import YamlFile, open_yaml, scalars
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.model.location import Location

__all__ = ["read_gitlab_ci"]

_MAX_JOBS = 500
_SCRIPTS = ("before_script", "script", "after_script")


def read_gitlab_ci(data: bytes, artifact: str) -> BuildFile:
    """Return what the file shows. Raises InputError."""
    file = open_yaml(data, artifact)
    variables = {name: node.text or node["value"].text for name, node in file.root["variables"].entries.items()}
    default = _image_node(file.root["default"]["image"]) or _image_node(file.root["image"])
    parts = list(_settings(file, file.root))
    if default is not None:
        parts.append(_image(file, default, variables))
    jobs = [node for name, node in file.root.entries.items() if node.kind == "mapping" and name != "variables"]
    for job in jobs[:_MAX_JOBS]:
        own = _image_node(job["image"])
        if own is not None and own is not default:
            parts.append(_image(file, own, variables))
        parts += _settings(file, job)
        parts += _scripts(file, job, own or default)
    if file.root["include"].kind != "scalar" or file.root["include"].text:
        gap = file.gap(
            file.root["include"], "what the CI file includes", "included files are not read", "look at them by hand"
        )
        parts.append(BuildFile(artifact="", kind="", gaps=(gap,)))
    return together(artifact, "gitlab-ci", *parts)


def _image_node(node: YamlNode) -> YamlNode | None:
    found = node["name"] if node.kind == "mapping" else node
    return found if found.text else None


def _image(file: YamlFile, node: YamlNode, variables: dict[str, str]) -> BuildFile:
    from supplymatrix.buildfiles.docker_words import expand

    image = expand(node.text, variables)
    if image.unresolved:
        names = ", ".join(f"${name}" for name in image.unresolved)
        gap = file.gap(node, f"the image of a job ({node.text[:100]})", f"{names} is unresolved here", "name the image")
        return BuildFile(artifact="", kind="", gaps=(gap,))
    return image_found(file, node, image.text)


def _settings(file: YamlFile, job: YamlNode) -> Iterator[BuildFile]:
    for name, node in job["variables"].entries.items():
        text = node.text or node["value"].text
        if "$" not in text:
            yield read_setting(name, text, role=Role.CI, location=file.place(node), words=file.words(node))


def _scripts(file: YamlFile, job: YamlNode, image: YamlNode | None) -> Iterator[BuildFile]:
    on = image_forms(image.text) if image is not None and "$" not in image.text else ()
    for key in _SCRIPTS:
        for node in scalars(job[key]):
            yield _script(file, node, on)


def _script(file: YamlFile, node: YamlNode, on: tuple[str, ...]) -> BuildFile:
    def place(at: int) -> Location:
        return file.place(node, at)

    return read_script(node.text, role=Role.CI, on=on, place=place, head="script:")
