"""Reads [toolchain] of a lift.toml.

[toolchain]
verify = true
accept = ["official", "official-config-changed", "distribution-build"]
hashes = ["h1:LW9L1lFylHtqxHf20msxqOFywzqUP+MjD1Bs+7cS4Xg="]
"""

from __future__ import annotations

import re

from supplymatrix.policy.grammar import HASH_PATTERN, TOOLCHAIN_KEYS
from supplymatrix.policy.reading import Reading
from supplymatrix.policy.toolchain_terms import ACCEPTABLE, ToolchainRule

__all__ = ["read_toolchain"]

_SECTION = "toolchain"
_ALARMS = ("modified", "unchecked")
_HASH = re.compile(HASH_PATTERN)


def read_toolchain(read: Reading) -> ToolchainRule | None:
    """Return what a file asks of the Go that builds; None where it has no such section."""
    if _SECTION not in read.toml.values:
        return None
    table, path = read.table(_SECTION, TOOLCHAIN_KEYS), (_SECTION,)
    verify = table.get("verify")
    if verify is not None and not isinstance(verify, bool):
        read.fault((*path, "verify"), "this is neither true nor false", "true or false")
        verify = None
    if not table and isinstance(read.toml.values[_SECTION], dict):
        read.fault(path, "this asks for nothing", "verify = true", at_key=True)
    return ToolchainRule(
        verify=verify,
        accept=_accept(read) if "accept" in table else None,
        location=read.key_at(path),
        verify_location=read.value_at((*path, "verify"), path),
        accept_location=read.value_at((*path, "accept"), path),
        hashes=_hashes(read) if "hashes" in table else None,
        hashes_location=read.value_at((*path, "hashes"), path) if "hashes" in table else None,
    )


def _hashes(read: Reading) -> tuple[str, ...]:
    expected = "h1: and 44 characters of base64, as `supplymatrix verify goroot` prints it"
    message = "this is no hash of a Go"
    found = []
    for where, text in read.texts((_SECTION, "hashes"), read.toml.values[_SECTION], message, expected):
        if _HASH.fullmatch(text):
            found.append(text)
        else:
            read.fault(where, message, expected)
    return tuple(dict.fromkeys(found))


def _accept(read: Reading) -> tuple[str, ...]:
    path, expected = (_SECTION, "accept"), f"one of {', '.join(ACCEPTABLE)}"
    table = read.toml.values[_SECTION]
    found = []
    for where, text in read.texts(path, table, "this names no level of a Go", expected):
        if text in _ALARMS:
            read.fault(where, f"no policy accepts a Go that is {text}", expected)
        elif text not in ACCEPTABLE:
            read.unknown(where, "level of a Go", text, ACCEPTABLE)
        else:
            found.append(text)
    if table["accept"] == []:
        read.fault(path, "this accepts no Go at all", expected)
    return tuple(dict.fromkeys(found))
