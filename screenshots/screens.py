# ruff: noqa: INP001 - a program of its own, in no package
"""Make the pictures of the terminal app: screens over shipped profiles and the project of `make tui`, as SVG and PNG.

python screenshots/screens.py FOLDER [--svg-only | --all-png]

What could differ between two machines or days stands still: clock, day, folder, environment, the user's state.
`make.py` runs this with an environment of a few names. The SVG is the picture; a PNG is drawn from some for places that
show no SVG, and names its SVG by the SHA-256 (tEXt `source`): two versions of a renderer need not agree on pixels.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import struct
import sys
import tempfile
import zlib
from collections.abc import Sequence
from contextlib import chdir
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from runpy import run_path
from typing import Any

from textual.pilot import Pilot

from supplymatrix.model.value import changed, value
from supplymatrix.tui.app import SupplymatrixApp, import_screens
from supplymatrix.tui.links import parse_link
from supplymatrix.tui.screens.signing_words import parse_words
from supplymatrix.tui.session import Session
from supplymatrix.tui.shots import settle, svg_to_png, take_svg

HERE = Path(__file__).resolve().parent
DEMO = HERE.parent / "examples" / "tui.py"
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # the day of the vendor profiles: evidence ages, pictures must not
WIDE, LARGE, MIDDLE, SMALL = (160, 45), (120, 36), (100, 30), (80, 24)
PNG_HEAD = 8 + 25  # bytes of signature and IHDR, behind which text may stand


@value
class Picture:
    """One picture. at: a link; size: columns and rows; keys: pressed when the screen is full.

    png: draw that, too; project: whether the project of `make tui` is open; cache: whether its module cache is there.
    signing: who should have signed, as options of the command; of such a picture the day is the one after. audited:
    examples/audited is open instead, with its program and its company's database.
    """

    name: str
    title: str
    at: str
    size: tuple[int, int] = MIDDLE
    keys: tuple[str, ...] = ()
    theme: str = "dark"
    no_color: bool = False
    project: bool = True
    png: bool = False
    cache: bool = False
    signing: str = ""
    audited: bool = False


RELEASED_BY = (
    "--identity https://github.com/shop-example/release-order/.github/workflows/release.yml@refs/tags/v1.2.0"
    " --issuer https://token.actions.githubusercontent.com --trusted-root bin/trusted_root.json --engine native"
)
PICTURES = (
    Picture(name="home", title="Home: where to go, and of which day the feeds are", at="home", png=True),
    Picture(name="matrix", title="Matrix: vendors beside each other", at="matrix", size=WIDE),
    Picture(name="matrix-80x24", title="Matrix on 80 columns", at="matrix", size=SMALL, png=True),
    Picture(name="evidence", title="Matrix: what one cell rests on", at="matrix/redhat/fips_mode", size=LARGE),
    Picture(
        name="weights", title="Matrix: other weights, ranked at once", at="matrix/redhat/fips_mode", size=LARGE,
        keys=("escape", "w", "5", "down", "5"),
    ),
    Picture(
        name="decide", title="Decide: which path fits, and how surely", at="decide/must:fips_mode+need:fix_sla",
        size=LARGE,
    ),
    Picture(
        name="response", title="Response: days to the fix, by channel", at="response", size=LARGE, project=False,
    ),
    Picture(name="timeline", title="Response: the days of one CVE", at="response/CVE-2024-24790", project=False),
    Picture(
        name="project", title="Project: its modules, and the one that fails", at="project", size=WIDE, keys=("n",),
    ),
    Picture(
        name="proof", title="Project: the proof chain of a module whose hash was changed", at="project", size=LARGE,
        keys=("f", "enter"),
    ),
    Picture(
        name="proof-80x24", title="The same proof chain on 80 columns", at="project", size=SMALL, keys=("f", "enter"),
        png=True,
    ),
    Picture(name="compare", title="Compare: what each vendor covers of a project", at="compare"),
    Picture(
        name="policy", title="Policy: what each rule costs, and what if a finding were waived", at="policy/SM203",
        size=LARGE, keys=("tab", "space", "down", "b"),
    ),
    Picture(
        name="sbom", title="SBOM: components with licence and proof, the one first that differs", at="sbom", size=LARGE,
        keys=("right", "right", "right", "s", "ctrl+home"),
    ),
    Picture(
        name="disk", title="Project: what lies on the disk, held against the log", at="project", size=SMALL,
        keys=("d", "n", "n"), cache=True,
    ),
    Picture(name="binary", title="Binary: programs, and what they are made of", at="binary", keys=("down",)),
    Picture(
        name="chain", title="Chain: who built a program, and of what, with the heads of both logs",
        at="chain/bin/release-order", keys=("end", "up", "enter"), signing=RELEASED_BY,
    ),
    Picture(
        name="audits", title="Audits: a vulnerability, and the way to its function", at="audits/vulns", audited=True,
    ),
    Picture(
        name="sources", title="Audits: the way of a module's name drawn, and who is told private ones",
        at="audits/sources", keys=("down",), audited=True,
    ),
    Picture(name="claims", title="Claims: what is said, and what the sources say", at="claims"),
    Picture(name="entries", title="Entries: where vendors enter a build", at="entries"),
    Picture(name="light", title="Matrix in the light theme", at="matrix", size=SMALL, theme="light"),
    Picture(name="safe", title="Matrix without red and green", at="matrix", size=SMALL, theme="dark-safe"),
    Picture(name="no-color", title="Matrix under NO_COLOR", at="matrix", size=SMALL, no_color=True),
)  # fmt: skip


def write_audited(folder: Path) -> tuple[Path, dict[str, str]]:
    """Copy the project that asks for an audit; return it, and what its environment has beside."""
    project = folder / "checkout"
    shutil.copytree(DEMO.parent / "audited", project, ignore=shutil.ignore_patterns("README.md"))
    config = folder / "config"
    (config / "supplymatrix").mkdir(parents=True)
    text = f'[vulns]\ndatabases = ["{(project / "advisories").as_posix()}"]\n'
    (config / "supplymatrix" / "settings.toml").write_text(text, encoding="utf-8")
    return project, {"XDG_CONFIG_HOME": str(config), "GOMODCACHE": "/go/pkg/mod"}  # it is shown, and is not there


def take(picture: Picture, session: Session) -> str:
    """Return the SVG of a screen, after its keys were pressed and its work was done."""
    os.environ.pop("NO_COLOR", None)
    if picture.no_color:
        os.environ["NO_COLOR"] = "1"
    own = replace(
        session,
        state=changed(session.state, theme=picture.theme),
        project=session.project if picture.project else None,
        here=session.here if picture.project else Path(".."),
        signing=parse_words(picture.signing) if picture.signing else None,
        now=(lambda: NOON + timedelta(days=1)) if picture.signing else session.now,
        environ=session.environ
        if picture.cache or picture.audited
        else {**session.environ, "GOMODCACHE": session.environ["HOME"]},
    )
    app = SupplymatrixApp(own, parse_link(picture.at))
    taken: list[str] = []

    async def drive(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        for key in picture.keys:
            await pilot.press(key)
            await settle(pilot)
        taken.append(take_svg(app))
        app.exit()

    asyncio.run(app.run_async(headless=True, size=picture.size, auto_pilot=drive))
    head, end, rest = taken[0].partition(">")
    return f'{head} role="img"{end}\n<title>{escape(picture.title)}</title>{rest}'


def png_of(svg: str) -> bytes:
    """Return an SVG as PNG, twice its size, with the SHA-256 of the SVG as text `source`."""
    data = svg_to_png(svg)
    text = b"tEXtsource\0" + hashlib.sha256(svg.encode("utf-8")).hexdigest().encode("ascii")
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    return data[:PNG_HEAD] + chunk + data[PNG_HEAD:]


def main(arguments: Sequence[str]) -> int:
    """Write the pictures into a folder."""
    target = Path(arguments[0]).resolve()
    import_screens()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        demo = run_path(str(DEMO))
        folder: Path = demo["write_project"](scratch / "client-go")
        demo["write_programs"](folder)
        demo["fill_cache"](scratch / "modcache")
        with chdir(folder):
            session = Session(
                now=lambda: NOON,
                environ={"HOME": name, "GOENV": "off", "GOMODCACHE": str(scratch / "modcache")},
                write=lambda *_: None,
                here=Path(),
                project=Path(),
                as_of=NOON.date(),
                offline=True,
                replay=Path("recorded"),
            )
            session.profiles()
            audited, environ = write_audited(scratch)
            other = replace(
                session, environ={**session.environ, **environ}, programs=(Path("checkout.xz"),), replay=None
            )
            for picture in PICTURES:
                with chdir(audited if picture.audited else folder):
                    svg = take(picture, other if picture.audited else session)
                (target / f"app-{picture.name}.svg").write_text(svg, encoding="utf-8")
                if "--all-png" in arguments or (picture.png and "--svg-only" not in arguments):
                    (target / f"app-{picture.name}.png").write_bytes(png_of(svg))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
