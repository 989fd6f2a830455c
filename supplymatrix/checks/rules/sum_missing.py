"""SM101 sum-missing: a module that gives packages to the build has no line in go.sum."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, line_subject, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import GraphModule, ProjectFact, ReplacedModule, RequiredModule, SumKind
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM101",
    name="sum-missing",
    title="a required module has no go.sum line",
    why="Without its two lines nobody can tell whether the module that is built is the one that was reviewed.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=(
        "ProjectFact",
        "RequiredModule",
        "ReplacedModule",
        "GraphModule",
        "SumLine",
    ),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="gosum-complete",
)


def check(view: FactView) -> Iterator[Result]:
    """Demand both lines for every required module, from go 1.17 on.

    Before, a required module need not give packages, but its go.mod is read all the same: that line alone is demanded.
    The same holds for a member of the workspace, whose packages come from its folder (measured with go 1.26.8).
    A module that is replaced by a folder has no line. A go.sum that is not there at all misses every line.

    Where the module graph is known, whatever else gives packages needs both lines too, required or not.
    """
    prunes = any(project.prunes_graph for project in view.facts.of(ProjectFact))
    listed = {module.subject: module for module in view.facts.of(GraphModule) if not module.is_main}
    for required in view.facts.of(RequiredModule):
        known = listed.pop(required.subject, None)
        gives = known.gives_packages if known is not None else None
        both = (prunes or bool(gives)) and not required.is_member
        if required.effective is not None:
            yield from _lines(view, required.effective, _place(view, required), both=both)
    for known in listed.values():
        if known.gives_packages and known.effective is not None:
            yield from _lines(view, known.effective, known.location, both=True)


def _place(view: FactView, required: RequiredModule) -> Location:
    """Return where the module stands that the build takes: in the replace that names it, else in the require."""
    if required.effective != required.subject:
        for replaced in view.facts.of(ReplacedModule):
            if replaced.target == required.effective and replaced.subject.path == required.subject.path:
                return replaced.location
    return required.location


def _lines(view: FactView, module: ModuleVersion, place: Location, *, both: bool) -> Iterator[Result]:
    """Demand the lines of one module. place: of what leads to it."""
    for kind in (SumKind.ZIP, SumKind.GO_MOD) if both else (SumKind.GO_MOD,):
        subject = line_subject(module, kind)
        if view.has_line(module, kind):
            yield passed(RULE, subject, module)
            continue
        what = "its go.mod" if kind is SumKind.GO_MOD else "its files"
        yield failed(
            RULE,
            subject,
            module,
            message=f"go.sum has no hash for {module.path} {module.version} ({what})",
            label=f"go.sum has no line {subject.replace('@', ' ')}",
            locations=(place,),
            fix="go mod tidy, then look at the change of go.sum",
        )
