"""Who is told a name, in which case, and whether it should be: what the real go command cannot be made to show."""

from __future__ import annotations

import pytest

from supplymatrix.gomod.goenv import GoSettings, Setting
from supplymatrix.model.go_sources import Asked, NameSent, SendReason
from supplymatrix.model.location import Location
from supplymatrix.model.module import TOOLCHAIN_PATH
from supplymatrix.privacy.leak_simulator import PrivateNames, direct_host, names_sent
from supplymatrix.privacy.needs import NeededModule

MODULE = "git.corp.example/team/secret"
NOBODY = PrivateNames()


def need(name: str = MODULE, version: str = "v1.0.0", **more: object) -> NeededModule:
    fields = {"requests": (".zip",), "reason": SendReason.REQUIRED, "location": Location(artifact="go.mod"), **more}
    return NeededModule(name=name, version=version, **fields)  # type: ignore[arg-type]  # fields of tests


def sent(wanted: NeededModule, private: PrivateNames = NOBODY, **settings: str) -> tuple[NameSent, ...]:
    said = {name: Setting(value=text) for name, text in settings.items()}
    return names_sent([wanted], GoSettings(**said), private)


def hosts(found: tuple[NameSent, ...]) -> list[tuple[str, Asked, str]]:
    return [(name.host, name.asked, name.when) for name in found]


@pytest.mark.parametrize(
    ("path", "host", "asked"),
    [
        ("github.com/a/b", "github.com", Asked.VCS),
        ("a.example/b", "a.example", Asked.GO_GET_PAGE),
        ("a.example/b.git/c", "a.example", Asked.VCS),
        ("github.company.example/a/b", "github.company.example", Asked.GO_GET_PAGE),
    ],
)
def test_whom_direct_asks(path: str, host: str, asked: Asked) -> None:
    assert direct_host(path) == (host, asked)


def test_a_log_through_proxies_is_not_sure_and_one_with_an_address_is() -> None:
    found = sent(need(looks_up=True), goproxy="https://a.example,https://b.example,direct")
    assert hosts(found)[3:] == [
        ("a.example", Asked.LOG_VIA_PROXY, "a.example serves the log"),
        ("b.example", Asked.LOG_VIA_PROXY, "b.example serves the log"),
        ("sum.golang.org", Asked.LOG, "a.example and b.example do not serve the log"),
    ]
    assert [name.is_sure for name in found] == [True, False, False, False, False, False]
    found = sent(need(looks_up=True), goproxy="https://a.example", gosumdb="sum.golang.org https://m.example")
    assert hosts(found)[-1] == ("m.example", Asked.LOG, "")


def test_conditions_add_up() -> None:
    found = sent(need(is_sure=False, when="it is imported"), goproxy="https://a.example|direct")
    assert [name.when for name in found] == ["it is imported", "it is imported, and a.example fails in any way"]


@pytest.mark.parametrize(
    ("goproxy", "gosumdb", "looked_up"),
    [("https://a.example", "", True), ("file:///p", "", False), ("https://a.example", "off", False)],
)
def test_a_toolchain_is_looked_up_whatever_gonosumdb_says(goproxy: str, gosumdb: str, *, looked_up: bool) -> None:
    wanted = need(TOOLCHAIN_PATH, "v0.0.1-go1.99.0.linux-amd64", reason=SendReason.TOOLCHAIN, looks_up=True)
    found = sent(wanted, goproxy=goproxy, gosumdb=gosumdb, gonosumdb="*")
    assert any(name.asked is Asked.LOG for name in found) is looked_up


def test_a_proxy_of_ones_own_may_know_and_the_modules_host_knows() -> None:
    private = PrivateNames(goprivate="*.corp.example")
    found = sent(need(), private, goproxy="https://proxy.corp.example,https://b.test,direct", gonoproxy="none")
    assert [(name.host, name.is_private) for name in found] == [
        ("proxy.corp.example", False), ("b.test", True), ("git.corp.example", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("private", "by"),
    [
        (PrivateNames(goprivate="*.corp.example"), "GOPRIVATE=*.corp.example"),
        (PrivateNames(declared=("git.corp.example/team",)), "the policy ([sources] private: git.corp.example/team)"),
        (PrivateNames(goprivate="x.test, git.corp.example/..."),
         "GOPRIVATE, which means git.corp.example and does not cover it as it is written"),
        (PrivateNames(goprivate="https://*.corp.example/team"),
         "GOPRIVATE, which means *.corp.example/team and does not cover it as it is written"),
        (PrivateNames(goprivate=" *"), ""),
        (PrivateNames(main="git.corp.example/team/app", logged=frozenset({MODULE})), ""),
        (PrivateNames(main="other.example/app"), ""),
    ],
)  # fmt: skip
def test_who_says_that_a_name_is_private(private: PrivateNames, by: str) -> None:
    (found,) = sent(need(), private, goproxy="https://b.test")
    assert (found.private_by, found.is_private) == (by, bool(by))


def test_the_host_of_the_main_module_makes_a_name_perhaps_private() -> None:
    (found,) = sent(need(), PrivateNames(main="git.corp.example/team/app"), goproxy="https://b.test")
    assert (found.is_private, found.may_be_private) == (False, True)
    assert found.private_by == "same host as the main module"


def test_a_proxy_that_the_policy_allows_may_know_all_names() -> None:
    private = PrivateNames(goprivate="*.corp.example", proxies=("b.test/go",))
    found = sent(need(), private, goproxy="https://b.test,https://c.test")
    assert [(name.host, name.is_private) for name in found] == [("b.test", False), ("c.test", True)]


def test_a_folder_as_a_log_and_a_proxy_that_go_refuses_hear_nothing() -> None:
    found = sent(need(looks_up=True), goproxy="http://u:p@a.test", gosumdb="sum.golang.org file:///log")
    assert found == ()


def test_a_public_host_makes_nobody_private() -> None:
    (found,) = sent(need("github.com/acme/b"), PrivateNames(main="github.com/acme/a"), goproxy="https://b.test")
    assert not found.is_private


def test_the_beginning_of_a_private_package_tells_of_it() -> None:
    private = PrivateNames(goprivate="git.corp.example/team")
    wanted = need("git.corp.example", "", package="git.corp.example/team/x", requests=("@v/list",))
    (found,) = sent(wanted, private, goproxy="https://b.test")
    assert found.private_by == "it begins the path of a private package (GOPRIVATE=git.corp.example/team)"


def test_one_name_is_told_once_to_each() -> None:
    wanted = [need(version="v1.0.0"), need(version="v1.1.0")]
    settings = GoSettings(goproxy=Setting(value="direct"))
    assert len(names_sent(wanted, settings, NOBODY)) == 1
