r"""Secrets in the build settings that a program carries, found and taken out.

The go command records its flags as they were given: `-ldflags` with every `-X main.token=…`, and the flags for the C
compiler. Whoever has the program has them. A text is taken for a secret when its name says so (`main.apiToken`, and not
`main.tokenURL`), when it has a form that only secrets have (`ghp_…`), or when it is the password of an address.

    -X main.version=1.2 -X 'main.token=s3cret word'  →  -X main.version=1.2 -X 'main.token=[secret, 11 characters]'

No placeholder, version, date, address or path is one. What is a secret is nowhere in the answer, neither where
it was found nor where it stands again.

Source: Go cmd/internal/quoted, cmd/go/internal/load/flag.go, cmd/link -X.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain

from supplymatrix.documents.secret_forms import BY_NAME, Span, by_form, is_harmless, names_a_secret
from supplymatrix.model.program import SecretFlag
from supplymatrix.model.value import changed

__all__ = ["Settings", "names_a_secret", "split_flags", "without_secrets"]

Settings = tuple[tuple[str, str], ...]
"""Key and value of what was recorded."""

MAX_SECRETS = 100
"""In one setting; where there are more, all of it is taken for one."""
MAX_LENGTH = 1 << 18
"""Characters of one setting; real ones have a few thousand. A longer one is hidden as a whole."""
MAX_TEXTS = 300
"""In all settings; where there are more, nothing of the settings is shown."""
_LONG_ENOUGH = 6  # characters of a text that is looked for in all settings; shorter ones are part of many words
_SHOWN = 20  # characters from which on digest and first four help nobody to guess the rest
_SPACE = " \t\n\r"
_QUOTES = "\"'\\"
_PAIR = re.compile(r"(?<![\w.-])(?:-D|--?)?([A-Za-z_][\w.-]{0,200})=")
_PAIR_TEXT = re.compile(r"[^\s'\"&;]{0,4000}")
_FIELD_PAIR = re.compile(r"(?:-D|--?)?([A-Za-z_][\w./-]*)=(.*)", re.DOTALL)
_FLAG = re.compile(r"--?([A-Za-z][\w.-]*)")


def without_secrets(settings: Settings) -> tuple[Settings, tuple[SecretFlag, ...]]:
    """Return the settings with a marker in the place of each secret, and what is known of each, in their order."""
    found = [_secrets_of(key, text) for key, text in settings]
    texts = {text[one.start : one.end] for (_, text), ones in zip(settings, found, strict=True) for one in ones}
    if not texts:
        return settings, ()
    if len(texts) > MAX_TEXTS:
        found = [(_all_of(key, text, MAX_TEXTS),) for key, text in settings]
    hidden = () if len(texts) > MAX_TEXTS else tuple(sorted(text for text in texts if len(text) >= _LONG_ENOUGH))
    flags: list[SecretFlag] = []
    cleaned = []
    for (key, text), ones in zip(settings, found, strict=True):
        flags += [_flag(key, text[one.start : one.end], one, hidden) for one in ones]
        cleaned.append((key, _mark(text, [(one.start, one.end) for one in ones] + _places_of(hidden, text))))
    return tuple(cleaned), tuple(dict.fromkeys(flags))


def split_flags(text: str) -> tuple[tuple[int, int], ...]:
    """Return where each flag begins and ends in a list of them, quotes around it left out.

    A quote that nothing ends reaches to the end of the text: the go command would refuse it.
    """
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        if text[at] in _SPACE:
            at += 1
            continue
        if text[at] in "\"'":
            end = text.find(text[at], at + 1)
            end = len(text) if end < 0 else end
            spans.append((at + 1, end))
            at = end + 1
            continue
        end = at
        while end < len(text) and text[end] not in _SPACE:
            end += 1
        spans.append((at, end))
        at = end
    return tuple(spans)


def _secrets_of(key: str, text: str) -> tuple[Span, ...]:
    """Return the secrets of one setting, none inside of another one."""
    if len(text) > MAX_LENGTH:
        return (Span(start=0, end=len(text), name=key, kind="a setting too long to be looked through"),)
    if names_a_secret(key) and not is_harmless(text, key):
        return (Span(start=0, end=len(text), name=key, kind=BY_NAME),)
    named = tuple(_by_fields(key, text))
    owner = _Owner(key, named)
    found = [one for one in named if one.kind]
    forms = (changed(one, name=owner.of(one.start)) for one in by_form(text))
    for one in chain(forms, _by_pair(text)):  # no further than to the limit
        found.append(one)
        if len(found) > MAX_SECRETS:
            return (_all_of(key, text, MAX_SECRETS),)
    return tuple(_apart(found))


def _all_of(key: str, text: str, limit: int) -> Span:
    return Span(start=0, end=len(text), name=key, kind=f"more than {limit} of them")


class _Owner:
    """Which variable or flag a place of a setting belongs to; the setting itself where there is none."""

    def __init__(self, key: str, named: Sequence[Span]) -> None:
        self._key = key
        self._named = sorted(named, key=lambda one: one.start)
        self._starts = [one.start for one in self._named]

    def of(self, place: int) -> str:
        number = bisect_right(self._starts, place) - 1
        if number >= 0 and place < self._named[number].end:
            return self._named[number].name
        return self._key


def _by_fields(key: str, text: str) -> Iterator[Span]:
    """Yield each value that a flag gives to a name; with a kind where the name says that it is a secret."""
    begin = 0
    if key.startswith("-") and not text.lstrip(_SPACE).startswith("-"):
        begin = text.find("=") + 1  # a pattern of packages before the flags
    spans = [(start + begin, end + begin) for start, end in split_flags(text[begin:])]
    last = ""
    for start, end in spans:
        field = text[start:end]
        match = _FIELD_PAIR.fullmatch(field)
        if last in ("-X", "--X"):
            name, equals, _ = field.partition("=")
            if equals:
                yield _named(name, text, start + len(name) + 1, end)
        elif match and match[1] == "X":
            name, equals, _ = match[2].partition("=")
            if equals:
                yield _named(name, text, start + match.start(2) + len(name) + 1, end)
        elif match:
            yield _named(match[1], text, start + match.start(2), end)
        elif (flag := _FLAG.fullmatch(last)) and names_a_secret(flag[1]) and not field.startswith("-"):
            yield _named(flag[1], text, start, end)
        last = field


def _named(name: str, text: str, start: int, end: int) -> Span:
    """Return a name's value without the quotes around it; one that begins with a quote goes on to the next."""
    while start < end and text[start] in _QUOTES:
        if text[start] != "\\":
            closing = text.find(text[start], start + 1)
            end = max(end, closing if closing >= 0 else len(text))
        start += 1
    while start < end and text[end - 1] in _QUOTES:
        end -= 1
    is_secret = names_a_secret(name) and not is_harmless(text[start:end], name)
    return Span(start=start, end=end, name=name, kind=BY_NAME if is_secret else "")


def _by_pair(text: str) -> Iterator[Span]:
    """Yield what a telling name holds inside of a text: a connection string, the query of an address."""
    for match in _PAIR.finditer(text):
        if not names_a_secret(match[1]):
            continue
        text_of = _PAIR_TEXT.match(text, match.end())
        if text_of and not is_harmless(text_of[0], match[1]):
            yield Span(start=match.end(), end=text_of.end(), name=match[1], kind=BY_NAME)


def _apart(found: list[Span]) -> Iterator[Span]:
    """Yield what was found, with one for those that overlap: the longest, or the first, as far as they reach."""
    now: Span | None = None
    for one in sorted(found, key=lambda one: one.rank):
        if now is None or one.start >= now.end:
            if now is not None:
                yield now
            now = one
        elif one.end > now.end:
            now = Span(start=now.start, end=one.end, name=now.name, kind=now.kind)
    if now is not None:
        yield now


def _places_of(hidden: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Return where any of the secrets stands in a text."""
    places: list[tuple[int, int]] = []
    for secret in hidden:
        at = text.find(secret)
        while at >= 0:
            places.append((at, at + len(secret)))
            at = text.find(secret, at + 1)
    return places


def _flag(setting: str, text: str, found: Span, hidden: Sequence[str]) -> SecretFlag:
    return SecretFlag(
        setting=setting,
        name=_mark(found.name, _places_of(hidden, found.name)),
        kind=found.kind,
        prefix=text[:4] if len(text) >= _SHOWN else "",
        digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8] if len(text) >= _SHOWN else "",
        length=len(text),
    )


def _marker(length: int) -> str:
    return f"[secret, {length} characters]"


def _mark(text: str, places: list[tuple[int, int]]) -> str:
    """Return a text with a marker in these places, one for those that overlap."""
    pieces: list[str] = []
    at = 0
    merged: list[list[int]] = []
    for start, end in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    for start, end in merged:
        pieces += [text[at:start], _marker(end - start)]
        at = end
    return "".join([*pieces, text[at:]])
