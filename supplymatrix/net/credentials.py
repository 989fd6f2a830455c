"""Credentials for https servers, from where the go command takes them, and how they are kept from everybody else.

- They come from the address itself (user and password in GOPROXY), or else from what GOAUTH lists: the netrc file (as
  without the setting), `git credential fill`, programs of the user. Nothing is opened or run before the first request
  to an https server; git, and programs once more, after an answer of 4xx.
- They go to the server that they are for, by scheme, host and port, and there below their own path; over https alone;
  and not to an address of the log that only a policy names, which comes with what is examined.
- They are shown nowhere. Faults of a source are told in words of our own, and what a server sends back is searched for
  them (`repeats`), since it would go into the cache, reports and evidence.

Where we do less than the go command: nothing is sent on to a subdomain, nor over a redirect to another server; git's
helpers are not told whether a password was good; a program is run again a few times for a server, not for each request;
addresses handed to a program have no password in them.

Source: `go help goauth`; Go cmd/go/internal/auth, cmd/go/internal/web http.go.
"""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from supplymatrix.errors import SourceError
from supplymatrix.gomod.goauth import (
    AuthCommand,
    AuthKind,
    CredentialSet,
    Header,
    parse_auth_output,
    parse_git_output,
    parse_goauth,
    prefix_of,
)
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.netrc import parse_netrc
from supplymatrix.model.value import value
from supplymatrix.net.auth_program import run_program
from supplymatrix.net.local import read_plain
from supplymatrix.sumdb.protocol import Absent, Body

__all__ = ["NOTHING", "Attached", "Credentials", "basic_header", "netrc_path", "read_credentials", "secrets_of"]

_MAX_NETRC = 1 << 20
_MAX_RUNS = 3  # of the programs for one server, after its first answer of 4xx
_LEAST_SECRET = 8  # characters; what is shorter is too likely to stand somewhere by chance
_NOT_HERE = frozenset({404, 410})
# A hook's own repository would otherwise choose the helpers.
_NOT_FOR_GIT = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX"})


@value
class Attached:
    """What is sent with a request. origin: where it was found, for a message; "" when there is nothing."""

    headers: tuple[Header, ...] = ()
    origin: str = ""

    def __repr__(self) -> str:
        return f"Attached(origin={self.origin!r})"


NOTHING = Attached()


def read_credentials(environ: Mapping[str, str], settings: GoSettings) -> Credentials:
    """Return the credentials of the user whose environment and Go settings these are; nothing is read yet.

    Raises InputError for a GOAUTH that the go command refuses.
    """
    return Credentials(parse_goauth(settings.goauth.value), environ)


def basic_header(user: str, password: str) -> Header:
    """Return the header of basic authentication."""
    pair = f"{user}:{password}".encode("utf-8", "surrogateescape")
    return "Authorization", "Basic " + base64.b64encode(pair).decode("ascii")


def secrets_of(url: str) -> tuple[str, ...]:
    """Return the password in an address (or the user without one), as it stands there and as it is sent."""
    from urllib.parse import unquote

    userinfo = url.partition("://")[2].partition("/")[0].rpartition("@")[0]
    user, _, password = userinfo.partition(":")
    pair = basic_header(unquote(user), unquote(password))[1].removeprefix("Basic ")
    secret = password or user
    return secret, unquote(secret), pair


def netrc_path(environ: Mapping[str, str], *, platform: str = sys.platform) -> str:
    """Return where the netrc file lies: $NETRC, else in the home; "" when no home is known."""
    named = environ.get("NETRC", "")
    if named:
        return named
    home = _home(environ, platform)
    if not home:
        return ""
    legacy = Path(home, "_netrc")
    return str(legacy if platform == "win32" and legacy.exists() else Path(home, ".netrc"))


def _home(environ: Mapping[str, str], platform: str = sys.platform) -> str:
    return environ.get("USERPROFILE" if platform == "win32" else "HOME", "")


class Credentials:
    """One run's credentials. commands: of GOAUTH, the strongest first; environ: theirs, and that of the netrc file.

    why_none: said where there are no commands.
    """

    def __init__(
        self,
        commands: Sequence[AuthCommand] = (),
        environ: Mapping[str, str] | None = None,
        *,
        why_none: str = "GOAUTH is off",
    ) -> None:
        self._commands = tuple(commands)
        self._why_none = why_none
        self._environ = dict(environ or {})
        self._lock = asyncio.Lock()
        self._is_loaded = False
        self._found: dict[str, Attached] = {}
        self._netrc: list[CredentialSet] | None = None
        self._tell: dict[int, str] = {}  # what came of a command, by its number
        self._runs: dict[str, int] = {}
        self._secrets: set[bytes] = set()

    def __repr__(self) -> str:
        return f"Credentials({len(self._commands)} sources)"

    async def attach(self, url: str) -> Attached:
        """Return what is to be sent with a request. url: https, without user and password."""
        if self._commands and not self._is_loaded:
            async with self._lock:
                if not self._is_loaded:
                    self._is_loaded = True  # also when it is cut off: it is not begun again and again
                    await self._ask_all("", b"")
        return self._find(url)

    async def renew(self, url: str, sent: Attached, *, status: int, head: bytes) -> Attached | None:
        """Return what to send instead, after an answer of 4xx; None when there is nothing new.

        sent: what was sent; head: status line and headers of the answer, as a program of GOAUTH gets them.
        """
        if all(command.kind is AuthKind.NETRC for command in self._commands):
            return None
        server = url.split("/", 3)[2]
        async with self._lock:
            found = self._find(url)
            if found == sent:
                # A log answers 404 for each module that it does not have: once is enough for those.
                if self._runs.get(server, 0) >= (1 if status in _NOT_HERE else _MAX_RUNS):
                    return None
                self._runs[server] = self._runs.get(server, 0) + 1
                await self._ask_all(url, head)
                found = self._find(url)
        return found if found.headers and found != sent else None

    def looked_for(self) -> str:
        """Return, for a message, where credentials were looked for and what came of it."""
        if not self._commands:
            return self._why_none
        return "; ".join(self._tell.get(command.number, f"{command.shown} gave none") for command in self._commands)

    def remember(self, *secrets: str) -> None:
        """Take note of secrets that come from elsewhere, such as an address."""
        encoded = (secret.encode("utf-8", "surrogateescape") for secret in secrets if len(secret) >= _LEAST_SECRET)
        self._secrets.update(encoded)

    def repeats(self, data: bytes | str) -> bool:
        """Return whether text or bytes from a server hold a secret."""
        if not self._secrets:
            return False
        if isinstance(data, str):
            data = data.encode("utf-8", "surrogateescape")
        return any(secret in data for secret in self._secrets)

    def _find(self, url: str) -> Attached:
        """Return what stands for the longest prefix of an address, element by element."""
        prefix = url.partition("://")[2].partition("?")[0].partition("#")[0].removesuffix("/")
        while prefix not in self._found:
            prefix, slash, _ = prefix.rpartition("/")
            if not slash:
                return NOTHING
        return self._found[prefix]

    async def _ask_all(self, url: str, head: bytes) -> None:
        """Ask every source, the weakest first, so that the strongest has the last word. url: "" the first time."""
        for command in reversed(self._commands):
            try:
                if command.kind is AuthKind.NETRC:
                    self._store(f"the netrc file {netrc_path(self._environ)}", self._read_netrc(command))
                elif command.kind is AuthKind.GIT:
                    if url:
                        self._store(command.shown, await self._ask_git(command, url))
                else:
                    self._store(command.shown, await self._ask_program(command, url, head))
            except SourceError as err:
                self._tell[command.number] = f"{command.shown} gave none: {err}"
            except ValueError as err:
                self._tell[command.number] = f"{command.shown} gave what cannot be read: {err}"

    def _store(self, origin: str, sets: Iterable[CredentialSet]) -> None:
        for given in sets:
            if given.headers:
                self._found[given.prefix] = Attached(headers=given.headers, origin=origin)
                for _, text in given.headers:
                    self.remember(text, text.rpartition(" ")[2])
            else:
                self._found.pop(given.prefix, None)

    def _read_netrc(self, command: AuthCommand) -> list[CredentialSet]:
        """Return the entries of the netrc file, read once; of a machine's entries the first comes last, and wins."""
        if self._netrc is None:
            self._netrc = []
            path = netrc_path(self._environ)
            answer = read_plain(path, path, "file", _MAX_NETRC) if path else Absent("file")
            if isinstance(answer, Body):
                self._tell[command.number] = f"the netrc file {path} has no entry for it"
                for entry in reversed(parse_netrc(answer.data.decode("utf-8", "surrogateescape"))):
                    self.remember(entry.password)
                    try:
                        prefix = prefix_of(entry.machine)
                    except ValueError:
                        continue  # no machine that could ever be asked
                    header = basic_header(entry.login, entry.password)
                    self._netrc.append(CredentialSet(prefix=prefix, headers=(header,)))
            elif isinstance(answer, Absent):
                self._tell[command.number] = f"there is no netrc file {path}".rstrip()
            else:
                self._tell[command.number] = f"the netrc file {answer.reason}"
        return self._netrc

    async def _ask_git(self, command: AuthCommand, url: str) -> list[CredentialSet]:
        environ = {name: text for name, text in self._environ.items() if name not in _NOT_FOR_GIT}
        environ |= {"GIT_TERMINAL_PROMPT": "0"}
        words = ("git", "credential", "fill")
        output = await run_program(words, environ=environ, folder=command.words[0], given=f"url={url}\n".encode())
        address, user, password = parse_git_output(output)
        prefix = prefix_of(address)
        if not prefix or not f"{url.partition('://')[2]}/".startswith(f"{prefix}/"):
            raise ValueError("it is for another address than was asked for")
        self.remember(password)
        return [CredentialSet(prefix=prefix, headers=(basic_header(user, password),))]

    async def _ask_program(self, command: AuthCommand, url: str, head: bytes) -> tuple[CredentialSet, ...]:
        words = (*command.words, url) if url else command.words
        folder = _start_folder(self._environ)
        return parse_auth_output(await run_program(words, environ=self._environ, folder=folder, given=head))


def _start_folder(environ: Mapping[str, str]) -> str:
    """Return the user's home, or the root of the file system: not the folder at hand, which may be examined."""
    home = Path(_home(environ))
    return str(home if home.is_absolute() and home.is_dir() else Path(Path(__file__).anchor))
