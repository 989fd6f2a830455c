"""Settings as they may be shown: what may be a password, a token or a name of somebody's module is left out.

    >>> redact_urls("https://ada:s3cret@proxy.example/go,direct")
    'https://…@proxy.example/go,direct'

Where it is not clear what a piece is, it is taken for a secret: a password may hold every character, and not everybody
writes `%2F` for a slash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from supplymatrix.documents.secret_forms import names_a_secret
from supplymatrix.privacy.setting_secrets import SETTING_NAMES, secrets_of_setting

__all__ = [
    "PROXY_VARIABLES", "Redactor", "redact_goauth", "redact_gosumdb", "redact_urls", "secrets_of", "server_of",
]  # fmt: skip

PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_ELEMENT = re.compile(r"(?<=[,|\s])(?=[A-Za-z][A-Za-z0-9+.-]*://)")  # where one begins for certain
_SCHEME = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*://")
_PATH = re.compile(r"(^|[,|]|://)(\s*(?:\[[^\]\s]*\]|[^/,|\s:]+)(?::\d+)?)/[^,|\s]+")
_SECRET_NAME = re.compile(r"(?:^|_)(?:TOKEN|PASSWORD|PASSWD|SECRET|API_?KEY|CREDENTIALS?)(?:_|$)", re.IGNORECASE)
_GOAUTH_WORDS = ("off", "netrc")
_SHORTEST = 4  # characters of a secret that is looked for everywhere; shorter ones are parts of many words
_SHORTEST_USER = 8


def redact_urls(text: str, *, with_paths: bool = True) -> str:
    """Return a list of addresses without users, passwords, queries and fragments. with_paths: whether paths stay."""
    return "".join(_redact(piece, with_paths=with_paths) for piece in _ELEMENT.split(text))


def _redact(piece: str, *, with_paths: bool) -> str:
    match = _SCHEME.match(piece)
    scheme = match[0] if match else ""
    rest = piece[len(scheme) :]
    _, at, tail = rest.rpartition("@")
    if at:
        rest = f"…@{tail}"
    cut = re.search(r"[?#]", rest)
    if cut:
        rest = f"{rest[: cut.start()]}?…"
    return scheme + (rest if with_paths else _PATH.sub(r"\1\2/…", rest))


def server_of(url: str) -> str:
    """Return scheme and server of one address."""
    shown = redact_urls(url, with_paths=False).replace("…@", "")
    return shown.removesuffix("?…").removesuffix("/…")


def redact_gosumdb(text: str, *, with_paths: bool = True) -> str:
    """Return a GOSUMDB value: the log's name or key, and the address without its secrets."""
    return " ".join(redact_urls(word, with_paths=with_paths and "://" in word) if "://" in word or "@" in word else word
                    for word in text.split())  # fmt: skip


def redact_goauth(text: str) -> str:
    """Return a GOAUTH value: its known words; of a command only that there is one, since it may hold a token."""
    return "; ".join(_goauth_word(part.split()) for part in text.split(";") if part.strip())


def _goauth_word(words: list[str]) -> str:
    if len(words) == 1 and words[0] in _GOAUTH_WORDS:
        return words[0]
    return "git …" if words[0] == "git" else "a command"


def secrets_of(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is secret in settings by name: users and passwords, words of GOAUTH commands, tokens by their names.

    The longest come first, so that no piece of one is left where another was taken out.
    """
    found: set[str] = set()
    for name, text in values.items():
        if name in ("GOPROXY", "GOSUMDB", *PROXY_VARIABLES):
            for piece in _ELEMENT.split(text):
                found |= _userinfo(piece)
        elif name == "GOAUTH":
            words = text.replace(";", " ").split()
            found |= {word for word in words if word not in (*_GOAUTH_WORDS, "git")}
        elif names_a_secret(name) or _SECRET_NAME.search(name):
            found.add(text)
        if name in SETTING_NAMES:
            found |= {one.text for one in secrets_of_setting(name, text)}
    return tuple(sorted((text for text in found if len(text) >= _SHORTEST), key=lambda text: (-len(text), text)))


def _userinfo(piece: str) -> set[str]:
    from urllib.parse import unquote

    match = _SCHEME.match(piece)
    userinfo, at, tail = piece[match.end() if match else 0 :].rpartition("@")
    found = {tail[cut.end() :] for cut in [re.search(r"[?#]", tail)] if cut}
    if at:
        user, _, password = userinfo.partition(":")
        found |= {userinfo, password}
        if len(user) >= _SHORTEST_USER or not password:
            found.add(user)
    return found | {unquote(text) for text in found}


class Redactor:
    """Takes out of a whole text what must not leave this machine, whatever wrote it there.

    secrets: longest first. home: the user's home folder, written `~`.
    """

    def __init__(self, secrets: Iterable[str], home: str = "") -> None:
        self._secrets = tuple(secrets)
        at_home = re.escape(home.rstrip("/\\"))
        self._home = re.compile(rf"{at_home}(?=[/\\\s:,;'\")]|$)", re.MULTILINE) if at_home else None

    def __call__(self, text: str) -> str:
        """Return the text without them."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return self._home.sub("~", text) if self._home else text
