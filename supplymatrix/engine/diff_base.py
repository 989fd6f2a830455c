"""What a project was at an earlier revision, so that a change is judged by what it brings (`--diff-base REV`).

The project of the revision is judged by the policy of this run and by what this run knows of modules: nothing is asked
for its sake. So what was found then, by today's knowledge, is known; everything else is new.

A finding or a gap is known only while the go.sum lines of its subject are the same, and what is said of it: a hash that
was changed is not the line that could not be checked before, and another fork is not the one that was there. The
policy, committed proofs and what no earlier state can excuse (alarms, faults of the input) are never taken from there.

Nothing is known of the earlier tree but its go.mod, go.sum and go.work. What depends on other contents of today's tree
(copies in vendor/, which modules give packages, the folders of replace directives) is new, whatever was there before.
So is what audits find, but for vulnerabilities of modules that concern nobody by more than being there: how near one is
hangs on what today's sources import and call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from supplymatrix import __version__
from supplymatrix.checks.graph_gaps import GRAPH_WANTED
from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.checks.result import line_subject
from supplymatrix.engine.foreign_hashes import foreign_hashes
from supplymatrix.engine.lookups import LogAnswer, facts_of_lines
from supplymatrix.engine.means import Means
from supplymatrix.engine.prepare import Prepared
from supplymatrix.engine.private import withhold_lines
from supplymatrix.engine.project_then import PastReader, ProjectThen
from supplymatrix.engine.this_machine import SeenHere
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.model import semver
from supplymatrix.model.fact import (
    CachedCopy,
    Fact,
    Facts,
    ForeignHash,
    Gap,
    GraphModule,
    HashWitness,
    ReleaseTime,
    ReplacedModule,
    RequiredModule,
    SumFault,
    SumKind,
    SumLine,
    VendorMeasure,
)
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Judged, Note, Verdict
from supplymatrix.model.vulnerability import Vulnerability, VulnLevel
from supplymatrix.policy.new_findings import known_key, only_new_decide
from supplymatrix.policy.verdict import judge
from supplymatrix.sources.project import Project

__all__ = ["DiffBase", "read_diff_base"]


class DiffBase:
    """The subjects of a run as they were. name: of the revision, as it was given."""

    def __init__(self, name: str, bases: Mapping[Path, ProjectThen], means: Means, settings: GoSettings) -> None:
        self._name = name
        self._bases = bases
        self._means = means
        self._settings = settings
        there = [(path, base.project) for path, base in bases.items() if base.project is not None]
        found = foreign_hashes([(project, {}) for _, project in there])
        self._foreign = {path: others for (path, _), others in zip(there, found, strict=True)}

    def judge_new(
        self, verdict: Verdict, item: Prepared, seen: SeenHere, answers: Mapping[ModuleVersion, LogAnswer]
    ) -> Verdict:
        """Return a verdict in which only what is new decides. seen, answers: what this run knows of modules."""
        base = self._bases[item.path]
        known: frozenset[tuple[str, str]] = frozenset()
        reason = base.reason
        if base.project is not None:
            try:
                known = self._known(verdict, item, base.project, seen, answers)
            except InputError as err:  # the policy says two things of a module that only the revision has
                reason = str(err)
        verdict = changed(only_new_decide(verdict, known, item.policy), diff_base=base.commit)
        return changed(verdict, notes=(*verdict.notes, self._note(verdict, base, reason, item)))

    def _known(
        self,
        verdict: Verdict,
        item: Prepared,
        project: Project,
        seen: SeenHere,
        answers: Mapping[ModuleVersion, LogAnswer],
    ) -> frozenset[tuple[str, str]]:
        facts = _facts_of(
            project,
            item,
            seen,
            answers,
            foreign=self._foreign.get(item.path, []),
            settings=self._settings,
            send_private=self._means.send_private,
        )
        before = judge(item.policy, run_rules(facts), facts, ALL_RULES, now=self._means.now, tool_version=__version__)
        then = {saying for one in before.judged for saying in _sayings(one)}
        lines, lines_then = _hashes(item.project), _hashes(project)
        return frozenset(
            known_key(one)
            for one in verdict.judged
            if not _is_fixed(one)
            and lines.get(one.subject) == lines_then.get(one.subject)
            and (*known_key(one), one.finding.message if one.finding is not None else "") in then
        )

    def _note(self, verdict: Verdict, base: ProjectThen, reason: str, item: Prepared) -> Note:
        open_ = [one for one in verdict.judged if one.status in (Status.FAIL, Status.UNKNOWN)]
        where = self._name if base.commit.startswith(self._name) else f"{self._name} ({base.commit[:12]})"
        if reason:
            return Note(code="diff-base", message=f"everything counts as new since {where}: {reason}")
        known = sum(one.known_before for one in open_)
        text = f"{known:,} of {len(open_):,} findings were there at {where}, and decide nothing"
        if not open_:
            text = f"held against {where}: nothing was found that could have been there"
        if verdict.of_all is not None:
            text += f"; by all of them this would be {verdict.of_all.value}"
        if verdict.score is not None and verdict.score.low < verdict.min_score:
            text += ". The score is of the whole, and decides nothing here"
        if item.policy.audits:
            text += ". Audits look at today's tree alone: of what they find only a vulnerability is known that is of a "
            text += "module, whatever is taken of it"
        return Note(code="diff-base", message=text)


def read_diff_base(name: str, subjects: Sequence[Prepared], means: Means, settings: GoSettings) -> DiffBase:
    """Read the subjects of a run as they were at a revision of the repositories that they are in.

    Raises InputError when one of them is in no repository, or its repository does not know the revision.
    """
    reader = PastReader(name, means.environ, option="--diff-base")
    return DiffBase(name, {item.path: reader.read(item) for item in subjects}, means, settings)


def _facts_of(
    project: Project,
    item: Prepared,
    seen: SeenHere,
    answers: Mapping[ModuleVersion, LogAnswer],
    *,
    foreign: Sequence[ForeignHash],
    settings: GoSettings,
    send_private: bool,
) -> Facts:
    """Return the facts of an earlier state, with what this run knows of the modules that it had too."""
    lines = [fact for fact in project.facts if isinstance(fact, SumLine)]
    private, withheld = withhold_lines(lines, item.policy, settings, send_private=send_private)
    kept = {module: held for module, held in private.items() if module not in item.proven_unsent}
    proofs, gaps = facts_of_lines([line for line in lines if line.subject not in kept], answers)
    known = _StillKnown(project, item.project)
    return Facts(
        [
            *project.facts,
            *kept.values(),
            *proofs,
            *foreign,
            *known.facts(seen.facts),
        ],
        [
            *(gap for gap in withheld if gap.subject in {str(module) for module in kept}),
            *gaps,
            *(gap for gap in seen.gaps if known.has_gap(gap)),
        ],
    )


class _StillKnown:
    """What was seen today and holds of an earlier state too, since it is of modules, and not of today's tree."""

    def __init__(self, then: Project, today: Project) -> None:
        required = [fact for fact in then.facts if isinstance(fact, RequiredModule)]
        built = {(fact.subject, fact.effective) for fact in required if fact.effective is not None}
        lines = {fact.subject for fact in then.facts if isinstance(fact, SumLine)}
        named = {fact.subject.path for fact in required} | {effective.path for _, effective in built}
        others = _highest(module for module in lines if module.path not in named)
        self._built = built | {(module, module) for module in others}
        self._modules = lines | {module for pair in built for module in pair}
        self._with_files = {
            *(fact.subject for fact in then.facts if isinstance(fact, SumLine) and fact.kind is SumKind.ZIP),
            *(fact.subject for fact in required if fact.effective is None),
        }
        folders = {
            fact.subject.path
            for fact in (*then.facts, *today.facts)
            if isinstance(fact, ReplacedModule) and fact.directory
        }
        before, after = _hashes(then), _hashes(today)
        self._gaps = {
            str(module)
            for module in self._modules
            if module.path not in folders and before.get(f"{module}/go.mod") == after.get(f"{module}/go.mod")
        }

    def facts(self, seen: Iterable[Fact]) -> Iterator[Fact]:
        """Yield what still holds: copies in the cache, witnesses, times, licences, vendors, and authors' words."""
        for fact in seen:
            if isinstance(fact, GraphModule):
                if (fact.subject, fact.effective) in self._built:
                    yield changed(fact, gives_packages=None)
            elif isinstance(fact, CachedCopy | HashWitness | ReleaseTime):
                if fact.subject in self._modules:
                    yield fact
            elif isinstance(fact, ModuleLicence):
                if (fact.effective or fact.subject) in self._with_files:
                    yield fact
            elif isinstance(fact, Vulnerability):
                if self._is_of_module_alone(fact):
                    yield fact
            elif isinstance(fact, VendorMeasure):
                yield fact

    def _is_of_module_alone(self, found: Vulnerability) -> bool:
        """Return whether a vulnerability was there as well: it is no nearer than its module, which was."""
        is_far = found.level is VulnLevel.MODULE or found.is_malicious
        return not found.program and is_far and found.subject in self._modules

    def has_gap(self, gap: Gap) -> bool:
        """Return whether a gap is that of a go.mod which the earlier state needed too; all others are of today's."""
        is_of_file = gap.wanted.startswith(GRAPH_WANTED) and gap.wanted.endswith(f": go.mod of {gap.subject}")
        return is_of_file and gap.subject in self._gaps


def _highest(modules: Iterable[ModuleVersion]) -> Iterable[ModuleVersion]:
    """Return the highest version of each module: of what go.sum has lines of, the one that a build takes."""
    found: dict[str, ModuleVersion] = {}
    for module in modules:
        known = found.get(module.path)
        if known is None or semver.sort_key(known.version) < semver.sort_key(module.version):
            found[module.path] = module
    return found.values()


def _hashes(project: Project) -> dict[str, frozenset[str]]:
    """Return the hashes that go.sum has for each line's subject; of a line that cannot count, the whole line."""
    found: dict[str, frozenset[str]] = {}
    for fact in project.facts:
        if isinstance(fact, SumLine):
            subject, said = line_subject(fact.subject, fact.kind), fact.hash
        elif isinstance(fact, SumFault):
            subject, said = fact.subject, project.files[fact.location.artifact][fact.location.line - 1]
        else:
            continue
        found[subject] = found.get(subject, frozenset()) | {said}
    return found


def _sayings(judged: Judged) -> Iterable[tuple[str, str, str]]:
    """Yield what was said of the earlier state: key and message, which names what a subject was replaced by.

    Of what has failed there nothing more is learned from a gap about the same.
    """
    yield *known_key(judged), judged.finding.message if judged.finding is not None else ""
    if judged.status is Status.FAIL:
        yield judged.rule, judged.subject, ""


def _is_fixed(judged: Judged) -> bool:
    """Return whether a result decides whatever was before: an alarm, a fault of the input, or one about the policy."""
    rule = ALL_RULES.get(judged.rule)
    return rule is None or rule.of_policy or (judged.status is Status.FAIL and (rule.is_alarm or rule.input_fault))
