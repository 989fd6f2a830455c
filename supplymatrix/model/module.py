"""Module paths and versions: the identity everything else hangs on.

A module path is a slash-separated name whose first element looks like a host; its last element may name a major
version ("/v2", with gopkg.in ".v2"), which the version must then fit. For file names and URLs both are *escaped*: a
capital letter becomes an exclamation mark and the small letter, so that names which differ in case only stay apart.

    >>> escape_path("github.com/BurntSushi/toml")
    'github.com/!burnt!sushi/toml'

Source: golang/mod module/module.go; go.dev/ref/mod.
"""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model import semver
from supplymatrix.model.value import value

__all__ = [
    "TOOLCHAIN_PATH", "ModuleVersion", "PathKind", "canonical_version", "check_file_path", "check_import_path",
    "check_module", "check_module_path", "escape_path", "escape_version", "split_path_version", "unescape_path",
    "unescape_version",
]  # fmt: skip


TOOLCHAIN_PATH = "golang.org/toolchain"
"""The module path under which the go command fetches Go toolchains, and the log has them."""


@value(order=True)
class ModuleVersion:
    """A module at a version. path: as in a require line; version: "v1.2.3", or "" for a module without one."""

    path: str
    version: str

    def __str__(self) -> str:
        return f"{self.path}@{self.version}" if self.version else self.path

    @property
    def purl(self) -> str:
        """The package URL: pkg:golang/<path>@<version>, the path's case kept as the go command keeps it."""
        from urllib.parse import quote

        path = "/".join(quote(element, safe="") for element in self.path.split("/"))
        version = f"@{quote(self.version, safe='')}" if self.version else ""
        return f"pkg:golang/{path}{version}"

    @property
    def escaped_path(self) -> str:
        """The path as it stands in file names and URLs. Raises InputError for a path that no module can have."""
        return escape_path(self.path)

    @property
    def escaped_version(self) -> str:
        """The version as it stands in file names and URLs. Raises InputError for an impossible one."""
        return escape_version(self.version)


class PathKind(StrEnum):
    """What a path names; each kind allows more characters than the one before."""

    MODULE = "module"
    IMPORT = "import"
    FILE = "file"


_LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_CAPITALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
_ALLOWED = {
    PathKind.MODULE: frozenset(_LETTERS_AND_DIGITS + "-._~"),
    PathKind.IMPORT: frozenset(_LETTERS_AND_DIGITS + "-._~+"),
    PathKind.FILE: frozenset(_LETTERS_AND_DIGITS + "!#$%&()+,-.=@[]^_{}~ "),
}
_DIGITS = "0123456789"
_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
)
# Letters that fold to an ASCII letter under simple case folding: the Kelvin sign and the long s.
_SIMPLE_FOLDS = str.maketrans({"\N{KELVIN SIGN}": "k", "\N{LATIN SMALL LETTER LONG S}": "s"})


def check_module_path(path: str) -> None:
    """Check that a module can have this path. Raises InputError that says why not."""
    fault = _module_path_fault(path)
    if fault:
        raise _bad(PathKind.MODULE, path, fault)


def check_import_path(path: str) -> None:
    """Check that a package can be imported by this path. Raises InputError that says why not."""
    fault = _path_fault(path, PathKind.IMPORT)
    if fault:
        raise _bad(PathKind.IMPORT, path, fault)


def check_file_path(path: str) -> None:
    """Check that a module may hold a file of this slash-separated name. Raises InputError that says why not."""
    fault = _path_fault(path, PathKind.FILE)
    if fault:
        raise _bad(PathKind.FILE, path, fault)


def check_module(path: str, version: str) -> None:
    """Check that the path is valid, the version a semantic version, and that both fit each other. Raises InputError."""
    check_module_path(path)
    if not semver.is_valid(version):
        raise _bad_version(path, version, "it is not a semantic version")
    wanted = major_fault(version, split_path_version(path)[1])
    if wanted:
        raise _bad_version(path, version, wanted)


def major_fault(version: str, path_major: str) -> str:
    """Return why a version does not fit its path's major-version suffix ("", "/v2", ".v2-unstable"); "" if it does.

    Old pseudo-versions v0.0.0-… of gopkg.in paths that end in .v1 are let pass, as the go command does.
    """
    if path_major.startswith(".v"):
        path_major = path_major.removesuffix("-unstable")
    if version.startswith("v0.0.0-") and path_major == ".v1":
        return ""
    major = semver.major(version)
    if not path_major:
        fits = major in ("v0", "v1") or semver.build(version) == "+incompatible"
        return "" if fits else f"it should be v0 or v1, not {major}"
    return "" if major == path_major[1:] else f"it should be {path_major[1:]}, not {major}"


def canonical_version(version: str) -> str:
    """Return the version in full ("v1" → "v1.0.0"), without build metadata but for "+incompatible"; "" if invalid."""
    canonical = semver.canonical(version)
    return f"{canonical}+incompatible" if semver.build(version) == "+incompatible" else canonical


def split_path_version(path: str) -> tuple[str, str, bool]:
    """Return (prefix, major suffix, ok) with prefix + suffix == path; ok is False for a suffix that is not allowed.

    The suffix is "" or "/vN" with N ≥ 2; for gopkg.in ".vN" with any N, or ".vN-unstable".
    """
    if path.startswith("gopkg.in/"):
        return _split_gopkg_in(path)
    stem = path.rstrip(_DIGITS + ".")
    if len(stem) <= 1 or stem == path or not stem.endswith("/v"):
        return path, "", True
    prefix, suffix = stem[:-2], path[len(stem) - 2 :]
    if "." in suffix or suffix[2] == "0" or suffix == "/v1":
        return path, "", False
    return prefix, suffix, True


def _split_gopkg_in(path: str) -> tuple[str, str, bool]:
    stem = path.removesuffix("-unstable").rstrip(_DIGITS)
    if len(stem) <= 1 or not stem.endswith(".v"):
        return path, "", False
    prefix, suffix = stem[:-2], path[len(stem) - 2 :]
    if len(suffix) <= 2 or (suffix[2] == "0" and suffix != ".v0"):
        return path, "", False
    return prefix, suffix, True


def escape_path(path: str) -> str:
    """Return the path with capitals written "!x". Raises InputError for an invalid module path."""
    fault = _module_path_fault(path)
    if fault:
        raise _bad(PathKind.MODULE, path, fault)
    return _escape(path)


def escape_version(version: str) -> str:
    """Return the version with capitals written "!x". Raises InputError unless it can be a file name of ASCII."""
    fault = _element_fault(version, PathKind.FILE) or ("it holds an exclamation mark" if "!" in version else "")
    if not fault and not version.isascii():
        fault = "it holds characters that are not ASCII"
    if fault:
        raise _bad_version("", version, fault)
    return _escape(version)


def unescape_path(escaped: str) -> str:
    """Return the module path of an escaped one. Raises InputError when it is not escaped so, or not valid."""
    path = _unescape(escaped)
    fault = "it is not escaped as paths are" if path is None else _module_path_fault(path)
    if path is None or fault:
        raise _bad(PathKind.MODULE, escaped, fault)
    return path


def unescape_version(escaped: str) -> str:
    """Return the version of an escaped one. Raises InputError when it is not escaped so, or not valid."""
    version = _unescape(escaped)
    fault = "it is not escaped as versions are" if version is None else _element_fault(version, PathKind.FILE)
    if version is None or fault:
        raise _bad_version("", escaped, fault)
    return version


def _escape(text: str) -> str:
    if text.islower() or _CAPITALS.isdisjoint(text):
        return text
    return "".join(f"!{char.lower()}" if char in _CAPITALS else char for char in text)


def _unescape(escaped: str) -> str | None:
    if not escaped.isascii() or not _CAPITALS.isdisjoint(escaped):
        return None
    first, *rest = escaped.split("!")
    if any(not part or not "a" <= part[0] <= "z" for part in rest):
        return None
    return first + "".join(part[0].upper() + part[1:] for part in rest)


def _module_path_fault(path: str) -> str:
    fault = _path_fault(path, PathKind.MODULE)
    if fault:
        return fault
    first = path.partition("/")[0]
    if not first:
        return "it begins with a slash"
    if "." not in first:
        return "its first element has no dot"
    if not _HOST.issuperset(first):
        return "its first element holds more than small letters, digits, dots and dashes"
    return "" if split_path_version(path)[2] else "its major-version suffix is not allowed"


def _path_fault(path: str, kind: PathKind) -> str:
    if not path:
        return "it is empty"
    if path[0] == "-" and kind is not PathKind.FILE:
        return "it begins with a dash"
    if "//" in path:
        return "it has a double slash"
    if path[-1] == "/":
        return "it ends in a slash"
    for element in path.split("/"):
        fault = _element_fault(element, kind)
        if fault:
            return fault
    return ""


def _element_fault(element: str, kind: PathKind) -> str:
    if not element:
        return "it has an empty element"
    if not element.strip("."):
        return f"{element!r} is no name"
    if element[0] == "." and kind is PathKind.MODULE:
        return "an element begins with a dot"
    if element[-1] == ".":
        return "an element ends in a dot"
    if not _ALLOWED[kind].issuperset(element):
        odd = next((char for char in element if not _is_allowed(char, kind)), "")
        if odd:
            return f"{odd!r} is not allowed in it"
    short = element.partition(".")[0]
    if short.translate(_SIMPLE_FOLDS).lower() in _WINDOWS_DEVICES:
        return f"{short!r} is a device name on Windows"
    if kind is not PathKind.FILE:
        _, tilde, digits = short.rpartition("~")
        if tilde and digits and all(char in _DIGITS for char in digits):
            return "an element ends in a tilde and digits, like a short name on Windows"
    return ""


def _is_allowed(char: str, kind: PathKind) -> bool:
    return char in _ALLOWED[kind] or (kind is PathKind.FILE and not char.isascii() and char.isalpha())


def _bad(kind: PathKind, path: str, fault: str) -> InputError:
    expected = {
        PathKind.MODULE: "a module path such as example.com/name or example.com/name/v2",
        PathKind.IMPORT: "an import path such as example.com/name/package",
        PathKind.FILE: "a relative, slash-separated file name",
    }[kind]
    return InputError(Diagnostic(message=f"this is no {kind} path: {fault}", seen=path[:200], expected=expected))


def _bad_version(path: str, version: str, fault: str) -> InputError:
    where = f" of {path[:200]}" if path else ""
    return InputError(
        Diagnostic(
            message=f"this is no version{where}: {fault}", seen=version[:200], expected="a version such as v1.2.3"
        )
    )
