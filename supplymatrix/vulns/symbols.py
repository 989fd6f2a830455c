"""Names of functions in a program's function table, as vulnerability databases write them.

    >>> osv_name("golang.org/x/text/unicode/norm.(*Iter).Next")
    ('golang.org/x/text/unicode/norm', 'Iter.Next')
    >>> osv_name("gopkg.in/yaml%2ev3.Unmarshal"), osv_name("slices.SortFunc[go.shape.[]string]")
    (('gopkg.in/yaml.v3', 'Unmarshal'), ('slices', 'SortFunc'))

Databases know functions and methods as they are declared. A function literal belongs to the function that holds it
(".func1", ".gowrap2", "-range1"), a method value to its method ("-fm"); arguments of types and the pointer of a
receiver are left out. The n-th `init` of a package is "init#n".

Source: Go cmd/compile/internal/ir (closure names), cmd/internal/objabi (PathToPrefix); golang.org/x/vuln
internal/buildinfo.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote_to_bytes

from supplymatrix.gomod.pclntab import linker_path

__all__ = ["osv_name", "symbols_by_package"]

_LITERAL = re.compile(r"(?:func|gowrap|deferwrap)?[0-9]+|goexit", re.ASCII)
_INIT = re.compile(r"init\.([0-9]{1,6})", re.ASCII)
_MAX_BRACKETS = 1 << 16


def osv_name(function: str) -> tuple[str, str] | None:
    """Return import path and symbol of a function, None for what has no package. function: as pclntab has it."""
    end = function.find("[")
    end = end if end >= 0 else len(function)
    dot = function.find(".", function.rfind("/", 0, end) + 1, end)
    if dot <= 0:
        return None
    path, rest = function[:dot], function[dot + 1 :]
    symbol = _symbol(rest)
    if not symbol:
        return None
    return (unquote_to_bytes(path).decode("utf-8", "replace") if "%" in path else path), symbol


def symbols_by_package(
    functions: Iterable[str], packages: Iterable[str], main: str = ""
) -> Mapping[str, frozenset[str]]:
    """Return the symbols of some packages among functions. main: the import path of what is linked as "main"."""
    found: dict[str, set[str]] = {package: set() for package in packages}
    linked = {"main" if package == main and main else package for package in found}
    prefixes = tuple(f"{linker_path(package).decode()}." for package in linked)
    for function in functions:
        name = osv_name(function) if function.startswith(prefixes) else None
        if name is not None:
            path = main if name[0] == "main" and main else name[0]
            found.setdefault(path, set()).add(name[1])
    return {path: frozenset(symbols) for path, symbols in found.items()}


def _symbol(rest: str) -> str:
    if "[" in rest:
        rest = _without_brackets(rest)
    init = _INIT.match(rest)
    if init is not None:
        return f"init#{int(init[1]) + 1}"
    parts: list[str] = []
    for part in rest.partition("-")[0].split("."):
        if _LITERAL.fullmatch(part) or len(parts) == 2:
            break
        if part:
            parts.append(part.removeprefix("(*").removesuffix(")") if part.startswith("(") else part)
    return ".".join(parts)


def _without_brackets(text: str) -> str:
    """Return a text without what stands in brackets, nested ones too; what is not closed ends it."""
    made: list[str] = []
    depth = 0
    for char in text[:_MAX_BRACKETS]:
        depth += char == "["
        if not depth:
            made.append(char)
        depth -= char == "]" and depth > 0
    return "".join(made)
