"""What tools do with inputs that are hard to make a bill of materials of: ours beside cyclonedx-gomod and syft.

    python -m benchmarks.sbom_hard_inputs [--peer-dir DIR]

A small program is made in a scratch folder, then bent in ten ways. Each tool is run on each; what it wrote is read
and counted. The modules come through the go command's own proxy, so the first run needs a network and Go. Peers are
those on PATH, or in DIR; one that is missing has a hyphen.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.hugo import NotRunError
from benchmarks.measure import clean_environment, program, run

__all__ = ["INPUTS", "HardInput", "Seen", "fault", "main", "make_program", "table", "try_all"]

_PRIVATE = "git.corp.example/team/secret"
_MODULES = "github.com/BurntSushi/toml v1.5.0", "github.com/gorilla/mux v1.8.1", "gopkg.in/yaml.v2 v2.3.0"
_GO_MOD = f"""module example.com/app

go 1.22

require (
\t{_MODULES[0]}
\t{_MODULES[1]}
\texample.com/lib v0.0.0
\tgithub.com/stretchr/testify v1.9.0
\t{_MODULES[2]}
)

replace gopkg.in/yaml.v2 => gopkg.in/yaml.v2 v2.4.0

replace example.com/lib => ../lib
"""
_MAIN = """package main

import (
\t"fmt"

\t"example.com/lib"
\t"github.com/BurntSushi/toml"
\t"github.com/gorilla/mux"
\t"gopkg.in/yaml.v2"
)

func main() {
\tvar v map[string]any
\tfmt.Println(mux.NewRouter() != nil, toml.Unmarshal(nil, &v), yaml.Unmarshal(nil, &v), lib.Name())
}
"""
_TEST = """package main

import (
\t"testing"

\t"github.com/stretchr/testify/require"
)

func TestNothing(t *testing.T) { require.True(t, true) }
"""
_MERGE = "<<<<<<< HEAD\n\tgithub.com/gorilla/mux v1.8.1\n=======\n\tgithub.com/gorilla/mux v1.8.0\n>>>>>>> other\n"

Environment = dict[str, str]
Bend = Callable[[Path, Environment], Environment]


@dataclass(frozen=True, slots=True, kw_only=True)
class HardInput:
    """One way to bend the program. bend: changes the folder, returns the environment for the tools.

    built: how many modules the program is then made of; None = nobody can say, the go command neither.
    """

    name: str
    bend: Bend
    built: int | None = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a tool made of an input.

    modules: Go modules in its file, -1 without a file. left: whether there is a file, one that cannot be read too.
    words: of the completeness that the file states, else the first words of the tool's complaint.
    """

    code: int
    modules: int = -1
    licences: int = 0
    hashes: int = 0
    nodes: int = 0
    left: bool = False
    words: str = ""

    def cell(self) -> str:
        """Return it for a table."""
        if self.modules < 0:
            return f"exit {self.code}, no file: {self.words}"
        told = f"exit {self.code}, {self.modules} modules, {self.licences} with licence, {self.hashes} with hash, "
        return f"{told}{self.nodes} nodes{f'; {self.words}' if self.words else ''}"


def _plain(_folder: Path, environ: Environment) -> Environment:
    return environ


def _vendored(folder: Path, environ: Environment) -> Environment:
    subprocess.run(["go", "mod", "vendor"], cwd=folder, env=environ, check=True, capture_output=True)
    return environ


def _edit(folder: Path, old: str, new: str) -> None:
    file = folder / "go.mod"
    text = file.read_text(encoding="utf-8")
    if old not in text:
        raise ValueError(f"go.mod has no {old!r}")
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def _private(folder: Path, environ: Environment) -> Environment:
    _edit(folder, "\texample.com/lib v0.0.0\n", f"\texample.com/lib v0.0.0\n\t{_PRIVATE} v1.0.0\n")
    text = (folder / "main.go").read_text(encoding="utf-8")
    (folder / "main.go").write_text(text.replace("import (\n", f'import (\n\t_ "{_PRIVATE}"\n', 1), encoding="utf-8")
    return environ | {"GOPRIVATE": "git.corp.example", "GOPROXY": "off"}


def _broken(folder: Path, environ: Environment) -> Environment:
    _edit(folder, "\tgithub.com/gorilla/mux v1.8.1\n", _MERGE)
    return environ


def _newer(folder: Path, environ: Environment) -> Environment:
    _edit(folder, "go 1.22", "go 1.99")
    return environ


def _without_go(_folder: Path, environ: Environment) -> Environment:
    entries = environ["PATH"].split(os.pathsep)
    kept = [entry for entry in entries if not Path(entry, "go").exists()]
    return environ | {"PATH": os.pathsep.join(kept)}


def _cold(folder: Path, environ: Environment) -> Environment:
    return environ | {"GOMODCACHE": str(folder.parent / "empty-cache"), "GOPROXY": "off"}


def _incomplete_work(folder: Path, environ: Environment) -> Environment:
    (folder / "go.work").write_text("go 1.22\n\nuse (\n\t.\n\t./absent\n)\n", encoding="utf-8")
    return {name: text for name, text in environ.items() if name != "GOWORK"}


def _no_sums(folder: Path, environ: Environment) -> Environment:
    (folder / "go.sum").unlink()
    return environ


def _no_requirements(folder: Path, environ: Environment) -> Environment:
    (folder / "go.mod").write_text("module example.com/app\n\ngo 1.22\n", encoding="utf-8")
    (folder / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="utf-8")
    (folder / "go.sum").unlink()
    for test in folder.glob("*_test.go"):
        test.unlink()
    return environ


INPUTS = (
    HardInput(name="replace => ../lib, replace => version, a test's own modules", bend=_plain),
    HardInput(name="the same with vendor/", bend=_vendored),
    HardInput(name="a private module that cannot be had", bend=_private, built=5),
    HardInput(name="broken go.mod (merge marker)", bend=_broken, built=None),
    HardInput(name="go 1.99 in go.mod", bend=_newer),
    HardInput(name="no `go` on PATH", bend=_without_go),
    HardInput(name="cold module cache, GOPROXY=off", bend=_cold),
    HardInput(name="go.work that names an absent module", bend=_incomplete_work),
    HardInput(name="no go.sum", bend=_no_sums),
    HardInput(name="no requirements at all", bend=_no_requirements, built=0),
)


def make_program(scratch: Path, environ: Environment) -> Path:
    """Return the folder of the program, whose modules are then in the module cache. Raises NotRunError."""
    folder, lib = scratch / "app", scratch / "lib"
    folder.mkdir()
    lib.mkdir()
    (lib / "go.mod").write_text("module example.com/lib\n\ngo 1.22\n", encoding="utf-8")
    (lib / "lib.go").write_text('package lib\n\nfunc Name() string { return "lib" }\n', encoding="utf-8")
    (folder / "go.mod").write_text(_GO_MOD, encoding="utf-8")
    (folder / "main.go").write_text(_MAIN, encoding="utf-8")
    (folder / "main_test.go").write_text(_TEST, encoding="utf-8")
    for arguments in (["mod", "tidy"], ["mod", "download", "all"]):
        done = run(["go", *arguments], env=environ, cwd=folder)
        if done.code:
            raise NotRunError(f"go {' '.join(arguments)}: {done.err.strip()[:200]}")
    return folder


def _tools(peers: str) -> Iterator[tuple[str, Callable[[Path], list[str]] | None]]:
    yield "supplymatrix", lambda out: [*program(), "sbom", ".", "--offline", "-q", "--format", f"cyclonedx-json={out}"]
    gomod = shutil.which("cyclonedx-gomod", path=peers)
    yield (
        "cyclonedx-gomod",
        (lambda out: [gomod, "mod", "-json", "-licenses", "-std", "-output", str(out), "."]) if gomod else None,
    )
    syft = shutil.which("syft", path=peers)
    yield "syft", (lambda out: [syft, "-q", "dir:.", "-o", f"cyclonedx-json={out}"]) if syft else None


def _look(code: int, out: Path, err: str) -> Seen:
    first = next((line.strip() for line in reversed(err.splitlines()) if "rror" in line), "")
    words = " ".join((first or err).split())[:110]
    try:
        document = json.loads(out.read_bytes())
    except (OSError, ValueError):
        return Seen(code=code, left=out.exists(), words=words or "it says nothing")
    parts = [part for part in document.get("components", []) if str(part.get("purl", "")).startswith("pkg:golang/")]
    parts = [part for part in parts if part["name"] not in ("std", "stdlib", "go", "example.com/app")]
    return Seen(
        code=code,
        left=True,
        modules=len(parts),
        licences=sum(_has_licence(part) for part in parts),
        hashes=sum(_has_hash(part) for part in parts),
        nodes=len(document.get("dependencies", [])),
        words=_gaps(document),
    )


def _has_licence(part: Mapping[str, Any]) -> bool:
    return bool(part.get("licenses") or part.get("evidence", {}).get("licenses"))


def _has_hash(part: Mapping[str, Any]) -> bool:
    return bool(part.get("hashes")) or any(ref.get("hashes") for ref in part.get("externalReferences", []))


def _gaps(document: Mapping[str, Any]) -> str:
    aggregates = sorted({str(entry.get("aggregate")) for entry in document.get("compositions", [])})
    return f"compositions: {', '.join(aggregates)}" if aggregates else ""


def try_all(scratch: Path, peers: str) -> Iterator[tuple[HardInput, dict[str, Seen | None]]]:
    """Yield for every input what each tool made of it. Raises NotRunError."""
    environ = clean_environment(scratch)
    origin = make_program(scratch, environ)
    for number, hard in enumerate(INPUTS):
        folder = scratch / f"case{number}" / "app"
        shutil.copytree(origin, folder)
        shutil.copytree(scratch / "lib", folder.parent / "lib")
        bent = hard.bend(folder, dict(environ))
        seen: dict[str, Seen | None] = {}
        for tool, command in _tools(peers):
            out = folder.parent / f"{tool}.json"
            if command is None:
                seen[tool] = None
                continue
            done = run(command(out), env=bent, cwd=folder)
            seen[tool] = _look(done.code, out, done.err)
        yield hard, seen


def fault(hard: HardInput, seen: Seen) -> str:
    """Return what is wrong with an answer of ours: a part that is missing without a word. "" = nothing.

    0 is for a file that has it all, 3 for one that says what it lacks, 2 for no file.
    """
    if seen.code not in (0, 2, 3):
        return f"exit {seen.code} is for none of this"
    if seen.code == 2:
        if seen.left or seen.words == "it says nothing":
            return "exit 2 with a file" if seen.left else "exit 2 without a reason"
        return ""
    if seen.modules < 0 or hard.built is None:
        return f"exit {seen.code} {'without a file' if seen.modules < 0 else 'for what cannot be read'}"
    is_whole = seen.modules == hard.built and seen.words == "compositions: complete"
    if seen.code == 0 and not is_whole:
        return f"exit 0 with {seen.modules} of {hard.built} modules; {seen.words or 'no compositions'}"
    says_so = "incomplete" in seen.words or "unknown" in seen.words
    return "" if seen.modules == hard.built or says_so else f"{seen.modules} of {hard.built} modules without a word"


def table(rows: Iterator[tuple[HardInput, dict[str, Seen | None]]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield "| input | supplymatrix | cyclonedx-gomod | syft |"
    yield "|---|---|---|---|"
    for hard, seen in rows:
        cells = [found.cell().replace("|", "\\|") if found is not None else "-" for found in seen.values()]
        yield f"| {hard.name} | {' | '.join(cells)} |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--peer-dir", default="", help="where the peers' programs lie, before PATH")
    options = parser.parse_args()
    peers = os.pathsep.join(filter(None, [options.peer_dir, os.environ.get("PATH", "")]))
    with tempfile.TemporaryDirectory() as scratch:
        try:
            for line in table(try_all(Path(scratch), peers)):
                print(line, flush=True)
        except NotRunError as err:
            print(f"not run: {err}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
