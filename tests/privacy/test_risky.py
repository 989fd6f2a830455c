"""Which settings are risky, how wide, and which are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.goenv import ENVIRONMENT
from supplymatrix.model.go_sources import RiskySetting, SettingRisk, Width
from supplymatrix.model.value import changed
from supplymatrix.privacy.effective import NAMES, Layer, all_effective
from supplymatrix.privacy.patterns import width_of
from supplymatrix.privacy.risky import is_told, risks_of
from supplymatrix.sumdb.known import GO_LOG_KEY
from tests.support.made_log import make_key


def risks(**settings: str) -> tuple[RiskySetting, ...]:
    shipped = Layer(origin="GOROOT's go.env", values={"GOPROXY": "https://proxy.example,direct"})
    return risks_of(all_effective([Layer(origin=ENVIRONMENT, values=settings), shipped]))


def told(**settings: str) -> list[tuple[str, SettingRisk, Width]]:
    return [(risk.setting, risk.risk, risk.width) for risk in risks(**settings)]


OTHER, SAME_NAME = make_key("log.example").verifier, make_key("sum.golang.org").verifier
ALL, DOMAIN, PATH = Width.ALL, Width.DOMAIN, Width.PATH


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"GOSUMDB": "off"}, [("GOSUMDB", SettingRisk.LOG_OFF, ALL)]),
        ({"GOSUMDB": OTHER}, [("GOSUMDB", SettingRisk.FOREIGN_LOG, ALL)]),
        ({"GOSUMDB": SAME_NAME}, [("GOSUMDB", SettingRisk.FOREIGN_LOG, ALL)]),
        ({"GOSUMDB": f"{SAME_NAME} https://log.example"}, [("GOSUMDB", SettingRisk.FOREIGN_LOG, ALL)]),
        ({"GOSUMDB": "off "}, [("GOSUMDB", SettingRisk.FOREIGN_LOG, ALL)]),
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
        ({"GOPRIVATE": "a.test, b.test"}, [("GOPRIVATE", SettingRisk.COVERS_NOTHING, DOMAIN)]),
        ({"GOPRIVATE": "[gh]it.corp.example", "GONOPROXY": "hit.corp.example"},
         [("GONOPROXY", SettingRisk.PROXY_OVERRIDES, DOMAIN)]),
        ({"GOVCS": "*:all"}, [("GOVCS", SettingRisk.ANY_VCS, ALL)]),
        ({"GOVCS": "private:git,*:all,b.test:svn"}, [("GOVCS", SettingRisk.ANY_VCS, ALL)]),
        ({"GOVCS": "public:git|svn"}, [("GOVCS", SettingRisk.ANY_VCS, ALL)]),
        ({"GOVCS": "a.example:all,b.example/c:hg|bzr"},
         [("GOVCS", SettingRisk.ANY_VCS, DOMAIN), ("GOVCS", SettingRisk.ANY_VCS, PATH)]),
        ({"GOAUTH": "./auth"}, [("GOAUTH", SettingRisk.AUTH_PROGRAM, ALL)]),
        ({"GOAUTH": "auth-tool a b"}, [("GOAUTH", SettingRisk.AUTH_PROGRAM, PATH)]),
        ({"GOAUTH": "git relative"}, [("GOAUTH", SettingRisk.AUTH_PROGRAM, ALL)]),
        ({"GOFLAGS": "-insecure '-mod=mod'"},
         [("GOFLAGS", SettingRisk.REMOVED_FLAG, ALL), ("GOFLAGS", SettingRisk.MOD_WRITTEN, ALL)]),
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
        {"GOSUMDB": GO_LOG_KEY},
        {"GOINSECURE": "git.corp.example/..."},
        {"GOPRIVATE": "[gh]it.corp.example", "GONOPROXY": "[gh]it.corp.example"},
        {"GOPRIVATE": "*.corp.example", "GOVCS": "git.corp.example/old:svn"},
        {"GOVCS": "public:git|hg,private:all,*:all"},
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


def test_all_of_a_value_is_looked_at_and_many_risks_are_counted() -> None:
    hosts = ",".join(f"h{number}.example" for number in range(101))
    assert told(GONOSUMDB=f"{hosts},*") == [("GONOSUMDB", SettingRisk.LOG_OFF, ALL)]
    assert told(GONOPROXY="x.test", GOPRIVATE=f"{hosts},a.test/{'b' * 3_000}")[-1][:2] == (
        "GONOPROXY", SettingRisk.PROXY_OVERRIDES,
    )  # fmt: skip
    many = risks(GOPRIVATE=",".join([*(f"github.com/a{number}" for number in range(200)), "gitlab.com"]))
    assert len(many) == 50
    assert (many[0].pattern, many[0].width) == ("gitlab.com", DOMAIN)
    assert many[-1].words.endswith("; and so it is with 151 more entries")


def test_lists_that_are_too_long_to_be_held_against_each_other_are_told() -> None:
    first, second = (",".join(f"{letter}{number}.test" for number in range(1_100)) for letter in "ab")
    (risk,) = risks(GOPRIVATE=first, GONOPROXY=second)
    assert (risk.risk, risk.width) == (SettingRisk.PROXY_OVERRIDES, ALL)


def test_a_proxy_that_the_policy_allows_takes_nothing_back() -> None:
    settings = all_effective(
        [
            Layer(origin=ENVIRONMENT, values={"GOPRIVATE": "a.test", "GONOPROXY": "none", "GOPROXY": "https://p.test"}),
            Layer(origin="GOROOT's go.env", values={}),
        ]
    )
    assert [risk.risk for risk in risks_of(settings)] == [SettingRisk.PROXY_OVERRIDES]
    assert risks_of(settings, proxies=("p.test",)) == ()


@pytest.mark.parametrize("name", ["GOINSECURE", "GOPRIVATE", "GONOSUMDB", "GONOPROXY"])
def test_a_login_in_a_list_of_patterns_is_in_no_word(name: str) -> None:
    found = risks(
        **{"GOPRIVATE": "z.test", name: "*,github.com/x,bot:s3cret,more@git.corp.example/a,https://u:s3cret@b"}
    )
    assert found
    assert "s3cret" not in "".join(risk.words + risk.pattern for risk in found)


def test_builds_that_write_go_mod_are_a_note() -> None:
    (found,) = risks(GOFLAGS="-mod=mod")
    assert not is_told(found)


def test_a_value_that_is_not_known_is_not_judged() -> None:
    unknown = [
        changed(found, unknown="it is an expression") if found.name == "GOSUMDB" else found
        for found in all_effective([Layer(origin=ENVIRONMENT, values={"GOSUMDB": "off"})])
    ]
    assert risks_of(unknown) == ()


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
