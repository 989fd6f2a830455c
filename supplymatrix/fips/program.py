"""What a compiled program shows of its cryptography: the settings that it records, held against the code that is in it.

    posture = posture_of_program("bin/app", program)
    posture.family, posture.module, posture.state, posture.of(MarkKind.CONTRADICTION)

The settings are what somebody wanted, the function table is what the linker did; both survive stripping. Functions of
Go's own module of a frozen version are named with that version, "crypto/internal/fips140/v1.0.0-c2097c7c/aes". To tell
BoringCrypto, the reader has to keep the functions of the packages in `FUNCTIONS_IN`.

The default of GODEBUG that is recorded is what the go command gave the linker. Whoever gives it another one by -ldflags
has the last word, and with -trimpath no flag is recorded: see `default_bytes`.

Sources: Go cmd/go/internal/fips140, crypto/internal/fips140, crypto/internal/boring; github.com/golang-fips/go,
github.com/microsoft/go (eng/doc/fips). The marks of Chainguard's and Canonical's Go in programs are not documented.
"""

from __future__ import annotations

import re

from supplymatrix.fips.build_marks import IN_REDHAT_SINCE
from supplymatrix.fips.families import defeats_of_platform, needs_of
from supplymatrix.fips.judging import Judged, judge, mark
from supplymatrix.fips.words import EXPERIMENTS, MODE, MODES, default_at_link, is_frozen, setting_of, words_of
from supplymatrix.gomod.build_info import BuildInfo
from supplymatrix.gomod.program import ReadProgram
from supplymatrix.model.fips import CertificateState, FipsFamily, FipsMark, FipsPosture, FipsUse, MarkKind
from supplymatrix.model.location import Location
from supplymatrix.model.program import ProgramState
from supplymatrix.model.value import changed

__all__ = [
    "BINDINGS", "FUNCTIONS_IN", "TABLE", "default_bytes", "posture_of_program", "with_other_default",
]  # fmt: skip

FUNCTIONS_IN = frozenset({"crypto/fips140", "crypto/internal/boring", "crypto/internal/boring/sig"})
"""Packages whose functions the family is told by."""
TABLE = "function table"
BINDINGS = {
    "github.com/golang-fips/openssl": "golang-fips/openssl",
    "github.com/golang-fips/openssl-fips": "golang-fips/openssl",
    "github.com/microsoft/go-crypto-openssl": "go-crypto-openssl",
    "github.com/microsoft/go-crypto-winnative": "go-crypto-winnative",
    "github.com/microsoft/go-crypto-darwin": "go-crypto-darwin",
}
"""Path of a module that calls a system's cryptography → how it is called."""
_MODULE = re.compile(r"crypto/internal/fips140/(v[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9a-f]+)?)(?:/|$)")
_UNFROZEN = "crypto/internal/fips140/"
_CGO = "crypto/internal/boring._Cfunc__goboringcrypto_"
_SIGN = "crypto/internal/boring/sig.BoringCrypto"
_OF_OPENSSL = ("DLOPEN_OPENSSL", "OPENSSL_setup", "OPENSSL_thread_setup")
"""Functions that Red Hat's Go has under BoringCrypto's name up to Go 1.18, and BoringCrypto has not."""
_EXPERIMENTS = frozenset(name for name, family in EXPERIMENTS.items() if family is FipsFamily.MICROSOFT)
_UNENFORCED = "crypto/fips140.WithoutEnforcement"
_OPAQUE = frozenset({ProgramState.PACKED, ProgramState.OBFUSCATED, ProgramState.DAMAGED})


def posture_of_program(name: str, read: ReadProgram) -> FipsPosture:
    """Return the posture of a program. name: as a reader finds it. Raises nothing."""
    place = Location(artifact=name)
    if read.info is None or read.state in _OPAQUE:
        return FipsPosture(
            subject=name,
            use=FipsUse.PROGRAM,
            family=FipsFamily.UNKNOWN,
            location=place,
            reason=read.reason or "what it was built with cannot be read",
        )
    return _Look(name, read, read.info).posture(place)


class _Look:
    """One program."""

    def __init__(self, name: str, read: ReadProgram, info: BuildInfo) -> None:
        self._name, self._read, self._info = name, read, info
        self._marks: list[FipsMark] = []
        self._settings = dict(info.settings)
        self._tags = words_of(self._settings.get("-tags", ""))
        self._experiments = words_of(self._settings.get("GOEXPERIMENT", ""))
        self._packages = read.packages or ()
        linked = default_at_link(self._settings.get("-ldflags", ""))
        self._linked = None if linked is None else setting_of(linked, MODE) or "off"
        self._mode = self._linked or setting_of(self._settings.get("DefaultGODEBUG", ""), MODE)
        self._wanted = self._settings.get("GOFIPS140", "")
        self._versions = tuple(sorted({found[1] for found in map(_MODULE.match, self._packages) if found}))
        self._unfrozen = any(package.startswith(_UNFROZEN) and not _MODULE.match(package) for package in self._packages)
        self._bindings = tuple(sorted({name for name in map(_binding, self._packages) if name}))

    def posture(self, place: Location) -> FipsPosture:
        """Return what all marks together say."""
        self._go_module()
        self._boring()
        self._openssl()
        self._vendors()
        judged = judge(
            [one for one in self._marks if one.kind is not MarkKind.CLAIM or one.family not in self._void()],
            wanted="latest" if self._is_unfrozen_in_spite() else self._wanted,
            versions=self._versions,
            mode=self._mode,
            go_version=self._info.go_version,
            meaning=self._wanted if is_frozen(self._wanted) else "",
        )
        judged = self._without_code(judged)
        self._contradictions(judged)
        self._defeats(judged)
        if judged.family is not FipsFamily.UPSTREAM or judged.module:
            for words in needs_of(judged.family, self._read.goos):
                self._add(MarkKind.NEED, judged.family, words, "")
        looked = ["settings"] if self._info.settings else []
        looked += [TABLE] if self._read.packages is not None else []
        looked += ["list of libraries"] if self._read.libraries or self._read.interpreter else []
        return FipsPosture(
            subject=self._name, use=FipsUse.PROGRAM, family=judged.family, location=place, others=judged.others,
            module=judged.module, state=judged.state, certificate=judged.certificate, dated=judged.dated,
            mode=self._mode, marks=judged.in_order(self._marks), looked_at=tuple(looked),
            reason=self._read.reason if self._read.packages is None else "", main=self._main(),
        )  # fmt: skip

    def _main(self) -> str:
        return self._info.main.path if self._info.main is not None else ""

    def _without_code(self, judged: Judged) -> Judged:
        """Return an answer that no claim alone has made: of a module of which no function is there nothing is known."""
        is_claimed = judged.family is FipsFamily.UPSTREAM and is_frozen(self._wanted) and not self._versions
        if not is_claimed or self._unfrozen:
            return judged
        if self._read.packages is None:  # nobody knows what is linked in
            return judged
        words = f"nothing of Go's module {self._wanted} is linked in: it is claimed, and no code bears that out"
        self._add(MarkKind.WITNESS, FipsFamily.NONE, words, TABLE)
        return changed(judged, state=CertificateState.NOT_LINKED, certificate="")

    def _add(self, kind: MarkKind, family: FipsFamily, words: str, pointer: str) -> None:
        self._marks.append(mark(kind, family, words, Location(artifact=self._name, pointer=pointer)))

    def _go_module(self) -> None:
        if self._wanted:
            self._add(MarkKind.CLAIM, FipsFamily.UPSTREAM, f"GOFIPS140={self._wanted} is recorded", "GOFIPS140")
        if self._mode:
            pointer = "DefaultGODEBUG" if self._linked is None else "-ldflags"
            self._add(MarkKind.CLAIM, FipsFamily.NONE, f"{MODE}={self._mode} is recorded", pointer)
        if _UNENFORCED in (self._read.functions or ()) and "crypto/hpke" not in self._packages:
            words = f"{_UNENFORCED} is linked in: where it is called, fips140=only refuses nothing"
            self._add(MarkKind.WITNESS, FipsFamily.NONE, words, TABLE)
        for version in self._versions:
            number = sum(1 for package in self._packages if _of_version(package, version))
            packages = f"{number} packages of" if number > 1 else "a package of"
            words = f"{packages} Go's module {version} {'are' if number > 1 else 'is'} linked in"
            self._add(MarkKind.WITNESS, FipsFamily.UPSTREAM, words, TABLE)
        if self._unfrozen and not self._versions:
            self._add(
                MarkKind.WITNESS, FipsFamily.NONE, "Go's module is linked in as the tree of that Go has it", TABLE
            )

    def _boring(self) -> None:
        suffix = "X:boringcrypto" in self._info.go_version
        if suffix or "boringcrypto" in self._experiments:
            pointer = "GOEXPERIMENT" if "boringcrypto" in self._experiments else "version"
            self._add(MarkKind.CLAIM, FipsFamily.BORINGCRYPTO, "GOEXPERIMENT=boringcrypto is recorded", pointer)
        calls = [name for name in self._read.functions or () if name.startswith(_CGO)]
        if any(name.endswith(_OF_OPENSSL) for name in calls):
            words = "functions that call OpenSSL under BoringCrypto's name are linked in, as in Red Hat's Go up to 1.18"
            self._add(MarkKind.WITNESS, FipsFamily.REDHAT, words, TABLE)
        elif calls:
            words = f"{len(calls)} functions that call BoringCrypto are linked in"
            self._add(MarkKind.WITNESS, FipsFamily.BORINGCRYPTO, words, TABLE)

    def _openssl(self) -> None:
        """Note what binds a system's cryptography. Red Hat's and Microsoft's Go have the same binding of OpenSSL."""
        is_of_microsoft = self._is_of_microsoft()
        for name in self._bindings:
            family = FipsFamily.MICROSOFT if is_of_microsoft or name != "golang-fips/openssl" else FipsFamily.REDHAT
            self._add(MarkKind.WITNESS, family, f"the binding {name} is linked in", TABLE)

    def _is_of_microsoft(self) -> bool:
        return (
            any(key.startswith("microsoft_") for key in self._settings)
            or "-microsoft" in self._info.go_version
            or not set(self._experiments).isdisjoint(_EXPERIMENTS)
        )

    def _vendors(self) -> None:
        for key in ("microsoft_systemcrypto", "microsoft_toolset_version"):
            if key in self._settings:
                kind = MarkKind.CLAIM if key == "microsoft_systemcrypto" else MarkKind.SIGN
                self._add(kind, FipsFamily.MICROSOFT, f"{key}={self._settings[key]} is recorded", key)
        if "-microsoft" in self._info.go_version:
            self._add(MarkKind.SIGN, FipsFamily.MICROSOFT, f"it was built by {self._info.go_version}", "version")
        for name in self._experiments:
            if name in _EXPERIMENTS:
                self._add(MarkKind.CLAIM, FipsFamily.MICROSOFT, f"GOEXPERIMENT={name} is recorded", "GOEXPERIMENT")
        if "strictfipsruntime" in (*self._tags, *self._experiments) or "X:strictfipsruntime" in self._info.go_version:
            words = "strictfipsruntime is recorded: the program ends at its start without OpenSSL in FIPS mode"
            self._add(MarkKind.CLAIM, FipsFamily.REDHAT, words, "-tags")
        if "requirefips" in self._tags:
            self._add(MarkKind.CLAIM, FipsFamily.MICROSOFT, "the tag requirefips is recorded", "-tags")
        for word, family in (("Red Hat", FipsFamily.REDHAT), ("buntu", FipsFamily.CANONICAL)):
            if word in self._info.go_version:
                is_own = family is FipsFamily.REDHAT and self._is_redhat_auto()
                told = FipsFamily.NONE if is_own else family
                self._add(MarkKind.SIGN, told, f"it was built by {self._info.go_version}", "version")

    def _is_redhat_auto(self) -> bool:
        """Return whether it is a Red Hat's Go that takes Go's own module, and knows fips140=auto."""
        found = re.match(r"go1\.([0-9]{1,3})", self._info.go_version)
        return "Red Hat" in self._info.go_version and found is not None and int(found[1]) >= IN_REDHAT_SINCE

    def _contradictions(self, judged: Judged) -> None:
        if self._read.packages is None:
            return  # nothing to hold the settings against
        family = judged.family
        for words, pointer in (*self._of_go_module(family), *self._of_bindings(family)):
            self._add(MarkKind.CONTRADICTION, family, words, pointer)

    def _of_go_module(self, family: FipsFamily) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        wanted, versions = self._wanted, self._versions
        if self._is_unfrozen_in_spite():
            found.append((f"GOFIPS140={wanted} is recorded, and no function of that version is linked in", TABLE))
        if is_frozen(wanted) and versions and versions != (wanted,):
            found.append((f"GOFIPS140={wanted} is recorded, and linked in is {', '.join(versions)}", TABLE))
        if versions and not is_frozen(wanted):
            said = f"GOFIPS140={wanted}" if wanted else "no GOFIPS140"
            found.append(
                (f"functions of Go's module {', '.join(versions)} are linked in, and {said} is recorded", TABLE)
            )
        if versions and self._unfrozen:
            found.append(("functions of Go's module are linked in twice: of a frozen version, and of the tree", TABLE))
        of_go = family in (FipsFamily.UPSTREAM, FipsFamily.NONE)
        if self._mode in ("on", "only", "debug") and of_go and not versions and not wanted:
            text = f"{MODE}={self._mode} is recorded without GOFIPS140: the module is that of the tree, not frozen"
            found.append((text, "DefaultGODEBUG"))
        if wanted and wanted != "off" and self._claims(FipsFamily.BORINGCRYPTO):
            found.append((f"GOFIPS140={wanted} and BoringCrypto are recorded, and exclude each other", "GOFIPS140"))
        return found

    def _of_bindings(self, family: FipsFamily) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        if not self._has_crypto():
            return found
        calls = self._calls_boring()
        if self._claims(FipsFamily.BORINGCRYPTO) and not calls and self._read.functions is not None:
            found.append(("GOEXPERIMENT=boringcrypto is recorded, and no function that calls it is linked in", TABLE))
        if calls and family is FipsFamily.BORINGCRYPTO and not self._claims(FipsFamily.BORINGCRYPTO):
            found.append(("functions that call BoringCrypto are linked in, and no GOEXPERIMENT is recorded", TABLE))
        for one, what in (
            (FipsFamily.REDHAT, "strictfipsruntime"),
            (FipsFamily.MICROSOFT, "the system's cryptography or requirefips"),
        ):
            if self._claims(one) and not self._bindings and not (one is FipsFamily.REDHAT and calls):
                text = f"{what} is asked for, and no binding of it is linked in: another Go does not heed that"
                found.append((text, TABLE))
        return found

    def _void(self) -> frozenset[FipsFamily]:
        """Return the families that settings alone claim, and that the code speaks against: such a claim tells
        nothing."""
        if self._read.packages is None or not self._has_crypto():
            return frozenset()
        calls = self._calls_boring()
        found = set()
        if not calls and self._read.functions is not None:
            found.add(FipsFamily.BORINGCRYPTO)
        if not self._bindings:
            found.add(FipsFamily.MICROSOFT)
            found |= set() if calls else {FipsFamily.REDHAT}
        return frozenset(found)

    def _is_unfrozen_in_spite(self) -> bool:
        """Return whether a frozen version of Go's module is recorded, and the tree's is linked in."""
        return is_frozen(self._wanted) and not self._versions and self._unfrozen

    def _has_crypto(self) -> bool:
        return self._unfrozen or bool(self._versions) or any(one.startswith("crypto/") for one in self._packages)

    def _calls_boring(self) -> bool:
        return any(name.startswith(_CGO) or name == _SIGN for name in self._read.functions or ())

    def _claims(self, family: FipsFamily) -> bool:
        return any(one.kind is MarkKind.CLAIM and one.family is family for one in self._marks)

    def _defeats(self, judged: Judged) -> None:
        family, goos = judged.family, self._read.goos
        is_used = bool(self._wanted) or self._mode in ("on", "only", "debug")
        if self._mode not in MODES and family is FipsFamily.UPSTREAM and not self._is_redhat_auto():
            words = f"{MODE}={self._mode} is no mode of Go's own module: the program ends at its start"
            self._add(MarkKind.DEFEAT, family, words, "DefaultGODEBUG")
        found: list[tuple[str, str]] = []
        if family is FipsFamily.UPSTREAM and is_used:
            found += [(words, "GOOS") for words in defeats_of_platform(family, goos, self._read.goarch)]
            found += [
                (f"the tag {tag} changes the code: the program ends at its start in FIPS mode", "-tags")
                for tag in ("purego",)
                if tag in self._tags
            ]
            if self._settings.get("-asan") == "true":
                found.append(("it is built with -asan, and ends at its start in FIPS mode", "-asan"))
        if self._linked is not None and self._linked not in MODES[2:]:
            words = f"the linker was given runtime.godebugDefault, with {MODE}={self._linked}"
            found.append((f"{words}: FIPS mode is off by default", "-ldflags"))
        elif self._mode == "off" and (self._wanted not in ("", "off") or family is not FipsFamily.NONE):
            found.append(
                (f"{MODE}=off is recorded, so that FIPS mode is off unless GODEBUG says otherwise", "DefaultGODEBUG")
            )
        if family is FipsFamily.BORINGCRYPTO:
            found += [(words, "GOOS") for words in defeats_of_platform(family, goos, self._read.goarch)]
        if family in (FipsFamily.REDHAT, FipsFamily.MICROSOFT, FipsFamily.CHAINGUARD, FipsFamily.CANONICAL):
            found += self._defeats_of_openssl(goos)
        for words, pointer in found:
            self._add(MarkKind.DEFEAT, family, words, pointer)

    def _defeats_of_openssl(self, goos: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        if "no_openssl" in self._tags:
            found.append(("the tag no_openssl leaves OpenSSL out: Go's own cryptography is used", "-tags"))
        if "nosystemcrypto" in self._experiments or self._settings.get("microsoft_systemcrypto") == "0":
            found.append(("the system's cryptography is switched off: Go's own is used", "GOEXPERIMENT"))
        if goos not in ("linux", ""):
            return found
        if self._settings.get("CGO_ENABLED") == "0" and "ms_nocgo_opensslcrypto" not in self._experiments:
            found.append(("CGO_ENABLED=0: nothing of it can load OpenSSL", "CGO_ENABLED"))
        elif self._read.format == "ELF" and not (self._read.libraries or self._read.interpreter):
            found.append(("it is linked statically: it cannot load OpenSSL", "libraries"))
        return found


def default_bytes(read: ReadProgram) -> bytes:
    """Return the bytes that a program has where its default of GODEBUG is the recorded one: the linker ends the text
    with a NUL. b"" where that tells nothing: no mode is recorded, or the format is another one."""
    if read.info is None or read.format not in ("ELF", "PE", "Mach-O"):
        return b""
    recorded = read.info.setting("DefaultGODEBUG") or ""
    is_on = setting_of(recorded, MODE) in MODES[2:] and default_at_link(read.info.setting("-ldflags") or "") is None
    return recorded.encode("utf-8", "replace") + b"\0" if is_on else b""


def with_other_default(posture: FipsPosture) -> FipsPosture:
    """Return the posture of a program that does not have the default of GODEBUG which it records."""
    words = (
        f"{MODE}={posture.mode} is recorded, and the program has another default: the linker was given it, or it was "
        "changed afterwards"
    )
    found = mark(MarkKind.DEFEAT, posture.family, words, Location(artifact=posture.subject, pointer="data"))
    return changed(posture, marks=Judged.in_order((*posture.marks, found)))


def _binding(package: str) -> str:
    """Return which binding of a system's cryptography a package is of, "" for none."""
    path = package.removeprefix("vendor/")
    if not path.startswith("github.com/"):
        return ""
    parts = path.split("/", 3)
    return BINDINGS.get("/".join(parts[:3]), "")


def _of_version(package: str, version: str) -> bool:
    found = _MODULE.match(package)
    return found is not None and found[1] == version
