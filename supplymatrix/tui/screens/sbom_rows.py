"""The rows of the SBOM explorer: each component of a bill of materials, its state in words, and facets over them.

The main module is the first row. What nobody knows is "unknown" in a cell and a facet of its own, never left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from supplymatrix.errors import InputError
from supplymatrix.licences.classes import LicenceClass, class_of_expression
from supplymatrix.model.value import value
from supplymatrix.sbom.document import Component, ComponentKind, Document, LogProof, Usage

__all__ = ["ALL", "NO_LICENCE", "Facet", "SbomRow", "SbomView", "State", "has_packages", "state_of"]

NO_LICENCE = "unknown"
ALL = "all"
"""The id of the facet that leaves everything."""


@value
class State:
    """What the log says, for a cell. sign: of one character; style: a name of the table's styles."""

    word: str
    sign: str
    style: str


_PROVEN = State(word="proven", sign="✔", style="good")
_STATES: Mapping[str, State] = {
    "proven": _PROVEN,
    "differs": State(word="differs", sign="✘", style="bad"),
    "bad-proof": State(word="bad proof", sign="✘", style="bad"),
    "not-in-log": State(word="not in log", sign="✘", style="bad"),
    "no-line-in-record": State(word="no line", sign="✘", style="bad"),
    "not-checked": State(word="not checked", sign="–", style="unknown"),  # noqa: RUF001
    "private": State(word="private", sign="–", style="unknown"),  # noqa: RUF001
    "local": State(word="local", sign="–", style="unknown"),  # noqa: RUF001
}
_NO_LOG = State(word="no zip", sign="·", style="muted")
_UNCHECKED = _STATES["not-checked"]
_NO_MODULES = (ComponentKind.MAIN, ComponentKind.STDLIB, ComponentKind.NATIVE)
"""Kinds of which no log has a record."""


def state_of(kind: ComponentKind, proof: LogProof | None) -> State:
    """Return what the log says of a component; without a proof nothing is proven."""
    if proof is None:
        return _NO_LOG if kind in _NO_MODULES else _UNCHECKED
    return _STATES.get(proof.state, State(word=proof.state, sign="✘", style="bad"))


@value
class SbomRow:
    """One component. id: its name and version, made unique; expression: its licence, "" = unknown."""

    id: str
    component: Component
    expression: str
    kind: LicenceClass
    state: State
    usage: str

    @property
    def licence(self) -> str:
        """The licence as it is shown."""
        return self.expression or NO_LICENCE

    @property
    def has_chain(self) -> bool:
        """Whether the Project screen may have a proof chain of it."""
        proof = self.component.proof
        return proof is not None and proof.state not in ("local", "private") and bool(self.component.module.version)


@value
class Facet:
    """Rows that have something in common. group: "class", "log" or "licence", "" = all rows; rows: their numbers.

    The main module is among all rows, and in no group: what a bill is of is none of its components.
    """

    id: str
    group: str
    word: str
    rows: Sequence[int]

    @property
    def count(self) -> int:
        """How many components it has."""
        return len(self.rows) - (not self.group)


class SbomView:
    """A bill of materials as rows. told: what the run had to tell; exit_code: what the command ends with.

    is_offered: nobody asked for its scope: it is that of the whole build list, since nothing is built there.
    """

    def __init__(
        self, document: Document, told: Sequence[str] = (), exit_code: int = 0, *, is_offered: bool = False
    ) -> None:
        self.document = document
        self.told = tuple(told)
        self.exit_code = exit_code
        self.is_offered = is_offered

    def prepare(self) -> None:
        """Make all that takes its time, in a thread: a large project has thousands of components."""
        _ = self.rows, self.by_id, self.facets, self.states, self.needed_by, self.longest

    @cached_property
    def rows(self) -> tuple[SbomRow, ...]:
        """All rows, the main module first."""
        seen: Counter[str] = Counter()
        classes: dict[str, LicenceClass] = {}
        found = []
        for component in (self.document.main, *self.document.components):
            name = f"{component.name}@{component.version}" if component.version else component.name
            seen[name] += 1
            expression = _expression(component)
            if expression not in classes:
                classes[expression] = _class_of(expression)
            found.append(
                SbomRow(
                    id=name if seen[name] == 1 else f"{name} ({seen[name]})",
                    component=component,
                    expression=expression,
                    kind=classes[expression],
                    state=state_of(component.kind, component.proof),
                    usage=_usage(component),
                )
            )
        return tuple(found)

    @cached_property
    def by_id(self) -> Mapping[str, SbomRow]:
        """The rows by their id."""
        return {row.id: row for row in self.rows}

    @cached_property
    def by_ref(self) -> Mapping[str, SbomRow]:
        """The rows by the ref of their component."""
        return {row.component.ref: row for row in self.rows}

    @cached_property
    def longest(self) -> Mapping[str, int]:
        """How many letters the longest text of some columns has, by their keys."""
        columns = {
            "component": {row.component.name for row in self.rows},
            "version": {row.component.version for row in self.rows},
            "licence": {row.licence for row in self.rows},
            "class": {row.kind.value for row in self.rows},
        }
        return {key: max(len(key), *map(len, texts)) for key, texts in columns.items()}

    @cached_property
    def states(self) -> Counter[str]:
        """How many components are in which state, by its sign."""
        return Counter(row.state.sign for row in self.components)

    @property
    def unknown(self) -> int:
        """How many components have a licence that nobody knows; native libraries bring none along."""
        return sum(not row.expression for row in self.components)

    @property
    def components(self) -> Sequence[SbomRow]:
        """The rows without that of the main module."""
        return self.rows[1:]

    @cached_property
    def needed_by(self) -> Mapping[str, Sequence[str]]:
        """By ref, the refs of what needs it."""
        found: dict[str, list[str]] = {}
        for ref, others in self.document.edges.items():
            for other in others:
                found.setdefault(other, []).append(ref)
        return found

    @cached_property
    def facets(self) -> tuple[Facet, ...]:
        """All facets: everything, then by class, by the log, and by licence, the most frequent licence first."""
        return (Facet(id=ALL, group="", word="all", rows=range(len(self.rows))), *self._grouped())

    def facet(self, name: str) -> Facet:
        """Return a facet by its id; one that is not there any more leaves everything."""
        return next((facet for facet in self.facets if facet.id == name), self.facets[0])

    def _grouped(self) -> Iterator[Facet]:
        classes, states, licences = (dict[str, list[int]](), dict[str, list[int]](), dict[str, list[int]]())
        for number, row in enumerate(self.components, start=1):
            classes.setdefault(row.kind.value, []).append(number)
            states.setdefault(f"{row.state.sign} {row.state.word}", []).append(number)
            licences.setdefault(row.licence, []).append(number)
        order = [kind.value for kind in LicenceClass]
        for word in sorted(classes, key=order.index):
            yield Facet(id=f"class {word}", group="class", word=word, rows=classes[word])
        for word in sorted(states, key=lambda word: (-len(states[word]), word)):
            yield Facet(id=f"log {word}", group="log", word=word, rows=states[word])
        for word in sorted(licences, key=lambda word: (-len(licences[word]), word)):
            yield Facet(id=f"licence {word}", group="licence", word=word, rows=licences[word])


def has_packages(document: Document) -> bool:
    """Return whether something of the project is built: a package of its own, or of a module that it needs."""
    parts = (document.main, *document.components)
    return any(
        part.packages or (part.kind is ComponentKind.MODULE and part.usage is not Usage.NOT_BUILT)
        for part in parts
        if part.kind in (ComponentKind.MAIN, ComponentKind.MODULE)
    )


def _expression(component: Component) -> str:
    licence = component.licence
    return (licence.concluded or licence.declared) if licence is not None else ""


def _class_of(expression: str) -> LicenceClass:
    try:
        return class_of_expression(expression)
    except InputError:
        return LicenceClass.UNKNOWN


def _usage(component: Component) -> str:
    if component.kind is ComponentKind.MAIN:
        return "main"
    words = {Usage.TESTS_ONLY: "tests", Usage.NOT_BUILT: "not built"}
    return words.get(component.usage, component.usage.value)
