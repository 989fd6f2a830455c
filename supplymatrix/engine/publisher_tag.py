"""What was fetched of a tag, judged: is it this version's, who signed it, and is its tree the one that the log has.

A tag that makes a version has to be signed itself: a signed commit under an unsigned tag says that somebody wrote these
files, not that he released them under this name. Nothing is packed of what is an alarm already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from supplymatrix.attest.git_object import OBJECT_LIMIT, GitObject, ObjectKind, parse_git_object
from supplymatrix.engine.publisher_origin import tag_of
from supplymatrix.engine.publisher_signature import JudgedSignature, PublisherTrust, judge_signature
from supplymatrix.errors import InputError, SourceError
from supplymatrix.gomod.pseudo import is_pseudo_version, parse_pseudo_version
from supplymatrix.gomod.zip_of_tree import TreeZip, module_folder, tree_zip
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.publisher import (
    PublisherCheck,
    PublisherOrigin,
    PublisherReason,
    PublisherState,
    PublisherStep,
    PublisherVerdict,
    TreeState,
)
from supplymatrix.model.signature import CheckState
from supplymatrix.model.value import changed, value
from supplymatrix.sources.git_tags import FetchedTag

__all__ = ["JudgeObject", "judge_fetched", "open_step", "plain_verdict"]

_SMALL_FILE = 16 << 20
_NO_TREE = PublisherStep(
    check=PublisherCheck.TREE, state=CheckState.NOT_CHECKED, says="its tree was not packed: it is an alarm already"
)


@value
class JudgeObject:
    """Judges the signature of a tag or commit: whose counts, by which programs, and when."""

    trust: PublisherTrust
    environ: Mapping[str, str]
    now: datetime

    @property
    def takes_commits(self) -> bool:
        """Whether a signed commit is enough where its tag is not signed."""
        return self.trust.takes_commits

    def __call__(self, of: GitObject) -> JudgedSignature:
        return judge_signature(of, self.trust, self.environ, self.now)


def judge_fetched(
    module: ModuleVersion, origin: PublisherOrigin, fetched: FetchedTag, word: LogWord | None, judge: JudgeObject
) -> PublisherVerdict:
    """Return the verdict on what was fetched. word: of the log, None = it was not asked.

    Raises SourceError where git cannot read an object, InputError for one that is none of git's, OSError.
    """
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
        step = open_step(PublisherCheck.COMMIT, "the tag points at no commit", PublisherReason.NO_COMMIT)
        return plain_verdict(module, word, (*steps, step), origin)
    commit = _read(fetched, ObjectKind.COMMIT, fetched.commit)
    signed = tag_object if tag_object is not None and tag_object.signature else commit
    judged: JudgedSignature | None = None
    if signed.signature:
        judged = judge(signed)
        if signed is commit and fetched.reference:
            judged = _of_commit_alone(judged, is_enough=judge.takes_commits)
        steps += judged.steps
    else:
        steps.append(_unsigned(tag_object))
    state = _state(judged, steps)
    shown = signed if signed.signature else tag_object or commit
    made, tree_step = _tree(module, origin, fetched, word) if state is not PublisherState.WRONG else (None, _NO_TREE)
    notes = judged.notes if judged is not None else ()
    if len(fetched.commit) == 40:
        notes = (*notes, "the repository names its objects by SHA-1")
    return changed(
        plain_verdict(module, word, (*steps, tree_step), origin),
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


def _of_commit_alone(judged: JudgedSignature, *, is_enough: bool) -> JudgedSignature:
    """Return what the signature of a commit is worth to a version that a tag makes: anybody who may write to the
    repository can name an old commit of somebody else so."""
    if is_enough:
        says = "only the commit is signed: who named it this version is not proven (--accept-signed-commit)"
        step = _step(PublisherCheck.TAG, CheckState.NOT_CHECKED, says)
        return changed(judged, steps=(step, *judged.steps))
    by = "by no key that counts"
    if judged.state is PublisherState.VERIFIED and judged.signer is not None:
        by = f"by {', '.join(judged.signer.names) or judged.signer.key}"
    step = _step(
        PublisherCheck.TAG, CheckState.FAILED, f"the commit is signed {by}; nobody signed that it is this version",
        reason=PublisherReason.TAG_UNSIGNED,
        remedy="ask the publisher to sign the tag; --accept-signed-commit takes the commit for it",
    )  # fmt: skip
    state = judged.state if judged.state is PublisherState.WRONG else PublisherState.TAG_UNSIGNED
    return changed(judged, state=state, steps=(step, *judged.steps), trust_line="")


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
    if tag.tag != wanted and not tag.signature:
        says = (
            f"the tag object calls itself {tag.tag}, and nobody signed it: it is worth no more than a lightweight tag"
        )
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
            open_step(PublisherCheck.TAG, f"the tag points at a {tag.target_kind}", PublisherReason.UNSUPPORTED)
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
        return None, open_step(PublisherCheck.TREE, str(err), PublisherReason.TREE_INVALID)
    except InputError as err:
        fault = err.diagnostics[0]
        says = f"{fault.message}{f' ({fault.seen})' if fault.seen else ''}"
        return None, open_step(PublisherCheck.TREE, says, PublisherReason.TREE_INVALID)
    except OSError as err:
        return None, open_step(PublisherCheck.TREE, f"its archive cannot be read: {err}", PublisherReason.TREE_INVALID)
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
        remedy = word.remedy if word is not None else ""
        says = f"the log's hash is not known: {why}"
        return changed(open_step(PublisherCheck.TREE, says, PublisherReason.NO_LOG, remedy=remedy), found=made.h1)
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


def plain_verdict(
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


def open_step(
    check: PublisherCheck, says: str, reason: PublisherReason, *, expected: str = "", remedy: str = ""
) -> PublisherStep:
    """Return a step that could not be taken."""
    return PublisherStep(
        check=check, state=CheckState.NOT_CHECKABLE, says=says, reason=reason, expected=expected, remedy=remedy
    )
