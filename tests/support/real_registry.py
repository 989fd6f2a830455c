"""Real registries on loopback, where this machine has one, and pushing to them without any other program."""

from __future__ import annotations

import base64
import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.registry_server import MANIFEST, digest_of

__all__ = ["PASSWORD", "REGISTRIES", "USER", "crane_registry", "docker_registry", "push_blob", "push_manifest"]

USER, PASSWORD = "alice", "correct horse battery"
REGISTRIES = ("docker-registry", "crane")
"""The programs that serve one."""
_BCRYPT = "$2b$04$Rfu/f31n.7wQ7PqcxgaZTu6fRp8.PoEAtMsXdjqzbEJZElovVkECy"
_SECONDS = 20.0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port: int = unused.getsockname()[1]
        return port


@contextmanager
def docker_registry(folder: Path, *, wants_login: bool = False) -> Generator[str]:
    """Serve docker's own registry, with its data in memory; the value is its host and port."""
    port = _free_port()
    config: dict[str, object] = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"inmemory": {}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    if wants_login:
        (folder / "htpasswd").write_text(f"{USER}:{_BCRYPT}\n")
        config["auth"] = {"htpasswd": {"realm": "the registry", "path": str(folder / "htpasswd")}}
    (folder / "registry.yml").write_text(json.dumps(config))  # which is YAML too
    with _served(["docker-registry", "serve", str(folder / "registry.yml")], port) as host:
        yield host


@contextmanager
def crane_registry() -> Generator[str]:
    """Serve the registry of crane, with its data in memory; the value is its host and port."""
    port = _free_port()
    with _served(["crane", "registry", "serve", "--address", f"127.0.0.1:{port}"], port) as host:
        yield host


@contextmanager
def _served(words: Sequence[str], port: int) -> Generator[str]:
    program = shutil.which(words[0])
    assert program is not None
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([program, *words[1:]], stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until and process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.02)
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def push_blob(host: str, repository: str, data: bytes, *, login: bool = False) -> str:
    """Push a blob and return its digest."""
    digest = digest_of(data)
    location = _send(host, "POST", f"/v2/{repository}/blobs/uploads/", b"", "", login=login)
    path = location.removeprefix(f"http://{host}")
    mark = "&" if "?" in path else "?"
    _send(host, "PUT", f"{path}{mark}digest={digest}", data, "application/octet-stream", login=login)
    return digest


def push_manifest(
    host: str, repository: str, data: bytes, reference: str, media_type: str = MANIFEST, *, login: bool = False
) -> str:
    """Push a manifest or an index under a tag or its digest, and return its digest."""
    _send(host, "PUT", f"/v2/{repository}/manifests/{reference}", data, media_type, login=login)
    return digest_of(data)


def _send(host: str, method: str, path: str, data: bytes, media_type: str, *, login: bool) -> str:
    headers = {"Content-Type": media_type} if media_type else {}
    if login:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    connection = http.client.HTTPConnection(host, timeout=_SECONDS)
    try:
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status in (201, 202), f"{method} {path}: HTTP status {answer.status}"
        return answer.headers.get("Location", "")
    finally:
        connection.close()
