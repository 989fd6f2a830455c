"""The third-party notices of a build: who wrote what is in it, under which licence, and the texts in full.

notice = build_notice("example.com/app", licences, extras, texts)
render_text(notice)

A text that several modules bring word for word stands there once, with all of them. Nothing is invented: where the file
is not at hand there is no text, not even of a licence whose name is known, and the module is listed as not found.

What modules bring is data: control characters and those that reorder what is read are taken out, line ends are made
one kind, and nothing else is changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.licences.copyrights import copyright_lines
from supplymatrix.licences.decoding import clean_text
from supplymatrix.model.licence import LicenceFile, ModuleLicence
from supplymatrix.model.value import value

__all__ = [
    "NotFound", "Notice", "NoticeFile", "NoticeModule", "NoticeText", "build_notice", "clean_text", "render_json",
    "render_markdown", "render_text",
]  # fmt: skip

SCHEMA = "supplymatrix.notice/1"
_WIDTH = 80
# What is no text: controls but tab and newline, soft hyphens and zero-width marks, marks and overrides of direction,
# lone surrogates, tags.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\u0085")
_TICKS = re.compile("`+")
_FENCE = re.compile("`{3,}")
_SAFE = re.compile(r"([\\`*_{}\[\]()<>#+!|~&])")
_BECOMES_LINK = re.compile(r"://|www\.|@\w|\w@|#\d|mailto:|xmpp:", re.IGNORECASE)
"""What Markdown of some places turns into a link, or a call of somebody, however it is escaped; code is left alone."""


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


def render_text(notice: Notice) -> str:
    """Return the bundle as text, for a file that goes with a program."""
    return "\n".join(_text_lines(notice)) + "\n"


def _text_lines(notice: Notice) -> Iterator[str]:
    yield f"Third-party notices of {clean_line(notice.name)}"
    yield ""
    yield from _about(notice)
    for number, module in enumerate(notice.modules, 1):
        yield ""
        yield f"{number}. {clean_line(f'{module.name} {module.version}')}"
        yield from (f"   {line}" for line in _module_lines(module))
    for number, text in enumerate(notice.texts, 1):
        yield from ["", "=" * _WIDTH, f"[{number}] {_title(text)}"]
        yield from (f"    {file}" for file in text.files)
        yield from ["=" * _WIDTH, "", text.text]
    if notice.missing:
        yield from ["", "=" * _WIDTH, "Not found", "=" * _WIDTH]
        for item in notice.missing:
            yield from ["", clean_line(item.module), f"   {_missing(item)}"]


def _about(notice: Notice) -> Iterator[str]:
    target = f" for {notice.target}" if notice.target else ""
    yield f"The build{target} holds {len(notice.modules):,} works of others, each with its licence and the lines about"
    yield f"copyright in its own files. The {len(notice.texts):,} texts that they come with follow in full, each once."
    if notice.missing:
        yield f"Of {len(notice.missing):,} of them a text is missing, or was not recognised: see the end."


def _module_lines(module: NoticeModule) -> Iterator[str]:
    if module.replaces:
        yield f"in place of {clean_line(module.replaces)}"
    yield f"licence: {module.licence or 'not known'}"
    yield from module.copyrights
    if module.texts:
        yield f"texts: {', '.join(f'[{number}]' for number in module.texts)}"


def _title(text: NoticeText) -> str:
    if text.kind == "licence":
        return f"Licence: {text.licence or 'not recognised'}"
    return {"notice": "Notice", "third-party": "Third parties", "patents": "Patents"}.get(text.kind, text.kind)


def _missing(item: NotFound) -> str:
    parts = [f"licence: {item.licence}"] if item.licence else []
    parts.append(item.reason)
    parts += [f"next: {item.remedy}"] if item.remedy else []
    return "; ".join(parts)


def render_markdown(notice: Notice) -> str:
    """Return the bundle as Markdown; texts stand in fences that nothing in them can end."""
    return "\n".join(_markdown_lines(notice)) + "\n"


def _markdown_lines(notice: Notice) -> Iterator[str]:
    yield f"# Third-party notices of {_escaped(notice.name)}"
    yield ""
    yield from _about(notice)
    for module in notice.modules:
        yield from ["", f"## {_escaped(f'{module.name} {module.version}')}", ""]
        yield from (f"- {_escaped(line)}" for line in _module_lines(module))
    yield from ["", "## Texts"]
    for number, text in enumerate(notice.texts, 1):
        yield from ["", f"### {number}. {_escaped(_title(text))}", ""]
        yield from (f"- {_escaped(file)}" for file in text.files)
        longest = max((len(found) for found in _FENCE.findall(text.text)), default=2)
        fence = "`" * (longest + 1)
        yield from ["", f"{fence}text", text.text, fence]
    if notice.missing:
        yield from ["", "## Not found", ""]
        yield from (f"- {_escaped(item.module)}: {_escaped(_missing(item))}" for item in notice.missing)


def _escaped(text: str) -> str:
    """Return a text from outside as Markdown that says just that, without links."""
    return " ".join(
        _code(word) if _BECOMES_LINK.search(word) else _SAFE.sub(r"\\\1", word) for word in clean_line(text).split()
    )


def _code(word: str) -> str:
    fence = "`" * (max(map(len, _TICKS.findall(word)), default=0) + 1)
    blank = " " if word.startswith("`") or word.endswith("`") else ""
    return f"{fence}{blank}{word}{blank}{fence}"


def render_json(notice: Notice) -> str:
    """Return the bundle as JSON in ASCII."""
    document = {
        "schema": SCHEMA,
        "subject": notice.name,
        "target": notice.target,
        "complete": not notice.missing,
        "modules": [
            {
                "name": module.name,
                "version": module.version,
                "replaces": module.replaces,
                "licence": module.licence,
                "copyrights": list(module.copyrights),
                "texts": list(module.texts),
            }
            for module in notice.modules
        ],
        "texts": [
            {
                "number": number,
                "kind": text.kind,
                "licence": text.licence,
                "files": list(text.files),
                "text": text.text,
            }
            for number, text in enumerate(notice.texts, 1)
        ],
        "not_found": [
            {"module": item.module, "licence": item.licence, "reason": item.reason, "next": item.remedy}
            for item in notice.missing
        ],
    }
    return json.dumps(document, indent=2) + "\n"
