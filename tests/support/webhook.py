"""A real webhook on loopback: it keeps what it is sent, and answers as it is told.

with Webhook(500, 200) as hook:      # fails once, then takes it; the last answer stays
    ... hook.url, hook.bodies, hook.headers
"""

from __future__ import annotations

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

__all__ = ["HANG", "SECRET_PATH", "Webhook"]

HANG = 0
"""In the place of a status: takes everything and says nothing."""
SECRET_PATH = "/services/T0SECRET/B0SECRET/x9SECRET"  # noqa: S105 - no secret of anybody
_PATIENCE = 30  # seconds; the end of the context cuts it short


class Webhook:
    """Answers with these statuses, one for each request. location: where its redirects lead."""

    def __init__(self, *statuses: int, location: str = "", tls: ssl.SSLContext | None = None) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self._statuses = list(statuses) or [200]
        self._location = location
        self._done = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        host, port = self._server.server_address[:2]
        self.origin = f"http{'s' if tls else ''}://{host!s}:{port}"
        self.url = self.origin + SECRET_PATH
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        self._done.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Keep a request and answer it."""
        self.paths.append(request.path)
        self.headers.append(dict(request.headers.items()))
        self.bodies.append(request.rfile.read(int(request.headers.get("Content-Length", "0"))))
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        if status == HANG:
            self._done.wait(_PATIENCE)
            return
        request.send_response(status)
        if self._location:
            request.send_header("Location", self._location)
        request.send_header("Content-Length", "0")
        request.end_headers()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: that clients hang up, or trust no certificate, is what is tested."""


def _handler(hook: Webhook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
            del format, args

    return Handler
