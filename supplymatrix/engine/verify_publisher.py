"""`verify publisher`: did the publisher of a module version sign its tag, and is the module that the log has that tag?

    run = verify_publishers(PublisherRequest(modules=(module,), means=means, trust=trust))
    run.verdicts[0].state, run.verdicts[0].tree, run.exit_code

The log is asked first, for all modules at once. Then each tag is fetched into a repository of its own, several side by
side: its object is read and hashed again, its signature judged, and the zip that the go command would make of its
commit is hashed and held against the log's. What cannot be had is said, and counts as nothing that is good.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from supplymatrix.attest.git_object import OBJECT_LIMIT, GitObject, ObjectKind, parse_git_object
from supplymatrix.engine.events import OnEvent, Progress, ignore_event
from supplymatrix.engine.log_words import ask_log_about, bare_project
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource, load_policy
from supplymatrix.engine.private import withholding_of
from supplymatrix.engine.publisher_origin import OriginAnswer, origins_of, tag_names, tag_of
from supplymatrix.engine.publisher_signature import JudgedSignature, PublisherTrust, judge_signature
from supplymatrix.errors import InputError, SourceError, SupplymatrixError, TransportError
from supplymatrix.gomod.pseudo import is_pseudo_version, parse_pseudo_version
from supplymatrix.gomod.zip_of_tree import TreeZip, module_folder, tree_zip
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.publisher import (
    PublisherCheck,
    PublisherOrigin,
    PublisherReason,
    PublisherRun,
    PublisherState,
    PublisherStep,
    PublisherVerdict,
    TreeState,
)
from supplymatrix.model.signature import CheckState
from supplymatrix.model.value import changed, value
from supplymatrix.net.settings import read_env_values, read_go_settings
from supplymatrix.policy.document import Policy
from supplymatrix.sources.git_tags import FetchedTag, Place, TagWanted, fetch_tag, full_commit, parse_place
from supplymatrix.sources.modcache import module_cache

__all__ = ["PublisherRequest", "judge_publishers", "verify_publishers"]

_PARALLEL = 4
"""Tags that are fetched at once: each may be a repository of some hundred MB."""
_STAGE = "publishers' tags"
_SMALL_FILE = 16 << 20
_DIGITS = 12


@value
class PublisherRequest:
    """modules: at least one. project: a folder whose lift.toml names the log and private modules. repository: an
    address or folder that stands in for the origin's, "" = none. trust: whose signatures count. notes: that the report
    is to tell."""

    modules: tuple[ModuleVersion, ...]
    means: Means
    trust: PublisherTrust = PublisherTrust()
    project: Path = Path()
    policy: PolicySource = OWN_POLICY
    repository: str = ""
    notes: tuple[str, ...] = ()


def verify_publishers(request: PublisherRequest, on_event: OnEvent = ignore_event) -> PublisherRun:
    """Return a verdict for each module version.

    Raises InputError for a policy or repository that cannot be used, TrustError for a log that lied as a whole.
    """
    if request.repository:
        parse_place(request.repository)
    if not request.modules:
        return PublisherRun(verdicts=(), log="", tree_size=0, notes=request.notes)
    project = bare_project(request.project)
    words = ask_log_about(request.modules, project, request.policy, request.means, on_event)
    policy = load_policy(request.policy, project, request.means.environ, request.means)[0]
    return PublisherRun(
        verdicts=judge_publishers(request, words.by_module, [policy], on_event),
        log=words.log,
        tree_size=words.tree_size,
        notes=(*request.notes, *words.notes),
    )


def judge_publishers(
    request: PublisherRequest,
    words: Mapping[ModuleVersion, LogWord],
    policies: Sequence[Policy],
    on_event: OnEvent = ignore_event,
) -> tuple[PublisherVerdict, ...]:
    """Return the verdicts where the log was asked already. words: what it said; policies: any of which may keep a name
    from proxies. Raises nothing of its own."""
    means = request.means
    settings = read_go_settings(means.environ)

    def held(path: str) -> str:
        for policy in policies:
            found = withholding_of(path, policy, settings, send_private=means.send_private)
            if found is not None:
                return f"its name is withheld by {found}"
        return ""

    modules = tuple(dict.fromkeys(request.modules))
    origins = origins_of(modules, request.repository, _cache(means.environ), settings, means, held=held)
    jobs = max(1, min(means.jobs, _PARALLEL, len(modules)))
    found: list[PublisherVerdict] = []
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        waiting = [
            pool.submit(_judge, module, origins[module], words.get(module), request) for module in modules
        ]  # fmt: skip
        for done in waiting:
            found.append(done.result())
            on_event(Progress(stage=_STAGE, done=len(found), total=len(waiting)))
    return tuple(found)


def _cache(environ: Mapping[str, str]) -> Path | None:
    try:
        return module_cache(environ, read_env_values(environ))
    except InputError:
        return None


def _judge(
    module: ModuleVersion, answer: OriginAnswer, word: LogWord | None, request: PublisherRequest
) -> PublisherVerdict:
    """Return the verdict on one module version; whatever goes wrong becomes a step of it."""
    origin = answer.origin
    if origin is None:
        step = _open(PublisherCheck.ORIGIN, f"nobody says where it was made: {answer.reason}", answer.code)
        return _verdict(module, word, (changed(step, remedy=answer.remedy),))
    try:
        place = parse_place(origin.url)
        origin = changed(origin, url=place.shown)
        if place.protocol != "file" and (request.means.offline or request.means.replay is not None):
            says = "its repository is on another machine, which is not asked offline"
            step = _open(PublisherCheck.ORIGIN, says, PublisherReason.UNREACHABLE)
            return _verdict(module, word, (changed(step, remedy="name a clone with --repository"),), origin)
        return _judge_place(module, origin, place, word, request)
    except TransportError as err:
        step = _open(PublisherCheck.ORIGIN, f"its repository cannot be had: {err}", PublisherReason.UNREACHABLE)
        return _verdict(module, word, (changed(step, remedy=err.remedy),), origin)
    except SourceError as err:
        step = _open(PublisherCheck.ORIGIN, str(err), PublisherReason.NO_TOOL)
        return _verdict(module, word, (changed(step, remedy=err.remedy),), origin)
    except SupplymatrixError as err:
        return _verdict(module, word, (_open(PublisherCheck.ORIGIN, str(err), PublisherReason.MALFORMED),), origin)


def _judge_place(
    module: ModuleVersion, origin: PublisherOrigin, place: Place, word: LogWord | None, request: PublisherRequest
) -> PublisherVerdict:
    wanted, step = _wanted(module, origin, place, request.means.environ)
    if wanted is None:
        return _verdict(module, word, (step,) if step is not None else (), origin)
    environ, ca_file = request.means.environ, request.means.ca_file
    with fetch_tag(place, wanted, environ, ca_file=ca_file) as fetched:
        if fetched is None:
            return _verdict(module, word, (_not_there(wanted, place),), origin)
        return _judge_fetched(module, origin, fetched, word, request)


def _wanted(
    module: ModuleVersion, origin: PublisherOrigin, place: Place, environ: Mapping[str, str]
) -> tuple[TagWanted | None, PublisherStep | None]:
    """Return what is to be fetched, or the step that says why nobody knows."""
    names = tag_names(module, origin)
    if names:
        return TagWanted(references=names), None
    commit = origin.commit
    if not commit and is_pseudo_version(module.version):
        commit = full_commit(place, parse_pseudo_version(module.version).revision, environ)
    if len(commit) in (40, 64):
        return TagWanted(commit=commit), None
    says = "no tag makes this version, and its origin does not say the whole id of its commit"
    step = _open(PublisherCheck.TAG, says, PublisherReason.NO_COMMIT)
    return None, changed(step, remedy="name a clone that has the commit with --repository")


def _not_there(wanted: TagWanted, place: Place) -> PublisherStep:
    if wanted.references:
        shown = wanted.references[-1].removeprefix("refs/tags/")
        says = f"{place.shown} has no tag of this version"
        return _open(PublisherCheck.TAG, says, PublisherReason.NO_TAG, expected=shown)
    says = f"{place.shown} does not give out the commit of this version"
    return _open(PublisherCheck.COMMIT, says, PublisherReason.NO_COMMIT, expected=wanted.commit)


def _judge_fetched(
    module: ModuleVersion,
    origin: PublisherOrigin,
    fetched: FetchedTag,
    word: LogWord | None,
    request: PublisherRequest,
) -> PublisherVerdict:
    """Return the verdict on what was fetched."""
    if not origin.reference and fetched.reference:
        tag = fetched.reference.removeprefix("refs/tags/")
        subdir = tag.removesuffix(tag_of(module, "")).rstrip("/")
        origin = changed(origin, reference=fetched.reference, subdir=subdir)
    steps: list[PublisherStep] = []
    tag_object = _read(fetched, ObjectKind.TAG, fetched.object_name) if fetched.object_kind == "tag" else None
    steps += _tag_steps(module, origin, fetched, tag_object)
    commit_step = _commit_step(module, origin, fetched)
    steps += [commit_step] if commit_step is not None else []
    if not fetched.commit:
        step = _open(PublisherCheck.COMMIT, "the tag points at no commit", PublisherReason.NO_COMMIT)
        return _verdict(module, word, (*steps, step), origin)
    commit = _read(fetched, ObjectKind.COMMIT, fetched.commit)
    signed = tag_object if tag_object is not None and tag_object.signature else commit
    notes: tuple[str, ...] = ()
    judged: JudgedSignature | None = None
    if signed.signature:
        judged = judge_signature(signed, request.trust, request.means.environ, request.means.now)
        steps += judged.steps
        notes = judged.notes
        if signed is commit and fetched.reference:
            notes = (*notes, "the commit is signed, the tag is not: who named it this version is not proven")
    else:
        steps.append(_unsigned(tag_object))
    state = _state(judged, steps)
    shown = signed if signed.signature else tag_object or commit
    made, tree_step = _tree(module, origin, fetched, word)
    if len(fetched.commit) == 40:
        notes = (*notes, "the repository names its objects by SHA-1")
    verdict = _verdict(module, word, (*steps, tree_step), origin)
    return changed(
        verdict,
        state=state,
        tree=_tree_state(tree_step),
        signed=shown.kind.value,
        object_name=shown.name,
        commit=fetched.commit,
        signature_kind=judged.kind if judged is not None else None,
        signer=judged.signer if judged is not None else None,
        said_by=f"{shown.who} <{shown.email}>" if shown.email else shown.who,
        said_on=shown.time,
        trust_line=judged.trust_line if judged is not None else "",
        h1=made.h1 if made is not None else "",
        notes=notes,
    )


def _state(judged: JudgedSignature | None, steps: Sequence[PublisherStep]) -> PublisherState:
    """Return what all steps but that of the tree come to: a good signature over the wrong thing is none."""
    if any(step.alarms for step in steps):
        return PublisherState.WRONG
    state = judged.state if judged is not None else PublisherState.UNSIGNED
    is_open = any(step.state in (CheckState.NOT_CHECKABLE, CheckState.FAILED) for step in steps)
    return PublisherState.NOT_CHECKABLE if state is PublisherState.VERIFIED and is_open else state


def _read(fetched: FetchedTag, kind: ObjectKind, name: str) -> GitObject:
    """Return an object, hashed again. Raises SourceError, InputError."""
    data = fetched.read_object(kind.value, name, OBJECT_LIMIT)
    if data is None:
        raise SourceError(f"git cannot read the {kind.value} {name}, or it is larger than {OBJECT_LIMIT:,} bytes")
    return parse_git_object(kind, data, name)


def _tag_steps(
    module: ModuleVersion, origin: PublisherOrigin, fetched: FetchedTag, tag: GitObject | None
) -> list[PublisherStep]:
    """Hold the name that a tag gives itself against the one that this version has."""
    if not fetched.reference:
        return []
    wanted = tag_of(module, origin.subdir)
    if tag is None:
        says = f"{wanted} is a lightweight tag: a name beside the commit, that nobody can sign"
        return [_step(PublisherCheck.TAG, CheckState.NOT_PRESENT, says)]
    if tag.tag != wanted:
        return [
            PublisherStep(
                check=PublisherCheck.TAG, state=CheckState.FAILED,
                says="the tag object calls itself otherwise than the tag of this version", expected=wanted,
                found=tag.tag, reason=PublisherReason.TAG_MISMATCH, alarms=True,
                remedy="somebody gave an old signed tag a new name: ask its publisher",
            )
        ]  # fmt: skip
    if tag.target_kind != ObjectKind.COMMIT.value or tag.target != fetched.commit:
        return [
            _open(PublisherCheck.TAG, f"the tag points at a {tag.target_kind}", PublisherReason.UNSUPPORTED)
        ]  # fmt: skip
    return [_step(PublisherCheck.TAG, CheckState.VERIFIED, f"the tag object names itself {wanted} and its commit")]


def _commit_step(module: ModuleVersion, origin: PublisherOrigin, fetched: FetchedTag) -> PublisherStep | None:
    """Hold the commit against the one that the origin, or a pseudo-version, says."""
    said, what = origin.commit, f"the commit that {origin.told_by or 'its origin'} names"
    if is_pseudo_version(module.version):
        said, what = parse_pseudo_version(module.version).revision, "the commit that the version names"
    if not said or not fetched.commit:
        return None
    if fetched.commit.startswith(said):
        says = f"the tag points at {what}" if fetched.reference else f"this is {what}"
        return _step(PublisherCheck.COMMIT, CheckState.VERIFIED, says, found=fetched.commit)
    says = f"the tag was moved: it does not point at {what}" if fetched.reference else f"this is not {what}"
    return PublisherStep(
        check=PublisherCheck.COMMIT, state=CheckState.FAILED, says=says, expected=said, found=fetched.commit,
        reason=PublisherReason.COMMIT_MISMATCH, alarms=True, remedy="ask the publisher which of the two he meant",
    )  # fmt: skip


def _unsigned(tag: GitObject | None) -> PublisherStep:
    what = "neither the tag nor its commit is signed" if tag is not None else "the commit is not signed"
    return _step(PublisherCheck.SIGNATURE, CheckState.NOT_PRESENT, what, reason=PublisherReason.UNSIGNED)


def _tree(
    module: ModuleVersion, origin: PublisherOrigin, fetched: FetchedTag, word: LogWord | None
) -> tuple[TreeZip | None, PublisherStep]:
    """Make the zip of the commit, and hold its hash against the log's."""
    try:
        folder = module_folder(module.path, origin.subdir, lambda path: fetched.file(path, _SMALL_FILE))
        licence = fetched.file("LICENSE", _SMALL_FILE) if folder else None
        with fetched.archive(folder) as file:
            made = tree_zip(module, file, folder, licence)
    except SourceError as err:
        return None, _open(PublisherCheck.TREE, str(err), PublisherReason.TREE_INVALID)
    except InputError as err:
        fault = err.diagnostics[0]
        says = f"{fault.message}{f' ({fault.seen})' if fault.seen else ''}"
        return None, _open(PublisherCheck.TREE, says, PublisherReason.TREE_INVALID)
    except OSError as err:
        return None, _open(PublisherCheck.TREE, f"its archive cannot be read: {err}", PublisherReason.TREE_INVALID)
    return made, _held(made, word)


def _held(made: TreeZip, word: LogWord | None) -> PublisherStep:
    if word is None or word.kind is not LogWordKind.PROVEN or not word.h1:
        if word is not None and word.kind is LogWordKind.NOT_LOGGED:
            says = "the log has no such version, so that the tree is held against nothing"
            return _step(
                PublisherCheck.TREE, CheckState.FAILED, says, found=made.h1, reason=PublisherReason.NOT_LOGGED,
                remedy=word.remedy,
            )  # fmt: skip
        why = word.reason if word is not None else "the log was not asked"
        step = _open(PublisherCheck.TREE, f"the log's hash is not known: {why}", PublisherReason.NO_LOG)
        return changed(step, found=made.h1, remedy=word.remedy if word is not None else "")
    if made.h1 == word.h1:
        says = f"the zip of this tree ({made.files:,} files) is the one that the log has"
        return _step(PublisherCheck.TREE, CheckState.VERIFIED, says, found=made.h1)
    return PublisherStep(
        check=PublisherCheck.TREE, state=CheckState.FAILED, says="the zip of this tree is not the one that the log has",
        expected=word.h1, found=made.h1, reason=PublisherReason.TREE_DIFFERS, alarms=True,
        remedy="what everybody builds is not what this tag has: compare the two before you use either",
    )  # fmt: skip


def _tree_state(step: PublisherStep) -> TreeState:
    if step.state is CheckState.VERIFIED:
        return TreeState.EQUAL
    if step.reason is PublisherReason.TREE_DIFFERS:
        return TreeState.DIFFERS
    return TreeState.NOT_LOGGED if step.reason is PublisherReason.NOT_LOGGED else TreeState.NOT_CHECKABLE


def _verdict(
    module: ModuleVersion,
    word: LogWord | None,
    steps: Sequence[PublisherStep],
    origin: PublisherOrigin | None = None,
) -> PublisherVerdict:
    """Return a verdict that has come no further than these steps."""
    return PublisherVerdict(
        module=module,
        state=PublisherState.NOT_CHECKABLE,
        tree=TreeState.NOT_CHECKABLE,
        steps=tuple(steps),
        origin=origin,
        log_h1=word.h1 if word is not None else "",
        record=word.record if word is not None else -1,
        tree_size=word.tree_size if word is not None else 0,
    )


def _step(
    check: PublisherCheck, state: CheckState, says: str, *, reason: PublisherReason | None = None, found: str = "",
    remedy: str = "",
) -> PublisherStep:  # fmt: skip
    return PublisherStep(check=check, state=state, says=says, reason=reason, found=found, remedy=remedy)


def _open(check: PublisherCheck, says: str, reason: PublisherReason, *, expected: str = "") -> PublisherStep:
    return PublisherStep(check=check, state=CheckState.NOT_CHECKABLE, says=says, reason=reason, expected=expected)
