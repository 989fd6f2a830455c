"""SM121 vendored-file-unexplained: a file in vendor/ belongs to no package of any listed module."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.differences import counted_files
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import VendorTree
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM121",
    name="vendored-file-unexplained",
    title="a file in vendor/ comes from no listed module",
    why="`go mod vendor` would not have put it there: somebody else has, and nothing proves what it is.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("VendorTree",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="vendor-match",
)
_NO_MODULE = ModuleVersion(path="", version="")


def check(view: FactView) -> Iterator[Result]:
    """One finding for each file that nobody explains, under its path, and one for those that are not named."""
    for tree in (tree for tree in view.facts.of(VendorTree) if tree.is_there):
        if not tree.unexplained and not tree.unexplained_total:
            yield passed(RULE, "vendor/", _NO_MODULE)
        for file in tree.unexplained:
            path = f"vendor/{file.name}"
            yield failed(
                RULE,
                path,
                _NO_MODULE,
                message=f"{path} is in no module that vendor/modules.txt lists",
                label=f"{path}: {file.detail or 'no listed module has it'}",
                locations=(tree.location,),
                evidence=(Evidence(label="file", value=path),),
                fix="`git log` of the file tells who added it; `go mod vendor` writes vendor/ without it",
            )
        more = tree.unexplained_total - len(tree.unexplained)
        if more > 0:
            yield failed(
                RULE,
                "vendor/…",
                _NO_MODULE,
                message=f"{counted_files(more)} more in vendor/ {'is' if more == 1 else 'are'} in no listed module",
                label=f"{counted_files(more)} more",
                locations=(tree.location,),
                evidence=(Evidence(label="files", value=f"{tree.unexplained_total:,} of {tree.files:,}"),),
                fix="`supplymatrix verify vendor` tells more of them; `go mod vendor` writes vendor/ without them",
                identity=f"vendor/…\n{tree.unexplained_total}",
            )
