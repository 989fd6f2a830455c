"""Code that is not Go: what modules link, bring or load of it, under which licence, and what somebody says follows."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value

__all__ = [
    "LicencePosition", "LinkMode", "LinkOutcome", "NationalAlgorithm", "NativeCode", "NativeProof", "PositionOf",
]  # fmt: skip


class LinkMode(StrEnum):
    """How it comes into the program. BUNDLED: C sources compiled with it. PREBUILT: objects or archives that lie in the
    module, of which nobody sees the source. STATIC, DYNAMIC: linked against what is installed (LDFLAGS, pkg-config).
    LOADED: opened while it runs (dlopen), with or without cgo. TRANSLATED: C turned into Go. PROCESS: another program.
    LINKED: it is linked, nobody can say how."""

    BUNDLED = "bundled source"
    PREBUILT = "prebuilt"
    STATIC = "static"
    DYNAMIC = "dynamic"
    LOADED = "loaded at run time"
    TRANSLATED = "translated to Go"
    PROCESS = "separate process"
    LINKED = "linked"


class LinkOutcome(StrEnum):
    """What a position says follows from using a library this way. UNKNOWN: its licence is not known, or nobody says."""

    PERMISSIVE = "permissive"
    NOTICE = "notice-duty"
    GPL_COMBINED = "GPL-combined"
    LGPL_RELINK = "LGPL-relink-duty"
    WEAK = "file-level-copyleft"
    PROPRIETARY = "proprietary-terms"
    EXCEPTION = "exception"
    SEPARATE = "separate"
    UNKNOWN = "unknown"


class PositionOf(StrEnum):
    """Whose position an outcome is. It is never a verdict of a court."""

    FSF = "position of the FSF"
    LICENCE_TEXT = "text of the licence"
    SUPPLIER = "terms of the supplier"
    NOBODY = "nobody's position is known"


@value
class LicencePosition:
    """outcome as `of` has it. source: where that is said ("GPL FAQ, GPLStaticVsDynamic", "LGPL-2.1 section 6").
    is_disputed: others hold the contrary. words: what it obliges to, in a sentence."""

    outcome: LinkOutcome
    of: PositionOf
    source: str
    words: str
    is_disputed: bool = False


class NativeProof(StrEnum):
    """How it is known. SOURCE: seen in the files that a build takes. PROGRAM: seen in the compiled program. TABLE: the
    module is there, and the table of known modules says what it brings."""

    SOURCE = "source files"
    PROGRAM = "program"
    TABLE = "table of known modules"


@value
class NativeCode:
    """One library or body of C code that a module version brings into a project or program.

    subject: the module version; path "std" for Go's own (net, os/user through cgo). program: "" = of the project.
    library: "sqlite3", "libvips", "" where only files are known. mode. files: of the module, at most 20, that show it;
    count: of all. licence: SPDX expression of the library, not of the wrapper, "" = not known; licence_from: the file
    in the module, or "table, dated …". position: what follows. is_crypto: it has cryptography of its own, outside of
    any validated Go module. conditions: tags or settings under which it is so ("tags static"). location: the line that
    shows it best. is_built: the build that was looked at takes it; False = only one of these conditions would.
    own_licence: SPDX expression of the program that takes it, where it matters, "" = not known.
    """

    subject: ModuleVersion
    library: str
    mode: LinkMode
    proof: NativeProof
    position: LicencePosition
    location: Location
    program: str = ""
    licence: str = ""
    licence_from: str = ""
    files: tuple[str, ...] = ()
    count: int = 0
    packages: tuple[str, ...] = ()
    is_crypto: bool = False
    conditions: str = ""
    notes: tuple[str, ...] = ()
    is_built: bool = True
    own_licence: str = ""


@value
class NationalAlgorithm:
    """A package with algorithms of a national standard (SM2, SM3, SM4 of China; GOST, Kuznyechik, Streebog of Russia;
    SEED, ARIA, LEA of Korea), linked in or imported. how: "linked" or "imported"."""

    subject: ModuleVersion
    package: str
    algorithms: tuple[str, ...]
    standard: str
    how: str
    location: Location
    program: str = ""
