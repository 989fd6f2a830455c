"""purl/golang-modules.json: Go modules and their package URLs, both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.purl import STDLIB, Sameness, module_of_purl, parse_purl, sameness
from tests.support.data import CONFORMANCE


def _cases() -> list[Any]:
    path = CONFORMANCE / "purl" / "golang-modules.json"
    if not path.is_file():
        return [pytest.param(None, id="no-golang-modules.json")]
    tests = json.loads(path.read_text(encoding="utf-8"))["tests"]
    return [pytest.param(test, id=f"{test['module']}@{test['version']}") for test in tests] or [
        pytest.param(None, id="no-test")
    ]


def _module(test: dict[str, Any]) -> ModuleVersion:
    """Return a case's module; the standard library stands under a name of its own."""
    if test["module"] == "std":
        return ModuleVersion(path=STDLIB, version=test["version"].removeprefix("go"))
    return ModuleVersion(path=test["module"], version=test["version"])


@pytest.mark.parametrize("test", _cases())
def test_modules_and_package_urls_are_the_same_thing(test: dict[str, Any] | None) -> None:
    assert test is not None, f"no case found in {CONFORMANCE}"
    module, purl = _module(test), test["expected_purl"]
    assert module.purl == purl
    assert module_of_purl(purl) == module
    assert str(parse_purl(purl)) == purl


@pytest.mark.parametrize("test", _cases())
def test_other_spellings_of_a_purl_are_found(test: dict[str, Any] | None) -> None:
    assert test is not None, f"no case found in {CONFORMANCE}"
    for other in test.get("also_seen", ()):
        assert module_of_purl(other) == _module(test)
    lower = test.get("spec_lowercase_form")
    if lower is not None:
        read = module_of_purl(lower)
        assert isinstance(read, ModuleVersion)
        assert sameness(read, _module(test)) is Sameness.CASE


def test_a_replaced_module_has_the_purl_of_what_is_taken() -> None:
    replaced = [case.values[0] for case in _cases() if case.values[0] and case.values[0].get("replaces")]
    assert replaced
    for test in replaced:
        path, _, version = test["replaces"].partition("@")
        assert module_of_purl(test["expected_purl"]) != ModuleVersion(path=path, version=version)
