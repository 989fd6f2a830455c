"""Lists of checksums, as coreutils, BSD and goreleaser write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.checksum_list import parse_checksums
from supplymatrix.errors import InputError

_A, _B = "a" * 64, "b" * 64


def test_every_form_of_a_line_is_read() -> None:
    text = (
        f"# a note\n{_A}  app.tar.gz\r\n{_B} *bin/app.exe\n\nSHA256 (app (1).zip) = {_A}\n{'c' * 128}  big.iso\n"
        f"SHA512 (x) = {'D' * 128}\n\\{_B}  a\\nb\\\\c\n"
    )
    found = parse_checksums(text.encode(), "checksums.txt")
    assert found.lines == (
        ("app.tar.gz", "sha256", _A), ("bin/app.exe", "sha256", _B), ("app (1).zip", "sha256", _A),
        ("big.iso", "sha512", "c" * 128), ("x", "sha512", "d" * 128), ("a\nb\\c", "sha256", _B),
    )  # fmt: skip
    assert found.named("app.exe") == {"bin/app.exe": [("sha256", _B)]}
    assert found.names_of((("sha256", _A),)) == ("app.tar.gz", "app (1).zip")
    assert found.named("none") == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{_A}  app\nnothing\n", 2), (f"{_A}app\n", 1), (f"{_A[:-1]}  app\n", 1), (f"{_A}  \n", 1),
        (f"SHA256 (x) = {'c' * 128}\n", 1), (f"MD5 (x) = {'c' * 32}\n", 1), ("<html>\n", 1),
    ],
)  # fmt: skip
def test_what_is_no_line_is_refused_with_its_number(text: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        parse_checksums(text.encode(), "checksums.txt")
    assert caught.value.diagnostics[0].line == line


@pytest.mark.parametrize("data", [b"", b"\n\n", b"# only a note\n", b"\xff\xfe"])
def test_an_empty_list_and_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        parse_checksums(data, "checksums.txt")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = parse_checksums(data, "x")
    except InputError:
        return
    assert all(len(digest) in (64, 128) for _, _, digest in found.lines)
