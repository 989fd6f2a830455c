"""A dependency's go.mod: what counts, and what is passed over."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod import dependency_file
from supplymatrix.gomod.dependency_file import is_retracted_by, parse_dependency


def _parse(text: str) -> object:
    return parse_dependency(text.encode())


def test_module_go_requires_are_read() -> None:
    file = parse_dependency(b"module example.com/m\ngo 1.22\nrequire (\n\texample.com/a v1.0.0 // indirect\n)\n")
    assert (file.module_path, file.go_version, [str(module) for module in file.require]) == (
        "example.com/m",
        "1.22",
        ["example.com/a@v1.0.0"],
    )


def test_words_that_nobody_knows_are_passed_over() -> None:
    text = b"module example.com/m\nnew thing here\nnewer (\n\tline\n)\nreplace x\nexclude y\ntoolchain what\n"
    assert parse_dependency(text).module_path == "example.com/m"


@pytest.mark.parametrize(("line", "version"), [("go 1.21rc1", "1.21rc1"), ("go 1.13.x", "1.13"), ("go v1.9x", "1.9")])
def test_a_go_line_is_read_as_generously_as_the_go_command_reads_it(line: str, version: str) -> None:
    assert parse_dependency(f"module example.com/m\n{line}\n".encode()).go_version == version


@pytest.mark.parametrize(
    "text",
    [
        "go one\n",
        "go 1.20\ngo 1.21\n",
        "module\n",
        "module a\nmodule b\n",
        "require example.com/a\n",
        "require example.com/a latest\n",
        "require example.com/a/v2 v1.0.0\n",
        "require (\n\texample.com/a v1.0.0\n",
    ],
)
def test_what_the_go_command_refuses_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        _parse(text)


def test_the_deprecation_is_the_paragraph_in_the_comments_of_the_module_line() -> None:
    file = parse_dependency(b"// Deprecated: use example.com/n\n// instead.\nmodule example.com/m\n")
    assert file.deprecated == "use example.com/n\ninstead."


@pytest.mark.parametrize(
    ("version", "reason"),
    [("v1.0.0", "a leak"), ("v1.2.0", "an interval"), ("v1.3.0", "an interval"), ("v1.4.0", "no reason given")],
)
def test_a_retracted_version_has_its_reason(version: str, reason: str) -> None:
    text = "module m.example/m\nretract v1.0.0 // a leak\n// an interval\nretract [v1.2.0, v1.3.0]\nretract v1.4.0\n"
    assert is_retracted_by(parse_dependency(text.encode()), version) == reason


def test_a_version_beside_all_intervals_is_not_retracted() -> None:
    assert not is_retracted_by(parse_dependency(b"module m.example/m\nretract [v1.2.0, v1.3.0]\n"), "v1.3.1")


def test_a_retract_of_a_form_that_nobody_knows_is_passed_over() -> None:
    assert parse_dependency(b"module m.example/m\nretract [v1.0.0,\nretract (\n)\nretract\n").retract == ()


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(InputError):
        parse_dependency(data)


_PIECES = st.sampled_from(
    [
        "module example.com/m\n", "module example.com/m/v2 // c\n", "go 1.21\n", "go 1.x\n", "go 1.21.0\n", "\n",
        "toolchain go1.24.1\n", "require example.com/a v1.2.3\n", "require example.com/a v2.0.0 // indirect\n",
        "require (\n", ")\n", "\texample.com/b v0.1.0\n", "\texample.com/b/v2 v2\n", "\texample.com//b v1.0.0\n",
        "\tmodule v1.0.0\n", "\trequire v1.0.0\n", "replace a => b\n", "// c\n", "\t// Deprecated: x\n",
        "retract v1.0.0\n",
        '\t"example.com/q" v1.0.0\n', "require example.com/a v1.2.3 x\n", "unheard-of\n", "\x00\n", "é\n", "go 1.21",
    ]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=8).map("".join))
def test_the_quick_way_reads_what_the_long_one_reads_or_nothing(text: str) -> None:
    quick = dependency_file._parse_plain(text.encode())
    assert quick is None or quick == dependency_file._parse_any(text.encode(), "go.mod")


def test_the_usual_form_is_read_the_quick_way() -> None:
    text = (
        b"module m.example\n\ngo 1.24\n\nrequire (\n\texample.com/a v1.0.0\n\texample.com/b/v2 v2.1.0 // indirect\n)\n"
    )
    quick = dependency_file._parse_plain(text)
    assert quick is not None
    assert [str(module) for module in quick.require] == ["example.com/a@v1.0.0", "example.com/b/v2@v2.1.0"]
