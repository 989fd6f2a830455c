"""The path of a finding: by which requirements the module that it is about comes into the project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supplymatrix.engine import requirement_chains
from supplymatrix.model.audit import Audit
from supplymatrix.reports.registry import render
from tests.support.machine import Machine
from tests.support.made_log import made_hash
from tests.support.module_cache import make_cache, sum_line

A, B, C = "a.example@v1.0.0", "b.example@v0.0.0-20260102030405-0123456789ab", "c.example@v1.1.0"
TEXTS = {
    A: f"module a.example\n\ngo 1.22\n\nrequire b.example {B.partition('@')[2]}\n",
    B: "module b.example\n\ngo 1.22\n\nrequire c.example v1.0.0\n",
    C: "module c.example\n\ngo 1.22\n",
    "c.example@v1.0.0": "module c.example\n\ngo 1.22\n",
}
PSEUDO = '[rules]\nSM203 = "error"\n'


def _go_mod(indirect: tuple[str, ...]) -> str:
    more = "".join(f"\t{name.replace('@', ' ')} // indirect\n" for name in indirect)
    return f"module svc.example/app\n\ngo 1.22\n\nrequire (\n\t{A.replace('@', ' ')}\n{more})\n"


def _checked(tmp_path: Path, texts: dict[str, str], *, indirect: tuple[str, ...] = (B, C)) -> Audit:
    folder = tmp_path / "svc"
    folder.mkdir()
    (folder / "go.mod").write_text(_go_mod(indirect), encoding="utf-8")
    lines = [f"{name.replace('@', ' ')} {made_hash(name)}\n" for name in (A, B, C)]
    lines += [sum_line(name, TEXTS[name]) for name in TEXTS]
    (folder / "go.sum").write_text("".join(sorted(lines)), encoding="utf-8")
    (folder / "lift.toml").write_text(PSEUDO, encoding="utf-8")
    return Machine(tmp_path, GOMODCACHE=str(make_cache(tmp_path / "modcache", texts))).check(folder, offline=True)


def test_the_chain_goes_over_the_module_that_needs_it_and_not_over_the_remark_in_go_mod(tmp_path: Path) -> None:
    audit = _checked(tmp_path, TEXTS)
    assert audit.paths["b.example"] == ("svc.example/app", A, B)


def test_a_version_that_nobody_but_go_mod_asks_for_has_the_chain_of_the_version_that_is_asked_for(
    tmp_path: Path,
) -> None:
    audit = _checked(tmp_path, TEXTS)
    assert audit.paths["c.example"] == ("svc.example/app", A, B, "c.example@v1.0.0")


def test_what_go_mod_requires_itself_has_no_chain(tmp_path: Path) -> None:
    audit = _checked(tmp_path, TEXTS)
    assert set(audit.paths) == {"b.example", "c.example"}
    assert any(judged.subject.startswith("a.example") for judged in audit.verdict.judged)


def test_without_go_mod_files_there_is_no_chain_and_the_json_report_says_null(tmp_path: Path) -> None:
    audit = _checked(tmp_path, {})
    assert audit.paths == {}
    (found,) = (finding for finding in json.loads(render(audit, "json"))["findings"] if finding["rule"] == "SM203")
    assert found["path"] is None
    assert "= path:" not in render(audit, "text", verbose=True)


def test_a_go_mod_of_the_cache_with_another_hash_tells_nothing(tmp_path: Path) -> None:
    assert _checked(tmp_path, {**TEXTS, A: TEXTS[A] + "// changed\n"}).paths == {}


def test_no_file_of_the_cache_is_read_where_nothing_is_to_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requirement_chains, "read_inputs", lambda _: pytest.fail("the graph was read"))
    folder = tmp_path / "svc"
    folder.mkdir()
    (folder / "go.mod").write_text(f"module svc.example/app\n\ngo 1.22\n\nrequire {A.replace('@', ' ')}\n")
    (folder / "go.sum").write_text(f"{A.replace('@', ' ')} {made_hash(A)}\n{sum_line(A, TEXTS[A])}")
    audit = Machine(tmp_path).check(folder, offline=True)
    assert audit.verdict.judged  # of the direct requirement alone
    assert audit.paths == {}


def test_of_a_graph_with_very_many_files_only_some_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirement_chains, "_MOST_FILES", 1)
    assert set(_checked(tmp_path, TEXTS, indirect=(C,)).paths) == {"b.example"}


def test_reports_show_the_chain(tmp_path: Path) -> None:
    audit = _checked(tmp_path, TEXTS)
    chain = ["svc.example/app", A, B]
    assert f"   = path: {' → '.join(chain)}\n" in render(audit, "text", width=140)
    document = json.loads(render(audit, "json"))
    assert [found["path"] for found in document["findings"] if found["rule"] == "SM203"] == [chain]
    assert [*chain, "c.example@v1.0.0"] in [unknown["path"] for unknown in document["unknown"]]
    (result,) = (
        found for found in json.loads(render(audit, "sarif"))["runs"][0]["results"] if "SM203" in found["ruleId"]
    )
    assert result["properties"]["path"] == chain
    assert f"It comes in by {' → '.join(chain)}." in result["message"]["text"]
    arrow = "` → `"
    assert f"path: `{arrow.join(chain)}`" in render(audit, "markdown", verbose=True)
    assert "path:" not in render(audit, "markdown")
    page = render(audit, "html")
    assert f"<dt>comes in by</dt><dd><code>svc.example/app</code> → <code>{A}</code>" in page
