"""Azure Linux's OVAL file: one XML definition for each CVE and package.

`advisory_date` is when the definition was made, up to two years behind the fix: a day of import (`DateTrust.IMPORT`),
kept so that it can be shown, never a response time. Package, version and CVE are taken from the title, which says
"CVE-… affecting package golang for versions less than 1.22.5-1". Many definitions of golang have no `advisory_date`:
their day is not known. It is never that of the next definition, which a search that does not stop at the end of a
definition would find.

The XML is read as a stream; a file with a DOCTYPE or entities is refused, since a few lines of them can stand for
gigabytes. Only packages of Go itself are read.

Source: microsoft/AzureLinuxVulnerabilityData; OVAL 5.11.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.feeds.days import parse_day
from supplymatrix.feeds.json_text import clean, refuse_size
from supplymatrix.model.advisory import (
    Channel,
    DateTrust,
    FeedDate,
    FeedReading,
    FixEvent,
    FixState,
    is_go_toolchain,
)

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

__all__ = ["AZURE_LINUX", "parse_azurelinux_oval"]

FEED = "azurelinux"
AZURE_LINUX = Channel(
    id="azurelinux3", name="Azure Linux 3", vendor="microsoft", stand_in_for="", rebases=True, trust=DateTrust.IMPORT
)
_TITLE = re.compile(
    r"(CVE-[0-9]{4}-[0-9]{4,19}) affecting package (\S{1,100}) for versions? less than( or equal to)?\s+(\S{1,100})"
)
_ROOT = "oval_definitions"
_KEPT = frozenset({"title", "advisory_date", "advisory_id", "patchable"})
_PATCHABLE = {"true": FixState.FIXED, "not applicable": FixState.NOT_AFFECTED}
_MAX_DEPTH = 40
_MAX_FAULTS = 20


def parse_azurelinux_oval(data: bytes, file: str) -> FeedReading:
    """Return what the file says about packages of Go."""
    try:
        refuse_size(data, file)
        return _Oval(file).read(data)
    except InputError as err:
        return FeedReading(faults=err.diagnostics)


class _Oval:
    """One file as it is read: what the definition at hand has said so far, and what was made of those before it."""

    def __init__(self, file: str) -> None:
        from xml.parsers import expat  # DOCTYPE and entities are refused below

        self._file = file
        self._expat = expat
        self._parser: XMLParserType = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.EntityDeclHandler = self._refuse_doctype
        self._depth = 0
        self._text: list[str] | None = None
        self._said: dict[str, tuple[str, int]] = {}
        self._as_of: dict[str, object] = {}
        self.events: list[FixEvent] = []
        self.faults: list[Diagnostic] = []

    def read(self, data: bytes) -> FeedReading:
        """Return the events of the file. A file that ends too early gives those before its end, and a fault."""
        try:
            self._parser.Parse(data, True)  # noqa: FBT003 - expat's own signature
        except self._expat.ExpatError as err:
            self._fault(f"this is not the whole XML file: {self._expat.ErrorString(err.code)}", err.lineno)
        except (ValueError, UnicodeError, RecursionError) as err:
            self._fault(f"this is not XML: {clean(str(err))}", 1)
        day = self._as_of.get("day")
        return FeedReading(
            channels=(AZURE_LINUX,) if self.events else (),
            events=tuple(dict.fromkeys(self.events)),
            as_of={FEED: day} if day else {},  # type: ignore[dict-item]
            faults=tuple(self.faults[:_MAX_FAULTS]),
        )

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._depth += 1
        local = name.rpartition(":")[2]
        if self._depth == 1 and local != _ROOT:
            self._stop(f"the file is no OVAL but <{clean(name, 60)}>")
        if self._depth > _MAX_DEPTH:
            self._stop("the file nests too deep")
        if local == "definition":
            self._said = {}
        elif local in _KEPT or local == "timestamp":
            self._text = []
            self._parser.CharacterDataHandler = self._text.append

    def _end(self, name: str) -> None:
        self._depth -= 1
        local = name.rpartition(":")[2]
        if local == "definition":
            self._definition()
        elif self._text is not None:
            text = clean("".join(self._text))
            self._text = None
            self._parser.CharacterDataHandler = None
            if local == "timestamp":
                self._as_of["day"] = parse_day(text)
            else:
                self._said[local] = (text, self._parser.CurrentLineNumber)

    def _definition(self) -> None:
        title, _ = self._said.get("title", ("", 0))
        match = _TITLE.match(title)
        if match is None or not is_go_toolchain(match[2]):
            return
        stamp, line = self._said.get("advisory_date", ("", 0))
        day = parse_day(stamp)
        if stamp and day is None:
            self._fault(f"advisory_date {stamp!r} is no date", line)
        when = FeedDate(day=day, feed=FEED, file=self._file, field=f"line {line} advisory_date") if day else None
        patchable = self._said.get("patchable", ("true", 0))[0].lower()
        state = _PATCHABLE.get(patchable, FixState.OPEN) if match[3] is None else FixState.OPEN
        self.events.append(
            FixEvent(
                channel=AZURE_LINUX.id,
                cve=match[1],
                package=match[2],
                state=state,
                when=when,
                version=match[4] if state is FixState.FIXED else "",
                advisory=self._said.get("advisory_id", ("", 0))[0],
            )
        )

    def _refuse_doctype(self, *_: object) -> NoReturn:
        self._stop("the file declares a DOCTYPE or entities")

    def _stop(self, message: str) -> NoReturn:
        raise InputError(
            Diagnostic(
                message=message, artifact=self._file, line=self._parser.CurrentLineNumber, expected="an OVAL 5 file"
            )
        )

    def _fault(self, message: str, line: int) -> None:
        self.faults.append(Diagnostic(message=message, artifact=self._file, line=line, expected="an OVAL 5 file"))
