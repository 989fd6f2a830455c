"""The user's own settings file: network, cache, author, vendor data and a webhook, and nothing that judges a project.

[network]
jobs = 8

[author]
name = "Ada Example"

Every section and key is known by name; an unknown one is a fault with a suggestion, and one that belongs into a policy
is told so. All faults come together, with their places. No key switches a check off: `offline` makes less evidence, and
what is missing then is a gap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value
from supplymatrix.sources.files import read_if_there

if TYPE_CHECKING:
    from supplymatrix.documents.toml_text import TomlText

__all__ = [
    "KEYS",
    "KINDS",
    "MAX_JOBS",
    "NO_SETTINGS",
    "SETTINGS_LIMIT",
    "SETTINGS_PAGE",
    "Scalar",
    "UserSettings",
    "author_fault",
    "parse_user_settings",
    "path_fault",
    "read_user_settings",
    "webhook_fault",
]

Scalar = str | int | bool | tuple[str, ...]

MAX_JOBS = 16
SETTINGS_LIMIT = 1 << 18
"""Bytes that the file may have."""
SETTINGS_PAGE = "docs/formats/settings-toml.md"
_LONGEST = 200  # characters of a text
_LONGEST_ADDRESS = 2_000
KINDS = ("json", "slack")
"""The forms of what is sent to a webhook."""
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|\[::1\]")
_WEBHOOK = re.compile(r"(https?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:[/?].*)?")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:[/?#].*)?")
_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*\+?")  # an SPDX licence id, or a LicenseRef-
_HIDDEN = "notify.url"
_MOST_FOLDERS = 20
_CACHE_MB = (16, 1 << 20)
_MOST_FAULTS = 50
_POLICY = frozenset({"policy", "rules", "sources", "packages", "waivers"})
_POLICY_KEYS = frozenset({
    "preset", "min_score", "fail_on", "on_outage", "private", "sumdb", "version", "security_policy",
})  # fmt: skip

Fault = tuple[str, str]
"""What is wrong with a value, and what was expected."""


@value
class UserSettings:
    """What the file says. values: by "section.key", only what is there; lines: where each stands, from 1.

    is_there: whether there is a file at all.
    """

    values: Mapping[str, Scalar]
    lines: Mapping[str, int]
    is_there: bool = True


NO_SETTINGS = UserSettings(values={}, lines={}, is_there=False)
"""What a file says that is not there."""


def path_fault(text: str) -> str:
    """Return why a text cannot be the path of a setting, "" when it can: absolute, or below the home folder with `~/`.

    Another one would lead into whatever folder the program is started in, a project to be checked for example.
    """
    if not text.isprintable():
        return "this path holds characters that cannot be seen"
    if text.startswith("~/") or PurePath(text).is_absolute():
        return ""
    return "this is no absolute path"


def webhook_fault(text: str) -> str:
    """Return why nothing can be sent to an address, "" when it can: https, or http on this machine, nothing secret in
    front of the host."""
    if not text.isascii() or not text.isprintable() or " " in text or len(text) > _LONGEST_ADDRESS:
        return f"this is no address of printable ASCII without spaces, at most {_LONGEST_ADDRESS:,} characters"
    found = _WEBHOOK.fullmatch(text)
    if found is None:
        return "this is no web address with a host, or it has a user in front of the host"
    if found[1] == "http" and not _LOOPBACK.fullmatch(found[2]):
        return "what is sent over http can be read and changed on the way"
    return ""


def _webhook(seen: object) -> Fault | None:
    expected = "an https address, in quotes; http only for this machine itself"
    if not isinstance(seen, str):
        return "this is no text", expected
    why = webhook_fault(seen)
    return (why, expected) if why else None


def _kind(seen: object) -> Fault | None:
    if seen in KINDS:
        return None
    near = nearest(seen, KINDS) if isinstance(seen, str) else ""
    meant = f"; did you mean {near!r}?" if near else ""
    return "there is no such kind of notification", f"one of {', '.join(KINDS)}, in quotes{meant}"


def _path(seen: object) -> Fault | None:
    expected = "an absolute path, or one that begins with ~/"
    if not isinstance(seen, str):
        return "this is no text", f"{expected}, in quotes"
    why = path_fault(seen)
    return (why, expected) if why else None


def _paths(seen: object) -> Fault | None:
    expected = "a list of absolute paths, or such that begin with ~/"
    if not isinstance(seen, list) or not all(isinstance(item, str) for item in seen):
        return "this is no list of texts", f'{expected}, e.g. ["~/vendors"]'
    if len(seen) > _MOST_FOLDERS:
        return "these are too many", f"at most {_MOST_FOLDERS}"
    why = next(filter(None, map(path_fault, seen)), "")
    return (why, expected) if why else None


def _jobs(seen: object) -> Fault | None:
    return _whole(seen, 1, MAX_JOBS)


def _cache_mb(seen: object) -> Fault | None:
    return _whole(seen, *_CACHE_MB)


def _whole(seen: object, low: int, high: int) -> Fault | None:
    if isinstance(seen, int) and not isinstance(seen, bool) and low <= seen <= high:
        return None
    return "this number cannot be used", f"a whole number from {low:,} to {high:,}, without quotes"


def _flag(seen: object) -> Fault | None:
    return None if isinstance(seen, bool) else ("this is neither true nor false", "true or false, without quotes")


def _text(seen: object) -> Fault | None:
    if isinstance(seen, str) and len(seen) <= _LONGEST and seen.isprintable():
        return None
    return "this is no line of text", f"text in quotes, at most {_LONGEST} characters"


def _email(seen: object) -> Fault | None:
    if _text(seen) is None and isinstance(seen, str):
        name, at, host = seen.rpartition("@")
        if not seen or (name and at and host and not set(seen) & set(" <>,;\"'")):
            return None
    return "this is no e-mail address", 'an address in quotes, e.g. "ada@corp.example"'


def _url(seen: object) -> Fault | None:
    if isinstance(seen, str) and (not seen or _is_address(seen)):
        return None
    return "this is no web address", 'an address with a host, in quotes, e.g. "https://corp.example"'


def _contact(seen: object) -> Fault | None:
    if isinstance(seen, str):
        address = seen.removeprefix("mailto:")
        if not seen or _is_address(seen) or (address and _email(address) is None):
            return None
    expected = 'an address, in quotes, e.g. "https://corp.example/security" or "security@corp.example"'
    return "this is neither a web address nor an e-mail address", expected


def _licence(seen: object) -> Fault | None:
    if isinstance(seen, str) and len(seen) <= _LONGEST and (not seen or _LICENCE.fullmatch(seen)):
        return None
    return "this is no SPDX licence id", 'one id in quotes, e.g. "CC0-1.0"'


def _is_address(text: str) -> bool:
    is_line = text.isascii() and text.isprintable() and " " not in text and len(text) <= _LONGEST_ADDRESS
    return is_line and _ADDRESS.fullmatch(text) is not None


def author_fault(key: str, text: str) -> Fault | None:
    """Return what is wrong with a value of [author] as it is typed, None when nothing is; "" = there is none."""
    found = KEYS["author"][key](text)
    return (found[0], found[1].replace(", in quotes", "").replace(" in quotes", "")) if found else None


KEYS: Mapping[str, Mapping[str, Callable[[object], Fault | None]]] = {
    "network": {"ca_file": _path, "jobs": _jobs, "offline": _flag},
    "cache": {"dir": _path, "max_mb": _cache_mb},
    "author": {
        "name": _text, "email": _email,
        "organization": _text, "organization_url": _url, "organization_email": _email,
        "supplier": _text, "supplier_url": _url, "supplier_email": _email,
        "data_licence": _licence, "security_contact": _contact,
    },
    "vendors": {"profiles": _paths},
    "vulns": {"databases": _paths},
    "notify": {"url": _webhook, "kind": _kind},
}  # fmt: skip
"""Section → key → what finds the fault of a value."""


def read_user_settings(path: Path) -> UserSettings:
    """Return the settings of a file; one that is not there says nothing.

    Raises InputError for one that cannot be read or used.
    """
    data = read_if_there(path, SETTINGS_LIMIT, "settings file")
    return NO_SETTINGS if data is None else parse_user_settings(data, path.as_posix())


def parse_user_settings(data: bytes, artifact: str) -> UserSettings:
    """Return the settings in a text. artifact: its name in messages. Raises InputError with all faults."""
    from supplymatrix.documents.toml_text import read_toml

    try:
        toml = read_toml(data, artifact, page=SETTINGS_PAGE)
    except InputError as err:
        raise InputError(*map(_without_address, err.diagnostics)) from None
    return _Reading(toml, artifact).settings()


def _without_address(fault: Diagnostic) -> Diagnostic:
    """Return a fault without its line of the file when that holds an address: that of a webhook is a secret."""
    if "://" not in fault.seen + fault.source_line + fault.message:
        return fault
    message = fault.message.partition("://")[0].rpartition(" ")[0] if "://" in fault.message else fault.message
    return replace(fault, message=message, seen="", source_line="")


class _Reading:
    """One reading of one file; faults are kept, and told together."""

    def __init__(self, toml: TomlText, artifact: str) -> None:
        self._toml = toml
        self._artifact = artifact
        self._faults: list[Diagnostic] = []

    def settings(self) -> UserSettings:
        """Return the settings, or raise InputError with every fault."""
        values: dict[str, Scalar] = {}
        for section, table in self._toml.values.items():
            if section not in KEYS:
                self._unknown((section,), KEYS)
            elif not isinstance(table, dict):
                self._fault((section,), "this is no table", f"[{section}]")
            else:
                values |= self._table(section, table)
            if len(self._faults) >= _MOST_FAULTS:
                break
        if self._faults:
            raise InputError(*self._faults[:_MOST_FAULTS])
        lines = {name: self._toml.spans[tuple(name.split("."))].key.line for name in values}
        return UserSettings(values=values, lines=lines)

    def _table(self, section: str, table: Mapping[str, Any]) -> dict[str, Scalar]:
        known = KEYS[section]
        for key, seen in table.items():
            if len(self._faults) >= _MOST_FAULTS:
                break
            if key not in known:
                self._unknown((section, key), known)
            elif fault := known[key](seen):
                self._fault((section, key), *fault)
        return {
            f"{section}.{key}": tuple(seen) if isinstance(seen, list) else seen
            for key, seen in table.items()
            if key in known
        }

    def _unknown(self, path: tuple[str, ...], known: Mapping[str, object]) -> None:
        """Keep the fault of a name that is none; what belongs into a policy, or into another section, is told so."""
        name, outer = path[-1], path[:-1]
        if name in _POLICY_KEYS or (not outer and name in _POLICY):
            message = f"{name!r} is policy, and no policy is taken from the settings of one machine"
            remedy = "it belongs into the project's lift.toml, where everybody can review it"
            self._fault(path, message, f"sections {', '.join(KEYS)}", remedy, at_key=True)
            return
        kind = (
            "key" if outer else "section" if isinstance(self._toml.values[name], dict) else "key outside of a section"
        )
        where = f" in [{outer[0]}]" if outer else ""
        home = next((section for section, keys in KEYS.items() if name in keys), "")
        near = nearest(name, known)
        remedy = f"it belongs under [{home}]" if home else f"did you mean {near!r}?" if near else ""
        message = f"there is no {kind} {name[:60]!r}{where}"
        self._fault(path, message, f"one of {', '.join(known)}", remedy, at_key=True)

    def _fault(
        self, path: tuple[str, ...], message: str, expected: str, remedy: str = "", *, at_key: bool = False
    ) -> None:
        from supplymatrix.documents.toml_text import fault_at

        remedy = remedy or f"{SETTINGS_PAGE} shows the form"
        fault = fault_at(
            self._toml, self._artifact, path, message=message, expected=expected, remedy=remedy, at_key=at_key
        )
        is_secret = not at_key and ".".join(path) == _HIDDEN
        self._faults.append(replace(fault, seen="", source_line="") if is_secret else _without_address(fault))
