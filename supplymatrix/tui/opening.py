"""Opening an address in the person's browser, where there is one that does not want the terminal for itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

__all__ = ["is_address", "open_address", "opener_of"]

_TIME = 10  # seconds for a program that only hands the address on


def is_address(text: str) -> bool:
    """Return whether a text is an address that is given to a browser: of the web, and nothing else."""
    return text.startswith(("https://", "http://")) and text.isprintable() and " " not in text


def opener_of(environ: Mapping[str, str], platform: str = sys.platform) -> tuple[str, ...]:
    """Return the program that hands an address to the browser of the desktop; empty where there is no desktop.

    A browser of the terminal would draw over the app and take its keys.
    """
    if platform == "darwin":
        return ("open",)
    if platform == "win32":
        return ("rundll32", "url.dll,FileProtocolHandler")
    return ("xdg-open",) if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY") else ()


def open_address(url: str, environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Hand an address to the browser; return whether that was taken. May wait: call it in a thread."""
    program = opener_of(environ, platform)
    if not program or not is_address(url):
        return False
    try:
        done = subprocess.run(  # noqa: S603 - a program of a fixed name, and an address of the web
            [*program, url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_TIME,
            check=False,
            env=dict(environ),
        )
    except subprocess.TimeoutExpired:
        return True  # it is still at it
    except OSError:
        return False
    return done.returncode == 0
