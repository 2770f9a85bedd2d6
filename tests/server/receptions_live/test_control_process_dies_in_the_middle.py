"""Control is killed with SIGKILL while a room has the floor: everything comes back from the database."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlmodel import select

from server.receptions.tables import Attendance, FloorGrant, Hearing, Interpretation, Reception
from signaling import channel
from signaling.desk_messages import Command, CommandName
from signaling.ports import AskReceptions, AskStatus, Frame, Receptions, ReceptionStatus, RunCommand
from signaling.refusals import Refused
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.province import BAI_CHAY, HA_TU
from tests.waiting import eventually

_ADDRESS = re.compile(rb"signalling on (http://127\.0\.0\.1:[0-9]+)")


class Served:
    """`python -m server.app` on the data directory of `control`, whose own application was stopped."""

    def __init__(self, process: asyncio.subprocess.Process, address: str) -> None:
        self.process = process
        self.address = address

    async def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        async with asyncio.timeout(15):
            return await self.process.wait()


@asynccontextmanager
async def served(control: ControlProcess) -> AsyncIterator[Served]:
    environment = {**os.environ, "TIEPDAN_DATA": str(control.settings.data), "TIEPDAN_HTTP": "127.0.0.1:0"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.app", env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    said = b""
    async with asyncio.timeout(20):
        while not (found := _ADDRESS.search(said)):
            line = await process.stderr.readline()
            assert line, said.decode()
            said += line
    reading = asyncio.create_task(process.stderr.read())
    server = Served(process, found[1].decode())
    control.address = server.address
    try:
        yield server
    finally:
        if process.returncode is None:
            await server.end(signal.SIGKILL)
        await reading


@asynccontextmanager
async def keypad(control: ControlProcess) -> AsyncIterator[channel.Channel]:
    connection = await channel.connect(control.settings.run_directory / "control.sock")

    async def read() -> None:
        async for _ in connection.frames():
            pass

    reading = asyncio.create_task(read())
    try:
        yield connection
    finally:
        await connection.close()
        await reading


async def press(control: ControlProcess, name: CommandName, **fields: object) -> Frame:
    async with keypad(control) as connection:
        command = Command.model_validate({"name": name, **fields})
        return await connection.request(RunCommand(command=command))


async def status(control: ControlProcess) -> ReceptionStatus:
    async with keypad(control) as connection:
        reply = await connection.request(AskStatus())
        assert isinstance(reply, ReceptionStatus)
        return reply


async def until_written(
    control: ControlProcess, table: type[FloorGrant] | type[Interpretation], count: int
) -> None:
    await eventually(lambda: None if len(control.rows(table)) == count else f"{len(control.rows(table))} rows")


async def test_reception_item_floor_hands_and_audience_survive(control: ControlProcess) -> None:
    await control.stop()
    async with served(control) as first:
        ha_tu, bai_chay = await control.room(HA_TU), await control.room(BAI_CHAY)
        for room, code in ((ha_tu, HA_TU), (bai_chay, BAI_CHAY)):
            assert "link" in await room.join()
            control.media.connect(code)
        await press(control, CommandName.OPEN)
        await press(control, CommandName.NEXT)
        await press(control, CommandName.NEXT)
        await bai_chay.call("hand", raised=True)
        await eventually(lambda: None if control.media.stage and control.media.stage.audience else "not called")
        await press(control, CommandName.FLOOR, room=HA_TU)
        stage, wanted = control.media.stage, control.recorder.last
        await until_written(control, FloorGrant, 1)
        assert await first.end(signal.SIGKILL) == -signal.SIGKILL
        assert len(control.media.links) == 2  # pictures go on without control
    control.media.stages.clear()
    control.recorder.wanted.clear()

    async with served(control) as second:
        await eventually(lambda: None if control.media.stage == stage else f"stage is {control.media.stage}")
        await eventually(lambda: None if control.recorder.last == wanted else "recorder was told otherwise")
        again = await control.room(HA_TU)
        await eventually(lambda: None if again.view.get("has_floor") else f"screen shows {again.view}")
        shown = (await status(control)).console
        assert shown is not None
        assert shown["state"] == "open"
        rooms = {room["code"]: room for room in (await status(control)).rooms}
        assert rooms[HA_TU]["presence"] == "has_floor"
        assert rooms[BAI_CHAY]["hand_since"]
        await press(control, CommandName.END, confirm=True)
        assert await second.end() == 0
    assert control.rows(Reception)[0].state == "ended"
    assert all(row.ended_at is not None for row in control.rows(Hearing) + control.rows(FloorGrant))
    attendance = control.rows(Attendance)
    assert len(attendance) == 5  # two rooms connected and receiving, one on the floor; nothing was split
    assert all(row.ended_at is not None for row in attendance)


async def test_a_room_that_left_while_control_was_dead_is_not_counted_as_present(control: ControlProcess) -> None:
    await control.receiving(HA_TU)
    await press(control, CommandName.OPEN)
    await control.written()
    await control.stop()
    control.media.forget()
    await control.start()
    await control.written()
    spans = control.rows(Attendance)
    assert len(spans) == 2
    assert all(span.ended_at is not None for span in spans)


async def test_the_keypad_lists_and_is_refused_with_a_code(control: ControlProcess) -> None:
    async with keypad(control) as connection:
        reply = await connection.request(AskReceptions())
        assert isinstance(reply, Receptions)
        assert [(line.id, line.state, line.items) for line in reply.receptions] == [
            (control.reception, "planned", 3)
        ]
        for name, code in ((CommandName.NEXT, "no_open_reception"), (CommandName.END, "no_open_reception")):
            with pytest.raises(Refused) as refused:
                await connection.request(RunCommand(command=Command(name=name)))
            assert refused.value.code == code
        with pytest.raises(Refused) as refused:
            await connection.request(RunCommand(command=Command(name=CommandName.OPEN, reception=99)))
        assert refused.value.code == "unknown_reception"
    await press(control, CommandName.OPEN)
    actors = control.database.run_here(lambda session: list(session.exec(select(Reception.state)).all()))
    assert actors


async def test_the_interpreter_survives(control: ControlProcess) -> None:
    await control.stop()
    async with served(control) as first:
        for code in (HA_TU, BAI_CHAY):
            assert "link" in await (await control.room(code)).join()
            control.media.connect(code)
        await press(control, CommandName.OPEN)
        await press(control, CommandName.NEXT)
        await press(control, CommandName.INTERPRETER, room=BAI_CHAY)
        await press(control, CommandName.FLOOR, room=HA_TU)
        stage = control.media.stage
        assert stage is not None
        assert stage.interpreter == BAI_CHAY
        await until_written(control, Interpretation, 1)
        assert await first.end(signal.SIGKILL) == -signal.SIGKILL
    control.media.stages.clear()

    async with served(control):
        await eventually(lambda: None if control.media.stage == stage else f"stage is {control.media.stage}")
        again = await control.room(BAI_CHAY)
        await eventually(lambda: None if again.interpretation.get("interprets") else "the room was not told")
        await press(control, CommandName.FINISH_ITEM)
        await eventually(lambda: None if control.media.stage.interpreter is None else "still interprets")  # type: ignore[union-attr]
        await eventually(
            lambda: None if control.rows(Interpretation)[0].ended_at is not None else "the span has no end"
        )
        await press(control, CommandName.END, confirm=True)
