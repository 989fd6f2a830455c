"""What single lines of build files show of FIPS 140-3: images, packages, snaps and variables, by whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.buildfiles.found import Sign
from supplymatrix.fips.judging import mark
from supplymatrix.fips.words import EXPERIMENTS, ON, words_of
from supplymatrix.model.fips import FipsFamily, FipsMark, MarkKind
from supplymatrix.model.location import Location
from supplymatrix.model.vendor import DetectKind

__all__ = ["IN_REDHAT_SINCE", "has_no_openssl", "is_known_image", "is_official_go", "marks_of_setting", "marks_of_sign"]

IN_REDHAT_SINCE = 27
"""N of the go1.N with which Red Hat's Go takes Go's own module, without OpenSSL, by fips140=auto."""
_REDHAT_IMAGE = re.compile(r".*/(?:ubi[0-9]*|rhel[0-9]*)/go-toolset(?::(?:1\.([0-9]{1,3}))?.*)?")
_IMAGES: tuple[tuple[re.Pattern[str], FipsFamily, str], ...] = (
    (_REDHAT_IMAGE, FipsFamily.REDHAT, "Red Hat's Go"),
    (re.compile(r"mcr\.microsoft\.com/oss/go/microsoft/golang(?::.*)?"), FipsFamily.MICROSOFT, "Microsoft's Go"),
    (re.compile(r"(?:.*/)?go(?:-msft)?-fips(?::.*)?"), FipsFamily.CHAINGUARD, "Chainguard's Go for FIPS"),
    (re.compile(r"cgr\.dev/[^:]*-fips(?::.*)?"), FipsFamily.CHAINGUARD, "an image of Chainguard's for FIPS"),
)
_REDHAT_PACKAGE = re.compile(r"go-toolset(?:-1\.([0-9]{1,3})[0-9.]*)?(?:-golang.*)?")
_PACKAGES: tuple[tuple[re.Pattern[str], FipsFamily, str, str], ...] = (
    (_REDHAT_PACKAGE, FipsFamily.REDHAT, "Red Hat's Go", "dnf"),
    (re.compile(r"go(?:-msft)?-fips(?:-[0-9.]+)?"), FipsFamily.CHAINGUARD, "Chainguard's Go for FIPS", "apk"),
    (re.compile(r"msft-golang.*"), FipsFamily.MICROSOFT, "Microsoft's Go", ""),
    (re.compile(r"openssl-(?:provider|config)-fips.*"), FipsFamily.NONE, "OpenSSL with a FIPS provider", "apk"),
    (re.compile(r"ubuntu-fips(?:-.*)?"), FipsFamily.NONE, "Ubuntu's modules for FIPS", ""),
)
"""Pattern, whose Go it is (NONE: it is no Go), what it is, and the manager that has it under this name ("" = any)."""
_NOT_BY = {"dnf": ("apk", "apt"), "apk": ("apt", "dnf", "zypper"), "": ()}
"""Manager → those by which another package has that name."""
_OF_REDHAT = re.compile(r".*(?:/ubi[0-9]*[/:-]|/rhel[0-9]*[/:-]|registry\.(?:access\.)?redhat\.(?:com|io)/).*")
_SNAP = re.compile(r"go/[^/]*-fips(?:/.*)?")
_NO_OPENSSL = re.compile(r"(?:.*/)?(?:distroless/static[^:]*|chainguard/static|static|busybox|alpine)(?::.*)?")
_OFFICIAL = re.compile(r"docker\.io/library/golang(?::.*)?")
_PLAIN = re.compile(r"docker\.io/library/(?:golang|alpine|debian|ubuntu|fedora|buildpack-deps|amazonlinux)(?::.*)?")


def has_no_openssl(sign: Sign) -> bool:
    """Return whether an image has no OpenSSL with a FIPS provider."""
    return any(_NO_OPENSSL.fullmatch(text) for text in sign.texts)


def is_official_go(sign: Sign) -> bool:
    """Return whether an image is that of the Go project."""
    return any(_OFFICIAL.fullmatch(text) for text in sign.texts)


def is_known_image(sign: Sign) -> bool:
    """Return whether an image is one of which it is known that it sets nothing of FIPS by itself, or a vendor's."""
    known = (*(pattern for pattern, _, _ in _IMAGES), _PLAIN)
    return any(pattern.fullmatch(text) for text in sign.texts for pattern in known) or any(
        _OF_REDHAT.fullmatch(text) for text in sign.texts
    )


def marks_of_sign(sign: Sign) -> Iterator[FipsMark]:
    """Yield what an image, package or snap on which Go builds says of whose Go that is."""
    if sign.kind is DetectKind.IMAGE:
        yield from _of_image(sign)
    elif sign.kind is DetectKind.PACKAGE:
        yield from _of_package(sign)
    elif sign.kind is DetectKind.SNAP and any(_SNAP.fullmatch(text) for text in sign.texts):
        words = f"the snap {sign.texts[0]} is Canonical's Go for FIPS"
        yield mark(MarkKind.SIGN, FipsFamily.CANONICAL, words, sign.location)


def _of_image(sign: Sign) -> Iterator[FipsMark]:
    for pattern, family, words in _IMAGES:
        found = next(filter(None, map(pattern.fullmatch, sign.texts)), None)
        if found is not None:
            minor = found[1] if pattern is _REDHAT_IMAGE else None
            yield _sign(f"the image {sign.texts[0]} has", family, words, minor, sign.location)
            return


def _of_package(sign: Sign) -> Iterator[FipsMark]:
    name = sign.texts[0]
    for pattern, family, words, manager in _PACKAGES:
        found = pattern.fullmatch(name)
        if found is not None and sign.manager not in _NOT_BY[manager]:
            minor = (found[1] or _minor(sign.version)) if pattern is _REDHAT_PACKAGE else None
            yield _sign(f"the package {name} is", family, words, minor, sign.location)
            return
    if name in ("golang", "golang-bin") and any(_OF_REDHAT.fullmatch(text) for text in sign.on):
        yield _sign(f"the package {name} is", FipsFamily.REDHAT, "Red Hat's Go", _minor(sign.version), sign.location)


def _minor(version: str) -> str | None:
    found = re.search(r"1\.([0-9]{1,3})", version)
    return found[1] if found else None


def _sign(start: str, family: FipsFamily, words: str, minor: str | None, location: Location) -> FipsMark:
    if family is FipsFamily.REDHAT and minor and int(minor) >= IN_REDHAT_SINCE:
        text = f"{start} {words} 1.{minor}, which takes Go's own module by fips140=auto"
        return mark(MarkKind.SIGN, FipsFamily.UPSTREAM, text, location)
    return mark(MarkKind.SIGN, family, f"{start} {words}", location)


def marks_of_setting(name: str, text: str, location: Location) -> tuple[FipsMark, ...]:
    """Return what a variable shows that is set where a program is built, or for the go command of a machine. GODEBUG
    is not among them, since it counts where a program runs."""
    found: list[tuple[MarkKind, FipsFamily, str]] = []
    if name == "GOFIPS140" and text:
        family = FipsFamily.NONE if text == "off" else FipsFamily.UPSTREAM
        found.append((MarkKind.CLAIM, family, f"GOFIPS140={text} is set"))
    elif name == "GOEXPERIMENT":
        for word in words_of(text):
            if word in EXPERIMENTS:
                found.append((MarkKind.CLAIM, EXPERIMENTS[word], f"GOEXPERIMENT={word} is set"))
            elif word == "nosystemcrypto":
                words = "GOEXPERIMENT=nosystemcrypto leaves the system's cryptography out"
                found.append((MarkKind.DEFEAT, FipsFamily.MICROSOFT, words))
    elif name == "MS_GO_NOSYSTEMCRYPTO" and text == "1":
        words = "MS_GO_NOSYSTEMCRYPTO=1 leaves the system's cryptography out"
        found.append((MarkKind.DEFEAT, FipsFamily.MICROSOFT, words))
    elif name in ("GOLANG_FIPS", "GOFIPS") and text:
        is_on = text in ON
        kind = MarkKind.CLAIM if is_on else MarkKind.DEFEAT
        found.append((kind, FipsFamily.NONE, f"{name}={text} {'asks for' if is_on else 'switches off'} FIPS mode"))
    return tuple(mark(kind, family, words, location) for kind, family, words in found)
