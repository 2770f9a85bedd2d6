"""/administration/debug: what the long-lived objects say, who may read it, and that reading is noted."""

from __future__ import annotations

import json

from sqlmodel import select

from server.people.tables import AuditEvent
from signaling.ports import DebugSnapshot
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.province import BAI_CHAY, HA_TU
from tests.waiting import eventually

PATH = "/administration/debug"
PAGE = {"Accept": "text/html"}
OBJECTS = {
    "conductor", "live", "link book", "line qualities", "row writer", "media client", "recorder client",
    "measured", "room gateway", "desk gateway", "desk socket", "engine.io", "wall",
}  # fmt: skip


def noted(control: ControlProcess) -> list[AuditEvent]:
    return control.database.run_here(
        lambda session: list(session.exec(select(AuditEvent).where(AuditEvent.action == "debug_read")).all())
    )


async def test_every_long_lived_object_says_what_it_is_and_of_nobody(control: ControlProcess) -> None:
    await (await control.console()).pressed("open")
    room = await control.receiving(HA_TU)
    await room.call("hand", raised=True)
    control.media.debug = DebugSnapshot(objects={"plane": {"links": 1, "layers": {"h": 1}}})
    session = await control.log_in("quantri")
    answer = await session.get(control.address + PATH)
    assert answer.status == 200
    said = await answer.json()
    assert set(said["control"]) == OBJECTS
    assert said["media"] == {"plane": {"links": 1, "layers": {"h": 1}}}
    assert said["control"]["link book"] == {
        "links": 1, "states": {"receiving": 1}, "connections": 1, "free": 0, "cut_off_lately": 0
    }  # fmt: skip
    assert said["control"]["live"]["hands"] == 1
    assert said["control"]["conductor"]["healthy"] is True
    assert said["control"]["room gateway"]["purposes"] == {"room": 1}
    assert said["control"]["media client"] == {
        "worker 0": {"connected": True, "connections": 1, "links": 1}
    }  # fmt: skip
    everything = json.dumps(said, ensure_ascii=False)
    for word in (HA_TU, BAI_CHAY, "Hà Tu", "chutri", "127.0.0.1", "link-", "KN-0"):
        assert word not in everything
    page = await session.get(control.address + PATH, headers=PAGE)
    text = await page.text()
    assert all(f"<code>{name}</code>" in text for name in OBJECTS | {"plane"})
    actors = [event.actor for event in noted(control)]
    assert len(actors) == 2
    assert all(actor.startswith("account:") for actor in actors)


async def test_a_media_process_that_does_not_answer_has_a_sentence(control: ControlProcess) -> None:
    session = await control.log_in("quantri")
    said = await (await session.get(control.address + PATH)).json()  # it knows no such question
    assert said["media"].startswith("Tiến trình truyền hình không trả lời.")
    await control.media.stop()
    await eventually(lambda: "media runs" if control.conductor.live.around.media_running else None)
    text = await (await session.get(control.address + PATH, headers=PAGE)).text()
    assert "Tiến trình truyền hình không trả lời." in text


async def test_only_the_administrator_looks(control: ControlProcess) -> None:
    for login in ("chutri", "thuky", "xemlai"):
        assert (await (await control.log_in(login)).get(control.address + PATH)).status == 403
    assert (await control.session().get(control.address + PATH)).status == 401
    assert noted(control) == []
