"""Record what the checksum log answers for a go.sum, in the form that `check --replay` reads.

    python examples/record.py examples/mux-service

writes <folder>/recorded/http/…; what is there already is replaced. Needs the network.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

from supplymatrix.engine.lookups import modules_of, settle
from supplymatrix.gomod.gosum import parse_go_sum
from supplymatrix.net.drive import drive
from supplymatrix.net.route import Fetcher, choose_route
from supplymatrix.net.settings import read_go_settings
from supplymatrix.net.transport import Transport
from supplymatrix.sumdb.known import GO_LOG_KEY, GO_LOG_NAME
from supplymatrix.sumdb.note import parse_verifier_key
from supplymatrix.sumdb.protocol import Answer, Body
from supplymatrix.sumdb.session import LogSession


async def record(folder: Path) -> int:
    """Ask for every module version of the folder's go.sum and write the answers; return how many files."""
    lines = parse_go_sum((folder / "go.sum").read_bytes()).lines
    session = LogSession([parse_verifier_key(GO_LOG_KEY)])
    memory: dict[str, Answer] = {}
    async with Transport(environ=os.environ) as transport:
        route = await choose_route(read_go_settings(os.environ), GO_LOG_NAME, transport, key=GO_LOG_KEY)
        fetch = Fetcher(transport, route)
        await drive([session.begin(None)], fetch, memory=memory)
        await drive([settle(session, module) for module in modules_of(lines)], fetch, memory=memory)
    root = folder / "recorded" / "http"
    shutil.rmtree(root, ignore_errors=True)
    bodies = {path: answer.data for path, answer in memory.items() if isinstance(answer, Body)}
    for path, data in {**bodies, "supported": b""}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return len(bodies) + 1


if __name__ == "__main__":
    print(f"{asyncio.run(record(Path(sys.argv[1])))} files recorded")
