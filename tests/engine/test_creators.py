"""Who is behind a bill of materials: settings, options above them, and nothing else."""

from __future__ import annotations

import pytest

from supplymatrix.engine.creators import AUTHOR_KEYS, creators_of
from supplymatrix.errors import InputError
from supplymatrix.sbom.document import Creators, Party

WHOLE = {
    "author.name": "Ada", "author.email": "ada@corp.example",
    "author.organization": "Corp", "author.organization_url": "https://corp.example",
    "author.organization_email": "sbom@corp.example",
    "author.supplier": "Sup", "author.supplier_url": "https://sup.example", "author.supplier_email": "s@sup.example",
    "author.data_licence": "CC-BY-4.0", "author.security_contact": "https://corp.example/security",
}  # fmt: skip


def test_nothing_is_invented() -> None:
    assert creators_of({}) == Creators()
    assert creators_of(dict.fromkeys(WHOLE, "") | {"network.jobs": 3}) == Creators()


def test_every_setting_has_its_place() -> None:
    assert {f"author.{key}" for key in AUTHOR_KEYS} == set(WHOLE)
    assert creators_of(WHOLE, licence="MIT") == Creators(
        author=Party(name="Ada", email="ada@corp.example"),
        manufacturer=Party(name="Corp", email="sbom@corp.example", url="https://corp.example"),
        supplier=Party(name="Sup", email="s@sup.example", url="https://sup.example"),
        licence="MIT",
        security_contact="https://corp.example/security",
        data_licence="CC-BY-4.0",
    )


def test_an_option_stands_above_the_file_and_an_empty_one_does_not() -> None:
    found = creators_of(WHOLE, name="Bob", supplier="")
    assert found.author == Party(name="Bob", email="ada@corp.example")
    assert found.supplier is not None
    assert found.supplier.name == "Sup"


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("security@corp.example", "mailto:security@corp.example"),
        ("mailto:security@corp.example", "mailto:security@corp.example"),
        ("http://corp.example:8080/x?y#z", "http://corp.example:8080/x?y#z"),
    ],
)
def test_a_contact_is_a_url(given: str, seen: str) -> None:
    assert creators_of({}, security_contact=given).security_contact == seen


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("email", "ada"),
        ("organization_url", "corp.example"),
        ("organization_url", "javascript:alert(1)"),
        ("organization_url", "https://a b"),
        ("organization_url", "https://user@corp.example"),
        ("supplier_email", "a@b@ c"),
        ("security_contact", "ask Ada"),
        ("security_contact", "mailto:"),
        ("data_licence", "public domain"),
        ("name", "a\nb"),
    ],
)
def test_what_does_not_look_like_it_is_refused(key: str, text: str) -> None:
    with pytest.raises(InputError) as caught:
        creators_of({"author.name": "A", "author.organization": "C", "author.supplier": "S"}, **{key: text})
    (fault,) = caught.value.diagnostics
    assert fault.seen == text
    assert fault.expected
    assert "quotes" not in fault.expected


def test_an_address_of_nobody_is_refused_with_the_command_that_names_somebody() -> None:
    with pytest.raises(InputError) as caught:
        creators_of({}, email="ada@corp.example", supplier_url="https://sup.example")
    first, second = caught.value.diagnostics
    assert first.remedy == "supplymatrix config author --name NAME"
    assert "supplier" in second.message


def test_a_key_that_is_none_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match="organisation"):
        creators_of({}, organisation="x")
