"""A program in a pseudo-terminal: keys in, bytes and times out, and what the process has cost so far."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["Terminal"]

_QUIET = 0.12  # seconds without a byte that end a frame
_UNSEEN = re.compile(rb"\x1b\[[0-9;:?<>=]*[ -/]*[@-~]|\x1b[P\]][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.|\s")


class Terminal:
    """One program and the terminal it believes it has. It answers nothing that the program asks of it."""

    def __init__(
        self, command: Sequence[str], *, size: tuple[int, int] = (160, 45), env: Mapping[str, str] | None = None
    ) -> None:
        """Start a program. size: columns and rows."""
        self.said = bytearray()  # what it wrote last: since the last key, or since the start
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
            environ = {**(os.environ if env is None else env), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execve(command[0], list(command), environ)  # noqa: S606

    def press(self, key: bytes, quiet: float = _QUIET, *, patience: float = 2.0) -> tuple[float, float, int]:
        """Write a key; return seconds to the first and to the last byte of the answer, and its bytes.

        patience: seconds after which there is no answer; quiet: seconds that end one.
        """
        begin = time.perf_counter()
        self.said.clear()
        os.write(self.file, key)
        return self.frame(begin, patience, quiet)

    def frame(self, begin: float, patience: float, quiet: float = _QUIET) -> tuple[float, float, int]:
        """Read until nothing comes any more."""
        first = last = 0.0
        count = 0
        while select.select([self.file], [], [], quiet if count else patience)[0] and (said := self._read()):
            count += len(said)
            last = time.perf_counter() - begin
            first = first or last
        return first, last, count

    def wait_for(self, characters: int, patience: float) -> tuple[float, float] | None:
        """Read until so many characters can be seen; return wall and CPU seconds since the start, None = never."""
        begin, seen = time.perf_counter(), b""
        while time.perf_counter() - begin < patience and select.select([self.file], [], [], patience)[0]:
            said = self._read()
            seen += said
            if not said:
                break
            if len(_UNSEEN.sub(b"", seen)) > characters:
                return time.perf_counter() - begin, self.cpu
        return None

    def _read(self) -> bytes:
        try:
            said = os.read(self.file, 1 << 16)
        except OSError:
            return b""  # the program has ended
        self.said += said
        return said

    @property
    def seen(self) -> str:
        """What it wrote last as text, in the order in which it was written."""
        return " ".join(_UNSEEN.sub(b" ", bytes(self.said)).decode("utf-8", "replace").split())

    @property
    def cpu(self) -> float:
        """User and system seconds of the program so far, in steps of a hundredth."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> float:
        """Resident memory in MB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE") / 1e6

    def end(self, key: bytes = b"\x11") -> int:
        """Let the program end by a key, and return its exit code; one that does not within 3 seconds is ended."""
        os.write(self.file, key)
        begin = time.perf_counter()
        while (ended := os.waitpid(self.pid, os.WNOHANG)) == (0, 0) and time.perf_counter() - begin < 3:
            self.frame(time.perf_counter(), 0.1, 0.1)
        if ended == (0, 0):
            os.kill(self.pid, signal.SIGKILL)
            ended = os.waitpid(self.pid, 0)
        os.close(self.file)
        return os.waitstatus_to_exitcode(ended[1])
