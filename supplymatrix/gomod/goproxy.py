"""GOPROXY lists, and which server is asked: the module's proxy, and the one that answers for the checksum log.

A list is read left to right. After an element, `,` goes on only when it said "not here" (404, 410, no such file);
`|` goes on after any failure. `off` and `direct` end the list. One bad element fails the whole list before anybody is
asked. A proxy is asked `<proxy>/sumdb/<log>/supported`; the first that says yes is the log's only address from then on.

Both walks are generators: they yield the proxy they want asked and are sent its `Outcome`. `net` runs them over HTTP,
tests over a dict.

    >>> walk = sumdb_via(parse_goproxy("mirror.example,direct"), "sum.example")
    >>> next(walk)
    'https://mirror.example/sumdb/sum.example/supported'
    >>> try:
    ...     walk.send(Outcome.ABSENT)
    ... except StopIteration as done:
    ...     print(done.value.base_url)
    https://sum.example

Source: golang.org/ref/mod#goproxy-protocol; Go cmd/go/internal/modfetch proxy.go, sumdb.go, repo.go.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from enum import StrEnum

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.goprivate import match
from supplymatrix.gomod.gourl import join_url, split_url
from supplymatrix.model.value import value

__all__ = [
    "Element",
    "LogAddress",
    "ModuleSource",
    "Outcome",
    "Via",
    "direct_log_url",
    "fallback",
    "is_of_folders",
    "parse_goproxy",
    "sumdb_via",
]


class Outcome(StrEnum):
    """What asking one proxy came to: it has it; a definite "not here"; anything else."""

    FOUND = "found"
    ABSENT = "absent"
    FAILED = "failed"


@value
class Element:
    """One element of the list.

    url: "off", "direct", or an absolute http, https or file URL, which may hold credentials: never show it as it is.
    falls_back_on_error: it was followed by `|`.
    """

    url: str
    falls_back_on_error: bool = False


class Via(StrEnum):
    """Where a walk ended."""

    PROXY = "proxy"
    DIRECT = "direct"
    OFF = "off"
    ABSENT = "absent"
    FAILED = "failed"


@value
class ModuleSource:
    """Who serves a module: the proxy at `url`, its origin (DIRECT), or nobody and why (OFF, ABSENT, FAILED)."""

    via: Via
    url: str = ""


@value
class LogAddress:
    """Where the log is asked: below `base_url`, through a proxy (PROXY) or itself (DIRECT).

    via FAILED: no address; `proxy` is the one whose answer was no answer. proxy: its URL as given, "" when none.
    """

    via: Via
    base_url: str = ""
    proxy: str = ""


def parse_goproxy(value: str) -> tuple[Element, ...]:
    """Return the elements of a GOPROXY value, at least one; nothing behind `off` or `direct` is kept, or even read.

    Raises InputError for a bad element and for a list without any.
    """
    elements: list[Element] = []
    rest = value
    while rest:
        end = next((i for i, char in enumerate(rest) if char in ",|"), len(rest))
        url = rest[:end].strip(_GO_SPACE)
        falls_back = rest[end : end + 1] == "|"
        rest = rest[end + 1 :]
        if not url:
            continue
        if url in ("off", "direct"):
            elements.append(Element(url=url))
            break
        elements.append(Element(url=_proxy_url(url), falls_back_on_error=falls_back))
    if not elements:
        raise _bad("GOPROXY names no proxy", seen=value, expected="URLs, `direct` or `off`, separated by `,` or `|`")
    return tuple(elements)


# What Go's unicode.IsSpace takes for a space; Python's str.strip() would also take U+001C to U+001F.
_GO_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def _proxy_url(text: str) -> str:
    """Return the element as a URL; a bare host gets https://."""
    url = text
    if any(char in url for char in ".:/") and ":/" not in url and not url.startswith("/"):
        url = "https://" + url
    parts = split_url(url)
    if parts is None:
        raise _bad("GOPROXY has an element that is no URL", seen=_hidden(text), expected=_FORM)
    if parts.scheme in ("http", "https"):
        return url
    if parts.scheme != "file":
        raise _bad("GOPROXY has an element of an unknown kind", seen=_hidden(text), expected=_FORM)
    if parts.has_more_than_a_path:
        raise _bad("GOPROXY has a file URL with more than a path", seen=_hidden(text), expected="file:///folder")
    return url


_FORM = "an http, https or file URL, a host name, `direct` or `off`"


def _hidden(text: str) -> str:
    """Return an element for a message: what may be credentials (before the last `@`) is left out."""
    head, at, tail = text.rpartition("@")
    scheme, mark, _ = head.partition("://")
    return f"{scheme}://…@{tail}" if at and mark else f"…@{tail}" if at else text


def _bad(message: str, *, seen: str, expected: str) -> InputError:
    remedy = "mend GOPROXY in the environment or with `go env -w`"
    return InputError(Diagnostic(message=message, seen=seen, expected=expected, remedy=remedy))


def is_of_folders(value: str) -> bool:
    """Return whether a GOPROXY value names nothing but folders of this machine, so that asking it asks nobody."""
    try:
        elements = parse_goproxy(value)
    except InputError:
        return False
    named = [element.url for element in elements if element.url != "off"]
    return bool(named) and all(url[:5].lower() == "file:" for url in named)


def fallback(elements: Sequence[Element], path: str, *, gonoproxy: str = "") -> Generator[str, Outcome, ModuleSource]:
    """Return who serves module `path`; yields the URL of each proxy to ask for it and is sent the outcome.

    gonoproxy: patterns of modules that go to their origin first, even under `off`.
    """
    if match(gonoproxy, path) is not None:
        return ModuleSource(via=Via.DIRECT)
    last = ModuleSource(via=Via.ABSENT)
    for element in elements:
        if element.url == "off":
            return ModuleSource(via=Via.OFF)
        if element.url == "direct":
            return ModuleSource(via=Via.DIRECT)
        outcome = yield element.url
        if outcome is Outcome.FOUND:
            return ModuleSource(via=Via.PROXY, url=element.url)
        if outcome is Outcome.FAILED:
            last = ModuleSource(via=Via.FAILED, url=element.url)
            if not element.falls_back_on_error:
                return last
    return last


def sumdb_via(elements: Sequence[Element], log_name: str, *, log_url: str = "") -> Generator[str, Outcome, LogAddress]:
    """Return where log `log_name` is asked; yields the `…/supported` URLs to get and is sent what came of each.

    log_url: the address given beside the log's key, which goes round every proxy; "" = none.
    A failure that `|` let pass is remembered: only `direct` makes good for it, the end of the list or `off` does not.
    Raises InputError when the log's name is no host with perhaps a path.
    """
    direct = LogAddress(via=Via.DIRECT, base_url=direct_log_url(log_name))
    if log_url:
        return LogAddress(via=Via.DIRECT, base_url=log_url)
    failed: LogAddress | None = None
    for element in elements:
        if element.url == "direct":
            return direct
        if element.url == "off":
            break
        base = join_url(element.url, f"sumdb/{log_name}")
        outcome = yield join_url(base, "supported")
        if outcome is Outcome.FOUND:
            return LogAddress(via=Via.PROXY, base_url=base, proxy=element.url)
        if outcome is Outcome.FAILED:
            failed = LogAddress(via=Via.FAILED, proxy=element.url)
            if not element.falls_back_on_error:
                break
    return failed or direct


def direct_log_url(log_name: str) -> str:
    """Return https://<log_name>. Raises InputError unless the name is a host with perhaps a path."""
    parts = split_url("https://" + log_name)
    plain = parts is not None and parts.host and not parts.has_more_than_host_and_path and not log_name.endswith("/")
    if not plain or "%" in log_name:
        raise InputError(
            Diagnostic(message="the log's name is no address", seen=log_name, expected="host or host/path")
        )
    return "https://" + log_name
