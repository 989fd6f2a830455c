"""Deep links: a place of the app and what is looked at there, as one word that can be copied into a ticket.

    claims                            a place
    matrix/redhat/fips_mode           and what is looked at
    project/golang.org/x/net@v0.43.0  the last part of some places may hold slashes

A part is percent-encoded where it holds anything but letters, digits and `-._~@:+,=`, so that a link needs no quotes in
a shell. `parse_link(format_link(link)) == link` for every link whose parts are not empty and hold no lone surrogates,
which stand for bytes that were no UTF-8: a link with those can be written, and is refused when it is read.

Source: RFC 3986 §2.1, §3.3.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value
from supplymatrix.tui.places import PLACE_BY_ID, Place

__all__ = ["HOME", "Link", "command_of", "format_link", "parse_link"]

_SAFE = "@:+,=~"
_LONGEST = 2_000  # characters; a module path has at most a few hundred
_COMMAND = "supplymatrix tui "


@value(kw_only=False)
class Link:
    """place: an id of PLACES; parts: what is looked at there, none of them empty."""

    place: str
    parts: tuple[str, ...] = ()


HOME = Link("home")


def format_link(link: Link) -> str:
    """Return a link as text, in ASCII, whatever its parts hold."""
    place = PLACE_BY_ID[link.place]
    last = len(place.parts) - 1
    parts = [_encode(part, rest=place.rest and number == last) for number, part in enumerate(link.parts)]
    return "/".join([link.place, *parts])


def command_of(link: Link, project: str = "", options: str = "") -> str:
    """Return the command that opens a link. project: the folder that the app was started with, "" = none.

    options: further ones that the app was started with, quoted, each with a blank before it.
    """
    from supplymatrix.tui.shell_words import path_word

    named = f" {path_word(project)}" if project else ""
    return f"{_COMMAND.rstrip()}{named}{options} --at {format_link(link)}"


def parse_link(text: str) -> Link:
    """Return the link of a text, or of a whole command as `u` copies it. Raises InputError, with what there is."""
    text = text.strip()
    if text.startswith(_COMMAND):
        text = text.rpartition("--at ")[2].strip()
    if not _is_unicode(text):
        raise _fault(text[:_LONGEST], "text in UTF-8")
    if len(text) > _LONGEST:
        raise _fault(text[:60], f"at most {_LONGEST:,} characters")
    name, _, rest = text.partition("/")
    place = PLACE_BY_ID.get(name)
    if place is None:
        near = nearest(name[:60], list(PLACE_BY_ID))
        expected = f"one of {', '.join(PLACE_BY_ID)}"
        raise _fault(text, expected, f"did you mean {near!r}?" if near else "")
    parts = rest.rstrip("/").split("/") if rest.rstrip("/") else []
    if place.rest and len(parts) > len(place.parts):
        keep = len(place.parts) - 1
        parts = [*parts[:keep], "/".join(parts[keep:])]
    if len(parts) > len(place.parts) or not all(parts):
        raise _fault(text, _form(place))
    return Link(name, tuple(_decode(part, text) for part in parts))


def _form(place: Place) -> str:
    return place.id + "".join(f"[/{part.upper()}" for part in place.parts) + "]" * len(place.parts)


def _encode(part: str, *, rest: bool) -> str:
    if not part:
        raise ValueError("a part of a link is never empty")
    has_plain_slashes = rest and all(part.split("/"))
    return quote(part, safe=f"{_SAFE}/" if has_plain_slashes else _SAFE, errors="surrogatepass")


def _is_unicode(text: str) -> bool:
    """Return whether a text can be written as UTF-8, which lone surrogates cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _decode(part: str, text: str) -> str:
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError as err:
        raise _fault(text, "percent-encoded UTF-8") from err


def _fault(text: str, expected: str, remedy: str = "") -> InputError:
    message = "this is no link of the app"
    return InputError(Diagnostic(message=message, seen=text[:200], expected=expected, remedy=remedy))
