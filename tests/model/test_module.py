"""Module paths and versions: what holds for any text."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.model import semver
from supplymatrix.model.module import (
    ModuleVersion,
    check_module,
    check_module_path,
    escape_path,
    escape_version,
    split_path_version,
    unescape_path,
    unescape_version,
)
from supplymatrix.model.spelling import nearest

_ELEMENT = st.text(alphabet="abzABZ019-._~", min_size=1, max_size=8)
_PATH = st.builds(lambda host, rest: "/".join([f"{host}.example", *rest]), st.sampled_from("abc"), st.lists(_ELEMENT))
_ODD = st.text(alphabet="aA1!.-/~+ \x00\u00e9", max_size=12)


@given(_PATH | _ODD)
def test_an_escaped_path_comes_back_and_has_no_capital(path: str) -> None:
    with suppress(InputError):
        escaped = escape_path(path)
        assert escaped == escaped.lower()
        assert unescape_path(escaped) == path


@given(_PATH, _PATH)
def test_two_paths_never_share_an_escaped_form(one: str, two: str) -> None:
    with suppress(InputError):
        assert (escape_path(one) == escape_path(two)) is (one == two)


@given(_ELEMENT | _ODD)
def test_an_escaped_version_comes_back(version: str) -> None:
    with suppress(InputError):
        assert unescape_version(escape_version(version)) == version


@given(st.text(max_size=40))
def test_any_text_is_a_module_path_or_an_input_error(text: str) -> None:
    with suppress(InputError):
        check_module_path(text)
        assert not any(element in ("", ".", "..") for element in text.split("/"))
        assert text.isascii()


@given(_PATH | _ODD)
def test_a_path_is_its_prefix_and_its_major_suffix(path: str) -> None:
    prefix, suffix, _ = split_path_version(path)
    assert prefix + suffix == path


@pytest.mark.parametrize(
    "path",
    ["../../etc", "github.com/../x", "/etc/passwd", "github.com//x", "github.com/x\\y", "github.com/\x00", "a.b/con"],
)
def test_a_path_that_leaves_its_folder_is_refused(path: str) -> None:
    with pytest.raises(InputError):
        check_module(path, "v1.0.0")


@given(st.text(alphabet="v0123456789.-+abz", max_size=16))
def test_any_text_is_a_version_or_has_no_parts(text: str) -> None:
    valid = semver.is_valid(text)
    assert bool(semver.canonical(text)) is valid
    assert semver.canonical(semver.canonical(text)) == semver.canonical(text)
    assert semver.compare(text, semver.canonical(text) or text) == 0


_VERSION = st.from_regex(
    r"v(0|[1-9]\d?)\.(0|[1-9]\d?)\.(0|[1-9]\d?)(-(0|[1-9]\d?|[a-c][a-c0-9]?)(\.\d)?)?", fullmatch=True
)


@given(_VERSION, _VERSION, _VERSION)
def test_the_order_of_versions_is_a_total_one(one: str, two: str, three: str) -> None:
    assert semver.compare(one, two) == -semver.compare(two, one)
    if semver.compare(one, two) <= 0 and semver.compare(two, three) <= 0:
        assert semver.compare(one, three) <= 0


def test_a_purl_keeps_the_slashes_of_the_path() -> None:
    module = ModuleVersion(path="github.com/BurntSushi/toml", version="v1.0.0+incompatible")
    assert module.purl == "pkg:golang/github.com/BurntSushi/toml@v1.0.0%2Bincompatible"


@pytest.mark.parametrize(("word", "meant"), [("sm11O", "SM110"), ("SUM-MISING", "sum-missing"), ("zzz", "")])
def test_the_nearest_word_is_found_in_any_case(word: str, meant: str) -> None:
    assert nearest(word, ["SM110", "SM204", "sum-missing"]) == meant
