"""The newer trusted root that this machine keeps: fetched by `trust update`, and used by every run that names none.

One file in the state folder, `trust/public-good.root`:

    supplymatrix trusted root 1
    as of 2026-11-26
    from https://tuf.example
    sha256 <64 hex digits, of all below the blank line>

    <the trusted root, byte for byte>

It is replaced only as a whole, and hashed again before it is used. A file that does not read back is an error and is
not passed over: whoever could damage it could also wish that an older root is taken.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path

from supplymatrix.errors import SourceError
from supplymatrix.model.value import value
from supplymatrix.net.whole_file import replace_whole

__all__ = ["KEPT_ROOT", "KeptRoot", "keep_root", "read_kept_root"]

KEPT_ROOT = "trust/public-good.root"
"""In the state folder."""
_HEAD = re.compile(
    rb"supplymatrix trusted root 1\nas of ([0-9]{4}-[0-9]{2}-[0-9]{2})\nfrom ([!-~]{1,500})\nsha256 ([0-9a-f]{64})\n\n"
)
_MOST = 4 << 20
_AGAIN = "run `supplymatrix trust update` again, or delete the file: then the root that comes with the program is used"


@value
class KeptRoot:
    """A trusted root that was fetched. data: its bytes; as_of: the day on which it was the newest. source: from
    where."""

    data: bytes
    as_of: date
    source: str


def read_kept_root(state: Path) -> KeptRoot | None:
    """Return what is kept in a state folder, None where nothing is. Raises SourceError for a file that is damaged."""
    path = state / KEPT_ROOT
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as err:
        raise SourceError(f"{path} cannot be read: {err.strerror or err}", remedy=_AGAIN) from err
    match = _HEAD.match(data)
    if match is None or len(data) > _MOST:
        raise SourceError(f"{path} is not the trusted root that was kept there", remedy=_AGAIN)
    body, digest = data[match.end() :], match[3].decode("ascii")
    found = hashlib.sha256(body).hexdigest()
    if found != digest:
        says = f"the trusted root in {path} has the SHA-256 {found[:16]}…, and was kept with {digest[:16]}…"
        raise SourceError(says, remedy=_AGAIN)
    try:
        as_of = date.fromisoformat(match[1].decode("ascii"))
    except ValueError as err:
        raise SourceError(f"{path} is of no day", remedy=_AGAIN) from err
    return KeptRoot(data=body, as_of=as_of, source=match[2].decode("ascii"))


def keep_root(state: Path, root: KeptRoot) -> Path:
    """Write a trusted root, and return where it is. Raises SourceError."""
    path = state / KEPT_ROOT
    digest = hashlib.sha256(root.data).hexdigest()
    head = f"supplymatrix trusted root 1\nas of {root.as_of:%Y-%m-%d}\nfrom {root.source}\nsha256 {digest}\n\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_whole(path, head.encode("ascii") + root.data)
    except OSError as err:
        remedy = "set SUPPLYMATRIX_STATE_DIR to a folder that may be written"
        raise SourceError(f"{path} cannot be written: {err.strerror or err}", remedy=remedy) from err
    return path
