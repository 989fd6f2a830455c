"""Where a build file lets Go build, and with which settings: one value for each go command, in its own scope.

    for run in runs_of_script("export GOFIPS140=v1.0.0\\ngo build -o app .\\n", "build.sh"):
        run.verb, run.env["GOFIPS140"].text, run.location.line        # "build", "v1.0.0", 2

A variable counts from where it is set to where it is set again, and no further than its stage, job or target goes. What
stands before a command counts for that alone; a variable of the shell that nobody exports counts for none. Where a
condition decides, the run says so (`unclear`). Nothing is run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from supplymatrix.buildfiles.docker_words import expand
from supplymatrix.buildfiles.go_commands import inside, verb_of_go
from supplymatrix.buildfiles.shell_text import Command, command_of, read_commands
from supplymatrix.model.fips import FipsPurpose
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value

__all__ = [
    "DECIDING", "GoRun", "GoRuns", "Script", "Told", "is_open", "packages_of", "run_alone", "runs_of_script",
]  # fmt: skip

DECIDING = frozenset({
    "GOFIPS140", "GOEXPERIMENT", "MS_GO_NOSYSTEMCRYPTO", "GOLANG_FIPS", "GOFIPS", "CGO_ENABLED", "GOFLAGS", "GODEBUG",
    "GOOS", "GOARCH",
})  # fmt: skip
"""Variables that have a say in which cryptography a program has."""
_MOST = 2_000
_MAKING = frozenset({"build", "install"})
_TESTING = frozenset({"test", "vet", "run", "generate", "tool"})
_STARTING = frozenset({
    "make", "gmake", "just", "task", "mage", "bazel", "bazelisk", "earthly", "goreleaser", "ko", "xcaddy", "garble",
    "gox", "snapcraft", "melange", "nix", "nix-build", "cmake", "ninja", "meson", "rpmbuild",
})  # fmt: skip
"""Programs that start the go command, with settings of their own files."""
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", ".", "source"})
_CLOSES = re.compile(r"(?<![\w-])(?:fi|esac|done)(?![\w-])")
_OPENS = re.compile(r"(?:^|[;&|({]|(?<![\w-])(?:then|else|do))\s*(?:if|case|for|while|until|select)(?![\w-])")
_IS_OPEN = re.compile(r"[$`%]|\{\{|@[A-Z_]+@")
_WITH_VALUE = frozenset({
    "-C", "-asmflags", "-buildmode", "-compiler", "-covermode", "-coverpkg", "-gccgoflags", "-gcflags",
    "-installsuffix", "-ldflags", "-mod", "-modfile", "-o", "-overlay", "-p", "-pgo", "-pkgdir", "-tags", "-toolexec",
})  # fmt: skip


@value
class Told:
    """The text of a setting, and where it stands."""

    text: str
    location: Location


@value
class GoRun:
    """One go command, or what starts one. scope: "stage build", "job release", "" for the whole file. verb: "build",
    "test" …; "" where another program starts it (`make`), with settings that may be its own. words: behind the verb.

    env: the variables of DECIDING that are in effect, as far as the file says. lines: of the file, from and to, whose
    signs are about it; () = all that no other run claims. unclear: why nobody can say what is in effect, "" = it is
    known. is_closed: nothing of the environment of whoever builds comes in. systems: GOOS that it is built for as well.
    """

    scope: str
    verb: str
    words: tuple[str, ...]
    env: Mapping[str, Told]
    location: Location
    purpose: FipsPurpose = FipsPurpose.SHIPPED
    lines: tuple[tuple[int, int], ...] = ()
    unclear: str = ""
    is_closed: bool = False
    systems: tuple[str, ...] = ()

    @property
    def makes(self) -> bool:
        """Whether a program may come of it that is kept."""
        return self.verb in _MAKING or not self.verb

    def text(self, name: str) -> str:
        """Return the value of a variable, "" without."""
        found = self.env.get(name)
        return found.text if found is not None else ""


@value
class GoRuns:
    """What a file starts. runs: go commands, in order. starts: values of GODEBUG with which it starts something else
    than the go command, in order."""

    runs: tuple[GoRun, ...] = ()
    starts: tuple[Told, ...] = ()


_Place = Callable[[int], Location]
_NO_ENV: Mapping[str, Told] = MappingProxyType({})


def is_open(text: str) -> bool:
    """Return whether a value holds a variable or a template that is not filled in."""
    return _IS_OPEN.search(text) is not None


class Script:
    """Reads shell text piece by piece; what one piece exports counts for the next, unless it is read by a copy.

    env: variables of DECIDING that are set already; known: other variables, for words that name them.
    """

    def __init__(self, env: Mapping[str, Told] = _NO_ENV, known: Mapping[str, str] | None = None) -> None:
        self.env = dict(env)
        self.known = dict(known or {})
        self._inherited = frozenset(self.env)
        self._kept: dict[str, Told] = {}  # by `go env -w`, for which the environment goes before
        self._own: dict[str, Told] = {}  # of the shell alone
        self._unclear = ""
        self.starts: list[Told] = []

    def again(self, env: Mapping[str, Told]) -> Script:
        """Return a new shell that finds what `go env -w` has written in this one."""
        other = Script(env, self.known)
        other._kept = self._kept
        return other

    def read(self, text: str, place: _Place) -> Iterator[GoRun]:
        """Yield the go commands of a script. place: lines before a command in it → where it stands."""
        yield from self._all(read_commands(text), _conditional_lines(text), place)

    def read_words(self, words: Sequence[str], place: _Place) -> Iterator[GoRun]:
        """Yield the go commands of a command whose words are known."""
        yield from self._all([command_of(words)], frozenset(), place)

    def _all(
        self, commands: Sequence[Command] | Iterator[Command], maybe: frozenset[int], place: _Place
    ) -> Iterator[GoRun]:
        before: Command | None = None
        for number, outer in enumerate(commands):
            if number >= _MOST:
                return
            for command in inside(self._filled(outer)):
                is_tested = (
                    before is not None and before.at == command.at and before.words[:1] in (("[",), ("[[",), ("test",))
                )
                yield from self._one(command, place(command.at), is_maybe=is_tested or command.at in maybe)
                before = command

    def _filled(self, command: Command) -> Command:
        """Return a command with the variables filled in that are known."""
        if not any("$" in word for word in command.words) and not any("$" in text for _, text in command.settings):
            return command
        told = {**self.known, **{name: one.text for name, one in {**self._own, **self.env}.items()}}
        return changed(
            command,
            words=tuple(expand(word, told).text if "$" in word else word for word in command.words),
            settings=tuple((name, expand(text, told).text if "$" in text else text) for name, text in command.settings),
        )

    def _one(self, command: Command, location: Location, *, is_maybe: bool) -> Iterator[GoRun]:
        words = command.words
        if not words or words[0] in ("export", "declare", "typeset", "local", "readonly", "unset", "set"):
            self._assign(command, location, is_maybe=is_maybe)
            return
        if words[:2] == ("go", "env"):
            self._go_env(words[2:], location)
            return
        own = {name: Told(text=text, location=location) for name, text in command.settings if name in DECIDING}
        env = {**self._kept, **self.env, **own}
        if words[0] in env:  # env -u NAME go build
            env.pop(words[0])
            command = changed(command, words=words[1:])
        verb = verb_of_go(command)
        if not verb and not _starts(command.words):
            if "GODEBUG" in own:
                self.starts.append(own["GODEBUG"])
            return
        at = command.words.index(verb) + 1 if verb in command.words else len(command.words)
        rest = command.words[at:]
        if verb and (verb not in _MAKING | _TESTING or (verb == "install" and any("@" in word for word in rest))):
            return
        purpose = FipsPurpose.ASIDE if verb in _TESTING else FipsPurpose.SHIPPED
        unclear = "" if "GOFIPS140" in own else self._unclear
        yield GoRun(scope="", verb=verb, words=rest, env=env, location=location, purpose=purpose, unclear=unclear)

    def _assign(self, command: Command, location: Location, *, is_maybe: bool) -> None:
        words = command.words
        if words[:1] == ("unset",):
            for name in words[1:]:
                self._note(name, "", is_maybe=is_maybe)
                self.env.pop(name, None)
                self._own.pop(name, None)
            return
        is_exported = words[:1] == ("export",) or (words[:1] in (("declare",), ("typeset",)) and "-x" in words)
        if words[:1] == ("set",):
            return
        pairs = [*command.settings]
        for word in words[1:]:
            name, equals, text = word.partition("=")
            if equals:
                pairs.append((name, text))
            elif is_exported and name in self._own:
                self._note(name, self._own[name].text, is_maybe=is_maybe)
                self.env[name] = self._own.pop(name)
        for name, text in pairs:
            if name not in DECIDING:
                self.known[name] = text
            elif is_exported or name in self.env:
                self._note(name, text, is_maybe=is_maybe)
                self.env[name] = Told(text=text, location=location)
            else:
                self._own[name] = Told(text=text, location=location)
        if "GODEBUG" in self.env and is_exported and any(name == "GODEBUG" for name, _ in pairs):
            self.starts.append(self.env["GODEBUG"])

    def _note(self, name: str, text: str, *, is_maybe: bool) -> None:
        before = self.env[name].text if name in self.env else ""
        if is_maybe and name == "GOFIPS140" and text != before:
            self._unclear = f"a condition decides whether {name} is {text or 'unset'} or {before or 'unset'}"

    def _go_env(self, words: Sequence[str], location: Location) -> None:
        if words[:1] == ("-w",):
            pairs = (word.partition("=") for word in words[1:])
            self._kept.update(
                {
                    name: Told(text=text, location=location)
                    for name, equals, text in pairs
                    if equals and name in DECIDING
                }
            )
        elif words[:1] == ("-u",):
            for name in words[1:]:
                self._kept.pop(name, None)


def _starts(words: Sequence[str]) -> bool:
    """Return whether a command may start the go command: make, a script of the project, a variable."""
    name = words[0].rpartition("/")[2] if words else ""
    if name in _SHELLS:
        return any(word.endswith(".sh") or "/" in word for word in words[1:3])
    return name in _STARTING or words[0].startswith(("./", "../", "$")) or name.endswith((".sh", ".bash"))


def _conditional_lines(text: str) -> frozenset[int]:
    """Return the lines, counted from 0, that stand in a block of which a condition decides."""
    found: set[int] = set()
    depth = 0
    for number, line in enumerate(text[: 1 << 18].split("\n")):
        bare = line.split(" #", 1)[0]
        opened, closed = len(_OPENS.findall(bare)), len(_CLOSES.findall(bare))
        if depth or opened:
            found.add(number)
        depth = max(0, depth + opened - closed)
    return frozenset(found)


def runs_of_script(text: str, artifact: str) -> GoRuns:
    """Return what a script of its own starts."""

    def place(at: int) -> Location:
        return Location(artifact=artifact, line=at + 1, column=1)

    script = Script()
    runs = tuple(script.read(text, place))
    return GoRuns(runs=runs, starts=tuple(script.starts))


def run_alone(env: Mapping[str, Told], location: Location, unclear: str = "") -> GoRun:
    """Return the run of a file that builds one program, and does not say how in words of a shell."""
    return GoRun(scope="", verb="build", words=(), env=env, location=location, unclear=unclear)


def packages_of(words: Sequence[str]) -> tuple[str, ...]:
    """Return the packages that a go command is given, its flags left out.

    >>> packages_of(["-o", "bin/app", "-tags=x", "./cmd/app"])
    ('./cmd/app',)
    """
    found: list[str] = []
    skips = False
    for word in words:
        if skips:
            skips = False
        elif word.startswith("-"):
            skips = word.replace("--", "-", 1) in _WITH_VALUE
        else:
            found.append(word)
    return tuple(found)
