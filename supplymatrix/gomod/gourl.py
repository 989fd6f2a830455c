"""URLs, accepted and refused as Go's net/url does: enough of it to judge a proxy's address without asking anybody.

Python's own urlsplit accepts what Go refuses (bad ports, bad escapes, spaces in hosts), and a list that the go command
refuses must be refused here too, before any contact.

Source: RFC 3986; Go net/url Parse.
"""

from __future__ import annotations

from supplymatrix.model.value import value

__all__ = ["UrlParts", "join_url", "split_url"]

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_HEX = frozenset("0123456789abcdefABCDEF")
_USER = _LETTERS | _DIGITS | frozenset("-._:~!$&'()*+,;=%@")
_HOST = _LETTERS | _DIGITS | frozenset("-_.~!$&'()*+,;=:[]<>\"%")


@value
class UrlParts:
    """The parts that decide whether a URL may be used.

    scheme: lower case, "" when there is none. user: None without userinfo. path: as written, escapes kept.
    host: with port. opaque: text behind a scheme that is not followed by `/`.
    extra: there is a query, a fragment, or a scheme followed by a single `/`.
    """

    scheme: str
    user: str | None = None
    host: str = ""
    path: str = ""
    opaque: str = ""
    extra: bool = False

    @property
    def has_more_than_a_path(self) -> bool:
        """There is something beside scheme and path."""
        return bool(self.host) or self.has_more_than_host_and_path

    @property
    def has_more_than_host_and_path(self) -> bool:
        """There is something beside scheme, host and path."""
        return self.user is not None or bool(self.opaque) or self.extra


def split_url(text: str) -> UrlParts | None:
    """Return the parts of `text`, or None where Go would not take it for a URL at all."""
    before, _, fragment = text.partition("#")
    if not _escapes_are_valid(fragment) or any(char < " " or char == "\x7f" for char in before):
        return None
    if before == "*":
        return UrlParts(scheme="", path="*")
    split = _split_scheme(before)
    if split is None:
        return None
    scheme, rest = split
    rest, question, _ = rest.partition("?")
    extra = bool(question) or bool(fragment)
    if not rest.startswith("/"):
        if scheme:
            return UrlParts(scheme=scheme, opaque=rest, extra=extra)
        if ":" in rest.partition("/")[0]:
            return None
    return _split_authority(scheme, rest, extra=extra)


def join_url(base: str, path: str) -> str:
    """Return `base` with `path` put behind its path, before any query or fragment; one slash between the two."""
    end = next((at for at, char in enumerate(base) if char in "?#"), len(base))
    return f"{base[:end].removesuffix('/')}/{path.removeprefix('/')}{base[end:]}"


def _split_scheme(text: str) -> tuple[str, str] | None:
    for at, char in enumerate(text):
        if char in _LETTERS or (at and (char in _DIGITS or char in "+-.")):
            continue
        if char != ":":
            break
        return (text[:at].lower(), text[at + 1 :]) if at else None
    return "", text


def _split_authority(scheme: str, rest: str, *, extra: bool) -> UrlParts | None:
    user: str | None = None
    host = ""
    path = rest
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, tail = rest[2:].partition("/")
        path = slash + tail
        before, at, host = authority.rpartition("@")
        if not _host_is_valid(scheme, host):
            return None
        if at:
            user = before
            if not _USER.issuperset(user) or not _escapes_are_valid(user):
                return None
    elif scheme:
        extra = True
    if not _escapes_are_valid(path):
        return None
    return UrlParts(scheme=scheme, user=user, host=host, path=path, extra=extra)


def _host_is_valid(scheme: str, host: str) -> bool:
    bracket = host.rfind("[")
    if bracket > 0:
        return False
    if bracket == 0:
        inside, closed, port = host[1:].rpartition("]")
        return bool(closed) and _port_is_valid(port) and _is_ipv6(inside)
    first = host.find(":")
    if first >= 0:
        colon = first if scheme in ("http", "https") else host.rfind(":")
        if not _port_is_valid(host[colon:]):
            return False
    ascii_only = "".join(char for char in host if char < "\x80")
    return _HOST.issuperset(ascii_only) and _escapes_are_valid(host, only_beyond_ascii=True)


def _port_is_valid(port: str) -> bool:
    """Return whether `port` is empty or a colon with digits, perhaps none."""
    return not port or (port[0] == ":" and _DIGITS.issuperset(port[1:]))


def _is_ipv6(text: str) -> bool:
    import ipaddress  # only a bracketed host needs it, and it is slow to load

    address, zone_mark, zone = text.partition("%25")
    if "%" in address or (zone_mark and not (zone and _escapes_are_valid(zone))):
        return False
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return True


def _escapes_are_valid(text: str, *, only_beyond_ascii: bool = False) -> bool:
    """Return whether each `%` begins an escape; only_beyond_ascii: of a byte of 0x80 or more, or of `%` itself."""
    at = text.find("%")
    while at >= 0:
        pair = text[at + 1 : at + 3]
        if len(pair) < 2 or not _HEX.issuperset(pair):
            return False
        if only_beyond_ascii and int(pair[0], 16) < 8 and pair != "25":
            return False
        at = text.find("%", at + 3)
    return True
