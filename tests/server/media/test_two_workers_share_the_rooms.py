"""Two media processes, one stage: whoever is shown is shown at both, and what is closed is closed at both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from signaling.messages import Purpose
from signaling.wire.slots import SlotName
from tests.server.media.wire import DESK, DESK_SLOTS, FLOOR_SLOTS, Media, running_media, until_more
from tests.waiting import eventually

Workers = tuple[Media, Media]


@pytest.fixture
async def workers(tmp_path: Path) -> AsyncIterator[Workers]:
    async with running_media(tmp_path, 0, 2) as first, running_media(tmp_path, 1, 2) as second:
        yield first, second


async def wish(workers: Workers, **changes: object) -> None:
    for worker in workers:
        await worker.stage(**changes)


async def test_the_desk_at_the_first_worker_is_seen_in_the_rooms_of_the_second(workers: Workers) -> None:
    first, second = workers
    desk = await first.join(DESK, Purpose.DESK)
    desk.publish()
    here, there = await first.join("06649"), await second.join("06652")
    await until_more(here, *DESK_SLOTS)
    await until_more(there, *DESK_SLOTS, packets=50)
    await eventually(lambda: not there.heard.key_frames and "no picture there yet")
    assert there.link.counts().undecryptable == 0


async def test_the_desk_at_the_second_worker_is_seen_in_the_rooms_of_both(workers: Workers) -> None:
    first, second = workers
    desk = await second.join(DESK, Purpose.DESK)
    desk.publish()
    here, there = await first.join("06649"), await second.join("06652")
    await until_more(here, *DESK_SLOTS, packets=50)
    await until_more(there, *DESK_SLOTS, packets=50)
    await first.until_shown("desk", DESK)


async def test_the_floor_wanders_between_rooms_of_both_workers(workers: Workers) -> None:
    first, second = workers
    here, there, watcher = await first.join("06649"), await second.join("06652"), await second.join("06655")
    here.publish()
    there.publish()
    for _ in range(2):
        await wish(workers, floor="06649")
        await first.until_shown("floor", "06649")
        await until_more(there, *FLOOR_SLOTS)
        await until_more(watcher, *FLOOR_SLOTS)
        own = here.packets(*FLOOR_SLOTS)
        await wish(workers, floor="06652")
        await first.until_shown("floor", "06652")
        await until_more(here, *FLOOR_SLOTS)
        await until_more(watcher, *FLOOR_SLOTS)
        assert own <= here.packets(*FLOOR_SLOTS)
    before = there.packets(*FLOOR_SLOTS)
    await until_more(here, *FLOOR_SLOTS, packets=50)
    assert there.packets(*FLOOR_SLOTS) == before, "a hall does not hear itself, whichever worker has it"


async def test_an_interpreter_at_the_second_worker_is_heard_in_the_rooms_of_both(workers: Workers) -> None:
    first, second = workers
    interpreter = await second.join("06649")
    here, there = await first.join("06652"), await second.join("06655")
    interpreter.publish()
    await wish(workers, interpreter="06649")
    await until_more(here, SlotName.INTERPRETER_AUDIO)
    await until_more(there, SlotName.INTERPRETER_AUDIO)
    assert here.packets() == here.packets(SlotName.INTERPRETER_AUDIO), "its camera goes nowhere"
    await wish(workers, closed=True, audience=("06649", "06655"))
    await until_more(there, SlotName.INTERPRETER_AUDIO)
    before = here.packets()
    await until_more(there, SlotName.INTERPRETER_AUDIO, packets=60)
    assert here.packets() == before


async def test_a_closed_item_is_closed_at_both_workers(workers: Workers) -> None:
    first, second = workers
    desk = await first.join(DESK, Purpose.DESK)
    desk.publish()
    here, there = await first.join("06649"), await second.join("06652")
    await until_more(here, *DESK_SLOTS)
    await until_more(there, *DESK_SLOTS)
    await wish(workers, closed=True, audience=("06649",))
    before = there.packets()
    await until_more(here, *DESK_SLOTS, packets=60)
    assert there.packets() - before < 5, "only what was under way"
    await wish(workers, closed=False, audience=None)
    await until_more(there, *DESK_SLOTS)


async def test_the_second_worker_takes_the_stage_again_when_the_first_was_killed(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(running_media(tmp_path, 0, 2))
        second = await stack.enter_async_context(running_media(tmp_path, 1, 2))
        desk, room = await second.join(DESK, Purpose.DESK), await second.join("06652")
        desk.publish()
        await until_more(room, *DESK_SLOTS)
        assert first.process is not None
        first.process.kill()
        await first.process.wait()
        again = await stack.enter_async_context(running_media(tmp_path, 0, 2))
        await again.until_shown("desk", DESK)
        await until_more(room, *DESK_SLOTS, packets=50)
