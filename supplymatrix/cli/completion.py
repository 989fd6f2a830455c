"""`supplymatrix completion`: the scripts that let a shell complete command lines.

The shell runs the program again at each TAB; only the command that is being completed is imported then.
"""

from __future__ import annotations

import os
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from supplymatrix.cli.streams import write_stdout

__all__ = ["PowerShellComplete", "completion", "prepare_completion"]

_PROGRAM = "supplymatrix"
_VARIABLE = "_SUPPLYMATRIX_COMPLETE"
_WORDS = "_SUPPLYMATRIX_WORDS"
_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    # Words that end before the cursor are whole; the one at the cursor, perhaps none, comes last.
    $whole = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    $before = @($env:%(complete_var)s, $env:%(words_var)s)
    try {
        $env:%(complete_var)s = 'powershell_complete'
        $env:%(words_var)s = ($whole + @("$wordToComplete")) -join "`n"
        $answers = @(& %(prog_name)s 2>$null)
    } finally {
        $env:%(complete_var)s, $env:%(words_var)s = $before
    }
    foreach ($answer in $answers) {
        $type, $text, $help = $answer -split "`t", 3
        # For files nothing is said: PowerShell then completes them itself.
        if ($type -eq 'plain') {
            if (-not $help) { $help = $text }
            [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $help)
        }
    }
}
"""


class PowerShellComplete(ShellComplete):
    """Completion for PowerShell 5 and later. Untested: written from PowerShell's documentation.

    The script hands over the words before the cursor, a line each, and reads `type TAB text TAB help` lines.
    """

    name = "powershell"
    source_template = _POWERSHELL

    def source_vars(self) -> Any:  # noqa: ANN401 - click's own type differs by version
        """Return what the script is made of."""
        return {**super().source_vars(), "words_var": _WORDS}

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the whole words, and the one to complete."""
        *words, last = os.environ.get(_WORDS, "").split("\n")
        return words, last

    def format_completion(self, item: CompletionItem) -> str:
        """Return one answer as a line."""
        help_text = " ".join((item.help or "").split())
        return f"{item.type}\t{item.value}\t{help_text}"


_SHELLS: dict[str, tuple[type[ShellComplete], str, str]] = {
    "bash": (BashComplete, "~/.bashrc (bash 4.4 or newer)", 'eval "$(supplymatrix completion bash)"'),
    "zsh": (ZshComplete, "~/.zshrc, behind compinit", 'eval "$(supplymatrix completion zsh)"'),
    "fish": (FishComplete, "~/.config/fish/config.fish", "supplymatrix completion fish | source"),
    "powershell": (PowerShellComplete, "$PROFILE", "supplymatrix completion powershell | Out-String | iex"),
}
"""Shell → what answers it, the file that it reads at its start, and the line to add there."""
_HOW = "\b\nTo switch it on, add one line:\n" + "".join(
    f"  to {file}\n    {line}\n" for _, file, line in _SHELLS.values()
)


def prepare_completion() -> None:
    """Make our own shells known; to be called before a shell's question is answered."""
    add_completion_class(PowerShellComplete)


@click.command(epilog=_HOW)
@click.argument("shell", type=click.Choice(list(_SHELLS)))
def completion(shell: str) -> None:
    """Print the script that lets a SHELL complete commands, options, rules and formats at TAB."""
    from supplymatrix.cli.main import cli

    kind = _SHELLS[shell][0]
    # Not `source()` of the class: that of bash starts a bash to ask for its version.
    write_stdout(ShellComplete.source(kind(cli, {}, _PROGRAM, _VARIABLE)).rstrip("\n") + "\n")
