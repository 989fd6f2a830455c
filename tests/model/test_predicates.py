"""Kinds of attestations: which predicate types they mean, with and without versions."""

from __future__ import annotations

import pytest

from supplymatrix.errors import InputError
from supplymatrix.model.predicates import (
    PREDICATE_KINDS,
    SIGNATURE_PREDICATE,
    is_of_kind,
    kind_of,
    parse_kind,
    types_of,
)


@pytest.mark.parametrize(
    ("predicate", "kind"),
    [
        ("https://slsa.dev/provenance/v0.2", "provenance"),
        ("https://slsa.dev/provenance/v1", "provenance"),
        ("https://slsa.dev/provenance/v1.0", "provenance"),
        ("https://spdx.dev/Document", "spdx"),
        ("https://spdx.dev/Document/v2.3", "spdx"),
        ("https://cyclonedx.org/bom", "cyclonedx"),
        ("https://cyclonedx.org/bom/v1.6", "cyclonedx"),
        ("https://cyclonedx.org/schema/bom-1.4.schema.json", "cyclonedx"),
        ("https://cosign.sigstore.dev/attestation/vuln/v1", "vuln"),
        ("https://openvex.dev/ns/v0.2.0", "openvex"),
        (SIGNATURE_PREDICATE, "signature"),
        ("https://cosign.sigstore.dev/attestation/v1", ""),
        ("https://slsa.dev/provenance", ""),
        ("https://slsa.dev/provenance/v11", ""),
        ("https://slsa.dev/provenance/v1/evil", ""),
        ("https://spdx.dev/Documents", ""),
        ("https://spdx.dev/Document/evil", ""),
        ("", ""),
    ],
)
def test_a_predicate_type_has_a_name_whatever_its_version(predicate: str, kind: str) -> None:
    assert kind_of(predicate) == kind


def test_a_version_that_is_asked_for_is_that_one() -> None:
    assert is_of_kind("https://slsa.dev/provenance/v0.2", "slsaprovenance02")
    assert not is_of_kind("https://slsa.dev/provenance/v1", "slsaprovenance02")
    assert not is_of_kind("https://slsa.dev/provenance/v0.2", "slsaprovenance1")
    assert is_of_kind("https://corp.example/x", "https://corp.example/x")
    assert not is_of_kind("https://corp.example/x/v1", "https://corp.example/x")
    assert is_of_kind("https://spdx.dev/Document", "sbom")
    assert is_of_kind("https://cyclonedx.org/bom", "sbom")


def test_every_type_of_a_kind_is_of_it() -> None:
    for kind in PREDICATE_KINDS:
        assert all(is_of_kind(name, kind) for name in types_of(kind))


def test_a_word_that_is_no_kind_is_refused() -> None:
    assert parse_kind("urn:corp:x") == "urn:corp:x"
    with pytest.raises(InputError) as caught:
        parse_kind("spd")
    assert caught.value.diagnostics[0].remedy == "did you mean spdx?"
