"""Credentials in one file: what its text shows, and what its form says beside that.

    found = search_file(data, "Dockerfile", FileKind.DOCKERFILE)
    found.credentials, found.gaps

Every file is read as a text first, so that one that is broken is not passed over; then as what it is. A file that is no
text, or has more than is looked through, is a gap.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from supplymatrix.buildfiles.dockerfile import read_instructions
from supplymatrix.documents.secret_forms import BY_NAME, Span, is_like_a_token, netrc_spans
from supplymatrix.documents.secret_text import LINKED, apart, blotted, spans_in
from supplymatrix.documents.yaml_text import read_yaml_documents
from supplymatrix.errors import InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.go_sources import CREDENTIALS_WANTED, Credential
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value
from supplymatrix.privacy.credential_facts import (
    ANY_NAME,
    COPIED,
    IN_ARG,
    IN_ENV,
    credential_of,
    for_file,
    for_given,
    kind_of,
)
from supplymatrix.privacy.credential_places import FileKind
from supplymatrix.privacy.dockerfile_secrets import given_away
from supplymatrix.privacy.git_config_text import GitEntry, parse_git_config
from supplymatrix.privacy.setting_secrets import secrets_of_git_entry
from supplymatrix.privacy.yaml_secrets import YamlPlaces, look_at_yaml

__all__ = ["MAX_FOUND", "FileSearch", "credentials_of_entry", "search_file", "text_of"]

MAX_FOUND = 200
"""Credentials that are told of one file."""
_LINKED = re.compile(LINKED + r"\Z")
_HOLDER = re.compile(r"([A-Za-z_][\w.-]{0,100})[\"']?[ \t]{0,4}[:?+]{0,2}[=:][ \t]{0,4}[\"']?(?:(?i:bearer|token) )?\Z")
_EXAMPLE = re.compile(
    r"(?i)[.](?:example|sample|template|tmpl|tpl|dist|defaults?)(?:[.]|\Z)|(?:example|sample)[.]env\Z"
)
_CHANGELOG = re.compile(r"(?m)^%changelog")
_BEFORE = 260
_LINES_OF_ONE = 40
"""Lines of an instruction on which a name of it is looked for."""


@value
class FileSearch:
    """What was found in a file, by place; what could not be looked at."""

    credentials: tuple[Credential, ...]
    gaps: tuple[Gap, ...] = ()


def text_of(data: bytes) -> str | None:
    """Return the text of a file, None where it is none. Bytes that are no UTF-8 come back as surrogates."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        return None
    return data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def search_file(data: bytes, artifact: str, kind: FileKind) -> FileSearch:
    """Return the credentials of a file. artifact: its path from the root. Raises nothing for any bytes."""
    text = text_of(data)
    if text is None:
        return FileSearch(credentials=(), gaps=(_gap(artifact, "it holds a NUL byte, so it is no text"),))
    search = _Search(text, artifact, kind)
    if kind is FileKind.DOCKERFILE:
        search.as_dockerfile(data)
    elif kind in (FileKind.CI, FileKind.YAML):
        search.as_yaml(data)
    elif kind is FileKind.GIT_CONFIG:
        search.as_git_config()
    return search.done()


class _Search:
    def __init__(self, text: str, artifact: str, kind: FileKind) -> None:
        self._text = text
        self._artifact = artifact
        self._kind = kind
        self._changelog = _CHANGELOG.search(text) if artifact.endswith(".spec") else None
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        spans = [span for span in spans_in(text) if not self._is_told_of(span)]
        if kind is FileKind.NETRC:
            spans = apart([*netrc_spans(text, whole=True), *spans])
        self.gaps: list[Gap] = []
        if len(spans) > MAX_FOUND:
            reason = f"there are {len(spans):,} texts that look like credentials, and {MAX_FOUND} are told"
            self.gaps.append(_gap(artifact, reason))
        self._found = [self._of_span(span) for span in spans[:MAX_FOUND] if not self._is_target(span)]

    def done(self) -> FileSearch:
        """Return what was found, by place."""
        ordered = sorted(self._found, key=lambda one: (one.location, one.kind, one.name))
        return FileSearch(credentials=tuple(ordered[: 2 * MAX_FOUND]), gaps=tuple(self.gaps))

    def _line_of(self, place: int) -> int:
        return bisect_right(self._starts, place)

    def _place(self, start: int, end: int) -> Location:
        first, last = self._line_of(start), self._line_of(max(start, end - 1))
        return Location(
            artifact=self._artifact,
            line=first,
            column=start - self._starts[first - 1] + 1,
            end_line=last,
            end_column=end - self._starts[last - 1] + 1,
        )

    def _of_span(self, span: Span) -> Credential:
        before = self._text[max(0, span.start - _BEFORE) : span.start].rpartition("\n")[2]
        linked, holder = _LINKED.search(before), _HOLDER.search(before)
        name = linked[1] if linked else span.name or (holder[1] if holder else "")
        where = f"-ldflags -X {linked[1]}" if linked else self._plain_where()
        return credential_of(
            self._text[span.start : span.end],
            kind=kind_of(span.kind),
            where=where,
            location=self._place(span.start, span.end),
            name=name,
            advice=for_file(self._kind, where),
            is_shipped=linked is not None,
            is_sure=span.kind != BY_NAME,
        )

    def _is_told_of(self, span: Span) -> bool:
        """Return whether what only a name makes a secret is an example, or a line of a changelog."""
        if span.kind != BY_NAME:
            return False
        is_example = self._kind is FileKind.ENV and _EXAMPLE.search(self._artifact) is not None
        if is_example and not is_like_a_token(self._text[span.start : span.end]):
            return True
        return self._changelog is not None and self._changelog.start() < span.start

    def _is_target(self, span: Span) -> bool:
        """Return whether a name is that of a target of make, and what follows are those that it needs."""
        before = self._text[max(0, span.start - _BEFORE) : span.start].rpartition("\n")[2]
        return self._kind is FileKind.MAKE and span.kind == BY_NAME and before.rstrip(" \t").endswith(":")

    def _plain_where(self) -> str:
        return self._artifact.rpartition("/")[2] if self._kind is FileKind.GO else self._kind.value

    def as_dockerfile(self, data: bytes) -> None:
        """Say of each credential in which instruction it stands, and add what instructions give away."""
        try:
            instructions, gaps = read_instructions(data, self._artifact)
        except InputError as err:
            self.gaps.append(_gap(self._artifact, err.diagnostics[0].message))
            return
        if gaps:
            more = f", and {len(gaps) - 1} more like it" if len(gaps) > 1 else ""
            self.gaps.append(_gap(self._artifact, f"{gaps[0].reason}{more}", gaps[0].location))
        lines = [line.line for line in instructions]
        for number, one in enumerate(self._found):
            at = bisect_right(lines, one.location.line) - 1
            if at >= 0 and not one.where.startswith("-ldflags"):
                name = instructions[at].name
                wrapped = instructions[at].rest.split(None, 1)[:1] if name == "ONBUILD" else ()
                self._found[number] = self._in_instruction(one, wrapped[0].upper() if wrapped else name)
        literal = {(one.location.line, one.name) for one in self._found}
        for given in given_away(instructions):
            place = self._place_of(given.line, given.name)
            if (place.line, given.name) not in literal:
                self._found.append(
                    credential_of(
                        "",
                        kind=given.kind,
                        where=given.where,
                        location=place,
                        name=given.name,
                        advice=for_given(given.kind),
                        is_shipped=True,
                        is_sure=given.kind == COPIED,
                    )
                )

    @staticmethod
    def _in_instruction(one: Credential, name: str) -> Credential:
        kind = {"ARG": IN_ARG, "ENV": IN_ENV}.get(name, one.kind) if one.kind == ANY_NAME else one.kind
        return changed(one, where=name, kind=kind, is_shipped=True)

    def _place_of(self, line: int, name: str) -> Location:
        """Return the first place of a name on a line or one of those below; the line where it is on none."""
        for number in range(line, min(line + _LINES_OF_ONE, len(self._starts) + 1)) if name else ():
            found = re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", self._line(number))
            if found:
                start = self._starts[number - 1] + found.start()
                return self._place(start, start + len(name))
        return Location(artifact=self._artifact, line=line, column=1)

    def _line(self, number: int) -> str:
        if not 1 <= number <= len(self._starts):
            return ""
        end = self._starts[number] if number < len(self._starts) else len(self._text)
        return self._text[self._starts[number - 1] : end].rstrip("\r\n")

    def as_yaml(self, data: bytes) -> None:
        """Say of each credential under which keys it stands, and add what the form of the file alone tells."""
        try:
            documents = read_yaml_documents(data, self._artifact)
        except InputError as err:
            fault = err.diagnostics[0]
            place = Location(artifact=self._artifact, line=fault.line, column=fault.column)
            self.gaps.append(_gap(self._artifact, fault.message, place))
            return
        places = look_at_yaml(documents, self._text.split("\n"))
        if places.is_cut:
            self.gaps.append(_gap(self._artifact, "it stands for more values than are looked at"))
        for number, one in enumerate(self._found):
            path = places.path_at(one.location.line)
            if path and not one.where.startswith("-ldflags"):
                self._found[number] = changed(one, where=path)
        self._found += list(self._named(places))

    def as_git_config(self) -> None:
        """Say of each credential under which key it stands, and add what keys alone tell."""
        entries, faults = parse_git_config(self._text)
        if faults:
            reason = f"line {faults[0]} is no line of git config"
            self.gaps.append(_gap(self._artifact, reason, Location(artifact=self._artifact, line=faults[0], column=1)))
        by_entry = [one for entry in entries for one in credentials_of_entry(entry, self._artifact)][:MAX_FOUND]
        lines = {one.location.line for one in by_entry}
        heads = {(one.kind, one.length, one.digest) for one in by_entry}
        self._found = by_entry + [
            one
            for one in self._found
            if (one.is_sure or faults)
            and one.location.line not in lines
            and (one.kind, one.length, one.digest) not in heads
        ]

    def _named(self, places: YamlPlaces) -> Iterator[Credential]:
        """Yield what the form of the file alone tells, where no credential was found on the same line."""
        taken = {one.location.line for one in self._found}
        for entry in places.named[:MAX_FOUND]:
            node = entry.node
            first = node.text.split("\n", 1)[0].strip()
            line = next((at for at in (node.line, node.line + 1) if first and first in self._line(at)), node.line)
            if taken.isdisjoint((node.line, line)):
                start = self._starts[line - 1] + max(0, self._line(line).find(first))
                yield credential_of(
                    node.text.strip(),
                    kind=ANY_NAME,
                    where=places.path_at(node.line) or self._plain_where(),
                    location=self._place(start, start + len(first)),
                    name=entry.name,
                    advice=for_file(self._kind, ""),
                    is_sure=False,
                )


def credentials_of_entry(entry: GitEntry, artifact: str, origin: str = "") -> tuple[Credential, ...]:
    """Return the credentials of one entry of git config. artifact, origin: where it stands."""
    return tuple(
        credential_of(
            found.text,
            kind=found.kind,
            where=found.where,
            location=Location(artifact=artifact, line=entry.line, column=1 if entry.line else 0),
            name=found.name,
            origin=origin,
            advice=for_file(FileKind.GIT_CONFIG, found.where),
            is_sure=found.kind != ANY_NAME,
        )
        for found in secrets_of_git_entry(entry)
    )


def _gap(artifact: str, reason: str, location: Location | None = None) -> Gap:
    return Gap(
        wanted=f"{CREDENTIALS_WANTED}{artifact}",
        reason=blotted(reason),
        remedy="mend the file, or look at it by hand",
        subject=artifact,
        location=location or Location(artifact=artifact),
    )
