"""A bill of materials that is signed inside: valid, the same each time; and what becomes of its signatures later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from supplymatrix.attest.keys import parse_signing_key, parse_verifying_key
from supplymatrix.engine.sbom_signature import read_public_key, signature_statements
from supplymatrix.engine.sbom_write import validate_document_file, write_sbom
from supplymatrix.engine.signing import ReportSigner
from supplymatrix.errors import InputError
from supplymatrix.sbom.formats import FORMATS
from supplymatrix.sbom.statements import Statement, Topic, Truth, exit_code_of
from tests.attest.test_keys import MAKERS, pem, private, public_pem, signing
from tests.support.sbom_documents import bare_document, large_document, rich_document

PUBLIC = parse_verifying_key(public_pem(private("Ed25519")), "pub.pem")
OTHER = parse_verifying_key(public_pem(ed25519.Ed25519PrivateKey.generate()), "other.pem")


def told(path: Path, *, key: bool = True) -> list[tuple[str, Truth, bool, bool]]:
    found = signature_statements(path, path.read_bytes(), PUBLIC if key else None)
    return [(one.said.split(":")[0], one.truth, one.is_alarm, one.is_promised) for one in found]


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    path = tmp_path / "bom.json"
    path.write_text(write_sbom(rich_document(), "cyclonedx-json", key=signing("Ed25519")), encoding="utf-8")
    return path


def sign_beside(path: Path) -> None:
    signer = ReportSigner(key=signing("Ed25519"))
    path.with_name(f"{path.name}.sig").write_text(signer.signature(path.read_bytes()))


@pytest.mark.parametrize("kind", MAKERS)
def test_what_is_signed_is_valid_and_says_the_same(kind: str) -> None:
    key = signing(kind)
    for spec in ("1.6", "1.7"):
        text = write_sbom(rich_document(), "cyclonedx-json", spec, key)
        assert validate_document_file(text.encode()).faults == ()
        document = json.loads(text)
        assert document.pop("signature")["algorithm"]
        assert document == json.loads(write_sbom(rich_document(), "cyclonedx-json", spec))
        again = write_sbom(rich_document(), "cyclonedx-json", spec, parse_signing_key(pem(private(kind)), "key.pem"))
        assert (again == text) is not kind.startswith("ECDSA")


def test_documents_with_a_line_for_each_component_are_signed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplymatrix.sbom.cyclonedx.MOST_INDENTED", 2)
    path = tmp_path / "bom.json"
    path.write_text(write_sbom(large_document(3), "cyclonedx-json", key=signing("Ed25519")), encoding="utf-8")
    assert path.read_text(encoding="utf-8").splitlines()[-2].startswith('  "signature": {"algorithm": ')
    assert told(path) == [("inside", Truth.TRUE, False, False)]


def test_other_formats_have_no_place_for_it() -> None:
    for form in FORMATS:
        is_signed = write_sbom(bare_document(), form, key=signing("Ed25519")) != write_sbom(bare_document(), form)
        assert is_signed is (form == "cyclonedx-json")


def test_without_a_key_nobody_vouches(signed: Path) -> None:
    (one,) = signature_statements(signed, signed.read_bytes(), None)
    assert (one.truth, one.is_promised, one.is_alarm) == (Truth.NOT_CHECKED, False, False)
    assert "whose owner nobody vouches for" in one.reason
    assert one.remedy.startswith("--key PUB.pem")
    assert "verified" not in f"{one.reason} {one.said} {one.found}"


def test_with_the_key_it_is_true_inside_and_beside(signed: Path) -> None:
    assert told(signed) == [("inside", Truth.TRUE, False, False)]
    sign_beside(signed)
    assert told(signed) == [("inside", Truth.TRUE, False, False), ("beside", Truth.TRUE, False, False)]


def test_a_changed_file_is_an_alarm_with_a_key_and_without(signed: Path) -> None:
    sign_beside(signed)
    signed.write_text(signed.read_text(encoding="utf-8").replace("acme.example", "evil.example"), encoding="utf-8")
    assert told(signed) == [("inside", Truth.FALSE, True, False), ("beside", Truth.FALSE, True, False)]
    assert told(signed, key=False) == [("inside", Truth.FALSE, True, False)]
    assert exit_code_of(signature_statements(signed, signed.read_bytes(), None), 0) == 4


def test_a_file_that_somebody_else_signed_is_an_alarm(signed: Path) -> None:
    (one,) = signature_statements(signed, signed.read_bytes(), OTHER)
    assert (one.truth, one.is_alarm) == (Truth.FALSE, True)
    assert "names another key" in one.found


def test_with_a_key_there_must_be_a_signature(tmp_path: Path) -> None:
    path = tmp_path / "bom.json"
    path.write_text(write_sbom(bare_document(), "cyclonedx-json"), encoding="utf-8")
    assert told(path, key=False) == []
    assert told(path) == [("none", Truth.NOT_CHECKED, False, True)]
    assert exit_code_of(signature_statements(path, path.read_bytes(), PUBLIC), 1) == 3


def test_what_is_not_checked_inside_was_promised_unless_the_file_beside_holds(signed: Path) -> None:
    document = json.loads(signed.read_text(encoding="utf-8"))
    document["signature"] = {"signers": [document["signature"]]}
    signed.write_text(json.dumps(document), encoding="utf-8")
    assert told(signed) == [("inside", Truth.NOT_CHECKED, False, True)]
    assert told(signed, key=False) == [("inside", Truth.NOT_CHECKED, False, False)]
    (signed.parent / "bom.json.sig").write_text("{}")
    assert told(signed)[1] == ("beside", Truth.NOT_CHECKED, False, True)
    sign_beside(signed)
    assert told(signed) == [("inside", Truth.NOT_CHECKED, False, False), ("beside", Truth.TRUE, False, False)]


def test_any_format_can_be_signed_beside(tmp_path: Path) -> None:
    path = tmp_path / "bom.xml"
    path.write_text(write_sbom(bare_document(), "cyclonedx-xml"), encoding="utf-8")
    sign_beside(path)
    assert told(path) == [("beside", Truth.TRUE, False, False)]
    assert all(isinstance(one, Statement) and one.topic is Topic.SIGNATURE
               for one in signature_statements(path, path.read_bytes(), PUBLIC))  # fmt: skip


def test_a_private_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(pem(private("Ed25519")))
    with pytest.raises(InputError, match="private key"):
        read_public_key(tmp_path / "key.pem")


@pytest.mark.parametrize(
    ("signature", "code"),
    [
        ("x", 4), ({}, 4), (None, 4), ({"value": "AA"}, 4), ({"algorithm": "HS256", "value": "AA"}, 3),
        ({"signers": []}, 3), ({"chain": []}, 3),
        ({"algorithm": "Ed25519", "value": "AA", "excludes": ["metadata"]}, 3),
    ],
)  # fmt: skip
def test_no_form_of_a_signature_lets_a_changed_file_pass_with_a_key(signed: Path, signature: object, code: int) -> None:
    document = json.loads(signed.read_text(encoding="utf-8"))
    signed.write_text(json.dumps({**document, "version": 2, "signature": signature}), encoding="utf-8")
    assert exit_code_of(signature_statements(signed, signed.read_bytes(), PUBLIC), 1) == code
    sign_beside(signed)
    assert exit_code_of(signature_statements(signed, signed.read_bytes(), PUBLIC), 1) == (4 if code == 4 else 0)
