"""Which versions of a module a policy allows, in Go's order.

    >>> allowed = parse_range(">=v1.8.0, <v2")
    >>> allowed.holds("v1.8.1"), allowed.holds("v2.0.0")
    (True, False)

| written | allows |
|---|---|
| `v1.8.0`, `=v1.8.0` | this one |
| `>=v1.8.0, <v2` | both must hold |
| `^v1.2.3` | `>=v1.2.3`, below the next major version (`^v0.2.3`: the next minor one, `^v0.0.3`: this one) |
| `~v1.2.3` | `>=v1.2.3`, below the next minor version |
| `!=v1.9.0` | any but this one |
| `v1.8.0 || >=v1.9.1` | one of both must hold |

A bound without minor or patch number stands for its zeroes: `<v2` is `<v2.0.0`. A pre-release or pseudo-version is held
against the bounds as Go orders it, so `v2.0.0-rc.1` is below `v2.0.0`: the upper bounds that `^` and `~` make leave
out the pre-releases of that bound too. `vers:golang/…` is read as well: its `|` joins as in that form.

Source: golang/mod semver; package-url vers-spec (golang).
"""

from __future__ import annotations

import re

from supplymatrix.model import semver
from supplymatrix.model.module import canonical_version
from supplymatrix.model.value import value

__all__ = ["RANGE_FORM", "VersionRange", "parse_range"]

_OPERATOR = re.compile(r"(>=|<=|!=|>|<|==|=|\^|~)?\s*(\S+)")
_VERS = "vers:golang/"
_MOST_PARTS = 50
RANGE_FORM = 'a version or a range, e.g. "v1.8.0", ">=v1.8.0, <v2", "^v1.8.0" or "v1.8.0 || >=v1.9.1"'


@value
class _Bound:
    """One comparison. early: a pre-release of this very version counts as this version (the end of `^` and `~`)."""

    operator: str
    version: str
    early: bool = False

    def holds(self, version: str) -> bool:
        order = semver.compare(version, self.version)
        if self.operator == "=":
            return version == self.version
        if self.operator == "!=":
            return order != 0
        if self.operator == "<":
            return order < 0 and not (self.early and version.startswith(f"{self.version}-"))
        return {">=": order >= 0, ">": order > 0, "<=": order <= 0}[self.operator]


@value
class VersionRange:
    """What a policy allows. text: as the policy writes it; choices: one of them must hold, each as a whole.

    added_v: a version without its v was read with one.
    """

    text: str
    choices: tuple[tuple[_Bound, ...], ...]
    added_v: bool = False

    def holds(self, version: str) -> bool:
        """Return whether a canonical version is allowed. One that is no version is not."""
        return semver.is_valid(version) and any(
            all(bound.holds(version) for bound in choice) for choice in self.choices
        )

    @property
    def single(self) -> str:
        """The only version that is allowed, canonical; "" when there are more."""
        if len(self.choices) == 1 and len(self.choices[0]) == 1 and self.choices[0][0].operator == "=":
            return self.choices[0][0].version
        return ""


def parse_range(text: str) -> VersionRange:
    """Read a version or range. Raises ValueError with what is wrong, to stand behind "this is no version: "."""
    added: list[bool] = []
    if text.startswith(_VERS):
        choices = _vers(text.removeprefix(_VERS), added)
    else:
        parts = text.split("||")
        if len(parts) > _MOST_PARTS or text.count(",") > _MOST_PARTS:
            raise ValueError(f"it has more than {_MOST_PARTS} parts")
        choices = tuple(_choice(part, added) for part in parts)
    found = VersionRange(text=text, choices=choices, added_v=any(added))
    return VersionRange(text=found.single or text, choices=choices, added_v=found.added_v)


def _choice(text: str, added: list[bool]) -> tuple[_Bound, ...]:
    bounds: list[_Bound] = []
    for part in text.split(","):
        match = _OPERATOR.fullmatch(part.strip())
        if match is None:
            raise ValueError("a part of it is empty" if not part.strip() else f"{part.strip()[:60]!r} is two versions")
        bounds += _bounds(match[1] or "=", match[2], added)
    if len({bound.version for bound in bounds if bound.operator == "="}) > 1:
        raise ValueError("two single versions cannot hold at once: join them with ||")
    return tuple(bounds)


def _bounds(operator: str, text: str, added: list[bool]) -> tuple[_Bound, ...]:
    version = _version(text, added)
    if operator == "==":
        operator = "="
    if operator not in ("^", "~"):
        return (_Bound(operator=operator, version=version),)
    parts = semver.parse(version)
    assert parts is not None  # noqa: S101 - `_version` gives valid ones only
    major, minor, patch = int(parts.major), int(parts.minor), int(parts.patch)
    if operator == "~" or (major == 0 and minor):
        end = f"v{major}.{minor + 1}.0"
    else:
        end = f"v{major + 1}.0.0" if major else f"v0.0.{patch + 1}"
    return (_Bound(operator=">=", version=version), _Bound(operator="<", version=end, early=True))


def _version(text: str, added: list[bool]) -> str:
    version = canonical_version(text)
    if not version and text[:1].isdigit() and (version := canonical_version(f"v{text}")):
        added.append(True)
    if not version:
        raise ValueError(f"{text[:60]!r} is none")
    return version


def _vers(text: str, added: list[bool]) -> tuple[tuple[_Bound, ...], ...]:
    """Read the list of a `vers:` range: intervals with a lower and an upper bound, single versions, exceptions."""
    bounds: list[_Bound] = []
    for part in text.split("|"):
        match = _OPERATOR.fullmatch(part.strip())
        if match is None or match[1] in ("^", "~") or len(bounds) > _MOST_PARTS:
            raise ValueError(f"{part.strip()[:60]!r} does not belong into it")
        bounds += _bounds(match[1] or "=", match[2], added)
    never = tuple(bound for bound in bounds if bound.operator == "!=")
    choices: list[tuple[_Bound, ...]] = [(bound, *never) for bound in bounds if bound.operator == "="]
    low: _Bound | None = None
    for bound in sorted((b for b in bounds if b.operator not in ("=", "!=")), key=lambda b: semver.sort_key(b.version)):
        if bound.operator in (">", ">="):
            if low is not None:
                raise ValueError("two lower bounds follow each other")
            low = bound
        else:
            choices.append(((low,) if low else ()) + (bound, *never))
            low = None
    if low is not None:
        choices.append((low, *never))
    return tuple(choices or [never])
