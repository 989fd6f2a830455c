"""What is known of the cryptography of a program or project: which validated module it uses, what it claims, what is
beside it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value

__all__ = [
    "CertificateState", "FipsFamily", "FipsMark", "FipsPosture", "FipsPurpose", "FipsUse", "MarkKind",
    "NonApprovedPackage",
]  # fmt: skip


class FipsFamily(StrEnum):
    """Whose way to FIPS 140-3 is taken. NONE: nothing of any was found. UNKNOWN: nobody can say."""

    UPSTREAM = "go-module"
    BORINGCRYPTO = "boringcrypto"
    REDHAT = "redhat"
    MICROSOFT = "microsoft"
    CHAINGUARD = "chainguard"
    CANONICAL = "canonical"
    NONE = "none"
    UNKNOWN = "unknown"


class FipsUse(StrEnum):
    """What tells: a compiled program, the sources and go.mod, or a build file (Dockerfile, snap, spec …)."""

    PROGRAM = "program"
    SOURCE = "source"
    BUILD_FILE = "build file"


class FipsPurpose(StrEnum):
    """For what that is which a build file shows. SHIPPED: the program itself. CI: what CI builds, perhaps only to see
    whether it can be built. RUNTIME: how a program runs; none is built. ASIDE: tests, and stages that the last one does
    not need."""

    SHIPPED = "shipped"
    CI = "ci"
    RUNTIME = "run time"
    ASIDE = "aside"


class CertificateState(StrEnum):
    """What the table of certificates says of a module version. NOT_FROZEN: no version of its own (GOFIPS140=latest).
    NOT_IN_TABLE: the table does not know it. AT_RUN_TIME: the module is that of the system on which it runs, and which
    one that is nobody can say here. NOT_LINKED: a program claims a version, and nothing of it is in the program.
    NOT_APPLICABLE: there is no module."""

    CERTIFIED = "certified"
    IN_PROCESS = "in process"
    HISTORICAL = "historical"
    NOT_FROZEN = "not frozen"
    NOT_VALIDATED = "not validated"
    NOT_IN_TABLE = "not in the table"
    AT_RUN_TIME = "that of the system where it runs"
    NOT_LINKED = "nothing of it is linked in"
    NOT_APPLICABLE = "not applicable"


class MarkKind(StrEnum):
    """SIGN: speaks for a family. CLAIM: a setting that says what should be. WITNESS: code that shows what is.
    CONTRADICTION: claim and code differ. DEFEAT: switches it off, or keeps it from working. NEED: what it takes where
    it runs."""

    SIGN = "sign"
    CLAIM = "claim"
    WITNESS = "witness"
    CONTRADICTION = "contradiction"
    DEFEAT = "defeat"
    NEED = "need"


@value
class FipsMark:
    """One observation. family: for which it speaks, NONE for none. words: "GOFIPS140=v1.0.0-c2097c7c is recorded".
    location: where it stands; of programs artifact = the program's name, pointer = the setting or "function table"."""

    kind: MarkKind
    family: FipsFamily
    words: str
    location: Location


@value
class FipsPosture:
    """The posture of one program, or of what a project will build.

    subject: the program's name or the project's. family: as all marks together say. others: families for which a mark
    speaks as well. module: version of the cryptographic module ("v1.0.0-c2097c7c"), "" = none, or not told. state,
    certificate ("CMVP #5247"), dated: as the table of certificates has it, and its day. mode: "on", "only", "off" as
    recorded or written, "" = nothing says; of several programs of a project that which protects least. marks: in the
    order of MarkKind and place. looked_at: what was read, in words ("settings", "function table", "Dockerfile").
    reason: why it is UNKNOWN, and of a certificate why nobody knows. purpose: of a build file, for what that is. main:
    path of a program's main module, of sources the module itself.
    """

    subject: str
    use: FipsUse
    family: FipsFamily
    location: Location
    others: tuple[FipsFamily, ...] = ()
    module: str = ""
    state: CertificateState = CertificateState.NOT_APPLICABLE
    certificate: str = ""
    dated: date | None = None
    mode: str = ""
    marks: tuple[FipsMark, ...] = ()
    looked_at: tuple[str, ...] = ()
    reason: str = ""
    purpose: FipsPurpose = FipsPurpose.SHIPPED
    main: str = ""

    def of(self, kind: MarkKind) -> tuple[FipsMark, ...]:
        """Return the marks of a kind."""
        return tuple(mark for mark in self.marks if mark.kind is kind)


@value
class NonApprovedPackage:
    """A package that implements what is not approved, linked in or imported. subject: the program's or project's name.

    package: its import path, or the name of a C library; module: whose, path "std" for Go's own. what: the algorithm
    ("MD5"). is_blocked: whether fips140=only refuses it where it runs: most of Go's own packages, and of
    golang.org/x/crypto chacha20poly1305 from v0.51.0 on. is_c: it is C code behind cgo. how: "linked" (a function of it
    is in the program, or the program loads it), "imported" (by the sources), "called" (a function of an approved
    package, by the project's own files), "module" (only its module is known). functions: of it that are linked in or
    called, at most 20, sorted. by: the package that imports it first, "" unknown. is_own: whether the importing package
    is the project's. chain: by which imports it comes into the project, from one of its packages to this one, ()
    unknown. inside: by whom it is there all the same, where nothing says that anybody else calls it ("crypto/tls brings
    it …"), "" = nothing is known. under: of an import that the builds that were seen do not take, what it takes ("the
    tag legacy").
    """

    subject: str
    package: str
    module: ModuleVersion
    what: str
    how: str
    location: Location
    is_blocked: bool = False
    is_c: bool = False
    functions: tuple[str, ...] = ()
    by: str = ""
    is_own: bool = False
    chain: tuple[str, ...] = ()
    inside: str = ""
    use: FipsUse = FipsUse.SOURCE
    under: str = ""
