"""What was promised of the bytes on a disk: module cache, vendor/, the Go itself, compiled programs, the go command.

Of real projects (with --network): the four of the module graph, fetched, or the folders that DISK_PROJECTS names,
parted as in PATH; the program is cosign, built now, or the files that DISK_PROGRAMS names.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.acceptance.promise import Need, Outcome, Promise, State, by_figures, by_tests
from benchmarks.cache import measure_cache_of
from benchmarks.go_wrapper import measure_wrapper_of
from benchmarks.goroot import measure_goroot
from benchmarks.hugo import NotRunError
from benchmarks.measure import clean_environment, run
from benchmarks.programs import build_program, measure_programs
from benchmarks.run import Bench
from benchmarks.vendor_tree import measure_vendor

__all__ = ["PROMISES"]

Measure = Callable[[Path, Path, Mapping[str, str]], list[str]]
"""A project, a scratch folder and an environment to what was wrong; prints what it measures."""


def _named(variable: str) -> list[Path]:
    return [Path(name) for name in os.environ.get(variable, "").split(os.pathsep) if name]


def _projects(scratch: Path) -> Iterator[tuple[str, Path | None, Mapping[str, str]]]:
    """Yield name, folder and environment of each project; no folder where it cannot be had."""
    from benchmarks.acceptance.graph import fetch_projects

    go = shutil.which("go") or ""
    named = _named("DISK_PROJECTS")
    if named:
        cache = run([go, "env", "GOMODCACHE"]).out.strip()
        yield from ((folder.name, folder, {**os.environ, "GOMODCACHE": cache}) for folder in named)
    else:
        (scratch / "projects").mkdir()
        yield from fetch_projects(scratch / "projects", go)


def _on_projects(measure: Measure) -> Callable[[Path], Iterator[Outcome]]:
    """Measure each project; each printed line that has figures is told."""

    def attempt(scratch: Path) -> Iterator[Outcome]:
        if shutil.which("go") is None:
            yield Outcome(state=State.NOT_RUN, detail="go is not installed")
            return
        for number, (name, folder, environ) in enumerate(_projects(scratch)):
            if folder is None:
                yield Outcome(state=State.NOT_RUN, detail="it cannot be had", name=name)
                continue
            place = scratch / f"of-{number}"
            place.mkdir()
            env = {**clean_environment(place / "home"), "GOMODCACHE": environ["GOMODCACHE"], "GOFLAGS": ""}
            printed = io.StringIO()
            try:
                with contextlib.redirect_stdout(printed):
                    wrong = measure(folder, place, env)
            except NotRunError as err:
                yield Outcome(state=State.NOT_RUN, detail=str(err), name=name)
                continue
            lines = " | ".join(" ".join(line.split()) for line in printed.getvalue().split("\n") if line.strip())
            yield Outcome(state=State.FAIL if wrong else State.PASS, detail="; ".join(wrong) or lines, name=name)

    return attempt


def _cache(folder: Path, scratch: Path, env: Mapping[str, str]) -> list[str]:
    del scratch
    return measure_cache_of(folder, env, memory=True)


def _vendor(folder: Path, scratch: Path, env: Mapping[str, str]) -> list[str]:
    del env
    return measure_vendor(folder, scratch, runs=3)


def _wrapper(folder: Path, scratch: Path, env: Mapping[str, str]) -> list[str]:
    return measure_wrapper_of(folder, ".", scratch, env, runs=3)


def _programs(bench: Bench) -> None:
    measure_programs(bench, _named("DISK_PROGRAMS") or [build_program(bench.scratch)])


_CACHE, _VENDOR = "tests/engine/test_verify_cache.py", "tests/engine/test_verify_vendor.py"
_PARTS: Mapping[str, Sequence[str]] = {
    "what `go mod verify` does not see, and each byte of a cache": (_CACHE, "tests/engine/test_check_copies.py"),
    "a changed, added, deleted file in vendor/ is named": (
        _VENDOR,
        "tests/sources/test_vendor_tree.py",
        "tests/gomod/test_vendor_match.py",
        "tests/gomod/test_vendor_rules.py",
        "tests/engine/test_check_vendor.py",
    ),
    "a file put into GOROOT is found and named; a distribution's Go is one": (
        "tests/engine/test_verify_goroot.py",
        "tests/engine/test_running_go.py",
        "tests/engine/test_check_toolchain.py",
        "tests/sources/test_go_root_files.py",
        "tests/gomod/test_toolchain.py",
    ),
    "programs of the samples are what the go command reads": (
        "tests/samples/test_binaries.py",
        "tests/samples/test_program_samples.py",
        "tests/samples/test_programs.py",
    ),
    "programs that the go command cannot read, and decoys": (
        "tests/gomod/test_program_builds.py",
        "tests/gomod/test_program.py",
        "tests/gomod/test_executable_formats.py",
        "tests/gomod/test_pclntab.py",
    ),
    "programs in folders, tars and images, held against the log": (
        "tests/engine/test_verify_binary.py",
        "tests/sources/test_programs.py",
        "tests/sources/test_image_programs.py",
        "tests/sources/test_tar_reader.py",
        "tests/cli/test_verify_binary.py",
    ),
    "a bill of materials from a program": ("tests/engine/test_sbom_programs.py",),
    "rules on what lies on the disk": ("tests/checks/test_disk_rules.py", "tests/gomod/test_godebug.py"),
    "secrets in build settings are told and never shown": ("tests/gomod/test_ldflags.py",),
    "the go command between two looks": (
        "tests/engine/test_go_wrapper.py",
        "tests/engine/test_go_wrapper_gos.py",
        "tests/engine/test_building_fips.py",
        "tests/engine/test_go_programs.py",
        "tests/cli/test_go.py",
    ),
    "hostile zips, lists and programs, with the corpus kept": (
        "tests/fuzz/test_corpus.py",
        "tests/sources/test_modcache.py",
        "tests/gomod/test_zip_archive.py",
        "tests/gomod/test_inflate.py",
        "tests/sources/test_vendor_list.py",
    ),
    "the app: copies of a module, and programs": (
        "tests/tui/test_project_disk.py",
        "tests/tui/test_binary.py",
        "tests/tui/test_binary_rows.py",
    ),
    "the demo looks at the disk": (
        "tests/docs/test_demo.py::test_the_demo_finds_a_forged_cache_a_changed_vendor_and_another_program",
        "tests/docs/test_demo.py::test_the_demo_starts_no_build_from_a_changed_module",
    ),
}

PROMISES = (
    *(Promise(name=name, attempt=by_tests(*tests)) for name, tests in _PARTS.items()),
    Promise(name="module cache beside go mod verify", attempt=_on_projects(_cache), need=Need.NETWORK),
    Promise(name="vendor/ beside vendoring anew", attempt=_on_projects(_vendor), need=Need.NETWORK),
    Promise(name="the installed Go", attempt=by_figures(measure_goroot, every=True), need=Need.NETWORK),
    Promise(name="a large program beside syft", attempt=by_figures(_programs, every=True), need=Need.NETWORK),
    Promise(name="building behind the check", attempt=_on_projects(_wrapper), need=Need.NETWORK),
)
