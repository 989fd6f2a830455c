"""A lane: room for one connection at a time, as an httpx transport over httpcore's connections.

What httpx puts between the two (a pool that searches for a free connection, an event-loop layer that serves two loops)
costs more than the request itself when there are a thousand small ones. A lane has no pool, and its sockets are plain
asyncio. Behind a proxy it is httpx's own transport, which knows all kinds of proxies.

Source: httpx "Custom Transports"; httpcore "Network Backends".
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, cast

import httpcore
import httpx

__all__ = ["Lane"]

_HAPPY_EYEBALLS_DELAY = 0.25  # seconds, RFC 8305 §8
_ENOUGH = 1 << 18  # bytes that may wait unread before the other side is made to wait


class Lane(httpx.AsyncBaseTransport):
    """Sends one request at a time. tls: makes the context when it is first needed; proxy: of a URL, "" = none."""

    def __init__(self, tls: Callable[[], ssl.SSLContext], proxy: Callable[[httpx.URL], str]) -> None:
        self._tls = tls
        self._proxy = proxy
        self._connection: httpcore.AsyncHTTPConnection | None = None
        self._origin: httpcore.Origin | None = None
        self._proxied: dict[tuple[bool, str], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises httpx's or httpcore's errors."""
        proxy = self._proxy(request.url)
        if proxy:
            return await self._through(proxy, request.url.scheme == "https").handle_async_request(request)
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        connection = await self._connect(url.origin)
        sent = httpcore.Request(request.method, url, headers=request.headers.raw, extensions=request.extensions)
        response = await connection.handle_async_request(sent)
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    async def _connect(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        """Return the connection to a server, a new one when there is none or it cannot be used again."""
        known = self._connection
        if known is not None and (origin != self._origin or known.is_closed() or known.has_expired()):
            await known.aclose()
            known = None
        if known is None:
            context = self._tls() if origin.scheme == b"https" else None
            known = httpcore.AsyncHTTPConnection(origin, ssl_context=context, network_backend=_Backend())
            self._connection, self._origin = known, origin
        return known

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
            await self._connection.aclose()
            self._connection = None
        for transport in self._proxied.values():
            await transport.aclose()
        self._proxied.clear()


class _Body(httpx.AsyncByteStream):
    """The body of an answer as httpx wants it."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._response.aiter_stream()

    async def aclose(self) -> None:
        await self._response.aclose()


class _Backend(httpcore.AsyncNetworkBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        del local_address, socket_options  # a lane never sets them
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                transport, protocol = await loop.create_connection(
                    _Socket, host, port, happy_eyeballs_delay=_HAPPY_EYEBALLS_DELAY
                )
        except TimeoutError as err:
            raise httpcore.ConnectTimeout(f"no connection within {timeout:g} s") from err
        except (OSError, UnicodeError) as err:
            raise httpcore.ConnectError(str(err)) from err
        return _Stream(transport, protocol)


class _Socket(asyncio.Protocol):
    """What a connection has received and nobody has read yet."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.error: Exception | None = None
        self.ended = False
        self.paused = False
        self.waiter: asyncio.Future[None] | None = None

    def data_received(self, data: bytes) -> None:
        self.received += data
        self._wake()

    def eof_received(self) -> None:
        self.ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended, self.error = True, exc
        self._wake()

    def _wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, transport: asyncio.Transport, socket: _Socket) -> None:
        self._transport = transport
        self._socket = socket

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's signature
        socket = self._socket
        if not socket.received and not socket.ended:
            await self._wait(timeout)
        if not socket.received:
            if socket.error is not None:
                raise httpcore.ReadError(str(socket.error)) from socket.error
            return b""
        data = bytes(socket.received[:max_bytes])
        del socket.received[:max_bytes]
        self._hold_back()
        return data

    async def _wait(self, timeout: float | None) -> None:  # noqa: ASYNC109 - handed on
        loop = asyncio.get_running_loop()
        waiter = self._socket.waiter = loop.create_future()
        timer = loop.call_later(timeout, waiter.cancel) if timeout is not None else None
        task = asyncio.current_task()
        try:
            await waiter
        except asyncio.CancelledError:
            if task is not None and task.cancelling():
                raise
            raise httpcore.ReadTimeout(f"nothing received for {timeout:g} s") from None
        finally:
            if timer is not None:
                timer.cancel()
            self._socket.waiter = None

    def _hold_back(self) -> None:
        """Make the other side wait while much lies unread, and go on when it does not."""
        much = len(self._socket.received) > _ENOUGH
        if much != self._socket.paused and not self._transport.is_closing():
            (self._transport.pause_reading if much else self._transport.resume_reading)()
            self._socket.paused = much

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's signature
        del timeout  # requests have no body: what is written always fits
        if self._transport.is_closing():
            raise httpcore.WriteError(str(self._socket.error or "the connection is closed"))
        self._transport.write(buffer)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                secure = await loop.start_tls(
                    self._transport, self._socket, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as err:
            self._transport.abort()
            raise httpcore.ConnectTimeout(f"no secure connection within {timeout:g} s") from err
        except (OSError, EOFError) as err:
            self._transport.abort()
            raise httpcore.ConnectError(str(err)) from err
        return _Stream(cast("asyncio.Transport", secure), self._socket)

    async def aclose(self) -> None:
        self._transport.close()
        await asyncio.sleep(0)
        self._transport.abort()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        if info == "is_readable":  # of an idle connection: the other side has closed it, or speaks out of turn
            return self._socket.ended or bool(self._socket.received)
        return self._transport.get_extra_info({"ssl_object": "ssl_object", "socket": "socket"}.get(info, info))
