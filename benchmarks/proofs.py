"""Committed proofs, tried on a whole project: what the file weighs, what a check with it costs, and what it refuses.

Every check here runs with sockets blocked, on a machine (cache, trusted head) of its own that has never seen the log.
"""

from __future__ import annotations

import difflib
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import hugo
from benchmarks.measure import REPO, clean_environment, median, program, repeat, run
from benchmarks.run import Bench
from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError

__all__ = ["measure_proofs", "measure_proofs_of_hugo"]

_RUNS = 5
_CHANGES = 200
_CLIENT = REPO / "examples" / "client-go"
_PROOF = "go.sum.proof"
_BLOCKED = """\
import socket

def refuse(*arguments, **named):
    raise AssertionError("a socket was wanted")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""


def measure_proofs(bench: Bench) -> None:
    """The recorded project of the demo."""
    print("\nproofs of a recorded project")
    folder = bench.scratch / "client"
    folder.mkdir()
    for name in ("go.mod", "go.sum", "lift.toml"):
        shutil.copy(_CLIENT / name, folder / name)
    _measure(bench, folder, "--replay", str(_CLIENT / "recorded"))


def measure_proofs_of_hugo(bench: Bench) -> None:
    """hugo's go.sum, over the network. Raises NotRunError without one."""
    print(f"\nproofs of {hugo.MODULE}")
    hugo.find_log()
    _measure(bench, hugo.fetch_project(bench.scratch))


def _measure(bench: Bench, folder: Path, *options: str) -> None:
    environ = clean_environment(bench.scratch / "maker")
    command = [*program(), "prove", folder.name, *options]
    bench.command(command)
    done = run(command, env=environ, cwd=folder.parent)
    bench.expect(holds=done.code == 0, what=f"prove ended with {done.code}: {(done.err or done.out).strip()[-200:]}")
    proof = folder / _PROOF
    if not proof.is_file():
        return
    bench.note(f"{folder.name}: {_PROOF}", round(proof.stat().st_size / 1000), "kB")
    _measure_blocked(bench, folder)
    _expect_changes_refused(bench, folder)
    _expect_one_place(bench, folder, environ, options)


def _measure_blocked(bench: Bench, folder: Path) -> None:
    """A check where any use of a socket ends the program, where no cache and no head are."""
    site = bench.scratch / "blocked"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(_BLOCKED)
    environ = clean_environment(bench.scratch / "reader") | {"PYTHONPATH": str(site)}
    command = [*program(), "check", folder.name, "--offline"]
    runs = repeat(_RUNS, command, env=environ, cwd=folder.parent)
    holds = all(done.code == 0 and "lines proven" in done.out for done in runs)
    bench.expect(holds=holds, what=f"{folder.name}: a check with sockets blocked ended with {runs[0].code}")
    cpu = median([done.cpu for done in runs])
    bench.note(f"{folder.name}: check with sockets blocked, 0 requests: CPU", cpu, "s", 0.6)


def _expect_changes_refused(bench: Bench, folder: Path) -> None:
    """Each of many changes of one byte must be an alarm or broken input; never a pass, never merely unknown."""
    proof = folder / _PROOF
    good = proof.read_bytes()
    chance = random.Random(169)  # noqa: S311 - a seed, so that two runs try the same bytes
    means = Means(environ=clean_environment(bench.scratch / "changed"), now=datetime.now(UTC), offline=True)
    request = CheckRequest(paths=(folder,), means=means)
    refused = 0
    for _ in range(_CHANGES):
        at, byte = chance.randrange(len(good)), chance.randrange(1, 256)
        proof.write_bytes(good[:at] + bytes([good[at] ^ byte]) + good[at + 1 :])
        try:
            code = run_survey(request).exit_code
        except InputError:
            code = 2
        refused += code in (2, 4)
        bench.expect(holds=code in (2, 4), what=f"{folder.name}: byte {at} changed, and exit {code}")
    proof.write_bytes(good)
    bench.note(f"{folder.name}: changes of one byte refused, of {_CHANGES}", refused, "")


def _expect_one_place(bench: Bench, folder: Path, environ: dict[str, str], options: tuple[str, ...]) -> None:
    """One more module version must change one place of the file, and take one line of the old text away."""
    go_sum, proof = folder / "go.sum", folder / _PROOF
    whole, all_proven = go_sum.read_text(encoding="utf-8"), proof.read_bytes()
    lines = whole.splitlines(keepends=True)
    module = " ".join(lines[len(lines) // 2].split()[:2]).removesuffix("/go.mod")
    go_sum.write_text("".join(line for line in lines if not line.startswith((f"{module} ", f"{module}/"))))
    command = [*program(), "prove", "--update", folder.name, *options]
    without = run(command, env=environ, cwd=folder.parent)
    before = proof.read_bytes()
    go_sum.write_text(whole)
    again = run(command, env=environ, cwd=folder.parent)
    after = proof.read_bytes()
    bench.expect(holds=without.code == again.code == 0, what=f"{folder.name}: prove --update ended with {again.code}")
    bench.expect(holds=after == all_proven, what=f"{folder.name}: prove --update did not lead back to the same bytes")
    old, new = before.decode().splitlines(), after.decode().splitlines()
    places = [
        code for code in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if code[0] != "equal"
    ]
    gone = sum(code[2] - code[1] for code in places)
    bench.expect(holds=gone <= 1, what=f"{folder.name}: one more module version changed {gone} lines of the old text")
    bench.note(f"{folder.name}: lines that one more module version adds", len(new) - len(old) + gone, "")
