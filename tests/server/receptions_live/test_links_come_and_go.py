"""A room that joins twice, loses its signalling, or outlives the control process; and its attendance."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.receptions import effects
from server.receptions.events import (
    ConnectionAppeared,
    ConnectionWent,
    LinkAgreed,
    LinkAsked,
    LinkFailed,
    MediaConnected,
    MediaLost,
    RoomLeft,
    StateRestored,
    TimePassed,
)
from server.receptions.link_entry import HEARD_KEPT_S, KEPT_S
from server.receptions.programme import Restored
from server.receptions.tables import Presence, ReceptionState
from signaling.messages import LinkState, Purpose
from signaling.ports import LinkChanged, MediaSnapshot
from signaling.refusals import Refused
from tests.server.receptions_live.province import BAI_CHAY, HA_TU, ROOMS, START, Scene


def snapshot(*links: tuple[str, str, Purpose]) -> MediaConnected:
    found = tuple(
        LinkChanged(link=link, room=room, purpose=purpose, state=LinkState.RECEIVING)
        for link, room, purpose in links
    )
    return MediaConnected(
        MediaSnapshot(codec="h264", links=found, slots={}, packets_in=0, packets_out=0, packets_dropped=0)
    )


def ended_links(scene: Scene) -> list[tuple[str, str | None, bool]]:
    return [
        (effect.link, effect.connection, effect.rejoin)
        for effect in scene.seen
        if isinstance(effect, effects.EndLink)
    ]


def spans(scene: Scene, code: str) -> list[tuple[str, str, float]]:
    room = scene.live.around.rooms[code].id
    return [
        (type(row).__name__, row.presence.value, (row.at - START).total_seconds())
        for row in scene.all_seen
        if isinstance(row, effects.PresenceBegan | effects.PresenceEnded) and row.room_id == room
    ]


def test_a_room_opened_on_a_second_screen_replaces_the_first() -> None:
    scene = Scene.opened(HA_TU)
    scene.feed(ConnectionAppeared("second", HA_TU, Purpose.ROOM))
    scene.feed(LinkAsked("link-2", HA_TU, Purpose.ROOM, "second"))
    scene.feed(LinkAgreed("link-2"))
    assert ended_links(scene) == [(f"link-{HA_TU}", f"socket-{HA_TU}", False)]


def test_joining_again_on_the_same_connection_replaces_its_own_link_without_a_word() -> None:
    scene = Scene.opened(HA_TU)
    scene.feed(LinkAsked("link-2", HA_TU, Purpose.ROOM, f"socket-{HA_TU}"))
    scene.feed(LinkAgreed("link-2"))
    assert ended_links(scene) == [(f"link-{HA_TU}", None, True)]


def test_a_failed_negotiation_leaves_the_link_that_is_there() -> None:
    scene = Scene.opened(HA_TU)
    scene.feed(LinkAsked("link-2", HA_TU, Purpose.ROOM, f"socket-{HA_TU}"))
    scene.feed(LinkFailed("link-2"))
    assert ended_links(scene) == [("link-2", None, True)]
    assert scene.live.around.links.holds(f"link-{HA_TU}")


@pytest.mark.parametrize(
    ("state", "kept_s"),
    [
        (LinkState.RECEIVING, HEARD_KEPT_S),
        (LinkState.CONNECTED, HEARD_KEPT_S),
        (LinkState.SILENT, HEARD_KEPT_S),
        (LinkState.SECURING, KEPT_S),
    ],
)
def test_lost_signalling_does_not_cut_media_until_it_stays_away(state: LinkState, kept_s: int) -> None:
    scene = Scene.opened(HA_TU)
    scene.becomes(HA_TU, state)
    scene.feed(ConnectionWent(f"socket-{HA_TU}"))
    scene.passes(kept_s - 1)
    scene.feed(TimePassed())
    assert ended_links(scene) == []
    scene.passes(1)
    scene.feed(TimePassed())
    assert ended_links(scene) == [(f"link-{HA_TU}", None, True)]


def test_a_room_whose_signalling_comes_back_in_time_keeps_its_link() -> None:
    scene = Scene.opened(HA_TU)
    scene.feed(ConnectionWent(f"socket-{HA_TU}"))
    scene.passes(3)
    scene.feed(ConnectionAppeared("again", HA_TU, Purpose.ROOM))
    scene.passes(60)
    scene.feed(TimePassed())
    assert ended_links(scene) == []
    scene.feed(RoomLeft("again"))
    assert ended_links(scene) == [(f"link-{HA_TU}", None, True)]


def test_leaving_ends_the_link_and_the_attendance() -> None:
    scene = Scene.opened(HA_TU)
    scene.passes(10)
    scene.feed(RoomLeft(f"socket-{HA_TU}"))
    assert spans(scene, HA_TU) == [
        ("PresenceBegan", "connected", 0),
        ("PresenceBegan", "receiving", 0),
        ("PresenceEnded", "connected", 10),
        ("PresenceEnded", "receiving", 10),
    ]


def test_attendance_follows_receiving_and_back() -> None:
    scene = Scene.opened(HA_TU)
    scene.passes(10)
    scene.becomes(HA_TU, LinkState.CONNECTED)
    scene.passes(10)
    scene.becomes(HA_TU, LinkState.RECEIVING)
    assert spans(scene, HA_TU)[2:] == [
        ("PresenceEnded", "receiving", 10),
        ("PresenceBegan", "receiving", 20),
    ]


def test_rooms_are_told_to_rejoin_when_media_comes_back_without_their_links() -> None:
    scene = Scene.opened(HA_TU, BAI_CHAY)
    scene.passes(10)
    scene.feed(MediaLost())
    with pytest.raises(Refused) as refused:
        scene.feed(LinkAsked("link-2", HA_TU, Purpose.ROOM, f"socket-{HA_TU}"))
    assert refused.value.code == "media_not_running"
    scene.passes(4)
    scene.feed(snapshot((f"link-{HA_TU}", HA_TU, Purpose.ROOM)))
    assert scene.seen[0] == effects.StageChanged(scene.live.stage())
    told = [effect for effect in scene.seen if isinstance(effect, effects.TellLinkEnded)]
    assert [(effect.connection, effect.link, effect.rejoin) for effect in told] == [
        (f"socket-{BAI_CHAY}", f"link-{BAI_CHAY}", True)
    ]
    assert spans(scene, BAI_CHAY)[-1] == ("PresenceEnded", "receiving", 10)  # as of when media was lost
    assert len(spans(scene, HA_TU)) == 2


def test_media_that_stays_away_ends_the_attendance_as_of_its_loss() -> None:
    scene = Scene.opened(HA_TU)
    scene.passes(10)
    scene.feed(MediaLost())
    scene.passes(KEPT_S)
    scene.feed(TimePassed())
    assert spans(scene, HA_TU)[-1] == ("PresenceEnded", "receiving", 10)
    scene.passes(5)
    scene.feed(snapshot())
    assert len(spans(scene, HA_TU)) == 4


def test_links_found_after_a_restart_are_adopted_or_closed() -> None:
    scene = Scene()
    scene.feed(StateRestored(Restored(rooms=ROOMS), START))
    scene.feed(
        snapshot(
            ("room", HA_TU, Purpose.ROOM),
            ("console", "22", Purpose.WATCH),
            ("whep-tag-1", BAI_CHAY, Purpose.WATCH),
            ("whip-tag-1", "22", Purpose.DESK),
        )
    )
    scene.feed(ConnectionAppeared("came back", HA_TU, Purpose.ROOM))
    scene.passes(HEARD_KEPT_S)
    scene.feed(TimePassed())
    assert ended_links(scene) == [("console", None, True)]
    assert scene.live.around.links.holds("whip-tag-1")


def test_players_on_one_token_are_counted_also_across_a_restart() -> None:
    scene = Scene()
    scene.feed(StateRestored(Restored(rooms=ROOMS), START))
    scene.feed(snapshot(("whep-tag-1", HA_TU, Purpose.WATCH)))
    scene.feed(LinkAsked("whep-tag-2", HA_TU, Purpose.WATCH, limit=2))
    scene.feed(LinkAsked("whep-other-1", HA_TU, Purpose.WATCH, limit=2))
    with pytest.raises(Refused) as refused:
        scene.feed(LinkAsked("whep-tag-3", HA_TU, Purpose.WATCH, limit=2))
    assert refused.value.code == "too_many_links"


def test_spans_left_open_by_a_crash_go_on_or_end_when_control_was_last_alive() -> None:
    crashed = Scene.opened(HA_TU, BAI_CHAY)
    facts = crashed.live.facts
    assert facts is not None
    scene = Scene()
    open_spans = {
        (HA_TU, Presence.CONNECTED): START,
        (HA_TU, Presence.RECEIVING): START,
        (BAI_CHAY, Presence.CONNECTED): START,
    }
    reception = replace(facts, state=ReceptionState.OPEN, opened_at=START, folder="r7-x")
    scene.passes(100)
    alive = scene.now
    scene.passes(7)
    scene.feed(StateRestored(Restored(rooms=ROOMS, reception=reception, attendance=open_spans), alive))
    scene.feed(snapshot((f"link-{HA_TU}", HA_TU, Purpose.ROOM)))
    assert spans(scene, HA_TU) == []
    assert spans(scene, BAI_CHAY) == [("PresenceEnded", "connected", 100)]
