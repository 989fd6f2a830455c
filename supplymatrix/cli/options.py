"""Options that several commands share."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from supplymatrix.cli.words import complete_formats
from supplymatrix.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from supplymatrix.model.audit_family import AuditFamily

__all__ = [
    "FileName", "audit_option", "console_options", "log_options", "network_options", "notify_option", "paths_argument",
    "policy_options", "policy_options_to", "refuse_preset_name", "remote_options", "report_options", "said",
    "tags_option",
]  # fmt: skip

_MEANS = ("offline", "replay", "record", "cache_dir", "ca_file", "send_private", "refresh", "jobs")
_CACHE_DIR = click.option("--cache-dir", type=click.Path(path_type=Path), metavar="DIR", help="Keep the cache here.")
_CA_FILE = click.option(
    "--ca-file", type=click.Path(path_type=Path), metavar="FILE", help="Trust these certificates (PEM) too."
)
F = TypeVar("F", bound=Callable[..., Any])
_EMPTY = "it is empty, and would ask for nothing; is a variable of the shell not set?"


def said(context: click.Context, option: click.Parameter, found: Any) -> Any:  # noqa: ANN401 - as click has it
    """Return what was given to an option that takes text, "" for nothing: its default is None.

    An empty text is refused. It would be taken for the option not being there, and what it asks for would not be asked.
    """
    texts = found if isinstance(found, tuple) else (() if found is None else (found,))
    if any(isinstance(text, str) and not text.strip() for text in texts):
        raise click.BadParameter(_EMPTY, ctx=context, param=option)
    return "" if found is None else found


class FileName(click.Path):
    """The name of a file; an empty one, which would be the current folder, is refused."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the path."""
        if isinstance(value, str) and not value.strip():
            self.fail(_EMPTY, param, ctx)
        return super().convert(value, param, ctx)


def log_options(command: F) -> F:
    """Add the options of `Means`; the command gets it as `means`, with this process's environment and the time.

    What the command line leaves open is taken from the environment and from settings.toml.
    """

    @functools.wraps(command)
    def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        from supplymatrix.engine.means import Means

        chosen = _with_settings({name: kwargs.pop(name) for name in _MEANS})
        means = Means(environ=os.environ, now=datetime.now(UTC), **chosen)
        return command(*args, means=means, **kwargs)

    options = (
        click.option(
            "--offline/--online",
            default=None,
            help="Use no network, only what is cached under the trusted head; or use it in spite of settings.",
        ),
        click.option(
            "--replay", type=click.Path(path_type=Path), metavar="DIR", help="Ask a folder of recorded answers instead."
        ),
        click.option(
            "--record",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="Write the log's answers to DIR, for --replay.",
        ),
        _CACHE_DIR,
        _CA_FILE,
        click.option("--send-private", is_flag=True, help="Let names under GOPRIVATE and GONOSUMDB go to the log."),
        click.option("--refresh", is_flag=True, help="Ask for a new head even if the trusted one is young."),
        click.option("--jobs", type=click.IntRange(1, 16), help="Requests at a time; 16 when left out."),
    )
    return cast("F", _apply(wrapped, options))


def remote_options(command: F) -> F:
    """Add --allow-remote-policy with what a fetch needs, to a command that asks no log.

    The command gets `allow_remote`, and `means`, as with `log_options`.
    """

    @functools.wraps(command)
    def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        from supplymatrix.engine.means import Means

        chosen = {name: kwargs.pop(name) for name in ("offline", "cache_dir", "ca_file")}
        chosen = _with_settings({"jobs": None, "refresh": False, **chosen})
        means = Means(environ=os.environ, now=datetime.now(UTC), **chosen)
        return command(*args, means=means, **kwargs)

    options = (
        click.option(
            "--allow-remote-policy",
            "allow_remote",
            is_flag=True,
            help="Fetch what lift.toml builds on from the https addresses that it names, each by its digest.",
        ),
        click.option("--offline/--online", default=None, help="Fetch nothing; or do so in spite of settings."),
        _CACHE_DIR,
        _CA_FILE,
    )
    return cast("F", _apply(wrapped, options))


def network_options(command: F) -> F:
    """Add what a command needs that asks servers and no log; it gets `means`, as with `log_options`."""

    @functools.wraps(command)
    def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        from supplymatrix.engine.means import Means

        chosen = {name: kwargs.pop(name) for name in ("offline", "ca_file", "jobs")}
        chosen = _with_settings({"cache_dir": None, "refresh": False, **chosen})
        return command(*args, means=Means(environ=os.environ, now=datetime.now(UTC), **chosen), **kwargs)

    options = (
        click.option("--offline/--online", default=None, help="Use no network; or use it in spite of settings."),
        _CA_FILE,
        click.option("--jobs", type=click.IntRange(1, 16), help="Requests at a time; 16 when left out."),
    )
    return cast("F", _apply(wrapped, options))


def _with_settings(chosen: dict[str, Any]) -> dict[str, Any]:
    """Return the options with this machine's settings where the command line is silent."""
    from supplymatrix.engine.settings import load_settings

    settings = load_settings(os.environ)
    said = {
        "offline": settings.offline,
        "jobs": settings.jobs,
        "cache_dir": settings.cache_dir,
        "ca_file": settings.ca_file,
    }
    offline_here = chosen["offline"]
    chosen |= {name: found for name, found in said.items() if chosen[name] is None}
    chosen["cache_bytes"] = settings.cache_bytes
    if chosen["offline"] and chosen["refresh"]:
        if offline_here:
            raise click.UsageError("--offline and --refresh exclude each other.")
        origin = settings.origins["network.offline"]
        fault = click.UsageError(f"--refresh needs the network, which is switched off ({origin}).")
        fault.add_note("--online switches it on for this run")
        raise fault
    return chosen


def paths_argument(command: F) -> F:
    """Add PATH… and -r; the command gets `paths` (the current folder when none is named) and `recursive`."""

    @functools.wraps(command)
    def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        paths = kwargs.pop("paths") or (Path(),)
        return command(*args, paths=paths, **kwargs)

    options = (
        click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]..."),
        click.option(
            "-r", "--recursive", is_flag=True, help="Every go.mod below too; vendor and testdata are skipped."
        ),
    )
    return cast("F", _apply(wrapped, options))


def policy_options_to(purpose: str) -> Callable[[F], F]:
    """Return what adds --policy, --policy-from and --allow-remote-policy. purpose: what the file is taken for.

    The command gets `policy`: where the policies of this run are taken from.
    """

    def add(command: F) -> F:
        @functools.wraps(command)
        def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
            from supplymatrix.engine.policy_source import PolicySource

            file, revision = kwargs.pop("policy_file"), kwargs.pop("revision")
            refuse_preset_name(file)
            source = PolicySource(file=file, revision=revision, allow_remote=kwargs.pop("allow_remote_policy"))
            return command(*args, policy=source, **kwargs)

        options = (
            click.option("--policy", "policy_file", type=click.Path(path_type=Path), help=purpose),
            click.option(
                "--policy-from", "revision", default="", metavar="REV", help="Take lift.toml from this git revision."
            ),
            click.option(
                "--allow-remote-policy",
                is_flag=True,
                help="Fetch what the policy builds on from the https addresses that it names, each by its digest.",
            ),
        )
        return cast("F", _apply(wrapped, options))

    return add


def policy_options(command: F) -> F:
    """Add --policy, --policy-from and --allow-remote-policy to a command that judges, which gets `policy`."""
    return policy_options_to("Judge by this file, not by lift.toml.")(command)


def tags_option(command: F) -> F:
    """Add --tags; the command gets `tags`: sorted, () for none, None when nothing was said, so that GOFLAGS counts."""

    def read(context: click.Context, option: click.Parameter, text: str | None) -> tuple[str, ...] | None:
        words = sorted({word.strip() for word in (text or "").split(",")} - {""})
        for word in words:
            if not all(letter in "_." or letter.isalnum() for letter in word):
                fault = f"{word[:60]!r} is no build tag; several are parted by commas."
                raise click.BadParameter(fault, ctx=context, param=option)
        return tuple(words) if text is not None else None

    option = click.option(
        "--tags", metavar="TAG,…", callback=read, help="Packages as they are built with these tags, else as in GOFLAGS."
    )
    return option(command)


def audit_option(command: F) -> F:
    """Add --audit; the command gets `audits`, the families that are looked at whatever the policies say."""

    @functools.wraps(command)
    def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        return command(*args, audits=_families(kwargs.pop("families")), **kwargs)

    option = click.option(
        "--audit",
        "families",
        multiple=True,
        metavar="FAMILY,…|all",
        help="Look beyond go.sum too: vulns, crypto, cgo, sources, path. May be given several times.",
    )
    return cast("F", _apply(wrapped, (option,)))


def _families(texts: tuple[str, ...]) -> frozenset[AuditFamily]:
    """Return the families that words name, parted by commas. Raises click.UsageError for a word that names none."""
    if not texts:
        return frozenset()
    from supplymatrix.model.audit_family import AuditFamily
    from supplymatrix.model.spelling import nearest

    known = {family.value: frozenset({family}) for family in AuditFamily}
    known |= {"all": frozenset(AuditFamily), "fips": frozenset({AuditFamily.CRYPTO})}
    found: frozenset[AuditFamily] = frozenset()
    for word in (word.strip().lower() for text in texts for word in text.split(",")):
        if word not in known:
            near = nearest(word, tuple(known))
            hint = f" Did you mean {near}?" if near else ""
            raise click.UsageError(
                f"--audit {word[:60]!r}: there is no such family. It is one of {', '.join(known)}.{hint}"
            )
        found |= known[word]
    return found


def notify_option(command: F) -> F:
    """Add --notify; the command gets `webhook`, who is told how the run ended, None for nobody."""

    @functools.wraps(command)
    def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        from supplymatrix.engine.notify import choose_webhook

        return command(*args, webhook=choose_webhook(kwargs.pop("notify"), os.environ), **kwargs)

    option = click.option(
        "--notify",
        metavar="[KIND=]URL",
        help="Tell a webhook how the run ended: json or slack; off = nobody, whatever the settings say.",
    )
    return cast("F", _apply(wrapped, (option,)))


def console_options(command: F) -> F:
    """Add -q, -v and --color; the command gets `console`, an `output.Console`."""

    @functools.wraps(command)
    def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        from supplymatrix.cli.output import Console

        console = Console(quiet=kwargs.pop("quiet"), verbose=kwargs.pop("verbose"), color=kwargs.pop("color"))
        return command(*args, console=console, **kwargs)

    options = (
        click.option("-q", "--quiet", is_flag=True, help="No progress and no hints on stderr."),
        click.option("-v", "--verbose", is_flag=True, help="Every finding in full."),
        click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True),
    )
    return cast("F", _apply(wrapped, options))


def report_options(command: F) -> F:
    """Add --format and the console options; the command gets `targets` and `console`."""

    @functools.wraps(command)
    def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        from supplymatrix.cli.targets import parse_targets
        from supplymatrix.reports.registry import FORMATS

        targets = parse_targets(kwargs.pop("format_"), FORMATS)
        return command(*args, targets=targets, **kwargs)

    option = click.option(
        "--format",
        "format_",
        multiple=True,
        metavar="F[=FILE]",
        shell_complete=complete_formats,
        help="text, json, sarif, html, markdown, summary, github, gitlab, junit, csv or vsa; to FILE or to stdout. "
        "May be given several times.",
    )
    return cast("F", console_options(_apply(wrapped, (option,))))


def refuse_preset_name(policy: Path | None) -> None:
    """Raise InputError when --policy names a preset where it should name a file."""
    from supplymatrix.engine.policy_source import meant_preset

    if policy is None or policy.exists() or not (remedy := meant_preset(str(policy))):
        return
    raise InputError(
        Diagnostic(
            message="the policy cannot be opened: there is no such file",
            artifact=str(policy),
            expected="a file that may be read",
            remedy=remedy,
        )
    )


def _apply(wrapped: Callable[..., object], options: tuple[Callable[..., Any], ...]) -> Any:  # noqa: ANN401 - F again
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped
