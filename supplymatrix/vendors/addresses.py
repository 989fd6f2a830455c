"""Forms that several files of this room share: ids, digests, names of repositories, secure addresses."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from supplymatrix.documents.tables import is_blank

__all__ = ["COMMIT", "ID", "MINOR", "REPOSITORY", "SHA256", "address_fault", "says_nothing"]

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
MINOR = re.compile(r"1\.(?:0|[1-9][0-9]{0,2})")
COMMIT = re.compile(r"[0-9a-f]{40}")
SHA256 = re.compile(r"[0-9a-f]{64}")
REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+")
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def says_nothing(text: str) -> bool:
    """Return whether a text has no word or number in it: empty, blank to the eye, or "?" and the like."""
    return is_blank(text) or not any(sign.isalnum() for sign in text)


def address_fault(url: str) -> str:
    """Return why a text is no address of a source, "" when it is: https with a host, no login and no blanks.

    Plain http is taken of this very machine alone, where nobody can listen in.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "this is no address"
    if not url.isascii() or not url.isprintable() or " " in url or not host:
        return "this is no address"
    if parts.username is not None or parts.password is not None:
        return "an address with a login is no public source"
    if parts.scheme == "http" and host in _THIS_MACHINE:
        return ""
    if parts.scheme != "https":
        return "this address is not https"
    if not _HOST.fullmatch(host) or port == 0:
        return "the host of this address is no name"
    return ""
