"""From the registration to the visit: answers, order numbers, appointments, the agenda, the day itself."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from sqlmodel import Session, select

from server.receptions.agenda import Plan, create_reception
from server.receptions.queries import agenda_of
from server.receptions.tables import ReceptionMode, ReceptionState
from server.registrations.tables import Registration, RegistrationState
from server.visits.tables import Visit
from server.web.languages import HERE, today
from tests.forms import forms_of
from tests.server.demo.fixtures import Province, petition
from tests.server.registrations.office import (
    FORM,
    YESTERDAY,
    again,
    agreed,
    decided,
    numbers,
    reception_of_today,
    registered,
    registrations,
)

VISIT: dict[str, object] = {
    "day": YESTERDAY.isoformat(),
    "clock": "09:00",
    "persons": "2",
    "kind": "complaint",
    "visitor_name": "Mai Thị Thắm",
    "summary": "Xin xem lại hồ sơ",
    "outcome": "appointed",
}


def planned(province: Province, in_days: int) -> int:
    def work(session: Session) -> int:
        at = datetime.combine(today() + timedelta(days=in_days), time(8), tzinfo=HERE)
        plan = Plan(f"Phiên sau {in_days} ngày", ReceptionMode.PERIODIC, "Trụ sở", "", at)
        return create_reception(session, plan).id or 0

    return province.database.run_here(work)


def held_today(province: Province) -> int:
    """Planned for this morning, so that who is expected may have come."""

    def work(session: Session) -> int:
        at = datetime.combine(today(), time(0, 0), tzinfo=HERE)
        reception = create_reception(session, Plan("Phiên hôm nay", ReceptionMode.PERIODIC, "Trụ sở", "", at))
        reception.state = ReceptionState.OPEN
        return reception.id or 0

    return province.database.run_here(work)


def appointment_of(province: Province, visit: int) -> Registration:
    (row,) = [each for each in registrations(province) if each.appointed_by_id == visit]
    return row


def last_visit(province: Province) -> Visit:
    def work(session: Session) -> Visit:
        return session.exec(select(Visit).order_by(Visit.id.desc()).limit(1)).one()  # type: ignore[union-attr]

    return province.database.run_here(work)


async def test_who_is_agreed_gets_the_next_number_and_keeps_it(province: Province) -> None:
    number = planned(province, 9)
    await province.as_("canbo")
    rows = [await agreed(province, reception=number, summary=f"Việc {each}") for each in range(3)]
    assert [row.order_number for row in rows] == [1, 2, 3]
    refused = await decided(province, rows[1], "refuse", reason="other_body", competent_body="Sở Xây dựng")
    assert (refused.order_number, refused.competent_body, refused.ground) == (2, "Sở Xây dựng", None)
    assert (await agreed(province, reception=number, summary="Việc 4")).order_number == 4
    back = await decided(province, refused, "reopen")
    assert (back.state, back.competent_body) == (RegistrationState.WAITING, "")
    assert (await decided(province, back, "agree")).order_number == 2
    page = await province.page(f"/receptions/{number}")
    assert page.index("Việc 0") < page.index("Việc 1") < page.index("Việc 2") < page.index("Việc 4")


async def test_without_a_session_nobody_gets_a_number(province: Province) -> None:
    await province.as_("canbo")
    row = await registered(province)
    assert (await decided(province, row, "agree", 409)).state is RegistrationState.WAITING
    number = planned(province, 9)
    assert (await province.post(f"/registrations/{row.id}/edit", {**FORM, "reception": number})).status == 303
    assert (await decided(province, again(province, row), "agree")).order_number == 1


async def test_who_goes_to_another_session_gets_that_ones_number_and_without_one_waits(province: Province) -> None:
    one, other = planned(province, 9), planned(province, 16)
    await province.as_("canbo")
    first = await agreed(province, reception=one)
    await agreed(province, reception=other, summary="Việc khác")
    path = f"/registrations/{first.id}/edit"
    assert (await province.post(path, {**FORM, "reception": other})).status == 303
    assert again(province, first).order_number == 2
    assert (await province.post(path, {**FORM, "reception": ""})).status == 303
    waits = again(province, first)
    assert (waits.state, waits.order_number) == (RegistrationState.WAITING, None)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Hãy chọn lý do từ chối"),
        ({"reason": "other_body"}, "Hãy nhập cơ quan có thẩm quyền"),
        ({"reason": "other_body", "competent_body": "Trịnh Thị Ngoan"}, "Tên cơ quan có lẫn tên công dân"),
        ({"reason": "other_body", "competent_body": "x" * 121}, "Nội dung quá dài"),
    ],
)
async def test_a_refusal_without_its_reason_is_none(
    province: Province, fields: dict[str, object], sentence: str
) -> None:
    await province.as_("canbo")
    row = await registered(province)
    answer = await province.post(f"/registrations/{row.id}/refuse", fields)
    assert answer.status == 422
    assert sentence in await answer.text()
    assert again(province, row).state is RegistrationState.WAITING
    settled = await decided(province, row, "refuse", reason="settled")
    assert settled.ground == "settled"
    assert "đã giải quyết đúng" in await province.page(f"/registrations/{row.id}")


async def test_an_answer_that_is_sent_twice_is_one_and_two_officers_do_not_undo_each_other(
    province: Province,
) -> None:
    await province.as_("canbo")
    row = await registered(province, reception=planned(province, 9))
    once = await decided(province, row, "agree")
    assert (await decided(province, row, "agree")).model_dump() == once.model_dump()
    subject = f"registration:{row.id}"
    assert [each.subject for each in province.audited("registration_decided")].count(subject) == 1
    await decided(province, row, "refuse", 409, reason="settled")  # the other one still sees it waiting
    assert again(province, row).state is RegistrationState.AGREED
    await decided(province, once, "reopen")
    await decided(province, once, "reopen")
    assert again(province, row).state is RegistrationState.WAITING


async def test_what_is_agreed_goes_onto_the_agenda_once(province: Province) -> None:
    number = planned(province, 9)
    await province.as_("canbo")
    row = await agreed(province, reception=number, petition="KN-0209")
    address = f"/registrations/{row.id}/agenda"
    assert address in await province.page(f"/receptions/{number}")
    for _ in range(2):
        assert (await province.post(address, {})).status == 303
    lines = province.database.run_here(agenda_of, number)
    assert [line.petition_codes for line in lines] == [("KN-0209",)]
    assert address not in await province.page(f"/receptions/{number}")
    alone = await agreed(province, reception=number, summary="Chưa có đơn")
    assert (await province.post(f"/registrations/{alone.id}/agenda", {})).status == 400
    waiting = await registered(province, reception=number, petition="KN-0209", summary="Chờ trả lời")
    assert (await province.post(f"/registrations/{waiting.id}/agenda", {})).status == 409
    assert len(province.database.run_here(agenda_of, number)) == 1


async def test_the_visit_begins_with_what_was_registered_and_says_that_they_came(province: Province) -> None:
    number = held_today(province)
    await province.as_("canbo")
    row = await agreed(province, reception=number)
    address = f"/visits/new?registration={row.id}"
    assert address in await province.page(f"/receptions/{number}")
    (form,) = [each for each in forms_of(await province.page(address)) if "visitor_name" in each.names]
    assert form.values["visitor_name"] == ["Trịnh Thị Ngoan"]
    assert form.values["reception"] == [str(number)]
    sent = dict(form.filled(outcome="received"))
    wrong = await province.client.post("/visits/new", data={**sent, "persons": "x"}, allow_redirects=False)
    assert wrong.status == 422
    assert f'name="registration" value="{row.id}"' in await wrong.text()
    places = []
    for _ in range(2):
        answer = await province.client.post("/visits/new", data=sent, allow_redirects=False)
        assert answer.status == 303
        places.append(answer.headers["Location"])
    visit = last_visit(province)
    assert places == [f"/visits/{visit.id}"] * 2
    came = again(province, row)
    assert (came.state, came.visit_id, came.order_number) == (RegistrationState.CAME, visit.id, row.order_number)
    assert f"/visits/{visit.id}" in await province.page(f"/receptions/{number}")
    assert (await province.post(f"/visits/{visit.id}/withdraw", {"because": "mistaken"})).status == 303
    expected = again(province, row)
    assert (expected.state, expected.visit_id) == (RegistrationState.AGREED, None)


async def test_no_visit_is_recorded_of_a_registration_that_was_refused_meanwhile(province: Province) -> None:
    await province.as_("canbo")
    row = await agreed(province, reception=held_today(province))
    await decided(province, row, "refuse", reason="disorder")
    before = last_visit(province).id
    answer = await province.post("/visits/new", {**VISIT, "outcome": "received", "registration": row.id})
    assert answer.status == 422
    text = await answer.text()
    assert "đã bị từ chối, đã rút hoặc đã có lượt tiếp" in text
    assert 'name="registration"' not in text, "saved again, it is a visit of its own"
    assert last_visit(province).id == before
    for wrong in ("999999", "x"):
        sent = {**VISIT, "outcome": "received", "registration": wrong}
        assert (await province.post("/visits/new", sent)).status == 404


async def test_who_comes_with_a_denunciation_after_all_is_forgotten(province: Province) -> None:
    await province.as_("canbo")
    row = await agreed(province, reception=held_today(province))
    now = datetime.now(HERE)
    sent = {"day": now.date().isoformat(), "clock": f"{now:%H:%M}", "persons": "1", "outcome": "received"}
    answer = await province.post("/visits/new/denunciation", {**sent, "registration": row.id})
    assert answer.status == 303
    after = again(province, row)
    assert (after.state, after.kind, after.citizen_name) == (RegistrationState.CAME, "denunciation", "")


async def test_who_did_not_come_is_said_on_the_day_and_can_come_later(province: Province) -> None:
    await province.as_("canbo")
    ahead = await agreed(province, reception=planned(province, 9))
    await decided(province, ahead, "absent", 409)
    row = await agreed(province, reception=held_today(province), summary="Hôm nay")
    absent = await decided(province, row, "absent")
    assert absent.state is RegistrationState.ABSENT
    assert "Không đến" in await province.page(f"/receptions/{row.reception_id}")
    assert (await decided(province, absent, "reopen")).state is RegistrationState.AGREED


async def test_an_appointment_of_a_visit_stands_on_the_list_and_follows_its_visit(province: Province) -> None:
    one, other = planned(province, 9), planned(province, 16)
    await province.as_("canbo")
    await agreed(province, reception=one)
    assert (await province.post("/visits/new", {**VISIT, "appointed": one})).status == 303
    visit = last_visit(province).id or 0
    row = appointment_of(province, visit)
    assert (row.state, row.reception_id, row.order_number) == (RegistrationState.AGREED, one, 2)
    assert (row.citizen_name, row.persons, row.made_on) == ("Mai Thị Thắm", 2, YESTERDAY)
    assert "Mai Thị Thắm" in await province.page(f"/receptions/{one}")
    edit = f"/visits/{visit}/edit"
    same = {**VISIT, "nth_time": "1"}
    assert (await province.post(edit, {**same, "appointed": other, "persons": "3"})).status == 303
    moved = appointment_of(province, visit)
    assert (moved.reception_id, moved.order_number, moved.persons) == (other, 1, 3)
    led = (await province.get(f"/registrations/{row.id}/edit")).headers["Location"]
    assert led == edit, "what it says, its visit says"
    assert (await province.post(edit, {**same, "outcome": "guided"})).status == 303
    assert appointment_of(province, visit).state is RegistrationState.WITHDRAWN
    assert (await province.post(edit, {**same, "appointed": other})).status == 303
    assert appointment_of(province, visit).state is RegistrationState.AGREED
    assert (await province.post(f"/visits/{visit}/denunciation", {"confirmed": "yes"})).status == 303
    forgotten = appointment_of(province, visit)
    assert (forgotten.kind, forgotten.citizen_name, forgotten.summary) == ("denunciation", "", "")
    assert (await province.post(f"/visits/{visit}/withdraw", {"because": "mistaken"})).status == 303
    assert appointment_of(province, visit).state is RegistrationState.WITHDRAWN


@pytest.mark.parametrize("put_off", [True, False])
async def test_who_was_to_come_goes_with_the_reception_that_is_put_off_or_waits(
    province: Province, put_off: bool
) -> None:
    number = planned(province, 9)
    await province.as_("canbo")
    rows = [await agreed(province, reception=number, summary=f"Việc {each}") for each in range(2)]
    refused = await decided(province, await registered(province, reception=number), "refuse", reason="other")
    sent: dict[str, object] = {"reason": "Bận họp", "what": "off"}
    if put_off:
        sent |= {"what": "put_off", "day": (today() + timedelta(days=12)).isoformat(), "clock": "08:00"}
    assert (await province.post(f"/receptions/{number}/cancel", sent)).status == 303
    after = [again(province, row) for row in rows]
    assert again(province, refused).reception_id == number
    if put_off:
        (successor,) = {row.reception_id for row in after}
        assert successor not in (number, None)
        assert numbers(province, successor) == [1, 2]
        assert {row.state for row in after} == {RegistrationState.AGREED}
    else:
        assert [(row.reception_id, row.order_number, row.state) for row in after] == [
            (None, None, RegistrationState.WAITING)
        ] * 2


async def test_the_demonstration_has_one_list_with_its_numbers(province: Province) -> None:
    await province.as_("canbo")
    reception = reception_of_today(province)
    order = numbers(province, reception.id)
    assert order == list(range(1, len(order) + 1))
    assert len(order) >= 5
    door = await province.page(f"/receptions/{reception.id}/door-list")
    assert door.count('<td class="number">') == len(order)
    name = province.database.run_here(petition, "KN-0198").petitioner_name
    assert name in door, "who is named by the petition only"
