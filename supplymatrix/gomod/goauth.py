"""GOAUTH: where the go command gets credentials for https servers, and the formats in which it gets them.

GOAUTH is a list of commands between `;`, the first being the strongest: `off` (alone), `netrc` (what holds without the
setting), `git DIR`, or any other command with its arguments. A command's output is sets of credentials:

    https://proxy.example
    https://other.example/go/
    <empty line>
    Authorization: Bearer …
    <empty line>

Credentials are for a prefix: a host with its port as written, and perhaps a path, of which whole elements count.

Source: `go help goauth`; Go cmd/go/internal/auth, cmd/internal/quoted; git-credential(1).
"""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.gourl import split_url
from supplymatrix.gomod.netrc import go_fields
from supplymatrix.model.value import value

__all__ = [
    "AuthCommand",
    "AuthKind",
    "CredentialSet",
    "Header",
    "parse_auth_output",
    "parse_git_output",
    "parse_goauth",
    "prefix_of",
]

Header = tuple[str, str]

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_MOST_LINES = 1000
# Those that make up the request itself; the go command sets them by itself too.
_NOT_THEIRS = frozenset(
    ("host", "connection", "content-length", "transfer-encoding", "trailer", "upgrade", "te", "accept-encoding")
)


class AuthKind(StrEnum):
    """What a command of GOAUTH is."""

    NETRC = "netrc"
    GIT = "git"
    PROGRAM = "program"


@value
class AuthCommand:
    """One command. words: its words, [DIR] with git; they may hold secrets: never show them. number: from 1."""

    kind: AuthKind
    number: int
    words: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"AuthCommand(kind={self.kind}, number={self.number})"

    @property
    def shown(self) -> str:
        """The command for a message."""
        return {AuthKind.NETRC: "netrc", AuthKind.GIT: "git credential"}.get(
            self.kind, f"command {self.number} of GOAUTH"
        )


@value
class CredentialSet:
    """Request headers for everything below a prefix. prefix: host[:port][/path], without scheme and last slash."""

    prefix: str
    headers: tuple[Header, ...]

    def __repr__(self) -> str:
        return f"CredentialSet(prefix={self.prefix!r})"


def parse_goauth(text: str) -> tuple[AuthCommand, ...]:
    """Return the commands of a GOAUTH value, the strongest first; none for `off`. An empty value means netrc.

    Raises InputError for an empty command, `off` beside others, and `git` without one absolute folder.
    """
    parts = (text or "netrc").split(";")
    commands: list[AuthCommand] = []
    for number, part in enumerate(parts, start=1):
        words = go_fields(part)
        if not words:
            raise _bad("GOAUTH has an empty command")
        if words[0] == "off":
            if len(parts) > 1:
                raise _bad("GOAUTH has `off` beside other commands")
            return ()
        if words[0] == "netrc":
            commands.append(AuthCommand(kind=AuthKind.NETRC, number=number))
        elif words[0] == "git":
            if len(words) != 2 or not _is_absolute(words[1]):
                raise _bad("GOAUTH has `git` without the absolute path of one folder")
            commands.append(AuthCommand(kind=AuthKind.GIT, number=number, words=(words[1],)))
        else:
            commands.append(AuthCommand(kind=AuthKind.PROGRAM, number=number, words=_split_quoted(part)))
    return tuple(commands)


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or (len(path) > 2 and path[1] == ":" and path[2] in "\\/")


def _split_quoted(text: str) -> tuple[str, ...]:
    """Return the words of a command; a word that begins with ' or " ends at the next one, and there are no escapes."""
    words: list[str] = []
    rest = text.strip(_QUOTED_SPACE)
    while rest:
        if rest[0] in "'\"":
            inside, closing, rest = rest[1:].partition(rest[0])
            if not closing:
                raise _bad("GOAUTH has a quote that is not closed")
            words.append(inside)
        else:
            end = next((at for at, char in enumerate(rest) if char in _QUOTED_SPACE), len(rest))
            words.append(rest[:end])
            rest = rest[end:]
        rest = rest.lstrip(_QUOTED_SPACE)
    return tuple(words)


_QUOTED_SPACE = " \t\n\r"


def _bad(message: str) -> InputError:
    return InputError(
        Diagnostic(
            message=message,
            expected="`off`, or `netrc`, `git DIR` and commands with `;` between them",
            remedy="mend GOAUTH in the environment or with `go env -w`; `go help goauth` tells of its form",
        )
    )


def parse_auth_output(text: str) -> tuple[CredentialSet, ...]:
    """Return what a command of GOAUTH has written; a later set of a prefix takes the place of an earlier one.

    A set without headers takes a prefix's credentials away. Addresses that are not https are passed over.
    Raises ValueError, whose words quote nothing of `text`, for anything but the format.
    """
    found: dict[str, CredentialSet] = {}
    lines = text.split("\n")
    if lines.pop():
        raise ValueError("its last line is cut off")
    if len(lines) > _MOST_LINES:
        raise ValueError(f"it has more than {_MOST_LINES} lines")
    while lines:
        prefixes = [prefix_of(line) for line in _block(lines, "addresses")]
        headers = tuple(map(_header, _block(lines, "headers")))
        own = tuple(header for header in headers if header[0].lower() not in _NOT_THEIRS)
        for prefix in prefixes:
            if prefix:
                found[prefix] = CredentialSet(prefix=prefix, headers=own)
    return tuple(found.values())


def _block(lines: list[str], what: str) -> list[str]:
    """Take the lines up to an empty one off `lines`."""
    if "" not in lines:
        raise ValueError(f"there is no empty line behind its {what}")
    end = lines.index("")
    block = lines[:end]
    del lines[: end + 1]
    return block


def _header(line: str) -> Header:
    name, mark, content = line.partition(": ")
    content = content.strip(" \t\r\n")
    if not mark or not name or not _TOKEN.issuperset(name):
        raise ValueError("one of its lines is no header")
    if any((char < " " and char != "\t") or char == "\x7f" for char in content):
        raise ValueError("one of its headers has a control character")
    return name, content


def prefix_of(url: str) -> str:
    """Return the prefix that an address or a netrc machine stands for; "" for another scheme than https.

    The host comes in lower case and without the port 443, as the addresses come that it is held against.
    Raises ValueError when it is no address.
    """
    scheme, mark, bare = url.partition("://")
    if not mark:
        bare = url
    elif scheme.lower() != "https":
        return ""
    parts = split_url("https://" + bare)
    if parts is None or parts.user is not None or not parts.host:
        raise ValueError("one of its lines is no address")
    return f"{parts.host.lower().removesuffix(':443')}{parts.path}".removesuffix("/")


def parse_git_output(text: str) -> tuple[str, str, str]:
    """Return the address, user and password that `git credential fill` has written, "" for what is not there."""
    found: dict[str, str] = {}
    url = ""
    for line in text.split("\n"):
        name, mark, content = line.strip().partition("=")
        if mark and name == "url":
            url = content
        elif mark:
            found[name] = content
    if not url:
        url = f"{found.get('protocol', '')}://{found.get('host', '')}"
        if found.get("path"):
            url += "/" + found["path"].removeprefix("/")
    return url, found.get("username", ""), found.get("password", "")
