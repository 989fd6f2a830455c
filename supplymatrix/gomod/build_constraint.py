"""Which files of a package a build takes: //go:build lines, the older // +build lines, and file names.

A file is in when its name allows it *and* its constraint holds. A //go:build line is one expression; where there is
none, all // +build lines must hold, each an OR of words, each word an AND of tags. In a name, what stands after the
first underscore may end in _GOOS, _GOARCH or _GOOS_GOARCH, with _test behind it:

    >>> context = BuildContext(goos="darwin", goarch="arm64")
    >>> context.allows_name("net_linux.go"), context.allows_name("linux.go"), context.allows_name("net_arm64_test.go")
    (False, True, True)
    >>> context.satisfies(parse_go_build("unix && !cgo && (go1.21 || windows)"))
    True

Not modelled: compilers other than gc, and the tags of experiments (goexperiment.…) that a Go release has switched on;
give those in `tags` where they matter.

Source: Go go/build (build.go), go/build/constraint, internal/syslist, internal/buildcfg.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value

__all__ = [
    "GO_SPACE", "KNOWN_ARCH", "KNOWN_OS", "NEWEST_MINOR", "BuildContext", "Constraint",
    "file_constraints", "parse_go_build", "parse_plus_build",
]  # fmt: skip

GO_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What Go trims as white space; Python's own strip() takes a few control characters more."""

_UNIX_OS = frozenset(
    [
        "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "linux", "netbsd", "openbsd",
        "solaris",
    ]
)  # fmt: skip
KNOWN_OS = _UNIX_OS | {"js", "nacl", "plan9", "wasip1", "windows", "zos"}
"""Every GOOS that a file name may have."""
KNOWN_ARCH = frozenset(
    [
        "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64",
        "mips64le", "mips64p32", "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x",
        "sparc", "sparc64", "wasm",
    ]
)  # fmt: skip
"""Every GOARCH that a file name may have."""
_IMPLIED_OS = {"android": "linux", "illumos": "solaris", "ios": "darwin"}
# The features of a processor that Go builds for unless GOAMD64, GOARM and the like say more.
_FEATURES = {
    "386": ("sse2",), "amd64": ("v1",), "arm": ("5", "6", "7"), "arm64": ("v8.0",), "mips": ("hardfloat",),
    "mipsle": ("hardfloat",), "mips64": ("hardfloat",), "mips64le": ("hardfloat",), "ppc64": ("power8",),
    "ppc64le": ("power8",), "riscv64": ("rva20u64",), "wasm": ("satconv", "signext"),
}  # fmt: skip

NEWEST_MINOR: Final = 26
"""N of the newest go1.N that this program knows; it builds where nobody says what does."""
_MAX_OPERANDS = 1000
_MAX_PLUS_OPERATORS = 100
_TOKEN = re.compile(r"[ \t]*(?:(&&|\|\||[()!])|([\w.]+))")
_RELEASE = re.compile(r"go1\.([1-9][0-9]{0,3})", re.ASCII)
_FIELDS = re.compile(f"[{GO_SPACE}]+")
_IGNORE = "ignore"


@value
class Constraint:
    """An expression over build tags, as its steps in postfix order: tags, and the operators "!", "&&" and "||"."""

    steps: tuple[str, ...]

    def can_hold(self, can_be: Callable[[str], tuple[bool, bool]]) -> bool:
        """Return whether it can hold. can_be: of a tag whether it may be set, and whether it may be not set."""
        stack: list[tuple[bool, bool]] = []
        for step in self.steps:
            if step == "!":
                true, false = stack.pop()
                stack.append((false, true))
            elif step in ("&&", "||"):
                (right, not_right), (left, not_left) = stack.pop(), stack.pop()
                both = (left and right, not_left or not_right)
                stack.append(both if step == "&&" else (left or right, not_left and not_right))
            else:
                stack.append(can_be(step))
        return stack[-1][0] if stack else True


@value
class BuildContext:
    """What a build is for.

    goos, goarch: as in the go command. tags: given with -tags, and features or experiments beyond the default ones.
    cgo: whether CGO_ENABLED is 1. go_minor: N of the go1.N that builds.
    """

    goos: str = "linux"
    goarch: str = "amd64"
    tags: frozenset[str] = frozenset()
    cgo: bool = False
    go_minor: int = NEWEST_MINOR

    def has_tag(self, name: str) -> bool:
        """Return whether a tag holds in this build."""
        if name in (self.goos, self.goarch, "gc") or (name == "cgo" and self.cgo):
            return True
        if name == _IMPLIED_OS.get(self.goos) or (name == "unix" and self.goos in _UNIX_OS):
            return True
        release = _RELEASE.fullmatch(name)
        if release and int(release[1]) <= self.go_minor:
            return True
        arch, _, feature = name.partition(".")
        if arch == self.goarch and feature in _FEATURES.get(arch, ()):
            return True
        return ("goexperiment.boringcrypto" if name == "boringcrypto" else name) in self.tags

    def allows_name(self, name: str) -> bool:
        """Return whether a file's name allows it in this build; its ending, and "_" or "." before it, do not count."""
        parts = name.partition(".")[0].split("_")[1:]
        if parts and parts[-1] == "test":
            parts.pop()
        if not parts:
            return True
        if len(parts) > 1 and parts[-2] in KNOWN_OS and parts[-1] in KNOWN_ARCH:
            return self.has_tag(parts[-1]) and self.has_tag(parts[-2])
        return self.has_tag(parts[-1]) if parts[-1] in KNOWN_OS or parts[-1] in KNOWN_ARCH else True

    def satisfies(self, constraint: Constraint) -> bool:
        """Return whether an expression holds in this build."""
        stack: list[bool] = []
        for step in constraint.steps:
            if step == "!":
                stack.append(not stack.pop())
            elif step in ("&&", "||"):
                right, left = stack.pop(), stack.pop()
                stack.append(left and right if step == "&&" else left or right)
            else:
                stack.append(self.has_tag(step))
        return stack[0]


def file_constraints(head: bytes) -> tuple[Constraint, ...]:
    """Return the constraints of a .go file, which must all hold. head: its bytes up to the package clause, or more.

    Raises InputError for a //go:build line that is no expression, and for two of them. A // +build line that is no
    expression counts for nothing, as in the go command.
    """
    if b"+build" not in head and b"//go:build" not in head:
        return ()
    go_build, before_blank = _leading_lines(head)
    if go_build is not None:
        return (parse_go_build(go_build),)
    found = []
    for line in before_blank:
        text = _plus_build_text(line)
        constraint = parse_plus_build(text) if text is not None else None
        if constraint is not None:
            found.append(constraint)
    return tuple(found)


def parse_go_build(text: str) -> Constraint:
    """Return the expression of a //go:build line. text: what stands behind "//go:build". Raises InputError."""
    return Constraint(steps=tuple(_Expression(text.strip(GO_SPACE)).steps()))


def parse_plus_build(text: str) -> Constraint | None:
    """Return the expression of a // +build line, None for one too long to count. text: what stands behind "+build"."""
    steps: list[str] = []
    operators = -1
    for clause in filter(None, _FIELDS.split(text)):
        first = not steps
        for at, literal in enumerate(clause.split(",")):
            steps += _plus_literal(literal)
            operators += 1
            if at:
                steps.append("&&")
        if not first:
            steps.append("||")
    if operators > _MAX_PLUS_OPERATORS:
        return None
    return Constraint(steps=tuple(steps or [_IGNORE]))


def _plus_literal(literal: str) -> list[str]:
    if literal.startswith("!!") or literal == "!":
        return [_IGNORE]
    tag = literal.removeprefix("!")
    steps = [tag if _is_tag(tag) else _IGNORE]
    return [*steps, "!"] if literal.startswith("!") else steps


def _is_tag(word: str) -> bool:
    return bool(word) and all(c in "_." or c.isalpha() or c.isdecimal() for c in word)


class _Expression:
    """A //go:build expression on its way to postfix order; a stack instead of recursion, whatever its depth."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._out: list[str] = []
        self._waiting: list[str] = []

    def steps(self) -> list[str]:
        """Return the steps in postfix order. Raises InputError."""
        wants_operand = True
        at = operands = 0
        while at < len(self._text):
            match = _TOKEN.match(self._text, at)
            if not match or (match[2] and not _is_tag(match[2])):
                raise self._fault("something here is neither a tag nor an operator", at)
            if wants_operand and (not self._waiting or self._waiting[-1] != "!"):
                operands += 1
                if operands > _MAX_OPERANDS:
                    raise self._fault(f"the expression has more than {_MAX_OPERANDS} operands", at)
            wants_operand = self._take(
                match[0].lstrip(" \t"), wants_operand=wants_operand, is_tag=bool(match[2]), at=at
            )
            at = match.end()
        if wants_operand:
            raise self._fault("the expression ends too early", at)
        self._flush(("!", "&&", "||"))
        if self._waiting:
            raise self._fault('a ")" is missing', at)
        return self._out

    def _take(self, word: str, *, wants_operand: bool, is_tag: bool, at: int) -> bool:
        """Take one word in. Return whether an operand has to follow."""
        if wants_operand:
            if is_tag:
                self._out.append(word)
                self._flush(("!",))
                return False
            if word not in ("!", "(") or (word == "!" and self._waiting[-1:] == ["!"]):
                raise self._fault(f"no {word!r} can stand here", at)
            self._waiting.append(word)
            return True
        if word == ")":
            self._flush(("&&", "||"))
            if not self._waiting:
                raise self._fault('a ")" without its "("', at)
            self._waiting.pop()
            self._flush(("!",))
            return False
        if word not in ("&&", "||"):
            raise self._fault(f"no {word!r} can stand here", at)
        self._flush(("&&",) if word == "&&" else ("&&", "||"))
        self._waiting.append(word)
        return True

    def _flush(self, operators: tuple[str, ...]) -> None:
        while self._waiting and self._waiting[-1] in operators:
            self._out.append(self._waiting.pop())

    def _fault(self, message: str, at: int) -> InputError:
        return _fault(f"a //go:build line cannot be read: {message}", self._text[at:])


def _leading_lines(head: bytes) -> tuple[str | None, list[str]]:
    """Return the //go:build expression, if any, and the leading lines in which // +build counts.

    Those are the comments and blank lines at the top, up to the last blank line before anything else: a comment right
    above the package clause belongs to the package. A //go:build line may stand lower, up to the package clause, but
    not within a /* comment.
    """
    lines = [line.strip(GO_SPACE) for line in head.decode("utf-8", "surrogateescape").split("\n")]
    if not lines[-1] and head.endswith(b"\n"):
        lines.pop()
    go_build: str | None = None
    end = 0
    ended = in_block = False
    for number, line in enumerate(lines, start=1):
        if not line and not ended:
            end = number
            continue
        if not line.startswith("//"):
            ended = True
        if not in_block and line.startswith("//go:build") and (line[10:] == "" or line[10] in GO_SPACE):
            if go_build is not None:
                raise _fault("the file has several //go:build lines", line)
            go_build = line[10:]
        in_block, code = _after_comments(line, in_block=in_block)
        if code:
            break
    return go_build, lines[:end]


def _after_comments(line: str, *, in_block: bool) -> tuple[bool, bool]:
    """Return whether a /* comment is open at the end of a line, and whether anything else than comments was met."""
    while line:
        if in_block:
            _, closed, line = line.partition("*/")
            if not closed:
                return True, False
            in_block, line = False, line.strip(GO_SPACE)
        elif line.startswith("//"):
            return False, False
        elif line.startswith("/*"):
            in_block, line = True, line[2:].strip(GO_SPACE)
        else:
            return False, True
    return in_block, False


def _fault(message: str, seen: str) -> InputError:
    return InputError(Diagnostic(message=message, seen=seen[:60].encode(errors="replace").decode()))


def _plus_build_text(line: str) -> str | None:
    """Return what stands behind "+build" in a comment line; None for any other line."""
    if not line.startswith("//"):
        return None
    text = line[2:].strip(GO_SPACE)
    if not text.startswith("+build") or (len(text) > 6 and text[6] not in GO_SPACE):
        return None
    return text[6:]
