"""`verify cache`: exit codes, both formats, and what a hostile file name can put on a terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.made_log import made_hash
from tests.support.module_copies import A, B, CopiesGround


@pytest.fixture
def ground(tmp_path: Path) -> CopiesGround:
    return CopiesGround(tmp_path)


def arguments(ground: CopiesGround, *more: str, **project: Any) -> list[str]:  # noqa: ANN401
    return ["verify", "cache", str(ground.write_project(**project)), "--replay", str(ground.recording), *more]


def _json(text: str) -> dict[str, Any]:
    schema = json.loads((REPO / "supplymatrix/reports/schema" / SCHEMAS["cache"][0]).read_text(encoding="utf-8"))
    document: dict[str, Any] = json.loads(text)
    Draft202012Validator(schema).validate(document)
    return document


def test_a_good_cache_is_counted(cli: Cli, ground: CopiesGround) -> None:
    done = cli(*arguments(ground))
    assert done.code == 0
    for text in (
        str(ground.cache), "svc.example/app: 2 of 2 modules have a zip or a folder there", "log.example tree 7",
        "what lies in the module cache is what the log proves",
    ):  # fmt: skip
        assert text in " ".join(done.out.split())
    rows = {line.split()[0]: line.split()[1:] for line in done.out.split("\n") if line.startswith("  ")}
    assert rows["folder"] == ["2", "-", "-", "-", "10", "1.5"]
    assert rows[".ziphash"][:4] == ["2", "-", "-", "-"]
    document = _json(cli(*arguments(ground, "--format", "json")).out)
    assert [row["proven"] for row in document["counts"]] == [2, 2, 2, 2]
    assert {copy["held_against"] for copy in document["copies"]} == {"log"}


def test_what_differs_is_named_and_ends_with_an_alarm(cli: Cli, ground: CopiesGround) -> None:
    folder = ground.folder(A)
    (folder / "a.go").write_bytes(b"package evil\n")
    (folder / "z\x1b[31m.go").write_bytes(b"")
    (folder / "LICENSE").unlink()
    go_sum = ground.log.go_sum(A, B).replace(ground.hashes[B], made_hash("x@v1"))
    done = cli(*arguments(ground, go_sum=go_sum))
    assert done.code == 4
    for text in (
        f"✘ {A}", "3 of its files are not as in the zip that the log vouches for", "changed  a.go", "missing  LICENSE",
        "first differs at byte 9", "✘ 1 line of go.sum that the log does not bear out", f"has      {made_hash('x@v1')}",
        "ALARM",
    ):  # fmt: skip
        assert text in done.out
    assert "\x1b" not in done.out
    document = _json(cli(*arguments(ground, "--format", "json", go_sum=go_sum)).out)
    (copy,) = [copy for copy in document["copies"] if copy["state"] == "differs"]
    assert [file["file"] for file in copy["differences"]] == ["LICENSE", "a.go", "z\\x1b[31m.go"]
    assert document["go_sum"][0]["logged_hash"] == ground.hashes[B]


def test_many_files_are_named_as_far_as_there_is_room(cli: Cli, ground: CopiesGround) -> None:
    for number in range(60):
        (ground.folder(A) / f"x{number:02}").write_bytes(b"")
    short, long = cli(*arguments(ground)), cli(*arguments(ground, "-v"))
    assert "… and 48 more (-v names more)" in short.out
    assert "… and 10 more\n" in long.out
    assert long.out.count("extra ") == 50


def test_without_a_zip_it_is_said_that_no_file_can_be_named(cli: Cli, ground: CopiesGround) -> None:
    (ground.folder(A) / "a.go").write_bytes(b"package evil\n")
    ground.file(A, ".zip").unlink()
    done = cli(*arguments(ground))
    assert done.code == 4
    assert "there is no proven zip beside it" in done.out


def test_what_only_go_sum_vouches_for_is_told_apart(cli: Cli, ground: CopiesGround) -> None:
    done = cli(*arguments(ground, private=("example.com/b",)))
    assert done.code == 0
    assert "! 1 module private by the policy, held against go.sum alone" in done.out
    assert "where the log can know it" in done.out
    document = _json(cli(*arguments(ground, "--format", "json", private=("example.com/b",))).out)
    assert document["counts"][0]["by_go_sum"] == 1
    assert document["unproven"][0]["declared_private"]


def test_gaps_are_told_with_what_to_do(cli: Cli, ground: CopiesGround) -> None:
    ground.file(A, ".partial").write_bytes(b"")
    done = cli(*arguments(ground))
    assert done.code == 3
    assert "the go command has not unpacked it to its end" in " ".join(done.out.split())
    assert "next" in done.out
    assert _json(cli(*arguments(ground, "--format", "json")).out)["gaps"][0]["subject"] == A


def test_nothing_to_check_ends_with_5(cli: Cli, ground: CopiesGround, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "go.mod").write_text("module svc.example/empty\n\ngo 1.22\n")
    done = cli("verify", "cache", str(tmp_path / "empty"), "--offline")
    assert done.code == 5
    assert "there was nothing to check" in done.out


def test_hash_files_that_the_go_command_writes_anew_are_told_and_no_fault(cli: Cli, ground: CopiesGround) -> None:
    ground.file(A, ".ziphash").write_text("h1:AAAA")
    ground.file(B, ".ziphash").unlink()
    done = cli(*arguments(ground))
    said = " ".join(done.out.split())
    assert done.code == 0
    assert f"the .ziphash of {A} is malformed, which is harmless" in said
    assert f"the .ziphash of {B} is missing" in said
    assert '"zip has been modified"' in said
    document = _json(cli(*arguments(ground, "--format", "json")).out)
    assert [(one["module"], one["why"]) for one in document["unbelieved"]] == [
        ("example.com/Up/a", "malformed"), (B.partition("@")[0], "missing"),
    ]  # fmt: skip


def test_another_cache_than_meant_is_asked_about(cli: Cli, ground: CopiesGround) -> None:
    shutil.rmtree(ground.folder(A))
    for name in (A, B):
        ground.file(name, ".zip").unlink()
    shutil.rmtree(ground.folder(B))
    done = cli(*arguments(ground))
    assert "is another one meant? GOMODCACHE names it" in " ".join(done.out.split())
    ground.file(A, ".zip").write_bytes(b"")
    assert "is another one meant?" not in " ".join(cli(*arguments(ground)).out.split())


def test_the_page_fits_into_80_columns(cli: Cli, ground: CopiesGround, tmp_path: Path) -> None:
    (ground.folder(A) / "a.go").write_bytes(b"")
    page = tmp_path / "page.txt"
    cli(*arguments(ground, "--format", f"text={page}"))
    lines = page.read_text(encoding="utf-8").split("\n")
    assert all(len(line) <= 80 or str(ground.cache) in line for line in lines)


def test_what_is_trusted_is_said(cli: Cli, ground: CopiesGround) -> None:
    import os

    for path in sorted(ground.cache.rglob("*")):
        os.utime(path, (1, 1))
    # The time of change is now: it cannot be set, so nothing is believed of files that were just written.
    first = cli(*arguments(ground, "--trust-mtime", "--format", "json"))
    assert (first.code, _json(first.out)["not_read_again"]) == (0, 0)


def test_a_path_that_is_no_project_is_refused(cli: Cli, tmp_path: Path) -> None:
    assert cli("verify", "cache", str(tmp_path / "nowhere")).code == 2
