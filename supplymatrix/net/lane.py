"""A lane: room for one connection at a time, as an httpx transport of our own.

    lane = Lane(tls=make_context, proxy=lambda url: "")
    response = await lane.handle_async_request(httpx.Request("GET", url))

What httpx has by itself between a request and the socket (a pool that searches for a free connection, locks and streams
that serve two kinds of event loop) costs more than the request when there are a thousand small ones. A lane speaks
HTTP/1.1 by h11 over a plain asyncio socket. Behind a proxy it is httpx's own transport, which knows all kinds of
proxies.

Source: httpx "Custom Transports"; h11 "Basic API"; RFC 9112.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable

import h11
import httpx

__all__ = ["Lane"]

_HAPPY_EYEBALLS_DELAY = 0.25  # seconds, RFC 8305 §8
_ENOUGH = 1 << 18  # bytes that may wait unread before the other side is made to wait
_PIECE = 1 << 16
_MAX_HEAD = 100 << 10  # bytes of status line and headers
_MAX_INFORMATIONAL = 10  # answers of status 1xx before the real one


class Lane(httpx.AsyncBaseTransport):
    """Sends one request at a time. tls: makes the context when it is first needed; proxy: of a URL, "" = none.

    Only a POST has a body, which is in memory. Raises httpx's own errors.
    """

    def __init__(self, tls: Callable[[], ssl.SSLContext], proxy: Callable[[httpx.URL], str]) -> None:
        self._tls = tls
        self._proxy = proxy
        self._connection: _Connection | None = None
        self._proxied: dict[tuple[bool, str], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the answer's head; its stream is the body."""
        proxy = self._proxy(request.url)
        if proxy:
            return await self._through(proxy, request.url.scheme == "https").handle_async_request(request)
        waits: dict[str, float | None] = request.extensions.get("timeout", {})
        connection = await self._connect(request.url, waits.get("connect"))
        try:
            head = await connection.send(request, waits.get("read"))
        except BaseException:
            connection.close()
            raise
        return httpx.Response(head.status_code, headers=head.headers.raw_items(), stream=_Body(connection))

    async def _connect(self, url: httpx.URL, wait: float | None) -> _Connection:
        """Return the connection to a server: the one at hand if it goes there and can be used again, else a new one."""
        port = url.port or (443 if url.scheme == "https" else 80)
        place = (url.scheme, url.raw_host.decode("ascii"), port)
        known = self._connection
        if known is not None and known.place == place and known.is_free:
            return known
        if known is not None:
            known.close()
        context = self._tls() if url.scheme == "https" else None
        self._connection = await _Connection.open(place, context, wait)
        return self._connection

    def _through(self, proxy: str, secure: bool) -> httpx.AsyncHTTPTransport:  # noqa: FBT001 - one private caller
        found = self._proxied.get((secure, proxy))
        if found is None:
            needs_roots = secure or proxy.startswith("https:")
            context = self._tls() if needs_roots else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # which trusts nobody
            limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
            found = httpx.AsyncHTTPTransport(verify=context, limits=limits, trust_env=False, proxy=proxy)
            self._proxied[secure, proxy] = found
        return found

    async def aclose(self) -> None:
        """Close all connections."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            await asyncio.sleep(0)  # the loop lets go of the socket in its next round
        for transport in self._proxied.values():
            await transport.aclose()
        self._proxied.clear()


class _Connection:
    """An open connection with its HTTP state. place: scheme, host and port."""

    def __init__(self, place: tuple[str, str, int], transport: asyncio.Transport, received: _Received) -> None:
        self.place = place
        self._transport = transport
        self._received = received
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
        self._wait: float | None = None

    @classmethod
    async def open(cls, place: tuple[str, str, int], context: ssl.SSLContext | None, wait: float | None) -> _Connection:
        """Connect. wait: seconds for all of it."""
        _, host, port = place
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(wait):
                transport, received = await loop.create_connection(
                    _Received, host, port, ssl=context, happy_eyeballs_delay=_HAPPY_EYEBALLS_DELAY
                )
        except TimeoutError as err:
            raise httpx.ConnectTimeout(f"no connection within {wait:g} s") from err
        except (OSError, EOFError, UnicodeError) as err:
            raise httpx.ConnectError(str(err)) from err
        return cls(place, transport, received)

    @property
    def is_free(self) -> bool:
        """Whether another request may be sent: the last exchange ended well, and the other side is there and silent."""
        silent = not self._received.ended and not self._received.data
        return silent and self._http.our_state is h11.IDLE and not self._transport.is_closing()

    async def send(self, request: httpx.Request, wait: float | None) -> h11.Response:
        """Send a request and return the head of the answer. wait: seconds between two pieces of it."""
        self._wait = wait
        try:
            head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
            sent = self._http.send(head)
            body = self._http.send(h11.Data(data=request.content)) if request.method == "POST" else b""
            self._transport.write((sent or b"") + (body or b"") + (self._http.send(h11.EndOfMessage()) or b""))
        except h11.LocalProtocolError as err:
            raise httpx.LocalProtocolError(str(err)) from err
        for _ in range(_MAX_INFORMATIONAL):
            event = await self._next()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                break
        raise httpx.RemoteProtocolError("the server disconnected, or sent no answer but status 1xx")

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the pieces of the answer's body."""
        while isinstance(event := await self._next(), h11.Data):
            yield bytes(event.data)

    async def _next(self) -> object:
        """Return the next event of the answer, reading as much as it needs."""
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(await self._received.read(self._wait))
        except h11.RemoteProtocolError as err:
            raise httpx.RemoteProtocolError(str(err)) from err
        return event

    def end(self) -> None:
        """End an exchange: make room for the next one, or close the connection when this one did not end well.

        Bytes behind the answer would be taken for the answer to the next request: they end the connection too.
        """
        ended = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        if ended and not self._http.trailing_data[0]:
            self._http.start_next_cycle()
        else:
            self.close()

    def close(self) -> None:
        """Close at once; what the other side still says is of no interest."""
        self._transport.abort()


class _Received(asyncio.Protocol):
    """What a connection has received and nobody has read yet; a server that sends more than enough has to wait."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.ended = False
        self._error: Exception | None = None
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self._waiter: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport if isinstance(transport, asyncio.Transport) else None

    def data_received(self, data: bytes) -> None:
        self.data += data
        self._hold_back()
        self._wake()

    def eof_received(self) -> None:
        self.ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended, self._error = True, exc
        self._wake()

    async def read(self, wait: float | None) -> bytes:
        """Return the next bytes, none at the end. wait: seconds."""
        if not self.data and not self.ended:
            await self._wait(wait)
        if not self.data and self._error is not None:
            raise httpx.ReadError(str(self._error)) from self._error
        piece = bytes(self.data[:_PIECE])
        del self.data[:_PIECE]
        self._hold_back()
        return piece

    def _hold_back(self) -> None:
        much, transport = len(self.data) > _ENOUGH, self._transport
        if much != self._paused and transport is not None and not transport.is_closing():
            (transport.pause_reading if much else transport.resume_reading)()
            self._paused = much

    async def _wait(self, wait: float | None) -> None:
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = loop.call_later(wait, self._wake) if wait is not None else None
        try:
            await self._waiter
        finally:
            if timer is not None:
                timer.cancel()
            self._waiter = None
        if not self.data and not self.ended:
            raise httpx.ReadTimeout(f"nothing received for {wait:g} s")

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class _Body(httpx.AsyncByteStream):
    """The body of an answer as httpx wants it."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._connection.body()

    async def aclose(self) -> None:
        self._connection.end()
