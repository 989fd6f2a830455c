"""SM120 vendored-file-differs: files of a module in vendor/ are not those of its zip."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.differences import counted_files, first_difference, list_differences, places_in_vendor
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import Gap
from supplymatrix.model.on_disk import VendoredModule, VendorState
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM120",
    name="vendored-file-differs",
    title="files in vendor/ are not those of the module that has them",
    why="The go command builds what lies in vendor/ and never compares it with anything.",
    severity=Severity.CRITICAL,
    level=Level.ERROR,
    needs=("VendoredModule",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="vendor-match",
    alarms=True,
)

_LIST = "modules.txt"


def check(view: FactView) -> Iterator[Result]:
    """Every file of a vendored module must be as in its zip; a module that could not be compared is a gap.

    A module that comes from a folder is judged by SM122 and SM123, one that is listed and absent by SM122.
    """
    for module in view.facts.of(VendoredModule):
        subject = str(module.subject)
        if module.state is VendorState.EQUAL:
            yield passed(RULE, subject, module.subject)
        elif module.wrong_zip:
            yield _sent_another(subject, module)
        elif module.state is VendorState.UNCHECKED:
            gap = Gap(
                wanted=f"the files of {module.effective or module.subject}, to compare vendor/ with",
                reason=module.reason or "they were not compared",
                remedy=module.remedy or "run again with a network, or after `go mod download`",
                subject=subject,
                location=module.location,
            )
            yield unknown(RULE, subject, module.subject, gap)
        elif module.state is VendorState.DIFFERS:
            yield _differs(subject, module)


def _sent_another(subject: str, module: VendoredModule) -> Result:
    source = module.effective or module.subject
    return failed(
        RULE,
        subject,
        module.subject,
        message=f"the zip of {source.path} {source.version}, fetched to compare vendor/ with, is not the proven one",
        label=module.wrong_zip,
        locations=(module.location,),
        evidence=(Evidence(label="sent", value=module.wrong_zip),),
        fix="ask another proxy, and tell the owner of this one; what it sent before may be wrong, too",
    )


def _differs(subject: str, module: VendoredModule) -> Result:
    source = module.effective or module.subject
    total = max(module.differing, len(module.differences))
    proof = "the log has the hash of that zip" if module.is_proven else "go.sum has the hash of that zip, the log not"
    stated = (("compared with", module.compared_with), ("proof", proof))
    message = f"vendor/ does not have the files of {source.path} {source.version}: {counted_files(total)} differ"
    message += f"{'s' if total == 1 else ''} from its zip"
    if total == 1 and module.differences[:1] and module.differences[0].name == _LIST:
        message = f"vendor/{_LIST} has {source.path} {source.version} compiled as another version of Go than its go.mod"
    return failed(
        RULE,
        subject,
        module.subject,
        message=message,
        label=first_difference(module.differences, total, prefix="vendor/") or module.reason,
        locations=places_in_vendor(module.location, module.differences),
        evidence=(
            *list_differences(module.differences, total, prefix="vendor/"),
            *(Evidence(label=label, value=text) for label, text in stated if text),
        ),
        fix=f"`git log -- vendor/{module.subject.path}` tells who changed it; `go mod vendor` writes it anew",
    )
