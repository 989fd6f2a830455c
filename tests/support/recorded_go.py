"""The real go command on loopback: a proxy, a log and hosts of one's own, which write down the names that they hear.

    world = GoWorld.make(folder, {"lib.example/a@v1.0.0": {"a.go": "package a\\n"}})
    with world.serving() as served:
        served.run("build", project, GOPRIVATE="*.corp.example")
        served.heard                        # {("module proxy", "lib.example/a"), …}

Every https host leads to one server here, by a forward proxy and a certificate of its own, so that `?go-get=1` is heard
too; nothing leaves the machine.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from tempfile import mkdtemp
from urllib.parse import quote, unquote

from supplymatrix.gomod.dirhash import hash1, hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.module import unescape_path
from tests.support.certificate import make_certificate
from tests.support.forward_proxy import ForwardProxy
from tests.support.log_server import LogServer
from tests.support.made_log import MadeLog, module_of

__all__ = ["GO", "Files", "GoWorld", "Served", "write_files"]

GO = shutil.which("go")
Files = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class GoWorld:
    """answers: of a proxy, by path; log: that has every module. hosts: that the certificate is for."""

    folder: Path
    answers: Mapping[str, bytes]
    log: MadeLog
    certificate: Path

    @classmethod
    def make(cls, folder: Path, modules: Mapping[str, Files], hosts: tuple[str, ...] = ()) -> GoWorld:
        """Make a world with modules, by "path@version"; one without go.mod gets a short one."""
        folder.mkdir(parents=True, exist_ok=True)
        answers: dict[str, bytes] = {}
        log = MadeLog.of(*modules)
        for name, files in modules.items():
            texts = {"go.mod": f"module {name.partition('@')[0]}\n\ngo 1.22\n", **files}
            log = _add(name, texts, answers, log)
        return cls(folder=folder, answers=answers, log=log, certificate=make_certificate(folder, *hosts))

    def go_sum(self, *names: str, go_mod_only: tuple[str, ...] = ()) -> str:
        """Return the lines of modules, of some their go.mod's alone."""
        lines = [self.log.go_sum(name) for name in names]
        lines += [self.log.go_sum(name).splitlines(keepends=True)[1] for name in go_mod_only]
        return "".join(lines)

    @contextmanager
    def serving(self) -> Iterator[Served]:
        """Serve all of it: proxies `first` and `second`, the log by itself and through the first proxy."""
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        log = _as_asked(self.log.answers())
        with ExitStack() as stack:
            first = stack.enter_context(LogServer(dict(self.answers)))
            second = stack.enter_context(LogServer(dict(self.answers)))
            hosts = stack.enter_context(LogServer(log, tls=context))
            forward = stack.enter_context(ForwardProxy(hosts.url))
            yield Served(world=self, first=first, second=second, hosts=hosts, forward=forward)


@dataclass(kw_only=True)
class Served:
    """One running world. output: what the last go command said."""

    world: GoWorld
    first: LogServer
    second: LogServer
    hosts: LogServer
    forward: ForwardProxy
    output: str = ""

    def environ(self, **settings: str) -> dict[str, str]:
        """Return the environment of a go command: nothing in its cache, everything asked of this world."""
        folder = self.world.folder
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder / "home"),
            "GOENV": "off",
            "GOMODCACHE": mkdtemp(prefix="cache", dir=folder),
            "GOCACHE": str(folder / "gocache"),
            "GOFLAGS": "-modcacherw",
            "GOPROXY": self.first.url,
            "GOSUMDB": self.world.log.key.verifier,
            "GOTOOLCHAIN": "local",
            "GOTELEMETRY": "off",
            "HTTPS_PROXY": self.forward.url,
            "SSL_CERT_FILE": str(self.world.certificate),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_NOSYSTEM": "1",
            "NO_PROXY": "127.0.0.1",
            **{name: text.replace("FIRST", self.first.url).replace("SECOND", self.second.url)
               for name, text in settings.items()},
        }  # fmt: skip

    def run(self, folder: Path, *arguments: str, environ: Mapping[str, str]) -> int:
        """Run the go command in a folder; what it says is in `output`."""
        assert GO is not None
        done = subprocess.run([GO, *arguments], cwd=folder, env=dict(environ), capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL, timeout=60)  # fmt: skip
        self.output = done.stdout + done.stderr
        return done.returncode

    def name_of(self, host: str) -> str:
        """Return who a host is: "first", "second", or itself."""
        known = {self.first.url: "first", self.second.url: "second"}
        return known.get(f"http://{host}", host)

    def heard(self) -> set[tuple[str, str]]:
        """Return (who, name) of every name that was told: who is "first", "second", or a host."""
        found: set[tuple[str, str]] = set()
        for who, server in (("first", self.first), ("second", self.second)):
            found |= {(who, name) for path in server.paths if (name := _name_of(path))}
        for head in self.hosts.headers:
            target = head.split(" ", 2)[1]
            host = next(line[6:].strip() for line in head.split("\r\n") if line.lower().startswith("host: "))
            if "go-get=1" in target:
                found.add((host, (host + target.partition("?")[0]).rstrip("/")))
            elif name := _name_of(target.lstrip("/")):
                found.add((host, name))
        known = {host for host, _ in found}
        for target in self.forward.asked:
            host = target.partition(":")[0]
            if host not in known and host != self.world.log.key.name:
                found.add((host, ""))
        return found


def write_files(folder: Path, files: Files) -> Path:
    """Write files below a folder, and return it."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _name_of(path: str) -> str:
    """Return the module that a request is about, "" for none."""
    path = unquote(path)
    if "/lookup/" in f"/{path}":
        return unescape_path(path.partition("lookup/")[2].rpartition("@")[0])
    name, mark, _ = path.partition("/@")
    return unescape_path(name) if mark else ""


def _as_asked(answers: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return answers by the path that Go asks for, too, which has %21 for the ! of an upper-case letter."""
    return {**answers, **{quote(path, safe="/@"): data for path, data in answers.items()}}


def _add(name: str, files: Files, answers: dict[str, bytes], log: MadeLog) -> MadeLog:
    module = module_of(name)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in files.items():
            archive.writestr(f"{name}/{file}", text)
    go_mod = files["go.mod"].encode()
    place = f"{module.escaped_path}/@v"
    info = f'{{"Version":"{module.version}","Time":"2026-01-02T03:04:05Z"}}'.encode()
    listed = answers.get(f"{place}/list", b"")
    served = {
        f"{place}/list": listed + f"{module.version}\n".encode(),
        f"{place}/{module.escaped_version}.info": info,
        f"{place}/{module.escaped_version}.mod": go_mod,
        f"{place}/{module.escaped_version}.zip": out.getvalue(),
    }
    answers |= _as_asked(served)
    zip_hash = hash_zip(BytesAt(out.getvalue()))
    mod_hash = hash1([(b"go.mod", sha256(go_mod).digest())])
    record = f"{module.path} {module.version} {zip_hash}\n{module.path} {module.version}/go.mod {mod_hash}\n"
    return log.with_record(name, record.encode())
