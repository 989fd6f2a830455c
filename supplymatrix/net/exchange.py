"""What one request sends beside its address, and what comes back beside its body: for who needs more than the bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from supplymatrix.net.credentials import Attached

__all__ = ["Exchange"]

_MAX_VALIDATOR = 300  # characters of an ETag


class Exchange:
    """One request, and behind it what came of it.

    file: takes the body, instead of memory.
    etag, last_modified: of the state that is held, "" = none: the condition of the request. Afterwards those of what
    was sent; is_unchanged: it was that state (HTTP 304).
    accept: the media types that are wanted, as the header has them.
    attached: credentials of this request, sent instead of the transport's own, to the server that is asked and not on
    to another one, over https or to this machine; is_public: they are no secret, such as a token for everybody, and go
    over http too.
    form: is sent with POST; None = GET.
    keeps: statuses of which the caller wants to know; the answer is then Unavailable, with `status` telling which.
    tries, seconds: sendings of this request, and time for all of it; 0 = as for any other.
    status, headers: of the last answer, 0 and nothing without any; the names of headers are in small letters.
    fault: the kind of the last fault of the connection, "" for none.
    is_home: it came from the server that was asked, and not from one that this redirects to.
    is_too_long: there was a body, and it is longer than was asked for.
    """

    __slots__ = (
        "_held", "accept", "attached", "etag", "fault", "file", "form", "headers", "is_home", "is_public",
        "is_too_long", "is_unchanged", "keeps", "last_modified", "seconds", "status", "tries",
    )  # fmt: skip

    def __init__(
        self,
        file: BinaryIO,
        etag: str = "",
        last_modified: str = "",
        *,
        accept: str = "*/*",
        attached: Attached | None = None,
        is_public: bool = False,
        form: bytes | None = None,
        keeps: frozenset[int] = frozenset(),
        tries: int = 0,
        seconds: float = 0,
    ) -> None:
        self.file = file
        self.etag = validator(etag)
        self.last_modified = validator(last_modified)
        self._held = (self.etag, self.last_modified)
        self.is_unchanged = False
        self.accept = accept
        self.attached = attached
        self.is_public = is_public
        self.form = form
        self.keeps = keeps
        self.tries = tries
        self.seconds = seconds
        self.status = 0
        self.headers: tuple[tuple[str, str], ...] = ()
        self.fault = ""
        self.is_home = True
        self.is_too_long = False

    def condition(self) -> list[tuple[bytes, bytes]]:
        """Return the condition as headers of a request: by the state that is held, at every try."""
        pairs = zip((b"If-None-Match", b"If-Modified-Since"), self._held, strict=True)
        return [(name, text.encode("ascii")) for name, text in pairs if text]

    def sent_beside(self) -> list[tuple[bytes, bytes]]:
        """Return all headers that are of this request alone, credentials left out."""
        form = [(b"Content-Type", b"application/x-www-form-urlencoded")] if self.form is not None else []
        return [*form, *self.condition()]

    def note(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Take what an answer has beside its body. headers: all of them, also those that have a name in common."""
        self.status = status
        self.headers = tuple((name.lower(), text) for name, text in headers)
        if status == 200:
            self.etag = validator(self.header("etag"))
            self.last_modified = validator(self.header("last-modified"))

    def header(self, name: str) -> str:
        """Return the first header of a name in small letters, "" for none."""
        return next((text for known, text in self.headers if known == name), "")

    def all_of(self, name: str) -> tuple[str, ...]:
        """Return all headers of a name in small letters."""
        return tuple(text for known, text in self.headers if known == name)


def validator(text: str) -> str:
    """Return what a server calls a state of a file, "" where it is nothing that may be sent back."""
    return text if len(text) <= _MAX_VALIDATOR and text.isascii() and text.isprintable() else ""
