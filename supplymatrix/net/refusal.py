"""Why a server or a forward proxy did not give what it was asked for, in words that help: who it was, what was sent."""

from __future__ import annotations

import httpx

from supplymatrix.net.address import shown, shown_origin
from supplymatrix.net.credentials import Attached, Credentials
from supplymatrix.sumdb.protocol import Unavailable

__all__ = ["connect_refused", "fault_of", "proxy_wants_credentials", "redirect_repeats", "refused", "untrusted"]

_WANT_CREDENTIALS = frozenset({401, 403})


def refused(url: httpx.URL, status: int, *, first: httpx.URL, sent: Attached, credentials: Credentials) -> Unavailable:
    """Return what an answer of 4xx comes to. first: the address before all redirects; sent: with the last request."""
    if status not in _WANT_CREDENTIALS:
        remedy = "check the address and the rights of its user" if 400 <= status < 500 else ""
        return Unavailable(f"{shown(str(url))}: HTTP status {status}, expected 200, 404 or 410", remedy)
    host, asked_first = shown_origin(str(url)), shown_origin(str(first))
    if host != asked_first:
        return Unavailable(
            f"{asked_first} redirects to {host}, which answers HTTP status {status}; credentials are never sent on to "
            "another server than the one that they are for",
            f"have {asked_first} answer by itself; or, if {host} is yours, name it in GOPROXY with its own credentials",
        )
    place = f"{shown(str(url))}: HTTP status {status}"
    if url.scheme != "https":
        return Unavailable(
            f"{place}; no credentials were sent, since they are sent over https only", "use an https address in GOPROXY"
        )
    if sent.headers:
        what = "were not accepted" if status == 401 else "do not allow it"
        return Unavailable(f"{place}; credentials were sent, from {sent.origin}, and {what}", _renew(sent, host))
    bare = host.partition("://")[2]
    return Unavailable(
        f"{place}; no credentials were sent: {credentials.looked_for()}",
        f"if {bare} wants credentials, give them where the go command takes them: an entry `machine {bare}` in the "
        "netrc file, GOAUTH, or user and password in GOPROXY",
    )


def _renew(sent: Attached, host: str) -> str:
    return f"renew the password or token for {host} in {sent.origin}, or have its user allowed to read there"


def redirect_repeats(first: httpx.URL) -> Unavailable:
    """Return what becomes of a redirect whose target holds the credentials that were sent."""
    return Unavailable(
        f"{shown_origin(str(first))} redirects to an address that repeats the credentials that were sent to it",
        "have its operator look into that; until then, count these credentials as known to others",
    )


def proxy_wants_credentials(url: httpx.URL, proxy: str) -> Unavailable:
    """Return what a 407 comes to, from the forward proxy of the environment."""
    gave = "those in its address were not accepted" if "@" in proxy else "its address holds none"
    name = "HTTPS_PROXY" if url.scheme == "https" else "HTTP_PROXY"
    return Unavailable(
        f"{shown(str(url))}: the proxy {shown_origin(proxy)} wants credentials (HTTP status 407); {gave}",
        f"put user and password into {name}: http://user:password@host:port",
    )


def connect_refused(url: httpx.URL, proxy: str, words: str) -> Unavailable | str:
    """Return what a forward proxy's refusal to connect comes to, or the reason of a fault that may pass.

    words: of the proxy; only a status at their beginning is taken from them, they may quote what was sent.
    """
    status = words[:3]
    if status == "407":
        return proxy_wants_credentials(url, proxy)
    said = f"the proxy {shown_origin(proxy)} made no connection to {shown_origin(str(url))}"
    if not (status.isascii() and status.isdigit()):
        return said
    if status.startswith("4"):
        host = url.raw_host.decode("ascii")
        remedy = f"have the proxy let {host} through, or list it in NO_PROXY where no proxy is needed for it"
        return Unavailable(f"{shown(str(url))}: {said} (HTTP status {status})", remedy)
    return f"{said} (HTTP status {status})"


def untrusted(url: httpx.URL, words: str) -> Unavailable:
    """Return what a certificate that nobody here vouches for comes to. words: of the TLS library."""
    return Unavailable(
        f"{shown(str(url))}: {words}",
        "if a company's own certificate is meant, name the file of its authority: --ca-file FILE, `ca_file` under "
        "[network] in settings.toml, SUPPLYMATRIX_CA_FILE, or SSL_CERT_FILE instead of the system's",
    )


def fault_of(err: Exception) -> str:
    """Return a fault of the network in few words."""
    return f"{type(err).__name__}: {str(err)[:200]}" if str(err) else type(err).__name__
