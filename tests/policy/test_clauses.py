"""Clause files: the ids are those of the frameworks, and what is wrong with a file is told with its place."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.engine.compliance import load_frameworks
from supplymatrix.errors import InputError
from supplymatrix.policy.check_kinds import CHECK_KINDS, rules_of_kind
from supplymatrix.policy.clauses import PAGE, Strength, parse_clauses
from tests.docs.pages import blocks, read_page
from tests.policy.clause_files import HEAD, clause, faults, house, parse
from tests.support.data import REPO

_BUILT_IN = load_frameworks(None)
_CATALOGUES = REPO / "tests" / "data" / "catalogues"
_FIRST_FIVE = {"cra", "mlps", "pci-dss", "slsa", "ssdf"}


def _ids(catalogue: Path) -> list[str]:
    return [line for line in catalogue.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


def _catalogues() -> list[Path]:
    return sorted(_CATALOGUES.glob("*.txt"))


def test_the_five_frameworks_are_built_in() -> None:
    assert set(_BUILT_IN) >= _FIRST_FIVE


@pytest.mark.parametrize("name", _BUILT_IN)
def test_a_built_in_file_is_named_as_its_framework(name: str) -> None:
    assert (REPO / "policies" / "clauses" / f"{name}.toml").is_file()


@pytest.mark.parametrize("name", _BUILT_IN)
def test_an_id_that_is_not_confirmed_says_why(name: str) -> None:
    for item in _BUILT_IN[name].clauses:
        assert item.is_confirmed or item.note, item.id


@pytest.mark.parametrize("path", _catalogues(), ids=lambda path: path.stem)
def test_every_id_stands_in_the_catalogue_where_one_is_kept(path: Path) -> None:
    framework, known = _BUILT_IN[path.stem], set(_ids(path))
    assert [item.id for item in framework.clauses if item.id not in known] == []
    assert framework.confirmed == len(framework.clauses)


@pytest.mark.parametrize("path", _catalogues(), ids=lambda path: path.stem)
def test_a_catalogue_says_where_it_comes_from_and_has_the_form_of_the_ids(path: Path) -> None:
    head = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert any("Origin" in line and re.search(r"commit [0-9a-f]{8}", line) for line in head)
    forms = ", ".join(f'"{form}"' for form in _BUILT_IN[path.stem].id_forms)
    text = HEAD.replace('id_forms = ["H-{n}", "H-{n}({a})"]', f"id_forms = [{forms}]")
    ids = _ids(path)
    assert [item.id for item in parse(text + "".join(map(clause, ids))).clauses] == ids


def test_most_ids_of_the_five_are_confirmed_and_those_of_mlps_are_told_apart() -> None:
    for name in _FIRST_FIVE - {"mlps"}:
        assert _BUILT_IN[name].confirmed == len(_BUILT_IN[name].clauses), name
    assert 0 < _BUILT_IN["mlps"].confirmed < len(_BUILT_IN["mlps"].clauses)


def test_every_rule_is_of_a_known_kind() -> None:
    assert {rule.check_kind for rule in ALL_RULES.values()} <= set(CHECK_KINDS)


def test_every_kind_speaks_of_some_clause() -> None:
    named = {link.check for item in _BUILT_IN.values() for found in item.clauses for link in found.links}
    assert named >= set(CHECK_KINDS)


def test_the_rules_of_a_kind_come_by_id() -> None:
    found = [rule.id for rule in rules_of_kind("sumdb-inclusion", ALL_RULES.values())]
    assert found == sorted(found)
    assert "SM110" in found


def test_a_file_is_read_with_its_places() -> None:
    framework = parse(HEAD + clause("H-1", direct="sumdb-inclusion", partial="SM205") + clause("H-2(b)"))
    first, second = framework.clauses
    assert [(link.check, link.strength) for link in first.links] == [
        ("sumdb-inclusion", Strength.DIRECT),
        ("SM205", Strength.PARTIAL),
    ]
    assert (second.id, second.links, second.is_confirmed) == ("H-2(b)", (), True)
    assert (HEAD + clause("H-1")).split("\n")[first.location.line - 1] == 'id = "H-1"'


@pytest.mark.parametrize(
    "name", ["P0.3.1", "RV 2.2", "P0.4.2", "po.1.2", "PO.03.1", "PO.1", "PO.1.2 ", "PO.1.2.3", "٣"]
)
def test_a_malformed_id_is_caught_where_it_stands(name: str) -> None:
    text = HEAD.replace('"H-{n}", "H-{n}({a})"', '"PO.{n}.{n}", "RV.{n}.{n}"') + clause(name)
    (fault,) = faults(text)
    assert text.split("\n")[fault.line - 1][fault.column - 1 :].startswith(f'"{name}')
    assert "PO.{n}.{n}" in fault.expected


def test_a_second_clause_of_the_same_id_is_caught() -> None:
    (fault,) = faults(HEAD + clause("H-1") + clause("H-2") + clause("H-1"))
    assert "in the file already, at line 16" in fault.message


def test_a_check_that_is_none_gets_a_suggestion() -> None:
    (fault,) = faults(HEAD + clause("H-1", direct="sumdb-inclusoin"))
    assert fault.remedy == "did you mean 'sumdb-inclusion'?"
    (fault,) = faults(HEAD + clause("H-1", context="SM999"))
    assert "no rule 'SM999'" in fault.message


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (clause("H-1").replace("confirmed = true", "confirmed = false"), "not confirmed"),
        (clause("H-1").replace('catalogue = "wall"', ""), "confirm"),
        (clause("H-1").replace('"wall"', '"wal"'), "catalogue"),
        (clause("H-1", direct="sbom", partial="sbom"), "already"),
        (clause("H-1", more='colour = "red"'), "colour"),
        (clause("H-1", more='note = "a\\nb"'), "visible"),
        ("", "clauses"),
        (clause("H-1", direct="sbom") + '\n[[left_out]]\nid = "H-1"\ncheck = "sbom"\nreason = "x"\n', "is a check of"),
        (clause("H-1") + '\n[[left_out]]\nid = "H-9"\ncheck = "sbm"\nreason = "x"\n', "no kind"),
    ],
)
def test_what_does_not_fit_together_is_a_fault(text: str, word: str) -> None:
    assert any(word in fault.message for fault in faults(HEAD + text))


def test_an_id_that_is_not_confirmed_needs_a_reason() -> None:
    text = clause("H-1").replace("confirmed = true", "confirmed = false").replace('catalogue = "wall"', "")
    (fault,) = faults(HEAD + text)
    assert fault.expected == "note = why it is not"
    assert not parse(HEAD + text + 'note = "not at hand"\n').clauses[0].is_confirmed


@pytest.mark.parametrize("forms", ["[]", '["H-{x}"]', '["' + "H" * 61 + '"]', "[" + '"H",' * 21 + "]", '"H-{n}"'])
def test_a_form_of_ids_is_literal_text_with_known_placeholders(forms: str) -> None:
    text = HEAD.replace('["H-{n}", "H-{n}({a})"]', forms) + clause("H-1")
    assert faults(text)[0].line == HEAD.split("\n").index('id_forms = ["H-{n}", "H-{n}({a})"]') + 1


def test_signs_of_a_pattern_in_a_form_mean_themselves() -> None:
    text = HEAD.replace('"H-{n}", "H-{n}({a})"', '"a.*(b|c)+{n}"')
    assert parse(text + clause("a.*(b|c)+1")).clauses
    assert faults(text + clause("axxxxb1"))


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    found = faults(HEAD + clause("h1", direct="sbm") + clause("H-2", partial="SM000"))
    assert len(found) == 3
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)


def test_another_form_of_files_is_refused() -> None:
    assert "form" in faults(HEAD.replace("schema = 1", "schema = 2") + clause("H-1"))[0].message


@settings(max_examples=30)
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
@example(b"clauses = 3\nframework = []\nschema = {}\n")
@example(b'schema = 1\nclauses = [1]\n[framework]\nid_forms = [2]\nid = ""\ntitle = 1\nversion = []\n')
@example(b'schema = 1\nclauses = []\ncatalogues = {}\nleft_out = 1\n[framework]\nid_forms = ["{"]\n')
def test_any_bytes_are_a_framework_or_told_faults(data: bytes) -> None:
    with suppress(InputError):
        assert parse_clauses(data, "x.toml", rules=ALL_RULES.values()).clauses


def test_the_page_shows_a_file_that_can_be_read_and_all_kinds() -> None:
    (block,) = blocks(PAGE, "toml")
    assert [item.id for item in parse("\n".join(block.lines)).clauses] == ["H-1", "H-2(b)"]
    rows = [f"| `{kind}` | {what} |" for kind, what in CHECK_KINDS.items()]
    assert "\n".join(rows) in read_page(PAGE)


@pytest.mark.parametrize("name", _BUILT_IN)
def test_the_page_says_of_each_framework_whether_all_ids_are_confirmed(name: str) -> None:
    (row,) = [line for line in read_page("docs/compliance.md").split("\n") if line.startswith(f"| `{name}` |")]
    assert ("all confirmed" in row) is (_BUILT_IN[name].confirmed == len(_BUILT_IN[name].clauses))


def test_the_number_of_confirmed_ids_is_counted() -> None:
    assert house(direct="sbom").confirmed == 1
