"""Text of a cell, cut and padded to a width in cells of the terminal."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from supplymatrix.reports.plain import plain

__all__ = ["fit"]

_SELECTORS = {0xFE0E: None, 0xFE0F: None}  # terminals disagree on the width of what they ask for


def fit(text: str, width: int, *, right: bool = False, keeps_end: bool = False) -> str:
    """Return a text that takes exactly `width` cells, with `…` where it was cut.

    right: pad on the left; keeps_end: cut at the beginning. Control and bidirectional characters are written out. Of a
    long text no more is read than can be shown.
    """
    if width <= 0:
        return ""
    most = 4 * width + 8  # a letter may have a few marks that take no cell
    part = text[-most:] if keeps_end else text[:most]
    said = plain(part.translate(_SELECTORS) if not part.isascii() else part)
    size = len(said) if said.isascii() else cell_len(said)
    if keeps_end and (size > width or len(text) > most):
        while said and cell_len(said) > width - 1:
            said = said[1:]
        return set_cell_size(f"…{said}", width)
    if size > width or len(text) > most:
        return set_cell_size(set_cell_size(said, min(size, width - 1)) + "…", width)
    pad = " " * (width - size)
    return pad + said if right else said + pad
