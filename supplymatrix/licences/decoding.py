"""Turn the bytes of a licence file into text, whatever wrote them."""

from __future__ import annotations

import codecs
import re

__all__ = ["TEXT_LIMIT", "clean_text", "decode"]

TEXT_LIMIT = 512 * 1024
"""Characters of a file that are looked at. The longest licence has 60,000, the longest collection seen 140,000; this
many take a second."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_TEXT = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Controls but tab, newline and form feed; soft hyphens and zero-width marks; marks and overrides of direction; lone
surrogates; tags. They would hide words from a reader, or show others than there are."""
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\u0085")


def decode(data: bytes) -> tuple[str, int]:
    """Return the text of a file, lines ended by a newline, and how many characters at its end were left out.

    The encoding is that of the byte order mark, else UTF-8, else Windows-1252. Bytes that are no text give "". What is
    no text, controls and marks that are not shown, is taken out.
    """
    head = data[: 4 * TEXT_LIMIT]
    text = _text(head, is_whole=len(head) == len(data))
    left_out = max(len(text) - TEXT_LIMIT, 0) + (len(data) - len(head) if text else 0)
    return text[:TEXT_LIMIT], left_out


def clean_text(data: bytes) -> str:
    """Return the whole text of a file to be shown or passed on: as `decode` reads it, form feeds as line ends, no
    blanks at the ends of lines."""
    lines = _text(data, is_whole=True).replace("\f", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines)


def _text(data: bytes, *, is_whole: bool) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            break
    else:
        if b"\0" in data[:4096]:
            return ""
        try:
            text = data.decode("utf-8", "strict" if is_whole else "ignore")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    return _NO_TEXT.sub("", _LINE_ENDS.sub("\n", text))
