"""Build files: whose Go builds, what is asked of it, what the program finds where it runs. All are made up."""

from __future__ import annotations

import pytest

from supplymatrix.buildfiles.found import BuildFile, together
from supplymatrix.buildfiles.registry import read_build_file
from supplymatrix.fips.build_file import Beside, postures_of_build_file
from supplymatrix.fips.build_runs import read_runs
from supplymatrix.fips.debug_lines import DebugLine
from supplymatrix.fips.script_lines import is_script, read_lines
from supplymatrix.model.fips import CertificateState, FipsFamily, FipsPosture, FipsPurpose, MarkKind
from supplymatrix.model.location import Location

_RUN = "RUN go build -o /app .\n"
_ON_UBI = "FROM registry.access.redhat.com/ubi9/ubi-minimal:9.6\nCOPY --from=build /app /app\n"
_ON_NOTHING = "FROM scratch\nCOPY --from=build /app /app\n"
_REDHAT = "FROM registry.access.redhat.com/ubi9/go-toolset:1.25 AS build\n"
_UPSTREAM = "FROM golang:1.26 AS build\n"
_MICROSOFT = "FROM mcr.microsoft.com/oss/go/microsoft/golang:1.26 AS build\n"


def _all(text: str, name: str = "Dockerfile", beside: Beside | None = None) -> tuple[FipsPosture, ...]:
    data = text.encode()
    if is_script(name):
        runs = read_runs(data, name, "script")
        read = BuildFile(artifact=name, kind="script") if runs.runs or runs.starts else read_lines(data, name)
        return postures_of_build_file(read, runs, beside)
    read = read_build_file(data, name)
    whole = together(name, read.kind, read, read_lines(data, name, tags_only=True)) if name.endswith(".spec") else read
    return postures_of_build_file(whole, read_runs(data, name, read.kind), beside)


def _seen(text: str, name: str = "Dockerfile", beside: Beside | None = None) -> FipsPosture:
    (posture,) = _all(text, name, beside)
    return posture


def _words(posture: FipsPosture, kind: MarkKind) -> str:
    return "; ".join(one.words for one in posture.of(kind))


SNAP = (
    "name: svc\nbase: core24\nparts:\n  svc:\n    plugin: go\n    source: .\n    build-snaps: [go/1.26-fips/stable]\n"
)
MELANGE = """environment:
  contents:
    packages: [go-fips-1.25]
pipeline:
  - uses: go/build
    with:
      packages: ./cmd/app
      tags: requirefips
"""


@pytest.mark.parametrize(
    ("text", "name", "family"),
    [
        (f"{_UPSTREAM}ENV GOFIPS140=v1.0.0\n{_RUN}{_ON_NOTHING}", "Dockerfile", FipsFamily.UPSTREAM),
        (f"{_UPSTREAM}RUN GOFIPS140=certified go build .\n{_ON_NOTHING}", "Dockerfile", FipsFamily.UPSTREAM),
        (f"{_UPSTREAM}ENV GOEXPERIMENT=boringcrypto\n{_RUN}{_ON_UBI}", "Dockerfile", FipsFamily.BORINGCRYPTO),
        (f"{_REDHAT}{_RUN}{_ON_UBI}", "Containerfile", FipsFamily.REDHAT),
        ("FROM registry.access.redhat.com/ubi9/ubi\nRUN dnf install -y go-toolset && go build .\n", "Dockerfile",
         FipsFamily.REDHAT),
        (f"{_MICROSOFT}{_RUN}{_ON_UBI}", "Dockerfile", FipsFamily.MICROSOFT),
        (f"FROM cgr.dev/acme.example/go-fips:1.25 AS build\n{_RUN}{_ON_UBI}", "Dockerfile", FipsFamily.CHAINGUARD),
        (SNAP, "snap/snapcraft.yaml", FipsFamily.CANONICAL),
        (MELANGE, "melange.yaml", FipsFamily.CHAINGUARD),
    ],
)  # fmt: skip
def test_a_family_is_told_by_images_packages_snaps_and_settings(text: str, name: str, family: FipsFamily) -> None:
    posture = _seen(text, name)
    assert posture.family is family
    assert not posture.of(MarkKind.CONTRADICTION)
    assert not posture.of(MarkKind.DEFEAT)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("FROM debian:13\nRUN apt-get install -y golang\n", "Dockerfile"),
        (f"{_UPSTREAM}RUN make\n{_ON_NOTHING}", "Dockerfile"),
        ("build:\n\tgo build .\n", "Makefile"),
        ("builds:\n  - env: [CGO_ENABLED=0]\n", ".goreleaser.yaml"),
        ("jobs: {b: {steps: [{run: go build ./...}]}}\n", ".github/workflows/b.yml"),
        ("jobs: {t: {steps: [{run: go test ./..., env: {GODEBUG: fips140=only}}]}}\n", ".github/workflows/t.yml"),
    ],
)
def test_a_file_that_shows_nothing_of_it_has_no_posture(text: str, name: str) -> None:
    assert _all(text, name) == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [(f"{_UPSTREAM}{_RUN}{_ON_NOTHING}", "Dockerfile"), (SNAP.replace("1.26-fips", "1.26"), "snapcraft.yaml")],
)
def test_what_builds_go_by_itself_and_asks_for_nothing_has_no_module(text: str, name: str) -> None:
    posture = _seen(text, name)
    assert (posture.family, posture.purpose) == (FipsFamily.NONE, FipsPurpose.SHIPPED)


def test_a_version_is_held_against_the_table() -> None:
    posture = _seen(f"{_UPSTREAM}ENV GOFIPS140=certified\n{_RUN}{_ON_NOTHING}")
    assert (posture.module, posture.state, posture.mode) == ("v1.0.0-c2097c7c", CertificateState.CERTIFIED, "on")
    assert (posture.location.artifact, posture.location.line) == ("Dockerfile", 2)


def test_the_image_on_which_it_runs_names_the_certificate() -> None:
    posture = _seen(f"{_REDHAT}{_RUN}{_ON_UBI}")
    assert (posture.state, posture.certificate) == (CertificateState.AT_RUN_TIME, "CMVP #4857")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{_REDHAT}ENV CGO_ENABLED=0\n{_RUN}{_ON_UBI}", "CGO_ENABLED=0"),
        (f"{_REDHAT}RUN go build -tags=netgo,no_openssl .\n{_ON_UBI}", "the tag no_openssl"),
        (f"{_REDHAT}RUN go build -ldflags '-extldflags \"-static\"' .\n{_ON_UBI}", "linked statically"),
        (f"{_REDHAT}{_RUN}{_ON_NOTHING}", "empty image"),
        (f"{_REDHAT}{_RUN}FROM alpine:3.22\nCOPY --from=build /app /app\n", "alpine"),
        (f"{_REDHAT}{_RUN}{_ON_UBI}ENV GODEBUG=tls10server=1,fips140=off\n", "switches FIPS mode off"),
        (f"{_MICROSOFT}RUN MS_GO_NOSYSTEMCRYPTO=1 go build .\n{_ON_UBI}", "MS_GO_NOSYSTEMCRYPTO=1"),
        (f"{_MICROSOFT}ENV GOEXPERIMENT=nosystemcrypto\n{_RUN}{_ON_UBI}", "nosystemcrypto"),
        (f"{_MICROSOFT}ENV GOLANG_FIPS=0\n{_RUN}{_ON_UBI}", "switches off"),
        (f"{_UPSTREAM}{_RUN}{_ON_NOTHING}ENV GOFIPS140=v1.0.0\n", "counts only where it is built"),
        (f"{_UPSTREAM}ENV GOFIPS140=v1.0.0\nRUN go build -tags purego .\n{_ON_NOTHING}", "the tag purego"),
        (f"{_UPSTREAM}ENV GOEXPERIMENT=boringcrypto CGO_ENABLED=0\n{_RUN}{_ON_UBI}", "CGO_ENABLED=0"),
    ],
)
def test_what_defeats_it_is_told_with_its_line(text: str, words: str) -> None:
    posture = _seen(text)
    assert words in _words(posture, MarkKind.DEFEAT)
    assert all(one.location.line for one in posture.of(MarkKind.DEFEAT))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"FROM golang:1.22 AS build\nENV GOFIPS140=v1.0.0\n{_RUN}{_ON_NOTHING}", "needs Go 1.24"),
        (f"FROM golang:1.25 AS build\nENV GOFIPS140=v1.26.0\n{_RUN}{_ON_NOTHING}", "needs Go 1.26"),
        (f"{_UPSTREAM}RUN go build -tags requirefips .\n{_ON_UBI}", "does not heed that"),
        (f"{_UPSTREAM}ENV GOFIPS140=v1.0.0 GOEXPERIMENT=boringcrypto\n{_RUN}{_ON_UBI}", "exclude each other"),
        (f"{_UPSTREAM}ENV GODEBUG=fips140=on\n{_RUN}{_ON_NOTHING}", "counts only where it runs"),
    ],
)
def test_what_contradicts_itself_is_told(text: str, words: str) -> None:
    assert words in _words(_seen(text), MarkKind.CONTRADICTION)


def test_a_tag_that_the_go_does_not_heed_is_no_family() -> None:
    posture = _seen(f"{_UPSTREAM}ENV GOFIPS140=v1.0.0\nRUN go build -tags requirefips .\n{_ON_NOTHING}")
    assert posture.family is FipsFamily.UPSTREAM


def test_a_version_of_gos_module_goes_before_a_tag_of_others() -> None:
    text = "builds:\n  - env: [GOFIPS140=v1.0.0]\n    tags: [requirefips]\n"
    posture = _seen(text, ".goreleaser.yaml")
    assert (posture.family, posture.others, posture.module) == (FipsFamily.UPSTREAM, (FipsFamily.MICROSOFT,), "v1.0.0")


def test_an_rpm_spec_is_read() -> None:
    text = "Name: svc\nVersion: 1\nRelease: 1\nBuildRequires: go-toolset\n%build\nexport CGO_ENABLED=0\ngo build .\n"
    posture = _seen(text, "svc.spec")
    assert posture.family is FipsFamily.REDHAT
    assert [one.location.line for one in posture.of(MarkKind.DEFEAT)] == [6]


def test_makefiles_and_scripts_are_read_line_by_line() -> None:
    text = "# GOFIPS140=v9.9.9\nexport GOFIPS140 ?= v1.0.0\nX_GOFIPS140=off\nbuild:\n\tgo build -tags='a,purego' .\n"
    posture = _seen(text, "Makefile", Beside(versions={"v1.0.0": "v1.0.0-c2097c7c"}))
    assert (posture.family, posture.module) == (FipsFamily.UPSTREAM, "v1.0.0-c2097c7c")
    assert [one.location.line for one in posture.of(MarkKind.DEFEAT)] == [5]


@pytest.mark.parametrize(
    ("path", "expected"),
    [("Makefile", True), ("hack/build.sh", True), ("rules.mk", True), ("main.go", False), ("README.md", False)],
)
def test_scripts_are_told_by_their_names(path: str, *, expected: bool) -> None:
    assert is_script(path) is expected


def test_a_value_that_nobody_knows_tells_nothing() -> None:
    for text in ("ARG FIPS\nENV GOFIPS140=$FIPS\n", "ARG GOFIPS140\n"):
        posture = _seen(f"{_UPSTREAM}{text}{_RUN}{_ON_NOTHING}")
        assert posture.family is FipsFamily.UNKNOWN
        assert "nothing here says what that is" in posture.reason


_FROZEN = "ENV GOFIPS140=v1.0.0\n"
_DISTROLESS = "FROM gcr.io/distroless/static\nCOPY --from=build /app /app\n"


@pytest.mark.parametrize(
    ("name", "line"),
    [("go.mod", "off"), ("main.go", "off"), ("cmd/a/main.go", "off")],
)
def test_off_that_is_compiled_in_defeats_what_a_build_file_asks_for(name: str, line: str) -> None:
    lines = (DebugLine(value=line, location=Location(artifact=name, line=5, column=1)),)
    posture = _seen(f"{_UPSTREAM}{_FROZEN}{_RUN}{_DISTROLESS}", beside=Beside(lines=lines))
    assert posture.mode == "off"
    assert f"fips140=off is written in {name}" in _words(posture, MarkKind.DEFEAT)


def test_lines_of_other_programs_than_the_one_that_is_built_do_not_count() -> None:
    lines = (DebugLine(value="off", location=Location(artifact="cmd/a/main.go", line=1, column=1)),)
    text = f"{_UPSTREAM}{_FROZEN}RUN go build -o /app ./cmd/z\n{_DISTROLESS}"
    assert _seen(text, beside=Beside(lines=lines)).mode == "on"
    assert _seen(text.replace("./cmd/z", "./cmd/a"), beside=Beside(lines=lines)).mode == "off"
    assert _seen(text.replace("./cmd/z", "./..."), beside=Beside(lines=lines)).mode == "off"


@pytest.mark.parametrize(
    "text",
    [
        f"{_UPSTREAM}{_FROZEN}ENV GOFIPS140=off\n{_RUN}{_DISTROLESS}",
        f"FROM golang:1.26 AS test\n{_FROZEN}RUN go test ./...\n{_UPSTREAM}{_RUN}{_DISTROLESS}",
        f"ARG GOFIPS140=v1.0.0\n{_UPSTREAM}{_RUN}{_DISTROLESS}",
        f"{_UPSTREAM}{_FROZEN}RUN unset GOFIPS140; go build -o /app .\n{_DISTROLESS}",
        f"{_UPSTREAM}RUN export GOFIPS140=v1.0.0\n{_RUN}{_DISTROLESS}",
        f"{_UPSTREAM}RUN GOFIPS140=v1.0.0; go build -o /app .\n{_DISTROLESS}",
        f"{_UPSTREAM}RUN GOFIPS140=v1.0.0 go build -o /tool ./tool && go build -o /app .\n{_DISTROLESS}",
        f"{_UPSTREAM}{_FROZEN}{_RUN}{_UPSTREAM.replace('build', 'b2')}{_RUN}{_DISTROLESS.replace('build', 'b2')}",
    ],
)
def test_what_is_set_counts_in_its_stage_and_until_it_is_set_again(text: str) -> None:
    shipped = [one for one in _all(text) if one.purpose is FipsPurpose.SHIPPED]
    assert FipsFamily.NONE in {one.family for one in shipped}


@pytest.mark.parametrize(
    "text",
    [
        f"{_UPSTREAM}ENV GOFIPS140=off\n{_FROZEN}{_RUN}{_DISTROLESS}",
        f"{_UPSTREAM}ARG GOFIPS140=v1.0.0\n{_RUN}{_DISTROLESS}",
        f"{_UPSTREAM}RUN go env -w GOFIPS140=v1.0.0\n{_RUN}{_DISTROLESS}",
        f"{_UPSTREAM}RUN export GOFIPS140=v1.0.0 && go build -o /app .\n{_DISTROLESS}",
        f"FROM golang:1.26 AS base\n{_FROZEN}FROM base AS build\n{_RUN}{_DISTROLESS}",
        f"{_UPSTREAM}{_FROZEN}RUN go install example.com/tool@v1.0.0 && go build -o /app .\n{_DISTROLESS}",
        f'{_UPSTREAM}{_FROZEN}RUN ["sh", "-c", "go build -o /app ."]\n{_DISTROLESS}',
        f"{_UPSTREAM}{_FROZEN}RUN make\n{_DISTROLESS}",
    ],
)
def test_what_is_set_before_a_build_counts_for_it(text: str) -> None:
    posture = _seen(text)
    assert (posture.family, posture.module, posture.mode) == (FipsFamily.UPSTREAM, "v1.0.0-c2097c7c", "on")


def test_each_build_of_goreleaser_is_by_itself() -> None:
    text = "builds:\n  - id: app\n    env: [CGO_ENABLED=0]\n  - id: app-fips\n    env: [GOFIPS140=v1.0.0]\n"
    assert {one.subject: one.family for one in _all(text, ".goreleaser.yaml")} == {
        ".goreleaser.yaml (build app)": FipsFamily.NONE,
        ".goreleaser.yaml (build app-fips)": FipsFamily.UPSTREAM,
    }


def test_what_ci_builds_or_tests_is_marked_as_such() -> None:
    text = (
        "env: {GOFIPS140: v1.0.0}\njobs:\n  t: {steps: [{run: go test ./...}]}\n"
        "  b: {steps: [{run: GOFIPS140=off go build .}]}\n"
    )
    found = {one.subject: (one.purpose, one.family) for one in _all(text, ".github/workflows/c.yml")}
    assert found == {
        ".github/workflows/c.yml (job t)": (FipsPurpose.ASIDE, FipsFamily.UPSTREAM),
        ".github/workflows/c.yml (job b)": (FipsPurpose.CI, FipsFamily.NONE),
    }
    matrix = "jobs: {t: {env: {GOFIPS140: '${{ matrix.f }}'}, steps: [{run: go build .}]}}\n"
    assert _seen(matrix, ".github/workflows/c.yml").family is FipsFamily.UNKNOWN
    gitlab = "variables: {GOFIPS140: v1.0.0}\nb: {script: [go build .]}\n"
    assert (_seen(gitlab, ".gitlab-ci.yml").purpose) is FipsPurpose.CI


def test_targets_of_a_makefile_are_by_themselves() -> None:
    text = "build:\n\tgo build .\ntest-fips:\n\tGOFIPS140=v1.0.0 go test ./...\n"
    assert [(one.purpose, one.family) for one in _all(text, "Makefile")] == [(FipsPurpose.ASIDE, FipsFamily.UPSTREAM)]
    text = "build:\n\tgo build .\nfips:\n\tGOFIPS140=v1.0.0 $(GO) build .\n"
    assert {one.subject: one.family for one in _all(text, "Makefile")} == {
        "Makefile (target build)": FipsFamily.NONE,
        "Makefile (target fips)": FipsFamily.UPSTREAM,
    }
    assert _all("GOFIPS140 = v1.0.0\nbuild:\n\tgo build .\n", "Makefile") == ()  # a variable of make alone
    of_target = "fips: export GOFIPS140 = v1.0.0\nfips:\n\tgo build .\n"
    assert _seen(of_target, "Makefile").family is FipsFamily.UPSTREAM


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ifeq ($(F),1)\nexport GOFIPS140 := v1.0.0\nelse\nexport GOFIPS140 := off\nendif\nb:\n\tgo build .\n",
         "Makefile"),
        ("if [ $F ]; then\n  export GOFIPS140=v1.0.0\nfi\ngo build .\n", "build.sh"),
        ("[ $F ] && export GOFIPS140=v1.0.0\ngo build .\n", "build.sh"),
        ("export GOFIPS140=v1.0.0\n", "env.sh"),
        ("Name: a\nBuildRequires: golang\n%build\nexport GOFIPS140=v1.0.0\nexport GOFIPS140=off\ngo build .\n",
         "a.spec"),
    ],
)  # fmt: skip
def test_where_a_condition_decides_nobody_knows(text: str, name: str) -> None:
    posture = _seen(text, name)
    assert posture.family is FipsFamily.UNKNOWN
    assert posture.reason


@pytest.mark.parametrize(
    "flags", ["-ldflags=-X=runtime.godebugDefault=fips140=off", "-ldflags '-X runtime.godebugDefault=tls3des=1'"]
)
def test_the_linker_has_the_last_word_on_the_default(flags: str) -> None:
    posture = _seen(f"{_UPSTREAM}{_FROZEN}RUN go build {flags} -o /app .\n{_DISTROLESS}")
    assert posture.mode == "off"
    assert "runtime.godebugDefault" in _words(posture, MarkKind.DEFEAT)


@pytest.mark.parametrize(
    "start",
    ["CMD GODEBUG=fips140=off /app", 'ENTRYPOINT ["env", "GODEBUG=a=1,fips140=off", "/app"]',
     'CMD ["sh", "-c", "export GODEBUG=fips140=off; exec /app"]'],
)  # fmt: skip
def test_what_a_program_is_started_with_counts(start: str) -> None:
    posture = _seen(f"{_UPSTREAM}{_FROZEN}{_RUN}{_DISTROLESS}{start}\n")
    assert posture.mode == "off"
    assert "switches FIPS mode off where the program runs" in _words(posture, MarkKind.DEFEAT)


def test_a_script_that_starts_a_program_is_told_and_builds_nothing() -> None:
    posture = _seen("#!/bin/sh\nexport GODEBUG=fips140=off\nexec /app\n", "entrypoint.sh")
    assert (posture.purpose, posture.family, posture.mode) == (FipsPurpose.RUNTIME, FipsFamily.NONE, "off")
    assert [one.location.line for one in posture.of(MarkKind.DEFEAT)] == [2]


def test_auto_is_a_mode_of_red_hats_go_alone() -> None:
    posture = _seen(f"{_UPSTREAM}{_FROZEN}{_RUN}FROM alpine\nENV GODEBUG=fips140=auto\nCOPY --from=build /app /app\n")
    assert "fips140=auto is no mode of Go's own module" in _words(posture, MarkKind.DEFEAT)


def test_red_hats_go_takes_gos_own_module_from_1_27_on() -> None:
    text = f"{_REDHAT.replace('1.25', '1.27')}ENV CGO_ENABLED=0\n{_RUN}{_ON_UBI}"
    posture = _seen(text)
    assert (posture.family, posture.mode, posture.state) == (
        FipsFamily.UPSTREAM, "auto", CertificateState.NOT_IN_TABLE,
    )  # fmt: skip
    assert posture.reason
    assert not posture.of(MarkKind.DEFEAT)
    frozen = _seen(text.replace("ENV ", "ENV GOFIPS140=certified "))
    assert (frozen.mode, frozen.state) == ("on", CertificateState.CERTIFIED)


def test_other_stages_have_no_say() -> None:
    other = f"{_MICROSOFT.replace('build', 'other')}ENV MS_GO_NOSYSTEMCRYPTO=1\nRUN go build ./x\n"
    found = _all(f"{other}{_UPSTREAM}{_FROZEN}{_RUN}{_DISTROLESS}")
    shipped = [one for one in found if one.purpose is not FipsPurpose.ASIDE]
    assert [(one.subject, one.family, one.of(MarkKind.DEFEAT)) for one in shipped] == [
        ("Dockerfile (stage build)", FipsFamily.UPSTREAM, ())
    ]


@pytest.mark.parametrize(
    ("go", "said", "module", "state"),
    [
        ("1.24.0", "v1.0.0", "v1.0.0", CertificateState.NOT_IN_TABLE),
        ("1.24", "v1.0.0", "v1.0.0-c2097c7c", CertificateState.CERTIFIED),
        ("1.25.3", "v1.0.0", "v1.0.0", CertificateState.NOT_IN_TABLE),
        ("1.25", "certified", "v1.0.0-c2097c7c", CertificateState.CERTIFIED),
        ("1.26.8", "inprocess", "v1.26.0", CertificateState.IN_PROCESS),
        ("1.26", "v1.0.0-deadbeef", "v1.0.0-deadbeef", CertificateState.NOT_IN_TABLE),
        ("1.99", "certified", "certified", CertificateState.NOT_IN_TABLE),
    ],
)
def test_a_word_means_what_the_go_that_builds_has(go: str, said: str, module: str, state: CertificateState) -> None:
    posture = _seen(f"FROM golang:{go} AS build\nENV GOFIPS140={said}\n{_RUN}{_DISTROLESS}")
    assert (posture.module, posture.state) == (module, state)


def test_an_image_that_nobody_knows_may_set_it() -> None:
    posture = _seen(f"FROM registry.example/builder:1 AS build\n{_RUN}{_DISTROLESS}")
    assert posture.family is FipsFamily.UNKNOWN
    xx = f"FROM registry.example/xx AS xx\n{_UPSTREAM}COPY --from=xx / /\n{_RUN}{_DISTROLESS}"
    assert _seen(xx).family is FipsFamily.NONE


@pytest.mark.parametrize("text", ["((;" * 20_000, "if " * 30_000, "a: " * 20_000 + "\n\tgo build\n", "\\\n" * 20_000])
def test_hostile_scripts_end(text: str) -> None:
    for name in ("Makefile", "x.sh"):
        assert len(read_runs(text.encode(), name, "script").runs) < 10
