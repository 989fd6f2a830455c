"""The values of --format: what is written where, and how it gets there."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import click

from supplymatrix.cli.files import append_to, write_file
from supplymatrix.cli.streams import write_stdout
from supplymatrix.errors import InputError
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value

__all__ = ["ReportTarget", "is_step_summary", "parse_targets", "refuse_shared", "write_targets"]


@value(kw_only=False)
class ReportTarget:
    """One --format. file: None = stdout."""

    format: str
    file: Path | None


def parse_targets(
    words: Sequence[str], known: Collection[str], *, otherwise: Sequence[str] = ("text",)
) -> tuple[ReportTarget, ...]:
    """Read the values of --format. otherwise: what stands for none at all.

    Raises click.UsageError for an unknown format, or two for one file or stdout.
    """
    targets = []
    for word in words or otherwise:
        name, equals, file = word.partition("=")
        if name.partition(",")[0] in known and "," in name:
            fault = click.UsageError(f"--format {word}: each --format names one format.")
            fault.add_note(f"repeat --format: {' '.join(f'--format {part}' for part in word.split(',') if part)}")
            raise fault
        if name not in known:
            near = nearest(name, known)
            others = "" if near else f"; there are {', '.join(known)}"
            fault = click.UsageError(f"There is no format {name[:60]!r}{others}.")
            if near:
                fault.add_note(f"did you mean {near!r}?")
            raise fault
        if equals and not file:
            raise click.UsageError(f"--format {word}: a file name is missing behind the equals sign.")
        targets.append(ReportTarget(name, Path(file) if file else None))
    refuse_shared(targets)
    return tuple(targets)


def refuse_shared(targets: Sequence[ReportTarget]) -> None:
    """Raise click.UsageError when two outputs would go to one file, or to stdout."""
    files = [target for target in targets if target.file is not None]
    if len(targets) - len(files) > 1:
        example = f"{targets[-1].format}=report.{targets[-1].format.replace('-', '.')}"
        raise click.UsageError(f"Two formats cannot share stdout: give one of them a file, as in {example}.")
    named: set[str] = set()
    for target in files:
        real = os.path.realpath(target.file or "")
        if real in named:
            raise click.UsageError(f"Two formats cannot share the file {target.file}: give each a file of its own.")
        named.add(real)


def write_targets(
    targets: Sequence[ReportTarget],
    render: Callable[[ReportTarget], str],
    on_written: Callable[[ReportTarget, bytes], None] | None = None,
) -> None:
    """Write every format; one that cannot be written does not keep the others from being written.

    on_written: is handed each that was, with its bytes, before the next one is rendered.
    Raises InputError with the faults of all, BrokenPipeError when nobody reads stdout any more. What nobody has
    foreseen is raised as it is, with the faults of the others as its notes.
    """
    faults: list[Exception] = []
    for target in targets:
        try:
            text = render(target)
            _write(target, text)
            if on_written is not None:
                on_written(target, text.encode("utf-8", "backslashreplace"))
        except Exception as err:  # noqa: BLE001 - raised below, when the others are written
            faults.append(err)
    told = [diagnostic for err in faults if isinstance(err, InputError) for diagnostic in err.diagnostics]
    unforeseen = next((err for err in faults if not isinstance(err, InputError | BrokenPipeError)), None)
    if unforeseen is not None:
        for diagnostic in told:
            unforeseen.add_note(str(diagnostic))
        raise unforeseen
    if told:
        raise InputError(*told)
    if faults:
        raise faults[0]


def _write(target: ReportTarget, text: str) -> None:
    if target.file is None:
        write_stdout(text, with_commands=target.format == "github")
    elif is_step_summary(target.file):
        append_to(target.file, text)
    else:
        write_file(target.file, text)


def is_step_summary(path: Path) -> bool:
    """Return whether a file is the one that GitHub shows as the summary of a step, to which several steps add."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY", "")
    return bool(summary) and os.path.realpath(summary) == os.path.realpath(path)
