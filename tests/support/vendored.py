"""A project with a vendor/ folder, its modules in a made log and as zips for a cache or a proxy.

made = MadeVendor(tmp_path / "svc", {"example.com/a@v1.0.0": {"a.go": "package a\\n"}})
made.write({"example.com/a/a.go": "package a\\n"}, "# example.com/a v1.0.0\\n## explicit\\nexample.com/a\\n")
with made.server() as server: ...
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.sources.zip_digest import zip_path
from tests.support.log_server import LogServer
from tests.support.made_log import MadeLog, made_hash, module_of, write_project

__all__ = ["MadeVendor", "module_zip"]


def module_zip(name: str, files: Mapping[str, str]) -> bytes:
    """Return the zip of "path@version"."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{name}/{file}"), text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


class MadeVendor:
    """modules: "path@version" → its files. The log has the hashes of their zips; the proxy serves them."""

    def __init__(self, folder: Path, modules: Mapping[str, Mapping[str, str]]) -> None:
        self.folder = folder
        self.names = list(modules)
        self.zips = {name: module_zip(name, files) for name, files in modules.items()}
        self.log = MadeLog.of(*modules, filler=3)
        for name, data in self.zips.items():
            module, h1 = module_of(name), hash_zip(BytesAt(data))
            lines = f"{module.path} {module.version} {h1}\n"
            lines += f"{module.path} {module.version}/go.mod {made_hash(name, go_mod=True)}\n"
            self.log = self.log.with_record(name, lines.encode())

    @property
    def vendor(self) -> Path:
        """The folder that is verified."""
        return self.folder / "vendor"

    def server(self, zips: Mapping[str, bytes] | None = None) -> LogServer:
        """Return a server of the log that is a proxy, too. zips: instead of the true ones."""
        files = {}
        for name, data in (self.zips if zips is None else zips).items():
            module = module_of(name)
            files[f"{module.escaped_path}/@v/{module.escaped_version}.zip"] = data
        return LogServer({**self.log.answers(), **files})

    def fill(self, cache: Path, zips: Mapping[str, bytes] | None = None) -> None:
        """Put zips into a module cache."""
        for name, data in (self.zips if zips is None else zips).items():
            path = zip_path(cache, module_of(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def write(
        self,
        url: str,
        files: Mapping[str, str],
        modules_txt: str | None,
        *,
        policy: str = "",
        private: Sequence[str] = (),
        go_mod: str = "",
        go_sum: str | None = None,
    ) -> Path:
        """Write the project, and return it. url: of the log; files: below vendor/; go_mod: instead of the usual one."""
        write_project(self.folder, self.log, url, self.names, policy=policy, private=private, go_sum=go_sum)
        if go_mod:
            (self.folder / "go.mod").write_text(go_mod)
        for name, text in files.items():
            (self.vendor / name).parent.mkdir(parents=True, exist_ok=True)
            (self.vendor / name).write_text(text)
        if modules_txt is not None:
            (self.vendor / "modules.txt").write_text(modules_txt)
        return self.folder
