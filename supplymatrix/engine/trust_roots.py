"""Which trusted root a run starts from: the file that is named, or the public one of Sigstore.

Of the public one there may be two: the one that comes with the program, and a newer one that `trust update` has fetched
to this machine. The newer of them is used. Each is hashed again before it is used, nothing is fetched here, and how old
it is goes into every report.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.errors import SourceError
from supplymatrix.model.signature import TrustUsed
from supplymatrix.model.value import changed, value

if TYPE_CHECKING:
    from supplymatrix.attest.trusted_root import TrustedRoot

__all__ = [
    "OLD_AFTER", "PUBLIC_GOOD", "PublicRoot", "age_warning", "newest_public_root", "shipped_root", "trusted_root_for",
    "tuf_bootstrap",
]  # fmt: skip

PUBLIC_GOOD = "public good"
OLD_AFTER = 180
"""Days, after which a trusted root is warned of."""
_KIND = "trust_roots"
_MOST = 4 << 20
_A_DAY = timedelta(days=1)
_CLOCK = "set the clock; if it is right, fetch the root anew: supplymatrix trust update"
_BROKEN = "reinstall the program"


@value
class PublicRoot:
    """A trusted root of the public instance. data: its bytes; as_of: the day on which it was the newest. source: where
    it came from, in words. repository: where newer ones are given out."""

    data: bytes
    as_of: date
    source: str
    repository: str


def trusted_root_for(
    path: Path | None, now: datetime, *, environ: Mapping[str, str] | None = None
) -> tuple[TrustedRoot, TrustUsed]:
    """Return the trusted root of a run, and what reports say of it.

    path: a trusted root that was named, None = the public one. environ: where the state folder is named, with what
    `trust update` fetched; None = only what comes with the program. Raises InputError for a file that is no trusted
    root, SourceError for one of this machine's that is damaged.
    """
    from supplymatrix.attest.trusted_root import parse_trusted_root

    if path is not None:
        from supplymatrix.sources.files import read_limited

        root = parse_trusted_root(read_limited(path, _MOST, "trusted root"), path.as_posix())
        return root, TrustUsed(name=path.as_posix(), sha256=root.sha256)
    public = newest_public_root(environ, today=now.date())
    root = changed(parse_trusted_root(public.data, PUBLIC_GOOD), name=PUBLIC_GOOD)
    age = max((now.date() - public.as_of).days, 0)
    return root, TrustUsed(name=PUBLIC_GOOD, sha256=root.sha256, as_of=f"{public.as_of:%Y-%m-%d}", age_days=age)


def age_warning(trust: TrustUsed) -> str:
    """Return what is to be said of a trusted root that is old, "" where it is not, or nobody knows."""
    if trust.age_days is None or trust.age_days <= OLD_AFTER:
        return ""
    return (
        f"the trusted root is {trust.age_days:,} days old (of {trust.as_of}): keys that were added or withdrawn since "
        "are not known; next: supplymatrix trust update"
    )


def newest_public_root(environ: Mapping[str, str] | None, *, today: date | None = None) -> PublicRoot:
    """Return the newer of what comes with the program and what was fetched.

    today: of the run, UTC; None = not held against what was fetched. Raises SourceError, also for one that was fetched
    on a day that has not come: it would be the newest, and young, for ever.
    """
    shipped = shipped_root()
    if environ is None:
        return shipped
    from supplymatrix.net.folders import state_folder_if_any
    from supplymatrix.net.trust_store import read_kept_root

    state = state_folder_if_any(environ)
    kept = read_kept_root(state) if state is not None else None
    if kept is None or kept.as_of < shipped.as_of:
        return shipped
    if today is not None and kept.as_of > today + _A_DAY:
        says = f"the trusted root that was kept is of {kept.as_of}, and this machine's clock says {today}"
        raise SourceError(says, remedy=_CLOCK)
    source = f"fetched from {kept.source}"
    return PublicRoot(data=kept.data, as_of=kept.as_of, source=source, repository=shipped.repository)


def shipped_root() -> PublicRoot:
    """Return the trusted root that comes with the program. Raises SourceError where it is not what it was."""
    from supplymatrix.sources.builtin import builtin_bytes

    data = builtin_bytes(_KIND, "public-good.json")
    origin = json.loads(builtin_bytes(_KIND, "public-good.origin.json"))
    if hashlib.sha256(data).hexdigest() != origin["sha256"]:
        raise SourceError("the trusted root that comes with the program has been changed", remedy=_BROKEN)
    return PublicRoot(
        data=data, as_of=date.fromisoformat(origin["as_of"]), source=f"comes with the program, {origin['from']}",
        repository=origin["repository"],
    )  # fmt: skip


def tuf_bootstrap() -> bytes:
    """Return the keys with which fetching a newer one begins."""
    from supplymatrix.sources.builtin import builtin_bytes

    return builtin_bytes(_KIND, "tuf-root.json")
