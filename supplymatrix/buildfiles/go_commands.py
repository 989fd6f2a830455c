"""Commands of build scripts that are the go command, or start it: what scripts within scripts run, and what go does.

>>> from supplymatrix.buildfiles.shell_text import command_of
>>> [verb_of_go(command) for command in inside(command_of(["sh", "-c", "timeout 60 go -C svc build"]))]
['build']
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import repeat

from supplymatrix.buildfiles.shell_text import Command, read_commands
from supplymatrix.model.value import changed

__all__ = ["BUILDING", "INSTALLERS", "asks_for_modules", "inside", "verb_of_go"]

BUILDING = frozenset({"build", "install", "test", "generate"})
INSTALLERS = frozenset(
    {"pacman", "brew", "conda", "mamba", "micromamba", "asdf", "mise", "nix-env", "xbps-install", "emerge"}
)
"""Package managers whose packages nobody reads here; that Go is among them is seen by its name."""
_FETCHING = BUILDING | {"get", "list", "mod", "run", "tool", "vet", "work"}
_STARTING = frozenset(
    {"goreleaser", "ko", "golangci-lint", "govulncheck", "gotestsum", "ginkgo", "staticcheck", "gosec", "xcaddy"}
)
"""Programs that start the go command, whatever they are asked for."""
_BUILDERS = frozenset({"make", "gmake", "just", "task", "mage", "bazel", "bazelisk", "earthly"})
_GO = re.compile(r"(?:xx-)?go(?:1\.[0-9.]+)?")
_TELLS = frozenset(
    {"echo", "printf", "cat", "rm", "ls", "cp", "mv", "mkdir", "chown", "chmod", "ln", "which", "git", "test"}
)
"""Commands whose words are no command: `echo go build` builds nothing."""
_RUNNERS = frozenset({"timeout", "xargs", "nohup", "retry", "su-exec", "gosu", "stdbuf", "ccache", "setarch"})
_MOST_BEFORE = 12  # words of a runner that may stand before the go command
_SHELL = re.compile(r"(?:\S*/)?(?:(?:ba|da|a|k|z)?sh|su|runuser|flock)")
_SCRIPT = re.compile(r"-[a-z]*c")


def inside(command: Command) -> Iterator[Command]:
    """Yield what a command runs: `sh -c "…"` and `eval …` are the commands of their script, any other is itself."""
    script = _script_of(command.words)
    if not script:
        yield command
        return
    for settings, inner in zip(repeat(command.settings), read_commands(script)):
        yield changed(inner, settings=(*settings, *inner.settings), at=command.at + inner.at)


def verb_of_go(command: Command) -> str:
    """Return what a command asks of go: "build" of `timeout 60 go -C svc build`; "" when it runs no go."""
    names = [word.rpartition("/")[2] for word in command.words[:_MOST_BEFORE]]
    at = next((place for place, name in enumerate(names) if _GO.fullmatch(name)), -1)
    if at < 0 or not _TELLS.isdisjoint(names[:at]) or not INSTALLERS.isdisjoint(names[:at]):
        return ""
    rest = command.words[at + 1 :]
    rest = rest[2:] if rest[:1] == ("-C",) else rest
    verb = rest[0] if rest else "go"
    return verb if not at or names[0] in _RUNNERS or verb in BUILDING else ""


def asks_for_modules(command: Command, *, has_go: bool) -> str:
    """Return what a command is, as it is told ("go build"), where it may fetch modules; else "".

    has_go: a Go is known to be there, so that `make` and scripts of the project count.
    """
    verb = verb_of_go(command)
    if verb:
        return f"go {verb}" if verb in _FETCHING else ""
    name = command.words[0].rpartition("/")[2] if command.words else ""
    is_script = bool(name) and (command.words[0].startswith("./") or name.endswith(".sh"))
    return name[:40] if name in _STARTING or (has_go and (name in _BUILDERS or is_script)) else ""


def _script_of(words: Sequence[str]) -> str:
    """Return what a shell is given to run: the word after `-c`, `-xe -c` or `-ec`, behind `sudo -u b` too."""
    if words[:1] == ("eval",):
        return " ".join(words[1:])
    if not words or words[0].rpartition("/")[2] in _TELLS:
        return ""
    shell = next((at for at, word in enumerate(words[:_MOST_BEFORE]) if _SHELL.fullmatch(word)), -1)
    if shell < 0:
        return ""
    option = next((at for at in range(shell + 1, len(words) - 1) if _SCRIPT.fullmatch(words[at])), -1)
    return words[option + 1] if option > 0 else ""
