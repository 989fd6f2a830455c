"""The schema of lift.toml agrees with its reader about every policy that either of them takes or refuses by itself."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.policy.schema import policy_schema
from tests.policy.any_policy import any_policy, any_waiver
from tests.policy.policies import PRESETS, WAIVER, faults, parse

SCHEMA = policy_schema(ALL_RULES, tuple(PRESETS), ("chainguard", "redhat"))
VALIDATOR = Draft202012Validator(SCHEMA)


def as_json(value: Any) -> Any:  # noqa: ANN401 - any value of TOML
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def is_valid(text: str) -> bool:
    return bool(VALIDATOR.is_valid(as_json(tomllib.loads(text))))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@given(any_policy(), any_waiver())
def test_what_the_reader_takes_is_valid(text: str, waiver: str) -> None:
    parse(text + waiver)
    assert is_valid(text + waiver)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_presets_are_valid(name: str) -> None:
    assert is_valid(PRESETS[name].decode())


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n",
        "schema = 2\n",
        "[policy]\nmin_scor = 1\n",
        "[policy]\nmin_score = 101\n",
        '[policy]\nmode = "quiet"\n',
        '[policy]\npreset = "basline"\n',
        "[policy]\nweights = { high = 0 }\n",
        '[policy]\non_outage = "warn"\n',
        '[rules]\nSM999 = "warn"\n',
        '[rules]\nSM110 = "warn"\n',
        '[rules]\nSM104 = "off"\n',
        'extends = ["preset:baseline"]\n[policy]\npreset = "baseline"\n',
        '[rules]\nSM101 = "warm"\n',
        "[sources]\nprivate = 1\n",
        '[packages."a.example/x"]\nmin_age = "soon"\n',
        '[packages."a.example/x"]\npseudo_versions = "no"\n',
        "[vendors.redhat]\nrequire = []\n",
        "[signatures]\nrequire = []\n",
        "[signatures]\nsigners = []\n",
        "[signatures]\nsigners = [{}]\n",
        '[signatures]\nsigners = [{ key = "/etc/key" }]\n',
        "[signatures]\nslsa_level = 4\n",
        '[signatures]\nsource = "http://a.example/b"\n',
        '[signatures]\nmax_root_age = "old"\n',
        "[[signatures.artifact]]\n",
        '[[signatures.artifact]]\npath = "a"\nimage = "b"\n',
        "[cost]\n",
        '[vulns]\nfail_at = "call"\n',
        "[vulns]\ndatabases = []\n",
        "[sla]\n",
        '[crypto]\nfamilies = ["google"]\n',
        '[cgo]\nallow = "no"\n',
        '[cgo]\ndeny = ["GPL"]\n',
        "[path]\nvendors = []\n",
        '[sources]\nlog = "on"\n',
        '[toolchain]\nminimum = "latest"\n',
        "[licences]\nmin_confidence = 0\n",
        '[licences]\nallow = "MIT"\n',
        '[licences]\nuse = "sell"\n',
        '[[licences.conclusions]]\nmodule = "a.example"\n',
        WAIVER + "licences = []\n",
        "[[waivers]]\n",
        WAIVER.replace("SM202", "SM110"),
        WAIVER.replace("SM202", "SM901"),
        WAIVER.replace("our fork carries the fix", "because"),
        WAIVER + 'id = "OSV-1"\n',
        WAIVER + 'vex_justification = "because"\n',
        "[debt]\nmost = 1\n",
    ],
)
def test_what_the_schema_refuses_the_reader_refuses_too(text: str) -> None:
    assert not is_valid(text)
    assert faults(text)


def test_every_key_has_a_description() -> None:
    def described(node: dict[str, Any]) -> None:
        for name, inner in node.get("properties", {}).items():
            if name not in ("critical", "high", "medium", "low"):
                assert inner["description"], name
            described(inner)

    described(SCHEMA)
