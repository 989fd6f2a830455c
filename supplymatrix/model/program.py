"""Compiled programs: what one says of itself, and what the log says of the modules that it names.

Nothing that a program says of itself is proven; a module's h1 in it is held against the log as one of go.sum is.
"""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value

__all__ = [
    "BuiltProgram", "ProgramModule", "ProgramModuleState", "ProgramState", "SecretFlag", "WeakDefault",
]  # fmt: skip


class ProgramState(StrEnum):
    """How much a program lets one know.

    READ: its build info stands where its format has the place. SEARCHED: it was found by a search of the whole file, in
    formats that have no such place. PACKED, OBFUSCATED: a Go program, surely or most likely, whose modules cannot be
    told. DAMAGED: a Go program whose build info cannot be read. BARE: a Go program that says of no module (built by a
    Go before 1.13, or outside of a module).
    """

    READ = "read"
    SEARCHED = "searched"
    PACKED = "packed"
    OBFUSCATED = "obfuscated"
    DAMAGED = "damaged"
    BARE = "bare"


@value
class SecretFlag:
    """Something that looks like a secret in a recorded build setting; the secret itself is nowhere.

    setting: "-ldflags". name: the variable that -X sets ("main.token"), or the flag. kind: why it looks like one ("a
    name that says so", "a GitHub token"). prefix: the first four characters; digest: the first 8 hex digits of its
    SHA-256; both "" where the text has less than twenty characters, for which they would help to guess it. length: of
    the text.
    """

    setting: str
    name: str
    kind: str
    prefix: str
    digest: str
    length: int


@value
class BuiltProgram:
    """One compiled Go program. name: as a reader finds it ("bin/app", "image.tar: usr/bin/app"), with the processor of
    its slice where a file holds several ("app (arm64)").

    sha256, size: of the file. format: "ELF", "PE", "Mach-O", "XCOFF", "Plan 9", "WebAssembly". goos, goarch: as
    recorded, else as the format tells, "" unknown. go_version: as recorded ("go1.25.5 X:strictfipsruntime"), ""
    unknown. is_version_inferred: it is the only one among the file's texts. path: the main package. main,
    main_version, main_sum: the main module, "" for none. main_replaced: what it was replaced by, "" for nothing.
    settings: key and value of what was recorded, secrets taken out. has_settings: False before Go 1.18. secrets: what
    was taken out. libraries: dynamic libraries that it loads at its start; interpreter: of a dynamic program, "" for
    none. packages: import paths of what is linked in, sorted, from its function table; None where it has none that can
    be read. unnamed: those of them that belong to no module that it names, and are not Go's own. disputes: in what it
    contradicts itself as no linker does, a clause each. reason: why its state is no better, and what else is odd.
    from_image: digest of the image's manifest, "" for none. location: artifact = name. go_release: which release of Go
    its version is of, "1.24.4", without what a distribution adds; "" for none ("devel …"). go_is_logged: whether the
    log has that release as a toolchain, None = nobody was asked, it is no release, or a beta that it has not. also:
    other names of the very same file.
    """

    name: str
    state: ProgramState
    sha256: str
    size: int
    location: Location
    format: str = ""
    goos: str = ""
    goarch: str = ""
    go_version: str = ""
    is_version_inferred: bool = False
    path: str = ""
    main: str = ""
    main_version: str = ""
    main_sum: str = ""
    main_replaced: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    has_settings: bool = True
    secrets: tuple[SecretFlag, ...] = ()
    libraries: tuple[str, ...] = ()
    interpreter: str = ""
    packages: tuple[str, ...] | None = None
    unnamed: tuple[str, ...] = ()
    disputes: tuple[str, ...] = ()
    reason: str = ""
    from_image: str = ""
    go_release: str = ""
    go_is_logged: bool | None = None
    also: tuple[str, ...] = ()

    @property
    def is_dirty(self) -> bool:
        """Whether it was built from a working tree with changes that were in no commit, as it says itself."""
        return self.setting("vcs.modified") == "true" or self.main_version.endswith("+dirty")

    @property
    def hides_ldflags(self) -> bool:
        """Whether it was built with -trimpath, and so -ldflags are not recorded whatever they were."""
        return self.setting("-trimpath") == "true" and self.setting("-ldflags") is None

    def setting(self, key: str) -> str | None:
        """Return the value of a build setting, None when it was not recorded."""
        return next((text for name, text in self.settings if name == key), None)


class ProgramModuleState(StrEnum):
    """What is known of a module that a program names. NO_SUM: it has no h1 (vendored and replaced, or an old Go).
    LOCAL: built from a folder. PRIVATE: its name is withheld from the log. UNCHECKED: the log could not be asked."""

    PROVEN = "proven"
    DIFFERS = "differs"
    NOT_IN_LOG = "not-in-log"
    NO_SUM = "no-sum"
    LOCAL = "local"
    PRIVATE = "private"
    UNCHECKED = "unchecked"
    BAD_PROOF = "bad-proof"


@value
class ProgramModule:
    """One module that a program names. program: its name. subject: what was built, the replacement where there is one;
    its version may be "(devel)" or "" for a folder. original: the replaced module, "path@version", "" for none. sum:
    its h1 as recorded. logged_hash, record_id, tree_size: of the proven record, "", -1 and 0 for none. required: the
    version that the project selects, "" where it does not have the module, None where no project is known. reason,
    remedy: why it is not proven. is_declared: it is PRIVATE because the policy says so, and nobody expects an answer of
    the log. location: artifact = the program's name."""

    program: str
    subject: ModuleVersion
    state: ProgramModuleState
    location: Location
    original: str = ""
    sum: str = ""
    logged_hash: str = ""
    record_id: int = -1
    tree_size: int = 0
    required: str | None = None
    reason: str = ""
    remedy: str = ""
    is_declared: bool = False


@value
class WeakDefault:
    """A setting of GODEBUG that is weaker than what Go does today, and why it holds.

    subject: the module, or the program's name. key, setting: "tls3des", "1". since: the Go that changed it ("1.23").
    effect: what is weaker, in words. because: "go 1.21" (the go line), "godebug line", "recorded in the program".
    location: of the line in go.mod, or artifact = the program's name.
    """

    subject: str
    key: str
    setting: str
    since: str
    effect: str
    because: str
    location: Location
