"""`verify cache`: the copies of a project's modules in the module cache, held against the log.

    run = verify_cache(CacheRequest(path=Path("svc"), means=means))
    run.copies, run.absent, run.exit_code

The modules are those of the build list and of go.sum. Their files are read while the log is asked: what they should
hash to is needed only at the end. Nothing of the cache is believed, and nothing of go.sum, but where no log can know a
module: then go.sum's hash is all there is, and that is told.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from supplymatrix.engine.building_fips import fips_in_cache
from supplymatrix.engine.cache_files import name_files
from supplymatrix.engine.collector import without_collector
from supplymatrix.engine.events import OnEvent, Progress, ignore_event
from supplymatrix.engine.graph_inputs import GraphInputs, read_inputs
from supplymatrix.engine.log_words import LogWords, ask_log_about
from supplymatrix.engine.means import Means
from supplymatrix.engine.module_graph import cache_of, graph_of_files
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource, load_policy
from supplymatrix.engine.private import withholding_of
from supplymatrix.engine.sbom_subject import SbomSubject, find_sbom_subject
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.module_graph import ModuleGraph
from supplymatrix.model.cache_run import CacheRun, SumDifference, UnbelievedHash, UnprovenModule
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState, Gap, ProjectFact, RequiredModule, SumKind, SumLine
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.net.folders import cache_folder_if_any
from supplymatrix.net.settings import read_go_settings
from supplymatrix.sources.copy_check import CopyCheck, Hashes
from supplymatrix.sources.mod_files import ModFiles
from supplymatrix.sources.project import Project, is_file, is_folder

__all__ = ["CacheRequest", "verify_cache"]

_AGAIN = "run it again when nothing writes to the module cache"
_TOOLCHAINS = "toolchains are not looked at here: `supplymatrix verify goroot` does that"
_READABLE = "let it be read by whoever runs this, and run it again"
_REMEDIES = (
    ("it cannot be read", _READABLE),
    ("has not unpacked it to its end", "`go mod download` unpacks it anew; run this again then"),
    ("more entries", "this program reads no more; find out what lies there, or `go clean -modcache`"),
    ("is a link to nothing", "delete the link; the go command fetches the file again"),
)
"""What to do about a copy that could not be checked, by words of the reason."""
_VENDOR = "there is a vendor/ beside it, which builds may take instead: `supplymatrix verify vendor` looks there"
_ANOTHER = (
    "none of these modules lies in this module cache: is another one meant? GOMODCACHE names it; `go mod download` "
    "fetches them"
)
_TRUSTED = "modules whose files have the same size, place and times as when they were last read were not read again"


@value
class CacheRequest:
    """path: a project, a member of a workspace, or a workspace. trust_mtime: believe size, place and times of files
    that were good in an earlier run; else every byte is read."""

    path: Path
    means: Means
    policy: PolicySource = OWN_POLICY
    trust_mtime: bool = False


@value
class _Wanted:
    """modules: whose copies count; go_mods: of which only the go.mod does. sums: the first hash of each go.sum key.
    unlisted: modules that give packages, and of whose zip no go.sum has a line."""

    modules: tuple[ModuleVersion, ...]
    go_mods: tuple[ModuleVersion, ...]
    local: tuple[str, ...]
    sums: Mapping[tuple[ModuleVersion, SumKind], str]
    unlisted: tuple[ModuleVersion, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]


def verify_cache(request: CacheRequest, on_event: OnEvent = ignore_event) -> CacheRun:
    """Hold the module cache against the log.

    Raises InputError for a path, project or policy that cannot be used, TrustError for a log that lied as a whole.
    """
    means = request.means
    cache = cache_of(means.environ)
    _refuse_cache(request.path, cache)
    subject = find_sbom_subject(request.path, means.environ)
    facts = _facts(means) if request.trust_mtime else None
    sums = _read_sums(subject)
    with ExitStack() as stack:
        stack.enter_context(without_collector())  # facts and records have no circles

        def begin(modules: Iterable[ModuleVersion]) -> CopyCheck:
            expected = {module: sums.get((module, SumKind.ZIP), "") for module in modules}
            return stack.enter_context(CopyCheck(expected, cache, jobs=means.jobs, memory=facts))

        # Nearly all modules are known from go.sum: their files are being read while the graph is worked out.
        known = sorted(module for module, kind in sums if kind is SumKind.ZIP and module.path != TOOLCHAIN_PATH)
        checks = [begin(known)]
        wanted = _find_modules(subject, sums, cache)
        checks.append(begin(module for module in wanted.modules if (module, SumKind.ZIP) not in sums))
        words = _ask(subject, (*wanted.modules, *wanted.go_mods), request, on_event)
        hashes = _hashes(wanted, words)
        copies = _judge(checks, known, hashes, on_event)
    if facts is not None:
        facts.save()
    there = frozenset(module for check in checks for module in check.modules)
    remembered = sum(check.remembered for check in checks)
    unproven = tuple(_unproven(wanted, words, there))
    withheld = {module.subject for module in unproven}
    copies = name_files(copies, means, read_go_settings(means.environ), on_event, withheld=withheld)
    of_go, not_at_hand = fips_in_cache(means.environ, cache)
    copies = tuple(sorted((*copies, *of_go), key=lambda copy: copy.subject))
    notes = [*wanted.notes, *words.notes, *not_at_hand, *([_TRUSTED] if remembered else [])]
    if wanted.modules and not there:
        notes.insert(0, _ANOTHER)
    unbelieved = sorted((module, why) for check in checks for module, why in check.unbelieved.items())
    return CacheRun(
        name=subject.name,
        folder=subject.folder.as_posix(),
        cache=str(cache) if cache is not None else "",
        copies=copies,
        modules=len(wanted.modules),
        absent=tuple(module for module in wanted.modules if module not in there),
        go_mods=len(wanted.go_mods),
        local=wanted.local,
        sums=tuple(_sum_differences(subject, words)),
        unproven=unproven,
        gaps=(*wanted.gaps, *_gaps_of_words(unproven, words, hashes, there), *_gaps_of_copies(copies)),
        notes=tuple(dict.fromkeys(notes)),
        log=words.log,
        tree_size=words.tree_size,
        remembered=remembered,
        has_go_sum=bool(wanted.sums) or not wanted.modules,
        unlisted=wanted.unlisted if wanted.sums else (),
        unbelieved=tuple(UnbelievedHash(subject=module, why=why) for module, why in unbelieved),
    )


def _refuse_cache(path: Path, cache: Path | None) -> None:
    """Refuse the module cache in the place of a project. Raises InputError."""
    if cache is None or not is_folder(path) or is_file(path / "go.mod"):
        return
    real = Path(os.path.realpath(path))
    if real.is_relative_to(os.path.realpath(cache)):
        fault = Diagnostic(
            message="this is the module cache; PATH is a project, whose modules are looked at there",
            artifact=path.as_posix(),
            expected="a folder with go.mod, or go.work",
            remedy="run it in a project, or name one; GOMODCACHE says which module cache is looked at",
        )
        raise InputError(fault)


def _facts(means: Means) -> FileFacts:
    return FileFacts.open(means.cache_dir or cache_folder_if_any(means.environ), detector="")


def _judge(
    checks: Sequence[CopyCheck],
    known: Sequence[ModuleVersion],
    hashes: Mapping[ModuleVersion, Hashes],
    on_event: OnEvent,
) -> tuple[CachedCopy, ...]:
    """Return all copies in the order of modules. known: modules of the first check, the others are of the second."""
    total, done, first = sum(len(check.modules) for check in checks), 0, frozenset(known)
    parts = [
        {module: wanted for module, wanted in hashes.items() if (module in first) is (number == 0)}
        for number in range(len(checks))
    ]
    found: list[CachedCopy] = []
    for check, part in zip(checks, parts, strict=True):
        before = done

        def tell(number: int, before: int = before) -> None:
            on_event(Progress(stage="copies", done=before + number, total=total))

        found += check.judge(part, tell)
        done += len(check.modules)
    order = {kind: number for number, kind in enumerate(CopyKind)}
    return tuple(sorted(found, key=lambda copy: (copy.subject, order[copy.kind])))


def _read_sums(subject: SbomSubject) -> dict[tuple[ModuleVersion, SumKind], str]:
    """Return the hash of each key of every go.sum; of two the first one, as the go command refuses the second."""
    sums: dict[tuple[ModuleVersion, SumKind], str] = {}
    for project in subject.projects:
        for line in project.facts:
            if isinstance(line, SumLine):
                sums.setdefault((line.subject, line.kind), line.hash)
    return sums


def _find_modules(
    subject: SbomSubject, sums: Mapping[tuple[ModuleVersion, SumKind], str], cache: Path | None
) -> _Wanted:
    """Return the modules of the build list and of every go.sum."""
    inputs = read_inputs(subject.project)
    files = ModFiles(cache, inputs.hashes, inputs.folders)
    graph = graph_of_files(inputs, files.read)
    listed = {one.effective for one in graph.modules if one.effective is not None}
    modules = listed | {module for module, kind in sums if kind is SumKind.ZIP}
    is_toolchain = any(module.path == TOOLCHAIN_PATH for module in modules) or _has_toolchains(cache)
    has_line = {module for module, kind in sums if kind is SumKind.ZIP}
    unlisted = sorted((_giving_packages(subject.projects) & listed) - has_line)
    modules = {module for module in modules if module.path != TOOLCHAIN_PATH}
    go_mods = {module for module, _ in sums} - modules
    notes = [_TOOLCHAINS] * is_toolchain
    if (inputs.folder / "vendor" / "modules.txt").exists():
        notes.append(_VENDOR)
    return _Wanted(
        modules=tuple(sorted(modules)),
        go_mods=tuple(sorted(module for module in go_mods if module.path != TOOLCHAIN_PATH)),
        local=tuple(sorted(one.module.path for one in graph.modules if one.effective is None and not one.is_main)),
        sums=sums,
        unlisted=tuple(module for module in unlisted if module.path != TOOLCHAIN_PATH),
        gaps=tuple(_gaps_of_graph(inputs, graph)),
        notes=tuple(notes),
    )


def _giving_packages(projects: Sequence[Project]) -> set[ModuleVersion]:
    """Return the modules that go.mod requires for their packages: from go 1.17 on all that it requires, before that
    those that it requires for its own sake, which is not known here."""
    found: set[ModuleVersion] = set()
    for project in projects:
        if any(isinstance(fact, ProjectFact) and fact.prunes_graph for fact in project.facts):
            required = (fact for fact in project.facts if isinstance(fact, RequiredModule))
            found |= {one.effective for one in required if one.effective is not None and not one.is_member}
    return found


def _has_toolchains(cache: Path | None) -> bool:
    """Return whether a toolchain lies in the module cache, unpacked or as a zip."""
    if cache is None:
        return False
    folder, name = (cache / TOOLCHAIN_PATH).parent, f"{Path(TOOLCHAIN_PATH).name}@"
    downloads = cache / "cache" / "download" / TOOLCHAIN_PATH / "@v"
    return any(one.startswith(name) for one in _names(folder)) or any(one.endswith(".zip") for one in _names(downloads))


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return []


def _gaps_of_graph(inputs: GraphInputs, graph: ModuleGraph) -> Iterator[Gap]:
    """Yield why the build list may lack modules: those of go.sum are looked at all the same."""
    wanted = f"the build list of {inputs.name}"
    if graph.missing:
        first, many = graph.missing[0], len(graph.missing)
        which = f"{first.wanted.effective or first.wanted.module}: {first.reason}"
        reason = which if many == 1 else f"{many:,} go.mod files could not be had, the first is that of {which}"
        yield Gap(wanted=wanted, reason=reason, remedy=first.remedy)
    for member, why in inputs.unusable:
        remedy = "mend the workspace, or check the member by itself"
        yield Gap(wanted=wanted, reason=f"member {member}: {why}", remedy=remedy)


def _ask(subject: SbomSubject, modules: Sequence[ModuleVersion], request: CacheRequest, on_event: OnEvent) -> LogWords:
    """Ask the log, for no name that the policy of any member keeps from it."""
    means = request.means
    held = _held_by_members(subject.projects[1:], modules, request)
    asked = [module for module in modules if module not in held]
    words = ask_log_about(
        asked, subject.project, request.policy, means, on_event, path=subject.project.root, most=len(asked)
    )
    return changed(words, by_module={**words.by_module, **held})


def _held_by_members(
    projects: Sequence[Project], modules: Sequence[ModuleVersion], request: CacheRequest
) -> Mapping[ModuleVersion, LogWord]:
    """Return the word on modules that other members of a workspace declare private."""
    held: dict[ModuleVersion, LogWord] = {}
    if not projects:
        return held
    settings = read_go_settings(request.means.environ)
    for project in projects:
        policy = load_policy(request.policy, project, request.means.environ, request.means)[0]
        for module in modules if policy.private else ():
            who = withholding_of(module.path, policy, settings, send_private=True)
            if who is not None:
                reason = f"its name is withheld from the log by {who}"
                held[module] = LogWord(kind=LogWordKind.PRIVATE, reason=reason, is_declared=True)
    return held


def _hashes(wanted: _Wanted, words: LogWords) -> Mapping[ModuleVersion, Hashes]:
    """Return what copies are held against: what the log proves, else what go.sum says."""
    found: dict[ModuleVersion, Hashes] = {}
    for module in (*wanted.modules, *wanted.go_mods):
        word = words.by_module[module]
        zip_hash, go_mod = word.h1, word.h1_go_mod
        if word.kind is not LogWordKind.PROVEN or not word.h1:
            zip_hash = wanted.sums.get((module, SumKind.ZIP), "")
        if word.kind is not LogWordKind.PROVEN or not word.h1_go_mod:
            go_mod = wanted.sums.get((module, SumKind.GO_MOD), "")
        found[module] = Hashes(zip=zip_hash, go_mod=go_mod)
    go_mods = set(wanted.go_mods)
    return {module: Hashes(zip="", go_mod=h.go_mod) if module in go_mods else h for module, h in found.items()}


def _unproven(wanted: _Wanted, words: LogWords, there: frozenset[ModuleVersion]) -> Iterator[UnprovenModule]:
    """Yield the modules of which the log proves no hash: of those whose go.mod alone counts, no hash of that."""
    go_mods = set(wanted.go_mods)
    for module in (*wanted.modules, *wanted.go_mods):
        word = words.by_module[module]
        is_proven = word.kind is LogWordKind.PROVEN and (word.h1_go_mod if module in go_mods else word.h1)
        if not is_proven:
            yield UnprovenModule(
                subject=module,
                kind=word.kind,
                reason=word.reason,
                is_declared=word.is_declared,
                by_go_sum=module in there and (module, SumKind.ZIP) in wanted.sums,
            )


def _gaps_of_words(
    unproven: Sequence[UnprovenModule],
    words: LogWords,
    hashes: Mapping[ModuleVersion, Hashes],
    there: frozenset[ModuleVersion],
) -> Iterator[Gap]:
    """Yield what the log could not be asked, and copies that there is nothing to hold against."""
    for module in unproven:
        remedy = words.by_module[module.subject].remedy
        is_open = module.kind in (LogWordKind.UNANSWERED, LogWordKind.PROVEN) or (
            module.kind is LogWordKind.PRIVATE and not module.is_declared
        )
        if is_open:
            yield Gap(
                wanted=f"log record of {module.subject}", reason=module.reason, remedy=remedy,
                subject=str(module.subject),
            )  # fmt: skip
        elif module.subject in there and not hashes[module.subject].zip:
            yield Gap(
                wanted=f"a hash of {module.subject}",
                reason=f"{module.reason}, and go.sum has no line of its zip",
                remedy="go mod tidy writes it",
                subject=str(module.subject),
            )


def _gaps_of_copies(copies: Sequence[CachedCopy]) -> Iterator[Gap]:
    for copy in copies:
        if copy.state is CopyState.UNCHECKED:
            what = "files" if copy.kind is CopyKind.FOLDER else "hash"
            remedy = next((todo for words, todo in _REMEDIES if words in copy.reason), _AGAIN)
            yield Gap(wanted=f"the {what} of {copy.path}", reason=copy.reason, remedy=remedy, subject=str(copy.subject))


def _sum_differences(subject: SbomSubject, words: LogWords) -> Iterator[SumDifference]:
    """Yield the go.sum lines that are not what the log proves, each once for a file."""
    seen = set()
    for project in subject.projects:
        for line in project.facts:
            if not isinstance(line, SumLine) or line.subject not in words.by_module:
                continue
            word = words.by_module[line.subject]
            logged = word.h1 if line.kind is SumKind.ZIP else word.h1_go_mod
            if word.kind is not LogWordKind.PROVEN or not logged or line.hash == logged:
                continue
            place = Path(os.path.normpath(project.path_of(line.location.artifact))).as_posix()
            key = (place, line.location.line)
            if key not in seen:
                seen.add(key)
                yield SumDifference(
                    subject=line.subject,
                    kind=line.kind,
                    hash=line.hash,
                    logged_hash=logged,
                    location=changed(line.location, artifact=place),
                )
