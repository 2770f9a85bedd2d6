"""A browser that was enrolled connects with nothing but its cookie, and is thrown out when it is revoked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import socketio
from aiohttp import ClientSession
from sqlalchemy import update
from sqlmodel import Session, col

from server.data.columns import now
from server.receptions.standing import CHECK_EVERY_S
from server.rooms.device_tables import RoomDevice
from server.rooms.devices import make_code
from server.rooms.queries import room_by_code
from server.rooms.tables import Room
from server.web.languages import today
from signaling.enrolment import DEVICE_COOKIE as COOKIE
from tests.server.receptions_live.conftest import ControlProcess, RoomClient
from tests.server.receptions_live.province import BAI_CHAY, HA_TU
from tests.waiting import eventually


def room_of(session: Session, code: str) -> Room:
    room = room_by_code(session, code, today())
    assert room is not None
    return room


async def enrol(control: ControlProcess, code: str, browser: ClientSession | None = None) -> ClientSession:
    """A browser that has just exchanged a code of this room."""
    made = control.database.run_here(
        lambda session: make_code(session, control.secret, room_of(session, code), actor="account:1", at=now())
    )
    browser = browser or control.session()
    answer = await browser.post(f"{control.address}/room/enrol", json={"code": made})
    assert answer.status == 200
    return browser


async def connect(control: ControlProcess, browser: ClientSession, **auth: object) -> RoomClient:
    room = RoomClient()
    room.client = socketio.AsyncClient(reconnection=False, http_session=browser)
    for event, kept in (("stage", room.views), ("link_ended", room.ended)):
        room.client.on(event, kept.append, namespace="/room")
    room.client.on("connect_error", room._note, namespace="/room")
    control.keep(room.client)
    try:
        await room.client.connect(
            control.address, namespaces=["/room"], auth={"language": "vi", **auth}, transports=["websocket"]
        )
    except socketio.exceptions.ConnectionError:
        await eventually(lambda: None if room.refused else "no refusal came")
    return room


def refused(room: RoomClient) -> str:
    return str(room.refused["data"]["code"])


async def room_name(room: RoomClient) -> str:
    await eventually(lambda: None if room.view else "no stage came")
    return str(room.view["room_name"])


async def test_the_cookie_alone_is_the_room_and_joins_like_one(control: ControlProcess) -> None:
    browser = await enrol(control, HA_TU)
    room = await connect(control, browser)
    assert await room_name(room) == "Phường Hà Tu"
    assert "link" in await room.join()
    overflow = await connect(control, browser, purpose="watch")
    assert await room_name(overflow) == "Phường Hà Tu"


async def test_a_key_goes_before_the_cookie(control: ControlProcess) -> None:
    browser = await enrol(control, HA_TU)
    assert await room_name(await connect(control, browser, key=control.key(BAI_CHAY))) == "Phường Bãi Cháy"


async def test_without_a_cookie_that_counts_there_is_nobody(control: ControlProcess) -> None:
    stranger = control.session()
    assert refused(await connect(control, stranger)) == "bad_key"
    for value in ("", "x", f"d1-{'a' * 32}", f"d99-{'a' * 32}"):
        forger = control.session()
        forger.cookie_jar.update_cookies({COOKIE: value})
        assert refused(await connect(control, forger)) == "bad_key"
    reviewer = await control.log_in("xemlai")
    assert refused(await connect(control, reviewer, purpose="watch")) == "not_allowed"
    assert refused(await connect(control, await control.log_in("chutri"))) == "bad_key"  # no account is a room


async def test_a_device_is_no_desk_and_the_console_goes_on_beside_it(control: ControlProcess) -> None:
    browser = await enrol(control, HA_TU)
    assert refused(await connect(control, browser, purpose="desk")) == "bad_key"
    host = await enrol(control, HA_TU, await control.log_in("chutri"))
    console = await connect(control, host, purpose="watch", login=True)
    assert await room_name(console) == "Trụ sở tiếp công dân tỉnh"
    assert await room_name(await connect(control, host, purpose="watch")) == "Phường Hà Tu"


async def test_revoking_ends_what_is_connected_at_once_and_nobody_else(control: ControlProcess) -> None:
    browser, other = await enrol(control, HA_TU), await enrol(control, HA_TU)
    room, watcher = await connect(control, browser), await connect(control, browser, purpose="watch")
    beside = await connect(control, other)
    office = await control.log_in("quantri")
    rooms = await control.page(office, "/rooms?q=06649")
    path = re.search(r'href="(/rooms/\d+)"', rooms)
    assert path is not None
    assert await control.post(office, f"{path[1]}/devices/1/revoke") == 303
    for each in (room, watcher):
        await eventually(lambda each=each: None if each.ended else "it is still connected")  # type: ignore[misc]
        assert (each.ended[0]["refusal"]["code"], each.ended[0]["rejoin"]) == ("bad_key", False)
        await eventually(lambda each=each: "still there" if each.client.connected else None)  # type: ignore[misc]
    assert refused(await connect(control, browser)) == "bad_key"
    assert beside.ended == []
    assert await room_name(beside) == "Phường Hà Tu"


async def test_withdrawing_the_rooms_address_ends_its_devices_too(control: ControlProcess) -> None:
    room = await connect(control, browser := await enrol(control, HA_TU))
    beside = await connect(control, await enrol(control, BAI_CHAY))
    office = await control.log_in("quantri")
    path = re.search(r'href="(/rooms/\d+/withdraw)"', await control.page(office, "/rooms?q=06649"))
    assert path is not None
    assert await control.post(office, path[1]) == 303
    await eventually(lambda: None if room.ended else "it is still connected")
    assert refused(await connect(control, browser)) == "bad_key"
    assert beside.ended == []


async def test_a_device_of_a_room_that_ended_is_nobody(control: ControlProcess) -> None:
    browser = await enrol(control, HA_TU)
    control.database.run_here(
        lambda session: session.execute(
            update(Room).where(col(Room.code) == HA_TU).values(valid_to=today() - timedelta(days=1))
        )
    )
    assert refused(await connect(control, browser)) == "bad_key"


async def test_who_was_revoked_where_we_heard_nothing_of_it_goes_with_the_next_look(
    control: ControlProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is written down that it was here."""
    assert CHECK_EVERY_S <= 60
    await control.stop()
    monkeypatch.setattr("server.receptions.room_gateway.CHECK_EVERY_S", 0.05)
    await control.start()
    room = await connect(control, await enrol(control, HA_TU))
    long_ago = now() - timedelta(days=2)

    def change(**values: object) -> None:
        control.database.run_here(lambda session: session.execute(update(RoomDevice).values(**values)))

    change(last_seen_at=long_ago)
    await eventually(lambda: "not noted" if control.rows(RoomDevice)[0].last_seen_at == long_ago else None)
    assert room.ended == []
    change(revoked_at=now(), revoked_by="system")
    await eventually(lambda: None if room.ended else "it is still connected")


async def test_opening_the_page_keeps_the_cookie_alive(control: ControlProcess) -> None:
    browser = await enrol(control, HA_TU)
    answer = await browser.get(f"{control.address}/room")
    again = answer.cookies[COOKIE]
    assert (again["httponly"], again["samesite"], again["max-age"]) == (True, "Strict", "34560000")
    assert await room_name(await connect(control, browser)) == "Phường Hà Tu"
    stranger = await control.session().get(f"{control.address}/room")
    assert COOKIE not in stranger.cookies
    forger = control.session()
    forger.cookie_jar.update_cookies({COOKIE: "d1-x"})
    assert COOKIE not in (await forger.get(f"{control.address}/room")).cookies


@pytest.mark.parametrize("chosen", [{"secure_cookies": True}])
async def test_behind_https_the_cookie_goes_over_nothing_else(control: ControlProcess) -> None:
    made = control.database.run_here(
        lambda session: make_code(session, control.secret, room_of(session, HA_TU), actor="account:1", at=now())
    )
    answer = await control.session().post(f"{control.address}/room/enrol", json={"code": made})
    assert answer.cookies[COOKIE]["secure"] is True


async def test_the_screen_of_an_appliance_acts_for_its_room_and_leaves_it_its_link(
    control: ControlProcess,
) -> None:
    browser = await enrol(control, HA_TU)
    appliance = await connect(control, browser)
    link = (await appliance.join())["link"]
    screen = RoomClient()
    await screen.client.connect(
        control.address,
        namespaces=["/room"],
        auth={"language": "vi", "key": control.key(HA_TU), "purpose": "watch", "screen": True},
    )
    control.keep(screen.client)
    await eventually(lambda: None if screen.view else "no stage came")
    assert {"software", "schedule"} <= set(screen.heard), "it is told what the room itself is told"
    assert "link" in await screen.join()
    opening = await screen.call("hand", raised=True)
    assert opening["code"] == "no_open_reception", "it may, and there is nothing to ask for yet"
    plain = await connect(control, browser, purpose="watch")
    assert (await plain.call("hand", raised=True))["code"] == "not_allowed"
    assert not appliance.ended, f"the room's own link {link} is not touched"


async def test_nobody_else_is_the_screen_of_an_appliance(control: ControlProcess) -> None:
    browser = await enrol(control, HA_TU)
    for purpose in ("room", "desk"):
        assert refused(await connect(control, browser, purpose=purpose, screen=True)) in ("not_allowed", "bad_key")
    host = await control.log_in("chutri")
    assert refused(await connect(control, host, purpose="watch", login=True, screen=True)) == "not_allowed"
