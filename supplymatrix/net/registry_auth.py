"""What a registry wants to be told before it answers: a token for everybody, or one for the user, or a password.

A registry says in a header of its 401 how it wants to be asked. With `Bearer` it names a server that gives tokens, its
realm, mostly at another host; what the user keeps for this registry goes there as docker sends it. So the registry
chooses who gets its own login, and nobody else's:

- a realm is an https address; or an http one on this machine where the registry is on it too; or one at the same host
  as a registry that is asked over plain http, which gets no login;
- a login is used only for a registry over https, or on this machine;
- no redirect takes it to another server (`transport.py`); a realm that redirects a refresh token is refused;
- a token is asked for reading alone, and sent to its registry alone.

One request may meet two such answers; a third ends it. What a token server refuses is not asked of it again in a run.

Source: distribution "Token Authentication Specification", "OAuth2 token authentication"; RFC 6750 §3; RFC 9110 §11.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Sequence

import httpx

from supplymatrix.model.oci import OciUnavailable
from supplymatrix.model.value import value
from supplymatrix.net.address import is_loopback, shown, shown_origin
from supplymatrix.net.credentials import Attached, Credentials, basic_header
from supplymatrix.net.docker_config import Login, Logins
from supplymatrix.net.exchange import Exchange
from supplymatrix.net.registry_answers import CHECK_NETWORK
from supplymatrix.net.registry_names import HUB
from supplymatrix.net.transport import Transport
from supplymatrix.sumdb.protocol import Absent, Body

__all__ = ["NOT_SENT", "Challenge", "Gate", "Sent", "login_remedy", "parse_challenges", "scopes_of"]

_MOST_CHALLENGE = 8192  # characters of all headers together
_MOST_REALM = 2000
_MOST_SCOPES = 10
_MOST_SCOPE = 500
_MOST_ANSWER = 1 << 18  # bytes of a token server's answer
_MOST_TOKEN = 1 << 16
_LEAST_LIFE = 60  # seconds that a token is good for where nobody says so, as docker has it
_MOST_LIFE = 86_400
_LEAST_SECRET = 16  # characters; a shorter password is a word that may stand in any bill of materials
_EARLY = 10.0  # seconds before its end in which a token is not used any more
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - of RFC 9110, a word
_SCHEME = re.compile(rf"\s*({_TOKEN})(?:\s+|\s*(?=,|$))")
_PARAMETER = re.compile(rf"\s*({_TOKEN})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|({_TOKEN}))\s*(?=,|$)")
_KEPT = frozenset({301, 302, 303, 307, 308, 400, 401, 403, 405})
_FORBIDDEN = re.compile(r"[^\x21-\x7e]")


@value
class Challenge:
    """One way in which a server wants to be asked. scheme: in small letters. parameters: names in small letters."""

    scheme: str
    parameters: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """Return a parameter, "" for none."""
        return dict(self.parameters).get(name, "")


@value
class Sent:
    """What goes with a request. number: how many were there before, so that a new one is told from an old one."""

    attached: Attached = Attached()
    is_public: bool = True
    number: int = 0
    until: float = 0.0


NOT_SENT = Sent()


def parse_challenges(headers: Sequence[str]) -> tuple[Challenge, ...]:
    """Return the challenges of WWW-Authenticate headers in order; what is none of the form ends a header."""
    found: list[Challenge] = []
    room = _MOST_CHALLENGE
    for header in headers:
        found += _challenges_of(header[:room])
        room -= min(room, len(header))
    return tuple(found)


def _challenges_of(text: str) -> list[Challenge]:
    found: list[Challenge] = []
    place = 0
    while place < len(text):
        scheme = _SCHEME.match(text, place)
        if scheme is None:
            break
        place = scheme.end()
        parameters: dict[str, str] = {}
        while (parameter := _PARAMETER.match(text, place)) is not None:
            name, quoted, bare = parameter.groups()
            parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) if bare is None else bare)
            place = _behind_comma(text, parameter.end())
        found.append(Challenge(scheme=scheme[1].lower(), parameters=tuple(parameters.items())))
        place = _behind_comma(text, place)
    return found


def _behind_comma(text: str, place: int) -> int:
    while place < len(text) and text[place] in ", \t":
        place += 1
    return place


def login_remedy(registry: str) -> str:
    """Return what to do where a registry wants a login, or another one."""
    return "docker login" if registry in HUB else f"docker login {registry}"


class Gate:
    """The way into one registry, for one run. base: its address, "https://r.example".

    secrets: is told all that must be shown nowhere; the one of the transport.
    """

    def __init__(self, registry: str, base: str, transport: Transport, secrets: Credentials, logins: Logins) -> None:
        self._registry = registry
        self._base = httpx.URL(base)
        self._transport = transport
        self._secrets = secrets
        self._logins = logins
        self._sent: dict[str, Sent] = {}  # by repository
        self._refused: dict[str, OciUnavailable] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._count = 0

    @property
    def may_have_login(self) -> bool:
        """Whether the user's login may be used at all: nobody on the way can read it."""
        return self._base.scheme == "https" or is_loopback(self._base.host)

    def sent(self, repository: str) -> Sent:
        """Return what goes with the next request about a repository."""
        known = self._sent.get(repository, NOT_SENT)
        return known if not known.until or _now() < known.until else NOT_SENT

    async def renew(self, repository: str, sent: Sent, headers: Sequence[str]) -> Sent | OciUnavailable:
        """Return what to send instead after a 401. headers: its WWW-Authenticate; sent: what went with the request."""
        async with self._locks.setdefault(repository, asyncio.Lock()):
            known = self.sent(repository)
            if known.number > sent.number:  # another request has got it meanwhile
                return known
            refused = self._refused.get(repository)
            if refused is None:
                found = await self._enter(repository, parse_challenges(headers))
                if isinstance(found, Sent) and found.attached != sent.attached:
                    self._sent[repository] = found
                    return found
                # What was just refused is not sent again: some servers lock a login after a few of these.
                refused = self.unanswered(401, sent) if isinstance(found, Sent) else found
                self.refuse(repository, refused)
            return refused

    def refuse(self, repository: str, answer: OciUnavailable) -> None:
        """Ask for nothing more about a repository that nothing opens. answer: of all its questions from now on."""
        self._refused[repository] = answer
        self._sent.pop(repository, None)

    async def _enter(self, repository: str, challenges: Sequence[Challenge]) -> Sent | OciUnavailable:
        by_scheme = {challenge.scheme: challenge for challenge in reversed(challenges)}
        login = await self._logins.find(self._registry, repository) if self.may_have_login else None
        for secret in login.secrets if login is not None else ():
            if len(secret) >= _LEAST_SECRET:
                self._secrets.remember(secret)
        if "bearer" in by_scheme:
            return await self._bearer(repository, by_scheme["bearer"], login)
        if "basic" in by_scheme:
            return self._basic(login)
        said = ", ".join(sorted(by_scheme))[:60] or "nothing"
        return OciUnavailable(
            reason=f"{shown_origin(str(self._base))} answers HTTP status 401 and asks for {said!r}, expected Bearer or "
            "Basic authentication",
            remedy="check that the address is that of a registry",
        )

    def _basic(self, login: Login | None) -> Sent | OciUnavailable:
        if login is None or not login.password:
            return self.unanswered(401, NOT_SENT)
        header = basic_header(login.user, login.password)
        self._secrets.remember(header[1], header[1].rpartition(" ")[2])
        return self._new(Attached(headers=(header,), origin=login.origin), is_public=False)

    def _new(self, attached: Attached, *, is_public: bool, until: float = 0.0) -> Sent:
        self._count += 1
        return Sent(attached=attached, is_public=is_public, number=self._count, until=until)

    def unanswered(self, status: int, sent: Sent) -> OciUnavailable:
        """Return what a 401 or 403 comes to that is the registry's last word."""
        place = f"{shown_origin(str(self._base))} answers HTTP status {status}"
        if sent.attached.headers and not sent.is_public:
            what = "is not accepted" if status == 401 else "does not allow it"
            return OciUnavailable(
                reason=f"{place}; the login from {sent.attached.origin} {what}", remedy=login_remedy(self._registry)
            )
        return self._without_login(place)

    def _without_login(self, place: str) -> OciUnavailable:
        """Return what becomes of a question that nobody may ask without a login. place: who said so, and how."""
        if not self.may_have_login:
            why = "it is asked over plain http, where others could read it"
            return OciUnavailable(reason=f"{place}; no login was sent: {why}", remedy="ask it over https")
        return OciUnavailable(
            reason=f"{place}: the image is not there, or not for everybody; no login was sent: "
            f"{self._logins.looked_for(self._registry)}",
            remedy=login_remedy(self._registry),
        )

    # tokens

    async def _bearer(self, repository: str, challenge: Challenge, login: Login | None) -> Sent | OciUnavailable:
        if login is not None and login.registry_token:
            return self._new(_bearer_header(login.registry_token, login.origin), is_public=False)
        realm = challenge.get("realm")
        fault = self._realm_fault(realm)
        if fault:
            return OciUnavailable(
                reason=f"{shown_origin(str(self._base))} names a token server that is not asked: {fault}",
                remedy="check that the address is that of a registry, and tell its operator",
            )
        scopes = scopes_of(challenge.get("scope"), repository)
        service = challenge.get("service")[:_MOST_SCOPE]
        exchange, url = self._token_request(httpx.URL(realm), service, scopes, login)
        asked = _now()
        answer = await self._transport.exchange(url, exchange, max_bytes=_MOST_ANSWER)
        if not isinstance(answer, Body):
            if isinstance(answer, Absent) or exchange.status in _KEPT:
                return self._token_refused(realm, exchange.status, login)
            remedy = answer.remedy if not answer.outage else CHECK_NETWORK
            return OciUnavailable(reason=f"token server: {answer.reason}", remedy=remedy, outage=answer.outage)
        token, life = _token_of(_written(exchange))
        if not token:
            return OciUnavailable(
                reason=f"the token server {shown_origin(realm)} gives no token that can be used",
                remedy="check that the address is that of a registry, then run again",
            )
        if login is not None:
            self._secrets.remember(token)
        origin = login.origin if login is not None else ""
        return self._new(_bearer_header(token, origin), is_public=login is None, until=asked + life - _EARLY)

    def _realm_fault(self, realm: str) -> str:
        """Return why a realm is asked for nothing, "" when it may be."""
        try:
            url = httpx.URL(realm)
            host, userinfo = url.host, url.userinfo
        except (httpx.InvalidURL, UnicodeError, ValueError):
            return "its address cannot be read"
        if not host or len(realm) > _MOST_REALM or _FORBIDDEN.search(realm):
            return "its address cannot be read"
        if userinfo:
            return f"its address {shown(realm)} has a login in it"
        if url.scheme == "https":
            return ""
        is_http = url.scheme == "http" and self._base.scheme == "http"
        is_near = is_loopback(host) if is_loopback(self._base.host) else host == self._base.host
        return "" if is_http and is_near else f"its address {shown(realm)} is none of https"

    def _token_request(
        self, realm: httpx.URL, service: str, scopes: Sequence[str], login: Login | None
    ) -> tuple[Exchange, str]:
        """Return the request for a token, and its address."""
        realm = realm.copy_with(fragment=None)
        pairs = [("service", service)] if service else []
        accept = "application/json"
        if login is not None and login.identity_token:
            form = {"grant_type": "refresh_token", "client_id": "supplymatrix", **dict(pairs)}
            form |= {"scope": " ".join(scopes), "refresh_token": login.identity_token}
            body = str(httpx.QueryParams(form)).encode()
            return Exchange(io.BytesIO(), accept=accept, attached=Attached(), form=body, keeps=_KEPT), str(realm)
        attached = Attached()
        if login is not None and login.password:
            header = basic_header(login.user, login.password)
            self._secrets.remember(header[1], header[1].rpartition(" ")[2])
            attached = Attached(headers=(header,), origin=login.origin)
        for name, text in (*pairs, *(("scope", scope) for scope in scopes)):
            realm = realm.copy_add_param(name, text)
        keeps = _KEPT - {301, 302, 303, 307, 308}
        return Exchange(io.BytesIO(), accept=accept, attached=attached, keeps=keeps), str(realm)

    def _token_refused(self, realm: str, status: int, login: Login | None) -> OciUnavailable:
        place = f"the token server {shown_origin(realm)} answers HTTP status {status}"
        if login is not None:
            return OciUnavailable(
                reason=f"{place}; the login from {login.origin} is not accepted", remedy=login_remedy(self._registry)
            )
        if status in (401, 403):
            return self._without_login(place)
        return OciUnavailable(reason=place, remedy="check that the address is that of a registry")


def _now() -> float:
    return asyncio.get_running_loop().time()


def _bearer_header(token: str, origin: str) -> Attached:
    return Attached(headers=(("Authorization", f"Bearer {token}"),), origin=origin)


def _written(exchange: Exchange) -> bytes:
    exchange.file.seek(0)
    return exchange.file.read()


def scopes_of(asked: str, repository: str) -> list[str]:
    """Return what a token is asked for: the registry's own words, of repositories reading alone."""
    found = []
    for word in asked.split()[:_MOST_SCOPES]:
        kind, _, rest = word.partition(":")
        name, _, actions = rest.rpartition(":")
        is_repository = kind.partition("(")[0] == "repository"
        if is_repository and name and "pull" in actions.split(","):
            found.append(f"{kind}:{name}:pull")
        elif not is_repository and len(word) <= _MOST_SCOPE and not _FORBIDDEN.search(word):
            found.append(word)
    return found or [f"repository:{repository}:pull"]


def _token_of(data: bytes) -> tuple[str, float]:
    """Return a token and how many seconds it is good for, "" where there is none in an answer."""
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        return "", 0.0
    if not isinstance(answer, dict):
        return "", 0.0
    token = answer.get("token") or answer.get("access_token")
    if not isinstance(token, str) or len(token) > _MOST_TOKEN or _FORBIDDEN.search(token):
        return "", 0.0
    life = answer.get("expires_in", _LEAST_LIFE)
    is_number = isinstance(life, int | float) and life >= _LEAST_LIFE
    return token, float(min(life, _MOST_LIFE) if is_number else _LEAST_LIFE)
