"""Hosts: what is shown of one, which ones belong to whoever owns a module, and which host anybody's code.

    >>> host_of("https://ada:s3cret@proxy.corp.example:8443/go")
    'proxy.corp.example:8443'
    >>> is_own("proxy.corp.example", "git.corp.example/team/tool"), is_own("sum.example.org", "git.corp.example/team")
    (True, False)

These are rules of thumb, and reports say so: nobody but DNS and contracts knows whose a host is.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from supplymatrix.gomod.gourl import split_url

__all__ = ["PUBLIC_HOSTS", "host_of", "is_own", "is_public_path", "is_this_machine"]

PUBLIC_HOSTS = frozenset({
    "bitbucket.org", "codeberg.org", "gitea.com", "gitee.com", "github.com", "gitlab.com", "git.sr.ht", "gopkg.in",
    "golang.org", "go.googlesource.com", "google.golang.org", "hub.jazz.net", "launchpad.net", "opendev.org",
})  # fmt: skip
"""Hosts where anybody keeps code: that two modules share one says nothing about their owners."""

_NAME_WITH_PORT = re.compile(r"(?P<name>\[[^\]]*\]|[^:]*)(?::(?P<port>[0-9]*))?")
_LOCAL_ENDS = (".internal", ".intranet", ".local", ".localdomain", ".lan", ".corp", ".home.arpa", ".private")
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"})


def host_of(url: str) -> str:
    """Return the host of an address, with its port and without who logs in; "" where it has none."""
    parts = split_url(url)
    return parts.host.lower() if parts is not None else ""


def is_this_machine(host: str) -> bool:
    """Return whether a host is the machine itself."""
    name = _name(host)
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def is_own(host: str, path: str) -> bool:
    """Return whether a host seems to belong to the owner of a module path, so that telling it the path tells nobody.

    So it is for this machine, private addresses, names that no public DNS has, and hosts below the domain of the path,
    unless that domain is one where anybody keeps code.
    """
    name = _name(host)
    if is_this_machine(host) or _is_private_address(name) or "." not in name or name.endswith(_LOCAL_ENDS):
        return True
    of_path = path.partition("/")[0].lower()
    if of_path in PUBLIC_HOSTS:
        return False
    return _domain(name) == _domain(of_path) and "." in of_path


def is_public_path(path: str) -> bool:
    """Return whether a module path is at a host where anybody keeps code."""
    return path.partition("/")[0].lower() in PUBLIC_HOSTS


def _name(host: str) -> str:
    found = _NAME_WITH_PORT.fullmatch(host)
    return (found["name"] if found else host).strip("[]").lower().removesuffix(".")


def _is_private_address(name: str) -> bool:
    try:
        return ip_address(name).is_private
    except ValueError:
        return False


def _domain(name: str) -> str:
    """Return the domain that somebody has registered, as far as the name tells."""
    labels = name.split(".")
    is_deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if is_deep else labels[-2:])
