"""Nothing that may be a secret is left in what is shown."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from supplymatrix.engine.go_settings import shown_go_settings
from supplymatrix.engine.redaction import Redactor, redact_goauth, redact_gosumdb, redact_urls, secrets_of, server_of

_WORD = st.text("abcXYZ019/:@,|?#%!=&~+.- ", min_size=4, max_size=20).map(str.strip)


@pytest.mark.parametrize(
    ("value", "shown", "for_others"),
    [
        ("https://proxy.example/go,direct", "https://proxy.example/go,direct", "https://proxy.example/…,direct"),
        ("https://ada:s3cret@p.example", "https://…@p.example", "https://…@p.example"),
        ("https://t0ken@p.example/a|off", "https://…@p.example/a|off", "https://…@p.example/…|off"),
        ("https://u:p@ss,word@p.example,direct", "https://…@p.example,direct", "https://…@p.example,direct"),
        ("https://u:p/w@p.example", "https://…@p.example", "https://…@p.example"),
        ("https://p.example/a?key=1,direct", "https://p.example/a?…", "https://p.example/…"),
        ("u:p@p.example:8080", "…@p.example:8080", "…@p.example:8080"),
        ("off", "off", "off"),
        ("", "", ""),
    ],
)
def test_addresses_are_shown_without_their_secrets(value: str, shown: str, for_others: str) -> None:
    assert redact_urls(value) == shown
    assert redact_urls(value, with_paths=False) == for_others


@given(_WORD, _WORD, st.sampled_from(["", ",direct", "|https://b.example"]))
def test_no_user_and_no_password_is_left_whatever_stands_in_them(user: str, password: str, rest: str) -> None:
    user, password = f"U{user}U", f"P{password}P"
    assume("://" not in user + password)
    for with_paths in (True, False):
        shown = redact_urls(f"https://{user}:{password}@proxy.example{rest}", with_paths=with_paths)
        assert shown == f"https://…@proxy.example{rest}"


def test_only_the_server_is_left_of_an_address() -> None:
    assert server_of("https://ada:pw@proxy.example:8443/token/x?y=1") == "https://proxy.example:8443"


def test_a_log_address_in_gosumdb_loses_its_password() -> None:
    assert (
        redact_gosumdb("log.example+00+key https://a:b@log.example/x") == "log.example+00+key https://…@log.example/x"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("netrc", "netrc"),
        ("off", "off"),
        ("git /srv/auth; netrc", "git …; netrc"),
        ("/bin/helper --token=s3cret", "a command"),
        ("netrc s3cret", "a command"),
        (";;", ""),
    ],
)
def test_a_command_of_goauth_is_not_shown(value: str, shown: str) -> None:
    assert redact_goauth(value) == shown


def test_secrets_are_found_as_written_and_as_meant() -> None:
    found = secrets_of({"GOPROXY": "https://ada:s%33cret@p.example", "CI_JOB_TOKEN": "glpat-1", "PATH": "/usr/bin"})
    assert found == ("ada:s%33cret", "ada:s3cret", "s%33cret", "glpat-1", "s3cret")


def test_a_text_loses_secrets_and_the_name_of_the_home() -> None:
    redact = Redactor(("s3cret",), "/home/ada")
    assert redact("at /home/ada/x: s3cret, /home/adam, /home/ada") == "at ~/x: …, /home/adam, ~"


def test_without_secrets_and_home_a_text_stays() -> None:
    assert Redactor(())("at /x") == "at /x"


def test_go_settings_come_with_their_origins(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("go") / "env"
    file.write_text("GOPROXY=https://a:pass@p.example/x\nGOPRIVATE=corp.example/a,corp.example/b\n", encoding="utf-8")
    environ = {"GOENV": str(file), "GOAUTH": "off", "GOPATH": "/g", "GONOPROXY": "none"}
    found = {item.name: (item.shown, item.origin) for item in shown_go_settings(environ)}
    assert found["GOPROXY"] == ("https://…@p.example/x", str(file))
    assert found["GONOSUMDB"] == ("corp.example/a,corp.example/b", "GOPRIVATE")
    assert found["GONOPROXY"] == ("none", "environment")
    assert found["GOAUTH"] == ("off", "environment")
    assert found["GOMODCACHE"] == ("/g/pkg/mod", "GOPATH, environment")
    assert found["GOSUMDB"] == ("", "")


def test_for_others_patterns_are_only_counted() -> None:
    found = {i.name: i.shown for i in shown_go_settings({"GOPRIVATE": "corp.example/a, b.example"}, for_others=True)}
    assert (found["GOPRIVATE"], found["GONOSUMDB"]) == ("2 patterns", "2 patterns")


def test_a_path_behind_an_address_in_brackets_is_left_out_too() -> None:
    assert redact_urls("https://[2001:db8::1]:8443/TOKEN", with_paths=False) == "https://[2001:db8::1]:8443/…"


def test_a_pattern_is_shown_without_a_password() -> None:
    environ = {"GOPRIVATE": "a.example/?,https://b:k3jh4k5j@h/x,b:k3jh4k5j@h", "GOINSECURE": "https://b:k3jh4k5j@h"}
    found = {item.name: item.shown for item in shown_go_settings(environ)}
    assert found["GOPRIVATE"] == found["GONOSUMDB"] == "a.example/?,https://…@h/x,…@h"
    assert found["GOINSECURE"] == "https://…@h"
