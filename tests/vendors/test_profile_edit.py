"""A new date goes to its place, and nothing else of the file moves."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from supplymatrix.vendors.profile_edit import Reading, with_readings
from supplymatrix.vendors.profile_reader import parse_profile
from supplymatrix.vendors.starter import starter_profile
from tests.vendors.profiles import DAY, GOOD, good, without

DIGEST = "ab" * 32


def edited(text: str, **readings: Reading) -> str:
    return with_readings(text.encode(), "acme.toml", readings).decode()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_only_the_date_of_the_one_evidence_changes(line_end: str) -> None:
    text = without(GOOD, "source_date = 2026-11-01\n", "source_date = 2026-11-01 # a\n# b\n").replace("\n", line_end)
    new = edited(text, contract=Reading(retrieved_at=DAY))
    old_lines, new_lines = text.split("\n"), new.split("\n")
    changed = [number for number, pair in enumerate(zip(old_lines, new_lines, strict=True)) if pair[0] != pair[1]]
    assert len(changed) == 1
    assert new_lines[changed[0]] == f"retrieved_at = 2026-11-25{line_end[:-1]}"
    assert good(new).evidence["contract"].retrieved_at == DAY
    assert good(new).evidence["page"].retrieved_at == date(2026, 11, 20)


def test_a_comment_behind_the_date_stays() -> None:
    text = without(GOOD, 'path = "sla.md"\nkind', 'path = "sla.md" # é\nkind')
    text = text.replace("retrieved_at = 2026-11-20", "retrieved_at  =  2026-11-20   # the copy", 1)
    assert "retrieved_at  =  2026-11-25   # the copy\n" in edited(text, page=Reading(retrieved_at=DAY))


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("old", ["", 'sha256 = ""\n', f'sha256 = "{"0" * 64}" # x\n'])
def test_a_digest_is_put_in_or_replaced(old: str, line_end: str) -> None:
    text = without(GOOD, "source_date = 2026-11-01\n", f"source_date = 2026-11-01\n{old}").replace("\n", line_end)
    new = edited(text, page=Reading(retrieved_at=DAY, sha256=DIGEST))
    item = good(new).evidence["page"]
    assert (item.sha256, item.retrieved_at) == (DIGEST, DAY)
    assert new.count("\n") == text.count("\n") + (not old)
    assert new.count("\r\n") == (new.count("\n") if line_end == "\r\n" else 0)


def test_evidence_in_one_line_is_edited_in_its_line() -> None:
    rows = 'evidence = [{id = "a", retrieved_at = 2026-11-20, kind = "feed"}, {id = "b", retrieved_at = 2026-11-20}]\n'
    new = edited(rows, a=Reading(retrieved_at=DAY, sha256=DIGEST), b=Reading(retrieved_at=DAY))
    assert new.count("\n") == 1
    first, second = tomllib.loads(new)["evidence"]
    assert first == {"id": "a", "sha256": DIGEST, "retrieved_at": DAY, "kind": "feed"}
    assert second == {"id": "b", "retrieved_at": DAY}


def test_ids_that_are_not_there_change_nothing() -> None:
    assert edited(GOOD, other=Reading(retrieved_at=DAY)) == GOOD


def test_a_first_profile_is_right_as_it_is_and_asks_every_question() -> None:
    from supplymatrix.vendors.capability_keys import KEYS

    text = starter_profile("our-images", DAY)
    profile = parse_profile(text.encode(), "x/our-images.toml", today=DAY)
    assert [cell.key for cell in profile.capabilities] == list(KEYS)


def test_the_examples_of_a_first_profile_are_right_when_they_are_uncommented() -> None:
    text = starter_profile("our-images", DAY)
    known = (
        "[[", "id", "name", "kind", "tier", "evidence", "offer", "point", "mechanism", "detect", "replaces", "source",
        "retrieved", "confidence", "locator", "artifact", "match", "issuer", "identity",
    )  # fmt: skip
    marks = tuple(f"# {word}" for word in known)
    rows = [line.removeprefix("# ") if line.startswith(marks) else line for line in text.split("\n")]
    profile = parse_profile("\n".join(rows).encode(), "our-images.toml", today=DAY)
    assert (len(profile.offers), len(profile.entries), len(profile.evidence)) == (1, 1, 1)
