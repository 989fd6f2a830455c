"""What settings of this machine add to the linker's line of every program with C: CGO_LDFLAGS, and GOFLAGS."""

from __future__ import annotations

import re
from collections.abc import Mapping

from supplymatrix.errors import InputError
from supplymatrix.gomod.cgo_lines import CgoDirective, LinkedName, LinkState, linked_by, words_of
from supplymatrix.model.value import value

__all__ = ["LinkerWords", "linker_words"]

_STATIC = re.compile(r"-extldflags.*?(?<![\w-])-static(?:-pie)?(?![\w-])", re.DOTALL)


@value
class LinkerWords:
    """names: libraries that CGO_LDFLAGS links. is_static: all of the program is linked statically. unclear: words that
    name a file of words."""

    names: tuple[LinkedName, ...] = ()
    is_static: bool = False
    unclear: tuple[str, ...] = ()


def linker_words(environ: Mapping[str, str]) -> LinkerWords:
    """Return what the settings add. Raises nothing: what cannot be read is told where the build is worked out."""
    from supplymatrix.net.settings import read_env_values

    try:
        values = read_env_values(environ)
    except InputError:
        values = {}
    words = words_of(environ.get("CGO_LDFLAGS") or values.get("CGO_LDFLAGS", ""))
    flags = environ.get("GOFLAGS") or values.get("GOFLAGS", "")
    state = LinkState(is_whole=_STATIC.search(flags) is not None)
    names = linked_by(CgoDirective(verb="LDFLAGS", words=words), state)
    unclear = tuple(word[:100] for word in words if word.startswith("@"))
    return LinkerWords(names=names, is_static=state.is_whole, unclear=unclear)
