"""Chromium by two pipes (`--remote-debugging-pipe`): no port is open that anybody else could speak to.

Messages are JSON, each ended by a zero byte; Chromium reads on descriptor 3 and writes on 4, and ends when they
are closed, so that it does not outlive this process, however that ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import Any

ANSWER_S = 15.0
ENDED = "ended"  # an event of ours: nothing comes of the browser any more
_LARGEST_MESSAGE = 4_000_000
_LAUNCH = (  # descriptors are put in their place by a process of our own: between fork and exec nothing is safe
    "import fcntl,os,sys\n"
    "down,up=(fcntl.fcntl(int(n),fcntl.F_DUPFD,10) for n in sys.argv[1:3])\n"
    "os.dup2(down,3);os.dup2(up,4);os.closerange(5,64);os.execvp(sys.argv[3],sys.argv[3:])"
)


class BrowserGone(ConnectionError):
    """It ended, or does not answer."""


class DevTools:
    """`launch` it, `call` it, `close` it. Ends the browser's whole process group."""

    def __init__(self, on_event: Callable[[str], None]) -> None:
        """`on_event` hears the name of each event of the browser and its page, and `ENDED`."""
        self._on_event = on_event
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.WriteTransport | None = None
        self._reader: asyncio.ReadTransport | None = None
        self._reading: asyncio.Task[None] | None = None

    async def launch(self, command: Sequence[str], environment: dict[str, str]) -> None:
        """`command` without the switch for the pipe's descriptors. Raises OSError."""
        down_read, down_write = os.pipe()
        up_read, up_write = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", _LAUNCH, str(down_read), str(up_write), *command,
                pass_fds=(down_read, up_write),
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        except OSError:
            os.close(down_write)
            os.close(up_read)
            raise
        finally:
            os.close(down_read)
            os.close(up_write)
        loop = asyncio.get_running_loop()
        stream = asyncio.StreamReader(limit=_LARGEST_MESSAGE)
        self._reader, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(up_read, "rb", 0)
        )
        self._writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(down_write, "wb", 0))
        self._reading = asyncio.create_task(self._read(stream), name="room reads the browser")

    async def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Raises BrowserGone, also where it refuses."""
        writer = self._writer
        if writer is None or writer.is_closing() or self._reading is None or self._reading.done():
            raise BrowserGone("it has ended")
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            writer.write(json.dumps(message).encode() + b"\0")
            async with asyncio.timeout(ANSWER_S):
                result: dict[str, Any] = await answer
                return result
        except TimeoutError as error:
            raise BrowserGone(f"no answer to {method}") from error
        finally:
            self._asked.pop(number, None)

    async def close(self) -> None:
        """Never fails; may be called twice."""
        # a pipe whose other end is gone has closed itself, and asyncio fails where it is closed again
        writer, self._writer = self._writer, None
        if writer is not None and not writer.is_closing():
            writer.abort()
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            await process.wait()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        reader, self._reader = self._reader, None
        if reader is not None and not reader.is_closing():
            reader.close()

    async def _read(self, stream: asyncio.StreamReader) -> None:
        try:
            while True:
                message = json.loads((await stream.readuntil(b"\0"))[:-1])
                answer = self._asked.get(message.get("id", 0))
                if answer is None:
                    self._on_event(str(message.get("method", "")))
                elif not answer.done():
                    if "error" in message:
                        answer.set_exception(BrowserGone(str(message["error"].get("message", ""))))
                    else:
                        answer.set_result(message.get("result", {}))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(BrowserGone("it has ended"))
            self._on_event(ENDED)
