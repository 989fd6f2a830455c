"""Programs started from a test: with an environment that is written out, and without a measuring tool inside.

coverage starts itself in every Python child that inherits its COVERAGE_ variables, and brings sqlite3 and socket along;
a test that looks at `sys.modules` must not hand them on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.data import REPO

__all__ = ["loaded_modules", "unmeasured"]


def unmeasured(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment (this process's own when None) without coverage's variables."""
    kept = os.environ if environ is None else environ
    return {name: value for name, value in kept.items() if not name.startswith(("COVERAGE_", "COV_"))}


def loaded_modules(code: str, environ: Mapping[str, str] | None = None, *, cwd: Path = REPO) -> set[str]:
    """Return the names in `sys.modules` after running `code` in a new interpreter, which may end in SystemExit."""
    program = (
        "import contextlib, io, json, sys\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        f"    exec({code!r})\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.__stdout__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=cwd, env=unmeasured(environ), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    names: list[str] = json.loads(done.stdout)
    return set(names)
