"""SM123 vendored-module-unproven: nothing but this repository says what a vendored module is."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import Gap, LineProof, PrivateModule, ProofState, SumKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import VendoredModule, VendorState
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM123",
    name="vendored-module-unproven",
    title="the log proves nothing of a module in vendor/",
    why="A vendored copy of a folder, or of a module that the log does not know, is whatever this repository says.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("VendoredModule", "LineProof", "PrivateModule"),
    offline=False,
    fixable=False,
    since="0.1.0",
    check_kind="vendor-match",
)
_UNKNOWN_TO_THE_LOG = (ProofState.NOT_IN_LOG, ProofState.NO_LINE)
_PUBLISH = "tag and publish the change, or waive the finding with a reason and a date"
_DECLARE = "if it is private, list it in lift.toml under [sources] private; else find out where it comes from"


def check(view: FactView) -> Iterator[Result]:
    """A module whose zip the log has is proven; one that the policy declares private nobody expects to be."""
    private = {fact.subject: fact for fact in view.facts.of(PrivateModule)}
    proofs = {fact.subject: fact for fact in view.facts.of(LineProof) if fact.kind is SumKind.ZIP}
    for module in view.facts.of(VendoredModule):
        is_unseen_folder = module.state is VendorState.UNCHECKED and module.effective is None
        if module.state is VendorState.LOCAL or is_unseen_folder:
            yield _unproven(
                module, module.reason or "it was copied from a folder, which has no hash anywhere", _PUBLISH
            )
        elif module.state in (VendorState.EQUAL, VendorState.DIFFERS):
            source = module.effective or module.subject
            yield from _judge(module, private.get(source), proofs.get(source))


def _judge(module: VendoredModule, private: PrivateModule | None, proof: LineProof | None) -> Iterator[Result]:
    if module.is_proven:
        yield passed(RULE, str(module.subject), module.subject)
    elif private is not None and private.declared:
        return
    elif private is not None:
        why = f"its name is withheld from the log by {private.setting}={private.matched_by}: only go.sum speaks for it"
        yield _unproven(module, why, _DECLARE)
    elif proof is not None and proof.state in _UNKNOWN_TO_THE_LOG:
        yield _unproven(module, "the log does not have it: only go.sum speaks for it", _DECLARE)
    else:
        source: ModuleVersion = module.effective or module.subject
        gap = Gap(
            wanted=f"log record of {source}",
            reason=module.reason or "it was not looked up",
            remedy=module.remedy or "run again",
            subject=str(source),
            kind=SumKind.ZIP,
            location=module.location,
        )
        yield unknown(RULE, str(module.subject), module.subject, gap)


def _unproven(module: VendoredModule, why: str, fix: str) -> Result:
    return failed(
        RULE,
        str(module.subject),
        module.subject,
        message=f"nothing proves what vendor/ has of {module.subject.path} {module.subject.version}",
        label=why,
        locations=(module.location,),
        fix=fix,
    )
