"""Texts, addresses and e-mail addresses that both schemas take, whatever comes in."""

from __future__ import annotations

from html import escape

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.sbom.cyclonedx_text import LONGEST, contact_of, email_of, line_of, organisation_of, uri_of
from supplymatrix.sbom.document import Party
from supplymatrix.sbom.validate import SchemaFiles, XmlSchema, parse_xml

ANY_URI = b"""<schema xmlns="http://www.w3.org/2001/XMLSchema"><element name="a" type="anyURI"/></schema>"""
ANY = st.text(st.characters(exclude_categories=()), max_size=40)
ADDRESSES = st.text(st.sampled_from("ah1.:/?#[]@!%2 \\é-~"), max_size=25)


def is_taken(form: str, text: str) -> bool:
    validator = jsonschema_rs.Draft7Validator({"format": form}, validate_formats=True)
    return validator.is_valid(text)


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("https://git.example/a/b", "https://git.example/a/b"),
        ("pkg:golang/a.example/B@v1.0.0%2Bincompatible", "pkg:golang/a.example/B@v1.0.0%2Bincompatible"),
        ("https://git.example/a b/é", "https://git.example/a%20b/%C3%A9"),
        ("https://git.example/100%", "https://git.example/100%25"),
        ("https://ada:pw@git.example/a", "https://git.example/a"),
        ("ssh://git:pw@git.example/a", "ssh://git@git.example/a"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("report.json", "report.json"),
        ("https://git.example:8080/a", "https://git.example:8080/a"),
        ("https://git.example:port/a", ""),
        ("https:///a", ""),
        ("https://[::1/a", ""),
        ("1a:b", ""),
        ("\ud800", ""),
        ("", ""),
    ],
)
def test_an_address_becomes_a_uri_or_nothing(text: str, uri: str) -> None:
    assert uri_of(text) == uri


@given(ANY | ADDRESSES | ADDRESSES.map(lambda text: f"https://{text}"))
def test_what_is_a_uri_is_one_to_the_schemas(text: str) -> None:
    uri = uri_of(text)
    assert is_taken("iri-reference", uri)
    assert uri == "" or uri_of(uri) == uri
    tree, _ = parse_xml(f"<a>{escape(uri)}</a>".encode())
    assert XmlSchema(SchemaFiles(main=ANY_URI, parts={})).faults(tree) == ()


@given(ANY | st.text(st.sampled_from("a1.@-+_ é"), max_size=20))
def test_what_is_an_email_address_is_one_to_the_schema(text: str) -> None:
    email = email_of(text)
    assert email == "" or is_taken("idn-email", email)


@pytest.mark.parametrize("text", ["ada@corp.example", "a.b+c@x-y.corp.example"])
def test_usual_email_addresses_are_taken(text: str) -> None:
    assert email_of(text) == text


@given(ANY)
def test_a_line_is_one_and_can_be_encoded(text: str) -> None:
    line = line_of(text)
    assert line.encode("utf-8").decode("utf-8").splitlines() in ([], [line])
    assert line == line_of(line)
    assert not any(char < " " for char in line)


def test_a_long_text_is_cut() -> None:
    assert line_of("x" * (LONGEST + 1)) == "x" * (LONGEST - 1) + "…"


def test_a_party_that_has_only_a_name_has_no_empty_fields() -> None:
    assert organisation_of(Party(name="Acme", email="no address", url="")) == {"name": "Acme"}
    assert contact_of(Party(name="Ada", email="ada@acme.example")) == {"name": "Ada", "email": "ada@acme.example"}
