"""Dockerfile and Containerfile: stages, images after substitution, what each stage sets, copies and runs.

    >>> data = b"ARG GO=1.25\\nFROM golang:${GO} AS build\\nFROM scratch\\nCOPY --from=build /a /a\\n"
    >>> file = parse_dockerfile(data, "Dockerfile")
    >>> [(stage.image, stage.name, stage.line) for stage in file.stages]
    [('golang:1.25', 'build', 2), ('scratch', '', 3)]

- `# escape=` counts in the first lines only. A line that ends with the escape character goes on; comments and empty
  lines within do not end it.
- Here-documents (`RUN <<EOF`) end at their word; `<<-` lets tabs stand before it.
- ARG before the first FROM holds for FROM lines, and in a stage only where the stage names it again.
- A broken line is a gap with its place; the others count. Nothing is run, fetched or included.

Source: docs.docker.com Dockerfile reference; moby/buildkit frontend/dockerfile/parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from supplymatrix.buildfiles.docker_words import Expanded, Variables, expand, split_words
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value

__all__ = [
    "MAX_DOCKERFILE_BYTES", "Added", "Copy", "Dockerfile", "Instruction", "Run", "Setting", "Stage",
    "is_given_by_builder", "parse_dockerfile", "read_instructions",
]  # fmt: skip

MAX_DOCKERFILE_BYTES = 1 << 20
_MAX_STAGES = 500
_MAX_INSTRUCTIONS = 5_000
_MAX_VARIABLES = 500
_MAX_FLAGS = 100
_MAX_GROWTH = 4 << 20  # characters that variables may stand for, in all
_MAX_GAPS = 20
_KNOWN = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
    "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)  # fmt: skip
_HEREDOCS = frozenset({"RUN", "COPY", "ADD"})
_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(.*)")
_INSTRUCTION = re.compile(r"([A-Za-z]+)(?:[ \t]+(.*))?", re.DOTALL)
_MAYBE_NAME = re.compile(r"[A-Za-z]{1,12}")
_FLAG = re.compile(r"--([a-z][a-z-]*)(?:=(\S*))?[ \t]*")
_HEREDOC = re.compile(r"[0-9]*<<(-?)([\"']?)([A-Za-z0-9_.+:@%-]+)\2(?:$|[;|&>)].*)", re.DOTALL)
_GIVEN = frozenset({
    "TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "BUILDPLATFORM", "BUILDOS", "BUILDARCH",
    "BUILDVARIANT",
})  # fmt: skip


@value
class Setting:
    """One NAME=value of ENV. unresolved: variables in it without a value."""

    name: str
    text: str
    unresolved: tuple[str, ...]
    line: int


@value
class Run:
    """One RUN. text: the script with its variables as they are written, a line of it for each line of the file; words:
    of the form in brackets, () for a script. froms: stages and images that it mounts. variables: what is known in it;
    unknown: variables whose value is given when the image is built, or depends on such a one.
    """

    text: str
    words: tuple[str, ...]
    froms: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]
    line: int
    unknown: tuple[str, ...] = ()


@value
class Copy:
    """One COPY or ADD --from. source: a stage's name or number, or an image, after substitution."""

    source: str
    line: int


@value
class Added:
    """One address that ADD downloads, after substitution."""

    address: str
    line: int


@value
class Stage:
    """One stage. image: after substitution, as FROM has it; base: the number of the earlier stage that it goes on from,
    -1 = a real image. unresolved: variables of `image` without a value. words: the FROM line, in one."""

    index: int
    name: str
    image: str
    base: int
    platform: str
    unresolved: tuple[str, ...]
    line: int
    words: str
    settings: tuple[Setting, ...]
    runs: tuple[Run, ...]
    copies: tuple[Copy, ...]
    added: tuple[Added, ...] = ()


@value
class Dockerfile:
    """One file. lines: as they are, for messages. syntax: the image of the program that reads the file, as `# syntax=`
    on the line syntax_line has it, "" for the builder itself."""

    artifact: str
    stages: tuple[Stage, ...]
    gaps: tuple[Gap, ...]
    lines: tuple[str, ...]
    syntax: str = ""
    syntax_line: int = 0


@value
class Instruction:
    """One instruction with all of its lines. rest: what stands behind name and flags, ends of lines within it as they
    are. heredocs: their texts."""

    name: str
    flags: tuple[tuple[str, str], ...]
    rest: str
    heredocs: tuple[str, ...]
    line: int


def parse_dockerfile(data: bytes, artifact: str) -> Dockerfile:
    """Return what a file says. Raises InputError for one that is no text or too long, and nothing else."""
    lines = _lines_of(data, artifact)
    reader = _Reader(lines, artifact)
    builder = _Builder(reader, artifact)
    for instruction in reader.instructions():
        builder.take(instruction)
    return Dockerfile(
        artifact=artifact,
        stages=builder.stages(),
        gaps=tuple(reader.gaps[:_MAX_GAPS]),
        lines=tuple(lines),
        syntax=reader.syntax,
        syntax_line=reader.syntax_line,
    )


def read_instructions(data: bytes, artifact: str) -> tuple[tuple[Instruction, ...], tuple[Gap, ...]]:
    """Return the instructions as they are written, and what is none. Raises InputError as `parse_dockerfile` does."""
    reader = _Reader(_lines_of(data, artifact), artifact)
    return tuple(reader.instructions()), tuple(reader.gaps)


def _lines_of(data: bytes, artifact: str) -> list[str]:
    if len(data) > MAX_DOCKERFILE_BYTES:
        raise _refused(artifact, f"the file has {len(data):,} bytes", f"at most {MAX_DOCKERFILE_BYTES:,}")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise _refused(artifact, "the file holds a NUL byte, so it is no text", "a text in UTF-8", line)
    return data.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")


class _Reader:
    """Lines to instructions."""

    def __init__(self, lines: Sequence[str], artifact: str) -> None:
        self._lines = lines
        self._artifact = artifact
        self._at = 0
        self.escape = "\\"
        self.syntax = ""
        self.syntax_line = 0
        self.gaps: list[Gap] = []

    def gap(self, line: int, wanted: str, reason: str, remedy: str = "mend the line") -> None:
        """Note what a line does not tell."""
        if len(self.gaps) < _MAX_GAPS:
            place = Location(artifact=self._artifact, line=line, column=1)
            self.gaps.append(Gap(wanted=wanted, reason=reason, remedy=remedy, subject=self._artifact, location=place))

    def instructions(self) -> Iterator[Instruction]:
        self._directives()
        count = 0
        ends = re.compile(re.escape(self.escape) + r"[ \t]*$")
        while self._at < len(self._lines):
            first = self._at
            text = self._lines[self._at].strip()
            self._at += 1
            if not text or text.startswith("#"):
                continue
            parts = [text]
            while ends.search(parts[-1]) and self._at < len(self._lines):
                parts[-1] = ends.sub("", parts[-1])
                more = self._lines[self._at].rstrip()
                self._at += 1
                # A comment or an empty line within does not end the instruction.
                parts.append(self.escape if not more.strip() or more.lstrip().startswith("#") else more)
            parts[-1] = ends.sub("", parts[-1])
            count += 1
            if count > _MAX_INSTRUCTIONS:
                self.gap(
                    first + 1, "the rest of the Dockerfile", f"it has more than {_MAX_INSTRUCTIONS:,} instructions"
                )
                return
            line = self.instruction("\n".join(parts), first + 1)
            if line is not None:
                yield line

    def _directives(self) -> None:
        seen: set[str] = set()
        for number, text in enumerate(self._lines, 1):
            if number == 1 and text.startswith("#!"):
                continue
            found = _DIRECTIVE.fullmatch(text.strip())
            if found is None or found[1].lower() in seen:
                return
            name, given = found[1].lower(), found[2].strip()
            seen.add(name)
            if name == "escape" and given in ("\\", "`"):
                self.escape = given
            elif name == "escape":
                self.gap(number, "the escape character", f"{given[:20]!r} is none", "escape=\\ or escape=`")
            elif name == "syntax":
                self.syntax, self.syntax_line = given.partition(" ")[0], number

    def instruction(self, text: str, line: int) -> Instruction | None:
        """Return the instruction of a logical line. Its inner ends of lines are kept, so that places can be told."""
        found = _INSTRUCTION.fullmatch(text)
        name = found[1].upper() if found else ""
        if found is None or name not in _KNOWN:
            word = next(iter(text.split(None, 1)), self.escape)
            near = nearest(word[:40].upper(), _KNOWN)
            remedy = f"did you mean {near}?" if near else "an instruction such as FROM, RUN or COPY"
            told = repr(word) if _MAYBE_NAME.fullmatch(word) else "its first word"  # which may be a password
            self.gap(line, "what a line of the Dockerfile says", f"{told} is no instruction", remedy)
            return None
        rest = found[2] or ""
        flags: list[tuple[str, str]] = []
        while len(flags) < _MAX_FLAGS and (flag := _FLAG.match(rest.lstrip())):
            flags.append((flag[1], flag[2] or ""))
            rest = rest.lstrip()[flag.end() :]
        heredocs = tuple(self._heredocs(rest, line)) if name in _HEREDOCS else ()
        return Instruction(name=name, flags=tuple(flags), rest=rest.strip(), heredocs=heredocs, line=line)

    def _heredocs(self, rest: str, line: int) -> Iterator[str]:
        words = split_words(rest.replace("\n", " "), self.escape) if "<<" in rest else ()
        for found in filter(None, map(_HEREDOC.fullmatch, words)):
            body: list[str] = []
            while self._at < len(self._lines):
                text = self._lines[self._at]
                self._at += 1
                if (text.lstrip("\t") if found[1] else text) == found[3]:
                    break
                body.append(text)
            else:
                self.gap(line, "the end of a here-document", f"no line is {found[3][:40]!r}", "write its end")
            yield "\n".join(body)


class _Builder:
    """Instructions to stages."""

    def __init__(self, reader: _Reader, artifact: str) -> None:
        self._reader = reader
        self._artifact = artifact
        self._global: dict[str, str | None] = {}
        self._known: dict[str, str | None] = {}
        self._env: list[dict[str, str | None]] = []  # of each stage, for those that go on from it
        self._held: list[set[str]] = []  # of each stage: what ENV has set, there or where it goes on from
        self._open: list[_Open] = []
        self._growth = 0

    def stages(self) -> tuple[Stage, ...]:
        """Return all stages, once every instruction was taken."""
        if not self._open:
            self._reader.gap(1, "the images of the Dockerfile", "it has no FROM", "begin with FROM")
        return tuple(stage.done() for stage in self._open)

    def take(self, line: Instruction) -> None:
        """Take the next instruction."""
        if line.name == "FROM":
            self._from(line)
        elif line.name == "ARG":
            self._arg(line)
        elif not self._open:
            self._reader.gap(line.line, f"the stage of {line.name}", "it stands before the first FROM", "move it")
        elif line.name == "ENV":
            self._set(line)
        elif line.name in ("COPY", "ADD"):
            source = dict(line.flags).get("from")
            if source:
                text = self._expand(source, self._known, line.line).text
                self._open[-1].copies.append(Copy(source=text, line=line.line))
            elif line.name == "ADD":
                self._add(line)
        elif line.name == "RUN":
            self._run(line)
        elif line.name == "ONBUILD":
            self._on_build(line)

    def _add(self, line: Instruction) -> None:
        for word in self._words(line) if "//" in line.rest else ():
            if "://" in word:
                address = self._expand(word.strip("[],"), self._known, line.line).text
                self._open[-1].added.append(Added(address=address, line=line.line))

    def _on_build(self, line: Instruction) -> None:
        """Take the images of what is done by builds that go on from this one."""
        later = self._reader.instruction(line.rest, line.line)
        if later is None:
            return
        named = [dict(later.flags).get("from", "")] if later.name in ("COPY", "ADD") else _mounted(later)
        for name in filter(None, named):
            text = self._expand(name, self._known, line.line).text
            self._open[-1].copies.append(Copy(source=text, line=line.line))

    def _expand(self, word: str, known: Variables, line: int, name: str = "") -> Expanded:
        """Return a word with its variables filled in. name: of what it is given to, which is told in its place."""
        expanded = expand(word, known, self._reader.escape)
        if expanded.is_open:
            shown = _shown(name or word)[:60]
            self._reader.gap(line, f"what {shown!r} stands for", "a brace is not closed", "close it: }")
        self._growth += len(expanded.text)
        if self._growth > _MAX_GROWTH:
            raise _refused(
                self._artifact, "its variables stand for too much text", f"at most {_MAX_GROWTH:,} characters"
            )
        return expanded

    def _words(self, line: Instruction) -> list[str]:
        return split_words(line.rest.replace("\n", ""), self._reader.escape)

    def _from(self, line: Instruction) -> None:
        words = self._words(line)
        is_named = len(words) == 3 and words[1].lower() == "as"
        if len(words) != 1 and not is_named:
            self._reader.gap(line.line, "the image of a stage", "FROM has no single image", "FROM image [AS name]")
            return
        if len(self._open) >= _MAX_STAGES:
            self._reader.gap(line.line, "the further stages", f"there are more than {_MAX_STAGES}", "split the file")
            return
        image = self._expand(words[0], self._global, line.line)
        platform = self._expand(dict(line.flags).get("platform", ""), self._global, line.line)
        names = {stage.name: stage.index for stage in self._open if stage.name}
        base = names.get(image.text.lower(), -1)
        name = words[2].lower() if is_named else ""
        stage = _Open(index=len(self._open), name=name, image=image, base=base, platform=platform.text, line=line)
        stage.words = " ".join(["FROM", *(f"--{flag}={given}" for flag, given in line.flags), *words])
        self._known = dict(self._env[base]) if base >= 0 else {}
        self._env.append(self._known)
        self._held.append(set(self._held[base]) if base >= 0 else set())
        self._open.append(stage)

    def _arg(self, line: Instruction) -> None:
        known = self._known if self._open else self._global
        held = self._held[-1] if self._held else ()
        for word in self._words(line):
            name, equals, given = word.partition("=")
            if name in held:
                continue  # what ENV sets stands, whatever ARG says after it
            if len(known) >= _MAX_VARIABLES and name not in known:
                self._reader.gap(line.line, f"the variable {name[:40]}", f"there are more than {_MAX_VARIABLES}")
            elif equals:
                text = self._expand(given, known, line.line, name)
                known[name] = text.text if not text.unresolved else None
            elif known.get(name) is None:
                known[name] = self._global.get(name)

    def _set(self, line: Instruction) -> None:
        words = self._words(line)
        if words and "=" not in words[0]:  # the old form: ENV name all the rest
            rest = line.rest.replace("\n", "").partition(words[0])[2].strip()
            pairs = [(words[0], rest)]
        else:
            pairs = [(word.partition("=")[0], word.partition("=")[2]) for word in words]
        new: dict[str, str | None] = {}
        if len(self._open[-1].settings) + len(pairs) > 2 * _MAX_VARIABLES:
            self._reader.gap(line.line, "variables of ENV", f"a stage sets more than {2 * _MAX_VARIABLES:,}")
            return
        for name, given in pairs:
            text = self._expand(given, self._known, line.line, name)
            setting = Setting(name=name, text=text.text, unresolved=text.unresolved, line=line.line)
            self._open[-1].settings.append(setting)
            new[name] = text.text if not text.unresolved else None
        if len(self._known) + len(new) <= _MAX_VARIABLES:
            self._known.update(new)  # variables of one ENV see those before it only
            self._held[-1].update(new)
        else:
            self._reader.gap(line.line, "variables of ENV", f"there are more than {_MAX_VARIABLES}")

    def _run(self, line: Instruction) -> None:
        text = "\n".join([line.rest.replace("\n", "\\\n"), *line.heredocs])
        words: tuple[str, ...] = ()
        if line.rest.startswith("["):
            words = _in_brackets(line.rest)
        froms = [self._expand(name, self._known, line.line).text for name in _mounted(line)]
        known = tuple((name, given) for name, given in self._known.items() if given is not None)
        unknown = tuple(name for name, given in self._known.items() if given is None)
        self._open[-1].runs.append(
            Run(text=text, words=words, froms=tuple(froms), variables=known, line=line.line, unknown=unknown)
        )


class _Open:
    """A stage that is being read."""

    def __init__(self, *, index: int, name: str, image: Expanded, base: int, platform: str, line: Instruction) -> None:
        self.index, self.name, self.image, self.base, self.platform = index, name, image, base, platform
        self.line = line.line
        self.words = ""
        self.settings: list[Setting] = []
        self.runs: list[Run] = []
        self.copies: list[Copy] = []
        self.added: list[Added] = []

    def done(self) -> Stage:
        return Stage(
            index=self.index,
            name=self.name,
            image=self.image.text,
            base=self.base,
            platform=self.platform,
            unresolved=self.image.unresolved,
            line=self.line,
            words=self.words,
            settings=tuple(self.settings),
            runs=tuple(self.runs),
            copies=tuple(self.copies),
            added=tuple(self.added),
        )


def _mounted(line: Instruction) -> list[str]:
    """Return the stages and images that a RUN mounts, as they are written."""
    mounts = [given for flag, given in line.flags if flag == "mount"]
    return [part.removeprefix("from=") for given in mounts for part in given.split(",") if part.startswith("from=")]


def is_given_by_builder(name: str) -> bool:
    """Return whether a variable is one that the builder itself sets, such as TARGETARCH."""
    return name in _GIVEN


def _in_brackets(text: str) -> tuple[str, ...]:
    """Return the words of `["dnf", "install"]`, () when it is no such list and so a script."""
    try:
        found = json.loads(text.replace("\n", ""))
    except (ValueError, RecursionError):
        return ()
    return tuple(found) if isinstance(found, list) and all(isinstance(word, str) for word in found) else ()


def _shown(text: str) -> str:
    """Return what may be quoted of a word that is out of place: it may be a credential."""
    from supplymatrix.documents.secret_text import blotted

    return blotted(text)


def _refused(artifact: str, message: str, expected: str, line: int = 0) -> InputError:
    return InputError(
        Diagnostic(message=message, artifact=artifact, line=line, expected=expected, remedy="name another file")
    )
