"""Variables that a build sets, as signs: GOPROXY's hosts, GODEBUG's settings, GOTOOLCHAIN's Go, GOARCH."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from supplymatrix.buildfiles.found import ArchUse, BuildFile, GoUse, Role, Sign
from supplymatrix.buildfiles.images import image_forms, is_image_name, without_login
from supplymatrix.gomod.goversion import is_go_version
from supplymatrix.model.location import Location
from supplymatrix.model.vendor import DetectKind

__all__ = ["arch_of", "read_platforms", "read_setting"]

_LONGEST = 2_000
_HOST = re.compile(r"https?://(?:[^/@\s,|]*@)?([^/:\s,|]+)")
_ARCHES = {
    "x86_64": "amd64", "x64": "amd64", "aarch64": "arm64", "i386": "386", "i686": "386", "armhf": "arm", "armv7": "arm",
    "ppc64el": "ppc64le", "x86": "386",
}  # fmt: skip
_GO_ARCHES = frozenset({
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64",
    "s390x", "wasm",
})  # fmt: skip


def arch_of(word: str) -> str:
    """Return a processor in Go's names, "" for a word that is none; "linux/arm64/v8" is one, too."""
    parts = word.strip().lower().split("/")
    name = parts[1] if len(parts) > 1 else parts[0]
    name = _ARCHES.get(name, name)
    return name if name in _GO_ARCHES else ""


def read_platforms(words: Iterable[str], location: Location, line: str) -> tuple[ArchUse, ...]:
    """Return the processors among words such as "linux/amd64,linux/arm64"."""
    names = (arch_of(part) for word in words for part in word.replace(",", " ").split())
    return tuple(ArchUse(arch=name, location=location, words=line) for name in dict.fromkeys(names) if name)


def read_setting(name: str, text: str, *, role: Role, location: Location, words: str) -> BuildFile:
    """Return what one variable shows; artifact and kind of the answer are empty. text: its value, quotes taken off."""
    text = text[:_LONGEST]
    signs = [_sign(DetectKind.ENV, (f"{name}={text}",), role, location, words)]
    gos: tuple[GoUse, ...] = ()
    arches: tuple[ArchUse, ...] = ()
    if name == "GOPROXY":
        signs += [_sign(DetectKind.GOPROXY, (host,), role, location, words) for host in _HOST.findall(text)]
    elif name == "GODEBUG":
        parts = (part.strip() for part in text.split(","))
        signs += [_sign(DetectKind.GODEBUG, (part,), role, location, words) for part in parts if "=" in part]
    elif name == "GOTOOLCHAIN":
        gos = tuple(_toolchain(text, role, location, words))
    elif name == "KO_DEFAULTBASEIMAGE" and is_image_name(text):
        text = without_login(text)
        kind, forms = DetectKind.IMAGE, image_forms(text)
        image = Sign(kind=kind, texts=forms, role=Role.RUNTIME, location=location, words=words, reference=text)
        signs += [image] if forms else []
    elif name == "GOARCH" and arch_of(text):
        arches = (ArchUse(arch=arch_of(text), location=location, words=words),)
    return BuildFile(artifact="", kind="", signs=tuple(signs), gos=gos, arches=arches)


def _toolchain(text: str, role: Role, location: Location, words: str) -> Iterator[GoUse]:
    """Yield the Go that GOTOOLCHAIN forces; "go1.25.3+auto" is only the least."""
    name, plus, _ = text.partition("+")
    version = name.removeprefix("go").partition("-")[0]
    if name.startswith("go") and is_go_version(version):
        yield GoUse(version=version, role=role, location=location, words=words, is_least=bool(plus))


def _sign(kind: DetectKind, texts: tuple[str, ...], role: Role, location: Location, words: str) -> Sign:
    return Sign(kind=kind, texts=texts, role=role, location=location, words=words)
