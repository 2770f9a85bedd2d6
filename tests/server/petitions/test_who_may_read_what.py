from __future__ import annotations

import pytest

from server.data.engine import Database
from server.people.rights import OF_UNITS, Right, Role, rights_of
from server.petitions.queries import petition_view, search
from server.petitions.rules import Reading, may_edit, reading
from server.petitions.tables import Confidentiality, PetitionKind
from server.petitions.wanted import Wanted
from tests.server.demo.fixtures import petition

OPEN_KIND, DENUNCIATION = PetitionKind.COMPLAINT, PetitionKind.DENUNCIATION
NORMAL, CONFIDENTIAL = Confidentiality.NORMAL, Confidentiality.CONFIDENTIAL
MATRIX = {
    Role.HOST: (Reading.FULL, Reading.FULL, Reading.RECORD),
    Role.OFFICER: (Reading.FULL, Reading.FULL, Reading.RECORD),
    Role.CLERK: (Reading.FULL, Reading.FULL, Reading.RECORD),
    Role.ADMINISTRATOR: (Reading.FULL, Reading.CODE, Reading.CODE),
    Role.REVIEWER: (Reading.RECORD, Reading.CODE, Reading.CODE),
    Role.SUPERVISOR: (Reading.RECORD, Reading.CODE, Reading.CODE),
    Role.TECHNICIAN: (Reading.NOTHING, Reading.NOTHING, Reading.NOTHING),
    Role.ROOM_OFFICER: (Reading.RECORD, Reading.NOTHING, Reading.NOTHING),
    Role.DEPARTMENT_OFFICER: (Reading.RECORD, Reading.NOTHING, Reading.NOTHING),
    Role.ROOM: (Reading.NOTHING, Reading.NOTHING, Reading.NOTHING),
}


@pytest.mark.parametrize("role", list(Role))
def test_the_matrix_is_complete(role: Role) -> None:
    normal, confidential, denunciation = MATRIX[role]
    assert reading(role, OPEN_KIND, NORMAL) == normal
    assert reading(role, OPEN_KIND, CONFIDENTIAL) == confidential
    assert reading(role, DENUNCIATION, CONFIDENTIAL) == denunciation
    assert reading(role, DENUNCIATION, NORMAL) == denunciation
    may = Right.READ_PETITIONS in rights_of(role)
    assert may == (normal > Reading.NOTHING and role not in OF_UNITS)  # those have no register, only recordings


@pytest.mark.parametrize("role", list(Role))
def test_nobody_writes_what_he_may_not_read(role: Role) -> None:
    assert may_edit(role, OPEN_KIND, NORMAL) == (Right.WRITE_PETITIONS in rights_of(role))
    wide = role in (Role.OFFICER, Role.CLERK)
    assert may_edit(role, OPEN_KIND, CONFIDENTIAL) == wide
    assert may_edit(role, DENUNCIATION, CONFIDENTIAL) == wide


def test_what_may_not_be_read_never_leaves_the_query(filled: Database) -> None:
    number = filled.run_here(petition, "KN-0198").id or 0
    full = filled.run_here(petition_view, Role.OFFICER, number)
    assert full is not None
    assert full.petitioner_name == "Đặng Văn Quyết"
    without_name = filled.run_here(petition_view, Role.REVIEWER, number)
    assert without_name is not None
    assert without_name.summary
    assert (without_name.petitioner_name, without_name.petitioner_address) == ("", "")

    secret = filled.run_here(petition, "KN-0187").id or 0
    code_only = filled.run_here(petition_view, Role.ADMINISTRATOR, secret)
    assert code_only is not None
    assert code_only.code == "KN-0187"
    assert (code_only.summary, code_only.content, code_only.place, code_only.petitioner_name) == ("",) * 4
    assert filled.run_here(petition_view, Role.ROOM, number) is None


@pytest.mark.parametrize("typed", ["Hà Tu", "ha tu", "HÀ  TU", "Phường Hà Tu", "hà tu"])
def test_search_does_not_care_about_accents(filled: Database, typed: str) -> None:
    found = filled.run_here(search, Role.REVIEWER, Wanted(text=typed))
    assert found.petitions[0].code == "KG-0231"


@pytest.mark.parametrize("typed", ["KN-0198", "kn0198", "0198", "KN 0198"])
def test_search_by_code(filled: Database, typed: str) -> None:
    found = filled.run_here(search, Role.HOST, Wanted(text=typed))
    assert [petition.code for petition in found.petitions] == ["KN-0198"]


def test_search_by_name_needs_the_right(filled: Database) -> None:
    for role, hits in ((Role.OFFICER, 1), (Role.REVIEWER, 0), (Role.ROOM, 0)):
        found = filled.run_here(search, role, Wanted(text="dang van quyet"))
        assert found.total == hits, role


def test_search_does_not_tell_what_a_confidential_record_says(filled: Database) -> None:
    for typed in ("y tế", "trẻ em đề nghị", "Bình Liêu không công khai"):
        officer = {p.code for p in filled.run_here(search, Role.OFFICER, Wanted(text=typed)).petitions}
        reviewer = {p.code for p in filled.run_here(search, Role.REVIEWER, Wanted(text=typed)).petitions}
        assert "KN-0187" in officer
        assert "KN-0187" not in reviewer
    by_code = filled.run_here(search, Role.REVIEWER, Wanted(text="KN-0187"))
    assert [petition.summary for petition in by_code.petitions] == [""]
    by_place = filled.run_here(search, Role.REVIEWER, Wanted(district_code="198"))
    assert "KN-0187" not in {petition.code for petition in by_place.petitions}


def test_filters_and_signs_that_mean_something_to_the_database(filled: Database) -> None:
    kinds = filled.run_here(search, Role.HOST, Wanted(kind=PetitionKind.DENUNCIATION))
    assert kinds.total == 3
    assert filled.run_here(search, Role.HOST, Wanted(text="%")).total == 30  # no word: nothing was asked
    assert filled.run_here(search, Role.HOST, Wanted(text="_n")).total == 0
    assert filled.run_here(search, Role.HOST, Wanted(text="a\\b' OR 1=1 --")).total == 0
    assert filled.run_here(search, Role.HOST, Wanted(page=99)).number == 1
