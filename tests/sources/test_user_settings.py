"""The user's settings.toml: what it may say, and that it may say nothing else."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.sources.user_settings import KEYS, NO_SETTINGS, parse_user_settings, read_user_settings
from tests.docs.pages import blocks, read_page

PAGE = "docs/formats/settings-toml.md"


def faults(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InputError) as caught:
        parse_user_settings(text.encode(), "settings.toml")
    return caught.value.diagnostics


def test_the_example_of_the_page_can_be_read_and_has_every_key() -> None:
    (block,) = blocks(PAGE, "toml")
    settings = parse_user_settings("\n".join(block.lines).encode(), PAGE)
    assert set(settings.values) == {f"{section}.{key}" for section, keys in KEYS.items() for key in keys}


def test_the_page_has_a_row_for_every_key() -> None:
    for section, keys in KEYS.items():
        for key in keys:
            assert f"\n| `{section}.{key}` |" in read_page(PAGE)


def test_values_come_with_the_lines_they_stand_in() -> None:
    settings = parse_user_settings(b"author.name = 'A'\n\n[network]\njobs = 3\n", "s")
    assert settings.values == {"author.name": "A", "network.jobs": 3}
    assert settings.lines == {"author.name": 1, "network.jobs": 4}


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert read_user_settings(tmp_path / "none" / "settings.toml") == NO_SETTINGS


def test_an_empty_file_is_fine() -> None:
    assert parse_user_settings(b"", "s").values == {}


@pytest.mark.parametrize("section", ["policy", "rules", "sources", "packages"])
def test_a_section_of_a_policy_is_sent_to_lift_toml(section: str) -> None:
    (fault,) = faults(f"[{section}]\n")
    assert "is policy" in fault.message
    assert "lift.toml" in fault.remedy


def test_waivers_are_sent_to_lift_toml() -> None:
    (fault,) = faults('[[waivers]]\nrule = "SM202"\n')
    assert (fault.line, "lift.toml" in fault.remedy) == (1, True)


@pytest.mark.parametrize("text", ['fail_on = "off"', "[network]\nsumdb = 'x'", "[cache]\nmin_score = 0"])
def test_a_key_of_a_policy_is_refused_wherever_it_stands(text: str) -> None:
    (fault,) = faults(text)
    assert "is policy" in fault.message


@pytest.mark.parametrize(
    ("text", "line", "column", "remedy"),
    [
        ("[netwrok]\njobs = 1", 1, 1, "did you mean 'network'?"),
        ("[network]\n\n  job = 1", 3, 3, "did you mean 'jobs'?"),
        ("[cache]\njobs = 1", 2, 1, "it belongs under [network]"),
        ("jobs = 1", 1, 1, "it belongs under [network]"),
    ],
)
def test_an_unknown_name_is_told_with_its_place_and_what_was_meant(
    text: str, line: int, column: int, remedy: str
) -> None:
    (fault,) = faults(text)
    assert (fault.line, fault.column, fault.remedy) == (line, column, remedy)


@pytest.mark.parametrize(
    "line",
    [
        "network.jobs = 0",
        "network.jobs = 17",
        "network.jobs = true",
        "network.jobs = '4'",
        "network.jobs = 4.0",
        "network.offline = 'yes'",
        "network.offline = 1",
        "network.ca_file = 'certs/ca.pem'",
        "network.ca_file = ''",
        "network.ca_file = 3",
        "network.ca_file = '~other/ca.pem'",
        'network.ca_file = "/a\\u0000b"',
        "cache.dir = 'cache'",
        "cache.max_mb = 15",
        "cache.max_mb = -1",
        'author.name = "a\\nb"',
        "author.name = 5",
        "author.email = 'ada'",
        "author.email = '@corp.example'",
        "author.email = 'Ada <ada@corp.example>'",
        "author.organization = []",
        "network = 3",
    ],
)
def test_a_value_that_cannot_be_used_is_a_fault_with_its_place(line: str) -> None:
    (fault,) = faults(line)
    assert fault.line == 1
    assert fault.expected
    assert fault.source_line == line


def test_all_faults_are_told_together() -> None:
    found = faults("[network]\njobs = 0\nofflin = true\n[author]\nemail = 'x'\n[rules]\n")
    assert [fault.line for fault in found] == [2, 3, 5, 6]


def test_a_file_full_of_faults_is_not_told_to_its_end() -> None:
    assert len(faults("\n".join(f"k{number} = 1" for number in range(5000)))) == 50


def test_what_is_no_toml_is_told_with_the_page_of_this_format() -> None:
    (fault,) = faults("[network\n")
    assert fault.line == 1
    assert "settings-toml.md" in fault.remedy


def test_a_file_that_is_too_long_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"#" * (1 << 19))
    with pytest.raises(InputError, match="settings file has"):
        read_user_settings(file)


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.toml")
    with pytest.raises(InputError, match="a pipe"):
        read_user_settings(tmp_path / "settings.toml")


@given(st.binary(max_size=200))
def test_any_bytes_give_settings_or_faults(data: bytes) -> None:
    try:
        settings = parse_user_settings(data, "s")
    except InputError:
        return
    assert settings.values.keys() == settings.lines.keys()


_KEYS = [f"{section}.{key}" for section, keys in KEYS.items() for key in keys]


@given(
    st.sampled_from(_KEYS), st.sampled_from(["true", "7", "'/a'", "'a@b'", "[]", "{a=1}", "1979-05-27", "nan", '""'])
)
def test_any_value_of_a_key_is_taken_as_it_is_or_refused(key: str, text: str) -> None:
    data = f"{key} = {text}".encode()
    with suppress(InputError):
        assert list(parse_user_settings(data, "s").values) == [key]
