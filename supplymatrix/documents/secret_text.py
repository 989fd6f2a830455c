r"""Where in a text that people write something stands that looks like a secret; whatever language the text is in.

    >>> [(span.name, span.kind) for span in spans_in("export DB_PASSWORD=hunter2 TOKEN=$TOKEN")]
    [('DB_PASSWORD', 'a name that says so')]
    >>> blotted("ENV DB_PASSWORD=hunter2")
    'ENV DB_PASSWORD=*******'

Beside the forms of `secret_forms` these are: `NAME=value` of shells, `NAME := value` of make, `name: value` of YAML
and JSON, `name = value` of ini files and HCL, `--name value`, the default in `${NAME:-value}`, `-X main.name=value`
of the linker, `login -p value`, `curl -u user:value`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from supplymatrix.documents.secret_forms import BY_NAME, Span, by_form, is_harmless, names_a_secret
from supplymatrix.errors import Diagnostic
from supplymatrix.model.value import value

__all__ = ["LINKED", "apart", "blotted", "is_named_secret", "spans_in", "without_credentials"]

_SHORTEST = 4  # characters of what a telling name holds
_LONGEST = 4000
_CUT = 500  # characters of a line that a fault quotes at most
_MOST_LOOKED = 2 << 20  # characters of values in one text; what comes behind is taken for a secret as a whole
_AROUND = 120  # characters before a name that tell whether it stands at the beginning of a line
_NAME = re.compile(
    r"(?<![\w.$@%(/\\-])(?<!\$\{)(?<!\{\{)[\"']?(?P<dash>-D(?=[A-Z_])|--?)?(?P<name>[A-Za-z_][\w./-]{0,200})(?:\\{0,2}[\"'])?(?![\w./-])"
    r"(?:(?P<tight>(?:[:?+]{1,3})?=(?![=~>]))|(?P<wide>[ \t]{1,20}(?:[:?+]{1,3})?=(?:>|(?![=~>]))[ \t]{0,20})"
    r"|(?P<json>(?<=[\"'])[ \t]{0,4}:(?=\\{0,2}[\"']))|(?P<colon>[ \t]{0,4}:[ \t]{1,20}))"
)
LINKED = (
    r"(?<![\w-])-{1,2}X[ =]{1,3}[\"'\\]{0,3}"
    r"((?:[\w./-]|\$\([^()\s]{1,100}\)|\$\{[^{}\s]{1,100}\}|\$(?=\w)|\{\{[^{}\n]{1,100}\}\}){1,200})=[\"'\\]{0,3}"
)
"""What -X of the linker sets: the name of a variable, in which its package may be put in by make or a template."""
_LINKED = re.compile(LINKED)
_DEFAULT = re.compile(r"\$\{([A-Za-z_]\w{0,100}):?[-=]([^{}\n]{1,500})\}")
_FLAG = re.compile(r"(?<![\w-])--?([A-Za-z][\w.-]{2,60})[ \t]{1,8}(?![-=|&;<>])")
_LISTED_FLAG = re.compile(r"[\"']--?([A-Za-z][\w.-]{2,60})[\"'][ \t]{0,8},[ \t]{0,8}(?=[\"'])")
_LOGIN = re.compile(r"\blogin\b[^\n|;&]{0,300}?[ \t]-p[ =]{0,2}(?=[^\s-])")
_CURL = re.compile(
    r"\b(?:curl|wget|https?)\b[^\n|;&]{0,300}?[ \t](?:-u|-U|--user|--proxy-user)[ =]{0,2}[\"']?"
    r"([^\s:\"'$]{1,100}):(?=\S)"
)
_PASSED = re.compile(
    r"\bsshpass[ \t]{1,4}-p[ \t]?(?=\S)|\bmysql(?:dump|admin)?\b[^\n|;&]{0,200}?[ \t]-p(?=[^\s-])"
    r"|\bredis-(?:cli|server)\b[^\n|;&]{0,200}?[ \t](?:-a|--requirepass)[ \t]{1,4}(?=\S)"
    r"|-pass(?:in|out)?[ \t]{1,4}[\"']?pass:|ConvertTo-SecureString[ \t]{1,4}(?:-String[ \t]{1,4})?(?=[\"'])"
    r"|\b(?:aws_secret_access_key|:_authToken)[ \t]{1,4}(?=[A-Za-z0-9])"
)
"""What hands a password to a program in a way of its own."""
_ECHOED = re.compile(
    r"\becho[ \t]{1,4}(?:-n[ \t]{1,4})?([^\s|$`]{6,300})[ \t]{0,4}\|[^\n|]{0,120}(?:--password-stdin|--with-token)"
)
_OLD_ENV = re.compile(r"(?im)^[ \t]{0,40}(?:ENV)[ \t]{1,20}([A-Za-z_]\w{0,100})[ \t]{1,20}(?=[^\s=])")
_ANYTHING = re.compile(
    r"[=@]|:[ \t]|:/|[\"']:|(?:^|[^\w-])--?[A-Za-z]|[\"']-|\b(?:ENV|machine|login)\b|BEGIN|eyJ|LS0tLS1|_"
    r"|-[A-Za-z0-9]{8}|:AA|AKIA|ASIA|AIza|[A-Za-z0-9]\.[A-Za-z0-9_-]{16}|[A-Za-z0-9/+]{24}"
)
"""What every text has of that something below finds anything in."""
_QUOTES = "\"'"
_BARE = re.compile(r"[^\s\"'&;|<>)\\]*")
_IN_FLOW = re.compile(r"[^\n,}\])#]*")
_ON_LINE = re.compile(r"[^\n]*")
_COMMENT = re.compile(r"[ \t]#.*|[ \t]*\\\s*\Z|[ \t]*[;,]\s*\Z", re.DOTALL)
_HEADS = """
export readonly local declare typeset set setx variable def var const let override unexport define env arg label
add_header - ? // # $env:
"""
_HEAD_WORDS = frozenset(_HEADS.split())
"""What may stand before a name at the beginning of a line."""
_CALL = re.compile(r"[A-Za-z_][\w.]{0,100}\(.*", re.DOTALL)
_DOTTED = re.compile(r"[a-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60})+(?:[\[,;].*)?", re.DOTALL)
_INDEXED = re.compile(r"[A-Za-z_][\w.]{0,100}\[[\"'].*", re.DOTALL)
_ELSEWHERE = re.compile(r"[&*!|>][\w!-]*(?:\s.*)?", re.DOTALL)
_PATTERN = re.compile(r"\.[*+]|\\[A-Za-z]|\[\^?[^\]\s]{0,40}\]|\(\?")
_COLLECTION = re.compile(r"\{(?!\{)[^\n]*[:}]|\[[^\n]*[\],]|\{\Z|\[\Z")
"""One of YAML or JSON, of which each value is looked at by itself."""
_SCHEME = re.compile(r"(?i:bearer|basic|token)[ \t]+")
"""What stands before a token in a header."""
_TYPES = re.compile(r"(?:id|type|env|src|source|target|name|key|from)=.*", re.DOTALL)
_BODY = re.compile(r"(?m)^[\s/#>*+|-]{0,40}([A-Za-z0-9+/]{48,76}={0,2})[ \t\r]*$")
"""A line of a key without its first and last ones."""


def spans_in(text: str) -> list[Span]:
    """Return what looks like a secret, in the order of the text, none inside of another one."""
    if _ANYTHING.search(text) is None:
        return []
    return apart([*by_form(text), *_by_name(text)])


def is_named_secret(text: str, name: str, *, is_quoted: bool = False) -> bool:
    """Return whether what a name holds is a secret: the name says so, and the text is one at all."""
    return names_a_secret(name) and _Value(start=0, end=len(text), text=text, is_quoted=is_quoted).is_secret(name)


def blotted(text: str) -> str:
    """Return a text with an asterisk for each character of what looks like a secret, its ends of lines as they are."""
    places = [(span.start, span.end) for span in spans_in(text)]
    places += [(match.start(1), match.end(1)) for match in _BODY.finditer(text)]
    places += [match.span() for match in _BEGUN.finditer(text)]
    if not places:
        return text
    pieces: list[str] = []
    at = 0
    for start, end in sorted(places):
        begin = max(start, at)
        if end > begin:
            pieces += [text[at:begin], re.sub(r"[^\r\n]", "*", text[begin:end])]
            at = end
    return "".join([*pieces, text[at:]])


def without_credentials(fault: Diagnostic) -> Diagnostic:
    """Return a fault whose texts quote no credential: what its line shows to be one is taken out of all of them."""
    line = fault.source_line
    if len(line) >= _CUT:  # the last word may be the beginning of a longer one
        line = re.sub(r"\S{1,500}\Z", lambda cut: "*" * len(cut[0]), line)
    secrets = sorted({line[span.start : span.end] for span in spans_in(line)}, key=lambda text: (-len(text), text))

    def clean(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, "*" * len(secret))
        return blotted(text)

    found = replace(
        fault,
        message=clean(fault.message),
        artifact=clean(fault.artifact),
        seen=clean(fault.seen),
        source_line=clean(line),
        remedy=clean(fault.remedy),
    )
    return fault if found == fault else found


def apart(found: Sequence[Span]) -> list[Span]:
    """Return what was found, with one for those that overlap: the first, as far as they reach together."""
    kept: list[Span] = []
    for one in sorted(found, key=lambda span: span.rank):
        if kept and one.start < kept[-1].end:
            last = kept[-1]
            name = last.name or one.name
            if one.end > last.end or name != last.name:
                kept[-1] = Span(start=last.start, end=max(last.end, one.end), kind=last.kind, name=name)
        else:
            kept.append(one)
    return kept


def _by_name(text: str) -> Iterator[Span]:
    done = looked = 0
    for match in _NAME.finditer(text):
        name = match["name"]
        if match.start() < done or not names_a_secret(name) or text.startswith("/p ", max(0, match.start() - 3)):
            continue  # the last is what `set /p` asks for
        if match["tight"] or match["json"] or _begins_line(text, match.start(), match["dash"] or ""):
            how = match.lastgroup or "tight"
            found = _value(text, match.end(), how, is_flow=how != "tight" and _is_flow(text, match.start()))
            looked += found.end - found.start
            if found.is_secret(name):
                yield found.span(BY_NAME, name)
                done = found.end
            if looked > _MOST_LOOKED:
                yield Span(start=match.start(), end=len(text), kind="more than is looked through")
                return
    yield from _on_command_lines(text)
    yield from _by_default(text)


def _by_default(text: str) -> Iterator[Span]:
    for match in _DEFAULT.finditer(text):
        if names_a_secret(match[1]) and len(match[2]) >= _SHORTEST and not is_harmless(match[2], match[1]):
            yield Span(start=match.start(2), end=match.end(2), kind=BY_NAME, name=match[1])
    for match in _OLD_ENV.finditer(text):
        if names_a_secret(match[1]):
            found = _value(text, match.end(), "colon", is_flow=False)
            if found.is_secret(match[1]):
                yield found.span(BY_NAME, match[1])


def _on_command_lines(text: str) -> Iterator[Span]:
    for pattern in (_LINKED, _FLAG, _LISTED_FLAG):
        for match in pattern.finditer(text):
            if names_a_secret(match[1]):
                found = _value(text, match.end(), "tight", is_flow=False)
                if found.is_secret(match[1]):
                    yield found.span(BY_NAME, match[1])
    for pattern in (_LOGIN, _CURL, _PASSED, _ECHOED):
        for match in pattern.finditer(text):
            found = _value(text, match.start(1) if pattern is _ECHOED else match.end(), "tight", is_flow=False)
            if found.is_secret(""):
                yield found.span("a password on a command line", match[1] if pattern is _CURL else "")


def _before(text: str, at: int) -> str:
    """Return what stands before a place on its line, of a long line the last part."""
    return text[max(0, at - _AROUND) : at].rpartition("\n")[2]


def _begins_line(text: str, at: int, dash: str) -> bool:
    """Return whether a name stands where its value may have spaces around its sign: first on its line, or in a list."""
    if dash:
        return False
    before = _before(text, at).rstrip(" \t\"'")
    if before.endswith("#") and not before.endswith(" #") and before.strip("#") and text[at - 1] == "#":
        return False  # between the marks of sed
    if not before or before[-1] in "{,([#?" or before.endswith(("//", " -")) or before.strip() == "-":
        return True
    words = before.lower().split()
    return len(words) <= 3 and all(word in _HEAD_WORDS for word in words)


def _is_flow(text: str, at: int) -> bool:
    before = _before(text, at)
    return before.count("{") + before.count("(") > before.count("}") + before.count(")")


_BEGUN = re.compile(
    r"(?<![A-Za-z0-9_])(?:gh[opsur]_|github_pat_|gl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|soat)-|xox[abeoprs]-|pypi-AgE"
    r"|dckr_(?:pat|oat)_|hv[sbr]\.|AKIA|ASIA|whsec_|[rs]k_(?:live|test)_|glsa_|eyJ)[A-Za-z0-9_.-]{8,}"
)
"""A token of which the end may be missing, since its line was cut."""


@value
class _Value:
    """What a name is given, by its place. text: of it. is_tight: there is no space between it and its sign; after: the
    character behind it."""

    start: int
    end: int
    text: str
    is_quoted: bool
    is_tight: bool = False
    after: str = ""

    def is_secret(self, name: str) -> bool:
        """Return whether it looks like one, where its name does."""
        text = self.text
        if len(text.strip()) < _SHORTEST or is_harmless(text, name) or _TYPES.fullmatch(text):
            return False
        words = text.split()
        plain = sum(word.strip(".,;:!?()'\"`").isalpha() for word in words)
        if len(words) >= 3 and plain * 4 >= len(words) * 3:
            return False  # a sentence about it
        if text.lstrip().startswith("#") or _PATTERN.match(text) or (not self.is_quoted and self._is_computed()):
            return False
        return text.lower() not in re.split(r"[^a-z0-9]+", name.lower())

    def _is_computed(self) -> bool:
        """Return whether it is code that computes a value, stands for one elsewhere, or holds several.

        Where no space is before it, as in shells and env files, what no code would look like is a value as it is.
        """
        text = self.text
        whole = text + self.after
        has_digit = any(map(str.isdigit, text))
        if _DOTTED.fullmatch(text):
            return not any(_is_dense(part) for part in re.split(r"[.\[,;]", text))
        if not self.is_tight:
            is_one = (
                _CALL.fullmatch(text)
                or _INDEXED.fullmatch(text)
                or _ELSEWHERE.fullmatch(text)
                or _COLLECTION.match(text)
            )
            return is_one is not None or text[:1] in "[(^"
        if _CALL.fullmatch(text):
            return ")" in whole or whole[-1:] in "(\"'"
        if text[:1] in "[({^":
            return not has_digit or not set("]*+)\"'").isdisjoint(whole)
        return _ELSEWHERE.fullmatch(text) is not None and not has_digit

    def span(self, kind: str, name: str) -> Span:
        """Return its place as that of a secret."""
        return Span(start=self.start, end=self.end, kind=kind, name=name)


def _is_dense(part: str) -> bool:
    """Return whether a part of a dotted word is no name but a token: long, with digits in the midst of it."""
    bare = part.rstrip("0123456789")
    return len(part) >= 10 and sum(map(str.isdigit, bare)) >= 2


def _value(text: str, at: int, how: str, *, is_flow: bool) -> _Value:
    """Return the value that begins at a place. how: the group of `_NAME` that its sign was in."""
    start = at
    while text[start : start + 1] == "\\" and text[start + 1 : start + 2] in ('"', "'"):
        start += 1
    is_quoted = text[start : start + 1] in ('"', "'")
    if is_quoted and how == "tight" and not text[start + 1 : start + 2].strip():
        end = start  # a quote that ends what began before the name
    elif is_quoted:
        start += 1
        end = _closing(text, start, is_escaped=start - 1 > at)
    elif how == "tight":
        is_computed = text[start : start + 2] in ("$(", "${") or text[start : start + 1] == "`"
        end = start if is_computed else _end_of(_BARE, text, start)
    else:
        found = text[start : _end_of(_IN_FLOW if is_flow else _ON_LINE, text, start)]
        found = _COMMENT.sub("", found).rstrip()
        if found[-1:] in _QUOTES:
            found = found[:-1]
        end = start + len(found)
    scheme = _SCHEME.match(text, start, end)
    start = scheme.end() if scheme else start
    return _Value(
        start=start,
        end=end,
        text=text[start:end],
        is_quoted=is_quoted,
        is_tight=how == "tight",
        after=text[end : end + 1],
    )


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start, start + _LONGEST)
    return found.end() if found else start


def _closing(text: str, start: int, *, is_escaped: bool) -> int:
    """Return where a quoted text ends: at its quote, at the end of the line where there is none. is_escaped: the quote
    at its beginning has a backslash before it, and so has the one at its end; else such a quote is part of the text."""
    quote = text[start - 1]
    line = text.find("\n", start, start + _LONGEST)
    line = line if line >= 0 else min(len(text), start + _LONGEST)
    end = text.find(quote, start, line)
    while end >= 0:
        is_double = quote == "'" and text[end + 1 : end + 2] == "'"  # of YAML and of SQL, one within
        if is_escaped or not (is_double or (quote == '"' and text[end - 1] == "\\" and end > start)):
            break
        end = text.find(quote, end + (2 if is_double else 1), line)
    if end < 0:
        return line
    return end - 1 if is_escaped and text[end - 1] == "\\" and end > start else end
