"""What a Dockerfile gives away by its instructions: ARG and ENV that are secrets, copied files with credentials.

The value of an ARG stands in the history of the image, whoever gives it when the image is built; so does what ENV takes
from one. `RUN --mount=type=secret` leaves nothing behind.

Source: docs.docker.com, Dockerfile reference, "ARG"; build checks, SecretsUsedInArgOrEnv.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from supplymatrix.buildfiles.docker_words import split_words
from supplymatrix.buildfiles.dockerfile import Instruction
from supplymatrix.documents.secret_forms import is_harmless, is_hole, names_a_secret
from supplymatrix.model.value import changed, value
from supplymatrix.privacy.credential_facts import COPIED, IN_ARG, IN_ENV, IN_NETRC
from supplymatrix.privacy.credential_places import is_copied_secret

__all__ = ["Given", "given_away"]

_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]{0,200})")
_IN_NETRC = re.compile(
    r"machine[ \t\\n]{1,10}([^\s\"'\\]{1,200})[ \t\\n]{1,10}login[ \t\\n]{1,10}[^\s\"'\\]{1,200}[ \t\\n]{1,10}password"
    r"[ \t\\n]{1,10}[\"']?\$\{?([A-Za-z_][A-Za-z0-9_]{0,200})"
)
_IN_LOGIN = re.compile(r"://(?:[^\s:@/$]{1,100}:)?\$\{?([A-Za-z_][A-Za-z0-9_]{0,200})\}?@")
_WRAPPED = re.compile(r"([A-Za-z]+)[ \t]+(.*)", re.DOTALL)
_FILES_AS_NAMES = frozenset({"netrc", "npmrc", "id_rsa", "id_ed25519", "id_ecdsa", "git_credentials", "kubeconfig"})
"""Names of variables that hold a whole file."""
_WAYS = frozenset({"true", "false", "yes", "no", "on", "off", "none", "basic", "netrc"})
"""What a variable with a telling name may hold that is no secret and no place for one."""


@value
class Given:
    """Something that is given away. line: of the file; where: the instruction; name: of the variable or file."""

    line: int
    kind: str
    where: str
    name: str


def given_away(instructions: Sequence[Instruction]) -> tuple[Given, ...]:
    """Return what the instructions give away beyond the texts that stand in the file, in their order."""
    given: dict[tuple[int, str, str], Given] = {}
    arguments: set[str] = set()
    for line in map(_unwrapped, instructions):
        for one in _of_line(line, arguments):
            given.setdefault((one.line, one.where, one.name), one)
    return tuple(given.values())


def _unwrapped(line: Instruction) -> Instruction:
    """Return what ONBUILD says for the image that is built from this one; any other instruction as it is."""
    found = _WRAPPED.fullmatch(line.rest) if line.name == "ONBUILD" else None
    return changed(line, name=found[1].upper(), rest=found[2]) if found else line


def _is_secret(name: str) -> bool:
    return names_a_secret(name) or name.lower() in _FILES_AS_NAMES


def _of_line(line: Instruction, arguments: set[str]) -> Iterator[Given]:
    if line.name == "ARG":
        for word, number in _words(line):
            name, equals, text = word.partition("=")
            arguments.add(name)
            if _is_secret(name) and not (equals and _is_a_way(text, name)):
                yield Given(line=number, kind=IN_ARG, where="ARG", name=name)
    elif line.name == "ENV":
        for name, text, number in _pairs(line):
            if names_a_secret(name) and not arguments.isdisjoint(_VARIABLE.findall(text)):
                yield Given(line=number, kind=IN_ENV, where="ENV", name=name)
    elif line.name in ("COPY", "ADD"):
        for name in dict.fromkeys(_copied(line)):
            yield Given(line=line.line, kind=COPIED, where=line.name, name=name)
    elif line.name == "RUN":
        yield from _netrc(line, arguments)
        yield from _logins(line, arguments)


def _netrc(line: Instruction, arguments: AbstractSet[str]) -> Iterator[Given]:
    """Yield the machines of a .netrc that a step writes with what an ARG holds."""
    for text in (line.rest, *line.heredocs):
        for found in _IN_NETRC.finditer(text):
            if found[2] in arguments:
                yield Given(line=line.line, kind=IN_NETRC, where="RUN", name=found[1])


def _logins(line: Instruction, arguments: AbstractSet[str]) -> Iterator[Given]:
    """Yield each ARG that a step takes for the password of an address, whatever it is called."""
    for text in (line.rest, *line.heredocs):
        for found in _IN_LOGIN.finditer(text):
            if found[1] in arguments and not _is_secret(found[1]):
                yield Given(line=line.line, kind=IN_ARG, where="RUN", name=found[1])


def _is_a_way(text: str, name: str) -> bool:
    """Return whether a default says that no secret is meant: yes or no, a number, a path, an address."""
    bare = text.strip("\"'")
    return bare.lower() in _WAYS or (bool(bare) and is_harmless(bare, name) and not is_hole(bare))


def _words(line: Instruction) -> Iterator[tuple[str, int]]:
    """Yield the words of an instruction, each with its line."""
    for number, text in enumerate(line.rest.split("\n"), start=line.line):
        for word in split_words(text):
            if word not in ("\\", "`"):
                yield word, number


def _pairs(line: Instruction) -> Iterator[tuple[str, str, int]]:
    words = list(_words(line))
    if words and "=" not in words[0][0]:  # the old form: ENV name all the rest
        yield words[0][0], " ".join(word for word, _ in words[1:]), words[0][1]
        return
    for word, number in words:
        name, _, text = word.partition("=")
        yield name, text, number


def _copied(line: Instruction) -> Iterator[str]:
    """Yield the names of copied files that hold credentials, as they are called here or in the image."""
    words = [re.sub(r"[/\\]+\Z", "", word.strip("\"'")) for word in _copy_words(line)]
    for path in words[:-1]:
        if is_copied_secret(path):
            yield re.split(r"[/\\]", path)[-1]
    is_new = any(word.startswith("<<") for word in words[:-1])  # its text is looked at
    if words[:-1] and not is_new and is_copied_secret(words[-1], in_image=True):
        yield re.split(r"[/\\]", words[-1])[-1]


def _copy_words(line: Instruction) -> list[str]:
    rest = line.rest.replace("\n", "")
    if rest.startswith("["):
        try:
            found = json.loads(rest)
        except (ValueError, RecursionError):
            return []
        return [word for word in found if isinstance(word, str)] if isinstance(found, list) else []
    return split_words(rest)
