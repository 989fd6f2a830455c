"""Texts, addresses and e-mail addresses in a form that JSON, XML and the schemas of CycloneDX all take.

What is taken is the same for JSON and XML, so that one document says the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from supplymatrix.sbom.document import Party

__all__ = [
    "LONGEST", "Json", "contact_of", "email_of", "line_of", "organisation_of", "property_of", "unusable_in",
    "uri_of",
]  # fmt: skip

Json = dict[str, object]
"""An object of the JSON form."""

LONGEST = 4_096
"""Characters of one text; what is longer is cut, and ends in an ellipsis."""
_CONTROLS = re.compile("[\\x00-\\x20\\x7f-\\xa0\\u2028\\u2029]+")
_NO_CHARACTERS = re.compile("[\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff]|[" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17)
) + "]")  # fmt: skip
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_IN_ADDRESSES = "%:/?#[]@!$&'()*+,;=~"  # beside letters, digits and "-._"
_USUAL = re.compile(r"(?:https?://[A-Za-z0-9.-]+|pkg:[a-z]+)(?:/(?:[A-Za-z0-9._~!@+-]|%[0-9A-Fa-f]{2})+){1,30}")
"""The form of nearly all addresses, which need no closer look."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ATOM = "[A-Za-z0-9_+-]+"
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@.{{1,190}}$){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")


def line_of(text: str, longest: int = LONGEST) -> str:
    """Return a text as one line without control characters and without what is no character, cut where it is long."""
    if not (text.isascii() and text.isprintable() and "  " not in text):
        text = _NO_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", _CONTROLS.sub(" ", text))
    text = text.strip(" ")
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def uri_of(text: str) -> str:
    """Return a text as a URI reference, "" where it is none and cannot be written as one.

    Odd characters are percent-encoded. Who logs in to a server, and with what, is left out.
    """
    if _USUAL.fullmatch(text):
        return text
    try:
        uri = _STRAY_PERCENT.sub("%25", quote(text.strip(), safe=_IN_ADDRESSES))
        parts = urlsplit(uri)
        has_port = parts.port is not None  # raises ValueError for one that is none
    except ValueError:  # a lone surrogate, a bracket that is not closed, a port that is no number
        return ""
    rest = uri
    if scheme := _SCHEME.match(uri):
        rest = uri[scheme.end() :]
    elif ":" in uri.partition("/")[0]:
        return ""
    if rest.startswith("//"):
        server, slash, path = rest[2:].partition("/")
        login, _, host = server.rpartition("@")
        if not _is_host(host, has_port=has_port):
            return ""
        user = f"{login.partition(':')[0]}@" if login and parts.scheme == "ssh" else ""
        uri = f"{uri[: len(uri) - len(rest)]}//{user}{host}{slash}{path}"
        rest = path
    has_mark = any(mark in rest for mark in "[]") or rest.count("#") > 1
    return "" if has_mark or not uri or len(uri) > LONGEST else uri


def _is_host(host: str, *, has_port: bool) -> bool:
    name = host.rpartition(":")[0] if has_port else host
    return bool(name) and not set(name) & set("[]@:?#%!$&'()*+,;=~")


def email_of(text: str) -> str:
    """Return an e-mail address, "" where the text is none of the usual form."""
    return text.strip() if _EMAIL.fullmatch(text.strip()) else ""


def property_of(name: str, value: str) -> Json:
    """Return a property with a name."""
    return {"name": line_of(name), "value": line_of(value)}


def organisation_of(party: Party) -> Json:
    """Return a party as an organisation: name, address of its page, a contact with its e-mail address."""
    made: Json = {"name": line_of(party.name)}
    if url := uri_of(party.url):
        made["url"] = [url]
    if email := email_of(party.email):
        made["contact"] = [{"email": email}]
    return made


def contact_of(party: Party) -> Json:
    """Return a party as a person: name and e-mail address."""
    made: Json = {"name": line_of(party.name)}
    if email := email_of(party.email):
        made["email"] = email
    return made


def unusable_in(party: Party | None, what: str) -> Iterable[str]:
    """Return what of a party has no place in a document because it is not of the form for it, in words."""
    if party is None:
        return
    if party.email and not email_of(party.email):
        yield f"{what}: {line_of(party.email)} is no e-mail address"
    if party.url and not uri_of(party.url):
        yield f"{what}: {line_of(party.url)} is no URL"
