"""`check --notify`: who is told, what, and that neither exit code nor stderr suffers from it."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.reports.notification import failure_message
from tests.cli.conftest import Cli
from tests.support.machine import Machine
from tests.support.made_log import MadeLog, made_hash, write_project, write_recording
from tests.support.webhook import Webhook

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=20)
SECRETS = ("SECRET", "services", "hush")


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    folder = write_project(tmp_path / "svc", LOG, "", [A, B])
    return ["check", str(folder), "--replay", str(write_recording(tmp_path / "recorded", LOG.answers()))]


def test_a_webhook_is_told_outcome_counts_and_digests(cli: Cli, arguments: list[str]) -> None:
    with Webhook() as hook:
        done = cli(*arguments, "--notify", hook.url)
    assert (done.code, done.err) == (0, "")
    (body,) = hook.bodies
    document = json.loads(body)
    assert (document["schema"], document["outcome"], document["exit_code"]) == (
        "supplymatrix.notification/1",
        "pass",
        0,
    )
    (subject,) = document["subjects"]
    assert subject["counts"]["proven"] == subject["counts"]["sum_lines"] == 4
    assert len(subject["sha256"]) == len(subject["policy"]["sha256"]) == 64
    assert A.partition("@")[0] not in body.decode()


def test_the_files_of_the_run_are_told_with_their_digests(cli: Cli, arguments: list[str], tmp_path: Path) -> None:
    with Webhook() as hook:
        cli(*arguments, "--notify", hook.url, "--format", f"json={tmp_path / 'report.json'}", "--quiet")
    digest = hashlib.sha256((tmp_path / "report.json").read_bytes()).hexdigest()
    assert json.loads(hook.bodies[0])["reports"] == [{"name": "report.json", "format": "json", "sha256": digest}]


def test_a_report_that_cannot_be_written_keeps_nobody_from_being_told(
    cli: Cli, arguments: list[str], tmp_path: Path
) -> None:
    with Webhook() as hook:
        done = cli(*arguments, "--notify", hook.url, "--format", f"json={tmp_path / 'none' / 'report.json'}")
    assert done.code == 2
    document = json.loads(hook.bodies[0])
    assert (document["outcome"], document["exit_code"]) == ("broken", 2)
    assert "the report cannot be written" in document["message"]
    assert document["subjects"][0]["outcome"] == "pass"


def test_a_message_is_signed_when_there_is_a_secret(cli: Cli, machine: Machine, arguments: list[str]) -> None:
    machine.settings["SUPPLYMATRIX_NOTIFY_SECRET"] = "hush"  # noqa: S105 - nobody's
    with Webhook() as hook:
        cli(*arguments, "--notify", hook.url)
    expected = hmac.new(b"hush", hook.bodies[0], hashlib.sha256).hexdigest()
    assert hook.headers[0]["X-Supplymatrix-Signature-256"] == f"sha256={expected}"


def test_without_a_secret_nothing_is_signed(cli: Cli, arguments: list[str]) -> None:
    with Webhook() as hook:
        cli(*arguments, "--notify", hook.url)
    (headers,) = hook.headers
    assert "X-Supplymatrix-Signature-256" not in headers
    assert len(headers["X-Supplymatrix-Delivery"]) == 32


def test_slack_gets_a_text_in_which_nothing_from_outside_is_markup(cli: Cli, tmp_path: Path) -> None:
    folder = write_project(tmp_path / "svc", LOG, "", [A])
    (folder / "lift.toml").write_text((folder / "lift.toml").read_text() + '\n[policy]\nmin_scor = "<!channel>"\n')
    with Webhook() as hook:
        done = cli("check", str(folder), "--offline", "--notify", f"slack={hook.url}")
    assert done.code == 2
    text = json.loads(hook.bodies[0])["text"]
    assert "(exit 2)" in text
    assert "<!channel>" not in text


def test_a_failing_webhook_is_a_warning_without_its_address(cli: Cli, machine: Machine, arguments: list[str]) -> None:
    machine.settings["SUPPLYMATRIX_NOTIFY_SECRET"] = "hush"  # noqa: S105 - nobody's
    with Webhook(403) as hook:
        done = cli(*arguments, "--notify", hook.url, "--quiet")
    assert done.code == 0
    assert done.err == f"warning: {hook.origin}/… was not notified: HTTP status 403\n"


def test_a_failed_check_keeps_its_exit_code(cli: Cli, arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "svc" / "go.sum").write_text(LOG.go_sum(A))
    with Webhook() as told, Webhook(404) as untold:
        assert cli(*arguments, "--notify", told.url).code == 1
        assert cli(*arguments, "--notify", untold.url).code == 1
    assert json.loads(told.bodies[0])["outcome"] == "fail"


def test_a_policy_that_only_observes_is_told_by_its_outcome(cli: Cli, arguments: list[str], tmp_path: Path) -> None:
    policy = tmp_path / "svc" / "lift.toml"
    policy.write_text(f'[policy]\nmode = "observe"\n\n{policy.read_text()}')
    (tmp_path / "svc" / "go.sum").write_text(LOG.go_sum(A))
    with Webhook() as hook:
        assert cli(*arguments, "--notify", hook.url).code == 0
    document = json.loads(hook.bodies[0])
    assert (document["outcome"], document["exit_code"]) == ("fail", 0)
    assert "observe" in document["message"]


def test_a_log_that_lied_as_a_whole_is_told_as_an_alarm(cli: Cli, tmp_path: Path) -> None:
    folder = write_project(tmp_path / "svc", LOG, "", [A, B])
    forged = LOG.answers() | {"latest": LOG.head().replace(b"\n22\n", b"\n23\n", 1)}
    recorded = write_recording(tmp_path / "recorded", forged)
    with Webhook() as hook:
        done = cli("check", str(folder), "--replay", str(recorded), "--notify", hook.url)
    assert done.code == 4
    document = json.loads(hook.bodies[0])
    assert (document["outcome"], document["exit_code"], document["subjects"]) == ("alarm", 4, [])


@pytest.mark.parametrize("how", ["--offline", "--replay"])
def test_without_the_network_nothing_is_sent_beyond_this_machine(cli: Cli, arguments: list[str], how: str) -> None:
    words = arguments if how == "--replay" else [*arguments[:2], "--offline"]
    done = cli(*words, "--notify", "slack=https://hooks.example/services/T0SECRET")
    assert "warning: https://hooks.example/… was not notified: " in done.err
    assert "nothing is sent" in done.err
    assert not any(secret in done.err for secret in SECRETS)


@pytest.mark.parametrize(
    "said",
    [
        "http://hooks.example/services/T0SECRET",
        "https://hush:hush@hooks.example/x",
        "slack=ftp://hooks.example/services/T0SECRET",
        "teams=https://hooks.example/services/T0SECRET",
        "https:///services/T0SECRET",
        "services/T0SECRET",
        "http://127.0.0.1.evil.example/services/T0SECRET",
        "http://localhost@hooks.example/services/T0SECRET",
        "https://hooks.example/services/T0SECRET\n",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_before_anything_is_done(
    cli: Cli, arguments: list[str], said: str
) -> None:
    done = cli(*arguments, "--notify", said)
    assert (done.code, done.out) == (2, "")
    assert "--notify cannot be used" in done.err
    assert not any(secret in done.err for secret in SECRETS)


def test_the_settings_name_a_webhook_and_off_silences_it(cli: Cli, machine: Machine, arguments: list[str]) -> None:
    file = machine.home / ".config" / "supplymatrix" / "settings.toml"
    file.parent.mkdir(parents=True)
    with Webhook() as hook:
        file.write_text(f'[notify]\nurl = "{hook.url}"\nkind = "slack"\n')
        assert cli(*arguments, "--notify", "off").code == 0
        assert hook.bodies == []
        assert cli(*arguments).code == 0
        assert list(json.loads(hook.bodies[0])) == ["text"]
        shown = [cli("config", "show", "--format", form).out for form in ("text", "json")]
        assert all(hook.origin in text and "SECRET" not in text for text in shown)


@pytest.mark.parametrize(
    "text",
    [
        '[notify]\nurl = "http://hooks.example/services/T0SECRET"\n',
        '[notify]\nurl = "https://hooks.example/services/T0SECRET\n',
        "[notify]\nurl = https://hooks.example/services/T0SECRET\n",
        '[notify]\nurI = "https://hooks.example/services/T0SECRET"\n',
    ],
)
def test_a_fault_of_the_settings_does_not_quote_the_address(
    cli: Cli, machine: Machine, arguments: list[str], text: str
) -> None:
    file = machine.home / ".config" / "supplymatrix" / "settings.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    done = cli(*arguments)
    assert done.code == 2
    assert "settings.toml:2:" in done.err
    assert not any(secret in done.err for secret in SECRETS)


def test_a_variable_that_cannot_be_used_is_told_by_its_name_alone(
    cli: Cli, machine: Machine, arguments: list[str]
) -> None:
    machine.settings["SUPPLYMATRIX_NOTIFY_URL"] = "http://hooks.example/services/T0SECRET"
    done = cli(*arguments)
    assert done.code == 2
    assert "SUPPLYMATRIX_NOTIFY_URL in the environment cannot be used" in done.err
    assert not any(secret in done.err for secret in SECRETS)


def test_a_bug_report_does_not_tell_the_address(cli: Cli, machine: Machine, tmp_path: Path) -> None:
    machine.settings["SUPPLYMATRIX_NOTIFY_URL"] = "https://hooks.example/services/T0SECRET"
    machine.settings["SUPPLYMATRIX_NOTIFY_SECRET"] = "hush-hush"  # noqa: S105 - nobody's
    cli("doctor", "--bundle", str(tmp_path / "bundle.txt"))
    text = (tmp_path / "bundle.txt").read_text()
    assert "- notify.url: set" in text
    assert "T0SECRET" not in text
    assert "hush" not in text


def test_a_policy_cannot_name_a_webhook(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    policy = tmp_path / "svc" / "lift.toml"
    with Webhook() as hook:
        policy.write_text(f'[notify]\nurl = "{hook.url}"\n\n{policy.read_text()}')
        assert cli(*arguments).code == 2
    assert hook.bodies == []


def test_an_alarm_whose_report_cannot_be_written_is_told_as_an_alarm(
    cli: Cli, arguments: list[str], tmp_path: Path
) -> None:
    (tmp_path / "svc" / "go.sum").write_text(LOG.go_sum(A, B).replace(made_hash(A), made_hash("evil")))
    with Webhook() as hook:
        done = cli(*arguments, "--notify", hook.url, "--format", f"json={tmp_path / 'none' / 'report.json'}")
    document = json.loads(hook.bodies[0])
    assert (done.code, document["outcome"], document["exit_code"]) == (4, "alarm", 4)


@pytest.mark.parametrize("kind", ["json", "slack"])
def test_a_fault_of_the_program_is_told_as_one_and_not_as_a_pass(
    cli: Cli, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("supplymatrix.reports.vsa.render", failing)
    with Webhook() as hook:
        done = cli(*arguments, "--notify", f"{kind}={hook.url}", "--format", f"vsa={tmp_path / 'v.json'}")
    document = json.loads(hook.bodies[0])
    assert done.code == 70
    if kind == "json":
        assert (document["outcome"], document["exit_code"]) == ("error", 70)
        assert document["message"] == "the run broke off; internal error: RuntimeError"
    else:
        assert "error* (exit 70)" in document["text"]
    assert "private.example" not in hook.bodies[0].decode()


def test_a_fault_of_the_program_before_any_verdict_is_told_too(
    cli: Cli, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplymatrix.cli.check.run_survey", failing)
    with Webhook() as hook:
        assert cli(*arguments, "--notify", hook.url).code == 70
    document = json.loads(hook.bodies[0])
    assert (document["outcome"], document["exit_code"], document["subjects"]) == ("error", 70, [])


def test_a_fault_is_told_without_the_names_of_modules(cli: Cli, arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "svc" / "go.mod").write_text("module svc.example/app\n\nrequire private.example/secret banana\n")
    with Webhook() as told, Webhook() as slack:
        done = cli(*arguments, "--notify", told.url)
        cli(*arguments, "--notify", f"slack={slack.url}")
    assert done.code == 2
    assert "private.example" in done.err
    message = json.loads(told.bodies[0])["message"]
    assert "go.mod:3:" in message
    for body in (told.bodies[0], slack.bodies[0]):
        assert b"secret" not in body
        assert b"banana" not in body


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            Diagnostic(message="two entries speak of private.example/secret with equal weight", artifact="lift.toml"),
            "lift.toml: two entries speak of",
        ),
        (
            Diagnostic(
                message="'private.example' is none", artifact="/go/private.example/secret@v1/go.mod", line=3, column=9
            ),
            "go.mod:3:9",
        ),
        (
            Diagnostic(message="a policy cannot be had: private", artifact="svc/lift.toml", line=2, seen="secret"),
            "svc/lift.toml:2: a policy cannot be had",
        ),
    ],
)
def test_of_a_fault_only_place_and_first_words_are_told(fault: Diagnostic, said: str) -> None:
    body = failure_message(2, InputError(fault), "json", now=datetime(2026, 1, 1, tzinfo=UTC), tool_version="1")
    assert json.loads(body)["message"] == f"input or output cannot be used: {said}"


def failing(*_: object, **__: object) -> str:
    raise RuntimeError("private.example/secret")
