"""Which setting holds, where it comes from, and what it goes before."""

from __future__ import annotations

import pytest

from supplymatrix.gomod.goenv import ENVIRONMENT
from supplymatrix.model.location import Location
from supplymatrix.privacy.effective import NAMES, FoundSetting, Layer, all_effective, effective, shown_as


def layers(environ: dict[str, str], file: dict[str, str], goroot: dict[str, str]) -> list[Layer]:
    return [
        Layer(origin=ENVIRONMENT, values=environ),
        Layer(origin="go env file", values=file, file="/home/ada/.config/go/env"),
        Layer(origin="GOROOT's go.env", values=goroot, file="/usr/local/go/go.env"),
    ]


@pytest.mark.parametrize(
    ("environ", "file", "goroot", "text", "origin"),
    [
        ({"GOPROXY": "a"}, {"GOPROXY": "b"}, {"GOPROXY": "c"}, "a", "environment"),
        ({"GOPROXY": ""}, {"GOPROXY": "b"}, {"GOPROXY": "c"}, "b", "go env file"),
        ({}, {"GOPROXY": ""}, {"GOPROXY": "c"}, "", "go env file"),
        ({}, {}, {"GOPROXY": "c"}, "c", "GOROOT's go.env"),
        ({}, {}, {}, "", "default of Go"),
    ],
)
def test_the_stronger_layer_holds(
    environ: dict[str, str], file: dict[str, str], goroot: dict[str, str], text: str, origin: str
) -> None:
    found = effective(layers(environ, file, goroot), "GOPROXY")
    assert (found.text, found.origin) == (text, origin)


def test_what_it_goes_before_is_told_nearest_first() -> None:
    found = effective(layers({"GOPROXY": "a"}, {"GOPROXY": "b"}, {"GOPROXY": "c"}), "GOPROXY")
    assert found.overridden == (
        ("go env file (/home/ada/.config/go/env)", "b"),
        ("GOROOT's go.env (/usr/local/go/go.env)", "c"),
    )


@pytest.mark.parametrize(
    ("environ", "text", "origin"),
    [
        ({"GOPRIVATE": "*.corp.example"}, "*.corp.example", "implied by GOPRIVATE"),
        ({"GOPRIVATE": "*.corp.example", "GONOPROXY": "none"}, "none", "environment"),
        ({}, "", "default of Go"),
    ],
)
def test_goprivate_implies_what_is_empty(environ: dict[str, str], text: str, origin: str) -> None:
    found = effective(layers(environ, {}, {}), "GONOPROXY")
    assert (found.text, found.origin) == (text, origin)
    file = effective(layers({}, {**environ, "GONOSUMDB": ""}, {}), "GONOSUMDB")
    assert file.text == environ.get("GOPRIVATE", "")


def test_proxies_of_the_network_are_read_in_both_cases_and_from_the_environment_alone() -> None:
    found = layers({"https_proxy": "http://p.example"}, {"HTTP_PROXY": "x", "GOENV": "y"}, {})
    assert [effective(found, name).text for name in ("HTTPS_PROXY", "HTTP_PROXY", "GOENV")] == [
        "http://p.example", "", "",
    ]  # fmt: skip


def test_a_value_is_in_no_repr_and_is_shown_as_it_may_be() -> None:
    place = Location(artifact="Dockerfile", line=2, column=1)
    layer = Layer(origin="Dockerfile", values={"GOPROXY": "s3cret"}, file="Dockerfile", locations={"GOPROXY": place})
    found = effective([layer], "GOPROXY", context="Dockerfile, stage build")
    assert "s3cret" not in repr(found) + repr(layer)
    shown = shown_as(found, lambda _name, text: "…" if text else "")
    assert (shown.shown, shown.location, shown.context) == ("…", place, "Dockerfile, stage build")
    assert shown.name == "GOPROXY"


def test_every_name_is_told_once_in_order() -> None:
    found: list[FoundSetting] = all_effective(layers({}, {}, {}))
    assert [entry.name for entry in found] == list(NAMES)
    assert not any(entry.is_said for entry in found)
