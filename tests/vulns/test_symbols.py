"""Names of linked functions as databases write them."""

from __future__ import annotations

import pytest

from supplymatrix.vulns.symbols import osv_name, symbols_by_package


@pytest.mark.parametrize(
    ("linked", "path", "symbol"),
    [
        ("golang.org/x/text/language.Parse", "golang.org/x/text/language", "Parse"),
        ("net/http.(*Client).Do", "net/http", "Client.Do"),
        ("golang.org/x/text/unicode/norm.Form.Append", "golang.org/x/text/unicode/norm", "Form.Append"),
        ("gopkg.in/yaml%2ev3.(*Decoder).Decode", "gopkg.in/yaml.v3", "Decoder.Decode"),
        ("slices.SortFunc[go.shape.[]string,go.shape.struct { x/y.Z }]", "slices", "SortFunc"),
        ("a.example/b.(*List[go.shape.int]).Push", "a.example/b", "List.Push"),
        ("a.example/b.List[...].Push.func2", "a.example/b", "List.Push"),
        ("a.example/b.Run.func1", "a.example/b", "Run"),
        ("a.example/b.Run.func1.2.gowrap3", "a.example/b", "Run"),
        ("a.example/b.Run.deferwrap1", "a.example/b", "Run"),
        ("a.example/b.Run-range1", "a.example/b", "Run"),
        ("a.example/b.(*T).M-fm", "a.example/b", "T.M"),
        ("a.example/b.init", "a.example/b", "init"),
        ("a.example/b.init.0", "a.example/b", "init#1"),
        ("a.example/b.init.func3", "a.example/b", "init"),
        ("a.example/b.glob..func1", "a.example/b", "glob"),
        ("main.main", "main", "main"),
    ],
)
def test_a_linked_name_is_read_as_it_is_declared(linked: str, path: str, symbol: str) -> None:
    assert osv_name(linked) == (path, symbol)


@pytest.mark.parametrize("linked", ["", "_rt0_amd64", "go:buildid", "[[[[", ".x", "a."])
def test_what_is_no_function_of_a_package_has_no_name(linked: str) -> None:
    assert osv_name(linked) is None


def test_brackets_that_never_end_take_bounded_work() -> None:
    assert osv_name("a.F" + "[" * 1_000_000) == ("a", "F")


def test_only_wanted_packages_are_sorted_and_main_has_its_path() -> None:
    functions = ("a.example/b.F", "a.example/b/c.G", "gopkg.in/yaml%2ev3.Parse", "main.run", "net/http.Get")
    found = symbols_by_package(
        functions, {"a.example/b", "gopkg.in/yaml.v3", "svc.example/cmd", "nowhere"}, "svc.example/cmd"
    )
    assert found == {
        "a.example/b": {"F"}, "gopkg.in/yaml.v3": {"Parse"}, "svc.example/cmd": {"run"}, "nowhere": frozenset(),
    }  # fmt: skip
