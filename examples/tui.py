"""Open the terminal app on a real project in which one hash was changed: offline, on recorded answers of the log.

Project, cache and state lie in build/tui, made anew at each start and left at the end, so that a copied link still
opens its place. What the app exports goes to the folder in which it was started. What follows the file name is handed
on to `supplymatrix tui`, e.g. `--at project` or `--shot FILE.txt`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRATCH = HERE.parent / "build" / "tui"
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
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir(parents=True)
    folder = write_project(SCRATCH / "client-go")
    environ = os.environ | {
        "GOENV": "off",
        "GOMODCACHE": str(SCRATCH / "modcache"),
        "SUPPLYMATRIX_CACHE_DIR": str(SCRATCH / "cache"),
        "SUPPLYMATRIX_STATE_DIR": str(SCRATCH / "state"),
    }
    named = Path(os.path.relpath(folder))
    command = [sys.executable, "-m", "supplymatrix", "tui", str(named), "--offline"]
    command += ["--replay", str(named / "recorded"), "--as-of", REVIEWED_ON, *sys.argv[1:]]
    return subprocess.run(command, env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
