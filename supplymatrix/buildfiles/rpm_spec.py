"""RPM spec files: which Go builds the package, by which macros, with which flags, and what it bundles.

    >>> data = b"Name: svc\\n%global gomodulesmode 1\\nBuildRequires: golang >= 1.22\\n%build\\n%gobuild -o svc .\\n"
    >>> file = read_rpm_spec(data, "svc.spec")
    >>> [(sign.texts[0], sign.version, sign.location.line) for sign in file.signs]
    [('golang', '>= 1.22', 3)]

A tolerant reader of lines, which runs no macro: `%global` and `%define` of plain text are filled in, every other macro
stays as it is. Which branch of an `%if` holds depends on the system that builds, so all branches are read, and what
stands in one says so. A spec in which nothing is of Go shows nothing.

Source: documentation of RPM, "Spec file format"; Fedora packaging guidelines for Go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from supplymatrix.buildfiles.environment import read_setting
from supplymatrix.buildfiles.found import BuildFile, GoUse, Role, Sign, Tool, together
from supplymatrix.buildfiles.scripts import go_of_package, read_script, shown
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.goversion import is_go_version
from supplymatrix.model.advisory import is_go_toolchain
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.model.vendor import DetectKind
from supplymatrix.model.vendor_path import PathPart, Pinned

__all__ = ["BundledModule", "RpmSpec", "parse_rpm_spec", "read_rpm_spec"]

_MAX_BYTES = 4 << 20
_MAX_LINES = 100_000
_MAX_BUNDLED = 5_000
_MAX_MACROS = 500
_LONGEST = 2_000  # characters of a line, or of what a macro stands for
_DEEPEST = 8
_MAX_GAPS = 20
_MACRO = re.compile(r"%(?:global|define)[ \t]+([A-Za-z_][A-Za-z0-9_]*)(?:\([^)]*\))?[ \t]+(.*)")
_USED = re.compile(r"%\{([!?]*)([A-Za-z_][A-Za-z0-9_]*)(?::([^{}]*))?\}|%([A-Za-z_][A-Za-z0-9_]*)")
_TAG = re.compile(r"([A-Za-z]+)(?:\([^)]*\))?[ \t]*:[ \t]*(.*)")
_CONDITION = re.compile(r"%(if|ifarch|ifnarch|ifos|ifnos|elif|elifarch|else|endif)\b[ \t]*(.*)")
_SECTION = re.compile(
    r"%(prep|generate_buildrequires|conf|build|install|check|files|description|package|changelog|pre|post|preun"
    r"|postun|posttrans|trigger\w*|clean|sepolicy)\b(.*)"
)
_SCRIPTS = frozenset({"prep", "generate_buildrequires", "conf", "build", "install", "check"})
_BUNDLED = re.compile(r"bundled\(golang\(([^)\s]{1,300})\)\)(?:[ \t]*=[ \t]*(\S+))?")
_REQUIRED = re.compile(r"([^\s,<>=()]{1,200}(?:\([^)]{0,200}\))?)(?:[ \t]{0,20}([<>=]{1,2})[ \t]*([^\s,()]+))?")
_MACROS = (
    "gobuild",
    "gocompilerflags",
    "goprep",
    "gocheck",
    "gocheck2",
    "goinstall",
    "gometa",
    "go_generate_buildrequires",
    "goenv",
)
_GO_MACRO = re.compile(r"%\{?\??(gobuildroot|" + "|".join(_MACROS) + r")\b")
_COMPILER = re.compile(r"compiler\(go-compiler\)")
_OF_COMPILER = re.compile(r"(?:(?i:API)|compiler|[a-z0-9_]+-(?:32|64))\)")
"""What may stand behind golang, where that is the compiler: `golang(API)`, `golang(x86-64)`."""
_VARIABLES = re.compile(
    r"(?:GO_LDFLAGS|GO_BUILDTAGS|GOFLAGS|GOPROXY|GOEXPERIMENT|GOTOOLCHAIN|GOFIPS140|CGO_ENABLED|BUILDTAGS)\Z"
)
_FLAG_MACROS = {"gotags": "-tags", "gobuildtags": "-tags", "buildtags": "-tags"}
_OF_SUSE = re.compile(r"go1\.[0-9]")
"""How packages of Go are named by SUSE alone."""
_PACKAGES = frozenset(
    {"go-rpm-macros", "golang-packaging", "golang-bin", "go-compilers-golang-compiler", "go-srpm-macros"}
)


@value
class BundledModule:
    """One module that the package brings along: `Provides: bundled(golang(path)) = version`. version: as it stands
    there, "" for none."""

    path: str
    version: str
    line: int


@value
class RpmSpec:
    """What a spec says of Go. goipath: the module path that its macros build, "" for none. bundled: the first ones, of
    bundled_total. file: all else, as any build file. is_of_go: whether anything in it is of Go."""

    name: str
    goipath: str
    bundled: tuple[BundledModule, ...]
    bundled_total: int
    file: BuildFile
    is_of_go: bool


@value
class _Line:
    """One logical line. number: of its first line; under: the conditions around it; section: "" for the preamble."""

    number: int
    text: str
    under: tuple[str, ...]
    section: str


def read_rpm_spec(data: bytes, artifact: str) -> BuildFile:
    """Return what a spec shows, nothing where nothing in it is of Go. Raises InputError."""
    spec = parse_rpm_spec(data, artifact)
    return spec.file if spec.is_of_go else BuildFile(artifact=artifact, kind="rpm-spec")


def parse_rpm_spec(data: bytes, artifact: str) -> RpmSpec:
    """Return what a spec says of Go. Raises InputError for one that is no text or too long, and nothing else."""
    if len(data) > _MAX_BYTES:
        raise _refused(artifact, f"the file has {len(data):,} bytes", f"at most {_MAX_BYTES:,}")
    if b"\0" in data:
        raise _refused(artifact, "the file holds a NUL byte, so it is no text", "a text in UTF-8")
    lines = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
    return _Spec(artifact, lines).read()


class _Spec:
    def __init__(self, artifact: str, lines: Sequence[str]) -> None:
        self._artifact = artifact
        self._lines = lines
        self._macros: dict[str, str] = {}
        self._macro_lines: dict[str, int] = {}
        self._parts: list[BuildFile] = []
        self._bundled: list[BundledModule] = []
        self._bundled_total = 0
        self._gaps: list[Gap] = []
        self._name = ""
        self._tools: dict[str, Tool] = {}
        self._is_of_go = False

    def read(self) -> RpmSpec:
        for line in self._logical_lines():
            if line.section in _SCRIPTS:
                self._script_line(line)
            elif line.section in ("", "package"):
                self._preamble_line(line)
        if self._bundled:
            first = self._bundled[0]
            noun = "Go module" if self._bundled_total == 1 else "Go modules"
            what = f"{self._bundled_total:,} bundled {noun}"
            self._tool(PathPart.PACKAGES, what, Pinned.VERSION, first.line, self._words(first.line))
        head = BuildFile(artifact="", kind="", tools=tuple(self._tools.values()), gaps=tuple(self._gaps))
        return RpmSpec(
            name=self._name,
            goipath=self._expand("%{goipath}") if "goipath" in self._macros else "",
            bundled=tuple(self._bundled),
            bundled_total=self._bundled_total,
            file=together(self._artifact, "rpm-spec", *self._parts, head),
            is_of_go=self._is_of_go,
        )

    def _logical_lines(self) -> Iterator[_Line]:
        """Yield lines with those that go on, each with the conditions around it."""
        under: list[str] = []
        section = ""
        at = 0
        if len(self._lines) > _MAX_LINES:
            self._gap(_MAX_LINES, "the rest of the spec", f"it has more than {_MAX_LINES:,} lines")
        end = min(len(self._lines), _MAX_LINES)
        while at < end:
            number = at + 1
            text = self._lines[at].strip()
            at += 1
            while text.endswith("\\") and at < end and len(text) < _LONGEST:
                text = f"{text[:-1]} {self._lines[at].strip()}"
                at += 1
            if len(text) > _LONGEST and not text.startswith("#"):
                self._cut(number, section, text)
                text = text[:_LONGEST]
            if not text or text.startswith("#"):
                continue
            condition = _CONDITION.match(text)
            if condition:
                _enter(under, condition[1], condition[2].strip())
                continue
            opened = _SECTION.match(text)
            if opened:
                section = opened[1]
                continue
            yield _Line(number=number, text=text, under=tuple(under), section=section)
        if under:
            self._gap(len(self._lines), "where a condition of the spec ends", f"%{under[-1][:60]} has no %endif")

    def _preamble_line(self, line: _Line) -> None:
        macro = _MACRO.match(line.text)
        if macro:
            if len(self._macros) < _MAX_MACROS and (macro[1] not in self._macros or not line.under):
                self._macros[macro[1]] = macro[2].strip()
                self._macro_lines[macro[1]] = line.number
            self._macro(macro[1], line)
            return
        if _GO_MACRO.search(line.text):
            self._go_macro(line)
            return
        tag = _TAG.match(line.text)
        if tag is None:
            return
        name = tag[1].lower()
        if name == "name":
            self._name = self._name or self._expand(tag[2])[:200]
        elif name == "buildrequires":
            self._requires(line, self._expand(tag[2]))
        elif name == "provides" and (found := _BUNDLED.search(tag[2])):
            self._is_of_go = True
            self._bundled_total += 1
            if len(self._bundled) < _MAX_BUNDLED:
                version = self._expand(found[2] or "")
                self._bundled.append(BundledModule(path=found[1], version=version, line=line.number))

    def _macro(self, name: str, line: _Line) -> None:
        """Note what a macro of Go's packaging sets."""
        text = self._macros.get(name, "")
        if name == "goipath":
            self._is_of_go = True
        elif name in _FLAG_MACROS and text and "%" not in text:
            self._parts.append(self._setting(DetectKind.BUILD_SETTING, f"{_FLAG_MACROS[name]}={text}", line))
        elif _VARIABLES.match(name.upper()) and "%" not in text:
            self._is_of_go = True
            place, words = self._place(line.number), self._words_of(line)
            self._parts.append(read_setting(name.upper(), text, role=Role.BUILD, location=place, words=words))

    def _requires(self, line: _Line, text: str) -> None:
        for found in _REQUIRED.finditer(text[:_LONGEST]):
            name, sign, version = found[1], found[2] or "", found[3] or ""
            if _COMPILER.search(name):
                self._is_of_go = True
                self._tool(
                    PathPart.TOOLCHAIN, "compiler(go-compiler)", Pinned.FLOATING, line.number, self._words_of(line)
                )
                continue
            name, _, inner = name.partition("(")
            if inner and not _OF_COMPILER.fullmatch(inner):
                self._is_of_go = self._is_of_go or name == "golang"
                continue  # golang(path) is a library
            if name in _PACKAGES and not is_go_toolchain(name):
                self._is_of_go = True
                self._tool(PathPart.PACKAGES, name, Pinned.FLOATING, line.number, self._words_of(line))
            elif is_go_toolchain(name):
                self._is_of_go = True
                self._toolchain(line, name, f"{sign} {version}".strip())

    def _toolchain(self, line: _Line, name: str, asked: str) -> None:
        """Note a package of Go. What is asked for with >= is the least that will do, so it tells no version."""
        place, words = self._place(line.number), self._words_of(line)
        manager = "zypper" if _OF_SUSE.match(name) else "rpm"
        exact = asked[1:].strip() if asked.startswith("=") and not asked.startswith("==") else ""
        version = go_of_package(name, exact)
        sign = Sign(
            kind=DetectKind.PACKAGE, texts=(name,), role=Role.BUILD, location=place, words=words, manager=manager,
            version=asked,
        )  # fmt: skip
        use = GoUse(version=version if is_go_version(version) else "", role=Role.BUILD, location=place, words=words)
        self._parts.append(BuildFile(artifact="", kind="", signs=(sign,), gos=(use,)))

    def _script_line(self, line: _Line) -> None:
        if _GO_MACRO.search(line.text):
            self._go_macro(line)
        text = self._expand(line.text)
        if "go" not in text.lower() and "sign" not in text:
            return

        def place(_at: int) -> Location:
            return self._place(line.number)

        found = read_script(text, role=Role.BUILD, on=(), place=place)
        if found.signs or found.gos or found.tools:
            self._is_of_go = self._is_of_go or any(sign.texts[0].startswith("GO") for sign in found.signs)
            self._parts.append(found)

    def _go_macro(self, line: _Line) -> None:
        self._is_of_go = True
        found = _GO_MACRO.search(line.text)
        if found:
            self._tool(
                PathPart.BUILD_FLAG, f"%{found[1]} of the distribution's macros", Pinned.UNKNOWN, line.number,
                self._words_of(line),
            )  # fmt: skip

    def _tool(self, part: PathPart, what: str, pinned: Pinned, line: int, words: str) -> None:
        self._tools.setdefault(
            what, Tool(part=part, what=what, pinned=pinned, role=Role.BUILD, location=self._place(line), words=words)
        )

    def _setting(self, kind: DetectKind, text: str, line: _Line) -> BuildFile:
        place, words = self._place(line.number), self._words_of(line)
        sign = Sign(kind=kind, texts=(text[:_LONGEST],), role=Role.BUILD, location=place, words=words)
        return BuildFile(artifact="", kind="", signs=(sign,))

    def _words_of(self, line: _Line) -> str:
        """Return a line as it is quoted, with the condition that it depends on."""
        words = self._words(line.number)
        return shown(f"{words} (under %{line.under[-1]})") if line.under else words

    def _words(self, number: int) -> str:
        return shown(self._lines[number - 1])

    def _place(self, number: int) -> Location:
        return Location(artifact=self._artifact, line=number, column=1)

    def _gap(self, line: int, wanted: str, reason: str) -> None:
        place = self._place(max(1, line))
        self._gaps.append(
            Gap(wanted=wanted, reason=reason, remedy="mend the spec", subject=self._artifact, location=place)
        )

    def _cut(self, line: int, section: str, text: str) -> None:
        """Note that the end of a line is not looked at, where that may be of Go."""
        if section in ("", "package", *_SCRIPTS) and len(self._gaps) < _MAX_GAPS:
            self._is_of_go = self._is_of_go or "golang" in text or "go-toolset" in text
            self._gap(line, "the rest of a line of the spec", f"it has more than {_LONGEST:,} characters")

    def _expand(self, text: str, depth: int = 0) -> str:
        """Return a text with the macros filled in that the spec itself defines."""
        if "%" not in text or depth > _DEEPEST:
            return text

        def filled(found: re.Match[str]) -> str:
            flags, name, otherwise = found[1] or "", found[2] or found[4], found[3]
            known = self._macros.get(name)
            if "!" in flags:
                return (otherwise or "") if known is None else ""
            if known is None:
                return "" if "?" in flags else found[0]
            return otherwise if otherwise is not None and "?" in flags else known

        parts: list[str] = []
        at = size = 0
        for found in _USED.finditer(text):
            parts += [text[at : found.start()], filled(found)]
            at = found.end()
            size += len(parts[-1]) + len(parts[-2])
            if size > _LONGEST:
                break
        return self._expand("".join([*parts, text[at:]])[:_LONGEST], depth + 1) if parts else text


def _enter(under: list[str], word: str, rest: str) -> None:
    """Go into a branch of a condition, to its next one, or out of it."""
    if word == "endif":
        if under:
            under.pop()
        return
    if word in ("else", "elif", "elifarch"):
        if under:
            first = under.pop().removeprefix("else of ")
            under.append(f"else of {first}" if word == "else" else f"{word} {rest}")
        return
    if len(under) < 200:
        under.append(f"{word} {rest}".strip()[:120])


def _refused(artifact: str, message: str, expected: str) -> InputError:
    return InputError(Diagnostic(message=message, artifact=artifact, expected=expected, remedy="name another file"))
