"""The register's form without a browser: what it takes, and what it says of the rest."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.petitions import sentences
from server.petitions.categories import CaseAge, CaseFlag, PetitionerKind, Settled
from server.petitions.forms import FIELDS, Asked, read, read_denunciation
from server.petitions.lists import read_lists
from server.petitions.places import Places
from server.petitions.register import Entry
from server.petitions.sentences import Woven
from server.petitions.tables import PetitionKind

TODAY = date(2026, 11, 28)
LISTS = read_lists(Path("no-files-of-ones-own"))
ASKED = Asked(Places(()), LISTS, TODAY, {"KN-0001": 7})
GOOD = {
    "kind": "complaint",
    "received_on": "2026-11-20",
    "channel": "post",
    "petitioner_name": "Phạm Văn Thử",
    "summary": "Khiếu nại mốc giới",
}


def taken(**more: str) -> Entry:
    filled = read({**GOOD, **more}, ASKED)
    assert filled.mistakes == {}
    assert filled.entry is not None
    return filled.entry


def refused(**more: str) -> dict[str, str]:
    filled = read({**GOOD, **more}, ASKED)
    assert filled.entry is None
    return filled.mistakes


def test_what_nobody_said_is_the_plain_case() -> None:
    entry = taken()
    assert (entry.petitioner_kind, entry.petitioner_count) == (PetitionerKind.INDIVIDUAL, 1)
    assert (entry.case_age, entry.times_received, entry.settled) == (CaseAge.NEW, 1, Settled.NEVER)
    assert (entry.other_kinds, entry.flags, entry.earlier_id) == (frozenset(), frozenset(), None)


def test_a_petition_with_several_contents_keeps_its_leading_kind() -> None:
    entry = taken(other_kinds="reflection complaint recommendation")
    assert entry.kind == PetitionKind.COMPLAINT
    assert entry.other_kinds == {PetitionKind.RECOMMENDATION, PetitionKind.REFLECTION}


def test_a_petition_that_also_denounces_is_not_entered_here() -> None:
    assert refused(other_kinds="reflection denunciation") == {"other_kinds": sentences.DENUNCIATION_INSIDE}


def test_whoever_names_several_people_is_a_group() -> None:
    assert taken(petitioner_count="3").petitioner_kind == PetitionerKind.GROUP
    assert refused(petitioner_count="3", petitioner_kind="individual") == {
        "petitioner_count": sentences.ONE_PERSON
    }
    assert refused(petitioner_count="1", petitioner_kind="group") == {"petitioner_count": sentences.BAD_COUNT}
    assert taken(petitioner_count="40", petitioner_kind="organisation").petitioner_count == 40


@pytest.mark.parametrize(
    ("people", "others", "allowed"),
    [
        (2, 1, True),
        (2, 2, False),  # more than signed
        (4, 3, True),  # the law counts from five on
        (5, 1, True),
        (5, 2, False),
        (10, 1, True),
        (10, 2, False),
        (11, 4, True),
        (11, 5, False),
        (100_000, 4, True),
    ],
)
def test_how_many_represent_how_many(people: int, others: int, allowed: bool) -> None:
    names = "\n".join(f"Người thứ {number}" for number in range(others))
    more = {"petitioner_count": str(people), "representatives": names}
    if allowed:
        assert len(taken(**more).representatives.splitlines()) == others
    else:
        assert set(refused(**more)) == {"representatives"}


def test_the_sentence_says_the_numbers_of_the_list() -> None:
    said = refused(petitioner_count="7", representatives="A\nB")["representatives"]
    assert isinstance(said, Woven)
    assert said.values == {"people": 7, "fewest": 1, "most": 2}


def test_one_person_has_no_representatives() -> None:
    assert refused(representatives="Trần Văn B") == {"representatives": sentences.NO_GROUP}


@pytest.mark.parametrize("summary", ["Đơn của Phạm Văn Thử", "don cua tran van b"])
def test_no_representative_is_named_in_the_line_rooms_read(summary: str) -> None:
    said = refused(petitioner_count="6", representatives="Trần Văn B", summary=summary)
    assert said == {"summary": sentences.NAME_IN_SUMMARY}


@pytest.mark.parametrize("day", ["0026-11-20", "0001-01-01", "1989-12-31"])
def test_a_year_of_two_digits_is_a_slip_of_the_hand(day: str) -> None:
    assert refused(received_on=day) == {"received_on": sentences.TOO_LONG_AGO}


def test_a_field_must_be_of_the_list_of_the_kind_and_the_day() -> None:
    assert taken(field="admin_land").field == "admin_land"
    assert refused(field="corruption") == {"field": sentences.BAD_FIELD}
    assert refused(field="admin_land", received_on="2001-01-01") == {"field": sentences.BAD_FIELD}
    assert refused(field="weather") == {"field": sentences.BAD_FIELD}


def test_what_came_in_again_is_an_old_case() -> None:
    assert refused(times_received="2") == {"case_age": sentences.NOT_OLD}
    entry = taken(times_received="2", case_age="old", settled="once", earlier="KN-0001", flags="prolonged bypass")
    assert (entry.times_received, entry.earlier_id) == (2, 7)
    assert entry.flags == {CaseFlag.PROLONGED, CaseFlag.BYPASS}
    assert refused(earlier="KN-9999") == {"earlier": sentences.BAD_CHOICE}
    for wrong in ("0", "101", "-1", "²", "1e3", "99999999"):
        assert refused(times_received=wrong, case_age="old") == {"times_received": sentences.BAD_TIMES}


def test_a_denunciation_takes_nothing_that_could_point_at_somebody() -> None:
    everything = dict.fromkeys(FIELDS, "Nguyễn Văn A") | GOOD | {"opaque_reference": "HS-M/2026/1", "code": ""}
    everything |= {"other_kinds": "complaint", "case_age": "old", "times_received": "2", "settled": "once"}
    filled = read_denunciation({**everything, "field": "corruption"}, ASKED)
    assert filled.mistakes == {}
    assert filled.entry is not None
    assert "Nguyễn" not in repr(filled)
    assert filled.entry.redacted().other_kinds == {PetitionKind.COMPLAINT}
    assert filled.entry.field == "corruption"


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=40)))
def test_whatever_comes_is_either_taken_or_marked(form: dict[str, str]) -> None:
    for filled in (read(form, ASKED), read_denunciation(form, ASKED)):
        assert (filled.entry is None) == bool(filled.mistakes)
        assert set(filled.mistakes) <= {*FIELDS, "opaque_reference"}
