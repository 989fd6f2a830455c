# ruff: noqa: INP001 - a program of its own, in no package
"""Make the pictures of the report as a page, by a browser: `chromium`, or the program that BROWSER names.

python screenshots/pages.py [FOLDER]

The only pictures that need something that is not installed with the program, so that neither `make shots` nor a test
makes them. Clock, examples and commits stand still, but a browser draws with the fonts of its machine: two machines
need not agree on pixels. A picture names the page it was drawn from by its SHA-256 (tEXt `source`).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Sequence
from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path

from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.means import Means
from supplymatrix.model.value import value
from supplymatrix.reports.registry import render_survey

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SIZE = (1000, 1000)  # pixels
WAIVERS = """
[rules]
SM203 = "warn"

[[waivers]]
rule = "SM203"
package = "github.com/Azure/**"
reason = "its author makes no releases; we have read this revision"
owner = "team-http"
expires = 2027-02-01
ticket = "OPS-17"
"""
LATER = """
[[waivers]]
rule = "SM203"
package = "google.golang.org/genproto/**"
reason = "generated code, which is never released"
owner = "team-rpc"
expires = 2026-12-05
"""


@value
class Picture:
    """One picture. subject: which project; parts: the parts of the page that are shown, () = all; dark: the theme."""

    name: str
    subject: str
    parts: tuple[str, ...] = ()
    dark: bool = False


PICTURES = (
    Picture(name="report-html-alarm", subject="changed", parts=("anchors", "findings")),
    Picture(name="report-html-register", subject="client-go", parts=("policy", "waivers", "findings")),
    Picture(name="report-html-dark", subject="client-go", dark=True),
)


def write_projects(folder: Path) -> None:
    """Write a service in whose go.sum one character was changed, and a project with waivers of two commits."""
    for example, name in (("mux-service", "changed"), ("client-go", "client-go")):
        shutil.copytree(EXAMPLES / example, folder / name, ignore=shutil.ignore_patterns("proxy"))
    go_sum = folder / "changed" / "go.sum"
    go_sum.write_text(go_sum.read_text(encoding="utf-8").replace("h1:i40aqf", "h1:j40aqf"), encoding="utf-8")
    lift = folder / "client-go" / "lift.toml"
    run_git(lift.parent, "init", "--quiet", "--initial-branch=main")
    for author, day, text in (("Ada", "2026-10-02", WAIVERS), ("Grace", "2026-11-20", LATER)):
        lift.write_text(lift.read_text(encoding="utf-8") + text, encoding="utf-8")
        run_git(lift.parent, "add", "lift.toml")
        run_git(lift.parent, "commit", "--quiet", "--message", "a waiver", author=author, day=day)


def run_git(folder: Path, *arguments: str, author: str = "nobody", day: str = "2026-10-01") -> None:
    """Run git without the settings of the machine."""
    environ = {"PATH": os.environ.get("PATH", os.defpath), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for who in ("AUTHOR", "COMMITTER"):
        environ |= {f"GIT_{who}_NAME": author, f"GIT_{who}_EMAIL": "", f"GIT_{who}_DATE": f"{day}T12:00:00Z"}
    subprocess.run(["git", *arguments], cwd=folder, env=environ, check=True)  # noqa: S603, S607 - a program of the PATH


def page_of(folder: Path, subject: str) -> str:
    """Return the report of a project as a page."""
    environ = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "GOENV": "off"}
    environ |= {f"SUPPLYMATRIX_{kind}_DIR": str(folder / kind.lower()) for kind in ("CACHE", "STATE")}
    with chdir(folder):
        means = Means(environ=environ | {"GOMODCACHE": str(folder)}, now=NOON, replay=Path(subject, "recorded"))
        survey = run_survey(CheckRequest(paths=(Path(subject),), means=means, with_history=True))
        return render_survey(survey, "html")


def draw(page: str, picture: Picture, browser: str, folder: Path) -> bytes:
    """Return the picture of a page as PNG."""
    shown = page
    if picture.parts:  # a style of its own, which the page's policy would not allow
        kept = "".join(f':not([aria-labelledby="s1-{part}"])' for part in picture.parts)
        style = f"main .subject section{kept} {{ display: none; }}</style>"
        shown = re.sub(r"<meta http-equiv[^>]*>", "", page).replace("</style>", style, 1)
    source, target = folder / "page.html", folder / "page.png"
    source.write_text(shown, encoding="utf-8")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={folder / 'browser'}",
    ]
    options += ["--blink-settings=preferredColorScheme=0"] if picture.dark else []
    size = f"--window-size={SIZE[0]},{SIZE[1]}"
    command = [browser, *options, size, f"--screenshot={target}", source.as_uri()]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)  # noqa: S603 - named by the user
    return packed(target.read_bytes(), hashlib.sha256(page.encode()).hexdigest())


def packed(png: bytes, source: str) -> bytes:
    """Return a PNG with its pixels packed as well as can be and with the digest of its source."""
    kept = [chunk for chunk in chunks(png) if chunk[0] in (b"IDAT", b"IHDR", b"PLTE", b"tRNS")]
    pixels = zlib.compress(zlib.decompress(b"".join(data for kind, data in kept if kind == b"IDAT")), 9)
    head = [chunk for chunk in kept if chunk[0] != b"IDAT"]
    parts = [*head, (b"tEXt", b"source\0" + source.encode()), (b"IDAT", pixels), (b"IEND", b"")]
    return png[:8] + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def chunks(png: bytes) -> Sequence[tuple[bytes, bytes]]:
    """Return the chunks of a PNG."""
    found, at = [], 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        found.append((kind, png[at + 8 : at + 8 + length]))
        at += length + 12
    return found


def main() -> int:
    """Write the pictures; the folder is this one unless another is named."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    browser = os.environ.get("BROWSER") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not browser:
        sys.stderr.write("no browser: install chromium, or name one by BROWSER\n")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_projects(folder)
        pages = {picture.subject: page_of(folder, picture.subject) for picture in PICTURES}
        for picture in PICTURES:
            (target / f"{picture.name}.png").write_bytes(draw(pages[picture.subject], picture, browser, folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
