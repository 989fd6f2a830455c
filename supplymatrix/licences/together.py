"""What all licence files of a module come to, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from supplymatrix.errors import InputError
from supplymatrix.licences.declared import declared_of
from supplymatrix.licences.expression import join_and, parse_expression
from supplymatrix.model.licence import LicenceFile
from supplymatrix.model.value import value

__all__ = ["FilesSay", "what_files_say"]

_TOO_MUCH = "is more than can be written down as one expression"
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
    declared, below = _joined_root(root), [file.expression for file in files if file.packages_only and file.expression]
    if not declared and any(file.expression for file in root):
        reasons.append(f"what its files say together {_TOO_MUCH}")
    concluded = _joined([declared, *below])
    if not concluded and (declared or below):
        concluded = declared
        reasons.append(f"what the files in its folders say together {_TOO_MUCH}")
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


def _joined_root(files: Sequence[LicenceFile]) -> str:
    """Return what the files in a root say, "" for nothing, and for what is no expression."""
    try:
        return _written(declared_of(files))
    except InputError:
        return ""


def _joined(expressions: Iterable[str]) -> str:
    """Return expressions as one, "" for none, and where they cannot be one."""
    try:
        return _written(join_and([text for text in expressions if text]))
    except InputError:
        return ""


def _written(text: str) -> str:
    """Return an expression that can be read again. Raises InputError: parts that can be read may be too long as one."""
    if text:
        parse_expression(text)
    return text
