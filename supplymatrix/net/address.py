"""Addresses: how they are shown without their secrets, and which of the environment's proxies lies before them."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["proxy_for", "shown", "shown_origin"]

_LONGEST = 300


def shown(url: str) -> str:
    """Return `url` for a message: without user and password, without query and fragment, without odd characters."""
    bare = url.partition("#")[0].partition("?")[0]
    scheme, mark, rest = bare.partition("://")
    if mark:
        authority, slash, path = rest.partition("/")
        bare = f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
    else:
        bare = bare.rpartition("@")[2]
    if not bare.isprintable():
        bare = "".join(char if char.isprintable() else "�" for char in bare)
    return bare if len(bare) <= _LONGEST else bare[:_LONGEST] + "…"


def shown_origin(url: str) -> str:
    """Return scheme and host of `url` for a message, "https://proxy.example"."""
    scheme, mark, rest = shown(url).partition("://")
    return f"{scheme}{mark}{rest.partition('/')[0]}"


def proxy_for(scheme: str, host: str, port: int | None, environ: Mapping[str, str]) -> str:
    """Return the URL of the proxy that the environment puts before a server, "" for none.

    As with Go: HTTPS_PROXY or HTTP_PROXY by scheme (either case), else ALL_PROXY as curl has it; never for loopback,
    and not for what NO_PROXY lists (`*`, a host with its subdomains, `.domain`, either with a port, an address, a CIDR
    range).
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
    host = host.lower().rstrip(".")
    if host == "localhost" or _is_loopback(host):
        return False
    for word in no_proxy.lower().replace(",", " ").split():
        if word == "*":
            return False
        if "/" in word:
            if _is_in_range(host, word):
                return False
            continue
        name, colon, wanted_port = word.rpartition(":")
        if not colon or not wanted_port.isdecimal() or ":" in name:
            name = word
        elif wanted_port != str(port):
            continue
        name = name.removeprefix("*")
        if host == name or host.endswith(name if name.startswith(".") else f".{name}"):
            return False
    return True


def _is_loopback(host: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_in_range(host: str, network: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
