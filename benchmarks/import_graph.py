"""The import graph from source files, without compiling, beside `go list -deps ./...`: same packages, same modules.

    python -m benchmarks.import_graph [FOLDER …]

FOLDER: projects whose modules are in the module cache; without one three are fetched from the proxy that `go env`
names. CPU is of reading the build list and following all imports, the standard library's too, in a process that has
started, as the median of five; the go command's is of its whole process.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median

from benchmarks.acceptance.graph import fetch_projects
from benchmarks.measure import run
from supplymatrix.engine.module_graph import GraphReader, GraphRun
from supplymatrix.gomod.build_constraint import BuildContext
from supplymatrix.net.settings import building_goroot
from supplymatrix.sources.project import read_project
from supplymatrix.sources.standard_packages import OF_CGO, follow_standard

__all__ = ["main", "packages_of"]

_RUNS = 5
_MOST = 1.0
_TARGETS = (("linux", "amd64", "0"), ("linux", "amd64", "1"), ("windows", "amd64", "0"), ("darwin", "arm64", "0"))
_LINE = "{{.ImportPath}} {{with .Module}}{{.Path}}{{end}}"


def packages_of(folder: Path, environ: Mapping[str, str]) -> tuple[set[tuple[str, str]], GraphRun]:
    """Return (import path, module path) of every package that a build takes, "" for the standard library's."""
    graph = GraphReader(environ, go=False, cgo=environ["CGO_ENABLED"] == "1", authors=False).read(read_project(folder))
    found = {(path, module) for module, paths in graph.packages.items() for path in paths}
    root = building_goroot(environ)
    if root is None or graph.standard is None:
        return found, graph
    roots = dict(graph.standard)
    with_c = sorted(path for files in (graph.with_c or {}).values() for path, _ in files)
    roots.update({path: with_c[0] for path in OF_CGO if with_c and path not in roots})
    roots.update(dict.fromkeys(["runtime"], graph.programs[0]) if graph.programs else {})
    context = BuildContext(
        goos=graph.goos, goarch=graph.goarch, cgo=graph.cgo, tags=frozenset(graph.tags), go_minor=graph.go_minor
    )
    return found | {(path, "") for path in follow_standard(roots, root, context).used}, graph


def _compare(name: str, folder: Path, go: str) -> Iterator[str]:
    """Print what both say; yield what is wrong."""
    for goos, goarch, cgo in _TARGETS:
        environ = {
            **os.environ, "GOOS": goos, "GOARCH": goarch, "CGO_ENABLED": cgo, "GOFLAGS": "", "GOTOOLCHAIN": "local",
            "GOPROXY": "off", "GOWORK": "off",
        }  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        listed = run([go, "list", "-e", "-deps", "-f", _LINE, "./..."], env=environ, cwd=folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        theirs = {(line.split(" ")[0], line.split(" ")[1]) for line in listed.out.splitlines() if " " in line}
        times = []
        ours: set[tuple[str, str]] = set()
        gaps = 0
        for _ in range(_RUNS):
            start = time.process_time()
            ours, graph = packages_of(folder, environ)
            times.append(time.process_time() - start)
            gaps = len(graph.gaps) + len(graph.missing_packages)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        modules = len({module for _, module in ours} - {""})
        where = f"{goos}/{goarch}{' cgo' if cgo == '1' else ''}"
        verdict = "equal" if ours == theirs else f"WRONG: {sorted(ours ^ theirs)[:5]}"
        spent = median(times)
        late = f" (more than {_MOST:g} s)" if spent > _MOST else ""
        print(
            f"  {name:34} {where:18} {len(ours):5,} packages of {modules:3} modules {verdict}, {gaps} gaps", flush=True
        )
        print(f"  {'':34} {'':18} CPU {spent:.2f} s{late}; go list {cpu:.2f} s", flush=True)
        if ours != theirs or gaps:
            yield f"{name} {where}"


def main(arguments: Sequence[str] = ()) -> int:
    """Compare and measure; 1 when an answer was wrong, 3 without Go."""
    go = shutil.which("go")
    if go is None:
        print("go is not installed")
        return 3
    wrong: list[str] = []
    if arguments:
        for argument in arguments:
            wrong += _compare(Path(argument).resolve().name, Path(argument), go)
    else:
        with tempfile.TemporaryDirectory() as name:
            for project, folder, environ in fetch_projects(Path(name).resolve(), go):
                os.environ["GOMODCACHE"] = environ["GOMODCACHE"]
                if folder is None:
                    print(f"  {project}: not run, it cannot be had")
                    continue
                wrong += _compare(project.rpartition("/")[2], folder, go)
    return 1 if wrong else 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
