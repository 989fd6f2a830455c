"""lift.test.toml: what a policy is expected to say of some facts.

    [[test]]
    name = "a fork is an error"
    on = 2026-11-26
    go_mod = \"\"\"
    module example.com/svc
    require github.com/gorilla/mux v1.8.1
    replace github.com/gorilla/mux => github.com/someone/mux v1.8.2
    \"\"\"
    outcome = "fail"

    [[test.expect]]
    rule = "SM202"
    module = "github.com/gorilla/mux"
    level = "error"

The facts are real files: what is not given is made from go.mod (every go.sum line that it needs, proven in the log).
`log` says what the log would answer otherwise, `released` how old a version is, `licence` under which licence; of a
module that the facts do not have none of them can say anything, which fails the test. `artifact` says whether one is
signed, `vulnerability` what is known of a module. A finding or gap that is not expected fails the test too, unless
`only = false`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from supplymatrix.documents.tables import Table, TableReader
from supplymatrix.errors import InputError
from supplymatrix.model.fact import ProofState
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.predicates import parse_kind
from supplymatrix.model.rule import Level, Rule, Status
from supplymatrix.model.signature import Reason
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Outcome
from supplymatrix.model.vulnerability import Review, VulnLevel

__all__ = [
    "GAP", "TEST_FILE", "ArtifactSays", "Expected", "LicenceSays", "LogSays", "PolicyTest", "VulnerabilitySays",
    "parse_policy_tests",
]  # fmt: skip

TEST_FILE = "lift.test.toml"
GAP = "unknown"
"""What `log` says of a line for which the log could not be asked."""
_PAGE = "docs/formats/policy-tests.md"
_FILE_LIMIT = 1 << 20
_MODULE = re.compile(r"([^\s@]+)@(v[^\s@]+)")
_STATES = {
    "proven": ProofState.PROVEN,
    "differs": ProofState.DIFFERS,
    "not-in-log": ProofState.NOT_IN_LOG,
}
_LEVELS = tuple(level.value for level in Level if level is not Level.OFF)
_STATUSES = (Status.FAIL.value, Status.WAIVED.value, Status.UNKNOWN.value)
_KEYS = (
    "go_mod",
    "go_sum",
    "on",
    "outcome",
    "min_low",
    "only",
    "expect",
    "log",
    "released",
    "licence",
    "artifact",
    "vulnerability",
)
_ARTIFACT_KEYS = ("reason", "attested", "tag")
_VULN_KEYS = ("also", "level", "published", "fixed", "severity", "unreviewed")
_VULN_LEVELS = tuple(level.value for level in VulnLevel)
_REFUSED = tuple(reason.value for reason in Reason)


@value
class LogSays:
    """What the log would answer for the lines of a module version. state: None = it could not be asked."""

    module: ModuleVersion
    state: ProofState | None


@value
class LicenceSays:
    """What would be read of a module version's licence. expression: "" = nothing that is recognised, with confidence in
    percent. is_read: whether its files could be read at all."""

    expression: str
    confidence: int
    is_read: bool


@value
class ArtifactSays:
    """What becomes of an artifact. reason: why its signature does not hold, None = it holds; is_signed: there is one.
    attested: kinds of attestations that are there and hold. tag: of an image, "" for a file."""

    name: str
    is_signed: bool
    reason: Reason | None
    attested: tuple[str, ...]
    tag: str


@value
class VulnerabilitySays:
    """One advisory that concerns a module version. names: its id, then others. level: how near it is found, as deep as
    anybody could look. published: None = nobody says. fixed: "" = there is no fix."""

    module: ModuleVersion
    names: tuple[str, ...]
    level: VulnLevel
    published: date | None
    fixed: str
    severity: str
    review: Review


@value
class Expected:
    """One finding or gap that must come out. module: a path, or path@version; "" = any. level: "" = any."""

    rule: str
    module: str
    level: str
    status: Status
    location: Location

    def __str__(self) -> str:
        level = f"{self.level} " if self.level else ""
        return f"{level}{self.rule} on {self.module or 'anything'}: {self.status.value}"


@value
class PolicyTest:
    """One test. on: the day of the verdict, None = today. go_sum: None = made from go.mod. outcome: None = any.

    min_low: the low end of the score must reach it, -1 = any. only: nothing else may be found. released: the day on
    which a module version came out. licences: what is read of theirs.
    """

    name: str
    go_mod: str
    go_sum: str | None
    on: date | None
    outcome: Outcome | None
    min_low: int
    only: bool
    expected: tuple[Expected, ...]
    log: tuple[LogSays, ...]
    released: Mapping[ModuleVersion, date]
    licences: Mapping[ModuleVersion, LicenceSays]
    artifacts: tuple[ArtifactSays, ...]
    location: Location
    vulnerabilities: tuple[VulnerabilitySays, ...] = ()


def parse_policy_tests(data: bytes, artifact: str, *, rules: Mapping[str, Rule]) -> tuple[PolicyTest, ...]:
    """Read the tests of a policy. rules: by id. Raises InputError with every fault, each with its place."""
    reader = TableReader(data, artifact, page=_PAGE)
    reader.top(required=("test",))
    tests: dict[str, PolicyTest] = {}
    for table in reader.tables("test", required=("name",), optional=_KEYS):
        test = _test(table, rules)
        if test.name in tests:
            table.fault("name", f"a test of this name is in line {tests[test.name].location.line}", expected="another")
        tests.setdefault(test.name, test)
    reader.finish()
    return tuple(tests.values())


def _test(table: Table, rules: Mapping[str, Rule]) -> PolicyTest:
    outcomes = tuple(outcome.value for outcome in Outcome)
    outcome = table.word("outcome", outcomes)
    if not any(key in table for key in ("outcome", "min_low", "expect")):
        table.fault("name", "this test expects nothing", expected="outcome, min_low or [[test.expect]]")
    return PolicyTest(
        name=table.text("name", filled=True),
        go_mod=table.block("go_mod", limit=_FILE_LIMIT) or "module example.com/test\n",
        go_sum=table.block("go_sum", limit=_FILE_LIMIT),
        on=table.day("on"),
        outcome=Outcome(outcome) if outcome else None,
        min_low=table.whole("min_low", -1, low=-1, high=100),
        only=table.flag("only", default=True),
        expected=tuple(
            _expected(found, rules) for found in _inner(table, "expect", ("rule",), ("module", "level", "status"))
        ),
        log=tuple(_log(found) for found in _inner(table, "log", ("module", "state"), ())),
        released=dict(_released(found) for found in _inner(table, "released", ("module", "on"), ())),
        licences=dict(map(_licence, _inner(table, "licence", ("module",), ("licence", "confidence", "read")))),
        artifacts=tuple(map(_artifact, _inner(table, "artifact", ("name",), _ARTIFACT_KEYS))),
        location=table.location,
        vulnerabilities=tuple(map(_vulnerability, _inner(table, "vulnerability", ("id", "module"), _VULN_KEYS))),
    )


def _inner(table: Table, name: str, required: tuple[str, ...], optional: tuple[str, ...]) -> list[Table]:
    """Return the tables of an array below a test, keys checked."""
    return list(table.tables(name, required=required, optional=optional))


def _expected(table: Table, rules: Mapping[str, Rule]) -> Expected:
    word = table.text("rule")
    names = {rule.name: rule.id for rule in rules.values()}
    rule = rules.get(word.upper())
    found = rule.id if rule is not None else names.get(word.lower(), "")
    if word and not found:
        table.reader.unknown((*table.path, "rule"), "rule", word, (*rules, *names))
    return Expected(
        rule=found,
        module=table.text("module"),
        level=table.word("level", _LEVELS),
        status=Status(table.word("status", _STATUSES, Status.FAIL.value)),
        location=table.location,
    )


def _log(table: Table) -> LogSays:
    state = table.word("state", (*_STATES, GAP), "proven")
    return LogSays(module=_module(table), state=_STATES.get(state))


def _released(table: Table) -> tuple[ModuleVersion, date]:
    return _module(table), table.day("on") or date(1970, 1, 1)


def _licence(table: Table) -> tuple[ModuleVersion, LicenceSays]:
    from supplymatrix.licences.expression import canonical

    text = table.text("licence")
    try:
        expression = canonical(text) if text else ""
    except InputError as err:
        first = err.diagnostics[0]
        table.fault("licence", f"this is no licence expression: {first.message}", expected=first.expected)
        expression = ""
    return _module(table), LicenceSays(
        expression=expression,
        confidence=table.whole("confidence", 100, low=1, high=100),
        is_read=table.flag("read", default=True),
    )


def _artifact(table: Table) -> ArtifactSays:
    reason = table.word("reason", _REFUSED)
    attested = tuple(_kind(table, text) for text in table.texts("attested"))
    return ArtifactSays(
        name=table.text("name", filled=True),
        is_signed=reason != Reason.NO_SIGNATURE.value,
        reason=Reason(reason) if reason and reason != Reason.NO_SIGNATURE.value else None,
        attested=attested,
        tag=table.text("tag"),
    )


def _vulnerability(table: Table) -> VulnerabilitySays:
    return VulnerabilitySays(
        module=_module(table),
        names=(table.text("id", filled=True), *table.texts("also")),
        level=VulnLevel(table.word("level", _VULN_LEVELS, VulnLevel.SYMBOL.value)),
        published=table.day("published"),
        fixed=table.text("fixed"),
        severity=table.text("severity"),
        review=Review.UNREVIEWED if table.flag("unreviewed", default=False) else Review.REVIEWED,
    )


def _kind(table: Table, text: str) -> str:
    try:
        return parse_kind(text)
    except InputError as err:
        table.fault("attested", err.diagnostics[0].message, expected="e.g. provenance, sbom")
        return text


def _module(table: Table) -> ModuleVersion:
    text = table.text("module")
    match = _MODULE.fullmatch(text)
    if match is None:
        table.fault(
            "module", "this names no module version", expected="path@version, e.g. github.com/gorilla/mux@v1.8.1"
        )
        return ModuleVersion(path="", version="")
    return ModuleVersion(path=match[1], version=match[2])
