"""The trusted root of a run: read once, and only when a signature needs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.attest.wanted import Wanted
from supplymatrix.engine.means import Means
from supplymatrix.errors import SupplymatrixError
from supplymatrix.model.signature import TrustUsed
from supplymatrix.model.value import changed
from supplymatrix.sources.files import read_limited

if TYPE_CHECKING:
    from supplymatrix.attest.bundle import SignedBundle
    from supplymatrix.attest.trusted_root import TrustedRoot

__all__ = ["RunTrust"]

_CA_LIMIT = 1 << 20


class RunTrust:
    """file: a trusted root, None = the public one. ca: certificates (PEM) of an authority of one's own, trusted in the
    place of its authorities. named: a trusted root that was read already, by its name, in the place of the file.

    used, notes: what reports say of it, once it was needed. fault: why it could not be had.
    """

    def __init__(
        self, file: Path | None, ca: Path | None, means: Means, *, named: tuple[str, bytes] | None = None
    ) -> None:
        self._named = named
        self._file = file
        self._ca = ca
        self._means = means
        self._root: TrustedRoot | None = None
        self.used: TrustUsed | None = None
        self.notes: tuple[str, ...] = ()
        self.fault: SupplymatrixError | None = None

    def root_for(self, bundle: SignedBundle, wanted: Wanted) -> TrustedRoot | None:
        """Return the trusted root, or None where this signature needs none: a key's, of which no log entry counts.

        Raises InputError where a file cannot be read, SourceError where this machine's is damaged; each time again.
        """
        by_key = bool(wanted.keys) and not bundle.certificate
        if by_key and (not wanted.checks_log or not (bundle.entries or bundle.timestamps)):
            return None
        if self.fault is not None:
            raise self.fault
        if self._root is None:
            try:
                self._root, self.used = self._load()
            except SupplymatrixError as err:
                self.fault = err
                raise
        return self._root

    def _load(self) -> tuple[TrustedRoot, TrustUsed]:
        if self._named is not None:
            from supplymatrix.attest.trusted_root import parse_trusted_root

            root = parse_trusted_root(self._named[1], self._named[0])
            return root, TrustUsed(name=self._named[0], sha256=root.sha256)
        from supplymatrix.engine.trust_roots import age_warning, trusted_root_for

        root, used = trusted_root_for(self._file, self._means.now, environ=self._means.environ)
        warning = age_warning(used)
        self.notes = (warning,) if warning else ()
        if self._ca is None:
            return root, used
        from hashlib import sha256

        from supplymatrix.attest.trusted_root import with_private_ca

        name, pem = self._ca.as_posix(), read_limited(self._ca, _CA_LIMIT, "certificate authority")
        return with_private_ca(root, pem, name), changed(used, ca=name, ca_sha256=sha256(pem).hexdigest())
