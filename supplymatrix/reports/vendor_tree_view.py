"""What became of vendor/, for people and as JSON: modules that are not as proven first, then files that nobody has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote

from supplymatrix.model.fact import Gap
from supplymatrix.model.on_disk import FileDifference, VendoredModule, VendorState, VendorTree
from supplymatrix.model.value import value
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import fold, text_width, wrap
from supplymatrix.reports.tally import counted

__all__ = ["SCHEMA", "VendorTreeView", "render_vendor_tree_json", "render_vendor_tree_text"]

SCHEMA = "supplymatrix.vendor-tree/1"
_MARKS: Mapping[VendorState, str] = {
    VendorState.EQUAL: "✔",
    VendorState.DIFFERS: "✘",
    VendorState.ABSENT: "✘",
    VendorState.LOCAL: "!",
    VendorState.UNCHECKED: "?",
}
_ORDER = (VendorState.DIFFERS, VendorState.ABSENT, VendorState.UNCHECKED, VendorState.LOCAL, VendorState.EQUAL)
_NAMED = 4  # modules beside the first, of those of which the same is said
_SHOWN = 12  # files of a module, unless all are asked for
_NO_WAIVERS = "Waivers of lift.toml count in `check` alone, and not here."
_PROVEN_IN_PART = "what can be proven in vendor/ is as proven"
_VERDICTS = {
    0: "vendor/ is what the log proves",
    1: "not everything in vendor/ is explained and proven",
    3: "something could not be had",
    4: "ALARM: what lies there is not what is proven: do not build from it",
    5: "there was nothing to check",
}


@value
class VendorTreeView:
    """What a run of `verify vendor` found; as in its `VendorRun`."""

    folder: str
    tree: VendorTree | None
    modules: tuple[VendoredModule, ...]
    alarms: tuple[str, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    beyond: int
    unchecked: int
    log: str
    tree_size: int
    exit_code: int


def render_vendor_tree_text(view: VendorTreeView, *, width: int = 80, verbose: bool = False) -> str:
    """Return the page, in lines of at most `width` columns but for names that are longer. verbose: every module and
    every file that is known."""
    lines = [*wrap(f"{view.folder}, file by file against the zips of its modules", width), ""]
    if view.tree is None:
        lines = []
    for alarm in view.alarms:
        lines += [*fold("✘ ", alarm, width), ""]
    for state in _ORDER:
        told = [module for module in view.modules if module.state is state and (verbose or _is_told(module))]
        for alike in _alike(told, verbose=verbose):
            lines += [*_module_lines(alike[0], width, verbose=verbose, others=alike[1:]), ""]
    if view.tree is not None:
        lines += _tree_lines(view.tree, width, verbose=verbose)
    lines += _gap_lines(view, width)
    lines += [line for note in view.notes for line in fold("note  ", note, width)]
    lines += _totals(view, width)
    lines += wrap(_NO_WAIVERS, width) if view.exit_code == 1 else []
    all_proven = all(module.is_proven for module in view.modules)
    lines += wrap(_VERDICTS[view.exit_code] if all_proven or view.exit_code else _PROVEN_IN_PART, width)
    return "\n".join(lines) + "\n"


def _is_told(module: VendoredModule) -> bool:
    return module.state is not VendorState.EQUAL or not module.is_proven


def _alike(modules: Sequence[VendoredModule], *, verbose: bool) -> list[list[VendoredModule]]:
    """Return modules in groups: together those that were not compared for the same reason, unless all are asked for."""
    groups: dict[object, list[VendoredModule]] = {}
    for module in modules:
        is_alone = verbose or module.state is not VendorState.UNCHECKED
        groups.setdefault(module if is_alone else (module.reason, module.remedy), []).append(module)
    return list(groups.values())


def _module_lines(
    module: VendoredModule, width: int, *, verbose: bool, others: Sequence[VendoredModule] = ()
) -> Iterator[str]:
    """Yield what is said of a module. others: of which the very same is said."""
    name = str(module.subject)
    if module.effective is not None and module.effective != module.subject:
        name += f" => {module.effective}"
    if others:
        names = [str(other.subject) for other in others[:_NAMED]]
        more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
        name = f"{', '.join((name, *names))}{more}"
    yield from fold(f"{_MARKS[module.state]} ", f"{name}: {_said(module)}", width)
    yield from _file_lines(module.differences, module.differing, width, verbose=verbose)
    if module.reason:
        yield from fold("    because  ", module.reason, width)
    if module.compared_with and (verbose or module.differing):
        yield from fold(
            "    against  ", f"its zip from {module.compared_with}" if module.effective else module.compared_with, width
        )
    if module.remedy:
        yield from fold("    next     ", module.remedy, width)


def _said(module: VendoredModule) -> str:
    """Return in words what a module is."""
    files = counted(module.files, "file")
    if module.state is VendorState.DIFFERS:
        whose = "the log proves" if module.is_proven else "in the zip of go.sum"
        verb = "is" if module.differing == 1 else "are"
        return f"{counted(module.differing, 'file')} {verb} not as {whose}; {files} compared"
    if module.state is VendorState.EQUAL:
        return f"{files} as {'the log proves' if module.is_proven else 'in the zip of go.sum'}"
    if module.state is VendorState.LOCAL:
        if not module.compared_with:
            return "from a folder, and not compared"
        if module.differing:
            return f"from a folder, and {counted(module.differing, 'file')} not as there, of {files} compared"
        return f"from a folder, {files} as there"
    return "listed, and not there" if module.state is VendorState.ABSENT else "not compared"


def _file_lines(shown: Sequence[FileDifference], total: int, width: int, *, verbose: bool) -> Iterator[str]:
    few = shown if verbose else shown[:_SHOWN]
    for one in few:
        head = f"    {one.change.value:8} {plain(one.name)}"
        detail = plain(one.detail)
        if detail and text_width(head) + 2 + text_width(detail) > width:
            yield head
            yield f"{'':15}{detail}"
        else:
            yield f"{head}  {detail}".rstrip()
    if total > len(few):
        more = " (-v names more)" if len(few) < len(shown) else ""
        yield f"    … and {total - len(few):,} more{more}"


def _tree_lines(tree: VendorTree, width: int, *, verbose: bool) -> Iterator[str]:
    if tree.inconsistencies:
        yield "✘ modules.txt does not fit"
        for clause in tree.inconsistencies:
            yield from fold("    ", clause, width)
        yield from fold("    next     ", "go mod vendor writes vendor/ anew", width)
        yield ""
    if tree.unexplained_total:
        yield f"✘ {counted(tree.unexplained_total, 'file')} that no listed package explains"
        yield from _file_lines(tree.unexplained, tree.unexplained_total, width, verbose=verbose)
        yield from fold("    next     ", "find out who put it there; go mod vendor drops it", width)
        if tree.unexplained:
            name = quote(f"vendor/{tree.unexplained[0].name}")
            yield f"    or       {plain(f'supplymatrix waive SM121 {name}')}"
        yield ""


def _gap_lines(view: VendorTreeView, width: int) -> Iterator[str]:
    """Yield what could not be had beyond what the modules themselves say."""
    told = {str(module.subject) for module in view.modules if module.state is VendorState.UNCHECKED}
    gaps = [gap for gap in view.gaps if gap.subject not in told]
    alike: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        alike.setdefault((gap.reason, gap.remedy), []).append(gap)
    for (reason, remedy), group in alike.items():
        more = f" and {len(group) - 1:,} more" if len(group) > 1 else ""
        yield from fold("? ", f"{group[0].wanted}{more}: {reason}", width)
        if remedy:
            yield from fold("    next     ", remedy, width)
        yield ""


def _totals(view: VendorTreeView, width: int) -> Iterator[str]:
    if view.tree is None:
        return
    count = {state: sum(module.state is state for module in view.modules) for state in VendorState}
    proven = [module for module in view.modules if module.state is VendorState.EQUAL and module.is_proven]
    files = sum(module.files for module in proven)
    text = f"{len(proven):,} of {counted(len(view.modules), 'module')} as proven, with {counted(files, 'file')}"
    unproven = count[VendorState.EQUAL] - len(proven)
    parts = [
        (unproven, "as in go.sum alone"),
        (count[VendorState.DIFFERS], "not as proven"),
        (count[VendorState.ABSENT], "not there"),
        (count[VendorState.LOCAL], "from a folder"),
        (count[VendorState.UNCHECKED], "not compared"),
    ]
    text += "".join(f"; {number:,} {what}" for number, what in parts if number)
    yield from wrap(f"{text}. vendor/ has {counted(view.tree.files, 'file')}.", width)
    if view.tree_size:
        yield plain(f"log    {view.log} tree {view.tree_size:,}")


def render_vendor_tree_json(view: VendorTreeView) -> str:
    """Return the same as JSON. Schema name "supplymatrix.vendor-tree/1"."""
    tree = view.tree
    document = {
        "schema": SCHEMA,
        "folder": view.folder,
        "exit_code": view.exit_code,
        "log": {"name": view.log, "tree_size": view.tree_size},
        "tree": None
        if tree is None
        else {
            "modules": tree.modules,
            "files": tree.files,
            "unexplained": [_file(one) for one in tree.unexplained],
            "unexplained_total": tree.unexplained_total,
            "inconsistencies": list(tree.inconsistencies),
            "beyond_copied": view.beyond,
            "unchecked": view.unchecked,
        },
        "modules": [_module(module) for module in view.modules],
        "alarms": list(view.alarms),
        "gaps": [
            {"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy, "subject": gap.subject}
            for gap in view.gaps
        ],
        "notes": list(view.notes),
    }
    return as_json(document)


def _module(module: VendoredModule) -> dict[str, object]:
    effective = module.effective
    return {
        "module": module.subject.path,
        "version": module.subject.version,
        "effective": None if effective is None else {"module": effective.path, "version": effective.version},
        "state": module.state.value,
        "proven": module.is_proven,
        "files": module.files,
        "differing": module.differing,
        "differences": [_file(one) for one in module.differences],
        "compared_with": module.compared_with,
        "line": module.location.line,
        "reason": module.reason,
        "remedy": module.remedy,
        "wrong_zip": module.wrong_zip,
    }


def _file(one: FileDifference) -> dict[str, object]:
    return {"file": one.name, "change": one.change.value, "detail": one.detail}
