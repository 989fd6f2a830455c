"""What becomes of each file of vendor/, by names alone: the corners that a folder on a disk hardly has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.vendor_match import TreeMatch, VendorFiles, ZipSide, folder_of, match_tree, shown_name
from supplymatrix.gomod.vendor_rules import CopyRules, Embeds
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed

OUTER = ModuleVersion(path="e.com/m", version="v1.0.0")
INNER = ModuleVersion(path="e.com/m/sub", version="v1.0.0")
RULES = CopyRules.of("1.24")


def side(
    *names: str, differing: Mapping[str, str] | None = None, embeds: Mapping[str, Embeds] | None = None
) -> ZipSide:
    return ZipSide(
        names=frozenset(names), differing=differing or {}, unread={}, ignored=frozenset(), embeds=embeds or {}
    )


def match(
    files: Sequence[str],
    packages: Mapping[ModuleVersion, tuple[str, ...]],
    sides: Mapping[ModuleVersion, ZipSide],
    **more: object,
) -> TreeMatch:
    found = VendorFiles(sizes=dict.fromkeys([*files, "modules.txt"], 0), **more)  # type: ignore[arg-type]
    return match_tree(found, packages, sides, RULES)


def changes(found: TreeMatch, module: ModuleVersion) -> list[tuple[str, str]]:
    return [(one.change.value, one.name) for one in found.modules[module].differences]


def test_a_file_of_two_modules_has_to_be_as_in_one_of_them() -> None:
    packages = {OUTER: ("e.com/m/sub/old",), INNER: ("e.com/m/sub",)}
    outer = side("sub/LICENSE", "sub/old/o.go", differing={"sub/LICENSE": "first differs"})
    files = ["e.com/m/sub/LICENSE", "e.com/m/sub/old/o.go", "e.com/m/sub/s.go"]
    found = match(files, packages, {OUTER: outer, INNER: side("LICENSE", "s.go")})
    assert (changes(found, OUTER), changes(found, INNER), found.unexplained) == ([], [], ())
    found = match(files, packages, {OUTER: outer, INNER: side("LICENSE", "s.go", differing={"LICENSE": "too"})})
    assert (changes(found, OUTER), changes(found, INNER)) == ([], [("changed", "e.com/m/sub/LICENSE")])


def test_a_package_of_one_module_is_never_excused_by_the_module_around_it() -> None:
    packages = {OUTER: ("e.com/m",), INNER: ("e.com/m/sub",)}
    sides = {OUTER: side("m.go", "sub/evil.go"), INNER: side("s.go")}
    found = match(["e.com/m/m.go", "e.com/m/sub/evil.go", "e.com/m/sub/s.go"], packages, sides)
    assert changes(found, INNER) == [("extra", "e.com/m/sub/evil.go")]


def test_files_of_a_module_without_a_zip_are_not_judged() -> None:
    packages = {OUTER: ("e.com/m",), INNER: ("e.com/m/sub",)}
    found = match(["e.com/m/m.go", "e.com/m/sub/s.go", "e.com/m/sub/deep/x"], packages, {OUTER: side("m.go")})
    assert (changes(found, OUTER), found.unexplained, found.unchecked) == ([], (), 2)


def test_what_could_not_be_read_is_not_missing() -> None:
    packages = {OUTER: ("e.com/m", "e.com/m/p")}
    sides = {OUTER: side("m.go", "p/p.go", "p/q.go")}
    found = match(["e.com/m/m.go"], packages, sides, unread={"e.com/m/p": "no right"})
    assert (changes(found, OUTER), len(found.modules[OUTER].unread)) == ([], 2)
    found = match(["e.com/m/m.go"], packages, sides, cut="too many")
    assert found.modules[OUTER].unread == (("e.com/m/p/p.go", "too many"), ("e.com/m/p/q.go", "too many"))
    assert changes(match(["e.com/m/m.go"], packages, sides), OUTER) == [
        ("missing", "e.com/m/p/p.go"),
        ("missing", "e.com/m/p/q.go"),
    ]


def test_what_a_cgo_file_embeds_may_be_there_or_not() -> None:
    packages = {OUTER: ("e.com/m",)}
    sides = {OUTER: side("m.go", "d/x", "d/y.go", embeds={"": Embeds(with_cgo=("d",))})}
    for files in (["e.com/m/m.go"], ["e.com/m/m.go", "e.com/m/d/x", "e.com/m/d/y.go"]):
        found = match(files, packages, sides)
        assert (changes(found, OUTER), found.unexplained, found.beyond) == ([], (), 0)
    found = match(["e.com/m/m.go", "e.com/m/d/more"], packages, sides)
    assert changes(found, OUTER) == [("extra", "e.com/m/d/more")]


@pytest.mark.parametrize(
    ("name", "in_go", "with_c"),
    [
        ("BUILD.bazel", "unexplained", "extra"),
        (".DS_Store", "unexplained", "extra"),
        ("_x.go", "unexplained", "extra"),
        ("tables", "unexplained", "extra"),
        ("x.go", "extra", "extra"),
        ("x.syso", "extra", "extra"),
        ("x.s", "extra", "extra"),
        ("x.h", "extra", "extra"),
        ("default.pgo", "extra", "extra"),
    ],
)
def test_a_file_that_no_build_takes_is_unexplained_and_no_alarm(name: str, in_go: str, with_c: str) -> None:
    packages, files = {OUTER: ("e.com/m",)}, ["e.com/m/m.go", f"e.com/m/{name}"]
    for includes, expected in ((False, in_go), (True, with_c)):
        found = match(files, packages, {OUTER: changed(side("m.go"), includes=includes)})
        is_extra = changes(found, OUTER) == [("extra", f"e.com/m/{name}")]
        assert (is_extra, len(found.unexplained)) == (expected == "extra", expected == "unexplained")


def test_a_file_that_no_build_takes_and_a_package_embeds_is_extra() -> None:
    sides = {OUTER: side("m.go", "a.txt", embeds={"": Embeds(patterns=("*.txt",))})}
    found = match(["e.com/m/m.go", "e.com/m/a.txt", "e.com/m/b.txt"], {OUTER: ("e.com/m",)}, sides)
    assert (changes(found, OUTER), found.unexplained) == ([("extra", "e.com/m/b.txt")], ())


@pytest.mark.parametrize("link", ["e.com", "e.com/m/p", "e.com/m/p/q"])
def test_a_package_in_a_folder_that_is_a_link_is_another_one(link: str) -> None:
    sides = {OUTER: side("p/q/q.go", "p/q/r.go", "p/LICENSE")}
    found = match([], {OUTER: ("e.com/m/p/q",)}, sides, odd={link: "a symbolic link"})
    told = [name for change, name in changes(found, OUTER) if change == "changed"]
    missing = [name for change, name in changes(found, OUTER) if change == "missing"]
    assert (told, missing, found.unexplained) == ([link], ["e.com/m/p/LICENSE"] if link.endswith("q") else [], ())


def test_a_link_in_the_place_of_embedded_files_hides_none() -> None:
    sides = {OUTER: side("m.go", "d/e/x", embeds={"": Embeds(patterns=("d",))})}
    found = match(["e.com/m/m.go"], {OUTER: ("e.com/m",)}, sides, odd={"e.com/m/d/e": "a symbolic link"})
    assert ("missing", "e.com/m/d/e/x") in changes(found, OUTER)


def test_a_package_that_no_module_of_that_path_can_have_is_passed_over() -> None:
    assert [folder_of(name, "e.com/m") for name in ("e.com/m", "e.com/m/p", "e.com/mp")] == ["", "p", None]
    found = match(["other.com/p/p.go"], {OUTER: ("other.com/p",)}, {OUTER: side("p.go")})
    assert [one.name for one in found.unexplained] == ["other.com/p/p.go"]


def test_names_are_shown_as_text() -> None:
    assert shown_name("a\udcff") == "a\ufffd"


_NAMES = st.sampled_from(
    [f"e.com/m{below}" for below in ("/m.go", "/sub/s.go", "/sub/LICENSE", "/sub/d/x", "/sub/d/y.go", "/p/p.go", "/x")]
)


@given(st.sets(_NAMES), st.sets(_NAMES), st.sets(_NAMES))
def test_every_file_is_counted_once(here: set[str], outer: set[str], inner: set[str]) -> None:
    packages = {OUTER: ("e.com/m", "e.com/m/p"), INNER: ("e.com/m/sub",)}
    names = {name[len("e.com/m/") :] for name in outer}
    below = {name[len("e.com/m/sub/") :] for name in inner if name.startswith("e.com/m/sub/")}
    found = match(sorted(here), packages, {OUTER: side(*names), INNER: side(*below)})
    extra = [one for match in found.modules.values() for one in match.differences if one.change.value == "extra"]
    compared = sum(match.files for match in found.modules.values())
    assert compared + len(extra) + len(found.unexplained) + found.unchecked == len(here)
