"""A registry on loopback: what OCI's distribution specification asks of one, and every way to get it wrong on demand.

    with RegistryServer() as server:
        digest = server.add_manifest("team/app", manifest, "application/vnd.oci.image.manifest.v1+json", "v1")
        server.script("manifests/v1", Fault(status=503), Fault(status=503))  # twice, then the true answer
        server.always(Fault(mode="stall"))
        ... server.host ("127.0.0.1:40000"), server.requests

It takes pushes, as `crane push` and `cosign sign` make them. Run as a program (`python -m tests.support.registry_server
[--no-referrers]`) it prints its address and serves until it is ended.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import socket
import ssl
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qs

__all__ = ["INDEX", "MANIFEST", "Fault", "Mode", "RegistryServer", "Seen", "digest_of"]

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
Mode = Literal["plain", "stall", "truncate", "cut-off", "reset", "endless", "huge-length", "drip"]
_UPLOAD = re.compile(r"/v2/(.+)/blobs/uploads/([0-9a-z]*)")
_THING = re.compile(r"/v2/(.+)/(blobs|manifests|referrers)/([^/]+)")
_TAGS = re.compile(r"/v2/(.+)/tags/list")


def digest_of(data: bytes) -> str:
    """Return the SHA-256 digest of some bytes, as OCI writes it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One wrong answer.

    status: 0 = the true answer. body: None = the true one, with status 0 or 200. headers: beside those, or in their
    place; a text of "" takes one away. mode: stall (says nothing), truncate (less than announced, then the end),
    cut-off (half of it and no length), reset (closes hard), endless (a body without end), huge-length (announces
    10^15 bytes), drip (one byte, then waits).
    """

    status: int = 0
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it came. path: with its query. headers: names in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def authorization(self) -> str:
        """What was sent to be let in, "" for nothing."""
        return self.headers.get("authorization", "")


@dataclass(slots=True)
class _Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class RegistryServer:
    """Serves from entering the context to leaving it.

    referrers: whether it knows the question for them. page: entries on a page of a list, 0 = all. auth: how it wants to
    be asked. users: passwords by name; without any, tokens are for everybody. identity_tokens: by their text, who they
    are. token_key: under which its token server gives a token. uses: requests for which one token is good. life: what
    it says of that, in seconds.
    realm: instead of its own token server.
    """

    def __init__(
        self,
        *,
        referrers: bool = True,
        page: int = 0,
        auth: Literal["none", "bearer", "basic"] = "none",
        users: Mapping[str, str] | None = None,
        identity_tokens: Mapping[str, str] | None = None,
        realm: str = "",
        token_key: str = "token",  # noqa: S107 - no password
        uses: int = 1_000_000,
        life: int = 300,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.referrers, self.page, self.auth = referrers, page, auth
        self.users, self.identity_tokens = dict(users or {}), dict(identity_tokens or {})
        self.token_key, self.uses, self.life = token_key, uses, life
        self.context = tls
        self.requests: list[Seen] = []
        self.blobs: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
        self.manifests: defaultdict[str, dict[str, tuple[bytes, str]]] = defaultdict(dict)
        self.tags: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.tokens: dict[str, int] = {}
        self._uploads: dict[str, bytes] = {}
        self._scripts: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._always: dict[str, Fault] = {}
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler, self._done)
        self._server.registry = self
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http{'s' if tls else ''}://{self.host}"
        self.realm = realm or f"{self.url}/token"
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(poll_interval=0.02), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        self._done.set()
        self._server.shutdown()
        self._server.close_all()
        self._thread.join(timeout=5)

    # what there is

    def add_blob(self, repository: str, data: bytes) -> str:
        """Store a blob and return its digest."""
        self.blobs[repository][digest_of(data)] = data
        return digest_of(data)

    def add_manifest(self, repository: str, data: bytes, media_type: str = MANIFEST, *tags: str) -> str:
        """Store a manifest or an index and return its digest."""
        digest = digest_of(data)
        self.manifests[repository][digest] = data, media_type
        self.tags[repository].update(dict.fromkeys(tags, digest))
        return digest

    # what goes wrong

    def script(self, end: str, *faults: Fault) -> None:
        """Answer the next requests whose path ends so with these, one each, then truly again."""
        self._scripts[end].extend(faults)

    def always(self, fault: Fault, end: str = "") -> None:
        """Answer all requests whose path ends so with this, where they have no script."""
        self._always[end] = fault

    def asked(self, part: str = "") -> list[Seen]:
        """Return the requests whose path has a part in it."""
        return [seen for seen in self.requests if part in seen.path]

    def _fault_for(self, path: str) -> Fault | None:
        with self._lock:
            for end, faults in self._scripts.items():
                if faults and path.endswith(end):
                    return faults.popleft()
        return next((fault for end, fault in self._always.items() if path.endswith(end)), None)

    # answers

    def answer(self, seen: Seen) -> tuple[_Answer, Fault | None]:
        """Return the true answer to a request, and what is to be done to it."""
        with self._lock:
            self.requests.append(seen)
        path, _, query = seen.path.partition("?")
        fault = self._fault_for(path)
        if path == "/token":
            return self._token(seen, parse_qs(query)), fault
        refused = self._refused(seen, path)
        if refused is not None:
            return refused, fault
        with self._lock:
            return self._registry_answer(seen, path, parse_qs(query)), fault

    def _refused(self, seen: Seen, path: str) -> _Answer | None:
        if self.auth == "none":
            return None
        scheme, _, given = seen.authorization.partition(" ")
        if self.auth == "basic":
            if scheme == "Basic" and self._user_of(given):
                return None
            challenge = 'Basic realm="the registry"'
        else:
            left = self.tokens.get(given, 0) if scheme == "Bearer" else 0
            if left:
                self.tokens[given] = left - 1
                return None
            match = _THING.fullmatch(path) or _UPLOAD.fullmatch(path) or _TAGS.fullmatch(path)
            scope = f',scope="repository:{match[1]}:pull,push"' if match else ""
            challenge = f'Bearer realm="{self.realm}",service="registry, of the test"{scope}'
        return _error(401, "UNAUTHORIZED", {"WWW-Authenticate": challenge})

    def _user_of(self, pair: str) -> str:
        user, _, password = base64.b64decode(pair).decode().partition(":")
        return user if self.users.get(user) == password else ""

    def _token(self, seen: Seen, query: Mapping[str, list[str]]) -> _Answer:
        scheme, _, given = seen.authorization.partition(" ")
        form = parse_qs(seen.body.decode())
        if seen.method == "POST":
            user = self.identity_tokens.get(form.get("refresh_token", [""])[0], "")
        else:
            user = self._user_of(given) if scheme == "Basic" else ""
        if (self.users or self.identity_tokens) and not user:
            return _error(401, "UNAUTHORIZED", {})
        scopes = form.get("scope") or query.get("scope", [])
        with self._lock:
            token = f"token-{len(self.tokens)}-of-{user or 'everybody'}-with-{len(scopes)}-scope"
            self.tokens[token] = self.uses
        key = "access_token" if seen.method == "POST" else self.token_key
        return _json(200, {key: token, "expires_in": self.life})

    def _registry_answer(self, seen: Seen, path: str, query: Mapping[str, list[str]]) -> _Answer:
        if path in ("/v2/", "/v2"):
            return _json(200, {})
        if (upload := _UPLOAD.fullmatch(path)) is not None:
            return self._upload(seen, upload[1], upload[2], query)
        if (tags := _TAGS.fullmatch(path)) is not None:
            return _json(200, {"name": tags[1], "tags": sorted(self.tags[tags[1]])})
        thing = _THING.fullmatch(path)
        if thing is None:
            return _error(404, "UNSUPPORTED", {})
        repository, kind, name = thing.groups()
        if kind == "referrers":
            return self._referrers(repository, name, query)
        if kind == "manifests":
            if seen.method == "PUT":
                return self._put_manifest(repository, name, seen)
            digest = self.tags[repository].get(name, name)
            data, media_type = self.manifests[repository].get(digest, (b"", ""))
        else:
            digest, media_type = name, "application/octet-stream"
            data = self.blobs[repository].get(name, b"")
        if not media_type or (kind == "blobs" and name not in self.blobs[repository]):
            return _error(404, f"{kind[:-1].upper()}_UNKNOWN", {})
        return _Answer(200, data, {"Content-Type": media_type, "Docker-Content-Digest": digest})

    def _put_manifest(self, repository: str, name: str, seen: Seen) -> _Answer:
        tags = [] if name.startswith("sha256:") else [name]
        digest = self.add_manifest(repository, seen.body, seen.headers.get("content-type", ""), *tags)
        headers = {"Location": f"/v2/{repository}/manifests/{digest}", "Docker-Content-Digest": digest}
        subject = _loaded(seen.body).get("subject")
        if self.referrers and isinstance(subject, dict):
            headers["OCI-Subject"] = subject["digest"]
        return _Answer(201, b"", headers)

    def _upload(self, seen: Seen, repository: str, name: str, query: Mapping[str, list[str]]) -> _Answer:
        digest = query.get("digest", [""])[0]
        if seen.method == "POST":
            name = f"u{len(self._uploads)}"
            if not digest:
                self._uploads[name] = b""
                return _Answer(202, b"", {"Location": f"/v2/{repository}/blobs/uploads/{name}", "Range": "0-0"})
        data = self._uploads.get(name, b"") + seen.body
        self._uploads[name] = data
        if seen.method == "PATCH":
            return _Answer(
                202, b"", {"Location": f"/v2/{repository}/blobs/uploads/{name}", "Range": f"0-{len(data) - 1}"}
            )
        if digest_of(data) != digest:
            return _error(400, "DIGEST_INVALID", {})
        self.add_blob(repository, data)
        return _Answer(201, b"", {"Location": f"/v2/{repository}/blobs/{digest}", "Docker-Content-Digest": digest})

    def _referrers(self, repository: str, digest: str, query: Mapping[str, list[str]]) -> _Answer:
        if not self.referrers:
            return _error(404, "UNSUPPORTED", {})
        entries = []
        for own, (data, media_type) in sorted(self.manifests[repository].items()):
            manifest = _loaded(data)
            subject = manifest.get("subject")
            if isinstance(subject, dict) and subject.get("digest") == digest:
                kind = manifest.get("artifactType") or manifest.get("config", {}).get("mediaType", "")
                entry = {"mediaType": media_type, "digest": own, "size": len(data), "artifactType": kind}
                entries.append(entry | {"annotations": manifest.get("annotations", {})})
        start = int(query.get("start", ["0"])[0])
        end = start + self.page if self.page else len(entries)
        answer = _json(200, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries[start:end]})
        answer.headers["Content-Type"] = INDEX
        if end < len(entries):
            answer.headers["Link"] = f'</v2/{repository}/referrers/{digest}?start={end}>; rel="next"'
        return answer


def _loaded(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _json(status: int, found: object) -> _Answer:
    return _Answer(status, json.dumps(found).encode(), {"Content-Type": "application/json"})


def _error(status: int, code: str, headers: Mapping[str, str]) -> _Answer:
    answer = _json(status, {"errors": [{"code": code, "message": "as the test has it"}]})
    answer.headers.update(headers)
    return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    registry: RegistryServer

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], done: threading.Event) -> None:
        self.done = done
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """A client that goes away is nothing to tell about."""

    def close_all(self) -> None:
        """Close what clients have left open, so that no thread waits for them."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _work(self) -> None:
        body = self._body()
        headers = {name.lower(): text for name, text in self.headers.items()}
        seen = Seen(method=self.command, path=self.path, headers=headers, body=body)
        answer, fault = self.server.registry.answer(seen)
        self._send(answer, fault or Fault())

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _work  # noqa: N815 - as the standard library has it

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _send(self, answer: _Answer, fault: Fault) -> None:
        status = fault.status or answer.status
        body = fault.body if fault.body is not None else answer.body if status == answer.status else b"as scripted\n"
        headers = {} if fault.status not in (0, answer.status) else dict(answer.headers)
        headers |= fault.headers
        if fault.mode == "stall":
            self.server.done.wait(timeout=30)
        if fault.mode == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if fault.mode in ("stall", "reset"):
            self.close_connection = True
            return
        lengths = {"truncate": len(body) + 100, "huge-length": 10**15, "endless": None, "cut-off": None}
        length = lengths.get(fault.mode, len(body))
        if length is not None:
            headers.setdefault("Content-Length", str(length))
        self.send_response(status)
        for name, text in headers.items():
            if text:
                self.send_header(name, text)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.close_connection = fault.mode != "plain"
        self.wfile.write(body[: {"cut-off": len(body) // 2, "drip": 1}.get(fault.mode, len(body))])
        while fault.mode == "endless" and not self.server.done.is_set():
            self.wfile.write(b"x" * 65536)
        if fault.mode == "drip":
            self.server.done.wait(timeout=30)


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-referrers", action="store_true")
    with RegistryServer(referrers=not parser.parse_args().no_referrers) as server:
        print(server.host, flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
