"""What the licence of Go and its grant of patents let one do, and what they ask: LICENSE and PATENTS of GOROOT.

    >>> [use.answer for use in uses_of(key="remove-notices")]
    ['no']

The clauses are those of the two texts that Go has had since its release: BSD with three clauses, whose third named
Google Inc. and later Google LLC, and "Additional IP Rights Grant (Patents)". Some files of Go have notices of others
beside them: they are among the rules. This is what the texts say, and no legal advice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from supplymatrix.model.value import value

__all__ = ["FILES", "GoText", "GoUse", "TermRule", "TextState", "Verb", "read_go_text", "use_keys", "uses_of"]

FILES = ("LICENSE", "PATENTS")


class TextState(StrEnum):
    """Whether a file is a text of Go that is known here. SPACED: its words are the same, and its bytes are not."""

    KNOWN = "known"
    SPACED = "known but for white space"
    OTHER = "other"
    MISSING = "missing"


class Verb(StrEnum):
    """What a rule is."""

    MAY = "may"
    MUST = "must"
    MUST_NOT = "must not"
    ENDS = "ends"


@value
class GoText:
    """One of the two files as it lies in a GOROOT. sha256: hex, of its bytes. edition: which known text it is, "" for
    another one. reason: why it could not be read, "" where it was."""

    name: str
    state: TextState
    sha256: str = ""
    edition: str = ""
    reason: str = ""


@value
class TermRule:
    """One thing that holds. text: in a sentence. source: file and clause. quote: a few words of it."""

    verb: Verb
    text: str
    source: str
    quote: str


@value
class GoUse:
    """One use. key: stable name. question: "May I …". answer: "yes", "yes, if" or "no"."""

    key: str
    question: str
    answer: str
    rules: tuple[TermRule, ...]


_EDITIONS: Mapping[tuple[str, str], str] = MappingProxyType({
    ("LICENSE", "911f8f5782931320f5b8d1160a76365b83aea6447ee6c04fa6d5591467db9dad"): "BSD-3-Clause, Google LLC",
    ("LICENSE", "2d36597f7117c38b006835ae7f537487207d8ec407aa9d9980794b2030cbc067"): "BSD-3-Clause, Google Inc.",
    ("PATENTS", "96f408bfae65bf137fc2525d3ecb030271c50c1e90799f87abf8846d8dd505cc"): "Additional IP Rights Grant",
})  # fmt: skip
"""SHA-256 of the bytes of the known texts."""
_WORDS: Mapping[tuple[str, str], str] = MappingProxyType({
    ("LICENSE", "08c323783124ef61bfe5407c92aaf2a743a401593ea8d30acb2d215ee5b11777"): "BSD-3-Clause, Google LLC",
    ("LICENSE", "afe6db7ac9854eeca8785b7dcb8f606fa82597a9a22f465e7411f37080f66e07"): "BSD-3-Clause, Google Inc.",
    ("PATENTS", "f1a3af7e25702266bf76f8cbc0bdeeab2d46755944ace382db4aac52d2fe5f46"): "Additional IP Rights Grant",
})  # fmt: skip
"""SHA-256 of their words with one space between."""

_ONE, _TWO, _THREE = "LICENSE, first clause", "LICENSE, second clause", "LICENSE, third clause"
_KEEP_SOURCE = TermRule(
    verb=Verb.MUST,
    text="keep the copyright notice, the conditions and the disclaimer in source that you pass on",
    source=_ONE,
    quote="Redistributions of source code must retain the above copyright",
)
_KEEP_BINARY = TermRule(
    verb=Verb.MUST,
    text="reproduce notice, conditions and disclaimer in the documentation or what else comes with it",
    source=_TWO,
    quote="Redistributions in binary form must reproduce the above",
)
_NO_NAMES = TermRule(
    verb=Verb.MUST_NOT,
    text="use Google's name, or those of contributors, to endorse or promote what you make of it, without permission",
    source=_THREE,
    quote="without specific prior written permission",
)
_NO_OTHER = TermRule(
    verb=Verb.MAY,
    text="do so without a fee, a registration or a notice to anybody: LICENSE asks no more than its three clauses",
    source="LICENSE, first sentence",
    quote="are permitted provided that the following conditions are",
)
_LINKED_NOTICES = TermRule(
    verb=Verb.MUST,
    text="keep the notices of others whose code is linked in where it is used: of Inferno (MIT) for memory moves of "
    "the runtime, of Sun Microsystems and Cephes for functions of math and math/cmplx",
    source="the files' own heads: src/runtime/memmove_amd64.s, src/math/log.go, src/math/sin.go and others",
    quote="",
)
_TOOL_NOTICES = TermRule(
    verb=Verb.MUST,
    text="keep the notices of others in the tools and their sources, too: pprof is under Apache-2.0, BoringCrypto "
    "under the LICENSE beside its objects, parts of the linker under that of Inferno (MIT)",
    source="the files' own heads; src/cmd/vendor/github.com/google/pprof/LICENSE, "
    "src/crypto/internal/boring/LICENSE and others",
    quote="",
)
_AS_IS = TermRule(
    verb=Verb.MUST,
    text="expect no warranty and no damages from its authors; what you promise your own customers is yours to keep",
    source="LICENSE, disclaimer",
    quote="PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS",
)
_GRANT = TermRule(
    verb=Verb.MAY,
    text="use the patents of Google that Go, as Google distributes it, necessarily infringes: make, run, change, sell "
    "and pass it on, at no charge",
    source="PATENTS, grant",
    quote="perpetual, worldwide, non-exclusive, no-charge, royalty-free",
)
_UNCHANGED = TermRule(
    verb=Verb.MUST,
    text="know that the grant covers what Google distributes as part of the Go project: not a vendor's changes of it, "
    "nor claims that only your own changes infringe",
    source="PATENTS, limit",
    quote="only as a consequence of further modification",
)
_ENDS = TermRule(
    verb=Verb.ENDS,
    text="your patent rights end on the day on which you, your agent or your exclusive licensee sue anybody, or order "
    "or agree to such a suit, by claim or counterclaim, saying that this Go infringes a patent; the licence of "
    "copyright does not end by that",
    source="PATENTS, end",
    quote="shall terminate as of the date such litigation is filed",
)

_USES: tuple[GoUse, ...] = (
    GoUse(
        key="redistribute",
        question="May I pass the toolchain on, as a package, an image or a product?",
        answer="yes, if",
        rules=(
            TermRule(
                verb=Verb.MAY,
                text="pass it on as source and as binaries, changed or not, also for money",
                source="LICENSE, first sentence",
                quote="Redistribution and use in source and binary forms",
            ),
            _KEEP_SOURCE,
            _KEEP_BINARY,
            TermRule(
                verb=Verb.MUST,
                text="leave the licence files in its folders (src/cmd/vendor and others): they are of others' code",
                source="the licence files in those folders",
                quote="",
            ),
            _TOOL_NOTICES,
            _LINKED_NOTICES,
            _NO_NAMES,
            _AS_IS,
        ),
    ),
    GoUse(
        key="program",
        question="May I pass on a program that was built with Go, under terms of my own?",
        answer="yes, if",
        rules=(
            TermRule(
                verb=Verb.MAY,
                text="choose the licence of your own code freely: nothing of Go's asks for your source",
                source="LICENSE, which has no such condition",
                quote="",
            ),
            TermRule(
                verb=Verb.MUST,
                text="reproduce Go's notice with the program, since its runtime and standard library are linked in "
                "(supplymatrix notice writes it)",
                source=_TWO,
                quote="Redistributions in binary form must reproduce the above",
            ),
            _LINKED_NOTICES,
            _NO_NAMES,
            _NO_OTHER,
        ),
    ),
    GoUse(
        key="modify",
        question="May I change the toolchain or the standard library, and use or pass on the result?",
        answer="yes, if",
        rules=(
            TermRule(
                verb=Verb.MAY,
                text="change it, keep the changes to yourself, or pass them on under other terms",
                source="LICENSE, first sentence",
                quote="with or without modification",
            ),
            _KEEP_SOURCE,
            _KEEP_BINARY,
            _TOOL_NOTICES,
            _LINKED_NOTICES,
            _NO_NAMES,
            _UNCHANGED,
            _NO_OTHER,
        ),
    ),
    GoUse(
        key="embed",
        question="May I copy parts of the standard library into my own code?",
        answer="yes, if",
        rules=(
            TermRule(
                verb=Verb.MAY,
                text="copy files or functions of it into code under any licence; the copied part stays under Go's",
                source="LICENSE, first sentence",
                quote="Redistribution and use in source and binary forms",
            ),
            TermRule(
                verb=Verb.MUST,
                text="keep the copyright line, and put LICENSE beside it, since the line only points there",
                source=_ONE,
                quote="Redistributions of source code must retain the above copyright",
            ),
            _KEEP_BINARY,
            _LINKED_NOTICES,
            _NO_NAMES,
            _UNCHANGED,
        ),
    ),
    GoUse(
        key="remove-notices",
        question="May I take its copyright notices and licence text out?",
        answer="no",
        rules=(
            TermRule(
                verb=Verb.MUST_NOT,
                text="pass source on without them",
                source=_ONE,
                quote="must retain the above copyright notice",
            ),
            TermRule(
                verb=Verb.MUST_NOT,
                text="pass binaries on without them in what comes along",
                source=_TWO,
                quote="in the documentation and/or other materials",
            ),
            TermRule(
                verb=Verb.MAY,
                text="leave them out of what nobody gets but you: both clauses are about copies that are passed on",
                source="LICENSE, first and second clause",
                quote="Redistributions",
            ),
        ),
    ),
    GoUse(
        key="name",
        question="May I use the names: Google's, the contributors', Go's?",
        answer="no",
        rules=(
            _NO_NAMES,
            TermRule(
                verb=Verb.MAY,
                text="say truly what your product is built with: that endorses nothing",
                source=_THREE,
                quote="to endorse or promote products derived from this software",
            ),
            TermRule(
                verb=Verb.MUST,
                text="look elsewhere for the right to call a changed toolchain Go, or to use its logo: neither text "
                "grants a trademark",
                source="LICENSE and PATENTS, which do not speak of trademarks",
                quote="",
            ),
        ),
    ),
    GoUse(
        key="patents",
        question="May I rely on it that Google's patents are not in the way?",
        answer="yes, if",
        rules=(
            _GRANT,
            _UNCHANGED,
            _ENDS,
            TermRule(
                verb=Verb.MUST,
                text="know that it is Google's grant alone: of patents of others it says nothing",
                source="PATENTS, grant",
                quote="currently owned or controlled by Google and acquired in the future",
            ),
        ),
    ),
)


def use_keys() -> tuple[str, ...]:
    """Return the names of the uses."""
    return tuple(use.key for use in _USES)


def uses_of(*, key: str = "") -> tuple[GoUse, ...]:
    """Return the uses, or the one of a name."""
    return tuple(use for use in _USES if key in ("", use.key))


def read_go_text(name: str, data: bytes) -> GoText:
    """Return which text a file is. name: LICENSE or PATENTS."""
    digest = hashlib.sha256(data).hexdigest()
    edition = _EDITIONS.get((name, digest), "")
    if edition:
        return GoText(name=name, state=TextState.KNOWN, sha256=digest, edition=edition)
    words = hashlib.sha256(b" ".join(data.split())).hexdigest()
    edition = _WORDS.get((name, words), "")
    state = TextState.SPACED if edition else TextState.OTHER
    return GoText(name=name, state=state, sha256=digest, edition=edition)
