"""DER: what one writer made is read as it was meant, and every other spelling is refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest import der
from supplymatrix.attest.der import DerError
from tests.support import made_der

MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2049, 12, 31, 23, 59, 59), timezones=st.just(UTC))  # noqa: DTZ001


def read(data: bytes) -> der.Der:
    return der.element(data, "it")


def walk(of: der.Der, depth: int = 0) -> int:
    """Read everything below an element, as its tags say it is, and return how many elements there are."""
    readers: dict[int, Callable[[der.Der, str], object]] = {
        der.INTEGER: der.integer, der.OID: der.oid, der.BIT_STRING: der.bit_string, der.BOOLEAN: der.boolean,
        der.UTC_TIME: der.time_of, der.GENERALIZED_TIME: der.time_of,
    }  # fmt: skip
    if of.tag in readers:
        readers[of.tag](of, "it")
    inner = der.items(of, "it") if of.tag & 0x20 and depth < 50 else []
    return 1 + sum(walk(each, depth + 1) for each in inner)


@given(st.integers(min_value=-(2**1000), max_value=2**1000))
def test_integers(number: int) -> None:
    assert der.integer(read(made_der.integer(number) if number >= 0 else signed(number)), "it") == number


def signed(number: int) -> bytes:
    size = (number + (number < 0)).bit_length() // 8 + 1
    return made_der.tlv(2, number.to_bytes(size, "big", signed=True))


@given(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 2**40), max_size=8))
def test_object_identifiers(first: int, second: int, rest: list[int]) -> None:
    dotted = ".".join(str(arc) for arc in (first, second, *rest))
    assert der.oid(read(made_der.oid(dotted)), "it") == dotted


@given(MOMENTS)
def test_times_of_both_kinds(moment: datetime) -> None:
    assert der.time_of(read(made_der.generalized(moment)), "it") == moment
    in_seconds = moment.replace(microsecond=0)
    text = in_seconds.strftime("%y%m%d%H%M%SZ").encode()
    assert der.time_of(read(made_der.tlv(der.UTC_TIME, text)), "it") == in_seconds


@given(st.binary(max_size=70_000))
def test_bytes_of_any_length(data: bytes) -> None:
    held = read(made_der.sequence(made_der.octets(data), made_der.bits(data)))
    one, two = der.sequence(held, "it", 2)
    assert (der.octets(one, "it"), der.bit_string(two, "it")) == (data, data)
    assert one.whole + two.whole == held.content


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "breaks off"),
        ("30", "breaks off"),
        ("3003020101ff", "further bytes"),
        ("3004020101", "breaks off"),
        ("3080020101 0000", "a length that DER has not"),
        ("308103020101", "not in its shortest form"),
        ("30820003020101", "not in its shortest form"),
        ("30840000000a", "a length that DER has not"),
        ("3fff0102", "a tag of more than one byte"),
        ("0200", "a number of 0 bytes"),
        ("020200ff00", "further bytes"),
        ("0202007f", "not in its shortest form"),
        ("0202ff80", "not in its shortest form"),
        ("0600", "no object identifier"),
        ("06022a86", "no object identifier"),
        ("06032a8001", "not in its shortest form"),
        ("010101", "neither true nor false"),
        ("01020000", "neither true nor false"),
        ("030107", "not a whole number of bytes"),
        ("0300", "not a whole number of bytes"),
        ("170b3234303130313030303030", "form that DER has"),
        ("170d3234303230333234363030305a", "is no time"),
        ("180f32303234303130313030303030302e5a", "further bytes"),
        ("181132303234303130313030303030302e305a", "form that DER has"),
        ("181332303234303130313030303030302b30303030", "form that DER has"),
        ("181132303234303133323030303030302e355a", "is no time"),
    ],
)
def test_other_spellings_are_refused(data: str, said: str) -> None:
    with pytest.raises(DerError, match=said):
        walk(read(bytes.fromhex(data)))


def test_the_wrong_kind_is_refused() -> None:
    number = read(made_der.integer(5))
    for reader in (der.octets, der.oid, der.bit_string, der.boolean, der.sequence, der.set_of, der.items, der.time_of):
        with pytest.raises(DerError):
            reader(number, "it")
    with pytest.raises(DerError, match="0x02, where 0x30"):
        der.element(number.whole, "it", der.SEQUENCE)
    with pytest.raises(DerError, match="2 at least"):
        der.sequence(read(made_der.sequence(number.whole)), "it", 2)


def test_what_is_too_large_or_too_many_is_refused_before_it_is_read() -> None:
    with pytest.raises(DerError, match="more than 1,000,000"):
        read(made_der.octets(bytes(der.LARGEST)))
    with pytest.raises(DerError, match="more than 1,000 elements"):
        der.items(read(made_der.sequence(*[b"\x05\x00"] * 1_001)), "it")
    with pytest.raises(DerError, match="number of"):
        der.integer(read(made_der.tlv(2, b"\x01" * 3_000)), "it")


def test_a_thousand_levels_cost_no_recursion() -> None:
    nested = b""
    for _ in range(1_000):
        nested = made_der.sequence(nested)
    assert read(nested).content == nested[len(nested) - len(read(nested).content) :]


@given(
    st.binary(max_size=60) | st.lists(st.binary(max_size=8), max_size=6).map(lambda parts: made_der.sequence(*parts))
)
def test_no_bytes_make_the_reader_fail_otherwise(data: bytes) -> None:
    with suppress(DerError):
        assert walk(read(data)) >= 1
