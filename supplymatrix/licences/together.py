"""What all licence files of a module come to, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from supplymatrix.errors import InputError
from supplymatrix.licences.declared import declared_of
from supplymatrix.licences.expression import join_and
from supplymatrix.model.licence import LicenceFile
from supplymatrix.model.value import value

__all__ = ["FilesSay", "what_files_say"]

_READ = "read it, and have it judged"
_ASK = "look at its repository, and ask its authors"


@value
class FilesSay:
    """declared: what the files in the root say, "" when nobody knows; concluded: that, and what folders say, as far as
    it is known. reason: what is not known, "" when nothing is missing. is_read: whether all files could be read."""

    declared: str
    concluded: str
    reason: str = ""
    remedy: str = ""
    is_read: bool = True


def what_files_say(files: Sequence[LicenceFile], unread: Iterable[tuple[str, str]] = ()) -> FilesSay:
    """Return what licence files say together. unread: (path, reason) of those that could not be read. Never raises."""
    missing = list(unread)
    root = [file for file in files if not file.packages_only]
    reasons = [f"{path}: {reason}" for path, reason in missing]
    declared, fault = _joined_root(root)
    reasons += fault
    below = [file.expression for file in files if file.packages_only and file.expression]
    concluded, fault = _joined([declared, *below])
    reasons += fault
    for file in files:
        if file.unread:
            reasons.append(f"{file.path}: its last {file.unread:,} characters were not looked at")
        if not file.expression and not (declared and (file.is_statement or file.offers)):
            near = f", nearest is {file.nearest} %" if file.nearest else ""
            reasons.append(f"{file.path}: its text was not recognised{near}")
    if not root and not missing:
        reasons.append("it has no licence file in its root")
    if not reasons:
        return FilesSay(declared=declared, concluded=concluded)
    return FilesSay(
        declared=declared,
        concluded=concluded,
        reason="; ".join(reasons),
        remedy=_READ if files or missing else _ASK,
        is_read=not missing and not any(file.unread for file in files),
    )


def _joined_root(files: Sequence[LicenceFile]) -> tuple[str, list[str]]:
    try:
        return declared_of(files), []
    except InputError as err:
        return "", [f"what its files say together was not recognised: {err.diagnostics[0].message}"]


def _joined(expressions: Iterable[str]) -> tuple[str, list[str]]:
    """Return expressions as one; of those that cannot be one the first, with the reason."""
    known = [text for text in expressions if text]
    try:
        return join_and(known), []
    except InputError as err:
        return known[0], [f"what its folders say together was not recognised: {err.diagnostics[0].message}"]
