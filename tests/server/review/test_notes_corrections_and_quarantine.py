"""What staff write on a recording: notes, corrected chapters, spans in quarantine. Who may, and what is kept."""

from __future__ import annotations

from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, select

from recordings.corrections import CORRECTIONS
from recordings.corrections import read as read_corrections
from server.people.audit import verify_chain
from server.receptions.chapters import marked_chapters
from server.receptions.hearings import hearings_of_petition
from server.receptions.tables import ChapterCorrection, Recording
from server.review import notes
from server.review.reading import quarantined_spans
from server.review.tables import Quarantine, RecordingNote
from tests.server.demo.fixtures import Province, petition
from tests.server.review.player import player_data
from tests.server.review.recorded import FOLDER, ITEM_S, PAUSE_S, Recorded, record


@pytest.fixture
def made(province: Province) -> Recorded:
    return province.database.run_here(record, province.recordings)


async def _send(province: Province, path: str, body: object) -> tuple[int, dict[str, object]]:
    headers = {"X-CSRF-Token": await province.csrf("/")}
    answer = await province.client.post(path, json=body, headers=headers)
    return answer.status, await answer.json()


async def test_a_note_is_written_changed_removed_and_taken_back_by_who_wrote_it(
    province: Province, made: Recorded
) -> None:
    base = f"/recordings/{made.recording}/notes"
    await province.as_("xemlai")
    status, note = await _send(province, base, {"at": 12.34, "words": "  Công dân nêu\nmốc  "})
    assert (status, note["at"], note["words"], note["own"]) == (200, 12.3, "Công dân nêu mốc", True)
    own = f"{base}/{note['id']}"
    await province.as_("canbo")
    for act in ("", "/remove", "/restore"):
        assert (await _send(province, own + act, {"words": "khác"}))[0] == 404
    shown = player_data(await province.page(f"/receptions/{made.reception}/recording"))["notes"]
    assert [(each["words"], each["own"]) for each in shown] == [("Công dân nêu mốc", False)]
    await province.as_("xemlai")
    assert (await _send(province, own, {"words": "Mốc 2019"}))[1]["words"] == "Mốc 2019"
    await _send(province, f"{own}/remove", {})
    page = f"/receptions/{made.reception}/recording"
    assert player_data(await province.page(page))["notes"] == []
    await _send(province, f"{own}/restore", {})
    assert [each["words"] for each in player_data(await province.page(page))["notes"]] == ["Mốc 2019"]
    assert len(province.audited("recording_note_changed")) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [({"at": -1}, 422), ({"at": 1e9}, 422), ({"at": "a"}, 422), ({"at": True}, 422), ({}, 422), ([], 400),
     ({"at": 1, "words": "x" * 501}, 422)],
)  # fmt: skip
async def test_a_note_that_cannot_be_is_refused(
    province: Province, made: Recorded, body: object, status: int
) -> None:
    await province.as_("thuky")
    assert (await _send(province, f"/recordings/{made.recording}/notes", body))[0] == status
    assert province.database.run_here(lambda session: list(session.exec(select(RecordingNote)))) == []


async def test_an_administrator_writes_no_note(province: Province, made: Recorded) -> None:
    await province.as_("quantri")
    assert (await _send(province, f"/recordings/{made.recording}/notes", {"at": 1}))[0] == 403


async def test_a_corrected_chapter_holds_for_everybody_and_what_was_marked_is_kept(
    province: Province, made: Recorded
) -> None:
    await province.as_("canbo")
    item, marked = _second_chapter(province, made)
    address = f"/recordings/{made.recording}/chapters/{item}/0"
    page = await province.page(address)
    assert "<h1>2. Khiếu nại KN-0198</h1>" in page
    assert f'value="{int(marked[0]) // 60}:{int(marked[0]) % 60:02d}"' in page
    form = {"starts": "0:50", "ends": "1:59.5", "title": "Bồi thường", "reason": "Gọi mục muộn", "seen": 0}
    answer = await province.post(address, form, csrf_from=address)
    assert (answer.status, answer.headers["Location"]) == (303, f"/receptions/{made.reception}/recording?t=50")
    page = await province.page(f"/receptions/{made.reception}/recording")
    chapter = player_data(page)["chapters"][1]
    assert (chapter["starts"], chapter["ends"], chapter["name"]) == (50.0, 119.5, "2. Bồi thường")
    assert "đã đính chính" in page

    def heard(session: Session) -> list[float | None]:
        return [each.at_second for each in hearings_of_petition(session, petition(session, "KN-0198").id or 0)]

    assert 50.0 in province.database.run_here(heard)
    chapters = province.database.run_here(lambda session: marked_chapters(session, made.recording))
    assert [(each.marked_starts_s, each.marked_ends_s) for each in chapters if each.corrected] == [marked]
    history = await province.page(f"/recordings/{made.recording}/corrections")
    assert "Gọi mục muộn" in history
    (event,) = province.audited("chapter_corrected")
    assert (await province.post(address, form, csrf_from=address)).status == 422  # somebody was faster
    (signed,) = read_corrections(province.recordings / FOLDER)
    assert (signed.by, signed.number, signed.was is not None) == ("canbo", 1, True)
    assert signed.now is not None
    assert (signed.now.ended_at or 0) - signed.now.started_at == pytest.approx(69.5)
    kept = (province.recordings / FOLDER / CORRECTIONS).read_bytes()
    assert sha256(kept.splitlines(keepends=True)[0]).hexdigest() in event.detail
    assert "Bồi thường".encode() not in kept  # words may have to go


async def test_a_correction_that_cannot_be_signed_is_not_saved(
    province: Province, made: Recorded, caplog: pytest.LogCaptureFixture
) -> None:
    await province.as_("canbo")
    item, _ = _second_chapter(province, made)
    address = f"/recordings/{made.recording}/chapters/{item}/0"
    (province.recordings.parent / "signing").mkdir()
    (province.recordings.parent / "signing" / "keys.json").write_text("{")
    form = {"starts": "0:50", "ends": "1:59.5", "title": "", "reason": "Gọi mục muộn", "seen": 0}
    answer = await province.post(address, form, csrf_from=address)
    assert (answer.status, "không ký được" in await answer.text()) == (422, True)
    assert province.database.run_here(lambda session: session.exec(select(ChapterCorrection)).all()) == []
    assert "keys.json" in caplog.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"starts": "x"}, "Hãy ghi dạng"), ({"ends": "9:99"}, "Hãy ghi dạng"),
        ({"ends": "59:00"}, "Bản ghi kết thúc"),
        ({"starts": "1:30", "ends": "1:30"}, "ít nhất một giây"), ({"reason": " "}, "Hãy ghi lý do"),
        ({"title": "x" * 161}, "Tối đa 160"),
    ],
)  # fmt: skip
async def test_a_correction_that_cannot_be_is_refused_beside_its_field(
    province: Province, made: Recorded, changed: dict[str, str], said: str
) -> None:
    await province.as_("thuky")
    item, _marked = _second_chapter(province, made)
    address = f"/recordings/{made.recording}/chapters/{item}/0"
    form = {"starts": "0:50", "ends": "2:00", "title": "", "reason": "vì thế", "seen": 0, **changed}
    answer = await province.post(address, form, csrf_from=address)
    assert answer.status == 422
    assert said in await answer.text()
    assert province.database.run_here(lambda session: list(session.exec(select(ChapterCorrection)))) == []


async def test_a_reviewer_corrects_nothing_and_keeps_nothing(province: Province, made: Recorded) -> None:
    await province.as_("xemlai")
    item, _marked = _second_chapter(province, made)
    await province.page(f"/recordings/{made.recording}/chapters/{item}/0", status=403)
    await province.page(f"/recordings/{made.recording}/quarantine", status=403)
    assert (await province.post(f"/recordings/{made.recording}/quarantine", {}, csrf_from="/")).status == 403


async def test_one_person_puts_a_span_into_quarantine_and_two_release_it(
    province: Province, made: Recorded
) -> None:
    await province.as_("canbo")
    address = f"/recordings/{made.recording}/quarantine"
    form = {"starts": "0:10", "ends": "0:20", "reason": "Nêu tên người khác"}
    assert (await province.post(address, form, csrf_from=address)).status == 303
    assert _quarantined(province, made) == [(10.0, 20.0)]
    assert (await _send(province, f"/recordings/{made.recording}/notes", {"at": 15}))[0] == 422
    span = province.database.run_here(lambda session: session.exec(select(Quarantine.id)).one())
    own = f"{address}/{span}"
    assert (await province.post(f"{own}/propose", {"reason": ""}, csrf_from=address)).status == 422
    assert (await province.post(f"{own}/propose", {"reason": "Đã xem xét"}, csrf_from=address)).status == 303
    assert (await province.post(f"{own}/release", {}, csrf_from=address)).status == 403  # who proposed it
    assert _quarantined(province, made) == [(10.0, 20.0)]
    await province.as_("chutri")
    assert (await province.post(f"{own}/release", {}, csrf_from=address)).status == 303
    assert _quarantined(province, made) == []
    assert "Đã mở khóa" in await province.page(address)
    for action in ("quarantined", "quarantine_release_proposed", "quarantine_released"):
        assert len(province.audited(action)) == 1
    assert province.database.run_here(verify_chain).whole


async def test_who_spoke_is_told_of_what_may_be_watched_and_of_no_more(province: Province, made: Recorded) -> None:
    seam_s = 2 * (ITEM_S + PAUSE_S)  # the floor was had from 20 s before it to 10 s after it

    def withhold(session: Session) -> None:
        session.add(
            Quarantine(recording_id=made.recording, starts_s=seam_s - 10, ends_s=seam_s + 4, reason="?", made_by=1)
        )

    province.database.run_here(withhold)
    await province.as_("xemlai")
    floor = player_data(await province.page(f"/receptions/{made.reception}/recording"))["floor"]
    assert [(span["starts"], span["ends"]) for span in floor] == [
        (seam_s - 20, seam_s - 10),
        (seam_s + 4, seam_s + 10),
    ]


async def test_what_was_noted_of_a_denunciation_is_erased(province: Province, made: Recorded) -> None:
    await province.as_("canbo")
    base = f"/recordings/{made.recording}/notes"
    second = ITEM_S + PAUSE_S + 5
    for at in (5, second):
        await _send(province, base, {"at": at, "words": "ông A nói"})
    item, _marked = _second_chapter(province, made)
    address = f"/recordings/{made.recording}/chapters/{item}/0"
    form = {"starts": "0:50", "ends": "2:00", "title": "ông A", "reason": "ông A", "seen": 0}
    await province.post(address, form, csrf_from=address)
    province.database.run_here(lambda session: notes.erase_words(session, petition(session, "KN-0198").id or 0))
    kept = province.database.run_here(lambda session: list(session.exec(select(RecordingNote.words))))
    assert kept == ["ông A nói", ""]
    row = province.database.run_here(lambda session: session.exec(select(ChapterCorrection)).one())
    assert (row.title, row.reason, row.starts_s) == ("", "", 50.0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE recording_access SET act = 'opened'", "DELETE FROM recording_access",
        "UPDATE chapter_correction SET starts_s = 1", "UPDATE chapter_correction SET reason = 'khác'",
        "DELETE FROM chapter_correction",
    ],
)  # fmt: skip
async def test_the_database_keeps_what_was_done(province: Province, made: Recorded, statement: str) -> None:
    await province.as_("canbo")
    await province.page(f"/receptions/{made.reception}/recording")
    item, _marked = _second_chapter(province, made)
    address = f"/recordings/{made.recording}/chapters/{item}/0"
    form = {"starts": "0:50", "ends": "2:00", "title": "", "reason": "vì thế", "seen": 0}
    assert (await province.post(address, form, csrf_from=address)).status == 303
    with pytest.raises(DatabaseError, match="append-only"), province.database.engine.begin() as connection:
        connection.execute(text(statement))


def _second_chapter(province: Province, made: Recorded) -> tuple[int, tuple[float, float]]:
    chapter = province.database.run_here(lambda session: marked_chapters(session, made.recording))[1]
    return chapter.item_id, (chapter.marked_starts_s, chapter.marked_ends_s)


def _quarantined(province: Province, made: Recorded) -> list[tuple[float, float]]:
    assert province.database.run_here(lambda session: session.get(Recording, made.recording)) is not None
    return province.database.run_here(lambda session: quarantined_spans(session, made.recording))
