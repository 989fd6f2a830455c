# ruff: noqa: INP001 - a program of its own, in no package
"""Make all pictures: of commands, from what they print in colour, and of the terminal app, by `screens.py`.

python screenshots/make.py [FOLDER] [--svg-only | --all-png]

Everything is offline and on recorded data, so that the same source gives the same bytes. A few are drawn as PNG, too;
none with --svg-only, every screen with --all-png.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"
COLUMNS = 80  # at least; as many as the longest line needs
CELL, LINE, PAD, SIZE = 8.4, 19, 18, 14  # pixels: width of a character, height of a line, margin, size of the letters
TEXT, GROUND, DIM, BOLD = "#d6dae3", "#14171f", "#8a93a6", "#ffffff"
COLORS = {"31": "#ff6b6b", "32": "#6ede8a", "33": "#f2c14e", "36": "#62cfe0"}
REVIEWED = "2026-11-25"  # the day of the vendor profiles: evidence ages, pictures must not
CORE = tuple(f"--vendor={name}" for name in ("canonical", "redhat", "tidelift", "chainguard"))
PROMPT = "\x1b[36m$\x1b[0m "
_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"


def draw(text: str, title: str) -> str:
    """Return an SVG of a terminal that shows `text`, whose only escapes are colours."""
    lines = text.rstrip("\n").split("\n")
    columns = max(COLUMNS, *(len(_SGR.sub("", line)) for line in lines))
    width, height = columns * CELL + 2 * PAD, len(lines) * LINE + 2 * PAD
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>',
        f'<g font-family="{_FONT}" font-size="{SIZE}">',
    ]
    style = ""
    for number, line in enumerate(lines):
        shapes, style = draw_line(line, PAD + number * LINE + SIZE, style)
        out += shapes
    return "\n".join([*out, "</g>", "</svg>", ""])


def draw_line(line: str, y: float, style: str) -> tuple[list[str], str]:
    """Return the shapes of one line, and the colour codes that hold at its end."""
    shapes, column = [], 0
    for number, part in enumerate(_SGR.split(line)):
        if number % 2:
            style = "" if part in ("", "0") else f"{style};{part}"
            continue
        if part.strip():
            lead = len(part) - len(part.lstrip())
            word = part.strip().replace(" ", "\u00a0")  # SVG would make one space of several
            x, length = PAD + (column + lead) * CELL, len(word) * CELL
            shapes.append(f'<text x="{x:g}" y="{y:g}" textLength="{length:g}"{look(style)}>{escape(word)}</text>')
        column += len(part)
    return shapes, style


def look(style: str) -> str:
    """Return the SVG attributes of some colour codes."""
    codes = style.split(";")
    color = next((COLORS[code] for code in codes if code in COLORS), "")
    if not color:
        color = DIM if "2" in codes else BOLD if "1" in codes else TEXT
    return f' fill="{color}"' + (' font-weight="bold"' if "1" in codes else "")


def run(folder: Path, *arguments: str, color: bool = True) -> str:
    """Return a prompt, the command, what it prints, in colour if it has any, and its exit code."""
    path, home = os.environ.get("PATH", os.defpath), str(folder)
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "supplymatrix", *arguments, *(("--color", "always") if color else ())],
        cwd=folder,
        env={"PATH": path, "HOME": home, "GOENV": "off", "GOMODCACHE": home},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    shown = done.stdout.decode("utf-8").rstrip("\n")
    return f"{PROMPT}supplymatrix {' '.join(arguments)}\n{shown}\n\n{PROMPT}echo $?\n{done.returncode}\n"


def draw_commands(target: Path) -> None:
    """Write the pictures of commands into a folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for subject, copy in (("client-go", "client-go"), ("mux-service", "changed")):
            shutil.copytree(EXAMPLES / subject, folder / copy, ignore=shutil.ignore_patterns("proxy"))
        go_sum = folder / "changed" / "go.sum"
        go_sum.write_text(go_sum.read_text(encoding="utf-8").replace("h1:i40aqf", "h1:j40aqf"), encoding="utf-8")
        for picture, subject, title in (
            ("check-pass", "client-go", "supplymatrix check: every go.sum line of a project is proven"),
            ("check-alarm", "changed", "supplymatrix check: one hash differs from the log"),
        ):
            text = run(folder, "check", subject, "--replay", f"{subject}/recorded")
            (target / f"{picture}.svg").write_text(draw(text, title), encoding="utf-8")
        shutil.copytree(EXAMPLES / "paths" / "ubi", folder / "svc")
        for picture, arguments, title in (
            ("matrix", ("matrix", "--project", "svc"), "supplymatrix matrix: support paths for Go side by side"),
            ("decide", ("decide", "svc", *CORE), "supplymatrix decide: who comes first in how many weightings"),
        ):
            text = run(folder, *arguments, "--as-of", REVIEWED, color=picture == "matrix")
            (target / f"{picture}.svg").write_text(draw(text, title), encoding="utf-8")


def draw_screens(target: Path, *options: str) -> None:
    """Write the pictures of the app into a folder, in an environment that says nothing of this machine."""
    with tempfile.TemporaryDirectory() as home:
        environ = {"PATH": os.environ.get("PATH", os.defpath), "HOME": home, "TERM": "xterm-256color"}
        command = [sys.executable, str(HERE / "screens.py"), str(target.resolve()), *options]
        subprocess.run(command, env=environ, check=True)  # noqa: S603 - our own program


def main() -> int:
    """Write the pictures; the folder is this one unless another is named."""
    options = [word for word in sys.argv[1:] if word.startswith("--")]
    folders = [word for word in sys.argv[1:] if word not in options]
    target = Path(folders[0]) if folders else HERE
    draw_commands(target)
    draw_screens(target, *options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
