"""What a registry's answers say beside their bytes, and lists of referrers, put together from all their pages.

A registry that does not know the question for referrers says so in many ways: 404, and also 400, 405, 406, 501, a 303
to its web site, or a page for people. All of them are OciAbsent, so that the caller looks at the tag that stands in
for the list. A list comes from all its pages or not at all.

Source: OCI distribution specification 1.1, "Listing Referrers"; RFC 8288 (Link).
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence

import httpx

from supplymatrix.model.oci import OciAbsent, OciBytes, OciUnavailable
from supplymatrix.model.value import value
from supplymatrix.net.exchange import Exchange
from supplymatrix.net.registry_names import digest_of

__all__ = ["CHECK_NETWORK", "INDEX", "Got", "list_referrers", "why_none"]

CHECK_NETWORK = "check the network, then run again"
INDEX = "application/vnd.oci.image.index.v1+json"
_MOST_PAGES = 100
_MOST_LIST = 16 << 20  # bytes of all pages of a list
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}")
_LINK = re.compile(r'<([^<>]{1,4000})>((?:\s*;\s*[a-z*]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)\s*(?:,|$)', re.IGNORECASE)
_NEXT = re.compile(r';\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=\s*(?:;|$)))', re.IGNORECASE)


@value
class Got:
    """A body with its head, as it came."""

    data: bytes
    source: str
    exchange: Exchange

    @property
    def media_type(self) -> str:
        text = self.exchange.header("content-type").partition(";")[0].strip()
        return text.lower() if _MEDIA_TYPE.fullmatch(text) else ""

    @property
    def is_page(self) -> bool:
        """Whether it is a page for people."""
        return self.media_type in ("text/html", "application/xhtml+xml") or self.data[:200].lstrip()[:1] == b"<"

    @property
    def has_end(self) -> bool:
        """Whether the server said where the body ends: without that a lost connection looks like its end."""
        return bool(self.exchange.header("content-length") or self.exchange.header("transfer-encoding"))


def why_none(got: Got, *, is_forged: bool) -> OciUnavailable | None:
    """Return why a body is no answer at all, None for one that is. is_forged: it is not what its digest says."""
    if got.is_page:
        return OciUnavailable(
            reason=f"{got.source} answers with a page for people, expected a manifest or a blob",
            remedy="check that the address is that of a registry, and that no login page lies before it",
            outage=True,
        )
    if not got.data:
        return OciUnavailable(reason=f"{got.source}: the answer is empty", remedy=CHECK_NETWORK, outage=True)
    if is_forged and not got.has_end:
        return OciUnavailable(
            reason=f"{got.source}: nothing says where the answer ends, and it seems to have been cut off",
            remedy=CHECK_NETWORK,
            outage=True,
        )
    return None


async def list_referrers(
    ask: Callable[[str], Awaitable[Got | OciAbsent | OciUnavailable]], url: str, base: str
) -> OciBytes | OciAbsent | OciUnavailable:
    """Return the list of all pages as one index. url: of the first one; base: of the registry, that has all of them."""
    seen: set[str] = set()
    found: list[object] = []
    size = 0
    while url:
        if url in seen or len(seen) >= _MOST_PAGES:
            return _broken(base, "comes back to a page that it had" if url in seen else f"has over {_MOST_PAGES} pages")
        seen.add(url)
        got = await ask(url)
        if not isinstance(got, Got):
            return got if len(seen) == 1 or isinstance(got, OciUnavailable) else _broken(base, "lacks its next page")
        if got.is_page and len(seen) == 1:
            return OciAbsent(source=got.source)
        size += len(got.data)
        try:
            found += _entries_of(got)
            url = _next_of(got.exchange.all_of("link"), url, httpx.URL(base))
        except _BrokenListError as err:
            return _broken(base, str(err))
        if size > _MOST_LIST:
            return _broken(base, f"is longer than {_MOST_LIST >> 20} MiB")
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": found}
    try:
        data = json.dumps(index, ensure_ascii=True, separators=(",", ":")).encode()
    except RecursionError:
        return _broken(base, "is nested too deeply")
    return OciBytes(data=data, digest=digest_of(data), media_type=INDEX, source=base)


class _BrokenListError(Exception):
    """Never leaves this file: what is wrong with a page."""


def _broken(base: str, what: str) -> OciUnavailable:
    return OciUnavailable(reason=f"{base}: the list of referrers {what}", remedy="tell the registry's operator")


def _entries_of(got: Got) -> list[object]:
    """Return the entries of a page. Raises _BrokenListError."""
    if got.exchange.header("oci-filters-applied"):
        raise _BrokenListError("is not whole: the registry has filtered it, which nobody asked for")
    try:
        page = json.loads(got.data)
    except (ValueError, RecursionError) as err:
        raise _BrokenListError("is no JSON") from err
    entries = page.get("manifests", page) if isinstance(page, dict) else page
    if entries is None:
        return []  # how an empty list is written by some programs in Go
    if not isinstance(page, dict) or not isinstance(entries, list):
        raise _BrokenListError("is no image index")
    return entries


def _next_of(headers: Sequence[str], url: str, home: httpx.URL) -> str:
    """Return the address of the next page, "" where there is none. Raises _BrokenListError."""
    for header in headers:
        for target, parameters in _LINK.findall(header[:8192]):
            if not _NEXT.search(parameters):
                continue
            try:
                found = httpx.URL(url).join(target).copy_with(fragment=None)
            except (httpx.InvalidURL, UnicodeError, ValueError) as err:
                raise _BrokenListError("goes on at an address that cannot be read") from err
            # Behind a proxy that ends TLS, a registry may take its own scheme and port for others than they are.
            if found.host != home.host or found.userinfo or not found.path.startswith("/v2/"):
                raise _BrokenListError("goes on at another server")
            return str(home.copy_with(raw_path=found.raw_path))
    return ""
