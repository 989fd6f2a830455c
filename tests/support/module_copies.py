"""A module cache with all that the go command keeps of a module, a log that has its hashes, and a project that uses it.

ground = CopiesGround(tmp_path)
ground.folder(A)                        # where A is unpacked
ground.write_project("svc")             # requires all modules, pins the log's recording
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.module import ModuleVersion
from tests.support.made_log import MadeLog, module_of, write_project, write_recording
from tests.support.module_cache import go_mod_hash

__all__ = ["A", "B", "CopiesGround", "packed"]

A, B = "example.com/Up/a@v1.0.0", "example.com/b@v1.2.0"
FILES: Mapping[str, bytes] = {
    "go.mod": b"module example.com/Up/a\n",
    "a.go": b"package a\n\nfunc F() int { return 1 }\n",
    "internal/x/x.go": b"package x\n",
    "testdata/large.bin": bytes(range(256)) * 3000,
    "LICENSE": b"a licence\n",
}


@lru_cache(maxsize=8)
def _made(name: str) -> tuple[dict[str, bytes], bytes, str]:
    """Return the files of a module, its zip and their h1."""
    files = {**FILES, "go.mod": f"module {module_of(name).path}\n".encode()}
    data = packed(name, files)
    return files, data, hash_zip(BytesAt(data))


@lru_cache(maxsize=1)
def _log() -> MadeLog:
    log = MadeLog.of(A, B, filler=5)
    for name in (A, B):
        files, _, h1 = _made(name)
        spaced, go_mod = name.replace("@", " "), go_mod_hash(files["go.mod"].decode())
        log = log.with_record(name, f"{spaced} {h1}\n{spaced}/go.mod {go_mod}\n".encode())
    return log


def packed(name: str, files: Mapping[str, bytes]) -> bytes:
    """Return a module zip, the same for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, data in files.items():
            archive.writestr(zipfile.ZipInfo(f"{name}/{file}"), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class CopiesGround:
    """cache: the module cache; log: has both modules; hashes: h1 of each zip."""

    def __init__(self, root: Path) -> None:
        self.root, self.cache = root, root / "home" / "go" / "pkg" / "mod"
        self.log = _log()
        self.hashes = {name: _made(name)[2] for name in (A, B)}
        for name in (A, B):
            self._lay(name)

    def _lay(self, name: str) -> None:
        files, data, h1 = _made(name)
        for file, content in files.items():
            (self.folder(name) / file).parent.mkdir(parents=True, exist_ok=True)
            (self.folder(name) / file).write_bytes(content)
        self.file(name, ".zip").parent.mkdir(parents=True, exist_ok=True)
        self.file(name, ".zip").write_bytes(data)
        self.file(name, ".ziphash").write_text(h1)
        self.file(name, ".mod").write_bytes(files["go.mod"])

    def folder(self, name: str) -> Path:
        """Return where a module is unpacked."""
        module = module_of(name)
        return self.cache / f"{module.escaped_path}@{module.escaped_version}"

    def file(self, name: str, ending: str) -> Path:
        """Return where a file of a module lies in the download cache."""
        module: ModuleVersion = module_of(name)
        return self.cache / "cache" / "download" / module.escaped_path / "@v" / f"{module.escaped_version}{ending}"

    @property
    def recording(self) -> Path:
        """Return a folder with the log's answers."""
        return write_recording(self.root / "recorded", self.log.answers())

    def write_project(self, *names: str, go_sum: str | None = None, private: tuple[str, ...] = ()) -> Path:
        """Write a project that requires modules, both when none is named, and return its folder."""
        return write_project(self.root / "svc", self.log, "", names or (A, B), go_sum=go_sum, private=private)
