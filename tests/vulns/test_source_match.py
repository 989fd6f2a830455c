"""How near an advisory is to a build, by its imports."""

from __future__ import annotations

from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.model.vulnerability import LevelBy, Review, Vulnerability, VulnLevel
from supplymatrix.vulns.advisory import Advisory, Affected, ImportedPackage
from supplymatrix.vulns.source_match import BuiltModule, Imports, match_module
from tests.support.made_vulns import advisory, databases

MODULE, PACKAGE = VulnLevel.MODULE, VulnLevel.PACKAGE
A, X = "example.com/a", "example.com/a/x"
PLACE = Location(artifact="go.mod", line=3, column=9)
CHAINS = {X: ("example.com/m", "example.com/m/in", X), f"{A}/y": ("example.com/m", f"{A}/y")}
IMPORTS = Imports(goos="linux", goarch="amd64", chain_to=lambda path: CHAINS.get(path, ()))


def built(*packages: str, **fields: object) -> BuiltModule:
    known = {"subject": ModuleVersion(path=A, version="v1.0.0"), "location": PLACE, "packages": frozenset(packages)}
    return BuiltModule(**(known | fields))  # type: ignore[arg-type]


def look(module: BuiltModule, *entries: Advisory) -> list[Vulnerability]:
    return list(match_module(module, databases(*entries).index, IMPORTS))


def levels(module: BuiltModule, *entries: Advisory) -> list[tuple[VulnLevel, VulnLevel]]:
    return [(found.level, found.looked) for found in look(module, *entries)]


ENTRY = advisory("GO-1", A, ImportedPackage(path=X, symbols=("Do",)), fixed="1.1.0", aliases=("CVE-1",))


def test_a_package_that_is_imported_is_found_with_its_way() -> None:
    (found,) = look(built(X), ENTRY)
    assert (found.level, found.looked, found.level_by) == (PACKAGE, PACKAGE, LevelBy.SOURCES)
    assert (found.packages, found.chain, found.fixed) == ((X,), CHAINS[X], "v1.1.0")
    assert found.names == ("GO-1", "CVE-1")


def test_of_several_packages_the_nearest_gives_the_way() -> None:
    entry = advisory("GO-1", A, ImportedPackage(path=X), ImportedPackage(path=f"{A}/y"))
    (found,) = look(built(X, f"{A}/y"), entry)
    assert found.chain == CHAINS[f"{A}/y"]


def test_a_package_that_is_not_imported_was_looked_for() -> None:
    assert levels(built(f"{A}/y"), ENTRY) == [(MODULE, PACKAGE)]


def test_where_imports_are_missing_nobody_can_say_that_it_is_not() -> None:
    assert levels(built(f"{A}/y", is_complete=False), ENTRY) == [(MODULE, MODULE)]
    assert levels(built(X, is_complete=False), ENTRY) == [(PACKAGE, PACKAGE)]


def test_an_entry_without_packages_means_the_module_unless_nothing_of_it_is_taken() -> None:
    entry = advisory("GO-1", A, review=Review.UNREVIEWED)
    assert levels(built(X), entry) == [(MODULE, MODULE)]
    assert levels(built(), entry) == [(MODULE, PACKAGE)]
    assert levels(built(is_complete=False), entry) == [(MODULE, MODULE)]


def test_a_part_of_an_entry_that_names_no_package_means_the_module() -> None:
    (block,) = ENTRY.affected
    entry = changed(ENTRY, affected=(block, changed(block, packages=())))
    assert levels(built(f"{A}/y"), entry) == [(MODULE, MODULE)]
    assert levels(built(X), entry) == [(PACKAGE, PACKAGE)]
    assert levels(built(), entry) == [(MODULE, PACKAGE)]
    fixed = changed(ENTRY, affected=(block, changed(block, packages=(), spans=(("0", "0.9.0", ""),))))
    assert levels(built(f"{A}/y"), fixed) == [(MODULE, PACKAGE)]


def test_a_version_with_the_fix_is_not_concerned() -> None:
    assert levels(built(X, subject=ModuleVersion(path=A, version="v1.1.0")), ENTRY) == []


def test_another_platform_is_a_note() -> None:
    entry = advisory("GO-1", A, ImportedPackage(path=X, goos=("windows",)))
    (found,) = look(built(X), entry)
    assert (found.level, found.looked) == (MODULE, PACKAGE)
    assert found.notes == (
        f"{X} is imported, and vulnerable on other platforms alone than linux/amd64, which is built for",
    )


def test_tests_alone_are_a_note() -> None:
    (found,) = look(built(test_packages=frozenset([X])), ENTRY)
    assert (found.level, found.notes) == (MODULE, (f"tests alone import {X}",))


def test_packages_of_a_replacement_are_imported_by_the_path_that_it_stands_for() -> None:
    fork = advisory("GO-2", "example.com/fork", ImportedPackage(path="example.com/fork/x"))
    module = built(X, subject=ModuleVersion(path="example.com/fork", version="v1.0.0"), required=A)
    (found,) = look(module, fork)
    assert (found.packages, found.required) == ((X,), A)


def test_the_owners_own_versions_are_a_note() -> None:
    block = Affected(module=A, is_every=True, own_spans=(("0", "3.3.1", ""),))
    entry = Advisory(id="GO-1", database="go", summary="", review=Review.UNREVIEWED, affected=(block,))
    assert look(built(X), entry)[0].notes == ("the advisory counts in the product's own versions, fixed in 3.3.1",)
