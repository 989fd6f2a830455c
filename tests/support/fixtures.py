"""Projects in a folder, with what the log says of them written beside: from there to a whole audit, without a log.

`log.json` in the folder, all of it optional:

    {"default": "proven", "lines": {"path@version[/go.mod]": {"state": …, "logged": …, "detail": …} or {"gap": reason}},
     "private": {path: declared}, "copies": [{"module", "version", "kind", "state"}], "proof_file": {"fault": …},
     "foreign": [{"module", "version", "kind": "zip", "hash", "file", "line", "column"}],
     "graph": [{"module", "version", "gives": true, "retracted": …, "deprecated": …}],
     "witnesses": [{"module", "version", "kind": "zip", "holder", "source", "hash": …, "reason": …}],
     "release_times": [{"module", "version", "time": "2026-11-20T08:00:00+00:00", "source"}],
     "licences": [{"module", "version", "declared", "concluded", "read": true, "reason", "files": [{"path",
      "expression", "lines", "confidence", "nearest", "packages_only"}]}],
     "vendors": [{"vendor", "evidence_from", "channels": [{"channel", "stands_for", "p90", "fixes", "open", "as_of"}]}],
     "vendored": [{"module", "version", "state", "effective": "path@version", "differences", "line", and other fields}],
     "vendor_tree": {"files", "unexplained": differences, "unexplained_total", "inconsistencies": [clause]},
     "gos": [{"level", "differences", and other fields}], "programs": [{"name", "secrets": [fields], and other fields}],
     "program_modules": [{"program", "module", "version", "state", and other fields}],
     "weak": [{"program", "key", "setting", "since", "effect"}],
     "publishers": [{"module", "version", "state", "tree", and other fields}],
     "audit": [{"type": "Vulnerability", field: value, …}], "gaps": [{"wanted", "reason", and other fields}]}

where differences are [[name, "changed", detail]], and other fields are those of the fact. `audit` and
`gaps` take any fact by its type hints: see `audit_facts`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.engine.committed_proofs import PROOF_START
from supplymatrix.engine.policy_source import PolicySource, load_policy
from supplymatrix.model.audit import Audit, LogView
from supplymatrix.model.fact import (
    CachedCopy,
    ChannelMeasure,
    CopyKind,
    CopyState,
    Fact,
    Facts,
    ForeignHash,
    Gap,
    GraphModule,
    HashWitness,
    Holder,
    LineProof,
    PrivateModule,
    ProofFile,
    ProofState,
    ReleaseTime,
    RequiredModule,
    SumKind,
    SumLine,
    VendorMeasure,
)
from supplymatrix.model.licence import LicenceFile, LicenceMatch, LicenceMethod, LicenceSource, ModuleLicence
from supplymatrix.model.location import Location
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
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
from supplymatrix.model.publisher_fact import PublisherSignature, PublisherState, TreeState
from supplymatrix.policy.verdict import judge
from supplymatrix.sources.project import Project, SourceLines, read_project
from tests.support.audit_facts import audit_facts, audit_gaps
from tests.support.made_artifacts import artifacts_in

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MODULES_TXT = "vendor/modules.txt"
LOG = LogView(
    name="sum.golang.org",
    key_hash="033de0ae",
    tree_size=71_999_284,
    root="q5+IcsQ9SCXC+pYmNIRIRUbPnH/iVuVw/N2fPtPImqw=",
    seen_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    route="replay recorded",
)


def facts_of(folder: Path) -> Facts:
    """Return the facts of a fixture."""
    log = _log(folder)
    project = read_project(folder)
    lines = [fact for fact in project.facts if isinstance(fact, SumLine)]
    facts: list[Fact] = list(project.facts)
    gaps: list[Gap] = []
    told: set[ModuleVersion] = set()
    for line in lines:
        declared = log.get("private", {}).get(line.subject.path)
        if declared is not None and line.subject not in told:
            told.add(line.subject)
            facts.append(_private(line, declared=declared))
        answer = log.get("lines", {}).get(_key(line), {"state": log.get("default", "proven")})
        if declared:
            continue
        if "gap" in answer or declared is False:
            gaps.append(_gap(line, answer.get("gap", "its name is withheld from the log by GOPRIVATE=corp.example")))
        else:
            facts.append(_proof(line, answer))
    facts.extend(_copies(log))
    facts.extend(_witnesses(log))
    facts.extend(_proof_files(log))
    facts.extend(_foreign(log, lines))
    facts.extend(_graph(log, project))
    facts.extend(_release_times(log))
    facts.extend(_licences(log))
    facts.extend(_vendors(log))
    facts.extend(_vendored(log))
    facts.extend(_gos(log))
    facts.extend(_programs(log))
    facts.extend(_publishers(log))
    facts.extend(artifacts_in(log, folder))
    facts.extend(audit_facts(log.get("audit", [])))
    gaps.extend(audit_gaps(log.get("gaps", [])))
    return Facts({repr(fact): fact for fact in facts}.values(), gaps)


def _publishers(log: dict[str, Any]) -> Iterator[PublisherSignature]:
    for told in log.get("publishers", []):
        module = ModuleVersion(path=told.pop("module"), version=told.pop("version"))
        state, tree = PublisherState(told.pop("state")), TreeState(told.pop("tree"))
        yield PublisherSignature(subject=module, state=state, tree=tree, **told)


def _proof_files(log: dict[str, Any]) -> Iterator[ProofFile]:
    told = log.get("proof_file")
    if told is not None:
        place = Location(artifact="go.sum.proof", line=1, column=1)
        size = 0 if told["fault"] else LOG.tree_size
        yield ProofFile(
            tree_size=size,
            root="",
            records=0,
            unused=0,
            seen_on=None,
            fault=told["fault"],
            location=place,
            is_malformed=told.get("malformed", False),
            expected="`<level> <hash>`, or `record <number>`",
        )


def audit_of(folder: Path, *, preset: str = "") -> Audit:
    """Return the whole audit of a fixture, by its lift.toml or a preset."""
    facts = facts_of(folder)
    project = read_project(folder)
    proofs = {"go.sum.proof": PROOF_START} if _log(folder).get("proof_file") else {}
    modules_txt = folder / MODULES_TXT
    listed = {MODULES_TXT: modules_txt.read_text("utf-8").split("\n")} if modules_txt.is_file() else {}
    source = PolicySource(file=_preset_file(folder, preset)) if preset else PolicySource()
    policy, notes = load_policy(source, project, {})
    verdict = judge(policy, run_rules(facts), facts, ALL_RULES, now=NOW, tool_version="0.1.0")
    del notes
    return Audit(
        subject=project.name,
        root="project",
        facts=facts,
        log=LOG,
        verdict=verdict,
        rules=ALL_RULES,
        lines=SourceLines({**project.files, **policy.files, **proofs, **listed}),
    )


def _preset_file(folder: Path, preset: str) -> Path:
    return Path(__file__).resolve().parents[2] / "policies" / f"{preset}.toml"


def _log(folder: Path) -> dict[str, Any]:
    path = folder / "log.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _key(line: SumLine) -> str:
    return f"{line.subject}/go.mod" if line.kind is SumKind.GO_MOD else str(line.subject)


def _private(line: SumLine, *, declared: bool) -> PrivateModule:
    setting = "lift.toml" if declared else "GOPRIVATE"
    return PrivateModule(
        subject=line.subject, matched_by="corp.example", setting=setting, declared=declared, location=line.location
    )


def _gap(line: SumLine, reason: str) -> Gap:
    return Gap(
        wanted=f"log record of {line.subject}",
        reason=reason,
        remedy="run again",
        subject=str(line.subject),
        kind=line.kind,
        location=line.location,
    )


def _proof(line: SumLine, answer: dict[str, Any]) -> LineProof:
    state = ProofState(answer["state"])
    logged = answer.get("logged", line.hash if state is ProofState.PROVEN else "")
    return LineProof(
        subject=line.subject,
        kind=line.kind,
        hash=line.hash,
        state=state,
        logged_hash=logged,
        record_id=-1 if state is ProofState.NOT_IN_LOG else 31_337_421,
        tree_size=LOG.tree_size,
        answered_by="https://proxy.example (HTTP 404)" if state is ProofState.NOT_IN_LOG else "https://proxy.example",
        location=line.location,
        detail=answer.get("detail", ""),
    )


def _copies(log: dict[str, Any]) -> Iterator[CachedCopy]:
    for copy in log.get("copies", []):
        yield CachedCopy(
            subject=ModuleVersion(path=copy["module"], version=copy["version"]),
            kind=CopyKind(copy["kind"]),
            state=CopyState(copy["state"]),
            path=f"modcache/{copy['module']}.{copy['kind']}",
            hash=copy.get("hash", ""),
            logged_hash=copy.get("logged", ""),
            reason=copy.get("reason", ""),
            **_differing({"differences": copy.get("differences", []), "files": copy.get("files", 0)}),
        )


def _foreign(log: dict[str, Any], lines: Sequence[SumLine]) -> Iterator[ForeignHash]:
    by_key = {(line.subject, line.kind): line for line in lines}
    for told in log.get("foreign", []):
        line = by_key[ModuleVersion(path=told["module"], version=told["version"]), SumKind(told.get("kind", "zip"))]
        place = Location(artifact=told["file"], line=told["line"], column=told["column"])
        yield ForeignHash(
            subject=line.subject,
            kind=line.kind,
            hash=line.hash,
            location=line.location,
            other_hash=told["hash"],
            other_location=place,
        )


def _graph(log: dict[str, Any], project: Project) -> Iterator[GraphModule]:
    places = {fact.subject.path: fact.location for fact in project.facts if isinstance(fact, RequiredModule)}
    for told in log.get("graph", []):
        module = ModuleVersion(path=told["module"], version=told["version"])
        yield GraphModule(
            subject=module,
            effective=module,
            is_main=False,
            gives_packages=told.get("gives", True),
            retracted=told.get("retracted", ""),
            deprecated=told.get("deprecated", ""),
            location=places.get(module.path, Location(artifact="go.mod", line=1, column=1, end_line=1, end_column=7)),
        )


def _witnesses(log: dict[str, Any]) -> Iterator[HashWitness]:
    for told in log.get("witnesses", []):
        yield HashWitness(
            subject=ModuleVersion(path=told["module"], version=told["version"]),
            kind=SumKind(told.get("kind", "zip")),
            holder=Holder(told["holder"]),
            source=told.get("source", ""),
            hash=told.get("hash", ""),
            reason=told.get("reason", ""),
        )


def _release_times(log: dict[str, Any]) -> Iterator[ReleaseTime]:
    for told in log.get("release_times", []):
        yield ReleaseTime(
            subject=ModuleVersion(path=told["module"], version=told["version"]),
            time=datetime.fromisoformat(told["time"]),
            source=told["source"],
        )


def _licences(log: dict[str, Any]) -> Iterator[ModuleLicence]:
    for told in log.get("licences", []):
        module = ModuleVersion(path=told["module"], version=told["version"])
        declared = told.get("declared", "")
        yield ModuleLicence(
            subject=module,
            effective=module,
            declared=declared,
            concluded=told.get("concluded", declared),
            files=tuple(map(_licence_file, told.get("files", ()))),
            source=LicenceSource.FOLDER,
            reason=told.get("reason", ""),
            remedy=told.get("remedy", ""),
            is_read=told.get("read", True),
        )


def _licence_file(told: dict[str, Any]) -> LicenceFile:
    text = told.get("expression", "")
    match = LicenceMatch(
        licence=text,
        start=1,
        end=told.get("lines", 21),
        confidence=told.get("confidence", 100),
        method=LicenceMethod.TEXT,
    )
    return LicenceFile(
        path=told["path"],
        sha256=sha256(told["path"].encode()).hexdigest(),
        expression=text,
        matches=(match,) if text else (),
        nearest=told.get("nearest", ""),
        packages_only=told.get("packages_only", False),
    )


def _vendors(log: dict[str, Any]) -> Iterator[VendorMeasure]:
    for told in log.get("vendors", []):
        channels = (
            ChannelMeasure(**{**channel, "as_of": date.fromisoformat(channel["as_of"])}) for channel in told["channels"]
        )
        yield VendorMeasure(
            vendor=told["vendor"],
            channels=tuple(channels),
            feeds="shipped",
            statements=25,
            evidence_from=date.fromisoformat(told["evidence_from"]),
            evidence_key="fix_sla",
            profile=f"vendor_profiles/{told['vendor']}.toml",
        )


def _vendored(log: dict[str, Any]) -> Iterator[VendoredModule | VendorTree]:
    for told in log.get("vendored", []):
        module = ModuleVersion(path=told.pop("module"), version=told.pop("version"))
        path, _, version = told.pop("effective", str(module)).partition("@")
        state = VendorState(told.pop("state"))
        effective = None if state is VendorState.LOCAL else ModuleVersion(path=path, version=version)
        yield VendoredModule(
            subject=module, effective=effective, state=state, location=_listed(told.pop("line", 1)), **_differing(told)
        )
    tree = log.get("vendor_tree")
    if tree is not None:
        unexplained = _differences(tree.get("unexplained", []))
        yield VendorTree(
            modules=1,
            files=tree.get("files", 2),
            unexplained=unexplained,
            unexplained_total=tree.get("unexplained_total", len(unexplained)),
            inconsistencies=tuple(tree.get("inconsistencies", [])),
            location=_listed(1),
        )


def _listed(line: int) -> Location:
    return Location(artifact=MODULES_TXT, line=line, column=1, end_line=line, end_column=32)


def _gos(log: dict[str, Any]) -> Iterator[InstalledGo]:
    module = ModuleVersion(path=TOOLCHAIN_PATH, version="v0.0.1-go1.26.8.linux-amd64")
    known = {"root": "/usr/local/go", "found_as": "PATH", "version": "1.26.8", "platform": "linux-amd64"}
    for told in log.get("gos", []):
        level = ToolchainLevel(told.pop("level"))
        yield InstalledGo(level=level, subject=module, **{**known, **_differing(told)})


def _programs(log: dict[str, Any]) -> Iterator[BuiltProgram | ProgramModule | WeakDefault]:
    for told in log.get("programs", []):
        secrets = tuple(SecretFlag(**secret) for secret in told.pop("secrets", ()))
        settings = tuple((key, text) for key, text in told.pop("settings", {}).items())
        yield BuiltProgram(
            state=ProgramState(told.pop("state", "read")),
            size=told.pop("size", 2_400_000),
            sha256=told.pop("sha256", "5" * 64),
            location=Location(artifact=told["name"]),
            settings=settings,
            secrets=secrets,
            **told,
        )
    for told in log.get("program_modules", []):
        module = ModuleVersion(path=told.pop("module"), version=told.pop("version"))
        state = ProgramModuleState(told.pop("state"))
        yield ProgramModule(subject=module, state=state, location=Location(artifact=told["program"]), **told)
    for told in log.get("weak", []):
        name = told.pop("program")
        place = Location(artifact=name)
        yield WeakDefault(subject=name, because="recorded in the program", location=place, **told)


def _differing(told: dict[str, Any]) -> dict[str, Any]:
    """Return fields of a fact, with its differing files as values."""
    differences = _differences(told.pop("differences", []))
    return {"differing": len(differences), **told, "differences": differences, "files": told.get("files", 7)}


def _differences(told: Sequence[Sequence[str]]) -> tuple[FileDifference, ...]:
    return tuple(
        FileDifference(name=name, change=FileChange(change), detail=" ".join(detail)) for name, change, *detail in told
    )
