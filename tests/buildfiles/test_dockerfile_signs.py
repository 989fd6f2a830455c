"""What a Dockerfile shows: roles of stages, packages, variables, the Go that builds."""

from __future__ import annotations

import pytest

from supplymatrix.buildfiles.dockerfile_signs import read_dockerfile
from supplymatrix.buildfiles.found import BuildFile, Role
from supplymatrix.buildfiles.registry import read_build_file
from supplymatrix.model.vendor import DetectKind


def _read(text: str) -> BuildFile:
    return read_dockerfile(text.encode(), "Dockerfile")


def _roles(text: str) -> dict[str, Role]:
    return {sign.texts[0]: sign.role for sign in _read(text).signs if sign.kind is DetectKind.IMAGE}


def _of(file: BuildFile, kind: DetectKind) -> list[str]:
    return [sign.texts[0] for sign in file.signs if sign.kind is kind]


def test_the_last_stage_runs_and_what_it_copies_from_builds() -> None:
    text = "FROM b.example/x AS build\nFROM t.example/y AS test\nFROM r.example/z\nCOPY --from=build /a /a\n"
    assert _roles(text) == {
        "b.example/x": Role.BUILD,
        "t.example/y": Role.OTHER,
        "r.example/z": Role.RUNTIME,
    }


def test_a_stage_by_number_and_a_mounted_one_are_needed_too() -> None:
    text = "FROM a/x\nFROM b/y AS m\nFROM c/z\nCOPY --from=0 /a /a\nRUN --mount=type=bind,from=m,target=/m true\n"
    assert _roles(text) == {"a/x": Role.BUILD, "b/y": Role.BUILD, "c/z": Role.RUNTIME}


def test_a_single_stage_is_both() -> None:
    assert _roles("FROM a/x\nRUN dnf install -y golang && go build ./...\n") == {"a/x": Role.BOTH}
    assert _roles("FROM a/go-toolset\n") == {"a/go-toolset": Role.BOTH}


def test_the_image_that_the_last_stage_goes_on_from_runs_too() -> None:
    assert _roles("FROM a/x AS base\nRUN apk add go\nFROM base\nRUN true\n") == {"a/x": Role.BOTH}


@pytest.mark.parametrize(
    "text",
    [
        "FROM a/x\nCOPY app /app\n",
        "FROM a/x\nRUN microdnf update && useradd --uid 1001 gopher\nCOPY app /app\n",
        "FROM a/x AS base\nRUN update-ca-trust\nFROM base\nCOPY app /app\n",
    ],
)
def test_an_image_on_which_no_go_is_only_runs(text: str) -> None:
    assert _roles(text) == {"a/x": Role.RUNTIME}


def test_scratch_is_no_image() -> None:
    assert _roles("FROM a/x AS b\nFROM scratch\nCOPY --from=b / /\n") == {"a/x": Role.BUILD}


def test_an_image_that_files_are_copied_from_is_a_sign() -> None:
    assert "gcr.example/tool:1" in _roles("FROM a/x\nCOPY --from=gcr.example/tool:1 /t /t\n")


def test_an_unresolved_image_is_a_gap_with_its_line_and_no_sign() -> None:
    file = _read("ARG V\nFROM golang:$V\n")
    assert not file.signs
    (gap,) = file.gaps
    assert gap.location is not None
    assert (gap.location.line, "$V is unresolved" in gap.reason) == (2, True)


def test_packages_know_on_which_image_they_are_installed() -> None:
    file = _read(
        "FROM ubuntu:24.04 AS b\nFROM b\nRUN apt-get update && apt-get install -y golang-1.22 ca-certificates\n"
    )
    signs = [sign for sign in file.signs if sign.kind is DetectKind.PACKAGE]
    assert [sign.texts[0] for sign in signs] == ["golang-1.22", "ca-certificates"]
    assert all("docker.io/library/ubuntu:24.04" in sign.on for sign in signs)


def test_a_package_in_a_here_document_has_its_own_line() -> None:
    file = _read("FROM a/x\nRUN <<EOF\nset -e\ndnf install -y go-toolset\nEOF\n")
    (sign,) = (sign for sign in file.signs if sign.kind is DetectKind.PACKAGE)
    assert (sign.location.line, sign.words) == (4, "RUN dnf install -y go-toolset")


def test_the_form_in_brackets_is_read() -> None:
    assert _of(_read('FROM a/x\nRUN ["microdnf", "install", "-y", "golang"]\n'), DetectKind.PACKAGE) == ["golang"]


def test_a_stage_variable_in_a_run_line_is_filled_in() -> None:
    text = "ARG V=1.25\nFROM a/x\nARG V\nRUN apk add go-${V}\n"
    assert _of(_read(text), DetectKind.PACKAGE) == ["go-1.25"]


def test_apk_repositories_are_signs_and_ground_for_packages() -> None:
    file = _read("FROM alpine\nRUN apk add -X https://apk.example/os go-1.25\n")
    assert _of(file, DetectKind.APK_REPOSITORY) == ["apk.example/os"]
    assert any("apk.example/os" in sign.on for sign in file.signs if sign.kind is DetectKind.PACKAGE)


def test_settings_of_env_and_of_a_command_are_signs() -> None:
    file = _read(
        "FROM a/x\nENV GOPROXY=https://proxy.example/go,direct GODEBUG=fips140=on\n"
        "RUN CGO_ENABLED=1 GOEXPERIMENT=strictfipsruntime go build\n"
    )
    assert _of(file, DetectKind.GOPROXY) == ["proxy.example"]
    assert _of(file, DetectKind.GODEBUG) == ["fips140=on"]
    assert "GOEXPERIMENT=strictfipsruntime" in _of(file, DetectKind.ENV)


def test_a_login_in_an_address_is_not_quoted() -> None:
    file = _read("FROM a/x\nENV GOPROXY=https://user:hunter2@proxy.example\n")
    assert not any("hunter2" in sign.words for sign in file.signs)


def test_the_go_of_images_packages_tarballs_and_toolchains_is_told() -> None:
    file = _read(
        "FROM golang:1.25.3-alpine AS a\nRUN curl -LO https://dl.example/go1.24.1.linux-amd64.tar.gz\n"
        "ENV GOTOOLCHAIN=go1.26.1\nFROM golang@sha256:00\nRUN apk add go-1.23\n"
    )
    assert [use.version for use in file.gos] == ["1.25.3", "1.26.1", "1.24.1", "", "1.23"]


def test_a_fixed_platform_is_a_processor() -> None:
    assert [use.arch for use in _read("FROM --platform=linux/arm64/v8 a/x\n").arches] == ["arm64"]


@pytest.mark.parametrize("source", ["9" * 5_000, "\u0660"])
def test_a_copy_from_a_stage_that_cannot_be_is_no_crash(source: str) -> None:
    assert read_build_file(f"FROM golang:1.25\nCOPY --from={source} /a /b\n".encode(), "Dockerfile")


@pytest.mark.parametrize("name", ["END-OF-FILE", "EOF+1", "a.b:c"])
def test_what_stands_in_a_here_document_is_no_instruction(name: str) -> None:
    text = f"FROM golang:1.22\nRUN <<{name}\nFROM cgr.dev/chainguard/go\n{name}\n"
    file = read_build_file(text.encode(), "Dockerfile")
    assert not [sign for sign in file.signs if "chainguard" in sign.words]


@pytest.mark.parametrize(
    "line",
    [
        "RUN timeout 5 echo go build",
        "RUN echo 'sh -c go build'",
        "RUN go-licenses report > /licenses",
        "RUN rm -rf /var/go /usr/local/go",
        "RUN adduser go && chown -R go:go /srv/go",
        "RUN echo go build",
        "RUN tar -C /opt -xf /tmp/tool-go.tar.gz",
    ],
)
def test_a_word_that_only_looks_like_go_puts_no_go_on_an_image(line: str) -> None:
    assert _roles(f"FROM a/x\n{line}\n") == {"a/x": Role.RUNTIME}


@pytest.mark.parametrize(
    "line",
    [
        'RUN ["go", "build", "./..."]',
        'RUN ["/usr/local/go/bin/go", "install", "./cmd/a"]',
        'RUN ["sh", "-c", "cd /src && CGO_ENABLED=0 go build -o /a ."]',
        "RUN sh -ec 'go test ./...'",
        "RUN cd /src && GOOS=linux go -C svc build",
        "RUN timeout 600 go build ./...",
        "RUN xx-go build ./...",
        "RUN bash -o pipefail -c 'go build ./... | tee /log'",
        "RUN sh -xe -c 'go build ./...'",
        "RUN sudo -u b go build ./...",
        "RUN su b -c 'go build ./...'",
        "RUN tini -- go build ./...",
        "RUN eval 'go build ./...'",
        "RUN <<EOF\nset -e\ngo generate ./...\nEOF",
    ],
)
def test_a_last_stage_that_runs_go_to_build_is_both_in_every_form(line: str) -> None:
    assert _roles(f"FROM t.example/tools AS t\nFROM a/x\nCOPY --from=t /t /t\n{line}\n")["a/x"] is Role.BOTH


@pytest.mark.parametrize(
    "line",
    [
        "RUN apk add go", "RUN curl -L https://go.dev/dl/go$V.linux-amd64.tar.gz | tar -xz -C /usr/local",
        "COPY --from=docker.io/library/golang:1.25 /usr/local/go /usr/local/go", "RUN go mod download",
        "RUN pacman -S --noconfirm go", "RUN conda install go=1.25", "RUN asdf install golang 1.25.3",
        "ENV PATH=$PATH:/usr/local/go/bin",
    ],
)  # fmt: skip
def test_a_go_that_is_put_on_the_only_image_makes_it_both(line: str) -> None:
    assert _roles(f"FROM a/x\n{line}\n")["a/x"] is Role.BOTH


def test_the_script_of_a_shell_in_brackets_is_read() -> None:
    text = 'FROM a/x\nRUN ["bash", "-c", "GOEXPERIMENT=strictfipsruntime go build && dnf install -y golang"]\n'
    file = _read(text)
    assert "GOEXPERIMENT=strictfipsruntime" in _of(file, DetectKind.ENV)
    assert _of(file, DetectKind.PACKAGE) == ["golang"]


@pytest.mark.parametrize(
    "line", ["FROM golang:${A:-1.25", "FROM golang:1.25\nENV A=${B:-", "FROM golang:1.25\nARG A=${B"]
)
def test_a_brace_that_is_not_closed_is_a_gap_with_its_line(line: str) -> None:
    (gap, *_) = _read(f"{line}\n").gaps
    assert gap.location is not None
    assert (gap.location.line, gap.reason) == (line.count("\n") + 1, "a brace is not closed")
