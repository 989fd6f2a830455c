"""Who should have signed, what is trusted, where signatures are: the options of the commands, as they are typed there.

The screens keep what was typed as these words and nothing else. So the command with the same facts is made of them, and
a line that stands in a script can be pasted. Words that a command does not take are left out of it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value
from supplymatrix.tui.shell_words import path_word, quote

if TYPE_CHECKING:
    from supplymatrix.attest.wanted import EngineChoice
    from supplymatrix.engine.signature_wish import WishWords
    from supplymatrix.engine.vendor_request import VendorWords
    from supplymatrix.tui.session import Session

__all__ = ["NO_WORDS", "OPTIONS", "Command", "Option", "SigningWords", "parse_words"]


class Command(StrEnum):
    """The commands that take these words, and the one that takes them from a policy."""

    BLOB = "verify blob"
    ATTESTATION = "verify attestation"
    IMAGE = "verify image"
    TRACE = "trace"
    CHECK = "check"


_BUNDLES = frozenset({Command.BLOB, Command.ATTESTATION})
_ALL = frozenset(Command) - {Command.CHECK}


@value
class Option:
    """One option. commands: that take it. takes: what follows it, "" = nothing. is_many: it may be given again; of
    others the last one holds."""

    commands: frozenset[Command] = _ALL
    takes: str = "TEXT"
    is_many: bool = False


def _many(takes: str = "TEXT", commands: frozenset[Command] = _ALL) -> Option:
    return Option(takes=takes, commands=commands, is_many=True)


_IMAGES = frozenset({Command.IMAGE, Command.TRACE})
_TRACE = frozenset({Command.TRACE})
_WORKFLOW = {
    "--workflow-repository": "githubWorkflowRepository",
    "--workflow-ref": "githubWorkflowRef",
    "--workflow-sha": "githubWorkflowSHA",
    "--workflow-name": "githubWorkflowName",
    "--workflow-trigger": "githubWorkflowTrigger",
}
OPTIONS: dict[str, Option] = {
    "--identity": _many(),
    "--identity-regexp": _many(),
    "--issuer": _many(),
    "--issuer-regexp": _many(),
    "--key": _many("FILE"),
    **{name: Option() for name in _WORKFLOW},
    "--claim": _many("NAME=TEXT"),
    "--annotation": _many("NAME=TEXT"),
    "--vendor": Option(),
    "--var": _many("NAME=TEXT"),
    "--key-file": _many("FILE"),
    "--fetch-key": Option(takes=""),
    "--trusted-root": Option(takes="FILE"),
    "--ca": Option(takes="FILE"),
    "--engine": Option(takes="both, native or sigstore"),
    "--key-without-log": Option(takes=""),
    "--insecure-ignore-log": Option(takes=""),
    "--insecure-ignore-sct": Option(takes=""),
    "--require": _many("KIND"),
    "--type": _many("KIND", frozenset({Command.ATTESTATION, Command.IMAGE})),
    "--bundle": _many("FILE", _BUNDLES | _TRACE),
    "--signature": Option(takes="FILE", commands=_BUNDLES),
    "--certificate": Option(takes="FILE", commands=_BUNDLES),
    "--keyring": Option(takes="FILE", commands=frozenset({Command.BLOB})),
    "--platform": Option(takes="OS/ARCH", commands=_IMAGES),
    "--all-platforms": Option(takes="", commands=frozenset({Command.IMAGE})),
    "--plain-http": Option(takes="", commands=_IMAGES),
    "--source": Option(commands=_TRACE),
    "--provenance": _many("FILE", _TRACE),
    "--builder-identity": _many(commands=_TRACE),
    "--builder-identity-regexp": _many(commands=_TRACE),
    "--builder-issuer": _many(commands=_TRACE),
    "--checksums": Option(takes="FILE", commands=_TRACE),
    "--archive": Option(takes="FILE", commands=_TRACE),
    "--base": Option(takes="IMAGE", commands=_TRACE),
    "--base-vendor": Option(commands=_TRACE),
    "--base-var": _many("NAME=TEXT", _TRACE),
    "--base-identity": _many(commands=_TRACE),
    "--base-issuer": _many(commands=_TRACE),
    "--must-have": _many("LINK", _TRACE),
    "--may-lack": _many("LINK", _TRACE),
}
"""Every option that says something of signatures; those of reports and networks are the app's own matter."""
_ALIASES = {
    "--certificate-identity": "--identity",
    "--certificate-identity-regexp": "--identity-regexp",
    "--certificate-oidc-issuer": "--issuer",
    "--certificate-oidc-issuer-regexp": "--issuer-regexp",
    "--certificate-chain": "--ca",
    "--ca-roots": "--ca",
    "--annotations": "--annotation",
    "-a": "--annotation",
    "--insecure-ignore-tlog": "--insecure-ignore-log",
    **{f"--certificate-github-{name.removeprefix('--')}": name for name in _WORKFLOW},
}
_ENGINES = ("both", "native", "sigstore")
_WHO = ("--identity", "--identity-regexp", "--key", "--vendor")


@value
class SigningWords:
    """pairs: option and what follows it, "" of one that nothing follows, in the order in which they were typed."""

    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def names_somebody(self) -> bool:
        """Whether it is said who should have signed."""
        return any(self.all(name) for name in _WHO)

    @property
    def text(self) -> str:
        """All of them, as they would be typed."""
        return " ".join(_word(name, text) for name, text in self.pairs)

    def all(self, option: str) -> tuple[str, ...]:
        """Return what was given to an option."""
        return tuple(text for name, text in self.pairs if name == option)

    def last(self, option: str) -> str:
        """Return what an option was given last, "" = nothing."""
        return next(reversed(self.all(option)), "")

    def has(self, option: str) -> bool:
        """Return whether an option is there."""
        return any(name == option for name, _ in self.pairs)

    def with_(self, *pairs: tuple[str, str], without: Sequence[str] = ()) -> SigningWords:
        """Return them with others in the place of some options."""
        kept = [(name, text) for name, text in self.pairs if name not in without]
        return SigningWords(pairs=(*kept, *pairs))

    def for_command(self, command: Command) -> str:
        """Return those that a command takes, each with a blank before it."""
        return "".join(f" {_word(name, text)}" for name, text in self.pairs if command in OPTIONS[name].commands)

    def only_for(self, command: Command) -> SigningWords:
        """Return those that a command takes."""
        return SigningWords(pairs=tuple(pair for pair in self.pairs if command in OPTIONS[pair[0]].commands))

    def wish_words(self, session: Session, *, target: str = "") -> WishWords:
        """Return who should have signed. session: where files are named from, and whose profiles count; target: the
        one artifact that is meant, "" = any. Raises InputError."""
        from supplymatrix.engine.signature_wish import WishWords

        odd = [name for name in ("--var", "--key-file", "--fetch-key", "--keyring") if self.has(name)]
        if odd and not self.last("--vendor"):
            raise _fault(f"{odd[0]} goes with --vendor")
        if self.has("--key-without-log") and not self.all("--key"):
            raise _fault("--key-without-log goes with --key")
        workflow = [(field, self.last(name)) for name, field in _WORKFLOW.items() if self.last(name)]
        return WishWords(
            identities=self.all("--identity"),
            identity_regexps=self.all("--identity-regexp"),
            issuers=self.all("--issuer"),
            issuer_regexps=self.all("--issuer-regexp"),
            keys=self.paths("--key", session.here),
            claims=(*self.named("--claim"), *workflow),
            annotations=tuple(_named(_parts(self.all("--annotation")))),
            vendor=self.last("--vendor"),
            variables=self.named("--var"),
            target=target,
            vendor_keys=self.paths("--key-file", session.here),
            profiles=session.folders,
            ignores_log=self.has("--insecure-ignore-log"),
            ignores_sct=self.has("--insecure-ignore-sct"),
            key_without_log=self.has("--key-without-log"),
            needs_issuer=not self.has("--ca"),
        )

    def vendor_words(self, session: Session) -> VendorWords | None:
        """Return who is asked for by a profile, None = nobody is. Raises InputError."""
        from supplymatrix.engine.vendor_request import VendorWords

        if not self.last("--vendor"):
            return None
        return VendorWords(
            vendor=self.last("--vendor"),
            variables=self.named("--var"),
            key_files=self.paths("--key-file", session.here),
            may_fetch=self.has("--fetch-key") and not session.offline,
            folders=session.folders,
        )

    def trust(self, here: Path) -> dict[str, Any]:
        """Return what requests take of trust: trusted_root, ca, engine."""
        return {"trusted_root": self.path("--trusted-root", here), "ca": self.path("--ca", here), "engine": self.engine}

    @property
    def engine(self) -> EngineChoice:
        """Who judges."""
        from supplymatrix.attest.wanted import EngineChoice

        return EngineChoice(self.last("--engine") or EngineChoice.BOTH.value)

    def kinds(self, option: str) -> tuple[str, ...]:
        """Return kinds of attestations. Raises InputError."""
        from supplymatrix.model.predicates import parse_kind

        return tuple(dict.fromkeys(parse_kind(word) for word in _parts(self.all(option))))

    def named(self, option: str) -> tuple[tuple[str, str], ...]:
        """Return the names that an option was given, each with its text. Raises InputError."""
        return tuple(_named(self.all(option)))

    def path(self, option: str, here: Path) -> Path | None:
        """Return the file that an option names, None = none."""
        return here / self.last(option) if self.last(option) else None

    def paths(self, option: str, here: Path) -> tuple[Path, ...]:
        """Return the files that an option names."""
        return tuple(here / text for text in self.all(option))


NO_WORDS = SigningWords()


def parse_words(text: str) -> SigningWords:
    """Return the words of a line. Raises InputError, with what there is."""
    try:
        words = shlex.split(text.replace("\\\n", " "))
    except ValueError as err:
        raise _fault("this is no line of a shell", f"{err}".lower(), "quotes that are closed") from err
    pairs: list[tuple[str, str]] = []
    rest = iter(words)
    for word in rest:
        name, equals, given = word.partition("=")
        name = _ALIASES.get(name, name)
        option = OPTIONS.get(name)
        if option is None:
            near = nearest(name[:60], list(OPTIONS))
            raise _fault("there is no such option", word[:100], near or ", ".join(OPTIONS))
        if option.takes and not equals:
            given = next(rest, "")
        if bool(given) != bool(option.takes):
            raise _fault(f"{name} goes with {option.takes}" if option.takes else f"nothing follows {name}", given[:60])
        pairs = [pair for pair in pairs if option.is_many or pair[0] != name]
        pairs.append((name, given))
    found = SigningWords(pairs=tuple(pairs))
    if found.last("--engine") not in ("", *_ENGINES):
        raise _fault("there is no such engine", found.last("--engine")[:60], ", ".join(_ENGINES))
    if found.has("--certificate") and not found.has("--signature"):
        raise _fault("--certificate goes with --signature")
    if found.has("--signature") and found.has("--bundle"):
        raise _fault("--bundle and --signature exclude each other", expected="a bundle has the signature in it")
    if found.has("--platform") and found.has("--all-platforms"):
        raise _fault("--platform and --all-platforms exclude each other")
    return found


def _word(name: str, text: str) -> str:
    option = OPTIONS[name]
    if not option.takes:
        return name
    return f"{name} {path_word(text) if option.takes == 'FILE' else quote(text)}"


def _parts(texts: Sequence[str]) -> Iterator[str]:
    """Yield what one text may have several of, parted by commas."""
    for text in texts:
        yield from (part.strip() for part in text.split(",") if part.strip())


def _named(texts: Iterator[str] | Sequence[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        name, equals, found = text.partition("=")
        if not name or not equals:
            raise _fault("this is no NAME=TEXT", text[:60])
        yield name, found


def _fault(message: str, seen: str = "", expected: str = "") -> InputError:
    return InputError(Diagnostic(message=message, seen=seen, expected=expected))
