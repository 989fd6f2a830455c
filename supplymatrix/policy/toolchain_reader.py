"""Reads [toolchain] of a lift.toml.

[toolchain]
verify = true
accept = ["official", "official-config-changed", "distribution-build"]
"""

from __future__ import annotations

from supplymatrix.policy.grammar import TOOLCHAIN_KEYS
from supplymatrix.policy.reading import Reading
from supplymatrix.policy.toolchain_terms import ACCEPTABLE, ToolchainRule

__all__ = ["read_toolchain"]

_SECTION = "toolchain"
_ALARMS = ("modified", "unchecked")


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
    )


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
