"""What the page tests of registrations ask the demonstration province for."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from server.receptions.tables import Reception
from server.registrations.tables import Registration, RegistrationState
from server.web.languages import today
from tests.server.demo.fixtures import Province, todays

YESTERDAY = today() - timedelta(days=1)
FORM: dict[str, object] = {
    "made_on": YESTERDAY.isoformat(),
    "way": "telephone",
    "persons": "6",
    "as_group": "yes",
    "kind": "complaint",
    "citizen_name": "Trịnh Thị Ngoan",
    "citizen_address": "Xã Thống Nhất",
    "summary": "Chậm trả kết quả đo đạc",
}
NAMELESS: dict[str, object] = {"made_on": FORM["made_on"], "way": "post", "persons": "1"}


def registrations(province: Province) -> list[Registration]:
    def work(session: Session) -> list[Registration]:
        return list(session.exec(select(Registration).order_by(col(Registration.id))))

    return province.database.run_here(work)


def again(province: Province, row: Registration) -> Registration:
    return province.database.run_here(lambda session: session.get_one(Registration, row.id))


def reception_of_today(province: Province) -> Reception:
    return province.database.run_here(todays)


def numbers(province: Province, reception_id: int | None) -> list[int]:
    found = (each.order_number for each in registrations(province) if each.reception_id == reception_id)
    return sorted(number for number in found if number is not None)


async def registered(province: Province, path: str = "/registrations/new", **changed: object) -> Registration:
    form = {**(NAMELESS if path.endswith("denunciation") else FORM), **changed}
    answer = await province.post(path, form)
    assert answer.status == 303, await answer.text()
    return registrations(province)[-1]


async def decided(
    province: Province, row: Registration, act: str, status: int = 303, **fields: object
) -> Registration:
    path = f"/registrations/{row.id}/" + ("refuse" if act == "refuse" else f"decide/{act}")
    answer = await province.post(path, {"seen": str(row.state), **fields})
    assert answer.status == status, await answer.text()
    return again(province, row)


async def agreed(province: Province, **changed: object) -> Registration:
    """For the reception of today."""
    fields = {"reception": reception_of_today(province).id, **changed}
    row = await decided(province, await registered(province, **fields), "agree")
    assert row.state is RegistrationState.AGREED
    return row
