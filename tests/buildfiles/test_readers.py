"""snapcraft, rockcraft, apko, melange, workflows, GitLab CI: what they show, with the line of each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.buildfiles.found import BuildFile, Role
from supplymatrix.buildfiles.registry import kind_of, read_build_file
from supplymatrix.errors import InputError
from supplymatrix.model.vendor import DetectKind

_NAMES = (
    "Dockerfile", "snapcraft.yaml", "rockcraft.yaml", "apko.yaml", "melange.yaml", ".github/workflows/a.yml",
    ".gitlab-ci.yml", ".tool-versions", ".go-version",
)  # fmt: skip


def _read(name: str, text: str) -> BuildFile:
    return read_build_file(text.encode(), name)


def _signs(file: BuildFile, kind: DetectKind) -> list[tuple[str, int]]:
    return [(sign.texts[0], sign.location.line) for sign in file.signs if sign.kind is kind]


def test_a_snap_shows_its_base_and_the_go_of_its_parts() -> None:
    file = _read(
        "snapcraft.yaml",
        "base: core24\nparts:\n  a:\n    plugin: go\n    build-snaps:\n      - go/1.26-fips/stable\n"
        "    go-buildtags: [requirefips]\n    build-environment:\n      - GOFLAGS: -mod=vendor\n"
        "    build-packages: [golang-1.22]\n",
    )
    assert _signs(file, DetectKind.SNAP) == [("go/1.26-fips/stable", 6)]
    assert _signs(file, DetectKind.OS_RELEASE) == [("ubuntu-core", 1)]
    assert _signs(file, DetectKind.BUILD_SETTING) == [("-tags=requirefips", 7)]
    assert _signs(file, DetectKind.ENV) == [("GOFLAGS=-mod=vendor", 9)]
    assert [use.version for use in file.gos] == ["1.26", "1.22"]
    assert "ubuntu:24.04" in next(sign.on for sign in file.signs if sign.kind is DetectKind.PACKAGE)


def test_a_go_part_that_names_no_go_is_a_gap() -> None:
    (gap,) = _read("snapcraft.yaml", "base: core24\nparts:\n  a:\n    plugin: go\n").gaps
    assert gap.location is not None
    assert (gap.location.line, "brings no Go" in gap.reason) == (4, True)


@pytest.mark.parametrize("parts", ["{plugin: go, after: [go-deps]}", "{plugin: python}"])
def test_a_part_that_has_its_go_from_elsewhere_is_no_gap(parts: str) -> None:
    assert not _read("snapcraft.yaml", f"base: core24\nparts:\n  a: {parts}\n").gaps


def test_snaps_behind_conditions_are_found() -> None:
    file = _read("snapcraft.yaml", "parts:\n  a:\n    build-snaps:\n      - on amd64:\n          - go/1.25/edge\n")
    assert _signs(file, DetectKind.SNAP) == [("go/1.25/edge", 5)]


def test_a_rock_shows_what_it_runs_on_and_what_it_is_built_on() -> None:
    file = _read("rockcraft.yaml", "base: bare\nbuild-base: ubuntu@24.04\nplatforms:\n  arm64:\n")
    assert [(s.texts[0], s.role) for s in file.signs] == [("ubuntu:24.04", Role.BUILD)]
    assert [use.arch for use in file.arches] == ["arm64"]


def test_an_apko_file_shows_repositories_and_packages_with_their_ground() -> None:
    file = _read(
        "apko.yaml",
        "contents:\n  repositories:\n    - https://apk.example/os\n    - '@local ./packages'\n"
        "  packages:\n    - go-1.25\n",
    )
    assert _signs(file, DetectKind.APK_REPOSITORY) == [("apk.example/os", 3)]
    assert [(s.texts[0], s.on) for s in file.signs if s.kind is DetectKind.PACKAGE] == [
        ("go-1.25", ("apk.example/os",))
    ]


def test_a_melange_file_shows_the_go_of_its_pipelines() -> None:
    file = _read(
        "melange.yaml",
        "environment:\n  contents:\n    repositories: [https://apk.example/os]\npipeline:\n"
        "  - uses: go/build\n    with:\n      go-package: go-1.24\n      tags: requirefips\n"
        "subpackages:\n  - pipeline:\n      - runs: |\n          export GOPROXY=off\n          true\n",
    )
    assert [use.version for use in file.gos] == ["1.24"]
    assert _signs(file, DetectKind.BUILD_SETTING) == [("-tags=requirefips", 8)]
    assert _signs(file, DetectKind.ENV) == [("GOPROXY=off", 12)]


def test_a_melange_step_without_a_go_package_takes_go() -> None:
    file = _read("melange.yaml", "pipeline:\n  - uses: go/build\n")
    assert _signs(file, DetectKind.PACKAGE) == [("go", 2)]


def test_a_workflow_shows_actions_versions_of_its_matrix_and_images() -> None:
    file = _read(
        ".github/workflows/ci.yml",
        "on: [push]\njobs:\n  t:\n    runs-on: ubuntu-24.04\n    strategy:\n      matrix:\n"
        '        go: ["1.24.5", "1.25.x", "stable"]\n        goarch: [amd64, s390x]\n    container: golang:1.23.1\n'
        "    steps:\n      - uses: actions/setup-go@0123456789abcdef0123456789abcdef01234567\n        with:\n"
        "          go-version: ${{ matrix.go }}\n      - uses: docker/build-push-action@v6\n        with:\n"
        "          platforms: linux/amd64,linux/arm64\n      - run: |\n          true\n          apk add go-1.22\n",
    )
    assert [(use.version, use.location.line) for use in file.gos] == [
        ("1.23.1", 9), ("1.24.5", 13), ("1.25", 13), ("", 13), ("1.22", 19),
    ]  # fmt: skip
    assert _signs(file, DetectKind.CI_ACTION) == [("actions/setup-go", 11), ("docker/build-push-action", 14)]
    assert {use.arch for use in file.arches} == {"amd64", "arm64", "s390x"}


def test_an_expression_that_is_not_known_is_a_gap() -> None:
    file = _read(
        ".github/workflows/ci.yml",
        "jobs:\n  t:\n    steps:\n      - uses: actions/setup-go@v5\n        with:\n"
        "          go-version: ${{ env.GO }}\n",
    )
    assert [gap.location.line for gap in file.gaps if gap.location] == [6]
    assert not file.gos


def test_a_file_that_setup_go_reads_is_read_by_itself() -> None:
    text = "jobs: {t: {steps: [{uses: actions/setup-go@v5, with: {go-version-file: go.mod}}]}}\n"
    assert not _read(".github/workflows/ci.yml", text).gos


def test_gitlab_jobs_show_their_images() -> None:
    file = _read(
        ".gitlab-ci.yml",
        "variables:\n  GO: '1.25.1'\nimage: golang:$GO\nbuild:\n  image:\n    name: golang:$NONE\n"
        "  script:\n    - true\n"
        "test:\n  script:\n    - apt-get install -y golang-go\n",
    )
    assert [use.version for use in file.gos] == ["1.25.1", ""]
    assert ["$NONE is unresolved" in gap.reason for gap in file.gaps] == [True]


@pytest.mark.parametrize(
    ("name", "text"), [(".tool-versions", "node 22\ngolang 1.25.3\n"), (".go-version", "\n1.25.3\n")]
)
def test_a_version_file_shows_its_go(name: str, text: str) -> None:
    assert [(use.version, use.location.line) for use in _read(name, text).gos] == [("1.25.3", 2)]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Dockerfile", "dockerfile"), ("a/Dockerfile.prod", "dockerfile"), ("prod.Dockerfile", "dockerfile"),
        ("Containerfile", "dockerfile"), ("Dockerfile.dockerignore", ""), ("dockerfile.py", ""),
        ("snap/snapcraft.yaml", "snapcraft"), ("app.apko.yaml", "apko"), ("melange.yml", "melange"),
        (".github/workflows/x.yaml", "workflow"), (".github/dependabot.yml", ""), ("a/.gitlab-ci.yml", ""),
    ],
)  # fmt: skip
def test_files_are_known_by_their_names(path: str, kind: str) -> None:
    assert kind_of(path) == kind


@pytest.mark.parametrize("name", _NAMES[1:7])
def test_a_document_that_is_no_mapping_is_refused_with_its_place(name: str) -> None:
    with pytest.raises(InputError) as caught:
        _read(name, "- a\n- b\n")
    assert caught.value.diagnostics[0].line == 1


@pytest.mark.parametrize("name", _NAMES[1:7])
def test_an_empty_file_shows_nothing(name: str) -> None:
    assert not _read(name, "").signs


_YAML = st.recursive(
    st.sampled_from(["x", "go/1.25", "https://a.example/os", "core24", "golang:1.25", "${{ matrix.go }}", "1.25"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["jobs", "steps", "uses", "with", "go-version", "run", "parts", "plugin", "contents",
                 "base", "repositories", "packages", "pipeline", "image", "script", "strategy", "matrix", "env"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(_NAMES), st.binary(max_size=200))
def test_any_bytes_give_a_value_or_an_input_error(name: str, data: bytes) -> None:
    try:
        found = read_build_file(data, name)
    except InputError:
        return
    assert found.artifact == name


@given(st.sampled_from(_NAMES), _YAML)
def test_any_document_gives_a_value_or_an_input_error(name: str, document: object) -> None:
    import json

    try:
        found = read_build_file(json.dumps(document).encode(), name)
    except InputError:
        return
    assert all(sign.texts for sign in found.signs)


@pytest.mark.parametrize(
    ("setup", "versions", "line"),
    [
        ("go-version: 1.20", ["1.2"], 7),
        ("go-version: 1.30 # newest", ["1.3"], 7),
        ('go-version: "1.20"', ["1.20"], 0),
        ("go-version: '1.20'", ["1.20"], 0),
        ("go-version: 1.21", ["1.21"], 0),
        ("go-version: 1.20.x", ["1.20"], 0),
        ("go-version: 1.20.10", ["1.20.10"], 0),
        ("go-version: ${{ matrix.go }}", ["1.2", "1.21", "1.30"], 3),
    ],
)
def test_a_version_that_yaml_takes_for_a_number_is_told_as_it_is_set_up(
    setup: str, versions: list[str], line: int
) -> None:
    text = (
        "jobs:\n  t:\n    strategy: {matrix: {go: [1.20, 1.21, '1.30']}}\n    steps:\n"
        f"      - uses: actions/setup-go@v5\n        with:\n          {setup}\n"
    )
    file = read_build_file(text.encode(), ".github/workflows/ci.yml")
    assert [use.version for use in file.gos] == versions
    assert [gap.location.line for gap in file.gaps if gap.location] == ([line] if line else [])
    assert all("put it in quotes" in gap.remedy for gap in file.gaps)
