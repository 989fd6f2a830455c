"""SM122 vendor-list-differs: vendor/modules.txt does not fit go.mod, or what lies in vendor/."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.differences import counted_files, first_difference, list_differences, places_in_vendor
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import VendoredModule, VendorState, VendorTree
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM122",
    name="vendor-list-differs",
    title="vendor/modules.txt does not fit go.mod or what lies in vendor/",
    why="The list says which module each file comes from: where it is wrong, files are taken for those of another one.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("VendorTree", "VendoredModule"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="vendor-match",
)
_LIST = "vendor/modules.txt"
_NO_MODULE = ModuleVersion(path="", version="")
_FIX = "`go mod vendor` makes the list and the files anew"


def check(view: FactView) -> Iterator[Result]:
    """One finding for the list as a whole, and one for each module that it names and that is not there, or not as in
    the folder that replaces it."""
    for tree in view.facts.of(VendorTree):
        clauses = tree.inconsistencies
        if not tree.is_there:
            yield _gone(tree)
            continue
        if not clauses:
            yield passed(RULE, _LIST, _NO_MODULE)
            continue
        more = f", and {len(clauses) - 1} more" if len(clauses) > 1 else ""
        yield failed(
            RULE,
            _LIST,
            _NO_MODULE,
            message="vendor/modules.txt and go.mod do not fit together",
            label=f"{clauses[0]}{more}",
            locations=(tree.location,),
            evidence=tuple(Evidence(label="differs", value=clause) for clause in clauses),
            fix=_FIX,
            identity="\n".join((_LIST, *clauses)),
        )
    for module in view.facts.of(VendoredModule):
        if module.state is VendorState.ABSENT:
            yield failed(
                RULE,
                str(module.subject),
                module.subject,
                message=f"vendor/ has nothing of {module.subject.path} {module.subject.version}, which it lists",
                label=module.reason or "its packages are listed, and not there",
                locations=(module.location,),
                fix=_FIX,
            )
        elif module.state is VendorState.LOCAL and module.differing:
            yield _differs_from_folder(module)
        else:
            yield passed(RULE, str(module.subject), module.subject)


def _gone(tree: VendorTree) -> Result:
    return failed(
        RULE,
        _LIST,
        _NO_MODULE,
        message="there is no vendor/, and the policy says that the project commits it",
        label="it requires modules: builds take them from the module cache",
        locations=(tree.location,),
        evidence=(Evidence(label="policy", value="[sources] vendored = true"),),
        fix="`go mod vendor` makes it; a project that does not commit it says `vendored = false` under [sources]",
        identity=f"{_LIST}\nno vendor/",
    )


def _differs_from_folder(module: VendoredModule) -> Result:
    total = max(module.differing, len(module.differences))
    return failed(
        RULE,
        str(module.subject),
        module.subject,
        message=f"vendor/ does not have what lies in the folder that replaces {module.subject.path}: "
        f"{counted_files(total)} differ{'s' if total == 1 else ''}",
        label=first_difference(module.differences, total, prefix="vendor/"),
        locations=places_in_vendor(module.location, module.differences),
        evidence=list_differences(module.differences, total, prefix="vendor/"),
        fix=_FIX,
    )
