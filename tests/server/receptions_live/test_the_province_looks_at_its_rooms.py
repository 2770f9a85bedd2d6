"""The wall over real sockets and HTTP: pictures come from rooms that are asked, go to who may look, and go."""

from __future__ import annotations

import base64
import json
from typing import Any

import av
import numpy as np
import pytest
from aiohttp import ClientSession
from sqlmodel import Session

from room_client.sources.small_picture import small_jpeg
from server.people.accounts import create_account
from server.people.tables import Role
from server.receptions.wall import KEPT_S, WATCHED_S, Wall
from signaling.messages import LinkState
from tests.server.receptions_live.conftest import PASSWORD, ControlProcess, RoomClient
from tests.server.receptions_live.province import BAI_CHAY, CAI_CHIEN, HA_TU
from tests.waiting import eventually

PICTURES = "/receptions/wall/pictures"


def jpeg(colour: int) -> bytes:
    pixels = np.full((90, 160, 3), colour, np.uint8)
    return small_jpeg(av.VideoFrame.from_ndarray(pixels, format="rgb24"))


RED, BLUE = jpeg(40), jpeg(200)


def said(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Eyes:
    """A wall as a page asks for it."""

    def __init__(self, control: ControlProcess, session: ClientSession) -> None:
        self._address = control.address + PICTURES
        self._session = session
        self.at = ""
        self.rooms: dict[str, list[Any]] = {}

    async def look(self) -> dict[str, bytes]:
        """The pictures that are new."""
        answer = await self._session.get(self._address, params={"since": self.at})
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        head, _, body = (await answer.read()).partition(b"\n")
        told = json.loads(head)
        self.at, self.rooms = told["at"], {room[0]: room for room in told["rooms"]}
        new = {}
        for code, *_, size in told["rooms"]:
            if size:
                new[code], body = body[:size], body[size:]
        assert body == b""
        return new

    async def look_until(self, wanted: dict[str, bytes]) -> None:
        seen: dict[str, bytes] = {}
        for _ in range(200):
            seen.update(await self.look())
            if seen == wanted:
                return
        raise AssertionError(f"looked at {sorted(seen)}, wanted {sorted(wanted)}")


def wall_of(control: ControlProcess) -> Wall:
    return next(screen for screen in control.conductor.screens if isinstance(screen, Wall))


async def eyes(control: ControlProcess, login: str = "chutri") -> Eyes:
    return Eyes(control, await control.log_in(login))


async def is_seen(room: RoomClient, seen: bool = True) -> None:
    await eventually(lambda: None if room.seen is seen else f"the room was told {room.seen}")


async def refused(room: RoomClient, data: str, **more: object) -> tuple[str, str, str]:
    answer = await room.call("picture", jpeg=data, **more)
    assert answer["text"]
    return answer["code"], answer["came"], answer["allowed"]


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Moves the wall's clock."""

    def move(control: ControlProcess, seconds: float) -> None:
        wall = wall_of(control)
        before = wall.now_s
        monkeypatch.setattr(wall, "_clock", lambda: before + seconds)

    return move


async def test_a_room_is_asked_only_while_somebody_looks(control: ControlProcess, passing: Any) -> None:
    room = await control.receiving(HA_TU)
    assert (await refused(room, said(RED)))[0] == "picture_not_wanted"
    looking = await eyes(control)
    assert await looking.look() == {}
    await is_seen(room)
    assert await room.call("picture", jpeg=said(RED), level=42) is None
    await looking.look_until({HA_TU: RED})
    assert looking.rooms[HA_TU][2:4] == [42, 0]
    passing(control, WATCHED_S + 1)
    await is_seen(room, False)
    assert wall_of(control).debug_snapshot() == {"looked_at": False, "rooms": 0, "bytes": 0}
    assert (await refused(room, said(RED)))[0] == "picture_not_wanted"


async def test_what_did_not_change_is_not_sent_again(control: ControlProcess) -> None:
    looking = await eyes(control)
    await looking.look()
    ha_tu, bai_chay = await control.receiving(HA_TU), await control.receiving(BAI_CHAY)
    for room in (ha_tu, bai_chay):
        await is_seen(room)
        await room.call("picture", jpeg=said(RED))
    await looking.look_until({HA_TU: RED, BAI_CHAY: RED})
    assert await looking.look() == {}
    await ha_tu.call("picture", jpeg=said(RED), level=7)  # the same picture, and another level
    assert await looking.look() == {}
    assert looking.rooms[HA_TU][2] == 7
    await ha_tu.call("picture", jpeg=said(BLUE))
    assert await looking.look() == {HA_TU: BLUE}
    another = await eyes(control, "thuky")
    assert await another.look() == {HA_TU: BLUE, BAI_CHAY: RED}
    another.at = "deadbeef.999"  # of a control process that is no more
    assert await another.look() == {HA_TU: BLUE, BAI_CHAY: RED}
    another.at = "nonsense"
    assert len(await another.look()) == 2


async def test_a_picture_goes_with_its_room_its_camera_and_its_time(control: ControlProcess, passing: Any) -> None:
    looking = await eyes(control)
    await looking.look()
    rooms = {code: await control.receiving(code) for code in (HA_TU, BAI_CHAY, CAI_CHIEN)}
    for room in rooms.values():
        await is_seen(room)
        assert await room.call("picture", jpeg=said(RED)) is None
    await looking.look_until(dict.fromkeys(rooms, RED))
    await rooms[HA_TU].call("picture", jpeg="")  # its camera is gone
    assert await looking.look() == {}
    assert looking.rooms[HA_TU][1] == 0
    await rooms[BAI_CHAY].call("leave")
    await looking.look()
    assert set(looking.rooms) == {HA_TU, CAI_CHIEN}
    passing(control, KEPT_S + 1)
    await looking.look()
    assert looking.rooms == {}


async def test_a_room_that_rests_a_screen_that_watches_and_the_desk_send_none(control: ControlProcess) -> None:
    looking = await eyes(control)
    await looking.look()
    resting = await control.room(HA_TU)
    await is_seen(resting)
    assert (await refused(resting, said(RED)))[:2] == ("room_not_connected", "picture")
    watching = await control.room(HA_TU, purpose="watch")
    assert (await refused(watching, said(RED)))[:2] == ("not_allowed", "picture as watch")
    assert watching.seen is None
    assert await looking.look() == {}


async def test_what_is_no_such_picture_is_refused_and_the_one_before_stays(control: ControlProcess) -> None:
    looking = await eyes(control)
    await looking.look()
    room = await control.receiving(HA_TU)
    await is_seen(room)
    assert await room.call("picture", jpeg=said(RED)) is None
    large = said(RED[:2] + b"\xff\xfe\x13\x88" + bytes(4998) + RED[2:])
    assert (await refused(room, large))[::2] == ("bad_picture", "at most 5000 bytes")
    assert await refused(room, said(b"hello")) == ("bad_picture", "no JPEG", "a JPEG of 160×90")
    assert (await refused(room, "%%%"))[0] == "bad_picture"
    await looking.look_until({HA_TU: RED})
    for wrong in ({"jpeg": 5}, {"jpeg": None}, {}, {"jpeg": "", "level": 101}, {"jpeg": "", "name": "x"}):
        assert (await room.call("picture", **wrong))["code"] == "bad_message"
    assert "server_time" in await room.call("clock")
    assert room.ended == []


async def test_pictures_that_come_too_often_are_refused_and_nothing_else_is(control: ControlProcess) -> None:
    looking = await eyes(control)
    await looking.look()
    room = await control.receiving(HA_TU)
    await is_seen(room)
    answers = [await room.call("picture", jpeg=said(RED)) for _ in range(12)]
    codes = {answer["code"] for answer in answers if answer is not None}
    assert answers[:5] == [None] * 5
    assert codes == {"too_many_messages"}
    assert "server_time" in await room.call("clock")


async def test_closing_an_item_takes_every_picture_away_at_once(control: ControlProcess) -> None:
    host, looking = await control.console(), await eyes(control)
    await looking.look()
    ha_tu, bai_chay = await control.receiving(HA_TU), await control.receiving(BAI_CHAY)
    await host.pressed("open")
    await host.pressed("next")
    for room in (ha_tu, bai_chay):
        await is_seen(room)
        assert await room.call("picture", jpeg=said(RED)) is None
    await looking.look_until({HA_TU: RED, BAI_CHAY: RED})
    await host.pressed("close_item")
    assert wall_of(control).debug_snapshot()["rooms"] == 0
    assert await looking.look() == {}
    assert looking.rooms == {}
    await is_seen(ha_tu, False)
    await is_seen(bai_chay, False)
    assert (await refused(ha_tu, said(RED)))[0] == "picture_not_wanted"
    await host.pressed("reopen_item", confirm=True)
    await looking.look()
    await is_seen(ha_tu)


async def test_a_technician_sees_pictures_and_lines_and_no_petition(control: ControlProcess) -> None:
    def technician(session: Session) -> None:
        create_account(session, "kythuat", "kythuat", Role.TECHNICIAN, PASSWORD)

    control.database.run_here(technician)
    host, looking = await control.console(), await eyes(control, "kythuat")
    room = await control.receiving(HA_TU)
    await host.pressed("open")
    await host.pressed("next")
    await looking.look()
    await is_seen(room)
    assert await room.call("picture", jpeg=said(RED)) is None
    await looking.look_until({HA_TU: RED})
    page = await control.page(await control.log_in("kythuat"), "/receptions/wall")
    assert "Phường Hà Tu" in page
    assert "KN-" not in page
    assert "Nội dung" not in page.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("login", ["xemlai", ""])
async def test_who_has_not_the_right_sees_nothing(control: ControlProcess, login: str) -> None:
    session = await control.log_in(login) if login else control.session()
    for path in (PICTURES, "/receptions/wall"):
        answer = await session.get(control.address + path, headers={"Accept": "text/html"}, allow_redirects=False)
        assert answer.status == (403 if login else 303)
    assert not wall_of(control).is_looked_at


async def test_a_link_that_fell_silent_shows_no_old_picture(control: ControlProcess) -> None:
    looking = await eyes(control)
    await looking.look()
    room = await control.receiving(HA_TU)
    await is_seen(room)
    await room.call("picture", jpeg=said(RED))
    await looking.look_until({HA_TU: RED})
    control.media.connect(HA_TU, LinkState.SILENT)
    await eventually(lambda: None if control.conductor.live.around.links.silent_since(HA_TU) else "not silent")
    await looking.look()
    assert looking.rooms == {}
