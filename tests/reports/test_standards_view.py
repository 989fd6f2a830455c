"""The table of standards as text, JSON and Markdown."""

from __future__ import annotations

import json
from typing import Any

from supplymatrix.model.value import changed
from supplymatrix.reports.standards_view import (
    CAVEAT,
    StandardsReport,
    render_standards_json,
    render_standards_markdown,
    render_standards_text,
)
from supplymatrix.sbom.cyclonedx import cyclonedx_of
from supplymatrix.sbom.standards import judge
from supplymatrix.sbom.standards_fields import read_fields
from supplymatrix.sbom.standards_table import STANDARDS
from tests.support.sbom_documents import rich_document


def _report(*, name: str = "libc") -> StandardsReport:
    document = rich_document()
    components = tuple(
        changed(one, name=name) if one.name == "libc" else one for one in document.components
    )  # fmt: skip
    bom: Any = json.loads(json.dumps(cyclonedx_of(changed(document, components=components), "1.6")))
    reading = read_fields(bom)
    return StandardsReport(
        file="bom.json",
        reading=reading,
        judged=[judge(reading, STANDARDS[one]) for one in ("ntia-2021", "cisa-2026", "telco-1.1")],
        exit_code=1,
    )


def test_text_tells_what_is_missing_where_and_what_to_do() -> None:
    text = render_standards_text(_report(), width=100)
    assert text.startswith("bom.json: CycloneDX 1.6, the subject git.example/acme/app@v2.1.0 and 11 components\n")
    assert "`supplymatrix sbom verify`" in " ".join(text.split())
    assert "\nntia-2021: 4 of 7 required fields are there\n" in text
    assert (
        "  missing  Version of the Component  10 of 12\n"
        "           at /metadata/component/version\n"
        "           not in code.example/local, libc\n"
        "           next: a git tag on the commit; a local folder has no version\n"
    ) in text
    assert "SBOM Author Signature              no (known second-hand)\n" in text
    assert "\ntelco-1.1: not applicable: it asks for SPDX, and this is CycloneDX\n" in text
    assert text.endswith("\nExit 1.\n")


def test_no_line_is_wider_than_asked_for() -> None:
    assert max(map(len, render_standards_text(_report(), width=70).splitlines())) <= 70


def test_hostile_names_are_shown_plain() -> None:
    report = _report(name="\x1b[31m|`evil")
    assert "\x1b" not in render_standards_text(report)
    assert "\x1b" not in render_standards_json(report)
    page = render_standards_markdown(report)
    assert "\x1b" not in page
    assert all(line.count(" | ") == 6 for line in page.splitlines() if line.startswith("| "))


def test_markdown_has_a_table_for_each_standard_that_applies() -> None:
    page = render_standards_markdown(_report())
    assert CAVEAT in page
    assert page.count("| field | level | there |") == 2
    assert (
        "| Version of the Component | required | no: 10 of 12 | `/metadata/component/version` | `code.example/local`, "
        "`libc` | a git tag on the commit; a local folder has no version | Data Fields, known text |"
    ) in page
    assert "Next: `supplymatrix sbom --format spdx-json`" in page


def test_json_has_every_field() -> None:
    report = _report()
    made = json.loads(render_standards_json(report))
    assert (made["schema"], made["exit_code"], made["components"]) == ("supplymatrix.sbom-standards/1", 1, 12)
    ntia, cisa, telco = made["standards"]
    assert (ntia["met"], ntia["required"], ntia["required_there"], len(ntia["fields"])) == (False, 7, 4, 7)
    assert {field["known_from"] for field in cisa["fields"]} == {"second-hand"}
    assert (telco["applies"], telco["fields"]) == (False, [])
    [version] = [field for field in ntia["fields"] if field["field"] == "version"]
    assert version["lacking"] == ["code.example/local", "libc"]
    assert (version["present"], version["of"], version["there"]) == (10, 12, False)
