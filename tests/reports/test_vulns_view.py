"""Known vulnerabilities in words and as JSON: the nearest first, what nobody could judge, and nothing that harms."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources

import jsonschema
import pytest

from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.model.vulnerability import GoSupport, IgnoredElsewhere, LevelBy, Review, UncheckedModule, VulnLevel
from supplymatrix.model.vulns_run import VulnGroup, VulnRun, group_of, is_alarming
from supplymatrix.reports.vulns_json import render_vulns_json
from supplymatrix.reports.vulns_view import render_vulns_text
from tests.support.made_vulns import DATABASE, vulnerability

_HERE = Location(artifact="app")
_CALLED = vulnerability(
    "GO-2026-1", level=VulnLevel.SYMBOL, looked=VulnLevel.SYMBOL, level_by=LevelBy.FUNCTIONS, program="app",
    fixed="v1.2.0", summary="It fails on long input", aliases=("CVE-2026-1",),
    symbols=tuple(f"example.com/a.F{at}" for at in range(5)),
    packages=("example.com/a",), published=date(2026, 5, 1), first_seen=date(2026, 6, 1), url="https://vuln.example/1",
)  # fmt: skip
_IMPORTED = vulnerability(
    "GO-2026-2", level=VulnLevel.PACKAGE, looked=VulnLevel.PACKAGE, level_by=LevelBy.SOURCES, project="svc.example/app",
    packages=("example.com/a/b",), chain=("svc.example/app", "c.example/d", "example.com/a/b"),
)  # fmt: skip
_REQUIRED = [
    vulnerability(f"GO-2026-{at}", looked=VulnLevel.SYMBOL, level_by=LevelBy.FUNCTIONS, program="app")
    for at in range(10, 30)
]
_UNREVIEWED = vulnerability("GO-2026-4", review=Review.UNREVIEWED, program="app")
_EVIL = vulnerability("MAL-2026-5", is_malicious=True, program="app")
_PRIVATE = ModuleVersion(path="p.example/x", version="")
_RUN = VulnRun(
    databases=(changed(DATABASE, attribution="Somebody, CC BY 4.0"),),
    vulnerabilities=(_IMPORTED, _EVIL, _CALLED, *_REQUIRED, _UNREVIEWED),
    go_support=(
        GoSupport(subject="app", program="app", go_version="1.20.1", role="built with", location=_HERE,
                  is_supported=False, ended=date(2024, 2, 6), newest="1.27.1", newest_minor="1.20.14"),
    ),
    gaps=(Gap(wanted="the rest", reason="it is \x1b[31mnot there", remedy="bring it"),),
    notes=("a note",),
    exit_code=3,
    subjects=("svc.example/app", "app", "other"),
    checked=1234,
    unchecked=(UncheckedModule(subject=_PRIVATE, reason="private", location=_HERE),),
    ignored=(IgnoredElsewhere(advisory="GO-2026-2", subject=_CALLED.subject, until=date(2026, 12, 1), reason="",
                              location=Location(artifact="osv-scanner.toml", line=3)),),
)  # fmt: skip


def test_the_nearest_comes_first_and_all_is_told_in_80_columns() -> None:
    text = render_vulns_text(_RUN)
    titles = ["made to harm: 1", "functions at fault are linked in: 1", "only the module is required: 20",
              "by entries that nobody has reviewed: 1"]  # fmt: skip
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    assert text.index("packages at fault are taken in: 1") < places[0]  # the project was named before the program
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    for words in (
        "2026-11-20 (newest entry)", "Somebody, CC BY 4.0", "fixed in v1.2.0", "CVE-2026-1", "F2 and 2 more",
        "published 2026-05-01, first seen here 2026-06-01", "NO LONGER SUPPORTED since 2024-02-06; take 1.27.1",
        "svc.example/app → c.example/d → example.com/a/b", "… 8 more; -v shows all", "no known vulnerability was found",
        "nobody could look further", "not judged: 1 module", "next: bring it", "note: a note", "osv-scanner.toml:3",
        "1,234 module versions looked up; 1 malicious, 1 linked in, 1 imported, 20 required only, 1 unreviewed;",
    ):  # fmt: skip
        assert words in " ".join(text.split()), words


def test_verbose_shows_all_of_it() -> None:
    text = render_vulns_text(_RUN, verbose=True)
    assert all(f"GO-2026-{at}  example.com/a" in text for at in range(10, 30))
    assert "example.com/a.F4" in text


def test_calls_are_only_told_where_somebody_followed_them() -> None:
    called = changed(_CALLED, level_by=LevelBy.CALL_GRAPH)
    text = render_vulns_text(changed(_RUN, vulnerabilities=(called,)))
    assert "functions at fault are called: 1" in text
    assert "; 1 called;" in text


def test_a_go_that_the_table_does_not_have_is_not_called_supported() -> None:
    day = date(2026, 11, 20)
    go = GoSupport(
        subject="m", go_version="1.27.2", role="build", location=Location(artifact="Dockerfile", line=1, column=1),
        is_supported=True, newest_minor="1.27.1", newest="1.27.1", as_of=day,
    )  # fmt: skip
    text = render_vulns_text(changed(_RUN, vulnerabilities=(), subjects=("m",), go_support=(go,)))
    assert "Go 1.27.2, build: not in the table of releases of 2026-11-20\n" in text
    known = changed(go, go_version="1.27.0")
    text = render_vulns_text(changed(_RUN, vulnerabilities=(), subjects=("m",), go_support=(known,)))
    assert "supported; the newest of its minor is 1.27.1" in " ".join(text.split())


def test_a_hostile_entry_cannot_write_to_the_terminal() -> None:
    odd = changed(
        _CALLED, summary="\x1b]0;x\x07\u202e", subject=ModuleVersion(path="a\nb", version="v1\x1b[2J"), chain=("\x00",)
    )
    text = render_vulns_text(changed(_RUN, vulnerabilities=(odd,)), verbose=True)
    assert not set(text) & {"\x1b", "\x07", "\u202e", "\x00"}


@pytest.mark.parametrize("run", [_RUN, changed(_RUN, vulnerabilities=(), databases=(), exit_code=5, go_support=())])
def test_the_json_has_the_form_of_its_schema(run: VulnRun) -> None:
    folder = resources.files("supplymatrix.reports") / "schema"
    schema = json.loads((folder / "vulns-v1.schema.json").read_text(encoding="utf-8"))
    document = json.loads(render_vulns_json(run))
    jsonschema.validate(document, schema)
    assert len(document["vulnerabilities"]) == len(run.vulnerabilities)
    assert render_vulns_json(run) == render_vulns_json(run)


def test_what_is_an_alarm_and_in_which_group() -> None:
    assert [group_of(one) for one in (_EVIL, _CALLED, _IMPORTED, _REQUIRED[0], _UNREVIEWED)] == list(VulnGroup)
    assert [is_alarming(one) for one in (_EVIL, _CALLED, _IMPORTED, _REQUIRED[0], _UNREVIEWED)] == [
        True, True, True, False, True,
    ]  # fmt: skip
