"""What counts as a change of a module, and that a comment about it is nothing but a comment."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from supplymatrix.model.fact import Fact, ProjectFact, RequiredModule, SumKind, SumLine
from supplymatrix.model.location import Location, Origin, Provenance
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.reports.changed_modules import MARKER, render_json, render_markdown, render_text
from supplymatrix.reports.module_changes import (
    Built,
    ChangeKind,
    ChangeReport,
    LicenceChange,
    ModuleChange,
    Proof,
    ProofWord,
    ReleasedAt,
    build_of,
)
from supplymatrix.reports.module_changes import _kind as kind_of
from supplymatrix.reports.module_changes import _lines as lines_of
from tests.support.data import REPO

NOW = datetime(2026, 11, 26, tzinfo=UTC)
PLACE = Location(artifact="go.mod", line=1, column=1)


def require(name: str, effective: str | None = "") -> RequiredModule:
    """Return a require. effective: what is taken in its place; "" = itself, None = a folder."""
    path, _, version = name.partition("@")
    subject = ModuleVersion(path=path, version=version)
    other = None if effective is None else subject
    if effective:
        other = ModuleVersion(path=effective.partition("@")[0], version=effective.partition("@")[2])
    return RequiredModule(subject=subject, effective=other, indirect=False, location=PLACE)


def line(name: str, hash_: str = "h1:a", kind: SumKind = SumKind.ZIP) -> SumLine:
    path, _, version = name.partition("@")
    return SumLine(subject=ModuleVersion(path=path, version=version), kind=kind, hash=hash_, location=PLACE)


def change_of(before: list[Fact], after: list[Fact], path: str = "example.com/a") -> ChangeKind | None:
    old, new = build_of(before).get(path), build_of(after).get(path)
    return kind_of(old, new, lines_of(before), lines_of(after))


A1, A2 = require("example.com/a@v1.0.0"), require("example.com/a@v1.10.0")


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ([], [A1], ChangeKind.ADDED),
        ([A1], [], ChangeKind.REMOVED),
        ([A1], [A1], None),
        ([A1], [A2], ChangeKind.UPGRADED),
        ([require("example.com/a@v1.9.0")], [A2], ChangeKind.UPGRADED),
        ([A2], [A1], ChangeKind.DOWNGRADED),
        ([A1], [require("example.com/a@v1.0.0", "fork.example/a@v1.0.0")], ChangeKind.REPLACED),
        ([require("example.com/a@v1.0.0", "fork.example/a@v1.0.0")], [A1], ChangeKind.REPLACED),
        ([A1], [require("example.com/a@v1.0.0", None)], ChangeKind.REPLACED),
        (
            [require("example.com/a@v1.0.0", "fork.example/a@v1.0.0")],
            [require("example.com/a@v1.0.0", "fork.example/a@v1.1.0")],
            ChangeKind.UPGRADED,
        ),
        ([A1, line("example.com/a@v1.0.0")], [A1, line("example.com/a@v1.0.0", "h1:b")], ChangeKind.REHASHED),
        ([A1, line("example.com/a@v1.0.0")], [A1, line("example.com/a@v1.0.0")], None),
        ([A1, line("example.com/a@v1.0.0")], [A1, line("example.com/a@v1.0.0", "h1:b", SumKind.GO_MOD)], None),
        ([A1], [A1, line("example.com/a@v1.0.0")], None),
    ],
)
def test_a_module_changes_by(before: list[Fact], after: list[Fact], kind: ChangeKind | None) -> None:
    assert change_of(before, after) is kind


def test_a_bare_go_sum_counts_by_its_highest_zip_lines() -> None:
    facts = [
        line("example.com/a@v1.9.0"),
        line("example.com/a@v1.10.0"),
        line("example.com/b@v1.0.0", kind=SumKind.GO_MOD),
    ]
    (built,) = build_of(facts).values()
    assert (built.path, built.version, built.in_go_mod) == ("example.com/a", "v1.10.0", False)


def test_what_go_sum_alone_names_counts_where_go_mod_need_not_name_all() -> None:
    facts: list[Fact] = [A1, line("example.com/b@v1.0.0")]
    project = ProjectFact(
        name="svc",
        module_path="svc.example/app",
        go_version="1.16",
        has_go_mod=True,
        has_go_sum=True,
        prunes_graph=False,
        provenance=Provenance(origin=Origin.FILE, tool="supplymatrix", sha256="0" * 64),
    )
    assert list(build_of([project, *facts])) == ["example.com/a", "example.com/b"]
    assert list(build_of([changed(project, prunes_graph=True), *facts])) == ["example.com/a"]


def test_the_lines_of_a_replacement_are_no_modules_of_their_own() -> None:
    facts: list[Fact] = [require("example.com/a@v1.0.0", "fork.example/a@v1.1.0"), line("fork.example/a@v1.1.0")]
    assert list(build_of(facts)) == ["example.com/a"]


def change(path: str = "example.com/a", version: str = "v1.0.0", **fields: object) -> ModuleChange:
    module = ModuleVersion(path=path, version=version)
    made = ModuleChange(
        path=path,
        kind=ChangeKind.ADDED,
        before=None,
        after=Built(path=path, version=version, effective=module),
        proof=Proof(word=ProofWord.PROVEN, record=7),
        released=None,
        results=(),
    )
    return changed(made, **fields)


def report(*changes: ModuleChange, name: str = "svc.example/app", base: str = "origin/main") -> ChangeReport:
    return ChangeReport(
        name=name,
        path=".",
        base=base,
        changes=changes,
        unchanged=3,
        lines_added=2,
        lines_removed=0,
        go_before="1.25",
        go_after="1.26",
        judged_at=NOW,
    )


def test_a_comment_begins_with_its_mark_and_tells_all_columns() -> None:
    released = ReleasedAt(time=datetime(2026, 11, 23, tzinfo=UTC), source="module cache")
    text = render_markdown([report(change(released=released))])
    assert text.startswith(f"{MARKER}\n## 📦 supplymatrix: 1 module changed\n")
    row = "| ➕ added | `example.com/a` | – → `v1.0.0` | not looked at | ✅ log record 7 "  # noqa: RUF001 - signs
    assert f"{row}| 3 days (2026-11-23, module cache) | none |" in text.splitlines()
    assert "go line: `1.25` → `1.26`" in text
    assert "No legal advice" in text


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        (LicenceChange(before="MIT", after="Apache-2.0"), "`MIT` → `Apache-2.0`"),
        (LicenceChange(before="MIT", after="MIT"), "`MIT`"),
        (LicenceChange(before="", after="MIT"), "`MIT`"),
        (LicenceChange(before="MIT", after="", reason="it is gone"), "`MIT` → not known"),
        (LicenceChange(before=None, after="MIT", reason="COPYING"), "`MIT` and something not known"),
        (LicenceChange(before="MIT", after=None), "`MIT`"),
    ],
)
def test_a_licence_is_told_with_what_it_was(licence: LicenceChange, said: str) -> None:
    text = render_markdown([report(change(licence=licence))])
    assert f"| {said} |" in text
    assert f"licence: {said.replace('`', '')}\n" in render_text([report(change(licence=licence))])
    document = json.loads(render_json([report(change(licence=licence))]))
    assert document["subjects"][0]["changes"][0]["licence"]["after"] == licence.after


@pytest.mark.parametrize(
    ("word", "kind", "sign"),
    [
        (ProofWord.DIFFERS, ChangeKind.UPGRADED, "🚨"),
        (ProofWord.PROVEN, ChangeKind.REHASHED, "🚨"),
        (ProofWord.NOT_IN_LOG, ChangeKind.ADDED, "❌"),
        (ProofWord.UNKNOWN, ChangeKind.ADDED, "📦"),
    ],
)
def test_the_heading_warns_of_the_gravest(word: ProofWord, kind: ChangeKind, sign: str) -> None:
    text = render_markdown([report(change(kind=kind, proof=Proof(word=word)))])
    assert text.splitlines()[1].startswith(f"## {sign} ")


HOSTILE = [
    "evil.example/`code`",
    "evil.example/a|b",
    "evil.example/@octocat",
    "evil.example/<img src=x onerror=alert(1)>",
    "evil.example/--><!-- supplymatrix -->",
    "evil.example/\u202egnp",
    "evil.example/a\n## heading",
    "evil.example/[x](https://evil.example)",
]
MOVED = LicenceChange(before="MIT", after=None)
_SPAN = re.compile(r"`[^`\n]*`")


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_name_is_markup_a_mention_or_a_link(name: str) -> None:
    proof = Proof(word=ProofWord.UNKNOWN, detail=name)
    folder = Built(path=name, version=name, effective=None, directory=name)
    text = render_markdown([report(change(name, proof=proof, before=folder), name=name, base=name)])
    bare = _SPAN.sub("", text.removeprefix(MARKER)).replace("<br>", "")
    assert not set(bare) & set("@<>[`")
    assert "octocat" not in bare
    assert "alert" not in bare
    assert "supplymatrix -->" not in bare
    rows = [row for row in text.splitlines() if row.startswith("| ➕")]  # noqa: RUF001 - a sign
    assert len(rows) == 1
    assert rows[0].count("|") == 8


@settings(max_examples=30)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_stays_in_its_row(path: str, detail: str) -> None:
    text = render_markdown([report(change(path or "a", proof=Proof(word=ProofWord.UNKNOWN, detail=detail)))])
    assert not set(_SPAN.sub("", text.removeprefix(MARKER))) & set("<>`@")
    assert all(row.count("|") == 8 for row in text.splitlines() if row.startswith("| ➕"))  # noqa: RUF001 - a sign


def test_a_comment_that_is_too_long_counts_what_it_leaves_out() -> None:
    many = [change(f"example.com/{'x' * 100}/m{number}") for number in range(3_000)]
    text = render_markdown([report(*many)])
    assert len(text) <= 65_000
    shown = sum(row.startswith("| ➕") for row in text.splitlines())  # noqa: RUF001 - a sign
    assert f"**{3_000 - shown:,} changes more, not shown here for want of room.**" in text


def test_what_is_left_out_of_several_projects_is_counted_without_the_heads_of_tables() -> None:
    many = [change(f"example.com/{'x' * 100}/m{number}") for number in range(400)]
    text = render_markdown([report(*many), report(*many), report(*many)])
    shown = sum(row.startswith("| ➕") for row in text.splitlines())  # noqa: RUF001 - a sign
    assert 0 < shown < 400
    assert f"**{1_200 - shown:,} changes more, not shown here for want of room.**" in text


def test_the_page_for_people_has_every_change_and_no_marks() -> None:
    text = render_text([report(change(), change("example.com/b", kind=ChangeKind.REMOVED, after=None))])
    assert "added       example.com/a" in text
    assert "removed     example.com/b" in text
    assert "`" not in text


@pytest.mark.parametrize("name", ["example.com/a", *HOSTILE])
def test_the_document_fits_its_schema(name: str) -> None:
    schema = json.loads((REPO / "supplymatrix/reports/schema" / SCHEMAS["changes"][0]).read_text(encoding="utf-8"))
    released = ReleasedAt(time=NOW, source="module cache")
    document = json.loads(
        render_json([report(change(name, released=released)), report(change(name, after=None, licence=MOVED))])
    )
    assert list(Draft202012Validator(schema).iter_errors(document)) == []
