"""The statuses in which nothing is asked: left out before counting, and counting would have found nothing."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from server.deadlines.terms import Terms
from server.petitions.duties import SILENT, Case, Step, duties_of
from server.petitions.standing import urgent_of
from server.petitions.tables import PetitionKind, PetitionStatus
from tests.server.deadlines.shipped import CALENDAR, TABLE

TERMS = Terms(CALENDAR, TABLE)
TODAY = date(2026, 11, 27)
_HISTORIES = some.lists(some.sampled_from(PetitionStatus), min_size=0, max_size=6)


@given(
    kind=some.sampled_from(PetitionKind),
    former=_HISTORIES,
    gaps=some.lists(some.integers(0, 40), min_size=7, max_size=7),
    last=some.data(),
)
def test_whatever_became_of_it_before(
    kind: PetitionKind, former: list[PetitionStatus], gaps: list[int], last: some.DataObject
) -> None:
    """Any order of statuses: a record may have been of another kind when they were written."""
    status = last.draw(some.sampled_from(sorted(SILENT[kind])))
    days = [date(2026, 1, 5) + timedelta(days=sum(gaps[: place + 1])) for place in range(len(former) + 1)]
    steps = tuple(Step(each, day) for each, day in zip((*former, status), days, strict=True))
    case = Case(kind, days[0], steps)
    urgent = urgent_of(case, duties_of(case, TERMS, TODAY))
    assert urgent is None or urgent.state is None, "no filter by deadlines would have found it"
