"""Documents as the text of each format, and files of others."""

from __future__ import annotations

import json

import pytest

from supplymatrix.engine.sbom_write import InvalidDocumentError, validate_document_file, write_sbom
from supplymatrix.model.value import changed
from supplymatrix.sbom.cyclonedx import SPECS
from supplymatrix.sbom.formats import FORMATS
from tests.support.sbom_documents import bare_document, large_document, rich_document


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("spec", SPECS)
def test_every_format_is_valid_and_the_same_twice(form: str, spec: str) -> None:
    for document in (rich_document(), bare_document()):
        text = write_sbom(document, form, spec)
        assert text == write_sbom(document, form, spec)
        check = validate_document_file(text.encode(), "bom")
        assert (check.faults, check.is_readable) == ((), True)
        assert check.format.form == ("xml" if form.endswith("xml") else "json")


def test_formats_have_other_names() -> None:
    assert write_sbom(bare_document(), "cyclonedx") == write_sbom(bare_document(), "cyclonedx-json")
    with pytest.raises(ValueError, match="no format 'swid'"):
        write_sbom(bare_document(), "swid")


@pytest.mark.parametrize("form", ["cyclonedx-json", "cyclonedx-xml"])
def test_a_document_that_makes_no_sense_is_refused(form: str) -> None:
    document = bare_document()
    odd = changed(document, edges={document.main.ref: (document.main.ref, "gone")})
    with pytest.raises(InvalidDocumentError, match=r"would have been invalid.*itself.*'gone'"):
        write_sbom(odd, form)


def test_the_first_faults_are_told_and_the_others_counted() -> None:
    document = bare_document()
    odd = changed(document, edges={document.main.ref: tuple(f"gone{number}" for number in range(9))})
    with pytest.raises(InvalidDocumentError, match=r"and 4 more$") as caught:
        write_sbom(odd, "cyclonedx")
    assert len(caught.value.faults) == 9


def test_a_large_document_is_lines_and_valid() -> None:
    text = write_sbom(large_document(2_100), "cyclonedx-json")
    lines = text.splitlines()
    assert len(lines) < 3 * 2_100
    assert len(json.loads(text)["components"]) == 2_100
    assert validate_document_file(text.encode()).faults == ()


@pytest.mark.parametrize("spec", ["1.2", "1.3", "1.4", "1.5"])
def test_older_versions_are_read(spec: str) -> None:
    bom = {"bomFormat": "CycloneDX", "specVersion": spec, "version": 1, "components": [{"type": "library"}]}
    assert "name" in validate_document_file(json.dumps(bom).encode()).faults[0].message
    xml = f'<bom xmlns="http://cyclonedx.org/schema/bom/{spec}" version="1"><components/></bom>'
    assert validate_document_file(xml.encode()).faults == ()


def test_a_byte_order_mark_is_no_fault() -> None:
    text = write_sbom(bare_document(), "cyclonedx")
    assert validate_document_file(b"\xef\xbb\xbf" + text.encode()).faults == ()


@pytest.mark.parametrize("form", ["cyclonedx-json", "spdx-json", "spdx-3-json"])
def test_a_key_that_stands_twice_makes_a_file_invalid(form: str) -> None:
    text = write_sbom(bare_document(), form)
    assert validate_document_file(text.encode()).faults == ()
    twice = text.replace("{", '{"comment": "x", "comment": "y",', 1)
    check = validate_document_file(twice.encode())
    assert check.is_readable
    assert check.faults[0].message == "'comment' stands twice in one object: readers see different documents"
