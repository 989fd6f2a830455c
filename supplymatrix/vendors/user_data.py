"""What only the user knows: quotes, and who they are. It fills prices and `{placeholders}`, and is sent nowhere.

[quotes.redhat.go-toolset]
amount = "349.00"
currency = "USD"
per = "machine"
as_of = 2026-11-01
bought = true                  # so that `today` has it; a quote alone is no purchase

[variables.chainguard]
identity = "corp.example"      # fills {identity} in values, mechanisms and signs
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from supplymatrix.documents.tables import TableReader
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import Capability, Detector, EntryPoint, Price, VendorProfile
from supplymatrix.vendors.addresses import ID
from supplymatrix.vendors.placeholders import PLACEHOLDER, VARIABLE, fill, placeholders_of
from supplymatrix.vendors.profile_links import past_day
from supplymatrix.vendors.profile_reader import read_money

__all__ = ["FILE", "NO_USER_DATA", "UserData", "parse_user_data", "placeholder_words", "placeholders_of",
           "unused_user_data", "variables_of", "with_placeholders_in_words", "with_user_data",
           "with_user_values"]  # fmt: skip

FILE = "quotes.toml"
PAGE = "docs/formats/vendor-profile-toml.md"
_QUOTE = ("amount", "currency", "per", "as_of")
_MAX_VALUE = 200


@value
class UserData:
    """Of one or several files. quotes: by vendor and offer; variables: by vendor, then by name."""

    quotes: Mapping[tuple[str, str], Price]
    variables: Mapping[str, Mapping[str, str]]

    def beside(self, other: UserData) -> UserData:
        """Return both together; what `other` says wins."""
        names = {**self.variables, **other.variables}
        return UserData(
            quotes={**self.quotes, **other.quotes},
            variables={name: {**self.variables.get(name, {}), **other.variables.get(name, {})} for name in names},
        )


NO_USER_DATA = UserData(quotes={}, variables={})


def parse_user_data(data: bytes, artifact: str, *, today: date | None = None) -> UserData:
    """Return the quotes and variables of a file. Raises InputError with every fault, for any bytes."""
    reader = TableReader(data, artifact, page=PAGE)
    top = reader.top(optional=("quotes", "variables"))
    quotes: dict[tuple[str, str], Price] = {}
    variables: dict[str, dict[str, str]] = {}
    for vendor, offers in _inner(reader, "quotes") if "quotes" in top else ():
        for offer in offers:
            _named(reader, ("quotes", vendor, offer), offer, ID)
            quotes[vendor, offer] = _quote(reader, vendor, offer, today)
    for vendor, names in _inner(reader, "variables") if "variables" in top else ():
        table = reader.table(("variables", vendor), optional=names)
        for name in names:
            _named(reader, ("variables", vendor, name), name, VARIABLE)
        variables[vendor] = {name: table.text(name, limit=_MAX_VALUE, filled=True) for name in names}
    reader.finish()
    return UserData(quotes=quotes, variables=variables)


def with_user_data(profile: VendorProfile, user: UserData) -> VendorProfile:
    """Return a profile with the user's quotes as prices, and the user's variables in the signs of its entries.

    A quote stands in place of the prices of its offer that are not known, and before those that are.
    """
    quoted = {offer: price for (vendor, offer), price in user.quotes.items() if vendor == profile.id}
    prices = [price for offer, price in quoted.items() if any(row.id == offer for row in profile.offers)]
    prices += [price for price in profile.prices if price.offer not in quoted or price.state != "unknown"]
    words = user.variables.get(profile.id, {})
    entries = tuple(changed(row, detect=_filled_signs(row, words)) for row in profile.entries)
    return changed(profile, prices=tuple(prices), entries=entries if words else profile.entries)


def with_user_values(profile: VendorProfile, user: UserData) -> VendorProfile:
    """Return a profile whose texts show the user's variables, each marked as the user's. Only for who asks for it."""
    words = user.variables.get(profile.id, {})
    if not words:
        return profile
    return changed(
        profile,
        capabilities=tuple(_filled_cell(cell, words) for cell in profile.capabilities),
        entries=tuple(changed(row, mechanism=fill(row.mechanism, words)) for row in profile.entries),
    )


def variables_of(profile: VendorProfile, user: UserData = NO_USER_DATA) -> Mapping[str, str | None]:
    """Return the variables that a profile has a place for, and those that the user set for it; None = not set.

    A sign is filled when profiles are loaded, so a variable that stands in signs alone is known here once it is set.
    """
    texts = [cell.value for cell in profile.capabilities]
    texts += [row.mechanism for row in profile.entries]
    texts += [sign.pattern for row in profile.entries for sign in row.detect]
    texts += [f"{{{variable.name}}}" for row in profile.signers for variable in row.variables]
    own = user.variables.get(profile.id, {})
    names = dict.fromkeys((*(name for text in texts for name in placeholders_of(text)), *own))
    return {name: own.get(name) for name in names}


def with_placeholders_in_words(profile: VendorProfile) -> VendorProfile:
    """Return a profile whose placeholders are written for people: "{identity}" as "<your-identity>"."""
    return changed(
        profile,
        capabilities=tuple(changed(cell, value=placeholder_words(cell.value)) for cell in profile.capabilities),
        entries=tuple(changed(row, mechanism=placeholder_words(row.mechanism)) for row in profile.entries),
    )


def placeholder_words(text: str) -> str:
    """Return a text whose placeholders are written for people, without a blank, so that an address stays one word."""
    return PLACEHOLDER.sub(lambda found: f"<your-{found[1].replace('_', '-')}>", text)


def unused_user_data(user: UserData, profiles: Mapping[str, VendorProfile]) -> tuple[str, ...]:
    """Return a sentence for each quote and group of variables that no profile takes up."""
    said = []
    for vendor, offer in user.quotes:
        if vendor not in profiles:
            said.append(f"the quote for {vendor}/{offer} fills nothing: there is no vendor {vendor!r}")
        elif all(row.id != offer for row in profiles[vendor].offers):
            said.append(f"the quote for {vendor}/{offer} fills nothing: {vendor} has no offer {offer!r}")
    said += [f"the variables of {vendor} fill nothing: there is no such vendor" for vendor in user.variables
             if vendor not in profiles]  # fmt: skip
    return tuple(said)


def _inner(reader: TableReader, name: str) -> list[tuple[str, list[str]]]:
    """Return the vendors of a table, each with the names of what it holds."""
    outer = reader.names((name,))
    found = []
    for vendor in outer:
        _named(reader, (name, vendor), vendor, ID)
        found.append((vendor, reader.names((name, vendor))))
    return found


def _named(reader: TableReader, path: tuple[str, ...], name: str, form: re.Pattern[str]) -> None:
    if not form.fullmatch(name):
        reader.fault(path, f"this is no name: {name[:40]!r}", expected="small letters, digits and _", at_key=True)


def _quote(reader: TableReader, vendor: str, offer: str, today: date | None) -> Price:
    table = reader.table(("quotes", vendor, offer), required=_QUOTE, optional=("period", "bought"))
    amount, currency, per, period = read_money(table, is_known=True)
    return Price(
        offer=offer,
        state="known",
        amount=amount,
        currency=currency,
        per=per,
        period=period,
        is_list=False,
        evidence=(),
        searched=(),
        searched_at=past_day(table, "as_of", today),
        location=table.location,
        from_user=True,
        is_bought=table.flag("bought"),
    )


def _filled_signs(row: EntryPoint, words: Mapping[str, str]) -> tuple[Detector, ...]:
    return tuple(changed(sign, pattern=fill(sign.pattern, words)) for sign in row.detect)


def _filled_cell(cell: Capability, words: Mapping[str, str]) -> Capability:
    used = [name for name in PLACEHOLDER.findall(cell.value) if name in words]
    if not used:
        return cell
    note = f"{', '.join(used)}: from your own {FILE}"
    return changed(cell, value=fill(cell.value, words), note=f"{cell.note}; {note}" if cell.note else note)
