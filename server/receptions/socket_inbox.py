"""The messages of one Socket.IO connection: in order, one at a time, bounded, and not too many a second.

Socket.IO starts a task for every event; those tasks overlap and finish out of order. So an event is put here
before anything is awaited, and one task per connection works it off. Full, or too fast: the message is
refused with `too_many_messages`, and the connection goes on.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import ValidationError

from signaling.messages import Message
from signaling.refusals import RefusalCode, Refused

WAITING = 16
BURST = 40  # messages at once; a page that was hidden sends what it had saved up
PER_SECOND = 10  # a room sends about one; a hand that plays with the button, five
M = TypeVar("M", bound=Message)
Answer = dict[str, object] | None
_log = logging.getLogger(__name__)


class RateLimit:
    """A bucket of `burst` messages that refills with `per_second`. Time comes in, in seconds."""

    def __init__(self, burst: float, per_second: float) -> None:
        self._burst, self._per_second = burst, per_second
        self._left, self._at_s = burst, 0.0

    def take(self, now_s: float) -> bool:
        self._left = min(self._burst, self._left + (now_s - self._at_s) * self._per_second)
        self._at_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True


class SocketInbox:
    """`handle` gets the event's name and data, and returns its acknowledgement. `close` it."""

    def __init__(self, handle: Callable[[str, object], Awaitable[Answer]]) -> None:
        self._handle = handle
        self._queue: asyncio.Queue[tuple[str, object, asyncio.Future[Answer]]] = asyncio.Queue(WAITING)
        self._limit = RateLimit(BURST, PER_SECOND)
        self._task = asyncio.create_task(self._work(), name="socket inbox")

    def offer(self, event: str, data: object) -> asyncio.Future[Answer]:
        """Takes its place in the queue before returning. Raises Refused(TOO_MANY_MESSAGES)."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if not self._limit.take(time.monotonic()) or self._queue.full():
            raise Refused(
                RefusalCode.TOO_MANY_MESSAGES, came=event[:40], allowed=f"{PER_SECOND} a second, {WAITING} waiting"
            )
        self._queue.put_nowait((event, data, answer))
        return answer

    async def close(self) -> None:
        """What still waits is not done; whoever waits for it is cancelled."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        while not self._queue.empty():
            self._queue.get_nowait()[2].cancel()

    async def _work(self) -> None:
        while True:
            event, data, answer = await self._queue.get()
            try:
                said = await self._handle(event, data)
            except Refused as refused:
                if not answer.done():
                    answer.set_exception(refused)
            except Exception:  # a fault of ours in one message must not silence the connection
                _log.exception("message %r was not handled", event[:40])
                if not answer.done():
                    answer.set_exception(Refused(RefusalCode.BAD_MESSAGE, came=event[:40]))
            else:
                if not answer.done():
                    answer.set_result(said)
            finally:
                if not answer.done():
                    answer.cancel()


def parse(kinds: dict[str, type[M]], event: str, data: object) -> M:
    """The typed message. Raises Refused(BAD_MESSAGE), which names the fields but never their contents."""
    kind = kinds.get(event)
    if kind is None:
        raise Refused(RefusalCode.BAD_MESSAGE, came=event[:40], allowed=", ".join(sorted(kinds)))
    return parse_as(kind, data)


def parse_as(kind: type[M], data: object) -> M:
    try:
        return kind.model_validate({} if data is None else data)
    except ValidationError as error:
        faults = {".".join(map(str, fault["loc"])) or kind.event: fault["type"] for fault in error.errors()}
        came = ", ".join(f"{name[:30]} ({said})" for name, said in list(faults.items())[:5])
        allowed = ", ".join(kind.model_fields) or "no fields"
        raise Refused(RefusalCode.BAD_MESSAGE, came=f"{kind.event}: {came}", allowed=allowed) from None
