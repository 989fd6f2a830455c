"""`supplymatrix sbom`: a project's bill of materials; and `sbom validate`, with others that have files of their own."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.default_group import DefaultCommand, DefaultGroup, table_of
from supplymatrix.cli.options import console_options, log_options, policy_options_to, tags_option
from supplymatrix.cli.output import Console, page_width
from supplymatrix.cli.pages import completing
from supplymatrix.cli.streams import write_stderr
from supplymatrix.cli.targets import ReportTarget, parse_targets, write_targets
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.model.spelling import nearest
from supplymatrix.sbom.formats import FORMATS, canonical_format

if TYPE_CHECKING:
    from supplymatrix.engine.sbom import SbomRequest, SbomRun
    from supplymatrix.engine.sbom_programs import ProgramsSbomRequest
    from supplymatrix.engine.signing import ReportSigner
    from supplymatrix.sbom.document import Creators, Document

__all__ = ["SUBCOMMANDS", "sbom"]

SUBCOMMANDS: Mapping[str, tuple[str, str]] = {
    "validate": ("supplymatrix.cli.sbom_validate:validate", "Hold files against the schema of their format."),
    "diff": ("supplymatrix.cli.sbom_diff:diff", "Show what differs between two bills of materials."),
    "verify": ("supplymatrix.cli.sbom_verify:verify", "Show what is true in a bill of materials, and what is not."),
    "standards": ("supplymatrix.cli.sbom_standards:standards", "Show which fields of which standards a file has."),
}
"""Name → where the command is, and what it does. They are imported when they are run."""
_PARTY = re.compile(r"(?P<name>[^<>()]+?)(?:\s*<(?P<email>[^<>\s]+)>)?(?:\s*\((?P<url>[^()\s]+)\))?")
_SIGNED = "--format cyclonedx-json=sbom.cdx.json writes a file, and its signature beside it"
_KEYS = {
    "author": ("name", "email", ""),
    "manufacturer": ("organization", "organization_email", "organization_url"),
    "supplier": ("supplier", "supplier_email", "supplier_url"),
}
"""By option: the settings of [author] that its name, e-mail address and URL stand above."""
_SPECS = ("1.6", "1.7")
_OF_PROJECTS = (
    ("scope", "--scope"),
    ("goos", "--os"),
    ("goarch", "--arch"),
    ("cgo", "--cgo"),
    ("tags", "--tags"),
    ("use_go", "--go"),
)
"""Options of which a compiled program leaves no choice: name → as it is typed."""
_EXIT_CODES = """\b
Exit codes:
  0 complete      3 with gaps, which the document names
  2 broken input  4 trust alarm

\b
Other commands (a folder of such a name is reached as ./diff):
""" + table_of("sbom", SUBCOMMANDS)


class _Make(DefaultCommand):
    subcommands = SUBCOMMANDS


class _SbomGroup(DefaultGroup):
    """A group that makes a bill of materials unless the first word is another command of it."""

    subcommands = SUBCOMMANDS

    def default_command(self) -> click.Command:
        return make

    def look_at_first(self, word: str) -> None:
        _refuse_mistyped(Path(word))


@click.group(cls=_SbomGroup, add_help_option=False)
def sbom() -> None:
    """Make a bill of materials."""


def _targets(_context: click.Context, _option: click.Parameter, words: tuple[str, ...]) -> tuple[ReportTarget, ...]:
    canonical = []
    for word in words:
        name, equals, file = word.partition("=")
        canonical.append(f"{canonical_format(name)}{equals}{file}")
    return parse_targets(canonical, FORMATS, otherwise=FORMATS[:1])


def _spec(context: click.Context, option: click.Parameter, text: str) -> str:
    """Return a version of CycloneDX, "" for none. Another one is refused, and none is guessed: they are not alike."""
    if text not in ("", *_SPECS):
        fault = f"{text[:40]!r} is not one of {', '.join(map(repr, _SPECS))}."
        raise click.BadParameter(fault, ctx=context, param=option)
    return text


def _party(context: click.Context, option: click.Parameter, text: str) -> tuple[str, str, str] | None:
    """Read "NAME <E-MAIL> (URL)", of which only the name must be there."""
    if not text:
        return None
    found = _PARTY.fullmatch(text.strip())
    if found is None:
        raise click.BadParameter(f"{text[:80]!r} has not the form NAME <E-MAIL> (URL).", ctx=context, param=option)
    return found["name"].strip(), found["email"] or "", found["url"] or ""


@click.command(name="make", cls=_Make, epilog=_EXIT_CODES)
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option(
    "--scope",
    type=click.Choice(["built", "tests", "all"]),
    default="built",
    show_default=True,
    help="What is built; that and what its tests need; the whole build list.",
)
@click.option(
    "--format",
    "targets",
    multiple=True,
    metavar="F[=FILE]",
    callback=_targets,
    shell_complete=completing(FORMATS),
    help="cyclonedx-json, cyclonedx-xml, spdx-json or spdx-3-json; to FILE or to stdout. May be given several times.",
)
@click.option(
    "--spec", callback=_spec, default="", metavar="[1.6|1.7]", help="The version of CycloneDX; 1.6 when left out."
)
@click.option("--os", "goos", default="", metavar="GOOS", help="Packages as they are built for this system.")
@click.option("--arch", "goarch", default="", metavar="GOARCH", help="Packages as they are built for this processor.")
@click.option("--cgo/--no-cgo", default=None, help="Packages as they are built with or without cgo.")
@tags_option
@click.option(
    "--go/--no-go",
    "use_go",
    default=None,
    help="Ask the go command, or never; when left out, only where the files do not say everything.",
)
@click.option("--no-licences", is_flag=True, help="Look for no licences.")
@click.option("--no-zips", is_flag=True, help="Hash no zips and hold none against go.sum: quicker the first time.")
@click.option(
    "--version",
    "version",
    default="",
    metavar="V",
    help="The version of the project; what Go could not use is not in its purl.",
)
@click.option("--licence", default="", metavar="EXPR", help="The licence of the project, as you declare it.")
@click.option("--author", callback=_party, default="", metavar="PARTY", help='Of the document: "NAME <E-MAIL> (URL)".')
@click.option("--manufacturer", callback=_party, default="", metavar="PARTY", help="Who makes the project.")
@click.option("--supplier", callback=_party, default="", metavar="PARTY", help="Who delivers it.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="A report on it, named by its digest.")
@click.option(
    "--sign",
    type=click.Path(path_type=Path),
    metavar="KEY.pem",
    help="Sign the files with this private key, CycloneDX JSON inside too; SUPPLYMATRIX_SIGN_PASSWORD opens it.",
)
@policy_options_to("Take the names that stay private, and the log, from this file.")
@log_options
@console_options
def make(
    path: Path,
    *,
    targets: tuple[ReportTarget, ...],
    spec: str,
    sign: Path | None,
    report: Path | None,
    policy: PolicySource,
    means: Means,
    console: Console,
    **said: Any,  # noqa: ANN401 - what click parsed
) -> int:
    """Make the bill of materials of a Go project: what it is made of, proven, with licences, and what is not known.

    PATH is a folder with go.mod or go.work; the current folder when left out. Or it is a compiled Go program, or a
    folder, a tar file or an image layout with such: then the bill says what the programs record of themselves. The
    document is valid by the official schema of its format, or it is not written. With SOURCE_DATE_EPOCH set two runs
    give the same bytes.
    """  # fmt: skip
    from supplymatrix.cli.graph import refuse_unknown_target

    _refuse_mistyped(path)
    refuse_unknown_target(said["goos"], said["goarch"])
    if spec and not any(target.format.startswith("cyclonedx") for target in targets):
        console.warn(f"--spec {spec} is of CycloneDX, and no format that is asked for is that")
    signer = None
    if sign is not None:
        from supplymatrix.cli.report_files import read_signer

        signer = read_signer(sign, targets, console.warn, _SIGNED)
    said["report"] = _named(report)
    run = _run(path, policy, means, said, console)
    console.end_line()
    with keeps_alarm(run.exit_code, f"alarm: {run.document.main.name}: what it is made of and the log disagree"):
        written = _write(run.document, targets, spec or _SPECS[0], signer, console)
    if not console.quiet:
        _tell(run.document, run.notes, written, f" · signed with {signer.who}" if signer else "")
    return int(run.exit_code)


def _refuse_mistyped(path: Path) -> None:
    """Raise click.UsageError when a path that is not there is nearly the name of another command."""
    near = "" if path.exists() else nearest(str(path), SUBCOMMANDS)
    if near:
        fault = click.UsageError(f"There is no folder {str(path)!r}, and no command of that name.")
        fault.add_note(f"did you mean {near!r}?")
        raise fault


def _run(path: Path, policy: PolicySource, means: Means, said: Mapping[str, Any], console: Console) -> SbomRun:
    """Make the bill of programs where a path leads to such, else that of a project."""
    from supplymatrix.engine.sbom_programs import make_programs_sbom, may_hold_programs

    if may_hold_programs(path):
        run = make_programs_sbom(_programs_request(path, policy, means, said), console.on_event, before=_refuse_others)
        if run is not None:
            return run
    from supplymatrix.engine.sbom import make_sbom

    return make_sbom(_request(path, policy, means, said), console.on_event)


def _refuse_others() -> None:
    """Raise click.UsageError for options that only a project can take: a program is built already."""
    context = click.get_current_context()
    given = [name for name, shown in _OF_PROJECTS if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if given:
        shown = ", ".join(dict(_OF_PROJECTS)[name] for name in given)
        fault = click.UsageError(f"{shown}: a compiled program says itself for what it was built, and of what.")
        fault.add_note("leave it out, or name the folder of a project")
        raise fault


def _programs_request(path: Path, policy: PolicySource, means: Means, said: Mapping[str, Any]) -> ProgramsSbomRequest:
    from supplymatrix.engine.document_time import document_time
    from supplymatrix.engine.sbom_programs import ProgramsSbomRequest

    return ProgramsSbomRequest(
        path=path,
        means=means,
        creators=_creators(said),
        created=document_time(means.environ, means.now),
        policy=policy,
        with_licences=not said["no_licences"],
        with_zips=not said["no_zips"],
        version=said["version"],
        report=said["report"],
    )


def _request(path: Path, policy: PolicySource, means: Means, said: Mapping[str, Any]) -> SbomRequest:
    from supplymatrix.engine.document_time import document_time
    from supplymatrix.engine.sbom import SbomRequest
    from supplymatrix.sbom.document import Scope

    return SbomRequest(
        path=path,
        means=means,
        scope=Scope(said["scope"]),
        policy=policy,
        creators=_creators(said),
        created=document_time(means.environ, means.now),
        goos=said["goos"],
        goarch=said["goarch"],
        cgo=said["cgo"],
        tags=said["tags"],
        use_go=said["use_go"],
        with_licences=not said["no_licences"],
        with_zips=not said["no_zips"],
        version=said["version"],
        report=said["report"],
    )


def _creators(said: Mapping[str, Any]) -> Creators:
    """Return who is behind the document: as the options say, else as settings.toml does."""
    from supplymatrix.engine.creators import creators_of
    from supplymatrix.engine.settings import load_settings

    above: dict[str, str] = {}
    for option, keys in _KEYS.items():
        if said[option] is not None:
            above |= {key: text for key, text in zip(keys, said[option], strict=True) if key}
    return creators_of(load_settings(os.environ).values, licence=said["licence"], **above)


def _named(report: Path | None) -> tuple[str, str] | None:
    """Return name and SHA-256 of a report. Raises InputError."""
    if report is None:
        return None
    from supplymatrix.cli.report_files import file_digest
    from supplymatrix.sbom.read import SBOM_LIMIT

    return file_digest(report, SBOM_LIMIT, "report")


def _write(
    document: Document, targets: tuple[ReportTarget, ...], spec: str, signer: ReportSigner | None, console: Console
) -> list[tuple[str, bytes]]:
    """Write every format, and return name and bytes of each file. Nothing that would be invalid is written."""
    from supplymatrix.cli.report_files import sign_beside
    from supplymatrix.engine.sbom_write import write_sbom

    key = signer.key if signer is not None else None
    texts = {target.format: write_sbom(document, target.format, spec, key) for target in targets}
    files = frozenset(os.path.realpath(target.file) for target in targets if target.file is not None)
    written: list[tuple[str, bytes]] = []

    def on_written(target: ReportTarget, data: bytes) -> None:
        if target.file is None or not target.file.is_file():
            return
        console.warn(sign_beside(target.file, data, signer, files))
        written.append((target.file.as_posix(), data))

    write_targets(targets, lambda target: texts[target.format], on_written)
    return written


def _tell(document: Document, notes: tuple[str, ...], written: list[tuple[str, bytes]], signed: str) -> None:
    from supplymatrix.reports.sbom_summary import summary_lines
    from supplymatrix.reports.snippet import in_page

    lines = [*summary_lines(document), *notes]
    lines += [
        f"written: {name}, {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}{signed}"
        for name, data in written
    ]
    write_stderr("".join(f"{line}\n" for line in in_page(lines, page_width())))
