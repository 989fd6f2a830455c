"""Which part of a matrix is seen, under which weights: what the screen changes, without widgets.

The whole matrix is the one that `engine.matrix` made; scores, narrowing and differences are the functions that the
command uses. So `command()` shows the same facts.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from supplymatrix.engine.matrix import MatrixRequest, view_matrix
from supplymatrix.model.value import changed
from supplymatrix.reports.matrix_cells import tally_of
from supplymatrix.tui.screens.base import Export
from supplymatrix.tui.screens.matrix_data import ordered_ids, say_cells
from supplymatrix.tui.screens.matrix_weights import History, WhatIf
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.vendors.matrix import TODAY, MatrixView, Option, differing_keys, narrow_matrix

if TYPE_CHECKING:
    from supplymatrix.tui.session import Session

__all__ = ["WEIGHTS_FILE", "MatrixState"]

WEIGHTS_FILE = "weights.toml"
_FORMS = (
    ("t", "text", "txt"),
    ("j", "json", "json"),
    ("c", "csv", "csv"),
    ("m", "markdown", "md"),
    ("h", "html", "html"),
)


class MatrixState:
    """whole: all there is; view: what is seen of it, with its options, keys and scores. compared: ids, () = all;
    pinned: ids of columns that come first; ordered_by: the row by which columns are ordered, "" = their own order."""

    def __init__(self, session: Session, whole: MatrixView) -> None:
        self.session = session
        self.history = History(WhatIf(weights=whole.matrix.weights))
        self.compared: tuple[str, ...] = ()
        self.pinned: tuple[str, ...] = ()
        self.differences = False
        self.ordered_by = ""
        self._written: tuple[str, Mapping[str, int]] = ("", {})
        self.take(whole)

    def take(self, whole: MatrixView) -> None:
        """Take over another matrix; what is tried stays as far as it is still there."""
        self.whole = whole
        known = {option.id for option in whole.matrix.options}
        self.default_scores = whole.scores
        self.said = say_cells(whole.matrix.options)
        self.compared = tuple(name for name in self.compared if name in known)
        self.follow()
        self.narrow()

    def follow(self) -> bool:
        """Take over what was tried on another screen; return whether it is something else than here."""
        known = {option.id for option in self.whole.matrix.options}
        excluded = tuple(name for name in self.session.excluded if name in known)
        weights = self.session.weights if self.session.weights is not None else self.history.now.weights
        return self.history.take(WhatIf(weights=weights, excluded=excluded))

    def narrow(self) -> None:
        """Work out what is seen."""
        now = self.history.now
        self.session.excluded, self.session.weights = now.excluded, now.weights
        matrix = changed(self.whole.matrix, weights=now.weights)
        matrix = narrow_matrix(matrix, named=self.compared, excluded=now.excluded)
        if self.compared:
            matrix = changed(matrix, options=tuple(item for item in matrix.options if item.id in self.compared))
        self.view = changed(self.whole, matrix=matrix, weights_from=self.weights_file)
        self.options: Sequence[Option] = matrix.options
        self.keys = differing_keys(matrix) if self.differences else matrix.keys
        self.scores = self.view.scores
        cells = [option.cells[key.id] for option in self.options for key in self.keys]
        sources = {one.evidence.source for cell in cells for answer in cell.answers for one in answer.evidence}
        self.counts = (len(sources), tally_of(self.options, self.keys).unknown)

    def status(self) -> Status:
        """Return what that which is seen stands on, and which part it is."""
        excluded = self.history.now.excluded
        notes = [f"weights {self.weights_file}{'' if self.is_written else ' (W writes)'}"] * bool(self.weights_file)
        notes += ["differences only (d)"] if self.differences else []
        notes += [f"compares {' and '.join(self.compared)} (c ends)"] if self.compared else []
        notes += [f"without {', '.join(excluded)} (Z undoes)"] if excluded else []
        sources, unknown = self.counts
        return Status(
            as_of=self.view.matrix.as_of, sources=sources, unknown=unknown, notes=tuple(notes),
            offline=self.session.offline,
        )  # fmt: skip

    def notes(self) -> tuple[str, ...]:
        """Return sentences about how the matrix came about, and what of the project could not be told."""
        has_vendors = any(option.profile is not None for option in self.whole.matrix.options)
        empty = () if has_vendors else ("there is no vendor's profile: `supplymatrix vendors new ID` begins one",)
        gaps = (f"not known: {gap.wanted}: {gap.reason}" for gap in self.whole.gaps)
        return (*empty, *self.whole.notes, *gaps)

    def option(self, name: str) -> Option | None:
        """Return the option of a column that is seen, None for the others."""
        return next((option for option in self.options if option.id == name), None)

    def title(self, row: str) -> str:
        """Return the title of a question that is seen, "" for others."""
        return next((key.title for key in self.keys if key.id == row), "")

    def order(self) -> tuple[str, ...]:
        """Return the ids of columns in the order that is wanted, () for their own."""
        return ordered_ids(self.options, self.ordered_by, self.scores) if self.ordered_by else ()

    def make_visible(self, vendor: str, key: str) -> None:
        """Take back what hides a cell."""
        now = self.history.now
        if vendor in now.excluded:
            self.history.take(changed(now, excluded=tuple(name for name in now.excluded if name != vendor)))
        if self.compared and vendor not in self.compared:
            self.compared = ()
        if key and all(item.id != key for item in self.keys):
            self.differences = False
        self.narrow()

    @property
    def weights_file(self) -> str:
        """The file with the weights: the one written, or the name that is offered; "" = the program's weights hold."""
        weights = self.history.now.weights
        if weights == self.whole.matrix.weights:
            return ""
        return self._written[0] if self.is_written else WEIGHTS_FILE

    @property
    def is_written(self) -> bool:
        """Whether the weights as they are stand in a file."""
        return bool(self._written[0]) and self._written[1] == self.history.now.weights

    def note_written(self, path: Path) -> None:
        """Take note of the file that has the weights as they are."""
        self._written = (path.as_posix(), self.history.now.weights)

    def command(self, explain: str = "") -> str:
        """Return the command with the same facts; explain: the cell or score of a page."""
        words = ["supplymatrix matrix"]
        if not explain:
            words += [name for name in self.compared if name != TODAY]
        if self.session.project is not None:
            words.append(f"--project {quote(self.session.project.as_posix())}")
        if not explain:
            words += [f"--pin {name}" for name in self.pinned]
            words += [f"--exclude {name}" for name in self.history.now.excluded]
            words += ["--differences"] if self.differences else []
        words += [f"--weights {quote(self.weights_file)}"] if self.weights_file else []
        return " ".join([*words, *([f"--explain {explain}"] if explain else [])])

    def exports(self) -> tuple[Export, ...]:
        """Return what can be written: the formats of the command, each of the view that the command would make."""
        view, command = self._viewer(), self.command()
        return tuple(
            Export(key=key, format=form, file=f"matrix.{end}", render=_renderer(view, form),
                   command=command if form == "text" else f"{command} --format {form}")
            for key, form, end in _FORMS
        )  # fmt: skip

    def _viewer(self) -> Callable[[], MatrixView]:
        now, weights_from, session = self.history.now, self.weights_file, self.session
        request = {
            "named": tuple(name for name in self.compared if name != TODAY),
            "pinned": self.pinned, "excluded": now.excluded, "differences": self.differences,
        }  # fmt: skip

        def view() -> MatrixView:
            asked = MatrixRequest(loaded=session.profiles(), as_of=session.day, project=session.project)
            found = view_matrix(changed(asked, **request))
            return changed(found, matrix=changed(found.matrix, weights=now.weights), weights_from=weights_from)

        return view


def _renderer(view: Callable[[], MatrixView], form: str) -> Callable[[], str]:
    """Return what writes a matrix as the command writes it to a file."""

    def render() -> str:
        module = importlib.import_module(f"supplymatrix.reports.matrix_{form}")
        return str(getattr(module, f"render_matrix_{form}")(view()))

    return render
