"""Where the signatures of a run are, and which are held against which artifact.

| --bundle | for |
|---|---|
| not given | what lies beside each artifact; with a word in its name, `app.sbom.sigstore.json`, if it names it |
| FILE, with one artifact | this one |
| FILE with many, or for many artifacts; FOLDER | those that name the artifact's digest, or its name |
| a pattern: `{}` the path of an artifact, `{name}` the last part of it | each artifact has its own file |

A bundle is given to an artifact by its name too, since one that names the file and another digest is not to be passed
over: the file may have been changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from supplymatrix.engine.signature_bundles import Candidate, candidates_in, claimed_digests, claimed_names, unread
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.sources.signature_files import (
    beside,
    in_folder,
    loose_in,
    names_in,
    read_bundle_file,
    read_bundle_if_there,
    read_detached,
)

__all__ = ["NO_PLACES", "BundlePlaces", "FoundFor", "Places"]

_MOST_TRIED = 100
"""Bundles of a file that are held against its one artifact where none of them names it."""


@value
class BundlePlaces:
    """bundles: files, folders and patterns; () = beside each artifact. signature, certificate: of a signature that is
    no bundle, files or patterns, "" = none."""

    bundles: tuple[str, ...] = ()
    signature: str = ""
    certificate: str = ""

    @property
    def is_named(self) -> bool:
        """Whether it is said where the signatures are."""
        return bool(self.bundles or self.signature)


NO_PLACES = BundlePlaces()


@value
class FoundFor:
    """What was found for one artifact by its path. loose: whose files have a word between the artifact's name and the
    ending. faults: of files that cannot be read."""

    candidates: tuple[Candidate, ...] = ()
    loose: tuple[Candidate, ...] = ()
    notes: tuple[str, ...] = ()
    faults: tuple[Diagnostic, ...] = ()

    def about(self, name: str, digests: Iterable[tuple[str, str]]) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
        """Return those of the loose ones that are about an artifact, by its digest or its name, and a note on each of
        the others. name: the last part of its path."""
        wanted = frozenset(digests)
        found, notes = list[Candidate](), dict[str, None]()
        for candidate in self.loose:
            if candidate.bundle is None:
                notes[f"{candidate.source} lies beside it, and is no bundle that can be read"] = None
            elif claimed_digests(candidate) & wanted or name in claimed_names(candidate):
                found.append(candidate)
            else:
                notes[f"{candidate.source} lies beside it, and does not say that it is about it: it was not held "
                      "against it"] = None  # fmt: skip
        return tuple(found), tuple(notes)


class Places:
    """The places of a run, its shared files read once.

    targets: how many files and digests the run has. Raises InputError for a shared file or folder that cannot be read.
    """

    def __init__(self, places: BundlePlaces, targets: int) -> None:
        self._places = places
        self._patterns = [text for text in places.bundles if _is_pattern(text)]
        self._single: list[Candidate] = []
        self._named: list[Candidate] = []
        self._in_folders: list[Candidate] = []
        for text in places.bundles if targets else ():
            if not _is_pattern(text):
                self._read(Path(text), is_alone=targets == 1)
        self._targets = targets
        self._listed: dict[Path, tuple[frozenset[str] | None, Mapping[str, tuple[str, ...]]]] = {}
        self._index()

    def _read(self, path: Path, *, is_alone: bool) -> None:
        if os.path.isdir(path):  # noqa: PTH112 - it raises nothing
            for file in in_folder(path):
                try:
                    self._in_folders += candidates_in(read_bundle_file(file))
                except InputError as err:
                    self._in_folders.append(unread(file, file.as_posix(), err))
            return
        found = candidates_in(read_bundle_file(path))
        (self._single if is_alone and len(found) == 1 else self._named).extend(found)

    def _index(self) -> None:
        self._shared = [*self._named, *self._in_folders]
        self._by_digest: dict[tuple[str, str], list[int]] = {}
        self._by_name: dict[str, list[int]] = {}
        for number, candidate in enumerate(self._shared):
            for digest in claimed_digests(candidate):
                self._by_digest.setdefault(digest, []).append(number)
            for name in {*claimed_names(candidate), *_names_of_file(candidate.path.name)}:
                self._by_name.setdefault(name, []).append(number)
        self._used: set[int] = set()
        self._untried: frozenset[int] = frozenset()

    @property
    def shared(self) -> tuple[Candidate, ...]:
        """All bundles that are given to artifacts by what they say."""
        return tuple(self._shared)

    def for_path(self, path: Path) -> FoundFor:
        """Return what lies beside a file, or where the patterns say."""
        if not self._places.is_named:
            found = beside(path, *self._around(path.parent))
            candidates, loose = (
                tuple(candidate for file in files for candidate in candidates_in(file))
                for files in (found.files, found.loose)
            )
            return FoundFor(candidates=candidates, loose=loose, notes=found.notes, faults=found.faults)
        return self._by_patterns({"{}": path.as_posix(), "{name}": path.name})

    def _around(self, folder: Path) -> tuple[frozenset[str] | None, Mapping[str, tuple[str, ...]]]:
        """Return the names in a folder, and what `loose_in` finds among them; listed once."""
        if folder not in self._listed:
            names = names_in(folder)
            self._listed[folder] = names, loose_in(names or ())
        return self._listed[folder]

    def for_digest(self, digest: str) -> FoundFor:
        """Return what lies where the patterns say. digest: "sha256:…", hex in the pattern's place."""
        if not self._places.is_named:
            fault = Diagnostic(
                message="nothing lies beside a digest", artifact=digest, expected="its bundles, by --bundle",
                remedy="name the bundles: --bundle FILE, or --bundle FOLDER",
            )  # fmt: skip
            return FoundFor(faults=(fault,))
        text = digest.partition(":")[2]
        return self._by_patterns({"{}": text, "{name}": text})

    def shared_for(self, name: str, digests: Iterable[tuple[str, str]]) -> tuple[Candidate, ...]:
        """Return the shared bundles that are about an artifact, by digest or by name. name: the last part of its path.

        Of the files that are named for a run of one artifact all are, where none says so.
        """
        numbers = {number for digest in digests for number in self._by_digest.get(digest, ())}
        numbers |= set(self._by_name.get(name, ()) if name else ())
        if not numbers and self._targets == 1 and not self._single:
            numbers = set(range(min(len(self._named), _MOST_TRIED)))
            self._untried = frozenset(range(len(numbers), len(self._named)))
        self._used |= numbers
        return tuple(self._shared[number] for number in sorted(numbers))

    @property
    def left_over(self) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
        """What was given to no artifact: notes on bundles about others, and the faults of those that cannot be read."""
        others, untried, faults, none = 0, 0, list[Diagnostic](), 0
        for number, candidate in enumerate(self._shared):
            if number in self._used:
                continue
            if candidate.bundle is not None:
                untried += number in self._untried
                others += number not in self._untried
            elif number < len(self._named) and candidate.refused is not None:
                faults.append(_fault_of(candidate))
            else:
                none += 1
        notes = [f"{others:,} of the bundles {_is(others)} about none of these artifacts"] if others else []
        if untried:
            was = "was" if untried == 1 else "were"
            notes.append(f"{untried:,} of the bundles {was} not tried: none names the artifact, and {_MOST_TRIED} are")
        if none:
            files = "file" if none == 1 else "files"
            notes.append(f"{none:,} {files} of the folder of bundles {_is(none)} none, or cannot be read")
        return tuple(notes), tuple(faults)

    def _by_patterns(self, words: Mapping[str, str]) -> FoundFor:
        candidates, notes, faults = list(self._single), list[str](), list[Diagnostic]()
        for pattern in self._patterns:
            path = Path(_filled(pattern, words))
            try:
                file = read_bundle_if_there(path)
            except InputError as err:
                faults += err.diagnostics
                continue
            if file is None:
                notes.append(f"there is no {path.as_posix()}")
            else:
                candidates += candidates_in(file)
        if self._places.signature:
            try:
                candidates += self._detached(words)
            except InputError as err:
                faults += err.diagnostics
        return FoundFor(candidates=tuple(candidates), notes=tuple(notes), faults=tuple(faults))

    def _detached(self, words: Mapping[str, str]) -> Iterator[Candidate]:
        certificate = self._places.certificate
        file = read_detached(
            Path(_filled(self._places.signature, words)), Path(_filled(certificate, words)) if certificate else None
        )
        yield from candidates_in(file)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _is_pattern(text: str) -> bool:
    return "{}" in text or "{name}" in text


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    """Return a pattern with its words replaced, in one pass: a path may have braces itself."""
    parts = pattern.split("{}")
    return words["{}"].join(part.replace("{name}", words["{name}"]) for part in parts)


def _names_of_file(name: str) -> Iterator[str]:
    """Yield what the artifact of a signature file may be called: its own name without one, two or three endings."""
    for _ in range(3):
        name, dot, _ending = name.rpartition(".")
        if not dot or not name:
            return
        yield name


def _fault_of(candidate: Candidate) -> Diagnostic:
    step = candidate.refused.steps[0] if candidate.refused is not None else None
    return Diagnostic(
        message=step.says if step is not None else "it cannot be read",
        artifact=candidate.source,
        seen=step.found if step is not None else "",
        expected=step.expected if step is not None else "",
        remedy=step.remedy if step is not None else "",
    )
