"""docs/formats/lift-toml.md says what the reader does."""

from __future__ import annotations

import re
import tomllib

import pytest

from supplymatrix.policy.audit_grammar import AUDIT_SECTIONS
from supplymatrix.policy.grammar import (
    ARTIFACT_KEYS,
    COMPLIANCE_KEYS,
    CONCLUSION_KEYS,
    DEBT_KEYS,
    LICENCE_KEYS,
    PACKAGE_KEYS,
    POLICY_KEYS,
    ROOT_KEYS,
    SIGNATURE_KEYS,
    SIGNER_KEYS,
    SOURCE_KEYS,
    TABLES,
    TOOLCHAIN_KEYS,
    VENDOR_KEYS,
    WAIVER_KEYS,
    names_of,
)
from tests.policy.policies import PRESETS, faults, parse
from tests.support.data import REPO

ALL_KEYS = (
    ROOT_KEYS, POLICY_KEYS, SOURCE_KEYS, PACKAGE_KEYS, VENDOR_KEYS, WAIVER_KEYS, COMPLIANCE_KEYS, DEBT_KEYS,
    LICENCE_KEYS, CONCLUSION_KEYS, TOOLCHAIN_KEYS, SIGNATURE_KEYS, SIGNER_KEYS, ARTIFACT_KEYS,
    *AUDIT_SECTIONS.values(),
)  # fmt: skip
PAGE = (REPO / "docs" / "formats" / "lift-toml.md").read_text(encoding="utf-8")


def test_the_example_is_a_policy() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    policy = parse(text)
    assert (len(policy.packages), len(policy.waivers), policy.private) == (1, 1, ("*.corp.example",))
    assert set(tomllib.loads(text)) <= {*names_of(ROOT_KEYS), *TABLES}
    assert all(f"\n## [{name}" in PAGE or f"\n## [[{name}" in PAGE for name in TABLES)


@pytest.mark.parametrize("keys", [names_of(keys) for keys in ALL_KEYS], ids="-".join)
def test_every_key_has_its_row(keys: tuple[str, ...]) -> None:
    assert all(f"\n| `{key}` |" in PAGE for key in keys)


def test_every_row_is_of_a_key() -> None:
    known = {name for keys in ALL_KEYS for name in names_of(keys)}
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == known


def test_every_preset_is_named() -> None:
    assert all(f"`{name}`" in PAGE for name in PRESETS)


def test_the_errors_of_the_page_are_those_of_the_reader() -> None:
    said = {
        "this is no text": "[policy]\nname = 5\n",
        "did you mean 'baseline'?": '[policy]\npreset = "basline"\n',
        "this is no score": "[policy]\nmin_score = 101\n",
        "a gate that fails on nothing is no gate": '[policy]\nfail_on = "off"\n',
        "this is no pattern": '[sources]\nprivate = ["[a"]\n',
        "this is no version of a Go module": '[packages."a.example"]\nversion = "latest"\n',
        "there is no security policy 'strict'": '[packages."a.example"]\nsecurity_policy = "strict"\n',
    }
    for words, text in said.items():
        (fault,) = faults(text)
        assert words in PAGE
        assert words in f"{fault.message} {fault.remedy}"
