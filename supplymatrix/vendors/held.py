"""What a project has of a vendor already: the offers that it stands on and that cost nothing, and what is bought.

- Held are the offers whose signs stand in the project, unless they are for sale alone; the vendor's data that is free
  for everybody; and what the user's own data says is bought. Where no offer is told, all that are not for sale alone.
- A statement about another offer tells nothing of those: what it says becomes unknown.
- A statement that holds only for who pays becomes no until it is paid for; a harm that comes with paying cannot apply.

So the best of what is held never mixes in what would have to be bought first.
"""

from __future__ import annotations

from collections.abc import Collection

from supplymatrix.model.value import changed
from supplymatrix.model.vendor import Capability, OfferKind, Price, Scope, State, VendorProfile
from supplymatrix.vendors.capability_keys import KEYS

__all__ = ["IF_BOUGHT", "bought_offers", "held_offers", "held_profile"]

IF_BOUGHT = "only if bought"
_PAID = "paid"


def bought_offers(profile: VendorProfile) -> frozenset[str]:
    """Return the offers of which the user's own data says that they are bought."""
    return frozenset(price.offer for price in profile.prices if price.is_bought)


def held_offers(profile: VendorProfile, stood: Collection[str] = ()) -> frozenset[str]:
    """Return the offers that a project has. stood: those whose signs it shows, empty = not told."""
    free = [offer for offer in profile.offers if offer.tier != _PAID]
    held = [offer.id for offer in free if not stood or offer.id in stood or offer.kind is OfferKind.DATA]
    return frozenset(held) | bought_offers(profile)


def held_profile(profile: VendorProfile, stood: Collection[str] = ()) -> VendorProfile:
    """Return a profile with the offers and prices that a project has, and what the statements are worth to it.

    stood: as in `held_offers`. A statement that does not count is left out where another one about the same key does.
    """
    held, bought = held_offers(profile, stood), bought_offers(profile)
    may_pay = any(offer.id in stood and offer.id not in held for offer in profile.offers if offer.tier == _PAID)
    rows: list[Capability] = []
    for key in dict.fromkeys(row.key for row in profile.capabilities):
        mine = [row for row in profile.capabilities if row.key == key]
        counting = [row for row in mine if _counts(row, held, bought)]
        unpaid = [_unpaid(row, may_pay=may_pay) for row in mine if row not in counting and _is_unpaid(row, held)]
        others = [_of_another(profile, row) for row in mine if not counting and not unpaid]
        rows += [*counting, *unpaid, *others]
    return changed(
        profile,
        offers=tuple(offer for offer in profile.offers if offer.id in held),
        prices=tuple(price for price in profile.prices if _is_paid_so(price, held)),
        capabilities=tuple(rows),
    )


def _is_paid_so(price: Price, held: Collection[str]) -> bool:
    """Whether a price is what the project pays. Of an offer that is for sale too, the price is that of paying."""
    return price.is_bought or (price.state == "free" and price.offer in held)


def _counts(row: Capability, held: Collection[str], bought: Collection[str]) -> bool:
    offer = row.scope.offer
    if row.scope.tier == _PAID:
        return offer in bought if offer else bool(bought)
    return not offer or offer in held


def _is_unpaid(row: Capability, held: Collection[str]) -> bool:
    """Whether a statement is about what the project has, and holds only for who pays."""
    return row.scope.tier == _PAID and (not row.scope.offer or row.scope.offer in held)


def _unpaid(row: Capability, *, may_pay: bool) -> Capability:
    """Return a statement that holds only for who pays. may_pay: the project stands on what is only for sale, and
    nobody has said whether it is bought."""
    if row.state in (State.UNKNOWN, State.NA):
        return row
    if may_pay:
        note = f"{IF_BOUGHT}, {row.state.value}; whether it is bought is not told: bought = true in quotes.toml"
        return _not_known(row, note)
    is_harm = KEYS[row.key].about_harm
    value = f"nothing is bought; if it were: {row.value}" if is_harm else f"{IF_BOUGHT}: {row.value}"
    return changed(row, state=State.NA if is_harm else State.NO, value=value, items=(), numbers={}, unit="")


def _of_another(profile: VendorProfile, row: Capability) -> Capability:
    """Return a statement about an offer that the project has not, as the unknown that it leaves."""
    if row.state is State.UNKNOWN:
        return row
    offer = row.scope.offer
    is_paid = row.scope.tier == _PAID or any(o.id == offer and o.tier == _PAID for o in profile.offers)
    why = IF_BOUGHT if is_paid else "on which the project does not stand"
    note = f"{row.state.value} is known of {offer or 'what is paid for'} alone, {why}"
    return _not_known(changed(row, scope=Scope(offer=offer)), note)


def _not_known(row: Capability, note: str) -> Capability:
    """Return a row as an unknown that says why."""
    return changed(row, state=State.UNKNOWN, value="", items=(), numbers={}, unit="", evidence=(), note=note)
