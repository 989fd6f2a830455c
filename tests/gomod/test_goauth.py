"""GOAUTH: its list, and what its commands may say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.goauth import (
    AuthKind,
    CredentialSet,
    parse_auth_output,
    parse_git_output,
    parse_goauth,
    prefix_of,
)


@given(st.text(max_size=80))
def test_any_text_is_a_list_or_refused_without_being_shown(text: str) -> None:
    try:
        said = repr(parse_goauth("s3cret " + text))
    except InputError as err:
        said = str(err)
    assert "s3cret" not in said


@given(st.text(alphabet="https://a.b\n :X-\x00é", max_size=120) | st.text(max_size=80))
def test_any_output_is_read_or_refused_without_being_quoted(text: str) -> None:
    try:
        prefixes, words = [given.prefix for given in parse_auth_output(text)], ""
    except ValueError as err:
        prefixes, words = [], str(err)
    assert len(set(prefixes)) == len(prefixes)
    assert len(words) < 60


@given(st.text(max_size=80))
def test_any_text_is_an_output_of_git(text: str) -> None:
    parse_git_output(text)


@pytest.mark.parametrize("value", ["", "netrc", "  netrc  "])
def test_netrc_is_what_holds_without_the_setting(value: str) -> None:
    assert [command.kind for command in parse_goauth(value)] == [AuthKind.NETRC]


def test_the_list_keeps_its_order_and_words() -> None:
    commands = parse_goauth("""netrc ; git /home/me; helper --for 'two words' "a'b" """)
    assert [(command.kind, command.words) for command in commands] == [
        (AuthKind.NETRC, ()),
        (AuthKind.GIT, ("/home/me",)),
        (AuthKind.PROGRAM, ("helper", "--for", "two words", "a'b")),
    ]
    assert [command.shown for command in commands] == ["netrc", "git credential", "command 3 of GOAUTH"]


@pytest.mark.parametrize("value", [";", "netrc;", "off;netrc", "git", "git relative", "git /a /b", "helper 'open"])
def test_what_the_go_command_refuses_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="GOAUTH"):
        parse_goauth(value)


def test_off_is_no_command_at_all() -> None:
    assert parse_goauth(" off ") == ()


def test_sets_of_credentials_are_read_with_all_their_addresses() -> None:
    text = "https://A.example:443/\nhttps://b.example/go/\n\nX-One: 1\nX-Two: a: b \n\nhttps://c.example\n\n\n"
    headers = (("X-One", "1"), ("X-Two", "a: b"))
    assert parse_auth_output(text) == (
        CredentialSet(prefix="a.example", headers=headers),
        CredentialSet(prefix="b.example/go", headers=headers),
        CredentialSet(prefix="c.example", headers=()),
    )


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example",
        "https://a.example\n",
        "https://a.example\n\nX: y\n",
        "https://a.example\n\nno header\n\n",
        "https://a.example\n\nX:y\n\n",
        "https://a.example\n\nX Y: z\n\n",
        "https://a.example\n\nX: \x01\n\n",
        "https://u:p@a.example\n\nX: y\n\n",
        "https://\n\nX: y\n\n",
        "https://a.example\n" * 2000 + "\n\n",
    ],
)
def test_an_output_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"line|header"):
        parse_auth_output(text)


def test_other_schemes_and_headers_that_are_not_theirs_are_passed_over() -> None:
    text = "http://a.example\nhttps://b.example\n\nHost: evil\nContent-Length: 9\nX: y\n\n"
    assert parse_auth_output(text) == (CredentialSet(prefix="b.example", headers=(("X", "y"),)),)


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("h.example", "h.example"),
        ("H.example:8443", "h.example:8443"),
        ("https://h.example:443/A/", "h.example/A"),
        ("http://h.example", ""),
    ],
)
def test_prefixes(url: str, prefix: str) -> None:
    assert prefix_of(url) == prefix


def test_git_names_address_and_user() -> None:
    text = "protocol=https\nhost=h.example:8\npath=a/b\nusername=me\npassword=x=y\n"
    assert parse_git_output(text) == ("https://h.example:8/a/b", "me", "x=y")
    assert parse_git_output("url=https://o.example/\nhost=h\n")[0] == "https://o.example/"
