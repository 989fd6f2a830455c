"""The entry point: answers `--version` at once, and leaves everything else to the command line."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the program and end the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        from supplymatrix import __version__

        sys.stdout.write(f"supplymatrix {__version__}\n")
        sys.exit(0)
    from supplymatrix.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
