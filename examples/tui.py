"""Open the terminal app on a real project in which one hash was changed: offline, on recorded answers of the log.

Beside it lie a module cache with two of its modules, one of which was changed on the disk (`d` on the Project screen),
and a compiled program with a copy that says of itself that it was built from other code (`B`); signature and provenance
of the program lie beside it (`A`, `C`), made under a root that `w`, `t` takes from bin/trusted_root.json.

Project, cache and state lie in build/tui, made anew at each start and left at the end, so that a copied link still
opens its place. What the app exports goes to the folder in which it was started. What follows the file name is handed
on to `supplymatrix tui`, e.g. `--at project` or `--shot FILE.txt`.
"""

from __future__ import annotations

import lzma
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRATCH = HERE.parent / "build" / "tui"
CHANGED = ("github.com/stretchr/testify v1.8.4 h1:CcV", "github.com/stretchr/testify v1.8.4 h1:DcV")
SPOILED = ("github.com/docker/go-units@v0.5.0/size.go", b"1000.0", b"1024.0")
"""A file of the module cache, and what is changed in it."""
FORGED = (b"\th1:utOm6", b"\th1:vtOm6")
SIGNED = ("release-order.sigstore.json", "release-order.intoto.jsonl", "trusted_root.json")
REVIEWED_ON = "2026-11-25"  # the day on which the vendor profiles were reviewed: evidence ages


def write_project(folder: Path) -> Path:
    """Copy the project with its recorded answers, and change one character of one hash in its go.sum."""
    shutil.copytree(HERE / "client-go", folder, ignore=shutil.ignore_patterns("proxy"))
    path = folder / "go.sum"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(*CHANGED, 1), encoding="utf-8")
    return folder


def write_programs(folder: Path) -> None:
    """Put a program, what is signed of it and a forged copy below a project, and the log's answers about it beside the
    recorded ones."""
    recorded = HERE / "programs" / "recorded" / "http"
    for file in recorded.rglob("*"):
        target = folder / "recorded" / "http" / file.relative_to(recorded)
        if file.is_file() and not target.exists():  # the head stays that of the project's own answers
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    data = lzma.decompress((HERE / "programs" / "release-order.xz").read_bytes())
    (folder / "bin").mkdir()
    (folder / "bin" / "release-order").write_bytes(data)
    (folder / "bin" / "release-order-forged").write_bytes(data.replace(*FORGED))
    for name in SIGNED:
        shutil.copyfile(HERE / "signed" / name, folder / "bin" / name)


def fill_cache(cache: Path) -> None:
    """Fill a module cache with two modules of the project, and change one of them where it was unpacked."""
    download = cache / "cache" / "download"
    shutil.copytree(HERE / "client-go" / "proxy", download, dirs_exist_ok=True)
    for file in download.rglob("*.zip"):
        with zipfile.ZipFile(file) as archive:
            archive.extractall(cache)
    name, old, new = SPOILED
    (cache / name).write_bytes((cache / name).read_bytes().replace(old, new, 1))


def main() -> int:
    """Open the app; the exit code is its own."""
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir(parents=True)
    folder = write_project(SCRATCH / "client-go")
    write_programs(folder)
    fill_cache(SCRATCH / "modcache")
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
