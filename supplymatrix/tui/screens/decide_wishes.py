"""What the decision is asked: needs that were chosen, vendors that are left out; as a link, a command, and rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from shlex import quote
from typing import TYPE_CHECKING

from textual.content import Content

from supplymatrix.errors import InputError
from supplymatrix.model.value import changed, value
from supplymatrix.reports.plain import plain
from supplymatrix.tui.widgets.line_list import Row

if TYPE_CHECKING:
    from supplymatrix.vendors.needs import Need

__all__ = ["Asking", "Wish", "need_items", "need_rows", "parse_wishes", "say_wishes", "why_not"]

_NEXT = {"": "need", "need": "must", "must": ""}
_SIGNS = {"": "·       ", "need": "◆ need  ", "must": "■ must  "}


@value
class Wish:
    """One need that was chosen here. kind: "need" or "must", "" = neither; items: as in KEY=ITEM,ITEM, "" = none."""

    key: str
    kind: str
    items: str = ""

    @property
    def word(self) -> str:
        """The value of the option of the command."""
        return f"{self.key}={self.items}" if self.items else self.key

    def cycled(self) -> Wish:
        """Return a need as a must-have, a must-have as neither, and that as a need."""
        return changed(self, kind=_NEXT[self.kind])


@value
class Asking:
    """What is asked. wishes: in the order chosen, none of a kind ""; excluded: ids of vendors that are left out."""

    wishes: tuple[Wish, ...] = ()
    excluded: tuple[str, ...] = ()

    def wish(self, key: str, kind: str = "") -> Wish:
        """Return the wish of a key, or one of a kind where there is none."""
        return next((wish for wish in self.wishes if wish.key == key), Wish(key=key, kind=kind))

    def wishing(self, wish: Wish) -> Asking:
        """Return the same with a wish in the place of that of its key; without it where its kind is ""."""
        found = {item.key: item for item in self.wishes} | {wish.key: wish}
        return changed(self, wishes=tuple(item for item in found.values() if item.kind))

    def needs(self) -> tuple[Need, ...]:
        """Return the wishes as the command takes them: it reads every --need before the first --must."""
        from supplymatrix.vendors.needs import parse_need_word

        ordered = sorted(self.wishes, key=lambda wish: wish.kind == "must")
        return tuple(parse_need_word(wish.word, must=wish.kind == "must") for wish in ordered)

    def options(self) -> list[str]:
        """Return the options of the command, quoted for a POSIX shell."""
        words = [f"--{wish.kind} {quote(wish.word)}" for wish in self.wishes]
        return [*words, *(f"--exclude {quote(name)}" for name in self.excluded)]


def say_wishes(wishes: Sequence[Wish]) -> str:
    """Return wishes as a part of a link: must:fips_mode+need:go_minors=1.26."""
    return "+".join(f"{wish.kind}:{wish.word}" for wish in wishes)


def parse_wishes(text: str) -> tuple[Wish, ...]:
    """Return the wishes of a part of a link. Raises InputError for a key or an item that does not exist."""
    from supplymatrix.vendors.needs import parse_need_word

    found: dict[str, Wish] = {}
    for word in filter(None, text.split("+")):
        kind, _, rest = word.partition(":")
        need = parse_need_word(rest, must=kind == "must")
        found[need.key] = Wish(key=need.key, kind="must" if kind == "must" else "need", items=",".join(need.items))
    return tuple(found.values())


def need_items(asking: Asking) -> Iterator[tuple[str, str, str]]:
    """Yield key, what it is at now, and title of each question that can be a need."""
    from supplymatrix.vendors.capability_keys import KEYS, Role

    for key in KEYS.values():
        if key.role is not Role.DESCRIBES:
            yield key.id, asking.wish(key.id).kind or "no need", key.title


def need_rows(asking: Asking, asked: Sequence[Need], chosen_before: Collection[str]) -> Iterator[Row]:
    """Yield a row for each question that can be a need.

    asked: needs of the answer that is shown; those of them that were not chosen for it are the project's.
    """
    from supplymatrix.vendors.capability_keys import KEYS, Role

    of_project = {need.key: need for need in asked if need.key not in chosen_before}
    yield Row(id="?head", text=Content("needs · Space chooses"), is_head=True)
    for key in KEYS.values():
        if key.role is Role.DESCRIBES:
            continue
        wish = asking.wish(key.id)
        kind, tail = wish.kind, f"={wish.items}" if wish.items else ""
        if not kind and key.id in of_project:
            kind, tail = ("must" if of_project[key.id].must else "need"), " (project)"
        text = Content.assemble((_SIGNS[kind], "bold" if kind else "dim"), plain(f"{key.title}{tail}"))
        yield Row(id=key.id, text=text)


def why_not(err: InputError) -> str:
    """Return what is wrong with a need in a line: what it should be is said last, where it may be cut."""
    found = err.diagnostics[0]
    parts = [found.message, repr(found.seen) if found.seen else "", found.remedy]
    expected = f"expected {found.expected}" if found.expected else ""
    return "; ".join(filter(None, [*parts, expected]))
