"""Files that some build takes: none that one takes is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.any_platform import AnyPlatform
from supplymatrix.gomod.build_constraint import BuildContext, parse_go_build

_TAGS = st.sampled_from(
    ["linux", "windows", "amd64", "arm64.v8.0", "cgo", "unix", "gc", "go1.21", "ignore", "mine", "other"]
)
_EXPRESSIONS = st.recursive(
    _TAGS,
    lambda inner: (
        inner.map(lambda one: f"!({one})")
        | st.tuples(inner, st.sampled_from([" && ", " || "]), inner).map(lambda p: f"({p[0]}{p[1]}{p[2]})")
    ),
)


@given(
    _EXPRESSIONS, st.sampled_from(["linux", "windows", "darwin"]), st.sampled_from(["amd64", "arm64"]), st.booleans()
)
def test_what_one_build_takes_is_taken(text: str, goos: str, goarch: str, cgo: bool) -> None:
    constraint = parse_go_build(text)
    tags = frozenset({"mine"})
    if BuildContext(goos=goos, goarch=goarch, cgo=cgo, tags=tags).satisfies(constraint):
        assert AnyPlatform(tags=tags).satisfies(constraint)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ignore", False), ("ignore && linux", False), ("mine", False), ("!mine", True), ("!gc", False), ("plan9", True)],
)
def test_tags_hold_as_they_are_given(text: str, expected: bool) -> None:
    anywhere = AnyPlatform()
    assert anywhere.satisfies(parse_go_build(text)) is expected
    assert anywhere.unmet(parse_go_build("linux && (mine || gc) && !cgo")) == {"mine"}
