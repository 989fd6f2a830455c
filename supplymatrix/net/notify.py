"""Send one message to a webhook, within a time that nothing can stretch, and say in words why if it did not arrive.

    reason = post(Delivery(url=url, body=b"{}", headers={}), environ=os.environ)     # "" = it arrived

Rules:
- one POST, without credentials or cookies; a redirect is an answer and is not followed;
- a passing fault (no connection, time-out, 429, 5xx) is tried again with growing pauses, three times in all;
- everything together ends within `limit` seconds: the work is done by a thread that is left behind when it hangs, in
  name resolution for example, where no time-out of a socket reaches;
- the address of a webhook is a secret. No reason quotes it, its answer, or the words of a library that might.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

import httpx

from supplymatrix import __version__
from supplymatrix.errors import InputError
from supplymatrix.model.value import value
from supplymatrix.net.address import proxy_for
from supplymatrix.net.certificates import read_ca_file, tls_context

__all__ = ["LIMIT", "Delivery", "post"]

LIMIT = 10.0
"""Seconds for all tries together."""
_TRIES = 3
_CONNECT, _READ = 3.0, 3.0  # seconds of one try
_FIRST_PAUSE = 0.5  # seconds; doubled with each try
_PASSING = frozenset({408, 425, 429})


@value
class Delivery:
    """What is sent, and where to. url: https, or http on this machine. body: JSON in UTF-8."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@value
class _Fault:
    """Why a try failed. passing: another one may not."""

    words: str
    passing: bool


def post(
    delivery: Delivery,
    *,
    environ: Mapping[str, str],
    ca_file: Path | None = None,
    limit: float = LIMIT,
    pause: Callable[[float], None] = time.sleep,
) -> str:
    """Send a delivery and return why it did not arrive, "" when it did.

    environ: for the proxies and certificates. ca_file: further certificates. limit: seconds. pause: waits.
    """
    said: list[str] = []

    def work() -> None:
        said.append(_send(delivery, environ, ca_file, pause, until=time.monotonic() + limit))

    thread = threading.Thread(target=work, name="notify", daemon=True)
    thread.start()
    thread.join(limit)
    return said[0] if said else f"no answer within {limit:g} s"


def _send(
    delivery: Delivery,
    environ: Mapping[str, str],
    ca_file: Path | None,
    pause: Callable[[float], None],
    *,
    until: float,
) -> str:
    """Return why nothing arrived after all tries, "" when it did."""
    try:
        with _client(delivery.url, environ, ca_file) as client:
            for number in count(1):
                fault = _try(client, delivery)
                if fault is None:
                    return ""
                wait = _FIRST_PAUSE * 2 ** (number - 1)
                if not fault.passing or number == _TRIES or time.monotonic() + wait >= until:
                    return f"{fault.words} ({number} tries)" if number > 1 else fault.words
                pause(wait)
    except InputError:
        return "the file of further certificates cannot be used"
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError) as err:
        return f"no connection could be prepared ({type(err).__name__})"
    raise AssertionError("the tries have no end but these")


def _client(url: str, environ: Mapping[str, str], ca_file: Path | None) -> httpx.Client:
    target = httpx.URL(url)
    proxy = proxy_for(target.scheme, target.raw_host.decode("ascii"), target.port, environ) if environ else ""
    more = read_ca_file(str(ca_file)) if ca_file is not None else ""
    is_secure = target.scheme == "https" or proxy.startswith("https:")
    verify = tls_context(environ, more) if is_secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    time_outs = httpx.Timeout(_READ, connect=_CONNECT)
    return httpx.Client(verify=verify, trust_env=False, proxy=proxy or None, timeout=time_outs, follow_redirects=False)


def _try(client: httpx.Client, delivery: Delivery) -> _Fault | None:
    """Send it once. Of the answer nothing is read but its status."""
    headers = {
        "User-Agent": f"supplymatrix/{__version__}",
        "Content-Type": "application/json; charset=utf-8",
        "Accept-Encoding": "identity",
        **delivery.headers,
    }
    try:
        with client.stream("POST", delivery.url, content=delivery.body, headers=headers) as answer:
            status = answer.status_code
    except httpx.TimeoutException as err:
        return _Fault(words=f"time-out ({type(err).__name__})", passing=True)
    except (httpx.TransportError, OSError) as err:
        return _failed(err)
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return _Fault(words=f"it answers with a redirect (HTTP status {status}), which is not followed", passing=False)
    return _Fault(words=f"HTTP status {status}", passing=status >= 500 or status in _PASSING)


def _failed(err: Exception) -> _Fault:
    """Return what a failed try comes to, in words of our own: a library's may quote the address."""
    if "CERTIFICATE_VERIFY_FAILED" in str(err):
        return _Fault(words="its certificate is not one that is trusted here", passing=False)
    if isinstance(err, httpx.ProxyError):
        return _Fault(words="the proxy on the way made no connection", passing=True)
    return _Fault(words=f"no connection, or it broke ({type(err).__name__})", passing=True)
