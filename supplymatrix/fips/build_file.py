"""What a build file shows of FIPS 140-3: whose Go builds, what is asked of it, and what the program will find.

    for posture in postures_of_build_file(read_build_file(data, "Dockerfile"), runs_of_dockerfile(data, "Dockerfile")):
        posture.subject, posture.family, posture.purpose

GOFIPS140 and GOEXPERIMENT count where the program is built, GODEBUG where it runs; each has no effect at the other
place. A file is as many postures as it builds in ways of their own: a stage, a job, a target, a build of goreleaser.
What a stage of a Dockerfile builds without anything of FIPS has none; a Makefile or script that sets nothing takes what
the environment says, and tells nothing by itself.

Sources: Go cmd/go (GOFIPS140), github.com/golang-fips/go, github.com/microsoft/go (eng/doc/fips),
edu.chainguard.dev (go-fips), documentation.ubuntu.com (the snap go).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from supplymatrix.buildfiles.found import BuildFile, Role, Sign
from supplymatrix.fips.build_marks import (
    has_no_openssl,
    is_known_image,
    is_official_go,
    marks_of_setting,
    marks_of_sign,
)
from supplymatrix.fips.certificates import certificates_of_host, meaning_of
from supplymatrix.fips.debug_lines import DebugLine, lines_for, modes_of
from supplymatrix.fips.families import AT_RUN_TIME, defeats_of_platform, needs_of
from supplymatrix.fips.go_runs import DECIDING, GoRun, GoRuns, Told, is_open, run_alone
from supplymatrix.fips.judging import Judged, is_version_asked, judge, mark
from supplymatrix.fips.words import ASKS, MODE, MODES, default_at_link, is_frozen, setting_of, words_of
from supplymatrix.model.fips import CertificateState, FipsFamily, FipsMark, FipsPosture, FipsPurpose, FipsUse, MarkKind
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import DetectKind

__all__ = ["Beside", "postures_of_build_file", "runs_of_signs", "tags_of_run"]

_BUILDS = frozenset({Role.BUILD, Role.BOTH, Role.CI, Role.OTHER, Role.DEVELOPMENT, Role.PROJECT})
_RUNS = frozenset({Role.RUNTIME, Role.BOTH})
_GO_140 = {"v1.0.0": 24, "v1.26.0": 26}
_FIRST = 24
"""N of the go1.N that first heeds GOFIPS140."""
_NUMBER = re.compile(r"1\.([0-9]{1,4})(?:\.[0-9]+)?")
_CLOSED = frozenset({"dockerfile", "snapcraft", "rockcraft", "melange"})
"""Kinds of files into whose builds nothing of the environment of whoever builds comes."""
_SHIPS = frozenset({"snapcraft", "rockcraft", "melange", "ko", "rpm-spec", "script"})
"""Kinds whose files build a program without a go command that is read here."""
_AT_ONCE = 2_000


@value
class Beside:
    """What counts with each build file. marks: of the project's imports. lines: that set the mode. versions: what words
    of GOFIPS140 mean for the Go of this machine, for files that name no Go."""

    marks: tuple[FipsMark, ...] = ()
    lines: tuple[DebugLine, ...] = ()
    versions: Mapping[str, str] = MappingProxyType({})


@value
class _Start:
    """How a program is started. mode: that GODEBUG gives it there, "" = nothing says."""

    marks: tuple[FipsMark, ...] = ()
    mode: str = ""


def postures_of_build_file(found: BuildFile, runs: GoRuns, beside: Beside | None = None) -> tuple[FipsPosture, ...]:
    """Return the postures of what a build file builds, and of how it lets programs run; () where it shows nothing."""
    beside = beside or Beside()
    start = _start(found, runs.starts)
    making = runs.runs or runs_of_signs(found)
    parts = _Parts(found, making)
    looked: list[tuple[GoRun, FipsPosture, bool]] = []
    for run in _each_once(making)[:_AT_ONCE]:
        look = _Look(found, run, parts, beside, start)
        posture = look.posture()
        looked.append((run, posture, look.shows))
    shown = [one for run, one, shows in looked if shows and run.makes and one.purpose is FipsPurpose.SHIPPED]
    kept = [(run, one) for run, one, shows in looked if shows or (_is_told(run, one) and (run.is_closed or shown))]
    if start.marks and not any(one.purpose is FipsPurpose.SHIPPED for _, one in kept):
        kept.append((run_alone({}, start.marks[0].location), _started(found, start)))
    return _named(found.artifact, kept)


def _each_once(runs: Sequence[GoRun]) -> list[GoRun]:
    """Return runs that differ in more than their places."""
    once: dict[tuple[object, ...], GoRun] = {}
    for run in runs:
        env = tuple(sorted((name, told.text) for name, told in run.env.items()))
        once.setdefault((run.scope, run.verb, run.words, env, run.purpose, run.unclear, run.lines), run)
    return list(once.values())


class _Parts:
    """The lines of a file by the build that they are of, and those of none. Stages are all of a Dockerfile."""

    def __init__(self, found: BuildFile, runs: Sequence[GoRun]) -> None:
        self._spans = sorted({span for run in runs for span in run.lines})
        self._starts = [start for start, _ in self._spans]
        self._is_all = found.kind == "dockerfile" and bool(self._spans)
        self._shared: list[Sign] = []
        self._own: dict[tuple[int, int], list[Sign]] = {}
        for sign in found.signs:
            span = self._span_of(sign.location.line)
            (self._shared if span is None else self._own.setdefault(span, [])).append(sign)

    def _span_of(self, line: int) -> tuple[int, int] | None:
        at = bisect_right(self._starts, line) - 1
        return self._spans[at] if at >= 0 and line <= self._spans[at][1] else None

    def signs_of(self, run: GoRun) -> list[Sign]:
        """Return the signs that are about a build, in their order."""
        found = [] if self._is_all else list(self._shared)
        found += (sign for span in run.lines for sign in self._own.get(span, ()))
        job = run.scope.removeprefix("job ")
        if job != run.scope:
            found = [sign for sign in found if sign.stage in ("", job)]
        return sorted(found, key=lambda sign: sign.location.line)

    def has(self, run: GoRun, place: Location) -> bool:
        """Return whether a line is about a build."""
        span = self._span_of(place.line)
        return span in run.lines if span is not None else not self._is_all


def runs_of_signs(found: BuildFile) -> tuple[GoRun, ...]:
    """Return the one build of a file whose commands nobody reads, by its variables: of one that is set twice the last,
    and of two that say different things nobody knows."""
    env: dict[str, Told] = {}
    unclear = ""
    for sign in found.signs:
        name, _, text = sign.texts[0].partition("=")
        if sign.kind is not DetectKind.ENV or name not in DECIDING or sign.role not in _BUILDS:
            continue
        before = env.get(name)
        if name == "GOFIPS140" and before is not None and before.text != text:
            lines = (before.location.line, sign.location.line)
            unclear = f"{name} is set to {before.text} (line {lines[0]}) and to {text} (line {lines[1]})"
        env[name] = Told(text=text, location=sign.location)
    place = found.gos[0].location if found.gos else Location(artifact=found.artifact)
    run = changed(run_alone(env, place, unclear), is_closed=found.kind in _CLOSED and bool(found.gos))
    if found.kind in _SHIPS:
        is_alone = found.kind == "script" and not re.fullmatch(r"(?:.*/)?(?:Taskfile\.ya?ml|justfile)", found.artifact)
        why = "it sets variables and builds nothing by itself, and whether a build takes them is not known"
        return (changed(run, unclear=run.unclear or why) if is_alone else run,)
    purpose = FipsPurpose.ASIDE if found.kind == "devcontainer" else FipsPurpose.RUNTIME
    if found.kind in ("workflow", "gitlab-ci"):
        purpose = FipsPurpose.ASIDE
    return (changed(run, purpose=purpose, is_closed=False),)


def _is_told(run: GoRun, posture: FipsPosture) -> bool:
    """Return whether a build that shows nothing of FIPS is told of."""
    return bool(run.verb) and run.makes and posture.purpose is FipsPurpose.SHIPPED


def _started(found: BuildFile, start: _Start) -> FipsPosture:
    return FipsPosture(
        subject=found.artifact, use=FipsUse.BUILD_FILE, family=FipsFamily.NONE, location=start.marks[0].location,
        mode=start.mode, marks=Judged.in_order(start.marks), looked_at=(found.kind or found.artifact,),
        purpose=FipsPurpose.RUNTIME,
    )  # fmt: skip


def _named(artifact: str, kept: Sequence[tuple[GoRun, FipsPosture]]) -> tuple[FipsPosture, ...]:
    """Return postures once each, those of parts of a file with the part in their names."""
    once: dict[tuple[object, ...], tuple[GoRun, FipsPosture]] = {}
    for run, posture in kept:
        key = (
            run.scope, posture.family, posture.module, posture.state, posture.mode, posture.reason, posture.purpose,
            frozenset((one.kind, one.words) for one in posture.marks),
        )  # fmt: skip
        once.setdefault(key, (run, posture))
    found = list(once.values())
    if len(found) < 2:
        return tuple(posture for _, posture in found)
    scopes = [run.scope for run, _ in found]
    names: dict[str, int] = {}
    named: list[FipsPosture] = []
    for run, posture in found:
        parts = [run.scope] if run.scope else []
        if scopes.count(run.scope) > 1:
            parts.append(f"line {run.location.line}")
        name = f"{artifact} ({', '.join(parts)})" if parts else artifact
        names[name] = names.get(name, 0) + 1
        named.append(changed(posture, subject=name if names[name] == 1 else f"{name} #{names[name]}"))
    return tuple(named)


def _start(found: BuildFile, starts: Iterable[Told]) -> _Start:
    """Return what is set where the program runs: by the image, and by the command that it starts."""
    marks: list[FipsMark] = []
    mode = ""
    told = [
        Told(text=sign.texts[0].partition("=")[2], location=sign.location)
        for sign in found.signs
        if sign.kind is DetectKind.ENV and sign.role in _RUNS and sign.texts[0].startswith("GODEBUG=")
    ]
    for one in (*told, *starts):
        said = setting_of(one.text, MODE)
        if said == "off":
            words = f"GODEBUG={MODE}=off switches FIPS mode off where the program runs"
            marks.append(mark(MarkKind.DEFEAT, FipsFamily.NONE, words, one.location))
        elif said:
            words = f"GODEBUG={MODE}={said} is set where the program runs"
            marks.append(mark(MarkKind.CLAIM, FipsFamily.NONE, words, one.location))
        mode = said or mode
    for sign in found.signs:
        if sign.kind is DetectKind.ENV and sign.role is Role.RUNTIME and sign.texts[0].startswith("GOFIPS140="):
            words = f"{sign.texts[0]} is set where the program runs, and counts only where it is built"
            marks.append(mark(MarkKind.DEFEAT, FipsFamily.UPSTREAM, words, sign.location))
    return _Start(marks=tuple(marks), mode=mode)


class _Look:
    """One build. shows: whether anything of FIPS was seen, once `posture` was asked."""

    def __init__(self, found: BuildFile, run: GoRun, parts: _Parts, beside: Beside, start: _Start) -> None:
        self._found, self._run, self._beside, self._start = found, run, beside, start
        self._parts = parts
        self._marks: list[FipsMark] = []
        self._wanted = run.text("GOFIPS140")
        self._signs = parts.signs_of(run)
        self._builders = [sign for sign in self._signs if sign.role in _BUILDS]
        self._tags = self._tags_of()
        self._flags = " ".join((*run.words, run.text("GOFLAGS"))) + self._static()
        self.shows = False

    def posture(self) -> FipsPosture:
        self._take()
        told = any(one.kind is not MarkKind.NEED for one in self._marks)
        known = [one for one in (*self._marks, *self._beside.marks) if not self._is_void(one)]
        wanted = "" if is_open(self._wanted) else self._wanted
        mode = self._mode()
        judged = judge(known, wanted=wanted, versions=(), mode=mode, meaning=self._meaning(wanted))
        judged, reason = self._open_ends(judged)
        family = judged.family
        if told or self._start.marks or family is not FipsFamily.NONE:
            self.shows = told
            self._marks += self._start.marks
        self._contradictions(family)
        self._defeats(family, mode)
        for words in needs_of(family, self._run.text("GOOS")):
            if family is not FipsFamily.UPSTREAM or judged.module:
                self._add(MarkKind.NEED, family, words, Location(artifact=self._found.artifact))
        judged = self._with_host(judged)
        first = next((one.location for one in self._marks if one.location.line and one.kind is not MarkKind.NEED), None)
        return FipsPosture(
            subject=self._found.artifact, use=FipsUse.BUILD_FILE, family=family,
            location=(first if self.shows else None) or self._run.location, others=judged.others, module=judged.module,
            state=judged.state, certificate=judged.certificate, dated=judged.dated, mode=mode,
            marks=judged.in_order(self._marks), looked_at=(self._found.kind or self._found.artifact,), reason=reason,
            purpose=self._run.purpose,
        )  # fmt: skip

    def _add(self, kind: MarkKind, family: FipsFamily, words: str, location: Location) -> None:
        self._marks.append(mark(kind, family, words, location))

    def _take(self) -> None:
        for sign in self._builders:
            self._marks += marks_of_sign(sign)
        for name, one in sorted(self._run.env.items()):
            self._marks += marks_of_setting(name, one.text, one.location)
        for tag, place in self._tags.items():
            if tag in ASKS:
                family, words = ASKS[tag]
                self._add(MarkKind.CLAIM, family, f"the tag {tag}: {words}", place)
        told = self._run.env.get("GODEBUG")
        mode = setting_of(told.text, MODE) if told is not None else ""
        if told is not None and mode and self._run.makes and self._run.purpose is FipsPurpose.SHIPPED:
            words = f"GODEBUG={MODE}={mode} is set where the program is built, and counts only where it runs"
            is_both = any(sign.role is Role.BOTH for sign in self._builders)
            if not is_both:
                self._add(MarkKind.CONTRADICTION, FipsFamily.NONE, words, told.location)

    def _tags_of(self) -> dict[str, Location]:
        found = tags_of_run(self._run)
        for sign in self._signs:
            name, _, text = sign.texts[0].partition("=")
            if sign.kind is DetectKind.BUILD_SETTING and name == "-tags":
                found |= dict.fromkeys(words_of(text), sign.location)
        return found

    def _static(self) -> str:
        settings = (sign.texts[0] for sign in self._signs if sign.kind is DetectKind.BUILD_SETTING)
        return "".join(f" {text}" for text in settings if text.startswith("-extldflags"))

    def _linked(self) -> str | None:
        """Return the mode that the linker is given, None where it is given none."""
        given = default_at_link(self._flags)
        return None if given is None else setting_of(given, MODE) or "off"

    def _mode(self) -> str:
        if self._start.mode:
            return self._start.mode
        linked = self._linked()
        if linked is not None:
            return linked
        lines = lines_for(self._beside.lines, self._run.words)
        written = modes_of(lines)[0] if lines else ""
        is_asked = is_version_asked(self._wanted) or self._wanted == "latest"
        if written or any(one.value == "off" for one in lines):
            return written
        if is_asked:
            return "on"
        return "auto" if self._redhat_auto() else ""

    def _redhat_auto(self) -> FipsMark | None:
        """Return the mark of a Red Hat's Go that takes Go's own module."""
        signs = (one for one in self._marks if one.kind is MarkKind.SIGN and one.family is FipsFamily.UPSTREAM)
        return next(signs, None)

    def _meaning(self, wanted: str) -> str:
        """Return the version that a GOFIPS140 means for the Go that builds; "" where nobody knows."""
        if not is_version_asked(wanted) or (is_frozen(wanted) and "-" in wanted):
            return wanted if is_frozen(wanted) else ""
        uses = [
            use for use in self._found.gos if use.role in _BUILDS and not use.is_least and self._is_near(use.location)
        ]
        if not uses:
            return self._beside.versions.get(wanted, "")
        meanings = {meaning_of(wanted, use.version) for use in uses}
        return meanings.pop() if len(meanings) == 1 else ""

    def _is_near(self, place: Location) -> bool:
        return self._parts.has(self._run, place)

    def _open_ends(self, judged: Judged) -> tuple[Judged, str]:
        """Return an answer as far as it can be given, and why it goes no further."""
        if judged.family not in (FipsFamily.UPSTREAM, FipsFamily.NONE):
            return judged, ""
        reason = self._run.unclear
        if not reason and is_open(self._wanted):
            reason = f"GOFIPS140 is {self._wanted}, and nothing here says what that is"
        if not reason and judged.family is FipsFamily.NONE and self._run.is_closed and self._wanted != "off":
            reason = self._unknown_image()
        if reason:
            return Judged(family=FipsFamily.UNKNOWN, others=judged.others), reason
        if judged.state is CertificateState.NOT_FROZEN and not self._wanted and self._redhat_auto() is not None:
            why = "which version Red Hat's Go builds in by itself is not known here"
            return changed(judged, state=CertificateState.NOT_IN_TABLE), why
        if judged.state is CertificateState.NOT_IN_TABLE and not is_frozen(judged.module):
            return judged, f"which version {judged.module} means for the Go that builds is not known"
        return judged, ""

    def _unknown_image(self) -> str:
        """Return why the image on which a Dockerfile builds may have what nobody sees here, "" where it is known."""
        if self._found.kind != "dockerfile":
            return ""
        images = [one for one in self._builders if one.kind is DetectKind.IMAGE and one.words.startswith("FROM")]
        unknown = next((one for one in images if not is_known_image(one)), None)
        if unknown is not None:
            return f"it is built on {unknown.texts[0]}, and which Go that has, and with which settings, is not known"
        return "" if images else "the image on which it is built is not known"

    def _contradictions(self, family: FipsFamily) -> None:
        for one in [one for one in self._marks if self._is_void(one)]:
            words = f"{one.words.partition(':')[0]}: the Go that builds is Go's own, which does not heed that"
            self._add(MarkKind.CONTRADICTION, one.family, words, one.location)
        told = self._run.env.get("GOFIPS140")
        if told is None or told.text in ("", "off") or is_open(told.text):
            return
        wanted = told.text
        if wanted != "latest" and not is_version_asked(wanted):
            words = f"GOFIPS140={wanted} names no version, and the go command refuses it"
            self._add(MarkKind.CONTRADICTION, FipsFamily.UPSTREAM, words, told.location)
        if any(one.kind is MarkKind.CLAIM and one.family is FipsFamily.BORINGCRYPTO for one in self._marks):
            words = f"GOFIPS140={wanted} and GOEXPERIMENT=boringcrypto exclude each other"
            self._add(MarkKind.CONTRADICTION, family, words, told.location)
        least = _GO_140.get(wanted.partition("-")[0], _FIRST)
        for use in self._found.gos:
            number = _NUMBER.match(use.version)
            is_builder = use.role in _BUILDS and not use.is_least and self._is_near(use.location)
            if number and is_builder and int(number[1]) < least:
                words = f"Go {use.version} builds, and GOFIPS140={wanted} needs Go 1.{least} or later"
                self._add(MarkKind.CONTRADICTION, FipsFamily.UPSTREAM, words, use.location)

    def _is_void(self, one: FipsMark) -> bool:
        """Return whether a mark claims what the Go that builds does not heed."""
        if one.kind is not MarkKind.CLAIM or one.family not in (FipsFamily.REDHAT, FipsFamily.MICROSOFT):
            return False
        signs = {other.family for other in self._marks if other.kind is MarkKind.SIGN}
        return signs.isdisjoint(AT_RUN_TIME) and any(map(is_official_go, self._builders))

    def _defeats(self, family: FipsFamily, mode: str) -> None:
        found: list[tuple[str, Location]] = []
        no_cgo = self._run.env.get("CGO_ENABLED")
        if (family in AT_RUN_TIME or family is FipsFamily.BORINGCRYPTO) and no_cgo is not None and no_cgo.text == "0":
            found.append(("CGO_ENABLED=0: the program cannot call the C code that it needs", no_cgo.location))
        if family in AT_RUN_TIME:
            switches = [tag for tag in ("no_openssl", "goexperiment.nosystemcrypto") if tag in self._tags]
            found += [(f"the tag {tag}: Go's own cryptography is used", self._tags[tag]) for tag in switches]
            if re.search(r"-extldflags.*-static\b", self._flags):
                found.append(("it is linked statically, and cannot load OpenSSL", self._static_place()))
            found += self._bare_images()
        if family is FipsFamily.UPSTREAM:
            found += self._defeats_of_go(mode)
        if family is not FipsFamily.NONE:
            found += self._switched_off(mode)
        for words, place in found:
            self._add(MarkKind.DEFEAT, family, words, place)

    def _defeats_of_go(self, mode: str) -> Iterator[tuple[str, Location]]:
        """Yield what ends a program with Go's own module at its start."""
        run = self._run
        if "purego" in self._tags:
            yield "the tag purego: the program ends at its start in FIPS mode", self._tags["purego"]
        if re.search(r"(?:^|\s)-asan(?:\s|=true|$)", self._flags):
            yield "-asan: the program ends at its start in FIPS mode", run.location
        for name in ("GOOS", "GOARCH"):
            if name in run.env:
                for words in defeats_of_platform(FipsFamily.UPSTREAM, run.text("GOOS"), run.text("GOARCH")):
                    yield words, run.env[name].location
                break
        auto = self._redhat_auto()
        if mode not in MODES and auto is None and not is_open(mode):
            place = next((one.location for one in self._marks if f"{MODE}={mode}" in one.words), run.location)
            line = next((one.location for one in self._beside.lines if one.value == mode), place)
            yield f"{MODE}={mode} is no mode of Go's own module: the program ends at its start", line

    def _switched_off(self, mode: str) -> Iterator[tuple[str, Location]]:
        """Yield what switches the mode off before the program starts."""
        linked = self._linked()
        if linked is not None and linked not in MODES[2:]:
            words = f"the linker is given runtime.godebugDefault, with {MODE}={linked}: FIPS mode is off by default"
            yield words, self._run.location
        if self._start.mode or linked is not None:
            return
        lines = lines_for(self._beside.lines, self._run.words)
        if mode == "off":
            for line in (one for one in lines if one.value == "off"):
                words = f"{MODE}=off is written in {line.location.artifact}, so that FIPS mode is off by default"
                yield words, line.location

    def _static_place(self) -> Location:
        for sign in self._signs:
            if sign.kind is DetectKind.BUILD_SETTING and sign.texts[0].startswith("-extldflags"):
                return sign.location
        return self._run.location

    def _bare_images(self) -> Iterator[tuple[str, Location]]:
        """Yield the images that run the program, and have no OpenSSL."""
        for tool in self._found.tools:
            if tool.what == "scratch" and tool.role in _RUNS:
                yield "it runs on the empty image, which has no OpenSSL", tool.location
        for sign in self._found.signs:
            if sign.kind is DetectKind.IMAGE and sign.role is Role.RUNTIME and has_no_openssl(sign):
                yield f"it runs on {sign.texts[0]}, which has no OpenSSL with a FIPS provider", sign.location

    def _with_host(self, judged: Judged) -> Judged:
        """Return an answer with the certificate of the OpenSSL that the image has on which the program runs."""
        if judged.family not in AT_RUN_TIME:
            return judged
        for sign in self._found.signs:
            if sign.kind is DetectKind.IMAGE and sign.role in _RUNS and not has_no_openssl(sign):
                for one in certificates_of_host(judged.family, sign.texts[-1]):
                    state = f"{one.number} ({one.state.value})"
                    words = f"of its image {sign.texts[0]}, if OpenSSL is there: {one.name} {one.version}, {state}"
                    self._add(MarkKind.NEED, judged.family, words, sign.location)
                    return changed(judged, certificate=one.number, dated=one.dated)
        return judged


def tags_of_run(run: GoRun) -> dict[str, Location]:
    """Return the build tags that a go command is given, by itself or in GOFLAGS, with their places."""
    found: dict[str, Location] = {}
    flags = run.env.get("GOFLAGS")
    said = [(flags.text, flags.location)] if flags is not None else []
    said.append((" ".join(run.words), run.location))
    for text, place in said:
        for one in re.finditer(r"(?:^|[\s'\"])--?tags[= ]([^\s'\"]+)", text):
            found |= dict.fromkeys(words_of(one[1]), place)
    return found
