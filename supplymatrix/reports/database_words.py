"""A database of vulnerabilities in a line: which, of what day, and the words that its licence asks for."""

from __future__ import annotations

from supplymatrix.model.vulnerability import VulnDatabase

__all__ = ["say_database"]


def say_database(database: VulnDatabase) -> str:
    """Return name, day and attribution of a database, and where it was had if nobody asks to be named."""
    dated = database.dated.isoformat() if database.dated is not None else "of no known day"
    return f"{database.name}, {dated}; {database.attribution or database.source}"
