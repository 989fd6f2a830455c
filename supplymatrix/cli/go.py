"""`supplymatrix go -- build ./...`: the go command, with a look at what it compiles, and at what it leaves."""

from __future__ import annotations

import os
import sys
from time import perf_counter

import click

from supplymatrix.cli.options import console_options, log_options, policy_options
from supplymatrix.cli.output import Console, wants_color
from supplymatrix.cli.streams import is_terminal, write_stderr
from supplymatrix.engine.events import Event, Message
from supplymatrix.engine.go_wrapper import CAREFUL, GoRequest, GoWrapper, Looked
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.errors import SupplymatrixError
from supplymatrix.gomod.go_line import Handling
from supplymatrix.reports.go_view import (
    GoView,
    ProgramView,
    say_after,
    say_before,
    say_faults,
    say_loose,
    say_notes,
    say_secrets,
)
from supplymatrix.sources.go_run import become_go, end_by, run_go

__all__ = ["go"]

_EPILOG = """\b
Exit codes: that of go. Where a look before it fails go is not run, and it is
that of the look: 1 policy violated, 2 broken input, 3 something could not be
had, 4 something is not what the log proves. Where go ends with 0 and a look
after it fails: the same.

Between our reading of a file and go's somebody may change it. A file that was
written to meanwhile is told after the run, which then ends with 3 or 4. Whoever
can set the clock back, or write to the cache of compiled packages (GOCACHE), is
not seen: docs/go-wrapper.md has the whole list.
"""


@click.command(epilog=_EPILOG, context_settings={"allow_interspersed_args": False})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="-- GO-ARGUMENT...")
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice(sorted(CAREFUL)),
    help="Run go with this flag although little is known of what it compiles then.",
)
@policy_options
@log_options
@console_options
def go(
    arguments: tuple[str, ...], *, allow: tuple[str, ...], policy: PolicySource, means: Means, console: Console
) -> int:
    """Run the go command, and hold what it compiles against the log: supplymatrix go -- build ./...

    Before build, install, run, test, vet, generate and tool: the policy, every line of go.sum, and the bytes of the
    modules in the module cache, or of vendor/. After them, and after get, mod and work: the modules that were fetched,
    go.sum where it has changed, and what the programs that were built say of themselves.
    """
    wrapper = GoWrapper(GoRequest(arguments=arguments, means=means, policy=policy, allowed=frozenset(allow)))
    if wrapper.handling is Handling.THROUGH:
        ended = become_go(wrapper.go, arguments)
    else:
        teller = _Teller(wrapper, console)
        teller.say(say_loose(wrapper.loose))
        begin = perf_counter()
        before = wrapper.before(teller.on_event)
        view = teller.view(before, perf_counter() - begin)
        teller.tell(before, view)
        teller.say(say_before(view, verbose=console.verbose) if wrapper.handling is Handling.GUARDED else "")
        if before.exit_code:
            return before.exit_code
        ended = run_go(wrapper.go, arguments)
        if ended.is_cut and ended.code:
            teller.say("supplymatrix: interrupted; what go has fetched or built was not looked at\n")
        else:
            code = _look_after(wrapper, teller, ended.code, console)
            if not ended.code:
                return code
    if ended.signal:
        end_by(ended.signal)
    return ended.code


def _look_after(wrapper: GoWrapper, teller: _Teller, code: int, console: Console) -> int:
    """Look at what the go command has left, and return the exit code of that."""
    begin = perf_counter()
    try:
        after = wrapper.after(code, teller.on_event)
    except SupplymatrixError as err:
        if not code:
            raise
        console.warn(str(err))
        return code
    view = teller.view(after, perf_counter() - begin)
    teller.tell(after, view)
    teller.say(say_secrets(view))
    teller.say(say_after(view, code=code, verbose=console.verbose))
    return after.exit_code


class _Teller:
    """Tells on stderr, which it shares with the go command."""

    def __init__(self, wrapper: GoWrapper, console: Console) -> None:
        self._wrapper = wrapper
        self._console = console
        self._color = wants_color(console.color, sys.stderr, os.environ)

    def on_event(self, event: Event) -> None:
        """Show progress on a terminal alone: elsewhere the lines are those of the go command."""
        if isinstance(event, Message) or is_terminal(sys.stderr):
            self._console.on_event(event)

    def say(self, text: str) -> None:
        self._console.end_line()
        if text and not self._console.quiet:
            write_stderr(text)

    def view(self, looked: Looked, seconds: float) -> GoView:
        return GoView(
            exit_code=looked.exit_code,
            total=looked.looked_at,
            modules=looked.modules,
            by_sum=looked.by_sum,
            unread=looked.unread,
            notes=looked.notes,
            in_vendor=looked.in_vendor,
            compared=looked.compared,
            copies=looked.copies,
            files=looked.files,
            seconds=seconds,
            has_project=self._wrapper.project is not None,
            is_vendored=self._wrapper.is_vendored,
            was_judged=looked.survey is not None,
            faults=tuple((fault.code, fault.text) for fault in looked.faults),
            programs=tuple(
                ProgramView(
                    path=program.path,
                    modules=program.modules,
                    faults=tuple((fault.code, fault.text) for fault in program.faults),
                    by_sum=program.by_sum,
                    unhashed=program.unhashed,
                    secrets=program.secrets,
                )
                for program in looked.programs
            ),
            secrets=looked.secrets,
        )

    def tell(self, looked: Looked, view: GoView) -> None:
        """Tell what is wrong, also when quiet."""
        self._console.end_line()
        if not looked.exit_code:
            self.say(say_notes(view))
            return
        if looked.survey is not None and looked.survey.exit_code not in (0, 5):
            from supplymatrix.reports.registry import render_survey

            write_stderr(render_survey(looked.survey, "text", color=self._color, verbose=self._console.verbose))
        write_stderr(say_faults(view, color=self._color))
