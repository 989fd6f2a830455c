"""What a build file shows of FIPS 140-3: whose Go builds, what is asked of it, and what the program will find.

    posture = posture_of_build_file(read_build_file(data, "Dockerfile"))       # None where the file shows nothing of it

GOFIPS140 and GOEXPERIMENT count where the program is built, GODEBUG where it runs; each has no effect at the other
place. That a file says nothing of FIPS says nothing of a project, which may have another file for that.

Sources: Go cmd/go (GOFIPS140), github.com/golang-fips/go, github.com/microsoft/go (eng/doc/fips),
edu.chainguard.dev (go-fips), documentation.ubuntu.com (the snap go).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from supplymatrix.buildfiles.found import BuildFile, Role, Sign
from supplymatrix.fips.certificates import certificates_of_host
from supplymatrix.fips.families import AT_RUN_TIME, needs_of
from supplymatrix.fips.judging import Judged, judge, mark
from supplymatrix.fips.words import ASKS, EXPERIMENTS, MODE, ON, is_frozen, setting_of, words_of
from supplymatrix.model.fips import FipsFamily, FipsMark, FipsPosture, FipsUse, MarkKind
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import DetectKind

__all__ = ["marks_of_setting", "posture_of_build_file"]

_BUILDS = frozenset({Role.BUILD, Role.BOTH, Role.CI, Role.OTHER, Role.DEVELOPMENT, Role.PROJECT})
_RUNS = frozenset({Role.RUNTIME, Role.BOTH})
_IMAGES: tuple[tuple[re.Pattern[str], FipsFamily, str], ...] = (
    (re.compile(r".*/(?:ubi[0-9]*|rhel[0-9]*)/go-toolset(?::.*)?"), FipsFamily.REDHAT, "Red Hat's Go"),
    (re.compile(r"mcr\.microsoft\.com/oss/go/microsoft/golang(?::.*)?"), FipsFamily.MICROSOFT, "Microsoft's Go"),
    (re.compile(r"(?:.*/)?go(?:-msft)?-fips(?::.*)?"), FipsFamily.CHAINGUARD, "Chainguard's Go for FIPS"),
    (re.compile(r"cgr\.dev/[^:]*-fips(?::.*)?"), FipsFamily.CHAINGUARD, "an image of Chainguard's for FIPS"),
)
_PACKAGES: tuple[tuple[re.Pattern[str], FipsFamily, str], ...] = (
    (re.compile(r"go-toolset(?:-[0-9.]+)?(?:-golang.*)?"), FipsFamily.REDHAT, "Red Hat's Go"),
    (re.compile(r"go(?:-msft)?-fips(?:-[0-9.]+)?"), FipsFamily.CHAINGUARD, "Chainguard's Go for FIPS"),
    (re.compile(r"openssl-(?:provider|config)-fips.*"), FipsFamily.CHAINGUARD, "OpenSSL with a FIPS provider"),
    (re.compile(r"msft-golang.*"), FipsFamily.MICROSOFT, "Microsoft's Go"),
    (re.compile(r"ubuntu-fips(?:-.*)?"), FipsFamily.CANONICAL, "Ubuntu's modules for FIPS"),
)
_OF_REDHAT = re.compile(r".*(?:/ubi[0-9]*[/:-]|/rhel[0-9]*[/:-]|registry\.(?:access\.)?redhat\.(?:com|io)/).*")
_SNAP = re.compile(r"go/[^/]*-fips(?:/.*)?")
_NO_OPENSSL = re.compile(r"(?:.*/)?(?:distroless/static[^:]*|chainguard/static|static|busybox|alpine)(?::.*)?")
_GO_140 = {"v1.0.0": (1, 24), "v1.26.0": (1, 26)}
_FIRST = (1, 24)
"""The Go that first heeds GOFIPS140."""
_NUMBER = re.compile(r"1\.([0-9]{1,4})(?:\.[0-9]+)?")


def posture_of_build_file(found: BuildFile, beside: Sequence[FipsMark] = ()) -> FipsPosture | None:
    """Return the posture of what a build file builds, None where it shows nothing of FIPS. beside: marks of the
    project's sources, which count with those of the file, and are not told again."""
    return _Look(found, beside).posture()


class _Look:
    """One file."""

    def __init__(self, found: BuildFile, beside: Sequence[FipsMark]) -> None:
        self._found, self._beside = found, beside
        self._marks: list[FipsMark] = []
        self._wanted = ""
        self._mode = ""
        self._no_cgo: Location | None = None
        self._is_static: Location | None = None
        self._tags: dict[str, Location] = {}

    def posture(self) -> FipsPosture | None:
        for sign in self._found.signs:
            self._take(sign)
        if not self._marks and not (self._tags.keys() & ASKS.keys()):
            return None
        for tag, place in self._tags.items():
            if tag in ASKS:
                family, words = ASKS[tag]
                self._add(MarkKind.CLAIM, family, f"the tag {tag}: {words}", place)
        known = [one for one in (*self._marks, *self._beside) if not self._is_void(one)]
        judged = judge(known, wanted=self._wanted, versions=(), mode=self._mode)
        family = judged.family
        self._contradictions(family)
        self._defeats(family)
        for words in needs_of(family, ""):
            if family is not FipsFamily.UPSTREAM or judged.module:
                self._add(MarkKind.NEED, family, words, Location(artifact=self._found.artifact))
        judged = self._with_host(judged)
        first = next((one.location for one in self._marks if one.location.line), None)
        return FipsPosture(
            subject=self._found.artifact, use=FipsUse.BUILD_FILE, family=family,
            location=first or Location(artifact=self._found.artifact), others=judged.others, module=judged.module,
            state=judged.state, certificate=judged.certificate, dated=judged.dated,
            mode=self._mode or ("on" if judged.family is FipsFamily.UPSTREAM else ""),
            marks=judged.in_order(self._marks), looked_at=(self._found.kind or self._found.artifact,),
        )  # fmt: skip

    def _add(self, kind: MarkKind, family: FipsFamily, words: str, location: Location) -> None:
        self._marks.append(mark(kind, family, words, location))

    def _take(self, sign: Sign) -> None:
        if sign.kind is DetectKind.IMAGE:
            self._image(sign)
        elif sign.kind is DetectKind.PACKAGE:
            self._package(sign)
        elif sign.kind is DetectKind.SNAP:
            if any(_SNAP.fullmatch(text) for text in sign.texts):
                words = f"the snap {sign.texts[0]} is Canonical's Go for FIPS"
                self._add(MarkKind.SIGN, FipsFamily.CANONICAL, words, sign.location)
        elif sign.kind is DetectKind.ENV:
            self._setting(sign)
        elif sign.kind is DetectKind.BUILD_SETTING:
            self._build_setting(sign)

    def _image(self, sign: Sign) -> None:
        for pattern, family, words in _IMAGES:
            if any(pattern.fullmatch(text) for text in sign.texts):
                self._add(MarkKind.SIGN, family, f"the image {sign.texts[0]} has {words}", sign.location)
                return

    def _package(self, sign: Sign) -> None:
        name = sign.texts[0]
        for pattern, family, words in _PACKAGES:
            if pattern.fullmatch(name):
                self._add(MarkKind.SIGN, family, f"the package {name} is {words}", sign.location)
                return
        if name in ("golang", "golang-bin") and any(_OF_REDHAT.fullmatch(text) for text in sign.on):
            self._add(MarkKind.SIGN, FipsFamily.REDHAT, f"the package {name} is Red Hat's Go", sign.location)

    def _setting(self, sign: Sign) -> None:
        name, _, text = sign.texts[0].partition("=")
        if name == "GODEBUG":
            self._godebug(sign, text)
        elif name == "GOFIPS140":
            self._gofips140(sign, text)
        elif name == "CGO_ENABLED" and text == "0" and sign.role in _BUILDS:
            self._no_cgo = sign.location
        else:
            for one in marks_of_setting(name, text, sign.location):
                self._marks.append(one)
            if name == "GOFLAGS":
                self._flags(text, sign.location)

    def _gofips140(self, sign: Sign, text: str) -> None:
        if sign.role is Role.RUNTIME:
            words = f"GOFIPS140={text} is set where the program runs, and counts only where it is built"
            self._add(MarkKind.DEFEAT, FipsFamily.UPSTREAM, words, sign.location)
            return
        self._marks += marks_of_setting("GOFIPS140", text, sign.location)
        if text and not re.search(r"[$%{]", text):
            self._wanted = text if self._wanted in ("", "off") or is_frozen(text) else self._wanted

    def _godebug(self, sign: Sign, text: str) -> None:
        mode = setting_of(text, MODE)
        if not mode or sign.role is Role.CI:  # there it is for the programs that CI runs, such as tests
            return
        if sign.role not in _RUNS:
            words = f"GODEBUG={MODE}={mode} is set where the program is built, and counts only where it runs"
            self._add(MarkKind.CONTRADICTION, FipsFamily.NONE, words, sign.location)
        elif mode == "off":
            words = f"GODEBUG={MODE}=off switches FIPS mode off where the program runs"
            self._add(MarkKind.DEFEAT, FipsFamily.NONE, words, sign.location)
            self._mode = "off"
        else:
            words = f"GODEBUG={MODE}={mode} is set where the program runs"
            self._add(MarkKind.CLAIM, FipsFamily.NONE, words, sign.location)
            self._mode = mode

    def _build_setting(self, sign: Sign) -> None:
        name, _, text = sign.texts[0].partition("=")
        if name == "-tags":
            self._tags |= dict.fromkeys(words_of(text), sign.location)
        elif name == "-extldflags" and "-static" in text:
            self._is_static = sign.location

    def _flags(self, text: str, location: Location) -> None:
        """Take the tags out of GOFLAGS."""
        for found in re.finditer(r"-tags[= ]([^\s'\"]+)", text):
            self._tags |= dict.fromkeys(words_of(found[1]), location)

    def _contradictions(self, family: FipsFamily) -> None:
        artifact = Location(artifact=self._found.artifact)
        for one in [one for one in self._marks if self._is_void(one)]:
            words = f"{one.words.partition(':')[0]}: the Go that builds is Go's own, which does not heed that"
            self._add(MarkKind.CONTRADICTION, one.family, words, one.location)
        claims = {one.family for one in self._marks if one.kind is MarkKind.CLAIM}
        if self._wanted not in ("", "off") and FipsFamily.BORINGCRYPTO in claims:
            words = f"GOFIPS140={self._wanted} and GOEXPERIMENT=boringcrypto exclude each other"
            self._add(MarkKind.CONTRADICTION, family, words, self._place_of("GOFIPS140") or artifact)
        if self._wanted not in ("", "off"):
            least = _GO_140.get(self._wanted.partition("-")[0], _FIRST)
            for use in self._found.gos:
                number = _NUMBER.match(use.version)
                if number and (1, int(number[1])) < least and use.role in _BUILDS and not use.is_least:
                    words = f"Go {use.version} builds, and GOFIPS140={self._wanted} needs Go 1.{least[1]} or later"
                    self._add(MarkKind.CONTRADICTION, FipsFamily.UPSTREAM, words, use.location)

    def _is_void(self, one: FipsMark) -> bool:
        """Return whether a mark claims what the Go that builds does not heed."""
        if one.kind is not MarkKind.CLAIM or one.family not in (FipsFamily.REDHAT, FipsFamily.MICROSOFT):
            return False
        signs = {other.family for other in self._marks if other.kind is MarkKind.SIGN}
        return signs.isdisjoint(AT_RUN_TIME) and self._is_upstream()

    def _is_upstream(self) -> bool:
        """Return whether the Go that builds is the image `golang`, and no other is named."""
        images = [sign for sign in self._found.signs if sign.kind is DetectKind.IMAGE and sign.role in _BUILDS]
        return any(re.fullmatch(r"docker\.io/library/golang(?::.*)?", text) for one in images for text in one.texts)

    def _place_of(self, setting: str) -> Location | None:
        start = f"{setting}="
        return next((one.location for one in self._marks if one.words.startswith(start)), None)

    def _defeats(self, family: FipsFamily) -> None:
        found: list[tuple[str, Location]] = []
        needs_cgo = family in AT_RUN_TIME or family is FipsFamily.BORINGCRYPTO
        if needs_cgo and self._no_cgo is not None:
            found.append(("CGO_ENABLED=0: the program cannot call the C code that it needs", self._no_cgo))
        if family in AT_RUN_TIME:
            switches = [tag for tag in ("no_openssl", "goexperiment.nosystemcrypto") if tag in self._tags]
            found += [(f"the tag {tag}: Go's own cryptography is used", self._tags[tag]) for tag in switches]
            if self._is_static is not None:
                found.append(("it is linked statically, and cannot load OpenSSL", self._is_static))
            found += self._bare_images()
        if family is FipsFamily.UPSTREAM and "purego" in self._tags:
            found.append(("the tag purego: the program ends at its start in FIPS mode", self._tags["purego"]))
        for words, place in found:
            self._add(MarkKind.DEFEAT, family, words, place)

    def _bare_images(self) -> Iterator[tuple[str, Location]]:
        """Yield the images that run the program, and have no OpenSSL."""
        for tool in self._found.tools:
            if tool.what == "scratch" and tool.role in _RUNS:
                yield "it runs on the empty image, which has no OpenSSL", tool.location
        for sign in self._found.signs:
            is_run = sign.kind is DetectKind.IMAGE and sign.role is Role.RUNTIME
            if is_run and any(_NO_OPENSSL.fullmatch(text) for text in sign.texts):
                yield f"it runs on {sign.texts[0]}, which has no OpenSSL with a FIPS provider", sign.location

    def _with_host(self, judged: Judged) -> Judged:
        """Return an answer with the certificate of the OpenSSL that the image has on which the program runs."""
        if judged.family not in AT_RUN_TIME:
            return judged
        for sign in self._found.signs:
            if sign.kind is DetectKind.IMAGE and sign.role in _RUNS:
                for one in certificates_of_host(judged.family, sign.texts[-1]):
                    words = f"of its image {sign.texts[0]}: {one.name} {one.version}, {one.number} ({one.state.value})"
                    self._add(MarkKind.NEED, judged.family, words, sign.location)
                    return changed(judged, certificate=one.number, dated=one.dated)
        return judged


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
