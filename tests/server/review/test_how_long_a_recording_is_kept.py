"""The longest term of what was heard in it; a case that goes on, and what no rule names, is kept."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, delete

from server.deadlines.errors import BadDataFile
from server.petitions.categories import CaseFlag
from server.receptions.tables import AgendaItemPetition, Recording
from server.review.retention import (
    CaseHeard,
    Keeping,
    RetentionKey,
    RetentionRules,
    Term,
    read_retention_rules,
)
from tests.server.demo.fixtures import Province
from tests.server.review.recorded import Recorded, record

RULES = read_retention_rules(Path("/nowhere"))
RECORDED = date(2026, 3, 10)
_cases = st.builds(
    CaseHeard,
    st.frozensets(st.sampled_from(CaseFlag), max_size=2),
    st.none() | st.dates(date(2015, 1, 1), date(2060, 1, 1)),
)


def _case(ended_on: date | None, *flags: CaseFlag) -> CaseHeard:
    return CaseHeard(frozenset(flags), ended_on)


@pytest.mark.parametrize(
    ("cases", "term"),
    [
        ([], Term(Keeping.UNTIL, RECORDED + timedelta(days=90))),
        ([_case(date(2026, 5, 1))], Term(Keeping.UNTIL, date(2041, 12, 31))),
        ([_case(date(2026, 5, 1)), _case(date(2027, 1, 1))], Term(Keeping.UNTIL, date(2042, 12, 31))),
        ([_case(date(2026, 5, 1)), _case(None)], Term(Keeping.CASE_GOES_ON)),
        ([_case(date(2026, 5, 1), CaseFlag.HOT_SPOT)], Term(Keeping.PERMANENT)),
        ([_case(None, CaseFlag.COMPLICATED), _case(None)], Term(Keeping.PERMANENT)),
        ([_case(date(2026, 5, 1), CaseFlag.CROWDED)], Term(Keeping.UNTIL, date(2041, 12, 31))),
        ([_case(date(2010, 5, 1))], Term(Keeping.NO_RULE)),
    ],
)
def test_the_longest_term_holds(cases: list[CaseHeard], term: Term) -> None:
    assert RULES.term(RECORDED, cases) == term


def test_every_flag_of_a_case_can_have_a_term() -> None:
    assert {flag.value for flag in CaseFlag} < {key.value for key in RetentionKey}


def test_it_falls_due_the_day_after() -> None:
    term = Term(Keeping.UNTIL, date(2041, 12, 31))
    assert not term.is_over(date(2041, 12, 31))
    assert term.is_over(date(2042, 1, 1))
    assert not Term(Keeping.PERMANENT).is_over(date.max)


def test_without_rules_everything_is_kept() -> None:
    for cases in ([], [_case(date(2026, 5, 1))]):
        assert RetentionRules(()).term(RECORDED, cases).keeping is Keeping.NO_RULE


@given(st.lists(_cases, min_size=1, max_size=4), _cases)
def test_one_more_case_never_makes_it_shorter(cases: list[CaseHeard], another: CaseHeard) -> None:
    before, after = RULES.term(RECORDED, cases), RULES.term(RECORDED, [*cases, another])
    if before.last_day is None:
        assert after.last_day is None
    else:
        assert after.last_day is None or after.last_day >= before.last_day


def test_a_file_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path) -> None:
    head = "key,count,unit,valid_from,valid_to,confirmed,source\n"
    (tmp_path / "retention.csv").write_text(
        f"{head}petition,0,year,2030-01-01,,no,x\nvideo,1,day,2030-01-01,,no,x\n"
    )
    with pytest.raises(BadDataFile) as refused:
        read_retention_rules(tmp_path)
    said = str(refused.value)
    assert "came '0', allowed is a whole number from 1 to 9999" in said
    assert "came 'video', allowed is one of no_petition, petition, complicated" in said


async def test_what_falls_due_is_listed_and_a_hold_keeps_it(province: Province) -> None:
    def work(session: Session) -> Recorded:
        made = record(session, province.recordings)
        session.exec(delete(AgendaItemPetition))
        recording = session.get_one(Recording, made.recording)
        assert recording.started_at is not None
        recording.started_at -= timedelta(days=100)
        session.add(recording)
        return made

    made = province.database.run_here(work)
    await province.as_("canbo")
    page = await province.page("/recordings/retention")
    assert "đã hết thời hạn" in page
    hold = f"/recordings/{made.recording}/hold"
    assert (await province.post(hold, {"reason": " "}, csrf_from="/")).status == 422
    assert (await province.post(hold, {"reason": "Tòa án yêu cầu"}, csrf_from="/")).status == 303
    page = await province.page("/recordings/retention")
    assert "đã hết thời hạn" not in page
    assert "Tòa án yêu cầu" in page
    assert (await province.post(f"{hold}/lift", {"reason": "Đã xử xong"}, csrf_from="/")).status == 303
    assert "đã hết thời hạn" in await province.page("/recordings/retention")
    assert [len(province.audited(act)) for act in ("recording_held", "recording_hold_lifted")] == [1, 1]
    await province.as_("xemlai")
    await province.page("/recordings/retention", status=403)
    assert (await province.post(hold, {"reason": "x"}, csrf_from="/")).status == 403
