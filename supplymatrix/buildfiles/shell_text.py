"""Shell text, as far as it shows what a build installs and sets: words of single commands, nothing is run.

>>> [command.words for command in read_commands("apt-get update && apt-get install -y 'golang-1.22'")]
[('apt-get', 'update'), ('apt-get', 'install', '-y', 'golang-1.22')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from supplymatrix.model.value import value

__all__ = ["Command", "Install", "command_of", "installs_of", "read_commands", "settings_of"]

_MAX_TEXT = 1 << 18  # characters of one script
_MAX_COMMANDS = 5_000
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r]+)|(?P<comment>\#[^\n]*)|(?P<end>&&|\|\||;;|[;&|\n(){}])"""
    r"""|(?P<word>(?:\\(?:.|\n)|'[^']*'|"(?:\\(?:.|\n)|[^"\\])*"|\$\{[^}\n]{0,500}\}|[^\s;&|(){}'"\\]|['"\\])+)""",
    re.DOTALL,
)
_PART = re.compile(
    r"""\\(?P<one>.|\n)|'(?P<single>[^']*)'|"(?P<double>(?:\\(?:.|\n)|[^"\\])*)"|(?P<bare>.)""", re.DOTALL
)
_SETTING = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_WRAPPERS = frozenset({
    "sudo", "env", "exec", "then", "else", "elif", "do", "if", "while", "until", "!", "time", "nice", "command",
})  # fmt: skip
_URL = re.compile(r"https?://([^\s'\"<>|;&]+)")
_APK_TABLE = "/etc/apk/repositories"


@value
class Command:
    """One simple command. words: without its settings in front; settings: NAME=value in front of it; at: how many lines
    of the text stand before it. is_cut: it is none, and stands for all that was not read from there on."""

    words: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    at: int
    is_cut: bool = False


@value
class Install:
    """Packages that a command installs. manager: "apt", "apk", "dnf", "zypper", "snap" or "repository" (then the names
    are apk repositories without their scheme)."""

    manager: str
    names: tuple[str, ...]
    at: int


def read_commands(text: str) -> Iterator[Command]:
    """Yield the simple commands of a script, whatever of the shell's grammar stands around them; of one that is too
    long the first ones, and then one that says so."""
    words: list[str] = []
    line, start, count = 0, 0, 0
    for token in _TOKEN.finditer(text[:_MAX_TEXT]):
        if token.lastgroup == "word":
            if not words:
                start = line
            word = _unquoted(token[0])
            if word or "'" in token[0] or '"' in token[0]:  # else it is the end of a line that goes on
                words.append(word)
        elif token.lastgroup == "end" and words:
            count += 1
            if count > _MAX_COMMANDS:
                yield Command(words=(), settings=(), at=start, is_cut=True)
                return
            yield _command(words, start)
            words = []
        line += token[0].count("\n")
    if words:
        yield _command(words, start)
    if len(text) > _MAX_TEXT:
        yield Command(words=(), settings=(), at=line, is_cut=True)


def command_of(words: Sequence[str]) -> Command:
    """Return a command whose words are known already."""
    return _command(list(words), 0)


def installs_of(command: Command) -> tuple[Install, ...]:
    """Return what a command installs."""
    words = command.words
    if not words:
        return ()
    name = words[0].rpartition("/")[2]
    found: list[Install] = []
    if any(_APK_TABLE in word for word in words):
        urls = tuple(url.rstrip("/") for word in words for url in _URL.findall(word))
        found.append(Install(manager="repository", names=urls, at=command.at))
    reader = _MANAGERS.get(name)
    if reader is not None:
        manager, verbs, valued = reader
        found += _installed(manager, verbs, valued, words[1:], command.at)
    return tuple(item for item in found if item.names)


def settings_of(command: Command) -> tuple[tuple[str, str], ...]:
    """Return the variables that a command sets: for itself, by export, or by `go env -w`."""
    words = command.words
    rest: Sequence[str] = ()
    if words[:1] == ("export",):
        rest = words[1:]
    elif words[:3] == ("go", "env", "-w"):
        rest = words[3:]
    return (*command.settings, *((found[1], found[2]) for word in rest if (found := _SETTING.fullmatch(word))))


_Manager = tuple[str, frozenset[str], frozenset[str]]
_RPM_VALUED = frozenset({"-c", "--installroot", "--enablerepo", "--disablerepo", "--repo", "--releasever", "--setopt"})
_RPM: _Manager = ("dnf", frozenset({"install", "reinstall", "module"}), _RPM_VALUED)
_APT: _Manager = ("apt", frozenset({"install"}), frozenset({"-t", "--target-release", "-o", "-c"}))
_MANAGERS: dict[str, _Manager] = {
    "apt": _APT, "apt-get": _APT, "aptitude": _APT,
    "dnf": _RPM, "dnf5": _RPM, "yum": _RPM, "microdnf": _RPM, "tdnf": _RPM,
    "zypper": ("zypper", frozenset({"install", "in"}), frozenset({"-r", "--repo", "--root", "-R", "--from"})),
    "apk": (
        "apk", frozenset({"add"}),
        frozenset({"-X", "--repository", "-t", "--virtual", "-p", "--root", "--arch", "--keys-dir", "--cache-dir"}),
    ),
    "snap": ("snap", frozenset({"install", "refresh"}), frozenset({"--channel", "--revision", "--cohort"})),
}  # fmt: skip


def _installed(
    manager: str, verbs: frozenset[str], valued: frozenset[str], words: Sequence[str], at: int
) -> Iterator[Install]:
    names: list[str] = []
    options: list[tuple[str, str]] = []
    rest = iter(words)
    for word in rest:
        if word.startswith("-") and word != "-":
            option, equals, given = word.partition("=")
            options.append((option, given if equals else (next(rest, "") if option in valued else "")))
        elif not word.startswith((">", "<", "2>")):
            names.append(word)
    if not names or names[0] not in verbs:
        return
    taken = names[2:] if names[0] == "module" else names[1:]
    if manager == "apk":
        urls = [given for option, given in options if option in ("-X", "--repository")]
        repositories = tuple(found[1].rstrip("/") for url in urls if (found := _URL.match(url)))
        yield Install(manager="repository", names=repositories, at=at)
    if manager == "snap":
        channel = next((given for option, given in options if option == "--channel"), "")
        channel = channel or next(
            (o[2:] for o, _ in options if o in ("--edge", "--beta", "--candidate", "--stable")), ""
        )
        taken = [f"{name}/{channel}" if channel else name for name in taken]
    yield Install(manager=manager, names=tuple(taken), at=at)


def _command(words: list[str], at: int) -> Command:
    settings: list[tuple[str, str]] = []
    first = 0
    while first < len(words):
        found = _SETTING.fullmatch(words[first])
        if found:
            settings.append((found[1], found[2]))
        elif words[first] not in _WRAPPERS:
            break
        first += 1
        while first < len(words) and words[first].startswith("-"):  # options of sudo and env
            first += 1
    return Command(words=tuple(words[first:]), settings=tuple(settings), at=at)


def _unquoted(word: str) -> str:
    if not any(char in word for char in "\\'\""):
        return word
    out: list[str] = []
    for part in _PART.finditer(word):
        if part["one"] is not None:
            out.append("" if part["one"] == "\n" else part["one"])
        elif part["single"] is not None:
            out.append(part["single"])
        elif part["double"] is not None:
            out.append(re.sub(r'\\([$`"\\\n])', lambda m: "" if m[1] == "\n" else m[1], part["double"]))
        else:
            out.append(part["bare"])
    return "".join(out)
