""".gitlab-ci.yml, and the files that it usually includes from its own tree: images of jobs and services, variables,
scripts, and what is included from elsewhere. `extends` and `!reference` are not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.buildfiles.environment import read_setting
from supplymatrix.buildfiles.found import BuildFile, Role, Tool, together
from supplymatrix.buildfiles.images import image_forms
from supplymatrix.buildfiles.pins import pin_of_ref
from supplymatrix.buildfiles.registry import kind_of
from supplymatrix.buildfiles.scripts import read_script, shown
from supplymatrix.buildfiles.workflows import image_beside, image_found
from supplymatrix.buildfiles.yaml_places import YamlFile, open_yaml, scalars
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed
from supplymatrix.model.vendor_path import PathPart, Pinned

__all__ = ["INCLUDED_ELSEWHERE", "read_gitlab_ci"]

INCLUDED_ELSEWHERE = "what the CI file includes"
"""What the gap wants of files that are included from elsewhere; each of them is told as a step of CI, too."""
INCLUDED_HERE = "what a file of this tree says that the CI file includes"
_MAX_JOBS = 500
_MAX_INCLUDES = 200
_MAX_SERVICES = 100
_SCRIPTS = ("before_script", "script", "after_script")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_GIVEN_BY_SERVER = re.compile(r"\$\{?CI_SERVER_(?:FQDN|HOST)\}?")


def read_gitlab_ci(data: bytes, artifact: str) -> BuildFile:
    """Return what the file shows. Raises InputError."""
    file = open_yaml(data, artifact)
    variables = {name: node.text or node["value"].text for name, node in file.root["variables"].entries.items()}
    default = _image_node(file.root["default"]["image"]) or _image_node(file.root["image"])
    parts = list(_settings(file, file.root))
    if default is not None:
        parts.append(_image(file, default, variables))
    for node in (file.root["default"]["services"], file.root["services"]):
        parts += _services(file, node)
    jobs = [(name, node) for name, node in file.root.entries.items() if _is_job(name, node)]
    if len(jobs) > _MAX_JOBS:
        gap = file.gap(jobs[_MAX_JOBS][1], "the further jobs", f"there are more than {_MAX_JOBS}", "split the file")
        parts.append(BuildFile(artifact="", kind="", gaps=(gap,)))
    for name, job in jobs[:_MAX_JOBS]:
        parts.append(_job(file, name, job, default, variables))
    parts += _includes(file, variables)
    return together(artifact, "gitlab-ci", *parts)


def _is_job(name: str, node: YamlNode) -> bool:
    return node.kind == "mapping" and name not in (
        "variables",
        "default",
        "include",
        "workflow",
        "spec",
        "image",
        "cache",
    )


def _job(file: YamlFile, name: str, job: YamlNode, default: YamlNode | None, variables: dict[str, str]) -> BuildFile:
    own = _image_node(job["image"])
    known = {**variables, **{key: node.text or node["value"].text for key, node in job["variables"].entries.items()}}
    parts = [_image(file, own, known)] if own is not None and own is not default else []
    parts += [*_services(file, job["services"]), *_settings(file, job), *_scripts(file, job, own or default)]
    parts += _identities(file, job)
    whole = together("", "", *parts)
    stage = name[:100]
    return changed(
        whole,
        signs=tuple(changed(sign, stage=stage) for sign in whole.signs),
        beside=tuple(changed(sign, stage=stage) for sign in whole.beside),
        tools=tuple(changed(tool, stage=stage) for tool in whole.tools),
    )


def _image_node(node: YamlNode) -> YamlNode | None:
    found = node["name"] if node.kind == "mapping" else node
    return found if found.text else None


def _image(file: YamlFile, node: YamlNode, variables: dict[str, str]) -> BuildFile:
    from supplymatrix.buildfiles.docker_words import expand

    image = expand(node.text, variables)
    if image.unresolved or "$[[" in node.text:
        names = ", ".join(f"${name}" for name in image.unresolved) or "an input"
        gap = file.gap(node, f"the image of a job ({node.text[:100]})", f"{names} is unresolved here", "name the image")
        return BuildFile(artifact="", kind="", gaps=(gap,))
    return image_found(file, node, image.text)


def _services(file: YamlFile, node: YamlNode) -> Iterator[BuildFile]:
    for item in node.items[:_MAX_SERVICES]:
        service = _image_node(item)
        if service is not None and "$" not in service.text:
            yield image_beside(file, service, service.text, Role.CI)


def _settings(file: YamlFile, job: YamlNode) -> Iterator[BuildFile]:
    for name, node in job["variables"].entries.items():
        text = node.text or node["value"].text
        if "$" not in text:
            yield read_setting(name, text, role=Role.CI, location=file.place(node), words=_named(file, name, node))


def _named(file: YamlFile, name: str, node: YamlNode) -> str:
    """Return the line of a variable; its value may stand on a line of its own."""
    words = file.words(node)
    return words if name in words else shown(f"{name}: {node.text or node['value'].text}")


def _scripts(file: YamlFile, job: YamlNode, image: YamlNode | None) -> Iterator[BuildFile]:
    on = image_forms(image.text) if image is not None and "$" not in image.text else ()
    for key in _SCRIPTS:
        for node in scalars(job[key]):
            yield _script(file, node, on)


def _script(file: YamlFile, node: YamlNode, on: tuple[str, ...]) -> BuildFile:
    def place(at: int) -> Location:
        return file.place(node, at)

    return read_script(node.text, role=Role.CI, on=on, place=place, head="script:")


def _identities(file: YamlFile, job: YamlNode) -> Iterator[BuildFile]:
    """Yield that a job gets a token by which sigstore signs without a key."""
    for node in job["id_tokens"].entries.values():
        if any(word.text == "sigstore" for word in scalars(node["aud"])):
            tool = Tool(
                part=PathPart.SIGNING, what="sigstore identity of the job", pinned=Pinned.UNKNOWN, role=Role.CI,
                location=file.place(node), words=file.words(node),
            )  # fmt: skip
            yield BuildFile(artifact="", kind="", tools=(tool,))


def _includes(file: YamlFile, variables: dict[str, str]) -> Iterator[BuildFile]:
    """Yield what is included: a file of this tree that is read by itself is nothing; any other one may hold images."""
    node = file.root["include"]
    items = node.items if node.kind == "sequence" else (node,) if node.kind == "mapping" or node.text else ()
    if len(items) > _MAX_INCLUDES:
        yield _unread(file, items[_MAX_INCLUDES], INCLUDED_HERE, f"there are more than {_MAX_INCLUDES}")
    elsewhere: YamlNode | None = None
    for item in items[:_MAX_INCLUDES]:
        local = _local(item)
        if not local:
            elsewhere = elsewhere or item
            yield BuildFile(artifact="", kind="", tools=(_included(file, item, variables),))
        elif kind_of(local.lstrip("/")) != "gitlab-ci" or "*" in local or "$" in local:
            yield _unread(file, item, INCLUDED_HERE, f"{local[:100]}: files of that name are not read")
    if elsewhere is not None:
        yield _unread(file, elsewhere, INCLUDED_ELSEWHERE, "included files are not read")


def _unread(file: YamlFile, node: YamlNode, wanted: str, reason: str) -> BuildFile:
    gap = file.gap(node, wanted, reason, "look at them by hand")
    return BuildFile(artifact="", kind="", gaps=(gap,))


def _local(item: YamlNode) -> str:
    """Return the path of a file of this tree, "" for what comes from elsewhere."""
    if item.kind == "scalar":
        return "" if "://" in item.text else item.text
    return item["local"].text


def _included(file: YamlFile, item: YamlNode, variables: dict[str, str]) -> Tool:
    if item["project"].text:
        what = f"include {item['project'].text}:{next((n.text for n in scalars(item['file'])), '')}".removesuffix(":")
        return _step(file, item["project"], what, item["ref"].text, variables)
    component = item["component"].text
    if component:
        name, _, ref = component.partition("@")
        return _step(file, item["component"], f"include {_GIVEN_BY_SERVER.sub('…', name)}", ref, variables)
    node = next((item[key] for key in ("remote", "template") if item[key].text), item)
    place, words = file.place(node), file.words(node)
    pinned, wants = Pinned.FLOATING, "add integrity: sha256-… of the file, or copy it here"
    if item["integrity"].text.startswith("sha256-"):
        pinned, wants = Pinned.DIGEST, ""
    elif not item["remote"].text and item.kind != "scalar":
        pinned, wants = Pinned.UNKNOWN, ""  # a template comes with the server, and changes with it
    what = f"include {shown(node.text) or 'by a rule'}"
    return Tool(part=PathPart.CI_STEP, what=what, pinned=pinned, role=Role.CI, location=place, words=words, wants=wants)


def _step(file: YamlFile, node: YamlNode, what: str, ref: str, variables: dict[str, str]) -> Tool:
    filled = _VARIABLE.fullmatch(ref)
    ref = variables.get(filled[1], ref) if filled else ref
    pinned = pin_of_ref(ref)
    named = f"{what}@{ref}" if ref else what
    wants = "" if pinned is Pinned.DIGEST else "name a commit or a full version as its ref"
    return Tool(
        part=PathPart.CI_STEP, what=named, pinned=pinned, role=Role.CI, location=file.place(node),
        words=file.words(node), version=ref if pinned is Pinned.VERSION else "", wants=wants,
    )  # fmt: skip
