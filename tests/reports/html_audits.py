"""An audit made by hand that has all that a report can tell: waivers of every state, debt, an outage, fellow files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

from supplymatrix.model.audit import Audit, Fellow, LogView, ReadFile
from supplymatrix.model.fact import (
    Facts,
    Gap,
    LineProof,
    PrivateModule,
    ProjectFact,
    ProofFile,
    ProofState,
    SumKind,
    SumLine,
)
from supplymatrix.model.location import Location, Origin, Provenance
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Finding, Level, Rule, Severity, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import (
    HISTORY_UNKNOWN,
    NOT_COMMITTED,
    Contribution,
    ExcuseKind,
    Judged,
    Note,
    Outcome,
    PolicyFile,
    Score,
    Verdict,
    WaiverEntry,
    WaiverState,
    WaiverUse,
)

__all__ = ["NOW", "entry", "finding", "full_audit", "many_findings"]

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
_HASH = "h1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
_OTHER = "h1:BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
_PATHS = ("a.example/one", "b.example/two", "corp.example/secret")


def rule(number: str, name: str, severity: Severity, level: Level) -> Rule:
    """Return a rule of that id."""
    return Rule(
        id=number, name=name, title=name, why=f"{name} is what nobody wants.", severity=severity, level=level, needs=(),
        offline=True, fixable=False, since="0.1.0", check_kind="made",
    )  # fmt: skip


RULES = {
    one.id: one
    for one in (
        rule("SM110", "sum-differs-from-log", Severity.CRITICAL, Level.ALARM),
        rule("SM103", "sum-not-checked", Severity.CRITICAL, Level.ERROR),
        rule("SM202", "replace-fork", Severity.MEDIUM, Level.WARN),
        rule("SM203", "pseudo-version", Severity.LOW, Level.NOTE),
        rule("SM207", "version-retracted", Severity.MEDIUM, Level.WARN),
    )
}


def finding(number: str, path: str, line: int, **more: object) -> Finding:
    """Return a finding of a rule on a line of go.sum."""
    made = Finding(
        rule=number, subject=f"{path}@v1.0.0", module=path, version="v1.0.0", message=f"something about {path}",
        label="this is what is meant", fix=f"go get {path}@v1.0.1 · supplymatrix verify {path}@v1.0.0",
        locations=(Location(artifact="go.sum", line=line, column=22, end_column=69),), fingerprint="f" * 32,
    )  # fmt: skip
    return changed(made, **more)


def entry(state: WaiverState, number: str, expires: date, line: int, **more: object) -> WaiverEntry:
    """Return a line of the register."""
    made = WaiverEntry(
        rule=number, package="b.example/**", version="", advisory="", reason="the fix is merged upstream",
        owner="team-http", expires=expires, ticket="OPS-17", vex_justification="", state=state, findings=1,
        location=Location(artifact="lift.toml", line=line, column=1),
    )  # fmt: skip
    return changed(made, **more)


def _register() -> tuple[WaiverEntry, ...]:
    return (
        entry(WaiverState.IN_USE, "SM202", date(2026, 12, 3), 5, commit="0123456789ab", author="Ada Lovelace",
              committed_on=date(2026, 11, 1)),
        entry(WaiverState.UNUSED, "SM203", date(2026, 11, 24), 12, findings=0, commit=NOT_COMMITTED),
        entry(WaiverState.EXPIRED, "SM207", date(2026, 11, 1), 19, findings=0, ticket="", version="v1.2.3",
              advisory="GO-2026-0001", vex_justification="vulnerable_code_not_in_execute_path"),
        entry(WaiverState.REFUSED, "SM207", date(2027, 12, 31), 26, findings=0),
    )  # fmt: skip


def _use(kind: ExcuseKind, line: int, artifact: str = "lift.toml") -> WaiverUse:
    return WaiverUse(reason=f"because of the {kind.value}", owner="team-http", expires=date(2026, 12, 3), kind=kind,
                     location=Location(artifact=artifact, line=line, column=1))  # fmt: skip


def _judged() -> tuple[Judged, ...]:
    asked = Location(artifact="lift.toml", line=3, column=10, end_column=24)
    alarm = finding("SM110", _PATHS[0], 1, evidence=(Evidence(label="go.sum", value=_HASH),
                    Evidence(label="log", value=_OTHER)), advisories=("GO-2026-0002", "CVE-2026-1234"))  # fmt: skip
    gap = Gap(wanted="log record", reason="the log did not answer", remedy="run it again",
              subject="b.example/two@v1.0.0", kind=SumKind.ZIP)  # fmt: skip
    outage = changed(gap, kind=SumKind.GO_MOD, reason="the log could not be asked", outage=True)

    def judged(found: Finding, level: Level, severity: Severity, **more: object) -> Judged:
        made = Judged(rule=found.rule, subject=found.subject, level=level, status=Status.FAIL, severity=severity,
                      finding=found)  # fmt: skip
        return changed(made, **more)

    return (
        judged(alarm, Level.ALARM, Severity.CRITICAL, required_by=asked),
        judged(finding("SM203", _PATHS[1], 3), Level.NOTE, Severity.LOW, known_before=True),
        Judged(rule="SM103", subject=gap.subject, level=Level.ERROR, status=Status.UNKNOWN, severity=Severity.CRITICAL,
               gap=gap),
        Judged(rule="SM103", subject=gap.subject, level=Level.ERROR, status=Status.WAIVED, severity=Severity.CRITICAL,
               gap=outage, waiver=_use(ExcuseKind.OUTAGE, 4)),
        judged(finding("SM202", _PATHS[1], 4), Level.WARN, Severity.MEDIUM, status=Status.WAIVED,
               waiver=changed(_use(ExcuseKind.WAIVER, 5), ticket="OPS-17")),
        judged(finding("SM203", _PATHS[0], 2), Level.NOTE, Severity.LOW, status=Status.WAIVED,
               waiver=_use(ExcuseKind.DEBT, 2, "lift.debt.toml")),
    )  # fmt: skip


def _facts() -> Facts:
    lines, proofs, private = [], [], []
    for number, (path, kind) in enumerate(((p, k) for p in _PATHS for k in SumKind), 1):
        module = ModuleVersion(path=path, version="v1.0.0")
        place = Location(artifact="go.sum", line=number, column=22, end_column=69)
        lines.append(SumLine(subject=module, kind=kind, hash=_HASH, location=place))
        if path == _PATHS[0]:
            state = ProofState.DIFFERS if number == 1 else ProofState.PROVEN
            proofs.append(LineProof(subject=module, kind=kind, hash=_HASH, state=state, logged_hash=_OTHER, record_id=7,
                                    tree_size=1_000, answered_by="https://proxy.example", location=place))  # fmt: skip
    place = Location(artifact="go.sum", line=5)
    private.append(PrivateModule(subject=ModuleVersion(path=_PATHS[2], version="v1.0.0"), matched_by="corp.example",
                                 setting="lift.toml", declared=True, location=place))  # fmt: skip
    project = ProjectFact(
        name="svc", module_path="example.com/svc", go_version="1.26", has_go_mod=True, has_go_sum=True,
        prunes_graph=True, provenance=Provenance(origin=Origin.FILE, tool="supplymatrix", sha256="ab" * 32),
    )  # fmt: skip
    proof_file = ProofFile(tree_size=900, root="cm9vdA==", records=2, unused=0, seen_on=date(2026, 11, 20), fault="",
                           location=Location(artifact="go.sum.proof", line=1))  # fmt: skip
    return Facts([project, proof_file, *lines, *proofs, *private])


def full_audit() -> Audit:
    """Return the audit."""
    judged = _judged()
    points = [Fraction(1000, 33), Fraction(1000, 33), Fraction(200, 33), Fraction(100, 33)]
    low = [points[0] / 2, points[1] / 2, points[2], points[3] / 2]
    contributions = tuple(
        Contribution(rule=number, weight=weight, passed=1, failed=1, waived=0, unknown=0, low=share, high=share)
        for number, weight, share in zip(("SM110", "SM103", "SM202", "SM203"), (10, 10, 2, 1), low, strict=True)
    )
    whole = sum(low, Fraction(0))
    score = Score(low=Fraction(30), high=Fraction(30), waived=Fraction(200, 33), contributions=contributions,
                  caps=(("SM110", whole - 30, whole - 30, "an alarm caps the score at 30"),))  # fmt: skip
    verdict = Verdict(
        outcome=Outcome.ALARM, exit_code=4, score=score, min_score=80, judged=judged, passed=5,
        gaps=tuple(item.gap for item in judged if item.gap is not None),
        notes=(
            Note(code="declared-private", message="2 go.sum lines are not checked"),
            Note(code=HISTORY_UNKNOWN, message="who wrote waivers of this file is not known: git was not found",
                 location=Location(artifact="lift.toml")),
        ),
        policy_name="svc", policy_digest="d" * 64, tool_version="0.1.0", now=NOW, waivers=_register(),
        policy_files=(
            PolicyFile(artifact="lift.toml", sha256="1" * 64),
            PolicyFile(artifact="preset log-verified", sha256="2" * 64),
        ),
        frameworks=("slsa", "ssdf"), diff_base="89abcdef0123", of_all=Outcome.FAIL,
    )  # fmt: skip
    source = {("go.sum", number): f"{path} v1.0.0 {_HASH}" for number, path in enumerate(_PATHS * 2, 1)}
    source[("lift.toml", 3)] = 'preset = "log-verified"'
    source[("lift.toml", 5)] = "[[waivers]]"
    log = LogView(
        name="sum.golang.org", key_hash="033de0ae", tree_size=1_000, root="cm9vdA==", route="proxy https://proxy.example",
        seen_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC), requests=12, received_bytes=3_456,
    )  # fmt: skip
    return Audit(
        subject="example.com/svc", root="svc", facts=_facts(), log=log, verdict=verdict, rules=RULES, lines=source,
        places={"go.sum": "svc/go.sum", "lift.toml": "svc/lift.toml"},
        subject_files=(ReadFile(name="go.mod", sha256="3" * 64),), proof_files=(ReadFile(name="p", sha256="4" * 64),),
        fellows=(Fellow(name="out/report.json", format="json", sha256="e" * 64),),
    )  # fmt: skip


def many_findings(number: int) -> Audit:
    """Return an audit with so many findings, each with a message of its own."""
    audit = full_audit()
    first = audit.verdict.judged[1]
    made = finding("SM203", "b.example/two", 3)
    items = tuple(changed(first, finding=changed(made, message=f"finding number {n}.")) for n in range(number))
    return changed(audit, verdict=changed(audit.verdict, judged=items))
