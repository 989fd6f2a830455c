"""A server of feeds on loopback, with ETags and 304, and small feeds that point to it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import lzma
import tarfile
import threading
import zipfile
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from supplymatrix.feeds.registry import FEEDS, Feed, FeedKind
from supplymatrix.model.value import changed

__all__ = ["FeedServer", "alma_notice", "feed_at", "go_entry", "made_tar", "made_zip"]


class FeedServer:
    """Serves bytes by path; asks of the conditional headers are honoured. asked: (path, status), in order.

    broken: path → status that is answered instead, or bytes that are sent with another length than announced.
    """

    def __init__(self, files: Mapping[str, bytes], *, has_etags: bool = True) -> None:
        self.files = dict(files)
        self.broken: dict[str, int | str] = {}
        self.asked: list[tuple[str, int]] = []
        self.heads: list[str] = []
        self.hold: threading.Event | None = None
        self.held = threading.Event()
        self.hold_after = 0
        self.has_etags = has_etags
        self.in_flight = 0
        self.highest_in_flight = 0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        if self.hold is not None:
            self.hold.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        path = request.path.lstrip("/")
        with self._lock:
            self.in_flight += 1
            self.highest_in_flight = max(self.highest_in_flight, self.in_flight)
            self.heads.append(str(request.headers))
            count = len(self.heads)
        try:
            if self.hold is not None and count > self.hold_after:
                self.held.set()
                self.hold.wait(timeout=30)
            self._send(request, path)
        finally:
            with self._lock:
                self.in_flight -= 1

    def _send(self, request: BaseHTTPRequestHandler, path: str) -> None:
        body, broken = self.files.get(path), self.broken.get(path)
        etag = f'"{hashlib.sha256(body or b"").hexdigest()[:16]}"' if self.has_etags else ""
        status = 404 if body is None else 200
        if isinstance(broken, int):
            status, body = broken, b"as scripted\n"
        elif body is not None and etag and request.headers.get("If-None-Match") == etag:
            status, body = 304, b""
        self.asked.append((path, status))
        request.send_response(status)
        if etag and status in (200, 304):
            request.send_header("ETag", etag)
        data = body or b""
        extra = 100 if broken == "cut" else 10**12 if broken == "huge" else 0
        if status != 304:
            request.send_header("Content-Length", str(len(data) + extra))
        if extra:
            request.close_connection = True
        request.end_headers()
        request.wfile.write(data)


def feed_at(name: str, url: str, *, kind: FeedKind | None = None) -> Feed:
    """Return a feed of the registry that is served at another address."""
    feed = next(feed for feed in FEEDS if feed.id == name)
    return changed(feed, urls=(url,), kind=kind or feed.kind)


def alma_notice(number: int = 4212, *, day: str = "2024-07-02", cve: str = "CVE-2024-24790") -> bytes:
    """Return a notice of AlmaLinux about Go."""
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.21.11-1.el9_4"}]}]
    affected = [{"package": {"ecosystem": "AlmaLinux:9", "name": "golang"}, "ranges": ranges}]
    record = {
        "id": f"ALSA-2024:{number}",
        "schema_version": "1.7.0",
        "published": f"{day}T00:00:00Z",
        "modified": f"{day}T12:00:00Z",
        "related": [cve],
        "affected": affected,
    }
    return json.dumps(record).encode()


def go_entry(number: int = 2887, *, cve: str = "CVE-2024-24790") -> bytes:
    """Return an entry of Go's database about the standard library."""
    ranges = [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.21.11"}]}]
    affected = [{"package": {"ecosystem": "Go", "name": "stdlib"}, "ranges": ranges, "ecosystem_specific": {}}]
    record = {
        "id": f"GO-2024-{number}",
        "schema_version": "1.3.1",
        "published": "2024-06-04T00:00:00Z",
        "modified": "2024-06-05T00:00:00Z",
        "aliases": [cve],
        "affected": affected,
    }
    return json.dumps(record).encode()


def made_zip(members: Mapping[str, bytes]) -> bytes:
    """Return a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def made_tar(members: Mapping[str, bytes], how: str, *, links: Mapping[str, str] | None = None) -> bytes:
    """Return a tar, packed: "gz" or "xz". links: symbolic links in it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return gzip.compress(out.getvalue()) if how == "gz" else lzma.compress(out.getvalue())
