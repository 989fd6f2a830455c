"""Standing, and the Go in use, by RPM specs, goreleaser, ko, compose and GitLab's included files."""

from __future__ import annotations

from datetime import date

import pytest

from supplymatrix.buildfiles.registry import read_build_file
from supplymatrix.engine.vendor_profiles import load_profiles
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.vendors.go_in_use import find_go_in_use
from supplymatrix.vendors.standing import find_standing


@pytest.fixture(scope="module")
def profiles() -> tuple[VendorProfile, ...]:
    return load_profiles((), today=date(2026, 11, 26)).profiles


@pytest.mark.parametrize(
    ("name", "text", "vendors"),
    [
        ("a.spec", "Name: a\nBuildRequires: go-toolset\n", ("redhat",)),
        ("a.spec", "Name: a\nBuildRequires: go1.26-openssl\n", ("suse",)),
        ("a.spec", "Name: a\nBuildRequires: golang >= 1.22\n", ()),
        (".ko.yaml", "builds: []\n", ("chainguard",)),
        (".goreleaser.yaml", "kos: [{base_image: 'gcr.io/distroless/static'}]\n", ("google-distroless",)),
        ("compose.yaml", "services: {db: {image: 'bitnami/postgresql:16'}}\n", ()),
        (".github/workflows/a.yml", "jobs: {t: {services: {db: 'bitnami/postgresql:16'}}}\n", ()),
        (".gitlab-ci.yml", "t: {services: ['bitnami/postgresql:16']}\n", ()),
        (".gitlab/build.yml", "t: {image: 'registry.access.redhat.com/ubi9/go-toolset'}\n", ("redhat",)),
    ],
)  # fmt: skip
def test_what_is_beside_the_program_is_no_path_of_it(
    profiles: tuple[VendorProfile, ...], name: str, text: str, vendors: tuple[str, ...]
) -> None:
    standing = find_standing(profiles, [read_build_file(text.encode(), name)])
    assert standing.vendors == vendors


def test_a_package_of_many_distributions_in_a_spec_is_a_gap(profiles: tuple[VendorProfile, ...]) -> None:
    file = read_build_file(b"Name: a\nBuildRequires: golang-bin\n", "a.spec")
    assert [gap.wanted for gap in find_standing(profiles, [file]).gaps] == ["whose package golang-bin is (a.spec:2)"]


def test_goreleaser_s_go_counts_before_that_of_ci_and_compose() -> None:
    files = [
        read_build_file(b"builds: [{gobinary: go1.26.9}]\n", ".goreleaser.yaml"),
        read_build_file(b"t: {image: 'golang:1.25.1'}\n", ".gitlab-ci.yml"),
        read_build_file(b"services: {a: {image: 'golang:1.24.1'}}\n", "compose.yaml"),
    ]
    assert [go.version for go in find_go_in_use(files)] == ["1.26.9"]
    assert [go.version for go in find_go_in_use(files[1:])] == ["1.25.1"]
    assert [go.version for go in find_go_in_use(files[2:])] == ["1.24.1"]
