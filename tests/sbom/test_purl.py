"""Package URLs as others write them: read, or refused with the reason; never an exception that is not ours."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packageurl import PackageURL

from supplymatrix.errors import InputError
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.purl import NoModule, Purl, Sameness, is_go_purl, module_of_purl, parse_purl, sameness


@pytest.mark.parametrize(
    ("purl", "module"),
    [
        ("pkg:golang/code.example/a/b@v1.2.3?type=module&goos=linux&goarch=amd64#sub/dir", "code.example/a/b@v1.2.3"),
        ("pkg:golang/code.example%2Fa%2Fb@v1.2.3", "code.example/a/b@v1.2.3"),
        ("pkg:GOLANG/code.example/A/b@v2.0.0%2Bincompatible", "code.example/A/b@v2.0.0+incompatible"),
        ("pkg:golang/code.example/a/b@v2.0.0+incompatible", "code.example/a/b@v2.0.0+incompatible"),
        ("pkg://golang/code.example/a@v1.0.0", "code.example/a@v1.0.0"),
        ("pkg:golang/app@v1.0.0", "app@v1.0.0"),
        ("pkg:golang/stdlib@1.26.8#crypto/tls", "stdlib@1.26.8"),
        ("pkg:golang/std@go1.26.8?type=module", "stdlib@1.26.8"),
        ("pkg:golang/stdlib@v1.27rc1", "stdlib@1.27rc1"),
        ("pkg:golang/code.example/a", "code.example/a"),
    ],
)
def test_the_forms_of_all_tools_are_read(purl: str, module: str) -> None:
    assert str(module_of_purl(purl)) == module


@pytest.mark.parametrize(
    ("purl", "words"),
    [
        ("pkg:golang/../lib@(devel)", "'..' is no name"),
        ("pkg:golang/code.example/a@(devel)", "(devel) is no version"),
        ("pkg:golang/code.example/a@UNKNOWN", "UNKNOWN is no version"),
        ("pkg:golang/code.example/a@v1.2", "no full version"),
        ("pkg:golang/code.example/a@v2.0.0", "it should be v0 or v1, not v2"),
        ("pkg:golang/gopkg.in/yaml.v3@v2.0.0", "it should be v3, not v2"),
        ("pkg:golang/stdlib@latest", "Go has no version latest"),
        ("pkg:golang/code.example/a@v1.0.0?x=1&X=2", "stands twice"),
        ("pkg:golang/code.example/a@v1.0.0?=1", "no key"),
        ("pkg:golang/code.example/%zz@v1.0.0", "two hex digits"),
        ("pkg:golang/code.example/%ff@v1.0.0", "no UTF-8"),
        ("pkg:golang/code.example/a%00b@v1.0.0", "control characters"),
        ("pkg:golang/code.example/a b@v1.0.0", "no spaces"),
        ("pkg:golang/", "no name"),
    ],
)
def test_wrong_ones_are_refused_with_the_reason(purl: str, words: str) -> None:
    found = module_of_purl(purl)
    assert isinstance(found, NoModule)
    assert found.is_go
    assert words in found.reason


def test_a_version_without_its_v_is_told_what_was_meant() -> None:
    found = module_of_purl("pkg:golang/code.example/a@1.2.3")
    assert isinstance(found, NoModule)
    assert found.remedy == "did you mean v1.2.3?"


@pytest.mark.parametrize("text", ["pkg:npm/%40scope/name@1.0.0", "", "golang/x", "pkg:/", "http://golang/x"])
def test_what_is_not_go_is_told_apart(text: str) -> None:
    found = module_of_purl(text)
    assert isinstance(found, NoModule)
    assert not found.is_go
    assert not is_go_purl(text)


def test_two_spellings_of_one_name_are_found_and_told() -> None:
    one = ModuleVersion(path="code.example/BurntSushi/toml", version="v1.0.0-RC1")
    lower = ModuleVersion(path="code.example/burntsushi/toml", version="v1.0.0-rc1")
    assert sameness(one, one) is Sameness.SAME
    assert sameness(one, lower) is Sameness.CASE
    assert sameness(one, ModuleVersion(path=one.path, version="v1.0.1")) is Sameness.OTHER


def test_a_purl_of_any_length_is_answered() -> None:
    with pytest.raises(InputError, match="characters"):
        parse_purl("pkg:golang/" + "a/" * 10_000 + "b")


_NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_characters="/"), min_size=1, max_size=8)


@given(st.lists(_NAMES, min_size=1, max_size=4), st.one_of(st.just(""), _NAMES), st.one_of(st.just(""), _NAMES))
def test_what_is_written_is_read_again(path: list[str], version: str, subpath: str) -> None:
    subpath = "" if subpath in (".", "..") else subpath
    made = Purl(type="golang", namespace="/".join(path[:-1]), name=path[-1], version=version, subpath=subpath)
    if not str(made).isprintable() or any(0x7F <= ord(letter) < 0xA0 for letter in "".join(path) + version + subpath):
        return
    assert parse_purl(str(made)) == made


@given(_NAMES, _NAMES, _NAMES)
def test_the_usual_library_reads_the_same(namespace: str, name: str, version: str) -> None:
    if any(0x7F <= ord(letter) < 0xA0 or letter.isspace() for letter in namespace + name + version):
        return  # it strips spaces and keeps control characters
    text = str(Purl(type="golang", namespace=namespace, name=name, version=version))
    other = PackageURL.from_string(text)
    assert (other.namespace, other.name, other.version) == (namespace, name, version)


_WHY = re.compile(
    r"Go has no version |no module can have the path .*: .|.* is no (full )?version|.* cannot have the version .*: .",
    re.DOTALL,
)


def _parsed(text: str) -> tuple[Purl | None, str]:
    try:
        return parse_purl(text), ""
    except InputError as err:
        return None, err.diagnostics[0].message


@given(st.text(max_size=60))
@example("pkg:golang/\ud800@v1.0.0")
def test_any_text_is_a_module_or_a_reason(text: str) -> None:
    for whole in (text, f"pkg:golang/{text}", f"pkg:golang/code.example/a@{text}"):
        found = module_of_purl(whole)
        if isinstance(found, ModuleVersion):
            assert module_of_purl(found.purl) == found
            continue
        purl, why = _parsed(whole)
        if purl is None:
            assert found == NoModule(reason=why, is_go=is_go_purl(whole))
        elif purl.type != "golang":
            assert found == NoModule(reason=f"it is of the type {purl.type}", is_go=False)
        else:
            assert found.is_go
            assert _WHY.match(found.reason) is not None
