"""The bench's hand on one process of the load generator (`server.bench.worker`)."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from server.bench.worker import LINE_LIMIT
from server.supervisor import die_with

ASK_FOR_S = 120.0
ENDS_WITHIN_S = 60.0
WORKER = (sys.executable, "-m", "server.bench.worker")


class LoadFailed(Exception):
    """A process of the load generator ended, or could not do what it was asked; the message says what."""


class Load:
    """One question at a time; others wait their turn."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, do: str, **details: Any) -> dict[str, Any]:
        """Raises LoadFailed."""
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            raise LoadFailed("the load generator was started without pipes")
        async with self._turn:
            try:
                requests.write((json.dumps({"do": do, **details}) + "\n").encode())
                await requests.drain()
                async with asyncio.timeout(ASK_FOR_S):
                    line = await answers.readline()
            except (ConnectionError, TimeoutError) as error:
                raise LoadFailed(f"the load generator did not answer `{do}`") from error
        if not line:
            raise LoadFailed(f"the load generator ended at `{do}`")
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise LoadFailed(f"{do}: {answer['failed']}")
        return answer


@asynccontextmanager
async def load(prefix: Sequence[str] = (), command: Sequence[str] = WORKER) -> AsyncIterator[Load]:
    """A new process; `prefix` puts it elsewhere (`ip netns exec NAME`). Ended, and waited for, at the end."""
    process = await asyncio.create_subprocess_exec(
        *prefix, *command,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE_LIMIT,
        preexec_fn=die_with(os.getpid()), start_new_session=True,
    )  # fmt: skip
    try:
        yield Load(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
