"""Where the link broke, who had the floor, and how the minutes say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from recordings.chapters import Run
from server.conclusions.ground import ground_of
from server.documents.filling import link_words
from server.documents.record import ItemRecord, item_record, missing_in
from server.documents.vietnamese import day_words, length_words
from server.receptions.recorded_time import Loss, RecordedTime, Seam
from server.receptions.tables import Attendance, FloorGrant, Hearing, Presence
from server.rooms.tables import Room, RoomLevel
from server.web.languages import Catalogs
from tests.server.conclusions.office import item_of
from tests.server.demo.fixtures import Province

START = datetime(2026, 11, 23, 2, tzinfo=UTC)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def seconds(moments: list[tuple[datetime, datetime]]) -> list[tuple[float, float]]:
    return [tuple((each - START).total_seconds() for each in span) for span in moments]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("spans", "missing"),
    [
        ([(0, 100)], []),
        ([(-50, 200)], []),
        ([(30, 100)], []),  # came late
        ([(0, 40), (60, 100)], [(40, 60)]),
        ([(0, 60), (40, 100)], []),  # connected and receiving overlap
        ([(0, 40)], [(40, 100)]),  # never came back
        ([(0, 40), (40.5, 100)], []),
        ([(-90, -10)], []),  # was there before, not then
        ([], []),
    ],
)
def test_a_break_is_where_a_room_was_gone_after_it_was_there(
    spans: list[tuple[float, float]], missing: list[tuple[float, float]]
) -> None:
    found = missing_in([(at(start), at(end)) for start, end in spans], (at(0), at(100)))
    assert seconds(found) == missing


_SPANS = st.lists(st.tuples(st.integers(-50, 150), st.integers(1, 60)).map(lambda s: (s[0], s[0] + s[1])))


@given(_SPANS)
def test_whoever_was_there_all_the_time_between_the_breaks(spans: list[tuple[int, int]]) -> None:
    found = seconds(missing_in([(at(start), at(end)) for start, end in spans], (at(0), at(100))))
    there = {second for start, end in spans for second in range(max(start, 0), min(end, 100))}
    gone = {second for start, end in found for second in range(round(start), round(end))}
    assert not there & gone
    if there:
        assert there | gone == set(range(min(there), 100))
    else:
        assert not gone


def _broken_hearing(session: Session, item_id: int) -> ItemRecord:
    """The item was heard for 100 s; a room with the floor broke off for 20 s, another without it for 5 s; and the
    recording lacks 30 s for a restart, and 10 s because the item was closed."""
    ground = ground_of(session, item_id)
    assert ground is not None
    for table in (Hearing, FloorGrant):
        for row in session.exec(select(table).where(table.item_id == item_id)):
            session.delete(row)
    for attendance in session.exec(
        select(Attendance).where(Attendance.reception_id == ground.item.reception_id)
    ).all():
        session.delete(attendance)
    session.add(Hearing(item_id=item_id, started_at=at(0), ended_at=at(100)))
    speaker, listener = session.exec(select(Room).where(Room.level == RoomLevel.COMMUNE).limit(2)).all()
    reception_id = ground.item.reception_id
    session.add(
        FloorGrant(
            reception_id=reception_id,
            item_id=item_id,
            room_id=speaker.id or 0,
            given_at=at(10),
            ended_at=at(90),
            given_by="system",
        )
    )
    for room, spans in ((speaker, ((0, 40), (60, 100))), (listener, ((0, 70), (75, 100)))):
        for start, end in spans:
            session.add(
                Attendance(
                    reception_id=reception_id,
                    room_id=room.id or 0,
                    presence=Presence.CONNECTED,
                    started_at=at(start),
                    ended_at=at(end),
                )
            )
    ground.item.audience = "all"  # type: ignore[assignment]
    session.flush()
    epoch = START.timestamp()
    runs = (Run(epoch - 10, 20.0, 0.0), Run(epoch + 40, 20.0, 20.0), Run(epoch + 70, 20.0, 40.0))
    seams = (
        Seam(20.0, epoch + 10, epoch + 40, "media_restarted"),
        Seam(40.0, epoch + 60, epoch + 70, "closed item"),
        Seam(60.0, epoch + 90, epoch + 200, "write_failed"),  # and nothing was recorded behind it
    )
    losses = (
        Loss(25.0, 27.0, epoch + 45, "video", "no_video"),
        Loss(28.0, 28.5, epoch + 48, "floor", "packets_lost"),
    )
    return item_record(session, ground, RecordedTime(runs, seams, losses), at(100))


async def test_the_minutes_tell_each_break_of_the_link(province: Province) -> None:
    item = item_of(province, "KN-0198")
    record = province.database.run_here(_broken_hearing, item.id)
    assert [(each.room != "", each.reason != "") for each in record.breaks] == [
        (False, True),
        (True, False),
        (False, True),  # half a second of sound is not for the minutes
        (False, True),
    ]
    lines = link_words(record, Catalogs.read().translator("vi")).split("\n")
    assert lines[0] == (
        "- Từ 09 giờ 00 phút 10 giây đến 09 giờ 00 phút 40 giây (30 giây): bản ghi hình bị gián đoạn"
        " (hình và tiếng khởi động lại)."
    )
    assert lines[1].startswith("- Từ 09 giờ 00 phút 40 giây đến 09 giờ 01 phút 00 giây (20 giây): điểm cầu")
    assert lines[1].endswith("mất kết nối.")
    assert lines[2] == (
        "- Từ 09 giờ 00 phút 45 giây đến 09 giờ 00 phút 47 giây (2 giây): bản ghi hình bị gián đoạn"
        " (mất hình: nguồn bị gián đoạn)."
    )
    assert lines[3].startswith("- Từ 09 giờ 01 phút 30 giây đến 09 giờ 01 phút 40 giây (10 giây): bản ghi hình")
    assert lines[4].startswith("- Ngoài ra, 01 điểm cầu khác")
    assert [each.span.started_at for each in record.spoke] == [at(10)]


def test_days_and_lengths_are_written_as_the_decree_says() -> None:
    assert day_words(START.date()) == "ngày 23 tháng 11 năm 2026"
    assert day_words(START.date().replace(month=2, day=5)) == "ngày 05 tháng 02 năm 2026"
    assert day_words(START.date().replace(month=3, day=1)) == "ngày 01 tháng 3 năm 2026"
    assert length_words(timedelta(seconds=65)) == "1 phút 05 giây"
    assert length_words(timedelta(minutes=2)) == "2 phút"
