"""A room's line falls silent, its page reconnects and restarts the link, its picture shrinks, it floods."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.receptions import effects
from server.receptions.cut_offs import LEFT_OUT, WITHIN, CutOffs
from server.receptions.events import ConnectionAppeared, ConnectionWent, LinkAgreed, LinkAsked, LinkRestarted
from server.receptions.views import room_entries
from signaling.desk_messages import RoomPresence
from signaling.messages import Carried, LinkState, Purpose
from signaling.ports import LinkChanged, LinkReport, LinkReports
from signaling.refusals import RefusalCode, Refused
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.processes import RESTARTED
from tests.server.receptions_live.province import BAI_CHAY, HA_TU, START, Scene
from tests.waiting import eventually


def report(link: str, layer: Carried) -> LinkReports:
    one = LinkReport(link=link, packets_sent=1, packets_received=1, loss_percent=0.0, rtt_ms=9.0, layer=layer)
    return LinkReports(links=(one,))


def told_lines(scene: Scene) -> list[tuple[str, str]]:
    return [(e.connection, e.layer) for e in scene.seen if isinstance(e, effects.LineChanged)]


def told_ends(scene: Scene) -> list[tuple[str, str, bool]]:
    return [(e.connection, e.code.value, e.rejoin) for e in scene.seen if isinstance(e, effects.TellLinkEnded)]


def cut_off(scene: Scene, link: str) -> None:
    scene.feed(
        LinkChanged(
            link=link, room=HA_TU, purpose=Purpose.ROOM, state=LinkState.CLOSED, refusal=RefusalCode.TOO_MUCH_MEDIA
        )
    )


def joins_again(scene: Scene, link: str) -> None:
    scene.feed(LinkAsked(link, HA_TU, Purpose.ROOM, f"socket-{HA_TU}"))
    scene.feed(LinkAgreed(link))


def test_a_holder_hears_of_every_change_of_its_line_and_of_nothing_else() -> None:
    scene = Scene.opened(HA_TU)
    link = f"link-{HA_TU}"
    heard = []
    for layer in ("h", "h", "m", "none", "none", "l", ""):
        scene.feed(report(link, layer))  # type: ignore[arg-type]
        heard.append([layer for _, layer in told_lines(scene)])
    assert heard == [["h"], [], ["m"], ["none"], [], ["l"], [""]]
    assert room_entries(scene.live, [HA_TU])[0].layer == ""


def test_a_connection_that_takes_a_link_over_is_told_at_once_what_its_line_carries() -> None:
    scene = Scene.opened(HA_TU)
    scene.feed(report(f"link-{HA_TU}", "l"))
    scene.feed(ConnectionWent(f"socket-{HA_TU}"))
    scene.feed(ConnectionAppeared("again", HA_TU, Purpose.ROOM))
    assert told_lines(scene) == [("again", "l")]


def test_a_silent_room_is_absent_and_the_console_says_since_when() -> None:
    scene = Scene.opened(HA_TU)
    scene.passes(5)
    scene.becomes(HA_TU, LinkState.SILENT)
    since = scene.now
    scene.passes(3)
    scene.becomes(HA_TU, LinkState.SILENT)
    entry = room_entries(scene.live, [HA_TU])[0]
    assert (entry.presence, entry.silent_since) == (RoomPresence.ABSENT, since.isoformat())
    scene.becomes(HA_TU, LinkState.RECEIVING)
    entry = room_entries(scene.live, [HA_TU])[0]
    assert (entry.presence, entry.silent_since) == (RoomPresence.RECEIVING, "")


def test_a_restart_is_for_whoever_holds_the_link_or_takes_over_its_rooms() -> None:
    scene = Scene.opened(HA_TU)
    links = scene.live.around.links
    assert links.restartable(f"socket-{HA_TU}") == f"link-{HA_TU}"
    scene.feed(ConnectionAppeared("watching", HA_TU, Purpose.WATCH))
    scene.feed(ConnectionAppeared("elsewhere", BAI_CHAY, Purpose.ROOM))
    for stranger in ("watching", "elsewhere", "nobody"):
        with pytest.raises(Refused) as refused:
            links.restartable(stranger)
        assert refused.value.code is RefusalCode.ROOM_NOT_CONNECTED

    scene.feed(ConnectionAppeared("after the blackout", HA_TU, Purpose.ROOM))
    assert links.restartable("after the blackout") == f"link-{HA_TU}"
    scene.feed(report(f"link-{HA_TU}", "m"))
    scene.feed(LinkRestarted(f"link-{HA_TU}", "after the blackout"))
    assert told_ends(scene) == [(f"socket-{HA_TU}", "replaced", False)]
    assert told_lines(scene) == [("after the blackout", "m")]
    scene.feed(ConnectionWent(f"socket-{HA_TU}"))
    scene.passes(200)
    assert links.holds(f"link-{HA_TU}")


def test_a_room_that_floods_comes_back_twice_and_then_not_for_ten_minutes() -> None:
    scene = Scene.opened(HA_TU)
    for number, rejoin in enumerate((True, True, False)):
        joins_again(scene, f"flood-{number}")
        scene.passes(60)
        cut_off(scene, f"flood-{number}")
        assert told_ends(scene) == [(f"socket-{HA_TU}", "too_much_media", rejoin)]
    with pytest.raises(Refused) as refused:
        joins_again(scene, "flood-3")
    assert refused.value.code is RefusalCode.TOO_MUCH_MEDIA
    scene.feed(ConnectionAppeared("watching", HA_TU, Purpose.WATCH))
    scene.feed(LinkAsked("watch", HA_TU, Purpose.WATCH, "watching"))  # another place: not left out
    scene.passes(LEFT_OUT.total_seconds())
    joins_again(scene, "flood-3")
    assert scene.live.around.links.holds("flood-3")


def test_cut_offs_that_lie_far_apart_are_not_added_up() -> None:
    scene = Scene.opened(HA_TU)
    for number in range(6):
        joins_again(scene, f"flood-{number}")
        scene.now += timedelta(minutes=6)
        cut_off(scene, f"flood-{number}")
        assert told_ends(scene) == [(f"socket-{HA_TU}", "too_much_media", True)]


def test_an_encoder_that_floods_is_left_out_by_its_token_and_nobody_else() -> None:
    scene = Scene.opened()
    for number in range(3):
        link = f"whip-tag-{number}"
        scene.feed(LinkAsked(link, "22", Purpose.DESK, None))
        scene.feed(LinkAgreed(link))
        closed = LinkState.CLOSED, RefusalCode.TOO_MUCH_MEDIA
        scene.feed(LinkChanged(link=link, room="22", purpose=Purpose.DESK, state=closed[0], refusal=closed[1]))
    with pytest.raises(Refused) as refused:
        scene.feed(LinkAsked("whip-tag-4", "22", Purpose.DESK, None))
    assert refused.value.code is RefusalCode.TOO_MUCH_MEDIA
    assert refused.value.refusal.allowed.startswith("10 ")
    scene.feed(LinkAsked("whip-other-1", "22", Purpose.DESK, None))
    scene.feed(ConnectionAppeared("desk page", "22", Purpose.DESK))
    scene.feed(LinkAsked("link-desk", "22", Purpose.DESK, "desk page"))


def test_what_was_cut_off_long_ago_is_not_kept() -> None:
    cut_offs = CutOffs()
    for number in range(100):
        cut_offs.note(f"place-{number}", START)
    cut_offs.forget_old(START + WITHIN)
    assert len(cut_offs) == 100
    cut_offs.forget_old(START + WITHIN + timedelta(seconds=1))
    assert len(cut_offs) == 0


async def test_a_room_restarts_its_link_over_real_sockets(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    assert (await room.call("restart", sdp="v=0\r\n"))["code"] == "room_not_connected"
    joined = await room.join()
    control.media.connect(HA_TU)
    answer = await room.call("restart", sdp="v=0\r\ns=new\r\n")
    assert answer == {"link": joined["link"], "sdp": RESTARTED}
    assert [(one.link, one.sdp) for one in control.media.restarts] == [(joined["link"], "v=0\r\ns=new\r\n")]
    control.media.refuse = RefusalCode.BAD_SDP
    refused = await room.call("restart", sdp="v=0\r\ns=other keys\r\n")
    assert refused["code"] == "bad_sdp"
    assert control.conductor.live.around.links.holds(joined["link"])


async def test_a_room_is_told_its_line_and_why_it_was_cut_off(control: ControlProcess) -> None:
    console = await control.console()
    await console.pressed("open")
    room = await control.receiving(HA_TU)
    link = next(iter(control.media.links))
    control.media.send(report(link, "l"))
    await eventually(lambda: None if room.lines == ["l"] else f"heard {room.lines}")
    control.media.connect(HA_TU, LinkState.SILENT)
    await eventually(lambda: None if console.rooms[HA_TU]["silent_since"] else "the console says nothing")
    assert console.rooms[HA_TU]["presence"] == "absent"
    gone = control.media.links.pop(link)
    control.media.send(gone.model_copy(update={"state": LinkState.CLOSED, "refusal": RefusalCode.TOO_MUCH_MEDIA}))
    await eventually(lambda: None if room.ended else "the room was not told")
    assert room.ended[0]["refusal"]["code"] == "too_much_media"
    assert room.ended[0]["refusal"]["text"]
    assert room.ended[0]["rejoin"] is True
    assert "link" in await room.join()


async def test_paths_are_the_first_thing_a_room_hears(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    await eventually(lambda: None if "stage" in room.heard else "no stage yet")
    assert room.heard[0] == "paths"
    assert room.paths == [{"servers": []}]
