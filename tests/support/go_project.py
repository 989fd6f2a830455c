"""A project with one module of another's, a log that has it, a proxy and a module cache of folders, and a made `go`.

    project = GoProject.make(tmp_path)
    with LogServer(project.log.answers()) as server:
        project.write(server.url)

The made `go` is a shell script: what it does beside answering `go list` stands in the variable FAKE_GO.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from supplymatrix.gomod.dirhash import hash1, hash_zip
from supplymatrix.gomod.read_at import BytesAt
from tests.gomod.made_programs import header, made_elf
from tests.support.made_log import MadeLog, module_of, write_project

__all__ = ["A", "GoProject", "made_go", "made_program"]

A = "example.com/a@v1.0.0"
_FILES = {
    "go.mod": "module example.com/a\n\ngo 1.20\n",
    "a.go": 'package a\n\n// Word is a word.\nfunc Word() string { return "good" }\n',
}
_MAIN = 'package main\n\nimport "example.com/a"\n\nfunc main() { println(a.Word()) }\n'
_FAKE = """\
#!/bin/sh
if [ "$1" = list ] && [ "$2" = -find ]; then
  printf '%b' "$FAKE_LIST"
  exit
fi
eval "$FAKE_GO"
"""


@dataclass(frozen=True, kw_only=True)
class GoProject:
    """folder: of the project; cache: the module cache; proxy: a folder that serves as one; zip_hash: of the module."""

    folder: Path
    cache: Path
    proxy: Path
    log: MadeLog
    zip_hash: str

    @classmethod
    def make(cls, tmp_path: Path) -> GoProject:
        """Write the proxy; project and cache are written by what the test asks for."""
        data = _zip()
        zip_hash = hash_zip(BytesAt(data))
        go_mod_hash = hash1([(b"go.mod", sha256(_FILES["go.mod"].encode()).digest())])
        module = module_of(A)
        record = f"{module.path} {module.version} {zip_hash}\n{module.path} {module.version}/go.mod {go_mod_hash}\n"
        proxy = tmp_path / "proxy"
        _put(proxy, data)
        return cls(
            folder=tmp_path / "svc",
            cache=tmp_path / "modcache",
            proxy=proxy,
            log=MadeLog.of(A, filler=5).with_record(A, record.encode()),
            zip_hash=zip_hash,
        )

    @property
    def unpacked(self) -> Path:
        """Where the go command unpacks the module."""
        return self.cache / A

    def write(self, url: str, *, policy: str = "", go_sum: str | None = None) -> Path:
        """Write the project, whose policy names the log at an address, and return its folder."""
        write_project(self.folder, self.log, url, [A], policy=policy, go_sum=go_sum)
        (self.folder / "main.go").write_text(_MAIN)
        return self.folder

    def fetch(self) -> None:
        """Put the module into the cache, as the go command does."""
        _put(self.cache / "cache" / "download", _zip())
        (self.cache / "cache/download/example.com/a/@v/v1.0.0.ziphash").write_text(self.zip_hash)
        for name, text in _FILES.items():
            self.unpacked.mkdir(parents=True, exist_ok=True)
            (self.unpacked / name).write_text(text)

    @property
    def settings(self) -> dict[str, str]:
        """The variables with which a go command finds cache and proxy, and asks nobody else."""
        return {
            "GOMODCACHE": str(self.cache),
            "GOPROXY": self.proxy.as_uri(),
            "GOFLAGS": "-modcacherw",
            "GOSUMDB": "off",
            "GOTOOLCHAIN": "local",
        }


def made_go(folder: Path) -> Path:
    """Write a `go` that does what FAKE_GO says, and return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / "go").write_text(_FAKE)
    (folder / "go").chmod(0o755)
    return folder


def made_program(*lines: str, main: str = "svc.example/app") -> bytes:
    """Return a program of a module. lines: of its module text behind that of the main module."""
    text = "\n".join([f"path\t{main}", f"mod\t{main}\t(devel)\t", *lines, ""])
    return made_elf(header(text=text))


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in _FILES.items():
            archive.writestr(f"{A}/{name}", text)
    return out.getvalue()


def _put(folder: Path, data: bytes) -> None:
    place = folder / "example.com" / "a" / "@v"
    place.mkdir(parents=True, exist_ok=True)
    (place / "v1.0.0.zip").write_bytes(data)
    (place / "v1.0.0.mod").write_text(_FILES["go.mod"])
    (place / "v1.0.0.info").write_text('{"Version":"v1.0.0","Time":"2026-01-02T03:04:05Z"}')
    (place / "list").write_text("v1.0.0\n")
