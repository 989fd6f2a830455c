"""Bills of materials of compiled programs: what tools find in them, ours beside cyclonedx-gomod and syft.

    python -m benchmarks.sbom_programs FOLDER… [--peer-dir DIR] [--each]

Every file in the folders is given to each tool. What the go command reads in it (`go version -m -json`) is what a bill
should have: of a replaced module its replacement; where that is a folder, no purl is asked for.
Counted is what has a purl that is right, wrong (no Go module can be called so) or missing, the standard library, and
the main module's version; a program that the go command cannot read counts for itself. Nothing is asked of a network:
licences and zips are those that are on this machine. Peers are those on PATH, or in DIR.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from benchmarks.hugo import NotRunError
from benchmarks.measure import clean_environment, program, run
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.purl import is_go_purl, module_of_purl

__all__ = ["Found", "Truth", "counted", "look", "main", "table", "truth_of", "try_all"]

_STDLIBS = ("std", "stdlib")
_NO_VERSIONS = ("", "(devel)", "UNKNOWN", "unknown")

Command = Callable[[Path, Path], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a program has. modules: purls of what is built into it; main: path and version of the main module, the
    latter "" where it has none; go: "1.26.8"."""

    modules: frozenset[str]
    main: tuple[str, str]
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a tool made of a program, or of many. files: bills; empty: bills without one Go module that say nothing of
    it; expected, right, wrong, missing: modules; stdlib: bills with the right standard library; main: bills with the
    right name and version of the main module, or none where it has none; hashed: bills with the program's SHA-256;
    licensed: modules with a licence; cpu: seconds."""

    files: int = 0
    empty: int = 0
    expected: int = 0
    right: int = 0
    wrong: int = 0
    missing: int = 0
    stdlib: int = 0
    main: int = 0
    hashed: int = 0
    licensed: int = 0
    cpu: float = 0.0

    def __add__(self, other: Found) -> Found:
        return Found(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})


def truth_of(document: Mapping[str, Any]) -> Truth:
    """Return what `go version -m -json` says of a program."""
    main = document.get("Main") or {}
    version = main.get("Version", "")
    return Truth(
        modules=frozenset(_purl(dep) for dep in document.get("Deps") or () if not _is_folder(dep)),
        main=(main.get("Path", ""), "" if version in _NO_VERSIONS else version),
        go=document["GoVersion"].removeprefix("go").split("-")[0].split(" ")[0],
    )


def _is_folder(dep: Mapping[str, Any]) -> bool:
    """Return whether a folder stands in the place of a module: no purl names that, and none is asked for."""
    return str((dep.get("Replace") or {}).get("Path", "")).startswith((".", "/"))


def _purl(dep: Mapping[str, Any]) -> str:
    taken = dep.get("Replace") or dep
    if taken.get("Version", "") in _NO_VERSIONS:
        return ModuleVersion(path=dep["Path"], version="").purl
    return ModuleVersion(path=taken["Path"], version=taken["Version"]).purl


def look(bom: Mapping[str, Any], truth: Truth | None, sha256: str) -> Found:
    """Return what is in a bill. truth: None where the go command reads nothing: then only its own words count."""
    parts = [part for part in bom.get("components", []) if is_go_purl(str(part.get("purl", "")))]
    subject = (bom.get("metadata") or {}).get("component") or {}
    named = [part for part in (subject, *parts) if truth is None or part.get("name") != truth.main[0]]
    purls = [str(part["purl"]) for part in parts if part in named and not _is_stdlib(part)]
    wrong = [purl for purl in purls if not isinstance(module_of_purl(purl), ModuleVersion)]
    bare = {purl.partition("?")[0].partition("#")[0] for purl in purls if purl not in wrong}
    expected = truth.modules if truth is not None else frozenset[str]()
    says_so = any(one.get("aggregate") in ("unknown", "incomplete") for one in bom.get("compositions", []))
    everything = [subject, *bom.get("components", [])]
    return Found(
        files=1,
        empty=int(not purls and truth is None and not says_so),
        expected=len(expected),
        right=len(expected & bare),
        wrong=len(wrong),
        missing=len(expected - bare),
        stdlib=int(truth is not None and any(_is_stdlib(part) and _version(part) == truth.go for part in parts)),
        main=int(truth is not None and any(_is_main(part, truth) for part in everything)),
        hashed=int(any(sha256 == one.get("content") for part in everything for one in part.get("hashes", []))),
        licensed=sum(_has_licence(part) for part in parts if part in named and not _is_stdlib(part)),
    )


def _is_stdlib(part: Mapping[str, Any]) -> bool:
    return part.get("name") in _STDLIBS


def _version(part: Mapping[str, Any]) -> str:
    return str(part.get("version", "")).removeprefix("go").removeprefix("v")


def _is_main(part: Mapping[str, Any], truth: Truth) -> bool:
    version = str(part.get("version", ""))
    is_none = version in _NO_VERSIONS or version.startswith("unversioned-")
    return part.get("name") == truth.main[0] and (version == truth.main[1] or (is_none and not truth.main[1]))


def _has_licence(part: Mapping[str, Any]) -> bool:
    return bool(part.get("licenses") or (part.get("evidence") or {}).get("licenses"))


def _tools(peers: str) -> Iterator[tuple[str, Command | None]]:
    yield (
        "supplymatrix",
        lambda file, out: [*program(), "sbom", str(file), "--offline", "-q", "--format", f"cyclonedx-json={out}"],
    )
    gomod = shutil.which("cyclonedx-gomod", path=peers)
    yield (
        "cyclonedx-gomod",
        (lambda file, out: [gomod, "bin", "-json", "-std", "-licenses", "-output", str(out), str(file)])
        if gomod
        else None,
    )
    syft = shutil.which("syft", path=peers)
    yield "syft", (lambda file, out: [syft, "-q", f"file:{file}", "-o", f"cyclonedx-json={out}"]) if syft else None


def try_all(
    files: Sequence[Path], scratch: Path, peers: str
) -> Iterator[tuple[Path, Truth | None, dict[str, Found | None]]]:
    """Yield for every file what each tool made of it; None for a tool that is not there. Raises NotRunError."""
    environ = clean_environment(scratch) | {"GOPROXY": "off", "SYFT_GOLANG_SEARCH_LOCAL_MOD_CACHE_LICENSES": "true"}
    if shutil.which("go", path=environ["PATH"]) is None:
        raise NotRunError("go is not on PATH")
    cache = run(["go", "env", "GOMODCACHE"], env=dict(os.environ), cwd=scratch).out.strip()
    environ |= {"GOMODCACHE": cache, "SYFT_GOLANG_LOCAL_MOD_CACHE_DIR": cache}
    for file in files:
        done = run(["go", "version", "-m", "-json", str(file)], env=environ, cwd=scratch)
        truth = truth_of(json.loads(done.out)) if not done.code and done.out.strip() else None
        seen: dict[str, Found | None] = {}
        for tool, command in _tools(peers):
            seen[tool] = None
            if command is not None:
                out = scratch / f"{tool}.json"
                out.unlink(missing_ok=True)
                seen[tool] = counted(command(file, out), file, truth, out, environ)
        yield file, truth, seen


def counted(command: list[str], file: Path, truth: Truth | None, out: Path, environ: dict[str, str]) -> Found:
    """Run a tool on a file, and return what it made of it."""
    from hashlib import sha256

    done = run(command, env=environ, cwd=out.parent)
    try:
        bom = json.loads(out.read_bytes())
    except (OSError, ValueError):
        missing = len(truth.modules) if truth is not None else 0
        return Found(expected=missing, missing=missing, cpu=done.cpu)
    return look(bom, truth, sha256(file.read_bytes()).hexdigest()) + Found(cpu=done.cpu)


def table(found: Mapping[str, Found], programs: int) -> Iterator[str]:
    """Yield the lines of a Markdown table. programs: that the go command reads."""
    yield "| | " + " | ".join(found) + " |"
    yield "|---|" + "---|" * len(found)
    rows: tuple[tuple[str, Callable[[Found], str]], ...] = (
        ("files with a bill", lambda one: f"{one.files:,}"),
        ("of these without a module and a word, where go reads nothing", lambda one: f"{one.empty:,}"),
        ("modules under their right purl", lambda one: f"{one.right:,} of {one.expected:,}"),
        ("purls that no module can have", lambda one: f"{one.wrong:,}"),
        ("right standard library", lambda one: f"{one.stdlib:,} of {programs:,}"),
        ("main module with its version, or none where it has none", lambda one: f"{one.main:,} of {programs:,}"),
        ("SHA-256 of the program", lambda one: f"{one.hashed:,}"),
        ("modules with a licence", lambda one: f"{one.licensed:,}"),
        ("CPU s together", lambda one: f"{one.cpu:.1f}"),
    )
    for title, cell in rows:
        yield f"| {title} | " + " | ".join(cell(one) for one in found.values()) + " |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--peer-dir", default="", help="where the peers' programs lie, before PATH")
    parser.add_argument("--each", action="store_true", help="a line for each file too")
    options = parser.parse_args()
    peers = os.pathsep.join(filter(None, [options.peer_dir, os.environ.get("PATH", "")]))
    named = [
        path.resolve() for folder in options.folders for path in (folder.iterdir() if folder.is_dir() else [folder])
    ]
    sums: dict[str, Found] = {}
    programs = 0
    with tempfile.TemporaryDirectory() as scratch:
        try:
            for file, truth, seen in try_all(sorted(path for path in named if path.is_file()), Path(scratch), peers):
                programs += truth is not None
                for tool, found in seen.items():
                    if found is not None:
                        sums[tool] = sums.get(tool, Found()) + found
                        if options.each:
                            print(f"{file.name}  {tool}  {found}", file=sys.stderr, flush=True)
        except NotRunError as err:
            print(f"not run: {err}", file=sys.stderr)
            return 1
    for line in table(sums, programs):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
