"""`tiepdan rehearse --real`: a real server, two of its three rooms, and one of these has no camera."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import SQLModel, select
from typer.testing import CliRunner

from room_client.fleet import Fleet
from room_client.observing import RoomOptions
from server.cli import app
from server.commands.context import today
from server.control_socket import control_socket
from server.data.secret import load_secret
from server.demo.fill import fill_rehearsal
from server.receptions.tables import Attendance, FloorGrant, Reception, ReceptionState, Recording
from server.rehearsal.real_rooms import RealRehearsal, RealReport, RoomFound
from server.rehearsal.story import free_port
from server.rooms.keys import make_key
from server.rooms.queries import rooms_on
from server.rooms.tables import RoomLevel
from server.server_process import server_process
from server.settings import Settings
from signaling.messages import DeviceState
from tests.database import opened


def test_a_room_that_was_not_there_is_counted_and_one_in_trouble_is_named() -> None:
    well = RoomFound("06661", "Xã Cái Chiên", there_s=1.0, shown_s=0.4, had_floor=True, received=True)
    muted = RoomFound("06664", "Xã Quảng Lâm", there_s=2.0, microphone=DeviceState.BLOCKED, received=None)
    away = RoomFound("06667", "Xã Đường Hoa")
    assert RealReport([well, away]).ok
    assert not RealReport([well, muted]).ok
    assert not RealReport([away]).ok
    assert not RealReport([well], broken_off=True).ok
    assert muted.problems() == ["microphone blocked"]
    assert RoomFound("1", "", there_s=1.0, had_floor=True, received=False).problems() == [
        "no picture within 6 s of getting the floor",
        "received no picture",
    ]
    assert RealReport([well, muted, away]).as_table().caption == "2 of 3 rooms were there"


@pytest.mark.parametrize("option", [("--rooms", "20"), ("--fault", "all"), ("--faults-last", "3")])
def test_what_plays_rooms_has_no_place_beside_real_ones(option: tuple[str, str], tmp_path: Path) -> None:
    run = CliRunner(env={"TIEPDAN_DATA": str(tmp_path)}).invoke(app, ["rehearse", "--real", *option])
    assert run.exit_code == 2
    assert f"came {option[0]} with --real; allowed are --wait, --yes and --report" in run.output


async def test_who_is_there_is_shown_and_told_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.rehearsal.real_rooms.ON_AIR_S", 1.0)
    monkeypatch.setattr("server.rehearsal.real_rooms.SHOWN_WITHIN_S", 4.0)
    settings = Settings(
        _env_file=None,
        data=tmp_path,
        http=f"127.0.0.1:{free_port()}",
        media=f"127.0.0.1:{free_port(udp=True)}",
        media_advertise="",
    )
    secret = load_secret(tmp_path)
    with opened(settings.database_url, lambda session: fill_rehearsal(session, 3, today())) as database:
        rooms = database.run_here(lambda session: list(rooms_on(session, today())))
        communes = sorted(room.code for room in rooms if room.level is RoomLevel.COMMUNE)
        keys = {room.code: make_key(secret, room.code, room.key_version) for room in rooms}
    async with server_process(settings, tmp_path / "server.log") as address:
        seen, blind, _ = communes
        options = [
            RoomOptions(address, keys[seen]),
            RoomOptions(address, keys[blind], video="none"),
        ]
        async with Fleet(options) as fleet, control_socket(settings.run_directory) as control:
            assert await fleet.until_joined() == 2
            report = await RealRehearsal(control, 1.0, lambda _: None).run()
    found = {room.code: room for room in report.there}
    assert set(found) == {seen, blind}
    assert found[seen].shown_s is not None
    assert (found[blind].shown_s, found[blind].received) == (None, True)
    assert found[seen].received is None, "nobody else had a picture to show"
    assert (report.ok, report.broken_off) == (False, False)
    with opened(settings.database_url) as database:
        rows = [database.run_here(lambda session, kind=kind: session.exec(select(kind)).all()) for kind in COUNTED]  # type: ignore[misc]
        (reception,) = database.run_here(lambda session: session.exec(select(Reception)).all())
    assert rows == [[], [], []]
    assert reception.state == ReceptionState.PLANNED


COUNTED: tuple[type[SQLModel], ...] = (Attendance, FloorGrant, Recording)
