from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlmodel import Session, select

from server.petitions.heard import Recorded as State
from server.receptions.chapters import merged
from server.receptions.hearings import hearings_of_petition
from server.receptions.queries import agenda_of
from server.receptions.recorded_time import read_recorded_time
from server.receptions.tables import Chapter, Hearing, Recording, RecordingState
from tests.server.demo.fixtures import Province, petition, todays
from tests.server.review.player import media_address, player_data
from tests.server.review.recorded import CONTENT, FOLDER, ITEM_S, PAUSE_S, record


async def test_the_petition_leads_to_the_second(province: Province) -> None:
    made = province.database.run_here(record, province.recordings)
    await province.as_("xemlai")
    number = province.database.run_here(petition, "PA-0077").id
    at = int(2 * ITEM_S + 3 * PAUSE_S)  # the third item is not in the file, the pause after it is
    link = f"/receptions/{made.reception}/recording?t={at}"
    assert link in await province.page(f"/petitions/{number}")
    page = await province.page(link)
    assert f'data-starts-at="{at}"' in page
    assert f'href="/petitions/{number}"' in page  # and back


async def test_the_agenda_is_the_chapters(province: Province) -> None:
    made = province.database.run_here(record, province.recordings)
    await province.as_("xemlai")
    data = player_data(await province.page(f"/receptions/{made.reception}/recording"))
    chapters = data["chapters"]
    assert len(chapters) == 7
    assert chapters[0]["name"] == "1. Kiến nghị KG-0231"
    assert not any("TC-0007" in chapter["name"] for chapter in chapters)
    seam_at = 2 * (ITEM_S + PAUSE_S)
    assert data["seams"] == [{"at": seam_at, "missing": ITEM_S, "reason": "mục kín, không ghi", "closed": True}]
    floor = [(span["name"], span["starts"], span["ends"]) for span in data["floor"]]
    assert floor == [
        ("Thành phố Hạ Long", seam_at - 20, seam_at),
        ("Thành phố Hạ Long", seam_at, seam_at + 10),
    ]


async def test_the_list_keeps_the_order_of_the_agenda_whatever_was_heard_first(province: Province) -> None:
    made = province.database.run_here(record, province.recordings)

    def second_was_heard_last(session: Session) -> None:
        item = agenda_of(session, made.reception)[1].item_id
        chapter = session.exec(select(Chapter).where(Chapter.item_id == item)).one()
        chapter.starts_s, chapter.ends_s = chapter.starts_s + 10_000, chapter.ends_s + 10_000
        session.add(chapter)

    province.database.run_here(second_was_heard_last)
    await province.as_("xemlai")
    page = await province.page(f"/receptions/{made.reception}/recording")
    entries = re.findall(
        r'<li (data-chapter="\d+"|class="not-recorded").*?class="chapter-name">(\d+)\.', page, re.S
    )
    assert [int(position) for _entry, position in entries] == list(range(1, 9))
    assert [entry for entry, _position in entries[:4]] == [
        'data-chapter="0"',
        'data-chapter="6"',  # the last one in the order of the file, by which the script counts
        'class="not-recorded"',
        'data-chapter="1"',
    ]
    links = re.search(r'<li data-chapter="0".*?</li>', page, re.S)
    assert links is not None
    assert re.findall(r'class="(chapter-\w+)"', links[0])[-2:] == ["chapter-petition", "chapter-about"]  # as seen


async def test_a_damaged_manifest_costs_only_the_strip(province: Province) -> None:
    made = province.database.run_here(record, province.recordings)
    (province.recordings / FOLDER / "manifest.json").write_text("{}")
    await province.as_("xemlai")
    data = player_data(await province.page(f"/receptions/{made.reception}/recording"))
    assert (len(data["chapters"]), data["floor"], data["seams"]) == (7, [], [])
    assert read_recorded_time(province.recordings / "nowhere") is None


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, 102_399),
        ("bytes=1000-1999", 1000, 1999),
        ("bytes=-10", 102_390, 102_399),
        ("bytes=102399-", 102_399, 102_399),
    ],
)
async def test_ranges_are_answered_with_those_bytes(province: Province, asked: str, first: int, last: int) -> None:
    made = province.database.run_here(record, province.recordings)
    await province.as_("xemlai")
    address = await media_address(province, made.reception)
    answer = await province.client.get(address, headers={"Range": asked})
    assert answer.status == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(CONTENT)}"
    assert answer.headers["Content-Type"] == "video/mp4"
    assert await answer.read() == CONTENT[first : last + 1]


async def test_the_whole_file_and_what_lies_beyond_it(province: Province) -> None:
    made = province.database.run_here(record, province.recordings)
    await province.as_("quantri")
    address = await media_address(province, made.reception)
    whole = await province.client.get(address)
    assert (whole.status, whole.headers["Accept-Ranges"]) == (200, "bytes")
    assert await whole.read() == CONTENT
    assert (await province.client.get(address, headers={"Range": "bytes=102400-"})).status == 416
    assert (await province.client.head(address)).headers["Content-Length"] == "102400"
    assert (await province.client.get("/recordings/999/media")).status == 404


async def test_nobody_watches_without_a_login(province: Province) -> None:
    made = province.database.run_here(record, province.recordings)
    province.forget_cookies()
    assert (await province.client.get(f"/recordings/{made.recording}/media")).status == 401
    assert (await province.get(f"/receptions/{made.reception}/recording")).status == 303


@pytest.mark.parametrize(
    ("state", "file", "sentence"),
    [
        (RecordingState.RECORDING, "", "Phiên đang được ghi hình"),
        (RecordingState.ENDED, "", "Bản ghi đang được chuẩn bị"),
        (RecordingState.SEALED, "", "Phiên này không có bản ghi"),
    ],
)
async def test_what_is_not_ready_says_so(
    province: Province, state: RecordingState, file: str, sentence: str
) -> None:
    made = province.database.run_here(record, province.recordings)

    def change(session: Session) -> None:
        recording = session.get_one(Recording, made.recording)
        recording.state, recording.file = state, file
        session.add(recording)

    province.database.run_here(change)
    await province.as_("xemlai")
    page = await province.page(f"/receptions/{made.reception}/recording")
    assert sentence in page
    assert "<video" not in page
    assert (await province.client.get(f"/recordings/{made.recording}/media")).status == 404


async def test_a_reception_without_recording_says_so(province: Province) -> None:
    await province.as_("xemlai")
    assert "Phiên này không có bản ghi" in await province.page("/receptions/1/recording")
    planned = province.database.run_here(todays).id
    assert "khi mở, việc ghi hình tự bắt đầu" in await province.page(f"/receptions/{planned}/recording")
    await province.page("/receptions/999/recording", status=404)


async def test_a_file_outside_the_recordings_is_never_sent(province: Province, tmp_path: Path) -> None:
    made = province.database.run_here(record, province.recordings)
    (tmp_path / "secret.key").write_bytes(b"secret")

    def change(session: Session) -> None:
        recording = session.get_one(Recording, made.recording)
        recording.file = "../../secret.key"
        session.add(recording)

    await province.as_("quantri")
    address = await media_address(province, made.reception)
    province.database.run_here(change)
    assert (await province.client.get(address)).status == 404
    await province.page(f"/receptions/{made.reception}/recording", status=404)


async def test_an_item_heard_twice_has_two_lines(province: Province) -> None:
    """Closed in between, then reopened: two times it was heard, one it was not recorded."""
    province.database.run_here(record, province.recordings)

    def work(session: Session) -> list[tuple[State, float | None]]:
        row = petition(session, "KG-0231")
        hearing = session.get_one(Hearing, 10)  # nine of the past before it
        assert hearing.ended_at is not None
        closed = Hearing(
            item_id=hearing.item_id, started_at=hearing.ended_at, ended_at=hearing.ended_at, closed=True
        )
        session.add(closed)
        session.flush()
        return [(heard.recorded, heard.at_second) for heard in hearings_of_petition(session, row.id or 0)]

    assert province.database.run_here(work) == [(State.READY, 0.0), (State.CLOSED, None)]


def test_spans_cut_by_a_gap_are_one_chapter() -> None:
    assert merged([(10.0, 20.0), (0.0, 10.0), (30.0, 40.0)]) == [(0.0, 20.0), (30.0, 40.0)]
    assert merged([]) == []
