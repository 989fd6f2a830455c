"""Hosts: what is shown of one, which ones belong to whoever owns a module, and which host anybody's code.

    >>> host_of("https://ada:s3cret@proxy.corp.example:8443/go")
    'proxy.corp.example:8443'
    >>> is_own("proxy.corp.example", "git.corp.example/team/tool"), is_own("sum.example.org", "git.corp.example/team")
    (True, False)

These are rules of thumb, and reports say so: nobody but DNS and contracts knows whose a host is.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from supplymatrix.gomod.gourl import split_url

__all__ = ["PUBLIC_HOSTS", "host_of", "is_own", "is_public_path", "is_this_machine"]

PUBLIC_HOSTS = frozenset({
    "bitbucket.org", "codeberg.org", "gitea.com", "gitee.com", "github.com", "gitlab.com", "git.sr.ht", "gopkg.in",
    "golang.org", "go.googlesource.com", "google.golang.org", "hub.jazz.net", "launchpad.net", "opendev.org",
})  # fmt: skip
"""Hosts where anybody keeps code: that two modules share one says nothing about their owners."""

_NAME_WITH_PORT = re.compile(r"(?P<name>\[[^\]]*\]|[^:]*)(?::(?P<port>[0-9]*))?")
_LOCAL_ENDS = (".internal", ".intranet", ".local", ".localdomain", ".lan", ".corp", ".home.arpa", ".private")
_SECOND_LEVEL = frozenset({
    "ac", "asso", "co", "com", "edu", "go", "gob", "gouv", "gov", "govt", "gub", "gv", "lg", "ltd", "mil", "ne", "net",
    "nhs", "nom", "or", "org", "plc", "sch",
})  # fmt: skip
_SHARED = frozenset({
    "amazonaws.com", "appspot.com", "atlassian.net", "azure.com", "azurecr.io", "azureedge.net", "azurefd.net",
    "azurewebsites.net", "blogspot.com", "cloudapp.net", "cloudfront.net", "cloudfunctions.net", "cloudsmith.io",
    "co.com", "ddns.net", "de.com", "deno.dev", "digitaloceanspaces.com", "duckdns.org", "dyndns.org", "eu.org",
    "firebaseapp.com", "fly.dev", "github.io", "gitlab.io", "gitpod.io", "googleapis.com", "googleusercontent.com",
    "herokuapp.com", "hf.space", "jfrog.io", "netlify.app", "ngrok-free.app", "ngrok.io", "no-ip.org",
    "ondigitalocean.app", "onrender.com", "oraclecloud.com", "pages.dev", "r2.dev", "railway.app", "readthedocs.io",
    "replit.app", "run.app", "surge.sh", "synology.me", "trycloudflare.com", "uk.com", "us.com", "vercel.app",
    "web.app", "windows.net", "workers.dev",
})  # fmt: skip
"""Domains under which a provider gives names to anybody: two hosts of one have nothing to do with each other."""
_BUCKETS = re.compile(r"s3[.-](?:[a-z0-9.-]+\.)?amazonaws\.com|dl\.cloudsmith\.io|storage\.googleapis\.com")
"""Hosts of such domains at which the path says whose the place is."""
_PRIVATE = tuple(map(ip_network, (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10",
)))  # fmt: skip
"""Addresses that no public network has; those that are kept for examples are no private ones."""


def host_of(url: str) -> str:
    """Return the host of an address, with its port and without who logs in; "" where it has none."""
    parts = split_url(url)
    return parts.host.lower() if parts is not None else ""


def is_this_machine(host: str) -> bool:
    """Return whether a host is the machine itself."""
    name = _name(host)
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    return address is not None and (address.is_loopback or address.is_unspecified)


def is_own(host: str, path: str, proxies: Collection[str] = ()) -> bool:
    """Return whether a host seems to belong to the owner of a module path, so that telling it the path tells nobody.

    So it is for this machine, private addresses, names that no public DNS has, and hosts below the domain of the path,
    unless that domain is one where anybody keeps code, or has a name. proxies: hosts that the policy allows, as it
    writes them, with a port or a path where these are named.
    """
    name = _name(host)
    if any(host.lower() == word.partition("/")[0].lower() for word in proxies):
        return True
    if _address(name) is not None:
        return is_this_machine(host) or _is_private_address(name)
    if is_this_machine(host) or "." not in name or name.endswith(_LOCAL_ENDS):
        return True
    of_path = path.partition("/")[0].lower()
    if of_path in PUBLIC_HOSTS:
        return False
    domain = _domain(name)
    return bool(domain) and domain == _domain(of_path) and "." in of_path


def is_public_path(path: str) -> bool:
    """Return whether a module path is at a host where anybody keeps code."""
    return path.partition("/")[0].lower() in PUBLIC_HOSTS


def _name(host: str) -> str:
    found = _NAME_WITH_PORT.fullmatch(host)
    return (found["name"] if found else host).strip("[]").lower().removesuffix(".")


@lru_cache(maxsize=4_096)
def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(name)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_private_address(name: str) -> bool:
    address = _address(name)
    return address is not None and any(address in network for network in _PRIVATE)


@lru_cache(maxsize=4_096)
def _domain(name: str) -> str:
    """Return the domain that somebody has registered, as far as the name tells; "" for a name that many share."""
    if _BUCKETS.fullmatch(name) or name in _SHARED:
        return ""
    labels = name.split(".")
    if any(".".join(labels[-count:]) in _SHARED for count in (2, 3)):
        return name
    is_deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    if len(labels) == 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        return ""
    return ".".join(labels[-3:] if is_deep else labels[-2:])
