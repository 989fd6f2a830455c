"""What `govulncheck -json` has found: a row of JSON objects, one after the other, each with one key.

    config      who scanned, with which database of which day, how deep, sources or a program
    SBOM        the modules that were looked at, with Go itself as "stdlib"
    osv         an entry of the database, whole
    finding     one entry, as near as "trace" goes: its first frame names the module, perhaps package and function
    progress    words for people

Of one entry there are several findings, one for each level and each way to a function: the deepest level counts, and of
it the shortest way. A row may be cut, as when a disk is full or a job is stopped: what was read whole counts, and a gap
says that there may be more. Its end is marked by nothing, so that a row cut between two objects cannot be told from a
whole one.

Source: golang.org/x/vuln internal/govulncheck (protocol v1.0.0).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from types import MappingProxyType

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.model.vulnerability import LevelBy, Review, VulnDatabase, Vulnerability, VulnLevel
from supplymatrix.vulns.advisory import Advisory
from supplymatrix.vulns.osv_go import parse_advisory

__all__ = ["MAX_BYTES", "GovulncheckRun", "read_govulncheck"]

MAX_BYTES = 256 << 20
"""Of one row; that of a large project has some 20 MB, nearly all of it entries."""
_MAX_OBJECTS = 200_000
_MAX_TRACE = 1_000
_MAX_WORD = 400
_MAX_SYMBOLS = 200
_MAX_ROOTS = 100_000
_BLANK = re.compile(r"[ \t\r\n]*")
_ID = "govulncheck"
_WANTED = "findings of govulncheck"
_KINDS = frozenset({"config", "progress", "SBOM", "osv", "finding"})
_Table = Mapping[str, object]
_NO_PLACES: Mapping[str, Location] = MappingProxyType({})


@value
class GovulncheckRun:
    """scanner: "govulncheck v1.9.0". mode: "source" or "binary"; level: how deep it looked. go_version: "1.26.8" of the
    scan. modules: module path → version that was looked at, "" for main modules; {} where the row does not say. roots:
    packages from which on it looked; empty likewise."""

    scanner: str
    mode: str
    level: VulnLevel
    go_version: str
    database: VulnDatabase
    vulnerabilities: tuple[Vulnerability, ...]
    modules: Mapping[str, str]
    gaps: tuple[Gap, ...] = ()
    roots: frozenset[str] = frozenset()


@value
class _Frame:
    module: str
    version: str = ""
    package: str = ""
    function: str = ""

    @property
    def level(self) -> VulnLevel:
        if self.function:
            return VulnLevel.SYMBOL
        return VulnLevel.PACKAGE if self.package else VulnLevel.MODULE

    @property
    def name(self) -> str:
        return f"{self.package}.{self.function}" if self.function else self.package or self.module


@value
class _Finding:
    osv: str
    fixed: str
    trace: tuple[_Frame, ...]
    place: Location | None


def read_govulncheck(
    data: bytes, artifact: str, *, places: Mapping[str, Location] = _NO_PLACES, program: str = ""
) -> GovulncheckRun:
    """Return what a row says. artifact: its name. places: module path → where a project names it, for the findings'
    locations; others stand in the row. program: which one was scanned, "" for a project.

    Raises InputError for what is no row of govulncheck's at all, or of another version of its protocol.
    """
    if len(data) > MAX_BYTES:
        raise _fault(artifact, f"the file has {len(data):,} bytes", f"at most {MAX_BYTES:,}")
    reading = _Reading(artifact, data.decode("utf-8", "replace").removeprefix("\ufeff"))
    reading.read()
    if not reading.has_any:
        raise _fault(artifact, "this is no output of `govulncheck -json`", "objects with config, SBOM, osv, finding")
    return reading.run(places, program, sha256(data).hexdigest())


class _Reading:
    def __init__(self, artifact: str, text: str) -> None:
        self._artifact = artifact
        self._text = text
        self._config: _Table = {}
        self._modules: dict[str, str] = {}
        self._go = ""
        self._roots: set[str] = set()
        self._entries: dict[str, Advisory] = {}
        self._findings: list[_Finding] = []
        self._gaps: list[Gap] = []
        self._days: list[date] = []
        self._seen = 0
        self.has_any = False

    def read(self) -> None:
        decoder = json.JSONDecoder()
        at = self._skip(0)
        while at < len(self._text):
            try:
                found, end = decoder.raw_decode(self._text, at)
            except (ValueError, RecursionError) as err:
                why = "nests too deep" if isinstance(err, RecursionError) else "is cut, or no JSON"
                self._miss(f"from line {self._line(at):,} on it {why}: findings may be missing", at)
                return
            self._seen += 1
            if self._seen > _MAX_OBJECTS:
                self._miss(f"it has more than {_MAX_OBJECTS:,} objects: the others were not read", at)
                return
            self._take(found, at)
            at = self._skip(end)

    def _skip(self, at: int) -> int:
        found = _BLANK.match(self._text, at)
        return found.end() if found is not None else at

    def _line(self, at: int) -> int:
        return self._text.count("\n", 0, at) + 1

    def _miss(self, reason: str, at: int) -> None:
        place = Location(artifact=self._artifact, line=self._line(at), column=1)
        remedy = "run `govulncheck -json` again, and let it end"
        self._gaps.append(Gap(wanted=_WANTED, reason=reason, remedy=remedy, subject=self._artifact, location=place))

    def _take(self, found: object, at: int) -> None:
        if not isinstance(found, dict):
            self._miss(f"line {self._line(at):,} holds no object", at)
            return
        self.has_any = self.has_any or any(isinstance(found.get(kind), dict) for kind in _KINDS)
        if isinstance(found.get("config"), dict):
            self._config = found["config"]
            self._refuse_protocol()
        if isinstance(found.get("SBOM"), dict):
            self._go = _word(found["SBOM"].get("go_version"))
            roots = found["SBOM"].get("roots")
            self._roots |= {_word(root) for root in (roots if isinstance(roots, list) else [])[:_MAX_ROOTS]}
            for module in _tables(found["SBOM"].get("modules")):
                self._modules[_word(module.get("path"))] = _word(module.get("version"))
        if isinstance(found.get("osv"), dict):
            self._keep_entry(found["osv"], at)
        if isinstance(found.get("finding"), dict):
            finding = _finding(found["finding"])
            if finding is None:
                self._miss(f"the finding in line {self._line(at):,} names no entry or no module", at)
            else:
                self._findings.append(finding)

    def _refuse_protocol(self) -> None:
        version = _word(self._config.get("protocol_version"))
        if version and not version.startswith("v1."):
            raise _fault(self._artifact, "its protocol is one that is not known here", "protocol v1", version)

    def _keep_entry(self, found: _Table, at: int) -> None:
        try:
            entry = parse_advisory(found, self._artifact, _ID)
        except InputError as err:
            self._miss(f"the entry in line {self._line(at):,} cannot be read: {err.diagnostics[0].message}", at)
            return
        if entry is not None:
            self._entries.setdefault(entry.id, entry)

    def run(self, places: Mapping[str, Location], program: str, digest: str) -> GovulncheckRun:
        mode = _word(self._config.get("scan_mode")) or "source"
        said = _word(self._config.get("scan_level"))
        level = VulnLevel(said) if said in {*VulnLevel} else VulnLevel.SYMBOL
        if not self._config:
            self._miss("it does not begin with what was scanned, and how deep", 0)
            level = VulnLevel.MODULE
        name = _word(self._config.get("scanner_name")) or "govulncheck"
        found: dict[tuple[str, str, str], list[_Finding]] = {}
        for finding in self._findings:
            frame = finding.trace[0]
            found.setdefault((finding.osv, frame.module, frame.version), []).append(finding)
        told = tuple(self._vulnerability(found[key], level, mode, places, program) for key in sorted(found))
        dated = _day(_word(self._config.get("db_last_modified")))
        return GovulncheckRun(
            scanner=f"{name} {_word(self._config.get('scanner_version'))}".strip(),
            mode=mode,
            level=level,
            go_version=(self._go or _word(self._config.get("go_version"))).removeprefix("go"),
            database=VulnDatabase(
                id=_ID,
                name="the database that govulncheck asked",
                dated=dated,
                dated_by="database's own index" if dated is not None else "nobody",
                entries=len(self._entries),
                withdrawn=0,
                sha256=digest,
                source=_word(self._config.get("db")) or self._artifact,
                licence="CC-BY-4.0",
                attribution="The Go Authors",
            ),
            vulnerabilities=told,
            modules=self._modules,
            gaps=tuple(self._gaps),
            roots=frozenset(self._roots - {""}),
        )

    def _vulnerability(
        self, found: list[_Finding], looked: VulnLevel, mode: str, places: Mapping[str, Location], program: str
    ) -> Vulnerability:
        deepest = max(finding.trace[0].level.depth for finding in found)
        nearest = [finding for finding in found if finding.trace[0].level.depth == deepest]
        best = min(nearest, key=lambda one: (len(one.trace), [frame.name for frame in one.trace]))
        frame = best.trace[0]
        entry = self._entries.get(best.osv)
        packages = sorted({one.trace[0].package for one in nearest} - {""})
        symbols = sorted({one.trace[0].name for one in nearest if one.trace[0].function})
        notes = [f"of {len(symbols):,} functions that are reached the first {_MAX_SYMBOLS} are named"]
        blocks = [block for block in entry.affected if block.module == frame.module] if entry is not None else []
        is_named = bool(blocks) and all(block.packages for block in blocks)
        level = frame.level
        # an entry without packages, or a part of it, says of none that it is not imported
        looked = max(looked, level, key=lambda one: one.depth) if is_named else max(VulnLevel.MODULE, level, key=_depth)
        location = places.get(frame.module) or (best.place if best.place is not None else None)
        return Vulnerability(
            advisory=best.osv,
            subject=ModuleVersion(path=frame.module, version=frame.version),
            level=level,
            looked=looked,
            level_by=_by(level, looked, mode),
            review=entry.review if entry is not None else Review.REVIEWED,
            summary=entry.summary if entry is not None else "",
            database=_ID,
            location=location or Location(artifact=self._artifact, line=1, column=1),
            aliases=entry.aliases if entry is not None else (),
            program=program,
            packages=tuple(packages),
            symbols=tuple(symbols[:_MAX_SYMBOLS]),
            chain=tuple(one.name for one in reversed(best.trace)) if len(best.trace) > 1 else (),
            fixed=best.fixed,
            published=entry.published if entry is not None else None,
            url=entry.url if entry is not None else "",
            severity=entry.severity if entry is not None else "",
            is_malicious=entry.is_malicious if entry is not None else False,
            notes=tuple(notes) if len(symbols) > _MAX_SYMBOLS else (),
        )


def _depth(level: VulnLevel) -> int:
    return level.depth


def _by(level: VulnLevel, looked: VulnLevel, mode: str) -> LevelBy:
    if looked is VulnLevel.SYMBOL:
        return LevelBy.FUNCTIONS if mode == "binary" else LevelBy.CALL_GRAPH
    if VulnLevel.PACKAGE in (level, looked):
        return LevelBy.FUNCTIONS if mode == "binary" else LevelBy.SOURCES
    return LevelBy.MODULES


def _finding(found: _Table) -> _Finding | None:
    frames = tuple(_frames(found.get("trace")))
    osv = _word(found.get("osv"))
    if not osv or not frames or not frames[0].module:
        return None
    return _Finding(osv=osv, fixed=_version(found.get("fixed_version")), trace=frames, place=_place(found.get("trace")))


def _frames(found: object) -> Iterator[_Frame]:
    for table in _tables(found):
        function, receiver = _word(table.get("function")), _word(table.get("receiver")).lstrip("*")
        yield _Frame(
            module=_word(table.get("module")),
            version=_version(table.get("version")),
            package=_word(table.get("package")),
            function=f"{receiver}.{function}" if receiver and function else function,
        )


def _place(found: object) -> Location | None:
    """Return where the caller nearest to the main function stands: the file of the last frame, as the row names it."""
    tables = list(_tables(found))
    position = tables[-1].get("position") if len(tables) > 1 else None
    if not isinstance(position, dict):
        return None
    file, line, column = _word(position.get("filename")), position.get("line"), position.get("column")
    if not file or not isinstance(line, int) or not isinstance(column, int) or min(line, column) < 1:
        return None
    return Location(artifact=file, line=line, column=column)


def _tables(found: object) -> Iterable[_Table]:
    items = found if isinstance(found, list) else []
    return [item for item in items[:_MAX_TRACE] if isinstance(item, dict)]


def _word(found: object) -> str:
    return found[:_MAX_WORD] if isinstance(found, str) and found.isprintable() else ""


def _version(found: object) -> str:
    """Return a version with its "v": of Go itself the row has "v1.26.8" in one place and "go1.26.8" in another."""
    text = _word(found)
    return f"v{text[2:]}" if text.startswith("go") else text


def _day(text: str) -> date | None:
    from supplymatrix.vulns.clocks import published_on

    return published_on(text)


def _fault(artifact: str, message: str, expected: str, seen: str = "") -> InputError:
    return InputError(
        Diagnostic(
            message=message,
            artifact=artifact,
            seen=seen[:80],
            expected=expected,
            remedy="make it with `govulncheck -json ./... > FILE`",
        )
    )
