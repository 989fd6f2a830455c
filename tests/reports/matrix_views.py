"""Views for the tests of matrix reports: one of every kind of cell, and one whose profiles mean harm."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.errors import Diagnostic
from supplymatrix.model.value import changed
from supplymatrix.vendors.matrix import MatrixView
from tests.vendors.made_matrix import made_matrix, made_profiles, made_view, row, source, vendor

__all__ = ["HOSTILE", "hostile_view", "view_with_faults"]

HOSTILE: tuple[str, ...] = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a | b || `c` [d](javascript:alert(1)) @team #1",
    "\x1b[31mred\x1b[0m\x07\r\nnext",
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "  =1+1",
    "\u202egnp.exe\u2066",
    "::error::x",
    "</style><!-- & ]]>",
    "\u200b\udc80",
)


def _texts() -> Iterator[str]:
    while True:
        yield from HOSTILE


def hostile_view() -> MatrixView:
    """Return a view in which every text of a profile, and of a fault, is one of HOSTILE."""
    texts = _texts()
    sources = [
        changed(source(f"s{number}", address="https://x.example/"), locator=next(texts), note=next(texts))
        for number in range(4)
    ]
    bad = changed(source("bad", address=next(texts)), id=next(texts), conflicts_with=("s1",))
    odd = [changed(source(f"a{number}"), source=text) for number, text in enumerate(HOSTILE)]
    rows = [
        row(key, state, text, f"s{number % 4}", f"a{number % len(odd)}", bad.id, items=(next(texts),), note=next(texts))
        for number, (key, state, text) in enumerate(
            zip(
                ("delivers", "go_minors", "signing", "fips_mode", "fix_sla", "licence", "arches", "sbom_formats",
                 "feed_formats", "reproducible", "sla_start", "backport_style", "exit_cost"),
                ("yes", "partial", "no", "n_a") * 4,
                HOSTILE,
                strict=False,
            )
        )
    ]  # fmt: skip
    rows.append(row("indemnity", "unknown", searched=HOSTILE))
    profiles = [
        vendor(f"v{number}", rows, [*sources, *odd], title=text, core=number < 3) for number, text in enumerate(HOSTILE)
    ]
    profiles = [changed(profile, evidence={**profile.evidence, bad.id: bad}) for profile in profiles]
    matrix = made_matrix(profiles, standing=[("v1", text) for text in HOSTILE])
    fault = Diagnostic(message=HOSTILE[0], artifact=HOSTILE[3], line=1, seen=HOSTILE[9])
    return made_view(
        matrix, wanted=("today", "v0", "v1", "v2"), faults=(fault,), weights_from=HOSTILE[1], notes=HOSTILE
    )


def view_with_faults() -> MatrixView:
    """Return the made view with one profile that could not be used."""
    fault = Diagnostic(message="there is no key 'stat'", artifact="ours/corp.toml", line=4, column=1)
    return made_view(made_matrix(made_profiles()), faults=(fault,))
