"""Recording, reading, changing and withdrawing visits, with forms as a browser sends them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from server.people.rights import Role
from server.petitions.tables import PetitionKind
from server.receptions.dated_rules import read_reception_rules
from server.receptions.queries import agenda_of
from server.receptions.tables import Receiver, Reception, ReceptionMode, ReceptionState
from server.visits.queries import PAGE, Totals, Wanted, search
from server.visits.tables import Visit
from server.web.languages import HERE
from tests.forms import forms_of
from tests.server.demo.fixtures import Province, petition, todays
from tests.server.visits.register import FORM, NAMELESS, ROW, YESTERDAY, recorded, visits

RULES = read_reception_rules(Path("/nonexistent"))


async def test_a_form_that_is_sent_twice_is_one_visit_until_somebody_says_it_is_another(
    province: Province,
) -> None:
    await province.as_("thuky")
    await recorded(province)
    count = len(visits(province))
    again = await province.post("/visits/new", FORM)
    assert again.status == 422
    assert "Trong sổ đã có lượt tiếp ghi đúng như vậy." in await again.text()
    assert len(visits(province)) == count
    await recorded(province, looked="yes")
    assert len(visits(province)) == count + 1
    await recorded(province, clock="08:31")
    assert len(visits(province)) == count + 2


async def test_a_visit_gets_the_next_number_and_is_found(province: Province) -> None:
    await province.as_("thuky")
    before = [each for each in visits(province) if each.year == YESTERDAY.year]
    visit = await recorded(province)
    assert (visit.year, visit.number) == (YESTERDAY.year, max((each.number for each in before), default=0) + 1)
    assert (visit.persons, visit.as_group, visit.nth_time, visit.reception_id) == (6, True, 1, None)
    page = await province.page(f"/visits/{visit.id}")
    for words in ("Trịnh Thị Ngoan", "Chậm trả kết quả đo đạc", "77/PHD-BTCD", "đoàn đông người", "Thường xuyên"):
        assert words in page
    found = await province.page("/visits?q=trinh+thi+ngoan")
    assert len(ROW.findall(found)) == 1
    (event,) = province.audited("visit_recorded")[-1:]
    assert "Ngoan" not in event.detail + event.subject


async def test_the_list_filters_and_counts_what_it_shows(province: Province) -> None:
    await province.as_("canbo")
    everything = visits(province)
    counted = [each for each in everything if each.withdrawn_at is None]
    page = await province.page("/visits")
    assert len(ROW.findall(page)) == len(everything)
    assert f"{len(counted)} lượt tiếp" in page
    assert f"{sum(each.persons for each in counted)} người" in page
    for kind in PetitionKind:
        expected = sum(each.kind == kind for each in everything)
        assert len(ROW.findall(await province.page(f"/visits?kind={kind}"))) == expected
    declined = sum(each.outcome == "declined" for each in everything)
    assert len(ROW.findall(await province.page("/visits?outcome=declined"))) == declined > 0
    assert "Không có lượt tiếp nào phù hợp" in await province.page("/visits?from=2001-01-01&to=2001-12-31")
    for query in ("page=x", "kind=x", "reception=99999999999", "from=x", "q=%25_%5C"):
        await province.page(f"/visits?{query}")


async def test_the_pages_of_the_list_keep_the_filters(province: Province) -> None:
    await province.as_("canbo")

    def many(session: Session) -> None:
        for number in range(PAGE + 1):
            moment = datetime(2020, 5, 4, 8, tzinfo=HERE) + timedelta(minutes=number)
            session.add(
                Visit(
                    year=2020,
                    number=number + 1,
                    came_at=moment,
                    persons=1,
                    kind="reflection",
                    nth_time=1,
                    outcome="guided",
                    recorded_by="system",
                )
            )

    province.database.run_here(many)
    first = await province.page("/visits?to=2020-12-31")
    assert len(ROW.findall(first)) == PAGE
    assert "?to=2020-12-31&amp;page=2" in first
    assert len(ROW.findall(await province.page("/visits?to=2020-12-31&page=2"))) == 1
    assert (await province.page("/visits/print?to=2020-12-31")).count('<td class="number">') == PAGE + 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"day": "2099-01-01"}, "Thời điểm này chưa đến"),
        ({"clock": ""}, "Hãy nhập ngày và giờ công dân đến"),
        ({"persons": "không"}, "Hãy nhập số người đến"),
        ({"persons": "1"}, "Một người không thành đoàn"),
        ({"kind": "denunciation"}, "Hãy chọn một mục trong danh sách"),
        ({"visitor_name": ""}, "Hãy nhập người đến"),
        ({"visitor_name": "x" * 121}, "Nội dung quá dài"),
        ({"summary": "Bà Trịnh Thị Ngoan hỏi"}, "Dòng tóm tắt có tên người đến"),
        ({"petition": "KN-9999"}, "Không có đơn nào mang mã này"),
        ({"petition": "PA-0077"}, "Đơn này thuộc loại khác"),
        ({"outcome": ""}, "Hãy chọn kết quả xử lý"),
        ({"outcome": "declined"}, "Hãy chọn căn cứ từ chối"),
        ({"outcome": "appointed"}, "Hãy chọn phiên đã lên lịch"),
        ({"nth_time": "hai"}, "Hãy nhập 1 nếu tiếp lần đầu"),
        ({"document": "thư tay"}, "không ghi tên người: 123/QĐ-UBND"),
        ({"reception": "1"}, "Phiên này diễn ra vào ngày khác"),
        ({"reception": "999999"}, "Hãy chọn một mục trong danh sách"),
    ],
)
async def test_a_mistake_is_told_and_nothing_is_kept(
    province: Province, changed: dict[str, object], sentence: str
) -> None:
    await province.as_("canbo")
    before = len(visits(province))
    answer = await province.post("/visits/new", {**FORM, **changed})
    assert answer.status == 422
    text = await answer.text()
    assert sentence in text
    assert "Xã Thống Nhất" in text
    assert len(visits(province)) == before


async def test_a_refusal_of_what_is_settled_asks_for_its_notice_and_marks_where_it_is_missing(
    province: Province,
) -> None:
    await province.as_("canbo")
    settled = {**FORM, "outcome": "declined", "ground": "settled", "document": ""}
    before = len(visits(province))
    answer = await province.post("/visits/new", settled)
    assert answer.status == 422
    page = await answer.text()
    assert "người đứng đầu ra thông báo từ chối tiếp (mẫu 01)" in page
    assert 'name="notice_later"' in page
    assert len(visits(province)) == before
    assert "thiếu thông báo" not in await province.page("/visits")
    visit = await recorded(province, **{**settled, "notice_later": "yes"})
    for path in ("/visits", f"/visits/{visit.id}"):
        assert "thiếu thông báo" in await province.page(path)
    edit = f"/visits/{visit.id}/edit"
    (form,) = [each for each in forms_of(await province.page(edit)) if "document" in each.names]
    assert form.values["notice_later"] == ["yes"], "that it is not there yet was said before"
    later = await province.client.post(edit, data=form.filled(document="9/TB-UBND"), allow_redirects=False)
    assert later.status == 303
    for path in ("/visits", f"/visits/{visit.id}"):
        assert "thiếu thông báo" not in await province.page(path)
    await recorded(province, outcome="declined", ground="disorder", document="")


async def test_of_a_denunciation_no_form_takes_a_name(province: Province) -> None:
    await province.as_("canbo")
    page = await province.page("/visits/new/denunciation")
    for name in ("visitor_name", "visitor_address", "summary"):
        assert f'name="{name}"' not in page
    sent = {"visitor_name": "Trịnh Thị Ngoan", "summary": "x", "visitor_address": "y", "kind": "complaint"}
    visit = await recorded(province, "/visits/new/denunciation", **sent)
    assert visit.kind == PetitionKind.DENUNCIATION
    assert visit.visitor_name == visit.visitor_address == visit.summary == visit.search_key == ""
    wrong = await province.post("/visits/new/denunciation", {**NAMELESS, "petition": "KN-0198"})
    assert wrong.status == 422
    assert (await recorded(province, "/visits/new/denunciation", petition="TC-0007")).petition_id
    reads = len(province.audited("visit_read"))
    await province.page(f"/visits/{visit.id}")
    assert len(province.audited("visit_read")) == reads + 1


async def test_a_visit_that_turns_out_to_be_a_denunciation_forgets_who_came(province: Province) -> None:
    await province.as_("canbo")
    visit = await recorded(province)
    address = f"/visits/{visit.id}/denunciation"
    assert (await province.post(address, {})).status == 400
    assert visits(province)[-1].visitor_name
    assert (await province.post(address, {"confirmed": "yes"})).status == 303
    after = visits(province)[-1]
    assert (after.kind, after.visitor_name, after.summary) == ("denunciation", "", "")
    assert "Ngoan" not in await province.page("/visits")
    linked = await recorded(province, petition="KN-0198")
    assert (await province.post(f"/visits/{linked.id}/denunciation", {"confirmed": "yes"})).status == 403


async def test_the_nth_time_is_counted_by_the_petition(province: Province) -> None:
    await province.as_("canbo")
    number = province.database.run_here(petition, "KN-0209").id
    assert not [each for each in visits(province) if each.petition_id == number]
    nameless = {"petition": "kn-0209", "visitor_name": "", "summary": ""}
    clocks = ("08:30", "14:30")
    assert [(await recorded(province, **nameless, clock=clock)).nth_time for clock in clocks] == [1, 2]
    page = await province.page(f"/visits/{visits(province)[-1].id}")
    assert "lần 2" in page
    assert province.database.run_here(petition, "KN-0209").petitioner_name in page


async def test_a_change_names_fields_and_not_what_stood_there(province: Province) -> None:
    await province.as_("canbo")
    visit = await recorded(province)
    address = f"/visits/{visit.id}/edit"
    assert 'value="Trịnh Thị Ngoan"' in await province.page(address)
    assert (await province.post(address, {**FORM, "nth_time": "1", "persons": "9"})).status == 303
    assert visits(province)[-1].persons == 9
    (event,) = province.audited("visit_changed")
    assert event.detail == '{"fields":["persons"]}'
    assert (await province.post(address, {**FORM, "day": "2020-01-01"})).status == 422
    assert (await province.post(address, {**FORM, "nth_time": "1", "persons": "9"})).status == 303
    assert len(province.audited("visit_changed")) == 1


async def test_a_withdrawn_visit_keeps_its_number_and_is_not_counted(province: Province) -> None:
    await province.as_("thuky")
    visit = await recorded(province)
    before = _totals(province).visits
    address = f"/visits/{visit.id}/withdraw"
    assert (await province.post(address, {"because": "x"})).status == 400
    assert (await province.post(address, {"because": "twice"})).status == 303
    assert _totals(province).visits == before - 1
    assert "Đã rút khỏi sổ" in await province.page(f"/visits/{visit.id}")
    assert (await recorded(province)).number == visit.number + 1
    for path in ("edit", "withdraw"):
        assert (await province.post(f"/visits/{visit.id}/{path}", {"because": "twice"})).status == 404
    (event,) = province.audited("visit_withdrawn")[-1:]
    assert (event.subject, event.detail) == (f"visit:{visit.id}", '{"because":"twice"}')


def _totals(province: Province, **wanted: object) -> Totals:
    return province.database.run_here(search, Role.OFFICER, Wanted(**wanted), RULES).totals  # type: ignore[arg-type]


async def test_the_figures_of_form_01_can_be_counted_from_the_rows(province: Province) -> None:
    """Visits, persons, cases first and repeated, large groups: by mode, and by who received."""
    irregular = _totals(province, mode=ReceptionMode.IRREGULAR)
    assert (irregular.visits, irregular.persons, irregular.first_time, irregular.repeated) == (2, 32, 1, 1)
    assert (irregular.groups, irregular.group_persons) == (2, 32)
    regular, everything = _totals(province, mode=ReceptionMode.REGULAR), _totals(province)
    modes = [_totals(province, mode=mode) for mode in ReceptionMode]
    assert sum(each.visits for each in modes) == everything.visits
    assert sum(each.persons for each in modes) == everything.persons
    assert regular.visits > 5

    def by_receiver(session: Session) -> set[Receiver | None]:
        found = search(session, Role.OFFICER, Wanted(mode=ReceptionMode.PERIODIC), RULES).visits
        return {each.receiver for each in found}

    assert province.database.run_here(by_receiver) == {Receiver.HEAD, Receiver.DELEGATE}


async def test_a_visit_to_a_session_says_that_somebody_came(province: Province) -> None:
    def empty_session(session: Session) -> Reception:
        return session.exec(select(Reception).where(col(Reception.nobody_came).is_(True))).one()

    await province.as_("canbo")
    reception = province.database.run_here(empty_session)
    day: date = reception.planned_at.astimezone(HERE).date()
    visit = await recorded(province, reception=reception.id, day=day.isoformat())
    kept = province.database.run_here(lambda session: session.get_one(Reception, reception.id))
    assert kept.nobody_came is False
    assert len(ROW.findall(await province.page(f"/visits?reception={reception.id}"))) == 1
    assert (await province.post(f"/visits/{visit.id}/withdraw", {"because": "mistaken"})).status == 303
    assert province.database.run_here(empty_session).id == reception.id


async def test_the_petition_of_a_visit_goes_onto_an_agenda(province: Province) -> None:
    await province.as_("canbo")
    visit = await recorded(province, petition="KN-0209")
    reception = province.database.run_here(todays).id or 0
    assert f'value="{reception}"' in await province.page(f"/visits/{visit.id}")
    answer = await province.post(f"/visits/{visit.id}/agenda", {"reception": str(reception)})
    assert answer.status == 303
    lines = province.database.run_here(agenda_of, reception)
    assert lines[-1].petition_codes == ("KN-0209",)
    ended = province.database.run_here(
        lambda session: session.exec(select(Reception.id).where(Reception.state == ReceptionState.ENDED)).first()
    )
    assert (await province.post(f"/visits/{visit.id}/agenda", {"reception": str(ended)})).status == 409
    alone = await recorded(province)
    assert (await province.post(f"/visits/{alone.id}/agenda", {"reception": str(reception)})).status == 400
    assert len(province.database.run_here(agenda_of, reception)) == len(lines)
