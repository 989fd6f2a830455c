"""Rules about what lies on a disk and in programs: what is not known is no pass, and a finding is known again."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.model.fact import (
    CachedCopy,
    CopyKind,
    CopyState,
    Fact,
    Facts,
    LineProof,
    PrivateModule,
    ProofState,
    SumKind,
    SumLine,
)
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import (
    FileChange,
    FileDifference,
    InstalledGo,
    ToolchainLevel,
    VendoredModule,
    VendorState,
    VendorTree,
)
from supplymatrix.model.program import (
    BuiltProgram,
    ProgramModule,
    ProgramModuleState,
    ProgramState,
    SecretFlag,
    WeakDefault,
)
from supplymatrix.model.rule import Finding, Result, Status
from supplymatrix.model.value import changed

A = ModuleVersion(path="a.example/a", version="v1.2.0")
LISTED = Location(artifact="vendor/modules.txt", line=4, column=1, end_line=4, end_column=9)
APP = Location(artifact="bin/app")
VENDORED = VendoredModule(
    subject=A, effective=A, state=VendorState.EQUAL, files=3, location=LISTED, is_proven=True, reason="because"
)
TREE = VendorTree(modules=1, files=9, unexplained=(), unexplained_total=0, inconsistencies=(), location=LISTED)
GO = InstalledGo(
    root="/opt/go", found_as="PATH", version="1.26.8", platform="linux-amd64", level=ToolchainLevel.OFFICIAL,
    subject=ModuleVersion(path="golang.org/toolchain", version="v0.0.1-go1.26.8.linux-amd64"), reason="because",
)  # fmt: skip
PROGRAM = BuiltProgram(
    name="bin/app", state=ProgramState.READ, sha256="5" * 64, size=9, location=APP, main="a.example/app",
    main_version="v1.0.0", settings=(("vcs.modified", "false"),),
)  # fmt: skip
MODULE = ProgramModule(
    program="bin/app", subject=A, state=ProgramModuleState.PROVEN, location=APP, sum="h1:x", logged_hash="h1:x",
    required="v1.2.0", reason="because",
)  # fmt: skip
CHANGED = FileDifference(name="a.example/a/a.go", change=FileChange.CHANGED)


def _results(*facts: Fact) -> dict[str, list[Result]]:
    """Return the results by rule."""
    found: dict[str, list[Result]] = {}
    for result in run_rules(Facts(facts)):
        found.setdefault(result.rule, []).append(result)
    return found


def _states(*facts: Fact) -> dict[str, str]:
    """Return what became of each rule, of one fact of its kind."""
    return {rule: " ".join(result.status.value for result in results) for rule, results in _results(*facts).items()}


def _finding(rule: str, *facts: Fact) -> Finding:
    (found,) = [result.finding for result in _results(*facts)[rule] if result.status is Status.FAIL]
    assert found is not None
    return found


def _text(finding: Finding) -> str:
    return " ".join([finding.message, finding.label, finding.fix, *(f"{e.label} {e.value}" for e in finding.evidence)])


@pytest.mark.parametrize(
    ("module", "states"),
    [
        (VENDORED, {"SM120": "pass", "SM122": "pass", "SM123": "pass"}),
        (changed(VENDORED, state=VendorState.DIFFERS, differences=(CHANGED,), differing=1),
         {"SM120": "fail", "SM122": "pass", "SM123": "pass"}),
        (changed(VENDORED, state=VendorState.UNCHECKED), {"SM120": "unknown", "SM122": "pass"}),
        (changed(VENDORED, state=VendorState.ABSENT), {"SM122": "fail"}),
        (changed(VENDORED, state=VendorState.UNCHECKED, effective=None),
         {"SM120": "unknown", "SM122": "pass", "SM123": "fail"}),
        (changed(VENDORED, state=VendorState.LOCAL, effective=None, differences=(CHANGED,), differing=1),
         {"SM122": "fail", "SM123": "fail"}),
        (changed(VENDORED, state=VendorState.LOCAL, effective=None), {"SM122": "pass", "SM123": "fail"}),
        (changed(VENDORED, is_proven=False), {"SM120": "pass", "SM122": "pass", "SM123": "unknown"}),
    ],
)  # fmt: skip
def test_a_vendored_module_is_judged_by_its_state(module: VendoredModule, states: dict[str, str]) -> None:
    assert _states(module) == states


@pytest.mark.parametrize(
    ("declared", "answer", "state"),
    [(True, None, None), (False, None, "fail"), (None, ProofState.NOT_IN_LOG, "fail"),
     (None, ProofState.NO_LINE, "fail"), (None, ProofState.BAD_PROOF, "unknown"), (None, None, "unknown")],
)  # fmt: skip
def test_what_the_log_does_not_have_is_told_apart_from_what_it_was_not_asked(
    declared: bool | None, answer: ProofState | None, state: str | None
) -> None:
    facts: list[Fact] = [changed(VENDORED, is_proven=False)]
    if declared is not None:
        facts.append(
            PrivateModule(subject=A, matched_by="a.example", setting="GOPRIVATE", declared=declared, location=LISTED)
        )
    if answer is not None:
        facts.append(
            LineProof(
                subject=A, kind=SumKind.ZIP, hash="h1:x", state=answer, logged_hash="", record_id=-1, tree_size=9,
                answered_by="https://proxy.example", location=LISTED,
            )
        )  # fmt: skip
    assert _states(*facts).get("SM123") == state


def test_each_unexplained_file_is_a_finding_under_its_path() -> None:
    files = tuple(FileDifference(name=f"{name}.go", change=FileChange.EXTRA) for name in "ab")
    tree = changed(TREE, unexplained=files, unexplained_total=9)
    subjects = [(result.subject, result.status) for result in _results(tree)["SM121"]]
    assert subjects == [("vendor/a.go", Status.FAIL), ("vendor/b.go", Status.FAIL), ("vendor/…", Status.FAIL)]
    assert _states(TREE) == {"SM121": "pass", "SM122": "pass"}


def test_the_first_files_are_named_with_their_number() -> None:
    many = tuple(FileDifference(name=f"a{n}.go", change=FileChange.EXTRA, detail="odd") for n in range(9))
    vendored = changed(VENDORED, state=VendorState.DIFFERS, differences=many, differing=1_234)
    text = _text(_finding("SM120", vendored))
    assert "vendor/a0.go (odd)" in text
    assert "1,234 files differ" in text
    assert "1,229 more files" in text
    copy = CachedCopy(
        subject=A, kind=CopyKind.FOLDER, state=CopyState.DIFFERS, path="/c", hash="h1:y", logged_hash="h1:x",
        differences=many[:1], differing=1,
    )  # fmt: skip
    text = _text(_finding("SM112", copy))
    assert "the unpacked folder of a.example/a v1.2.0" in text
    assert "a0.go is extra" in text


@pytest.mark.parametrize("kind", CopyKind)
def test_each_kind_of_copy_is_told_with_its_line(kind: CopyKind) -> None:
    lines = [SumLine(subject=A, kind=one, hash="h1:x", location=Location(artifact="go.sum", line=n))
             for n, one in enumerate(SumKind, 1)]  # fmt: skip
    copy = CachedCopy(subject=A, kind=kind, state=CopyState.DIFFERS, path="/c", hash="h1:y", logged_hash="h1:x")
    place = _finding("SM112", copy, *lines).locations[0]
    assert place.line == (2 if kind is CopyKind.GO_MOD else 1)


@pytest.mark.parametrize(
    ("go", "states"),
    [
        (GO, {"SM130": "pass", "SM131": "pass"}),
        (changed(GO, level=ToolchainLevel.CONFIG_CHANGED), {"SM130": "pass", "SM131": "pass"}),
        (changed(GO, risks=("GOSUMDB=off",)), {"SM130": "pass", "SM131": "fail"}),
        (changed(GO, level=ToolchainLevel.MODIFIED), {"SM130": "fail"}),
        (changed(GO, level=ToolchainLevel.DISTRIBUTION), {"SM131": "fail"}),
        (changed(GO, level=ToolchainLevel.UNKNOWN_VERSION, subject=None), {"SM131": "fail"}),
        (changed(GO, level=ToolchainLevel.UNCHECKED), {"SM130": "unknown", "SM131": "unknown"}),
        (changed(GO, level=ToolchainLevel.UNCHECKED, bad_proof=True), {"SM130": "fail", "SM131": "unknown"}),
    ],
)  # fmt: skip
def test_a_go_is_judged_by_its_level(go: InstalledGo, states: dict[str, str]) -> None:
    assert _states(go) == states


_OF_MODULE = ("SM140", "SM141", "SM142", "SM143", "SM145")
_OF_PROGRAM = ("SM144", "SM145", "SM146", "SM148")


def _of(rules: Iterable[str], *facts: Fact) -> dict[str, str]:
    return {rule: state for rule, state in _states(*facts).items() if rule in rules}


@pytest.mark.parametrize(
    ("module", "states"),
    [
        (MODULE, dict.fromkeys(_OF_MODULE, "pass")),
        (changed(MODULE, state=ProgramModuleState.DIFFERS), {**dict.fromkeys(_OF_MODULE, "pass"), "SM140": "fail"}),
        (changed(MODULE, state=ProgramModuleState.BAD_PROOF),
         {"SM140": "fail", "SM142": "pass", "SM143": "pass", "SM145": "pass"}),
        (changed(MODULE, state=ProgramModuleState.NOT_IN_LOG),
         {"SM141": "fail", "SM142": "pass", "SM143": "pass", "SM145": "pass"}),
        (changed(MODULE, state=ProgramModuleState.NO_SUM, sum=""), {"SM142": "fail", "SM143": "pass", "SM145": "pass"}),
        (changed(MODULE, state=ProgramModuleState.UNCHECKED),
         {"SM140": "unknown", "SM141": "unknown", "SM142": "pass", "SM143": "pass", "SM145": "pass"}),
        (changed(MODULE, state=ProgramModuleState.PRIVATE),
         {"SM140": "unknown", "SM141": "unknown", "SM142": "pass", "SM143": "pass", "SM145": "pass"}),
        (changed(MODULE, state=ProgramModuleState.PRIVATE, is_declared=True),
         {"SM142": "pass", "SM143": "pass", "SM145": "pass"}),
        (changed(MODULE, state=ProgramModuleState.LOCAL, sum="", required=None), {"SM145": "fail"}),
        (changed(MODULE, required=None),
         {"SM140": "pass", "SM141": "pass", "SM142": "pass", "SM145": "pass"}),
        (changed(MODULE, required="v1.1.0"), {**dict.fromkeys(_OF_MODULE, "pass"), "SM143": "fail"}),
        (changed(MODULE, required=""), {**dict.fromkeys(_OF_MODULE, "pass"), "SM143": "fail"}),
    ],
)  # fmt: skip
def test_a_module_in_a_program_is_judged_by_its_state(module: ProgramModule, states: dict[str, str]) -> None:
    assert _states(module) == states


@pytest.mark.parametrize(
    ("program", "states"),
    [
        (PROGRAM, {"SM144": "pass", "SM146": "pass", "SM147": "pass", "SM148": "pass"}),
        (changed(PROGRAM, settings=(("vcs.modified", "true"),)),
         {"SM144": "fail", "SM146": "pass", "SM147": "pass", "SM148": "pass"}),
        (changed(PROGRAM, settings=(), main_version="v1.0.1-0.20260102030405-0123456789ab+dirty"),
         {"SM144": "fail", "SM148": "pass"}),
        (changed(PROGRAM, settings=(), main_version="(devel)"), {"SM148": "pass"}),
        (changed(PROGRAM, settings=(), main_replaced="./app"), {"SM145": "fail", "SM148": "pass"}),
        (changed(PROGRAM, settings=(), state=ProgramState.SEARCHED), {"SM148": "pass"}),
        (changed(PROGRAM, settings=(), unnamed=("a.example/b",)), {"SM148": "fail"}),
        (changed(PROGRAM, settings=(), disputes=("it is odd",)), {"SM148": "fail"}),
        (changed(PROGRAM, settings=(), disputes=("it is odd",), unnamed=("a.example/b",)), {"SM148": "fail fail"}),
        (changed(PROGRAM, settings=(), go_is_logged=True), {"SM148": "pass", "SM149": "pass"}),
        (changed(PROGRAM, settings=(), go_is_logged=False), {"SM148": "pass", "SM149": "fail"}),
        *((changed(PROGRAM, settings=(), main="", state=state), {"SM148": "fail"})
          for state in (ProgramState.PACKED, ProgramState.OBFUSCATED, ProgramState.DAMAGED, ProgramState.BARE)),
    ],
)  # fmt: skip
def test_a_program_is_judged_by_what_it_says_of_itself(program: BuiltProgram, states: dict[str, str]) -> None:
    assert _states(program) == states


def test_a_secret_is_told_by_its_kind_and_digest() -> None:
    secrets = tuple(
        SecretFlag(setting="-ldflags", name=f"main.{name}", kind="a name that says so", prefix="abcd",
                   digest="12345678", length=40)
        for name in ("token", "apiKey")
    )  # fmt: skip
    finding = _finding("SM146", changed(PROGRAM, secrets=secrets))
    assert "main.apiKey in -ldflags: a name that says so, and 1 more" in finding.label
    assert "40 characters, begins with abcd, SHA-256 12345678…" in finding.evidence[1].value
    rotated = tuple(changed(secret, digest="87654321", length=41) for secret in secrets)
    assert _finding("SM146", changed(PROGRAM, secrets=rotated)).fingerprint == finding.fingerprint


def test_weak_defaults_of_a_program_and_of_a_go_mod_are_two_findings() -> None:
    weak = WeakDefault(
        subject="bin/app", key="tls3des", setting="1", since="1.23", effect="3DES", because="recorded in the program",
        location=APP,
    )  # fmt: skip
    line = Location(artifact="go.mod", line=3, column=4)
    own = changed(weak, subject="a.example/app", because="go 1.22", location=line)
    more = changed(own, key="tlssha1", since="1.25", effect="SHA-1")
    subjects = {
        result.subject: result.module for result in _results(PROGRAM, weak, own, more)["SM147"] if result.finding
    }
    assert subjects == {"program:bin/app": "a.example/app", "a.example/app": "a.example/app"}
    (alone,) = [result.finding for result in _results(own, more)["SM147"] if result.finding]
    assert "2 defaults of Go" in alone.message
    assert "raise the go line to 1.25" in alone.fix


@pytest.mark.parametrize(
    ("rule", "fact", "moved"),
    [
        ("SM120", changed(VENDORED, state=VendorState.DIFFERS), {"location": changed(LISTED, line=99), "files": 8}),
        ("SM122", changed(TREE, inconsistencies=("a", "b")), {"location": changed(LISTED, line=99), "files": 8}),
        ("SM123", changed(VENDORED, state=VendorState.LOCAL), {"location": changed(LISTED, line=99)}),
        ("SM130", changed(GO, level=ToolchainLevel.MODIFIED), {"root": "/home/ada/go", "differing": 2}),
        ("SM131", changed(GO, level=ToolchainLevel.DISTRIBUTION), {"root": "/usr/lib/go", "reason": "other"}),
        ("SM143", changed(MODULE, required="v1.1.0"), {"required": "v1.1.1"}),
        ("SM148", changed(PROGRAM, state=ProgramState.PACKED), {"sha256": "6" * 64, "size": 10}),
        ("SM148", changed(PROGRAM, unnamed=("a.example/b",)), {"unnamed": ("a.example/b", "a.example/c")}),
        ("SM149", changed(PROGRAM, go_is_logged=False, go_release="1.99.9"), {"sha256": "6" * 64}),
    ],
)  # fmt: skip
def test_a_finding_is_known_again_on_another_machine(rule: str, fact: Fact, moved: dict[str, object]) -> None:
    again = changed(fact, **moved)
    assert _finding(rule, fact).fingerprint == _finding(rule, again).fingerprint


def test_alarms_cannot_be_waived_and_the_others_can() -> None:
    alarms = {"SM120", "SM130", "SM140"}
    ours = [rule for rule in ALL_RULES.values() if "SM120" <= rule.id <= "SM149"]
    assert {rule.id for rule in ours if rule.is_alarm} == alarms
    assert {rule.id for rule in ours if not rule.is_waivable} == alarms


def test_what_is_wrong_with_a_copy_is_told_once() -> None:
    one = FileDifference(name="a.go", change=FileChange.CHANGED, detail="first differs at byte 9")
    copy = CachedCopy(
        subject=A, kind=CopyKind.FOLDER, state=CopyState.DIFFERS, path="/c", hash="", logged_hash="h1:x",
        reason="one of its files is not as in the proven zip: a.go is changed (first differs at byte 9)",
        differences=(one,), differing=1,
    )  # fmt: skip
    finding = _finding("SM112", copy)
    assert finding.label == "a.go is changed"
    assert [(e.label, e.value) for e in finding.evidence if "a.go" in e.value] == [
        ("changed", "a.go (first differs at byte 9)")
    ]
    assert "its hash" not in {evidence.label for evidence in finding.evidence}
    finding = _finding("SM112", changed(copy, differences=(changed(one, detail=""),)))
    assert _text(finding).count("a.go") == 1
