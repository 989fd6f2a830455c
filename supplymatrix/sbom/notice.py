"""The third-party notices of a build: who wrote what is in it, under which licence, and the texts in full.

notice = build_notice("example.com/app", licences, extras, texts)

A text that several modules bring word for word stands there once, with all of them. Nothing is invented: where the file
is not at hand there is no text, not even of a licence whose name is known, and the module is listed as not found.

What modules bring is data: control characters and those that reorder what is read are taken out, line ends are made
one kind, and nothing else is changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from supplymatrix.licences.copyrights import copyright_lines
from supplymatrix.licences.decoding import clean_text
from supplymatrix.model.licence import LicenceFile, ModuleLicence
from supplymatrix.model.value import value

__all__ = [
    "NotFound", "Notice", "NoticeFile", "NoticeModule", "NoticeText", "build_notice", "clean_line", "clean_text",
]  # fmt: skip

# What is no text: controls but tab and newline, soft hyphens and zero-width marks, marks and overrides of direction,
# lone surrogates, tags.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\u0085")


@value
class NoticeFile:
    """A file that is passed on beside the licences. kind: "notice", "third-party" or "patents". sha256: hex, of its
    bytes."""

    kind: str
    path: str
    sha256: str


@value
class NoticeModule:
    """One module. name, version: what the build takes; replaces: the module in whose place, "" for none.

    licence: as concluded, "" = nobody knows. texts: numbers of `NoticeText`, from 1.
    """

    name: str
    version: str
    replaces: str
    licence: str
    copyrights: tuple[str, ...]
    texts: tuple[int, ...]


@value
class NoticeText:
    """One text in full. kind: "licence" or as of `NoticeFile`; licence: what it says as a whole, "" = nobody knows.

    files: "module@version path" of every file that it is, sorted.
    """

    kind: str
    licence: str
    text: str
    files: tuple[str, ...]


@value
class NotFound:
    """A module that the bundle has no licence text of, or not all."""

    module: str
    licence: str
    reason: str
    remedy: str


@value
class Notice:
    """The bundle. name: of the project; target: what it was built for, "linux/amd64", "" when that plays no part."""

    name: str
    target: str
    modules: tuple[NoticeModule, ...]
    texts: tuple[NoticeText, ...]
    missing: tuple[NotFound, ...]


def build_notice(
    name: str,
    licences: Sequence[ModuleLicence],
    extras: Mapping[str, Sequence[NoticeFile]],
    texts: Mapping[str, bytes],
    *,
    target: str = "",
) -> Notice:
    """Return the bundle of a project's modules, the standard library among them.

    extras: by path in the build list. texts: sha256 → bytes, of all files.
    """
    pool = _Pool(texts)
    modules, missing = [], []
    for licence in sorted(licences, key=lambda licence: (licence.subject.path, licence.subject.version)):
        label = str(licence.effective or licence.subject)
        numbers = {file.path: pool.add("licence", file.expression, label, file) for file in licence.files}
        numbers |= {file.path: pool.add(file.kind, "", label, file) for file in extras.get(licence.subject.path, ())}
        reason = _reason(licence, [path for path, number in numbers.items() if not number])
        if reason:
            missing.append(
                NotFound(module=label, licence=licence.concluded, reason=reason, remedy=clean_line(licence.remedy))
            )
        subject = licence.effective or licence.subject
        modules.append(
            NoticeModule(
                name=subject.path,
                version=subject.version,
                replaces=str(licence.subject) if licence.effective != licence.subject else "",
                licence=licence.concluded,
                copyrights=_copyrights(licence.files, extras.get(licence.subject.path, ()), texts),
                texts=tuple(sorted({number for number in numbers.values() if number})),
            )
        )
    return Notice(name=name, target=target, modules=tuple(modules), texts=pool.texts(), missing=tuple(missing))


def _reason(licence: ModuleLicence, empty: Sequence[str]) -> str:
    """Return why the bundle lacks something of a module, "" when it does not."""
    reasons = [licence.reason] if licence.reason else []
    if not licence.files and not reasons:
        reasons.append("it has no licence file")
    if empty:
        reasons.append(f"there is no text in {', '.join(sorted(empty))}")
    return clean_line("; ".join(reasons))


def _copyrights(
    files: Sequence[LicenceFile], extras: Sequence[NoticeFile], texts: Mapping[str, bytes]
) -> tuple[str, ...]:
    """Return the copyright lines of licence files, and those of NOTICE files, each once."""
    found = [line for file in files for line in file.copyrights]
    for file in extras:
        if file.kind == "notice":
            found += copyright_lines(clean_text(texts.get(file.sha256, b"")))
    lines = map(clean_line, found)
    return tuple(dict.fromkeys(line for line in lines if line))


class _Pool:
    """Texts, each once, numbered in the order in which they are first met."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._bytes = texts
        self._numbers: dict[tuple[str, str], int] = {}
        self._files: dict[int, list[str]] = {}
        self._licences: dict[int, str] = {}

    def add(self, kind: str, licence: str, module: str, file: LicenceFile | NoticeFile) -> int:
        """Return the number of a text; 0 for one without bytes, or without anything in it."""
        data = self._bytes.get(file.sha256)
        text = clean_text(data).strip("\n") if data is not None else ""
        if not text:
            return 0
        number = self._numbers.setdefault((kind, text), len(self._numbers) + 1)
        self._files.setdefault(number, []).append(clean_line(f"{module} {file.path}"))
        self._licences[number] = self._licences.get(number) or licence
        return number

    def texts(self) -> tuple[NoticeText, ...]:
        """Return them in order."""
        return tuple(
            NoticeText(kind=kind, licence=self._licences[number], text=text, files=tuple(sorted(self._files[number])))
            for (kind, text), number in self._numbers.items()
        )


def clean_line(text: str) -> str:
    """Return a text from outside in one line, without what is no text."""
    return " ".join(_CONTROLS.sub(" ", _LINE_ENDS.sub(" ", text)).split())
