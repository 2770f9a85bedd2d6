"""The register of visits as a browser fills it in and reads it."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlmodel import col, select

from server.visits.tables import Visit
from server.web.languages import today
from tests.server.demo.fixtures import Province

YESTERDAY = today() - timedelta(days=1)
FORM: dict[str, object] = {
    "day": YESTERDAY.isoformat(),
    "clock": "08:30",
    "persons": "6",
    "as_group": "yes",
    "kind": "complaint",
    "visitor_name": "Trịnh Thị Ngoan",
    "visitor_address": "Xã Thống Nhất",
    "summary": "Chậm trả kết quả đo đạc",
    "outcome": "guided",
    "document": "77/PHD-BTCD",
}
NAMELESS: dict[str, object] = {"day": FORM["day"], "clock": "09:00", "persons": "1", "outcome": "received"}
ROW = re.compile(r'class="row-link" href="/visits/')


def visits(province: Province) -> list[Visit]:
    return province.database.run_here(lambda session: list(session.exec(select(Visit).order_by(col(Visit.id)))))


async def recorded(province: Province, path: str = "/visits/new", **changed: object) -> Visit:
    form = {**(FORM if path == "/visits/new" else NAMELESS), **changed}
    answer = await province.post(path, form)
    assert answer.status == 303, await answer.text()
    return visits(province)[-1]
