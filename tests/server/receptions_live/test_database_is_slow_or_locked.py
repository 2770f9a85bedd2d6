"""Pictures do not wait for the disk, and what could not be written yet is written later, in order."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from typing import Any

from sqlalchemy import event
from sqlmodel import select

from server.receptions.tables import FloorGrant, Hearing
from server.rooms.tables import Room
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.province import HA_TU
from tests.waiting import eventually


async def test_a_floor_change_does_not_wait_for_the_database(control: ControlProcess) -> None:
    ha_tu = await control.receiving(HA_TU)
    console = await control.console()
    await console.pressed("open")
    await control.written()
    disk_is_stuck = threading.Event()
    stuck = asyncio.create_task(control.database.run(lambda _session: disk_is_stuck.wait(20)))
    try:
        await console.pressed("floor", room=HA_TU)
        assert control.media.stage is not None
        assert control.media.stage.floor == HA_TU
        await eventually(lambda: None if ha_tu.view.get("has_floor") else "the room was not told", 2)
        assert not stuck.done()
    finally:
        disk_is_stuck.set()
        await stuck
    await control.written()
    assert len(control.rows(FloorGrant)) == 1


async def test_a_locked_database_raises_an_alarm_and_loses_nothing(control: ControlProcess) -> None:
    @event.listens_for(control.database.engine, "connect")
    def _impatient(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=20")

    control.database.engine.dispose()
    console = await control.console()
    await console.pressed("open")
    await control.written()
    lock = sqlite3.connect(control.settings.data / "tiepdan.db")
    try:
        lock.execute("BEGIN IMMEDIATE")
        await console.pressed("next")
        await console.pressed("close_item")
        await eventually(lambda: None if console.state["recording"]["alarm"] else "no alarm on the console")
        assert "cơ sở dữ liệu" in console.state["recording"]["alarm"]
        assert console.state["item_closed"]
        lock.rollback()
    finally:
        lock.close()
    await control.written()
    await eventually(lambda: console.state["recording"]["alarm"] or None)
    assert [hearing.closed for hearing in control.rows(Hearing)] == [False, True]


async def test_a_withdrawn_key_ends_the_room_that_uses_it(control: ControlProcess) -> None:
    room = await control.receiving(HA_TU)

    def withdraw(session: Any) -> None:
        row = session.exec(select(Room).where(Room.code == HA_TU)).one()
        row.key_version += 1
        session.add(row)

    control.database.run_here(withdraw)
    await control.conductor.prepare(control.reception)
    await eventually(lambda: None if room.ended else "the room was not told")
    assert room.ended[0]["refusal"]["code"] == "bad_key"
    await eventually(lambda: "still connected" if room.client.connected else None)
