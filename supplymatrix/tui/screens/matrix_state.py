"""Which part of a matrix is seen, under which weights: what the screen changes, without widgets.

The whole matrix is the one that `engine.matrix` made; scores, narrowing and differences are the functions that the
command uses. So `command()` shows the same facts.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.matrix import MatrixRequest, view_matrix
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import changed
from supplymatrix.reports.matrix_cells import tally_of
from supplymatrix.tui.history import History
from supplymatrix.tui.screens.base import Export
from supplymatrix.tui.screens.matrix_data import ordered_ids, say_cells
from supplymatrix.tui.screens.matrix_weights import WEIGHTS_FILE, WhatIf, weights_toml
from supplymatrix.tui.shell_words import path_word
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.vendors.matrix import TODAY, MatrixView, Option, differing_keys, narrow_matrix

if TYPE_CHECKING:
    from supplymatrix.tui.session import Session

__all__ = ["MatrixState"]

_TRIED = "tried, in no file"
_FORMS = (
    ("t", "text", "txt"),
    ("j", "json", "json"),
    ("c", "csv", "csv"),
    ("m", "markdown", "md"),
    ("h", "html", "html"),
)


class MatrixState:
    """whole: all there is; view: what is seen of it, with its options, keys and scores. compared: ids, () = all;
    pinned: ids of columns that come first; ordered_by: the row by which columns are ordered, "" = their own order.
    project: as commands name the one that the matrix is of."""

    def __init__(self, session: Session, whole: MatrixView, project: Path | None) -> None:
        self.session = session
        self.history = History(WhatIf(weights=whole.matrix.weights))
        self.compared: tuple[str, ...] = ()
        self.pinned: tuple[str, ...] = ()
        self.differences = False
        self.ordered_by = ""
        self.take(whole, project)

    def take(self, whole: MatrixView, project: Path | None) -> None:
        """Take over another matrix; what is tried stays as far as it is still there."""
        self.whole, self.project = whole, project
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
        self.view = self._named_again(changed(self.whole, matrix=matrix, weights_from=self.weights_from))
        self.options: Sequence[Option] = matrix.options
        self.keys = differing_keys(matrix) if self.differences else matrix.keys
        self.scores = self.view.scores
        cells = [option.cells[key.id] for option in self.options for key in self.keys]
        sources = {one.evidence.source for cell in cells for answer in cell.answers for one in answer.evidence}
        self.counts = (len(sources), tally_of(self.options, self.keys).unknown)

    def status(self) -> Status:
        """Return what that which is seen stands on, and which part it is."""
        excluded = self.history.now.excluded
        notes = [f"weights {self.weights_from}{'' if self.weights_file else ' (W writes)'}"] * bool(self.weights_from)
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

    def say_differences(self) -> str:
        """Return what narrowing to differences has done; where it hides nothing, what would."""
        if not self.differences:
            return "all questions"
        count, whole = len(self.keys), len(self.view.matrix.keys)
        said = f"{count} of {whole} questions are not answered alike"
        if count < whole:
            return f"{said} · d shows all"
        return f"{said}: " + ("none is hidden" if self.compared else "c compares two vendors")

    def option(self, name: str) -> Option | None:
        """Return the option of a column that is seen, None for the others."""
        return next((option for option in self.options if option.id == name), None)

    def first_vendor(self) -> str:
        """Return the id of the first option that is seen beside what one has, else of that."""
        return next((option.id for option in self.options if option.id != TODAY), TODAY)

    def why_no_vendor(self, name: str) -> str:
        """Return that there is no such vendor, and which one may be meant; "" = there is one."""
        known = sorted(option.id for option in self.whole.matrix.options)
        if name in known:
            return ""
        near = nearest(name, known)
        return f"there is no vendor {name}" + (f"; did you mean {near}?" if near else "")

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
        """The file with the weights as they are, as far as the app has written or read it; "" = there is none."""
        name, weights = self.session.weights_file
        return name if weights == self.history.now.weights else ""

    @property
    def weights_from(self) -> str:
        """Where the weights are from, as reports say it; "" = they are the program's own."""
        is_own = self.history.now.weights == self.whole.matrix.weights
        return "" if is_own else self.weights_file or _TRIED

    def read_weights(self, path: Path, weights: Mapping[str, int]) -> None:
        """Take the weights of a file."""
        self.session.weights_file = (path.as_posix(), weights)
        self.history.take(changed(self.history.now, weights=weights))

    def weights_export(self, then: Callable[[], None]) -> tuple[Export, Callable[[Path], None]]:
        """Return what writes the weights as they are now, and what is to be called when they are written."""
        weights = self.history.now.weights

        def written(path: Path) -> None:
            self.session.weights_file = (path.as_posix(), weights)
            then()

        command = f"supplymatrix matrix --weights {WEIGHTS_FILE}{self.session.options_again()}"
        render = partial(weights_toml, weights)
        return Export(key="w", format="weights", file=WEIGHTS_FILE, render=render, command=command), written

    def command(self, explain: str = "", *, form: str = "") -> str:
        """Return the command with the same facts; explain: the cell or score of a page; form: "" = its own.

        Weights that are in no file cannot be given to it: a comment of the shell says so at its end.
        """
        words = ["supplymatrix matrix"]
        if not explain:
            words += [name for name in self.compared if name != TODAY]
        words += [f"--project {path_word(self.project.as_posix())}"] if self.project is not None else []
        if not explain:
            words += [f"--pin {name}" for name in self.pinned]
            words += [f"--exclude {name}" for name in self.history.now.excluded]
            words += ["--differences"] if self.differences else []
        words += self._weights_words()
        words += [f"--explain {explain}"] if explain else []
        words += [f"--format {form}"] if form else []
        note = "  # W writes the weights first" if self.weights_from == _TRIED else ""
        return f"{' '.join(words)}{self.session.options_again()}{note}"

    def exports(self) -> tuple[Export, ...]:
        """Return what can be written: the formats of the command, each of the view that the command would make."""
        view = self._viewer()
        return tuple(
            Export(key=key, format=form, file=f"matrix.{end}", render=_renderer(view, form),
                   command=self.command(form="" if form == "text" else form))
            for key, form, end in _FORMS
        )  # fmt: skip

    def _viewer(self) -> Callable[[], MatrixView]:
        now, weights_from, session, again = self.history.now, self.weights_from, self.session, self._named_again
        project = self.project
        request = {
            "named": tuple(name for name in self.compared if name != TODAY),
            "pinned": self.pinned, "excluded": now.excluded, "differences": self.differences,
        }  # fmt: skip

        def view() -> MatrixView:
            asked = MatrixRequest(loaded=session.profiles(), as_of=session.day, project=project)
            found = view_matrix(changed(asked, **request))
            return again(changed(found, matrix=changed(found.matrix, weights=now.weights), weights_from=weights_from))

        return view

    def _named_again(self, view: MatrixView) -> MatrixView:
        """Return a view that knows with which options a further command shows the same, as the command's own does."""
        project = self.project
        words = [f"--project {path_word(project.as_posix())}"] if project is not None else []
        again = "".join(f" {word}" for word in [*words, *self._weights_words()])
        return changed(view, again_project=again, again_profiles=self.session.options_again())

    def _weights_words(self) -> list[str]:
        is_file = self.weights_from not in ("", _TRIED)
        return [f"--weights {path_word(self.weights_file)}"] if is_file else []


def _renderer(view: Callable[[], MatrixView], form: str) -> Callable[[], str]:
    """Return what writes a matrix as the command writes it to a file."""

    def render() -> str:
        module = importlib.import_module(f"supplymatrix.reports.matrix_{form}")
        return str(getattr(module, f"render_matrix_{form}")(view()))

    return render
