"""The column and the filter of deadlines, and what they keep to themselves."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from server.data.engine import Database
from server.deadlines.computing import State
from server.deadlines.terms import read_terms
from server.people.tables import Role
from server.petitions.due_queries import search_with_duties
from server.petitions.tables import PetitionKind
from server.petitions.wanted import Wanted
from server.receptions.hearings import ReceptionHearings
from server.web.languages import HERE, today
from tests.server.demo.fixtures import Province, heard

HEARINGS = ReceptionHearings()


def rows_of(page: str) -> dict[str, str]:
    """Of each row of the table its code and the rest."""
    rows = re.findall(r'<tr class="link-row">(.*?)</tr>', page, flags=re.DOTALL)
    return {re.findall(r"[A-Z]{2}-\d{4}", row)[0]: row for row in rows}


async def test_the_table_shows_the_nearest_deadline(province: Province) -> None:
    await province.as_("canbo")
    rows = rows_of(await province.page("/petitions"))
    assert len(rows) == 30
    assert 'data-state="overdue"' in rows["PA-0077"]
    assert "Quá hạn" in rows["PA-0077"]
    assert "Phân loại, đề xuất xử lý đơn" in rows["PA-0077"]
    assert 'data-state="suspended"' in rows["TC-0005"]
    assert "badge due" not in rows["PA-0070"]  # filed


async def test_the_filter_of_deadlines(province: Province) -> None:
    await province.as_("canbo")
    for state in ("overdue", "soon"):
        page = await province.page(f"/petitions?deadline={state}")
        rows = rows_of(page)
        assert rows
        assert all(f'data-state="{state}"' in row for row in rows.values())
        assert f'<option value="{state}" selected>' in page
        days = [re.findall(r'<time datetime="([\d-]+)"', row)[-1] for row in rows.values()]
        assert days == sorted(days)
    late = set(rows_of(await province.page("/petitions?deadline=overdue&kind=reflection")))
    assert "PA-0077" in late  # and on some days others
    assert all(code.startswith("PA-") for code in late)
    assert len(rows_of(await province.page("/petitions?deadline=nonsense"))) == 30


async def test_what_is_read_by_its_code_has_no_deadline(province: Province) -> None:
    await province.as_("xemlai")
    rows = rows_of(await province.page("/petitions"))
    for code in ("TC-0005", "TC-0008", "KN-0187"):
        assert "badge due" not in rows[code]
    assert "badge due" in rows["PA-0077"]


def test_no_filter_finds_what_the_role_may_not_know(filled: Database, tmp_path: Path) -> None:
    terms = read_terms(tmp_path)
    for state in State:
        wanted = Wanted(deadline=state)
        for role in (Role.REVIEWER, Role.ADMINISTRATOR):
            page, _duties = filled.run_here(search_with_duties, role, wanted, HEARINGS, terms, today())
            kinds = {petition.kind for petition in page.petitions}
            assert PetitionKind.DENUNCIATION not in kinds
            assert "KN-0187" not in {petition.code for petition in page.petitions}
        nobody, _none = filled.run_here(search_with_duties, Role.ROOM, wanted, HEARINGS, terms, today())
        assert nobody.total == 0


async def test_what_is_settled_may_still_owe_an_answer_after_a_reception(province: Province) -> None:
    province.database.run_here(heard, "PA-0061", datetime.now(HERE) - timedelta(days=40))  # settled, never filed
    await province.as_("canbo")
    overdue = rows_of(await province.page("/petitions?deadline=overdue"))
    assert "Thông báo kết quả tiếp công dân" in overdue["PA-0061"]
