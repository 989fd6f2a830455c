"""Addresses: how they are shown without their secrets, and which of the environment's proxies lies before them."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["is_loopback", "proxy_for", "shown", "shown_origin"]

_LONGEST = 300
# An @ in a path that is neither of the module proxy's "@v" and "@latest" nor of a look-up's version: whatever stands
# before it is a password with a raw slash, of which the part before the slash may look like a port.
_ODD_AT = re.compile(r"(?<!^)(?<!/)@(?!v[0-9])|(?:^|/)@(?!v(?:/|$)|latest$)|@v[0-9][^/]*/")


def shown(url: str) -> str:
    """Return `url` for a message: without user and password, without query and fragment, without odd characters."""
    bare = url.partition("#")[0].partition("?")[0]
    scheme, mark, rest = bare.partition("://")
    if mark:
        authority, slash, path = rest.partition("/")
        server = authority.rpartition("@")[2]
        is_clear = _has_port_or_none(server) and "@" not in url[len(bare) :] and not _ODD_AT.search(path)
        bare = f"{scheme}://{server}{slash}{path}" if is_clear else f"{scheme}://…"
    else:
        bare = bare.rpartition("@")[2]
    if not bare.isprintable():
        bare = "".join(char if char.isprintable() else "�" for char in bare)
    return bare if len(bare) <= _LONGEST else bare[:_LONGEST] + "…"


def _has_port_or_none(server: str) -> bool:
    """Return whether what stands behind a colon can be a port; else it is a password with a raw slash or mark in it."""
    _, colon, port = server.rpartition(":")
    return not colon or server.endswith("]") or not port or port.isdecimal()


def shown_origin(url: str) -> str:
    """Return scheme and host of `url` for a message, "https://proxy.example"."""
    scheme, mark, rest = shown(url).partition("://")
    return f"{scheme}{mark}{rest.partition('/')[0]}"


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself. host: a name or an address, IPv6 with brackets or without."""
    import ipaddress  # slow to load, and needed with a network only

    name = host.lower().rstrip(".").removeprefix("[").removesuffix("]")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def proxy_for(scheme: str, host: str, port: int | None, environ: Mapping[str, str]) -> str:
    """Return the URL of the proxy that the environment puts before a server, "" for none. It may hold a password.

    host: as it goes over the wire, IPv6 without brackets. As with Go: HTTPS_PROXY or HTTP_PROXY by scheme (either
    case), else ALL_PROXY as curl has it; never for loopback, and not for what NO_PROXY lists: `*`, a host with its
    subdomains, `.domain` or `*.domain` for these alone, an address, a CIDR range; all but the last perhaps with a port.
    Words may also be parted by spaces.

    Source: golang.org/x/net/http/httpproxy.
    """
    if not _is_proxied(host, port or (443 if scheme == "https" else 80), _get(environ, "no_proxy")):
        return ""
    if scheme == "http" and environ.get("REQUEST_METHOD"):
        return ""  # a CGI script's HTTP_PROXY is whatever its caller sent (CVE-2016-5386)
    proxy = _get(environ, f"{scheme}_proxy") or _get(environ, "all_proxy")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _get(environ: Mapping[str, str], name: str) -> str:
    return (environ.get(name.upper()) or environ.get(name) or "").strip()


def _is_proxied(host: str, port: int, no_proxy: str) -> bool:
    import ipaddress  # slow to load, and needed with a network only

    def address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        try:
            found = ipaddress.ip_address(text)
        except ValueError:
            return None
        return getattr(found, "ipv4_mapped", None) or found

    host = host.lower().rstrip(".")
    own = address(host)
    if host == "localhost" or (own is not None and own.is_loopback):
        return False
    for word in no_proxy.lower().replace(",", " ").split():
        if word == "*":
            return False
        if "/" in word:
            try:
                is_in_range = own is not None and own in ipaddress.ip_network(word, strict=False)
            except ValueError:
                continue
            if is_in_range:
                return False
            continue
        name, wanted_port = _split_port(word)
        if wanted_port not in ("", str(port)):
            continue
        # A name never covers an address: `2.3` is not the domain of 10.1.2.3.
        if own == address(name) if own is not None else _is_below(host, name):
            return False
    return True


def _split_port(word: str) -> tuple[str, str]:
    """Return host and port of a word of NO_PROXY, "" for no port; `[…]` round an IPv6 address is taken off."""
    if word.startswith("["):
        name, _, port = word[1:].partition("]")
        return name, port.removeprefix(":")
    name, colon, port = word.rpartition(":")
    return (name, port) if colon and ":" not in name else (word, "")


def _is_below(host: str, name: str) -> bool:
    """Return whether a host has this name, or is below it; with a leading `.` or `*.`, only that."""
    name = name.removeprefix("*") if name.startswith("*.") else name
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return False
    return bool(name) and (host == name or host.endswith(name if name.startswith(".") else f".{name}"))
