"""A search over all recordings finds moments, and never what the reader may not read or watch."""

from __future__ import annotations

import re

import pytest
from sqlmodel import Session

from server.conclusions.tables import Conclusion
from server.data.columns import now
from server.documents.tables import DocumentKind, DocumentVersion, OfficialDocument
from server.petitions.tables import Confidentiality
from server.receptions.queries import agenda_of
from server.web.languages import today
from tests.server.demo.fixtures import Province, petition
from tests.server.review.player import player_data
from tests.server.review.recorded import ITEM_S, PAUSE_S, Recorded, record

CODE, SECOND = "KN-0198", int(ITEM_S + PAUSE_S)


@pytest.fixture
def made(province: Province) -> Recorded:
    return province.database.run_here(record, province.recordings)


async def _found(province: Province, **asked: str) -> list[tuple[int, str]]:
    """Second and where it was found, of each result."""
    page = await province.page("/recordings?" + "&".join(f"{name}={value}" for name, value in asked.items()))
    rows = re.findall(r"recording\?t=(\d+)(.*?)</tr>", page, re.S)
    return [
        (int(second), re.sub(r"<[^>]+>", "", row.rsplit("<td", 1)[1].split(">", 1)[1]).strip())
        for second, row in rows
    ]


async def test_all_recordings_are_listed_without_a_question(province: Province, made: Recorded) -> None:
    await province.as_("xemlai")
    page = await province.page("/recordings")
    assert f"/receptions/{made.reception}/recording" in page
    assert "1 bản ghi" in page
    assert "0 bản ghi" in await province.page("/recordings?to=2020-01-01")


@pytest.mark.parametrize("text", ["KN-0198", "kn0198", "boi thuong", "Bồi Thường", "bồi th"])
async def test_a_petition_is_found_as_in_the_register(province: Province, made: Recorded, text: str) -> None:
    await province.as_("xemlai")
    assert (SECOND, "đơn thư") in await _found(province, q=text)
    assert await _found(province, q=text, to="2020-01-01") == []
    assert (SECOND, "đơn thư") in await _found(province, q=text, **{"from": today().isoformat()})


async def test_the_player_shows_where_the_words_occur(province: Province, made: Recorded) -> None:
    await province.as_("xemlai")
    player = f"/receptions/{made.reception}/recording"
    assert f"{player}?t={SECOND}&amp;q=boi+thuong" in await province.page("/recordings?q=boi+thuong")
    page = await province.page(f"{player}?t={SECOND}&q=boi+thuong")
    assert SECOND in [int(second) for second in player_data(page)["found"]]
    assert "“boi thuong” ở đây:" in page
    assert "không có ở đây" in await province.page(f"{player}?q=mot+tu+khong+ai+noi")
    assert player_data(await province.page(player))["found"] == []


async def test_a_petitioner_is_found_by_who_reads_names(province: Province, made: Recorded) -> None:
    def name_it(session: Session) -> str:
        return petition(session, CODE).petitioner_name

    name = province.database.run_here(name_it)
    assert name
    await province.as_("canbo")
    assert (SECOND, "đơn thư") in await _found(province, q=name)
    await province.as_("xemlai")
    assert (SECOND, "đơn thư") not in await _found(province, q=name)


async def test_a_confidential_petition_is_found_by_who_may_watch_it(province: Province, made: Recorded) -> None:
    _write(province, made)

    def guard(session: Session) -> None:
        row = petition(session, CODE)
        row.confidentiality = Confidentiality.CONFIDENTIAL
        session.add(row)

    province.database.run_here(guard)
    await _note(province, made, "mốc ranh giới")
    for login, found in (("canbo", [(SECOND, "đơn thư")]), ("xemlai", [])):
        await province.as_(login)
        assert await _found(province, q=CODE) == found
        assert await _found(province, q="hoàn trả") == []  # its conclusion stands on a page of its own
    await province.as_("xemlai")
    assert await _found(province, q="mốc ranh") == []
    await province.as_("canbo")
    assert await _found(province, q="moc ranh") == [(SECOND + 5, "ghi chú")]


async def test_words_of_notes_conclusions_and_minutes_are_found(province: Province, made: Recorded) -> None:
    _write(province, made)
    await _note(province, made, "mốc ranh giới")
    await province.as_("xemlai")
    assert await _found(province, q="hoan tra") == [(SECOND, "kết luận")]
    assert await _found(province, q="ranh gioi") == [(SECOND + 5, "ghi chú")]
    assert await _found(province, q="bà Nguyễn Thị Tí") == []  # minutes name people
    await province.as_("thuky")
    assert await _found(province, q="bà nguyen thi ti") == [(SECOND, "biên bản")]


async def test_only_the_version_in_force_is_found(province: Province, made: Recorded) -> None:
    _write(province, made)
    await province.as_("canbo")
    assert await _found(province, q="hoan tra") == [(SECOND, "kết luận")]
    _write(province, made, number=2, content="Giao Sở Xây dựng kiểm tra")
    assert await _found(province, q="hoan tra") == []
    assert (SECOND, "kết luận") in await _found(province, q="so xay dung kiem tra")


async def test_a_room_that_spoke_narrows_the_answer(province: Province, made: Recorded) -> None:
    await province.as_("canbo")
    assert await _found(province, q=CODE, room="99999") == []
    assert "Cao Xanh" not in "".join(where for _second, where in await _found(province, room="193"))


async def test_a_technician_searches_nothing(province: Province, made: Recorded) -> None:
    await province.as_("kythuat")
    await province.page("/recordings", status=403)


def _write(province: Province, made: Recorded, number: int = 1, content: str = "Hoàn trả 120 m² đất") -> None:
    """A conclusion is issued for the second item, and with the first one its minutes."""

    def work(session: Session) -> None:
        item = agenda_of(session, made.reception)[1].item_id
        session.add(Conclusion(item_id=item, number=number, content=content, issued_at=now(), written_by="system"))
        if number > 1:
            return
        minutes = OfficialDocument(
            kind=DocumentKind.MINUTES, subject=f"item:{item}", reception_id=made.reception, item_id=item
        )
        session.add(minutes)
        session.flush()
        session.add(
            DocumentVersion(
                document_id=minutes.id or 0,
                number=1,
                content='{"received": "Bà Nguyễn Thị Tí"}',
                issued_at=now(),
                written_by="system",
            )
        )

    province.database.run_here(work)


async def _note(province: Province, made: Recorded, words: str) -> None:
    await province.as_("canbo")
    headers = {"X-CSRF-Token": await province.csrf("/")}
    body = {"at": SECOND + 5, "words": words}
    answer = await province.client.post(f"/recordings/{made.recording}/notes", json=body, headers=headers)
    assert answer.status == 200
