"""go.mod with other versions: what `go get` would write, and nothing else changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.modfile import parse_go_mod
from supplymatrix.gomod.require_edit import raise_requires

_TWO_BLOCKS = b"""module example.com/svc

go 1.26.0

require (
\texample.com/a v1.0.0
\t"example.com/b" v1.1.0 // why
)

require (
\texample.com/c v1.0.0 // indirect
\texample.com/m v1.0.0 // indirect
)
"""


@pytest.mark.parametrize(
    ("versions", "old", "new"),
    [
        ({"example.com/a": "v1.0.1"}, b"a v1.0.0\n", b"a v1.0.1\n"),
        ({"example.com/b": "v1.2.0"}, b'"example.com/b" v1.1.0 // why', b'"example.com/b" v1.2.0 // why'),
        ({"example.com/c": "v1.5.0"}, b"c v1.0.0 // indirect", b"c v1.5.0 // indirect"),
        (
            {"example.com/d": "v0.1.0"},
            b"\texample.com/m v1.0.0",
            b"\texample.com/d v0.1.0 // indirect\n\texample.com/m v1.0.0",
        ),
        (
            {"example.com/z": "v0.1.0"},
            b"m v1.0.0 // indirect\n",
            b"m v1.0.0 // indirect\n\texample.com/z v0.1.0 // indirect\n",
        ),
    ],
)
def test_one_version_is_another_and_the_rest_stays(versions: dict[str, str], old: bytes, new: bytes) -> None:
    assert raise_requires(_TWO_BLOCKS, versions) == _TWO_BLOCKS.replace(old, new)


def test_without_a_block_of_indirect_requires_one_is_made() -> None:
    data = b"module example.com/svc\n\ngo 1.26\n\nrequire example.com/a v1.0.0\n"
    made = raise_requires(data, {"example.com/b": "v1.0.0", "example.com/a": "v1.3.0"})
    assert made == (
        b"module example.com/svc\n\ngo 1.26\n\nrequire example.com/a v1.3.0\n\n"
        b"require example.com/b v1.0.0 // indirect\n"
    )
    made = raise_requires(data, {"example.com/b": "v1.0.0", "example.com/c": "v1.3.0"})
    assert made.endswith(b"\nrequire (\n\texample.com/b v1.0.0 // indirect\n\texample.com/c v1.3.0 // indirect\n)\n")


@pytest.mark.parametrize("line", [b"", b"\ntoolchain go1.26.1\n"])
def test_a_toolchain_line_is_written_or_added(line: bytes) -> None:
    data = b"module example.com/svc\n\ngo 1.26.0\n" + line + _TWO_BLOCKS.partition(b"go 1.26.0\n")[2]
    made = raise_requires(data, {"example.com/d": "v0.1.0"}, toolchain="go1.26.8")
    file = parse_go_mod(made)
    assert file.toolchain is not None
    assert file.toolchain.text == "go1.26.8"
    assert [str(r.module) for r in file.require if r.indirect] == [
        "example.com/c@v1.0.0", "example.com/d@v0.1.0", "example.com/m@v1.0.0",
    ]  # fmt: skip


def test_line_ends_of_another_system_stay() -> None:
    data = _TWO_BLOCKS.replace(b"\n", b"\r\n")
    made = raise_requires(data, {"example.com/a": "v1.0.1", "example.com/z": "v1.0.0"})
    assert made.count(b"\r\n") == made.count(b"\n") == data.count(b"\n") + 1


_PATHS = st.sampled_from([f"example.com/{letter}" for letter in "abcdmz"])


@given(st.dictionaries(_PATHS, st.sampled_from(["v1.0.0", "v1.7.0", "v1.2.3-rc.1"])))
def test_what_is_read_again_has_the_wanted_versions_and_the_others(versions: dict[str, str]) -> None:
    before = {r.module.path: r.module.version for r in parse_go_mod(_TWO_BLOCKS).require}
    after = {r.module.path: r.module.version for r in parse_go_mod(raise_requires(_TWO_BLOCKS, versions)).require}
    assert after == before | versions
