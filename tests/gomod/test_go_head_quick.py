"""The quick reader of heads says what the exact one says, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.go_head_quick import quick_go_head
from supplymatrix.gomod.go_imports import parse_go_head

_PIECES = st.sampled_from(
    [
        "package p\n", 'package p // import "x"\n', 'import "fmt"\n', ' import "b"\n', "import (\n", ")\n",
        ') // "z"\n', '\t"a.example/b" // c\n', '\tx "y"\n', '\t. "y"\n', '\ttype "y"\n', "\n", "// c\n",
        "//go:build linux\n", "// +build x\n", "/* c */\n", '/*\n"q"\n*/\n', "func f() {}\n", "type T int\n", "import",
        "\x0c", "\x00", "é", "//go:build &&\n", '"fmt"; "net"\n', "const c = 1\n",
    ]
)  # fmt: skip


def _same(data: bytes) -> bool:
    """Hold both readers against each other. Return whether the quick one has answered."""
    quick = quick_go_head(data)
    if quick is None:
        return False
    exact = parse_go_head(data)
    assert exact is not None
    assert not exact.fault
    assert not exact.refused
    assert quick == (exact.package, tuple(found.path for found in exact.imports), exact.constraints)
    return True


@given(st.lists(_PIECES, max_size=12).map(lambda pieces: "package p\n" * (len(pieces) % 3 > 0) + "".join(pieces)))
def test_it_never_says_anything_else(text: str) -> None:
    _same(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "package p\n\nfunc f() {}\n",
        '// C\n\n//go:build linux\n\npackage p // import "x"\n\nimport (\n\t"fmt" // f\n\n\tx "y"\n)\n\ntype T int\n',
        'package p\n\nimport "fmt"\nimport _ "net"\nvar v = 1\n',
    ],
)
def test_the_usual_form_is_read(text: str) -> None:
    assert _same(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        'package p\n\nimport (\n\t// c\n\t"fmt"\n)\n\nfunc f() {}\n',
        'package p\n\nimport "fmt"; import "net"\nfunc f() {}\n',
        'package p\n\nimport "fmt"\n',
        'package p\n\n// #include <x>\nimport "C"\nfunc f() {}\n',
        'package p\n\nimport type "x"\nfunc f() {}\n',
        "package func\n\nfunc f() {}\n",
    ],
)
def test_any_other_form_is_left_to_the_exact_reader(text: str) -> None:
    assert quick_go_head(text.encode()) is None
