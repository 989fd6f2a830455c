"""The command line: finds the command, runs it, and turns whatever happens into a message and an exit code.

Commands are imported when they are run, so that `--help` and a mistyped name cost nothing. The one broad `except` of
the program is here.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Sequence
from typing import Any

import click

from supplymatrix import __version__
from supplymatrix.cli.alarm import ALARM, alarm_of
from supplymatrix.cli.streams import flush_stdout, is_terminal, let_go, write_stderr
from supplymatrix.errors import InputError, SourceError, SupplymatrixError, TransportError, TrustError
from supplymatrix.model.spelling import nearest

__all__ = ["COMMANDS", "run"]

COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("check", "supplymatrix.cli.check:check", "Prove a project's go.sum against the log and judge it by its policy."),
    ("changes", "supplymatrix.cli.changes:changes", "Show which modules a change brings, and what is known of them."),
    ("go", "supplymatrix.cli.go:go", "Run the go command, and hold what it compiles and builds against the log."),
    (
        "prove",
        "supplymatrix.cli.prove:prove",
        "Write the proofs of a go.sum beside it, so that checks need no network.",
    ),
    (
        "verify",
        "supplymatrix.cli.verify:verify",
        "Prove a module version; or the module cache, vendor/, Go itself, programs.",
    ),
    (
        "verify-report",
        "supplymatrix.cli.verify_report:verify_report",
        "Verify signed reports, and the files that they name.",
    ),
    (
        "audit",
        "supplymatrix.cli.audit:audit",
        "Look beyond go.sum: vulnerabilities, FIPS, C code, leaks, credentials, vendors.",
    ),
    ("fix", "supplymatrix.cli.fix:fix", "Plan the fewest updates that clear known vulnerabilities."),
    ("vex", "supplymatrix.cli.vex:vex", "Write VEX: which known vulnerabilities concern you, and which do not."),
    ("terms", "supplymatrix.cli.terms:terms", "Show what the licence of Go lets you do, and what it asks."),
    ("trust", "supplymatrix.cli.trust:trust", "Show what signatures are verified with, or fetch what is newer."),
    (
        "trace",
        "supplymatrix.cli.trace:trace",
        "Trace a program or an image: who built it, and of which modules, each link by its log.",
    ),
    ("graph", "supplymatrix.cli.graph:graph", "Show the build list: every module, and which of them give packages."),
    ("why", "supplymatrix.cli.graph:why", "Show by which requirements a module comes into the build list."),
    ("sbom", "supplymatrix.cli.sbom:sbom", "Make a project's bill of materials; validate, verify, compare others."),
    (
        "licences",
        "supplymatrix.cli.licences:licences",
        "Show the licence of every module, from its own files, and what it asks.",
    ),
    ("notice", "supplymatrix.cli.notice:notice", "Write the third-party notices that go with a program."),
    ("response", "supplymatrix.cli.response:response", "Show how fast channels, and you, fixed Go's CVEs."),
    ("score", "supplymatrix.cli.score:score", "Show how a project's score comes about, and where the next points are."),
    ("policy", "supplymatrix.cli.policy:policy", "Show, write, test and compare policies."),
    ("waive", "supplymatrix.cli.waive:waive", "Take a finding upon yourself in lift.toml: why, and until when."),
    (
        "compliance",
        "supplymatrix.cli.compliance:compliance",
        "Show what the checks say of the clauses of a framework: SSDF, SLSA, CRA, PCI DSS, MLPS.",
    ),
    (
        "vendors",
        "supplymatrix.cli.vendors:vendors",
        "Show and check what is known of vendors, each cell with its source.",
    ),
    ("matrix", "supplymatrix.cli.matrix:matrix", "Compare support paths for Go, each cell down to its dated source."),
    (
        "decide",
        "supplymatrix.cli.decide:decide",
        "Say which path fits your needs, how surely, and what would change it.",
    ),
    ("claims", "supplymatrix.cli.claims:claims", "Show what is said about support for Go, and what the sources say."),
    ("entries", "supplymatrix.cli.entries:entries", "Draw where vendors enter a build, from source to runtime."),
    ("feeds", "supplymatrix.cli.feeds:feeds", "Fetch vendors' advisory feeds, and show of which day they are."),
    ("compare", "supplymatrix.cli.compare:compare", "Compare vendors by what they cover of your own projects."),
    ("tui", "supplymatrix.cli.tui:tui", "Open the terminal app: compare, audit, follow a proof by keys."),
    ("rules", "supplymatrix.cli.rules:rules", "List all rules."),
    ("explain", "supplymatrix.cli.explain:explain", "Explain a rule: what it means, why, what to do."),
    ("schema", "supplymatrix.cli.schema:schema", "Print the JSON Schema of a report."),
    ("cache", "supplymatrix.cli.cache:cache", "Show or clear what was learned from the log."),
    ("config", "supplymatrix.cli.config:config", "Show the settings of this machine, and where each comes from."),
    ("doctor", "supplymatrix.cli.doctor:doctor", "Look at this machine: is it fit for a check, and what to do."),
    ("completion", "supplymatrix.cli.completion:completion", "Print the script for completion in a shell."),
)
_COMPLETE = "_SUPPLYMATRIX_COMPLETE"  # set by a shell that asks for completions
_MEANT = re.compile(r" \(?(?:Did you mean(?: one of:)?|Possible options:) ([^?)]+)\??\)?$")  # as click guesses
_NO_CHOICE = re.compile(r"'(.*)' is not one of ", re.DOTALL)
_EXITS = """\b
Exit codes:
  0 pass            3 incomplete: needed evidence could not be had
  1 policy violated 4 trust alarm
  2 broken input    5 nothing to check      70 internal error"""


_COSIGNS = ("verify-blob", "verify-attestation", "verify-blob-attestation")
"""Commands of cosign that have another name here."""


class _Commands(click.Group):
    """A group whose commands are modules, imported when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return [name for name, _, _ in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        for name, target, _ in COMMANDS:
            if name == cmd_name:
                module, _, attribute = target.partition(":")
                command = getattr(importlib.import_module(module), attribute)
                return command if isinstance(command, click.Command) else None
        return None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:  # noqa: ANN401 - click's own type
        name = args[0] if args else ""
        if self.get_command(ctx, name) is None:
            near = nearest(name, self.list_commands(ctx))
            fault = click.UsageError(f"There is no command {name!r}.", ctx)
            if name in ("help", "version"):
                fault.add_note(f"supplymatrix --{name}")
            elif name in _COSIGNS:
                fault.add_note(f"supplymatrix verify {name.rpartition('-')[2]}")
            elif near:
                fault.add_note(f"did you mean {near!r}?")
            raise fault
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Return the commands and options that go on as was begun, without importing the commands."""
        from click.shell_completion import CompletionItem

        known = [CompletionItem(name, help=text) for name, _, text in COMMANDS if name.startswith(incomplete)]
        return [*known, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, _, text in COMMANDS])


@click.group(cls=_Commands, epilog=_EXITS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="supplymatrix %(version)s")
def cli() -> None:
    """Prove what a Go project is made of against the checksum log, and gate it by policy."""


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; every failure has been told on stderr."""
    code = 0
    try:
        code = _run(arguments or _alone())
        flush_stdout()
    except BrokenPipeError as err:
        let_go(sys.stdout)
        return _weigh(err, 141, code)
    except InputError as err:
        return _weigh(err, _tell(err, arguments), code)
    return code


def _alone() -> Sequence[str]:
    """Return the command of `supplymatrix` alone: the app on a terminal, elsewhere nothing, which prints the help."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return ("tui",) if _COMPLETE not in os.environ and all(map(is_terminal, streams)) else ()


def _weigh(err: BaseException, code: int, decided: int = 0) -> int:
    """Return the exit code of a failure: its own, but an alarm's where one was decided and could not be told."""
    alarm = alarm_of(err)
    if alarm:
        _say(alarm)
    return ALARM if alarm or decided == ALARM else code


def _run(arguments: Sequence[str]) -> int:
    try:
        result = _invoke(arguments)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, click.exceptions.Abort) as err:
        end = "\n" if is_terminal(sys.stderr) else ""  # behind what the terminal echoes, and behind moving progress
        write_stderr(f"{end}interrupted; what was proven so far is kept in the cache\n")
        return _weigh(err, 130)
    except click.ClickException as err:
        _tell_usage(err)
        return 2
    except BrokenPipeError:
        raise
    except SupplymatrixError as err:
        return _weigh(err, _tell(err, arguments))
    except Exception as err:  # noqa: BLE001 - the one place where nothing may pass
        return _weigh(err, _tell_internal(err))
    return result if isinstance(result, int) else 0


def _invoke(arguments: Sequence[str]) -> object:
    """Run the command without click's own end of a program, which takes an interrupt and a closed pipe for failures."""
    if _COMPLETE in os.environ:
        from supplymatrix.cli.completion import prepare_completion

        prepare_completion()
        cli.main(args=list(arguments), prog_name="supplymatrix", complete_var=_COMPLETE)
    with cli.make_context("supplymatrix", list(arguments)) as context:
        return cli.invoke(context)


def _tell(err: SupplymatrixError, arguments: Sequence[str]) -> int:
    from supplymatrix.cli.output import wants_color
    from supplymatrix.reports.diagnostic import render_diagnostics, render_problem

    color = wants_color("auto", sys.stderr, os.environ)
    if isinstance(err, InputError):
        verbose = bool({"-v", "--verbose"} & set(arguments))
        hint = "all of them with --verbose" if _takes_verbose(arguments) else ""
        _say(render_diagnostics(err.diagnostics, color=color, verbose=verbose, hint=hint), is_rendered=True)
        return 2
    if isinstance(err, TrustError):
        _say(
            render_problem("alarm", str(err), [*getattr(err, "__notes__", ()), *_evidence(err)], color=color),
            is_rendered=True,
        )
        return 4
    remedy = err.remedy if isinstance(err, SourceError | TransportError) else ""
    _say(render_problem("error", str(err), [f"next: {remedy}"] if remedy else [], color=color), is_rendered=True)
    return 3


def _takes_verbose(arguments: Sequence[str]) -> bool:
    """Return whether the command that was run has the option --verbose."""
    command: click.Command | None = cli
    for word in arguments:
        if isinstance(command, click.Group):
            command = command.get_command(click.Context(command), word)
    return command is not None and any("--verbose" in option.opts for option in command.params)


def _tell_usage(err: click.ClickException) -> None:
    """Tell a wrong use of the command line in the form of all other errors; click's own guesses become the remedy."""
    from supplymatrix.cli.output import wants_color
    from supplymatrix.reports.diagnostic import render_problem

    message = err.format_message()
    if message.startswith("Usage: "):  # no arguments at all: this is the help itself
        _say(message)
        return
    said, meant = message, ""
    if found := _MEANT.search(message):
        said, meant = message[: found.start()], f"did you mean {found[1]}?"
    context = err.ctx if isinstance(err, click.UsageError) else None
    usage = f"{context.command_path if context else 'supplymatrix'} --help"
    remedy = next(iter(getattr(err, "__notes__", ())), "") or meant or _meant_choice(err) or usage
    said = f"{said[:1].lower()}{' '.join(said[1:].split())}".rstrip(".")
    color = wants_color("auto", sys.stderr, os.environ)
    _say(render_problem("error", said, [f"next: {remedy}"], color=color), is_rendered=True)


def _meant_choice(err: click.ClickException) -> str:
    """Return which of an option's words was probably meant, "" where none was."""
    kind = err.param.type if isinstance(err, click.BadParameter) and err.param is not None else None
    found = _NO_CHOICE.search(err.message)
    near = nearest(found[1], map(str, kind.choices)) if isinstance(kind, click.Choice) and found else ""
    return f"did you mean {near!r}?" if near else ""


def _evidence(err: TrustError) -> list[str]:
    return [f"evidence: {name}, {len(data):,} bytes" for name, data in err.evidence.items()]


def _tell_internal(err: Exception) -> int:
    if os.environ.get("SUPPLYMATRIX_DEBUG") == "1":
        raise err
    kind = type(err).__name__
    notes = "".join(f"\n{note}" for note in getattr(err, "__notes__", ()))
    _say(
        f"internal error: {kind}: {str(err)[:300]}{notes}\n"
        "This is a fault of supplymatrix. SUPPLYMATRIX_DEBUG=1 shows where."
    )
    return 70


def _say(text: str, *, is_rendered: bool = False) -> None:
    """Tell a text. is_rendered: whoever made it has made plain what is not ours, and its colours may stay."""
    from supplymatrix.reports.plain import plain_lines

    write_stderr((text if is_rendered else plain_lines(text)).rstrip("\n") + "\n")
