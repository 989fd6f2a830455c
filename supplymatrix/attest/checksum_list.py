"""A list of checksums as releases have it: `checksums.txt`, SHA256SUMS.

    <64 hex digits>  app_1.2.0_linux_amd64.tar.gz
    <64 hex digits> *app.exe                            (read as bytes, by coreutils)
    SHA256 (app.tar.gz) = <64 hex digits>               (BSD)
    \\<64 hex digits>  a\\nb                               (a name with a line end or a backslash in it)

Source: GNU coreutils manual, "sha2 utilities" and "cksum output modes"; goreleaser, "Checksums".
"""

from __future__ import annotations

import re

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value

__all__ = ["CHECKSUMS_LIMIT", "ChecksumList", "parse_checksums"]

CHECKSUMS_LIMIT = 16 << 20
_MOST = 100_000
_LINE = re.compile(r"(\\?)([0-9a-fA-F]{64}|[0-9a-fA-F]{128}) [ *]?(?! )(.+)")
_BSD = re.compile(r"SHA(256|512) \((.+)\) = ([0-9a-fA-F]+)")
_LENGTHS = {64: "sha256", 128: "sha512"}
_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}


@value
class ChecksumList:
    """lines: (name, algorithm, hex), in their order. Names are texts, as they are written, and may be paths."""

    artifact: str
    lines: tuple[tuple[str, str, str], ...]

    def named(self, name: str) -> dict[str, list[tuple[str, str]]]:
        """Return the digests of files by their last name, as (algorithm, hex): whole name → all that the list has."""
        found: dict[str, list[tuple[str, str]]] = {}
        for text, algorithm, digest in self.lines:
            if text.replace("\\", "/").rsplit("/", 1)[-1] == name:
                found.setdefault(text, []).append((algorithm, digest))
        return found

    def names_of(self, digests: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
        """Return under which names the list has a file of one of these digests."""
        return tuple(text for text, algorithm, digest in self.lines if (algorithm, digest) in digests)


def parse_checksums(data: bytes, artifact: str) -> ChecksumList:
    """Read a list. Raises InputError, with the line, for one that is none, or of hashes that are not SHA-2."""
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as err:
        raise _fault(artifact, "the list of checksums is no text in UTF-8") from err
    found = []
    for number, line in enumerate((line.rstrip("\r") for line in text.split("\n")), 1):
        if not line.strip() or line.startswith("#"):
            continue
        row = _row(line)
        if row is None:
            raise _fault(artifact, "this is no line of a list of checksums", line=number, seen=line[:200])
        found.append(row)
        if len(found) > _MOST:
            raise _fault(artifact, f"the list has more than the {_MOST:,} lines that are read")
    if not found:
        raise _fault(artifact, "the list of checksums is empty")
    return ChecksumList(artifact=artifact, lines=tuple(found))


def _row(line: str) -> tuple[str, str, str] | None:
    usual = _LINE.fullmatch(line)
    if usual is not None:
        name = re.sub(r"\\[\\nr]", lambda at: _ESCAPES[at[0]], usual[3]) if usual[1] else usual[3]
        return name, _LENGTHS[len(usual[2])], usual[2].lower()
    bsd = _BSD.fullmatch(line)
    if bsd is not None and len(bsd[3]) == int(bsd[1]) // 4:
        return bsd[2], f"sha{bsd[1]}", bsd[3].lower()
    return None


def _fault(artifact: str, message: str, *, line: int = 0, seen: str = "") -> InputError:
    expected = "<sha256 in hex>  <name>, a line for each file"
    return InputError(Diagnostic(message=message, artifact=artifact, line=line, seen=seen, expected=expected))
