"""A forward proxy on loopback that understands CONNECT, and leads every name to one server.

with LogServer(answers, tls=context) as server, ForwardProxy(server.url) as proxy:
    environ = {"HTTPS_PROXY": proxy.url}
    ... proxy.asked == ["log.example:443"]
"""

from __future__ import annotations

import base64
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

__all__ = ["ForwardProxy"]


class ForwardProxy:
    """asked: the targets of CONNECT, in order. login: "user:password" that it wants, "" = none.

    refusal: a whole status line that it answers instead of connecting.
    """

    def __init__(self, server: str, *, login: str = "", refusal: str = "") -> None:
        host, _, port = server.partition("://")[2].partition(":")
        self._server = (host, int(port))
        self._wanted = f"Basic {base64.b64encode(login.encode()).decode()}" if login else ""
        self._refusal = refusal
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._sockets: list[socket.socket] = [self._listener]
        self._threads: list[threading.Thread] = []
        self.asked: list[str] = []
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = f"http://{self.address}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        for each in list(self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _start(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)  # type: ignore[arg-type]  # all targets return None
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._sockets.append(connection)
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                more = connection.recv(65536)
                if not more:
                    return
                head += more
            lines = head.decode("latin-1").split("\r\n")
            self.asked.append(lines[0].split(" ")[1])
            if self._refusal or (self._wanted and f"Proxy-Authorization: {self._wanted}" not in lines):
                line = self._refusal or "HTTP/1.1 407 Proxy Authentication Required"
                connection.sendall(f"{line}\r\nContent-Length: 0\r\n\r\n".encode("latin-1"))
                return
            onward = socket.create_connection(self._server)
            self._sockets.append(onward)
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._start(_pump, onward, connection)
            _pump(connection, onward)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
