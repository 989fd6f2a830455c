"""The licence texts that lie in a Go installation, held against those that are known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.licences.go_terms import FILES, GoText, TextState, read_go_text
from supplymatrix.model.value import value

__all__ = ["GoTerms", "read_terms"]

_LIMIT = 1 << 20


@value
class GoTerms:
    """goroot: the folder, "" where there is no Go. version: of it, "" unknown. texts: LICENSE and PATENTS. exit_code:
    0 both are known, 1 one is another text, 3 one could not be looked at."""

    goroot: str
    version: str
    texts: tuple[GoText, ...]
    exit_code: int


def read_terms(environ: Mapping[str, str], goroot: Path | None = None) -> GoTerms:
    """Return what lies in a GOROOT. goroot: None = the one that builds here. Raises InputError for a named folder that
    is no Go."""
    from supplymatrix.net.settings import building_goroot
    from supplymatrix.sources.go_root import go_version_of, goroot_of

    root = goroot_of(goroot) if goroot is not None else building_goroot(environ)
    if root is None:
        texts = tuple(GoText(name=name, state=TextState.MISSING, reason="there is no Go here") for name in FILES)
        return GoTerms(goroot="", version="", texts=texts, exit_code=3)
    texts = tuple(_text(root, name) for name in FILES)
    states = {text.state for text in texts}
    code = 3 if TextState.MISSING in states else 1 if TextState.OTHER in states else 0
    return GoTerms(goroot=root.as_posix(), version=go_version_of(root), texts=texts, exit_code=code)


def _text(root: Path, name: str) -> GoText:
    """Return one file; distributions keep it elsewhere, and then it is missing here."""
    from supplymatrix.sources.files import read_if_there

    try:
        data = read_if_there(root / name, _LIMIT, name)
    except InputError as err:
        return GoText(name=name, state=TextState.MISSING, reason=err.diagnostics[0].message)
    if data is None:
        return GoText(name=name, state=TextState.MISSING, reason="it is not in that folder")
    return read_go_text(name, data)
