"""`compare` over real profiles and made projects: each on its own path, and totals that count nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from supplymatrix.buildfiles.scripts import go_of_package
from supplymatrix.engine.compare import CompareRequest, read_project_list, run_compare
from supplymatrix.engine.feed_data import load_feed_data
from supplymatrix.engine.projects import dated_standing, read_project, standing_of_project
from supplymatrix.engine.vendor_profiles import load_profiles
from supplymatrix.errors import InputError
from supplymatrix.reports.compare_text import render_compare_text
from supplymatrix.vendors.comparison import Comparison
from supplymatrix.vendors.cve_answers import CveState, FeedDesk, TouchingCve
from supplymatrix.vendors.response import Outcome, cases_of
from tests.support.data import REPO, samples_dir

pytestmark = pytest.mark.slow

_DAY = date(2026, 11, 25)
_PATHS = REPO / "examples" / "paths"
_STDLIB = """\
{"schema_version": "1.3.1", "id": "GO-2026-9001", "aliases": ["CVE-2026-99001"], "modified": "2026-05-02T00:00:00Z",
 "published": "2026-05-01T00:00:00Z", "summary": "made up",
 "affected": [{"package": {"name": "stdlib", "ecosystem": "Go"},
   "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.25.10"}, {"introduced": "1.26.0-0"},
                                           {"fixed": "1.26.3"}]}],
   "ecosystem_specific": {"imports": [{"path": "net/http"}]}}]}
"""


def _compare(paths: Sequence[Path], feeds: Path | None = None, vendors: tuple[str, ...] = ()) -> Comparison:
    return run_compare(
        CompareRequest(
            paths=tuple(paths),
            profiles=load_profiles().profiles,
            vendors=vendors,
            day=_DAY,
            environ={"HOME": "/nonexistent"},
            feeds=feeds,
        )
    )


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    folder = tmp_path / "feeds" / "go-vulndb" / "osv"
    folder.mkdir(parents=True)
    (folder / "GO-2026-9001.json").write_text(_STDLIB, encoding="utf-8")
    return tmp_path / "feeds"


@pytest.mark.parametrize(
    ("folder", "vendor", "line", "go"),
    [
        ("paths/ubi", "redhat", "Dockerfile:3 FROM registry.access.redhat.com/ubi9/go-toolset:1.25", "1.25.0 or newer"),
        ("paths/wolfi", "chainguard", "melange.yaml:", "1.24.2 or newer"),
        ("paths/snap", "canonical", "snap/snapcraft.yaml:18", "1.26.0 or newer"),
        ("paths/upstream", "go-project", "Dockerfile:1 FROM golang:1.25.3", "1.25.3"),
        ("mux-service", "go-project", "", "1.26.0 or newer"),
    ],
)
def test_each_example_stands_on_its_own_path_with_its_own_go(
    folder: str, vendor: str, line: str, go: str, feeds: Path
) -> None:
    (project,) = _compare([REPO / "examples" / folder], feeds).projects
    assert [coverage.go.text for coverage in project.gos] == [go]
    vendors = set(project.standing.vendors) - {"go-project"}
    assert vendors == {vendor} - {"go-project"}
    first = dict(project.standing.pairs).get(vendor, "")
    assert first.startswith(line)


def test_the_rows_of_the_examples_differ(feeds: Path) -> None:
    report = _compare([_PATHS / name for name in ("ubi", "wolfi", "snap", "upstream")], feeds)
    rows = {
        (
            coverage.rows[0].support,
            coverage.go.version,
            tuple(answer.state for answer in coverage.rows[0].answers),
            project.standing.vendors,
        )
        for project in report.projects
        for coverage in project.gos
    }
    assert len(rows) == 4


def test_a_pinned_go_that_is_touched_is_open_today_and_fixed_upstream(feeds: Path) -> None:
    (project,) = _compare([_PATHS / "upstream"], feeds).projects
    states = {row.id: [answer.state for answer in row.answers] for row in project.gos[0].rows}
    assert states["today"] == [CveState.OPEN]
    assert states["go-project"] == [CveState.FIXED]


def test_the_same_cve_in_the_same_go_counts_once(feeds: Path) -> None:
    once = _compare([_PATHS / "upstream"], feeds)
    twice = _compare([_PATHS / "upstream", _PATHS / "upstream" / "go.mod"], feeds)
    assert (once.pairs, twice.pairs) == (1, 1)
    assert [row.counts for row in once.totals] == [row.counts for row in twice.totals]


def test_a_named_vendor_without_a_feed_is_something_that_could_not_be_had(feeds: Path) -> None:
    assert _compare([_PATHS / "upstream"], feeds).exit_code == 0
    report = _compare([_PATHS / "upstream"], feeds, ("suse",))
    assert ([gap.subject for gap in report.missing], report.exit_code) == (["suse"], 3)


def test_a_named_vendor_that_ships_no_go_lacks_nothing(feeds: Path) -> None:
    assert not _compare([_PATHS / "ubi"], feeds, vendors=("tidelift",)).missing


def test_only_named_vendors_have_rows_beside_today(feeds: Path) -> None:
    report = _compare([_PATHS / "ubi"], feeds, ("go-project",))
    assert [row.id for row in report.projects[0].gos[0].rows] == ["today", "go-project"]


def test_feeds_without_data_on_go_leave_numbers_unknown(tmp_path: Path) -> None:
    report = _compare([_PATHS / "upstream"], tmp_path)
    assert (report.pairs, report.exit_code) == (None, 3)


def test_a_project_that_names_no_go_is_not_whole(tmp_path: Path, feeds: Path) -> None:
    (tmp_path / "empty").mkdir()
    report = _compare([tmp_path / "empty"], feeds)
    assert (report.projects[0].gos, report.exit_code) == ((), 3)


def test_an_unreadable_project_is_told_beside_the_others(tmp_path: Path, feeds: Path) -> None:
    report = _compare([tmp_path / "none", _PATHS / "ubi"], feeds)
    assert (len(report.projects), len(report.unreadable), report.exit_code) == (1, 1, 2)


def test_the_only_project_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        _compare([tmp_path / "none"])


def test_a_list_names_projects_as_seen_from_its_folder() -> None:
    assert [path.name for path in read_project_list(_PATHS / "projects.txt")] == ["ubi", "wolfi", "snap", "upstream"]


@pytest.mark.parametrize("data", [b"", b"# only\n", b"a\xff\n", b"a\0b\n"])
def test_a_list_that_is_none_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "list").write_bytes(data)
    with pytest.raises(InputError):
        read_project_list(tmp_path / "list")


@pytest.mark.slow
def test_coverage_agrees_with_response_times_on_what_is_fixed() -> None:
    reading = load_feed_data(samples_dir("feeds"), environ={})
    desk = FeedDesk(reading, _DAY)
    vendors = {channel.id: channel.vendor for channel in reading.channels}
    compared = 0
    for cases in cases_of(reading, as_of=_DAY):
        if cases.of_programs or len([v for v in vendors.values() if v == vendors[cases.channel.id]]) > 1:
            continue
        for case in cases.cases:
            minor = go_of_package(case.package) or "1.99"
            cve = TouchingCve(fix=next(fix for fix in reading.go_fixes if fix.cve == case.cve), is_sure=True)
            answers, no_feed = desk.answers(cases.channel.vendor, minor, (cve,))
            if case.outcome is Outcome.FIXED and not no_feed and cases.channel.id != "go":
                compared += 1
                assert answers[0].state is CveState.FIXED, (cases.channel.id, case.cve)
    assert compared


def test_a_go_whose_support_has_ended_is_told_beside_what_the_project_has_today() -> None:
    profiles = load_profiles().profiles
    build = read_project(_PATHS / "ubi")
    standing = standing_of_project(build, profiles)
    (first, *others) = dated_standing(build, standing, profiles, _DAY)
    assert first[0] == "redhat"
    assert first[1].endswith("; Go 1.25 ended 2026-05-19")
    assert not [why for _, why in others if "ended" in why]
    assert dated_standing(build, standing, profiles, date(2026, 1, 1)) == standing.pairs


def test_a_folder_of_several_projects_is_told_and_has_the_worse_of_their_paths(tmp_path: Path, feeds: Path) -> None:
    for name, image in (("a", "golang:1.25"), ("b", "registry.access.redhat.com/ubi9/go-toolset:1.25")):
        (tmp_path / "all" / name).mkdir(parents=True)
        (tmp_path / "all" / name / "go.mod").write_text(f"module example.com/{name}\n\ngo 1.25\n", encoding="utf-8")
        (tmp_path / "all" / name / "Dockerfile").write_text(f"FROM {image}\nRUN go build\n", encoding="utf-8")
    report = _compare([tmp_path / "all"], feeds)
    (project,) = report.projects
    (today, *_) = project.gos[0].rows
    assert set(today.paths) == {"go-project", "redhat"}
    assert [answer.state for answer in today.answers] == [
        CveState.SILENT
    ]  # upstream has it fixed, the other tells nothing
    assert any("2 modules lie below (a, b)" in gap.reason for gap in project.gaps)
    assert report.exit_code == 3
    assert "the worse answer counts" in " ".join(render_compare_text(report).split())
