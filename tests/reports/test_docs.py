"""The pages about the formats name every field of the schemas."""

from __future__ import annotations

import re

import pytest

from tests.reports.test_schema import schema
from tests.support.data import REPO


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("report", "report-json.md"),
        ("survey", "survey-json.md"),
        ("policy", "policy-json.md"),
        ("chain", "chain-json.md"),
        ("compliance", "compliance-json.md"),
    ],
)
def test_the_page_has_a_row_for_every_field(name: str, page: str) -> None:
    text = (REPO / "docs" / "formats" / page).read_text(encoding="utf-8")
    named = {
        field for row in re.findall(r"^\| (`.*?`) \|", text, re.MULTILINE) for field in re.findall(r"`(\w+)`", row)
    }
    expected = set(schema(name)["properties"])
    assert named | {"schema"} == expected | {"schema"}


def test_the_states_of_a_line_are_those_of_the_schema() -> None:
    text = (REPO / "docs" / "formats" / "report-json.md").read_text(encoding="utf-8")
    states = schema("report")["$defs"]["sum_line"]["properties"]["state"]["enum"]
    assert ", ".join(states) in text
