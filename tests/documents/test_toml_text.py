"""What a TOML text may not cost."""

from __future__ import annotations

import tracemalloc

import pytest

from supplymatrix.documents.toml_text import read_toml
from supplymatrix.errors import InputError


@pytest.mark.parametrize("text", ["a{}=1", "[a{}]", "[[a{}]]", "x = {{ a{}=1 }}", "[x]\n a {} . b = 1", "'a'{}=1"])
def test_a_key_of_thousands_of_parts_is_refused_before_it_costs_anything(text: str) -> None:
    data = text.format(" . a" * 16_000).encode()
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="more than 64 parts"):
            read_toml(data, "x.toml", page="the page")
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()


def test_dots_in_a_text_are_no_parts_of_a_key() -> None:
    text = f'a = "{"b." * 500}"\nc = "{"." * 500}"\n# {"." * 500}\n'
    assert set(read_toml(text.encode(), "x.toml", page="the page").values) == {"a", "c"}


@pytest.mark.parametrize("text", ["a = https://b:k3jh4k5j@h\n", '["https://b:k3jh4k5j@h"]\n["https://b:k3jh4k5j@h"]\n'])
def test_a_fault_quotes_no_password(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_toml(text.encode(), "a.toml", page="x")
    assert "k3jh" not in caught.value.diagnostics[0].message
