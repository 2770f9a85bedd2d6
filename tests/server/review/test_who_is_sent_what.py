"""Of a recording with a confidential item: who is sent the recording, who a copy, and what is written down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlmodel import Session, select

from server.people.rights import Role
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.receptions.tables import AgendaItemPetition, Chapter, Reception, ReceptionState, Recording
from server.review import passes
from server.review.reading import Reader, watchable
from server.review.tables import Access, RecordingAccess
from tests.scenarios.patience import until
from tests.server.demo.fixtures import Province, petition
from tests.server.review.film import write_film
from tests.server.review.player import media_address, player_data
from tests.server.review.recorded import Recorded, record_confidential
from tests.waiting import ASIDE_S

pytestmark = pytest.mark.timeout(300)

ITEM_S, PAUSE_S = 2.0, 0.5
CONFIDENTIAL = "KN-0203"  # the fifth item: seconds 8 to 10 of the film


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "film.mp4", 19)


@pytest.fixture
def made(province: Province, film: Path) -> Recorded:
    return province.database.run_here(
        record_confidential, province.recordings, CONFIDENTIAL, item_s=ITEM_S, pause_s=PAUSE_S, media=film
    )


async def _prepared(province: Province, made: Recorded, what: str = "copy") -> None:
    async def missing() -> str | None:
        answer = await province.client.get(f"/recordings/{made.recording}/prepared.json")
        standing = (await answer.json())[what]
        return None if standing["stage"] == "ready" else f"{what} is {standing}"

    await until(missing, ASIDE_S)


def _accesses(province: Province) -> list[RecordingAccess]:
    return province.database.run_here(lambda session: list(session.exec(select(RecordingAccess))))


async def test_who_reads_the_petition_is_sent_the_recording_itself(
    province: Province, made: Recorded, film: Path
) -> None:
    for login in ("chutri", "canbo", "thuky"):
        await province.as_(login)
        address = await media_address(province, made.reception)
        assert await (await province.client.get(address)).read() == film.read_bytes()


async def test_others_are_sent_a_copy_without_it_and_nothing_before_it_is_there(
    province: Province, made: Recorded, film: Path
) -> None:
    await province.as_("canbo")
    officers = await media_address(province, made.reception)
    await province.as_("xemlai")
    assert (await province.client.get(officers)).status == 410  # somebody else's pass
    page = await province.page(f"/receptions/{made.reception}/recording")
    assert "<video" not in page
    assert "Đang tạo bản xem" in page
    another = await (await province.client.get(f"/recordings/{made.recording}/pass.json")).json()
    await _prepared(province, made)
    page = await province.page(f"/receptions/{made.reception}/recording")
    data = player_data(page)
    chapter = _chapter(province, CONFIDENTIAL)
    assert data["withheld"] == [[chapter.starts_s - PAUSE_S, chapter.ends_s + PAUSE_S]]
    assert not any(CONFIDENTIAL in each["name"] for each in data["chapters"])
    assert "bạn không được xem" in page
    sent = await (await province.client.get(another["media"])).read()
    assert sent != film.read_bytes()
    assert sent == await (await province.client.get(await media_address(province, made.reception))).read()
    track = await (await province.client.get(f"/recordings/{made.recording}/chapters.vtt")).text()
    assert track.startswith("WEBVTT")
    assert CONFIDENTIAL not in track
    assert track.count("-->") == 6


async def test_the_thumbnails_come_with_the_copy(province: Province, made: Recorded) -> None:
    await province.as_("xemlai")
    assert (await province.client.get(f"/recordings/{made.recording}/thumbnails.jpg")).status == 404
    await _prepared(province, made, "thumbnails")
    answer = await province.client.get(f"/recordings/{made.recording}/thumbnails.jpg")
    assert (answer.status, answer.content_type) == (200, "image/jpeg")


async def test_while_a_reception_is_open_nothing_is_prepared(province: Province, made: Recorded) -> None:
    def open_it(session: Session) -> None:
        reception = session.exec(select(Reception).where(Reception.state == ReceptionState.PLANNED)).first()
        assert reception is not None
        reception.state = ReceptionState.OPEN
        session.add(reception)

    province.database.run_here(open_it)
    await province.as_("xemlai")

    async def missing() -> str | None:
        answer = await province.client.get(f"/recordings/{made.recording}/prepared.json")
        stage = (await answer.json())["copy"]["stage"]
        return None if stage == "paused" else f"the copy is {stage}"

    await until(missing, timeout_s=20)
    assert list((province.recordings.parent / "review").rglob("*.*")) == []


async def test_a_pass_ends(province: Province, made: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    await province.as_("canbo")
    address = await media_address(province, made.reception)
    assert (await province.client.head(address)).status == 200
    monkeypatch.setattr(passes, "GOOD_FOR_S", -1)
    assert (await province.client.get(address)).status == 410
    assert (await province.client.get(f"/recordings/{made.recording}/media")).status == 410
    refused = [access for access in _accesses(province) if access.act is Access.REFUSED]
    assert len(refused) == 2


async def test_what_becomes_confidential_while_it_is_watched_is_not_sent_any_more(
    province: Province, made: Recorded
) -> None:
    def change(session: Session, confidentiality: Confidentiality) -> None:
        row = petition(session, CONFIDENTIAL)
        row.confidentiality = confidentiality
        session.add(row)

    province.database.run_here(change, Confidentiality.NORMAL)
    await province.as_("xemlai")
    address = await media_address(province, made.reception)
    assert (await province.client.head(address)).status == 200
    province.database.run_here(change, Confidentiality.CONFIDENTIAL)
    assert (await province.client.get(address, headers={"Range": "bytes=5000-"})).status == 410


@pytest.mark.parametrize("role", [Role.HOST, Role.OFFICER, Role.CLERK, Role.REVIEWER])
def test_what_became_a_denunciation_is_withheld_from_everybody(
    province: Province, made: Recorded, role: Role
) -> None:
    def work(session: Session) -> tuple[tuple[float, float], ...]:
        item = _chapter(province, CONFIDENTIAL)
        recording = session.get_one(Recording, made.recording)
        return tuple(
            span
            for span in watchable(session, recording, Reader(role)).withheld
            if span[0] <= item.starts_s and item.ends_s <= span[1]
        )

    def denounce(session: Session) -> None:
        denunciation = session.exec(select(Petition).where(Petition.kind == PetitionKind.DENUNCIATION)).first()
        row = petition(session, CONFIDENTIAL)
        assert denunciation is not None
        link = session.exec(select(AgendaItemPetition).where(AgendaItemPetition.petition_id == row.id)).all()
        for each in link:
            session.add(AgendaItemPetition(item_id=each.item_id, petition_id=denunciation.id or 0))

    assert bool(province.database.run_here(work)) == (role is Role.REVIEWER)
    province.database.run_here(denounce)
    assert province.database.run_here(work)


async def test_what_left_the_server_is_written_down_to_the_byte(province: Province, made: Recorded) -> None:
    await province.as_("canbo")
    address = await media_address(province, made.reception)
    for asked in ("bytes=0-999", "bytes=2000-2099"):
        await (await province.client.get(address, headers={"Range": asked})).read()
    expected = [(Access.OPENED, None, None), (Access.SENT, 0, 999), (Access.SENT, 2000, 2099)]

    async def missing() -> str | None:  # it is written once the last byte has left
        acts = [(access.act, access.first_byte, access.last_byte) for access in _accesses(province)]
        return None if acts == expected else f"written down is {acts}"

    await until(missing)
    assert [event.subject for event in province.audited("recording_viewed")] == [f"reception:{made.reception}"]


async def test_what_the_page_reports_stands_in_the_reports(province: Province, made: Recorded) -> None:
    await province.as_("xemlai")
    address = f"/recordings/{made.recording}/watched"
    headers = {"X-CSRF-Token": await province.csrf("/")}
    body = [["played", 1.0, 6.5], ["sought", 6.5, 900.0]]
    assert (await province.client.post(address, json=body, headers=headers)).status == 204
    for wrong in (
        '{"a": 1}',
        "[[]]",
        '[["sent", 1, 2]]',
        '[["played", "a", 2]]',
        '[["played", NaN, 2]]',
        "[" * 5000,
    ):
        assert (await province.client.post(address, data=wrong, headers=headers)).status == 400
    rows = [(access.act, access.starts_s, access.ends_s) for access in _accesses(province)]
    end = province.database.run_here(lambda session: session.get_one(Recording, made.recording).seconds)
    assert rows == [(Access.PLAYED, 1.0, 6.5), (Access.SOUGHT, 6.5, end)]
    await province.page(f"/recordings/{made.recording}/accesses", status=403)
    await province.as_("canbo")
    page = await province.page(f"/recordings/{made.recording}/accesses")
    link = re.search(r"/accounts/\d+/accesses", page)
    assert link is not None
    assert "0:01" in await province.page(link[0])
    assert len(province.audited("accesses_read")) == 2


def _chapter(province: Province, code: str) -> Chapter:
    def work(session: Session) -> Chapter:
        of_item = select(Chapter).join(AgendaItemPetition, AgendaItemPetition.item_id == Chapter.item_id)  # type: ignore[arg-type]
        return session.exec(of_item.where(AgendaItemPetition.petition_id == petition(session, code).id)).one()

    return province.database.run_here(work)
