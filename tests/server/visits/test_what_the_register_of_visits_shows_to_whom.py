"""The register on paper, and who reads which names in it."""

from __future__ import annotations

import re

import pytest
from sqlmodel import Session, select

from server.petitions.categories import Route, Settled
from server.petitions.history import SYSTEM, record_status
from server.petitions.tables import Confidentiality, Petition, PetitionStatus
from server.petitions.transitions import NextStatus
from server.visits.tables import Visit
from server.web.languages import today
from tests.server.demo.fixtures import Province, petition
from tests.server.visits.register import FORM, ROW, YESTERDAY, recorded, visits


def printed(page: str, visit: Visit) -> list[str]:
    """What stands in the columns of a visit's line, as words."""
    row = re.search(rf'<tr>\s*<td class="number">{visit.number}/{visit.year}</td>.*?</tr>', page, re.DOTALL)
    assert row is not None
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row[0], re.DOTALL)
    return [" ".join(re.sub(r"<br>|<[^>]+>", " ", cell).split()) for cell in cells]


async def test_the_print_has_the_columns_of_form_03_filled_from_the_record(province: Province) -> None:
    """What became of the matter says the linked petition; of a guarded one nothing stands there."""
    await province.as_("canbo")
    visit = await recorded(province, petition="KN-0209", outcome="received", document="19/BN-BTCD", nth_time="2")
    alone = await recorded(province, outcome="guided", document="77/PHD-BTCD", looked="yes")

    def decide(session: Session) -> None:
        row = petition(session, "KN-0209")
        row.settled, row.settled_by, row.settled_document = Settled.ONCE, "UBND thành phố Hạ Long", "15/QĐ-UBND"
        row.in_competence, row.route, row.route_target = False, Route.FORWARD, "Sở Xây dựng"
        row.status = PetitionStatus.RECEIVED
        record_status(
            session, row, NextStatus(PetitionStatus.FORWARDED, YESTERDAY, document="40/PC-BTCD"), SYSTEM, today()
        )

    province.database.run_here(decide)
    page = await province.page("/visits/print")
    numbers = re.findall(r"<td>(\d+)</td>", page[: page.index("<tbody>")])
    assert numbers == [str(number) for number in range(1, 13)]
    day = YESTERDAY.strftime("%d/%m/%Y")
    assert printed(page, visit)[3:] == [
        "",
        "Chậm trả kết quả đo đạc",
        "Khiếu nại, 6 đoàn đông người",
        "UBND thành phố Hạ Long, 15/QĐ-UBND Đã giải quyết lần đầu",
        "",
        "",
        "Sở Xây dựng, 40/PC-BTCD",
        f"Đã chuyển đơn, {day} 40/PC-BTCD",
        "19/BN-BTCD KN-0209 lần 2",
    ]
    assert printed(page, alone)[6:] == ["", "", "77/PHD-BTCD", "", "", "lần đầu"]

    def confide(session: Session) -> None:
        petition(session, "KN-0209").confidentiality = Confidentiality.CONFIDENTIAL

    province.database.run_here(confide)
    assert printed(await province.page("/visits/print"), visit)[6:10] == ["", "", "", ""]


@pytest.mark.parametrize("login", ["xemlai", "giamsat"])
async def test_who_reads_no_names_reads_none_here_either(province: Province, login: str) -> None:
    await province.as_("canbo")
    visit = await recorded(province)
    await province.as_(login)
    for path in ("/visits", f"/visits/{visit.id}", "/visits/print"):
        page = await province.page(path)
        assert "Trịnh Thị Ngoan" not in page
        assert "Xã Thống Nhất" not in page
        assert "Chậm trả kết quả đo đạc" in page
    assert not ROW.findall(await province.page("/visits?q=ngoan"))
    assert ROW.findall(await province.page("/visits?q=do+dac"))


async def test_words_about_a_confidential_petition_stand_on_the_page_of_the_visit_only(province: Province) -> None:
    def confide(session: Session) -> None:
        row = session.exec(select(Petition).where(Petition.code == "KN-0209")).one()
        row.confidentiality = Confidentiality.CONFIDENTIAL

    await province.as_("canbo")
    visit = await recorded(province, petition="KN-0209")
    province.database.run_here(confide)
    for path in ("/visits", "/visits?q=do+dac", "/visits/print"):
        page = await province.page(path)
        assert "Trịnh Thị Ngoan" not in page
        assert "Chậm trả kết quả đo đạc" not in page
    assert "Trịnh Thị Ngoan" in await province.page(f"/visits/{visit.id}")
    await province.as_("giamsat")
    page = await province.page(f"/visits/{visit.id}")
    assert "Ngoan" not in page
    assert "Chậm trả" not in page
    assert "77/PHD-BTCD" not in page


@pytest.mark.parametrize(
    ("login", "reads"), [("chutri", 200), ("xemlai", 200), ("quantri", 200), ("kythuat", 403)]
)
async def test_a_wrong_role_is_refused(province: Province, login: str, reads: int) -> None:
    before = len(visits(province))
    await province.as_(login)
    for path in ("/visits", "/visits/print", "/visits/1"):
        await province.page(path, status=reads)
    for path in ("/visits/new", "/visits/new/denunciation", "/visits/1/edit"):
        await province.page(path, status=403)
        assert (await province.post(path, FORM)).status == 403
    for path in ("/visits/1/withdraw", "/visits/1/denunciation"):
        assert (await province.post(path, {"because": "twice", "confirmed": "yes"})).status == 403
    assert (await province.post("/visits/1/agenda", {"reception": "3"})).status == 403
    assert len(visits(province)) == before
    assert not province.audited("visit_changed")


@pytest.mark.parametrize(("login", "found"), [("canbo", True), ("quantri", True), ("xemlai", False)])
async def test_a_visit_is_found_by_the_name_in_its_petition_by_who_reads_names(
    province: Province, login: str, found: bool
) -> None:
    """The visit itself says no name: it is linked."""
    await province.as_(login)
    page = await province.page("/visits?q=nguyen+thi+bich+lien")
    assert bool(ROW.findall(page)) == found
    assert ROW.findall(await province.page("/visits?q=KG-0231"))


async def test_a_confidential_petition_gives_none_of_its_visits_away(province: Province) -> None:
    def guard(session: Session) -> None:
        row = petition(session, "KG-0231")
        row.confidentiality = Confidentiality.CONFIDENTIAL
        session.add(row)

    await province.as_("canbo")
    assert ROW.findall(await province.page("/visits?q=bich+lien"))
    province.database.run_here(guard)
    assert not ROW.findall(await province.page("/visits?q=bich+lien"))
