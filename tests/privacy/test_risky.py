"""Which settings are risky, how wide, and which are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.goenv import ENVIRONMENT
from supplymatrix.model.go_sources import RiskySetting, SettingRisk, Width
from supplymatrix.privacy.effective import NAMES, Layer, all_effective
from supplymatrix.privacy.risky import is_told, risks_of, width_of


def risks(**settings: str) -> tuple[RiskySetting, ...]:
    shipped = Layer(origin="GOROOT's go.env", values={"GOPROXY": "https://proxy.example,direct"})
    return risks_of(all_effective([Layer(origin=ENVIRONMENT, values=settings), shipped]))


def told(**settings: str) -> list[tuple[str, SettingRisk, Width]]:
    return [(risk.setting, risk.risk, risk.width) for risk in risks(**settings)]


ALL, DOMAIN, PATH = Width.ALL, Width.DOMAIN, Width.PATH


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"GOSUMDB": "off"}, [("GOSUMDB", SettingRisk.LOG_OFF, ALL)]),
        ({"GOSUMDB": "log.example+1+A"}, [("GOSUMDB", SettingRisk.FOREIGN_LOG, ALL)]),
        ({"GOSUMDB": "sum.golang.org http://m.example"}, [("GOSUMDB", SettingRisk.PLAIN_HTTP, ALL)]),
        ({"GO111MODULE": "off"}, [("GO111MODULE", SettingRisk.SUM_IGNORED, ALL)]),
        ({"GONOSUMDB": "*"}, [("GONOSUMDB", SettingRisk.LOG_OFF, ALL)]),
        ({"GONOSUMDB": "*.com"}, [("GONOSUMDB", SettingRisk.LOG_OFF, ALL)]),
        ({"GOPRIVATE": "github.com"}, [("GOPRIVATE", SettingRisk.LOG_PART, DOMAIN)]),
        ({"GOPRIVATE": "github.com/acme"}, [("GOPRIVATE", SettingRisk.LOG_PART, PATH)]),
        ({"GOINSECURE": "*,*.corp.example,a.example/b"},
         [("GOINSECURE", SettingRisk.INSECURE, width) for width in (ALL, DOMAIN, PATH)]),
        ({"GOPROXY": "http://a.example,direct"}, [("GOPROXY", SettingRisk.PLAIN_HTTP, ALL)]),
        ({"GOPROXY": "direct"}, [("GOPROXY", SettingRisk.DIRECT, ALL)]),
        ({"GOPROXY": "https://a.example|direct"}, [("GOPROXY", SettingRisk.FALLS_THROUGH, ALL)]),
        ({"GOPROXY": "https://a.example|https://b.test"}, [("GOPROXY", SettingRisk.FALLS_THROUGH, ALL)]),
        ({"GOPRIVATE": "*.corp.example", "GONOPROXY": "none"}, [("GONOPROXY", SettingRisk.PROXY_OVERRIDES, DOMAIN)]),
        ({"GOPRIVATE": "a.corp.example/x", "GONOSUMDB": "b.test"}, [("GONOSUMDB", SettingRisk.PROXY_OVERRIDES, PATH)]),
        ({"GOVCS": "*:all"}, [("GOVCS", SettingRisk.ANY_VCS, ALL)]),
        ({"GOVCS": "public:git|svn"}, [("GOVCS", SettingRisk.ANY_VCS, ALL)]),
        ({"GOVCS": "a.example:all,b.example/c:hg|bzr"},
         [("GOVCS", SettingRisk.ANY_VCS, DOMAIN), ("GOVCS", SettingRisk.ANY_VCS, PATH)]),
        ({"GOAUTH": "./auth"}, [("GOAUTH", SettingRisk.AUTH_PROGRAM, ALL)]),
        ({"GOAUTH": "auth-tool a b"}, [("GOAUTH", SettingRisk.AUTH_PROGRAM, PATH)]),
        ({"GOAUTH": "git relative"}, [("GOAUTH", SettingRisk.AUTH_PROGRAM, ALL)]),
        ({"GOFLAGS": "-insecure '-mod=mod'"},
         [("GOFLAGS", SettingRisk.REMOVED_FLAG, ALL), ("GOFLAGS", SettingRisk.SUM_IGNORED, ALL)]),
        ({"GONOSUMCHECK": "1"}, [("GONOSUMCHECK", SettingRisk.REMOVED_FLAG, ALL)]),
    ],
)  # fmt: skip
def test_what_is_risky(settings: dict[str, str], expected: list[tuple[str, SettingRisk, Width]]) -> None:
    assert told(**settings) == expected


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"GOPRIVATE": "*.corp.example,git.corp.example/a", "GONOSUMDB": "*.corp.example"},
        {"GOSUMDB": "sum.golang.org https://mirror.example"},
        {"GOSUMDB": "sum.golang.google.cn"},
        {"GOPROXY": "http://127.0.0.1:3000,off"},
        {"GOPROXY": "https://a.example|off"},
        {"GOPROXY": "https://a.corp.example|https://b.corp.example,direct"},
        {"GOPROXY": "file:///p|direct"},
        {"GOPROXY": "https://goproxy.corp.example", "GOPRIVATE": "git.corp.example", "GONOPROXY": "none"},
        {"GOVCS": "private:all,public:git"},
        {"GOAUTH": "netrc; git /srv/app; /usr/bin/auth token"},
        {"GOFLAGS": "-mod=readonly -ldflags=-insecure-no"},
        {"GO111MODULE": "on"},
    ],
)
def test_what_is_usual_is_not(settings: dict[str, str]) -> None:
    assert told(**settings) == []


def test_single_paths_are_told_by_no_rule() -> None:
    found = risks(GOPRIVATE="github.com/acme", GOINSECURE="a.example/b", GOAUTH="./auth")
    assert [is_told(risk) for risk in found] == [False, True, True]


@pytest.mark.parametrize(
    ("pattern", "width"), [("*/", ALL), ("*/*", ALL), ("*.io", ALL), ("a.b", DOMAIN), ("a.b/", DOMAIN), ("*/x", PATH)]
)
def test_widths(pattern: str, width: Width) -> None:
    assert width_of(pattern) is width


@given(st.fixed_dictionaries({}, optional={name: st.text(max_size=60) for name in NAMES}))
def test_no_value_is_too_odd(settings: dict[str, str]) -> None:
    for risk in risks(**settings):
        assert risk.words
