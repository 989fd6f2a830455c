"""Files that are not as they were proven, in a few words: the first ones by name, and how many there are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from supplymatrix.model.location import Location
from supplymatrix.model.on_disk import FileChange, FileDifference
from supplymatrix.model.rule import Evidence

__all__ = ["counted_files", "first_difference", "list_differences", "places_in_vendor"]

MOST_NAMED = 5
_LIST = "modules.txt"
_LINE = re.compile(r"\bline ([0-9,]+)$")


def counted_files(number: int) -> str:
    """Return a number of files in words: "1 file", "1,204 files"."""
    return "1 file" if number == 1 else f"{number:,} files"


def first_difference(differences: Sequence[FileDifference], total: int, *, prefix: str = "") -> str:
    """Return the first of them as a clause: "a.go is changed, and 2 more files"; "" for none. prefix: before names."""
    if not differences:
        return ""
    first = differences[0]
    more = max(total, len(differences)) - 1
    rest = f", and {more:,} more {'file' if more == 1 else 'files'}" if more else ""
    return f"{prefix}{first.name} is {first.change.value}{rest}"


def places_in_vendor(listed: Location, differences: Sequence[FileDifference]) -> tuple[Location, ...]:
    """Return where the first of them that lies there stands, and what modules.txt says. listed: the place in that.

    A file that differs is shown at its first other line, as far as that is known, else at line 1.
    """
    first = next((one for one in differences if one.change is not FileChange.MISSING), None)
    if first is None or first.name == _LIST:
        return (listed,)
    line = _LINE.search(first.detail)
    artifact = f"{listed.artifact.removesuffix(_LIST)}{first.name}"
    return (Location(artifact=artifact, line=int(line[1].replace(",", "")) if line else 1), listed)


def list_differences(differences: Sequence[FileDifference], total: int, *, prefix: str = "") -> tuple[Evidence, ...]:
    """Return the first of them with what is known of each, and how many are not named. prefix: before names."""
    shown = tuple(
        Evidence(
            label=one.change.value, value=f"{prefix}{one.name} ({one.detail})" if one.detail else f"{prefix}{one.name}"
        )
        for one in differences[:MOST_NAMED]
    )
    more = max(total, len(differences)) - len(shown)
    return (*shown, Evidence(label="and", value=f"{more:,} more {'file' if more == 1 else 'files'}")) if more else shown
