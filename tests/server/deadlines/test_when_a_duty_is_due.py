"""Due days worked out by hand: weekends, Tết, the ends of months, far communes, a law that changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from server.deadlines import calendar
from server.deadlines.calendar import read_calendar
from server.deadlines.computing import Stretch, Suspension, Why, due_on
from server.deadlines.errors import YearNotCovered
from server.deadlines.rules import DeadlineKey, DeadlineTable, Rule, Unit, Variant
from tests.server.deadlines.shipped import CALENDAR, MONDAY, TABLE, due


@pytest.mark.parametrize(
    ("key", "trigger", "day"),
    [
        # 10 working days from Mon 2/3: 3-6 are four, 9-13 make nine, Mon 16 is the tenth.
        (DeadlineKey.RECEPTION_RESULT_NOTICE, date(2026, 3, 2), date(2026, 3, 16)),
        # From a Saturday: Mon 9 is day 1, 9-13 and 16-20 are ten.
        (DeadlineKey.RECEPTION_RESULT_NOTICE, date(2026, 3, 7), date(2026, 3, 20)),
        # 10 days from Wed 4/3 end on Sat 14, so Mon 16.
        (DeadlineKey.COMPLAINT_ACCEPT, date(2026, 3, 4), date(2026, 3, 16)),
        # 10 days from Fri 6/3 end on Mon 16 itself.
        (DeadlineKey.COMPLAINT_ACCEPT, date(2026, 3, 6), date(2026, 3, 16)),
        # Tết 2025 is Mon 27/1 to Fri 31/1. 10 days from Fri 17/1 end on the 27th; then the weekend; Mon 3/2.
        (DeadlineKey.COMPLAINT_ACCEPT, date(2025, 1, 17), date(2025, 2, 3)),
        # 5 working days from Thu 23/1/2025: Fri 24, then Mon 3/2, 4, 5, Thu 6.
        (DeadlineKey.DENUNCIATION_FORWARD, date(2025, 1, 23), date(2025, 2, 6)),
        # Tết 2026 is Mon 16/2 to Fri 20/2. 30 days from Fri 16/1 end on Sun 15/2 (15 in January, 15); Mon 23/2.
        (DeadlineKey.COMPLAINT_SETTLE_1, date(2026, 1, 16), date(2026, 2, 23)),
        # 7 working days from Tue 10/2/2026: 11, 12, 13, then 23, 24, 25, Thu 26.
        (DeadlineKey.DENUNCIATION_INITIAL, date(2026, 2, 10), date(2026, 2, 26)),
        # 30 days from 30/1: 31/1 and 29 days of February. 2024 has a Thu 29/2; in 2026 it is Sun 1/3, so Mon 2/3.
        (DeadlineKey.COMPLAINT_SETTLE_1, date(2024, 1, 30), date(2024, 2, 29)),
        (DeadlineKey.COMPLAINT_SETTLE_1, date(2026, 1, 30), date(2026, 3, 2)),
        # 3 working days over New Year: Wed 31/12, Mon 5/1, Tue 6/1; Friday 2/1 was swapped with a Saturday.
        (DeadlineKey.COMPLAINT_DECISION_SEND_1, date(2025, 12, 30), date(2026, 1, 6)),
        # 10 days from 31/12/2025 end on that Saturday, which is worked.
        (DeadlineKey.COMPLAINT_ACCEPT, date(2025, 12, 31), date(2026, 1, 10)),
        # Tết 2024 is Thu 8/2 to Mon 12/2, with Tue 13/2 and Wed 14/2 in lieu of its weekend. 5 working days from
        # Tue 6/2: Wed 7, then Thu 15, Fri 16, Mon 19, Tue 20.
        (DeadlineKey.DENUNCIATION_FORWARD, date(2024, 2, 6), date(2024, 2, 20)),
        # 10 days from Fri 2/2/2024 end on Mon 12/2, in Tết; Thu 15/2.
        (DeadlineKey.COMPLAINT_ACCEPT, date(2024, 2, 2), date(2024, 2, 15)),
        # 10 days from Fri 17/4/2026 end on Mon 27/4, in lieu of the Hùng Kings' Sunday; Tue 28/4.
        (DeadlineKey.COMPLAINT_ACCEPT, date(2026, 4, 17), date(2026, 4, 28)),
    ],
)
def test_day_one_is_the_day_after_and_the_last_day_is_worked(key: DeadlineKey, trigger: date, day: date) -> None:
    assert due(key, trigger).due_on == day


@pytest.mark.parametrize(
    ("key", "variant", "day"),
    [
        # 45 days from Mon 2/3/2026: 29 in March, Thu 16/4. 60 days: Fri 1/5, a holiday, so Mon 4/5.
        (DeadlineKey.COMPLAINT_SETTLE_1, Variant.REMOTE, date(2026, 4, 16)),
        (DeadlineKey.COMPLAINT_SETTLE_1, Variant.COMPLICATED, date(2026, 4, 16)),
        (DeadlineKey.COMPLAINT_SETTLE_1, Variant.REMOTE_COMPLICATED, date(2026, 5, 4)),
        # 70 days: 29 in March, 30 in April, Mon 11/5.
        (DeadlineKey.COMPLAINT_SETTLE_2, Variant.REMOTE_COMPLICATED, date(2026, 5, 11)),
    ],
)
def test_a_commune_far_away_has_longer(key: DeadlineKey, variant: Variant, day: date) -> None:
    assert due(key, MONDAY, variant).due_on == day


def test_what_is_announced_for_a_year_counts(tmp_path: Path) -> None:
    path = tmp_path / "announced.csv"
    path.write_text(
        "date,kind,name\n2027-04-29,in_lieu,Nghỉ hoán đổi\n2027-05-08,working,Làm bù\n", encoding="utf-8"
    )
    announced = read_calendar(calendar.SHIPPED, path)
    # 3 working days from Wed 28/4: Tue 4/5, Wed 5, Thu 6. 10 days from 28/4 end on Saturday 8/5, which is worked.
    sent = due_on(DeadlineKey.COMPLAINT_DECISION_SEND_1, date(2027, 4, 28), table=TABLE, calendar=announced)
    accepted = due_on(DeadlineKey.COMPLAINT_ACCEPT, date(2027, 4, 28), table=TABLE, calendar=announced)
    assert (sent.due_on, accepted.due_on) == (date(2027, 5, 6), date(2027, 5, 8))


def test_a_law_that_changes_counts_for_what_begins_under_it() -> None:
    former = Rule(
        DeadlineKey.COMPLAINT_SETTLE_1,
        Variant.NORMAL,
        30,
        Unit.CALENDAR,
        0,
        0,
        date(2012, 7, 1),
        date(2026, 6, 30),
        True,
        "Luật cũ",
    )
    later = Rule(
        DeadlineKey.COMPLAINT_SETTLE_1,
        Variant.NORMAL,
        20,
        Unit.WORKING,
        0,
        0,
        date(2026, 7, 1),
        None,
        True,
        "Luật mới",
    )
    table = DeadlineTable([former, later])
    # 30 days from Tue 30/6 are Thu 30/7; 20 working days from Wed 1/7: two, then three weeks of five, then
    # Mon 27, Tue 28, Wed 29.
    days = [
        due_on(DeadlineKey.COMPLAINT_SETTLE_1, trigger, table=table, calendar=CALENDAR)
        for trigger in (date(2026, 6, 30), date(2026, 7, 1))
    ]
    assert [(each.due_on, each.rule.source) for each in days] == [
        (date(2026, 7, 30), "Luật cũ"),
        (date(2026, 7, 29), "Luật mới"),
    ]


def test_the_count_is_told_day_by_day() -> None:
    # Thu 23/1/2025: Fri 24 counts, weekend, Tết, weekend, Mon 3/2 to Thu 6/2 count.
    assert due(DeadlineKey.DENUNCIATION_FORWARD, date(2025, 1, 23)).stretches == (
        Stretch(Why.COUNTED, date(2025, 1, 24), date(2025, 1, 24)),
        Stretch(Why.WEEKEND, date(2025, 1, 25), date(2025, 1, 26)),
        Stretch(Why.HOLIDAY, date(2025, 1, 27), date(2025, 1, 31), "Tết Âm lịch"),
        Stretch(Why.WEEKEND, date(2025, 2, 1), date(2025, 2, 2)),
        Stretch(Why.COUNTED, date(2025, 2, 3), date(2025, 2, 6)),
    )
    # Days that are not working days count here, too; the last one, Sat 14/3, moves.
    assert due(DeadlineKey.COMPLAINT_ACCEPT, date(2026, 3, 4)).stretches == (
        Stretch(Why.COUNTED, date(2026, 3, 5), date(2026, 3, 14)),
        Stretch(Why.WEEKEND, date(2026, 3, 15), date(2026, 3, 15)),
        Stretch(Why.MOVED_TO, date(2026, 3, 16), date(2026, 3, 16)),
    )


@pytest.mark.parametrize(
    ("trigger", "suspensions", "year"),
    [
        (date(2027, 12, 20), [], 2028),
        (date(2022, 12, 20), [], 2022),
        (date.max, [], 9999),
        (MONDAY, [Suspension(date(2026, 3, 12), date.max)], 9999),
    ],
)
def test_a_year_without_holidays_is_named(trigger: date, suspensions: list[Suspension], year: int) -> None:
    with pytest.raises(YearNotCovered, match=str(year)) as refused:
        due(DeadlineKey.COMPLAINT_SETTLE_1, trigger, suspensions=suspensions)
    assert refused.value.year == year
