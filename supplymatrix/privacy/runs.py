"""What the audits of sources and of names come to, for their reports."""

from __future__ import annotations

from collections.abc import Iterable

from supplymatrix.model.gap import Gap
from supplymatrix.model.go_sources import Asked, EffectiveSetting, NameSent, RiskySetting
from supplymatrix.model.value import value
from supplymatrix.privacy.needs import Scenario
from supplymatrix.privacy.proxy_chain import ProxyChain

__all__ = ["ContextChain", "LeaksRun", "SourcesRun", "told_hosts"]


@value
class ContextChain:
    """The way of names in one context, "" = this machine. lacks_proxy: the context itself does not set GOPROXY.
    unknown: settings that decide about the way and whose values are not known, each with why."""

    context: str
    chain: ProxyChain
    lacks_proxy: bool = False
    unknown: tuple[tuple[str, str], ...] = ()


@value
class SourcesRun:
    """name: of the project, or of all of a workspace's. settings: of this machine first, then those of build files.
    chains: one for each context that has something to say of them. risks: the widest first. notes: in sentences.
    exit_code: 0, 1 or 3."""

    name: str
    settings: tuple[EffectiveSetting, ...]
    chains: tuple[ContextChain, ...]
    risks: tuple[RiskySetting, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    exit_code: int


@value
class LeaksRun:
    """name: of the project. sent: all names, of this machine first. contexts: those whose settings are known, "" = this
    machine. refused: why the command would stop before it asks. is_warm: what the module cache has counts as there.
    exit_code: 0, 1, 3 or 5."""

    name: str
    scenario: Scenario
    is_warm: bool
    sent: tuple[NameSent, ...]
    contexts: tuple[str, ...]
    refused: tuple[str, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    exit_code: int

    @property
    def private(self) -> tuple[NameSent, ...]:
        """The names that should not go where they go."""
        return tuple(sent for sent in self.sent if sent.is_private)

    @property
    def perhaps_private(self) -> tuple[NameSent, ...]:
        """The names that, by a rule of thumb, perhaps should not."""
        return tuple(sent for sent in self.sent if sent.may_be_private and not sent.is_private)

    def of(self, context: str) -> tuple[NameSent, ...]:
        """Return the names of one context."""
        return tuple(sent for sent in self.sent if sent.context == context)

    def hosts(self, context: str) -> tuple[tuple[str, Asked], ...]:
        """Return who is told something in a context: those who are told private names first, then those who are asked
        in any case, then by name."""
        return told_hosts(self.of(context))


def told_hosts(names: Iterable[NameSent]) -> tuple[tuple[str, Asked], ...]:
    """Return who is told names: those first who are told private ones, then those who are asked in any case, then by
    name."""
    found: dict[tuple[str, Asked], tuple[bool, bool]] = {}
    for sent in names:
        key = (sent.host, sent.asked)
        private, sure = found.get(key, (False, False))
        found[key] = (private or sent.may_be_private, sure or sent.is_sure)
    return tuple(sorted(found, key=lambda key: (not found[key][0], not found[key][1], key)))
