"""Credentials in settings: addresses with a password, commands with a token, entries of git config.

    [found.where for found in secrets_of_setting("GOPROXY", "https://ada:hunter2@proxy.corp.example,direct")]

A setting is in use as it is. Where it is not clear what a piece of an address is, what stands before its last `@` is
taken for user and password: not everybody writes `%2F` for a slash. A word such as `secret`, which in a file may be
there to be replaced, is a password here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.documents.secret_forms import BY_NAME, is_hole, is_like_a_token, is_token_for_user, names_a_secret
from supplymatrix.documents.secret_text import spans_in
from supplymatrix.errors import InputError
from supplymatrix.gomod.goauth import AuthKind, parse_goauth
from supplymatrix.model.value import changed, value
from supplymatrix.privacy.credential_facts import kind_of
from supplymatrix.privacy.git_config_text import GitEntry

__all__ = ["ADDRESSES", "SETTING_NAMES", "FoundSecret", "is_of_ci_job", "secrets_of_git_entry", "secrets_of_setting"]

ADDRESSES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
SETTING_NAMES = (
    "GOPROXY", "GOSUMDB", "GOFLAGS", "GOAUTH", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE", "GOVCS",
    "GOTOOLCHAIN", "GOCACHEPROG", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS",
    "GIT_SSH_COMMAND", *ADDRESSES,
)  # fmt: skip
"""Variables of the environment that the go command, or what it runs, goes by."""
_SCHEME = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]{0,20}://")
_PORT = re.compile(r"[0-9]{0,5}(?:/|\Z)")
_WITH_PORT = re.compile(r":[0-9]{1,5}\Z")
_SPLIT = re.compile(r"[,|\s]+(?=[A-Za-z][A-Za-z0-9+.-]{0,20}://|direct\b|off\b|\Z)")
_IN_ADDRESS = "password in an address"
_ALONE = "token in an address"
_IN_HEADER = re.compile(r"\Ax-access-token:ghs_")
_OF_GITLAB = re.compile(r"://gitlab-ci-token:([^@\s]{1,2000})@")
_SECRET_KEYS = frozenset({"smtppass", "token", "oauthtoken", "password"})
_NO_SECRET_KEYS = frozenset({"signingkey"})
"""The name of a key, by which gpg or ssh knows it."""
_REWRITES = {
    "insteadof": "insteadOf",
    "pushinsteadof": "pushInsteadOf",
    "extraheader": "extraHeader",
    "pushurl": "pushUrl",
}


@value
class FoundSecret:
    """What was found. text: the secret, which goes no further than to `credential_of`; never show it."""

    text: str
    kind: str
    where: str
    name: str = ""

    def __repr__(self) -> str:
        return f"FoundSecret(kind={self.kind!r}, where={self.where!r})"


def secrets_of_setting(name: str, text: str) -> tuple[FoundSecret, ...]:
    """Return what a setting of the go command gives away. name: "GOPROXY"; where it was set does not matter."""
    elements = _SPLIT.split(text) if name in ("GOPROXY", "GOSUMDB", *ADDRESSES) else ()
    found = {one.text: one for element in elements for one in _of_address(element, name)}
    for span in spans_in(text):
        secret = text[span.start : span.end]
        if any(known in secret or secret in known for known in found):
            if secret in found and "address" not in span.kind:  # a form that is known says more
                found[secret] = changed(found[secret], kind=kind_of(span.kind))
            continue
        where = f"{name} -X {span.name}" if "-X" in text[: span.start] and span.name else name
        found[secret] = FoundSecret(text=secret, kind=kind_of(span.kind), where=where, name=span.name)
    for one in _of_goauth(text) if name == "GOAUTH" else ():
        if not any(known in one.text or one.text in known for known in found):
            found[one.text] = one
    if not found and names_a_secret(name) and text.strip() and not is_hole(text):
        found[text] = FoundSecret(text=text, kind=kind_of("a name that says so"), where=name, name=name)
    return tuple(found.values())


def _of_address(element: str, where: str) -> Iterator[FoundSecret]:
    scheme = _SCHEME.match(element)
    rest = element[scheme.end() :] if scheme else element
    server = re.split("[/?#]", rest, maxsplit=1)[0]
    userinfo, at, host = server.rpartition("@")
    if rest.count("@") > at.count("@") and ":" in server and not _PORT.match(server.partition(":")[2]):
        userinfo, at, host = rest.rpartition("@")  # a password with a slash
        host = re.split("[/?#]", host, maxsplit=1)[0]
    if not at:
        return
    host = _WITH_PORT.sub("", host)
    user, colon, password = userinfo.partition(":")
    if colon and password and not is_token_for_user(user, password) and not is_hole(password, in_use=True):
        yield FoundSecret(text=password, kind=_IN_ADDRESS, where=where, name=host)
    elif is_token_for_user(user, password):
        yield FoundSecret(text=user, kind=_ALONE, where=where, name=host)


def _of_goauth(text: str) -> Iterator[FoundSecret]:
    """Yield the words of commands that look like a token although nothing names them."""
    try:
        commands = parse_goauth(text)
    except InputError:
        return  # the go command refuses it: whoever shows settings says so
    for command in commands:
        for word in command.words[1:] if command.kind is AuthKind.PROGRAM else ():
            if "/" not in word and "=" not in word and is_like_a_token(word) and len(word) >= 20:
                yield FoundSecret(text=word, kind="token in a command", where="GOAUTH")


def secrets_of_git_entry(entry: GitEntry) -> tuple[FoundSecret, ...]:
    """Return what an entry of git config gives away, be it in its value or in the address that its section names."""
    shown = _REWRITES.get(entry.name, entry.name)
    where = f"{entry.section}.*.{shown}" if entry.subsection else f"{entry.section}.{shown}"
    name = "" if "://" in entry.subsection or "@" in entry.subsection else entry.subsection
    found: dict[str, FoundSecret] = {}
    named = names_a_secret(entry.name) and entry.name not in _NO_SECRET_KEYS
    for text in (entry.subsection, entry.text, *((f"{entry.name}={entry.text}",) if named else ())):
        is_a_name = "://" not in text and (text is entry.subsection or entry.section == "branch")
        for span in spans_in(text):
            secret = text[span.start : span.end]
            if not (is_a_name and span.kind == BY_NAME) and not any(secret in known for known in found):
                found[secret] = FoundSecret(text=secret, kind=kind_of(span.kind), where=where, name=span.name or name)
    for text in (entry.subsection, entry.text):
        if "://" in text:
            for one in _of_address(text, where):
                if not any(known in one.text for known in found):
                    found[one.text] = one
    if not found and entry.name in _SECRET_KEYS and len(entry.text) >= 4 and not is_hole(entry.text):
        found[entry.text] = FoundSecret(text=entry.text, kind=kind_of("a name that says so"), where=where, name=name)
    return tuple(found.values())


def is_of_ci_job(entry: GitEntry) -> bool:
    """Return whether an entry is what a CI system writes for one job: the header of actions/checkout with a token of
    the job (`ghs_`), or the address with gitlab-ci-token and no token that a person has made. What it gives is
    worthless after the job."""
    if entry.name == "extraheader":
        return _IN_HEADER.search(_decoded(entry.text)) is not None
    found = _OF_GITLAB.search(f"{entry.subsection} {entry.text}")
    return found is not None and not found[1].startswith("glpat-")


def _decoded(header: str) -> str:
    """Return what a header of basic authentication says, "" for any other one."""
    import base64

    head, _, text = header.strip().rpartition(" ")
    try:
        plain = base64.b64decode(text, validate=True) if head.lower() == "authorization: basic" else b""
    except ValueError:
        return ""
    return plain.decode("utf-8", "replace")
