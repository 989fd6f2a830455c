"""Words that a shell may complete: rules, formats, presets, schemas. They are looked up when a shell asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click

__all__ = [
    "complete_capability_keys", "complete_feeds", "complete_formats", "complete_frameworks", "complete_places",
    "complete_presets", "complete_rules", "complete_schemas", "complete_vendors",
]  # fmt: skip

Words = Callable[[], list[tuple[str, str]]]
"""Words, each with what it means, "" = it says it itself."""


def _completer(words: Words) -> Callable[[click.Context, click.Parameter, str], list[Any]]:
    """Return a `shell_complete` function of click that offers those words that go on as was begun, in any case."""

    def complete(context: click.Context, parameter: click.Parameter, begun: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        del context, parameter
        known = [(word, text) for word, text in words() if word.lower().startswith(begun.lower())]
        return [CompletionItem(word, help=text or None) for word, text in known]

    return complete


def _rules() -> list[tuple[str, str]]:
    from supplymatrix.checks.registry import ALL_RULES

    by_id = [(rule.id, f"{rule.name}: {rule.title}") for rule in ALL_RULES.values()]
    return by_id + [(rule.name, rule.title) for rule in ALL_RULES.values()]


def _formats() -> list[tuple[str, str]]:
    from supplymatrix.reports.registry import FORMATS

    return [(name, "") for name in FORMATS]


def _frameworks() -> list[tuple[str, str]]:
    from supplymatrix.engine.compliance import load_frameworks

    return [(framework.id, framework.title) for framework in load_frameworks(None).values()]


def _presets() -> list[tuple[str, str]]:
    from supplymatrix.sources.builtin import builtin_names

    return [(name.removesuffix(".toml"), "") for name in builtin_names("policies") if name.endswith(".toml")]


def _schemas() -> list[tuple[str, str]]:
    from supplymatrix.cli.schema import SCHEMAS

    return [(name, what) for name, (_, what) in SCHEMAS.items()]


def _vendors() -> list[tuple[str, str]]:
    from supplymatrix.sources.builtin import builtin_names

    return [(name.removesuffix(".toml"), "") for name in builtin_names("vendor_profiles") if name.endswith(".toml")]


def _capability_keys() -> list[tuple[str, str]]:
    from supplymatrix.vendors.capability_keys import CAPABILITY_KEYS

    return [(key.id, key.question) for key in CAPABILITY_KEYS]


def _feeds() -> list[tuple[str, str]]:
    from supplymatrix.feeds.registry import FEEDS

    return [(feed.id, feed.name) for feed in FEEDS]


def _places() -> list[tuple[str, str]]:
    from supplymatrix.tui.places import PLACES

    return [(place.id, place.what) for place in PLACES]


complete_feeds = _completer(_feeds)
complete_places = _completer(_places)
complete_rules = _completer(_rules)
complete_vendors = _completer(_vendors)
complete_capability_keys = _completer(_capability_keys)
complete_formats = _completer(_formats)
complete_frameworks = _completer(_frameworks)
complete_presets = _completer(_presets)
complete_schemas = _completer(_schemas)
