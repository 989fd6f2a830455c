"""What the SBOM screen asks and gives away: the bill itself, the equal command, files, and all of it as text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.events import OnEvent
from supplymatrix.model.value import changed, value
from supplymatrix.reports.snippet import wrap
from supplymatrix.sbom.document import Document, Scope
from supplymatrix.tui.screens.base import Export
from supplymatrix.tui.screens.sbom_rows import SbomRow, SbomView, has_packages
from supplymatrix.tui.session import Session
from supplymatrix.tui.shell_words import path_word

if TYPE_CHECKING:
    from supplymatrix.tui.widgets.table import VirtualTable

__all__ = ["Command", "exports_of", "linear_body", "make_view"]

_FORMATS = (
    ("j", "cyclonedx-json", "1.6", "bom.cdx.json"),
    ("7", "cyclonedx-json", "1.7", "bom-1.7.cdx.json"),
    ("x", "cyclonedx-xml", "1.6", "bom.cdx.xml"),
    ("8", "cyclonedx-xml", "1.7", "bom-1.7.cdx.xml"),
    ("s", "spdx-json", "", "bom.spdx.json"),
    ("3", "spdx-3-json", "", "bom.spdx3.json"),
)
"""Key of the menu, --format, version of CycloneDX, file offered."""
_COMMANDS = ("validate", "diff", "verify", "standards")
"""Further commands of `sbom`: a folder of such a name is named as ./diff."""
_USUAL = "1.6"  # the version that the command takes by itself


@value
class Command:
    """The command with the facts that are shown, up to its format, and its options behind that."""

    base: str
    options: str

    @classmethod
    def of(cls, session: Session, project: Path | None, scope: str) -> Command:
        """Return the command for a project; None = the current folder."""
        path = project.as_posix() if project is not None else "."
        path = f"./{path}" if path in _COMMANDS else path
        where = f" {path_word(path)}" if path != "." else ""
        replay = f" --replay {path_word(session.replay.as_posix())}" if session.replay is not None else ""
        offline = " --offline" if session.offline and not replay else ""
        base = f"supplymatrix sbom{where} --scope {scope}{session.policy_again()}"
        return cls(base=base, options=f"{replay}{offline}")


def make_view(session: Session, project: Path, scope: str, on_event: OnEvent, messages: Sequence[str]) -> SbomView:
    """Return the bill of a project as the command makes it. Raises InputError.

    scope: "" = of what is built, or of the whole build list where nothing is. messages: what is told meanwhile.
    """
    from supplymatrix.engine.creators import creators_of
    from supplymatrix.engine.document_time import document_time
    from supplymatrix.engine.sbom import SbomRequest, make_sbom
    from supplymatrix.engine.settings import load_settings

    means = session.means()
    request = SbomRequest(
        path=project,
        means=means,
        scope=Scope(scope) if scope else Scope.BUILT,
        policy=session.policy_source(),
        creators=creators_of(load_settings(session.environ).values),
        created=document_time(means.environ, means.now),
    )
    run = make_sbom(request, on_event)
    is_offered = False
    if not scope and not has_packages(run.document):
        whole = make_sbom(changed(request, scope=Scope.ALL), on_event)
        is_offered = len(whole.document.components) > len(run.document.components)
        run = whole if is_offered else run
    told = tuple(dict.fromkeys((*messages, *run.notes)))
    return SbomView(run.document, told, run.exit_code, is_offered=is_offered)


def exports_of(view: SbomView, command: Command) -> tuple[Export, ...]:
    """Return the formats of the command; a text that its schema does not allow is never written."""
    return tuple(
        Export(
            key=key,
            format=f"{form} {spec}".strip(),
            file=file,
            render=partial(_rendered, view.document, form, spec),
            command=f"{command.base} --format {form}={file}{_spec_option(spec)}{command.options}",
            says=partial(_says, view.document),
        )
        for key, form, spec, file in _FORMATS
    )


def _spec_option(spec: str) -> str:
    return f" --spec {spec}" if spec not in ("", _USUAL) else ""


def _rendered(document: Document, form: str, spec: str) -> str:
    from supplymatrix.engine.sbom_write import write_sbom

    return write_sbom(document, form, spec) if spec else write_sbom(document, form)


def _says(document: Document, text: str) -> str:
    """Return what is said of a file: that it was validated, what is in it, its hash, and what signs it."""
    import hashlib

    digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()  # as it is written
    edges = sum(map(len, document.edges.values()))
    counts = f"{len(document.components):,} components, {edges:,} edges"
    return f"valid · {counts} · sha256 {digest} · --sign KEY.pem signs it"


def linear_body(view: SbomView, table: VirtualTable, current: SbomRow | None, width: int) -> str:
    """Return summary, facets, the components that are shown, and all that is known of the one of the cursor."""
    from supplymatrix.tui.screens.sbom_data import component_lines, summary_line, why_lines

    out = [part for line in (summary_line(view), *why_lines(view)) for part in wrap(line, width)]
    for group in ("class", "log", "licence"):
        counts = [f"{facet.word} {facet.count:,}" for facet in view.facets if facet.group == group]
        out += wrap(f"{group}: {', '.join(counts)}", width)
    out.append("")
    for place in table.view.rows:
        cells = [f"{column.title} {column.texts[place]}" for column in table.data.columns.values()]
        out += wrap(f"- {', '.join(cells)}", width)
    if current is not None:
        out.append("")
        out += [part.rstrip() for line in component_lines(view, current) for part in wrap(line.plain, width)]
    for told in view.told:
        out += ["", *wrap(f"told: {told}", width)]
    return "\n".join(out)
