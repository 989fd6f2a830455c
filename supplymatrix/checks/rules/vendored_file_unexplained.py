"""SM121 vendored-file-unexplained: a file in vendor/ belongs to no package of any listed module."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from supplymatrix.checks.differences import counted_files, places_in_vendor
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import FileDifference, VendorTree
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM121",
    name="vendored-file-unexplained",
    title="a file in vendor/ belongs to no listed package",
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
_UNBUILT = Evidence(label="no alarm", value="a build compiles it only where a file of the project imports its package")


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
                message=f"{path} belongs to no package that vendor/modules.txt lists",
                label=file.detail or "no listed module has it",
                locations=places_in_vendor(tree.location, (file,)),
                evidence=(_UNBUILT,) if _is_code(file) else (),
                fix="`git log` of the file tells who added it; `go mod vendor` writes vendor/ without it. If it has to "
                f"stay: `supplymatrix waive SM121 {quote(path)}`",
            )
        more = tree.unexplained_total - len(tree.unexplained)
        if more > 0:
            yield failed(
                RULE,
                "vendor/…",
                _NO_MODULE,
                message=f"{counted_files(more)} more in vendor/ belong{'s' if more == 1 else ''} to no listed package",
                label=f"{counted_files(more)} more",
                locations=(tree.location,),
                evidence=(Evidence(label="files", value=f"{tree.unexplained_total:,} of {tree.files:,}"),),
                fix="`supplymatrix verify vendor` tells more of them; `go mod vendor` writes vendor/ without them",
                identity=f"vendor/…\n{tree.unexplained_total}",
            )


def _is_code(file: FileDifference) -> bool:
    """Return whether the compiler would take a file, if it came to its folder."""
    return file.name.endswith(".go") and "no build takes" not in file.detail
