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
from supplymatrix.gomod.goenv import GO_LOG, GoSettings, parse_gosumdb
from supplymatrix.gomod.goproxy import Element, direct_log_url, parse_goproxy
from supplymatrix.model.value import value
from supplymatrix.privacy.hosts import host_of

__all__ = ["ChainStep", "LogRoute", "ProxyChain", "StepKind", "chain_of", "patterns_of"]


class StepKind(StrEnum):
    """What is asked."""

    PROXY = "proxy"
    FOLDER = "folder"
    DIRECT = "direct"
    OFF = "off"


@value
class ChainStep:
    """One element of GOPROXY. host: with port, "" for none. is_plain: it is asked by http. after: what must have
    happened before it is asked, "" = it is the first. on_any_error: the next one is asked whatever went wrong here."""

    kind: StepKind
    host: str = ""
    is_plain: bool = False
    after: str = ""
    on_any_error: bool = False

    @property
    def shown(self) -> str:
        """Its name in a drawing."""
        return {
            StepKind.PROXY: f"{'http://' if self.is_plain else ''}{self.host}",
            StepKind.FOLDER: "a folder of this machine",
            StepKind.DIRECT: "direct: the module's own host",
            StepKind.OFF: "off: nobody",
        }[self.kind]


@value
class LogRoute:
    """How the checksum log is asked. name: of the log, "" = none is asked. is_off: GOSUMDB=off. host: where it is asked
    by itself. proxies: hosts of proxies that are asked first whether they serve it, in order; () = it is asked
    directly. fault: why GOSUMDB is not usable, "" when it is. is_foreign: it is not Go's own log."""

    name: str = ""
    is_off: bool = False
    host: str = ""
    proxies: tuple[str, ...] = ()
    fault: str = ""
    is_foreign: bool = False


@value
class ProxyChain:
    """The way of a module's name. exempt: patterns that go round all proxies; unlogged: patterns that the log is not
    asked about. fault: why GOPROXY is not usable, "" when it is."""

    steps: tuple[ChainStep, ...]
    log: LogRoute
    exempt: tuple[str, ...] = ()
    unlogged: tuple[str, ...] = ()
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
    return ProxyChain(
        steps=_steps(elements),
        log=_log_route(settings, elements),
        exempt=patterns_of(settings.gonoproxy.value),
        unlogged=patterns_of(settings.gonosumdb.value),
        fault=fault,
    )


def patterns_of(text: str) -> tuple[str, ...]:
    """Return the patterns of a GOPRIVATE-like list that may cover something; `none` covers nothing."""
    return tuple(word for word in text.split(",") if word.strip("/") and word != "none")


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
                )
            )
    return tuple(steps)


def _after(step: ChainStep) -> str:
    """Return what must have happened at a step before the next one is asked."""
    who = step.host or "the folder"
    if step.on_any_error:
        return f"{who} fails in any way"
    return f"{who} answers 404 or 410" if step.kind is StepKind.PROXY else f"{who} does not have it"


def _log_route(settings: GoSettings, elements: Sequence[Element]) -> LogRoute:
    wish = parse_gosumdb(settings.gosumdb.value or GO_LOG)
    if wish.off:
        return LogRoute(is_off=True)
    name = wish.key.partition("+")[0]
    if wish.fault or not name:
        return LogRoute(fault=wish.fault or "it names no log")
    if not _is_log_name(name):
        return LogRoute(fault="its log has a name that is no address")
    is_foreign = name != GO_LOG
    if wish.url:
        return LogRoute(name=name, host=host_of(wish.url), is_foreign=is_foreign)
    proxies: list[str] = []
    for element in elements:
        if element.url in ("direct", "off"):
            break
        if element.url[:5].lower() != "file:":
            proxies.append(host_of(element.url))
    return LogRoute(name=name, host=host_of(f"https://{name}"), proxies=tuple(proxies), is_foreign=is_foreign)


def _is_log_name(name: str) -> bool:
    if "@" in name or "://" in name:
        return False
    try:
        direct_log_url(name)
    except InputError:
        return False
    return True
