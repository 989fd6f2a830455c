"""What `go list -m -json` prints: a stream of JSON objects, one for each module.

    >>> [entry.path for entry in parse_go_list(b'{"Path": "example.com/m", "Main": true}')]
    ['example.com/m']

Source: `go help list`, type Module; cmd/go internal/modinfo.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value

__all__ = ["GoListEntry", "parse_go_list"]

_MODULES = 100_000
_EXPECTED = "the output of `go list -m -json all`"


@value
class GoListEntry:
    """One module. version: "" of a main module. replace: (path, version) of what is taken for it, the version "" of a
    folder; None without. error: why the go command could not say all, "" when it could.

    retracted: the reasons for which its author took this version back; deprecated: what the author says of the module.
    Both are there only where the go command looked for them.
    """

    path: str
    version: str
    is_main: bool
    is_indirect: bool
    go_version: str
    replace: tuple[str, str] | None
    retracted: tuple[str, ...]
    deprecated: str
    error: str


def parse_go_list(data: bytes) -> tuple[GoListEntry, ...]:
    """Read the output of the go command. Raises InputError for what it would not write."""
    return tuple(_entry(document) for document in _documents(data))


def _documents(data: bytes) -> Iterator[dict[str, Any]]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as err:
        raise _fault("it is no UTF-8", repr(data[err.start : err.start + 20])) from err
    decoder = json.JSONDecoder()
    at = _skip(text, 0)
    count = 0
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as err:
            raise _fault("it is no stream of JSON objects", text[at : at + 60]) from err
        count += 1
        if count > _MODULES:
            raise _fault(f"it names more than {_MODULES:,} modules", "")
        if not isinstance(document, dict):
            raise _fault("it holds something else than objects", str(document)[:60])
        yield document
        at = _skip(text, at)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _entry(document: dict[str, Any]) -> GoListEntry:
    replace = document.get("Replace")
    if replace is not None and not isinstance(replace, dict):
        raise _fault("Replace is no object", str(replace)[:60])
    path = _text(document, "Path")
    if not path:
        raise _fault("a module has no Path", str(document)[:60])
    retracted = document.get("Retracted") or []
    if not isinstance(retracted, list):
        raise _fault("Retracted is no list", str(retracted)[:60])
    error = document.get("Error")
    return GoListEntry(
        path=path,
        version=_text(document, "Version"),
        is_main=document.get("Main") is True,
        is_indirect=document.get("Indirect") is True,
        go_version=_text(document, "GoVersion"),
        replace=None if replace is None else (_text(replace, "Path"), _text(replace, "Version")),
        retracted=tuple(str(reason) for reason in retracted),
        deprecated=_text(document, "Deprecated"),
        error=_text(error, "Err") if isinstance(error, dict) else "",
    )


def _text(document: dict[str, Any], name: str) -> str:
    found = document.get(name, "")
    if not isinstance(found, str):
        raise _fault(f"{name} is no text", str(found)[:60])
    return found


def _fault(message: str, seen: str) -> InputError:
    return InputError(
        Diagnostic(message=f"what the go command printed cannot be read: {message}", seen=seen, expected=_EXPECTED)
    )
