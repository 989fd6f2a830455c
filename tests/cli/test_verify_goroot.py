"""`verify goroot` on the command line: its text, its JSON, its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.made_go import GO_ENV, MadeGo
from tests.support.made_log import write_recording

GO = MadeGo()


@pytest.fixture
def asked(tmp_path: Path) -> list[str]:
    """A Go at `go`, a recording of the log, and the policy that names it."""
    log = GO.log()
    GO.unpack(tmp_path / "go")
    (tmp_path / "org.toml").write_text(f'[sources]\nsumdb = "{log.key.verifier}"\n')
    replay = write_recording(tmp_path / "recorded", log.answers())
    return [str(tmp_path / "go"), "--policy", str(tmp_path / "org.toml"), "--replay", str(replay)]


def document(cli: Cli, asked: list[str], code: int) -> dict[str, Any]:
    """Return the JSON of a run, which fits its schema."""
    from jsonschema import Draft202012Validator

    done = cli("verify", "goroot", *asked, "--format", "json")
    assert done.code == code
    found: dict[str, Any] = json.loads(done.out)
    schema = json.loads((REPO / "supplymatrix" / "reports" / "schema" / SCHEMAS["goroot"][0]).read_text("utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(found)) == []
    return found


def test_a_release_in_words(cli: Cli, asked: list[str]) -> None:
    done = cli("verify", "goroot", *asked)
    assert done.code == 0
    assert "✔" in done.out
    assert f"go1.26.8 linux-amd64: official\n  checked  {len(GO.content)} files against log record 3" in done.out
    assert done.out.endswith("1 of 1 Go is proven\n")


def test_a_changed_go_env_in_words(cli: Cli, asked: list[str]) -> None:
    Path(asked[0], "go.env").write_bytes(GO_ENV.replace(b"=auto", b"=local"))
    done = cli("verify", "goroot", *asked)
    assert (done.code, "go.env   GOTOOLCHAIN=local" in done.out) == (0, True)
    Path(asked[0], "go.env").write_bytes(GO_ENV + b"GOSUMDB=off\n")
    done = cli("verify", "goroot", *asked)
    assert (done.code, "risk     GOSUMDB=off switches the checksum database off" in done.out) == (1, True)


def test_an_injected_file_is_an_alarm_in_words_and_as_json(cli: Cli, asked: list[str]) -> None:
    Path(asked[0], "src", "runtime", "\x1b[2Jzz.go").write_text("package runtime\n")
    done = cli("verify", "goroot", *asked)
    assert done.code == 4
    assert "extra    src/runtime/" in done.out
    assert "\x1b" not in done.out
    assert "ALARM" in done.out
    (go,) = document(cli, asked, 4)["installed"]
    assert (go["level"], go["differing"]) == ("modified", 1)
    assert go["differences"][0]["change"] == "extra"


def test_the_json_of_each_level_fits_its_schema(cli: Cli, asked: list[str]) -> None:
    (go,) = document(cli, asked, 0)["installed"]
    assert (go["level"], go["record"], go["module"], go["hash"]) == ("official", 3, GO.name, go["logged_hash"])
    Path(asked[0], "VERSION").write_text("devel\n")
    (go,) = document(cli, asked, 1)["installed"]
    assert (go["level"], go["record"], go["module"]) == ("unknown-version", None, None)


def test_a_page_goes_to_a_file(cli: Cli, asked: list[str], tmp_path: Path) -> None:
    page = tmp_path / "gos.json"
    assert cli("verify", "goroot", *asked, "--format", f"json={page}").code == 0
    assert json.loads(page.read_text("utf-8"))["exit_code"] == 0


def test_no_go_and_no_such_folder(cli: Cli, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    done = cli("verify", "goroot", *asked[1:])
    assert (done.code, "there is no `go` in PATH" in done.out) == (5, True)
    done = cli("verify", "goroot", "/nowhere/go", *asked[1:])
    assert (done.code, "there is no such folder" in done.err) == (2, True)
