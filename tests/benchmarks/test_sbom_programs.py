"""The comparison of bills of programs counts what it says."""

from __future__ import annotations

from typing import Any

from benchmarks.sbom_programs import Found, look, table, truth_of

READ: dict[str, Any] = {
    "GoVersion": "go1.26.8-X:boringcrypto",
    "Main": {"Path": "example.com/app", "Version": "(devel)"},
    "Deps": [
        {"Path": "example.com/a", "Version": "v1.0.0", "Sum": "h1:x"},
        {"Path": "example.com/b", "Version": "v1.0.0", "Replace": {"Path": "example.com/c", "Version": "v1.1.0"}},
        {"Path": "example.com/l", "Version": "v1.0.0", "Replace": {"Path": "../lib", "Version": "(devel)"}},
    ],
}


def part(purl: str, name: str = "", **more: object) -> dict[str, object]:
    return {"name": name or purl, "purl": purl, "version": purl.rpartition("@")[2] if "@" in purl else "", **more}


def bill(*parts: dict[str, object], **more: object) -> dict[str, object]:
    subject = {"name": "example.com/app", "version": "unversioned-1", "hashes": [{"content": "ab"}]}
    return {"metadata": {"component": subject}, "components": list(parts), **more}


def test_what_a_bill_should_have_is_what_go_reads() -> None:
    truth = truth_of(READ)
    assert truth.go == "1.26.8"
    assert truth.main == ("example.com/app", "")
    assert truth.modules == {"pkg:golang/example.com/a@v1.0.0", "pkg:golang/example.com/c@v1.1.0"}


def test_right_wrong_and_missing_modules_are_told_apart() -> None:
    found = look(
        bill(
            part("pkg:golang/example.com/a@v1.0.0?type=module", licenses=[{"expression": "MIT"}]),
            part("pkg:golang/../lib@(devel)"),
            part("pkg:golang/stdlib@1.26.8", "stdlib"),
        ),
        truth_of(READ),
        "ab",
    )
    assert found == Found(files=1, expected=2, right=1, wrong=1, missing=1, stdlib=1, main=1, hashed=1, licensed=1)
    assert any("1 of 2" in line for line in table({"tool": found}, 1))


def test_an_empty_bill_is_told_from_one_that_says_so() -> None:
    silent, honest = bill(), bill(compositions=[{"aggregate": "unknown"}])
    assert (look(silent, None, "").empty, look(honest, None, "").empty) == (1, 0)
    assert (look(silent, None, "") + look(honest, None, "")).files == 2
