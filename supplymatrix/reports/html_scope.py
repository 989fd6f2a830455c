"""How the answers of a report came about, and what nobody has looked at: the two parts that an auditor reads first.

Neither is ever empty. What this program cannot check at all is told beside what this run could not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.model.audit import Audit, Unreadable
from supplymatrix.model.checked_artifact import CheckedArtifact
from supplymatrix.model.fact import (
    CachedCopy,
    CopyState,
    PrivateModule,
    ProofFile,
    ReleaseTime,
    SumFault,
    SumLine,
    VendorMeasure,
)
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.rule import Status
from supplymatrix.reports.artifact_words import artifact_rows
from supplymatrix.reports.html_parts import Detail, Part
from supplymatrix.reports.tally import counted
from supplymatrix.reports.text_gaps import gap_groups
from supplymatrix.reports.text_head import log_counts, what_was_read

__all__ = ["method", "never_checked", "not_checked"]

# Families of rules by the beginning of their ids: what they are about, in words that fit "this version has no rule".
_FAMILIES = (
    ("SM3", "known vulnerabilities, of modules or of Go itself"),
    ("SM4", "licences"),
    ("SM5", "signatures, provenance and bills of materials of what is released"),
    ("SM6", "the age, the support and the FIPS state of the Go toolchain"),
    ("SM7", "C code that is built by cgo"),
    ("SM8", "vendors and what they promise"),
)


def method(audits: Sequence[Audit]) -> Part:
    """Return what is proven, and how."""
    return Part(key="method", title="Method", lines=tuple(_method(audits)))


def _method(audits: Sequence[Audit]) -> Iterator[str]:
    yield (
        "go.sum against the log: each line is compared with the record that the transparency log has of its module "
        "version. A record counts when an inclusion proof (RFC 6962) leads from it to the tree head named under trust "
        "anchors; every tile that was read for it was hashed whole before it was used, and the head carries an Ed25519 "
        "signature that fits the key named there."
    )
    yield (
        "One head for all: everything is proven under one tree head of a log. Heads that this machine has seen before "
        "are held against it; one that is no part of it ends the run with an alarm. A note says where that was not "
        "possible."
    )
    if any(audit.facts.of(ProofFile) for audit in audits):
        yield "Proofs beside go.sum are checked in the same way, hash by hash, without any network."
    if any(audit.facts.of(CachedCopy) for audit in audits):
        yield "Copies in the module cache and in vendor are hashed (h1) and compared with the hash that the log has."
    if any(audit.facts.of(ReleaseTime) for audit in audits):
        yield (
            "Ages of versions are those of their commits, which their authors write, unless committed proofs show "
            "that the log got a version later."
        )
    if any(audit.facts.of(ModuleLicence) for audit in audits):
        yield (
            "Licences: the texts of licence files on this machine, in the root of each module that gives packages to "
            "builds for any system, and in the folders that these are taken from, recognised by their words. What a "
            "person concluded is named with that person. The project's own licence, that of Go and those of modules "
            "that tests alone need were not judged. This is no legal advice."
        )
    if any(audit.facts.of(VendorMeasure) for audit in audits):
        yield (
            "Vendors: the days within which nine of ten fixes were out, by their own feeds and with those still open "
            "counted in, and the age of the oldest evidence in their profile."
        )
    if any(audit.facts.of(CheckedArtifact) for audit in audits):
        yield (
            "Signatures: each one of an artifact was verified over these bytes, with its certificate, its log entry "
            "and its time, by two engines wherever both can read it. Who may sign is what the policy says; what was "
            "not checked stands beside each artifact."
        )
    yield (
        "Rules: each looks at what was read and says pass, fail or unknown of one thing at a time. A finding that is "
        "marked proven rests on such a proof or on the exact text of a file; high and low confidence are judgements."
    )
    yield (
        "Unknown is no pass: what could not be had stays unknown, is listed, and makes the outcome incomplete where "
        "the policy needs it."
    )
    yield (
        "Score: each rule has a weight by its severity, and gives the share of its things that passed. The low end "
        "takes every unknown as failed, the high end as passed; a waived result counts as passed, and its points are "
        "named apart. An alarm, or for the low end one that is not ruled out, caps the score. Fractions are exact."
    )
    yield (
        "Waivers are judged on the day of the run. An alarm, broken input and what is unknown cannot be waived; an "
        "outage of the log is excused only where the policy says so, beside young proofs."
    )


def not_checked(audit: Audit, *, alone: bool) -> Part:
    """Return what this run did not check of a subject. alone: what is never checked is told here, too."""
    details = [
        Detail("go.sum lines", log_counts(audit)),
        *_private(audit),
        *_gaps(audit),
        *_copies(audit),
        *_artifacts(audit),
        Detail("contents of modules", what_was_read([audit])),
        Detail("rules that the policy has off", _off(audit)),
        Detail("rules without a result", _silent(audit)),
    ]
    lines = never_checked([audit]).lines if alone else ()
    return Part(key="not-checked", title="What was not checked", details=tuple(details), lines=lines)


def _private(audit: Audit) -> Iterator[Detail]:
    lines = audit.facts.of(SumLine)
    modules = audit.facts.of(PrivateModule)
    for is_declared, label in ((True, "private, declared"), (False, "private, not declared")):
        held = {module.subject for module in modules if module.declared is is_declared}
        if not held:
            continue
        count = sum(line.subject in held for line in lines)
        by = dict.fromkeys(f"{m.matched_by} ({m.setting})" for m in modules if m.declared is is_declared)
        text = f"{counted(count, 'go.sum line')}, whose names were not sent to the log: {', '.join(by)}"
        yield Detail(label, text)


def _gaps(audit: Audit) -> Iterator[Detail]:
    """Yield the reasons for which things are unknown; their names stand under Unknown."""
    groups = gap_groups(audit.verdict)
    for group in groups:
        waived = f", excused by {group.waiver.owner}" if group.waiver is not None else ""
        yield Detail("unknown", f"{counted(group.things, 'thing')}, because: {group.reason}{waived}")
    if not groups:
        yield Detail("unknown", "nothing: all that the rules asked for could be had")
    faults = len(audit.facts.of(SumFault))
    if faults:
        yield Detail("faulty go.sum lines", f"{counted(faults, 'line')} that cannot count: see the findings")


def _copies(audit: Audit) -> Iterator[Detail]:
    left = sum(copy.state is CopyState.UNCHECKED for copy in audit.facts.of(CachedCopy))
    if left:
        yield Detail("copies on this machine", f"{left:,} could not be hashed")


def _artifacts(audit: Audit) -> Iterator[Detail]:
    for row in artifact_rows(audit):
        yield from (Detail(f"signatures of {row.name}", text) for text in row.not_checked)


def _silent(audit: Audit) -> str:
    """Name the rules that said nothing although they are on: there was nothing for them here."""
    score = audit.verdict.score
    heard = {share.rule for share in score.contributions} if score is not None else set()
    heard |= {item.rule for item in audit.verdict.judged if item.status is not Status.NOT_APPLICABLE}
    rules = sorted(audit.rules.values(), key=lambda rule: rule.id)
    quiet = [rule for rule in rules if rule.id not in heard and not rule.of_policy and rule.id not in audit.verdict.off]
    if not quiet:
        return "none"
    return f"{len(quiet):,}, with nothing to look at here: {', '.join(f'{rule.id} {rule.name}' for rule in quiet)}"


def _off(audit: Audit) -> str:
    """Name the rules that the policy has off for everything; audit.rules need not know them."""
    off = audit.verdict.off
    names = [f"{rule} {audit.rules[rule].name}" if rule in audit.rules else rule for rule in off]
    return f"{len(off):,}, for the project and every module: {', '.join(names)}" if off else "none"


def never_checked(items: Sequence[Audit | Unreadable]) -> Part:
    """Return what no run of this version checks."""
    known = {rule[:3] for item in items if isinstance(item, Audit) for rule in item.rules}
    missing = [about for family, about in _FAMILIES if family not in known]
    lines = [
        "Whether code does harm: the log proves that everybody gets the same bytes, not that they are good ones.",
        "Who wrote a module version: neither go.sum nor the log knows authors.",
        "Whether the log shows the same tree to others: only heads that this machine was shown are compared.",
        "The go command, the compiler, and what they build from these modules.",
        "Who stands behind an owner or an author named here: names are as the policy and the commits write them.",
        *(f"This version has no rule about {about}." for about in missing),
    ]
    return Part(key="never-checked", title="What this program does not check", lines=tuple(lines))
