"""What rows of a file say of each other: on which evidence they rest, of which offer they are, who contradicts whom.

The readers note each reference with its place; `EvidenceLinks.check` then finds what is dangling, unused or one-sided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from supplymatrix.documents.tables import Table, TableReader
from supplymatrix.documents.toml_spans import KeyPath
from supplymatrix.model.vendor import Confidence, EvidenceKind, VendorEvidence
from supplymatrix.vendors.addresses import COMMIT, ID, REPOSITORY, SHA256, address_fault
from supplymatrix.vendors.profile_form import TABLES

__all__ = ["EvidenceLinks", "Ids", "past_day"]

_FEW = 12  # ids that are named of those that are known


def past_day(table: Table, key: str, today: date | None) -> date | None:
    """Return a date that cannot lie ahead. today: None = nobody knows it, and nothing is said."""
    day = table.day(key)
    if day is not None and today is not None and day > today:
        table.fault(key, f"this date is in the future: today is {today}", expected=f"a day up to {today}")
    return day


class Ids:
    """The ids of one kind of rows: of the right form, each once."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._lines: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._lines

    def take(self, table: Table, key: str = "id") -> str:
        """Return the id of a row, and note it."""
        name = table.text(key)
        if key not in table:
            return name
        if not ID.fullmatch(name):
            table.fault(key, "this is no id", expected="small letters, digits, _ and -, beginning with letter or digit")
            self._lines.setdefault(name, table.location.line)  # what names it is right as far as anybody can tell
        elif name in self._lines:
            message = f"there are two rows of {self._what} {name!r}: the first is in line {self._lines[name]}"
            table.fault(key, message, expected=f"each id once among {self._what}")
        else:
            self._lines[name] = table.location.line
        return name

    def refer(self, table: Table, key: str, *, path: KeyPath = ()) -> str:
        """Return the id of a row that another names; "" where it names none."""
        name = table.text(key)
        if name and name not in self._lines:
            self.dangling(table.reader, path or (*table.path, key), name)
        return name

    def dangling(self, reader: TableReader, path: KeyPath, name: str) -> None:
        """Note that an id is none of those that are known."""
        if reader.is_full:
            return
        near = reader.suggest(name, self._lines)
        known = sorted(self._lines)
        expected = ("one of " + ", ".join(known[:_FEW]) + (", …" if len(known) > _FEW else "")) if known else "no id"
        remedy = f"did you mean {near!r}?" if near else f"add it, or name another one of {self._what}"
        reader.fault(path, f"there is no {self._what} {name[:60]!r} in this file", expected=expected, remedy=remedy)


class EvidenceLinks:
    """The evidence of one file, and who rests on it. today: dates behind it are faults; None = any date is taken."""

    def __init__(self, reader: TableReader, today: date | None) -> None:
        self._reader = reader
        self._today = today
        self._ids = Ids("evidence")
        self._found: dict[str, tuple[VendorEvidence, KeyPath]] = {}
        self._uses: list[tuple[str, KeyPath]] = []
        self._only: list[tuple[tuple[str, ...], KeyPath, str]] = []
        self._unread: set[str] = set()  # ids of evidence whose kind was mistyped: nobody knows whether it is recall

    @property
    def today(self) -> date | None:
        """The day behind which no date may lie; None = any date is taken."""
        return self._today

    def read(self) -> Mapping[str, VendorEvidence]:
        """Return the rows `[[evidence]]` by id; a second one of an id, a fault, is left out."""
        required, optional = TABLES["evidence"]
        for table in self._reader.tables("evidence", required=required, optional=optional):
            item = self._row(table)
            self._found.setdefault(item.id, (item, table.path))
        return {name: item for name, (item, _) in self._found.items()}

    def refer(self, table: Table, *, needed: str = "", answers: str = "") -> tuple[str, ...]:
        """Return the ids that a row rests on. needed: what the row is, if it cannot be without evidence.

        answers: what the row is, if evidence of recall alone cannot carry it.
        """
        names = table.texts("evidence")
        self._uses.extend((name, (*table.path, "evidence", number)) for number, name in enumerate(names))
        if needed and not names:
            table.fault(
                "evidence",
                f"{needed} has no evidence",
                expected='evidence = ["<id>"] with at least one id of an [[evidence]] of this file',
                remedy="name a source, or say that it is unknown and where it was looked for",
            )
        if len(set(names)) != len(names):
            table.fault("evidence", "an id stands twice in this list", expected="each id once")
        if answers and names:
            self._only.append((names, (*table.path, "evidence"), answers))
        return names

    def check(self) -> None:
        """Note every fault of a reference."""
        for name, path in self._uses:
            if name not in self._found:
                self._ids.dangling(self._reader, path, name)
        used = {name for name, _ in self._uses}
        for name, (item, path) in self._found.items():
            if name not in used:
                self._reader.fault(
                    (*path, "id"),
                    f"nothing rests on the evidence {name!r}",
                    expected="a row that names it",
                    remedy="name it where it tells something, or remove it",
                )
            self._conflicts(item, path)
        for names, path, what in self._only:
            kinds = {self._found[name][0].kind for name in names if name in self._found}
            if kinds == {EvidenceKind.RECALL} and self._unread.isdisjoint(names):
                self._reader.fault(
                    path,
                    f"{what} rests on recall alone, which never counts",
                    expected="a source that was read, or state unknown",
                )

    def _conflicts(self, item: VendorEvidence, path: KeyPath) -> None:
        for number, other in enumerate(item.conflicts_with):
            place = (*path, "conflicts_with", number)
            if other == item.id:
                self._reader.fault(place, f"{other!r} conflicts with itself", expected="another id of this file")
            elif other not in self._found:
                self._ids.dangling(self._reader, place, other)
            elif item.id not in self._found[other][0].conflicts_with:
                self._reader.fault(
                    place,
                    f"the conflict of {item.id!r} with {other!r} is said on one side only",
                    expected=f"{item.id!r} in conflicts_with of {other!r} too",
                )

    def _row(self, table: Table) -> VendorEvidence:
        name = self._ids.take(table)
        read = past_day(table, "retrieved_at", self._today)
        retrieved = read or date.min
        source_date, expires = past_day(table, "source_date", self._today), table.day("expires_at")
        if source_date is not None and read is not None and source_date > read:
            table.fault(
                "source_date",
                "the source bears a later date than the copy that was read",
                expected=f"a day up to {retrieved}",
            )
        if expires is not None and expires < retrieved:
            table.fault("expires_at", "it expires before it was read", expected=f"a day after {retrieved}")
        sha256 = table.text("sha256")
        if sha256 and not SHA256.fullmatch(sha256):
            table.fault("sha256", "this is no SHA-256 digest", expected="64 small hexadecimal digits, or no such key")
        kind = table.word("kind", tuple(known.value for known in EvidenceKind))
        if not kind:
            self._unread.add(name)
        return VendorEvidence(
            id=name,
            source=_source(table),
            kind=EvidenceKind(kind) if kind else EvidenceKind.RECALL,
            source_date=source_date,
            retrieved_at=retrieved,
            expires_at=expires,
            confidence=table.member("confidence", Confidence, Confidence.LOW),
            sha256=sha256,
            locator=table.text("locator"),
            note=table.text("note"),
            conflicts_with=table.texts("conflicts_with"),
            location=table.location,
        )


def _source(table: Table) -> str:
    """Return the URL of a source, or "owner/name@commit:path"."""
    in_repository: Sequence[str] = [key for key in ("repo", "commit", "path") if key in table]
    if "source" in table:
        if in_repository:
            table.fault(in_repository[0], "a source is either a URL or a file of a repository", expected="one of them")
        source = table.text("source")
        if why := address_fault(source):
            table.fault("source", why, expected="an https address, e.g. https://www.example.com/page")
        return source
    repo, commit, path = table.text("repo"), table.text("commit"), table.text("path")
    missing = [key for key in ("repo", "commit", "path") if key not in table]
    if missing:
        keys = "source = a URL, or repo, commit and path" if len(missing) == 3 else " and ".join(missing)
        table.fault("id", "this evidence does not say where it was read", expected=keys, at_key=True)
        return f"{repo}@{commit}:{path}"
    if not REPOSITORY.fullmatch(repo):
        table.fault("repo", "this is no name of a repository", expected='"owner/name"')
    if not COMMIT.fullmatch(commit):
        table.fault("commit", "this is no commit", expected="40 small hexadecimal digits")
    if not path.strip() or path.startswith("/") or ".." in path.split("/"):
        table.fault("path", "this is no path in a repository", expected='e.g. "docs/page.md"')
    return f"{repo}@{commit}:{path}"
