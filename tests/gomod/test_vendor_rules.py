"""Which files are copied, which Go files no build takes, and what //go:embed lines name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.vendor_rules import (
    CopyRules,
    Embeds,
    is_built_name,
    is_copied_name,
    is_ignored_go,
    is_metadata,
    may_include,
    read_embeds,
    resolve_embeds,
    uses_c,
)

NOW = CopyRules.of("1.24")
FILES = [
    "a.go", "x.txt", "[odd].txt", "static/a.css", "static/.hidden", "static/_more/b.css", "static/deep/c.js",
    "other/go.mod", "other/d.txt", ".git/config", "bad/a:b.txt", "empty/.only",
]  # fmt: skip


@pytest.mark.parametrize(
    ("go", "keeps", "tests"),
    [("", True, True), ("1.16", True, True), ("1.17", False, True), ("1.21.5", False, True), ("1.22", False, False)],
)
def test_the_rules_depend_on_the_go_line(go: str, *, keeps: bool, tests: bool) -> None:
    assert CopyRules.of(go) == CopyRules(keeps_go_mod=keeps, embeds_of_tests=tests)


def test_names_alone_tell_tests_and_module_files() -> None:
    names = ["a.go", "a_test.go", "go.mod", "go.sum", "_x.go", ".y", "a.h"]
    assert [name for name in names if is_copied_name(name, keeps_go_mod=False)] == ["a.go", "_x.go", ".y", "a.h"]
    assert is_copied_name("go.sum", keeps_go_mod=True)
    assert [name for name in ("LICENSE.md", "license", "NOTICES", "README", "PATENTS") if is_metadata(name)] == [
        "LICENSE.md", "NOTICES", "PATENTS",
    ]  # fmt: skip


def test_names_tell_what_a_build_takes_and_what_may_name_other_files() -> None:
    names = ["a.go", "a.GO", "a.s", "a.syso", "_a.go", ".h", "x.h", "go", "BUILD.bazel", "default.pgo"]
    assert [name for name in names if is_built_name(name)] == ["a.go", "a.s", "a.syso", "x.h", "default.pgo"]
    assert [name for name in names if may_include(name)] == ["a.s", ".h", "x.h"]
    assert [uses_c(text) for text in (b'import "C"', b"import `C`", b'import "D"')] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "ignored"),
    [
        (b"//go:build ignore\n\npackage a\n", True),
        (b"\xef\xbb\xbf// +build ignore\n\npackage a\n", True),
        (b"//go:build !ignore\n\npackage a\n", False),
        (b"//go:build ignore || linux\n\npackage a\n", False),
        (b"//go:build linux && !linux\n\npackage a\n", False),
        (b"//go:build !(windows || !ignore)\n\npackage a\n", True),
        (b"//go:build (\n\npackage a\n", True),
        (b"//go:build a\n//go:build b\n\npackage a\n", True),
        (b"//go:build ignore\n\npackage a\n\x00", False),
        (b"// +build tools\n\npackage a\n", False),
        (b"package a\n\n//go:build ignore\n", False),
        (b"", False),
    ],
)
def test_a_file_that_no_build_takes_is_left_out(text: bytes, *, ignored: bool) -> None:
    assert is_ignored_go(text) is ignored


def go_file(line: str, *, imports: str = 'import _ "embed"', package: str = "a") -> bytes:
    return f"package {package}\n\n{imports}\n\n{line}\nvar x string\n".encode()


@pytest.mark.parametrize(
    ("line", "patterns"),
    [
        ("//go:embed a.txt b", ("a.txt", "b")),
        ('//go:embed "a b" `c d` e\r', ("a b", "c d", "e")),
        ('//go:embed "a\\tb"', ("a\tb",)),
        ("//go:embed", ()),
        ("//go:embedded a", ()),
        ('//go:embed "a"b', ()),
        ('//go:embed "a', ()),
        ("/* //go:embed a */", ()),
        ("var y = `\n//go:embed a\n`", ()),
        ('var y = "//go:embed a"; var z = \'"\' //go:embed b', ("b",)),
        ("/* not closed //go:embed a", ()),
    ],
)
def test_patterns_stand_in_comments(line: str, patterns: tuple[str, ...]) -> None:
    assert read_embeds("a.go", go_file(line), NOW) == Embeds(patterns=patterns)


def test_only_files_that_embed_and_are_of_the_package_count() -> None:
    line = "//go:embed a"
    assert read_embeds("a.go", go_file(line, imports='import "fmt"'), NOW) == Embeds()
    assert read_embeds("_a.go", go_file(line), NOW) == Embeds()
    assert read_embeds("a.go", go_file(line, package="documentation"), NOW) == Embeds()
    assert read_embeds("a_test.go", go_file(line), NOW) == Embeds()
    assert read_embeds("a_test.go", go_file(line), CopyRules.of("1.21")) == Embeds(patterns=("a",))
    assert read_embeds("a.go", go_file(line, imports='import "C"\nimport "embed"'), NOW) == Embeds(with_cgo=("a",))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("x.txt", {"x.txt"}),
        ("*.txt", {"x.txt", "[odd].txt"}),
        ("\\[odd].txt", {"[odd].txt"}),
        ("[[]odd[]a-c].txt", None),
        ("[w-y].txt", {"x.txt"}),
        ("[^x].txt", None),
        ("?.txt", {"x.txt"}),
        ("static", {"static/a.css", "static/deep/c.js"}),
        ("all:static", {"static/a.css", "static/deep/c.js", "static/.hidden", "static/_more/b.css"}),
        ("static/*", {"static/a.css", "static/deep/c.js", "static/.hidden", "static/_more/b.css"}),
        ("static/*.css", {"static/a.css"}),
        ("st*c/d*p/*s", {"static/deep/c.js"}),
        ("other", None),
        ("other/d.txt", None),
        ("bad", None),
        (".git/config", None),
        ("empty", None),
        ("all:empty", {"empty/.only"}),
        ("nothing", None),
        (".", None),
        ("../a", None),
        ("static/", None),
        ("[", None),
        ("[]a]", None),
        ("[z-a]", None),
        ("a\\", None),
    ],
)
def test_a_pattern_names_files_as_the_go_command_finds_them(pattern: str, found: set[str] | None) -> None:
    assert resolve_embeds(FILES, [pattern]) == found


def test_one_bad_pattern_keeps_all_from_being_copied() -> None:
    assert resolve_embeds(FILES, ["x.txt", "nothing"]) is None
    assert resolve_embeds(FILES, []) == frozenset()


def test_patterns_of_many_stars_end_soon() -> None:
    names = [f"{'a' * 100}{number}" for number in range(100)]
    assert resolve_embeds(names, ["*a" * 60 + "b"]) is None


@given(st.binary(max_size=200), st.lists(st.text("ab*?[]^-\\/.:", max_size=12), max_size=4))
def test_whatever_is_read_nothing_breaks(data: bytes, patterns: list[str]) -> None:
    is_ignored_go(data)
    read_embeds("a.go", b'package a\nimport "embed"\n//go:embed ' + data, NOW)
    found = resolve_embeds(["a", "b/a", "a-b"], patterns)
    assert found is None or found <= {"a", "b/a", "a-b"}
