"""The netrc format, read as the go command reads it.

    machine proxy.example login me password s3cret

Words come in pairs on a line, and an entry may run over several lines. It is complete as soon as it has machine, login
and password; the first entry of a machine counts. A macro runs from `macdef` to the next empty line. `default` at the
end of a line, without a word to pair with, ends the file.

    >>> [entry.machine for entry in parse_netrc("machine a login u password p\\nmachine b login u")]
    ['a']

Source: GNU inetutils manual, "The .netrc file"; Go cmd/go/internal/auth netrc.go.
"""

from __future__ import annotations

import re

from supplymatrix.model.value import value

__all__ = ["NetrcEntry", "go_fields", "parse_netrc"]

# What Go's unicode.IsSpace takes for a space; str.split() alone would also split at U+001C to U+001F.
_SPACES = re.compile("[\\t\\n\\v\\f\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+")


@value
class NetrcEntry:
    """One complete entry. machine: a host, perhaps with a port or a path. Never show login and password."""

    machine: str
    login: str
    password: str

    def __repr__(self) -> str:
        return f"NetrcEntry(machine={self.machine!r})"


def parse_netrc(text: str) -> tuple[NetrcEntry, ...]:
    """Return the complete entries in their order; whatever else stands there is passed over. Any text is a netrc."""
    entries: list[NetrcEntry] = []
    open_entry: dict[str, str] = {}
    in_macro = False
    for line in text.split("\n"):
        if in_macro:
            in_macro = line != ""
            continue
        words = go_fields(line)
        for at in range(0, len(words) - 1, 2):
            word, following = words[at], words[at + 1]
            if word == "machine":
                open_entry = {"machine": following}
            elif word in ("login", "password"):
                open_entry[word] = following
            elif word == "macdef":
                in_macro = True
            if len(open_entry) == 3:
                entries.append(NetrcEntry(**open_entry))
                open_entry = {}
        if len(words) % 2 and words[-1] == "default":
            break
    return tuple(entries)


def go_fields(text: str) -> list[str]:
    """Return the words of `text` between what Go takes for spaces."""
    return [word for word in _SPACES.split(text) if word]
