"""Rooms measure their lines a few at a time, and never while a reception is open."""

from __future__ import annotations

from server.receptions.line_checks import MOST_AT_ONCE
from tests.server.receptions_live.conftest import ControlProcess, RoomClient
from tests.server.receptions_live.province import BAI_CHAY, CAI_CHIEN, HA_TU
from tests.waiting import eventually

OFFER = "v=0\r\ns=offer\r\n"


async def test_what_came_up_is_told_when_the_room_is_done(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    joined = await room.call("line_check", sdp=OFFER)
    assert joined["sdp"].startswith("v=0")
    assert await room.call("line_check_end", link=joined["link"]) == {
        "loss_up_percent": 4.8, "jitter_up_ms": None, "up_kbps": 498.2,
    }  # fmt: skip
    assert (await room.call("line_check_end", link=joined["link"]))["code"] == "room_not_connected"


async def test_it_is_nobody_s_link_and_the_room_s_own_stays(control: ControlProcess) -> None:
    room = await control.receiving(HA_TU)
    joined = await room.call("line_check", sdp=OFFER)
    links = control.conductor.live.around.links
    assert links.state_of(HA_TU) is not None
    assert joined["link"] not in control.media.links
    other = await control.room(BAI_CHAY)
    assert (await other.call("line_check_end", link=joined["link"]))["code"] == "room_not_connected"
    assert control.media.measuring == {joined["link"]}


async def test_while_a_reception_is_open_nobody_measures(control: ControlProcess) -> None:
    room, console = await control.room(HA_TU), await control.console()
    await console.pressed("open")
    refused = await room.call("line_check", sdp=OFFER)
    assert (refused["code"], refused["came"]) == ("not_now", "an open reception")
    assert "Chưa đo đường truyền được" in refused["text"]
    await console.pressed("end", confirm=True)
    assert "link" in await room.call("line_check", sdp=OFFER)


async def test_few_measure_at_once_and_who_is_done_makes_place(control: ControlProcess) -> None:
    rooms: list[RoomClient] = []
    for code in (HA_TU, HA_TU, BAI_CHAY, BAI_CHAY, CAI_CHIEN)[: MOST_AT_ONCE + 1]:
        rooms.append(await control.room(code))
    answers = [await room.call("line_check", sdp=OFFER) for room in rooms]
    assert [("link" in answer) for answer in answers] == [True] * MOST_AT_ONCE + [False]
    assert answers[-1]["code"] == "not_now"
    await rooms[0].client.disconnect()  # and its link goes with it
    await eventually(lambda: None if len(control.media.measuring) < MOST_AT_ONCE else "its link is still there")
    assert "link" in await rooms[-1].call("line_check", sdp=OFFER)


async def test_who_begins_again_has_one_link(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    first, second = [await room.call("line_check", sdp=OFFER) for _ in range(2)]
    await eventually(lambda: None if first["link"] in control.media.closed else "the first one is still there")
    assert control.media.measuring == {second["link"]}


async def test_an_overflow_screen_measures_nothing(control: ControlProcess) -> None:
    watcher = await control.room(HA_TU, purpose="watch")
    assert (await watcher.call("line_check", sdp=OFFER))["code"] == "not_allowed"
