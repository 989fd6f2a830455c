""".goreleaser.yaml: with what programs are built and released: Go, variables, flags, the module proxy, the base images
of what ko builds, who signs what, and bills of materials.

    >>> data = b"builds:\\n  - gobinary: go1.25.3\\nsigns:\\n  - cmd: cosign\\n    artifacts: checksum\\n"
    >>> file = read_goreleaser(data, ".goreleaser.yaml")
    >>> file.gos[0].version, [(tool.what, tool.location.line) for tool in file.tools]
    ('1.25.3', [('cosign signs checksum', 4)])

Dockerfiles that it names are read by themselves. Templates (`{{ … }}`) are not filled in. goreleaser takes no notice of
.ko.yaml. Source: documentation of goreleaser, "Customization".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.buildfiles.environment import read_platforms
from supplymatrix.buildfiles.found import ArchUse, BuildFile, GoUse, NamedFile, Role, Tool, gap_alone
from supplymatrix.buildfiles.go_builds import flags_found, variables_found
from supplymatrix.buildfiles.ko import base_found
from supplymatrix.buildfiles.scripts import shown
from supplymatrix.buildfiles.tree_paths import tree_path
from supplymatrix.buildfiles.yaml_places import YamlFile, open_yaml, scalars
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.model.gap import Gap
from supplymatrix.model.vendor_path import PathPart, Pinned

__all__ = ["read_goreleaser"]

_MAX_ITEMS = 500
_GO = re.compile(r"(?:\S*/)?go(1\.[0-9]{1,4}(?:\.[0-9]{1,4}|(?:rc|beta)[0-9]{1,3})?)(?:\S*)?")
_SIGNED = {
    "signs": ("gpg", "checksum"), "docker_signs": ("cosign", "images"), "binary_signs": ("gpg", "binaries"),
}  # fmt: skip
"""Sections that sign: with which program, and what, where they do not say it."""
_OTHER_BUILDERS = frozenset({"rust", "zig", "bun", "deno", "python", "uv", "poetry", "prebuilt"})


def read_goreleaser(data: bytes, artifact: str) -> BuildFile:
    """Return what the file shows. Raises InputError."""
    file = open_yaml(data, artifact)
    root = file.root
    parts = list(variables_found(file, root["env"]))
    builds = [*root["builds"].items, *([root["build"]] if root["build"].kind == "mapping" else [])]
    for build in file.first(builds, _MAX_ITEMS, "builds"):
        if build["builder"].text not in _OTHER_BUILDERS:
            parts += _build(file, build)
    parts += _proxy(file, root["gomod"])
    for ko in file.first(root["kos"].items, _MAX_ITEMS, "images of ko"):
        base = ko["base_image"]
        parts += [base_found(file, base if base.text else ko, base.text), *variables_found(file, ko["env"])]
        parts += flags_found(file, ko)
        parts.append(BuildFile(artifact="", kind="", arches=_arches(file, ko["platforms"])))
    parts += _dockerfiles(file)
    tools = (*_signing(file), *_attested(file), *_bills(file))
    gaps = _gaps(file)
    return file.whole("goreleaser", *parts, BuildFile(artifact="", kind="", tools=tools, gaps=gaps))


def _gaps(file: YamlFile) -> tuple[Gap, ...]:
    includes = file.root["includes"]
    if not includes.items:
        return ()
    return (file.gap(includes, "what the release file includes", "included files are not read", "copy them in"),)


def _build(file: YamlFile, build: YamlNode) -> Iterator[BuildFile]:
    yield from variables_found(file, build["env"])
    yield from flags_found(file, build)
    go = build["tool"] if build["tool"].text else build["gobinary"]
    if go.text and go.text != "go":
        found = _GO.fullmatch(go.text)
        use = GoUse(version=found[1] if found else "", role=Role.BUILD, location=file.place(go), words=file.words(go))
        yield BuildFile(artifact="", kind="", gos=(use,))
    yield BuildFile(artifact="", kind="", arches=_arches(file, build["goarch"]))


def _arches(file: YamlFile, node: YamlNode) -> tuple[ArchUse, ...]:
    return tuple(
        use for word in scalars(node) for use in read_platforms([word.text], file.place(word), file.words(word))
    )


def _proxy(file: YamlFile, gomod: YamlNode) -> Iterator[BuildFile]:
    yield from variables_found(file, gomod["env"])
    proxy = gomod["proxy"]
    if proxy.text.lower() in ("true", "yes", "on"):
        tool = Tool(
            part=PathPart.PROXY, what="the module itself is taken from the proxy", pinned=Pinned.VERSION,
            role=Role.BUILD, location=file.place(proxy), words=file.words(proxy),
        )  # fmt: skip
        yield BuildFile(artifact="", kind="", tools=(tool,))
    go = gomod["gobinary"]
    found = _GO.fullmatch(go.text) if go.text != "go" else None
    if found:
        use = GoUse(version=found[1], role=Role.BUILD, location=file.place(go), words=file.words(go))
        yield BuildFile(artifact="", kind="", gos=(use,))


def _signing(file: YamlFile) -> Iterator[Tool]:
    for section, (program, otherwise) in _SIGNED.items():
        for node in file.first(file.root[section].items, _MAX_ITEMS, f"entries of {section}"):
            artifacts = node["artifacts"].text or otherwise
            cmd = node["cmd"].text or program
            if artifacts == "none":
                continue
            yield _tool(file, PathPart.SIGNING, node, f"{cmd.rpartition('/')[2][:60]} signs {artifacts[:60]}")
    notarize = file.root["notarize"]
    for node in file.first(notarize["macos"].items, _MAX_ITEMS, "entries of notarize"):
        yield _tool(file, PathPart.SIGNING, node, "Apple signs and notarizes")
    for nfpm in file.first(file.root["nfpms"].items, _MAX_ITEMS, "entries of nfpms"):
        for form in ("rpm", "deb", "apk"):
            key = nfpm[form]["signature"]["key_file"]
            if key.text:
                yield _tool(file, PathPart.SIGNING, key, f"{form} packages are signed with a key")


def _attested(file: YamlFile) -> Iterator[Tool]:
    node = file.root["attestations"]
    for item in node.items or ((node,) if node.kind == "mapping" else ()):
        yield _tool(file, PathPart.SIGNING, item, "attestations of the release")
    for section in ("dockers_v2", "dockers"):
        for docker in file.first(file.root[section].items, _MAX_ITEMS, f"entries of {section}"):
            for flag in scalars(docker["build_flag_templates"]):
                if flag.text.startswith(("--provenance", "--attest")) and "false" not in flag.text:
                    yield _tool(file, PathPart.SIGNING, flag, "provenance by the image's builder, not signed")


def _bills(file: YamlFile) -> Iterator[Tool]:
    for node in file.first(file.root["sboms"].items, _MAX_ITEMS, "entries of sboms"):
        cmd = (node["cmd"].text or "syft").rpartition("/")[2][:60]
        artifacts = (node["artifacts"].text or "archive")[:60]
        yield _tool(file, PathPart.SIGNING, node, f"bill of materials of each {artifacts} by {cmd}")


def _tool(file: YamlFile, part: PathPart, node: YamlNode, what: str) -> Tool:
    return Tool(
        part=part, what=what, pinned=Pinned.UNKNOWN, role=Role.BUILD, location=file.place(node), words=file.words(node)
    )


def _dockerfiles(file: YamlFile) -> Iterator[BuildFile]:
    """Yield the Dockerfiles that are named; one by a template is a gap."""
    for section in ("dockers", "dockers_v2"):
        for docker in file.root[section].items[:_MAX_ITEMS]:
            node = docker["dockerfile"]
            if not node.text:
                continue
            paths = tuple(path for folder in ("", file.artifact) if (path := tree_path(folder, node.text)))
            if "{{" in node.text or not paths:
                why = "its name is a template" if paths else "it is not in the tree"
                yield gap_alone(file.gap(node, f"the images of {shown(node.text)[:100]}", why, "name the file"))
                continue
            place, words = file.place(node), file.words(node)
            named = NamedFile(paths=paths, kind="dockerfile", location=place, words=words)
            yield BuildFile(artifact="", kind="", named=(named,))
