"""A Dockerfile as signs: the images of its stages, what is installed on them, what is set, and the Go that builds.

The last stage is what runs. Stages that it copies from are the build. One that stands alone, or that the last one goes
on from, is both where a Go is on it; else it only runs what was built elsewhere, and gives no Go.
Stages that the last one does not need are built by nobody who does not name them: they are shown, and count less.
The program that reads the file, which `# syntax=` names, takes part in the build as any image does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.buildfiles.docker_words import expand
from supplymatrix.buildfiles.dockerfile import Dockerfile, Run, Stage, is_given_by_builder, parse_dockerfile
from supplymatrix.buildfiles.environment import read_platforms, read_setting
from supplymatrix.buildfiles.found import NOTHING_FOUND, BuildFile, GoUse, Role, Sign, Tool, gap_alone, together
from supplymatrix.buildfiles.go_commands import BUILDING, INSTALLERS, inside, verb_of_go
from supplymatrix.buildfiles.images import go_of_image, image_forms, is_image_name, is_own_syntax, without_login
from supplymatrix.buildfiles.scripts import go_of_address, read_commands_found, shown
from supplymatrix.buildfiles.shell_text import Command, command_of, read_commands
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import DetectKind
from supplymatrix.model.vendor_path import PathPart, Pinned

__all__ = ["read_dockerfile", "signs_of_dockerfile"]

_GO_PACKAGE = re.compile(r"(?:\S*/)?go(?:lang|-bin)?(?:[@=-]?1[0-9.]*)?")
_GO_FOLDER = "/usr/local/go/bin"
_DOWNLOAD = re.compile(r"(?:go\.dev|golang\.org|golang\.google\.cn)/dl/")
_ANY = Role.OTHER
"""The role of signs until that of their stage is known."""
_EMPTY = "scratch"
_PLAIN_IMAGES = frozenset({"golang", "alpine", "busybox", "debian", "ubuntu", "fedora", "centos", "amazonlinux"})
"""Official images that are copied from by a bare name; any other may be a context that the caller names."""
_INDEX = re.compile(r"[0-9]{1,4}")  # of a stage
_MAX_COMMANDS = 20_000  # of one RUN
_MAX_GROWTH = 4 << 20  # characters that the variables in the RUN lines of a file may stand for


def read_dockerfile(data: bytes, artifact: str) -> BuildFile:
    """Return what a Dockerfile shows. Raises InputError for one that is no text or too long."""
    return signs_of_dockerfile(parse_dockerfile(data, artifact))


def signs_of_dockerfile(file: Dockerfile) -> BuildFile:
    """Return what a Dockerfile shows that was parsed already."""
    room = _Room()
    read = [_read(file, stage, room) for stage in file.stages]
    roles = _roles(file.stages, read)
    parts = [_in_role(stage.shows, roles[index]) for index, stage in enumerate(read)]
    head = BuildFile(artifact="", kind="", gaps=file.gaps)
    return together(file.artifact, "dockerfile", head, _in_role(_syntax(file), Role.BUILD), *parts)


class _Room:
    """How much text the variables of a file may still stand for."""

    def __init__(self) -> None:
        self.left = _MAX_GROWTH


def _syntax(file: Dockerfile) -> BuildFile:
    """Return the program that reads the file. What one that is not Docker's makes of it nobody knows."""
    if not file.syntax:
        return NOTHING_FOUND
    place = Location(artifact=file.artifact, line=file.syntax_line, column=1)
    found = _image_found(file.syntax, place, shown(file.lines[file.syntax_line - 1]))
    if is_own_syntax(file.syntax):
        return found
    gap = Gap(
        wanted="what the Dockerfile says",
        reason=f"it is read by {shown(without_login(file.syntax))[:100]}, which may take it for anything",
        remedy="see what that program does, or leave the line out",
        subject=file.artifact,
        location=place,
    )
    return together("", "", found, gap_alone(gap))


@value
class _Read:
    """One stage, read. shows: all of it, in no role yet. has_go: a Go may be on its image; builds: go runs there, to
    build."""

    shows: BuildFile
    has_go: bool
    builds: bool


def _in_role(part: BuildFile, role: Role) -> BuildFile:
    signs = tuple(changed(sign, role=role) for sign in part.signs)
    tools = tuple(changed(tool, role=role) for tool in part.tools)
    return changed(part, signs=signs, gos=tuple(changed(use, role=role) for use in part.gos), tools=tools)


def _roles(stages: Sequence[Stage], read: Sequence[_Read]) -> Mapping[int, Role]:
    if not stages:
        return {}
    last = stages[-1]
    needed = _needed(stages)
    roles = {stage.index: Role.BUILD if stage.index in needed else Role.OTHER for stage in stages}
    chain = [last]  # what the last stage goes on from is in the running program's image, too
    while chain[-1].base >= 0:
        chain.append(stages[chain[-1].base])
    is_alone = len(stages) == 1
    builds = read[last.index].builds
    has_go = any(read[stage.index].has_go for stage in chain)
    for stage in chain:
        is_built_in = builds or ((is_alone or stage is not last) and has_go)
        roles[stage.index] = Role.BOTH if is_built_in else Role.RUNTIME
    return roles


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


def _read(file: Dockerfile, stage: Stage, room: _Room) -> _Read:
    """Return what a stage shows. An image that cannot be told may hold a Go, and so does one on which go runs."""
    root = _root(file.stages, stage)
    on = () if root.unresolved or root.image == _EMPTY else image_forms(without_login(root.image))
    parts = [_image(file, stage)] if stage.base < 0 else []
    for setting in stage.settings:
        place = Location(artifact=file.artifact, line=setting.line, column=1)
        words = shown(f"ENV {setting.name}={setting.text}")
        parts.append(read_setting(setting.name, setting.text, role=_ANY, location=place, words=words))
    parts += [_copied(file, copy.source, copy.line) for copy in stage.copies]
    parts += [_copied(file, name, run.line) for run in stage.runs for name in run.froms]
    for added in stage.added:
        place = Location(artifact=file.artifact, line=added.line, column=1)
        parts.append(go_of_address(added.address, role=_ANY, location=place, words=shown(f"ADD {added.address}")))
    verbs: set[str] = set()
    is_fetched = any(setting.name == "PATH" and _GO_FOLDER in setting.text for setting in stage.settings)
    for run in stage.runs:
        commands = list(_filled(_commands(run), dict(run.variables), room))
        verbs.update(filter(None, map(verb_of_go, commands)))
        is_fetched |= any(_DOWNLOAD.search(word) for command in commands for word in command.words)
        is_fetched |= any(map(_installs_go, commands))
        parts.append(_run(file, run, commands, on))
    platform = Location(artifact=file.artifact, line=stage.line, column=1)
    arches = read_platforms([stage.platform], platform, shown(stage.words)) if stage.platform else ()
    shows = _of_stage(together("", "", *parts, BuildFile(artifact="", kind="", arches=arches)), stage)
    has_go = bool(stage.unresolved or shows.gos or verbs or is_fetched)
    return _Read(shows=shows, has_go=has_go, builds=not verbs.isdisjoint(BUILDING))


def _of_stage(part: BuildFile, stage: Stage) -> BuildFile:
    name = stage.name or str(stage.index)
    return changed(part, signs=tuple(changed(sign, stage=name) for sign in part.signs))


def _root(stages: Sequence[Stage], stage: Stage) -> Stage:
    while stage.base >= 0:
        stage = stages[stage.base]
    return stage


def _image(file: Dockerfile, stage: Stage) -> BuildFile:
    place = Location(artifact=file.artifact, line=stage.line, column=1)
    if stage.unresolved:
        gos = _image_found(stage.image, place, shown(stage.words)).gos
        return BuildFile(artifact="", kind="", gos=gos, gaps=(_unresolved(file, stage, place),))
    if stage.image == _EMPTY:
        return BuildFile(artifact="", kind="", tools=(_nothing(stage, place),))
    words = shown(f"FROM {without_login(stage.image)}{f' AS {stage.name}' if stage.name else ''}")
    return _image_found(stage.image, place, words)


def _nothing(stage: Stage, place: Location) -> Tool:
    """Return that a stage begins with nothing, which nobody can change."""
    return Tool(
        part=PathPart.BASE_IMAGE, what=_EMPTY, pinned=Pinned.DIGEST, role=_ANY, location=place,
        words=shown(stage.words), stage=stage.name or str(stage.index),
    )  # fmt: skip


def _image_found(image: str, place: Location, words: str) -> BuildFile:
    image = without_login(image)
    if not is_image_name(image) and "$" not in image:
        return gap_alone(_no_name(image, place))
    sign = Sign(
        kind=DetectKind.IMAGE, texts=image_forms(image), role=_ANY, location=place, words=words, reference=image
    )
    version = go_of_image(image)
    gos = () if version is None else (GoUse(version=version, role=_ANY, location=place, words=words),)
    return BuildFile(artifact="", kind="", signs=(sign,) if sign.texts else (), gos=gos)


def _no_name(image: str, place: Location) -> Gap:
    return Gap(
        wanted=f"the image of {shown(image)[:100]!r}",
        reason="no image is called so",
        remedy="mend the line",
        subject=place.artifact,
        location=place,
    )


def _unresolved(file: Dockerfile, stage: Stage, place: Location) -> Gap:
    names = ", ".join(f"${name}" for name in stage.unresolved)
    is_given = all(is_given_by_builder(name) for name in stage.unresolved)
    why = "the builder gives it" if is_given else "no ARG before the first FROM gives a value"
    return Gap(
        wanted=f"the image of stage {stage.name or stage.index} ({shown(without_login(stage.image))[:100]})",
        reason=f"{names} is unresolved: {why}",
        remedy="give the ARG a default, or name the image",
        subject=file.artifact,
        location=place,
    )


def _copied(file: Dockerfile, source: str, line: int) -> BuildFile:
    """Return what an image shows from which files are copied; a stage's name is none."""
    if _INDEX.fullmatch(source) or any(stage.name == source.lower() for stage in file.stages):
        return NOTHING_FOUND
    place = Location(artifact=file.artifact, line=line, column=1)
    if "$" in source:
        if _may_be_stage(file, source):
            return NOTHING_FOUND
        return BuildFile(artifact="", kind="", gaps=(_unresolved_copy(file, source, place),))
    if not re.search(r"[/:.@]", source) and source not in _PLAIN_IMAGES:
        gap = Gap(
            wanted=f"the image of --from={shown(source)[:100]}",
            reason=f"it is a context that the caller names, or the image {shown(source)[:100]}:latest",
            remedy="name the image with its digest, or a stage",
            subject=file.artifact,
            location=place,
        )
        return gap_alone(gap)
    return _image_found(source, place, shown(file.lines[line - 1]))


def _may_be_stage(file: Dockerfile, source: str) -> bool:
    """Return whether a name with a variable is that of a stage: `build-$TARGETARCH` beside a stage build-arm64."""
    start = source.partition("$")[0].lower()
    return bool(start) and any(stage.name.startswith(start) for stage in file.stages)


def _unresolved_copy(file: Dockerfile, source: str, place: Location) -> Gap:
    return Gap(
        wanted=f"the image of --from={shown(without_login(source))[:100]}",
        reason="it takes a variable without a value, and may be a stage or any image",
        remedy="give the ARG a default, or name a stage FROM that image and copy from it",
        subject=file.artifact,
        location=place,
    )


def _run(file: Dockerfile, run: Run, commands: Sequence[Command], on: Sequence[str]) -> BuildFile:
    def place(at: int) -> Location:
        return Location(artifact=file.artifact, line=min(run.line + at, len(file.lines)), column=1)

    return read_commands_found(commands, role=_ANY, on=on, place=place, head="RUN")


def _commands(run: Run) -> Sequence[Command]:
    """Return the commands of a RUN; `["sh", "-c", "…"]` and `sh -c "…"` are those of their script."""
    commands = [command_of(run.words)] if run.words else list(read_commands(run.text))
    return [inner for command in commands for inner in inside(command)]


def _installs_go(command: Command) -> bool:
    names = [word.rpartition("/")[2] for word in command.words[:3]]
    return not INSTALLERS.isdisjoint(names) and any(_GO_PACKAGE.fullmatch(word) for word in command.words[1:])


def _filled(commands: Sequence[Command], known: Mapping[str, str], room: _Room) -> Iterator[Command]:
    """Yield the commands with the variables filled in that the stage has set; of too many, or of such that stand for
    too much text, the first ones, and that the others were cut off."""
    for count, command in enumerate(commands):
        if count > _MAX_COMMANDS or room.left <= 0:
            yield Command(words=(), settings=(), at=command.at, is_cut=True)
            return
        if any("$" in word for word in command.words):
            words = tuple(_word(word, known, room) for word in command.words)
            command = changed(command, words=words)  # noqa: PLW2901 - the same command, filled in
        yield command
    if commands and room.left <= 0:
        yield Command(words=(), settings=(), at=commands[-1].at, is_cut=True)


def _word(word: str, known: Mapping[str, str], room: _Room) -> str:
    if "$" not in word or room.left <= 0:
        return word
    text = expand(word, known).text
    room.left -= len(text)
    return text
