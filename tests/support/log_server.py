"""A real HTTP server on loopback that serves a log, or misbehaves as told.

    with LogServer({"latest": note, "lookup/example.com/a@v1.0.0": body}) as server:
        server.script("latest", Reply(status=503), Reply(status=503))   # two failures, the true answer after that
        server.always(Reply(mode="stall"))                              # for every path, for ever
        ... server.url, server.paths, server.highest_in_flight

A path that is not in the mapping is a 404. Run as a program (`python -m tests.support.log_server FOLDER`) it serves a
folder from another process, for timings, and prints its address.
"""

from __future__ import annotations

import socket
import ssl
import struct
import sys
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

__all__ = ["LogServer", "Reply", "read_folder"]

Mode = Literal["plain", "stall", "truncate", "reset", "endless", "huge-length", "drip", "gather", "no-length"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One scripted answer.

    body: None = the true bytes of the path. mode: how it goes wrong:
    stall (says nothing), truncate (closes in mid-body), reset (closes hard before answering), endless (a body without
    end), huge-length (announces 10^15 bytes), drip (one byte, then waits), gather (answers once `count` requests are in
    flight, or after two seconds), no-length (no Content-Length; the end is the close).
    """

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = "plain"
    count: int = 0


class LogServer:
    """Serves from entering the context to leaving it; every thread ends then. paths: what was asked, in order.

    admits: whether a request may pass, by its head; those that may not get a 401.
    """

    def __init__(
        self,
        answers: Mapping[str, bytes],
        *,
        prefix: str = "",
        tls: ssl.SSLContext | None = None,
        admits: Callable[[str], bool] | None = None,
    ) -> None:
        self._tls = tls
        self._admits = admits
        self._answers = answers
        self._prefix = f"/{prefix}/" if prefix else "/"
        self._scripts: defaultdict[str, deque[Reply]] = defaultdict(deque)
        self._always: Reply | None = None
        self._lock = threading.Condition()
        self._in_flight = 0
        self._done = threading.Event()
        self._threads: list[threading.Thread] = []
        self._connections: set[socket.socket] = set()
        self.highest_in_flight = 0
        self.connections = 0
        self.paths: list[str] = []
        self.headers: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        host, port = self._listener.getsockname()
        self.url = f"http{'s' if tls else ''}://{host}:{port}{self._prefix.rstrip('/')}"

    @property
    def counts(self) -> Counter[str]:
        """How often each path was asked."""
        return Counter(self.paths)

    def script(self, path: str, *replies: Reply) -> None:
        """Answer the next requests for `path` with these, one each, then truly again."""
        self._scripts[path].extend(replies)

    def serve(self, answers: Mapping[str, bytes]) -> None:
        """Serve these too, from now on."""
        self._answers = {**self._answers, **answers}

    def always(self, reply: Reply) -> None:
        """Answer every request that has no script of its own with this."""
        self._always = reply

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        self._done.set()
        with self._lock:
            self._lock.notify_all()
            for connection in self._connections:
                _close(connection)
        _close(self._listener)
        for thread in self._threads:
            thread.join(timeout=5)

    def _start(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)  # type: ignore[arg-type]  # both targets return None
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._done.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections.add(connection)
                self.connections += 1
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        pending = b""
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._connections.add(connection)
            while not self._done.is_set():
                while b"\r\n\r\n" not in pending:
                    more = connection.recv(65536)
                    if not more:
                        return
                    pending += more
                head, _, pending = pending.partition(b"\r\n\r\n")
                if not self._answer(connection, head.decode("latin-1")):
                    return
        except OSError:
            pass
        finally:
            with self._lock:
                self._connections.discard(connection)
            _close(connection)

    def _answer(self, connection: socket.socket, head: str) -> bool:
        """Answer one request; return whether the connection stays open."""
        target = head.split(" ", 2)[1]
        path = target.removeprefix(self._prefix)
        with self._lock:
            self.paths.append(path)
            self.headers.append(head)
            self._in_flight += 1
            self.highest_in_flight = max(self.highest_in_flight, self._in_flight)
            self._lock.notify_all()
            scripted = self._scripts.get(path)
            reply = scripted.popleft() if scripted else self._always
            if self._admits is not None and not self._admits(head):
                reply = Reply(status=401, body=b"who are you?\n")
        try:
            return self._send(connection, path, reply)
        finally:
            with self._lock:
                self._in_flight -= 1

    def _send(self, connection: socket.socket, path: str, reply: Reply | None) -> bool:
        status, body, mode = 200, self._answers.get(path), "plain"
        headers: dict[str, str] = {}
        if reply is not None:
            status, mode, headers = reply.status, reply.mode, dict(reply.headers)
            body = reply.body if reply.body is not None else body if status == 200 else b"as scripted\n"
        if body is None:
            status, body = 404, b"not found\n"
        if mode == "gather" and reply is not None:
            with self._lock:
                self._lock.wait_for(lambda: self.highest_in_flight >= reply.count or self._done.is_set(), timeout=2)
        elif mode == "stall":
            self._done.wait(timeout=30)
            return False
        elif mode == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            return False
        length = {"truncate": len(body) + 100, "huge-length": 10**15, "drip": len(body)}.get(mode, len(body))
        if mode not in ("endless", "no-length"):
            headers.setdefault("Content-Length", str(length))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        start = f"HTTP/1.1 {status} Scripted\r\n{lines}\r\n".encode("latin-1")
        if mode == "drip":
            connection.sendall(start + body[:1])
            self._done.wait(timeout=30)
            return False
        connection.sendall(start + body)
        while mode == "endless" and not self._done.is_set():
            connection.sendall(b"x" * 65536)
        return mode in ("plain", "gather")


def _close(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return every file below `folder` by its `/`-separated path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


if __name__ == "__main__":
    with LogServer(read_folder(Path(sys.argv[1]))) as running:
        sys.stdout.write(running.url + "\n")
        sys.stdout.flush()
        sys.stdin.read()
