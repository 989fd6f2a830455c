"""A project with two findings that need no network: modules replaced by folders."""

from __future__ import annotations

from pathlib import Path

__all__ = ["LIFT", "make_project", "replace"]

LIFT = """\
# what we demand
[policy]
preset = "log-verified"   # the default

[rules]
SM201 = "error"
"""


def make_project(folder: Path) -> Path:
    """Write the project with modules a.example/x and b.example/y, and return its folder."""
    folder.mkdir()
    replace(folder, "a.example/x", "b.example/y")
    (folder / "lift.toml").write_text(LIFT)
    return folder


def replace(folder: Path, *modules: str) -> None:
    """Require these modules and no others, each replaced by a folder."""
    text = "module example.com/svc\n\ngo 1.26\n"
    for module in modules:
        place = folder / module.rpartition("/")[2]
        place.mkdir(exist_ok=True)
        (place / "go.mod").write_text(f"module {module}\n")
        text += f"\nrequire {module} v1.0.0\n\nreplace {module} => ./{place.name}\n"
    (folder / "go.mod").write_text(text)
