"""A finding shows the line that makes it one: of lift.toml, of what that builds on, or the one that names a preset."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.model.audit import Audit
from supplymatrix.model.rule import Level
from supplymatrix.model.value import changed
from supplymatrix.reports.registry import render
from tests.reports.audits import fixture_audit
from tests.support.fixtures import audit_of

_GO_MOD = (
    "module svc.example/app\n\ngo 1.22\n\nrequire a.example/x v1.0.0\nreplace a.example/x => fork.example/x v1.0.0\n"
)
_GO_SUM = "fork.example/x v1.0.0 h1:AAAA\nfork.example/x v1.0.0/go.mod h1:AAAA\n"


def _audit(tmp_path: Path, policy: str | None, **more: str) -> Audit:
    files = {"go.mod": _GO_MOD, "go.sum": _GO_SUM, **({"lift.toml": policy} if policy is not None else {})}
    for name, text in {**files, **{f"{name}.toml": text for name, text in more.items()}}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return audit_of(tmp_path)


def _label(tmp_path: Path, policy: str | None, **more: str) -> tuple[str, str]:
    """Return where the finding of SM202 has its second label, and the text that this cuts out."""
    audit = _audit(tmp_path, policy, **more)
    (judged,) = [judged for judged in audit.verdict.judged if judged.rule == "SM202"]
    place = judged.required_by
    if place is None:
        return "", ""
    line = audit.lines[place.artifact, place.line]
    assert f"   ┌─ {place}\n" in render(audit, "text") or judged.level is not Level.ERROR
    return str(place), line[place.column - 1 : place.end_column - 1]


_STRICT = '"strict-module-integrity"'


@pytest.mark.parametrize(
    ("policy", "more", "place", "cut"),
    [
        (f"[policy]\npreset = {_STRICT}\n", {}, "lift.toml:2:10", _STRICT),
        ('[rules]\nSM202 = "error"\n', {}, "lift.toml:2:9", '"error"'),
        ('[rules]\nSM2xx = "error"\n', {}, "lift.toml:2:9", '"error"'),
        (f'[packages."a.example/**"]\nsecurity_policy = {_STRICT}\n', {}, "lift.toml:2:19", _STRICT),
        (f'[policy]\npreset = {_STRICT}\n[rules]\nSM202 = "warn"\n', {}, "lift.toml:4:9", '"warn"'),
        (f'extends = ["preset:{_STRICT[1:]}]\n', {}, "lift.toml:1:12", f'"preset:{_STRICT[1:]}'),
        ('extends = ["./org.toml"]\n', {"org": '[rules]\nSM202 = "error"\n'}, "org.toml:2:9", '"error"'),
        ('extends = ["./org.toml"]\n', {"org": f"[policy]\npreset = {_STRICT}\n"}, "org.toml:2:10", _STRICT),
        (
            'extends = ["./org.toml", "./strict.toml"]\n',
            {"org": '[policy]\npreset = "baseline"\n', "strict": f"[policy]\npreset = {_STRICT}\n"},
            "strict.toml:2:10",
            _STRICT,
        ),
        ("", {}, "", ""),
        (None, {}, "", ""),
    ],
)
def test_the_label_is_the_line_that_makes_it_so(
    tmp_path: Path, policy: str | None, more: dict[str, str], place: str, cut: str
) -> None:
    assert _label(tmp_path, policy, **more) == (place, cut)


def test_an_error_shows_the_line_and_a_note_only_its_place(tmp_path: Path) -> None:
    error = render(_audit(tmp_path, '[rules]\nSM202 = "error"\n'), "text")
    assert ' 2 │ SM202 = "error"\n   │         ^^^^^^^ makes SM202 an error\n' in error
    assert "asked for by" not in error
    note = render(_audit(tmp_path, '[rules]\nSM202 = "note"\n'), "text", verbose=True)
    assert "   = asked for by lift.toml:2:9\n" in note
    assert "makes SM202" not in note


def test_of_one_rule_the_line_is_shown_once_and_with_verbose_each_time() -> None:
    audit = fixture_audit("projects/fail")
    assert render(audit, "text").count("makes SM101 an error") == 1
    assert render(audit, "text").count("= asked for by lift.toml:3:10") == 2
    assert render(audit, "text", verbose=True).count("makes SM101 an error") == 2


def test_a_line_that_is_a_place_of_the_finding_itself_is_not_shown_again() -> None:
    audit = fixture_audit("SM205/bad")
    item = audit.verdict.judged[0]
    assert item.finding is not None
    policy_line = item.finding.locations[1]
    verdict = changed(audit.verdict, judged=(changed(item, required_by=policy_line),))
    text = render(changed(audit, verdict=verdict), "text")
    assert text.count(f"┌─ {policy_line}") == 1
    assert "makes" not in text
    assert "asked for by" not in text


@pytest.mark.parametrize("name", ["SM202/bad", "projects/fail", "projects/waived"])
def test_verbose_tells_why_and_where_to_read_on(name: str) -> None:
    audit = fixture_audit(name)
    short, full = (render(audit, "text", verbose=verbose) for verbose in (False, True))
    whole = " ".join(full.split())
    for judged in audit.verdict.judged:
        if judged.finding is not None:
            assert f"= why: {ALL_RULES[judged.rule].why}" in whole
            assert f"= docs: docs/rules/{judged.rule}.md, or supplymatrix explain {judged.rule}" in whole
    assert "= why:" not in short
    assert "= docs:" not in short
