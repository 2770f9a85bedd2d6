"""Captions over the wire: made by the server, read and found by who may hear the sound, and gone with it."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import Session, select

from server.data.engine import Database
from server.people.rights import Role
from server.petitions.tables import Confidentiality
from server.receptions.queries import agenda_of
from server.receptions.tables import AgendaItemRoom, Attendance, Chapter, Hearing, Presence, Recording
from server.review import notes
from server.review.captions import queries
from server.review.captions.making import CAPTION_MAKING
from server.review.captions.rules import Cue
from server.review.reading import Reader, watchable
from server.review.tables import Access, Caption, Quarantine, RecordingAccess, Transcript
from server.rooms.tables import Room
from tests.scenarios.patience import until
from tests.server.demo.fixtures import Province, petition
from tests.server.demo.office import make_province_app
from tests.server.review.film import write_film
from tests.server.review.recorded import Recorded, record
from tests.server.review.speech_model import WORDS, write_model
from tests.server.review.test_captions_are_made import spoken
from tests.waiting import ASIDE_S

pytestmark = pytest.mark.timeout(300)

ITEM_S, PAUSE_S = 4.0, 1.0
FIRST, CONFIDENTIAL = "KN-0198", "KN-0203"  # heard from 5 to 9 and from 15 to 19; the third item was closed
SAID = spoken((6.0, 0), (6.8, 1), (16.0, 2))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "film.mp4", 38, SAID)


@pytest.fixture
async def office(filled: Database, film: Path, tmp_path: Path) -> AsyncIterator[Province]:
    recordings = tmp_path / "recordings"
    app = make_province_app(filled, recordings, captions_model=write_model(tmp_path / "model"))
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield Province(client, filled, recordings)


def _record(session: Session, office: Province, film: Path) -> Recorded:
    row = petition(session, CONFIDENTIAL)
    row.confidentiality = Confidentiality.CONFIDENTIAL
    session.add(row)
    return record(session, office.recordings, item_s=ITEM_S, pause_s=PAUSE_S, media=film)


@pytest.fixture
def made(office: Province, film: Path) -> Recorded:
    return office.database.run_here(_record, office, film)


async def _captioned(office: Province, made: Recorded) -> None:
    app = office.client.app
    assert app is not None
    app[CAPTION_MAKING].rounds.poke()  # else it looks again within the minute

    async def missing() -> str | None:
        answer = await office.client.get(f"/recordings/{made.recording}/captions.json")
        standing = await answer.json()
        return None if standing["stage"] == "ready" else f"captions are {standing}"

    await until(missing, ASIDE_S)


async def _track(office: Province, made: Recorded, status: int = 200) -> list[tuple[str, str]]:
    answer = await office.client.get(f"/recordings/{made.recording}/captions.vtt")
    assert answer.status == status
    return re.findall(r"^(\S+) --> \S+\n(.*)$", await answer.text(), re.M) if status == 200 else []


async def _found(office: Province, words: str) -> list[int]:
    page = await office.page(f"/recordings?q={words}")
    rows = re.findall(r"recording\?t=(\d+)(.*?)</tr>", page, re.S)
    return [int(second) for second, row in rows if "lời nói" in row]


async def test_they_are_made_by_themselves_and_read_by_who_may_hear(office: Province, made: Recorded) -> None:
    await office.as_("canbo")
    await _captioned(office, made)
    both = await _track(office, made)
    assert [words for _at, words in both] == [f"{WORDS[0]} {WORDS[1]}", WORDS[2]]
    assert both[0][0].startswith("00:00:05.") or both[0][0].startswith("00:00:06.")
    page = await office.page(f"/receptions/{made.reception}/recording")
    assert 'kind="captions"' in page
    assert "Phụ đề do máy tạo" in page
    assert await _found(office, "dat dai") == [5]
    assert await _found(office, "ruong") == [15]
    assert await _found(office, "dat ruong") == []  # not within one
    await office.as_("xemlai")
    assert [words for _at, words in await _track(office, made)] == [f"{WORDS[0]} {WORDS[1]}"]
    assert await _found(office, "Đất Đai") == [5]
    assert await _found(office, "ruong") == []
    assert "“ruộng”" not in await office.page("/recordings?q=ruong")
    read = office.database.run_here(
        lambda session: session.exec(select(RecordingAccess.act).where(RecordingAccess.act == Access.READ)).all()
    )
    assert len(read) == 2
    await office.as_("kythuat")
    assert (await office.client.get(f"/recordings/{made.recording}/captions.vtt")).status == 403
    assert (await office.client.get(f"/recordings/{made.recording}/captions.json")).status == 403


async def test_a_unit_reads_those_of_its_own_items(office: Province, made: Recorded) -> None:
    await office.as_("hatu")
    await _captioned(office, made)
    assert await _track(office, made) == []

    def attend(session: Session) -> None:
        line = next(each for each in agenda_of(session, made.reception) if FIRST in each.petition_codes)
        hearing = session.exec(select(Hearing).where(Hearing.item_id == line.item_id)).one()
        room = session.exec(select(Room).where(Room.code == "06664")).one()
        session.add(AgendaItemRoom(item_id=line.item_id, room_id=room.id or 0))
        session.add(
            Attendance(
                reception_id=made.reception,
                room_id=room.id or 0,
                presence=Presence.RECEIVING,
                started_at=hearing.started_at,
                ended_at=hearing.ended_at,
            )
        )

    office.database.run_here(attend)
    assert [words for _at, words in await _track(office, made)] == [f"{WORDS[0]} {WORDS[1]}"]
    assert await _found(office, "dai") == [5]
    assert await _found(office, "ruong") == []


async def test_what_nobody_may_watch_is_never_put_into_words(office: Province, film: Path) -> None:
    def work(session: Session) -> Recorded:
        made = _record(session, office, film)
        session.add(Quarantine(recording_id=made.recording, starts_s=4.0, ends_s=9.0, reason="Nêu tên", made_by=1))
        return made

    made = office.database.run_here(work)
    await office.as_("chutri")
    await _captioned(office, made)
    kept = office.database.run_here(lambda session: list(session.exec(select(Caption.words))))
    assert kept == [WORDS[2]]


async def test_what_turned_out_a_denunciation_is_erased(office: Province, made: Recorded) -> None:
    await office.as_("chutri")
    await _captioned(office, made)

    def denounce(session: Session) -> tuple[list[str], str]:
        notes.erase_words(session, petition(session, FIRST).id or 0)
        kept = session.get_one(Transcript, made.recording)
        return list(session.exec(select(Caption.words))), kept.words

    assert office.database.run_here(denounce) == ([WORDS[2]], " ruong ")
    assert await _found(office, "dat") == []


async def test_a_model_that_cannot_be_loaded_is_told_and_disturbs_nothing(
    filled: Database, film: Path, tmp_path: Path
) -> None:
    model = write_model(tmp_path / "model")
    (model / "encoder-epoch-1.onnx").write_bytes(b"no model")
    app = make_province_app(filled, tmp_path / "recordings", captions_model=model)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        office = Province(client, filled, tmp_path / "recordings")
        made = office.database.run_here(_record, office, film)
        await office.as_("canbo")

        async def missing() -> str | None:
            stage = (await (await client.get(f"/recordings/{made.recording}/captions.json")).json())["stage"]
            return None if stage == "failed" else f"captions are {stage}"

        await until(missing, ASIDE_S)
        page = await office.page(f"/receptions/{made.reception}/recording")
        assert "Không tạo được phụ đề" in page
        assert "<video" in page
        await _track(office, made, status=404)


@pytest.mark.parametrize("lacks", ["model", "library"])
async def test_where_there_is_no_recognition_the_page_says_so_and_plays(
    filled: Database, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacks: str
) -> None:
    find = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> Any:
        return None if name == "sherpa_onnx" else find(name, package)

    model = write_model(tmp_path / "model") if lacks == "library" else None
    if lacks == "library":
        monkeypatch.setattr("server.review.captions.model.find_spec", without)
    app = make_province_app(filled, tmp_path / "recordings", captions_model=model)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        office = Province(client, filled, tmp_path / "recordings")
        made = office.database.run_here(_record, office, film)
        await office.as_("canbo")
        page = await office.page(f"/receptions/{made.reception}/recording")
        assert "máy chủ này chưa cài nhận dạng tiếng nói" in page
        assert "<video" in page
        assert 'kind="captions"' not in page
        assert (await (await client.get(f"/recordings/{made.recording}/captions.json")).json())["stage"] == "none"


# --- in the database -----------------------------------------------------------------------------------


def test_captions_made_of_something_else_are_not_kept(province: Province) -> None:
    def work(session: Session) -> None:
        made = record(session, province.recordings)
        recording = session.get_one(Recording, made.recording)
        host = watchable(session, recording, Reader(Role.HOST))
        key = queries.made_of(host, "model")
        due = queries.to_caption(session, "model", ())
        assert due is not None
        assert due.recording.id == made.recording
        assert queries.keep(session, made.recording, key, "model", [Cue(1.0, 2.0, "Đất đai")])
        assert queries.to_caption(session, "model", ()) is None
        assert queries.to_caption(session, "another model", ()) is not None
        assert queries.to_caption(session, "another model", (made.recording,)) is None
        session.add(Quarantine(recording_id=made.recording, starts_s=0, ends_s=9, reason="Nêu tên", made_by=1))
        session.flush()
        assert not queries.keep(session, made.recording, key, "model", [Cue(1.0, 2.0, "Đất đai")])
        assert queries.to_caption(session, "model", ()) is not None
        chapter = session.exec(select(Chapter)).first()
        assert chapter is not None
        queries.erase_all(session, made.recording)
        assert session.exec(select(Caption)).all() == []
        assert session.get(Transcript, made.recording) is None

    province.database.run_here(work)
