"""What somebody draws up while acting for another is signed by that authority, and his reading is the other's."""

from __future__ import annotations

from sqlmodel import Session

from server.people.accounts import account_by_login
from server.people.substitution import Wish, give
from server.web.languages import today
from tests.server.conclusions.office import item_of, tasks
from tests.server.demo.fixtures import Province
from tests.server.documents.office import drafted, draw_up, of_item


def _give(session: Session) -> int:
    reviewer, host = account_by_login(session, "xemlai"), account_by_login(session, "chutri")
    assert reviewer is not None
    wish = Wish(host, today(), today(), "123/QĐ-UBND", "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH")
    return give(session, reviewer, wish, actor="account:7", today=today()).id or 0


async def test_a_letter_of_a_substitute_is_signed_for_the_chair(province: Province) -> None:
    number = province.database.run_here(_give)
    item = item_of(province, "KN-0192")
    late = tasks(province, item)[0]
    await province.as_("xemlai")
    await draw_up(province, f"/tasks/{late.id}/documents", "urging", 403)
    await province.post("/acting", {"substitution": str(number)}, csrf_from="/acting")
    letter = drafted(province, await draw_up(province, f"/tasks/{late.id}/documents", "urging"))
    assert [letter[part] for part in ("authority", "signer_post", "signer")] == [
        "KT. CHỦ TỊCH",
        "PHÓ CHỦ TỊCH",
        "Lê Thu Hà",
    ]
    minutes = drafted(province, await of_item(province, item, "minutes"))
    assert "authority" not in minutes  # host and writer sign those
