"""What was promised of the module graph: the go command's own answers, with it and without it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.acceptance.promise import Need, Outcome, Promise, State, by_tests
from benchmarks.measure import run
from supplymatrix.engine.module_graph import GraphReader
from supplymatrix.gomod.golist import parse_go_list
from supplymatrix.sources.project import read_project

__all__ = ["PROMISES", "fetch_projects"]

_PROJECTS = (
    "github.com/rakyll/hey@latest",
    "github.com/mikefarah/yq/v4@latest",
    "github.com/gohugoio/hugo@v0.164.0",
    "github.com/prometheus/prometheus@v0.316.0",
)
_USED = "{{with .Module}}{{.Path}}{{end}}"


def fetch_projects(scratch: Path, go: str) -> Iterator[tuple[str, Path | None, Mapping[str, str]]]:
    """Yield name, folder and environment of each of the four projects; the folder is None when it cannot be had."""
    cache = scratch / "gopath" / "pkg" / "mod"
    environ = {
        **os.environ, "GOMODCACHE": str(cache), "GOPATH": str(scratch / "gopath"), "GOFLAGS": "-modcacherw",
        "GOTOOLCHAIN": "local", "GOWORK": "off", "CGO_ENABLED": "0",
    }  # fmt: skip
    for number, project in enumerate(_PROJECTS):
        done = run([go, "mod", "download", "-json", project], env=environ, cwd=scratch)
        folder = scratch / f"project{number}"
        if done.code:
            yield project, None, environ
            continue
        shutil.copytree(json.loads(done.out)["Dir"], folder)
        run([go, "mod", "download", "all"], env=environ, cwd=folder)
        yield project, folder, environ


def _same_as_go(scratch: Path) -> Iterator[Outcome]:
    """Hold build list and modules with packages against go list, with go in PATH and without."""
    go = shutil.which("go")
    if go is None:
        yield Outcome(state=State.NOT_RUN, detail="go is not installed")
        return
    for project, folder, environ in fetch_projects(scratch, go):
        if folder is None:
            yield Outcome(state=State.NOT_RUN, detail=f"{project} cannot be had", name=project)
        else:
            yield from _compare(project, folder, go, environ)


def _compare(project: str, folder: Path, go: str, environ: Mapping[str, str]) -> Iterator[Outcome]:
    listed = run([go, "list", "-mod=readonly", "-m", "-json", "all"], env=environ, cwd=folder)
    used = run([go, "list", "-mod=readonly", "-deps", "-f", _USED, "./..."], env=environ, cwd=folder)
    if listed.code or used.code:
        yield Outcome(state=State.NOT_RUN, detail=f"go list: {(listed.err + used.err)[-200:]}", name=project)
        return
    build_list = [(entry.path, entry.version) for entry in parse_go_list(listed.out.encode())]
    giving = set(used.out.split())
    for path, how in ((environ["PATH"], "with go"), ("", "without go")):
        seen = GraphReader({**environ, "PATH": path}).read(read_project(folder))
        ours = [(fact.subject.path, fact.subject.version) for fact in seen.facts]
        ours_giving = {fact.subject.path for fact in seen.facts if fact.gives_packages}
        state = State.PASS if (ours, ours_giving) == (build_list, giving) and not seen.gaps else State.FAIL
        detail = (
            f"{len(ours)} modules ({len(set(ours) ^ set(build_list))} differ), {len(ours_giving)} give packages "
            f"({len(ours_giving ^ giving)} differ), {len(seen.gaps)} gaps; by {seen.listed_by}, {seen.packages_by}"
        )
        yield Outcome(state=state, detail=detail, name=f"{project} {how}")


PROMISES = (
    Promise(name="conformance: golist", attempt=by_tests("tests/conformance/test_golist.py")),
    Promise(
        name="graphs made at random, as go list has them", attempt=by_tests("tests/sources/test_same_as_go_list.py")
    ),
    Promise(name="four real projects, as go list has them", attempt=_same_as_go, need=Need.NETWORK),
)
