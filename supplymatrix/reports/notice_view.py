"""The third-party notices of a build as a file that goes with a program: text, Markdown, JSON.

render_text(build_notice("example.com/app", licences, extras, texts))

The texts stand there in full; what else modules bring is one line each, and in Markdown it says just that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from supplymatrix.sbom.notice import NotFound, Notice, NoticeModule, NoticeText, clean_line

__all__ = ["render_json", "render_markdown", "render_text"]

SCHEMA = "supplymatrix.notice/1"
_WIDTH = 80
_TICKS = re.compile("`+")
_FENCE = re.compile("`{3,}")
_SAFE = re.compile(r"([\\`*_{}\[\]()<>#+!|~&])")
_BECOMES_LINK = re.compile(r"://|www\.|@\w|\w@|#\d|mailto:|xmpp:", re.IGNORECASE)
"""What Markdown of some places turns into a link, or a call of somebody, however it is escaped; code is left alone."""


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
