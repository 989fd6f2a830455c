""".gitlab-ci.yml, and the files that it includes from its own tree: images of jobs and services, variables, scripts,
and what is included from elsewhere. Variables within variables are filled in. `extends` and `!reference` are not
followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.buildfiles.environment import read_setting
from supplymatrix.buildfiles.found import BuildFile, NamedFile, Role, Tool, gap_alone, together
from supplymatrix.buildfiles.images import image_forms, without_login
from supplymatrix.buildfiles.pins import pin_of_ref
from supplymatrix.buildfiles.scripts import read_script, shown
from supplymatrix.buildfiles.tree_paths import tree_path
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
_DEEPEST = 8
"""How often variables are filled in that stand in others."""
_LONGEST = 1_000  # characters of a text with its variables filled in
_LOGIN = "…@"
_SCRIPTS = ("before_script", "script", "after_script")
_GIVEN_BY_SERVER = re.compile(r"\$\{?CI_SERVER_(?:FQDN|HOST)\}?")


def read_gitlab_ci(data: bytes, artifact: str) -> BuildFile:
    """Return what the file shows. Raises InputError."""
    file = open_yaml(data, artifact)
    variables = {name: node.text or node["value"].text for name, node in file.root["variables"].entries.items()}
    default = _image_node(file.root["default"]["image"]) or _image_node(file.root["image"])
    parts = list(_settings(file, file.root, variables))
    if default is not None:
        parts.append(_image(file, default, variables))
    for of_all in (file.root["default"], file.root):
        parts += [*_services(file, of_all["services"], variables), *_scripts(file, of_all, default, variables)]
    jobs = [(name, node) for name, node in file.root.entries.items() if _is_job(name, node)]
    for name, job in file.first(jobs, _MAX_JOBS, "jobs"):
        parts.append(_job(file, name, job, default, variables))
    parts += _includes(file, file.root["include"], variables)
    return file.whole("gitlab-ci", *parts)


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
    parts += [*_services(file, job["services"], known), *_settings(file, job, known)]
    parts += [*_scripts(file, job, own or default, known), *_identities(file, job)]
    parts += _includes(file, job["trigger"]["include"], known)
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
    image = _resolved(node.text, variables)
    if image is None:
        wanted = f"the image of a job ({shown(without_login(node.text))[:100]})"
        return gap_alone(file.gap(node, wanted, _why(node.text, variables), "name the image"))
    return image_found(file, node, image)


def _why(text: str, variables: dict[str, str]) -> str:
    from supplymatrix.buildfiles.docker_words import expand

    names = ", ".join(f"${name}" for name in expand(text, variables).unresolved)
    return f"{names} is unresolved here" if names else "it takes a variable, or an input, that has no value here"


def _resolved(text: str, variables: dict[str, str]) -> str | None:
    """Return a text with its variables filled in, and those in them; None where one is left."""
    from supplymatrix.buildfiles.docker_words import expand

    for _ in range(_DEEPEST):
        if "$" not in text:
            return text
        found = expand(text, variables)
        if found.unresolved or len(found.text) > _LONGEST:
            return None
        text = found.text
    return text if "$" not in text else None


def _services(file: YamlFile, node: YamlNode, variables: dict[str, str]) -> Iterator[BuildFile]:
    for item in file.first(node.items, _MAX_SERVICES, "services"):
        service = _image_node(item)
        image = _resolved(service.text, variables) if service is not None else None
        if service is not None and image is not None:
            yield image_beside(file, service, image, Role.CI)
        elif service is not None:
            wanted = f"the image of a service ({shown(without_login(service.text))[:100]})"
            yield gap_alone(file.gap(service, wanted, _why(service.text, variables), "name the image"))


def _settings(file: YamlFile, job: YamlNode, variables: dict[str, str]) -> Iterator[BuildFile]:
    for name, node in job["variables"].entries.items():
        text = _resolved(node.text or node["value"].text, variables)
        if text is not None:
            yield read_setting(name, text, role=Role.CI, location=file.place(node), words=_named(file, name, node))


def _named(file: YamlFile, name: str, node: YamlNode) -> str:
    """Return the line of a variable; its value may stand on a line of its own."""
    words = file.words(node)
    return words if name in words else shown(f"{name}: {node.text or node['value'].text}")


def _scripts(file: YamlFile, job: YamlNode, image: YamlNode | None, variables: dict[str, str]) -> Iterator[BuildFile]:
    named = _resolved(image.text, variables) if image is not None else None
    on = image_forms(without_login(named)) if named is not None else ()
    for key in _SCRIPTS:
        for node in scalars(job[key]):
            yield _script(file, node, on)


def _script(file: YamlFile, node: YamlNode, on: tuple[str, ...]) -> BuildFile:
    def place(at: int) -> Location:
        return file.place(node, at)

    return read_script(file.script(node), role=Role.CI, on=on, place=place, head="script:")


def _identities(file: YamlFile, job: YamlNode) -> Iterator[BuildFile]:
    """Yield that a job gets a token by which sigstore signs without a key."""
    for node in job["id_tokens"].entries.values():
        if any(word.text == "sigstore" for word in scalars(node["aud"])):
            tool = Tool(
                part=PathPart.SIGNING, what="sigstore identity of the job", pinned=Pinned.UNKNOWN, role=Role.CI,
                location=file.place(node), words=file.words(node),
            )  # fmt: skip
            yield BuildFile(artifact="", kind="", tools=(tool,))


def _includes(file: YamlFile, node: YamlNode, variables: dict[str, str]) -> Iterator[BuildFile]:
    """Yield what is included, by the file or by the pipeline that a job starts: a file of this tree is to be read; any
    other one may hold images."""
    items = node.items if node.kind == "sequence" else (node,) if node.kind == "mapping" or node.text else ()
    elsewhere: YamlNode | None = None
    for item in file.first(items, _MAX_INCLUDES, "includes"):
        local = _local(item)
        path = tree_path("", local)
        if item["artifact"].text:
            yield _unread(file, item, INCLUDED_HERE, "a job writes it")
        elif not local:
            elsewhere = elsewhere or item
            yield BuildFile(artifact="", kind="", tools=(_included(file, item, variables),))
        elif "*" in local or "$" in local or not path:
            yield _unread(file, item, INCLUDED_HERE, f"{shown(local)[:100]} names no one file")
        else:
            place = file.place(item["local"] if item["local"].text else item)
            named = NamedFile(paths=(path,), kind="gitlab-ci", location=place, words=file.words(item))
            yield BuildFile(artifact="", kind="", named=(named,))
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
        path = next((node.text for node in scalars(item["file"])), "")
        what = f"include {_address(item['project'])}:{shown(path)}".removesuffix(":")
        return _step(file, item["project"], what, item["ref"].text, variables)
    component = item["component"].text
    if component:
        name, _, ref = component.partition("@")
        return _step(
            file,
            item["component"],
            f"include {_GIVEN_BY_SERVER.sub('…', shown(name)).replace(_LOGIN, '')}",
            ref,
            variables,
        )
    node = next((item[key] for key in ("remote", "template") if item[key].text), item)
    place, words = file.place(node), file.words(node)
    pinned, wants = Pinned.FLOATING, "add integrity: sha256-… of the file, or copy it here"
    if item["integrity"].text.startswith("sha256-"):
        pinned, wants = Pinned.DIGEST, ""
    elif not item["remote"].text and item.kind != "scalar":
        pinned, wants = Pinned.UNKNOWN, ""  # a template comes with the server, and changes with it
    what = f"include {_address(node) or 'by a rule'}"
    return Tool(part=PathPart.CI_STEP, what=what, pinned=pinned, role=Role.CI, location=place, words=words, wants=wants)


def _address(node: YamlNode) -> str:
    return shown(node.text).replace(_LOGIN, "")


def _step(file: YamlFile, node: YamlNode, what: str, ref: str, variables: dict[str, str]) -> Tool:
    ref = shown(_resolved(ref, variables) or ref)
    pinned = pin_of_ref(ref)
    named = f"{what}@{ref}" if ref else what
    wants = "" if pinned is Pinned.DIGEST else "name a commit or a full version as its ref"
    return Tool(
        part=PathPart.CI_STEP, what=named, pinned=pinned, role=Role.CI, location=file.place(node),
        words=file.words(node), version=ref if pinned is Pinned.VERSION else "", wants=wants,
    )  # fmt: skip
