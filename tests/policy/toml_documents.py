"""TOML documents for hypothesis: every syntax that a policy could be written in, valid by construction."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["keys", "toml_documents", "toml_values"]

_PLAIN = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
_BARE = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789_-", min_size=1, max_size=8)
_BLANK = st.sampled_from(["", " ", "\t", "  "])


def _basic(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def _strings(draw: st.DrawFn) -> str:
    text = draw(st.text(_PLAIN, max_size=12))
    kind = draw(st.sampled_from(["basic", "literal", "basic lines", "literal lines"]))
    if kind == "basic":
        return _basic(text)
    if kind == "literal":
        return "'" + text.replace("'", "") + "'"
    mark = '"' if kind == "basic lines" else "'"
    inner = text.replace("\\", "").replace(mark, "")
    lines = draw(st.sampled_from(["", "\n", "\n\n  ", " # no comment ] } , =\n"]))
    tail = draw(st.sampled_from(["", mark, mark * 2]))
    escape = draw(st.sampled_from(["", '\\"""', "\\\\", "\\\n   "])) if mark == '"' else ""
    return f"{mark * 3}{inner}{lines}{escape}{tail}{mark * 3}"


def keys() -> st.SearchStrategy[str]:
    """Return one simple key, as written: bare or quoted."""
    quoted = st.text(_PLAIN, max_size=8)
    return st.one_of(_BARE, quoted.map(_basic), quoted.map(lambda text: "'" + text.replace("'", "") + "'"))


_SCALARS = st.one_of(
    st.integers(-(10**9), 10**9).map(str),
    st.sampled_from(["true", "false", "0x_ff".replace("_", ""), "1_000", "6.5e3", "-0.25", "inf"]),
    st.sampled_from(["2027-01-31", "07:32:00", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.5"]),
    _strings(),
)


@st.composite
def _between(draw: st.DrawFn) -> str:
    """Return what may stand between the elements of an array."""
    return draw(st.sampled_from(["", " ", "\n", "\n  ", " # a, ] comment\n", "\n\n\t"]))


@st.composite
def _arrays(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(inner, max_size=3))
    out = "["
    for number, item in enumerate(items):
        out += draw(_between()) + item + draw(_between())
        if number < len(items) - 1 or draw(st.booleans()):
            out += ","
    return out + draw(_between()) + "]"


@st.composite
def _inline_tables(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    names = draw(st.lists(_BARE, max_size=3, unique=True))
    pairs = [f"{draw(_BLANK)}{name}{draw(_BLANK)}={draw(_BLANK)}{draw(inner)}{draw(_BLANK)}" for name in names]
    return "{" + (",".join(pairs) or draw(_BLANK)) + "}"


def toml_values() -> st.SearchStrategy[str]:
    """Return one value, as written: scalars, strings of all four kinds, arrays and inline tables of them."""
    return st.recursive(_SCALARS, lambda inner: st.one_of(_arrays(inner), _inline_tables(inner)), max_leaves=6)


@st.composite
def toml_documents(draw: st.DrawFn) -> str:
    """Return a document: pairs, dotted pairs, tables, sub-tables and arrays of tables, with comments between."""
    lines: list[str] = []
    for name in draw(st.lists(keys(), max_size=3, unique=True)):
        lines += draw(_pairs(prefix=f"{name}" if draw(st.booleans()) else f"{name}{draw(_BLANK)}.{draw(_BLANK)}x"))
    for number, name in enumerate(draw(st.lists(_BARE, max_size=3, unique=True))):
        table = f"t{number}-{name}"
        if draw(st.booleans()):
            for _ in range(draw(st.integers(1, 3))):
                lines.append(f"{draw(_BLANK)}[[{draw(_BLANK)}{table}{draw(_BLANK)}]]")
                lines += draw(_body())
                lines += [f"[{table}.sub]", *draw(_body())] if draw(st.booleans()) else []
                lines += [f"[[{table}.'list']]", *draw(_body())] * draw(st.integers(0, 1))
        else:
            lines += [f"[{table}]{draw(_BLANK)}# a table", *draw(_body())]
            lines += [f"[{table}.{draw(keys())}]", *draw(_body())] if draw(st.booleans()) else []
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n# the end"]))


@st.composite
def _pairs(draw: st.DrawFn, prefix: str) -> list[str]:
    comment = draw(st.sampled_from(["", " # said", "#"]))
    return [f"{draw(_BLANK)}{prefix}{draw(_BLANK)}={draw(_BLANK)}{draw(toml_values())}{comment}"]


@st.composite
def _body(draw: st.DrawFn) -> list[str]:
    out: list[str] = []
    for name in draw(st.lists(_BARE, max_size=3, unique=True)):
        out += draw(_pairs(prefix=f"k-{name}"))
        out += draw(st.sampled_from([[], [""], ["# between"]]))
    return out
