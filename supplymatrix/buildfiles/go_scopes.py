"""Where a build runs the go command, and which of its variables hold there: in a RUN of a Dockerfile's stage, in a step
of a CI job.

    >>> from supplymatrix.buildfiles.dockerfile import parse_dockerfile
    >>> data = b"FROM golang AS build\\nENV GOPROXY=off\\nRUN GOFLAGS=-mod=mod go build ./...\\n"
    >>> (scope,) = scopes_of_dockerfile(parse_dockerfile(data, "Dockerfile"))
    >>> scope.name, scope.command, sorted(scope.variables)
    ('stage build', 'go build', ['GOFLAGS', 'GOPROXY'])

What a script sets for itself, by `export`, by `go env -w` and by $GITHUB_ENV counts from there on, conditions around it
or not. A value that is given from outside, or that a command prints, is not known here.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from supplymatrix.buildfiles.docker_words import expand
from supplymatrix.buildfiles.dockerfile import Dockerfile, Run, Stage
from supplymatrix.buildfiles.go_commands import asks_for_modules, inside
from supplymatrix.buildfiles.images import go_of_image
from supplymatrix.buildfiles.shell_text import Command, command_of, read_commands
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value

__all__ = [
    "EXPRESSION", "NO_VARIABLES", "BuildScope", "Shell", "Variable", "Variables", "of_go", "scopes_of_dockerfile",
    "value_of",
]  # fmt: skip

EXPRESSION = "it is an expression whose value is not known here"
AT_BUILD_TIME = "it is given at build time"
OF_COMMAND = "it takes what a variable or a command gives that is not known here"
_OF_GO = re.compile(r"GO[A-Z0-9]+|CGO_ENABLED|(?:HTTPS?|NO)_PROXY|(?:https?|no)_proxy")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PRINTS = re.compile(r"\$\(|\$$|`")  # `$` alone at the end: what stood behind it was taken for a command
_MOST = 5_000  # variables of one script


@value
class Variable:
    """A value that a build gives a variable. text: as far as it is known, which may hold a secret; unknown: why it is
    not known in full, "" where it is. is_written: by `go env -w`, so that the environment goes before it."""

    text: str
    location: Location
    unknown: str = ""
    is_written: bool = False

    def __repr__(self) -> str:
        return f"Variable(location={self.location!r}, unknown={self.unknown!r})"


Variables = Mapping[str, Variable]
NO_VARIABLES: Variables = MappingProxyType({})


@value
class BuildScope:
    """A command of a build, with the variables of the go command that hold for it, by name.

    name: "stage build", "job test", "" for a whole file. command: as it is told ("go build"), "" where none was seen
    that asks for modules: then the scope is there for its variables. line: of it. calls: files of this tree that it
    runs, as written. is_alone: variables of the whole file do not hold here. cut: why there may be more, "" for none.
    """

    name: str
    variables: Variables
    line: int
    command: str = ""
    calls: tuple[str, ...] = ()
    is_alone: bool = False
    cut: str = ""


class Shell:
    """What scripts have set so far. env: of commands. written: by `go env -w`, which outlives a script."""

    def __init__(self, env: Variables = NO_VARIABLES, written: Variables = NO_VARIABLES) -> None:
        self._first = dict(env)
        self.written = dict(written)
        self.env = dict(env)
        self._own: dict[str, Variable] = {}

    def begin(self, env: Variables = NO_VARIABLES) -> None:
        """Begin a new script: what was exported is gone, what was written is not. env: of this script alone."""
        self.env = {**self._first, **env}
        self._own = {}

    def take(self, command: Command, place: Location) -> Variables:
        """Take what a command sets, and return what it is given for itself."""
        given: dict[str, Variable] = {}
        for name, text in command.settings:
            given[name] = self._value(text, place, given)
        words = command.words
        if not words:
            for name, variable in given.items():  # a command may follow what was not read of its value
                (self.env if name in self.env or variable.unknown else self._own)[name] = variable
        elif words[0] in ("export", "declare", "typeset"):
            self._export(words[1:], place)
        elif words[0] == "unset":
            for name in words[1:]:
                self.env.pop(name, None)
                self._own.pop(name, None)
        elif words[:2] == ("go", "env") and words[2:3] in (("-w",), ("-u",)):
            self._write(words[3:], place, is_taken_back=words[2] == "-u")
        elif words[0] in ("echo", "printf") and any("GITHUB_ENV" in word for word in words):
            self._first |= dict(self._named(words[1:], place))
        return given

    def holds(self, given: Variables = NO_VARIABLES) -> Variables:
        """Return the variables of the go command that hold now, before what was written those of the environment.

        given: to one command.
        """
        env = {**of_go(self.env), **of_go(given)}
        return {**self.written, **{name: kept for name, kept in env.items() if kept.text or kept.unknown}}

    def _export(self, words: tuple[str, ...], place: Location) -> None:
        for word in words:
            if "=" not in word and word in self._own:
                self.env[word] = self._own[word]
        for name, variable in self._named(words, place):
            if len(self.env) < _MOST:
                self.env[name] = variable

    def _write(self, words: tuple[str, ...], place: Location, *, is_taken_back: bool) -> None:
        if is_taken_back:
            for word in words:
                self.written.pop(word, None)
        for name, variable in self._named(words, place):
            if _OF_GO.fullmatch(name):
                self.written[name] = changed(variable, is_written=True)

    def _named(self, words: tuple[str, ...], place: Location) -> Iterator[tuple[str, Variable]]:
        """Yield what words of the form NAME=value say."""
        for word in words:
            name, equals, text = word.partition("=")
            if equals and _NAME.fullmatch(name):
                yield name, self._value(text, place, NO_VARIABLES)

    def _value(self, text: str, place: Location, given: Variables) -> Variable:
        return value_of(text, place, ChainMap({**given}, self.env, self._own), OF_COMMAND)


def value_of(text: str, place: Location, known: Variables, why: str) -> Variable:
    """Return a value with the variables filled in that are known. why: it is not known, where one is left."""
    if "$" not in text and "`" not in text:
        return Variable(text=text, location=place)
    found = expand(text, {name: None if held.unknown else held.text for name, held in known.items()})
    is_known = not found.unresolved and not found.is_open and not _PRINTS.search(text)
    return Variable(text=found.text, location=place, unknown="" if is_known else why)


def scopes_of_dockerfile(file: Dockerfile) -> tuple[BuildScope, ...]:
    """Return the commands of a Dockerfile that ask for modules, and the stages that only set variables."""
    stages: list[_Stage] = []
    found: list[BuildScope] = []
    args = _arg_lines(file)
    for stage in file.stages:
        read = _Stage(file, stage, args, stages[stage.base] if stage.base >= 0 else None)
        stages.append(read)
        found += read.scopes()
    return tuple(found)


def _arg_lines(file: Dockerfile) -> Mapping[str, int]:
    """Return the first line of each ARG of the go command."""
    found: dict[str, int] = {}
    for number, text in enumerate(file.lines, start=1):
        if text[:200].lstrip()[:4].upper() in ("ARG ", "ARG\t"):
            for word in text[:2_000].split()[1:]:
                found.setdefault(word.partition("=")[0], number)
    return found


class _Stage:
    """One stage, which goes on from another one or from an image."""

    def __init__(self, file: Dockerfile, stage: Stage, args: Mapping[str, int], base: _Stage | None) -> None:
        self._file = file
        self._stage = stage
        self._args = args
        self.set_here: dict[str, Variable] = dict(base.set_here) if base is not None else {}
        for setting in stage.settings:
            why = AT_BUILD_TIME if setting.unresolved else ""
            place = _place(file, setting.line)
            self.set_here[setting.name] = Variable(text=setting.text, location=place, unknown=why)
        self.shell: Shell = Shell(written=base.shell.written if base is not None else NO_VARIABLES)
        self.has_go: bool = (
            base.has_go if base is not None else bool(stage.unresolved) or go_of_image(stage.image) is not None
        )

    def scopes(self) -> Iterator[BuildScope]:
        """Yield the commands that ask for modules; where there is none, the stage itself if it sets a variable."""
        file, stage, shell = self._file, self._stage, self.shell
        name = f"stage {stage.name or stage.index}"
        is_told = False
        for run in stage.runs:
            shell.begin(self._env_of(run))
            for command in _commands(run):
                line = min(run.line + command.at, len(file.lines))
                given = shell.take(command, _place(file, line))
                asked = asks_for_modules(command, has_go=self.has_go)
                if asked or command.is_cut:
                    is_told = True
                    cut = "the script of a RUN is too long to be read in full" if command.is_cut else ""
                    yield BuildScope(name=name, variables=shell.holds(given), line=line, command=asked, cut=cut)
        if not is_told and (any(_OF_GO.fullmatch(setting.name) for setting in stage.settings) or shell.written):
            yield BuildScope(name=name, variables={**shell.written, **of_go(self.set_here)}, line=stage.line)

    def _env_of(self, run: Run) -> dict[str, Variable]:
        """Return the variables of a RUN, those of ENV and ARG, with the places where they are set."""
        found: dict[str, Variable] = {}
        for name, text in run.variables:
            kept = self.set_here.get(name)
            place = kept.location if kept is not None and kept.text == text else self._arg_place(name, run)
            found[name] = Variable(text=text, location=place)
        for name in run.unknown:
            kept = self.set_here.get(name)
            place = kept.location if kept is not None else self._arg_place(name, run)
            text = kept.text if kept is not None else f"${name}"
            found[name] = Variable(text=text, location=place, unknown=AT_BUILD_TIME)
        return found

    def _arg_place(self, name: str, run: Run) -> Location:
        return _place(self._file, self._args.get(name, run.line))


def _commands(run: Run) -> Iterator[Command]:
    for command in [command_of(run.words)] if run.words else read_commands(run.text):
        yield from inside(command)


def _place(file: Dockerfile, line: int) -> Location:
    return Location(artifact=file.artifact, line=line, column=1)


def of_go(variables: Variables) -> dict[str, Variable]:
    """Return the variables of the go command among some."""
    return {name: held for name, held in variables.items() if _OF_GO.fullmatch(name)}
