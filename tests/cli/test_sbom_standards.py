"""`sbom standards`: which standards are looked at, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from supplymatrix.engine.sbom_write import write_sbom
from supplymatrix.model.value import changed
from supplymatrix.sbom.document import Document, Party
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.machine import Machine
from tests.support.sbom_documents import large_document, rich_document


def _supplied() -> Document:
    document = large_document(2)
    supplied = tuple(changed(one, supplier=Party(name="Corp")) for one in document.components)
    return changed(document, components=supplied)


@pytest.fixture
def file(machine: Machine) -> Path:
    """A CycloneDX file that has all that NTIA requires, and not all that the others do."""
    path = machine.home / "bom.json"
    path.write_text(write_sbom(_supplied(), "cyclonedx-json"), encoding="utf-8")
    return path


def test_all_is_there_for_what_was_asked(cli: Cli, file: Path) -> None:
    done = cli("sbom", "standards", "bom.json", "--standard", "ntia-2021")
    assert (done.code, done.err) == (0, "")
    assert "7 of 7 required fields are there" in done.out


def test_without_a_name_all_standards_are_looked_at(cli: Cli, file: Path) -> None:
    done = cli("sbom", "standards", "bom.json", "--format", "json")
    found = json.loads(done.out)
    form = json.loads((REPO / "supplymatrix" / "reports" / "schema" / SCHEMAS["sbom-standards"][0]).read_text("utf-8"))
    assert list(Draft202012Validator(form).iter_errors(found)) == []
    assert done.code == found["exit_code"] == 1
    assert [one["id"] for one in found["standards"]] == [
        "ntia-2021", "cisa-2025", "cisa-2026", "bsi-tr-03183-2-2.1", "fsct-3", "telco-1.1",
    ]  # fmt: skip


def test_a_standard_that_does_not_take_the_format_counts_only_when_named(cli: Cli, file: Path) -> None:
    assert cli("sbom", "standards", "bom.json", "--standard", "ntia-2021", "--standard", "telco-1.1").code == 1
    (file.parent / "bom.spdx.json").write_text(write_sbom(_supplied(), "spdx-json"), encoding="utf-8")
    assert cli("sbom", "standards", "bom.spdx.json", "--standard", "telco-1.1").code == 0


def test_several_formats_in_one_run(cli: Cli, file: Path) -> None:
    done = cli("sbom", "standards", "bom.json", "--format", "text", "--format", "markdown=page.md")
    assert done.code == 1
    assert (file.parent / "page.md").read_text(encoding="utf-8").startswith("# Fields of standards in `bom.json`\n")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "the file ends in the middle"),
        (b"<bom/>", "only JSON is looked at field by field"),
        (b"{}", "no bill of materials"),
        (b"\xff\xfe\x00", "error"),
    ],
)
def test_a_broken_file_is_told(cli: Cli, machine: Machine, data: bytes, message: str) -> None:
    (machine.home / "bad.json").write_bytes(data)
    done = cli("sbom", "standards", "bad.json")
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_a_file_that_is_not_there_and_a_standard_that_is_none(cli: Cli, file: Path) -> None:
    assert cli("sbom", "standards", "nothing.json").code == 2
    done = cli("sbom", "standards", "bom.json", "--standard", "ntia-2020")
    assert done.code == 2
    assert "did you mean 'ntia-2021'?" in done.err


def test_a_name_without_a_year_is_the_newest_of_that_name(cli: Cli, file: Path) -> None:
    done = cli("sbom", "standards", "bom.json", "--standard", "NTIA", "--standard", "cisa", "--format", "json")
    assert [one["id"] for one in json.loads(done.out)["standards"]] == ["ntia-2021", "cisa-2026"]


def test_spdx_3_is_looked_at_as_well(cli: Cli, machine: Machine) -> None:
    (machine.home / "bom.json").write_text(write_sbom(rich_document(), "spdx-3-json"), encoding="utf-8")
    done = cli("sbom", "standards", "bom.json", "--standard", "bsi", "--standard", "telco")
    assert done.code == 1
    assert "bom.json: SPDX 3.0.1, the subject git.example/acme/app@v2.1.0" in done.out
    assert "12 required fields are there" in done.out
    assert "telco-1.1: not applicable: it takes SPDX below 3, and this is 3.0.1" in done.out
