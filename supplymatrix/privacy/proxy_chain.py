"""GOPROXY and GOSUMDB as a way: who is asked first, what makes the go command ask the next one, and who is never asked.

    chain = chain_of(GoSettings(goproxy=Setting(value="https://a.example,https://b.example|direct")))
    [(step.host, step.after) for step in chain.steps]
    # [("a.example", ""), ("b.example", "a.example answers 404 or 410"), ("", "b.example fails in any way")]

After `,` the next one is asked for what the one before does not have (404, 410; of a folder: no such file); after `|`
for whatever went wrong. `direct` asks the module's own host, `off` nobody; both end the list. A module that GONOPROXY
covers goes round all proxies to its own host, even under `off`.

Source: golang.org/ref/mod#goproxy-protocol, #communicating-with-proxies, #checksum-database; Go
cmd/go/internal/modfetch (proxyList, TryProxies, dbClient.initBase).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import GO_LOG, GoSettings, GosumdbWish, parse_gosumdb
from supplymatrix.gomod.goproxy import Element, direct_log_url, parse_goproxy
from supplymatrix.gomod.gourl import split_url
from supplymatrix.model.go_sources import Width
from supplymatrix.model.value import value
from supplymatrix.privacy.hosts import host_of
from supplymatrix.privacy.patterns import patterns_of, width_of
from supplymatrix.sumdb.known import GO_LOG_KEY

__all__ = ["ANY_ERROR", "ChainStep", "LogRoute", "ProxyChain", "StepKind", "chain_of", "log_wish"]

ANY_ERROR = "fails in any way"
_MOST = 100  # elements of GOPROXY; nobody has so many proxies


class StepKind(StrEnum):
    """What is asked."""

    PROXY = "proxy"
    FOLDER = "folder"
    DIRECT = "direct"
    OFF = "off"


_REFUSED = ", which Go refuses to ask: it would send a password by http"


@value
class ChainStep:
    """One element of GOPROXY. host: with port, "" for none. is_plain: it is asked by http. after: what must have
    happened before it is asked, "" = it is the first. on_any_error: the next one is asked whatever went wrong here.
    refuses: the go command asks it nothing, since a password would go over http."""

    kind: StepKind
    host: str = ""
    is_plain: bool = False
    after: str = ""
    on_any_error: bool = False
    refuses: bool = False

    @property
    def shown(self) -> str:
        """Its name in a drawing."""
        return {
            StepKind.PROXY: f"{'http://' if self.is_plain else ''}{self.host}{_REFUSED if self.refuses else ''}",
            StepKind.FOLDER: "a folder of this machine",
            StepKind.DIRECT: "direct: the module's own host",
            StepKind.OFF: "off: nobody",
        }[self.kind]


@value
class LogRoute:
    """How the checksum log is asked. name: of the log, "" = none is asked. is_off: GOSUMDB=off. host: where it is asked
    by itself, "" for a folder of this machine. proxies: hosts of proxies that are asked first whether they serve it, in
    order; () = it is asked directly. fault: why the go command would refuse GOSUMDB, "" when it would not. is_foreign:
    it is not Go's own log: one of another key, whatever its name is."""

    name: str = ""
    is_off: bool = False
    host: str = ""
    proxies: tuple[str, ...] = ()
    fault: str = ""
    is_foreign: bool = False


@value
class ProxyChain:
    """The way of a module's name. exempt: patterns that go round all proxies; unlogged: patterns that the log is not
    asked about, as they may be shown, without those that cover nothing. is_unlogged: one of these covers everything.
    fault: why GOPROXY is not usable, "" when it is."""

    steps: tuple[ChainStep, ...]
    log: LogRoute
    exempt: tuple[str, ...] = ()
    unlogged: tuple[str, ...] = ()
    is_unlogged: bool = False
    fault: str = ""


def chain_of(settings: GoSettings) -> ProxyChain:
    """Return the way that settings make. Never raises: what the go command would refuse is in `fault`."""
    fault = ""
    elements: tuple[Element, ...] = ()
    if settings.goproxy.value:
        try:
            elements = parse_goproxy(settings.goproxy.value)
        except InputError as err:
            fault = err.diagnostics[0].message
    if len(elements) > _MOST:
        fault, elements = f"GOPROXY has {len(elements):,} elements, and {_MOST} are looked at", ()
    unlogged = [each for each in patterns_of(settings.gonosumdb.value) if each.covers]
    return ProxyChain(
        steps=_steps(elements),
        log=_log_route(settings, elements),
        exempt=tuple(each.shown for each in patterns_of(settings.gonoproxy.value) if each.covers),
        unlogged=tuple(each.shown for each in unlogged),
        is_unlogged=any(width_of(each.text) is Width.ALL for each in unlogged),
        fault=fault,
    )


def _steps(elements: Sequence[Element]) -> tuple[ChainStep, ...]:
    steps: list[ChainStep] = []
    for element in elements:
        after = _after(steps[-1]) if steps else ""
        any_error = element.falls_back_on_error
        if element.url in ("direct", "off"):
            kind = StepKind.DIRECT if element.url == "direct" else StepKind.OFF
            steps.append(ChainStep(kind=kind, after=after))
        elif element.url[:5].lower() == "file:":
            steps.append(ChainStep(kind=StepKind.FOLDER, after=after, on_any_error=any_error))
        else:
            is_plain = element.url[:5].lower() == "http:"
            steps.append(
                ChainStep(
                    kind=StepKind.PROXY,
                    host=host_of(element.url),
                    is_plain=is_plain,
                    after=after,
                    on_any_error=any_error,
                    refuses=is_plain and _has_login(element.url),
                )
            )
    return tuple(steps)


def _has_login(url: str) -> bool:
    parts = split_url(url)
    return parts is not None and parts.user is not None


def _after(step: ChainStep) -> str:
    """Return what must have happened at a step before the next one is asked."""
    who = step.host or "the folder"
    if step.on_any_error:
        return f"{who} {ANY_ERROR}"
    return f"{who} answers 404 or 410" if step.kind is StepKind.PROXY else f"{who} does not have it"


def log_wish(text: str) -> GosumdbWish:
    """Return what the go command makes of GOSUMDB, with `fault` where it would refuse it.

    Go knows its own log by name, and every other one by its whole key alone; `off` and the name of the log's other
    address are what they are only where nothing stands beside them, not even a blank.
    """
    wish = parse_gosumdb(text or GO_LOG)
    if wish.off or wish.fault:
        return wish
    words = (text or GO_LOG).split()
    is_other_address = wish.key != words[0]
    if is_other_address and text != words[0]:
        return GosumdbWish(key=words[0], url=wish.url, fault="Go knows this name only where nothing stands beside it")
    if wish.key not in (GO_LOG, GO_LOG_KEY):
        from supplymatrix.sumdb.note import parse_verifier_key

        try:
            parse_verifier_key(wish.key)
        except InputError:
            return GosumdbWish(key=wish.key, url=wish.url, fault=_no_key(wish.key))
    fault = _fault_of_name(wish.key.partition("+")[0]) or _fault_of_url(wish.url)
    return GosumdbWish(key=wish.key, url=wish.url, fault=fault)


def _log_route(settings: GoSettings, elements: Sequence[Element]) -> LogRoute:
    wish = log_wish(settings.gosumdb.value)
    if wish.off:
        return LogRoute(is_off=True)
    if wish.fault:
        return LogRoute(fault=wish.fault)
    name = wish.key.partition("+")[0]
    is_foreign = wish.key not in (GO_LOG, GO_LOG_KEY)
    if wish.url:
        return LogRoute(name=name, host=host_of(wish.url), is_foreign=is_foreign)
    proxies: list[str] = []
    for element in elements:
        if element.url in ("direct", "off"):
            break
        if element.url[:5].lower() != "file:":
            proxies.append(host_of(element.url))
    return LogRoute(name=name, host=host_of(f"https://{name}"), proxies=tuple(proxies), is_foreign=is_foreign)


def _no_key(key: str) -> str:
    """Return why a word is no log. It is quoted where it can hold no secret."""
    if key.isascii() and key.replace(".", "").replace("-", "").isalnum():
        return f"Go knows no log {key} by its name alone, and refuses the value"
    return "it is neither Go's log nor a whole verifier key, and Go refuses it"


def _fault_of_name(name: str) -> str:
    try:
        direct_log_url(name)
    except InputError:
        return "its log has a name that is no address"
    return "its log has a name that is no address" if "@" in name or "://" in name else ""


def _fault_of_url(url: str) -> str:
    parts = split_url(url) if url else None
    if url and (parts is None or parts.scheme not in ("http", "https", "file")):
        return "its address is none that Go can ask"
    return ""
