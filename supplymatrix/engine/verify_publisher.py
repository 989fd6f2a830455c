"""`verify publisher`: did the publisher of a module version sign its tag, and is the module that the log has that tag?

    run = verify_publishers(PublisherRequest(modules=(module,), means=means, trust=trust))
    run.verdicts[0].state, run.verdicts[0].tree, run.exit_code

The log is asked first, for all modules at once. Then each tag is fetched into a repository of its own, several side by
side: its object is read and hashed again, its signature judged, and the zip that the go command would make of its
commit is hashed and held against the log's. What cannot be had is said, and counts as nothing that is good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from supplymatrix.engine.events import OnEvent, Progress, ignore_event
from supplymatrix.engine.log_words import ask_log_about, bare_project
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource, load_policy
from supplymatrix.engine.private import withholding_of
from supplymatrix.engine.publisher_origin import OriginAnswer, origins_of, tag_names
from supplymatrix.engine.publisher_signature import PublisherTrust
from supplymatrix.engine.publisher_tag import JudgeObject, judge_fetched, open_step, plain_verdict
from supplymatrix.errors import InputError, SourceError, SupplymatrixError, TransportError
from supplymatrix.gomod.pseudo import is_pseudo_version, parse_pseudo_version
from supplymatrix.model.gap import Gap
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.publisher import (
    PublisherCheck,
    PublisherOrigin,
    PublisherReason,
    PublisherRun,
    PublisherStep,
    PublisherVerdict,
)
from supplymatrix.model.signature import CheckState
from supplymatrix.model.value import changed, value
from supplymatrix.net.settings import read_env_values, read_go_settings
from supplymatrix.policy.document import Policy
from supplymatrix.sources.git_run import Halt, children_end_with_us
from supplymatrix.sources.git_tags import Place, StalledError, TagWanted, fetch_tag, full_commit, parse_place
from supplymatrix.sources.modcache import module_cache

__all__ = ["PublisherRequest", "judge_publishers", "verify_publishers"]

_PARALLEL = 4
"""Tags that are fetched at once: each may be a repository of some hundred MB."""
_STAGE = "publishers' tags"
_SECONDS = 1800.0
_STALLS = 2
"""Times that a server may say nothing before it is asked no more."""
_NOT_PUBLISHED = "the log has no such version: look whether it is published, or private"
_CLONE = "fetch it yourself, and name the folder with --repository"


@value
class PublisherRequest:
    """modules: at least one. project: a folder whose lift.toml names the log and private modules. repository: an
    address or folder that stands in for the origin's, "" = none. trust: whose signatures count. notes, gaps: that the
    report is to tell. seconds: for all repositories together."""

    modules: tuple[ModuleVersion, ...]
    means: Means
    trust: PublisherTrust = PublisherTrust()
    project: Path = Path()
    policy: PolicySource = OWN_POLICY
    repository: str = ""
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    seconds: float = _SECONDS


def verify_publishers(request: PublisherRequest, on_event: OnEvent = ignore_event) -> PublisherRun:
    """Return a verdict for each module version.

    Raises InputError for a policy or repository that cannot be used, TrustError for a log that lied as a whole.
    """
    if request.repository:
        parse_place(request.repository)
    if not request.modules:
        return PublisherRun(verdicts=(), log="", tree_size=0, notes=request.notes, gaps=request.gaps)
    project = bare_project(request.project)
    words = ask_log_about(request.modules, project, request.policy, request.means, on_event)
    policy = load_policy(request.policy, project, request.means.environ, request.means)[0]
    return PublisherRun(
        verdicts=judge_publishers(request, words.by_module, [policy], on_event),
        log=words.log,
        tree_size=words.tree_size,
        notes=(*request.notes, *words.notes),
        gaps=request.gaps,
    )


def judge_publishers(
    request: PublisherRequest,
    words: Mapping[ModuleVersion, LogWord],
    policies: Sequence[Policy],
    on_event: OnEvent = ignore_event,
) -> tuple[PublisherVerdict, ...]:
    """Return the verdicts where the log was asked already. words: what it said; policies: any of which may keep a name
    from proxies. A signal that asks this process to end ends the fetches first. Raises nothing of its own."""
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
    judge = _Judge(request, Halt(request.seconds))
    found: list[PublisherVerdict] = []
    with children_end_with_us(judge.halt), ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            waiting = [pool.submit(judge, module, origins[module], words.get(module)) for module in modules]
            for module, done in zip(modules, waiting, strict=True):
                found.append(_as_published(done.result(), words.get(module)))
                on_event(Progress(stage=_STAGE, done=len(found), total=len(waiting)))
        except BaseException:
            judge.halt.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return tuple(found)


def _as_published(verdict: PublisherVerdict, word: LogWord | None) -> PublisherVerdict:
    """Return a verdict; of a version that the log does not have it is told why nobody has its repository, either."""
    if word is None or word.kind is not LogWordKind.NOT_LOGGED:
        return verdict
    steps = tuple(
        changed(step, remedy=f"{_NOT_PUBLISHED}; {step.remedy}" if step.remedy else _NOT_PUBLISHED)
        if step.check is PublisherCheck.ORIGIN and step.state is CheckState.NOT_CHECKABLE
        else step
        for step in verdict.steps
    )
    return changed(verdict, steps=steps)


def _cache(environ: Mapping[str, str]) -> Path | None:
    try:
        return module_cache(environ, read_env_values(environ))
    except InputError:
        return None


class _Judge:
    """Judges module versions, several side by side; whatever goes wrong becomes a step of a verdict."""

    def __init__(self, request: PublisherRequest, halt: Halt) -> None:
        self.halt = halt
        self._request = request
        self._means = request.means
        self._stalls = Counter[str]()
        self._lock = Lock()

    def __call__(self, module: ModuleVersion, answer: OriginAnswer, word: LogWord | None) -> PublisherVerdict:
        """Return the verdict on one module version. word: of the log, None = it was not asked."""
        origin = answer.origin
        if origin is None:
            says = f"nobody says where it was made: {answer.reason}"
            step = open_step(PublisherCheck.ORIGIN, says, answer.code, remedy=answer.remedy)
            return plain_verdict(module, word, (step,))
        try:
            place = parse_place(origin.url)
            origin = changed(origin, url=place.shown)
            kept = self._kept_from(place)
            if kept is not None:
                return plain_verdict(module, word, (kept,), origin)
            return self._judge_place(module, origin, place, word)
        except TransportError as err:
            if isinstance(err, StalledError):
                with self._lock:
                    self._stalls[place.host] += 1
            step = open_step(
                PublisherCheck.ORIGIN, f"its repository cannot be had: {err}", PublisherReason.UNREACHABLE,
                remedy=err.remedy,
            )  # fmt: skip
        except SourceError as err:
            step = open_step(PublisherCheck.ORIGIN, str(err), PublisherReason.NO_TOOL, remedy=err.remedy)
        except (SupplymatrixError, UnicodeError) as err:
            step = open_step(PublisherCheck.ORIGIN, str(err), PublisherReason.MALFORMED)
        except OSError as err:
            says = f"its repository cannot be read: {err.strerror or err}"
            step = open_step(PublisherCheck.ORIGIN, says, PublisherReason.UNREACHABLE)
        return plain_verdict(module, word, (step,), origin)

    def _kept_from(self, place: Place) -> PublisherStep | None:
        """Return why a repository is not asked."""
        says, remedy = "", _CLONE
        if place.protocol != "file" and (self._means.offline or self._means.replay is not None):
            says, remedy = (
                "its repository is on another machine, which is not asked offline",
                "name a clone with --repository",
            )
        elif place.host and self._stalls[place.host] >= _STALLS:
            says = f"{place.host} did not answer in time {_STALLS} times, and is not asked again"
        elif self.halt.why:
            says, remedy = f"it was not looked at: {self.halt.why}", "name it alone: MODULE@VERSION"
        return open_step(PublisherCheck.ORIGIN, says, PublisherReason.UNREACHABLE, remedy=remedy) if says else None

    def _judge_place(
        self, module: ModuleVersion, origin: PublisherOrigin, place: Place, word: LogWord | None
    ) -> PublisherVerdict:
        means = self._means
        wanted, step = _wanted(module, origin, place, means.environ)
        if wanted is None:
            return plain_verdict(module, word, (step,) if step is not None else (), origin)
        judge = JudgeObject(trust=self._request.trust, environ=means.environ, now=means.now)
        with fetch_tag(place, wanted, means.environ, ca_file=means.ca_file, halt=self.halt) as fetched:
            if fetched is None:
                return plain_verdict(module, word, (_not_there(wanted, place),), origin)
            return judge_fetched(module, origin, fetched, word, judge)


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
    remedy = "name a clone that has the commit with --repository"
    return None, open_step(PublisherCheck.TAG, says, PublisherReason.NO_COMMIT, remedy=remedy)


def _not_there(wanted: TagWanted, place: Place) -> PublisherStep:
    if wanted.references:
        shown = wanted.references[-1].removeprefix("refs/tags/")
        says = f"{place.shown} has no tag of this version"
        return open_step(PublisherCheck.TAG, says, PublisherReason.NO_TAG, expected=shown)
    says = f"{place.shown} does not give out the commit of this version"
    return open_step(PublisherCheck.COMMIT, says, PublisherReason.NO_COMMIT, expected=wanted.commit)
