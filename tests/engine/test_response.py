"""The use case: which channels and CVE are asked about, and what a project adds."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.response import ResponseRequest, run_response
from supplymatrix.errors import InputError
from supplymatrix.vendors.response import Outcome
from supplymatrix.vendors.response_report import ResponseReport
from tests.sources.test_history import ENVIRON, Dated

_RELEASES = "version,released\n1.21.0,2023-08-08\n1.21.4,2023-11-07\n1.21.5,2023-12-05\n1.22.0,2024-02-06\n"
_VULN = """{"id": "GO-2023-0001", "modified": "2024-01-01T00:00:00Z", "aliases": ["CVE-2023-0001"], "affected": [
 {"package": {"name": "stdlib", "ecosystem": "Go"},
  "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.21.5"}]}]}]}"""
_ALSA = """{"id": "ALSA-2024:0001", "modified": "2024-03-01T00:00:00Z", "published": "2024-01-04T00:00:00Z",
 "related": ["CVE-2023-0001"], "affected": [{"package": {"ecosystem": "AlmaLinux:9", "name": "golang"},
  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.21.5-1.el9"}]}]}]}"""


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    """A folder with one CVE, one advisory and four releases."""
    folder = tmp_path / "feeds"
    files = {
        "go-releases.csv": _RELEASES,
        "go-vulndb/osv/GO-2023-0001.json": _VULN,
        "almalinux-osv/almalinux9/ALSA-2024:0001.json": _ALSA,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def ask(feeds: Path, **more: Any) -> ResponseReport:  # noqa: ANN401 - handed on
    return run_response(ResponseRequest(environ=ENVIRON, today=date(2024, 6, 1), feeds=feeds, **more))


def test_a_folder_of_feeds_gives_response_times(feeds: Path) -> None:
    ((case,),) = [found.cases for found in ask(feeds).channels]
    assert (case.outcome, case.days) == (Outcome.FIXED, 30)
    assert case.fixed is not None
    assert (case.fixed.file, case.fixed.field) == ("almalinux-osv/almalinux9/ALSA-2024:0001.json", "/published")


@pytest.mark.parametrize("name", ["CVE-2023-0001", "cve-2023-0001", "GO-2023-0001"])
def test_a_cve_is_found_by_any_of_its_names(feeds: Path, name: str) -> None:
    assert [fix.cve for fix in ask(feeds, cve=name).fixes] == ["CVE-2023-0001"]


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ({"cve": "CVE-2023-0002"}, "did you mean CVE-2023-0001?"),
        ({"channels": ("almalinux8",)}, "did you mean almalinux9?"),
        ({"vendors": ("redhad",)}, "did you mean redhat?"),
    ],
)
def test_an_unknown_name_gets_a_suggestion(feeds: Path, words: dict[str, Any], remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        ask(feeds, **words)
    assert caught.value.diagnostics[0].remedy == remedy


def test_channels_are_chosen_by_vendor_too(feeds: Path) -> None:
    assert [row.id for row in ask(feeds, vendors=("redhat",)).rows] == ["almalinux9"]


def test_the_releases_of_go_are_no_channel_of_the_table(feeds: Path) -> None:
    assert "go" not in [row.id for row in ask(feeds).rows]


def test_a_project_adds_what_its_history_says(feeds: Path, tmp_path: Path) -> None:
    repo = Dated(tmp_path / "project")
    repo.commit_on("2023-11-20", {"go.mod": "module a\n\ngo 1.21.4\n"})
    repo.commit_on("2024-02-10", {"go.mod": "module a\n\ngo 1.22.0\n"})
    report = ask(feeds, path=repo.folder / "go.mod")
    assert [adoption.days for adoption in report.adoptions] == [67]
    ways = {line.channel: [(stage.start, stage.end) for stage in line.stages] for line in report.lines}
    assert ways == {"": [(0, 0), (0, 67)], "almalinux9": [(0, 0), (0, 30), (30, 67)]}


def test_an_open_cve_has_waited_until_today(feeds: Path, tmp_path: Path) -> None:
    repo = Dated(tmp_path / "project")
    repo.commit_on("2023-11-20", {"go.mod": "module a\n\ngo 1.21.4\n"})
    assert [adoption.days for adoption in ask(feeds, path=repo.folder).adoptions] == [179]


@pytest.mark.parametrize("name", ["nowhere", "feeds/go-releases.csv"])
def test_a_path_that_is_no_project_is_refused(feeds: Path, name: str) -> None:
    with pytest.raises(InputError):
        ask(feeds, path=feeds.parent / name)


def test_a_broken_feed_file_is_a_gap_and_the_rest_still_counts(feeds: Path) -> None:
    (feeds / "almalinux-osv" / "almalinux9" / "ALSA-2024:0002.json").write_text("<html>")
    report = ask(feeds)
    assert [row.named for row in report.rows] == [1]
    assert [gap.subject for gap in report.gaps] == ["almalinux-osv/almalinux9/ALSA-2024:0002.json"]
