"""`verify vendor`: every file below vendor/, held against the zip of its module, whose hash the log proves.

    run = verify_vendor(VendorRequest(path=Path("svc"), means=means))
    run.tree, run.modules, run.exit_code

The log is asked for every module that modules.txts lists packages of. Where it cannot know one, go.sum vouches for it,
and that is said. `check` comes to the same facts by `check_vendor`, with the go.sum lines that it has proven.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.graph_inputs import read_inputs
from supplymatrix.engine.log_words import LogWords, ask_log_about, bare_project
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.vendor_zips import WrongZip, ZipPlaces
from supplymatrix.engine.vendored import (
    IGNORED,
    NO_VENDOR,
    NOBODY,
    JudgedVendor,
    VendorWork,
    Vouched,
    effective_of,
    is_absent,
    judge_all,
    read_work,
    vouch,
)
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.go_line import split_flags
from supplymatrix.gomod.vendor_match import MODULES_TXT
from supplymatrix.model.fact import (
    Gap,
    SumKind,
    SumLine,
)
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import VendoredModule, VendorState, VendorTree
from supplymatrix.model.value import value
from supplymatrix.net.settings import read_env_values, read_go_settings
from supplymatrix.sources.git import is_ignored
from supplymatrix.sources.modcache import module_cache
from supplymatrix.sources.project import Project, is_file
from supplymatrix.sources.subjects import find_subjects, read_subject
from supplymatrix.sources.vendor_list import is_vendor_used

__all__ = ["VendorRequest", "VendorRun", "verify_vendor", "zip_sums"]

_GRAVEST_FIRST = (4, 3, 1)


@value
class VendorRequest:
    """path: a folder with go.mod or go.work, or one of these files. policy: names the log and private modules."""

    path: Path
    means: Means
    policy: PolicySource = OWN_POLICY


@value
class VendorRun:
    """What became of vendor/. folder: where it lies; tree: None when there is none. modules: those that are listed with
    packages. alarms: sentences on zips and go.sum lines that are not what is proven. beyond: files that are as in their
    module's zip, and that `go mod vendor` would not have copied; unchecked: files of modules without a zip. log: its
    name; tree_size: of the head that its records are proven under, 0 = nobody was asked."""

    folder: str
    tree: VendorTree | None
    modules: tuple[VendoredModule, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    log: str
    tree_size: int
    exit_code: int
    alarms: tuple[str, ...] = ()
    beyond: int = 0
    unchecked: int = 0


@value
class _Found:
    """The vendor/ that a path leads to. path: of the one project that it is of, None for a workspace of several."""

    work: VendorWork
    project: Project
    path: Path | None


def verify_vendor(request: VendorRequest, on_event: OnEvent = ignore_event) -> VendorRun:
    """Hold vendor/ against the log. Raises InputError for a path that names no project or several, TrustError for a log
    that lied as a whole."""
    found = _find(request.path)
    if found is None or (not found.work.listed.packages and not found.work.found.sizes):
        what = "vendor/ is empty" if found is not None else NO_VENDOR
        return VendorRun(
            folder=str(found.work.folder if found is not None else request.path), tree=None, modules=(), gaps=(),
            notes=(f"{what}: builds take their modules from the module cache, which `verify cache` looks at",),
            log="", tree_size=0, exit_code=5,
        )  # fmt: skip
    work, means = found.work, request.means
    effective = {module: effective_of(work, module) for module in work.listed.packages}
    there = {target for module, target in effective.items() if not is_absent(work, module)}
    asked = sorted(module for module in there if module is not None)
    words = ask_log_about(asked, found.project, request.policy, means, on_event, path=found.path)
    vouched = {
        module: _vouched(words.by_module[target], work.sums.get(target, ""))
        if target is not None and target in words.by_module
        else NOBODY
        for module, target in effective.items()
    }
    values = read_env_values(means.environ)
    mod = split_flags(means.environ.get("GOFLAGS") or values.get("GOFLAGS", "")).get("mod", "")
    cache = module_cache(means.environ, values)
    places = ZipPlaces(cache=cache, means=means, settings=read_go_settings(means.environ))
    (judged,) = judge_all([(work, vouched)], places, on_event)
    alarms = (*_broken(words), *_other_lines(words, work), *map(_sentence, judged.wrong))
    gaps = (*judged.gaps, *_gaps_of(judged.modules, effective, words))
    return VendorRun(
        folder=str(work.folder),
        tree=judged.tree,
        modules=judged.modules,
        gaps=gaps,
        notes=tuple(dict.fromkeys((*_notes(work, judged, mod=mod), *_ignored(work, means), *words.notes))),
        log=words.log,
        tree_size=words.tree_size,
        exit_code=_exit_code(judged, alarms, gaps, vouched),
        alarms=alarms,
        beyond=judged.beyond,
        unchecked=judged.unchecked,
    )


def _find(path: Path) -> _Found | None:
    """Return the one vendor/ that a path leads to, None when it leads to none. path: vendor/ itself stands for its
    project."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - a vendor/ that is a link is that of where the link lies
    if whole.name == "vendor" and is_file(path / MODULES_TXT):
        path = path.parent if path.name == "vendor" else whole.parent
    subjects = find_subjects((path,), recursive=False).subjects
    read = [(subject, read_subject(subject)) for subject in subjects]
    folders: dict[Path, list[tuple[Path, Project]]] = {}
    for subject, project in read:
        root = project.workspace.parent if project.workspace is not None else project.root
        if (root / "vendor").is_dir():
            folders.setdefault(root, []).append((subject.path, project))
    if len(folders) > 1:
        seen = ", ".join((folder / "vendor").as_posix() for folder in folders)
        raise InputError(
            Diagnostic(
                message="the path leads to several vendor/ folders", artifact=path.as_posix(), seen=seen[:200],
                expected="a folder with a go.mod or go.work, and its vendor/", remedy="name one of their folders",
            )
        )  # fmt: skip
    for root, members in folders.items():
        projects = [project for _, project in members]
        work = read_work(read_inputs(projects[0]), zip_sums(projects), f"vendor/{MODULES_TXT}")
        if work is not None:
            of_workspace = projects[0].workspace is not None
            return _Found(
                work=work,
                project=bare_project(root) if of_workspace else projects[0],
                path=None if of_workspace else members[0][0],
            )
    return None


def zip_sums(projects: Sequence[Project]) -> dict[ModuleVersion, str]:
    """Return the zip hashes of all go.sum files; of two for one module the first, as the go command does."""
    found: dict[ModuleVersion, str] = {}
    for fact in chain.from_iterable(project.facts for project in projects):
        if isinstance(fact, SumLine) and fact.kind is SumKind.ZIP:
            found.setdefault(fact.subject, fact.hash)
    return found


def _vouched(word: LogWord, line: str) -> Vouched:
    """Return who vouches for a zip. line: its hash in go.sum, "" for none."""
    return vouch(
        word.h1 if word.kind is LogWordKind.PROVEN else "", line, why=word.reason, remedy=word.remedy,
        is_broken=word.kind is LogWordKind.BROKEN, is_declared=word.is_declared,
    )  # fmt: skip


def _broken(words: LogWords) -> Iterator[str]:
    for module, word in sorted(words.by_module.items()):
        if word.kind is LogWordKind.BROKEN:
            yield f"what {words.log} says of {module} does not hold: {word.reason}"


def _other_lines(words: LogWords, work: VendorWork) -> Iterator[str]:
    for module, word in sorted(words.by_module.items()):
        line = work.sums.get(module, "")
        if word.kind is LogWordKind.PROVEN and word.h1 and line and line != word.h1:
            yield f"go.sum has {line} for {module}, and {words.log} {word.h1}"


def _sentence(wrong: WrongZip) -> str:
    where = f"the zip of {wrong.module} in the module cache" if wrong.is_cached else f"what {wrong.place} sent"
    whose = "" if wrong.is_cached else f" as the zip of {wrong.module}"
    what = f"it has {wrong.hash}, and should have {wrong.wanted}" if wrong.hash else wrong.reason
    place = f" ({wrong.place})" if wrong.is_cached else ""
    return f"{where}{whose} is another one: {what}{place}"


def _gaps_of(
    modules: Sequence[VendoredModule], effective: Mapping[ModuleVersion, ModuleVersion | None], words: LogWords
) -> Iterator[Gap]:
    """Yield what could not be had: zips and files, and the log's word where somebody expects one."""
    for module in modules:
        target = effective[module.subject]
        word = words.by_module.get(target) if target is not None else None
        if module.state is VendorState.UNCHECKED:
            yield Gap(
                wanted=f"the files of {target or module.subject}, to compare vendor/ with",
                reason=module.reason,
                remedy=module.remedy,
                subject=str(module.subject),
                location=module.location,
            )
        elif module.state in (VendorState.EQUAL, VendorState.DIFFERS) and word is not None and _is_wanting(word):
            yield Gap(
                wanted=f"the log's word on {target}",
                reason=word.reason or "the log gave no hash of its zip",
                remedy=word.remedy,
                subject=str(module.subject),
                location=module.location,
            )


def _is_wanting(word: LogWord) -> bool:
    """Return whether the log was expected to say something, and did not."""
    if word.kind is LogWordKind.PROVEN:
        return not word.h1
    return word.kind is LogWordKind.UNANSWERED or (word.kind is LogWordKind.PRIVATE and not word.is_declared)


def _notes(work: VendorWork, judged: JudgedVendor, *, mod: str) -> Iterator[str]:
    """Yield what else there is to say. mod: of -mod in GOFLAGS, "" for none."""
    if work.project.mains and not is_vendor_used(work.folder.parent, work.listed, work.project, mod=mod):
        if mod:
            why = f"GOFLAGS has -mod={mod}"
        elif work.listed.is_workspace != (work.project.work is not None):
            why = "it was made for a workspace, or for no workspace"
        else:
            why = "the go line is below 1.14"
        yield f"a build does not take its packages from vendor/ unless it is told to: {why}"
    if judged.beyond:
        yield f"files as in their module's zip that `go mod vendor` would not have copied: {judged.beyond:,}"
    if judged.unchecked:
        yield f"files that were not compared, as their modules were not: {judged.unchecked:,}"


def _ignored(work: VendorWork, means: Means) -> Iterator[str]:
    if is_ignored(work.folder.parent, f"vendor/{MODULES_TXT}", means.environ):
        yield IGNORED


def _exit_code(
    judged: JudgedVendor, alarms: Sequence[str], gaps: Sequence[Gap], vouched: Mapping[ModuleVersion, Vouched]
) -> int:
    tree, states = judged.tree, {module.state for module in judged.modules}
    codes = set()
    if alarms or VendorState.DIFFERS in states:
        codes.add(4)
    if gaps or VendorState.UNCHECKED in states:
        codes.add(3)
    if tree.unexplained_total or tree.inconsistencies or states & {VendorState.ABSENT, VendorState.LOCAL}:
        codes.add(1)
    if any(word.is_fault for word in vouched.values()):
        codes.add(1)
    return next((code for code in _GRAVEST_FIRST if code in codes), 0 if judged.modules else 5)
