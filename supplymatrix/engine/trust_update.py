"""Use case `trust update`: fetch the newest trusted root of Sigstore's public instance, and keep it on this machine."""

from __future__ import annotations

import hashlib
from pathlib import Path

from supplymatrix.engine.means import Means
from supplymatrix.engine.trust_roots import PUBLIC_GOOD, PublicRoot, newest_public_root, shipped_root, tuf_bootstrap
from supplymatrix.errors import SourceError
from supplymatrix.model.value import value

__all__ = ["TrustUpdate", "update_trust"]

_FOLDER = "trust/tuf"
"""In the state folder: what was seen of the repository."""


@value
class TrustUpdate:
    """What became of it. before, after: SHA-256, hex, of the root that was used so far, and of the one from now on.

    path: where it is kept. as_of: "2026-11-26". source: who gave it out.
    """

    before: str
    after: str
    as_of: str
    path: Path
    source: str

    @property
    def is_same(self) -> bool:
        """Whether it is the one that was used so far."""
        return self.before == self.after


def update_trust(means: Means, *, repository: str = "", bootstrap: bytes = b"") -> TrustUpdate:
    """Fetch and keep the newest trusted root.

    repository, bootstrap: another TUF repository and its root metadata than those that come with the program. Raises
    TransportError where it cannot be had, TrustError where it is not signed as it must be, SourceError.
    """
    from supplymatrix.attest.trusted_root import parse_trusted_root
    from supplymatrix.net.folders import state_folder
    from supplymatrix.net.transport import Transport
    from supplymatrix.net.trust_store import KeptRoot, keep_root
    from supplymatrix.net.trust_update import fetch_trusted_root

    if means.offline:
        remedy = "run it with --online where there is a network; until then the one that is kept is used"
        raise SourceError("a trusted root is fetched over the network, and this run uses none", remedy=remedy)
    before = _before(means)
    state = state_folder(means.environ)
    url = repository or before.repository
    transport = Transport(environ=means.environ, ca_file=means.ca_file, connections=1)
    data = fetch_trusted_root(url, bootstrap or tuf_bootstrap(), state / _FOLDER, transport)
    parse_trusted_root(data, PUBLIC_GOOD)
    path = keep_root(state, KeptRoot(data=data, as_of=means.now.date(), source=url))
    return TrustUpdate(
        before=hashlib.sha256(before.data).hexdigest(), after=hashlib.sha256(data).hexdigest(),
        as_of=f"{means.now:%Y-%m-%d}", path=path, source=url,
    )  # fmt: skip


def _before(means: Means) -> PublicRoot:
    """Return what was used so far: where what was kept is damaged, nothing is, and what is fetched takes its place."""
    try:
        return newest_public_root(means.environ)
    except SourceError:
        return shipped_root()
