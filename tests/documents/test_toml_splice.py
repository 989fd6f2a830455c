"""An edit of a TOML file changes what it is to change, and no other byte."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from supplymatrix.documents.toml_splice import append_table, remove_key, remove_table, set_values
from supplymatrix.errors import InputError
from supplymatrix.model.verdict import Mode
from tests.documents.toml_corpus import CORPUS
from tests.documents.toml_edits import NEW, PAGE, check_all_edits, check_places
from tests.policy.toml_documents import toml_documents

SDISTS = ("tomlkit", "uv", "ruff", "pydantic-core")
"""Source distributions with many TOML files, whose build back ends are not installed here: pip unpacks them and then
gives up before any code of theirs runs."""


@pytest.mark.parametrize("name", CORPUS)
def test_every_edit_of_an_odd_file_changes_only_what_it_should(name: str) -> None:
    assert check_places(CORPUS[name])
    assert check_all_edits(CORPUS[name], most=24) > 0


@pytest.mark.slow
@given(text=toml_documents())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_edit_of_any_file_changes_only_what_it_should(text: str) -> None:
    data = text.encode()
    assume(_is_toml(data))
    check_places(data)
    check_all_edits(data, most=10)


@pytest.mark.slow
@given(
    name=st.sampled_from(sorted(set(CORPUS) - {"huge"})), edits=st.lists(st.text(max_size=6), min_size=1, max_size=4)
)
@settings(max_examples=30, deadline=None)
def test_what_was_put_in_can_be_taken_out_again_and_the_old_bytes_are_back(name: str, edits: list[str]) -> None:
    data = old = CORPUS[name] if CORPUS[name].endswith(b"\n") else CORPUS[name] + b"\n"
    table = ("policy",) if "policy" in tomllib.loads(old.decode()) else ()
    known = tomllib.loads(old.decode()).get("policy", {}) if table else tomllib.loads(old.decode())
    keys = [f"{key}!" for key in dict.fromkeys(edits) if f"{key}!" not in known]
    data = set_values(data, "f", table, dict.fromkeys(keys, "x"), page=PAGE)
    assert len(data) > len(old)
    for key in keys:
        data = remove_key(data, "f", (*table, key), page=PAGE)
    expected = tomllib.loads(old.decode())
    assert tomllib.loads(data.decode()) == expected or "nan" in repr(expected)
    if table or any(not line.startswith((b"[", b"#", b"\n", b"\r", b" ")) for line in old.splitlines()[:1]):
        assert data.rstrip() == old.rstrip()


def test_a_waiver_goes_behind_the_last_one_with_what_belongs_to_that() -> None:
    data = CORPUS["table-of-an-array-far-away"]
    new = append_table(data, "f", "waivers", {"rule": "SM101"}, page=PAGE)
    assert new == data + b'\n[[waivers]]\nrule = "SM101"\n'
    assert tomllib.loads(new.decode())["waivers"][0]["more"] == {"ticket": "T"}


def test_a_comment_right_above_the_next_header_stays_with_that_header() -> None:
    new = append_table(CORPUS["comment-tight-to-next"], "f", "waivers", {"rule": "SM101"}, page=PAGE)
    assert new.decode().endswith("\n[[waivers]]\nrule = \"SM101\"\n\n# the sources\n[sources]\nsumdb = ''\n")


def test_a_comment_right_below_a_table_stays_with_that_table() -> None:
    new = append_table(CORPUS["comments-everywhere"], "f", "waivers", {"rule": "SM101"}, page=PAGE).decode()
    assert '# ticket: T-1\n\n[[waivers]]\nrule = "SM101"\n\n# above sources\n' in new


def test_a_new_line_is_written_as_its_neighbour_is() -> None:
    assert b'\r\nmode = "warn"\r\n\r\n[rules]' in set_values(
        CORPUS["crlf"], "f", ("policy",), {"mode": "warn"}, page=PAGE
    )
    assert b'80\n   mode = "warn"\n' in set_values(CORPUS["odd-spacing"], "f", ("policy",), {"mode": "warn"}, page=PAGE)
    assert b'80\npolicy.mode = "warn"\n' in set_values(
        CORPUS["dotted-keys"], "f", ("policy",), {"mode": "warn"}, page=PAGE
    )
    assert b'"min score" = 80, mode = "warn" }\n' in set_values(
        CORPUS["inline-tables"], "f", ("policy",), {"mode": "warn"}, page=PAGE
    )


def test_a_value_that_is_there_already_keeps_its_bytes() -> None:
    data = b"[a]\nx = '''one'''  # as it is\ny = 0x10\n"
    assert set_values(data, "f", ("a",), {"x": "one", "y": 16}, page=PAGE) == data


def test_one_and_true_and_a_day_and_a_moment_are_not_the_same() -> None:
    assert set_values(b"a = 1\n", "f", (), {"a": True}, page=PAGE) == b"a = true\n"
    moment = b"a = 2026-11-26T00:00:00\n"
    assert set_values(moment, "f", (), {"a": date(2026, 11, 26)}, page=PAGE) == b"a = 2026-11-26\n"


def test_a_table_is_removed_with_all_below_it_and_comments_round_it_stay() -> None:
    data = CORPUS["comments-everywhere"]
    new = remove_table(data, "f", ("waivers", 0), page=PAGE).decode()
    assert new == data.decode().replace("[[waivers]]\nrule = 'SM203'\n", "")
    shorter = remove_table(CORPUS["interleaved-arrays"], "f", ("waivers", 1), page=PAGE).decode()
    assert "example.com/b" not in shorter
    assert "\n\n\n" not in shorter
    assert remove_table(CORPUS["super-table-after"], "f", ("a",), page=PAGE) == b""


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (CORPUS["waivers-inline"], "waivers is no array of [[waivers]] tables"),
        (CORPUS["waivers-empty"], "waivers is an empty list"),
        (CORPUS["waivers-a-table"], "waivers is no array of [[waivers]] tables"),
        (b"\xef\xbb\xbf[a]\n", "byte order mark"),
        (b"[a\n", "this is not TOML"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_what_cannot_be_edited_is_refused_with_its_place(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        append_table(data, "lift.toml", "waivers", NEW, page=PAGE)
    (fault,) = caught.value.diagnostics
    assert message in fault.message
    assert (fault.artifact, fault.line) == ("lift.toml", 1)


def test_what_would_not_be_read_back_as_it_was_meant_is_refused() -> None:
    with pytest.raises(InputError, match="nothing is written"):
        set_values(b"a = 1\n", "f", (), {"b": Mode.WARN}, page=PAGE)  # comes back as a str


def test_what_toml_cannot_hold_is_refused_and_not_written_in_half() -> None:
    with pytest.raises(InputError, match="nothing is written"):
        set_values(b"a = 1\n", "f", (), {"b": "\ud800"}, page=PAGE)


@pytest.mark.parametrize("depth", range(300, 500, 7))
def test_a_file_that_nests_deeper_than_can_be_followed_is_refused_and_nothing_else(depth: int) -> None:
    for text in ("[" * depth + "]" * depth, "{x=" * depth + "1" + "}" * depth):
        data = f"a = {text}\n".encode()
        try:
            new = append_table(data, "f", "waivers", {"rule": "SM101"}, page=PAGE)
        except InputError:
            continue
        assert new.startswith(data)


def test_a_table_is_no_value_and_a_value_no_table() -> None:
    for path, values in (
        ((), {"policy": "x"}),
        (("policy", "name"), {"x": 1}),
        (("waivers",), {"x": 1}),
        (("waivers", 5), {"x": 1}),
        (("policy", "name", "x"), {"x": 1}),
    ):
        with pytest.raises(InputError):
            set_values(CORPUS["crlf"], "f", path, values, page=PAGE)
    with pytest.raises(InputError, match="there is no key nothing"):
        remove_key(b"a = 1\n", "f", ("nothing",), page=PAGE)
    with pytest.raises(InputError, match="there is no table a"):
        remove_table(b"a = 1\n", "f", ("a",), page=PAGE)


@pytest.mark.network
def test_two_hundred_real_files_keep_every_other_byte(tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    for name in SDISTS:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:",
             "--no-build-isolation", "--no-clean", "-d", tmp_path / "done", name],
            env={**os.environ, "TMPDIR": str(folder)}, check=False, capture_output=True,
        )  # fmt: skip
    tried, seen_by_both = set(), 0
    for file in sorted(folder.rglob("*.toml")):
        data = file.read_bytes()
        if data in tried or not _is_toml(data):
            continue
        tried.add(data)
        seen_by_both += check_places(data)
        check_all_edits(data, most=10)
    assert len(tried) >= 200
    assert seen_by_both > 0.9 * len(tried), f"of {len(tried)} files tree-sitter could read {seen_by_both}"


def _is_toml(data: bytes) -> bool:
    try:
        tomllib.loads(data.decode())
    except ValueError:
        return False
    return len(data) < 200_000
