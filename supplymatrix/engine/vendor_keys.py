"""Public keys of vendors, by the SHA-256 of their bytes that the profile pins: named by the user, kept, or fetched.

A key counts by its hash alone, wherever it comes from. It is fetched only where that is asked for, and kept in the
cache folder; what is kept is hashed again each time.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.errors import Diagnostic, InputError, SupplymatrixError
from supplymatrix.model.gap import Gap
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.model.vendor_signer import SignerMechanism, VendorSigner

if TYPE_CHECKING:
    from supplymatrix.attest.keys import VerifyingKey
    from supplymatrix.engine.means import Means

__all__ = ["KEPT_KEYS", "VendorKeys"]

KEPT_KEYS = "vendor-keys"
"""Folder within the cache folder; each file is called by its SHA-256."""
_LIMIT = 64 << 10


class VendorKeys:
    """The keys of a run. files: that the user says are the vendor's. means: for fetching, and where keys are kept; None
    = neither. may_fetch: whether what is pinned may be fetched."""

    def __init__(self, files: Sequence[Path] = (), means: Means | None = None, *, may_fetch: bool = False) -> None:
        self._files = tuple(files)
        self._means = means
        self._may_fetch = may_fetch
        self._given: Mapping[str, tuple[Path, bytes]] | None = None
        self._found: dict[str, VerifyingKey | str] = {}

    def check_use(self, profile: VendorProfile) -> None:
        """Raise InputError where keys are named, or are to be fetched, and what the vendor signs takes none."""
        if not (self._files or self._may_fetch) or any(row.mechanism is SignerMechanism.KEY for row in profile.signers):
            return
        option = "--key-file" if self._files else "--fetch-key"
        mechanisms = dict.fromkeys(row.mechanism.value for row in profile.signers if row.mechanism is not None)
        message = f"the profile of {profile.name} names no key of Sigstore's kind: {option} would ask for nothing"
        remedy = "a keyring of OpenPGP is --keyring; a key that you trust yourself is named by --key alone"
        raise InputError(Diagnostic(
            message=message, artifact=profile.artifact, seen=f"signs by {', '.join(mechanisms) or 'nothing known'}",
            expected=f"no {option}", remedy=remedy,
        ))  # fmt: skip

    def check_files(self, profile: VendorProfile) -> None:
        """Raise InputError for a file that cannot be read, and for one that is none of the keys that a profile pins."""
        pins = sorted({row.key_sha256 for row in profile.signers if row.key_sha256})
        faults = [
            Diagnostic(
                message=f"this is not the key of {profile.name}", artifact=path.as_posix(), seen=f"sha256:{sha256}",
                expected=" or ".join(f"sha256:{pin}" for pin in pins),
                remedy=f"look where {path.name} comes from; a key that you trust yourself is named by --key alone",
            )
            for sha256, (path, _) in self._read().items() if pins and sha256 not in pins
        ]  # fmt: skip
        if faults:
            raise InputError(*faults)

    def key_of(self, profile: VendorProfile, row: VendorSigner) -> VerifyingKey | Gap:
        """Return the key of a row, or why it is not at hand. Raises InputError for bytes that are no key."""
        wanted = f"the key of {profile.name} ({row.name})"
        if not row.key_sha256:
            named = ", ".join(file.as_posix() for file in self._files)
            why = "its profile pins no hash of it"
            return Gap(
                wanted=wanted,
                reason=f"{why}: that {named} is its key nobody here can say" if named else why,
                remedy="--key FILE without --vendor, once you know that it is the vendor's"
                + (f" ({row.key_url})" if row.key_url else ""),
            )
        if row.key_sha256 not in self._found:
            self._found[row.key_sha256] = self._look(row)
        found = self._found[row.key_sha256]
        if not isinstance(found, str):
            return found
        remedy = f"fetch it from {row.key_url} and name it with --key-file, or --fetch-key"
        return Gap(wanted=wanted, reason=found, remedy=f"{remedy}; its sha256 is {row.key_sha256}")

    def _look(self, row: VendorSigner) -> VerifyingKey | str:
        from supplymatrix.attest.keys import parse_verifying_key

        given = self._read().get(row.key_sha256)
        if given is not None:
            path, data = given
            return parse_verifying_key(data, path.as_posix())
        kept = self._kept(row.key_sha256)
        if kept is not None:
            return parse_verifying_key(kept, row.key_url)
        if not self._may_fetch or self._means is None:
            return "it is not at hand; no file was named"
        if self._means.offline:
            return "it is not at hand, and this run uses no network"
        fetched = asyncio.run(_fetch(row.key_url, self._means))
        if isinstance(fetched, str):
            return fetched
        sha256 = hashlib.sha256(fetched).hexdigest()
        if sha256 != row.key_sha256:
            return (
                f"{row.key_url} gave other bytes than were pinned, with sha256 {sha256}: the vendor may have a new key"
            )
        self._keep(row.key_sha256, fetched)
        return parse_verifying_key(fetched, row.key_url)

    def _read(self) -> Mapping[str, tuple[Path, bytes]]:
        if self._given is None:
            from supplymatrix.sources.files import read_limited

            read = [(path, read_limited(path, _LIMIT, "public key")) for path in self._files]
            self._given = {hashlib.sha256(data).hexdigest(): (path, data) for path, data in read}
        return self._given

    def _folder(self) -> Path | None:
        from supplymatrix.net.folders import cache_folder_if_any

        if self._means is None:
            return None
        folder = self._means.cache_dir or cache_folder_if_any(self._means.environ)
        return folder / KEPT_KEYS if folder is not None else None

    def _kept(self, sha256: str) -> bytes | None:
        from supplymatrix.sources.files import read_limited

        folder = self._folder()
        if folder is None or not (folder / sha256).is_file():
            return None
        try:
            data = read_limited(folder / sha256, _LIMIT, "public key")
        except SupplymatrixError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def _keep(self, sha256: str, data: bytes) -> None:
        """Keep a key; where there is no room for it, it is fetched again next time."""
        from supplymatrix.net.whole_file import replace_whole

        folder = self._folder()
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            replace_whole(folder / sha256, data)
        except OSError:
            return


async def _fetch(url: str, means: Means) -> bytes | str:
    """Return what is at an address, or why it is not to be had."""
    from supplymatrix.net.transport import Transport
    from supplymatrix.sumdb.protocol import Absent, Body

    async with Transport(environ=means.environ, ca_file=means.ca_file, connections=1) as transport:
        answer = await transport.get(url, max_bytes=_LIMIT)
    if isinstance(answer, Body):
        return answer.data
    if isinstance(answer, Absent):
        return f"{answer.source} has it no more (HTTP {answer.status})"
    return answer.reason
