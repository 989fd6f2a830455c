"""SM804 to SM807: what is told of each kind of use, and what people of the field accept."""

from __future__ import annotations

from datetime import date

import pytest

from supplymatrix.checks.registry import run_rules
from supplymatrix.model.fact import Facts, ProjectFact
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location, Origin, Provenance
from supplymatrix.model.rule import Status
from supplymatrix.model.value import changed
from supplymatrix.model.vendor_path import PATH_WANTED, PathPart, Pinned, VendorUse

_PROJECT = ProjectFact(
    name="svc", module_path="github.com/acme/svc/v2", go_version="1.26", has_go_mod=True, has_go_sum=True,
    prunes_graph=True, provenance=Provenance(origin=Origin.FILE, tool="test"),
)  # fmt: skip
_COMMIT = "0" * 40


def _use(part: PathPart, what: str, pinned: Pinned, **more: object) -> VendorUse:
    use = VendorUse(part=part, vendor="", what=what, location=Location(artifact="f", line=3), pinned=pinned, words=what)
    return changed(use, **more)


def _told(rule: str, *uses: VendorUse, gaps: tuple[Gap, ...] = ()) -> list[tuple[str, str]]:
    results = run_rules(Facts((_PROJECT, *uses), gaps))
    return [(one.subject, one.status.value) for one in results if one.rule == rule]


@pytest.mark.parametrize(
    ("what", "pinned", "role", "status"),
    [
        ("golang:1.26", Pinned.FLOATING, "build", "fail"), ("alpine", Pinned.FLOATING, "runtime", "fail"),
        ("golang:1.26.9", Pinned.VERSION, "build", "pass"), ("golang:1.26", Pinned.FLOATING, "ci", ""),
        ("golang:latest", Pinned.FLOATING, "ci", "fail"), ("golang:1.20", Pinned.FLOATING, "other stage", ""),
        ("golang:1.20", Pinned.FLOATING, "development", ""), ("docker/dockerfile:1", Pinned.FLOATING, "build", ""),
        ("docker/dockerfile:latest", Pinned.FLOATING, "build", "fail"),
        ("a/$X", Pinned.UNKNOWN, "build", ""),
    ],
)  # fmt: skip
def test_images_are_told_where_their_name_moves(what: str, pinned: Pinned, role: str, status: str) -> None:
    use = _use(PathPart.BUILD_IMAGE, what, pinned, role=role)
    assert _told("SM804", use) == ([(what, status)] if status else [])


def test_what_hides_an_image_is_unknown() -> None:
    place = Location(artifact="Dockerfile", line=2)
    gap = Gap(wanted=f"{PATH_WANTED}an image", reason="$X", remedy="", subject="Dockerfile", location=place)
    assert _told("SM804", gaps=(gap,)) == [("Dockerfile:2", Status.UNKNOWN.value)]


@pytest.mark.parametrize(
    ("part", "role", "is_ended", "status"),
    [
        (PathPart.BASE_IMAGE, "runtime", True, "fail"), (PathPart.BASE_IMAGE, "runtime", False, "pass"),
        (PathPart.BASE_IMAGE, "runtime", None, ""), (PathPart.BUILD_IMAGE, "other stage", True, "fail"),
        (PathPart.BUILD_IMAGE, "development", True, ""),
        (PathPart.PACKAGES, "runtime", True, "fail"), (PathPart.TOOLCHAIN, "build", True, "fail"),
        (PathPart.TOOLCHAIN, "ci", True, ""), (PathPart.TOOLCHAIN, "project", True, ""),
        (PathPart.CI_STEP, "ci", True, ""),
    ],
)  # fmt: skip
def test_ends_are_told_of_what_is_built_and_shipped(
    part: PathPart, role: str, is_ended: bool | None, status: str
) -> None:
    use = _use(part, "x:1", Pinned.DIGEST, role=role, is_ended=is_ended, ends=date(2024, 6, 30), ends_source="D: L")
    assert _told("SM805", use) == ([("x:1", status)] if status else [])


def test_what_a_matrix_tries_is_nobody_s_base() -> None:
    end: dict[str, object] = {"role": "ci", "is_ended": True, "ends": date(2024, 6, 30)}
    uses = [_use(PathPart.BUILD_IMAGE, f"x:{tried}", Pinned.DIGEST, is_tried=tried, **end) for tried in (True, False)]
    assert _told("SM805", *uses) == [("x:False", "fail")]


def test_a_go_that_is_forced_beside_it_does_not_float() -> None:
    snap = _use(PathPart.TOOLCHAIN, "go/1.26/stable", Pinned.FLOATING, role="build", version="1.26")
    forced = _use(PathPart.TOOLCHAIN, "GOTOOLCHAIN=go1.26.9", Pinned.VERSION, role="build", version="1.26.9")
    assert ("go/1.26/stable", "fail") in _told("SM807", snap)
    assert ("go/1.26/stable", "fail") not in _told("SM807", snap, forced)


def test_a_go_that_an_image_brings_ends_with_it() -> None:
    end: dict[str, object] = {"role": "build", "is_ended": True, "ends": date(2024, 6, 30)}
    uses = (
        _use(PathPart.BUILD_IMAGE, "golang:1.20", Pinned.FLOATING, **end),
        _use(PathPart.TOOLCHAIN, "golang:1.20", Pinned.FLOATING, version="1.20", **end),
    )
    assert _told("SM805", *uses) == [("golang:1.20", "fail")]
    assert _told("SM807", *uses) == []


@pytest.mark.parametrize(
    ("what", "pinned", "status"),
    [
        ("actions/checkout@v6", Pinned.FLOATING, "pass"), ("actions/checkout@main", Pinned.FLOATING, "fail"),
        ("github/codeql-action/init@v4", Pinned.FLOATING, "pass"), ("acme/lint@v1", Pinned.FLOATING, "fail"),
        ("acme/lint@v1.2.3", Pinned.VERSION, "fail"), (f"acme/lint@{_COMMIT}", Pinned.DIGEST, "pass"),
        ("slsa-framework/slsa-github-generator/.github/workflows/g.yml@v2.1.0", Pinned.VERSION, "pass"),
        ("slsa-framework/slsa-github-generator/.github/workflows/g.yml@v2", Pinned.FLOATING, "fail"),
        ("include acme/ci:/go.yml@v3.2.1", Pinned.VERSION, "pass"),
        ("include acme/ci:/go.yml", Pinned.FLOATING, "fail"),
        ("include Security/SAST.gitlab-ci.yml", Pinned.UNKNOWN, ""), ("docker://a/b:1", Pinned.FLOATING, "fail"),
        ("postgres:16", Pinned.FLOATING, ""), ("Acme/SVC@main", Pinned.FLOATING, ""),
        ("acme/svc/.github/workflows/x.yml@main", Pinned.FLOATING, ""),
        ("acme/svc/sub@main", Pinned.FLOATING, ""), ("acme/svc-extra/sub@main", Pinned.FLOATING, "fail"),
    ],
)  # fmt: skip
def test_steps_of_ci_are_told_unless_the_field_accepts_them(what: str, pinned: Pinned, status: str) -> None:
    use = _use(PathPart.CI_STEP, what, pinned, role="ci")
    assert _told("SM806", use) == ([(what, status)] if status else [])


@pytest.mark.parametrize(
    ("version", "role", "status"),
    [
        ("1.26", "build", "fail"), ("", "build", "fail"), ("1.26", "ci", ""), ("", "ci", "fail"),
        ("1.26.9", "ci", "pass"), ("1.26", "project", ""), ("1.26", "other stage", ""),
    ],
)  # fmt: skip
def test_a_go_floats_where_a_build_names_a_minor_or_ci_names_none(version: str, role: str, status: str) -> None:
    pinned = Pinned.VERSION if version.count(".") == 2 else Pinned.FLOATING
    use = _use(PathPart.TOOLCHAIN, "Go", pinned, role=role, version=version)
    assert _told("SM807", use) == ([("Go", status)] if status else [])


def test_one_name_is_told_once_with_all_its_places() -> None:
    uses = [
        _use(PathPart.CI_STEP, "acme/lint@v1", Pinned.FLOATING, role="ci", location=Location(artifact="w", line=line))
        for line in range(1, 41)
    ]
    (result,) = (one for one in run_rules(Facts((_PROJECT, *uses), ())) if one.rule == "SM806")
    assert result.finding is not None
    assert (len(result.finding.locations), result.module) == (20, "github.com/acme/svc/v2")
