"""Native libraries that `#cgo` lines name."""

from __future__ import annotations

import pytest

from supplymatrix.gomod.build_constraint import BuildContext
from supplymatrix.gomod.cgo_lines import linked_libraries


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("// #cgo LDFLAGS: -lz -L/opt/lib -lm -lz", ["z", "m"]),
        ("#cgo linux LDFLAGS: -lrt", ["rt"]),
        ("#cgo windows LDFLAGS: -lws2_32", []),
        ("#cgo !windows,amd64 darwin LDFLAGS: -ldl", ["dl"]),
        ("#cgo pkg-config: --static libgit2 zlib", ["libgit2", "zlib"]),
        ("#cgo CFLAGS: -lnot", []),
        ("#cgo LDFLAGS: -l../evil -l$X", []),
        ("#cgoLDFLAGS: -lz", []),
        ('x := "#cgo LDFLAGS: -lz"', []),
    ],
)
def test_a_line_names_libraries(line: str, names: list[str]) -> None:
    data = f'package p\n\n/*\n{line}\n*/\nimport "C"\n'.encode()
    assert list(linked_libraries(data, BuildContext(cgo=True))) == names
