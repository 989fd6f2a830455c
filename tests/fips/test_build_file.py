"""Build files: whose Go builds, what is asked of it, what the program finds where it runs. All are made up."""

from __future__ import annotations

import pytest

from supplymatrix.buildfiles.found import together
from supplymatrix.buildfiles.registry import read_build_file
from supplymatrix.fips.build_file import posture_of_build_file
from supplymatrix.fips.script_lines import is_script, read_lines
from supplymatrix.model.fips import CertificateState, FipsFamily, FipsPosture, MarkKind

_RUN = "RUN go build -o /app .\n"
_ON_UBI = "FROM registry.access.redhat.com/ubi9/ubi-minimal:9.6\nCOPY --from=build /app /app\n"
_ON_NOTHING = "FROM scratch\nCOPY --from=build /app /app\n"
_REDHAT = "FROM registry.access.redhat.com/ubi9/go-toolset:1.25 AS build\n"
_UPSTREAM = "FROM golang:1.26 AS build\n"
_MICROSOFT = "FROM mcr.microsoft.com/oss/go/microsoft/golang:1.26 AS build\n"


def _posture(text: str, name: str = "Dockerfile") -> FipsPosture | None:
    data = text.encode()
    read = read_build_file(data, name)
    return posture_of_build_file(together(name, read.kind, read, read_lines(data, name, tags_only=True)))


def _seen(text: str, name: str = "Dockerfile") -> FipsPosture:
    posture = _posture(text, name)
    assert posture is not None
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
        (f"{_UPSTREAM}{_RUN}{_ON_NOTHING}", "Dockerfile"),
        ("FROM debian:13\nRUN apt-get install -y golang\n", "Dockerfile"),
        (SNAP.replace("1.26-fips", "1.26"), "snapcraft.yaml"),
        ("jobs: {t: {steps: [{run: go test ./..., env: {GODEBUG: fips140=only}}]}}\n", ".github/workflows/t.yml"),
    ],
)
def test_a_file_that_shows_nothing_of_it_has_no_posture(text: str, name: str) -> None:
    assert _posture(text, name) is None


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
        (f"{_MICROSOFT}{_RUN}{_ON_UBI}ENV GOLANG_FIPS=0\n", "switches off"),
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
    text = b"# GOFIPS140=v9.9.9\nexport GOFIPS140 ?= v1.0.0\nX_GOFIPS140=off\nbuild:\n\tgo build -tags='a,purego' .\n"
    posture = posture_of_build_file(read_lines(text, "Makefile"))
    assert posture is not None
    assert (posture.family, posture.module) == (FipsFamily.UPSTREAM, "v1.0.0")
    assert [one.location.line for one in posture.of(MarkKind.DEFEAT)] == [5]


@pytest.mark.parametrize(
    ("path", "expected"),
    [("Makefile", True), ("hack/build.sh", True), ("rules.mk", True), ("main.go", False), ("README.md", False)],
)
def test_scripts_are_told_by_their_names(path: str, *, expected: bool) -> None:
    assert is_script(path) is expected


def test_a_value_that_nobody_knows_is_no_version() -> None:
    posture = _seen(f"{_UPSTREAM}ARG FIPS\nENV GOFIPS140=$FIPS\n{_RUN}{_ON_NOTHING}")
    assert posture.family is FipsFamily.UPSTREAM
    assert posture.state is not CertificateState.CERTIFIED
    assert posture.module == ""
