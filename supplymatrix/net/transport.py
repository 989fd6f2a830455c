"""Get one URL, and always come back with a value: bytes, a definite "not here", or why there is no answer.

Sixteen lanes (`lane.py`), each a transport that holds one connection, cost half the CPU of one client with a pool of
sixteen: cookies, redirects, authentication and the pool's search for a free connection are left out. What httpx would
do there and we need is done here, narrowly:

- redirects: at most five, never from https to http, credentials only to the server they were written for;
- bodies: no compression is asked for and none is accepted; reading stops at the cap;
- passing faults (no connection, name resolution, reset, cut-off body, time-out, 429, 5xx) are tried again, four times
  in all, with growing, jittered pauses; a server whose last answers all failed is given up, so that a dead one costs
  seconds and not hours;
- proxies of the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) and the system's certificates, as Go does.

Source: RFC 9110; Go cmd/go/internal/web.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from supplymatrix import __version__
from supplymatrix.model.value import value
from supplymatrix.net.address import proxy_for, shown, shown_origin
from supplymatrix.net.lane import Lane
from supplymatrix.net.limits import MAX_ANSWER
from supplymatrix.net.local import read_file_url
from supplymatrix.sumdb.protocol import Absent, Answer, Body, Unavailable

__all__ = ["Counters", "TimeOuts", "Transport"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_MAX_ERROR_BODY = 1 << 16  # read to the end, so that the connection may stay open
_MAX_RETRY_AFTER = 10.0  # seconds
_GIVE_UP_AFTER = 8  # answers in a row that all failed
_CHECK_NETWORK = "check the network, then run again; what is cached is not asked again"


@value
class TimeOuts:
    """Seconds. read: between two pieces of an answer; whole: for one URL with all its tries, redirects, and waiting
    for a free connection."""

    connect: float = 10.0
    read: float = 20.0
    whole: float = 60.0


@dataclass(slots=True, kw_only=True)
class Counters:
    """What was spent. requests: sent for the first time; retries: sent again; bytes: of bodies, used or not."""

    requests: int = 0
    retries: int = 0
    redirects: int = 0
    bytes: int = 0


@value(kw_only=False)
class _Passing:
    """A try that failed in a way that may pass. wait: seconds the server asked for, or None."""

    reason: str
    wait: float | None = None


@value(kw_only=False)
class _Moved:
    location: httpx.URL


_Try = Body | Absent | Unavailable | _Passing | _Moved


class Transport:
    """An HTTP client for one run; use it as an async context manager.

    environ: where proxies are read from. tries: sendings of one request, 1 = no retry. pause: awaited with seconds
    between tries.
    """

    def __init__(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        connections: int = 16,
        time_outs: TimeOuts | None = None,
        tries: int = 4,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.counters = Counters()
        self._environ = dict(environ or {})
        self._time_outs = time_outs or TimeOuts()
        self._tries = tries
        self._pause = pause
        self._lanes = [Lane(self._tls_context, self._proxy_of) for _ in range(connections)]
        self._proxies: dict[tuple[str, str, int | None], str] = {}
        self._free = asyncio.Semaphore(connections)
        self._tls: ssl.SSLContext | None = None
        self._failed_in_a_row: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None
    ) -> None:
        for lane in self._lanes:
            await lane.aclose()

    async def get(self, url: str, *, max_bytes: int = MAX_ANSWER) -> Answer:
        """Return what is at `url`: its bytes, at most `max_bytes`; Absent for 404 and 410; Unavailable for all else.

        url: http, https or file; user and password in it are used for https only, and never shown.
        """
        if url[:5].lower() == "file:":
            return read_file_url(url, max_bytes=max_bytes)
        try:
            target = httpx.URL(url)
            server = f"{target.scheme}://{target.netloc.decode('ascii')}"
        except (httpx.InvalidURL, UnicodeError, ValueError):
            return Unavailable(f"{shown(url)} is no usable address", "mend the address")
        if self._failed_in_a_row.get(server, 0) >= _GIVE_UP_AFTER:
            return Unavailable(
                f"{shown_origin(url)} was given up after {_GIVE_UP_AFTER} failures in a row",
                _CHECK_NETWORK,
                outage=True,
            )
        try:
            async with asyncio.timeout(self._time_outs.whole):
                answer, failed = await self._try_often(target, max_bytes)
        except TimeoutError:
            answer, failed = (
                Unavailable(f"{shown(url)}: no answer within {self._time_outs.whole:g} s", _CHECK_NETWORK, outage=True),
                True,
            )
        self._failed_in_a_row[server] = self._failed_in_a_row.get(server, 0) + 1 if failed else 0
        return answer

    async def _try_often(self, target: httpx.URL, max_bytes: int) -> tuple[Answer, bool]:
        """Return the answer, and whether the server or the way to it is to blame for having none."""
        reason = ""
        for number in range(self._tries):
            if number:
                self.counters.retries += 1
            else:
                self.counters.requests += 1
            outcome = await self._follow(target, max_bytes)
            if not isinstance(outcome, _Passing):
                return outcome, False
            reason = outcome.reason
            if number + 1 < self._tries:
                jitter = 0.2 * 2**number * (0.5 + random.random())  # noqa: S311  # spreads load, keeps no secret
                await self._pause(jitter if outcome.wait is None else outcome.wait)
        tries = f" ({self._tries} tries)" if self._tries > 1 else ""
        return Unavailable(f"{shown(str(target))}: {reason}{tries}", _CHECK_NETWORK, outage=True), True

    async def _follow(self, target: httpx.URL, max_bytes: int) -> Body | Absent | Unavailable | _Passing:
        """Send one request, and on through redirects."""
        url = target
        for _ in range(_MAX_REDIRECTS + 1):
            if url.scheme not in ("http", "https") or not url.host:
                return Unavailable(f"{shown(str(url))} is no http or https address", "mend the address")
            if url.scheme == "http" and url.userinfo:
                return Unavailable(f"{shown(str(url))}: credentials are not sent without https", "use https")
            outcome = await self._send(url, max_bytes)
            if not isinstance(outcome, _Moved):
                return outcome
            self.counters.redirects += 1
            if target.scheme == "https" and outcome.location.scheme != "https":
                return Unavailable(f"{shown(str(target))} redirects from https to {shown(str(outcome.location))}")
            url = outcome.location
        return Unavailable(f"{shown(str(target))} redirects more than {_MAX_REDIRECTS} times")

    async def _send(self, url: httpx.URL, max_bytes: int) -> _Try:
        """Send one request over a free lane."""
        async with self._free:
            lane = self._lanes.pop()
            try:
                response = await lane.handle_async_request(self._request(url))
                try:
                    return await self._read(response, url, max_bytes)
                finally:
                    await response.aclose()
            except httpx.TimeoutException as err:
                return _Passing(f"time-out ({type(err).__name__})")
            except (httpx.TransportError, OSError) as err:
                return _fault(url, err)
            except ImportError as err:
                return Unavailable(
                    f"{shown(str(url))}: {_short(err)}", "use an http or https proxy, or install socksio"
                )
            except (httpx.InvalidURL, httpx.HTTPError, ValueError) as err:
                # Not the exception's own words: they may quote a proxy's address with its password.
                kind = type(err).__name__
                return Unavailable(f"{shown(str(url))}: a redirect or proxy on the way has no usable address ({kind})")
            finally:
                self._lanes.append(lane)

    def _request(self, url: httpx.URL) -> httpx.Request:
        headers = [
            (b"Host", url.netloc),
            (b"User-Agent", f"supplymatrix/{__version__}".encode()),
            (b"Accept", b"*/*"),
            (b"Accept-Encoding", b"identity"),
        ]
        if url.userinfo:
            headers.append((b"Authorization", _basic(url)))
        wait = self._time_outs
        limits = {"connect": wait.connect, "read": wait.read, "write": wait.read, "pool": wait.connect}
        return httpx.Request("GET", url, headers=headers, extensions={"timeout": limits})

    async def _read(self, response: httpx.Response, url: httpx.URL, max_bytes: int) -> _Try:
        status = response.status_code
        if status in _REDIRECTS and "location" in response.headers:
            await self._body(response, _MAX_ERROR_BODY)
            return _Moved(url.join(response.headers["location"]))
        if status != 200:
            await self._body(response, _MAX_ERROR_BODY)
            return _judge_status(status, response.headers, url)
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            return Unavailable(
                f"{shown(str(url))}: the answer is compressed ({encoding[:20]!r}), which was not asked for"
            )
        length = response.headers.get("content-length", "")
        too_long = length.isascii() and length.isdigit() and int(length[:30]) > max_bytes
        data = None if too_long else await self._body(response, max_bytes)
        if data is None:
            return Unavailable(f"{shown(str(url))}: the answer is longer than {max_bytes} bytes")
        return Body(data, shown_origin(str(url)))

    async def _body(self, response: httpx.Response, max_bytes: int) -> bytes | None:
        """Return the body as it came, or None when it is longer than `max_bytes`."""
        pieces: list[bytes] = []
        length = 0
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101  # what an async transport gives
        async for piece in response.stream:
            length += len(piece)
            self.counters.bytes += len(piece)
            if length > max_bytes:
                return None
            pieces.append(piece)
        return b"".join(pieces)

    def _proxy_of(self, url: httpx.URL) -> str:
        key = (url.scheme, url.host, url.port)
        if key not in self._proxies:
            self._proxies[key] = proxy_for(*key, self._environ) if self._environ else ""
        return self._proxies[key]

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            paths = ssl.get_default_verify_paths()
            self._tls = ssl.create_default_context() if paths.cafile or paths.capath else httpx.create_ssl_context()
        return self._tls


def _judge_status(status: int, headers: httpx.Headers, url: httpx.URL) -> Absent | Unavailable | _Passing:
    if status in (404, 410):
        return Absent(shown_origin(str(url)), status)
    if status == 429 or status >= 500:
        return _Passing(f"HTTP status {status}", _retry_after(headers.get("retry-after", "")))
    remedy = "check the address and the rights of its user" if 400 <= status < 500 else ""
    return Unavailable(f"{shown(str(url))}: HTTP status {status}, expected 200, 404 or 410", remedy)


def _retry_after(text: str) -> float | None:
    """Return the seconds of a Retry-After header, capped; None without one, and for its date form."""
    text = text.strip()
    return min(float(text[:10]), _MAX_RETRY_AFTER) if text.isascii() and text.isdigit() else None


def _fault(url: httpx.URL, err: Exception) -> _Passing | Unavailable:
    words = _short(err)
    if "CERTIFICATE_VERIFY_FAILED" in words:
        return Unavailable(
            f"{shown(str(url))}: {words}", "if a company's own certificate is meant, name its file in SSL_CERT_FILE"
        )
    return _Passing(words)


def _short(err: Exception) -> str:
    return f"{type(err).__name__}: {str(err)[:200]}" if str(err) else type(err).__name__


def _basic(url: httpx.URL) -> bytes:
    import base64

    return b"Basic " + base64.b64encode(f"{url.username}:{url.password}".encode())
