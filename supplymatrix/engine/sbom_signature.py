"""What the signatures of a bill of materials come to: the one inside of it, and FILE.sig beside it.

Without a key of the reader's own a signature vouches for nobody, and is told as not checked; one that does not hold
even so is an alarm, as one that does not hold with the key is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from supplymatrix.attest.jsf import NOBODY_VOUCHES, JsfResult, JsfState, verify_json_text
from supplymatrix.attest.keys import VerifyingKey, parse_verifying_key
from supplymatrix.engine.signing import KEY_LIMIT
from supplymatrix.errors import InputError
from supplymatrix.model.signed import SignedState
from supplymatrix.model.value import changed
from supplymatrix.sbom.statements import Statement, Topic, Truth
from supplymatrix.sources.files import read_limited

__all__ = ["read_public_key", "signature_statements"]

_REMEDY = "--key PUB.pem, with the public key that its owner has given you"


def read_public_key(path: Path) -> VerifyingKey:
    """Read a public key. Raises InputError."""
    return parse_verifying_key(read_limited(path, KEY_LIMIT, "public key"), path.as_posix())


def signature_statements(path: Path, data: bytes, key: VerifyingKey | None) -> tuple[Statement, ...]:
    """Return what comes of the signatures of a file. data: its bytes, as everything else was read from them.

    key: None = only a signature inside is looked at. With a key there is always an answer, and what is not checked was
    promised.
    """
    found = verify_json_text(data, key)
    inside = tuple(_inside(path, one) for one in (found,) if one is not None)
    if key is None:
        return inside
    beside = tuple(_beside(path, data, key))
    if not inside and not beside:
        reason = f"there is none inside, and no {path.name}.sig beside it"
        told = Statement(topic=Topic.SIGNATURE, truth=Truth.NOT_CHECKED, subject=path.as_posix(), said="none")
        return (changed(told, reason=reason, is_promised=True),)
    if any(statement.truth is Truth.TRUE for statement in beside):  # over every byte, so that no other is needed
        inside = tuple(changed(statement, is_promised=False) for statement in inside)
    return (*inside, *beside)


def _inside(path: Path, found: JsfResult) -> Statement:
    key = f", key {found.key_id[:16]}…" if found.key_id else ""
    told = Statement(
        topic=Topic.SIGNATURE,
        truth=Truth.NOT_CHECKED,
        subject=path.as_posix(),
        said=f"inside: {found.algorithm or 'of another form'}{key}",
    )
    if found.state is JsfState.BROKEN:
        why = f"the one inside does not hold: {found.reason}"
        return changed(told, truth=Truth.FALSE, found=why, is_alarm=True)
    if found.state is JsfState.NOT_CHECKED:
        remedy = "" if found.is_given or not found.algorithm else _REMEDY
        return changed(told, reason=f"the one inside: {found.reason}", remedy=remedy, is_promised=found.is_given)
    if found.is_given:
        return changed(told, truth=Truth.TRUE)
    return changed(told, reason=f"{NOBODY_VOUCHES} ({found.key_id[:16]}…)", remedy=_REMEDY)


def _beside(path: Path, data: bytes, key: VerifyingKey) -> Iterator[Statement]:
    """Yield what comes of FILE.sig, if there is one."""
    from supplymatrix.engine.verify_report import verify_beside

    said = f"beside: {path.name}.sig, key {key.key_id[:16]}…"
    told = Statement(topic=Topic.SIGNATURE, truth=Truth.TRUE, subject=path.as_posix(), said=said)
    try:
        report = verify_beside(path, data, key)
    except InputError as err:
        reason = f"{path.name}.sig: {err.diagnostics[0].message}"
        yield changed(told, truth=Truth.NOT_CHECKED, reason=reason, is_promised=True)
        return
    if report.state is SignedState.BROKEN:
        yield changed(told, truth=Truth.FALSE, found=f"{path.name}.sig does not hold: {report.reason}", is_alarm=True)
    elif report.state is SignedState.HOLDS:
        yield told
