"""Open the terminal app on a real project in which one hash was changed: offline, on recorded answers of the log.

Nothing of it stays: project, cache and state lie in a folder that is removed at the end. What follows the file name is
handed on to `supplymatrix tui`, e.g. `--at project` or `--shot FILE.txt`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHANGED = ("github.com/stretchr/testify v1.8.4 h1:CcV", "github.com/stretchr/testify v1.8.4 h1:DcV")
REVIEWED_ON = "2026-11-25"  # the day on which the vendor profiles were reviewed: evidence ages


def write_project(folder: Path) -> Path:
    """Copy the project with its recorded answers, and change one character of one hash in its go.sum."""
    shutil.copytree(HERE / "client-go", folder)
    path = folder / "go.sum"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(*CHANGED, 1), encoding="utf-8")
    return folder


def main() -> int:
    """Open the app; the exit code is its own."""
    with tempfile.TemporaryDirectory(prefix="supplymatrix-") as name:
        scratch = Path(name)
        folder = write_project(scratch / "client-go")
        environ = os.environ | {
            "GOENV": "off",
            "GOMODCACHE": str(scratch / "modcache"),
            "SUPPLYMATRIX_CACHE_DIR": str(scratch / "cache"),
            "SUPPLYMATRIX_STATE_DIR": str(scratch / "state"),
        }
        command = [sys.executable, "-m", "supplymatrix", "tui", ".", "--offline", "--replay", "recorded"]
        command += ["--as-of", REVIEWED_ON, *sys.argv[1:]]
        return subprocess.run(command, cwd=folder, env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
