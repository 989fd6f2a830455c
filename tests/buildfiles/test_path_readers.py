"""Readers of RPM specs, goreleaser, ko, compose, devcontainer and CI: what hostile and odd files come to."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.buildfiles.found import BuildFile, Role
from supplymatrix.buildfiles.registry import kind_of, read_build_file
from supplymatrix.buildfiles.rpm_spec import parse_rpm_spec
from supplymatrix.buildfiles.scripts import shown
from supplymatrix.errors import InputError
from supplymatrix.model.vendor import DetectKind

_NAMES = (
    "svc.spec", ".goreleaser.yaml", ".ko.yaml", "docker-compose.yml", ".devcontainer/devcontainer.json",
    ".gitlab/ci/a.yml", ".github/actions/a/action.yml",
)  # fmt: skip
_YAML = tuple(name for name in _NAMES if not name.endswith(".spec"))
_PIECES = (
    "%if 1\n", "%else\n", "%endif\n", "%global a %{b}\n", "%global b %{a}\n", "BuildRequires: golang >= %{a}\n",
    "%build\n", "%gobuild\n", "\\\n", "builds:\n", "  - env: [A=b]\n", "kos:\n", "  - base_image: a:$B\n", "include:\n",
    "  - project: a/b\n    ref: $R\n", "jobs: {a: {uses: a/b/c@d, services: {x: y}}}\n", "runs:\n", "services:\n",
    "  a:\n    image: golang:${V:-1}\n", '{"image": "a"} // x\n', "signs: [{}]\n", "&a [*a]\n", "\t", "\x01",
    "é", "- {}\n",
)  # fmt: skip


def _read(name: str, text: str) -> BuildFile:
    return read_build_file(text.encode("utf-8", "surrogatepass"), name)


@given(st.sampled_from(_NAMES), st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_any_text_is_read_or_refused(name: str, text: str) -> None:
    try:
        file = _read(name, text)
    except InputError:
        return
    assert all(1 <= sign.location.line <= text.count("\n") + 1 for sign in (*file.signs, *file.beside))
    assert all(1 <= tool.location.line <= text.count("\n") + 1 for tool in file.tools)


def test_any_bytes_are_read_or_refused() -> None:
    rng = random.Random(7)  # noqa: S311 - made-up data
    for name in _NAMES:
        for size in (0, 1, 40, 400):
            with suppress(InputError):
                read_build_file(rng.randbytes(size), name)


def test_comments_that_never_end_cost_no_more_than_their_length() -> None:
    for text in (",/*" * 300_000, '"\\"' * 250_000, '{"image": "a" /*' + "," * 900_000):
        with suppress(InputError):
            _read(".devcontainer/devcontainer.json", text)


@pytest.mark.parametrize("name", _YAML)
def test_aliases_that_stand_for_billions_are_refused(name: str) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{key}: &{key} [{', '.join(f'*{before}' for _ in range(9))}]\n"
        for before, key in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(InputError):
        _read(name, bomb)


@pytest.mark.parametrize("name", _YAML)
def test_several_documents_and_lists_are_refused_with_a_place(name: str) -> None:
    for text in ("a: 1\n---\nb: 2\n", "- a\n- b\n", "a: [\n"):
        with pytest.raises(InputError) as caught:
            _read(name, text)
        assert caught.value.diagnostics[0].line >= 1


@pytest.mark.parametrize("name", _NAMES)
def test_an_enormous_file_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        _read(name, "# x\n" * (2 << 20))


def test_macros_that_hold_each_other_come_to_an_end() -> None:
    file = _read("a.spec", "%global a %{b}%{b}\n%global b %{a}%{a}\nName: x\nBuildRequires: golang >= %{a}\n")
    assert [use.version for use in file.gos] == [""]


def test_a_condition_without_a_start_and_deep_ones_are_harmless() -> None:
    text = "%endif\n%else\n" + "%if 1\n" * 500 + "BuildRequires: golang\n"
    file = _read("a.spec", text)
    assert len(file.gos) == 1
    assert [gap.wanted for gap in file.gaps] == ["where a condition of the spec ends"]


def test_both_branches_of_a_condition_are_read_and_said_so() -> None:
    text = "Name: x\n%if 0%{?rhel}\nBuildRequires: go-toolset\n%else\nBuildRequires: golang\n%endif\n"
    words = [sign.words for sign in _read("a.spec", text).signs]
    assert words == [
        "BuildRequires: go-toolset (under %if 0%{?rhel})", "BuildRequires: golang (under %else of if 0%{?rhel})",
    ]  # fmt: skip


def test_what_a_spec_bundles_is_counted_and_listed() -> None:
    lines = [f"Provides: bundled(golang(example.com/m{number})) = 1.{number}.0\n" for number in range(6_000)]
    spec = parse_rpm_spec(("%global goipath example.com/svc\nName: svc\n" + "".join(lines)).encode(), "svc.spec")
    assert (spec.name, spec.goipath, spec.bundled_total, len(spec.bundled)) == ("svc", "example.com/svc", 6_000, 5_000)
    assert (spec.bundled[1].path, spec.bundled[1].version, spec.bundled[1].line) == ("example.com/m1", "1.1.0", 4)
    assert [tool.what for tool in spec.file.tools] == ["6,000 bundled Go modules"]


def test_a_service_of_ci_is_beside_the_program_and_no_sign_of_it() -> None:
    file = _read(".github/workflows/a.yml", "jobs: {t: {services: {db: {image: bitnami/postgresql:16}}}}\n")
    assert not file.signs
    assert [(sign.texts[0], sign.role, sign.stage) for sign in file.beside] == [("bitnami/postgresql:16", Role.CI, "t")]


def test_an_image_of_go_as_a_step_may_build_the_program() -> None:
    file = _read(".github/workflows/a.yml", "jobs: {t: {steps: [{uses: 'docker://golang:1.26'}]}}\n")
    assert [sign.texts[0] for sign in file.signs] == ["golang:1.26"]


def test_a_variable_of_a_workflow_is_filled_in_where_its_value_is_plain() -> None:
    text = (
        'env: {GO: "1.26.9", OTHER: "${{ vars.GO }}"}\njobs:\n  t:\n    env: {GO: 1.25.1}\n    steps:\n'
        "      - uses: actions/setup-go@v6\n        with: {go-version: '${{ env.GO }}'}\n"
        "      - uses: actions/setup-go@v6\n        with: {go-version: '${{ env.OTHER }}'}\n"
    )
    file = _read(".github/workflows/a.yml", text)
    assert [use.version for use in file.gos] == ["1.25.1"]
    assert [gap.location.line for gap in file.gaps if gap.location] == [9]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".gitlab/ci/build.yml", "gitlab-ci"), ("ci/build.gitlab-ci.yml", "gitlab-ci"), (".gitlab/Dockerfile", ""),
        (".github/actions/a/action.yml", "workflow"), (".github/actions/Dockerfile", ""), ("action.yml", "workflow"),
        ("sub/action.yml", "workflow"), (".circleci/Dockerfile", ""), (".devcontainer/Dockerfile", ""),
        (".devcontainer/go/devcontainer.json", "devcontainer"), (".devcontainer.json", "devcontainer"),
        ("package.json", ""), ("svc.spec.in", "rpm-spec"), ("a.spec.ts", ""),
        (".goreleaser.nightly.yml", "goreleaser"), ("compose.override.yaml", "compose"), ("cmd/.ko.yaml", "ko"),
    ],
)  # fmt: skip
def test_more_files_are_known_by_their_names(path: str, kind: str) -> None:
    assert kind_of(path) == kind


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("RUN TOKEN=abcdef go build", "RUN TOKEN=… go build"), ("api_key: 'ab c9'", "api_key: '…'"),
        ("curl -H 'Authorization: Bearer abcdefgh12'", "curl -H 'Authorization: Bearer …'"),
        ("-X main.clientSecret=hunter22", "-X main.clientSecret=…"), ("echo ghp_0123456789abcdef", "echo …"),
        ("id-token: write", "id-token: write"), ("TOKEN=$TOKEN", "TOKEN=$TOKEN"),
        ("token: ${{ secrets.T }}", "token: ${{ secrets.T }}"), ("go-version: 1.26", "go-version: 1.26"),
    ],
)  # fmt: skip
def test_a_quoted_line_holds_no_secret(line: str, quoted: str) -> None:
    assert shown(line) == quoted


def test_signs_of_ko_know_ko_s_own_base() -> None:
    (sign,) = _read(".ko.yaml", "builds: []\n").signs
    assert (sign.kind, sign.role, "no base image is named" in sign.words) == (DetectKind.IMAGE, Role.RUNTIME, True)
