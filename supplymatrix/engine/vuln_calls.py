"""Calls of vulnerable functions, as govulncheck sees them: run here where that is wanted, or read from a file.

    answer = with_calls(found, project, run, databases, means, source)
    answer.vulnerabilities, answer.gaps, answer.notes

What it says makes a level deeper, or tells that a function was sought and is not called. The second counts only where
its answer is whole, of all packages of the project, and about the very versions that are built. Of a file nobody knows
whether the tool came to its end: it rules out by calls only where it has found one, and whether it was stopped behind
that cannot be told. It is run without network, with a database of ours in a folder of its own, and without cgo, so that
nothing of the project is compiled by a C compiler.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.module_graph import GraphRun, cache_of
from supplymatrix.errors import SourceError
from supplymatrix.model.fact import Gap
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.model.vulnerability import LevelBy, VulnDatabase, Vulnerability, VulnLevel
from supplymatrix.vulns.advisory import STDLIB, Advisory
from supplymatrix.vulns.govulncheck_json import MAX_BYTES, GovulncheckRun, read_govulncheck
from supplymatrix.vulns.versions import version_of_go

if TYPE_CHECKING:
    from supplymatrix.engine.audit_input import AuditInput
    from supplymatrix.engine.vuln_databases import VulnDatabases
    from supplymatrix.engine.vuln_sources import SourceWish
    from supplymatrix.sources.go_command import GoCommand

__all__ = ["CallAnswer", "merged", "read_govulncheck_file", "with_calls"]

_SECONDS = 600.0
_WANTED = "calls of vulnerable functions"
_NO_TOOL = "install govulncheck, or leave out --call-graph"


@value
class CallAnswer:
    """databases: of files that were read; what is run here asks ours."""

    vulnerabilities: list[Vulnerability]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Note, ...] = ()
    databases: tuple[VulnDatabase, ...] = ()


def read_govulncheck_file(path: Path, *, program: str = "") -> GovulncheckRun:
    """Return what a file with govulncheck's JSON says. Raises InputError."""
    from supplymatrix.sources.files import read_limited

    data = read_limited(path, MAX_BYTES, "output of govulncheck")
    return read_govulncheck(data, path.as_posix(), program=program)


def with_calls(
    found: list[Vulnerability], wish: AuditInput, run: GraphRun, databases: VulnDatabases, source: SourceWish
) -> CallAnswer:
    """Return vulnerabilities with what govulncheck says of them. Raises InputError for a file of its that is none."""
    answer = CallAnswer(vulnerabilities=found)
    member = wish.project.name if wish.project is not None and wish.project.workspace is not None else ""
    if source.govulncheck is not None:
        read = read_govulncheck_file(source.govulncheck)
        answer = merged(found, read, run, name=source.govulncheck.as_posix(), member=member)
    if not source.call_graph:
        return answer
    try:
        ran = _run_here(wish, run, databases)
    except (SourceError, OSError) as err:
        reason = str(err) if isinstance(err, SourceError) else f"it cannot be run: {err.strerror or err}"
        gap = Gap(wanted=f"{_WANTED} in {run.name}", reason=reason, remedy=_NO_TOOL, subject=run.name)
        return changed(answer, gaps=(*answer.gaps, gap))
    more = merged(answer.vulnerabilities, ran, run, name="", is_ours=True, member=member)
    return changed(
        more, gaps=(*answer.gaps, *more.gaps), notes=(*answer.notes, *more.notes), databases=answer.databases
    )


def _run_here(wish: AuditInput, run: GraphRun, databases: VulnDatabases) -> GovulncheckRun:
    """Run govulncheck over a project. Raises SourceError and OSError."""
    from tempfile import TemporaryDirectory

    from supplymatrix.net.settings import building_goroot
    from supplymatrix.sources.go_command import find_go
    from supplymatrix.sources.go_root import go_version_of
    from supplymatrix.vulns.govulncheck_db import govulncheck_files

    means = wish.means
    go, tool = find_go(means.environ), find_go(means.environ, called="govulncheck")
    if go is None or tool is None:
        raise SourceError(f"there is no {'go' if go is None else 'govulncheck'} in PATH")
    root = building_goroot(means.environ)
    here = version_of_go(go_version_of(root)) if root is not None else ""
    entries = [*_entries(run, databases, here)]
    with TemporaryDirectory(prefix="supplymatrix-") as folder:
        for name, data in govulncheck_files(entries).items():
            path = Path(folder, *name.split("/"))
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        command = _command(go, wish, run)
        data = command.find_calls(tool, Path(folder), seconds=_SECONDS)
    return read_govulncheck(data, "govulncheck")


def _command(go: Path, wish: AuditInput, run: GraphRun) -> GoCommand:
    from supplymatrix.sources.go_command import GoCommand

    inputs = run.inputs
    assert wish.project is not None  # noqa: S101 - asked before
    return GoCommand(
        go,
        wish.project.root,
        wish.means.environ,
        cache=cache_of(wish.means.environ),
        go_work=inputs.work_path if inputs is not None else None,
        target=(run.goos, run.goarch),
        cgo=False,
        tags=run.tags,
    )


def _entries(run: GraphRun, databases: VulnDatabases, here: str) -> Iterator[tuple[str, Advisory]]:
    for fact in run.facts:
        if not fact.is_main and fact.effective is not None:
            for advisory in databases.index.affecting(fact.effective.path, fact.effective.version):
                yield fact.effective.path, advisory
    if here:
        for advisory in databases.index.affecting(STDLIB, here):
            yield STDLIB, advisory


def merged(
    ours: Iterable[Vulnerability],
    read: GovulncheckRun,
    run: GraphRun,
    *,
    name: str,
    is_ours: bool = False,
    member: str = "",
) -> CallAnswer:
    """Return vulnerabilities with what an answer of govulncheck says of the same versions. name: of its file, "" where
    it was run here. is_ours: it asked our databases, so that its own fields add nothing. member: the one main module of
    a workspace that is looked at, "" = all of them."""
    doubt: tuple[Gap, ...] = ()
    if not is_ours:
        read, doubt = _unless_stopped(read, name, run.name)
    if read.mode == "binary":
        told = [changed(one, program=one.program or name) for one in read.vulnerabilities]
        return CallAnswer(vulnerabilities=[*ours, *told], gaps=(*read.gaps, *doubt), databases=(read.database,))
    built = {fact.effective for fact in run.facts if fact.effective is not None}
    by_name: dict[tuple[object, str], Vulnerability] = {}
    for one in read.vulnerabilities:
        for word in one.names:
            by_name.setdefault((one.subject, word), one)
    has_c = run.cgo and any((run.with_c or {}).values())
    not_scanned = [*_not_scanned(read, run, name, member)]
    strange = [one for one in read.vulnerabilities if one.subject not in built and one.subject.path != STDLIB]
    is_whole = not (read.gaps or has_c or not_scanned or (strange and not is_ours))
    taken: set[int] = set()
    result: list[Vulnerability] = []
    for one in ours:
        other = next((hit for word in one.names if (hit := by_name.get((one.subject, word))) is not None), None)
        if other is not None and not one.program:
            taken.add(id(other))
            one = _joined(one, other, read, is_whole=is_whole)  # noqa: PLW2901 - the same one, known better
        result.append(one)
    if not is_ours:
        taken |= {id(one) for one in strange}
        result += [one for one in read.vulnerabilities if id(one) not in taken]
    gaps = [*read.gaps, *not_scanned, *(() if is_ours else _strange(strange, name, run.name)), *doubt]
    notes = [*_note_on_c(run, has_c=has_c), *_note_on_scan(read, name)]
    return CallAnswer(
        vulnerabilities=result,
        gaps=tuple(gaps),
        notes=tuple(notes),
        databases=() if is_ours else (read.database,),
    )


def _unless_stopped(read: GovulncheckRun, name: str, project: str) -> tuple[GovulncheckRun, tuple[Gap, ...]]:
    """Return what a file says, without what it rules out where it has no finding of a call: findings of modules and
    packages are written first, and a tool that was stopped then leaves a file that looks whole."""
    found, depth = read.vulnerabilities, read.level.depth
    if any(one.level.depth >= depth for one in found) or not any(one.is_ruled_out for one in found):
        return read, ()
    what = "calls" if read.level is VulnLevel.SYMBOL else "packages"
    reason = f"it has no finding of {what}: it may have been stopped before it had looked for them"
    remedy = "have govulncheck run here, with --call-graph"
    gap = Gap(wanted=f"{_WANTED} by {name}", reason=reason, remedy=remedy, subject=project)
    by = {VulnLevel.MODULE: LevelBy.MODULES, VulnLevel.PACKAGE: LevelBy.SOURCES}
    plain = (changed(one, looked=one.level, level_by=by[one.level]) for one in found)
    return changed(read, vulnerabilities=tuple(plain)), (gap,)


def _joined(one: Vulnerability, other: Vulnerability, read: GovulncheckRun, *, is_whole: bool) -> Vulnerability:
    """Return a vulnerability as near as either knows it. is_whole: what the other one did not find is not there."""
    note = f"by the call graph of {read.scanner}"
    if other.level.depth > one.level.depth or (other.level is VulnLevel.SYMBOL and one.level is VulnLevel.SYMBOL):
        return changed(
            one,
            level=other.level,
            looked=max(other.looked, one.looked, key=lambda level: level.depth),
            level_by=other.level_by,
            packages=tuple(sorted({*one.packages, *other.packages})),
            symbols=other.symbols,
            chain=other.chain or one.chain,
            notes=tuple(dict.fromkeys((*one.notes, note))),
        )
    if is_whole and other.level is one.level and other.looked.depth > one.looked.depth:
        return changed(
            one, looked=other.looked, level_by=LevelBy.CALL_GRAPH, notes=tuple(dict.fromkeys((*one.notes, note)))
        )
    return one


def _not_scanned(read: GovulncheckRun, run: GraphRun, name: str, member: str) -> Iterator[Gap]:
    """Yield what of the project it did not look at: of that it rules nothing out."""
    mains = [fact.subject.path for fact in run.facts if fact.is_main and member in ("", fact.subject.path)]
    own = {package for main in mains for package in run.packages.get(main, ())}
    left = sorted(own - read.roots)
    if not own or left:
        reason = "the packages of the project are not known" if not own else "it does not say which packages it was of"
        if left and read.roots:
            reason = f"it is not of {len(left):,} of the project's {len(own):,} packages, the first is {left[0]}"
        remedy = "run it over all packages: govulncheck -format json ./..."
        wanted = f"{_WANTED} in all of {run.name}" + (f", by {name}" if name else "")
        yield Gap(wanted=wanted, reason=reason, remedy=remedy, subject=run.name)


def _strange(found: Sequence[Vulnerability], name: str, project: str) -> Iterator[Gap]:
    if found:
        first = found[0]
        reason = (
            f"{len(found):,} findings in it are about versions that are not in the build list, the first is "
            f"{first.advisory} of {first.subject}"
        )
        yield Gap(wanted=f"findings of {name}", reason=reason, remedy="make it again from this state", subject=project)


def _note_on_c(run: GraphRun, *, has_c: bool) -> Iterator[Note]:
    if has_c:
        text = 'govulncheck was asked without cgo: calls in files that import "C" are not seen, so none is ruled out'
        yield Note(code="vulns-calls-without-cgo", message=f"{run.name}: {text}")


def _note_on_scan(read: GovulncheckRun, name: str) -> Iterator[Note]:
    where = (
        f"{name} is of {read.scanner}" if name else f"calls were looked for by {read.scanner}, with the database here"
    )
    day = f", with a database of {read.database.dated}" if name and read.database.dated is not None else ""
    go = f", for Go {read.go_version}" if read.go_version else ""
    end = "; nothing tells whether it was stopped behind the last call that it has" if name else ""
    yield Note(code="vulns-call-graph", message=f"{where}{day}{go}{end}")
