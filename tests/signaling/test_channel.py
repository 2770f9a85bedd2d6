"""The Unix socket between two processes of one server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from signaling import channel
from signaling.channel import Channel, ChannelClosed
from signaling.ports import CloseLink, Done, Failed, Frame, Idle, RecorderStatus
from signaling.refusals import Refusal, RefusalCode, Refused
from tests.waiting import eventually


@asynccontextmanager
async def answering(path: Path, arrived: list[Frame]) -> AsyncIterator[Channel]:
    """A served socket that answers RecorderStatus with Idle and refuses CloseLink; yields the other end."""

    async def handle(served: Channel) -> None:
        async for frame, number in served.frames():
            arrived.append(frame)
            if number is not None:
                refused = Failed(refusal=Refusal(code=RefusalCode.UNKNOWN_ITEM, came="7", allowed="1 to 3"))
                served.send(Idle() if isinstance(frame, RecorderStatus) else refused, replying_to=number)

    server = await channel.serve(path, handle)
    connection = await channel.connect(path)

    async def read() -> None:
        async for frame, _ in connection.frames():
            arrived.append(frame)

    reading = asyncio.create_task(read())
    try:
        yield connection
    finally:
        await connection.close()
        await reading
        server.close()
        await server.wait_closed()


async def test_requests_are_answered_each_by_its_own_reply(tmp_path: Path) -> None:
    async with answering(tmp_path / "s.sock", []) as connection:
        replies = await asyncio.gather(*(connection.request(RecorderStatus()) for _ in range(20)))
        assert replies == [Idle()] * 20


async def test_a_refusal_comes_back_as_it_was_raised(tmp_path: Path) -> None:
    async with answering(tmp_path / "s.sock", []) as connection:
        with pytest.raises(Refused) as refused:
            await connection.request(CloseLink(link="x"))
        assert refused.value.refusal == Refusal(code=RefusalCode.UNKNOWN_ITEM, came="7", allowed="1 to 3")


async def test_frames_keep_their_order(tmp_path: Path) -> None:
    arrived: list[Frame] = []
    async with answering(tmp_path / "s.sock", arrived) as connection:
        sent = [CloseLink(link=str(n)) for n in range(500)]
        for frame in sent:
            connection.send(frame)
        await eventually(lambda: len(arrived) < 500 and f"{len(arrived)} arrived")
        assert arrived == sent


async def test_a_line_that_is_no_frame_ends_the_channel(tmp_path: Path) -> None:
    async with answering(tmp_path / "s.sock", []) as connection:
        connection._writer.write(b'{"frame": {"kind": "no such kind"}}\n')
        await eventually(lambda: not connection.closed and "still open")
        with pytest.raises(ChannelClosed):
            connection.send(Done())


async def test_who_waits_for_a_reply_is_told_when_the_other_end_is_gone(tmp_path: Path) -> None:
    async def vanish(served: Channel) -> None:
        async for _ in served.frames():
            return

    server = await channel.serve(tmp_path / "s.sock", vanish)
    connection = await channel.connect(tmp_path / "s.sock")

    async def read() -> None:
        async for _ in connection.frames():
            pass

    reading = asyncio.create_task(read())
    with pytest.raises(ChannelClosed):
        await connection.request(RecorderStatus())
    await reading
    await connection.close()
    server.close()
    await server.wait_closed()


async def test_a_peer_that_does_not_read_is_cut_off(tmp_path: Path) -> None:
    never = asyncio.Event()

    async def deaf(served: Channel) -> None:
        await never.wait()

    server = await channel.serve(tmp_path / "s.sock", deaf)
    connection = await channel.connect(tmp_path / "s.sock")

    def send_much() -> None:
        for _ in range(100_000):
            connection.send(CloseLink(link="x" * 1000))

    with pytest.raises(ChannelClosed, match="unread"):
        send_much()
    never.set()
    await connection.close()
    server.close()
    await server.wait_closed()


async def test_a_data_directory_however_deep_has_its_sockets(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    async with answering(deep / "s.sock", []) as connection:
        assert await connection.request(RecorderStatus()) == Idle()
