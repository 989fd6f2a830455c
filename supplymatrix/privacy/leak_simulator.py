"""Which host gets to know which module name: what the go command will ask, before it does.

    names_sent(needs.modules, settings, private)
    # (NameSent(name="git.corp.example/team/tool", host="proxy.example", asked=Asked.PROXY, …), …)

Of each module its proxy is asked first, as far as GOPROXY has one and GONOPROXY lets it; the next ones where the one
before does not have it, or fails. `direct` asks the module's own host for the page that tells where the repository is,
unless the path names a host that Go knows. The log is asked for a module of which go.sum has no line, through the first
proxy that says it serves the log, else by itself; GONOSUMDB and GOSUMDB=off keep names from it, but not those of
toolchains.

Source: golang.org/ref/mod#goproxy-protocol, #vcs-find, #checksum-database; Go cmd/go/internal/modfetch (repo.go,
sumdb.go), cmd/go/internal/vcs (vcsPaths).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.goprivate import match
from supplymatrix.model.go_sources import Asked, NameSent, SendReason
from supplymatrix.model.module import TOOLCHAIN_PATH
from supplymatrix.model.value import value
from supplymatrix.privacy.hosts import is_own, is_public_path
from supplymatrix.privacy.needs import NeededModule
from supplymatrix.privacy.patterns import patterns_of
from supplymatrix.privacy.proxy_chain import ANY_ERROR, ChainStep, ProxyChain, StepKind, chain_of

__all__ = ["SAME_HOST", "PrivateNames", "direct_host", "names_sent"]

SAME_HOST = "same host as the main module"
_KNOWN_HOSTS = ("github.com/", "bitbucket.org/", "hub.jazz.net/git/", "git.apache.org/", "git.openstack.org/")
_SUFFIXES = (".bzr", ".fossil", ".git", ".hg", ".svn")
_LOOKUP = ("lookup",)
_ONLY_DIRECT = (ChainStep(kind=StepKind.DIRECT),)


@value
class PrivateNames:
    """Which names should not leave the house. goprivate: patterns of GOPRIVATE; declared: of the policy. main: path of
    the main module: what is on its host may be private too, by a rule of thumb, unless anybody keeps code there.
    logged: paths that the public log is known to have, so that they are no secret. proxies: hosts that the policy
    allows, which may know all names."""

    goprivate: str = ""
    declared: tuple[str, ...] = ()
    main: str = ""
    logged: frozenset[str] = frozenset()
    proxies: tuple[str, ...] = ()

    def keeps(self, path: str) -> str:
        """Return who says that a path is private, "" for nobody; `SAME_HOST` where it only may be."""
        pattern = match(",".join(self.declared), path)
        if pattern is not None:
            return f"the policy ([sources] private: {pattern})"
        pattern = match(self.goprivate, path)
        if pattern is not None:
            return f"GOPRIVATE={pattern}"
        pattern = match(_meant(self.goprivate), path)
        if pattern is not None:
            return f"GOPRIVATE, which means {pattern} and does not cover it as it is written"
        host = path.partition("/")[0]
        is_at_home = bool(self.main) and host == self.main.partition("/")[0] and "." in host
        if is_at_home and not is_public_path(path) and path not in self.logged:
            return SAME_HOST
        return ""


@lru_cache(maxsize=8)
def _meant(goprivate: str) -> str:
    """Return what GOPRIVATE was meant to cover by patterns that cover nothing."""
    return ",".join(each.meant for each in patterns_of(goprivate) if each.meant)


def names_sent(
    needs: Iterable[NeededModule], settings: GoSettings, private: PrivateNames, *, context: str = ""
) -> tuple[NameSent, ...]:
    """Return every name with each host that gets to know it, in the order of the needs."""
    sender = _Sender(settings, private, context)
    found: dict[tuple[object, ...], NameSent] = {}
    for need in needs:
        for sent in sender.of(need):
            found.setdefault((sent.name, sent.version, sent.host, sent.asked, sent.when), sent)
    return tuple(found.values())


def direct_host(path: str) -> tuple[str, Asked]:
    """Return the host that is asked for a module directly, and for what: the repository, or the page that names it."""
    host, _, rest = path.partition("/")
    is_known = path.startswith(_KNOWN_HOSTS) or any(word.endswith(_SUFFIXES) for word in rest.split("/"))
    return host, Asked.VCS if is_known else Asked.GO_GET_PAGE


class _Sender:
    def __init__(self, settings: GoSettings, private: PrivateNames, context: str) -> None:
        self._settings = settings
        self._private = private
        self._context = context
        self._chain: ProxyChain = chain_of(settings)

    def of(self, need: NeededModule) -> Iterator[NameSent]:
        if need.requests:
            yield from self._fetches(need)
        if need.looks_up and need.version:
            yield from self._lookups(need)

    def _fetches(self, need: NeededModule) -> Iterator[NameSent]:
        if match(self._settings.gonoproxy.value, need.name) is not None and self._chain.steps:
            yield self._direct(need, need.is_sure, need.when)
            return
        if need.is_replaced and self._settings.gonoproxy.value and self._chain.steps[:1] != _ONLY_DIRECT:
            return  # a replace line answers as soon as one place has no versions, and GONOPROXY is asked first
        is_sure, when = need.is_sure, need.when
        for step in self._chain.steps:
            if step.after:
                if need.is_replaced and not step.after.endswith(ANY_ERROR):
                    return  # what a place does not have, the replace line has
                is_sure, when = False, _both(need.when, step.after)
            if step.kind is StepKind.DIRECT:
                yield self._direct(need, is_sure, when)
            elif step.kind is StepKind.PROXY and not step.refuses:
                yield self._sent(need, step.host, Asked.PROXY, need.requests, is_sure=is_sure, when=when)

    def _direct(self, need: NeededModule, is_sure: bool, when: str) -> NameSent:  # noqa: FBT001 - two of one kind
        host, asked = direct_host(need.name)
        requests = ("git ls-remote",) if asked is Asked.VCS else ("?go-get=1",)
        return self._sent(need, host, asked, requests, is_sure=is_sure, when=when)

    def _lookups(self, need: NeededModule) -> Iterator[NameSent]:
        log = self._chain.log
        if log.is_off or log.fault or not log.host or not self._is_logged(need):
            return
        asked_before: list[str] = []
        for host in dict.fromkeys(log.proxies):
            when = _both(need.when, f"{host} serves the log")
            yield self._sent(need, host, Asked.LOG_VIA_PROXY, _LOOKUP, is_sure=False, when=when)
            asked_before.append(host)
        is_sure = need.is_sure and not asked_before
        when = _both(need.when, f"{_listed(asked_before)} not serve the log" if asked_before else "")
        yield self._sent(need, log.host, Asked.LOG, _LOOKUP, is_sure=is_sure, when=when)

    def _is_logged(self, need: NeededModule) -> bool:
        if need.name == TOOLCHAIN_PATH:
            return not (self._chain.steps and self._is_one_folder(self._chain.steps))
        return match(self._settings.gonosumdb.value, need.name) is None

    def _is_one_folder(self, steps: Sequence[ChainStep]) -> bool:
        return len(steps) == 1 and steps[0].kind is StepKind.FOLDER

    def _sent(
        self,
        need: NeededModule,
        host: str,
        asked: Asked,
        requests: tuple[str, ...],
        *,
        is_sure: bool,
        when: str,
    ) -> NameSent:
        private_by = self._private_by(need, host, asked)
        return NameSent(
            name=need.name,
            version="" if asked in (Asked.VCS, Asked.GO_GET_PAGE) else need.version,
            host=host,
            asked=asked,
            reason=need.reason,
            location=need.location,
            is_sure=is_sure,
            when=when,
            requests=requests,
            is_private=bool(private_by) and SAME_HOST not in private_by,
            private_by=private_by,
            context=self._context,
        )

    def _private_by(self, need: NeededModule, host: str, asked: Asked) -> str:
        """Return who says that this name should not go there; its own host may know it, and so may one's own proxy."""
        if (
            need.reason is SendReason.TOOLCHAIN
            or asked in (Asked.VCS, Asked.GO_GET_PAGE)
            or self._may_know(host, need.name)
        ):
            return ""
        keeper = self._private.keeps(need.name)
        if keeper and not (keeper == SAME_HOST and need.package and need.name == need.package.partition("/")[0]):
            return keeper
        beyond = self._private.keeps(need.package) if need.package else ""
        return f"it begins the path of a private package ({beyond})" if beyond else ""

    def _may_know(self, host: str, path: str) -> bool:
        return is_own(host, path, self._private.proxies)


def _both(first: str, second: str) -> str:
    return f"{first}, and {second}" if first and second else first or second


def _listed(hosts: Sequence[str]) -> str:
    return f"{hosts[0]} does" if len(hosts) == 1 else f"{', '.join(hosts[:-1])} and {hosts[-1]} do"
