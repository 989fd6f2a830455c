"""What a file of ours says of how a version is known, beside that version."""

from __future__ import annotations

import pytest

from supplymatrix.sbom.judge_source import judge_source
from supplymatrix.sbom.read_values import ReadComponent
from supplymatrix.sbom.statements import Truth

_COMMIT = "pseudo-version of the git commit abcdef123456, after v1.2.3"
_DIFFER = "; files differ from that commit"


def _component(version: str, source: str = "", info: str = "", replaces: str = "") -> ReadComponent:
    return ReadComponent(
        ref="x", kind="library", name="code.example/m", version=version, purl="", module=None, replaces=replaces,
        properties=(("supplymatrix:version_source", source),) if source else (), source_info=info,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("version", "source", "truths"),
    [
        ("v1.5.0", "git tag v1.5.0 on HEAD", [Truth.TRUE]),
        ("v1.5.0", "git tag sub/dir/v1.5.0 on HEAD", [Truth.TRUE]),
        ("v1.5.1", "git tag v1.5.0 on HEAD", [Truth.FALSE]),
        ("v1.5.0+dirty", f"git tag v1.5.0 on HEAD{_DIFFER}", [Truth.TRUE]),
        ("v2.0.0+incompatible.dirty", f"git tag v2.0.0+incompatible on HEAD{_DIFFER}", [Truth.TRUE]),
        ("v1.5.0+dirty", "git tag v1.5.0 on HEAD", [Truth.FALSE]),
        ("v1.5.0", f"git tag v1.5.0 on HEAD{_DIFFER}", [Truth.FALSE]),
        ("v1.2.4-0.20261126080000-abcdef123456", _COMMIT, [Truth.TRUE]),
        ("v1.2.4-0.20261126080000-abcdef123457", _COMMIT, [Truth.FALSE]),
        ("unversioned-1234", "made of the hash of go.mod and go.sum: no git", [Truth.TRUE]),
        ("v1.0.0", "made of the hash of go.mod and go.sum: no git", [Truth.FALSE]),
        ("v1.0.0", "the user named it", []),
    ],
)
def test_the_words_fit_to_the_version(version: str, source: str, truths: list[Truth]) -> None:
    assert [one.truth for one in judge_source(_component(version, source))] == truths
    assert [one.truth for one in judge_source(_component(version, info=f"version: {source}"))] == truths


def test_what_spdx_says_of_a_replacement_fits_to_the_other_line() -> None:
    info = "taken in the place of code.example/a@v1.0.0 by a replace in go.mod; it is the folder ../a"
    for replaces, truth in (("code.example/a@v1.0.0", Truth.TRUE), ("code.example/a", Truth.FALSE), ("", Truth.FALSE)):
        assert [one.truth for one in judge_source(_component("", info=info, replaces=replaces))] == [truth]
