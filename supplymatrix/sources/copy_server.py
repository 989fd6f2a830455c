"""The far end of a process that looks at copies: a line of JSON in, a line of JSON out. It imports little, since it is
started for each run."""

from __future__ import annotations

import json
from typing import BinaryIO

from supplymatrix.sources.copy_look import Copies, CopiesLook, look_at_copies

__all__ = ["line_of", "serve"]


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Look at what is asked for, line by line, until there is no more."""
    for line in asked:
        answers.write(line_of(look_at_copies(Copies(*json.loads(line)))))
        answers.flush()


def line_of(values: Copies | CopiesLook) -> bytes:
    """Return what is sent to such a process, or by it."""
    return json.dumps(values).encode("ascii") + b"\n"
