"""Settings of a build, taken apart: GODEBUG, tags, GOEXPERIMENT.

>>> setting_of("tls10server=1,fips140=on,fips140=only", "fips140")
'only'
>>> words_of("netgo, requirefips  osusergo")
('netgo', 'requirefips', 'osusergo')
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from supplymatrix.model.fips import FipsFamily

__all__ = [
    "ASKS", "EXPERIMENTS", "MODE", "MODES", "ON", "default_at_link", "is_frozen", "least_of", "setting_of", "words_of",
]  # fmt: skip

MODE = "fips140"
"""The setting of GODEBUG that says in which mode Go's cryptography runs: off, on, only, debug; auto in Red Hat's."""
MODES = ("off", "", "on", "debug", "only")
"""Modes of Go's own cryptography, that which protects least first; any other value ends a program at its start."""
ASKS: Mapping[str, tuple[FipsFamily, str]] = {
    "requirefips": (FipsFamily.MICROSOFT, "the program ends at its start without FIPS mode"),
    "strictfipsruntime": (FipsFamily.REDHAT, "the program ends at its start without OpenSSL in FIPS mode"),
    "boringcrypto": (FipsFamily.BORINGCRYPTO, "BoringCrypto is asked for"),
}
"""Build tag → whose Go heeds it, and what it does there."""
EXPERIMENTS: Mapping[str, FipsFamily] = {
    "boringcrypto": FipsFamily.BORINGCRYPTO,
    "strictfipsruntime": FipsFamily.REDHAT,
    **dict.fromkeys(
        ("systemcrypto", "opensslcrypto", "cngcrypto", "darwincrypto", "ms_nocgo_opensslcrypto"), FipsFamily.MICROSOFT
    ),
}
"""Word of GOEXPERIMENT → whose way it asks for."""
ON = frozenset({"1", "true", "on", "yes"})
"""Values by which a variable is switched on."""
_MOST = 1_000
_AT_LINK = re.compile(r"runtime\.godebugDefault=([^\s'\"]*)")
_FROZEN = re.compile(r"v[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9a-f]{6,40})?")


def setting_of(text: str, key: str) -> str:
    """Return the value of a setting in a list of GODEBUG, "" for none. The last one of a key counts."""
    found = ""
    for piece in text.split(",", _MOST)[:_MOST]:
        name, equals, given = piece.strip().partition("=")
        if equals and name == key:
            found = given.partition("#")[0]
    return found


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a list that commas or spaces separate, at most a thousand."""
    return tuple(text.replace(",", " ").split(None, _MOST)[:_MOST])


def is_frozen(version: str) -> bool:
    """Return whether a GOFIPS140 names a version of the module of its own: "v1.0.0-c2097c7c"."""
    return _FROZEN.fullmatch(version) is not None


def least_of(modes: Iterable[str]) -> list[str]:
    """Return modes, that which protects least first; one that no Go of its own knows goes before all."""
    return sorted(modes, key=lambda mode: (MODES.index(mode) if mode in MODES else -1, mode))


def default_at_link(flags: str) -> str | None:
    """Return the default of GODEBUG that the linker is given, which then stands in the place of all others; None where
    it is given none. flags: of -ldflags.

    >>> default_at_link("-s -X=runtime.godebugDefault=fips140=off"), default_at_link("-s")
    ('fips140=off', None)
    """
    found = _AT_LINK.findall(flags)
    return found[-1] if found else None
