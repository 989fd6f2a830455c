"""A go.mod with other versions in its requires, every other byte as it was: what `go get` would make of it.

    raise_requires(data, {"golang.org/x/text": "v0.3.8"}, toolchain="go1.26.8")

The version of each require of a named module is written anew. A module that no require names is required with
"// indirect", in the last block that has nothing else, at its place in the order of paths; where there is no such block
a new one is made, and a line of its own for a single one. Go's own command may require further modules, and change
comments: that is what `go mod tidy` does.

Source: golang.org/x/mod modfile (SetRequireSeparateIndirect); go.dev/ref/mod#go-get.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplymatrix.gomod.modfile import GoMod, Require, parse_go_mod
from supplymatrix.model.location import Location

__all__ = ["raise_requires"]


def raise_requires(data: bytes, versions: Mapping[str, str], *, go: str = "", toolchain: str = "") -> bytes:
    """Return go.mod with these versions, module path → version. go, toolchain: for the lines of these names, "" = as
    they are.

    Raises InputError for a go.mod that cannot be read.
    """
    file = parse_go_mod(data)
    ending = "\r\n" if b"\r\n" in data else "\n"
    lines = data.decode("utf-8").replace("\r\n", "\n").split("\n")
    named = set()
    for require in file.require:
        path = require.module.path
        if path in versions:
            named.add(path)
            if versions[path] != require.module.version:
                _rewrite(lines, require, versions[path])
    added = sorted((path, version) for path, version in versions.items() if path not in named)
    if go and file.go is not None:
        _put(lines, file.go.location, go)
    moved = _with_toolchain(lines, file, toolchain) if toolchain else 0
    if added:
        _add(lines, file, added, moved=moved)
    return ending.join(lines).encode()


def _rewrite(lines: list[str], require: Require, version: str) -> None:
    """Put another version into the line of a require; of its two words it is the second."""
    place = require.location
    line = lines[place.line - 1]
    words = line[place.column - 1 : place.end_column - 1]
    before = words.rstrip()[: len(words.rstrip()) - len(words.split()[-1])]
    lines[place.line - 1] = line[: place.column - 1] + before + version + line[place.end_column - 1 :]


def _put(lines: list[str], place: Location, text: str) -> None:
    line = lines[place.line - 1]
    lines[place.line - 1] = line[: place.column - 1] + text + line[place.end_column - 1 :]


def _with_toolchain(lines: list[str], file: GoMod, toolchain: str) -> int:
    """Write the toolchain line; return how many lines were added behind the go line for it."""
    if file.toolchain is not None:
        _put(lines, file.toolchain.location, toolchain)
        return 0
    at = file.go.location.line if file.go is not None else file.module.location.line if file.module is not None else 0
    lines[at:at] = ["", f"toolchain {toolchain}"]
    return 2


def _add(lines: list[str], file: GoMod, added: Sequence[tuple[str, str]], *, moved: int) -> None:
    block = _last_indirect_block(lines, file, moved)
    texts = [(path, f"\t{path} {version} // indirect") for path, version in added]
    if block is None:
        while lines and not lines[-1].strip():
            lines.pop()
        alone = len(texts) == 1
        lines += [
            "",
            *([f"require {texts[0][1].strip()}"] if alone else ["require (", *(t for _, t in texts), ")"]),
            "",
        ]
        return
    for path, text in texts:
        at = next((number for number, there in enumerate(block) if there[0] > path), len(block))
        line = block[at][1] if at < len(block) else block[-1][1] + 1
        lines.insert(line, text)
        block[at:] = [(path, line), *((there, number + 1) for there, number in block[at:])]


def _last_indirect_block(lines: Sequence[str], file: GoMod, moved: int) -> list[tuple[str, int]] | None:
    """Return path and index of each line of the last block whose requires are all indirect, None for no such block."""
    blocks: list[list[Require]] = []
    last = -1
    for require in file.require:
        line = require.location.line
        if line != last + 1 or not blocks or _is_alone(lines, require, moved):
            blocks.append([])
        blocks[-1].append(require)
        last = line
    whole = [block for block in blocks if all(r.indirect for r in block) and not _is_alone(lines, block[0], moved)]
    if not whole:
        return None
    return [(require.module.path, require.location.line - 1 + moved) for require in whole[-1]]


def _is_alone(lines: Sequence[str], require: Require, moved: int) -> bool:
    """Return whether a require is a line of its own, and no line of a block."""
    return lines[require.location.line - 1 + moved].lstrip().startswith("require")
