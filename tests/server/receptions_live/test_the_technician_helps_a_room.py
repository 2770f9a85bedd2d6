"""Remote help over real sockets and pages: what is seen of a room, what is asked of it, by whom, what stays."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlmodel import Session

from server.people.accounts import create_account
from server.people.tables import AuditEvent, Role
from server.receptions.helping import Asked
from server.receptions.line_quality import Quality
from signaling.help_messages import HelpAct
from signaling.messages import LinkState
from tests.server.receptions_live.conftest import PASSWORD, ControlProcess, RoomClient
from tests.server.receptions_live.province import BAI_CHAY, HA_TU
from tests.waiting import eventually

HELP = f"/receptions/help/{HA_TU}"


async def technician(control: ControlProcess) -> ClientSession:
    def write(session: Session) -> None:
        create_account(session, "kythuat", "kythuat", Role.TECHNICIAN, PASSWORD)

    control.database.run_here(write)
    return await control.log_in("kythuat")


class Helper:
    """The technician's page of one room."""

    def __init__(self, control: ControlProcess, session: ClientSession) -> None:
        self._control, self._session, self._token = control, session, ""

    async def read(self) -> str:
        page = await self._control.page(self._session, HELP)
        self._token = page.split('name="csrf" value="', 1)[1].split('"', 1)[0]
        return page

    async def ask(self, act: str, **more: str) -> tuple[int, str]:
        await self.read()
        answer = await self._session.post(
            self._control.address + HELP,
            data={"csrf": self._token, "act": act, **more},
            headers={"Accept": "text/html"},
            allow_redirects=False,
        )
        return answer.status, await answer.text()


async def asked(room: RoomClient, act: str) -> dict[str, Any]:
    await eventually(lambda: None if room.helps and room.helps[-1]["act"] == act else f"asked: {room.helps}")
    return room.helps[-1]


def noted(control: ControlProcess) -> list[tuple[str, dict[str, Any]]]:
    rows = [row for row in control.rows(AuditEvent) if row.action == "room_helped"]
    return [(row.subject, json.loads(row.detail)) for row in rows]


async def test_a_message_reaches_the_screen_and_the_act_the_log_without_its_words(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    helper = Helper(control, await technician(control))
    page = await helper.read()
    assert "Trang đang mở, chưa có hình và tiếng" in page, "it waits, which is no reason to telephone"
    assert "gọi điện nhờ điểm cầu bật màn hình" not in page
    assert (await helper.ask("message", text="  Nhờ cắm lại dây camera "))[0] == 303
    wish = await asked(room, "message")
    assert (wish["text"], wish["kind"]) == ("Nhờ cắm lại dây camera", None)
    assert 'data-act="message" data-outcome=""' in await helper.read()
    assert await room.call("helped", number=wish["number"], outcome="done") is None
    assert 'data-act="message" data-outcome="done"' in await helper.read()
    assert noted(control) == [(f"room:{HA_TU}", {"act": "message"})]


async def test_of_a_room_that_rests_it_says_of_when_its_devices_are(control: ControlProcess) -> None:
    room = await control.receiving(HA_TU)
    await room.client.emit("devices", {"camera": "ok", "microphone": "missing"}, namespace="/room")
    around = control.conductor.live.around
    await eventually(lambda: None if HA_TU in around.devices else "its devices are not known")
    helper = Helper(control, await technician(control))
    assert "as-of" not in await helper.read()
    await room.client.emit("leave", {}, namespace="/room")
    await eventually(lambda: None if around.lines.of(HA_TU).quality is Quality.ABSENT else "it has a link still")
    page = await helper.read()
    assert re.search(r"Theo thông tin lúc \d\d:\d\d \d\d/\d\d. Hiện điểm cầu đang nghỉ", page)
    await room.client.disconnect()
    await eventually(lambda: "it is in touch" if around.links.is_in_touch(HA_TU) else None)
    assert "Hiện điểm cầu không kết nối nên có thể đã khác" in await helper.read()


async def test_devices_are_named_chosen_and_checked(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    helper = Helper(control, await technician(control))
    assert (await helper.ask("devices"))[0] == 303
    wish = await asked(room, "devices")
    two = [
        {"kind": "camera", "device": "a1", "label": "Cổng HDMI", "used": True},
        {"kind": "camera", "device": "b2", "label": "Camera <USB>", "used": False},
    ]
    assert await room.call("helped", number=wish["number"], outcome="done", devices=two) is None
    page = await helper.read()
    assert 'value="camera:b2"' in page
    assert "Camera &lt;USB&gt;" in page
    assert (await helper.ask("choose", device="camera:b2"))[0] == 303
    wish = await asked(room, "choose")
    assert (wish["kind"], wish["device"]) == ("camera", "b2")
    assert (await helper.ask("check"))[0] == 303
    wish = await asked(room, "check")
    said = "Camera cho hình tốt."
    assert await room.call("helped", number=wish["number"], outcome="done", said=said) is None
    assert said in await helper.read()
    assert [detail["act"] for _, detail in noted(control)] == ["devices", "choose", "check"]


async def test_a_room_on_air_is_not_disturbed_but_may_be_told_something(control: ControlProcess) -> None:
    host = await control.console()
    room = await control.receiving(HA_TU)
    await host.pressed("open")
    await host.pressed("floor", room=HA_TU)
    helper = Helper(control, await technician(control))
    for act, more in (("reload", {}), ("check", {}), ("choose", {"device": "camera:b2"})):
        status, page = await helper.ask(act, **more)
        assert status == 409
        assert 'role="alert"' in page
    assert room.helps == []
    assert noted(control) == []
    assert (await helper.ask("message", text="Micro nhỏ quá"))[0] == 303
    await asked(room, "message")


@pytest.mark.parametrize(
    ("act", "more"),
    [
        ("format", {}),
        ("message", {"text": "  "}),
        ("message", {"text": "x" * 201}),
        ("choose", {"device": "speaker:1"}),
        ("choose", {"device": "camera:"}),
        ("choose", {}),
    ],
)
async def test_what_cannot_be_asked_is_refused_and_nothing_is_sent(
    control: ControlProcess, act: str, more: dict[str, str]
) -> None:
    room = await control.room(HA_TU)
    helper = Helper(control, await control.log_in("quantri"))
    assert (await helper.ask(act, **more))[0] == 409
    assert room.helps == []
    assert noted(control) == []


async def test_a_room_that_is_not_there_cannot_be_asked(control: ControlProcess) -> None:
    await control.room(HA_TU, purpose="watch")
    helper = Helper(control, await technician(control))
    status, page = await helper.ask("reload")
    assert status == 409
    assert "chưa nối" in page
    assert noted(control) == []


async def test_troubles_and_the_line_are_told_in_words(control: ControlProcess) -> None:
    helper = Helper(control, await technician(control))
    assert "Không có từ khi máy chủ khởi động" in await helper.read()
    room = await control.receiving(HA_TU)
    assert await room.call("devices", camera="missing", microphone="ok") is None
    await room.call("devices", camera="missing", microphone="ok")  # the same again is no other trouble
    await eventually(lambda: None if control.conductor.live.around.devices.get(HA_TU) else "not told")
    control.media.connect(HA_TU, LinkState.CLOSED)
    await eventually(lambda: None if room.ended else "its link did not end")
    page = await helper.read()
    assert page.count("không có: nhờ kiểm tra dây cắm") == 2  # among the devices, and once among the troubles
    assert 'data-testid="history"' in page
    assert "KN-" not in page


def test_what_waits_in_vain_is_called_unanswered() -> None:
    at = datetime(2026, 11, 30, 1, tzinfo=UTC)
    waits = Asked(1, HelpAct.CHECK, at)
    assert waits.outcome_at(at + timedelta(seconds=59)) == ""
    assert waits.outcome_at(at + timedelta(seconds=61)) == "unanswered"
    assert Asked(1, HelpAct.CHECK, at, outcome="failed").outcome_at(at + timedelta(hours=1)) == "failed"


async def test_an_answer_to_nothing_and_from_a_screen_that_only_watches_counts_for_nothing(
    control: ControlProcess,
) -> None:
    room = await control.room(HA_TU)
    assert await room.call("helped", number=99, outcome="done") is None
    assert (await room.call("helped", number=1, outcome="great"))["code"] == "bad_message"
    watching = await control.room(BAI_CHAY, purpose="watch")
    assert (await watching.call("helped", number=1, outcome="done"))["code"] == "not_allowed"


@pytest.mark.parametrize("login", ["xemlai", "chutri"])
async def test_who_has_not_the_right_asks_nothing(control: ControlProcess, login: str) -> None:
    room = await control.room(HA_TU)
    session = await control.log_in(login)
    answer = await session.get(control.address + HELP, headers={"Accept": "text/html"})
    assert answer.status == 403
    assert await control.post(session, HELP, act="reload") == 403
    assert room.helps == []
    assert noted(control) == []


async def test_of_an_appliance_the_screen_is_asked_and_told_that_it_is_seen(control: ControlProcess) -> None:
    sender = await control.room(HA_TU)
    await sender.join()
    screen = RoomClient()
    await screen.client.connect(
        control.address,
        namespaces=["/room"],
        auth={"language": "vi", "key": control.key(HA_TU), "purpose": "watch", "screen": True},
    )
    control.keep(screen.client)
    await eventually(lambda: None if screen.view else "no stage came")
    session = await technician(control)
    assert (await Helper(control, session).ask("message", text="Xin chào"))[0] == 303
    wish = await asked(screen, "message")
    assert not sender.helps, "who has the camera has no words to show"
    assert await screen.call("helped", number=wish["number"], outcome="done") is None
    for act in ("devices", "check", "reload"):
        assert (await Helper(control, session).ask(act))[0] == 303
        await asked(sender, act)
    assert [one["act"] for one in screen.helps] == ["message"], "it opens no device, and its program tells it"
    assert (
        await sender.call("helped", number=sender.helps[0]["number"], outcome="done", said="Micro: -32 dB") is None
    )
    assert "Micro: -32 dB" in await Helper(control, session).read()
    assert (await session.get(f"{control.address}/receptions/wall/pictures")).status == 200
    await eventually(lambda: None if screen.seen and sender.seen else "the room does not know that it is seen")
