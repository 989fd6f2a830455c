"""A finding about a text file points at exactly the text that it speaks of, however the file is written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supplymatrix.model.audit import Audit
from supplymatrix.model.audit_family import family_of
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Finding
from tests.reports.audits import FOLDERS, fixture_audit
from tests.support.fixtures import audit_of
from tests.support.made_log import made_hash

_LEVELS = ("off", "note", "warn", "error")
_DAYS = re.compile(r'"(\d+)d"')
_UNREAD = (
    "tools/",
    "vendor/",
    "bin/",
    "go.sum.proof",
)  # files of fixtures that are told of, or of which a line is the place
_KEPT = ("go.mod", "go.work", "go.sum", "lift.toml")
"""Of other files no text is kept for reports, so that no line of theirs that holds a secret can be shown."""


def cut_of(audit: Audit, place: Location) -> str:
    """Return the text between the columns of a place; it is there, and has no blanks around it."""
    line = audit.lines[place.artifact, place.line]
    assert 1 <= place.column < place.end_column <= len(line) + 1, place
    assert place.end_line in (0, place.line)
    cut = line[place.column - 1 : place.end_column - 1]
    assert cut == cut.strip(), cut
    return cut


def assert_exact(audit: Audit, finding: Finding) -> None:
    """Hold every place of a finding against what it says."""
    for place in finding.locations:
        if place.artifact.startswith(_UNREAD) or place.artifact not in _KEPT:
            continue
        cut, line = cut_of(audit, place), audit.lines[place.artifact, place.line]
        if finding.rule == "SM104":  # the whole line, or its field that is wrong
            assert cut == line.strip() or cut in line.split()
        elif place.artifact == "go.sum":
            path, version, text = line.split()
            assert cut == text
            assert (path, version.removesuffix("/go.mod")) == (finding.module, finding.version)
        elif family_of(finding.rule) is not None or finding.rule == "SM132":
            assert_exact_audit(finding, place.artifact, cut, line)
        elif finding.rule == "SM147":
            assert f"(go {cut})" in finding.message
        elif place.artifact == "go.mod":
            words = [word.strip('"`') for word in cut.split()]
            assert finding.module in words
            assert "=>" in words or words == [finding.module, finding.version]
        elif not cut.startswith("["):
            days = _DAYS.fullmatch(cut)
            meant = f"{days[1]} days" if days else cut.strip('"')
            assert meant in f"{finding.message} {finding.label}"


def assert_exact_audit(finding: Finding, artifact: str, cut: str, line: str) -> None:
    """Hold a place of an audit's finding: a require, go or godebug line, or a whole value or table of the policy."""
    if artifact == "go.mod":
        words = line.removeprefix("require ").split()
        is_line = words[1:2] == [cut] and words[0] in ("go", "toolchain", "godebug")
        assert cut.split() == [finding.module, finding.version] or is_line
    else:
        assert line in (cut, f"{line.partition(' = ')[0]} = {cut}")


@pytest.mark.parametrize("name", FOLDERS)
def test_the_places_of_a_fixture_cut_what_is_meant(name: str) -> None:
    audit = fixture_audit(name)
    for judged in audit.verdict.judged:
        if judged.finding is not None:
            assert_exact(audit, judged.finding)
        if judged.gap is not None and judged.gap.location is not None:
            assert (
                cut_of(audit, judged.gap.location)
                == audit.lines[judged.gap.location.artifact, judged.gap.location.line].split()[2]
            )
        if judged.required_by is not None:
            cut = cut_of(audit, judged.required_by).strip('"')
            if judged.finding is not None and judged.finding.rule.startswith("SM4"):
                # What asks for it may be a word of a list, whose licence is that of the finding, or the section.
                told = f"[licences] {judged.finding.message} {judged.finding.label}"
                assert cut.rstrip("*") in told or cut in _LEVELS
                continue
            if judged.rule.startswith("SM5") and judged.required_by.pointer.startswith("signatures."):
                key, place = judged.required_by.pointer.removeprefix("signatures."), judged.required_by
                assert audit.lines[place.artifact, place.line] == f"{key} = {cut_of(audit, place)}"
                continue
            if family_of(judged.rule) is not None and cut not in _LEVELS:
                line = audit.lines[judged.required_by.artifact, judged.required_by.line]
                assert line in (cut, f"{line.partition(' = ')[0]} = {cut}")  # the section, or the value of its key
                continue
            assert cut in (*_LEVELS, "log-verified", "strict-module-integrity", "vendored", "deny")


_BLANK = st.sampled_from([" ", "  ", "\t", " \t "])
_VERSIONS = {
    "a.example/x": ("v1.0.0", "v0.0.0-20260102030405-0123456789ab", "v2.0.0+incompatible"),
    "b.example/y/v2": ("v2.3.4", "v2.0.0-rc.1"),
    "c.example/W": ("v1.0.0", "v1.2.3-0.20260102030405-0123456789ab"),
}
_END = st.sampled_from(["\n", "\r\n"])


@st.composite
def _go_mod(draw: st.DrawFn, modules: dict[str, str]) -> str:
    """Return a go.mod that requires modules, and replaces some, written in any of the ways that are allowed."""
    end, lines = draw(_END), ["module svc.example/app", "", "go 1.22", ""]
    in_block = draw(st.booleans())
    lines += ["require ("] if in_block else []
    for path, version in modules.items():
        name = f'"{path}"' if draw(st.booleans()) else path
        remark = draw(st.sampled_from(["", " // indirect", "\t// why: a.example/x v1.0.0"]))
        lines.append(f"{draw(_BLANK) if in_block else 'require '}{name}{draw(_BLANK)}{version}{remark}")
    lines += [")"] if in_block else []
    for path in modules:
        target = draw(st.sampled_from(["", "../fork", "fork.example/f v1.0.0", f"{path} {_VERSIONS[path][1]}"]))
        if target:
            lines.append(f"replace{draw(_BLANK)}{path}{draw(_BLANK)}=>{draw(_BLANK)}{target}")
    return end.join(lines) + end


@st.composite
def _go_sum(draw: st.DrawFn, modules: dict[str, str]) -> tuple[str, dict[str, dict[str, str]]]:
    """Return a go.sum with faults, and what the log says of its lines."""
    lines, told = [], {}
    for path, version in modules.items():
        for key in (f"{path} {version}", f"{path} {version}/go.mod"):
            kind = draw(
                st.sampled_from(["right", "right", "missing", "not-in-log", "differs", "algorithm", "twice", "odd"])
            )
            if kind == "missing":
                continue
            text = "h2:AAAA" if kind == "algorithm" else made_hash(key)
            lines.append(draw(_BLANK).join([*key.split(), text]))
            if kind == "twice":
                lines.append(f"{key} {made_hash(key, salt='other')}")
            if kind == "odd":
                lines.append(draw(st.sampled_from(["<<<<<<< HEAD", f"  {path} v1", f"{key} not a hash"])))
            if kind in ("not-in-log", "differs"):
                told[key.replace(" ", "@")] = {"state": kind, "logged": made_hash(key, salt="log")}
    end = draw(_END)
    return "".join(f"{line}{end}" for line in lines), told


@st.composite
def _projects(draw: st.DrawFn) -> dict[str, str]:
    paths = draw(st.lists(st.sampled_from(sorted(_VERSIONS)), min_size=1, max_size=3, unique=True))
    modules = {path: draw(st.sampled_from(_VERSIONS[path])) for path in paths}
    go_sum, told = draw(_go_sum(modules))
    blank = draw(_BLANK)
    policy = (
        f'[policy]\npreset{blank}={blank}"strict-module-integrity"\n[packages."**"]\nversion ={blank}"v1.7.0"  # one\n'
    )
    return {
        "go.mod": draw(_go_mod(modules)),
        "go.sum": go_sum,
        "lift.toml": policy,
        "log.json": json.dumps({"lines": told}),
    }


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_projects())
def test_the_places_of_any_project_cut_what_is_meant(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode())
    audit = audit_of(tmp_path)
    for judged in audit.verdict.judged:
        if judged.finding is not None:
            assert_exact(audit, judged.finding)
        if judged.required_by is not None:
            assert cut_of(audit, judged.required_by) == '"strict-module-integrity"'
