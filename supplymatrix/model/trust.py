"""What a trusted root holds, as it is shown to people."""

from __future__ import annotations

from datetime import datetime

from supplymatrix.model.signature import TrustUsed
from supplymatrix.model.value import value

__all__ = ["ShownAuthority", "ShownCertificate", "ShownLog", "ShownTrust"]


@value
class ShownLog:
    """A transparency log or certificate log. log_id: hex. start, end: trusted from when until when; None = open."""

    url: str
    log_id: str
    key_name: str
    start: datetime | None
    end: datetime | None


@value
class ShownCertificate:
    """A certificate of an authority. sha256: hex, of its DER."""

    subject: str
    sha256: str
    not_before: datetime
    not_after: datetime


@value
class ShownAuthority:
    """A certificate authority or timestamp authority, with its chain, the end of it last."""

    name: str
    url: str
    start: datetime | None
    end: datetime | None
    chain: tuple[ShownCertificate, ...]


@value
class ShownTrust:
    """A trusted root. used: what reports say of it. source: where it came from. warning: that it is old, "" = not.

    now: when it is looked at, UTC.
    """

    used: TrustUsed
    source: str
    warning: str
    now: datetime
    logs: tuple[ShownLog, ...]
    authorities: tuple[ShownAuthority, ...]
    certificate_logs: tuple[ShownLog, ...]
    timestamp_authorities: tuple[ShownAuthority, ...]
