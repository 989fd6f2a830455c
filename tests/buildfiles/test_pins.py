"""How firmly things are named, and until when the distribution under an image is supported."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.buildfiles.base_ends import end_of_alpine_repository, end_of_base, living_release
from supplymatrix.buildfiles.pins import names_release, pin_of_go, pin_of_image, pin_of_package, pin_of_ref
from supplymatrix.model.vendor_path import Pinned

_DIGEST = "@sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("reference", "pinned"),
    [
        (f"golang{_DIGEST}", "digest"), (f"golang:1.26{_DIGEST}", "digest"), ("golang@sha256:00", "floating"),
        ("golang", "floating"), ("golang:latest", "floating"), ("golang:1.26", "floating"),
        ("golang:1.26-alpine3.22", "floating"), ("golang:1.26.9-alpine3.22", "version"), ("golang:1.27rc1", "version"),
        ("debian:bookworm", "floating"), ("debian:13.1", "version"), ("debian:13.1-slim", "version"),
        ("debian:bookworm-20261103-slim", "version"), ("ubuntu:24.04", "floating"),
        ("ubuntu:noble-20261013", "version"),
        ("alpine:3.22", "floating"), ("alpine:3.22.1", "version"), ("alpine:edge", "floating"),
        ("registry.access.redhat.com/ubi9/ubi:9.6-1760340943", "version"), ("ubi9/ubi:9.6", "floating"),
        ("gcr.io/distroless/static-debian13:nonroot", "floating"), ("registry.example:5000/a/b", "floating"),
        ("ghcr.io/a/b:sha-0123abc", "version"), ("a/b:v1", "floating"), ("a/b:v1.2.3", "version"),
        ("a/krte:v20240523-a15ad90fc9-master", "version"), ("cgr.dev/chainguard/go:1.26.4", "floating"),
        (f"cgr.dev/chainguard/go:1.26.4{_DIGEST}", "digest"),
        ("a/b:$TAG", "unknown"), ("a/b:{{ .Tag }}", "unknown"),
    ],
)  # fmt: skip
def test_an_image_is_named_by_contents_by_version_or_by_what_moves(reference: str, pinned: str) -> None:
    assert pin_of_image(reference).value == pinned


@pytest.mark.parametrize(
    ("reference", "names"),
    [
        ("golang:1.26", True), ("debian:trixie-slim", True), ("gcr.io/distroless/static-debian13", True),
        ("golang", False), ("golang:alpine", False), ("alpine:edge", False), ("a/b2:latest", False),
    ],
)  # fmt: skip
def test_whether_a_reference_names_any_release(reference: str, names: bool) -> None:
    assert names_release(reference) is names


@pytest.mark.parametrize(
    ("ref", "pinned"),
    [
        ("0" * 40, "digest"), ("0" * 64, "digest"), ("0" * 39, "floating"), ("v4", "floating"), ("v4.1", "floating"),
        ("v4.1.2", "version"), ("4.1.2-rc.1", "version"), ("main", "floating"), ("", "floating"), ("$REF", "unknown"),
    ],
)  # fmt: skip
def test_a_ref_is_a_commit_a_version_or_moves(ref: str, pinned: str) -> None:
    assert pin_of_ref(ref).value == pinned


def test_packages_and_gos_are_pinned_by_a_full_version_alone() -> None:
    asked = ("", ">= 1.22", "=1.26.9-r0", "= 1.26.9", "==1.26.9", "=2:1.26.9-1", "=1.26*", "=1.26", "=$V")
    pins = [pin_of_package(text).value for text in asked]
    assert pins == ["floating"] * 2 + ["version"] * 4 + ["floating"] * 2 + ["unknown"]
    assert [pin_of_go(text).value for text in ("1.26.9", "1.27rc1", "1.26", "")] == ["version"] * 2 + ["floating"] * 2


@pytest.mark.parametrize(
    ("reference", "distribution"),
    [
        ("golang:1.22-buster", "Debian 10 (buster)"), ("golang:1.26-alpine3.20", "Alpine 3.20"), ("golang:1.26", ""),
        ("debian:12.5-slim", "Debian 12 (bookworm)"), ("docker.io/library/debian:trixie", "Debian 13 (trixie)"),
        ("public.ecr.aws/docker/library/alpine:3.16.2", "Alpine 3.16"), ("alpine", ""), ("alpine:edge", ""),
        ("ubuntu:jammy-20240101", "Ubuntu 22.04 (jammy)"), ("ubuntu:latest", ""), ("registry.example/ubuntu:18.04", ""),
        ("registry.access.redhat.com/ubi8-minimal", "Red Hat UBI 8"),
        ("registry.redhat.io/ubi10/go-toolset:1.26", "Red Hat UBI 10"),
        ("gcr.io/distroless/base-debian11:debug", "distroless on Debian 11"), ("gcr.io/distroless/static", ""),
        ("mcr.microsoft.com/cbl-mariner/base/core:2.0", "Azure Linux 2.0"), ("centos:7.9.2009", "CentOS 7"),
        ("quay.io/centos/centos:stream9", "CentOS stream9"), ("fedora:41", "Fedora 41"), ("fedora:rawhide", ""),
        ("opensuse/leap:15.6", "openSUSE Leap 15.6"), ("cgr.dev/chainguard/go:latest", ""),
        ("mcr.microsoft.com/devcontainers/go:1-1.25-bookworm", "Debian 12 (bookworm)"), (f"debian{_DIGEST}", ""),
        ("amazonlinux:2", "Amazon Linux 2"), ("amazonlinux:2023", ""), ("centos", "CentOS 8"), (f"centos{_DIGEST}", ""),
        ("registry.suse.com/bci/bci-micro:15.6.47.1", "SLE BCI 15.6"), ("registry.suse.com/bci/golang:15.4", ""),
        ("oraclelinux:7-slim", "Oracle Linux 7"), ("photon:3.0", "Photon OS 3.0"), ("ubuntu:26.10", "Ubuntu 26.10"),
    ],
)  # fmt: skip
def test_the_distribution_under_an_image_is_told_by_tag_or_name(reference: str, distribution: str) -> None:
    found = end_of_base(reference)
    assert (found.distribution if found else "") == distribution


def test_ends_are_days_with_their_source_and_what_follows_lives() -> None:
    found = end_of_base("debian:buster")
    assert found is not None
    assert (found.ends, "LTS" in found.source) == (date(2024, 6, 30), True)
    following = living_release("debian", date(2026, 11, 26))
    assert following is not None
    assert following.release == "13"
    assert living_release("debian", date(2040, 1, 1)) is None
    assert living_release("debian", date(2030, 3, 1)) is None  # 13 has four months left
    branch = end_of_alpine_repository("dl.example/alpine/v3.18/main")
    assert branch is not None
    assert branch.ends == date(2025, 5, 9)
    assert end_of_alpine_repository("packages.wolfi.dev/os") is None


@given(st.text(max_size=60), st.sampled_from(("golang:", "debian:", "ubi9/", "a@sha256:", "gcr.io/distroless/", "")))
def test_no_reference_breaks_anything(text: str, start: str) -> None:
    reference = start + text
    assert isinstance(pin_of_image(reference), Pinned)
    assert isinstance(pin_of_ref(reference), Pinned)
    assert isinstance(pin_of_package(reference), Pinned)
    assert names_release(reference) in (True, False)
    end_of_base(reference)
