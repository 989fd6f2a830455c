"""`supplymatrix response`: formats, exit codes, and what is told when something is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supplymatrix.cli.main import run
from tests.engine.test_response import feeds  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a folder without a project."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def response(feeds: Path, *arguments: str) -> int:  # noqa: F811 - the fixture's value
    return run(["response", "--feeds", str(feeds), *arguments])


def test_a_table_is_printed(feeds: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    assert response(feeds) == 0
    assert "almalinux9" in capsys.readouterr().out


def test_each_number_is_followed_with_one_command(feeds: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    assert response(feeds, "--cve", "CVE-2023-0001", "--explain") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "30 days after the Go release" in out
    assert "2024-01-04 almalinux: almalinux-osv/almalinux9/ALSA-2024:0001.json /published" in out
    assert "2023-12-05 go-releases: go-releases.csv line 4" in out


def test_several_formats_at_once(feeds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    target = tmp_path / "out.csv"
    assert response(feeds, "--format", "json", "--format", f"csv={target}") == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "supplymatrix.response/1"
    assert target.read_text(encoding="utf-8").startswith("row,cve,")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--format", "jsn"], "did you mean 'json'?"),
        (["--format", "json", "--format", "text"], "share"),
        (["--format", "json="], "file name is missing"),
        (["--since", "2024-13-01"], "is no day"),
        (["--since", "yesterday"], "is no day"),
        (["--since", "2024-02-01", "--as-of", "2024-01-01"], "later than"),
        (["--cve", "CVE-2023-0009"], "did you mean CVE-2023-0001?"),
        (["--channel", "ubunt"], "no such channel"),
        (["nowhere"], "no such project"),
    ],
)
def test_a_wrong_word_is_told_with_what_was_meant(
    feeds: Path,  # noqa: F811
    arguments: list[str],
    word: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert response(feeds, *arguments) == 2
    assert word in capsys.readouterr().err


def test_a_project_without_a_history_is_incomplete(
    feeds: Path,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert response(feeds, str(tmp_path / "here")) == 3
    assert "no git repository" in capsys.readouterr().err


def test_a_broken_feed_file_is_incomplete(feeds: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    (feeds / "go-vulndb" / "osv" / "GO-2023-0002.json").write_text("{")
    assert response(feeds) == 3
    assert "GO-2023-0002.json" in capsys.readouterr().err


def test_a_window_without_a_fix_is_told_as_such_and_not_as_a_feed_that_is_missing(
    feeds: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert response(feeds, "--since", "2030-01-01") == 5
    err = capsys.readouterr().err
    assert "no fix of Go falls into the days from 2030-01-01 on" in err
    assert "no feed" not in err


def test_a_day_before_all_that_a_feed_tells_is_not_called_a_feed_that_was_not_read(
    feeds: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    response(feeds, "--as-of", "1999-01-01")
    assert "nothing in its feed is of 1999-01-01 or earlier" in capsys.readouterr().err


def test_a_folder_without_feeds_has_nothing_to_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["response", "--feeds", str(tmp_path / "here")]) == 5
    assert "--feeds" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["response", "--feeds", str(tmp_path / "nowhere")]) == 2
    assert "no such folder" in capsys.readouterr().err
