"""`policy test`: a policy is held against what it is expected to say of some facts.

for result in run_policy_tests(Path("svc"), environ, now): result.faults      # nothing when it said so

The facts are read from real files in a folder that is gone afterwards, by the same readers as in a check, and judged by
the same code; only the log's answers are the test's own.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

from supplymatrix import __version__
from supplymatrix.checks.artifacts import ARTIFACT
from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.checks.result import gap_of
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import POLICY_FILE, PolicySource, view_policy
from supplymatrix.engine.policy_test_artifacts import artifacts_of_test, says_nothing
from supplymatrix.engine.policy_test_audits import vulnerabilities_of_test
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.fact import (
    Fact,
    Facts,
    Gap,
    LineProof,
    ProofState,
    ReleaseTime,
    RequiredModule,
    SumKind,
    SumLine,
)
from supplymatrix.model.licence import LicenceFile, LicenceMatch, LicenceMethod, LicenceSource, ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Judged, Verdict
from supplymatrix.policy.document import Policy
from supplymatrix.policy.expectations import TEST_FILE, Expected, PolicyTest, parse_policy_tests
from supplymatrix.policy.verdict import judge
from supplymatrix.sources.files import POLICY_LIMIT, read_limited
from supplymatrix.sources.project import read_project

__all__ = ["TestResult", "run_policy_tests"]


@value
class TestResult:
    """What came of one test. faults: what was not as expected, in words; none = it passed."""

    __test__ = False  # it is no test of pytest's

    test: PolicyTest
    verdict: Verdict
    faults: tuple[str, ...]


def run_policy_tests(
    path: Path, policy_file: Path | None, now: datetime, *, means: Means | None = None, allow_remote: bool = False
) -> tuple[TestResult, ...]:
    """Run the tests of a policy. path: a folder with lift.test.toml, or a file of tests. policy_file: instead of the
    lift.toml beside it. now: the day of tests that name none. means, allow_remote: how a policy on another machine is
    had; None = not at all.

    Raises InputError for files that cannot be used, and for tests whose facts cannot be read; TransportError for a
    policy that cannot be had.
    """
    file = path / TEST_FILE if path.is_dir() else path
    tests = parse_policy_tests(read_limited(file, POLICY_LIMIT, "file of tests"), file.as_posix(), rules=ALL_RULES)
    source = PolicySource(allow_remote=allow_remote)
    policy = view_policy(file.parent / POLICY_FILE, policy_file or file.parent / POLICY_FILE, source, means).policy
    return tuple(_run(test, policy, now) for test in tests)


def _run(test: PolicyTest, policy: Policy, now: datetime) -> TestResult:
    day = datetime.combine(test.on, time(12), tzinfo=UTC) if test.on is not None else now
    facts = _facts(test, policy, day.date())
    verdict = judge(policy, run_rules(facts), facts, ALL_RULES, now=day, tool_version=__version__)
    return TestResult(
        test=test,
        verdict=verdict,
        faults=(*_without_effect(test, facts, policy), *_compared(test, verdict)),
    )


def _facts(test: PolicyTest, policy: Policy, day: date) -> Facts:
    with tempfile.TemporaryDirectory(prefix="supplymatrix-test-") as name:
        folder = Path(name)
        (folder / "go.mod").write_text(test.go_mod, encoding="utf-8")
        try:
            if test.go_sum is None:
                required = [fact for fact in read_project(folder).facts if isinstance(fact, RequiredModule)]
                (folder / "go.sum").write_text(_made_sums(required), encoding="utf-8")
            else:
                (folder / "go.sum").write_text(test.go_sum, encoding="utf-8")
            project = read_project(folder)
        except InputError as err:
            raise _in_test(err, test) from err
    proofs, gaps = _answers([fact for fact in project.facts if isinstance(fact, SumLine)], test)
    released = [
        ReleaseTime(subject=module, time=datetime.combine(day, time(0), tzinfo=UTC), source="the test")
        for module, day in test.released.items()
    ]
    required = [fact for fact in project.facts if isinstance(fact, RequiredModule)]
    facts: list[Fact] = [*project.facts, *proofs, *released, *_licences(required, test)]
    facts += artifacts_of_test(test, policy)
    if AuditFamily.VULNS in policy.audits:
        facts += vulnerabilities_of_test(test, required, day)
    return Facts(facts, gaps)


def _made_sums(required: Sequence[RequiredModule]) -> str:
    """Return the go.sum lines of what is required, with made-up hashes."""
    modules = sorted({str(fact.effective) for fact in required if fact.effective is not None})
    lines = []
    for module in modules:
        path, _, version = module.partition("@")
        for suffix in ("", "/go.mod"):
            digest = base64.b64encode(hashlib.sha256(f"{module}{suffix}".encode()).digest()).decode()
            lines.append(f"{path} {version}{suffix} h1:{digest}\n")
    return "".join(lines)


def _answers(lines: Sequence[SumLine], test: PolicyTest) -> tuple[list[LineProof], list[Gap]]:
    said: Mapping[ModuleVersion, ProofState | None] = {answer.module: answer.state for answer in test.log}
    proofs, gaps = [], []
    for number, line in enumerate(lines):
        state = said.get(line.subject, ProofState.PROVEN)
        if state is None:
            gaps.append(gap_of(line, "the test says that the log could not be asked", "run the check"))
            continue
        other = "h1:" + base64.b64encode(bytes(32)).decode()
        logged = {ProofState.PROVEN: line.hash, ProofState.DIFFERS: other}.get(state, "")
        proofs.append(
            LineProof(
                subject=line.subject,
                kind=line.kind,
                hash=line.hash,
                state=state,
                logged_hash=logged,
                record_id=number if logged else -1,
                tree_size=len(lines),
                answered_by="the test",
                location=line.location,
            )
        )
    return proofs, gaps


def _licences(required: Sequence[RequiredModule], test: PolicyTest) -> Iterator[ModuleLicence]:
    """Yield the licences that a test names; of other modules nothing is said, and nothing asked."""
    for fact in required:
        said = test.licences.get(fact.effective or fact.subject)
        if said is None:
            continue
        match = LicenceMatch(
            licence=said.expression, start=1, end=1, confidence=said.confidence, method=LicenceMethod.TEXT
        )
        file = LicenceFile(
            path="LICENSE",
            sha256=hashlib.sha256(said.expression.encode()).hexdigest(),
            expression=said.expression,
            matches=(match,) if said.expression else (),
        )
        yield ModuleLicence(
            subject=fact.subject,
            effective=fact.effective,
            declared=said.expression if said.is_read else "",
            concluded=said.expression if said.is_read else "",
            files=(file,) if said.is_read else (),
            source=LicenceSource.FOLDER,
            reason="" if said.is_read and said.expression else "the test says that it is not known",
            remedy="run the check",
            is_read=said.is_read,
        )


def _without_effect(test: PolicyTest, facts: Facts, policy: Policy) -> Iterator[str]:
    """Yield what the test says of modules that are not there: it would say nothing, and nobody would notice."""
    yield from filter(None, (says_nothing(said, policy) for said in test.artifacts))
    if test.vulnerabilities and AuditFamily.VULNS not in policy.audits:
        yield "the test speaks of vulnerabilities, which the policy does not look for: it has no [vulns]"
    lines = {str(line.subject) for line in facts.of(SumLine)}
    built = lines | {str(fact.effective) for fact in facts.of(RequiredModule) if fact.effective is not None}
    folders = {str(fact.subject) for fact in facts.of(RequiredModule) if fact.effective is None}
    said = (
        ([answer.module for answer in test.log], lines),
        (test.released, built),
        (test.licences, built | folders),
        ([found.module for found in test.vulnerabilities], built),
    )
    for modules, known in said:
        for name in dict.fromkeys(str(module) for module in modules):
            if name not in known:
                near = nearest(name, sorted(known))
                meant = f"; did you mean {near}?" if near else ""
                yield f"the test speaks of {name}, which its facts do not have{meant}"


def _compared(test: PolicyTest, verdict: Verdict) -> Iterator[str]:
    """Yield what is not as expected."""
    if test.outcome is not None and verdict.outcome is not test.outcome:
        yield f"the outcome is {verdict.outcome.value}, not {test.outcome.value}"
    if test.min_low >= 0 and (verdict.score is None or verdict.score.low < test.min_low):
        low = "no score" if verdict.score is None else f"{float(verdict.score.low):.2f}"
        yield f"the low end of the score is {low}, below {test.min_low}"
    left = list(verdict.judged)
    for expected in test.expected:
        found = [judged for judged in left if _is_expected(expected, judged)]
        if not found:
            yield f"not found: {expected}"
        left = [judged for judged in left if judged not in found]
    if test.only:
        yield from (f"not expected: {_said(judged)}" for judged in left)
    if test.only and left:
        yield "only what is named may be found; `only = false` in the test lets there be more"


def _is_expected(expected: Expected, judged: Judged) -> bool:
    if judged.rule != expected.rule or judged.status is not expected.status:
        return False
    if expected.level and judged.level.value != expected.level:
        return False
    name = judged.subject.removesuffix(f"/{SumKind.GO_MOD.value}").removeprefix(ARTIFACT)
    path = judged.finding.module if judged.finding is not None else name.partition("@")[0]
    if judged.subject.startswith(ARTIFACT):
        return expected.module in ("", name, name.rpartition(" (")[0])
    version = f"{path}@{judged.finding.version}" if judged.finding is not None else ""
    return expected.module in ("", name, path, version, name.partition("@")[0])


def _said(judged: Judged) -> str:
    text = judged.finding.message if judged.finding is not None else judged.gap.reason if judged.gap is not None else ""
    return f"{judged.level.value} {judged.rule} on {judged.subject}: {judged.status.value} ({text})"


def _told(fault: Diagnostic) -> str:
    return f"{Path(fault.artifact).name}: {fault.message}"


def _in_test(err: InputError, test: PolicyTest) -> InputError:
    """Return a fault of a test's files as one of the test."""
    place = test.location
    return InputError(
        *(
            Diagnostic(
                message=f"the facts of the test {test.name!r} cannot be read: {_told(fault)}",
                artifact=place.artifact,
                line=place.line,
                column=place.column,
                seen=fault.seen,
                expected=fault.expected,
                remedy=fault.remedy,
            )
            for fault in err.diagnostics
        )
    )
