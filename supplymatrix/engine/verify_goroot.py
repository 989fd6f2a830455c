"""`verify goroot`: the Gos of this machine, held against the log's records of their toolchains.

    run = verify_goroot(GorootRequest(means=means))
    run.installed, run.exit_code

Without a path: the Go that `go` in PATH would run, those of commands in PATH that are called like a release
("go1.26.8"), and every toolchain that the go command has fetched. The log is asked for all of them at once; a Go that
is verified is never run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from supplymatrix.checks.toolchains import gap_of_go
from supplymatrix.engine.events import OnEvent, Progress, ignore_event
from supplymatrix.engine.installed_go import judge_go, look_at_go
from supplymatrix.engine.log_words import LogWords, ask_log_about
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.running_go import RunningGo, find_running_go, told
from supplymatrix.engine.toolchain_files import ProvenFiles
from supplymatrix.errors import InputError
from supplymatrix.model.fact import Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import InstalledGo, ToolchainLevel
from supplymatrix.model.value import value
from supplymatrix.net.settings import goroot_round, read_env_values, read_go_settings
from supplymatrix.sources.go_command import named_gos
from supplymatrix.sources.go_root import fetched_toolchains, goroot_of, toolchain_in_cache
from supplymatrix.sources.modcache import module_cache
from supplymatrix.sources.project import Project

__all__ = ["ACCEPTED", "FoundGos", "GorootRequest", "GorootRun", "find_gos", "verify_goroot"]

ACCEPTED = (ToolchainLevel.OFFICIAL, ToolchainLevel.CONFIG_CHANGED)
_GRAVEST_FIRST = (4, 3, 1, 0)
_NO_GO = "there is no `go` in PATH, and the module cache has no toolchain"


@value
class GorootRequest:
    """paths: folders of Gos, or their `go` commands; none = those of this machine. policy: names the log, where it is
    another one than Go's; nothing that lies beside a Go is read for it. fetch: a zip may be fetched, to name the files
    that differ."""

    means: Means
    paths: tuple[Path, ...] = ()
    policy: PolicySource = OWN_POLICY
    fetch: bool = True


@value
class GorootRun:
    """installed: what each Go is. gaps: what could not be had. log: its name; tree_size: of the head that the records
    are proven under, 0 = nobody was asked. notes: what a reader should know."""

    installed: tuple[InstalledGo, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    log: str
    tree_size: int
    exit_code: int


def verify_goroot(request: GorootRequest, on_event: OnEvent = ignore_event) -> GorootRun:
    """Return what the Gos are. Raises InputError for a path at which there is none, and for a policy that cannot be
    used; TrustError for a log that lied as a whole."""
    means = request.means
    cache = module_cache(means.environ, read_env_values(means.environ))
    gos = _gos_of(request, cache)
    found = [look_at_go(*place) for place in gos.places]
    if not found:
        notes, code = (gos.notes, 3) if gos.gaps else ((_NO_GO,), 5)
        return GorootRun(installed=(), gaps=gos.gaps, notes=notes, log="", tree_size=0, exit_code=code)
    modules = tuple(dict.fromkeys(module for go in found for module in go.modules))
    words = _ask(modules, request, on_event)
    proven = ProvenFiles(means, read_go_settings(means.environ), cache, may_fetch=request.fetch, on_event=on_event)
    installed = []
    for number, go in enumerate(found):
        on_event(Progress(stage="toolchains", done=number, total=len(found)))
        judged = judge_go(go, words.by_module, proven, jobs=means.jobs)
        installed.append(told(judged, gos.running) if gos.running is not None else judged)
    on_event(Progress(stage="toolchains", done=len(found), total=len(found)))
    return GorootRun(
        installed=tuple(installed),
        gaps=(*gos.gaps, *(gap_of_go(go) for go in installed if _is_gap(go))),
        notes=(*gos.notes, *words.notes),
        log=words.log,
        tree_size=words.tree_size,
        exit_code=_exit_code(installed, has_gaps=bool(gos.gaps)),
    )


@value
class FoundGos:
    """places: folders of Gos, each with how it was found. gaps: Gos that could not be looked at. running: what takes
    part when `go` is typed, None where that was not asked. notes: what a reader should know."""

    places: tuple[tuple[Path, str], ...]
    gaps: tuple[Gap, ...] = ()
    running: RunningGo | None = None
    notes: tuple[str, ...] = ()


def find_gos(means: Means, cache: Path | None) -> FoundGos:
    """Return the Gos of this machine, each once. cache: the module cache.

    Two names in the module cache are two Gos, wherever links lead: the go command goes by the name.
    """
    running, fetched = find_running_go(means.environ), fetched_toolchains(cache)
    named, strays, notes = _named(means.environ)
    seen: dict[tuple[Path, ModuleVersion | None], tuple[Path, str]] = {}
    for path, found_as in (
        *running.places,
        *((path, "PATH") for path in named),
        *((path, "module cache") for path in fetched.folders),
    ):
        seen.setdefault((path.resolve(), toolchain_in_cache(path)), (path, found_as))
    unread = (
        Gap(wanted=f"what the Go in {path} is", reason=reason, remedy="delete it, if nobody can explain it")
        for path, reason in fetched.unread
    )
    return FoundGos(places=tuple(seen.values()), gaps=(*running.gaps, *strays, *unread), running=running, notes=notes)


def _named(environ: Mapping[str, str]) -> tuple[tuple[Path, ...], tuple[Gap, ...], tuple[str, ...]]:
    """Return the folders of the Gos whose commands are called "go1.26.8" in PATH, those of which nobody knows what they
    run, and what is only likely.

    Those that golang.org/dl has lie in no Go themselves, and run one in the folder sdk of the home.
    """
    roots: list[Path] = []
    gaps: list[Gap] = []
    notes: list[str] = []
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    for command in named_gos(environ):
        root = goroot_round(command)
        sdk = Path(home, "sdk", command.name.removesuffix(".exe"))
        if root is None and home and _is_one(sdk):
            root = sdk
            notes.append(f"{command} lies in no Go; it is taken for one of golang.org/dl, which runs {sdk}")
        if root is not None:
            roots.append(root)
        else:
            reason = f"{command} lies in no Go, and may run any"
            gaps.append(Gap(wanted=f"which Go {command.name} is", reason=reason, remedy="take it out of PATH"))
    return tuple(roots), tuple(gaps), tuple(notes)


def _is_one(folder: Path) -> bool:
    try:
        return goroot_of(folder) == folder
    except InputError:
        return False


def _is_gap(go: InstalledGo) -> bool:
    return go.level is ToolchainLevel.UNCHECKED and not go.bad_proof


def _gos_of(request: GorootRequest, cache: Path | None) -> FoundGos:
    if not request.paths:
        return find_gos(request.means, cache)
    return FoundGos(places=tuple((path, "argument") for path in dict.fromkeys(map(goroot_of, request.paths))))


def _ask(modules: Sequence[ModuleVersion], request: GorootRequest, on_event: OnEvent) -> LogWords:
    """Ask the log. No folder counts as the project: what lies in a GOROOT must not choose the log that proves it."""
    nothing = Project(
        name="", root=Path(), facts=(), files={}, lift_toml=None, go_sum="", notes=(), paths={}, policy_folders=()
    )
    return ask_log_about(modules, nothing, request.policy, request.means, on_event)


def _exit_code(installed: Sequence[InstalledGo], *, has_gaps: bool) -> int:
    codes = {_code_of(go) for go in installed} | ({3} if has_gaps else set())
    return next(code for code in _GRAVEST_FIRST if code in codes)


def _code_of(go: InstalledGo) -> int:
    if go.level is ToolchainLevel.MODIFIED or go.bad_proof:
        return 4
    if go.level is ToolchainLevel.UNCHECKED:
        return 3
    return 0 if go.level in ACCEPTED and not go.risks else 1
