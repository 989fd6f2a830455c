"""Dockerfiles: stages, scopes, here-documents, and what a broken line leaves of the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.buildfiles.dockerfile import MAX_DOCKERFILE_BYTES, Dockerfile, parse_dockerfile
from supplymatrix.errors import InputError


def _parse(text: str) -> Dockerfile:
    return parse_dockerfile(text.encode(), "Dockerfile")


def _images(text: str) -> list[str]:
    return [stage.image for stage in _parse(text).stages]


@pytest.mark.parametrize(
    ("word", "image"),
    [
        ("golang:$V", "golang:1.25"),
        ("golang:${V}-alpine", "golang:1.25-alpine"),
        ("golang:${V:-9}", "golang:1.25"),
        ("golang:${NONE:-9}", "golang:9"),
        ("golang:${EMPTY:-9}", "golang:9"),
        ("golang:${EMPTY-9}", "golang:"),
        ("golang:1${V:+-x}", "golang:1-x"),
        ("golang:1${EMPTY:+-x}", "golang:1"),
        ("golang:${NONE:-${V}}", "golang:1.25"),
        ('"golang:$V"', "golang:1.25"),
        ("'golang:$V'", "golang:$V"),
        ("golang:\\$V", "golang:$V"),
        ("golang@sha256:00", "golang@sha256:00"),
    ],
)
def test_variables_of_a_from_line_are_filled_in(word: str, image: str) -> None:
    assert _images(f"ARG V=1.25\nARG EMPTY=\nFROM {word}\n") == [image]


@pytest.mark.parametrize("text", ["FROM a:$V\n", "ARG V\nFROM a:$V\n", "ARG V=$W\nFROM a:$V\n", "FROM a:${V:?no}\n"])
def test_a_variable_without_a_value_is_unresolved_and_stays_as_written(text: str) -> None:
    (stage,) = _parse(text).stages
    assert (stage.unresolved, stage.image.startswith("a:$")) == (("V",), True)


def test_an_arg_of_a_stage_has_no_say_in_a_from_line() -> None:
    file = _parse("FROM a\nARG V=1\nFROM b:$V\n")
    assert file.stages[1].unresolved == ("V",)


def test_what_env_sets_stands_whatever_an_arg_says_after_it() -> None:
    (stage,) = _parse("FROM a/x\nENV V=1.22.5\nARG V=1.25.0\nRUN install $V\n").stages
    assert dict(stage.runs[0].variables)["V"] == "1.22.5"


def test_what_env_sets_stands_in_stages_that_go_on_from_it() -> None:
    text = "FROM a/x AS b\nENV V=1.22.5\nFROM b\nARG V=1.25.0\nRUN install $V\nFROM a/x\nARG V=1.25.0\nRUN install $V\n"
    _, going_on, other = _parse(text).stages
    assert dict(going_on.runs[0].variables)["V"] == "1.22.5"
    assert dict(other.runs[0].variables)["V"] == "1.25.0"


def test_a_stage_knows_a_global_arg_only_where_it_names_it() -> None:
    file = _parse("ARG V=1\nFROM a\nENV X=$V\nARG V\nENV Y=$V\n")
    assert [(s.name, s.text, s.unresolved) for s in file.stages[0].settings] == [("X", "$V", ("V",)), ("Y", "1", ())]


def test_variables_of_one_env_line_see_only_those_before_it() -> None:
    file = _parse("FROM a\nENV V=1\nENV V=2 W=$V\n")
    assert [s.text for s in file.stages[0].settings] == ["1", "2", "1"]


def test_a_stage_that_goes_on_from_another_has_its_variables() -> None:
    file = _parse("FROM a AS Base\nENV V=1\nFROM base\nENV W=$V\n")
    assert file.stages[1].base == 0
    assert file.stages[1].settings[0].text == "1"


def test_the_old_form_of_env_takes_the_rest_of_the_line() -> None:
    (setting,) = _parse("FROM a\nENV V one two\n").stages[0].settings
    assert (setting.name, setting.text) == ("V", "one two")


def test_a_line_goes_on_over_comments_and_empty_lines() -> None:
    file = _parse("FROM \\\n  # a comment\n\n  golang:1.25 \\\n  AS build\nFROM scratch\n")
    assert [(stage.image, stage.line) for stage in file.stages] == [("golang:1.25", 1), ("scratch", 6)]


def test_the_escape_directive_changes_how_lines_go_on() -> None:
    assert _images("# escape=`\nFROM a`\n:1\nFROM c\\\n") == ["a:1", "c\\"]


def test_the_escape_directive_counts_at_the_top_only() -> None:
    assert _images("FROM a\n# escape=`\nFROM b\\\n:1\n") == ["a", "b:1"]


def test_the_text_of_a_here_document_is_no_instruction() -> None:
    file = _parse("FROM a\nRUN <<EOF\nFROM inner\nEOF\nCOPY <<-'X' /y\n\tFROM inner\n\tX\nFROM b\n")
    assert [stage.image for stage in file.stages] == ["a", "b"]
    assert not file.gaps


def test_a_quoted_sign_begins_no_here_document() -> None:
    assert _images('FROM a\nRUN echo "x <<EOF"\nFROM b\n') == ["a", "b"]


def test_a_here_document_without_end_is_told_with_its_line() -> None:
    file = _parse("FROM a\nRUN <<EOF\nx\n")
    assert [gap.location.line for gap in file.gaps if gap.location] == [2]


def test_a_broken_line_is_told_and_the_others_count() -> None:
    file = _parse("FROM a\nRUM x\nFROM b\n")
    assert [stage.image for stage in file.stages] == ["a", "b"]
    (gap,) = file.gaps
    assert gap.location is not None
    assert (gap.location.line, gap.remedy) == (2, "did you mean RUN?")


def test_a_from_with_too_many_words_is_told() -> None:
    assert next(gap.location.line for gap in _parse("FROM a b\n").gaps if gap.location) == 1


def test_a_file_without_from_is_told() -> None:
    assert "no FROM" in _parse("# nothing\n").gaps[0].reason


def test_windows_line_ends_and_a_byte_order_mark_are_taken() -> None:
    assert _images("\ufeffFROM a\r\nFROM b\r\n") == ["a", "b"]


@pytest.mark.parametrize("data", [b"FROM a\n\0", b"#" * (MAX_DOCKERFILE_BYTES + 1)])
def test_what_is_no_text_or_too_long_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        parse_dockerfile(data, "Dockerfile")
    assert caught.value.diagnostics[0].artifact == "Dockerfile"


def test_variables_that_hold_each_other_do_not_grow_without_end() -> None:
    lines = ["ARG A0=" + "x" * 100, *(f"ARG A{n + 1}=" + f"$A{n}" * 10 for n in range(400)), "FROM a:$A400"]
    with pytest.raises(InputError):
        _parse("\n".join(lines))


_WORDS = st.sampled_from(
    ["FROM", "ARG", "ENV", "RUN", "COPY", "--from=", "--platform=", "AS", "a", "$A", "${A:-", "}", "A=", "<<EOF", "EOF",
     "\\", "\n", " ", '"', "'", "`", "# escape=`", "[", "]", "é", "\t"]
)  # fmt: skip


@given(st.one_of(st.binary(max_size=300), st.lists(_WORDS, max_size=40).map(lambda words: " ".join(words).encode())))
def test_any_bytes_give_a_file_or_an_input_error(data: bytes) -> None:
    try:
        file = parse_dockerfile(data, "Dockerfile")
    except InputError:
        return
    assert all(1 <= stage.line <= len(file.lines) for stage in file.stages)
