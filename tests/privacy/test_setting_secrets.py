"""Settings of the go command and of git give away what stands in their addresses, flags and commands."""

from __future__ import annotations

import base64
import re

import pytest

from supplymatrix.privacy.git_config_text import parse_git_config
from supplymatrix.privacy.setting_secrets import is_of_ci_job, secrets_of_git_entry, secrets_of_setting

GITHUB = "ghp_" + "Zx9Qw4Er7Ty2" * 3
ALONE = "Rt5Yu8Io2Pa6Sd9Fg3Hj"


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("GOPROXY", "https://bot:k3jh4k5j@p.example,direct", [("k3jh4k5j", "password in an address", "p.example")]),
        (
            "GOPROXY",
            "https://bot:k3jh4k5j@a.example|https://bot:x9yz8w@b.example/go",
            [("k3jh4k5j", "password in an address", "a.example"), ("x9yz8w", "password in an address", "b.example")],
        ),
        ("GOPROXY", "https://bot:secret@p.example", [("secret", "password in an address", "p.example")]),
        ("GOPROXY", "https://bot:k3/jh4k5j@p.example", [("k3/jh4k5j", "password in an address", "p.example")]),
        ("GOPROXY", "https://b:k3@JH/4k5j@p.example", [("k3@JH/4k5j", "password in an address", "p.example")]),
        ("HTTPS_PROXY", "http://b:k3@JH?4k#5j@p:1", [("k3@JH?4k#5j", "password in an address", "p")]),
        ("GOPROXY", f"https://{ALONE}:x-oauth-basic@p.example", [(ALONE, "token in an address", "p.example")]),
        ("GOPROXY", f"https://{ALONE}@p.example", [(ALONE, "token in an address", "p.example")]),
        ("GOPROXY", f"https://{GITHUB}@p.example", [(GITHUB, "GitHub token", "p.example")]),
        ("GOSUMDB", "sum.x https://bot:k3jh4k5j@s.example", [("k3jh4k5j", "password in an address", "s.example")]),
        ("HTTPS_PROXY", "http://bot:k3jh4k5j@proxy:3128", [("k3jh4k5j", "password in an address", "proxy")]),
        ("GOFLAGS", "-mod=mod -ldflags=-X=main.token=k3jh4k5j", [("k3jh4k5j", "secret by its name", "main.token")]),
        ("GOAUTH", "/bin/give --token k3jh4k5j", [("k3jh4k5j", "secret by its name", "token")]),
        ("GOAUTH", f"netrc; /bin/give {ALONE}", [(ALONE, "token in a command", "")]),
        ("CGO_CFLAGS", "-DAPI_TOKEN=k3jh4k5j", [("k3jh4k5j", "secret by its name", "API_TOKEN")]),
        ("SVC_PASSWORD", "k3jh4k5j", [("k3jh4k5j", "secret by its name", "SVC_PASSWORD")]),
    ],
)  # fmt: skip
def test_a_setting_gives_away(name: str, text: str, found: list[tuple[str, str, str]]) -> None:
    told = secrets_of_setting(name, text)
    assert sorted((one.text, one.kind, one.name) for one in told) == sorted(found)
    assert all(one.where.startswith(name) for one in told)
    assert "k3jh4k5j" not in repr(told)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("GOPROXY", "https://proxy.corp.example:8443/go@v1,direct"), ("GOPROXY", "off"), ("GOPROXY", "https://git@h/x"),
        ("GOPROXY", "https://bot:${TOKEN}@h|https://b:***@h"), ("GOSUMDB", "sum.golang.org"), ("GOAUTH", "netrc"),
        ("GOAUTH", "git /a/b"),
        ("GOAUTH", "/opt/give --config /etc/give.conf"), ("GOAUTH", "git rel"), ("GOFLAGS", "-mod=vendor -ldflags=-s"),
        ("GOPRIVATE", "git.corp.example/secret/*"), ("HTTPS_PROXY", "http://proxy:3128"), ("GOAUTH", ";;"),
    ],
)  # fmt: skip
def test_a_setting_without_one_gives_nothing_away(name: str, text: str) -> None:
    assert secrets_of_setting(name, text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f'[url "https://{GITHUB}@github.com/"]\ninsteadOf = https://x/', [("GitHub token", "url.*.insteadOf")]),
        ('[url "https://b:k3jh4k5j@h/"]\npushInsteadOf = x', [("password in an address", "url.*.pushInsteadOf")]),
        ('[remote "o"]\nurl = https://b:k3jh4k5j@h/a', [("password in an address", "remote.*.url")]),
        ('[remote "o"]\npushurl = https://' + ALONE + "@h/a", [("token in an address", "remote.*.pushUrl")]),
        ('[http "https://h"]\nextraHeader = "PRIVATE-TOKEN: k3jh4k5j"', [("token in a header", "http.*.extraHeader")]),
        ("[http]\nproxy = http://b:k3jh4k5j@p:1", [("password in an address", "http.proxy")]),
        ('[credential]\nhelper = "!f() { echo password=k3jh4k5j; }; f"', [("secret by its name", "credential.helper")]),
        ("[sendemail]\nsmtppass = k3jh4k5j", [("secret by its name", "sendemail.smtppass")]),
        ("[github]\ntoken = k3jh4k5j", [("secret by its name", "github.token")]),
    ],
)  # fmt: skip
def test_an_entry_of_git_gives_away(text: str, found: list[tuple[str, str]]) -> None:
    entries, _ = parse_git_config(text)
    assert [(one.kind, one.where) for one in secrets_of_git_entry(entries[0])] == found


@pytest.mark.parametrize(
    "text",
    [
        '[url "git@github.com:"]\ninsteadOf = https://github.com/', '[remote "o"]\nurl = https://git@h/a.git',
        "[credential]\nhelper = store", "[user]\nsigningkey = 0123456789ABCDEF", "[http]\nproxy = http://p:1",
        '[http "https://h"]\nextraheader = AUTHORIZATION: basic ***', "[user]\nemail = ada@corp.example",
        '[credential]\nhelper = "!f() { echo password=$TOKEN; }; f"',
    ],
)  # fmt: skip
def test_an_entry_of_git_without_one_gives_nothing_away(text: str) -> None:
    entries, _ = parse_git_config(text)
    assert secrets_of_git_entry(entries[0]) == ()


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("[http]\nextraheader = AUTHORIZATION: basic {x-access-token:ghs_a}", True),
        ("[http]\nextraheader = AUTHORIZATION: basic {x-access-token:ghp_a}", False),
        ("[http]\nextraheader = AUTHORIZATION: basic {bot:k3jh4k5j}", False),
        ("[http]\nextraheader = AUTHORIZATION: basic eGFj*", False),
        ("[http]\nextraheader = PRIVATE-TOKEN: ghs_a", False),
        ('[remote "o"]\nurl = https://gitlab-ci-token:glcbt-64_a@h/b', True),
        ('[url "https://gitlab-ci-token:a@h/"]\ninsteadOf = https://h/', True),
        ('[remote "o"]\nurl = https://gitlab-ci-token:glpat-a@h/b', False), ("[http]\nx = y", False),
    ],
)  # fmt: skip
def test_what_a_ci_system_writes_for_one_job_is_known(text: str, is_one: bool) -> None:
    coded = re.sub(r"\{(.*)\}", lambda found: base64.b64encode(found[1].encode()).decode(), text)
    entries, _ = parse_git_config(coded)
    assert is_of_ci_job(entries[0]) is is_one
