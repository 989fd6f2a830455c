"""Decisions to be shown: over the built-in profiles on the day of their review, and over a few made vendors."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache

from supplymatrix.engine.vendor_profiles import load_profiles
from supplymatrix.model.location import Location
from supplymatrix.model.vendor import Price, State
from supplymatrix.vendors.decide import Asked, Decision, decide
from supplymatrix.vendors.needs import Need
from tests.vendors.decisions import DAY, answer, profile

__all__ = ["built_in", "hostile", "made", "priced"]

_FIPS = Need(key="fips_mode", must=True, origin="--must")


@cache
def built_in(*needs: Need, draws: int = 200) -> Decision:
    """Return a decision over the profiles that come with the program."""
    loaded = load_profiles()
    day = max(item.reviewed_at for item in loaded.profiles)
    return decide(loaded.profiles, Asked(as_of=day, needs=needs, draws=draws))


def made(*rows: tuple[str, dict[str, State]], needs: tuple[Need, ...] = (_FIPS,), draws: int = 100) -> Decision:
    """Return a decision over vendors of a few cells."""
    return decide([profile(name, cells) for name, cells in rows], Asked(as_of=DAY, needs=needs, draws=draws))


def priced(*, read: date = DAY, from_user: bool = False) -> Decision:
    """Return a decision in which an offer has a price, another none, and a third is free."""
    place = Location(artifact="x.toml", line=1, column=1)

    def price(offer: str, state: str, amount: str | None) -> Price:
        known = state != "unknown" and not (from_user and amount)
        return Price(
            offer=offer, state=state, amount=Decimal(amount) if amount else None, currency="EUR", per="core",
            period="year", is_list=True, evidence=("page",) if known else (), searched=(), searched_at=None,
            location=place, from_user=from_user and bool(amount),
        )  # fmt: skip

    vendor = profile(
        "acme",
        [answer("fips_mode", State.YES)],
        prices=[price("pro", "known", "1234.50"), price("air", "free", None), price("max", "unknown", None)],
    )
    return decide([vendor], Asked(as_of=read, draws=50))


def hostile() -> Decision:
    """Return a decision whose texts try to be more than texts."""
    bad = "\x1b[31m`|<b>@you\u202e" + "x" * 300
    need = Need(key="arches", must=True, items=(bad,), why=bad, origin=bad)
    vendor = profile("acme", [answer("arches", State.YES, items=("amd64",))])
    return decide([vendor], Asked(as_of=DAY, needs=(need,), draws=10, standing=(("acme", bad),)))
