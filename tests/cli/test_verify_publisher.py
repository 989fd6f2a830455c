"""`verify publisher` as a user types it: text, JSON, exit codes, and what makes a key count."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.log_server import LogServer, Reply
from tests.support.machine import Machine
from tests.support.made_log import write_project, write_recording
from tests.support.made_publisher import MODULE, MadePublisher
from tests.support.signed_git import SshKey, signed_commit

ADA = SshKey()
NAME = f"{MODULE}@v1.0.0"


@pytest.fixture
def made(tmp_path: Path, machine: Machine) -> MadePublisher:
    made = MadePublisher(tmp_path, machine)
    made.tag("v1.0.0", ADA.sign)
    return made


def words(made: MadePublisher, *more: str, repository: bool = True) -> list[str]:
    write_project(made.project, made.log, "", [])
    replay = write_recording(made.folder / "log", made.log.answers())
    where = ["--repository", str(made.repo.folder)] if repository else []
    return ["verify", "publisher", *more, *where, "--project", str(made.project), "--replay", str(replay), "-q"]


def document(text: str) -> Any:  # noqa: ANN401 - JSON
    found = json.loads(text)
    schema = resources.files("supplymatrix.reports") / "schema" / SCHEMAS["publisher"][0]
    Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(found)
    return found


def test_an_unknown_key_is_told_and_its_line_makes_it_count(cli: Cli, made: MadePublisher, tmp_path: Path) -> None:
    done = cli(*words(made, NAME))
    assert done.code == 1
    assert f"! {NAME}\n  signed by an unknown key; the log has this tree\n" in done.out
    line = next(line for line in done.out.splitlines() if line.startswith("ada@a.example "))
    assert max(map(len, (text for text in done.out.splitlines() if text != line))) <= 80
    signers = tmp_path / "signers"
    signers.write_text(line + "\n")
    done = cli(*words(made, NAME, "--allowed-signers", str(signers)))
    assert done.code == 0, done.out
    assert f"✓ {NAME}\n  signed by a key that counts; the log has this tree\n" in done.out
    assert "1 of 1 verified" in done.out


def test_json_has_every_step(cli: Cli, made: MadePublisher) -> None:
    done = cli(*words(made, NAME, "--fingerprint", ADA.fingerprint, "--format", "json"))
    found = document(done.out)
    assert (done.code, found["exit_code"]) == (0, 0)
    (module,) = found["modules"]
    assert (module["verified"], module["signature"], module["tree"]) == (True, "verified", "the log's zip")
    assert [step["check"] for step in module["steps"]] == ["tag", "signature", "signer", "tree"]
    assert module["signer"]["key"] == ADA.fingerprint


def test_several_versions_each_have_a_verdict(cli: Cli, made: MadePublisher) -> None:
    made.tag("v1.1.0", None)
    names = [NAME, f"{MODULE}@v1.1.0", f"{MODULE}@v1.2.0"]
    done = cli(*words(made, *names, "--fingerprint", ADA.fingerprint, "--format", "json"))
    found = document(done.out)
    assert [(one["signature"], one["exit_code"]) for one in found["modules"]] == [
        ("verified", 0), ("unsigned", 1), ("not checkable", 3),
    ]  # fmt: skip
    assert (done.code, found["exit_code"]) == (3, 3)


def test_an_alarm_ends_with_four(cli: Cli, made: MadePublisher) -> None:
    made.tag("v1.1.0", ADA.sign, said="v1.0.0")
    done = cli(*words(made, f"{MODULE}@v1.1.0"))
    assert done.code == 4
    assert "ALARM" in done.out
    assert "expected v1.1.0" in done.out


def test_all_takes_the_build_list(cli: Cli, made: MadePublisher) -> None:
    write_project(made.project, made.log, "", [NAME])
    base = words(made, "--all", "--format", "json", repository=False)
    write_project(made.project, made.log, "", [NAME])
    done = cli(*base)
    found = document(done.out)
    assert [f"{one['module']}@{one['version']}" for one in found["modules"]] == [NAME]
    assert (done.code, found["modules"][0]["reason"]) == (3, "no-origin")
    write_project(made.project, made.log, "", [])
    assert cli(*base).code == 5


def test_all_is_not_told_where_the_build_list_may_have_more(cli: Cli, made: MadePublisher) -> None:
    made.publish("v1.0.0", module="other.example/m")
    only = made.log.go_sum(NAME)
    made.info("v1.0.0", URL="svn://pub.example/org/m")
    base = words(made, "--all", repository=False)
    write_project(made.project, made.log, "", [NAME, "other.example/m@v1.0.0"], go_sum=only)
    done = cli(*base)
    assert done.code == 3
    assert "go.mod files could not be had" in done.out
    assert "go.sum has no zip of 1 modules that go.mod requires" in " ".join(done.out.split())
    found = document(cli(*base, "--format", "json").out)
    assert [gap["remedy"] for gap in found["gaps"]] == ["go mod download", "go mod tidy"]
    assert [one["reason"] for one in found["modules"]] == ["not-allowed"]


def test_a_signed_commit_is_taken_if_that_is_said_and_stays_told(cli: Cli, made: MadePublisher) -> None:
    signed_commit(made.repo, ADA.sign)
    made.tag("v1.1.0", None)
    names = [f"{MODULE}@v1.1.0", "--fingerprint", ADA.fingerprint]
    done = cli(*words(made, *names))
    assert done.code == 1
    assert "only the commit is signed, the tag is not; the log has this tree" in done.out
    done = cli(*words(made, *names, "--accept-signed-commit"))
    assert done.code == 0
    assert "tag        ! only the commit is signed" in done.out
    assert "(its commit alone; nobody signed the tag)" in cli(*words(made, *names, NAME, "--accept-signed-commit")).out


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_signal_ends_what_runs_and_leaves_nothing(
    made: MadePublisher, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    names = [f"pub.example/org/m{at}" for at in range(8)]
    room = tmp_path / "room"
    room.mkdir()
    write_project(made.project, made.log, "", [])
    with LogServer({}) as server:
        server.always(Reply(mode="stall"))
        for name in names:
            made.info("v1.0.0", module=name, URL=f"{server.url}/{name}")
        settings = {"GOINSECURE": "pub.example", "GOPROXY": "off", "TMPDIR": str(room), "GONOSUMDB": "*"}
        child = subprocess.Popen(
            [sys.executable, "-m", "supplymatrix", "verify", "publisher", *(f"{name}@v1.0.0" for name in names),
             "--project", str(made.project)],
            env=os.environ | made.machine.environ | settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while not server.paths and child.poll() is None:
                time.sleep(0.02)
            assert "info/refs" in server.paths[0]  # git asks
            child.send_signal(number)
            assert child.wait(20) == code
        finally:
            child.kill()
            child.wait()
        assert list(room.iterdir()) == []
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        assert server.url not in listed


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "MODULE@VERSION"),
        ([NAME, "--all"], "--all"),
        (["--all", "--repository", "."], "--repository"),
        ([NAME, "--fingerprint", "abc"], "no fingerprint"),
        ([NAME, "--repository", "/nowhere/at/all"], "no repository"),
        ([NAME, "--allowed-signers", "/nowhere"], "cannot be opened"),
        ([MODULE], "no module version"),
        ([NAME, "--identity", "ada@a.example"], "issuer"),
        ([NAME, "--issuer", "https://issuer.example"], "nobody who counts by its word"),
        ([NAME, "--issuer-regexp", "https://.*"], "--identity"),
        ([NAME, "--repository", "n" * 300], "no repository"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(cli: Cli, more: list[str], said: str) -> None:
    done = cli("verify", "publisher", *more)
    assert done.code == 2
    assert said in done.err
