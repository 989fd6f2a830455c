"""The Go files of a project itself: which builds take them, what they import, and which functions they call.

    file = read_own_file(data, "crypt/old.go")
    file.imports, file.constraints, file.calls, file.lines

A build follows the imports of the files that it takes. What other files import, under a tag or for another system, it
does not see; and no import tells that OFB or X25519 are taken from a package that is approved otherwise. Only calls by
a package's name are seen, and only in the project's own files.

Source: Go go/build; go.dev/ref/spec.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from supplymatrix.fips.debug_lines import DebugLine, debug_lines
from supplymatrix.fips.non_approved import STD, Known, is_refused, known_of
from supplymatrix.fips.non_approved_table import CALLED, STANDARD
from supplymatrix.gomod.any_platform import AnyPlatform
from supplymatrix.gomod.build_constraint import BuildContext, Constraint
from supplymatrix.gomod.go_imports import GoImport, parse_go_head
from supplymatrix.model.fips import NonApprovedPackage
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value

__all__ = ["Call", "OwnFile", "counting_lines", "has_calls", "of_own_files", "read_own_file"]

_BY_PACKAGE: Mapping[str, Mapping[str, str]] = {
    package: {
        name.rpartition(".")[2]: what
        for what, names in CALLED.items()
        for name in names
        if name.startswith(f"{package}.")
    }
    for package in sorted({name.rpartition(".")[0] for names in CALLED.values() for name in names})
}
"""Package → its functions that are looked for → what they are."""
_STRING = re.compile(rb"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_MOST = 200  # calls of one file


@value
class Call:
    """One call. function: "crypto/cipher.NewOFB". what: "OFB mode"."""

    function: str
    what: str
    location: Location


@value
class OwnFile:
    """One file that is no test. name: its path in the project. package: its name, "main" of programs. constraints: all
    must hold. lines: `//go:debug` lines that set the mode."""

    name: str
    package: str
    imports: tuple[GoImport, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    calls: tuple[Call, ...] = ()
    lines: tuple[DebugLine, ...] = ()

    def is_in(self, context: BuildContext | AnyPlatform) -> bool:
        """Return whether a build takes it."""
        if not context.allows_name(self.name.rpartition("/")[2]):
            return False
        if not context.cgo and any(one.path == "C" for one in self.imports):
            return False
        return all(context.satisfies(one) for one in self.constraints)

    @property
    def unmet(self) -> tuple[str, ...]:
        """Tags that it may need, and that no system has by itself, sorted."""
        anywhere = AnyPlatform()
        return tuple(sorted({tag for one in self.constraints for tag in anywhere.unmet(one)}))

    @property
    def is_built(self) -> bool:
        """Whether a build takes it that is given the tags which it asks for; `ignore` is none that anybody gives."""
        return self.is_in(AnyPlatform(tags=frozenset(self.unmet) - {"ignore"}))


def has_calls(imports: Iterable[str]) -> bool:
    """Return whether a file with these imports can call what is looked for, so that all of it has to be read."""
    return any(path in _BY_PACKAGE for path in imports)


def read_own_file(data: bytes, name: str) -> OwnFile | None:
    """Return what a Go file says, None where its head cannot be read. data: all of it, or as far as its imports go,
    where it has no calls to be looked for."""
    head = parse_go_head(data)
    if head is None or head.refused or not head.package:
        return None
    return OwnFile(
        name=name,
        package=head.package,
        imports=head.imports,
        constraints=head.constraints,
        calls=tuple(_calls(data, name, head.imports)) if has_calls(one.path for one in head.imports) else (),
        lines=debug_lines(data, name) if head.package == "main" and b"//go:debug" in data else (),
    )


def _calls(data: bytes, name: str, imports: Sequence[GoImport]) -> Iterator[Call]:
    lines = data.split(b"\n")
    wanted: dict[bytes, tuple[str, str]] = {}
    patterns: list[bytes] = []
    for one in imports:
        functions = _BY_PACKAGE.get(one.path)
        line = lines[one.line - 1][one.column - 1 :] if functions and one.line <= len(lines) else b""
        if not functions or not line:
            continue
        alias = re.match(rb"([A-Za-z_][A-Za-z0-9_]*|\.)[ \t]*[\"`]", line)
        local = alias[1] if alias else one.path.rpartition("/")[2].encode()
        for function, what in functions.items():
            text = function.encode() if local == b"." else local + b"." + function.encode()
            wanted[text] = (f"{one.path}.{function}", what)
            patterns.append(re.escape(text))
    for at, text in _found(data, patterns):
        function, what = wanted[text]
        place = Location(artifact=name, line=data.count(b"\n", 0, at) + 1, column=1)
        yield Call(function=function, what=what, location=place)


def _found(data: bytes, patterns: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield where words stand that are in no comment and no string, at most `_MOST`."""
    if not patterns:
        return
    search = re.compile(rb"//|/\*|[\"'`]|(?<![\w.])(?P<call>" + b"|".join(patterns) + rb")(?!\w)")
    at = count = 0
    while count < _MOST:
        found = search.search(data, at)
        if found is None:
            return
        at = found.end()
        if found["call"] is not None:
            count += 1
            yield found.start(), found["call"]
        elif found[0] in (b"/*", b"`"):
            at = data.find(b"*/" if found[0] == b"/*" else b"`", at) + len(found[0])
            if at < len(found[0]):
                return
        else:
            text = _STRING.match(data, found.start()) if found[0] != b"//" else None
            end = data.find(b"\n", at)
            at = text.end() if text is not None else end if end >= 0 else len(data)


def counting_lines(files: Iterable[OwnFile], builds: Sequence[BuildContext]) -> tuple[DebugLine, ...]:
    """Return the `//go:debug` lines of files that a build takes: for any system, with the tags of these builds."""
    tags = frozenset(tag for one in builds for tag in one.tags)
    anywhere = AnyPlatform(tags=tags)
    return tuple(line for file in files if file.lines and file.is_in(anywhere) for line in file.lines)


def of_own_files(
    subject: str, files: Iterable[OwnFile], builds: Sequence[BuildContext], module: str
) -> tuple[NonApprovedPackage, ...]:
    """Return what files of a project call, and what those import that none of the builds takes. builds: those whose
    imports were followed. module: path of the project's module."""
    found: dict[tuple[str, str], NonApprovedPackage] = {}
    for file in files:
        is_taken = any(file.is_in(one) for one in builds)
        if not is_taken and not file.is_built:
            continue
        under = "" if is_taken else _under(file)
        folder = file.name.rpartition("/")[0]
        by = f"{module}/{folder}" if folder else module
        for call in file.calls:
            package = call.function.rpartition(".")[0]
            one = _of_call(subject, call, package, by, under)
            known = found.get((call.what, package))
            if known is None or (known.under and not under):
                found[call.what, package] = one
        for imported in () if is_taken else file.imports:
            known_package = known_of(imported.path)
            if known_package is not None and (known_package.what, imported.path) not in found:
                place = Location(artifact=file.name, line=imported.line, column=imported.column)
                one = _of_import(subject, imported.path, known_package, place)
                found[known_package.what, imported.path] = changed(one, by=by, under=under)
    return tuple(found.values())


def _under(file: OwnFile) -> str:
    tags = [tag for tag in file.unmet if tag != "ignore"]
    if not tags:
        return "another system or processor"
    return f"the tag {tags[0]}" if len(tags) == 1 else f"the tags {', '.join(tags[:5])}"


def _of_call(subject: str, call: Call, package: str, by: str, under: str) -> NonApprovedPackage:
    is_standard = "." not in package.partition("/")[0]
    return NonApprovedPackage(
        subject=subject,
        package=package,
        module=STD if is_standard else ModuleVersion(path="golang.org/x/crypto", version=""),
        what=call.what,
        how="called",
        location=call.location,
        is_blocked=is_standard,
        functions=(call.function,),
        by=by,
        is_own=True,
        under=under,
    )


def _of_import(subject: str, package: str, known: Known, place: Location) -> NonApprovedPackage:
    is_standard = package in STANDARD
    return NonApprovedPackage(
        subject=subject,
        package=package,
        module=STD if is_standard else ModuleVersion(path=known.key, version=""),
        what=known.what,
        how="imported",
        location=place,
        is_blocked=is_refused(package, "") if is_standard else False,
        is_c=known.is_c,
        is_own=True,
    )
