"""Which module of a program needs which other one, as far as proven go.mod files say it.

A program records what is in it, and not who asked for it. The go.mod of a module version does, where the module cache
has it and it is the one that the log knows: in its require lines, but those that it marks "// indirect", which name
what others of its dependencies need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.gomod.dependency_file import direct_requirements
from supplymatrix.gomod.dirhash import hash1
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sources.files import GO_MOD_LIMIT, read_if_there

__all__ = ["proven_requirements"]


def proven_requirements(
    modules: Iterable[ModuleVersion], words: Mapping[ModuleVersion, LogWord], cache: Path | None
) -> Mapping[ModuleVersion, frozenset[str]]:
    """Return the paths of the modules that each module requires itself, of those whose go.mod in the module cache has
    the hash that the log has proven."""
    found = {}
    for module in modules:
        word = words.get(module)
        if cache is None or word is None or word.kind is not LogWordKind.PROVEN or not word.h1_go_mod:
            continue
        try:
            name = cache / "cache" / "download" / module.escaped_path / "@v" / f"{module.escaped_version}.mod"
            data = read_if_there(name, GO_MOD_LIMIT, "go.mod of the module cache")
            if data is None or hash1([(b"go.mod", sha256(data).digest())]) != word.h1_go_mod:
                continue
            found[module] = direct_requirements(data)
        except InputError:
            continue
    return found
