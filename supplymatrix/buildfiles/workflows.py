"""Workflows and composite actions of GitHub Actions: the actions that they use, the Go that they set up, the images in
which their jobs run, what their steps install and sign with.

    >>> data = b"jobs: {t: {steps: [{uses: actions/setup-go@v5,\\n  with: {go-version: 1.25.x}}]}}\\n"
    >>> [(use.version, use.location.line) for use in read_workflow(data, ".github/workflows/ci.yml").gos]
    [('1.25', 2)]

An expression is filled in where it names a list of the job's own matrix, or a variable of an `env` that has a plain
value; every other one is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from supplymatrix.buildfiles.environment import arch_of, read_platforms, read_setting
from supplymatrix.buildfiles.found import (
    NOTHING_FOUND,
    ArchUse,
    BuildFile,
    GoUse,
    NamedFile,
    Role,
    Sign,
    Tool,
    gap_alone,
    together,
)
from supplymatrix.buildfiles.images import go_of_image, image_forms, is_image_name, without_login
from supplymatrix.buildfiles.pins import pin_of_image, pin_of_ref, wanted_image
from supplymatrix.buildfiles.scripts import read_script, shown
from supplymatrix.buildfiles.tree_paths import tree_path
from supplymatrix.buildfiles.yaml_places import YamlFile, open_yaml, scalars
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import DetectKind
from supplymatrix.model.vendor_path import PathPart, Pinned

__all__ = ["image_beside", "image_found", "read_workflow", "yaml_number"]

_MAX_JOBS = 500
_MAX_STEPS = 1_000
_MAX_VALUES = 50  # of one list of a matrix
_SETUP_GO = "actions/setup-go"
_MATRIX = re.compile(r"\$\{\{[ \t]*matrix\.([A-Za-z0-9_-]+)[ \t]*\}\}")
_VARIABLE = re.compile(r"\$\{\{[ \t]*env\.([A-Za-z0-9_]+)[ \t]*\}\}")
_VERSION = re.compile(r"[\^~>= v]*(?:go)?(1\.[0-9]{1,4})(\.[0-9]{1,4}|(?:rc|beta)[0-9]{1,3})?(\.x|\.\*)?")
_UBUNTU = re.compile(r"ubuntu-([0-9]{2}\.[0-9]{2})(?:-.*)?")
_ACTION = re.compile(r"([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)(/[A-Za-z0-9_./ -]*)?@([A-Za-z0-9_./+-]+)")
_BEHIND = 300  # characters of a line behind a commit in which the comment is that says what it is
_COMMENT = re.compile(r"#[ \t]*(?:tag[=:][ \t]*|pin@|ratchet:\S+@)?(v?[0-9][0-9A-Za-z.+-]*)")
_SIGNING = {
    "sigstore/cosign-installer": "cosign",
    "sigstore/gh-action-sigstore-python": "sigstore",
    "actions/attest": "GitHub attestations",
    "actions/attest-build-provenance": "GitHub attestations: provenance",
    "actions/attest-sbom": "GitHub attestations: bill of materials",
    "slsa-framework/slsa-github-generator": "SLSA provenance",
    "slsa-framework/slsa-verifier": "",
    "crazy-max/ghaction-import-gpg": "OpenPGP key",
    "notaryproject/notation-action": "notation",
    "chainguard-dev/actions": "",
}
"""Actions that sign or bring what signs, and what it is; "" where it does not."""
_NAME_IT = "name the image"
_ARCH_KEYS = ("goarch", "arch", "architecture", "platform", "platforms")


def yaml_number(text: str) -> str:
    """Return what a version without quotes is to YAML, where that is another number: "1.2" for `1.20`; else ""."""
    return text.rstrip("0") if re.fullmatch(r"1\.[0-9]*[1-9]0+", text) else ""


def read_workflow(data: bytes, artifact: str) -> BuildFile:
    """Return what a workflow shows. Raises InputError."""
    file = open_yaml(data, artifact)
    parts = [_settings(file, file.root["env"])]
    jobs = list(file.root["jobs"].entries.items())
    parts += [_Job(file, job, name).read() for name, job in file.first(jobs, _MAX_JOBS, "jobs")]
    if file.root["jobs"].items:
        parts.append(
            gap_alone(file.gap(file.root["jobs"], "the jobs of a workflow", "they have no names", "name them"))
        )
    runs = file.root["runs"]
    if runs.kind == "mapping" and not jobs:  # an action of this repository
        parts.append(_Job(file, runs, "runs").read())
    return file.whole("workflow", *parts)


def _settings(file: YamlFile, node: YamlNode) -> BuildFile:
    """Return what the variables of an `env` show; one whose value is an expression is left out."""
    found = [
        read_setting(name, entry.text, role=Role.CI, location=file.place(entry), words=file.words(entry))
        for name, entry in node.entries.items()
        if "${{" not in entry.text
    ]
    return together("", "", *found)


class _Job:
    """One job, or the `runs` of an action."""

    def __init__(self, file: YamlFile, job: YamlNode, name: str) -> None:
        self._file = file
        self._job = job
        self._name = name[:100]
        self._matrix = job["strategy"]["matrix"]
        self._on: tuple[str, ...] = ()

    def read(self) -> BuildFile:
        job, file = self._job, self._file
        parts = [_settings(file, job["env"])]
        container = job["container"]["image"] if job["container"].kind == "mapping" else job["container"]
        if container.text:
            parts.append(self._container(container))
        else:
            runner = next((_UBUNTU.fullmatch(node.text) for node in scalars(job["runs-on"])), None)
            self._on = image_forms(f"ubuntu:{runner[1]}") if runner else ()
            if any(node.text == "ubuntu-latest" for node in scalars(job["runs-on"])):
                self._on = image_forms("ubuntu")
        if job["uses"].text:
            parts.append(self._action(job["uses"]))
        services = file.first(list(job["services"].entries.values()), _MAX_STEPS, "services of a job")
        parts += [self._service(service if service.text else service["image"]) for service in services]
        if job["image"].text.startswith("docker://"):
            parts.append(self._docker(job["image"]))
        parts += [self._step(step) for step in file.first(job["steps"].items, _MAX_STEPS, "steps of a job")]
        if job["steps"].kind == "mapping":
            parts.append(gap_alone(file.gap(job["steps"], "the steps of a job", "they are no list", "make them one")))
        arches = [use for key in _ARCH_KEYS for use in self._arches(self._matrix[key])]
        arches += [
            use for entry in self._matrix["include"].items for key in _ARCH_KEYS for use in self._arches(entry[key])
        ]
        whole = together("", "", *parts, BuildFile(artifact="", kind="", arches=tuple(arches)))
        return changed(
            whole,
            signs=tuple(changed(sign, stage=self._name) for sign in whole.signs),
            beside=tuple(changed(sign, stage=self._name) for sign in whole.beside),
            tools=tuple(changed(tool, stage=self._name) for tool in whole.tools),
        )

    def _service(self, node: YamlNode) -> BuildFile:
        if not node.text or "${{" in node.text:
            return NOTHING_FOUND
        return image_beside(self._file, node, node.text, Role.CI)

    def _docker(self, node: YamlNode) -> BuildFile:
        """Return what a step shows that is an image; one of Go may build the program, too."""
        file, image = self._file, without_login(node.text.removeprefix("docker://"))
        if not is_image_name(image):
            return gap_alone(file.gap(node, f"the image of a step ({shown(image)[:100]})", _why(image), _NAME_IT))
        built = image_found(file, node, image) if go_of_image(image) is not None else NOTHING_FOUND
        pinned = pin_of_image(image)
        wants = wanted_image(image) if pinned is Pinned.FLOATING else ""
        tool = Tool(
            part=PathPart.CI_STEP, what=f"docker://{image}", pinned=pinned, role=Role.CI, location=file.place(node),
            words=file.words(node), wants=wants,
        )  # fmt: skip
        return together("", "", built, BuildFile(artifact="", kind="", tools=(tool,)))

    def _container(self, node: YamlNode) -> BuildFile:
        file = self._file
        parts = []
        for _, text in self._filled(node):
            if "${{" in text:
                gap = file.gap(node, "the image of a job", "its name is an expression", "name the image")
                parts.append(BuildFile(artifact="", kind="", gaps=(gap,)))
                continue
            self._on = image_forms(without_login(text))
            found = image_found(file, node, text)
            is_tried = text != node.text and _MATRIX.search(node.text) is not None
            parts.append(changed(found, signs=tuple(changed(sign, is_tried=is_tried) for sign in found.signs)))
        return together("", "", *parts)

    def _step(self, step: YamlNode) -> BuildFile:
        parts = [_settings(self._file, step["env"])]
        uses, given = step["uses"], step["with"]
        if uses.text:
            parts.append(self._action(uses, given))
        if uses.text.partition("@")[0] == _SETUP_GO:
            parts.append(self._setup_go(given, uses))
        arches = tuple(self._arches(given["platforms"]))
        parts.append(BuildFile(artifact="", kind="", arches=arches))
        if step["run"].text:
            run = step["run"]

            def place(at: int) -> Location:
                return self._file.place(run, at)

            parts.append(read_script(self._file.script(run), role=Role.CI, on=self._on, place=place, head="run:"))
        return together("", "", *parts)

    def _action(self, node: YamlNode, given: YamlNode | None = None) -> BuildFile:
        if node.text.startswith("docker://"):
            return self._docker(node)
        if node.text.startswith("./"):
            return self._local(node)
        found = _ACTION.fullmatch(node.text)
        if found is None:
            wanted = f"the code of a step ({shown(node.text)[:100]})"
            return gap_alone(self._file.gap(node, wanted, _why(node.text, "no action"), "name it: owner/name@commit"))
        name, path, ref = found[1], found[2] or "", found[3]
        behind = self._file.lines[node.line - 1][node.column : node.column + len(node.text) + _BEHIND]
        said = _COMMENT.search(behind) if pin_of_ref(ref) is Pinned.DIGEST else None
        sign = Sign(
            kind=DetectKind.CI_ACTION,
            texts=(name,),
            role=Role.CI,
            location=self._file.place(node),
            words=self._file.words(node),
            reference=f"{name}{path}@{ref}",
            version=said[1] if said else "",
        )
        return BuildFile(artifact="", kind="", signs=(sign,), tools=self._signing(node, sign, given))

    def _local(self, node: YamlNode) -> BuildFile:
        """Return that an action or a workflow of this tree is to be read."""
        path = tree_path("", node.text)
        if path is None or "${{" in node.text:
            why = "it leads out of the tree" if path is None else _why(node.text)
            return gap_alone(self._file.gap(node, f"the code of a step ({node.text[:100]})", why, "look at it by hand"))
        folder = f"{path}/" if path else ""
        paths = (path,) if path.endswith((".yml", ".yaml")) else (f"{folder}action.yml", f"{folder}action.yaml")
        place, words = self._file.place(node), self._file.words(node)
        named = NamedFile(paths=paths, kind="workflow", location=place, words=words)
        return BuildFile(artifact="", kind="", named=(named,))

    def _signing(self, node: YamlNode, sign: Sign, given: YamlNode | None) -> tuple[Tool, ...]:
        """Return with what a step signs. The version of what an installer brings is that of its release, unless it is
        asked for another one."""
        what = _SIGNING.get(sign.texts[0], "")
        if not what:
            return ()
        asked = given["cosign-release"].text if given is not None else ""
        pinned = pin_of_ref(asked) if asked else pin_of_ref(sign.reference.rpartition("@")[2])
        return (
            Tool(
                part=PathPart.SIGNING, what=f"{what} by {sign.texts[0]}", pinned=pinned, role=Role.CI,
                location=self._file.place(node), words=self._file.words(node), version=asked,
            ),
        )  # fmt: skip

    def _setup_go(self, given: YamlNode, uses: YamlNode) -> BuildFile:
        """Return the Go that is set up. A file that is named for it is read by itself."""
        node = given["go-version"]
        if not node.text:
            if given["go-version-file"].text:
                return BuildFile(artifact="", kind="")
            return BuildFile(artifact="", kind="", gos=(self._use(uses, ""),))
        parts = []
        for source, text in self._filled(node):
            if "${{" in text:
                wanted = "the Go that a workflow sets up"
                gap = self._file.gap(node, wanted, "it is an expression of no matrix in this job", "name the version")
                parts.append(BuildFile(artifact="", kind="", gaps=(gap,)))
                continue
            number = yaml_number(source.text) if self._file.is_plain(source) else ""
            if number:
                wanted = f"the Go that a workflow means by {source.text}"
                reason = f"without quotes it is the number {number}, and Go {number} is what is set up"
                gap = self._file.gap(source, wanted, reason, f'put it in quotes: "{source.text}"')
                parts.append(BuildFile(artifact="", kind="", gos=(self._use(node, number, text),), gaps=(gap,)))
            else:
                found = _VERSION.fullmatch(text.strip())
                version = f"{found[1]}{'' if found[3] else found[2] or ''}" if found else ""
                if found and text.lstrip()[:1] in "^~>":
                    version = found[1] if text.lstrip()[:1] == "~" else ""
                parts.append(BuildFile(artifact="", kind="", gos=(self._use(node, version, text),)))
        return together("", "", *parts)

    def _use(self, node: YamlNode, version: str, text: str = "") -> GoUse:
        words = self._file.words(node)
        words = f"{words} ({text})" if text and text not in words else words
        return GoUse(version=version, role=Role.CI, location=self._file.place(node), words=words)

    def _filled(self, node: YamlNode) -> Sequence[tuple[YamlNode, str]]:
        """Return a text for each value of the matrix that it names, with the value; as it is when it names none, or
        none is here. A matrix hands its numbers on as numbers."""
        found = _MATRIX.search(node.text)
        if not found:
            return (self._with_variable(node),)
        words = list(scalars(self._matrix[found[1]]))
        words += [entry[found[1]] for entry in self._matrix["include"].items if entry[found[1]].text]
        by_text = {word.text: word for word in reversed(words) if "${{" not in word.text}
        told = [by_text[text] for text in dict.fromkeys(word.text for word in words) if text in by_text]
        told = list(self._file.first(told, _MAX_VALUES, "values of a matrix"))
        return tuple((word, node.text.replace(found[0], word.text)) for word in told) or ((node, node.text),)

    def _with_variable(self, node: YamlNode) -> tuple[YamlNode, str]:
        """Return a text with a variable filled in that the job or the workflow sets plainly, and where its value is."""
        found = _VARIABLE.search(node.text)
        if not found:
            return node, node.text
        for env in (self._job["env"], self._file.root["env"]):
            given = env[found[1]]
            if given.text and "${{" not in given.text:
                return given, node.text.replace(found[0], given.text)
        return node, node.text

    def _arches(self, node: YamlNode) -> Iterator[ArchUse]:
        for word in scalars(node):
            if "${{" not in word.text and (arch_of(word.text) or "," in word.text or "/" in word.text):
                yield from read_platforms([word.text], self._file.place(word), self._file.words(word))


def image_found(file: YamlFile, node: YamlNode, image: str, role: Role = Role.CI) -> BuildFile:
    """Return what an image shows on which something is built or runs."""
    place, words, image = file.place(node), file.words(node), without_login(image)
    if image and not is_image_name(image) and "$" not in image:
        return gap_alone(file.gap(node, f"the image of {shown(image)[:100]!r}", _why(image), _NAME_IT))
    forms = image_forms(image)
    if not forms:
        return BuildFile(artifact="", kind="")
    version = go_of_image(image)
    gos = () if version is None else (GoUse(version=version, role=role, location=place, words=words),)
    sign = Sign(kind=DetectKind.IMAGE, texts=forms, role=role, location=place, words=words, reference=image)
    return BuildFile(artifact="", kind="", signs=(sign,), gos=gos)


def _why(text: str, otherwise: str = "no image") -> str:
    return "its name is an expression" if "${{" in text else f"{otherwise} is called so"


def image_beside(file: YamlFile, node: YamlNode, image: str, role: Role) -> BuildFile:
    """Return the image of something that runs beside the program, or of a step of CI."""
    found = image_found(file, node, image, role)
    return BuildFile(artifact="", kind="", beside=found.signs, gaps=found.gaps)
