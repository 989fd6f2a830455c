"""A small Go of one's own, and a log that has it as a release: no Go is needed for it, and nothing of it can be run.

    go = MadeGo(version="1.26.8")
    root = go.unpack(tmp_path / "go")               # as an archive unpacks it
    go.log().answers()                               # a log with its record

The hash of the record is worked out here once more, line by line, so that it is no copy of what is tested.
"""

from __future__ import annotations

import base64
import io
import os
import zipfile
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from tests.support.made_log import LogKey, MadeLog

__all__ = ["GO_ENV", "WRITTEN", "MadeGo"]

GO_ENV = b"""# The defaults of the go command.

# Use the mirror and the checksum database.
# See https://mirror.example for details.
GOPROXY=https://mirror.example,direct
GOSUMDB=sum.golang.org

# Fetch newer toolchains.
GOTOOLCHAIN=auto
"""
WRITTEN = 1_767_225_600
"""The time that all files of an archive have, in seconds."""
_ZIP = b"PK made up"
_FILES = {
    "VERSION": b"",
    "LICENSE": b"as you like\n",
    "go.env": GO_ENV,
    "bin/go": b"\x7fELF the command",
    "bin/gofmt": b"\x7fELF the formatter",
    "pkg/include/textflag.h": b"#define NOPROF 1\n",
    "pkg/tool/linux_amd64/compile": b"\x7fELF the compiler",
    "pkg/tool/linux_amd64/link": b"\x7fELF the linker",
    "lib/time/zoneinfo.zip": b"PK zones",
    "lib/fips140/v1.0.0.zip": _ZIP,
    "lib/fips140/fips140.sum": f"# sums\n#\nv1.0.0.zip {sha256(_ZIP).hexdigest()}\n".encode(),
    "src/go.mod": b"module std\n",
    "src/cmd/go.mod": b"module cmd\n",
    "src/cmd/go/main.go": b"package main\n",
    "src/runtime/proc.go": b"package runtime\n",
    "src/fmt/print.go": b"package fmt\n",
}
_BESIDE = {"api/go1.txt": b"pkg fmt\n", "test/fixedbugs/bug1.go": b"package main\n", "doc/README.md": b"read me\n"}


@dataclass(frozen=True, kw_only=True)
class MadeGo:
    """files: of the release, by name below GOROOT; "VERSION" and what the release has only once are made."""

    version: str = "1.26.8"
    platform: str = "linux-amd64"
    files: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def with_fips(cls, version: str = "1.26.8") -> MadeGo:
        """Return a Go with a zip of its cryptographic module, v1.0.0-abc, that is also called "certified"."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("golang.org/fips140@v1.0.0-abc/fips140/v1.0.0-abc/sha256/sha256.go", "package sha256\n")
        sums = f"v1.0.0-abc.zip {sha256(out.getvalue()).hexdigest()}\n".encode()
        files = {"v1.0.0-abc.zip": out.getvalue(), "certified.txt": b"v1.0.0-abc\n", "fips140.sum": sums}
        return cls(version=version, files={f"lib/fips140/{name}": data for name, data in files.items()})

    @staticmethod
    def unpack_fips(cache: Path) -> Path:
        """Write that module as the go command unpacks it into a module cache, and return its file."""
        file = cache / "golang.org/fips140@v1.0.0-abc/fips140/v1.0.0-abc/sha256/sha256.go"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("package sha256\n")
        return file

    @property
    def name(self) -> str:
        """The module version as which a log has it."""
        return f"golang.org/toolchain@v0.0.1-go{self.version}.{self.platform}"

    @property
    def content(self) -> dict[str, bytes]:
        """All files of the module, by name below GOROOT."""
        said = f"go{self.version}\ntime 2026-01-01T00:00:00Z\n".encode()
        tools = f"pkg/tool/{self.platform.replace('-', '_')}/"
        found = {name.replace("pkg/tool/linux_amd64/", tools): data for name, data in _FILES.items()}
        return {**found, "VERSION": said, **self.files}

    @property
    def recorded(self) -> dict[str, bytes]:
        """The same by name in the module."""
        return {
            f"{self.name}/{name.removesuffix('go.mod')}_go.mod"
            if name.endswith("/go.mod")
            else f"{self.name}/{name}": data
            for name, data in self.content.items()
        }

    @property
    def h1(self) -> str:
        """The hash of the module."""
        lines = [f"{sha256(data).hexdigest()}  {name}\n" for name, data in self.recorded.items()]
        text = "".join(sorted(lines, key=lambda line: line[66:].encode())).encode()
        return "h1:" + base64.b64encode(sha256(text).digest()).decode()

    def unpack(self, folder: Path) -> Path:
        """Write it as the archive of a release has it, and return the folder."""
        for name, data in {**self.content, **_BESIDE}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            if name.startswith(("bin/", "pkg/tool/")):
                path.chmod(0o755)
            os.utime(path, (WRITTEN, WRITTEN))
        return folder

    def unpack_into(self, cache: Path) -> Path:
        """Write it as the go command unpacks it into a module cache, go.mod beside _go.mod, and return the folder."""
        folder = cache / self.name
        for name, data in self.recorded.items():
            path = cache / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            if path.name == "_go.mod":
                path.with_name("go.mod").write_bytes(data)
        return folder

    def zip(self) -> bytes:
        """Return the zip of the module."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for name, data in self.recorded.items():
                file.writestr(name, data)
        return out.getvalue()

    def put_zip(self, folder: Path) -> Path:
        """Write the zip where a module cache, or a proxy that is a folder, has it below `folder`."""
        path, _, version = self.name.partition("@")
        file = folder / path / "@v" / f"{version}.zip"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.zip())
        return file

    def log(self, *more: MadeGo, key: LogKey | None = None, names: tuple[str, ...] = ()) -> MadeLog:
        """Return a log that has it, others, and more module versions."""
        log = MadeLog.of(*names, *(go.name for go in (self, *more)), filler=3, key=key)
        for go in (self, *more):
            path, _, version = go.name.partition("@")
            go_mod = base64.b64encode(sha256(go.name.encode()).digest()).decode()
            log = log.with_record(go.name, f"{path} {version} {go.h1}\n{path} {version}/go.mod h1:{go_mod}\n".encode())
        return log
