"""How artifacts, and who should have signed them, are asked for: the same on every screen that shows signatures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.model.signature import Signer
from supplymatrix.tui.screens.base import BaseScreen
from supplymatrix.tui.screens.signatures_offers import why_no_artifacts, words_of
from supplymatrix.tui.screens.signing_words import SigningWords, parse_words

__all__ = ["ask_artifacts", "ask_bundle", "ask_signers"]

Taken = Callable[[SigningWords], object]
_WHO = ("--identity", "--identity-regexp", "--issuer", "--issuer-regexp", "--key", "--vendor", "--var",
        "--key-without-log", "--claim")  # fmt: skip
"""What another signer takes the place of."""
_PUBLIC, _BESIDE = "public", "beside"
"""What is typed for the public trusted root, and for signatures that lie beside their artifacts."""
_BUNDLES = ("--bundle", "--signature", "--certificate")


def ask_artifacts(screen: BaseScreen, taken: Callable[[tuple[str, ...]], object], *, is_one: bool = False) -> None:
    """Ask what is to be looked at. taken: is called with the names. is_one: a single one."""
    from supplymatrix.tui.widgets.picker import Ask

    here = screen.session.here
    hint = (
        "a program, its archive, an image layout, or registry.example/app:v1"
        if is_one
        else "files, a folder of them, image layouts, registry.example/app:v1, sha256:…"
    )

    def refuse(text: str) -> str:
        why = why_no_artifacts(here, text)
        return "one at a time" if not why and is_one and len(words_of(here, text)) > 1 else why

    def named(text: str | None) -> None:
        if text:
            taken(words_of(here, text))

    title = "trace an artifact" if is_one else "artifacts that should be signed"
    screen.app.push_screen(Ask(title, hint=hint, refuse=refuse), named)


def ask_bundle(screen: BaseScreen, words: SigningWords, taken: Taken) -> None:
    """Ask where signatures of files are."""

    def named(text: str) -> None:
        pairs = () if text == _BESIDE else (("--bundle", text),)
        taken(words.with_(*pairs, without=_BUNDLES))

    hint = f"a file, a folder, or a pattern ({{}} the path of each artifact); or {_BESIDE}"
    refuse, text = partial(_needs, "a file"), words.last("--bundle")
    _ask_one(screen, "where the signatures are", named, hint=hint, text=text, refuse=refuse)


def ask_signers(
    screen: BaseScreen, words: SigningWords, taken: Taken, *, found: Signer | None = None, draft: str = "",
    has_source: bool = False,
) -> None:  # fmt: skip
    """Ask who should have signed. words: as they hold; draft: what was typed last and could not be used; found: who has
    signed what is looked at, as far as it is known. has_source: a source repository may be named."""
    from supplymatrix.tui.widgets.picker import Menu

    choices: list[tuple[str, str, str]] = [
        ("i", "identity", "an identity, and who vouches for it"),
        ("k", "key", "a public key, by its file"),
        ("v", "vendor", "a vendor, by its profile"),
        *([("s", "source", "the workflows of a repository on GitHub")] if has_source else []),
        *([("f", "found", f"who signed this: {_end(found.identity)}")] if found and found.identity else []),
        ("n", "nobody", "nobody: it is told who signed"),
        ("t", "root", "another trusted root"),
        ("o", "options", "all of it, as options of the command"),
    ]

    def chosen(name: str | None) -> None:
        if name == "nobody":
            taken(words.with_(without=(*_WHO, "--source")))
        elif name == "found" and found is not None:
            taken(words.with_(("--identity", found.identity), ("--issuer", found.issuer), without=_WHO))
        elif name:
            _NEXT[name](screen, words, taken, draft)

    screen.app.push_screen(Menu("who should have signed", choices), chosen)


def _end(text: str, most: int = 30) -> str:
    return text if len(text) <= most else f"…{text[1 - most :]}"


def _identity(screen: BaseScreen, words: SigningWords, taken: Taken, draft: str) -> None:
    from supplymatrix.engine.signature_wish import usual_issuer
    from supplymatrix.tui.widgets.picker import Ask

    del draft

    def issued(identity: str, issuer: str | None) -> None:
        if issuer:
            taken(words.with_(("--identity", identity), ("--issuer", issuer), without=_WHO))

    def named(identity: str | None) -> None:
        if identity:
            hint = "who vouches for it: the issuer of the signer's token, as an address"
            text = words.last("--issuer") or usual_issuer(identity)
            hint += "; Enter takes this one, typing another" if text else ""
            ask = Ask("its issuer", text=text, hint=hint, refuse=partial(_needs, "an issuer"), is_selected=True)
            screen.app.push_screen(ask, partial(issued, identity))

    hint = "in full: a workflow's address with its ref, or a mail address; o takes expressions"
    ask = Ask("identity", text=words.last("--identity"), hint=hint, refuse=partial(_needs, "an identity"))
    screen.app.push_screen(ask, named)


def _key(screen: BaseScreen, words: SigningWords, taken: Taken, draft: str) -> None:
    del draft
    _ask_one(
        screen, "public key", lambda text: taken(words.with_(("--key", text), without=_WHO)),
        hint="a PEM file, seen from here", text=words.last("--key"), refuse=partial(_no_file, screen.session.here),
    )  # fmt: skip


def _vendor(screen: BaseScreen, words: SigningWords, taken: Taken, draft: str) -> None:
    del draft

    def named(text: str) -> None:
        name, *more = text.split()
        taken(words.with_(("--vendor", name), *(("--var", one) for one in more), without=_WHO))

    hint = "the id of a profile; variables of it behind that, as chainguard org=0123"
    text = " ".join(filter(None, (words.last("--vendor"), *words.all("--var"))))
    _ask_one(screen, "vendor", named, hint=hint, text=text, refuse=_no_vendor)


def _source(screen: BaseScreen, words: SigningWords, taken: Taken, draft: str) -> None:
    del draft
    _ask_one(
        screen, "source repository", lambda text: taken(words.with_(("--source", text), without=("--source",))),
        hint="as github.com/org/repo", text=words.last("--source"), refuse=partial(_needs, "a repository"),
    )  # fmt: skip


def _root(screen: BaseScreen, words: SigningWords, taken: Taken, draft: str) -> None:
    del draft

    def named(text: str) -> None:
        pairs = () if text == _PUBLIC else (("--trusted-root", text),)
        taken(words.with_(*pairs, without=("--trusted-root",)))

    def refuse(text: str) -> str:
        return "" if text == _PUBLIC else _no_file(screen.session.here, text)

    hint = f"a trusted_root.json, seen from here; or {_PUBLIC}"
    _ask_one(screen, "trusted root", named, hint=hint, text=words.last("--trusted-root"), refuse=refuse)


def _options(screen: BaseScreen, words: SigningWords, taken: Taken, draft: str) -> None:
    from supplymatrix.tui.widgets.picker import Ask

    def named(text: str | None) -> None:
        if text:
            taken(parse_words(text))

    hint = "as on the command line: --identity … --issuer … --require sbom; cosign's words, too"
    ask = Ask("options", text=draft or words.text, hint=hint, refuse=_why_no_words)
    screen.app.push_screen(ask, named)


def _ask_one(
    screen: BaseScreen, title: str, done: Callable[[str], object], *, hint: str, text: str,
    refuse: Callable[[str], str],
) -> None:  # fmt: skip
    from supplymatrix.tui.widgets.picker import Ask

    def named(found: str | None) -> None:
        if found:
            done(found)

    screen.app.push_screen(Ask(title, text=text, hint=hint, refuse=refuse), named)


_NEXT: dict[str, Callable[[BaseScreen, SigningWords, Taken, str], None]] = {
    "identity": _identity, "key": _key, "vendor": _vendor, "source": _source, "root": _root, "options": _options,
}  # fmt: skip


def _needs(what: str, text: str) -> str:
    return "" if text else f"{what} is missing"


def _no_file(here: Path, text: str) -> str:
    try:
        return "" if text and (here / text).is_file() else "there is no such file"
    except (OSError, ValueError):
        return "this is no name for a file"


def _no_vendor(text: str) -> str:
    _, *more = text.split() or [""]
    odd = next((word for word in more if "=" not in word), "")
    return "a vendor is missing" if not text else f"{odd[:40]}: a variable is NAME=TEXT" if odd else ""


def _why_no_words(text: str) -> str:
    try:
        parse_words(text)
    except InputError as err:
        return str(err.diagnostics[0])
    return "" if text else "an option is missing"
