"""Fields, grounds and numbers of representatives: dated files, shipped or of one's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from server.deadlines.errors import BadDataFile
from server.petitions.categories import Route
from server.petitions.lists import FIELDS_FILE, GROUNDS_FILE, REPRESENTATIVES_FILE, read_lists
from server.petitions.routes import RULES
from server.petitions.tables import PetitionKind

DAY = date(2026, 11, 28)
HEAD = "code,kinds,name,english,valid_from,valid_to,source\n"


def test_the_shipped_lists_are_whole(tmp_path: Path) -> None:
    lists = read_lists(tmp_path)
    for kind in PetitionKind:
        assert {"admin_policy", "admin_land", "judicial", "other"} <= {f.code for f in lists.fields_for(kind, DAY)}
    assert {ground.route for ground in lists.grounds} == {route for route in Route if RULES[route].ground}
    codes = [choice.code for choice in (*lists.fields, *lists.grounds)]
    assert len(set(codes)) == len(codes)
    assert lists.representatives(4, DAY) is None


def test_a_file_of_ones_own_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    row = "water,complaint reflection,Cấp nước,Water,2026-01-01,2026-06-30,Quyết định 1/QĐ-UBND\n"
    (tmp_path / FIELDS_FILE).write_text(HEAD + row, "utf-8")
    lists = read_lists(tmp_path)
    assert [field.said("vi") for field in lists.fields] == ["Cấp nước"]
    assert [field.said("en") for field in lists.fields_for(PetitionKind.REFLECTION, date(2026, 6, 30))] == [
        "Water"
    ]
    assert lists.fields_for(PetitionKind.REFLECTION, date(2026, 7, 1)) == []
    assert lists.fields_for(PetitionKind.RECOMMENDATION, date(2026, 6, 30)) == []
    assert lists.grounds  # shipped as before


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / FIELDS_FILE).write_text(HEAD + "x y,gossip,,Water,hôm nay,,nguồn\n", "utf-8")
    (tmp_path / GROUNDS_FILE).write_text(HEAD, "utf-8")
    (tmp_path / REPRESENTATIVES_FILE).write_text(
        "people_from,people_to,fewest,most,valid_from,valid_to,source\n10,5,1,2,2026-01-01,,nguồn\n", "utf-8"
    )
    with pytest.raises(BadDataFile) as refused:
        read_lists(tmp_path)
    found = {(problem.file, problem.column) for problem in refused.value.problems}
    assert found == {
        (FIELDS_FILE, "code"),
        (FIELDS_FILE, "kinds"),
        (FIELDS_FILE, "name"),
        (FIELDS_FILE, "valid_from"),
        (GROUNDS_FILE, ""),
        (REPRESENTATIVES_FILE, "people_to"),
    }
