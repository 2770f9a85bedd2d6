"""Media says "receiving" for some seconds after the last packet; attendance and console know better."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from server.receptions.attendance import Attendance
from server.receptions.effects import PresenceBegan, PresenceEnded
from server.receptions.programme import RoomFacts
from server.receptions.rules import presence_of
from server.receptions.tables import Presence
from signaling.desk_messages import RoomPresence
from signaling.messages import LinkState

ROOM = RoomFacts(id=1, code="06649", name="Phường Hà Khánh", district="Thành phố Hạ Long", key_version=1)
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CLOSED = NINE + timedelta(minutes=5)


def test_its_span_ends_with_the_step_that_closed_the_item() -> None:
    attendance = Attendance(7, {})
    began = attendance.settle(ROOM, LinkState.RECEIVING, True, False, NINE)
    assert {row.presence for row in began if isinstance(row, PresenceBegan)} == {
        Presence.CONNECTED,
        Presence.RECEIVING,
    }
    (ended,) = attendance.settle(ROOM, LinkState.RECEIVING, False, False, CLOSED)
    assert isinstance(ended, PresenceEnded)
    assert ended.presence is Presence.RECEIVING
    again = attendance.settle(ROOM, LinkState.RECEIVING, True, False, CLOSED + timedelta(minutes=1))
    assert [row.presence for row in again if isinstance(row, PresenceBegan)] == [Presence.RECEIVING]


def test_while_media_is_away_only_what_the_desk_ended_is_written_down() -> None:
    attendance = Attendance(7, {})
    attendance.settle(ROOM, LinkState.RECEIVING, True, True, NINE)
    ended = attendance.withdraw(ROOM, False, False, CLOSED)
    assert {row.presence for row in ended if isinstance(row, PresenceEnded)} == {
        Presence.RECEIVING,
        Presence.ON_FLOOR,
    }
    assert attendance.rooms() == {"06649"}, "whether it is still connected nobody knows"


def test_the_console_shows_it_as_connected() -> None:
    assert presence_of(LinkState.RECEIVING, True, False, False) is RoomPresence.RECEIVING
    assert presence_of(LinkState.RECEIVING, False, False, False) is RoomPresence.CONNECTED
