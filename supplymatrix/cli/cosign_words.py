"""Words of cosign's command line that are not ours: taken where they mean the same here, else refused with what to do.

| word | here |
|---|---|
| --insecure-ignore-tlog=true, and other flags with "=true" or "=false" | the flag, or nothing |
| --private-infrastructure | --insecure-ignore-log, and every report says so |
| --output json | --format json; told, since it is another document |
| --rekor-url, --max-workers | told, and passed over: no log is asked |
| --check-claims, --new-bundle-format, --experimental-oci11 | what is done anyway |
| --use-signed-timestamps, --timestamp-certificate-chain, --rfc3161-timestamp | refused: they ask for timestamps |
| --ca-intermediates, --digest, --sk | refused |

Source: the help of cosign 3.1.3; doc/cosign_verify.md and doc/cosign_verify-blob.md of cosign 2.6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

__all__ = ["SignatureCommand", "told_words"]

_NOTES = f"{__name__}.notes"
_CLAIMS = "--check-claims"
_FLAGS = frozenset(
    {
        "--insecure-ignore-tlog", "--insecure-ignore-sct", "--private-infrastructure", "--offline", "--local-image",
        "--new-bundle-format", "--use-signed-timestamps", "--experimental-oci11", _CLAIMS, "--sk",
    }
)  # fmt: skip
"""Flags of cosign, which takes a value behind an equals sign for each."""
_OUTPUT = ("--output", "-o")
_BOOLS = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
_DONE_ANYWAY = (_CLAIMS, "--new-bundle-format", "--experimental-oci11")
_PASSED_OVER = {
    "--rekor-url": "no log is asked: what it signed is held against the trusted root",
    "--max-workers": "not needed here",
}
_ELSEWHERE = {
    "--use-signed-timestamps": "leave it out: a timestamp that is there is always checked, and the report says who "
    "tells the time; that there must be one cannot be asked for",
    "--ca-intermediates": "put these certificates into the file of --ca, before the authority's own",
    "--timestamp-certificate-chain": "whose timestamps count is in the trusted root: --trusted-root FILE",
    "--rfc3161-timestamp": "a timestamp counts inside of a bundle",
    "--digest": "name the digest in the place of the file: sha256:…",
    "--sk": "keys are files here: --key FILE",
}


class SignatureCommand(click.Command):
    """A command whose line may be one of cosign's."""

    def __init__(self, name: str | None, params: list[click.Parameter] | None = None, **rest: Any) -> None:  # noqa: ANN401
        super().__init__(name, params=[*(params or ()), *_hidden_options()], **rest)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words, those of cosign in ours."""
        return super().parse_args(ctx, list(_ours(ctx, args)))


def told_words() -> tuple[str, ...]:
    """Return what is to be said of the words of cosign on this command line."""
    return tuple(click.get_current_context().meta.get(_NOTES, ()))


def _ours(context: click.Context, words: Sequence[str]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if word == "--":
            yield word
            yield from rest
        elif name in _FLAGS and equals:
            yield from _flag(context, name, value)
        elif name in _OUTPUT:
            wanted = value if equals else next(rest, "")
            _tell(context, f"{name} {wanted}: the form is this program's own, as with --format {wanted}")
            yield from ("--format", wanted)
        else:
            yield word


def _flag(context: click.Context, name: str, value: str) -> Iterator[str]:
    is_on = _BOOLS.get(value)
    if is_on is None:
        raise click.UsageError(f"{name} is true or false, and not {value[:40]!r}.", ctx=context)
    if not is_on and name == _CLAIMS:
        raise click.UsageError(f"{name}=false: what is signed is always held against the artifact.", ctx=context)
    if is_on:
        yield name


def _tell(context: click.Context, note: str) -> None:
    context.meta.setdefault(_NOTES, []).append(note)


def _passed_over(context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> None:
    if texts:
        _tell(context, f"{option.opts[0]}: {_PASSED_OVER[option.opts[0]]}")


def _refused(context: click.Context, option: click.Parameter, found: tuple[str, ...] | int) -> None:
    if found:
        fault = click.UsageError(f"{option.opts[0]} is cosign's, and not taken here.", ctx=context)
        fault.add_note(_ELSEWHERE[option.opts[0]])
        raise fault


def _hidden_options() -> Iterator[click.Option]:
    for name in _DONE_ANYWAY:
        yield _hidden(name, is_flag=True)
    for name in _PASSED_OVER:
        yield _hidden(name, multiple=True, callback=_passed_over)
    for name in _ELSEWHERE:
        yield _hidden(name, callback=_refused, **({"count": True} if name in _FLAGS else {"multiple": True}))


def _hidden(name: str, **more: Any) -> click.Option:  # noqa: ANN401 - as click.Option
    return click.Option([name, f"_cosign{name.replace('-', '_')}"], hidden=True, expose_value=False, **more)
