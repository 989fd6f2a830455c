"""Every misspelled word of a lift.toml is told with the word that was probably meant, at its exact place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.engine.policy_source import presets
from supplymatrix.errors import InputError
from supplymatrix.policy.document import parse_policy
from supplymatrix.policy.grammar import (
    COMPLIANCE_KEYS,
    DEBT_KEYS,
    JUSTIFICATIONS,
    PACKAGE_KEYS,
    POLICY_KEYS,
    ROOT_KEYS,
    SEVERITIES,
    SOURCE_KEYS,
    TABLES,
    VENDOR_KEYS,
    WAIVER_KEYS,
    names_of,
)

PRESETS = presets()
_KEYS = {
    "[policy]": POLICY_KEYS,
    "[sources]": SOURCE_KEYS,
    '[packages."a.example"]': PACKAGE_KEYS,
    "[vendors.chainguard]": VENDOR_KEYS,
    "[[waivers]]": WAIVER_KEYS,
    "[compliance]": COMPLIANCE_KEYS,
    "[debt]": DEBT_KEYS,
}


def _misspelt(word: str) -> str:
    return f"{word[:-2]}{word[-1]}" if len(word) > 5 else f"{word}x"


def _keys() -> Iterator[tuple[str, str, str]]:
    for header, keys in _KEYS.items():
        for name in names_of(keys):
            yield f"{header}\n{_misspelt(name)} = 1\n", _misspelt(name), name
    for name in (*TABLES, *names_of(ROOT_KEYS)):
        yield f"{_misspelt(name)} = 1\n", _misspelt(name), name


def _words() -> Iterator[tuple[str, str, str]]:
    """Yield texts with one misspelled word, that word, and what is meant."""
    lists = {
        '[policy]\nmode = "{}"\n': ("observe", "enforce", "warn"),
        '[policy]\nfail_on = "{}"\n': ("note", "warn", "error"),
        '[policy]\npreset = "{}"\n': tuple(PRESETS),
        '[policy]\nallow_loosen = ["{}"]\n': ("SM202", "replace-fork", "min_score"),
        'extends = ["preset:{}"]\n': tuple(PRESETS),
        "[policy.weights]\n{} = 1\n": SEVERITIES,
        '[rules]\nSM202 = "{}"\n': ("error", "note", "warn"),
        '[rules]\n{} = "error"\n': ("replace-fork", "pseudo-version"),
        '[packages."a.example"]\nsecurity_policy = "{}"\n': tuple(PRESETS),
        '[packages."a.example"]\npseudo_versions = "{}"\n': ("allow", "deny"),
        '[vendors.{}]\nmax_response_p90 = "7d"\n': ("chainguard", "redhat"),
        '[[waivers]]\nrule = "{}"\n': ("replace-fork", "pseudo-version"),
        '[[waivers]]\nvex_justification = "{}"\n': JUSTIFICATIONS,
        '[compliance]\nframeworks = ["{}"]\n': ("ssdf", "pci-dss"),
    }
    for form, words in lists.items():
        for word in words:
            yield form.format(_misspelt(word)), _misspelt(word), word


@pytest.mark.parametrize(("text", "seen", "meant"), [*_keys(), *_words()])
def test_a_misspelled_word_has_a_suggestion_and_its_place(text: str, seen: str, meant: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_policy(
            text.encode(),
            "lift.toml",
            presets=PRESETS,
            rules=ALL_RULES,
            vendors=lambda: ["chainguard", "redhat"],
            frameworks=["ssdf", "pci-dss"],
        )
    (fault,) = [fault for fault in caught.value.diagnostics if fault.message.startswith("there is no ")]
    assert fault.remedy == f"did you mean {meant!r}?"
    assert seen in text.split("\n")[fault.line - 1][fault.column - 1 : fault.end_column - 1]
