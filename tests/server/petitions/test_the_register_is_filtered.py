"""Every filter of the register, and that none of them tells what its asker may not read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from server.conclusions.follow_up import read_follow_up
from server.conclusions.item_conclusions import ItemConclusions
from server.data.engine import Database
from server.people.tables import Role
from server.petitions.categories import CaseAge, CaseFlag, Channel
from server.petitions.queries import condition_of, order_of, search, units_in_charge
from server.petitions.register import Entry, change, create
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.petitions.wanted import FILTERS, Sorting, Wanted, filters_without_words, wanted_in
from server.receptions.hearings import ReceptionHearings
from server.web.languages import today
from tests.database import Store, copied
from tests.server.demo.fixtures import Province, petition
from tests.server.demo.office import filled_template


def codes(database: Database, role: Role, **asked: object) -> list[str]:
    found = database.run_here(search, role, Wanted(**asked))  # type: ignore[arg-type]
    return [view.code for view in found.petitions]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"several": True}, {"KG-0231", "KN-0198", "KG-0222"}),
        ({"channel": Channel.PEOPLES_COUNCIL}, {"KN-0192", "KG-0233"}),
        ({"field": "admin_other"}, {"KN-0176"}),
        ({"case_age": CaseAge.OLD}, {"KN-0198", "KN-0205", "TC-0008"}),
        ({"flag": CaseFlag.HOT_SPOT}, {"KG-0231"}),
        ({"flag": CaseFlag.BYPASS}, {"KN-0209"}),
        ({"place": "06664"}, {"KG-0231"}),
        ({"place": "phuong ha tu"}, {"KG-0231"}),
        ({"place": "Xã Không Có"}, set()),
        ({"unit": "UBND huyện Ba Chẽ"}, {"KG-0236", "PA-0079"}),
        ({"received_from": timedelta(days=4)}, {"PA-0083", "PA-0085"}),  # so long ago
        ({"received_to": timedelta(days=98)}, {"KN-0176", "KN-0181"}),
        ({"unit": "UBND huyện Ba Chẽ", "kind": PetitionKind.REFLECTION}, {"PA-0079"}),
        ({"kind": PetitionKind.REFLECTION, "flag": CaseFlag.HOT_SPOT}, {"KG-0231"}),  # it holds a reflection
    ],
)
def test_a_filter_finds_what_it_says(filled: Database, asked: dict[str, object], expected: set[str]) -> None:
    on_a_day = {n: today() - value if isinstance(value, timedelta) else value for n, value in asked.items()}
    assert set(codes(filled, Role.OFFICER, **on_a_day)) == expected


HIDDEN = Entry(
    kind=PetitionKind.COMPLAINT,
    received_on=today(),
    summary="Khiếu nại",
    petitioner_name="Lò Thị Kín",
    place_code="06664",
    unit_in_charge="Đơn vị chỉ có ở đây",
    field="judicial",
    case_age=CaseAge.OLD,
    flags=frozenset({CaseFlag.BYPASS}),
    confidentiality=Confidentiality.CONFIDENTIAL,
)


@pytest.mark.parametrize(
    "asked",
    [
        {"place": "06664"},
        {"district_code": "193"},
        {"unit": HIDDEN.unit_in_charge},
        {"field": "judicial"},
        {"case_age": CaseAge.OLD},
        {"flag": CaseFlag.BYPASS},
        {"text": "lo thi kin"},
        {"text": "don vi chi co"},
    ],
)
@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMINISTRATOR])
def test_a_filter_tells_nothing_of_a_record_one_may_not_read(
    filled: Database, role: Role, asked: dict[str, object]
) -> None:
    code = filled.run_here(create, HIDDEN).code
    assert code in codes(filled, Role.OFFICER, **asked)
    assert code not in codes(filled, role, **asked)
    assert code in codes(filled, role)  # its code may be read


def test_the_units_on_offer_are_those_one_may_read(filled: Database) -> None:
    filled.run_here(create, HIDDEN)
    assert HIDDEN.unit_in_charge in filled.run_here(units_in_charge, Role.CLERK)
    assert HIDDEN.unit_in_charge not in filled.run_here(units_in_charge, Role.REVIEWER)
    assert filled.run_here(units_in_charge, Role.ROOM) == []


def test_the_order_is_the_askers(filled: Database) -> None:
    newest = codes(filled, Role.OFFICER)
    assert newest[0] == "PA-0085"
    assert codes(filled, Role.OFFICER, upwards=True) == newest[::-1]
    by_code = codes(filled, Role.OFFICER, sorting=Sorting.CODE, upwards=True)
    assert by_code == sorted(newest)
    kinds = [code[:2] for code in codes(filled, Role.OFFICER, sorting=Sorting.KIND, upwards=True)]
    assert kinds == sorted(kinds, key=["KN", "TC", "KG", "PA"].index)


def test_an_address_is_read_whatever_stands_in_it() -> None:
    assert wanted_in(dict.fromkeys((*FILTERS, "sort", "up", "page"), "\x00'%")) == Wanted(
        text="\x00'%", district_code="\x00'%", place="\x00'%", unit="\x00'%", field="\x00'%"
    )
    assert wanted_in({"kind": "mixed", "from": "2026-02-30", "page": "٣"}) == Wanted(several=True)


def test_the_log_learns_a_filter_and_no_typed_words() -> None:
    asked = wanted_in({"q": "Phạm Văn Thử", "place": "nhà ông Thử", "unit": "ông Thử", "district": "Thử",
                       "field": "ông Thử", "kind": "complaint", "from": "2026-01-01"})  # fmt: skip
    told = filters_without_words(asked)
    assert told == {"q": "…", "place": "…", "unit": "…", "kind": "complaint", "from": "2026-01-01"}


async def test_the_page_keeps_filters_and_order_in_the_address(province: Province) -> None:
    await province.as_("canbo")
    page = await province.page("/petitions?flag=crowded&unit=S%E1%BB%9F+X%C3%A2y+d%E1%BB%B1ng&sort=code&up=1")
    assert "PA-0081" in page
    assert "KG-0231" not in page
    assert 'aria-sort="ascending"' in page
    assert "flag=crowded&amp;unit=S%E1%BB%9F+X%C3%A2y+d%E1%BB%B1ng&amp;sort=code&amp;up=" in page
    assert '<details class="more-filters" open>' in page
    assert "Đông người" in page


async def test_the_second_page_keeps_the_filter(province: Province) -> None:
    def many(session: Session) -> None:
        for number in range(60):
            create(session, Entry(PetitionKind.REFLECTION, today(), f"Phản ánh {number}", field="judicial"))

    province.database.run_here(many)
    await province.as_("xemlai")
    first = await province.page("/petitions?field=judicial&sort=code")
    assert "60 đơn" in first
    assert "?field=judicial&amp;sort=code&amp;up=&amp;page=2" in first
    second = await province.page("/petitions?field=judicial&sort=code&up=&page=2")
    assert second.count('class="row-link"') == 10


def test_a_petition_that_becomes_a_denunciation_leads_to_no_other(filled: Database, tmp_path: Path) -> None:
    def work(session: Session) -> list[Petition]:
        row, later, part = (petition(session, code) for code in ("KN-0209", "PA-0083", "PA-0085"))
        later.earlier_id, part.split_from_id = row.id, row.id
        row.earlier_id, row.split_from_id, row.route_target = later.id, part.id, "Công an"
        session.flush()
        entry = Entry(PetitionKind.DENUNCIATION, row.received_on)
        change(session, row, entry, ReceptionHearings(), ItemConclusions(read_follow_up(tmp_path)))
        return [row, later, part]

    rows = filled.run_here(work)
    assert {(row.earlier_id, row.split_from_id) for row in rows} == {(None, None)}
    assert (rows[0].route_target, rows[0].petitioner_key, rows[0].flags) == ("", "", frozenset())


@pytest.mark.parametrize("role", [Role.OFFICER, Role.REVIEWER])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"sorting": Sorting.CODE},
        {"sorting": Sorting.STATUS, "upwards": True},
        {"kind": PetitionKind.COMPLAINT},
        {"several": True},
        {"channel": Channel.POST, "flag": CaseFlag.HOT_SPOT},
        {"field": "admin_land", "case_age": CaseAge.NEW},
        {"received_from": today() - timedelta(days=30), "received_to": today()},
    ],
)
def test_the_index_answers_a_filter_so_that_no_record_is_read_that_is_not_shown(
    sqlite_store: Store, role: Role, asked: dict[str, object]
) -> None:
    """Of SQLite: what PostgreSQL does depends on how much there is; see the benchmark of the store."""

    def plan(session: Session) -> str:
        wanted = Wanted(**asked)  # type: ignore[arg-type]
        statement = select(Petition.id).where(condition_of(session, role, wanted)).order_by(*order_of(wanted))
        compiled = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
        return " ".join(row[-1] for row in rows)

    with copied(sqlite_store, filled_template(sqlite_store)) as filled:
        assert "USING COVERING INDEX" in filled.run_here(plan)
