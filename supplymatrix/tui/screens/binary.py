"""Binary: compiled programs."""

from __future__ import annotations

from supplymatrix.tui.screens.table_screen import TableScreen

__all__ = ["BinaryScreen"]


class BinaryScreen(TableScreen):
    PLACE = "binary"
