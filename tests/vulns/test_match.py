"""What is linked into a program, held against entries: how near each is, and how far anybody could look."""

from __future__ import annotations

from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.model.vulnerability import VulnLevel
from supplymatrix.vulns.advisory import Advisory, ImportedPackage
from supplymatrix.vulns.match import Linked, LinkedModule, Match, match_program, wanted_packages
from tests.support.made_vulns import advisory, databases

_P, _Q = "a.example/m/p", "a.example/m/q"
_ENTRY = advisory("GO-2026-1", "a.example/m", ImportedPackage(path=_P, symbols=("F", "T.M")), ImportedPackage(path=_Q))


def _module(name: str, original: str = "") -> LinkedModule:
    path, _, version = name.partition("@")
    before = ModuleVersion(path=original, version="v0.1.0") if original else None
    return LinkedModule(subject=ModuleVersion(path=path, version=version), original=before)


_LINKED = Linked(modules=(_module("a.example/m@v1.0.0"),), packages=frozenset({_P}), functions={_P: frozenset({"F"})})


def _one(program: Linked, *entries: Advisory) -> Match:
    (found,) = match_program(program, databases(*(entries or (_ENTRY,))).index)
    return found


def _levels(program: Linked, *entries: Advisory) -> tuple[str, str]:
    found = _one(program, *entries)
    return found.level.value, found.looked.value


def test_a_linked_function_is_the_nearest() -> None:
    found = _one(_LINKED)
    assert (found.level, found.packages, found.symbols) == (VulnLevel.SYMBOL, (_P,), (f"{_P}.F",))
    assert found.fixed == "v9.0.0"


def test_how_far_it_was_looked_is_told() -> None:
    assert _levels(changed(_LINKED, functions={_P: frozenset({"G"})})) == ("package", "symbol")
    assert _levels(changed(_LINKED, functions=None)) == ("package", "package")
    assert _levels(changed(_LINKED, packages=frozenset(), functions={})) == ("module", "symbol")
    assert _levels(changed(_LINKED, packages=None, functions=None)) == ("module", "module")


def test_a_package_without_named_functions_counts_as_a_whole() -> None:
    found = _one(changed(_LINKED, packages=frozenset({_Q}), functions={}))
    assert (found.level, found.symbols, found.packages) == (VulnLevel.SYMBOL, (), (_Q,))
    assert found.notes == (f"the entry names no function of {_Q}: all of them count",)


def test_an_entry_without_packages_stays_at_the_module() -> None:
    entry = advisory("GO-2026-2", "a.example/m")
    assert _levels(_LINKED, entry) == ("module", "module")
    assert _levels(changed(_LINKED, packages=frozenset({"b.example/x"})), entry) == ("module", "symbol")


def test_a_block_without_packages_beside_one_with_them_leaves_it_open() -> None:
    both = changed(_ENTRY, affected=(*_ENTRY.affected, *advisory("x", "a.example/m").affected))
    assert _levels(changed(_LINKED, packages=frozenset({"a.example/m/z"}), functions={}), both) == ("module", "module")


def test_a_table_that_has_nothing_of_a_module_of_the_build_info_is_told() -> None:
    note = "the build info names this module, and the table of functions has none of it"
    bare = _one(changed(_LINKED, packages=frozenset({"a.example/other"}), functions={}))
    assert (bare.level, bare.looked, bare.notes) == (VulnLevel.MODULE, VulnLevel.SYMBOL, (note,))
    assert _one(changed(_LINKED, packages=frozenset({"a.example/m/z"}), functions={})).notes == ()


def test_an_entry_about_other_platforms_concerns_nobody() -> None:
    entry = advisory("GO-2026-3", "a.example/m", ImportedPackage(path=_P, symbols=("F",), goos=("windows",)))
    index = databases(entry).index
    assert not match_program(changed(_LINKED, goos="linux", goarch="amd64"), index)
    assert match_program(changed(_LINKED, goos="windows", goarch="amd64"), index)
    assert match_program(_LINKED, index)  # nobody knows for what it was built


def test_a_replacement_is_matched_by_its_own_path_and_imported_by_the_other() -> None:
    program = changed(
        _LINKED,
        modules=(_module("a.example/m@v1.0.0", original="b.example/old"),),
        packages=frozenset({"b.example/old/p"}),
        functions={"b.example/old/p": frozenset({"T.M"})},
    )
    assert _one(program).symbols == ("b.example/old/p.T.M",)
    assert wanted_packages(program, databases(_ENTRY).index) == {"b.example/old/p"}
    of_the_old = advisory("GO-2026-4", "b.example/old", ImportedPackage(path="b.example/old/p"))
    assert not match_program(program, databases(of_the_old).index)


def test_the_standard_library_is_matched_by_the_version_of_go() -> None:
    entry = advisory("GO-2026-5", "stdlib", ImportedPackage(path="net/http", symbols=("Get",)), fixed="1.22.0-rc.2")
    program = Linked(modules=(), packages=frozenset({"net/http"}), functions={"net/http": frozenset({"Get"})})
    index = databases(entry).index
    assert [bool(match_program(changed(program, go_version=go), index)) for go in (
        "go1.21.9", "go1.22rc1", "go1.22rc2", "go1.22", "devel go1.23-abc", "",
    )] == [True, True, False, False, False, False]  # fmt: skip
    found = match_program(changed(program, go_version="go1.21.9-1 Red Hat"), index)[0]
    assert found.module.subject == ModuleVersion(path="stdlib", version="v1.21.9")
    assert "1 Red Hat" in found.notes[0]
    assert not match_program(changed(program, go_version="go1.21.9 X:boringcrypto"), index)[0].notes


def test_entries_about_the_go_command_do_not_concern_programs() -> None:
    entry = advisory("GO-2026-6", "toolchain", ImportedPackage(path="cmd/go"))
    assert not match_program(changed(_LINKED, go_version="go1.21.0"), databases(entry).index)


def test_only_packages_whose_functions_decide_are_wanted() -> None:
    program = changed(_LINKED, packages=frozenset({_P, _Q, "c.example/x"}))
    assert wanted_packages(program, databases(_ENTRY).index) == {_P}
    assert wanted_packages(changed(program, modules=(_module("a.example/m@v9.0.0"),)), databases(_ENTRY).index) == set()
