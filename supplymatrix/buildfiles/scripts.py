"""Scripts of build files: what they install and set, as signs with their places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from supplymatrix.buildfiles.environment import read_setting
from supplymatrix.buildfiles.found import (
    LONGEST_WORDS,
    NOTHING_FOUND,
    BuildFile,
    GoUse,
    Role,
    Sign,
    Tool,
    gap_alone,
    together,
)
from supplymatrix.buildfiles.shell_text import Command, Install, installs_of, read_commands, settings_of
from supplymatrix.model.advisory import is_go_toolchain
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import DetectKind
from supplymatrix.model.vendor_path import PathPart, Pinned

__all__ = [
    "go_of_address",
    "go_of_package",
    "package_sign",
    "packages_found",
    "read_commands_found",
    "read_script",
    "shown",
    "snap_forms",
    "snap_found",
]

Place = Callable[[int], Location]
"""Lines before a command in its script → where it stands."""
_TARBALL = re.compile(r"\bgo(1\.[0-9]{1,4}(?:\.[0-9]{1,4})?)\.(?:linux|darwin|windows|freebsd|src|\$)")
_NAMED = re.compile(r"(?:^|-)(?:go|golang|go-toolset)(?:-fips|-openssl)?-?(1\.[0-9]{1,4})(?![0-9])")
_GIVEN = re.compile(r"[0-9]*:?(1\.[0-9]{1,4}(?:\.[0-9]{1,4})?)(?![0-9])")
_LOGIN = re.compile(
    r"://[^/@\s]*@"
    r"|(?<![^\s/\"'=])[^\s/@:\"'=]{1,100}:[^\s/@\"']{1,300}@(?!(?:sha[0-9]+|md5|blake3):|\$|\{|v?[0-9]+(?:\.[0-9]+)*[\s\"']|v?[0-9.]+$)"
)
"""A login in an address, and one before the registry of an image: "name:password@registry.example/a"."""
_BLOT = re.compile(r"\*{4,}")
_MASKED = 1_000  # characters of a line in which secrets are looked for, of which fewer are shown
_TOLD_OF_ONE = 4_000  # characters of a command in which an archive of Go is looked for
_SIGNERS = {
    "cosign": ("sign", "sign-blob", "attest", "attest-blob"),
    "notation": ("sign",),
    "gpg": ("--sign", "-s", "--detach-sign", "--detach-sig", "-b", "--clearsign", "--clear-sign"),
    "gpg2": ("--sign", "-s", "--detach-sign", "--detach-sig", "-b", "--clearsign", "--clear-sign"),
    "minisign": ("-S", "-Sm"),
    "rpmsign": ("--addsign", "--resign"),
    "gitsign": ("attest",),
}
"""Programs that sign, and the words by which they do."""
_RISKS = frozenset({"stable", "candidate", "beta", "edge"})


def read_script(text: str, *, role: Role, on: Sequence[str], place: Place, head: str = "") -> BuildFile:
    """Return what a script shows. on: the images that it runs on, in all their forms. head: what is quoted before a
    command, such as "RUN"."""
    return read_commands_found(read_commands(text), role=role, on=on, place=place, head=head)


def read_commands_found(
    commands: Iterable[Command], *, role: Role, on: Sequence[str], place: Place, head: str = ""
) -> BuildFile:
    """Return what commands show, one after the other: apk repositories of an earlier one count for the later ones."""
    parts: list[BuildFile] = []
    repositories: list[str] = []
    for command in commands:
        location = place(command.at)
        if command.is_cut:
            parts.append(gap_alone(_too_long(location)))
            continue
        words = shown(" ".join([head, *(f"{name}={text}" for name, text in command.settings), *command.words[:200]]))
        for name, text in settings_of(command):
            parts.append(read_setting(name, text, role=role, location=location, words=words))
        for install in installs_of(command):
            if install.manager == "repository":
                repositories += install.names
            parts.append(_installed(install, role, (*on, *repositories), location, words))
        signer = _signer(command.words)
        if signer:
            tool = Tool(
                part=PathPart.SIGNING, what=signer, pinned=Pinned.UNKNOWN, role=role, location=location, words=words
            )
            parts.append(BuildFile(artifact="", kind="", tools=(tool,)))
        parts.append(go_of_address(" ".join(command.words)[:_TOLD_OF_ONE], role=role, location=location, words=words))
    return together("", "", *parts) if parts else NOTHING_FOUND


def go_of_address(text: str, *, role: Role, location: Location, words: str) -> BuildFile:
    """Return the Go whose archive a text names: ".../go1.25.3.linux-amd64.tar.gz"."""
    found = _TARBALL.search(text)
    if found is None:
        return NOTHING_FOUND
    use = GoUse(version=found[1], role=role, location=location, words=words)
    return BuildFile(artifact="", kind="", gos=(use,))


def _too_long(location: Location) -> Gap:
    return Gap(
        wanted="the rest of a script",
        reason="it is longer than what is read of one",
        remedy="move it to a file of its own, or split it",
        subject=location.artifact,
        location=location,
    )


def _signer(words: Sequence[str]) -> str:
    """Return what a command signs with, such as "cosign sign-blob"; "" where it signs nothing."""
    name = words[0].rpartition("/")[2] if words else ""
    verb = next((word for word in words[1:12] if word in _SIGNERS.get(name, ())), "")
    return f"{name} {verb}" if verb and not verb.startswith("-") else name if verb else ""


def packages_found(
    names: Iterable[str], *, manager: str, role: Role, on: Sequence[str], location: Location, words: str
) -> BuildFile:
    """Return what packages show: each as a sign, and the Go that they are."""
    signs: list[Sign] = []
    gos: list[GoUse] = []
    for word in names:
        name, given = _split_package(word, manager)
        if not name:
            continue
        sign = package_sign(name, manager=manager, role=role, on=on, location=location, words=words)
        signs.append(changed(sign, version=_asked(word, given)))
        if is_go_toolchain(name):
            gos.append(GoUse(version=go_of_package(name, given), role=role, location=location, words=words))
    return BuildFile(artifact="", kind="", signs=tuple(signs), gos=tuple(gos))


def _asked(word: str, given: str) -> str:
    """Return what version of a package is asked for, its sign in front: "=1.25.3-r0", ">1.22"; "" for any."""
    found = re.search(r"[=<>~!]+[^=<>~!]*", word)
    return found[0] if found else f"={given}" if given else ""


def package_sign(name: str, *, manager: str, role: Role, on: Sequence[str], location: Location, words: str) -> Sign:
    """Return the sign of one package. on: what it is installed on."""
    kind = DetectKind.PACKAGE
    return Sign(kind=kind, texts=(name,), role=role, location=location, words=words, on=tuple(on), manager=manager)


def go_of_package(name: str, version: str = "") -> str:
    """Return the Go of a package of Go: "1.25" for go-1.25, "1.25.3" for golang of version 1.25.3-1; "" = not told."""
    named = _NAMED.search(name) or re.fullmatch(r"go(1\.[0-9]{1,4})(?:-.*)?", name)
    given = _GIVEN.match(version)
    if given and (not named or given[1].startswith(named[1])):
        return given[1]
    return named[1] if named else ""


def snap_found(names: Iterable[str], *, role: Role, location: Location, words: str) -> BuildFile:
    """Return what snaps show, such as "go/1.26-fips/stable"."""
    signs: list[Sign] = []
    gos: list[GoUse] = []
    for word in names:
        forms = snap_forms(word)
        signs.append(Sign(kind=DetectKind.SNAP, texts=forms, role=role, location=location, words=words))
        name, _, channel = forms[-1].partition("/")
        if name == "go":
            track = channel.partition("/")[0]
            found = re.match(r"1\.[0-9]{1,4}(?![0-9.])", track)
            gos.append(GoUse(version=found[0] if found else "", role=role, location=location, words=words))
    return BuildFile(artifact="", kind="", signs=tuple(signs), gos=tuple(gos))


def snap_forms(word: str) -> tuple[str, ...]:
    """Return a snap as written, and with its whole channel: "go" is go/latest/stable, "go/1.25" is go/1.25/stable."""
    name, _, channel = word.partition("/")
    parts = channel.split("/") if channel else []
    if not parts or parts[0] in _RISKS:
        parts = ["latest", *(parts or ["stable"])]
    elif len(parts) == 1:
        parts.append("stable")
    return tuple(dict.fromkeys((word, "/".join([name, *parts]))))


def _installed(install: Install, role: Role, on: Sequence[str], location: Location, words: str) -> BuildFile:
    if install.manager == "repository":
        kind = DetectKind.APK_REPOSITORY
        signs = tuple(Sign(kind=kind, texts=(n,), role=role, location=location, words=words) for n in install.names)
        return BuildFile(artifact="", kind="", signs=signs)
    if install.manager == "snap":
        return snap_found(install.names, role=role, location=location, words=words)
    return packages_found(install.names, manager=install.manager, role=role, on=on, location=location, words=words)


def _split_package(word: str, manager: str) -> tuple[str, str]:
    """Return name and version of a package as a manager takes it; ("", "") for a file or an address."""
    if "/" in word and manager != "apt":
        return "", ""
    if word.startswith((".", "/")) or "://" in word:
        return "", ""
    if manager == "apt":
        name, _, version = word.partition("/")[0].partition("=")
        return name.partition(":")[0], version
    name, version = next(_pairs(word), (word, ""))
    if manager == "dnf" and not version:
        found = re.fullmatch(r"(go-toolset|golang|golang-bin)-([0-9][^-]*(?:-.*)?)", word)
        if found:
            return found[1], found[2]
    return name.partition("@")[0].partition(":")[0], version


def _pairs(word: str) -> Iterator[tuple[str, str]]:
    found = re.match(r"([^=<>~!]+)[=<>~]+(.*)", word)
    if found:
        yield found[1], found[2]


def shown(line: str) -> str:
    """Return a line as it is quoted in a report, without logins in addresses and without what may be a secret."""
    from supplymatrix.documents.secret_text import blotted

    text = _LOGIN.sub(lambda found: "://…@" if found[0].startswith("://") else "…@", " ".join(line[:10_000].split()))[
        :_MASKED
    ]
    text = _BLOT.sub("…", blotted(text))
    return text if len(text) <= LONGEST_WORDS else f"{text[: LONGEST_WORDS - 1]}…"
