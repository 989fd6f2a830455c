"""What `go mod verify`, `supplymatrix check` and `supplymatrix verify cache` say to the same tampering, side by side.

    python -m benchmarks.tampering [--json FILE]

Each row is a fresh copy of examples/mux-service with a module cache of its own; something in it is changed, and both
are asked in the same folder and environment, offline. The go command finds the checksum log's recorded answers in its
proxy folder and trusts the head recorded with them, so it could ask the log; it does not. The exit code is 0 when
supplymatrix answers every tampering with a non-zero code and the rule that names it, and finds nothing where nothing
was changed. What it does not look at yet must at least be told as a gap; such a row does not count as caught. Without
Go its column stays empty, and ours is held to the same.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import shutil
import sys
import tempfile
import textwrap
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.measure import REPO, program, run

SERVICE = REPO / "examples" / "mux-service"
MODULE, VERSION = "github.com/gorilla/mux", "v1.8.0"
_LOG = "sum.golang.org"
_WIDTHS = (40, 38, 36, 36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One copy to tamper with. project: the service; downloads: the module's files in Go's cache; unpacked: its folder;
    environ: for both programs."""

    project: Path
    downloads: Path
    unpacked: Path
    environ: dict[str, str]

    @property
    def go_sum(self) -> Path:
        """The service's go.sum."""
        return self.project / "go.sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tampering:
    """What is done to a copy. rule: that must answer, "" where nothing was changed; code: that it must end with.
    cache_code: that `verify cache` must end with, None = whatever it is.

    may_be_gap: exit 3 with the rule undecided will do too, for now.
    """

    name: str
    do: Callable[[Ground], None]
    rule: str
    code: int
    cache_code: int | None = None
    may_be_gap: bool = False


class Outcome(StrEnum):
    """What our answer to a tampering is worth."""

    CLEAN = "nothing found"
    CAUGHT = "caught"
    GAP = "not looked at, and said so"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What all said. go_code: None without Go; found, unknown: ids of rules that failed or could not be decided. named:
    what `verify cache` calls different."""

    tampering: str
    go_code: int | None
    go_words: str
    code: int
    found: tuple[str, ...]
    unknown: tuple[str, ...]
    outcome: Outcome
    cache_code: int
    named: tuple[str, ...]


def _nothing(ground: Ground) -> None:
    del ground


def _change_hash(key: str) -> Callable[[Ground], None]:
    def do(ground: Ground) -> None:
        _rewrite_line(ground.go_sum, key, lambda h: h[:3] + ("A" if h[3] != "A" else "B") + h[4:])

    return do


def _delete_go_sum(ground: Ground) -> None:
    ground.go_sum.unlink()


def _edit_folder(ground: Ground) -> None:
    file = ground.unpacked / "mux.go"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes() + b'\nfunc init() { println("owned") }\n')


def _change_zip(ground: Ground) -> None:
    """Change one byte of a file in the zip, so that it is still a zip with right checksums."""
    path = ground.downloads / f"{VERSION}.zip"
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = f"{MODULE}@{VERSION}/mux.go"
    files[name] = files[name].replace(b"2012", b"2013", 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, data in files.items():
            archive.writestr(file, data)


def _add_file(ground: Ground) -> None:
    (ground.unpacked / "more.go").write_bytes(b"package mux\n")


def _delete_file(ground: Ground) -> None:
    (ground.unpacked / "LICENSE").unlink()


def _change_mod(ground: Ground) -> None:
    path = ground.downloads / f"{VERSION}.mod"
    path.write_bytes(path.read_bytes() + b"\nrequire example.com/evil v1.0.0\n")


def _change_ziphash(ground: Ground) -> None:
    path = ground.downloads / f"{VERSION}.ziphash"
    path.write_text(path.read_text(encoding="ascii")[:-3] + "AA=", encoding="ascii")


def _edit_and_cover_up(ground: Ground) -> None:
    """Edit the folder, remove the zip, and make everything that the go command compares say the same."""
    _edit_folder(ground)
    evil = _hash_folder(ground.unpacked)
    (ground.downloads / f"{VERSION}.zip").unlink()
    (ground.downloads / f"{VERSION}.ziphash").write_text(evil, encoding="ascii")
    _rewrite_line(ground.go_sum, _ZIP_LINE, lambda _: evil)


_ZIP_LINE, _MOD_LINE = f"{MODULE} {VERSION} ", f"{MODULE} {VERSION}/go.mod "
TAMPERINGS = (
    Tampering(name="nothing (to compare with)", do=_nothing, rule="", code=0, cache_code=0, may_be_gap=True),
    Tampering(
        name="hash of the module's files changed in go.sum",
        do=_change_hash(_ZIP_LINE),
        rule="SM110",
        code=4,
        cache_code=4,
    ),
    Tampering(
        name="hash of its go.mod changed in go.sum", do=_change_hash(_MOD_LINE), rule="SM110", code=4, cache_code=4
    ),
    Tampering(name="go.sum deleted", do=_delete_go_sum, rule="SM101", code=1, cache_code=1),
    Tampering(
        name="file edited in the module cache's folder",
        do=_edit_folder,
        rule="SM112",
        code=4,
        cache_code=4,
        may_be_gap=True,
    ),
    Tampering(
        name="the same, zip removed, .ziphash and go.sum rewritten to match",
        do=_edit_and_cover_up,
        rule="SM110",
        code=4,
        cache_code=4,
    ),
    Tampering(name="one byte changed in its zip", do=_change_zip, rule="SM112", code=4, cache_code=4),
    Tampering(name="file added to its folder", do=_add_file, rule="SM112", code=4, cache_code=4),
    Tampering(name="file deleted from its folder", do=_delete_file, rule="SM112", code=4, cache_code=4),
    Tampering(name="its go.mod changed in the cache", do=_change_mod, rule="SM112", code=4, cache_code=4),
    Tampering(name="its .ziphash changed", do=_change_ziphash, rule="SM112", code=4, cache_code=4),
)


def _rewrite_line(path: Path, key: str, change: Callable[[str], str]) -> None:
    """Replace the hash of the go.sum line that begins with `key`."""
    lines = path.read_text(encoding="utf-8").split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(key))
    lines[at] = key + change(lines[at].removeprefix(key))
    path.write_text("\n".join(lines), encoding="utf-8")


def _hash_folder(folder: Path) -> str:
    """Return the h1 that the go command would compute for an unpacked module; written here, apart from our own."""
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {MODULE}@{VERSION}/{file.relative_to(folder).as_posix()}\n"
        for file in folder.rglob("*")
        if file.is_file()
    ]
    lines.sort(key=lambda line: line[66:].encode())
    return "h1:" + base64.b64encode(hashlib.sha256("".join(lines).encode()).digest()).decode()


def lay_ground(scratch: Path) -> Ground:
    """Copy the service, and lay out what `go mod download` would: the log's files, a trusted head, a module cache."""
    project, proxy, cache = scratch / "service", scratch / "proxy", scratch / "modcache"
    shutil.copytree(SERVICE, project, ignore=shutil.ignore_patterns("proxy"))
    shutil.copytree(SERVICE / "proxy", proxy)
    shutil.copytree(SERVICE / "recorded" / "http", proxy / "sumdb" / _LOG)
    saved_head = scratch / "gopath" / "pkg" / "sumdb" / _LOG / "latest"
    saved_head.parent.mkdir(parents=True)
    shutil.copy(SERVICE / "recorded" / "http" / "latest", saved_head)
    downloads = cache / "cache" / "download" / MODULE / "@v"
    shutil.copytree(SERVICE / "proxy" / MODULE / "@v", downloads)
    with zipfile.ZipFile(downloads / f"{VERSION}.zip") as archive:
        archive.extractall(cache)
    unpacked = cache / f"{MODULE}@{VERSION}"
    (downloads / f"{VERSION}.ziphash").write_text(_hash_folder(unpacked), encoding="ascii")
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ = keep | {
        "GOENV": "off",
        "GOFLAGS": "-modcacherw",
        "GOMODCACHE": str(cache),
        "GOPATH": str(scratch / "gopath"),
        "GOPROXY": proxy.as_uri(),
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "NO_COLOR": "1",
        "SUPPLYMATRIX_CACHE_DIR": str(scratch / "cache"),
        "SUPPLYMATRIX_STATE_DIR": str(scratch / "state"),
    }
    return Ground(project=project, downloads=downloads, unpacked=unpacked, environ=environ)


def try_one(tampering: Tampering, go: str | None) -> Row:
    """Do one tampering in a fresh copy and ask both."""
    with tempfile.TemporaryDirectory() as name:
        ground = lay_ground(Path(name).resolve())
        tampering.do(ground)
        ours = run(
            [*program(), "check", ".", "--replay", "recorded", "--format", "json"],
            env=ground.environ,
            cwd=ground.project,
        )
        cache = run(
            [*program(), "verify", "cache", ".", "--replay", "recorded", "--format", "json"],
            env=ground.environ,
            cwd=ground.project,
        )
        said = run([go, "mod", "verify"], env=ground.environ, cwd=ground.project) if go else None
    found, unknown = _rules(ours.out)
    outcome = _weigh(tampering, ours.code, found, unknown)
    is_wrong = tampering.cache_code not in (None, cache.code)
    return Row(
        tampering=tampering.name,
        go_code=said.code if said else None,
        go_words=_short((said.out + said.err).replace(name, "")) if said else "go is not installed here",
        code=ours.code,
        found=found,
        unknown=unknown,
        outcome=Outcome.WRONG if is_wrong else outcome,
        cache_code=cache.code,
        named=_named(cache.out),
    )


def _weigh(tampering: Tampering, code: int, found: tuple[str, ...], unknown: tuple[str, ...]) -> Outcome:
    if not tampering.rule:
        clean = not found and (code == 0 or (tampering.may_be_gap and code == 3))
        return Outcome.CLEAN if clean else Outcome.WRONG
    if code == tampering.code and tampering.rule in found:
        return Outcome.CAUGHT
    return Outcome.GAP if tampering.may_be_gap and code == 3 and tampering.rule in unknown else Outcome.WRONG


def _short(text: str, most: int = 80) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 1] + "…"


def _rules(report: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the rules that a JSON report names: with a finding, and undecided."""
    try:
        document = json.loads(report)
    except ValueError:
        return (), ()
    both = ([item["rule"] for item in document[key]] for key in ("findings", "unknown"))
    found, unknown = (tuple(sorted(set(rules))) for rules in both)
    return found, unknown


def _named(report: str) -> tuple[str, ...]:
    """Return what a report of `verify cache` calls different: copies, with the files, and lines of go.sum."""
    try:
        document = json.loads(report)
    except ValueError:
        return ()
    differing = [copy for copy in document["copies"] if copy["state"] == "differs"]
    copies = [f"{c['kind']}{''.join(' ' + f['file'] for f in c['differences'][:2])}" for c in differing]
    return (*copies, *(f"go.sum:{line['line']}" for line in document["go_sum"]))


def _print(rows: Sequence[Row]) -> None:
    _print_cells(("tampering", "go mod verify", "supplymatrix check", "supplymatrix verify cache"))
    _print_cells(tuple("-" * width for width in _WIDTHS))
    for row in rows:
        go = row.go_words if row.go_code is None else f"rc {row.go_code}: {row.go_words}"
        rules = [*row.found, *(f"{rule} not checked" for rule in row.unknown)]
        ours = f"exit {row.code}: {', '.join(rules) or 'no finding'}"
        cache = f"exit {row.cache_code}: {', '.join(row.named) or 'nothing named'}"
        _print_cells((row.tampering, go, f"{ours} · {row.outcome}", cache))


def _print_cells(cells: tuple[str, ...]) -> None:
    columns = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, _WIDTHS, strict=True)]
    for at in range(max(map(len, columns))):
        parts = [column[at] if at < len(column) else "" for column in columns]
        print("  ".join(part.ljust(width) for part, width in zip(parts, _WIDTHS, strict=True)).rstrip())


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 0 when every tampering is caught."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to FILE as well")
    options = parser.parse_args(arguments)
    go = shutil.which("go")
    rows = [try_one(tampering, go) for tampering in TAMPERINGS]
    _print(rows)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    tampered = [row for row in rows if row.outcome is not Outcome.CLEAN]
    print()
    if go is None:
        print("go is not installed here: only supplymatrix was asked")
    else:
        print(f"go mod verify: rc 0 for {sum(row.go_code == 0 for row in tampered)} of {len(tampered)} tamperings")
    counts = {outcome: sum(row.outcome is outcome for row in tampered) for outcome in Outcome}
    codes = sum(row.cache_code == 0 for row in tampered)
    print(f"supplymatrix verify cache: exit 0 for {codes} of {len(tampered)} tamperings")
    print(
        f"supplymatrix check: {counts[Outcome.CAUGHT]} caught, {counts[Outcome.GAP]} not looked at (exit 3 says so), "
        f"{counts[Outcome.WRONG]} wrong"
    )
    return 1 if counts[Outcome.WRONG] else 0


if __name__ == "__main__":
    sys.exit(main())
