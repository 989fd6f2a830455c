"""`verify blob` on 1, 100 and 1,000 bundles that are made here, beside cosign on the same files.

    python -m benchmarks.signatures [--counts 1,100,1000] [--runs N] [--cosign-most N]

Each bundle is another file's, keyless, under a made CA, certificate log and transparency log, so that no network is
used. Ours verifies all of them in one process: with our engine alone, and with both. cosign knows one file at a time
and is started once for each: `cosign verify-blob`, and for statements `cosign verify-blob-attestation`; COSIGN names it
where it is not on PATH. Printed: wall time and CPU of the whole process or loop, median of the runs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from benchmarks.measure import Figure, Run, clean_environment, compile_program, median, program, repeat
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, MadeSigstore, statement

__all__ = ["main", "measure_signatures"]

_RUNS = 5
_COUNTS = (1, 100, 1000)
_TARGETS = {1: 0.15, 100: 0.45, 1000: 2.0}
"""Bundles → seconds of CPU, with our engine alone."""
_COSIGN_MOST = 100
_LOOP = """
root=$1 identity=$2 issuer=$3; shift 3
for file in "$@"; do
  "$COSIGN" {verb} --bundle "$file.sigstore.json" --trusted-root "$root" --certificate-identity "$identity" \\
    --certificate-oidc-issuer "$issuer" "$file" >/dev/null 2>&1 || exit 9
done
"""


def make_files(folder: Path, number: int, *, attested: bool = False) -> list[Path]:
    """Write that many files with a bundle beside each, and `trusted_root.json` in the folder above."""
    made = MadeSigstore()
    (folder.parent / "trusted_root.json").write_bytes(made.trusted_root())
    folder.mkdir()
    files = []
    for count in range(number):
        path, data = folder / f"app-{count:04}", b"artifact %d\n" % count
        path.write_bytes(data)
        payload = statement({path.name: sha256(data).hexdigest()}) if attested else b""
        bundle = made.keyless_dsse(payload) if attested else made.keyless_blob(data)
        path.with_name(f"{path.name}.sigstore.json").write_bytes(bundle)
        files.append(path)
    return files


def measure_signatures(
    scratch: Path, counts: Sequence[int] = _COUNTS, *, runs: int = _RUNS, cosign_most: int = _COSIGN_MOST
) -> list[str]:
    """Print what each count costs, and return what was wrong."""
    cosign = os.environ.get("COSIGN") or shutil.which("cosign")
    env = {**clean_environment(scratch / "home"), "HOME": str(scratch / "home"), "COSIGN": cosign or ""}
    wrong: list[str] = []
    for attested, command in ((False, "blob"), (True, "attestation")):
        for number in counts:
            files = make_files(scratch / f"{command}-{number}", number, attested=attested)
            root = scratch / "trusted_root.json"
            print(f"\nverify {command}: {number:,} bundle{'s' * (number != 1)}")
            for engine in ("native", "both"):
                ours: list[str | Path] = [
                    *program(), "verify", command, "--offline", "--engine", engine, "--trusted-root", root,
                    "--identity", GITHUB_IDENTITY, "--issuer", GITHUB_ISSUER, *files,
                ]  # fmt: skip
                done = repeat(runs, ours, env=env)
                target = _TARGETS.get(number) if engine == "native" else None
                wrong += _row(f"ours, {engine}", done, target)
            if cosign is None:
                print("  cosign is not installed: COSIGN names it")
            elif number <= cosign_most:
                verb = "verify-blob-attestation" if attested else "verify-blob"
                loop = _LOOP.format(verb=f"{verb} --type slsaprovenance1" if attested else verb)
                words: list[str | Path] = ["sh", "-c", loop, "sh", root, GITHUB_IDENTITY, GITHUB_ISSUER, *files]
                wrong += _row(f"cosign {verb}, one by one", repeat(runs, words, env=env))
    return wrong


def _row(name: str, done: Sequence[Run], most: float | None = None) -> list[str]:
    """Print wall time and CPU, and return what is wrong: every bundle here is good."""
    wall = Figure(name=f"{name}: wall", measured=round(median([one.wall for one in done]), 3), unit="s")
    cpu = Figure(name=f"{name}: CPU", measured=round(median([one.cpu for one in done]), 3), unit="s", most=most)
    print(f"  {wall.row()}\n  {cpu.row()}", flush=True)
    code = max(one.code for one in done)
    return [f"{name} ended with {code}: {done[0].err.strip()[-300:]}"] if code else []


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; exit code 1 when an answer was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", default=",".join(map(str, _COUNTS)))
    parser.add_argument("--runs", type=int, default=_RUNS)
    parser.add_argument("--cosign-most", type=int, default=_COSIGN_MOST, help="bundles above which cosign is left out")
    chosen = parser.parse_args(arguments)
    compile_program()
    counts = [int(word) for word in chosen.counts.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        wrong = measure_signatures(Path(folder), counts, runs=chosen.runs, cosign_most=chosen.cosign_most)
    for text in wrong:
        print(f"WRONG: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
