"""What [licences] is made of, and which licences a word of it means.

A word of `allow`, `deny` or a waiver's `licences` is

| word | means |
|---|---|
| `permissive`, `weak-copyleft`, … | every licence of that class |
| `MIT` | that licence, whatever exception of SPDX it is taken with |
| `GPL-2.0-only WITH Classpath-exception-2.0` | that licence with that exception alone |
| `LGPL-*`, `LicenseRef-acme-*` | every licence whose id begins so; a star may stand anywhere |

`deny` wins over `allow`, but for a licence whose exception `allow` names: nothing says more than that. Where the two
could mean more or less, `deny` means more: `MPL-1.1` there means `MPL-1.1+` too, and what anybody adds to a licence
(`MIT WITH AdditionRef-…`), which `allow` must name. A licence of a class that nobody knows may be of a denied one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.policy.versions import VersionRange

if TYPE_CHECKING:
    from supplymatrix.licences.expression import Expression

__all__ = [
    "CLASSES", "DEFAULT_CONFIDENCE", "LicenceConclusion", "LicenceRule", "choices_left", "covers", "denying_class",
    "has_effect", "is_allowed", "refusing", "same_ids",
]  # fmt: skip

CLASSES = (
    "public-domain", "permissive", "weak-copyleft", "strong-copyleft", "network-copyleft", "source-available",
    "proprietary", "unknown",
)  # fmt: skip
"""The classes of `licences.classes`, which is not loaded for a policy that says nothing of licences."""
DEFAULT_CONFIDENCE = 80
"""Percent with which a licence must be recognised where no file says it. Of the 369 licence texts of the modules of
four real projects those that are read with 80 to 100 % are what they are read as, yaml.v3 (two licences and a list of
files) with 85 %; the two below that, with 65 and 78 %, are a BSD licence with a wish of the author's behind it."""
_UNKNOWN = "unknown"
_WITH = " WITH "
_ADDED = re.compile(r" WITH (?:DocumentRef-[^:]*:)?AdditionRef-")
_MOST_CHOICES = 64


@value
class LicenceRule:
    """[licences] of one file. allow, deny: words in SPDX's spelling, each with its place; allow None = all that is not
    denied. min_confidence: percent; 0 = the file does not say, and `policy.merge` puts in what holds then. use: what is
    done with the code, "" = not said. layer: number of the file that it stands in, 0 = the project's own."""

    allow: tuple[tuple[str, Location], ...] | None
    deny: tuple[tuple[str, Location], ...]
    min_confidence: int
    use: str
    location: Location
    allow_location: Location
    confidence_location: Location
    layer: int = 0

    @property
    def asks(self) -> bool:
        """Whether it says of any licence that it is not wanted."""
        return self.allow is not None or bool(self.deny)


@value
class LicenceConclusion:
    """One [[licences.conclusions]]: what a person found to be the licence of a module. module: a glob; version: as
    written, "" = any; sha256: hex, of a licence file that the module must have, "" = not bound to one."""

    module: str
    version: str
    allowed: VersionRange | None
    licence: str
    sha256: str
    reason: str
    owner: str
    location: Location
    layer: int = 0


def covers(word: str, licence: str, *, denying: bool = False) -> bool:
    """Return whether a word means a licence: "id" or "id WITH exception". denying: the word stands in `deny`."""
    name, _, exception = licence.partition(_WITH)
    is_added = _ADDED.search(licence) is not None
    if word in CLASSES:
        from supplymatrix.licences.classes import class_of

        found = {_UNKNOWN if is_added else class_of(licence).value} | ({class_of(name).value} if denying else set())
        return word in found
    if exception and _WITH in word:
        return fnmatchcase(licence, word) if "*" in word else licence == word
    if is_added and not denying:
        return False
    names = (name, name.removesuffix("+")) if denying else (name,)
    return any(fnmatchcase(one, word) if "*" in word else one == word for one in names)


def refusing(rule: LicenceRule, licence: str) -> tuple[str, Location] | None:
    """Return what of a file speaks against a licence: the word of `deny`, or "" and where `allow` is; None = nothing
    does."""
    allowed = any(covers(word, licence) for word, _ in rule.allow) if rule.allow is not None else True
    is_named = rule.allow is not None and _WITH in licence and any(word == licence for word, _ in rule.allow)
    denied = next(
        (
            (word, place)
            for word, place in rule.deny
            if covers(word, licence, denying=True) and (word == licence or not is_named)
        ),
        None,
    )
    if denied is not None:
        return denied
    return None if allowed else ("", rule.allow_location)


def denying_class(rules: Iterable[LicenceRule], licence: str) -> tuple[str, Location] | None:
    """Return the first class that a file denies and that a licence may be of, since nobody knows its own; None where
    its class is known, or the file allows it by a word."""
    if not covers(_UNKNOWN, licence):
        return None
    for rule in rules:
        if rule.allow is not None and any(covers(word, licence) for word, _ in rule.allow):
            continue
        for word, place in rule.deny:
            if word in CLASSES and word != _UNKNOWN:
                return word, place
    return None


def is_allowed(rules: Iterable[LicenceRule], licence: str) -> bool:
    """Return whether no file speaks against a licence."""
    return all(refusing(rule, licence) is None for rule in rules)


def choices_left(expression: str, is_fine: Callable[[str], bool]) -> tuple[tuple[str, ...], ...]:
    """Return for each choice that an expression leaves which of its licences are not fine; nothing when one choice has
    none such. The fewest first; of an expression with more choices than anybody reads, all of it as one.

    Raises InputError for what is no expression.
    """
    from supplymatrix.licences.expression import parse_expression, satisfied

    parsed = parse_expression(expression)
    if satisfied(parsed, is_fine):
        return ()
    found = _choices(parsed, is_fine)
    if found is None:
        return (tuple(name for name in parsed.licences if not is_fine(name)),)
    return tuple(sorted({tuple(dict.fromkeys(choice)) for choice in found}, key=lambda names: (len(names), names)))


def _choices(expression: Expression, is_fine: Callable[[str], bool]) -> list[tuple[str, ...]] | None:
    """Return what is not fine of each choice, None when there are too many of them."""
    from supplymatrix.licences.expression import And, Licence

    if isinstance(expression, Licence):
        return [() if is_fine(str(expression)) else (str(expression),)]
    parts = [_choices(part, is_fine) for part in expression.parts]
    if isinstance(expression, And):
        found: list[tuple[str, ...]] = [()]
        for part in parts:
            if part is None or len(found) * len(part) > _MOST_CHOICES:
                return None
            found = [(*one, *other) for one in found for other in part]
        return found
    if any(part is None for part in parts):
        return None
    joined = [choice for part in parts if part is not None for choice in part]
    return joined if len(joined) <= _MOST_CHOICES else None


def has_effect(word: str, rules: Sequence[LicenceRule]) -> bool:
    """Return whether a word of `allow` lets anything pass that the files do not deny, or allow no more than others.

    A pattern over ids that SPDX does not list is taken to have one: nobody knows them all.
    """
    from supplymatrix.licences.spdx_ids import licence_ids

    ids = [word] if _WITH in word else [name for name in licence_ids() if covers(word, name)]
    if not ids and "*" not in word and word not in CLASSES:
        ids = [word]
    if not ids:
        return True
    return any(is_allowed(rules, name) for name in ids)


def same_ids(word: str) -> bool:
    """Return whether SPDX lists a licence that a pattern means."""
    from supplymatrix.licences.spdx_ids import licence_ids

    return any(fnmatchcase(name, word) for name in licence_ids())
