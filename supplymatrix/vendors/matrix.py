"""Vendors side by side: options, cells, and a score that shows what is not known as a span.

A score is the share of the weights that an option earns, 0 to 100. Its low end takes every unknown as no, its high end
as yes. So asking a vendor can narrow a span, and silence never helps.

The column `today` is what a project has already: the best of the offers that it stands on and that are free of charge
or bought (`vendors/held.py`), the Go project's own releases where there is no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from supplymatrix.documents.tables import TableReader
from supplymatrix.errors import Diagnostic
from supplymatrix.model.fact import Gap
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import Scope, VendorProfile
from supplymatrix.vendors.capability_keys import CAPABILITY_KEYS, KEYS, CapabilityKey
from supplymatrix.vendors.cells import Answer, Cell, CellStatus, best_cell, cell_of
from supplymatrix.vendors.held import held_profile

__all__ = [
    "DEFAULT_WEIGHTS", "NO_PATH", "TODAY", "UPSTREAM", "Contribution", "Matrix", "MatrixScore", "MatrixView", "Option",
    "StaleAnswer", "differing_keys", "make_matrix", "narrow_matrix", "parse_weights", "row_number", "score_option",
    "stale_answers",
]  # fmt: skip

TODAY = "today"
UPSTREAM = "go-project"
NO_PATH = "no vendor's path was seen: Go as the Go project releases it"
DEFAULT_WEIGHTS: Mapping[str, int] = {key.id: key.weight for key in CAPABILITY_KEYS}
_PAGE = "docs/formats/weights-toml.md"
_HEAVIEST = 100
_ROWS: Mapping[str, int] = {key.id: number for number, key in enumerate(CAPABILITY_KEYS, 1)}


@value
class Option:
    """One column: a vendor, or `today`. standing: of `today`, the vendors on whose paths the project stands, with why,
    e.g. ("redhat", "Dockerfile:1 FROM …"); held: their profiles, as far as the project has what they say."""

    id: str
    name: str
    profile: VendorProfile | None
    cells: Mapping[str, Cell]
    standing: tuple[tuple[str, str], ...] = ()
    held: tuple[VendorProfile, ...] = ()


@value
class Matrix:
    """Options side by side on a day. weights: key → 0 or more."""

    options: tuple[Option, ...]
    keys: tuple[CapabilityKey, ...]
    as_of: date
    weights: Mapping[str, int]


@value
class MatrixView:
    """What a report shows. matrix: narrowed to what was asked for. wanted: ids of options that come as columns where
    not all can. weights_from: the file, "" = the default. asked_keys: whether keys were named. notes: sentences about
    how the matrix came about; faults: of profiles that are missing in it; gaps: what of the project could not be told,
    so that `today` may lack a path. compared: of how many keys those that are answered alike were left out, 0 = none
    was to be. again_project, again_profiles: options for a further command on the same, with a blank before them."""

    matrix: Matrix
    wanted: tuple[str, ...]
    weights_from: str = ""
    asked_keys: bool = False
    notes: tuple[str, ...] = ()
    faults: tuple[Diagnostic, ...] = ()
    gaps: tuple[Gap, ...] = ()
    compared: int = 0
    again_project: str = ""
    again_profiles: str = ""

    @property
    def scores(self) -> Mapping[str, MatrixScore]:
        """The score of each option."""
        return {option.id: score_option(option, self.matrix.weights) for option in self.matrix.options}


@value
class StaleAnswer:
    """One statement whose evidence has all expired. options: the columns in which it stands."""

    options: tuple[str, ...]
    key: str
    answer: Answer


@value
class Contribution:
    """What one key adds to a score, in points of 100."""

    key: str
    weight: int
    low: Fraction
    high: Fraction


@value
class MatrixScore:
    """low, high: exact, 0 to 100. The contributions add up to them; when nothing is weighed there are none, and the
    score is 0 to 100."""

    low: Fraction
    high: Fraction
    contributions: tuple[Contribution, ...]


def make_matrix(
    profiles: Iterable[VendorProfile],
    *,
    as_of: date,
    weights: Mapping[str, int] = DEFAULT_WEIGHTS,
    standing: Sequence[tuple[str, str]] = (),
    stood: Mapping[str, Sequence[str]] | None = None,
    pinned: Sequence[str] = (),
) -> Matrix:
    """Return the matrix of a day.

    standing: on whose paths the project stands, empty = on nobody's, which is upstream's; stood: on which offers of
    each of them, as far as that is told. pinned: options that come first, in this order; `today` does otherwise. A
    profile named `today` is passed over: that is the project's column.
    """
    vendors = [
        Option(
            id=profile.id,
            name=profile.name,
            profile=profile,
            cells={key.id: cell_of(profile, key.id, as_of) for key in CAPABILITY_KEYS},
        )
        for profile in profiles
        if profile.id != TODAY
    ]
    options = [_today(vendors, standing, stood or {}, as_of), *sorted(vendors, key=_natural)]
    options.sort(key=lambda option: pinned.index(option.id) if option.id in pinned else len(pinned))
    return Matrix(options=tuple(options), keys=CAPABILITY_KEYS, as_of=as_of, weights=weights)


def score_option(option: Option, weights: Mapping[str, int]) -> MatrixScore:
    """Return the score of an option; with all weights 0 it is 0 to 100, since nothing was asked."""
    whole = sum(weights.get(key, 0) for key in KEYS)
    if whole == 0:
        return MatrixScore(low=Fraction(0), high=Fraction(100), contributions=())
    parts = tuple(
        Contribution(
            key=key,
            weight=weights[key],
            low=100 * weights[key] * option.cells[key].low / whole,
            high=100 * weights[key] * option.cells[key].high / whole,
        )
        for key in KEYS
        if weights.get(key, 0)
    )
    return MatrixScore(
        low=sum((part.low for part in parts), Fraction(0)),
        high=sum((part.high for part in parts), Fraction(0)),
        contributions=parts,
    )


def row_number(key: CapabilityKey) -> int:
    """Return the row of a key in the whole table, from 1; it is the same whichever rows are shown."""
    return _ROWS[key.id]


def differing_keys(matrix: Matrix) -> tuple[CapabilityKey, ...]:
    """Return the keys to which the options do not all answer with the same state."""
    return tuple(key for key in matrix.keys if len({option.cells[key.id].state for option in matrix.options}) > 1)


def narrow_matrix(
    matrix: Matrix, *, named: Sequence[str] = (), excluded: Sequence[str] = (), keys: Sequence[str] = ()
) -> Matrix:
    """Return a part of a matrix: the options named (all when none is) without the excluded ones, and the keys named, in
    the order in which they are named. `today` always stays; scores are not touched, since weights and cells are whole.
    """
    options = tuple(
        option
        for option in matrix.options
        if option.id == TODAY or (option.id not in excluded and (not named or option.id in named))
    )
    return changed(matrix, options=options, keys=tuple(KEYS[key] for key in dict.fromkeys(keys)) or matrix.keys)


def stale_answers(matrix: Matrix) -> tuple[StaleAnswer, ...]:
    """Return every statement in a matrix that has gone stale, also one behind a better answer; each once."""
    found: dict[tuple[str, str, Scope], StaleAnswer] = {}
    for key in matrix.keys:
        for option in matrix.options:
            for answer in option.cells[key.id].answers:
                if answer.status is CellStatus.STALE:
                    place = (answer.vendor, key.id, answer.capability.scope)
                    before = found[place].options if place in found else ()
                    found[place] = StaleAnswer(options=(*before, option.id), key=key.id, answer=answer)
    return tuple(found.values())


def parse_weights(data: bytes, artifact: str) -> Mapping[str, int]:
    """Read a weights file: `[weights]`, key = 0 to 100; keys that it leaves out weigh nothing. Raises InputError.

    So a file says all that counts, and a reader needs no other list beside it.
    """
    reader = TableReader(data, artifact, page=_PAGE)
    reader.top(required=("weights",))
    table = reader.table(("weights",), optional=tuple(KEYS))
    weights = {key: table.whole(key, high=_HEAVIEST) for key in KEYS}
    if not reader.has_faults and not any(weights.values()):
        table.fault("", "no key has a weight above 0", expected="fips_mode = 3", at_key=True)
    reader.finish()
    return weights


def _today(
    vendors: Sequence[Option], standing: Sequence[tuple[str, str]], stood: Mapping[str, Sequence[str]], as_of: date
) -> Option:
    known = {vendor.id: vendor.profile for vendor in vendors if vendor.profile is not None}
    paths = tuple((name, why) for name, why in standing if name in known)
    if not paths and UPSTREAM in known:
        paths = ((UPSTREAM, NO_PATH),)
    names = dict.fromkeys(name for name, _ in paths)
    held = tuple(held_profile(known[name], stood.get(name, ())) for name in names)
    cells = {
        key.id: best_cell(key.id, [cell_of(profile, key.id, as_of) for profile in held]) for key in CAPABILITY_KEYS
    }
    return Option(id=TODAY, name=TODAY, profile=None, cells=cells, standing=paths, held=held)


def _natural(option: Option) -> tuple[bool, str]:
    """The core vendors first, then by name."""
    return (option.profile is None or not option.profile.core, option.name.casefold())
