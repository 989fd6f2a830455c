"""A Dockerfile as signs: the images of its stages, what is installed on them, what is set, and the Go that builds.

The last stage is what runs. Stages that it copies from are the build. One that stands alone, or that the last one goes
on from, is both where a Go is on it; else it only runs what was built elsewhere, and gives no Go.
Stages that the last one does not need are built by nobody who does not name them: they are shown, and count less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.buildfiles.docker_words import expand
from supplymatrix.buildfiles.dockerfile import Dockerfile, Run, Stage, is_given_by_builder, parse_dockerfile
from supplymatrix.buildfiles.environment import read_platforms, read_setting
from supplymatrix.buildfiles.found import NOTHING_FOUND, BuildFile, GoUse, Role, Sign, together
from supplymatrix.buildfiles.images import go_of_image, image_forms
from supplymatrix.buildfiles.scripts import read_commands_found, shown
from supplymatrix.buildfiles.shell_text import Command, command_of, read_commands
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import DetectKind

__all__ = ["read_dockerfile"]

_BUILDS = re.compile(r"\bgo (?:build|install|test|generate)\b")
_HAS_GO = re.compile(r"(?<![\w.])go(?:lang|-toolset|-fips|-msft|[0-9][\w.]*)?(?!\w)", re.IGNORECASE)
"""A word that names Go: of an image ("golang", "go-toolset"), a package, an archive, or the command."""
_EMPTY = "scratch"
_INDEX = re.compile(r"[0-9]{1,4}")  # of a stage
_MAX_WORDS = 20_000  # of RUN lines that are looked at in one file


def read_dockerfile(data: bytes, artifact: str) -> BuildFile:
    """Return what a Dockerfile shows. Raises InputError for one that is no text or too long."""
    file = parse_dockerfile(data, artifact)
    roles = _roles(file.stages)
    parts = [_stage(file, stage, roles[stage.index]) for stage in file.stages]
    return together(artifact, "dockerfile", BuildFile(artifact="", kind="", gaps=file.gaps), *parts)


def _roles(stages: Sequence[Stage]) -> Mapping[int, Role]:
    if not stages:
        return {}
    last = stages[-1]
    needed = _needed(stages)
    roles = {stage.index: Role.BUILD if stage.index in needed else Role.OTHER for stage in stages}
    chain = [last]  # what the last stage goes on from is in the running program's image, too
    while chain[-1].base >= 0:
        chain.append(stages[chain[-1].base])
    is_alone = len(stages) == 1
    builds = any(_BUILDS.search(run.text) for run in last.runs)
    has_go = any(_names_go(stage) for stage in chain)
    for stage in chain:
        is_built_in = builds or ((is_alone or stage is not last) and has_go)
        roles[stage.index] = Role.BOTH if is_built_in else Role.RUNTIME
    return roles


def _names_go(stage: Stage) -> bool:
    """Return whether a Go may be on a stage's image. One where none is named only runs what was built elsewhere: an
    image that cannot be told may hold one."""
    if stage.unresolved:
        return True
    texts = [stage.image if stage.base < 0 else "", *(copy.source for copy in stage.copies)]
    texts += [run.text for run in stage.runs]
    return any(_HAS_GO.search(text) for text in texts)


def _needed(stages: Sequence[Stage]) -> set[int]:
    """Return the stages that the last one is made of."""
    by_name = {stage.name: stage.index for stage in stages if stage.name}
    needed: set[int] = set()
    waiting = [stages[-1].index]
    while waiting:
        index = waiting.pop()
        if index in needed:
            continue
        needed.add(index)
        stage = stages[index]
        sources = [copy.source for copy in stage.copies] + [name for run in stage.runs for name in run.froms]
        found = [by_name.get(source.lower(), int(source) if _INDEX.fullmatch(source) else -1) for source in sources]
        waiting += [number for number in (stage.base, *found) if 0 <= number < index]
    return needed


def _stage(file: Dockerfile, stage: Stage, role: Role) -> BuildFile:
    root = _root(file.stages, stage)
    on = () if root.unresolved or root.image == _EMPTY else image_forms(root.image)
    parts = [_image(file, stage, role)] if stage.base < 0 else []
    for setting in stage.settings:
        place = Location(artifact=file.artifact, line=setting.line, column=1)
        words = shown(f"ENV {setting.name}={setting.text}")
        parts.append(read_setting(setting.name, setting.text, role=role, location=place, words=words))
    parts += [_copied(file, copy.source, copy.line, role) for copy in stage.copies]
    parts += [_run(file, run, role, on) for run in stage.runs]
    platform = Location(artifact=file.artifact, line=stage.line, column=1)
    arches = read_platforms([stage.platform], platform, shown(stage.words)) if stage.platform else ()
    return together("", "", *parts, BuildFile(artifact="", kind="", arches=arches))


def _root(stages: Sequence[Stage], stage: Stage) -> Stage:
    while stage.base >= 0:
        stage = stages[stage.base]
    return stage


def _image(file: Dockerfile, stage: Stage, role: Role) -> BuildFile:
    place = Location(artifact=file.artifact, line=stage.line, column=1)
    if stage.unresolved:
        return BuildFile(artifact="", kind="", gaps=(_unresolved(file, stage, place),))
    if stage.image == _EMPTY:
        return NOTHING_FOUND
    words = shown(f"FROM {stage.image}{f' AS {stage.name}' if stage.name else ''}")
    return _image_found(stage.image, role, place, words)


def _image_found(image: str, role: Role, place: Location, words: str) -> BuildFile:
    sign = Sign(kind=DetectKind.IMAGE, texts=image_forms(image), role=role, location=place, words=words)
    version = go_of_image(image)
    gos = () if version is None else (GoUse(version=version, role=role, location=place, words=words),)
    return BuildFile(artifact="", kind="", signs=(sign,) if sign.texts else (), gos=gos)


def _unresolved(file: Dockerfile, stage: Stage, place: Location) -> Gap:
    names = ", ".join(f"${name}" for name in stage.unresolved)
    is_given = all(is_given_by_builder(name) for name in stage.unresolved)
    why = "the builder gives it" if is_given else "no ARG before the first FROM gives a value"
    return Gap(
        wanted=f"the image of stage {stage.name or stage.index} ({stage.image[:100]})",
        reason=f"{names} is unresolved: {why}",
        remedy="give the ARG a default, or name the image",
        subject=file.artifact,
        location=place,
    )


def _copied(file: Dockerfile, source: str, line: int, role: Role) -> BuildFile:
    """Return what an image shows from which files are copied; a stage's name is none."""
    if _INDEX.fullmatch(source) or "$" in source or any(stage.name == source.lower() for stage in file.stages):
        return NOTHING_FOUND
    if not re.search(r"[/:.]", source):
        return NOTHING_FOUND  # a context that the caller names, or an image of no vendor's
    place = Location(artifact=file.artifact, line=line, column=1)
    return _image_found(source, role, place, shown(file.lines[line - 1]))


def _run(file: Dockerfile, run: Run, role: Role, on: Sequence[str]) -> BuildFile:
    def place(at: int) -> Location:
        return Location(artifact=file.artifact, line=min(run.line + at, len(file.lines)), column=1)

    commands = [command_of(run.words)] if run.words else list(read_commands(run.text))
    return read_commands_found(_filled(commands, dict(run.variables)), role=role, on=on, place=place, head="RUN")


def _filled(commands: Sequence[Command], known: Mapping[str, str]) -> Iterator[Command]:
    """Yield the commands with the variables filled in that the stage has set."""
    for count, command in enumerate(commands):
        if count > _MAX_WORDS:
            return
        if any("$" in word for word in command.words):
            words = tuple(expand(word, known).text if "$" in word else word for word in command.words)
            command = changed(command, words=words)  # noqa: PLW2901 - the same command, filled in
        yield command
