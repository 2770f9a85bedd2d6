"""Hours of speech are being heard for captions, and somebody orders a clip."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel

from server.data.engine import Database
from server.review.aside import Aside, Ended
from tests.waiting import eventually


class Nothing(BaseModel):
    pass


async def test_it_gives_way_to_who_waits(database: Database) -> None:
    aside, said = Aside(database), list[str]()

    async def long_work() -> Ended:
        async with aside.turn:
            return await aside.run("tests.server.review.never_done", Nothing(), said.append, gives_way=True)

    async def short_work() -> None:
        async with aside.turn:
            said.append("short")

    long = asyncio.create_task(long_work())
    await eventually(lambda: None if said else "the long work has not begun", timeout_s=30)
    short = asyncio.create_task(short_work())
    assert await asyncio.wait_for(long, 20) is Ended.INTERRUPTED
    await asyncio.wait_for(short, 20)
    assert said[-1] == "short"
    assert not aside.turn.waiting
