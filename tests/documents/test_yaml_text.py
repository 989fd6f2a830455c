"""YAML with places: text for every scalar, and one error for everything that is not YAML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.documents.yaml_text import YamlNode, read_yaml, read_yaml_documents
from supplymatrix.errors import InputError


def test_a_scalar_is_its_text_and_knows_its_place() -> None:
    node = read_yaml(b"a: 1.20\nb:\n  - yes\n  - 2024-01-01\n", "x.yaml")
    assert node["a"].text == "1.20"
    assert [(item.text, item.line, item.column) for item in node["b"]] == [("yes", 3, 5), ("2024-01-01", 4, 5)]


def test_what_is_not_there_is_an_empty_scalar_all_the_way_down() -> None:
    assert read_yaml(b"a: 1\n", "x.yaml")["b"]["c"].text == ""


def test_an_alias_is_the_node_that_it_names() -> None:
    assert read_yaml(b"a: &x {k: v}\nb: *x\n", "x.yaml")["b"]["k"].text == "v"


def test_aliases_that_stand_for_billions_of_values_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(InputError, match="too many values"):
        read_yaml("\n".join(lines).encode(), "x.yaml")


def test_an_alias_to_itself_is_refused() -> None:
    with pytest.raises(InputError, match="no anchor"):
        read_yaml(b"a: &a [*a]\n", "x.yaml")


def test_an_empty_text_is_an_empty_mapping() -> None:
    assert read_yaml(b"", "x.yaml") == YamlNode(line=1, column=1, kind="mapping")


@pytest.mark.parametrize(
    ("text", "place"),
    [(b"a: [", "x.yaml:2:1"), (b"a: b: c", "x.yaml:1:5"), (b"- a\n--- \nb\n", "x.yaml:3:1"), (b"\x00", "x.yaml:1:1")],
)
def test_a_fault_names_its_place(text: bytes, place: str) -> None:
    with pytest.raises(InputError) as caught:
        read_yaml(text, "x.yaml")
    assert str(caught.value.diagnostics[0]).startswith(place)


@pytest.mark.parametrize(
    ("text", "place"), [(b"a: 1\nb: 2\na: 3\n", "x.yaml:3:1"), (b"a: {k: 1, 'k': 2}\n", "x.yaml:1:11")]
)
def test_a_key_that_stands_twice_is_refused_at_its_second_place(text: bytes, place: str) -> None:
    with pytest.raises(InputError, match="stands twice") as caught:
        read_yaml(text, "x.yaml")
    assert str(caught.value.diagnostics[0]).startswith(place)


def test_the_same_key_in_two_mappings_and_merge_keys_are_no_twins() -> None:
    node = read_yaml(b"a: &a {k: 1}\nb: &b {k: 2}\nc:\n  <<: *a\n  <<: *b\n", "x.yaml")
    assert [node[name]["k"].text for name in "ab"] == ["1", "2"]


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(InputError, match="nests too deep"):
        read_yaml(b"[" * 500, "x.yaml")


@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}&*!|>%@`'\"#\n \t,?", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        documents = read_yaml_documents(data, "x.yaml")
    except InputError:
        return
    assert all(node.size >= 1 for node in documents)
