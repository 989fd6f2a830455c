"""A project whose modules have known vulnerabilities: its proxy is a folder, its database is made, nothing is asked
of anybody.

    world = World(tmp_path)
    world.advise("X-1", "a", "1.2.0")
    plan = world.plan()
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from supplymatrix.engine.fix_plan import FixRequest, plan_fixes
from supplymatrix.engine.means import Means
from supplymatrix.model.fix_plan import FixPlan
from tests.support.machine import NOW

__all__ = ["MAIN", "World"]

MAIN = """module example.com/svc

go 1.24.0

require (
\texample.com/a v1.0.0
\texample.com/b v1.0.0
\texample.com/c v1.0.0
\texample.com/d v1.0.0
\texample.com/e v1.0.0
)
"""
_MODULES: Mapping[str, Sequence[str]] = {
    "a@v1.0.0": (), "a@v1.1.0": ("b v1.2.0",), "b@v1.0.0": (), "b@v1.2.0": (), "c@v1.0.0": (), "d@v1.0.0": (),
    "d@v1.0.1": (), "d@v1.0.3": (), "e@v1.0.0": (), "e@v1.1.0": ("f v1.0.0",), "f@v1.0.0": (), "f@v1.0.2": (),
}  # fmt: skip
_ADVISORIES = (
    ("A-1", "a", "1.1.0"), ("B-1", "b", "1.2.0"), ("C-1", "c", ""), ("D-1", "d", "1.0.1"), ("D-2", "d", "1.0.3"),
    ("E-1", "e", "1.1.0"), ("F-1", "f", "1.0.2"),
)  # fmt: skip


class World:
    """A project, a proxy that is a folder, a database and an empty module cache."""

    def __init__(self, folder: Path) -> None:
        self.project, self.proxy, self.database = folder / "svc", folder / "proxy", folder / "db"
        self.environ = {
            "HOME": str(folder), "GOPROXY": self.proxy.as_uri(), "GOMODCACHE": str(folder / "modcache"),
            "GOENV": "off", "GONOSUMDB": "*", "GONOSUMCHECK": "1", "GOFLAGS": "-mod=mod -modcacherw",
            "GOTOOLCHAIN": "local", "GOSUMDB": "off", "PATH": "",
            "SUPPLYMATRIX_CACHE_DIR": str(folder / "cache"), "SUPPLYMATRIX_STATE_DIR": str(folder / "state"),
        }  # fmt: skip
        for name, requires in _MODULES.items():
            self.publish(name, requires)
        self.database.mkdir()
        for advisory in _ADVISORIES:
            self.advise(*advisory)
        self.project.mkdir()
        self.write(MAIN)

    def write(self, go_mod: str) -> None:
        (self.project / "go.mod").write_text(go_mod, encoding="utf-8")
        names = [word for word in "abcde" if f"example.com/{word} " in go_mod]
        imports = "".join(f'import _ "example.com/{word}"\n' for word in names)
        (self.project / "main.go").write_text(f"package main\n\n{imports}\nfunc main() {{}}\n", encoding="utf-8")

    def publish(self, name: str, requires: Sequence[str], go: str = "1.21") -> None:
        """Put a module version into the proxy. It takes packages of all that it requires but "f"."""
        path, _, version = name.partition("@")
        folder = self.proxy / "example.com" / path / "@v"
        folder.mkdir(parents=True, exist_ok=True)
        text = f"module example.com/{path}\n\ngo {go}\n"
        text += "".join(f"\nrequire example.com/{required}\n" for required in requires)
        imports = "".join(
            f'import _ "example.com/{required.split()[0]}"\n' for required in requires if required[0] != "f"
        )
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr(f"example.com/{path}@{version}/go.mod", text)
            archive.writestr(f"example.com/{path}@{version}/{path}.go", f"package {path}\n\n{imports}")
        (folder / f"{version}.zip").write_bytes(held.getvalue())
        (folder / f"{version}.mod").write_text(text, encoding="utf-8")
        info = json.dumps({"Version": version, "Time": "2026-01-02T03:04:05Z"})
        (folder / f"{version}.info").write_text(info, encoding="utf-8")

    def advise(self, name: str, module: str, fixed: str) -> None:
        """Put an entry into the database."""
        events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
        entry = {
            "id": f"EX-{name}",
            "modified": "2026-11-01T00:00:00Z",
            "published": "2026-11-01T00:00:00Z",
            "summary": f"made up for {module}",
            "affected": [
                {
                    "package": {"ecosystem": "Go", "name": module if module == "stdlib" else f"example.com/{module}"},
                    "ranges": [{"type": "SEMVER", "events": events}],
                }
            ],
        }
        (self.database / f"EX-{name}.json").write_text(json.dumps(entry), encoding="utf-8")

    def plan(self, *advisories: str, offline: bool = False, **settings: str) -> FixPlan:
        means = Means(environ={**self.environ, **settings}, now=NOW, offline=offline)
        request = FixRequest(
            path=self.project, means=means, databases=(self.database,), everything=True, advisories=advisories
        )
        return plan_fixes(request)
