"""Use case `trust show`: what is trusted, since when, until when, and how old that knowledge is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.trust_roots import age_warning, newest_public_root, trusted_root_for
from supplymatrix.model.trust import ShownAuthority, ShownCertificate, ShownLog, ShownTrust

if TYPE_CHECKING:
    from supplymatrix.attest.trusted_root import TrustedAuthority, TrustedLog

__all__ = ["show_trust"]


def show_trust(path: Path | None, now: datetime, environ: Mapping[str, str]) -> ShownTrust:
    """Return what a run would trust. path: a trusted root that was named, None = the public one.

    Raises InputError for a file that is no trusted root, SourceError for one of this machine's that is damaged.
    """
    root, used = trusted_root_for(path, now, environ=environ)
    return ShownTrust(
        used=used,
        source="the file that was named" if path is not None else newest_public_root(environ).source,
        warning=age_warning(used),
        now=now,
        logs=_logs(root.logs),
        authorities=_authorities(root.authorities),
        certificate_logs=_logs(root.ct_logs),
        timestamp_authorities=_authorities(root.timestamp_authorities),
    )


def _logs(found: Iterable[TrustedLog]) -> tuple[ShownLog, ...]:
    from supplymatrix.attest.der import DerError
    from supplymatrix.attest.public_keys import CannotVerifyError, key_name

    shown = []
    for log in found:
        try:
            name = key_name(log.public_key())
        except (DerError, CannotVerifyError):
            name = f"{log.key_details}, which is not read here"
        shown.append(
            ShownLog(url=log.base_url, log_id=log.log_id.hex(), key_name=name, start=log.valid.start, end=log.valid.end)
        )
    return tuple(shown)


def _authorities(found: Iterable[TrustedAuthority]) -> tuple[ShownAuthority, ...]:
    return tuple(
        ShownAuthority(
            name=one.name, url=one.uri, start=one.valid.start, end=one.valid.end,
            chain=tuple(shown for der in one.chain if (shown := _certificate(der)) is not None),
        )
        for one in found
    )  # fmt: skip


def _certificate(der: bytes) -> ShownCertificate | None:
    """Return a certificate, None for one that cannot be read: nothing is trusted for its sake then."""
    from supplymatrix.attest.certificate_fields import name_text, parse_certificate
    from supplymatrix.attest.der import DerError

    try:
        fields = parse_certificate(der)
        subject = name_text(fields.subject)
    except DerError:
        return None
    return ShownCertificate(
        subject=subject, sha256=hashlib.sha256(der).hexdigest(), not_before=fields.not_before,
        not_after=fields.not_after,
    )  # fmt: skip
