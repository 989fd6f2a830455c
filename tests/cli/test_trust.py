"""`trust show` and `trust update` as they are typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema_rs import validator_for

from supplymatrix.cli.main import run
from supplymatrix.cli.schema import SCHEMAS
from supplymatrix.engine import trust_roots
from supplymatrix.engine.trust_shown import show_trust
from supplymatrix.model.value import changed
from supplymatrix.reports.trust_view import render_trust_json, render_trust_text
from tests.support.data import REPO
from tests.support.made_sigstore import AT, MadeSigstore
from tests.support.made_tuf import MadeTuf

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPPLYMATRIX_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("SUPPLYMATRIX_CONFIG_DIR", str(tmp_path / "config"))


def _assert_form(text: str) -> None:
    schema = json.loads((REPO / "supplymatrix/reports/schema" / SCHEMAS["trust"][0]).read_text(encoding="utf-8"))
    validator_for(schema).validate(json.loads(text))


def test_what_is_trusted_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", "show"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("trusted root  public good\n")
    assert "https://rekor.sigstore.dev" in page
    assert "comes with the program" in page
    assert all(len(line) <= 80 for line in page.splitlines())
    assert run(["trust", "show", "--format", "json"]) == 0
    _assert_form(capsys.readouterr().out)


def test_a_file_is_shown_with_when_each_is_trusted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "root.json"
    path.write_bytes(MadeSigstore().trusted_root(ends={"v1": AT, "ca": AT}, has_tsa=False))
    assert run(["trust", "show", "--trusted-root", str(path), "-v"]) == 0
    page = capsys.readouterr().out
    assert "nobody says of which day it is" in page
    assert "  · https://rekor.sigstore.example\n      ECDSA P-256, from 2024-01-01 until 2026-07-20\n" in page
    assert "  ✔ https://log2026-1.rekor.sigstore.example\n      Ed25519, from 2024-01-01 on\n" in page
    assert "timestamp authorities: none" in page
    assert page.count("sha256") == 3
    assert run(["trust", "show", "--trusted-root", str(path), "--format", "json"]) == 0
    text = capsys.readouterr().out
    _assert_form(text)
    shown = json.loads(text)
    assert (shown["as_of"], shown["age_days"], shown["name"]) == (None, None, path.as_posix())
    assert [log["trusted_now"] for log in shown["logs"]] == [False, True]
    assert [len(one["certificates"]) for one in shown["certificate_authorities"]] == [2]


def test_a_file_that_is_no_trusted_root_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "root.json"
    path.write_text('{"mediaType": "\\u001b[31m"}')
    assert run(["trust", "show", "--trusted-root", str(path)]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_an_old_one_is_warned_of_and_hostile_names_are_harmless() -> None:
    shown = show_trust(None, datetime(2027, 9, 1, tzinfo=UTC), {})
    assert "! the trusted root is" in render_trust_text(shown)
    evil = changed(shown.logs[0], url="https://a.example/\x1b[31m\u202e", key_name="x" * 200)
    page = render_trust_text(changed(shown, logs=(evil,)))
    assert "\x1b" not in page
    assert "\u202e" not in page
    _assert_form(render_trust_json(changed(shown, logs=(evil,))))


def test_a_key_that_is_not_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "root.json"
    document = json.loads(MadeSigstore().trusted_root())
    document["tlogs"][0]["publicKey"]["rawBytes"] = "MAA="
    document["certificateAuthorities"][0]["certChain"]["certificates"].pop()
    path.write_text(json.dumps(document))
    shown = show_trust(path, NOW, {})
    assert "which is not read here" in shown.logs[0].key_name
    assert len(shown.authorities[0].chain) == 1


def test_no_network_no_update(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", "update", "--offline"]) == 3
    assert "over the network" in capsys.readouterr().err


def test_an_update_says_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tuf = MadeTuf(tmp_path / "tuf")
    tuf.publish(MadeSigstore().trusted_root())
    shipped = changed(trust_roots.shipped_root(), repository=tuf.url)
    monkeypatch.setattr(trust_roots, "shipped_root", lambda: shipped)
    monkeypatch.setattr("supplymatrix.engine.trust_update.tuf_bootstrap", lambda: tuf.root)
    assert run(["trust", "update", "--online"]) == 0
    assert ": new, sha256 " in capsys.readouterr().out
    assert run(["trust", "update", "--online"]) == 0
    assert ": the same as before\n" in capsys.readouterr().out
    assert run(["trust", "show"]) == 0
    assert f"fetched from {tuf.url}"[:30] in capsys.readouterr().out
    tuf.publish(b"[]", version=2)
    assert run(["trust", "update", "--online"]) == 2
    (tuf.folder / "timestamp.json").write_bytes(b"{}")
    assert run(["trust", "update", "--online"]) == 4


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["update", "--offline"], "next: run it with --online where there is a network"),
        (["show", "--trusted-root", "none.json"], "next: look whether the name is right"),
        (["show", "--trusted-root", __file__], "next: name a trusted root, or none"),
    ],
)
def test_what_does_not_go_is_told_with_what_to_do(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["trust", *words]) in (2, 3)
    assert told in " ".join(capsys.readouterr().err.split())
