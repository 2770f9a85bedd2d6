"""Two officers open the same form and save one after the other: the second is told, and neither loses a word."""

from __future__ import annotations

import html

import pytest
from sqlmodel import select

from server.receptions.tables import Reception
from server.registrations.tables import Registration, RegistrationState
from server.visits.tables import Visit
from tests.forms import Form, form_for
from tests.server.demo.fixtures import Province, petition, todays

MEANWHILE = "Có người khác vừa sửa nội dung này nên chưa lưu gì."


async def opened(province: Province, path: str) -> Form:
    return form_for(await province.page(path), "")


async def saved(province: Province, path: str, form: Form, **changed: str) -> tuple[int, str]:
    answer = await province.client.post(path, data=form.filled(**changed), allow_redirects=False)
    return answer.status, html.unescape(await answer.text())


def address(province: Province, of: str) -> str:
    if of == "petition":
        return f"/petitions/{province.database.run_here(petition, 'KN-0198').id}/edit"
    if of == "visit":
        visit = province.database.run_here(lambda session: session.exec(select(Visit).limit(1)).one())
        return f"/visits/{visit.id}/edit"
    if of == "registration":
        waiting = select(Registration).where(Registration.state == RegistrationState.WAITING).limit(1)
        return f"/registrations/{province.database.run_here(lambda session: session.exec(waiting).one()).id}/edit"
    return f"/receptions/{province.database.run_here(todays).id}/plan"


@pytest.mark.parametrize(
    ("of", "first", "second"),
    [
        ("petition", {"request": "Đo lại diện tích"}, {"content": "Diện tích đo thiếu"}),
        ("visit", {"visitor_address": "Phường Hà Khánh"}, {"document": "9/PHD-BTCD"}),
        ("registration", {"citizen_address": "Phường Hà Khánh"}, {"summary": "Quán bia mở cửa quá giờ"}),
        ("reception", {"composition": "Giám đốc Sở Xây dựng"}, {"place": "Hội trường tầng 2"}),
    ],
)
async def test_the_second_to_save_is_told_and_may_save_all_the_same(
    province: Province, of: str, first: dict[str, str], second: dict[str, str]
) -> None:
    await province.as_("canbo")
    path = address(province, of)
    one, other = await opened(province, path), await opened(province, path)
    assert (await saved(province, path, one, **first))[0] == 303
    status, page = await saved(province, path, other, **second)
    assert status in (409, 422)
    assert MEANWHILE in page
    (name, words), *_ = second.items()
    again = form_for(page, "")
    assert again.values[name] == [words], "what the second typed is still there"
    (kept, theirs), *_ = first.items()
    assert (await opened(province, path)).values[kept] == [theirs], "and nothing was overwritten"
    assert (await saved(province, path, again))[0] == 303
    assert (await opened(province, path)).values[name] == [words]


async def test_a_mistake_in_between_does_not_hide_that_somebody_saved(province: Province) -> None:
    await province.as_("canbo")
    path = address(province, "petition")
    one, other = await opened(province, path), await opened(province, path)
    assert (await saved(province, path, one, request="Đo lại diện tích"))[0] == 303
    status, page = await saved(province, path, other, petitioner_count="-3")
    assert status == 422
    assert MEANWHILE not in page
    status, page = await saved(province, path, form_for(page, ""), petitioner_count="7")
    assert status == 409
    assert MEANWHILE in page


async def test_who_saves_twice_what_nobody_else_touched_is_not_asked(province: Province) -> None:
    await province.as_("canbo")
    path = address(province, "reception")
    form = await opened(province, path)
    assert (await saved(province, path, form))[0] == 303
    assert (await saved(province, path, form))[0] == 303
    number = int(path.split("/")[2])
    assert (
        province.database.run_here(lambda session: session.get_one(Reception, number)).title
        == form.values["title"][0]
    )
