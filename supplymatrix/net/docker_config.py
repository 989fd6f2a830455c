"""Logins for registries, from where docker and podman keep them.

The first file that has something for a registry counts:

1. what stands in $DOCKER_AUTH_CONFIG itself, of which only `auths` count;
2. the file that $REGISTRY_AUTH_FILE names (podman);
3. config.json in the folder that $DOCKER_CONFIG names, else in ~/.docker;
4. $XDG_RUNTIME_DIR/containers/auth.json, and $XDG_CONFIG_HOME/containers/auth.json or ~/.config/containers/auth.json.

In a file a helper of `credHelpers` comes before `credsStore`, and that before `auths`. A helper is the program
`docker-credential-NAME get`, run without a shell and within the limits of `auth_program.py`. Of names in `auths` the
longest counts that the repository lies below, as podman has it: "quay.example/team" before "quay.example".

Nothing is opened or run before a registry wants a login. Messages quote nothing of what was read but the path of its
file and a helper's name.

Source: docker "Credential stores" and cli/config/configfile; docker-credential-helpers; containers-auth.json(5).
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from supplymatrix.errors import SourceError
from supplymatrix.model.value import value
from supplymatrix.net.auth_program import run_program
from supplymatrix.net.local import read_plain
from supplymatrix.net.registry_names import HUB, HUB_LOGIN
from supplymatrix.sumdb.protocol import Body, Unavailable

__all__ = ["Login", "Logins"]

_MAX_FILE = 1 << 20
_MAX_SECRET = 1 << 16
_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_IN_ENVIRON = "DOCKER_AUTH_CONFIG"
_IDENTITY = "<token>"
"""The user's name of a helper's answer whose secret is an identity token."""
_HELPER_SECONDS = 30.0


@value
class Login:
    """What a registry may be told of the user: a password, or a token to be exchanged, or one to be sent as it is.

    origin: where it was found, for messages.
    """

    origin: str
    user: str = ""
    password: str = ""
    identity_token: str = ""
    registry_token: str = ""

    def __repr__(self) -> str:
        return f"Login(origin={self.origin!r})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that must be shown nowhere."""
        return tuple(filter(None, (self.password, self.identity_token, self.registry_token)))


class Logins:
    """The logins of one run. environ: names files, and PATH. home: the user's, None = as the environment has it."""

    def __init__(self, environ: Mapping[str, str], home: Path | None = None) -> None:
        self._environ = dict(environ)
        named = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")
        self._home = home if home is not None else Path(named)
        self._files: list[tuple[str, Mapping[str, object]]] | None = None
        self._faults: list[str] = []  # of files
        self._found: dict[tuple[str, str], Login | None] = {}
        self._told: dict[str, list[str]] = {}  # by registry
        self._lock = asyncio.Lock()

    async def find(self, registry: str, repository: str) -> Login | None:
        """Return the login for a repository, None where there is none."""
        async with self._lock:  # a helper is run once
            key = registry, repository
            if key not in self._found:
                self._found[key] = await self._search(registry, repository)
            return self._found[key]

    def looked_for(self, registry: str) -> str:
        """Return, for a message, where a login was looked for in vain, and what came of it."""
        told = [*self._faults, *self._told.get(registry, [])]
        names = [name for name, _ in self._files or []]
        seen = f"none in {', '.join(names)}" if names else "neither docker nor podman keeps one here"
        return "; ".join([seen, *dict.fromkeys(told)])

    async def _search(self, registry: str, repository: str) -> Login | None:
        if self._files is None:
            self._files = self._read_files()
        for name, config in self._files:
            login = await self._of_helpers(name, config, registry) or self._of_auths(name, config, registry, repository)
            if login is not None:
                return login
        return None

    # files

    def _read_files(self) -> list[tuple[str, Mapping[str, object]]]:
        found: list[tuple[str, Mapping[str, object]]] = []
        given = self._environ.get(_IN_ENVIRON, "")
        config = self._parse(f"${_IN_ENVIRON}", given.encode("utf-8", "surrogateescape")) if given else None
        if config is not None:
            found.append((f"${_IN_ENVIRON}", {"auths": config.get("auths")}))
        for path in dict.fromkeys(self._paths()):
            config = self._read(path)
            if config is not None:
                found.append((path, config))
        return found

    def _paths(self) -> list[str]:
        environ, home = self._environ, self._home
        paths: list[Path] = []
        for variable, below in (("REGISTRY_AUTH_FILE", ""), ("DOCKER_CONFIG", "config.json")):
            named = environ.get(variable, "")
            if named and Path(named).is_absolute():
                paths.append(Path(named, below))
            elif named:  # it would be another file wherever a command is run, and be brought along by what is examined
                self._faults.append(f"{variable} is no absolute path, and is not followed")
        if not environ.get("DOCKER_CONFIG") and home.is_absolute():
            paths.append(home / ".docker" / "config.json")
        runtime, settings = environ.get("XDG_RUNTIME_DIR", ""), environ.get("XDG_CONFIG_HOME", "")
        if Path(runtime).is_absolute():
            paths.append(Path(runtime, "containers", "auth.json"))
        folder = Path(settings) if Path(settings).is_absolute() else home / ".config"
        if folder.is_absolute():
            paths.append(folder / "containers" / "auth.json")
        return [str(path) for path in paths]

    def _read(self, path: str) -> Mapping[str, object] | None:
        answer = read_plain(path, path, "file", _MAX_FILE)
        if isinstance(answer, Unavailable):
            self._faults.append(answer.reason)
        return self._parse(path, answer.data) if isinstance(answer, Body) else None

    def _parse(self, name: str, data: bytes) -> Mapping[str, object] | None:
        try:
            config = json.loads(data)
        except (ValueError, RecursionError):
            config = None
        if not isinstance(config, dict):
            self._faults.append(f"{name} cannot be read: it is no JSON object")
            return None
        return config

    # helpers

    async def _of_helpers(self, path: str, config: Mapping[str, object], registry: str) -> Login | None:
        """Return what the helper of a file says, None without a helper, and for one that has nothing."""
        helpers = _table(config.get("credHelpers"))
        key = next((key for key in helpers if _same_registry(key, registry)), "")
        helper = helpers[key] if key else config.get("credsStore", "")
        if not isinstance(helper, str) or not helper:
            return None
        name = f"docker-credential-{helper}" if _HELPER.fullmatch(helper) else ""
        if not name:
            self._tell(registry, f"{path} names a helper that cannot be one")
            return None
        server = HUB_LOGIN if registry in HUB else registry
        try:
            return await self._ask(name, server)
        except SourceError as err:
            self._tell(registry, f"{name} gave none: {err}")
        except (ValueError, RecursionError):
            self._tell(registry, f"{name} gave what cannot be read")
        return None

    async def _ask(self, name: str, server: str) -> Login | None:
        """Raises SourceError for a helper that fails, ValueError for an answer that is none."""
        folder = str(self._home) if self._home.is_absolute() and self._home.is_dir() else Path(__file__).anchor
        output = await run_program(
            (name, "get"), environ=self._environ, folder=folder, given=server.encode(), seconds=_HELPER_SECONDS
        )
        answer = json.loads(output)
        user, secret = (
            (_text(answer.get(key)) for key in ("Username", "Secret")) if isinstance(answer, dict) else ("", "")
        )
        if not secret:
            raise ValueError("no secret")
        if user == _IDENTITY:
            return Login(origin=name, identity_token=secret)
        return Login(origin=name, user=user, password=secret)

    # entries

    def _of_auths(self, path: str, config: Mapping[str, object], registry: str, repository: str) -> Login | None:
        auths = _table(config.get("auths"))
        for key in sorted(auths, key=lambda key: (-len(_bare(key).partition("/")[2]), key != registry, key)):
            if not _covers(key, registry, repository):
                continue
            entry = auths[key]
            if not isinstance(entry, dict) or not entry:
                continue  # docker leaves an empty one where a helper has the login
            login = _login(path, entry)
            if login is not None:
                return login
            self._tell(registry, f"the entry for {registry} in {path} cannot be read")
        return None

    def _tell(self, registry: str, words: str) -> None:
        self._told.setdefault(registry, []).append(words)


def _table(found: object) -> Mapping[str, object]:
    return found if isinstance(found, dict) else {}


def _text(found: object) -> str:
    """Return a text that may stand in a header, "" for everything else. Raises ValueError for one that may not."""
    if not isinstance(found, str):
        return ""
    if len(found) > _MAX_SECRET or "\r" in found or "\n" in found or "\0" in found:
        raise ValueError("it can be sent to nobody")
    return found


def _bare(key: str) -> str:
    """Return the host, and perhaps a path, of a name in `auths`: "https://r.example/v1/" is that of r.example."""
    scheme, mark, rest = key.partition("://")
    if not mark:
        return key.rstrip("/")
    return rest.partition("/")[0] if scheme in ("http", "https") else ""


def _same_registry(key: str, registry: str) -> bool:
    bare = _bare(key)
    return bare == registry or (bare in HUB and registry in HUB)


def _covers(key: str, registry: str, repository: str) -> bool:
    """Return whether a name in `auths` is that of a registry, or of a part of it that a repository lies in."""
    if _same_registry(key, registry):
        return True
    host, _, path = _bare(key).partition("/")
    return bool(path) and _same_registry(host, registry) and f"{repository}/".startswith(f"{path}/")


def _login(path: str, entry: Mapping[str, object]) -> Login | None:
    """Return what an entry of `auths` holds, None where that is nothing that can be read."""
    try:
        identity, token = _text(entry.get("identitytoken")), _text(entry.get("registrytoken"))
        user, password = _text(entry.get("username")), _text(entry.get("password"))
        pair = _text(entry.get("auth"))
        if pair:
            text = base64.b64decode(pair, validate=True).decode("utf-8", "surrogateescape")
            user, colon, password = text.partition(":")
            password = _text(password.strip("\0"))
            if not colon:
                return None
    except ValueError:
        return None
    if not (identity or token or password):
        return None
    return Login(origin=path, user=user, password=password, identity_token=identity, registry_token=token)
