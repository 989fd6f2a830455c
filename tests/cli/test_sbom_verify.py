"""`sbom verify` and `sbom diff`: exit codes, formats, and what a hostile file can put on a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.foreign_sboms import as_bytes, gomod, spdx2, syft_cyclonedx, xml
from tests.support.made_log import MadeLog, write_recording

LOG = MadeLog.of("code.example/Acme/a@v1.0.0", "code.example/b@v1.2.0", filler=20)


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """Write a policy that pins LOG, and return options by which its recording is asked."""
    recorded = write_recording(tmp_path / "recorded", LOG.answers())
    (tmp_path / "lift.toml").write_text(f'[sources]\nsumdb = "{LOG.key.verifier}"\n')
    return ["--policy", str(tmp_path / "lift.toml"), "--replay", str(recorded)]


def _written(folder: Path, data: bytes, name: str = "bom.json") -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def _fits(name: str, document: object) -> bool:
    """Tell whether a document has the form that its schema says."""
    schema = json.loads((REPO / "supplymatrix" / "reports" / "schema" / SCHEMAS[name][0]).read_text(encoding="utf-8"))
    return Draft202012Validator(schema).is_valid(document)


def test_a_file_whose_hash_the_log_contradicts_ends_with_an_alarm(
    cli: Cli, tmp_path: Path, arguments: list[str]
) -> None:
    done = cli("sbom", "verify", _written(tmp_path, as_bytes(gomod())), *arguments)
    assert done.code == 4
    assert "ALARM h1: the file says h1:" in done.out
    assert "cyclonedx-gomod v1.10.0" in done.out


def test_a_file_without_wrong_statements_passes(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    document = gomod()
    del document["components"][0]["hashes"], document["components"][0]["evidence"]
    done = cli("sbom", "verify", _written(tmp_path, as_bytes(document)), *arguments)
    assert done.code == 0
    assert re.search("every statement that was checked is true; at [0-9]+ values nothing here looked\n$", done.out)
    assert re.search("not looked at +- +- +[1-9]", done.out)


def test_everything_is_in_the_json(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    page = tmp_path / "page.md"
    done = cli(
        "sbom",
        "verify",
        _written(tmp_path, xml(), "bom.xml"),
        *arguments,
        "--format",
        "json",
        "--format",
        f"markdown={page}",
    )
    told = json.loads(done.out)
    assert told["exit_code"] == done.code == 4
    assert told["file"]["format"] == "CycloneDX XML"
    counted = sum(row[key] for row in told["counts"] for key in ("true", "false", "not_checked", "no_evidence"))
    assert counted == len(told["statements"])
    assert _fits("sbom-verify", told)
    assert "🚨" in page.read_text(encoding="utf-8")


def test_offline_is_incomplete(cli: Cli, tmp_path: Path) -> None:
    document = gomod()
    del document["components"][0]["hashes"]
    done = cli("sbom", "verify", _written(tmp_path, as_bytes(document)), "--offline")
    assert done.code == 3
    assert "= next: run once without --offline" in done.out


def test_a_file_that_is_none_is_broken_input(cli: Cli, tmp_path: Path) -> None:
    for command in (["sbom", "verify"], ["sbom", "diff", _written(tmp_path, as_bytes(spdx2()), "a.json")]):
        done = cli(*command, _written(tmp_path, b"{}"))
        assert done.code == 2
        assert "no bill of materials" in done.err
    assert cli("sbom", "verify", str(tmp_path / "none.json")).code == 2


def test_a_hostile_file_cannot_reach_the_terminal(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    document = syft_cyclonedx()
    evil = "\x1b[2J\u202e\nevil"
    document["metadata"]["component"]["name"] = evil
    document["metadata"]["tools"]["components"][0]["name"] = evil
    document["components"][2] |= {"name": evil, "version": evil, "licenses": [{"license": {"id": evil}}]}
    document["components"][3]["purl"] = f"pkg:golang/{evil}"
    document["components"].append(evil)
    file = _written(tmp_path, as_bytes(document))
    for command in (["verify", file, *arguments], ["diff", file, _written(tmp_path, as_bytes(gomod()), "b.json")]):
        for form in ("text", "json", "markdown"):
            done = cli("sbom", *command, "--format", form)
            assert not {"\x1b", "\u202e"} & set(done.out)
            assert not any(line.startswith("evil") for line in done.out.splitlines())


def test_differences_are_shown_and_no_fault(cli: Cli, tmp_path: Path) -> None:
    files = [_written(tmp_path, as_bytes(gomod()), "a.json"), _written(tmp_path, as_bytes(spdx2()), "b.json")]
    done = cli("sbom", "diff", *files)
    assert done.code == 0
    assert "MIT OR ISC → (nothing)" in done.out
    assert cli("sbom", "diff", *files, "--exit-code").code == 1
    assert cli("sbom", "diff", files[0], files[0], "--exit-code").code == 0
    told = json.loads(cli("sbom", "diff", *files, "--format", "json").out)
    assert told["differs"] is True
    assert _fits("sbom-diff", told)
    assert {change["sort"] for change in told["changes"]} == {"removed", "licence"}
    assert cli("sbom", "diff", *files, "--format", "markdown").out.startswith("## ")


def test_another_hash_at_the_same_version_is_told_as_an_alarm(cli: Cli, tmp_path: Path) -> None:
    other = gomod()
    other["components"][0]["hashes"][0]["content"] = "0" * 64
    files = [_written(tmp_path, as_bytes(gomod()), "a.json"), _written(tmp_path, as_bytes(other), "b.json")]
    done = cli("sbom", "diff", *files)
    assert "ALARM: another hash at the same version: 1" in done.out
    assert "a version is published once" in done.out


def test_what_cannot_be_understood_is_not_true(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    document = gomod()
    del document["components"][0]["hashes"], document["components"][0]["evidence"]
    twice = as_bytes(document).replace(b'"metadata": {', b'"metadata": {"timestamp": "2020-01-01T00:00:00Z", ', 1)
    done = cli("sbom", "verify", _written(tmp_path, twice), *arguments)
    assert done.code == 1
    assert "format: the key 'timestamp' stands twice in one object: the last one counts" in done.out
    assert cli("sbom", "validate", _written(tmp_path, twice)).code == 1


def test_a_limit_on_modules_is_an_incomplete_answer(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    document = gomod()
    del document["components"][0]["hashes"], document["components"][0]["evidence"]
    done = cli("sbom", "verify", _written(tmp_path, as_bytes(document)), "--most", "1", *arguments)
    assert done.code == 3
    assert "the log was asked for 1 modules of the file and no more" in done.out
