"""Get one URL, and always come back with a value: bytes, a definite "not here", or why there is no answer.

Sixteen lanes (`lane.py`), each a transport that holds one connection, cost half the CPU of one client with a pool of
sixteen: cookies, redirects, authentication and the pool's search for a free connection are left out. What httpx would
do there and we need is done here, narrowly:

- redirects: at most five, never from https to http;
- credentials (`credentials.py`): over https only, and never beyond the server that they are for, redirected or not;
- bodies: no compression is asked for and none is accepted; reading stops at the cap;
- passing faults (no connection, name resolution, reset, cut-off body, time-out, 429, 5xx) are tried again, four times
  in all, with growing, jittered pauses; a server whose last answers all failed is given up, so that a dead one costs
  seconds and not hours;
- proxies of the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) and the system's certificates, as Go does,
  with a company's own beside them (`certificates.py`).

Source: RFC 9110; Go cmd/go/internal/web.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import httpx

from supplymatrix import __version__
from supplymatrix.model.value import value
from supplymatrix.net.address import is_loopback, proxy_for, shown, shown_origin
from supplymatrix.net.certificates import read_ca_file, tls_context
from supplymatrix.net.credentials import NOTHING, Attached, Credentials, basic_header, secrets_of
from supplymatrix.net.exchange import Exchange
from supplymatrix.net.lane import Lane
from supplymatrix.net.limits import MAX_ANSWER
from supplymatrix.net.local import read_file_url
from supplymatrix.net.refusal import (
    connect_refused,
    fault_of,
    proxy_wants_credentials,
    redirect_repeats,
    refused,
    untrusted,
)
from supplymatrix.sumdb.protocol import Absent, Answer, Body, Unavailable

__all__ = ["Counters", "Stored", "TimeOuts", "Transport", "Unchanged"]

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
class Stored:
    """A body that was written to a file, whole. size: its bytes. source: who sent it, as in `Body`.

    etag, last_modified: what the server calls this state of it, to be sent back with the next request; "" = nothing.
    """

    size: int
    source: str
    etag: str = ""
    last_modified: str = ""


@value(kw_only=False)
class Unchanged:
    """What is there is still the state that was named (HTTP 304). source: who said so."""

    source: str


@value(kw_only=False)
class _Passing:
    """A try that failed in a way that may pass. wait: seconds the server asked for, or None."""

    reason: str
    wait: float | None = None


@value(kw_only=False)
class _Moved:
    location: httpx.URL


@value(kw_only=False)
class _Status:
    """An answer without what was asked for."""

    status: int
    headers: httpx.Headers


_Try = Body | Unavailable | _Passing | _Moved | _Status


class Transport:
    """An HTTP client for one run; use it as an async context manager.

    environ: where proxies are read from. credentials: of the user, None = only those in addresses. ca_file: further
    certificates, trusted beside the system's. tries: sendings of one request, 1 = no retry. pause: awaited with seconds
    between tries. Raises InputError for a `ca_file` that cannot be used.
    """

    def __init__(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        credentials: Credentials | None = None,
        ca_file: Path | None = None,
        connections: int = 16,
        time_outs: TimeOuts | None = None,
        tries: int = 4,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.counters = Counters()
        self._credentials = Credentials() if credentials is None else credentials
        self._more_certificates = read_ca_file(str(ca_file)) if ca_file is not None else ""
        self._environ = dict(environ or {})
        self._time_outs = time_outs or TimeOuts()
        self._tries = tries
        self._pause = pause
        self._lanes = [Lane(self._tls_context, self._proxy_of) for _ in range(connections)]
        self._proxies: dict[tuple[str, bytes, int | None], str] = {}
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
        return await self._get(url, max_bytes)

    async def _get(self, url: str, max_bytes: int, into: Exchange | None = None) -> Answer:
        """Return the answer of a server. into: takes the bytes of a body, which then come back empty."""
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
        whole = into.seconds or self._time_outs.whole if into is not None else self._time_outs.whole
        try:
            async with asyncio.timeout(whole):
                answer, failed = await self._try_often(target, max_bytes, into)
        except _NoRoomError as err:
            raise err.cause from err
        except TimeoutError:
            answer, failed = (
                Unavailable(f"{shown(url)}: no answer within {whole:g} s", _CHECK_NETWORK, outage=True),
                True,
            )
        self._failed_in_a_row[server] = self._failed_in_a_row.get(server, 0) + 1 if failed else 0
        return answer

    async def _try_often(self, target: httpx.URL, max_bytes: int, into: Exchange | None) -> tuple[Answer, bool]:
        """Return the answer, and whether the server or the way to it is to blame for having none."""
        reason = ""
        most = into.tries or self._tries if into is not None else self._tries
        for number in range(most):
            if number:
                self.counters.retries += 1
            else:
                self.counters.requests += 1
            outcome = await self._follow(target, max_bytes, into)
            if not isinstance(outcome, _Passing):
                return outcome, False
            reason = outcome.reason
            if number + 1 < most:
                jitter = 0.2 * 2**number * (0.5 + random.random())  # noqa: S311  # spreads load, keeps no secret
                await self._pause(jitter if outcome.wait is None else outcome.wait)
        tries = f" ({most} tries)" if most > 1 else ""
        return Unavailable(f"{shown(str(target))}: {reason}{tries}", _CHECK_NETWORK, outage=True), True

    async def _follow(
        self, target: httpx.URL, max_bytes: int, into: Exchange | None
    ) -> Body | Absent | Unavailable | _Passing:
        """Send one request, and on through redirects."""
        url, is_home = target, True
        for _ in range(_MAX_REDIRECTS + 1):
            if url.scheme not in ("http", "https") or not url.raw_host:
                return Unavailable(f"{shown(str(url))} is no http or https address", "mend the address")
            if url.scheme == "http" and url.userinfo:
                return Unavailable(f"{shown(str(url))}: credentials are not sent without https", "use https")
            if url.userinfo:
                url = url.copy_with(userinfo=b"")
            sent = await self._attach(target, url, into) if is_home else NOTHING
            outcome = await self._send(url, max_bytes, into, sent)
            if into is not None:
                into.is_home = is_home
                if isinstance(outcome, _Status) and outcome.status in into.keeps:
                    return Unavailable(f"{shown(str(url))}: HTTP status {outcome.status}")
            if isinstance(outcome, _Status) and is_home and not target.userinfo:
                sent, outcome = await self._renew(outcome, url, max_bytes, into, sent)
            if isinstance(outcome, _Status):
                return self._judge(outcome, target, url, sent)
            if not isinstance(outcome, _Moved):
                return outcome
            self.counters.redirects += 1
            location = outcome.location
            if self._credentials.repeats(str(location)):
                return redirect_repeats(target)
            if target.scheme == "https" and location.scheme != "https":
                return Unavailable(f"{shown(str(target))} redirects from https to {shown(str(location))}")
            is_home = is_home and _server_of(location) == _server_of(target)
            url = location
        return Unavailable(f"{shown(str(target))} redirects more than {_MAX_REDIRECTS} times")

    async def _attach(self, target: httpx.URL, url: httpx.URL, into: Exchange | None) -> Attached:
        """Return the credentials for `url`, which is of the same server as `target` and has none in itself."""
        if into is not None and into.attached is not None:
            may_go = url.scheme == "https" or into.is_public or is_loopback(url.host)
            return into.attached if may_go else NOTHING
        if url.scheme != "https":
            return NOTHING
        if target.userinfo:
            self._credentials.remember(*secrets_of(str(target)))
            return Attached(headers=(basic_header(target.username, target.password),), origin="the address itself")
        return await self._credentials.attach(str(url))

    async def _renew(
        self, seen: _Status, url: httpx.URL, max_bytes: int, into: Exchange | None, sent: Attached
    ) -> tuple[Attached, _Try]:
        """Send a request again if there are other credentials for it now; return what was sent last and the outcome."""
        if not 400 <= seen.status < 500 or seen.status == 429 or url.scheme != "https":
            return sent, seen
        phrase = HTTPStatus(seen.status).phrase if seen.status in HTTPStatus._value2member_map_ else ""
        lines = [
            f"HTTP/1.1 {seen.status} {phrase}",
            *(f"{name}: {text}" for name, text in seen.headers.items()),
            "",
            "",
        ]
        head = "\n".join(lines).encode("utf-8", "replace")
        new = await self._credentials.renew(str(url), sent, status=seen.status, head=head)
        if new is None:
            return sent, seen
        self.counters.retries += 1
        return new, await self._send(url, max_bytes, into, new)

    def _judge(
        self, seen: _Status, target: httpx.URL, url: httpx.URL, sent: Attached
    ) -> Absent | Unavailable | _Passing:
        status = seen.status
        if status in (404, 410):
            return Absent(shown_origin(str(url)), status)
        if status == 429 or status >= 500:
            return _Passing(f"HTTP status {status}", _retry_after(seen.headers.get("retry-after", "")))
        if status == 407:
            return proxy_wants_credentials(url, self._proxy_of(url))
        return refused(url, status, first=target, sent=sent, credentials=self._credentials)

    async def _send(self, url: httpx.URL, max_bytes: int, into: Exchange | None, sent: Attached) -> _Try:
        """Send one request over a free lane."""
        async with self._free:
            lane = self._lanes.pop()
            try:
                response = await lane.handle_async_request(self._request(url, sent, into))
                try:
                    return await self._read(response, url, max_bytes, into)
                finally:
                    await response.aclose()
            except httpx.TimeoutException as err:
                return _Passing(f"time-out ({type(err).__name__})")
            except httpx.ProxyError as err:
                outcome = connect_refused(url, self._proxy_of(url), str(err))
                return _Passing(outcome) if isinstance(outcome, str) else outcome
            except (httpx.TransportError, OSError) as err:
                if into is not None:
                    into.fault = type(err).__name__
                words = fault_of(err) if not self._credentials.repeats(str(err)) else type(err).__name__
                return untrusted(url, words) if "CERTIFICATE_VERIFY_FAILED" in words else _Passing(words)
            except ImportError as err:
                return Unavailable(
                    f"{shown(str(url))}: {fault_of(err)}", "use an http or https proxy, or install socksio"
                )
            except (httpx.InvalidURL, httpx.HTTPError, ValueError) as err:
                # Not the exception's own words: they may quote a proxy's address with its password.
                kind = type(err).__name__
                return Unavailable(f"{shown(str(url))}: a redirect or proxy on the way has no usable address ({kind})")
            finally:
                self._lanes.append(lane)

    def _request(self, url: httpx.URL, sent: Attached, into: Exchange | None) -> httpx.Request:
        headers = [
            (b"Host", url.netloc),
            (b"User-Agent", f"supplymatrix/{__version__}".encode()),
            (b"Accept", into.accept.encode("ascii") if into is not None else b"*/*"),
            (b"Accept-Encoding", b"identity"),
        ]
        headers += [(name.encode(), text.encode("utf-8", "surrogateescape")) for name, text in sent.headers]
        headers += into.sent_beside() if into is not None else []
        wait = self._time_outs
        limits = {"connect": wait.connect, "read": wait.read, "write": wait.read, "pool": wait.connect}
        form = into.form if into is not None else None
        method = "GET" if form is None else "POST"
        return httpx.Request(method, url, headers=headers, content=form, extensions={"timeout": limits})

    async def _read(self, response: httpx.Response, url: httpx.URL, max_bytes: int, into: Exchange | None) -> _Try:
        status = response.status_code
        if into is not None:
            into.note(status, response.headers.multi_items())
        is_kept = into is not None and status in into.keeps
        if status in _REDIRECTS and "location" in response.headers and not is_kept:
            await self._body(response, _MAX_ERROR_BODY)
            return _Moved(url.join(response.headers["location"]))
        if status == 304 and into is not None and into.condition():
            await self._body(response, _MAX_ERROR_BODY)
            into.is_unchanged = True
            return Body(b"", shown_origin(str(url)))
        if status != 200:
            await self._body(response, _MAX_ERROR_BODY)
            return _Status(status, response.headers)
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            return Unavailable(
                f"{shown(str(url))}: the answer is compressed ({encoding[:20]!r}), which was not asked for"
            )
        length = response.headers.get("content-length", "")
        too_long = length.isascii() and length.isdigit() and int(length[:30]) > max_bytes
        data = None if too_long else await self._body(response, max_bytes, into)
        if data is None:
            if into is not None:
                into.is_too_long = True
            return Unavailable(f"{shown(str(url))}: the answer is longer than {max_bytes} bytes")
        if self._credentials.repeats(data):
            return Unavailable(
                f"{shown(str(url))}: the answer repeats the credentials that were sent, and is not used",
                "have the server's operator look into that",
            )
        return Body(data, shown_origin(str(url)))

    async def _body(self, response: httpx.Response, max_bytes: int, into: Exchange | None = None) -> bytes | None:
        """Return the body as it came, or None when it is longer than `max_bytes`. into: takes it instead."""
        pieces: list[bytes] = []
        length = 0
        if into is not None:  # what an earlier try has left in it does not count
            into.file.seek(0)
            into.file.truncate()
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101  # what an async transport gives
        async for piece in response.stream:
            length += len(piece)
            self.counters.bytes += len(piece)
            if length > max_bytes:
                return None
            if into is None:
                pieces.append(piece)
            else:
                _write(into.file, piece)
        return b"".join(pieces)

    def _proxy_of(self, url: httpx.URL) -> str:
        key = (url.scheme, url.raw_host, url.port)
        if key not in self._proxies:
            scheme, raw_host, port = key
            host = raw_host.decode("ascii")
            self._proxies[key] = proxy_for(scheme, host, port, self._environ) if self._environ else ""
            if "@" in self._proxies[key]:  # what it answers may quote its password
                self._credentials.remember(*secrets_of(self._proxies[key]))
        return self._proxies[key]

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = tls_context(self._environ, self._more_certificates)
        return self._tls

    def send_no_credentials(self, why: str) -> None:
        """Send, from now on, only what an address holds itself. why: for the message of a server that wants more."""
        self._credentials = Credentials(why_none=why)

    async def exchange(self, url: str, exchange: Exchange, *, max_bytes: int) -> Answer:
        """Send a request as `exchange` has it, which afterwards has the answer's head; a body goes to its file.

        url: http or https. Returns what `get` returns, of a body no bytes.
        """
        return await self._get(url, max_bytes, exchange)

    async def download(self, url: str, file: BinaryIO, *, max_bytes: int) -> Stored | Absent | Unavailable:
        """Write what is at `url` to `file`, piece by piece, and say who sent it; other answers are as those of `get`.

        url: http or https. file: writable and seekable; what it holds after another answer than Stored is of no use.
        """
        answer = await self._get(url, max_bytes, Exchange(file))
        return Stored(file.tell(), answer.source) if isinstance(answer, Body) else answer

    async def download_if_changed(
        self, url: str, file: BinaryIO, *, max_bytes: int, etag: str = "", last_modified: str = ""
    ) -> Stored | Unchanged | Absent | Unavailable:
        """Download as `download` does, unless the server has still the state that `etag` or `last_modified` name.

        Without either there is no condition. What a server says of its state and is no short line of ASCII is dropped.
        """
        into = Exchange(file, etag, last_modified)
        answer = await self._get(url, max_bytes, into)
        if not isinstance(answer, Body):
            return answer
        if into.is_unchanged:
            return Unchanged(answer.source)
        return Stored(file.tell(), answer.source, into.etag, into.last_modified)


class _NoRoomError(Exception):
    """Never leaves this file: what was sent cannot be written down, which is no fault of the network."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(cause.strerror)
        self.cause = cause


def _write(file: BinaryIO, piece: bytes) -> None:
    try:
        file.write(piece)
    except OSError as err:
        raise _NoRoomError(err) from err


def _server_of(url: httpx.URL) -> tuple[str, bytes, int | None]:
    return url.scheme, url.raw_host, url.port


def _retry_after(text: str) -> float | None:
    """Return the seconds of a Retry-After header, capped; None without one, and for its date form."""
    text = text.strip()
    return min(float(text[:10]), _MAX_RETRY_AFTER) if text.isascii() and text.isdigit() else None
