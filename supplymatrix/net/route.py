"""Which server answers for the log in this run: decided once, before anything else is asked."""

from __future__ import annotations

from supplymatrix.errors import Diagnostic, InputError, TransportError
from supplymatrix.gomod.goenv import ENVIRONMENT, GoSettings
from supplymatrix.gomod.goproxy import LogAddress, Outcome, Via, direct_log_url, parse_goproxy, sumdb_via
from supplymatrix.gomod.gourl import join_url, split_url
from supplymatrix.model.value import changed, value
from supplymatrix.net.address import shown
from supplymatrix.net.limits import most_bytes
from supplymatrix.net.transport import Transport
from supplymatrix.sumdb.protocol import Absent, Answer, Body, Unavailable

__all__ = ["Fetcher", "Route", "choose_route"]


@value
class Route:
    """Where the log is asked. base_url: may hold credentials, never show it. description: for people.

    via_proxy: the proxy that answers for the log, as it may be shown; "" when the log itself does.
    without_log: proxies that were asked before and do not serve the log, as they may be shown, with their answer.
    """

    base_url: str
    description: str
    via_proxy: str = ""
    without_log: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Route({self.description!r})"


@value(kw_only=False)
class Fetcher:
    """What `drive` calls: gets one path of the log over `transport`."""

    transport: Transport
    route: Route

    async def __call__(self, path: str) -> Answer:
        """Return the answer for `path`, below the log's address; a page of HTML is none."""
        answer = await self.transport.get(join_url(self.route.base_url, path), max_bytes=most_bytes(path))
        if isinstance(answer, Body) and _is_html(answer.data):
            return Unavailable(
                f"{answer.source} answers {path} with an HTML page, perhaps to log in, and not with what a log says",
                "look at the address in a browser; a proxy takes credentials from the netrc file, GOAUTH or GOPROXY",
            )
        if isinstance(answer, Unavailable) and self.route.without_log:
            return changed(
                answer,
                reason=f"{' and '.join(self.route.without_log)}, and the log itself gives no answer: {answer.reason}",
                remedy=_NO_WAY_OUT,
            )
        return answer


_NOT_FOR_POLICIES = (
    "the address of the log is the policy's, which could send them anywhere; they are sent where GOSUMDB names the "
    "same address"
)
_NO_WAY_OUT = (
    "have the proxy serve the log too (what Athens calls SumDBs), or let this machine reach the log; or run "
    "`supplymatrix prove` where the log can be reached and commit its go.sum.proof: with that, `check --offline` needs "
    "no network"
)


def _is_html(data: bytes) -> bool:
    return data[:200].lstrip().lower().startswith((b"<!doctype html", b"<html"))


async def choose_route(
    settings: GoSettings, log_name: str, transport: Transport, *, key: str = "", log_url: str = ""
) -> Route:
    """Return the server that the go command would ask for log `log_name`, asking proxies whether they serve it.

    key: the pinned verifier key, so that a GOSUMDB of the same key may give an address. log_url: an address from the
    policy; it goes before everything else.
    Raises InputError for a GOPROXY or an address that cannot be read, TransportError when no server may be asked.
    """
    named = log_url or settings.log_url(log_name, key)
    if log_url and log_url != settings.log_url(log_name, key):
        transport.send_no_credentials(_NOT_FOR_POLICIES)
    if named:
        return _named_route(named, "lift.toml" if log_url else f"GOSUMDB, {_origin(settings.gosumdb.origin)}")
    if not settings.goproxy.value:
        why = "GOPROXY is empty" if settings.goproxy.origin else "neither Go nor GOPROXY was found"
        return Route(base_url=direct_log_url(log_name), description=f"{log_name} itself ({why})")
    walk = sumdb_via(parse_goproxy(settings.goproxy.value), log_name)
    said: Answer = Unavailable("nobody was asked")
    without_log: list[str] = []
    try:
        url = next(walk)
        while True:
            said = await transport.get(url, max_bytes=most_bytes("supported"))
            if isinstance(said, Absent):
                without_log.append(_without_log(url, said, log_name))
            url = walk.send(_outcome(said))
    except StopIteration as done:
        return _route(done.value, said, settings, log_name, tuple(without_log))


def _outcome(answer: Answer) -> Outcome:
    if isinstance(answer, Body):
        return Outcome.FOUND
    return Outcome.ABSENT if isinstance(answer, Absent) else Outcome.FAILED


def _without_log(url: str, said: Absent, log_name: str) -> str:
    proxy = shown(url).removesuffix(f"/sumdb/{log_name}/supported")
    why = "no such file as" if said.source == "file" else f"HTTP status {said.status} for"
    return f"{proxy} does not serve {log_name} ({why} /sumdb/{log_name}/supported)"


def _route(
    address: LogAddress, said: Answer, settings: GoSettings, log_name: str, without_log: tuple[str, ...]
) -> Route:
    where = f"GOPROXY, {_origin(settings.goproxy.origin)}"
    if address.via is Via.PROXY:
        proxy = shown(address.proxy)
        return Route(base_url=address.base_url, description=f"{log_name} through {proxy} ({where})", via_proxy=proxy)
    if address.via is Via.DIRECT:
        return Route(base_url=address.base_url, description=f"{log_name} itself ({where})", without_log=without_log)
    why = said.reason if isinstance(said, Unavailable) else f"an earlier proxy, {shown(address.proxy)}, failed"
    remedy = "mend or change GOPROXY; `direct` at its end lets the log itself be asked after 404, or after `|`"
    if isinstance(said, Unavailable) and said.remedy:
        remedy = said.remedy
    if isinstance(said, Unavailable) and said.outage:
        remedy = f"{remedy}; see to HTTPS_PROXY where one is set"
    raise TransportError(
        f"no server may be asked for {log_name}: {why} ({where})",
        remedy=remedy,
        outage=isinstance(said, Unavailable) and said.outage,
    )


def _named_route(url: str, where: str) -> Route:
    parts = split_url(url)
    if parts is None or parts.scheme not in ("http", "https", "file") or parts.opaque:
        raise InputError(
            Diagnostic(
                message=f"the log's address cannot be used ({where})", seen=shown(url), expected="an https address"
            )
        )
    return Route(base_url=url, description=f"{shown(url)} ({where})")


def _origin(origin: str) -> str:
    return "environment" if origin == ENVIRONMENT else origin
