"""Package URLs: read, written in their canonical form, and turned into Go modules where they name one.

    >>> parse_purl("pkg:golang/github.com/BurntSushi/toml@v1.5.0?type=module").name
    'toml'
    >>> module_of_purl("pkg:golang/github.com/BurntSushi/toml@v1.5.0?type=module")
    ModuleVersion(path='github.com/BurntSushi/toml', version='v1.5.0')
    >>> module_of_purl("pkg:golang/../lib@(devel)").reason
    "no module can have the path ../lib: '..' is no name"

A parser of our own: packageurl-python 0.17.6 does not write qualifiers as the specification's own cases have them, and
mends in silence what a verifier has to tell (spaces, empty segments, wrong escapes, a key that stands twice).

The specification wants Go's names lower case; the go command tells them apart by case, and both of the usual tools keep
it. So the case is kept when a purl is written, and `sameness` finds two spellings of one name when it is read.

Source: package-url/purl-spec, PURL-SPECIFICATION.rst and types/golang-definition.json.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import quote, unquote_to_bytes

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model import semver
from supplymatrix.model.module import (
    ModuleVersion,
    canonical_version,
    check_import_path,
    major_fault,
    split_path_version,
)
from supplymatrix.model.value import changed, value

__all__ = [
    "STDLIB", "NoModule", "Purl", "Sameness", "bare_purl", "is_go_purl", "module_of_purl", "parse_purl", "sameness",
]  # fmt: skip

STDLIB = "stdlib"
"""The path under which the standard library stands; its version is that of Go, without "go" ("1.26.8")."""
_MOST = 8_192  # characters
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_GO_VERSION = re.compile(r"(?:go|v)?(\d+\.\d+(?:\.\d+)?(?:rc\d+|beta\d+)?)(?:[-+ ].*)?")
_LOWER_ALL = frozenset(["alpm", "apk", "bitbucket", "bitnami", "composer", "deb", "github", "gitlab", "hex", "pypi"])
_LOWER_NAME = frozenset(["oci", "pub", "npm"])
_STDLIB_NAMES = frozenset([STDLIB, "std"])


@value
class Purl:
    """A package URL. namespace, version, subpath: "" without. qualifiers: by key, sorted; keys in lower case."""

    type: str
    namespace: str
    name: str
    version: str = ""
    qualifiers: Mapping[str, str] = MappingProxyType({})
    subpath: str = ""

    @property
    def path(self) -> str:
        """Namespace and name: for Go the module path."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    def __str__(self) -> str:
        """Return the canonical form."""
        text = f"pkg:{self.type}/{_quoted_segments(self.path)}"
        if self.version:
            text += f"@{_quoted(self.version)}"
        if self.qualifiers:
            text += "?" + "&".join(f"{key}={_quoted(text)}" for key, text in sorted(self.qualifiers.items()))
        return text + (f"#{_quoted_segments(self.subpath)}" if self.subpath else "")


@value
class NoModule:
    """A purl names no Go module version. is_go: it is of the type golang all the same, and wrong; reason: a clause.

    remedy: what was probably meant, "" when nobody can say.
    """

    reason: str
    is_go: bool
    remedy: str = ""


class Sameness(StrEnum):
    """Whether two module versions are one. CASE: only if capitals do not count, so that one of them is misspelt."""

    SAME = "same"
    CASE = "same but for capitals"
    OTHER = "other"


def parse_purl(text: str) -> Purl:
    """Parse a package URL. Raises InputError that says what is wrong."""
    if len(text) > _MOST:
        raise _fault(f"the purl has {len(text):,} characters", text, f"at most {_MOST:,}")
    if not text.isprintable() or " " in text:
        raise _fault("a purl has no spaces or control characters", text, "them percent-encoded")
    scheme, colon, rest = text.partition(":")
    if not colon or scheme.lower() != "pkg":
        raise _fault("a purl begins with pkg:", text, "pkg:golang/github.com/gorilla/mux@v1.8.1")
    rest, _, subpath = rest.lstrip("/").partition("#")
    rest, mark, qualifiers = rest.partition("?")
    kind, slash, rest = rest.partition("/")
    if not slash or not _TYPE.fullmatch(kind):
        raise _fault("the purl has no type", text, "letters, digits, dots and dashes, then a slash")
    kind = kind.lower()
    rest, version = _split_version(rest)
    segments = [_decoded(segment, text) for segment in rest.split("/") if segment]
    if not segments:
        raise _fault("the purl has no name", text)
    path, _, name = "/".join(segments).rpartition("/")
    return Purl(
        type=kind,
        namespace=_as_written(kind, path.strip("/"), is_name=False),
        name=_as_written(kind, name, is_name=True),
        version=_decoded(version, text),
        qualifiers=_qualifiers(qualifiers, text) if mark else MappingProxyType({}),
        subpath=_subpath(subpath, text),
    )


def is_go_purl(text: str) -> bool:
    """Tell whether a text claims to be the purl of a Go module, well-formed or not."""
    return text.lstrip("/")[:11].lower() == "pkg:golang/" or text[:13].lower() == "pkg://golang/"


def module_of_purl(text: str) -> ModuleVersion | NoModule:
    """Return the module version that a purl names; its version is "" where the purl has none.

    The standard library is "stdlib" at Go's version, however it is spelt. A subpath names a package in the module, and
    is passed over, like qualifiers. Never raises.
    """
    try:
        purl = parse_purl(text)
    except InputError as err:
        return NoModule(reason=err.diagnostics[0].message, is_go=is_go_purl(text))
    if purl.type != "golang":
        return NoModule(reason=f"it is of the type {purl.type}", is_go=False)
    path, version = purl.path, purl.version
    if path in _STDLIB_NAMES:
        found = _GO_VERSION.fullmatch(version)
        if version and found is None:
            return NoModule(reason=f"Go has no version {version[:60]}", is_go=True)
        return ModuleVersion(path=STDLIB, version=found[1] if found else "")
    fault = _path_fault(path)
    if fault:
        return NoModule(reason=f"no module can have the path {path[:200]}: {fault}", is_go=True)
    if version:
        refused = _version_fault(path, version)
        if refused is not None:
            return refused
    return ModuleVersion(path=path, version=version)


def bare_purl(text: str) -> tuple[str, str]:
    """Return path and version of a Go purl as they are, also where the version cannot be; "" for what is broken."""
    try:
        purl = parse_purl(text)
        is_module = isinstance(module_of_purl(str(changed(purl, version=""))), ModuleVersion)
    except InputError:
        return "", ""
    return (purl.path, purl.version) if is_module else ("", "")


def sameness(one: ModuleVersion, other: ModuleVersion) -> Sameness:
    """Tell whether two module versions are one, for readers of purls whose writers made them lower case."""
    if one == other:
        return Sameness.SAME
    folded = (one.path.casefold(), one.version.casefold()) == (other.path.casefold(), other.version.casefold())
    return Sameness.CASE if folded else Sameness.OTHER


def _path_fault(path: str) -> str:
    try:
        check_import_path(path)
    except InputError as err:
        return err.diagnostics[0].message.partition(": ")[2] or "it is no import path"
    return ""


def _version_fault(path: str, version: str) -> NoModule | None:
    """Return why a module cannot have a version. A path without a dot is let pass: a main module may have it."""
    shown = version[:60]
    if not semver.is_valid(version):
        with_v = canonical_version(f"v{version}")
        remedy = f"did you mean {with_v}?" if with_v else ""
        return NoModule(reason=f"{shown} is no version of a module", is_go=True, remedy=remedy)
    if not canonical_version(version) or version.partition("+")[0] != canonical_version(version).partition("+")[0]:
        full = canonical_version(version)
        return NoModule(
            reason=f"{shown} is no full version", is_go=True, remedy=f"did you mean {full}?" if full else ""
        )
    fault = major_fault(version, split_path_version(path)[1])
    return NoModule(reason=f"{path[:200]} cannot have the version {shown}: {fault}", is_go=True) if fault else None


def _split_version(rest: str) -> tuple[str, str]:
    """Split at the last "@" that ends a name; one that begins a segment belongs to it ("@babel/core")."""
    at = rest.rfind("@")
    return (rest, "") if at <= 0 or rest[at - 1] == "/" else (rest[:at], rest[at + 1 :])


def _as_written(kind: str, text: str, *, is_name: bool) -> str:
    """Return a namespace or name as its type wants it written."""
    if kind in _LOWER_ALL or (is_name and kind in _LOWER_NAME):
        text = text.lower()
    return text.replace("_", "-") if kind == "pypi" and is_name else text


def _qualifiers(text: str, whole: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for pair in text.split("&"):
        key, equals, wanted = pair.partition("=")
        if not equals or not _KEY.fullmatch(key):
            raise _fault("a qualifier has no key, or one that cannot be", whole, "key=value&key=value")
        key = key.lower()
        if key in found:
            raise _fault(f"the qualifier {key[:60]} stands twice", whole)
        found[key] = _decoded(wanted, whole)
    return MappingProxyType({key: text for key, text in sorted(found.items()) if text})


def _subpath(text: str, whole: str) -> str:
    if not text:
        return ""
    segments = (_decoded(segment, whole) for segment in text.split("/"))
    return "/".join(segment for segment in segments if segment not in ("", ".", ".."))


def _decoded(text: str, whole: str) -> str:
    if "%" not in text:
        return text
    if _BAD_ESCAPE.search(text):
        raise _fault("a percent sign is not followed by two hex digits", whole)
    try:
        found = unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError as err:
        raise _fault("percent-encoded bytes are no UTF-8", whole) from err
    if any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in found):
        raise _fault("control characters are percent-encoded in it", whole)
    return found


def _quoted(text: str) -> str:
    return quote(text, safe=":")


def _quoted_segments(text: str) -> str:
    return "/".join(map(_quoted, text.split("/")))


def _fault(message: str, seen: str, expected: str = "") -> InputError:
    return InputError(Diagnostic(message=message, seen=seen[:200], expected=expected))
