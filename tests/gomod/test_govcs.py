"""GOVCS: which programs may be used for which modules."""

from __future__ import annotations

import pytest

from supplymatrix.errors import InputError
from supplymatrix.gomod.govcs import is_vcs_allowed


@pytest.mark.parametrize(
    ("setting", "path", "vcs", "private", "allowed"),
    [
        ("", "a.example/b", "git", False, True),
        ("", "a.example/b", "bzr", False, False),
        ("", "a.example/b", "bzr", True, True),
        ("*:off", "a.example/b", "git", False, False),
        ("a.example:hg, *:git", "a.example/b", "git", False, False),
        ("a.example:hg|git", "a.example/b/c", "git", False, True),
        ("public:off,private:git", "a.example/b", "git", True, True),
        ("public:off", "a.example/b", "git", False, False),
        ("*:all", "a.example/b", "fossil", False, True),
    ],
)
def test_the_first_entry_that_covers_a_path_decides(
    setting: str, path: str, vcs: str, private: bool, allowed: bool
) -> None:
    assert is_vcs_allowed(setting, path, vcs, is_private=private) is allowed


@pytest.mark.parametrize("setting", ["git", ":git", "a.example:", "a.example:git|", "a:git,,b:git", "./a:git"])
def test_an_entry_that_go_refuses_is_refused(setting: str) -> None:
    with pytest.raises(InputError, match="GOVCS"):
        is_vcs_allowed(setting, "a.example/b", "git", is_private=False)
