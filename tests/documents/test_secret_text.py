"""What looks like a secret is found in any text, blotted out to the last character, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.documents.secret_forms import is_hole, is_like_a_token, names_a_secret, netrc_spans
from supplymatrix.documents.secret_text import blotted, spans_in, without_credentials
from supplymatrix.errors import Diagnostic

GITHUB = "ghp_" + "Zx9Qw4Er7Ty2" * 3
_SAY = "{TOKEN: k3jh4k5j, B: c}"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"export A={GITHUB}", GITHUB), ("A_TOKEN=k3jh4k5j B=c", "k3jh4k5j"), ("token: 'it''s k3jh'", "it''s k3jh"),
        ('{"password": "k3jh\\"4k5j"}', 'k3jh\\"4k5j'), (_SAY, "k3jh4k5j"), ("TOKEN ?= k3jh4k5j # old", "k3jh4k5j"),
        ("  - API_KEY: k3jh4k5j", "k3jh4k5j"), ('args: ["--token", "k3jh4k5j"]', "k3jh4k5j"),
        ("run --db-password k3jh4k5j --verbose", "k3jh4k5j"), ("x ${API_KEY:-k3jh4k5j}", "k3jh4k5j"),
        ("Authorization: token k3jh4k5j", "k3jh4k5j"), ("dsn=bot:k3jh4k5j@tcp(db)/x", "k3jh4k5j"),
        ("https://bot:k3@jh4k5j@git.corp.example/a", "k3@jh4k5j"), ("curl -ubot:k3jh4k5j https://a", "k3jh4k5j"),
        ("AccountKey=" + "k3jh4k5j" * 11 + "==", "k3jh4k5j" * 11 + "=="),
        ("password=prefix-${X}-k3jh4k5j", "prefix-${X}-k3jh4k5j"),
        ("https://b:k3@jh/4k5j@git.corp.example/a", "k3@jh/4k5j"), ("https:/b:k3jh4k5j@h/x", "k3jh4k5j"),
        ("https://b:k3/jh4k5j@h", "k3/jh4k5j"), ("go install https://b:k3jh4k5j@h/x@v1.2.3", "k3jh4k5j"),
    ],
)  # fmt: skip
def test_a_secret_is_found_and_blotted(text: str, secret: str) -> None:
    (span,) = spans_in(text)
    assert text[span.start : span.end] == secret
    shown = blotted(text)
    assert shown == text.replace(secret, "*" * len(secret))
    assert blotted(shown) == shown


@pytest.mark.parametrize("piece", ["${", "$(", "{{", "${{ "])
def test_pieces_within_each_other_are_no_place_for_a_secret(piece: str) -> None:
    close = {"${": "}", "$(": ")", "{{": "}}", "${{ ": " }}"}[piece]
    text = f"PASSWORD='k3jh4k5j{piece * 1200}a{close * 1200}'"
    assert blotted(text).startswith("PASSWORD='********")
    assert is_hole(f"{piece}X{close}")


@pytest.mark.parametrize(
    "text",
    [
        "TOKEN=$TOKEN PASSWORD=${PASSWORD:?no} SECRET=$(cat x)", "token: the token of the user", "TOKEN = f.read('x9')",
        "token: steps.a.outputs.token", "grep -q 'password=' file", "--token=$1 --password-stdin --secret id=a,src=b9",
        "docker run --user 1000:1000 docker://a:4-b9@sha256:0f2a7c1d9e8b6a5c", "machine user password is not shown",
        "a.example/b v1.2.3 h1:i40aqfkR1h2SlN9hojwV5ZA91wcXFOvkdNIeFDP5koI=", "ssh://git@h/a git@h:a/token.git",
        "password: |", "token: *anchor", "secret: !vault x9yz", "https://user:user@db/x", "PWD=/a/b9",
        "KEY_PREFIX=ab9x",
    ],
)  # fmt: skip
def test_what_is_none_stays(text: str) -> None:
    assert spans_in(text) == []
    assert blotted(text) == text


def test_a_body_of_a_key_is_blotted_without_its_first_line() -> None:
    line = "MIIEow" + "Zx9Qw4Er7Ty2" * 4
    assert blotted(f"// {line}\na {line}") == f"// {'*' * len(line)}\na {line}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("machine a login b password k3jh\nmachine c\nlogin d\npassword e5fg", [("a", "k3jh"), ("c", "e5fg")]),
        ("machine a password k3jh", [("a", "k3jh")]),
        ("default login a password k3jh", [("default", "k3jh")]),
        ("machine a login password password k3jh", [("a", "k3jh")]),
        ("machine a macdef x password k3jh", []),
        ("machine", []),
        ("machine a login b password", []),
    ],
)
def test_a_netrc_is_read_as_a_whole(text: str, found: list[tuple[str, str]]) -> None:
    assert [(span.name, text[span.start : span.end]) for span in netrc_spans(text, whole=True)] == found


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("from_secret", False), ("DISABLE_PASSWORD", False), ("MAX_TOKENS", False), ("PWD", False), ("ROOT_PWD", True),
        ("id-token", True), ("tokens", True),
    ],
)  # fmt: skip
def test_a_name_says_what_is_meant(name: str, is_one: bool) -> None:
    assert names_a_secret(name) is is_one


@pytest.mark.parametrize(
    ("user", "is_one"),
    [("git", False), ("x-access-token", False), ("firstname.lastname.42", False), ("a" * 30, False),
     ("Rt5Yu8Io2Pa6Sd9Fg3Hj", True), ("ada%40corp.example123", False)],
)  # fmt: skip
def test_a_user_alone_may_be_a_token(user: str, is_one: bool) -> None:
    assert is_like_a_token(user) is is_one


def test_a_fault_quotes_no_credential() -> None:
    fault = Diagnostic(
        message="there is no directive 'k3jh4k5j'", line=3, seen="k3jh4k5j", source_line="API_TOKEN=k3jh4k5j x"
    )
    shown = without_credentials(fault)
    assert "k3jh" not in repr(shown)
    assert shown.source_line == "API_TOKEN=******** x"
    assert without_credentials(shown) is shown


def test_a_fault_shows_no_credential_of_the_command_line() -> None:
    fault = Diagnostic(message="no such file", artifact="https:/b:k3jh4k5j@h/x", remedy="name https://b:k3jh4k5j@h")
    assert "k3jh" not in repr(without_credentials(fault))


def test_a_line_that_was_cut_shows_nothing_of_its_last_word() -> None:
    line = ("x" * 10 + " ") * 44 + "ghp_Zx9Qw4Er7T" + "y"
    assert len(line) == 499
    shown = without_credentials(Diagnostic(message="a", source_line=line + "2"))
    assert "Zx9Q" not in shown.source_line


@pytest.mark.parametrize(
    "piece",
    [
        "token=", "token: ", "TOKEN = ", "x=", "machine ", "login -p ", "curl -u a:", "@tcp(", "a:a:", "://a:b", "'",
        "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----$", "https://b:a/", "-X $(a)", "eyJa-",
        "${TOKEN:-", "--token ", "$(", "{{", "<", "ghp_", "authorization: b ", "mysql ", "echo a|", "redis-cli -a ",
        '"', 'password: "', "ENV TOKEN ", "[secret,", "LS0tLS1CRUdJTi", "token=*.token=*.", "sk-", "A/", " ",
    ],
)  # fmt: skip
def test_a_long_line_takes_no_more_than_its_length(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    assert len(blotted(text)) == len(text)


def test_what_is_too_much_is_taken_for_a_secret() -> None:
    text = "".join(f"token=<{'a' * 3_000}{n}> " for n in range(750))
    assert len(blotted(text)) == len(text)


_TEXT = st.text(st.sampled_from("aZ9/+.-_$%{}()<>[]|&;:=@#'\"\\ \n\t"), max_size=60)


@given(_TEXT, _TEXT)
def test_around_a_token_may_stand_anything(before: str, after: str) -> None:
    text = f"{before} {GITHUB} {after}"
    shown = blotted(text)
    assert GITHUB[4:] not in shown
    assert len(shown) == len(text)
    assert shown.count("\n") == text.count("\n")
