"""What is known of module versions that a bill of materials names: the log's word, zips and licences on this machine.

The log is asked as `check` asks it: no private name is sent, proofs beside go.sum go first, and without a network what
is cached has to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from supplymatrix.engine.events import Message, OnEvent
from supplymatrix.engine.licences import read_licences
from supplymatrix.engine.lookups import Broken, LogAnswer, Signer
from supplymatrix.engine.means import Means
from supplymatrix.engine.module_graph import GraphRun
from supplymatrix.engine.policy_source import POLICY_FILE, PolicySource, load_policy
from supplymatrix.engine.prepare import Prepared, choose_log, prepare
from supplymatrix.engine.private import withholding_of
from supplymatrix.engine.shared_answers import Asker, share_modules
from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.module_graph import ListedModule, ModuleGraph
from supplymatrix.gomod.zip_archive import read_zip
from supplymatrix.licences.expression import parse_expression
from supplymatrix.licences.files import is_licence_file
from supplymatrix.model.fact import GraphModule
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion, check_module_path
from supplymatrix.model.value import changed, value
from supplymatrix.model.zip_digest import DamagedZip
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.net.settings import read_go_settings
from supplymatrix.policy.document import Policy
from supplymatrix.sbom.document import Scope
from supplymatrix.sbom.evidence import LogWord, LogWordKind, ZipWord
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sources.files import POLICY_LIMIT, read_if_there
from supplymatrix.sources.pread import open_at
from supplymatrix.sources.project import Project
from supplymatrix.sources.zip_digest import digest_zips, zip_path
from supplymatrix.sumdb.history import History
from supplymatrix.sumdb.session import LogRecord, NotLogged

__all__ = ["MOST_MODULES", "LogWords", "ask_log_about", "bare_project", "deeper_licences", "licences_of", "zips_of"]

MOST_MODULES = 20_000
"""Module versions that the log is asked for; the largest known projects have some thousand."""

_REMEDY = "list it in lift.toml under [sources] private, or run with --send-private"
_CASE = "check capitals and version; a private module belongs under [sources] private in lift.toml"
_NOWHERE = Location(artifact="", line=0)


@value
class LogWords:
    """by_module: the log's word. log: its name; tree_size: of the head they hold under, 0 = nobody was asked."""

    by_module: Mapping[ModuleVersion, LogWord]
    log: str
    tree_size: int
    notes: tuple[str, ...]


def bare_project(folder: Path) -> Project:
    """Return a project of which nothing counts but the policy that lies in a folder. Raises InputError."""
    policy = read_if_there(folder / POLICY_FILE, POLICY_LIMIT, "policy")
    return Project(
        name="", root=folder, facts=(), files={}, lift_toml=policy, go_sum="", notes=(),
        paths={POLICY_FILE: folder / POLICY_FILE}, policy_folders=(folder,),
    )  # fmt: skip


def ask_log_about(
    modules: Sequence[ModuleVersion],
    project: Project,
    source: PolicySource,
    means: Means,
    on_event: OnEvent,
    *,
    path: Path | None = None,
    most: int = MOST_MODULES,
) -> LogWords:
    """Return the log's word on module versions. path: of the project, None for one of which only the policy counts.
    most: how many of them are asked for; the others are told as not asked for.

    Raises InputError for a policy or proof file that cannot be used, TrustError for a log that lied as a whole.
    """
    settings, histories = read_go_settings(means.environ), dict[Signer, History]()
    item = _prepared(path, project, source, means, histories) if path is not None else None
    policy = item.policy if item is not None else load_policy(source, project, means.environ, means)[0]
    choice = item.choice if item is not None else choose_log(policy)
    committed = item.committed.records if item is not None else {}
    words: dict[ModuleVersion, LogWord] = {}
    asked: list[ModuleVersion] = []
    for module in modules:
        word = _unsendable(module, policy, settings, send_private=means.send_private or module in committed)
        if word is None and len(asked) < most:
            asked.append(module)
        elif word is None:
            reason = f"the log was asked for {most:,} modules of the file and no more"
            words[module] = LogWord(kind=LogWordKind.UNANSWERED, reason=reason, remedy="--most N asks for more")
        else:
            words[module] = word
    heads = histories[choice.signer].heads if item is not None else ()
    proofs = [item.committed] if item is not None else []
    shared = share_modules(choice, asked, proofs, heads, Asker(means=means, settings=settings, on_event=on_event))
    for text in shared.messages:
        on_event(Message(text=text))
    words |= {module: _word(module, shared.answers.get(module)) for module in asked}
    view = shared.run.view if shared.run is not None else None
    size = view.tree_size if view is not None else 0
    if not size and item is not None and item.committed.head is not None:
        size = item.committed.head.size
    notes = shared.notes_for(item) if item is not None else shared.notes
    return LogWords(
        by_module=words,
        log=choice.verifier.name,
        tree_size=size,
        notes=tuple(note.message for note in notes),
    )


def _prepared(
    path: Path, project: Project, source: PolicySource, means: Means, histories: dict[Signer, History]
) -> Prepared:
    return prepare(
        path, project, source, means.environ, read_go_settings(means.environ),
        histories=histories, send_private=means.send_private, means=means,
    )  # fmt: skip


def _unsendable(module: ModuleVersion, policy: Policy, settings: GoSettings, *, send_private: bool) -> LogWord | None:
    """Return the word on a module version whose name does not go to the log, None for one that may."""
    held = withholding_of(module.path, policy, settings, send_private=send_private)
    if held is not None:
        return LogWord(
            kind=LogWordKind.PRIVATE,
            reason=f"its name is withheld from the log by {held}",
            remedy="" if held.declared else _REMEDY,
            is_declared=held.declared,
        )
    try:
        check_module_path(module.path)
    except InputError as err:
        return LogWord(kind=LogWordKind.IMPOSSIBLE, reason=f"no log can have it: {err.diagnostics[0].message}")
    return None


def _word(module: ModuleVersion, answer: LogAnswer | None) -> LogWord:
    if isinstance(answer, LogRecord):
        return LogWord(
            kind=LogWordKind.PROVEN,
            h1=answer.hashes.get(module.version, ""),
            h1_go_mod=answer.hashes.get(f"{module.version}/go.mod", ""),
            record=answer.number,
            tree_size=answer.tree_size,
            reason="" if module.version in answer.hashes else "its record in the log has no hash of its zip",
        )
    if isinstance(answer, NotLogged):
        who = f"{answer.source} has no record of it (HTTP {answer.status})"
        return LogWord(kind=LogWordKind.NOT_LOGGED, reason=who, remedy=_CASE)
    if isinstance(answer, Broken):
        return LogWord(kind=LogWordKind.BROKEN, reason=str(answer.error))
    if answer is None:
        return LogWord(kind=LogWordKind.UNANSWERED, reason="it was not asked for")
    reason = answer.reason.partition(": lookup/")[0]  # the name is told beside it, and reasons of many are one
    return LogWord(kind=LogWordKind.UNANSWERED, reason=reason, remedy=answer.remedy)


def zips_of(
    modules: Iterable[ModuleVersion], cache: Path | None, facts: FileFacts, *, jobs: int = 4
) -> dict[ModuleVersion, ZipWord]:
    """Return the hashes of module zips in the module cache, h1 among them, each from the file as it is now."""
    found = {}
    for module, digest in digest_zips(modules, cache, facts, jobs).items():
        if isinstance(digest, DamagedZip):
            # What is there in the place of a zip and is none is another one than the log knows, whatever its hash is.
            found[module] = ZipWord(h1="none", reason=f"its zip in the module cache is none: {digest}")
        elif isinstance(digest, str):
            found[module] = ZipWord(reason=digest)
        else:
            found[module] = ZipWord(digest=digest, h1=digest.h1)
    return found


def licences_of(
    modules: Iterable[ModuleVersion],
    project: Project,
    graph: GraphRun | None,
    environ: Mapping[str, str],
    facts: FileFacts,
    *,
    proven: AbstractSet[ModuleVersion] = frozenset(),
) -> dict[ModuleVersion, ModuleLicence]:
    """Return what licence texts say of modules on this machine; those of the project are read for its own packages.

    graph: of the project, None without one. proven: modules whose zip in the module cache is the one that the log
    knows: they are read from that.
    """
    found: dict[ModuleVersion, ModuleLicence] = {}
    if graph is not None:
        # What lies in vendor/ nobody has held against anything: it counts only where there is nothing else.
        run = read_licences(
            changed(graph, from_vendor=False), project, environ, scope=Scope.ALL, facts=facts, checked=proven
        )
        found |= {licence.effective or _folder(licence): licence for licence in run.by_path.values()}
    left = sorted(set(modules) - set(found))
    for batch in _batches(left):
        run = read_licences(_made_run(batch), project, environ, scope=Scope.ALL, facts=facts, checked=proven)
        found |= {licence.subject: licence for licence in run.by_path.values()}
        found |= {module: run.stdlib for module in left if module.path == STDLIB}
    return found


def deeper_licences(
    modules: Iterable[ModuleVersion],
    project: Project,
    cache: Path | None,
    environ: Mapping[str, str],
    facts: FileFacts,
) -> dict[ModuleVersion, frozenset[str]]:
    """Return the licences that stand anywhere in the zips of modules, of those that could be read as a whole.

    modules: those whose zip is proven.
    """
    found: dict[ModuleVersion, frozenset[str]] = {}
    for module in modules:
        folders = _licensed_folders(cache, module) if cache is not None else None
        if folders is None:
            continue
        packages = tuple(f"{module.path}/{folder}" if folder else module.path for folder in folders)
        run = changed(_made_run([module]), packages={module.path: packages})
        licence = read_licences(run, project, environ, scope=Scope.ALL, facts=facts, checked={module}).by_path.get(
            module.path
        )
        if licence is not None and licence.is_read:
            said = [parse_expression(file.expression) for file in licence.files if file.expression]
            said += [parse_expression(text) for text in (licence.declared, licence.concluded) if text]
            found[module] = frozenset(name for expression in said for name in expression.licences)
    return found


def _licensed_folders(cache: Path, module: ModuleVersion) -> list[str] | None:
    """Return the folders of a module's zip that have licence files, None when it cannot be read."""
    try:
        with open_at(zip_path(cache, module), limit=ZIP_LIMIT) as file:
            names = [entry.name.decode("utf-8", "replace") for entry in read_zip(file).entries]
    except (InputError, OSError):
        return None
    inside = [name.removeprefix(f"{module}/") for name in names if name.startswith(f"{module}/")]
    return sorted({folder for folder, _, name in (text.rpartition("/") for text in inside) if is_licence_file(name)})


def _folder(licence: ModuleLicence) -> ModuleVersion:
    """Return the name of what is built from a folder: a main module, or a local replacement."""
    return ModuleVersion(path=licence.subject.path, version="")


def _batches(modules: Sequence[ModuleVersion]) -> Iterator[list[ModuleVersion]]:
    """Yield module versions, no path twice in one batch."""
    waiting = list(modules)
    while waiting:
        batch = {module.path: module for module in waiting}
        yield sorted(batch.values())
        waiting = [module for module in waiting if batch[module.path] != module]


def _made_run(modules: Sequence[ModuleVersion]) -> GraphRun:
    """Return modules as if they were the build list of a project."""
    listed = tuple(
        ListedModule(module=module, replacement=None, is_main=False, is_indirect=False, is_required=True, go_version="")
        for module in modules
    )
    facts = tuple(
        GraphModule(
            subject=module, effective=module, is_main=False, gives_packages=None, retracted="", deprecated="",
            location=_NOWHERE,
        )
        for module in modules
    )  # fmt: skip
    graph = ModuleGraph(modules=listed, requires={}, missing=(), raised=())
    return GraphRun(name="", graph=graph, facts=facts, gaps=(), notes=())
