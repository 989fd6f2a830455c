"""Turn the bytes of a licence file into text, whatever wrote them."""

from __future__ import annotations

import codecs

__all__ = ["TEXT_LIMIT", "decode"]

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
_CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\n\f"}


def decode(data: bytes) -> tuple[str, int]:
    """Return the text of a file, lines ended by a newline, and how many characters at its end were left out.

    The encoding is that of the byte order mark, else UTF-8, else Windows-1252. Bytes that are no text give "".
    """
    head = data[: 4 * TEXT_LIMIT]
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            text = head[len(mark) :].decode(encoding, "replace")
            break
    else:
        if b"\0" in head[:4096]:
            return "", 0
        try:
            text = head.decode("utf-8", "strict" if len(head) == len(data) else "ignore")
        except UnicodeDecodeError:
            text = head.decode("cp1252", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    left_out = max(len(text) - TEXT_LIMIT, 0) + len(data) - len(head)
    return text[:TEXT_LIMIT], left_out
