"""Text from outside, made harmless: nothing in it can move the cursor, change colours or reorder what is read."""

from __future__ import annotations

import re

__all__ = ["plain", "plain_lines"]

# C0 and C1 controls, DEL; Arabic letter mark, zero-width and bidirectional marks and overrides; line and paragraph
# separators; invisible operators and isolates; the byte order mark; lone surrogates (bytes that were no UTF-8); tags.
_HIDDEN = (
    "\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\u206a-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
_ODD = re.compile(f"[\\x00-\\x1f{_HIDDEN}]")
_ODD_BUT_NEWLINE = re.compile(f"[\\x00-\\x09\\x0b-\\x1f{_HIDDEN}]")


def plain(text: str) -> str:
    r"""Return one line of text in which every hidden character is written out, as \x1b or \u202e."""
    if text.isascii() and text.isprintable():
        return text
    return _ODD.sub(_write_out, text)


def plain_lines(text: str) -> str:
    """Return text as `plain` does, with its newlines kept and tabs as four spaces."""
    return _ODD_BUT_NEWLINE.sub(_write_out, text.replace("\t", "    "))


def _write_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
