"""Text from outside, made harmless: nothing in it can move the cursor, change colours or reorder what is read."""

from __future__ import annotations

import re

__all__ = ["no_commands", "plain", "plain_lines"]

# DEL and the C1 controls; every format character of Unicode: soft hyphen, zero-width and bidirectional marks, overrides
# and isolates, Arabic and Kaithi number signs, shorthand and musical controls, tags; line and paragraph separators;
# lone surrogates (bytes that were no UTF-8). And letters that show as nothing: joiners, fillers, selectors beyond
# the usual sixteen.
_HIDDEN = (
    "\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_ODD = re.compile(f"[\\x00-\\x1f{_HIDDEN}]")
_COMMAND = re.compile(r"(?m)^([^\S\n]*)::")
_COMMAND_ANYWHERE = re.compile(r"##((?:vso)?\[)")
_ODD_BUT_NEWLINE = re.compile(f"[\\x00-\\x09\\x0b-\\x1f{_HIDDEN}]")


def plain(text: str) -> str:
    r"""Return one line of text in which every hidden character is written out, as \x1b or \u202e."""
    if text.isascii() and text.isprintable():
        return text
    return _ODD.sub(_write_out, text)


def plain_lines(text: str) -> str:
    """Return text as `plain` does, with its newlines kept and tabs as four spaces."""
    return _ODD_BUT_NEWLINE.sub(_write_out, text.replace("\t", "    "))


def no_commands(text: str, *, as_json: bool = False) -> str:
    """Return a text in which a CI system's runner that reads along finds no command.

    Runners take `::name …::` at the beginning of a line, and `##[name …]` and `##vso[…]` anywhere in it. as_json: the
    text is JSON, and says the same afterwards.
    Source: actions/runner src/Runner.Common/ActionCommand.cs.
    """
    if as_json:
        return _COMMAND_ANYWHERE.sub(r"#\\u0023\1", text)
    return _COMMAND_ANYWHERE.sub(r"# #\1", _COMMAND.sub(r"\1: :", text))


def _write_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
