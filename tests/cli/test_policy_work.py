"""`score`, `policy schema`, `policy test` and `policy diff`, from the command line."""

from __future__ import annotations

import hashlib
import json
import shutil
import ssl
from fractions import Fraction
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.certificate import make_certificate
from tests.support.data import REPO
from tests.support.log_server import LogServer

REPLAY = str(REPO / "examples" / "recorded-sumdb" / "small")
FORK = "\nreplace github.com/gorilla/mux => github.com/someone/mux v1.8.1\n"


@pytest.fixture
def svc(tmp_path: Path) -> Path:
    folder = tmp_path / "svc"
    shutil.copytree(REPO / "examples" / "mux-service", folder)
    return folder


def test_the_printed_contributions_and_caps_add_up_to_the_score(cli: Cli, svc: Path) -> None:
    done = cli("score", str(svc), "--offline", "--format", "json")
    assert done.code == 3
    (subject,) = json.loads(done.out)["subjects"]
    score = subject["score"]
    for end in ("low", "high"):
        parts = [Fraction(item[end]) for item in (*score["contributions"], *score["caps"])]
        assert sum(parts, Fraction(0)) == Fraction(score[end])
    assert {point["rule"] for point in subject["next_points"]} >= {"SM102", "SM110"}


def test_the_score_is_explained_with_what_the_next_points_take(cli: Cli, svc: Path) -> None:
    text = cli("score", str(svc), "--offline", "--explain").out
    assert "80 needed: incomplete" in text
    assert "cheapest next points of low" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_the_schema_of_a_policy_is_printed(cli: Cli) -> None:
    document = json.loads(cli("policy", "schema").out)
    assert document["properties"]["policy"]["properties"]["min_score"]["maximum"] == 100


TESTS = '[[test]]\nname = "a plain project passes"\noutcome = "{}"\nonly = false\n'


@pytest.mark.parametrize(("outcome", "code"), [("pass", 0), ("fail", 1)])
def test_the_tests_of_a_policy_decide_the_exit_code(cli: Cli, svc: Path, outcome: str, code: int) -> None:
    (svc / "lift.test.toml").write_text(TESTS.format(outcome), encoding="utf-8")
    done = cli("policy", "test", str(svc))
    assert done.code == code
    assert f"1 test, {1 - code} passed, {code} failed" in done.out
    assert json.loads(cli("policy", "test", str(svc), "--format", "json").out)["tests"][0]["passed"] is (code == 0)


def test_a_folder_without_tests_is_an_error(cli: Cli, svc: Path) -> None:
    assert cli("policy", "test", str(svc)).code == 2


def test_what_another_policy_changes_is_told_per_result(cli: Cli, svc: Path) -> None:
    (svc / "go.mod").write_text((svc / "go.mod").read_text(encoding="utf-8") + FORK, encoding="utf-8")
    done = cli("policy", "diff", "preset:baseline", "preset:strict-module-integrity", str(svc), "--offline")
    assert done.code == 1
    assert "SM202 replace-fork on github.com/gorilla/mux" in done.out
    assert "note becomes error" in done.out
    assert "stricter: SM202 note becomes error" in done.out
    found = json.loads(
        cli("policy", "diff", "preset:baseline", "preset:osps-3", str(svc), "--offline", "--format", "json").out
    )
    (change,) = [item for item in found["subjects"][0]["changes"] if item["rule"] == "SM202"]
    assert (change["before"]["level"], change["after"]["level"]) == ("note", "error")


def test_a_policy_against_itself_changes_nothing(cli: Cli, svc: Path) -> None:
    done = cli("policy", "diff", str(svc / "lift.toml"), str(svc / "lift.toml"), str(svc), "--offline")
    assert done.code == 0
    assert "no result changes" in done.out


def test_policies_that_differ_in_words_alone_are_not_the_same(cli: Cli, svc: Path) -> None:
    (svc / "b.toml").write_text("[policy]\nmin_score = 81\n", encoding="utf-8")
    (svc / "a.toml").write_text("", encoding="utf-8")
    done = cli("policy", "diff", str(svc / "a.toml"), str(svc / "b.toml"), str(svc), "--offline")
    assert "no result changes" in done.out
    assert done.code == 1


def test_a_policy_above_on_another_machine_is_had_by_every_command_that_reads_policies(
    cli: Cli, svc: Path, tmp_path: Path
) -> None:
    certificate = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    org = b"[policy]\nmin_score = 93\n"
    waive = ("waive", "SM202", "github.com/**", str(svc), "--reason", "a fork with our fix", "--owner", "we",
             "--expires", "30d", "--dry-run")  # fmt: skip
    (svc / "lift.test.toml").write_text(TESTS.format("pass"), encoding="utf-8")
    commands = (("policy", "show", str(svc)), ("policy", "test", str(svc)), waive)
    with LogServer({"org.toml": org}, tls=context) as server:
        digest = hashlib.sha256(org).hexdigest()
        (svc / "lift.toml").write_text(f'extends = ["{server.url}/org.toml#sha256={digest}"]\n', encoding="utf-8")
        for number, command in enumerate(commands):
            means = ("--cache-dir", str(tmp_path / f"cache{number}"), "--ca-file", str(certificate))
            assert "--allow-remote-policy lets it be fetched" in cli(*command, *means).err
            assert cli(*command, "--allow-remote-policy", *means, "--offline").code == 3
            assert cli(*command, "--allow-remote-policy", *means).code == 0
            assert cli(*command, *means).code == 0, "what is in the cache needs no leave to be fetched"
        assert server.paths == ["org.toml"] * len(commands)


def test_a_preset_that_is_none_gets_a_suggestion(cli: Cli, svc: Path) -> None:
    done = cli("policy", "diff", "preset:basline", "preset:baseline", str(svc), "--offline")
    assert done.code == 2
    assert "did you mean preset:baseline?" in done.err
