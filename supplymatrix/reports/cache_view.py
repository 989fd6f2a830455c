"""What became of holding a module cache against the log, for people and as JSON: what differs comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from supplymatrix.model.cache_run import CacheRun, SumDifference, UnprovenModule
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState, Gap, SumKind
from supplymatrix.model.log_word import LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import fold, text_width, wrap
from supplymatrix.reports.tally import counted

__all__ = ["SCHEMA", "render_cache_json", "render_cache_text"]

SCHEMA = "supplymatrix.cache/1"
_SHOWN = 12  # files of a folder, unless all that are known are asked for
_ROWS = 30  # modules of one kind, likewise
_KINDS = (
    (CopyKind.ZIP, "zip"),
    (CopyKind.FOLDER, "folder"),
    (CopyKind.GO_MOD, "go.mod"),
    (CopyKind.HASH_FILE, ".ziphash"),
)
_LABELS = dict(_KINDS)
_OUTSIDE = (LogWordKind.NOT_LOGGED, LogWordKind.IMPOSSIBLE)
_NEXT_COPY = (
    "keep a copy if you need to know who wrote there; then `go clean -modcache`, `go mod download`, and this again. "
    "What was built from it has to be built anew"
)
_NEXT_SUM = (
    "`supplymatrix verify MODULE@VERSION` shows both hashes with their proof; delete the line and run `go mod tidy` "
    "only when you know who wrote it"
)
_VERDICTS = {
    0: "what lies in the module cache is what the log proves",
    1: "what lies in the module cache could be proven, but not all is in order",
    3: "something could not be had, so not everything was checked",
    4: "ALARM: what lies there is not what the log proves: do not build from it",
    5: "there was nothing to check: the module cache has no copy of these modules",
}
_NO_GO_SUM = "there is no go.sum: nothing holds the next download to what was built before"
_BY_GO_SUM_ALONE = "what lies in the module cache is what the log proves, where the log can know it"


def render_cache_text(run: CacheRun, *, width: int = 80, verbose: bool = False) -> str:
    """Return the page, in lines of at most `width` columns but for names and hashes that are longer. verbose: every
    module, and every file that is known."""
    lines = list(_head(run, width))
    lines += _differing(run, width, verbose=verbose)
    lines += _sums(run, width, verbose=verbose)
    if not run.has_go_sum:
        lines += [*fold("✘ ", _NO_GO_SUM, width), *fold("  next     ", "go mod tidy writes it; commit it", width), ""]
    lines += _unlisted(run, width, verbose=verbose)
    lines += _unproven(run, width, verbose=verbose)
    lines += _gaps(run.gaps, width, verbose=verbose)
    lines += _unbelieved(run, width, verbose=verbose)
    lines += [line for note in run.notes for line in fold("note  ", note, width)]
    lines += wrap(_verdict(run), width)
    return "\n".join(lines) + "\n"


def _head(run: CacheRun, width: int) -> Iterator[str]:
    yield from fold("module cache  ", run.cache or "unknown: neither GOMODCACHE, GOPATH nor HOME says where", width)
    yield from fold("project       ", f"{run.name}: {_modules(run)}", width)
    asked = f"{run.log} tree {run.tree_size:,}" if run.tree_size else f"{run.log} was not asked"
    yield from fold("log           ", asked, width)
    yield ""
    if not run.copies:
        return
    by_log = {str(module.subject) for module in run.unproven}
    yield f"  {'':9}{'as proven':>11}{'by go.sum':>11}{'differ':>9}{'unchecked':>11}{'files':>10}{'MB':>10}"
    for kind, label in _KINDS:
        copies = [copy for copy in run.copies if copy.kind is kind]
        if not copies:
            continue
        equal = [copy for copy in copies if copy.state is CopyState.EQUAL]
        alone = sum(str(copy.subject) in by_log for copy in equal)
        numbers = (len(equal) - alone, alone, _count(copies, CopyState.DIFFERS), _count(copies, CopyState.UNCHECKED))
        cells = [f"{number:,}" if number else "-" for number in numbers]
        files, size = sum(copy.files for copy in copies), sum(copy.size for copy in copies)
        weight = f"{files or '-':>10,}{size / 1e6:>10,.1f}" if files else f"{'-':>10}{'-':>10}"
        yield f"  {label:9}{cells[0]:>11}{cells[1]:>11}{cells[2]:>9}{cells[3]:>11}{weight}"
    yield ""


def _modules(run: CacheRun) -> str:
    there = run.modules - len(run.absent)
    has = "has" if run.modules == 1 else "have"
    text = f"{there:,} of {counted(run.modules, 'module')} {has} a zip or a folder there"
    if run.absent:
        text += f", {len(run.absent):,} were never fetched"
    if run.go_mods:
        text += f"; of {run.go_mods:,} more only the go.mod counts"
    if run.local:
        text += f"; {counted(len(run.local), 'module')} built from a folder"
    return text


def _count(copies: Sequence[CachedCopy], state: CopyState) -> int:
    return sum(copy.state is state for copy in copies)


def _differing(run: CacheRun, width: int, *, verbose: bool) -> Iterator[str]:
    """Yield what is not as it should be, module by module."""
    found: dict[ModuleVersion, list[CachedCopy]] = {}
    for copy in run.differing:
        found.setdefault(copy.subject, []).append(copy)
    alone = {module.subject for module in run.unproven}
    shown = list(found.items()) if verbose else list(found.items())[:_ROWS]
    for module, copies in shown:
        yield f"✘ {plain(str(module))}"
        for copy in copies:
            yield from _copy_lines(copy, width, by="go.sum" if module in alone else "the log", verbose=verbose)
    yield from _more(len(found) - len(shown), "modules")
    if found:
        yield from fold("  next     ", _NEXT_COPY, width)
        yield ""


def _copy_lines(copy: CachedCopy, width: int, *, by: str, verbose: bool) -> Iterator[str]:
    head = f"  {_LABELS[copy.kind]:9}"
    if copy.differing:
        what = "is" if copy.differing == 1 else "are"
        text = f"{copy.differing:,} of its files {what} not as in the zip that {by} vouches for"
        yield from fold(head, text, width)
        yield from _file_lines(copy, width, verbose=verbose)
    elif copy.reason:
        yield from fold(head, copy.reason, width)
    else:
        yield f"{head}has {plain(copy.hash)}"
        yield f"{'':11}{by} says {plain(copy.logged_hash)}"
        if copy.kind is CopyKind.FOLDER:
            yield from fold(" " * 11, "there is no proven zip beside it that would tell which files", width)
    yield f"{'':11}{plain(copy.path)}"


def _file_lines(copy: CachedCopy, width: int, *, verbose: bool) -> Iterator[str]:
    few = copy.differences if verbose else copy.differences[:_SHOWN]
    for one in few:
        head, detail = f"{'':11}{one.change.value:8} {plain(one.name)}", plain(one.detail)
        if detail and text_width(head) + 2 + text_width(detail) > width:
            yield head
            yield f"{'':20}{detail}"
        else:
            yield f"{head}  {detail}".rstrip()
    left = copy.differing - len(few)
    if left > 0:
        more = " (-v names more)" if len(few) < len(copy.differences) else ""
        yield f"{'':11}… and {left:,} more{more}"


def _sums(run: CacheRun, width: int, *, verbose: bool) -> Iterator[str]:
    if not run.sums:
        return
    yield from fold("✘ ", f"{counted(len(run.sums), 'line')} of go.sum that the log does not bear out", width)
    shown = run.sums if verbose else run.sums[:_ROWS]
    for line in shown:
        key = f"{line.subject}{'/go.mod' if line.kind is SumKind.GO_MOD else ''}"
        yield plain(f"  {line.location.artifact}:{line.location.line}  {key}")
        yield plain(f"    has      {line.hash}")
        yield plain(f"    the log  {line.logged_hash}")
    yield from _more(len(run.sums) - len(shown), "lines")
    yield from fold("  next     ", _NEXT_SUM, width)
    yield ""


def _unlisted(run: CacheRun, width: int, *, verbose: bool) -> Iterator[str]:
    if not run.unlisted:
        return
    has = "module has no line of its zip" if len(run.unlisted) == 1 else "modules have no line of their zip"
    yield from fold("✘ ", f"{len(run.unlisted):,} {has} in go.sum, though go.mod requires it", width)
    shown = run.unlisted if verbose else run.unlisted[:_ROWS]
    yield from (plain(f"    {module}") for module in shown)
    yield from _more(len(run.unlisted) - len(shown), "modules")
    yield from fold("  next     ", "go mod tidy writes them, or drops what is not needed; commit go.sum", width)
    yield ""


def _unproven(run: CacheRun, width: int, *, verbose: bool) -> Iterator[str]:
    """Yield the modules that the log has no word on, as far as no gap tells of them."""
    groups: tuple[tuple[str, str, Callable[[UnprovenModule], bool]], ...] = (
        ("✘", "whose record in the log does not hold", lambda m: m.kind is LogWordKind.BROKEN),
        ("✘", "not in the log, held against go.sum alone", lambda m: m.kind in _OUTSIDE and m.by_go_sum),
        ("✘", "not in the log", lambda m: m.kind in _OUTSIDE and not m.by_go_sum),
        ("!", "private by the policy, held against go.sum alone", lambda m: m.is_declared and m.by_go_sum),
        ("!", "private by the policy", lambda m: m.is_declared and not m.by_go_sum),
    )
    for mark, what, belongs in groups:
        modules = [module for module in run.unproven if belongs(module)]
        if not modules:
            continue
        yield from fold(f"{mark} ", f"{counted(len(modules), 'module')} {what}", width)
        shown = modules if verbose else modules[:_ROWS]
        for module in shown:
            yield from fold("    ", f"{module.subject}: {module.reason}", width)
        yield from _more(len(modules) - len(shown), "modules")
        yield ""


def _gaps(gaps: Sequence[Gap], width: int, *, verbose: bool) -> Iterator[str]:
    alike: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        alike.setdefault((gap.reason, gap.remedy), []).append(gap)
    for (reason, remedy), group in alike.items():
        more = f" and {len(group) - 1:,} more" if len(group) > 1 else ""
        yield from fold("? ", f"{group[0].wanted}{more}: {reason}", width)
        if verbose:
            yield from (f"    {plain(gap.wanted)}" for gap in group[1:])
        if remedy:
            yield from fold("  next     ", remedy, width)
        yield ""


def _unbelieved(run: CacheRun, width: int, *, verbose: bool) -> Iterator[str]:
    """Yield whose .ziphash counts for nothing: `go mod verify` makes much of it, and no build can be misled by it."""
    for why, says in (("malformed", "zip has been modified"), ("missing", "missing ziphash")):
        modules = [one.subject for one in run.unbelieved if one.why == why]
        if not modules:
            continue
        more = f" and of {len(modules) - 1:,} more" if len(modules) > 1 else ""
        text = (
            f"the .ziphash of {modules[0]}{more} is {why}, which is harmless: the go command believes no such file, "
            f"it hashes the zip anew, holds that against go.sum, and writes the file. Until then `go mod verify` says "
            f'"{says}"'
        )
        yield from fold("note  ", text, width)
        if verbose:
            yield from (f"      {plain(str(module))}" for module in modules[1:])


def _more(number: int, what: str) -> Iterator[str]:
    if number > 0:
        yield f"  … and {number:,} more {what} (-v, or --format json)"


def _verdict(run: CacheRun) -> str:
    code = run.exit_code
    return _BY_GO_SUM_ALONE if code == 0 and run.unproven else _VERDICTS[code]


def render_cache_json(run: CacheRun) -> str:
    """Return everything as JSON. Schema name "supplymatrix.cache/1"."""
    unproven = {module.subject for module in run.unproven}
    return as_json(
        {
            "schema": SCHEMA,
            "project": {"name": run.name, "folder": run.folder},
            "module_cache": run.cache,
            "log": {"name": run.log, "tree_size": run.tree_size},
            "exit_code": run.exit_code,
            "modules": run.modules,
            "go_mods": run.go_mods,
            "has_go_sum": run.has_go_sum,
            "without_line": [_module(module) for module in run.unlisted],
            "not_read_again": run.remembered,
            "counts": _counts(run.copies, unproven),
            "unbelieved": [{**_module(one.subject), "why": one.why} for one in run.unbelieved],
            "absent": [_module(module) for module in run.absent],
            "local": list(run.local),
            "copies": [_copy(copy, unproven) for copy in run.copies],
            "go_sum": [_sum(line) for line in run.sums],
            "unproven": [_unproven_module(module) for module in run.unproven],
            "gaps": [
                {"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy, "subject": gap.subject}
                for gap in run.gaps
            ],
            "notes": list(run.notes),
        }
    )


def _counts(copies: Sequence[CachedCopy], unproven: set[ModuleVersion]) -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = []
    for kind, _ in _KINDS:
        own = [copy for copy in copies if copy.kind is kind]
        if own:
            equal = [copy for copy in own if copy.state is CopyState.EQUAL]
            alone = sum(copy.subject in unproven for copy in equal)
            rows.append(
                {
                    "kind": kind.value,
                    "proven": len(equal) - alone,
                    "by_go_sum": alone,
                    "differing": _count(own, CopyState.DIFFERS),
                    "unchecked": _count(own, CopyState.UNCHECKED),
                    "files": sum(copy.files for copy in own),
                    "bytes": sum(copy.size for copy in own),
                }
            )
    return rows


def _module(module: ModuleVersion) -> Mapping[str, object]:
    return {"module": module.path, "version": module.version}


def _copy(copy: CachedCopy, unproven: set[ModuleVersion]) -> Mapping[str, object]:
    return {
        **_module(copy.subject),
        "kind": copy.kind.value,
        "state": copy.state.value,
        "held_against": "go.sum" if copy.subject in unproven else "log",
        "path": copy.path,
        "hash": copy.hash,
        "wanted_hash": copy.logged_hash,
        "reason": copy.reason,
        "files": copy.files,
        "bytes": copy.size,
        "differing": copy.differing,
        "differences": [
            {"file": one.name, "change": one.change.value, "detail": one.detail} for one in copy.differences
        ],
    }


def _sum(line: SumDifference) -> Mapping[str, object]:
    return {
        **_module(line.subject),
        "kind": line.kind.value,
        "hash": line.hash,
        "logged_hash": line.logged_hash,
        "file": line.location.artifact,
        "line": line.location.line,
    }


def _unproven_module(module: UnprovenModule) -> Mapping[str, object]:
    return {
        **_module(module.subject),
        "why": module.kind.value,
        "reason": module.reason,
        "declared_private": module.is_declared,
        "held_against_go_sum": module.by_go_sum,
    }
