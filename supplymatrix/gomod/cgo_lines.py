"""The `#cgo` lines of a Go file: which native libraries it links.

    >>> data = b'package p\\n\\n// #cgo linux LDFLAGS: -lz -L/opt ${SRCDIR}/libown.a\\nimport "C"\\n'
    >>> cgo_links(data, BuildContext())
    CgoLinks(names=('z', 'libown.a'), unclear=())

Only the comment right above an import of "C" counts, as for cgo. Names are those of -lNAME and -l:FILE, of files that
are linked as such, of -framework NAME, and the packages of pkg-config lines. A condition before the name ("linux",
"!windows,amd64") must hold in the build. Nothing is run, and no path is followed.

What may bring a library and cannot be read so is `unclear`: then names may lack something.

Source: Go go/build (saveCgo, splitQuoted), go/parser (leadComment), go/ast (CommentGroup.Text); cmd/cgo, "Using cgo
with the go command"; cmd/go internal/work (security.go).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from supplymatrix.errors import InputError
from supplymatrix.gomod.any_platform import AnyPlatform
from supplymatrix.gomod.build_constraint import BuildContext, parse_go_build, parse_plus_build
from supplymatrix.model.value import value

__all__ = [
    "CgoDirective", "CgoLinks", "LinkState", "LinkedName", "c_preamble", "cgo_directives", "cgo_links", "linked_by",
    "words_of",
]  # fmt: skip

_MOST = 1_000
_LONGEST = 200  # characters of a word that are told
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,99}")
_FILE = re.compile(r"\.(?:a|o|so(?:\.[0-9]+)*|dylib|tbd|dll|lib|obj|syso)\Z", re.IGNORECASE)
_TOKEN = re.compile(
    rb"(?P<space>[ \t\r\n]+)|(?P<comment>//[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)"
    rb"|(?P<text>\"[^\"\\\n]*(?:\\[^\n][^\"\\\n]*)*\"|`[^`]*`)|(?P<word>[A-Za-z0-9_\x80-\xff]+)|(?P<mark>.)",
    re.DOTALL,
)
_QUOTED = re.compile(r"(?:\\.|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[^\s\\\"'])+", re.DOTALL)
_PIECE = re.compile(r"\\(.)|[\"']", re.DOTALL)
_BEFORE_NAME = frozenset(
    ["-framework", "-weak_framework", "-needed_framework", "-reexport_framework", "-upward_framework"]
)
_BEFORE_FILE = frozenset(
    ["-force_load", "-weak_library", "-needed_library", "-reexport_library", "-upward_library", "-load_hidden"]
)
_BEFORE_OTHER = frozenset(
    [
        "-B", "-F", "-I", "-L", "-R", "-T", "-arch", "-compatibility_version", "-current_version", "-e", "-h",
        "-install_name", "-isysroot", "-m", "-o", "-rpath", "--rpath", "-rpath-link", "-soname", "--sysroot",
        "-syslibroot", "-target", "-u", "-undefined", "-z", "--version-script",
    ]
)  # fmt: skip
"""Options whose next word is neither a library nor an option."""
_STATIC = frozenset(["-static", "-Bstatic", "-dn", "-non_shared", "-static-pie"])
_SHARED = frozenset(["-Bdynamic", "-dy", "-call_shared"])
_WHOLLY = frozenset(["-static", "-static-pie"])
"""Words after which all libraries are linked statically, wherever they stand among them."""
_THAN = frozenset(["<", ">", "<=", ">=", "=", "!="])
"""Of pkg-config: between a package and its version."""
_UNCLEAR_OPTION = re.compile(r"-(?:fopenmp|fsanitize|specs|include|-just-symbols|filelist|-?dynamic-list).*")
_WITH_LIBRARY = re.compile(r"-(?:l|weak-l|needed-l|reexport-l|upward-l|hidden-l|lazy-l|-library=)(.*)", re.DOTALL)


@value
class CgoLinks:
    """names: of the libraries that a file links, each once, in order. unclear: words and lines that may bring more."""

    names: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


@value
class CgoDirective:
    """One `#cgo` line. verb: "LDFLAGS", "CFLAGS", "pkg-config" …. words: its arguments without their quotes, what is
    only passed on to the linker by itself. conditions: as written, one of which must hold; () = always. line: of the
    file."""

    verb: str
    words: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    line: int = 0

    def holds(self, context: BuildContext | AnyPlatform) -> bool:
        """Return whether a build takes it, or with `AnyPlatform` whether any could."""
        return not self.conditions or any(_holds(condition, context) for condition in self.conditions)


@value
class LinkedName:
    """One library as the words of a line name it. name: "z" of -lz, "libown.a" of a file, a package of pkg-config.

    folder: below ${SRCDIR}, in which the line names it or lets the linker look for it; None = wherever the linker looks
    anyway. is_static: the line asks for the archive. is_file: named as a file. is_framework: one of macOS.
    """

    name: str
    folder: str | None = None
    is_static: bool = False
    is_file: bool = False
    is_framework: bool = False


def cgo_directives(data: bytes) -> tuple[CgoDirective, ...]:
    """Return the `#cgo` lines of a .go file, whatever they are for, as far as they can be read: at most 1,000."""
    found: list[CgoDirective] = []
    for line in (line for comment in _comments_of_c(data) for line in _lines(comment)):
        if not _is_cgo(line) or len(found) >= _MOST:
            continue
        head, colon, arguments = line[4:].partition(":")
        *conditions, verb = head.split() or [""]
        if colon and verb:
            at = data.find(line.encode("utf-8", "surrogateescape"))
            number = data.count(b"\n", 0, at) + 1 if at >= 0 else 0
            words = tuple(_flat(_words(arguments)))
            found.append(CgoDirective(verb=verb, words=words, conditions=tuple(conditions), line=number))
    return tuple(found)


class LinkState:
    """What the words of a linker's line leave for those of the next, since cgo makes one line of all of a package.

    is_whole: a word was seen by which every library of the program is linked statically.
    """

    def __init__(self, *, is_whole: bool = False) -> None:
        self.is_whole = is_whole
        self.is_static = False
        self._kept: list[bool] = []

    def take(self, word: str) -> bool:
        """Return whether a word only says how the next ones are linked."""
        if word in _STATIC or word in _SHARED:
            self.is_static = word in _STATIC
            self.is_whole = self.is_whole or word in _WHOLLY
        elif word in ("--push-state", "-push-state"):
            self._kept.append(self.is_static)
        elif word in ("--pop-state", "-pop-state"):
            self.is_static = self._kept.pop() if self._kept else False
        else:
            return False
        return True


def c_preamble(data: bytes) -> bytes:
    """Return the C code that stands in the comments above imports of "C" of a .go file, without its `#cgo` lines."""
    lines = (line for comment in _comments_of_c(data) for line in _lines(comment))
    return "\n".join(line for line in lines if not _is_cgo(line)).encode("utf-8", "replace")


def linked_by(directive: CgoDirective, state: LinkState | None = None) -> tuple[LinkedName, ...]:
    """Return the libraries that a line names, each once, in order; () for lines that link nothing. state: what the
    lines before left; it is changed."""
    state = state if state is not None else LinkState()
    if directive.verb == "pkg-config":
        is_static = "--static" in directive.words or state.is_whole
        return tuple(dict.fromkeys(_packaged(word, is_static=is_static) for word in _packages(directive.words)))
    if directive.verb != "LDFLAGS":
        return ()
    state.is_whole = state.is_whole or not _WHOLLY.isdisjoint(directive.words)
    found: dict[LinkedName, None] = {}
    folder: str | None = None
    before = ""
    for word in directive.words:
        option, before = before, ""
        if state.take(word):
            continue
        is_static = state.is_static or state.is_whole
        if word.startswith("@"):
            continue
        if word.startswith("-L") and len(word) > 2:
            folder = _below_source(word[2:]) if folder is None else folder
        elif option in _BEFORE_NAME:
            found[LinkedName(name=word, is_framework=True)] = None
        elif word == "-l" or word in _BEFORE_NAME or word in _BEFORE_FILE or word in _BEFORE_OTHER:
            before = word
        elif option == "-l" or (_WITH_LIBRARY.fullmatch(word) and word.startswith("-")):
            match = _WITH_LIBRARY.fullmatch(word)
            name = (match[1] if match and option != "-l" else word).removeprefix(":")
            found[LinkedName(name=name, folder=folder, is_static=is_static or _is_archive(name))] = None
        elif option not in _BEFORE_OTHER and (option in _BEFORE_FILE or not word.startswith("-")):
            place, _, name = word.replace("\\", "/").rpartition("/")
            if _is_file(name):
                below = _below_source(place)
                found[LinkedName(name=name, folder=below, is_static=_is_archive(name), is_file=True)] = None
    return tuple(name for name in found if _NAME.fullmatch(name.name))


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a linker's line, as of CGO_LDFLAGS, in the form that a `CgoDirective` has them."""
    return tuple(_flat(_words(text)))


def _packages(words: Iterable[str]) -> Iterator[str]:
    """Yield the packages of a pkg-config line, without the versions that are asked of them ("a >= 1")."""
    is_version = False
    for word in words:
        if word in _THAN:
            is_version = True
        elif is_version:
            is_version = False
        elif not word.startswith("-"):
            yield word


def _packaged(word: str, *, is_static: bool) -> LinkedName:
    """Return what a word of a pkg-config line names: a package, or the .pc file of one."""
    place, _, name = word.replace("\\", "/").rpartition("/")
    return LinkedName(name=name.removesuffix(".pc"), folder=_below_source(place), is_static=is_static)


def _below_source(place: str) -> str | None:
    """Return a folder below ${SRCDIR}, "" for that itself, None for one elsewhere."""
    if place == "${SRCDIR}":
        return ""
    return place.removeprefix("${SRCDIR}/").strip("/") if place.startswith("${SRCDIR}/") else None


def _is_archive(name: str) -> bool:
    return name.endswith((".a", ".o", ".obj", ".syso"))


def cgo_links(data: bytes, context: BuildContext) -> CgoLinks:
    """Return what a .go file links in a build. data: the file, whose head is one that Go takes."""
    names: dict[str, None] = {}
    unclear: dict[str, None] = {}
    lines = (line for comment in _comments_of_c(data) for line in _lines(comment))
    for number, line in enumerate(filter(_is_cgo, lines)):
        if number >= _MOST:
            unclear[f"more than {_MOST:,} #cgo lines"] = None
            break
        for name, is_clear in _of_line(line, context):
            (names if is_clear else unclear)[name[:_LONGEST]] = None
    return CgoLinks(names=tuple(names), unclear=tuple(unclear))


class _Comments:
    """The comments before a token, in groups without a blank line between them; only the last one can count."""

    def __init__(self) -> None:
        self.line = 1
        self._group: list[bytes] = []
        self._end = 0
        self._trailing = 0  # the line up to which comments belong to the token before

    def add(self, comment: bytes) -> None:
        """Take a comment that begins on this line."""
        end = self.line + comment.count(b"\n")
        if self.line <= self._trailing:
            self._trailing = end
            self._group = []
        else:
            if self.line > self._end + 1:
                self._group = []
            self._group.append(comment)
            self._end = end
        self.line = end

    def take(self) -> tuple[bytes, ...]:
        """Return the comments right above a token on this line, and begin anew behind it."""
        found = tuple(self._group) if self._group and self._end + 1 == self.line else ()
        self._group = []
        self._trailing = self.line
        return found


def _comments_of_c(data: bytes) -> Iterator[tuple[bytes, ...]]:
    """Yield the comment group above each import of "C"."""
    tokens = _tokens(data.removeprefix(b"\xef\xbb\xbf"))
    for kind, token, doc in tokens:
        if kind == "word" and token == b"import":
            yield from _declaration(tokens, doc)
        elif kind == "word" and token in (b"const", b"func", b"type", b"var"):
            return


def _declaration(
    tokens: Iterator[tuple[str, bytes, tuple[bytes, ...]]], doc: tuple[bytes, ...]
) -> Iterator[tuple[bytes, ...]]:
    """Yield the comments of "C" in one import declaration. A lone import takes those of its declaration too."""
    is_list, is_new, number = False, True, 0
    own: tuple[bytes, ...] = ()
    of_c: list[tuple[bytes, ...]] = []
    for kind, token, above in tokens:
        if token == b"(":
            is_list = True
        elif token == b")":
            break
        elif token == b";":
            continue
        else:
            own, is_new = (above if is_list else ()) if is_new else own, False
            if kind == "text":
                number, is_new = number + 1, True
                of_c += [own] if token[1:-1] == b"C" else []
                if not is_list:
                    break
    yield from (own or (doc if number == 1 else ()) for own in of_c)


def _tokens(data: bytes) -> Iterator[tuple[str, bytes, tuple[bytes, ...]]]:
    """Yield kind and text of each token with the comments above it."""
    comments = _Comments()
    for found in _TOKEN.finditer(data):
        kind, token = found.lastgroup or "", found[0]
        if kind == "space":
            comments.line += token.count(b"\n")
        elif kind == "comment":
            comments.add(token)
        else:
            yield kind, token, comments.take()
            comments.line += token.count(b"\n")


def _lines(comments: tuple[bytes, ...]) -> Iterator[str]:
    """Yield the lines of a comment group without its marks."""
    for comment in comments:
        text = comment.decode("utf-8", "replace")
        yield from (line.strip() for line in (text[2:] if text.startswith("//") else text[2:-2]).split("\n"))


def _is_cgo(line: str) -> bool:
    return line.startswith(("#cgo ", "#cgo\t"))


def _of_line(line: str, context: BuildContext) -> Iterator[tuple[str, bool]]:
    """Yield (name, True) of each library of a line, and (word, False) of what is unclear."""
    fields = line.split()
    if len(fields) == 3 and fields[1] in ("nocallback", "noescape"):
        return
    head, colon, arguments = line[4:].partition(":")
    *conditions, verb = head.split() or [""]
    if not colon or not verb:
        yield line, False
        return
    if conditions and not any(_holds(condition, context) for condition in conditions):
        return
    if verb == "pkg-config":
        for word in _packages(_words(arguments)):
            yield word, bool(_NAME.fullmatch(word))
    elif verb == "LDFLAGS":
        yield from _linked(_flat(_words(arguments)))


def _holds(condition: str, context: BuildContext | AnyPlatform) -> bool:
    try:
        if any(mark in condition for mark in "&|()"):
            return context.satisfies(parse_go_build(condition))
    except InputError:
        return False
    constraint = parse_plus_build(condition)
    return constraint is not None and context.satisfies(constraint)


def _words(text: str) -> list[str]:
    """Return the words of a line, quotes and backslashes taken away."""
    return [_PIECE.sub(lambda piece: piece[1] or "", found[0]) for found in _QUOTED.finditer(text)]


def _flat(words: list[str]) -> list[str]:
    """Return words with those that are only passed on to the linker by themselves."""
    return [
        part
        for word in words
        if word != "-Xlinker"
        for part in (word.removeprefix("-Wl,").split(",") if word.startswith("-Wl,") else [word])
    ]


def _linked(words: list[str]) -> Iterator[tuple[str, bool]]:
    before = ""
    for word in words:
        option, before = before, ""
        if option in _BEFORE_OTHER:
            continue
        if option == "-l" or option in _BEFORE_NAME:
            yield word, bool(_NAME.fullmatch(word))
        elif option in _BEFORE_FILE or not word.startswith("-"):
            name = word.replace("\\", "/").rpartition("/")[2]
            yield (name, True) if _is_file(name) else (word, False)
        elif word == "-l" or word in _BEFORE_NAME or word in _BEFORE_FILE or word in _BEFORE_OTHER:
            before = word
        elif found := _WITH_LIBRARY.fullmatch(word):
            name = found[1].removeprefix(":")
            yield (name, True) if _NAME.fullmatch(name) else (word, False)
        elif _UNCLEAR_OPTION.fullmatch(word):
            yield word, False
    if before and before not in _BEFORE_OTHER:
        yield before, False


def _is_file(name: str) -> bool:
    """Return whether a name is one of a file that a linker takes in."""
    return bool(_NAME.fullmatch(name) and _FILE.search(name))
