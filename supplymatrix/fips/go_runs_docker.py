r"""The go commands of a Dockerfile, each with what its stage sets before it; and GODEBUG of CMD and ENTRYPOINT.

    >>> data = b"FROM golang:1.26 AS build\nENV GOFIPS140=v1.0.0\nENV GOFIPS140=off\nRUN go build -o /app .\n"
    >>> [(run.scope, run.text("GOFIPS140"), run.location.line) for run in runs_of_dockerfile(data, "Dockerfile").runs]
    [('stage build', 'off', 4)]

ENV of a stage counts from its line on, ARG as well where no ENV stands against it; an ARG before the first FROM counts
in no stage. What RUN exports ends with it. Stages that the last one does not need are built by nobody who does not name
them.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.buildfiles.dockerfile import Dockerfile, Instruction, Run, Stage, parse_dockerfile, read_instructions
from supplymatrix.buildfiles.go_commands import inside
from supplymatrix.buildfiles.shell_text import Command, command_of, read_commands
from supplymatrix.fips.go_runs import DECIDING, GoRun, GoRuns, Script, Told
from supplymatrix.model.fips import FipsPurpose
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed

__all__ = ["runs_of_dockerfile"]

_END = 1 << 30  # of the last stage


def runs_of_dockerfile(data: bytes, artifact: str) -> GoRuns:
    """Return what a Dockerfile starts. Raises InputError for one that is no text or too long."""
    file = parse_dockerfile(data, artifact)
    instructions, _ = read_instructions(data, artifact)
    if not file.stages:
        return GoRuns()
    asked = _asked_args(file, instructions)
    needed = _needed(file.stages)
    scripts: dict[int, Script] = {}
    runs: list[GoRun] = []
    ends: dict[int, dict[str, Told]] = {}  # of each stage: what is set at its end
    for stage in file.stages:
        base = scripts.get(stage.base)
        script = scripts[stage.index] = base.again({}) if base is not None else Script()
        told = list(_told(file, stage, asked))
        before = dict(ends.get(stage.base, {}))
        at = 0
        for run in stage.runs:
            while at < len(told) and told[at][1].location.line < run.line:
                before[told[at][0]] = told[at][1]
                at += 1
            runs += _of_run(file, stage, run, script.again(_environment(file, run, before)))
        ends[stage.index] = {**before, **dict(told[at:])}
    return GoRuns(
        runs=tuple(one if _index_of(file, one) in needed else changed(one, purpose=FipsPurpose.ASIDE) for one in runs),
        starts=tuple(_starts(file, instructions)),
    )


def _index_of(file: Dockerfile, run: GoRun) -> int:
    return bisect_right([stage.line for stage in file.stages], run.location.line) - 1


def _of_run(file: Dockerfile, stage: Stage, run: Run, shell: Script) -> Iterator[GoRun]:
    def place(at: int) -> Location:
        return Location(artifact=file.artifact, line=min(run.line + at, len(file.lines)), column=1)

    shell.known = dict(run.variables)
    found = shell.read_words(run.words, place) if run.words else shell.read(run.text, place)
    scope, lines = f"stage {stage.name or stage.index}", _lines(file, stage)
    for one in found:
        yield changed(one, scope=scope, lines=lines, is_closed=True)


def _told(file: Dockerfile, stage: Stage, asked: Mapping[int, Mapping[str, int]]) -> Iterator[tuple[str, Told]]:
    """Yield what a stage sets by ENV, and which ARG has no value here, by line."""
    found: list[tuple[int, str, str]] = [(line, name, f"${name}") for name, line in asked.get(stage.index, {}).items()]
    found += [(one.line, one.name, one.text) for one in stage.settings if one.name in DECIDING]
    held: set[str] = set()
    for line, name, text in sorted(found, key=lambda item: item[0]):
        is_arg = text == f"${name}"
        if is_arg and name in held:
            continue  # what ENV sets stands, whatever ARG says after it
        held |= set() if is_arg else {name}
        yield name, Told(text=text, location=Location(artifact=file.artifact, line=line, column=1))


def _environment(file: Dockerfile, run: Run, before: Mapping[str, Told]) -> Mapping[str, Told]:
    """Return what is set when a RUN begins: by ENV, and by ARG where no ENV stands against it."""
    found = dict(before)
    place = Location(artifact=file.artifact, line=run.line, column=1)
    for name, text in run.variables:
        if name in DECIDING and (name not in found or (found[name].text != text and found[name].text == f"${name}")):
            found[name] = Told(text=text, location=place)
    return found


def _chain(file: Dockerfile, stage: Stage) -> list[Stage]:
    """Return a stage with those that it goes on from, itself first."""
    found = [stage]
    while found[-1].base >= 0:
        found.append(file.stages[found[-1].base])
    return found


def _lines(file: Dockerfile, stage: Stage) -> tuple[tuple[int, int], ...]:
    ends = [one.line - 1 for one in file.stages[1:]] + [_END]
    return tuple((one.line, ends[one.index]) for one in _chain(file, stage))


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
        numbers = (by_name.get(name.lower(), int(name) if name.isdigit() and len(name) < 5 else -1) for name in sources)
        waiting += [number for number in (stage.base, *numbers) if 0 <= number < index]
        if any("$" in name for name in sources):  # it may be any of them
            waiting += range(index)
    return needed


def _asked_args(file: Dockerfile, instructions: Sequence[Instruction]) -> Mapping[int, Mapping[str, int]]:
    """Return the ARGs of each stage that nobody gives a value here: stage → name → line."""
    given: dict[str, bool] = {}
    found: dict[int, dict[str, int]] = {}
    stage = -1
    for one in instructions:
        if one.name == "FROM":
            stage += 1
        elif one.name == "ARG":
            for word in one.rest.split():
                name, equals, _ = word.partition("=")
                if stage < 0:
                    given[name] = bool(equals)
                elif name in DECIDING and not equals and not given.get(name):
                    found.setdefault(min(stage, len(file.stages) - 1), {})[name] = one.line
    return found


def _starts(file: Dockerfile, instructions: Sequence[Instruction]) -> Iterator[Told]:
    """Yield GODEBUG of what the image starts: of the last CMD and ENTRYPOINT that the last stage has."""
    ranges = _lines(file, file.stages[-1])
    last: dict[str, Instruction] = {}
    for one in instructions:
        if one.name in ("CMD", "ENTRYPOINT") and any(start <= one.line <= end for start, end in ranges):
            last[one.name] = one
    for one in sorted(last.values(), key=lambda item: item.line):
        for command in _commands(one.rest):
            for name, text in command.settings:
                if name == "GODEBUG":
                    yield Told(text=text, location=Location(artifact=file.artifact, line=one.line, column=1))


def _commands(rest: str) -> Iterator[Command]:
    words: object = None
    if rest.startswith("["):
        try:
            words = json.loads(rest.replace("\n", ""))
        except (ValueError, RecursionError):
            words = None
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        commands = [command_of(words)]
    else:
        commands = list(read_commands(rest))
    for outer in commands:
        for command in inside(outer):
            settings = command.settings
            if command.words[:1] == ("export",):
                pairs = (word.partition("=") for word in command.words[1:])
                settings = (*settings, *((name, text) for name, equals, text in pairs if equals))
            yield changed(command, settings=settings)
