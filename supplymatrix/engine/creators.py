"""Who is behind a bill of materials: from [author] of settings.toml and from options, and from nowhere else.

    creators_of(settings.values, name="Ada Example")        # the option stands above the file

Nothing is guessed: not from git, not from the path of a module, not from the name of the machine.
"""

from __future__ import annotations

from collections.abc import Mapping

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.sbom.document import Creators, Party
from supplymatrix.sources.user_settings import KEYS, Scalar, author_fault

__all__ = ["AUTHOR_KEYS", "creators_of"]

AUTHOR_KEYS: tuple[str, ...] = tuple(KEYS["author"])
"""The keys of [author], in the order in which they are asked for."""

_PARTIES: Mapping[str, tuple[str, str, str]] = {
    "author": ("name", "email", ""),
    "manufacturer": ("organization", "organization_email", "organization_url"),
    "supplier": ("supplier", "supplier_email", "supplier_url"),
}
"""Which keys hold name, e-mail and URL of each party."""


def creators_of(values: Mapping[str, Scalar], *, licence: str = "", **overrides: str) -> Creators:
    """Return who is behind a document.

    values: settings by "author.key", as `Settings.values` has them; others are passed over. overrides: by key, from
    options; "" = not given. licence: of the subject, as the user declares it. Raises InputError for a value that does
    not look like what it should be, and for an address of somebody without a name. Raises TypeError for an unknown key.
    """
    unknown = overrides.keys() - set(AUTHOR_KEYS)
    if unknown:
        raise TypeError(f"creators_of() got unexpected keys: {', '.join(sorted(unknown))}")
    said = {key: (overrides.get(key) or str(values.get(f"author.{key}") or "")).strip() for key in AUTHOR_KEYS}
    faults = [_fault(key, text, *found) for key, text in said.items() if (found := author_fault(key, text))]
    faults += [fault for who, keys in _PARTIES.items() if (fault := _nameless(who, keys, said))]
    if faults:
        raise InputError(*faults)
    return Creators(
        author=_party(_PARTIES["author"], said),
        manufacturer=_party(_PARTIES["manufacturer"], said),
        supplier=_party(_PARTIES["supplier"], said),
        licence=licence.strip(),
        security_contact=_address(said["security_contact"]),
        data_licence=said["data_licence"] or Creators().data_licence,
    )


def _party(keys: tuple[str, str, str], said: Mapping[str, str]) -> Party | None:
    name, email, url = (said.get(key, "") for key in keys)
    return Party(name=name, email=email, url=url) if name else None


def _nameless(who: str, keys: tuple[str, str, str], said: Mapping[str, str]) -> Diagnostic | None:
    """Return the fault of an address of somebody who has no name, None where there is none."""
    name, *addresses = keys
    given = next((key for key in addresses if said.get(key)), "")
    if said[name] or not given:
        return None
    return Diagnostic(
        message=f"there is an address of the {who} ({given}), and no name of the {who}",
        seen=said[given],
        expected=f"author.{name} in settings.toml, or the option for it",
        remedy=f"supplymatrix config author --{name} NAME",
    )


def _address(contact: str) -> str:
    """Return a contact as a URL."""
    return f"mailto:{contact}" if contact and "://" not in contact and not contact.startswith("mailto:") else contact


def _fault(key: str, text: str, message: str, expected: str) -> Diagnostic:
    return Diagnostic(message=f"{key.replace('_', ' ')}: {message}", seen=text[:200], expected=expected)
