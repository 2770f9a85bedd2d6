"""One process of the load generator: ``python -m server.bench.worker``. Asked over stdin, answers on stdout.

A question is one JSON object a line, `{"do": NAME, …}`; so is its answer. Keys come this way, and never on a
command line. The end of stdin ends the process. It is a process of its own so that what it costs can be
told apart, and so that it can stand in another network namespace than the server.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import json
import sys
from collections.abc import Callable

import uvloop

from server.bench.roles import CameraRole, JanusRole, RoomsRole, SelfCheckRole
from signaling.refusals import Refused

LINE_LIMIT = 64 << 20


async def work(reader: asyncio.StreamReader, write: Callable[[bytes], None]) -> None:
    roles = (CameraRole(), RoomsRole(), JanusRole(), SelfCheckRole())
    actions = {
        name: getattr(role, name)
        for role in roles
        for name, kind in vars(type(role)).items()
        if inspect.iscoroutinefunction(kind) and name != "close" and not name.startswith("_")
    }
    try:
        while line := await reader.readline():
            question = json.loads(line)
            try:
                answer = await actions[question.pop("do")](**question)
            except (OSError, ValueError, KeyError, TypeError, RuntimeError, Refused) as problem:
                answer = {"failed": f"{type(problem).__name__}: {problem}"}
            write((json.dumps(answer) + "\n").encode())
    finally:
        for role in roles:
            await role.close()


async def main() -> None:
    gc.freeze()  # a full collection of what was imported would be a pause of the instrument's own
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_LIMIT)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    def write(data: bytes) -> None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    try:
        await work(reader, write)
    finally:
        transport.close()


if __name__ == "__main__":
    uvloop.run(main())
