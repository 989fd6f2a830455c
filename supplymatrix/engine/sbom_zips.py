"""The zips of a bill of materials, held against go.sum and the log: of a file that is another one no hash is written.

held = hold_zips(digest_zips(modules, cache, facts), proofs)
held.of(module)                            # a ZipDigest, or why there is none
held.alarms                                # zips that are not what the log has

A zip is the module's own when its h1 is that of the go.sum line. Where the log has proven that line, another zip is an
alarm, as in a check (SM112); where it has not, one of the two is wrong, and nobody can say which.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from supplymatrix.engine.sbom_proofs import ModuleProof, Proofs
from supplymatrix.model.fact import ProofState
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.model.zip_digest import DamagedZip, ZipDigest
from supplymatrix.sources.zip_digest import ZipFound

__all__ = ["NO_LINE", "NO_ZIPS", "OTHER", "HeldZips", "hold_zips"]

NO_LINE = "go.sum has no line that its zip could be held against"
OTHER = "its zip in the module cache is another one"
"""How the reason begins where it surely is not the zip of the line."""
_LIES = {
    ProofState.DIFFERS.value: "the log has another hash than {said_by}, against which its zip would be held",
    ProofState.BAD_PROOF.value: "the proof of the hash in {said_by}, against which its zip is held, does not hold",
}


@value
class HeldZips:
    """found: module → the hashes of its zip, or why they are not known; None when no zip was looked at. alarms:
    sentences about zips that are not what the log has."""

    found: Mapping[ModuleVersion, ZipDigest | str] | None
    alarms: tuple[str, ...] = ()

    def of(self, module: ModuleVersion) -> ZipDigest | str:
        """Return the hashes of a module's zip, or why there are none."""
        if self.found is None:
            return "zips were not asked for"
        return self.found.get(module, "its zip was not looked at")

    @property
    def checked(self) -> frozenset[ModuleVersion]:
        """Modules whose zip has the h1 of their go.sum line."""
        return frozenset(module for module, found in (self.found or {}).items() if isinstance(found, ZipDigest))


NO_ZIPS = HeldZips(found=None)


def hold_zips(zips: Mapping[ModuleVersion, ZipFound], proofs: Proofs, *, said_by: str = "go.sum") -> HeldZips:
    """Hold zips against the lines of go.sum, or the hashes in a program, and what the log says of these."""
    found: dict[ModuleVersion, ZipDigest | str] = {}
    alarms = []
    for module, digest in zips.items():
        known = proofs.of(module)
        found[module] = _held(digest, known, said_by)
        fault = _fault(digest, known.h1, said_by)
        if known.proof.state == ProofState.PROVEN.value and fault:
            alarms.append(f"{module}: its zip in the module cache is not what {known.proof.log} has: {fault}")
    return HeldZips(found=MappingProxyType(found), alarms=tuple(alarms))


def _held(digest: ZipFound, known: ModuleProof, said_by: str) -> ZipDigest | str:
    if isinstance(digest, str):
        return digest
    if not known.h1:
        return NO_LINE
    if known.proof.state in _LIES:
        return _LIES[known.proof.state].format(said_by=said_by)
    fault = _fault(digest, known.h1, said_by)
    return f"{OTHER}: {fault}" if fault or isinstance(digest, DamagedZip) else digest


def _fault(digest: ZipFound, h1: str, said_by: str) -> str:
    """Return why what lies there is surely not the zip of a hash, "" when it is, or nobody can say."""
    if isinstance(digest, DamagedZip):
        return f"no go command reads it: {digest}"
    return f"it has {digest.h1}, {said_by} {h1}" if isinstance(digest, ZipDigest) and digest.h1 != h1 else ""
