"""Compiled programs: what `verify binary` costs on a large one, beside syft and `go version -m` on the same file.

    python -m benchmarks.programs [FILE…] [--runs N] [--peer-dir DIR] [--image]

Without a FILE, cosign is built by the go command, which has to have its modules. Ours is asked offline, so that the
figure is that of reading: build info, packages, settings and SHA-256 of the file; no module is proven then, and that is
said. --image: the same program in an image of one packed layer, too. Peers are those on PATH, or in DIR.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.hugo import NotRunError
from benchmarks.measure import Run, clean_environment, compile_program, median, program, repeat, run

if TYPE_CHECKING:
    from benchmarks.run import Bench

__all__ = ["PROGRAM", "build_program", "main", "measure_programs"]

PROGRAM = "github.com/sigstore/cosign/v2/cmd/cosign@v2.6.1"
_RUNS = 5
_AFTER_START = 0.25
"""Seconds of CPU that a program may take beyond a folder in which there is none."""


def build_program(scratch: Path) -> Path:
    """Return a large program, built now. Raises NotRunError."""
    if shutil.which("go") is None:
        raise NotRunError("go is not installed")
    folder = scratch / "bin"
    environ = {**os.environ, "GOBIN": str(folder), "GOFLAGS": "-mod=mod"}
    done = run(["go", "install", PROGRAM], env=environ, cwd=scratch)
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    if done.code or not found:
        raise NotRunError(f"{PROGRAM} cannot be built: {done.err.strip()[-200:]}")
    return found[0]


def measure_programs(bench: Bench, files: Sequence[Path], *, runs: int = _RUNS, with_image: bool = False) -> None:
    """Measure each program, and the peers that there are."""
    for file in files:
        size = file.stat().st_size / 1e6
        print(f"\nthe program {file.name}, {size:,.0f} MB")
        _measure_ours(bench, file, runs)
        for name, command in _peers(file).items():
            _measure_peer(bench, name, command, runs)
        if with_image:
            image = _image_of(file, bench.scratch)
            _measure_peer(bench, "ours, in an image of one gzip layer", [*_ours(image)], runs)


def _ours(file: Path) -> list[str | Path]:
    return [*program(), "verify", "binary", file, "--offline", "--quiet"]


def _measure_ours(bench: Bench, file: Path, runs: int) -> None:
    environ = clean_environment(bench.scratch / "home")
    bench.command(_ours(file))
    told = run([*_ours(file), "--format", "json"], env=environ)
    document = json.loads(told.out) if told.out else {"programs": []}
    first = document["programs"][0] if document["programs"] else {"modules": [], "packages": None, "sha256": ""}
    right = first["sha256"] == _sha256(file) and bool(first["modules"])
    bench.expect(holds=right, what=f"{file.name} was not read: exit {told.code}")
    unproven = not any(module["state"] == "proven" for module in first["modules"])
    bench.expect(holds=unproven and told.code == 3, what=f"{file.name}: something was proven without a log")
    print(f"  ({len(first['modules'])} modules, {len(first['packages'] or ())} packages)")
    done = repeat(runs, _ours(file), env=environ)
    (bench.scratch / "empty").mkdir(exist_ok=True)
    start = repeat(runs, _ours(bench.scratch / "empty"), env=environ)
    _note(bench, "ours", done)
    more = median([one.cpu for one in done]) - median([one.cpu for one in start])
    bench.note("ours: CPU after start", more, "s", _AFTER_START)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _measure_peer(bench: Bench, name: str, command: Sequence[str | Path], runs: int) -> None:
    bench.command(command)
    _note(bench, name, repeat(runs, command, env=clean_environment(bench.scratch / "home")))


def _note(bench: Bench, name: str, done: Sequence[Run]) -> None:
    bench.note(f"{name}: wall", median([one.wall for one in done]), "s")
    bench.note(f"{name}: CPU", median([one.cpu for one in done]), "s")
    bench.note(f"{name}: memory", max(one.memory for one in done), "MiB")


def _peers(file: Path) -> dict[str, list[str | Path]]:
    found: dict[str, list[str | Path]] = {}
    if (syft := shutil.which("syft")) is not None:
        found["syft"] = [syft, "scan", f"file:{file}", "-q", "-o", "json"]
    if (go := shutil.which("go")) is not None:
        found["go version -m"] = [go, "version", "-m", "-json", file]
    return found


def _image_of(file: Path, scratch: Path) -> Path:
    """Return an image layout in a tar file that has a program in its only layer."""
    layer = scratch / "layer.tar.gz"
    with tarfile.open(layer, "w:gz", compresslevel=6) as archive:
        archive.add(file, "usr/bin/program")
    files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}
    config = _blob(files, b'{"os":"linux","architecture":"amd64"}')
    kind, digest = "application/vnd.oci.image.layer.v1.tar+gzip", f"sha256:{_sha256(layer)}"
    rows = [{"mediaType": kind, "digest": digest}]
    manifest = _blob(files, json.dumps({"config": {"digest": config}, "layers": rows}).encode())
    files["index.json"] = json.dumps({"manifests": [{"digest": manifest}]}).encode()
    out = scratch / "image.tar"
    with tarfile.open(out, "w") as archive:
        archive.add(layer, f"blobs/{digest.replace(':', '/')}")
        for path, data in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out


def _blob(files: dict[str, bytes], data: bytes) -> str:
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    files[f"blobs/{digest.replace(':', '/')}"] = data
    return digest


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line names."""
    from benchmarks.run import Bench

    parser = argparse.ArgumentParser(prog="python -m benchmarks.programs")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--runs", type=int, default=_RUNS)
    parser.add_argument("--peer-dir", type=Path)
    parser.add_argument("--image", action="store_true")
    asked = parser.parse_args(arguments)
    if asked.peer_dir is not None:
        os.environ["PATH"] = f"{asked.peer_dir.resolve()}{os.pathsep}{os.environ.get('PATH', '')}"
    compile_program()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        try:
            files = asked.files or [build_program(bench.scratch)]
        except NotRunError as err:
            print(f"not run: {err}")
            return 0
        measure_programs(bench, files, runs=asked.runs, with_image=asked.image)
    return 1 if bench.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
