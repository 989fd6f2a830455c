"""The netrc format as the go command reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.netrc import NetrcEntry, parse_netrc

WORDS = st.text(alphabet=st.characters(exclude_categories=["Z", "C"], exclude_characters="\x85"), min_size=1)


@given(st.text())
def test_any_text_is_a_netrc(text: str) -> None:
    parse_netrc(text)


@given(st.text(alphabet="machinelogpsword default\n\tx", max_size=200))
def test_every_entry_is_complete(text: str) -> None:
    assert all(entry.machine and entry.login and entry.password for entry in parse_netrc(text))


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=5))
def test_entries_come_back_as_written(entries: list[tuple[str, str, str]]) -> None:
    text = "".join(f"machine {machine}\n\tlogin {login}\n\tpassword {word}\n" for machine, login, word in entries)
    assert parse_netrc(text) == tuple(NetrcEntry(machine=m, login=u, password=p) for m, u, p in entries)


@pytest.mark.parametrize(
    ("text", "machines"),
    [
        ("machine a login u password p", ["a"]),
        ("machine a password p login u machine b login u password p", ["a", "b"]),
        ("machine a login u\nmachine b password p login u", ["b"]),
        ("machine a login u password p account x\nmachine b login u password p", ["a", "b"]),
        ("macdef init\nmachine a login u password p\n\nmachine b login u password p", ["b"]),
        ("default login u password p", []),
        ("default\nmachine b login u password p", []),
        ("default login u password p\nmachine b login u password p", ["b"]),
        ("machine a\r\nlogin u\r\npassword p\r\n", ["a"]),
        ("# machine a login u password p", []),
        ("machine a login u password", []),
    ],
)
def test_entries_are_found_where_the_go_command_finds_them(text: str, machines: list[str]) -> None:
    assert [entry.machine for entry in parse_netrc(text)] == machines


def test_an_entry_does_not_show_its_password() -> None:
    assert "s3cret" not in repr(parse_netrc("machine a login s3cret-user password s3cret"))
