"""What a trusted root holds, for people and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime

from supplymatrix.model.trust import ShownAuthority, ShownLog, ShownTrust
from supplymatrix.reports.json_text import as_json
from supplymatrix.reports.plain import plain

__all__ = ["SCHEMA", "render_trust_json", "render_trust_text"]

SCHEMA = "supplymatrix.trust/1"
_ID = 16  # digits of a digest, unless all are asked for


def render_trust_text(shown: ShownTrust, *, width: int = 80, verbose: bool = False) -> str:
    """Return one page. verbose: digests in full, and every certificate of a chain."""
    used = shown.used
    lines = _wrapped("trusted root  ", used.name, width)
    lines += _wrapped("  sha256      ", used.sha256 if verbose else f"{used.sha256[:_ID]}…", width)
    lines += _wrapped("  from        ", shown.source, width)
    age = f"{used.as_of}, {_days(used.age_days)} old" if used.age_days is not None else "nobody says of which day it is"
    lines += _wrapped("  of          ", age, width)
    if shown.warning:
        lines += _wrapped("! ", shown.warning, width)
    for title, logs in (("transparency logs", shown.logs), ("certificate logs", shown.certificate_logs)):
        lines += ["", _title(title, logs)]
        for log in logs:
            lines += _log_lines(log, shown.now, width, verbose=verbose)
    kinds = (
        ("certificate authorities", shown.authorities),
        ("timestamp authorities", shown.timestamp_authorities),
    )
    for title, authorities in kinds:
        lines += ["", _title(title, authorities)]
        for authority in authorities:
            lines += _authority_lines(authority, shown.now, width, verbose=verbose)
    return "\n".join(lines) + "\n"


def render_trust_json(shown: ShownTrust) -> str:
    """Return the document of `supplymatrix schema trust`."""
    return as_json(
        {
            "schema": SCHEMA,
            "name": shown.used.name,
            "sha256": shown.used.sha256,
            "source": shown.source,
            "as_of": shown.used.as_of or None,
            "age_days": shown.used.age_days,
            "warning": shown.warning,
            "logs": [_log_json(log, shown.now) for log in shown.logs],
            "certificate_logs": [_log_json(log, shown.now) for log in shown.certificate_logs],
            "certificate_authorities": [_authority_json(one, shown.now) for one in shown.authorities],
            "timestamp_authorities": [_authority_json(one, shown.now) for one in shown.timestamp_authorities],
        }
    )


def _log_lines(log: ShownLog, now: datetime, width: int, *, verbose: bool) -> Iterator[str]:
    yield from _wrapped(f"  {_mark(log.start, log.end, now)} ", log.url or "without an address", width)
    yield from _wrapped("      ", f"{log.key_name}, {_span(log.start, log.end)}", width)
    yield from _wrapped("      id ", log.log_id if verbose else f"{log.log_id[:_ID]}…", width)


def _authority_lines(authority: ShownAuthority, now: datetime, width: int, *, verbose: bool) -> Iterator[str]:
    name = f"{authority.name} ({authority.url})" if authority.url else authority.name
    yield from _wrapped(f"  {_mark(authority.start, authority.end, now)} ", name, width)
    yield from _wrapped("      ", _span(authority.start, authority.end), width)
    for each in authority.chain if verbose else authority.chain[-1:]:
        yield from _wrapped("      ", f"{each.subject}, {_span(each.not_before, each.not_after)}", width)
        yield from _wrapped("        sha256 ", each.sha256 if verbose else f"{each.sha256[:_ID]}…", width)


def _log_json(log: ShownLog, now: datetime) -> dict[str, object]:
    return {
        "url": log.url,
        "log_id": log.log_id,
        "key": log.key_name,
        **_times(log.start, log.end, now),
    }


def _authority_json(authority: ShownAuthority, now: datetime) -> dict[str, object]:
    chain = [
        {
            "subject": each.subject,
            "sha256": each.sha256,
            "not_before": _iso(each.not_before),
            "not_after": _iso(each.not_after),
        }
        for each in authority.chain
    ]
    times = _times(authority.start, authority.end, now)
    return {"name": authority.name, "url": authority.url, **times, "certificates": chain}


def _times(start: datetime | None, end: datetime | None, now: datetime) -> dict[str, object]:
    is_now = (start is None or start <= now) and (end is None or now <= end)
    return {"trusted_from": _iso(start), "trusted_until": _iso(end), "trusted_now": is_now}


def _iso(time: datetime | None) -> str | None:
    return None if time is None else f"{time:%Y-%m-%dT%H:%M:%SZ}"


def _mark(start: datetime | None, end: datetime | None, now: datetime) -> str:
    """Return the sign of what is trusted for signatures of today, or for earlier ones alone."""
    return "✔" if (start is None or start <= now) and (end is None or now <= end) else "·"


def _span(start: datetime | None, end: datetime | None) -> str:
    since = f"from {start:%Y-%m-%d}" if start else "from ever on"
    return f"{since} until {end:%Y-%m-%d}" if end else f"{since} on"


def _days(days: int | None) -> str:
    return "1 day" if days == 1 else f"{days or 0:,} days"


def _title(title: str, found: Sequence[object]) -> str:
    return f"{title} ({len(found)})" if found else f"{title}: none"


def _wrapped(head: str, text: str, width: int) -> list[str]:
    indent = " " * len(head)
    return textwrap.wrap(
        plain(text), width, initial_indent=head, subsequent_indent=indent, break_on_hyphens=False
    ) or [head.rstrip()]  # fmt: skip
