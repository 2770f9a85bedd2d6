"""The petition's page has everything about it, counted at its head, as far as its reader may know of it."""

from __future__ import annotations

import re

import pytest

from server.demo.documents import CONCLUDED, URGED
from tests.server.demo.fixtures import Province, petition


def _path(province: Province, code: str) -> str:
    return f"/petitions/{province.database.run_here(lambda session: petition(session, code).id)}"


def _contents(page: str) -> dict[str, int]:
    """The parts with a count, by their anchors."""
    part = page[page.index("dossier-contents") : page.index("</nav>", page.index("dossier-contents"))]
    return {
        name: int(count) for name, count in re.findall(r'href="#([a-z-]+)">[^<]*<span class="count">(\d+)<', part)
    }


@pytest.mark.parametrize(
    ("login", "documents"),
    [("canbo", 2), ("xemlai", 1)],  # who reads no names reads the notice, and not the minutes
)
async def test_minutes_and_notice_are_on_it_for_who_may_read_them(
    province: Province, login: str, documents: int
) -> None:
    await province.as_(login)
    page = await province.page(_path(province, CONCLUDED))
    assert _contents(page)["documents"] == documents
    assert "31/TB-BTCD" in page
    assert ("Biên bản tiếp công dân" in page) == (login == "canbo")


async def test_letters_stand_beside_their_tasks_with_how_they_stand(province: Province) -> None:
    await province.as_("canbo")
    page = await province.page(_path(province, URGED))
    assert _contents(page)["documents"] == 3
    for symbol in ("64/BTCD-XLĐ", "79/BTCD-XLĐ", "88/BTCD-XLĐ"):
        assert symbol in page
    assert "Đã đôn đốc" in page
    urged = await province.page("/tasks?asked=urged")
    assert len(re.findall(r'class="row-link" href="/tasks/', urged)) == 2


async def test_who_came_about_it_is_on_it(province: Province) -> None:
    await province.as_("canbo")
    page = await province.page(_path(province, "KG-0231"))
    assert _contents(page)["visits"] >= 1
    assert re.search(r'class="row-link" href="/visits/\d+"', page)


async def test_who_proposed_the_route_is_on_it(province: Province) -> None:
    await province.as_("canbo")
    path = _path(province, "KN-0209")
    assert "Nguyễn Thị Hồng Vân đề xuất" not in await province.page(path)
    form = {"eligible": "yes", "in_competence": "yes", "route": "decline", "route_ground": "too_late"}
    assert (await province.post(f"{path}/route", dict(form), path)).status == 303
    await province.as_("xemlai")
    assert "Nguyễn Thị Hồng Vân đề xuất" in await province.page(path)


async def test_who_reads_the_code_alone_gets_no_contents(province: Province) -> None:
    await province.as_("xemlai")
    page = await province.page(_path(province, "KN-0187"))
    assert "dossier-contents" not in page
    assert 'id="attachments"' not in page
