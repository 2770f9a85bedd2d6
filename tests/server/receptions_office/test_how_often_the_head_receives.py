"""The duty of a head, month by month, by the dated rules."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.deadlines.errors import BadDataFile
from server.receptions.dated_rules import DUTIES, RuleKey, RuleUnit, read_reception_rules
from server.receptions.duty import HeldDay, duty_month, last_of, months_between
from server.receptions.tables import Receiver, ReceptionMode

RULES = read_reception_rules(Path("/nonexistent"))
TODAY = date(2026, 11, 28)
OCTOBER = date(2026, 10, 1)
NOVEMBER = date(2026, 11, 1)
PROVINCE, COMMUNE = RuleKey.DUTY_PROVINCE, RuleKey.DUTY_COMMUNE
HEADER = "key,count,unit,valid_from,valid_to,confirmed,source\n"


def held(
    day: date,
    receiver: Receiver | None = Receiver.HEAD,
    mode: ReceptionMode = ReceptionMode.PERIODIC,
    *,
    nobody_came: bool = False,
    planned: bool = False,
) -> HeldDay:
    return HeldDay(day, mode, receiver, nobody_came, planned)


def test_the_rules_that_come_with_the_program_are_those_of_the_law() -> None:
    def asked(key: RuleKey, day: date) -> tuple[int, RuleUnit] | None:
        rule = RULES.on(key, day)
        return None if rule is None else (rule.count, rule.unit)

    assert asked(PROVINCE, TODAY) == (1, RuleUnit.MONTH)
    assert asked(RuleKey.DUTY_AGENCY, TODAY) == (1, RuleUnit.MONTH)
    assert asked(RuleKey.DUTY_DISTRICT, date(2025, 6, 30)) == (2, RuleUnit.MONTH)
    assert asked(RuleKey.DUTY_DISTRICT, date(2025, 7, 1)) is None
    assert asked(COMMUNE, date(2026, 6, 30)) == (1, RuleUnit.WEEK)
    assert asked(COMMUNE, date(2026, 7, 1)) == (2, RuleUnit.MONTH)
    assert asked(PROVINCE, date(2014, 6, 30)) is None


def test_a_large_group_begins_with_five() -> None:
    assert not RULES.is_large(4, TODAY)
    assert RULES.is_large(5, TODAY)
    assert not RULES.is_large(5, date(2013, 1, 1))


def test_one_day_in_person_keeps_the_month() -> None:
    month = duty_month(RULES, PROVINCE, [held(date(2026, 10, 12))], OCTOBER, TODAY)
    assert (month.days, month.missing, month.missed) == ((date(2026, 10, 12),), 0, False)


def test_a_day_on_which_nobody_came_counts_and_is_told() -> None:
    month = duty_month(RULES, PROVINCE, [held(date(2026, 10, 12), nobody_came=True)], OCTOBER, TODAY)
    assert (len(month.days), month.nobody_came, month.missed) == (1, 1, False)


def test_morning_and_afternoon_are_one_day_to_which_somebody_came() -> None:
    day = date(2026, 10, 12)
    month = duty_month(RULES, PROVINCE, [held(day, nobody_came=True), held(day)], OCTOBER, TODAY)
    assert (month.days, month.nobody_came) == ((day,), 0)


@pytest.mark.parametrize(
    ("each", "column"),
    [
        (held(date(2026, 10, 12), Receiver.DELEGATE), "delegated"),
        (held(date(2026, 10, 12), mode=ReceptionMode.IRREGULAR), "irregular"),
        (held(date(2026, 10, 12), mode=ReceptionMode.DIALOGUE), "irregular"),
        (held(date(2026, 10, 12), Receiver.BOARD, ReceptionMode.REGULAR), None),
        (held(date(2026, 10, 12), None), None),
        (held(date(2026, 9, 30)), None),
        (held(date(2026, 11, 1)), None),
    ],
)
def test_what_does_not_count_leaves_the_month_missed(each: HeldDay, column: str | None) -> None:
    month = duty_month(RULES, PROVINCE, [each], OCTOBER, TODAY)
    assert month.missed
    assert (month.delegated, month.irregular) == (column == "delegated", column == "irregular")


def test_a_month_that_runs_is_at_risk_until_enough_is_planned() -> None:
    assert duty_month(RULES, PROVINCE, [], NOVEMBER, TODAY).at_risk
    planned = held(date(2026, 11, 30), planned=True)
    month = duty_month(RULES, PROVINCE, [planned], NOVEMBER, TODAY)
    assert (month.missing, month.at_risk, month.missed) == (1, False, False)
    assert duty_month(RULES, PROVINCE, [planned], NOVEMBER, date(2026, 12, 1)).missed


def test_before_the_law_nothing_is_asked() -> None:
    month = duty_month(RULES, PROVINCE, [], date(2014, 1, 1), TODAY)
    assert (month.rule, month.missed) == (None, False)


def test_a_commune_is_asked_by_the_week_until_june_and_by_the_month_from_july() -> None:
    mondays = [date(2026, 6, 1) + timedelta(days=7 * number) for number in range(4)]  # Sundays 7, 14, 21, 28
    june = [held(day) for day in mondays]
    assert duty_month(RULES, COMMUNE, june, date(2026, 6, 1), TODAY).missing == 0
    assert duty_month(RULES, COMMUNE, june[1:], date(2026, 6, 1), TODAY).missing == 1
    july = [held(date(2026, 7, 6)), held(date(2026, 7, 7))]
    assert duty_month(RULES, COMMUNE, july, date(2026, 7, 1), TODAY).missing == 0
    assert duty_month(RULES, COMMUNE, july[:1], date(2026, 7, 1), TODAY).missing == 1


def test_a_week_belongs_to_the_month_in_which_it_ends() -> None:
    days = [held(date(2026, 4, 30))] + [held(date(2026, 5, day)) for day in (4, 11, 18, 25)]
    assert duty_month(RULES, COMMUNE, days, date(2026, 5, 1), TODAY).missing == 0


def test_weeks_that_have_not_begun_ask_for_nothing_yet() -> None:
    assert duty_month(RULES, COMMUNE, [], date(2026, 6, 1), date(2026, 6, 9)).missing == 2


@given(
    st.lists(st.builds(held, st.dates(date(2026, 9, 1), date(2026, 12, 31)), st.sampled_from([*Receiver, None]))),
    st.dates(date(2026, 9, 1), date(2026, 12, 31)),
)
def test_more_receptions_never_miss_more(days: list[HeldDay], more: date) -> None:
    before = duty_month(RULES, PROVINCE, days, OCTOBER, TODAY)
    after = duty_month(RULES, PROVINCE, [*days, held(more)], OCTOBER, TODAY)
    assert after.missing <= before.missing
    assert len(after.days) >= len(before.days) >= 0


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 900))
def test_months_follow_each_other_without_a_gap(first: date, days: int) -> None:
    months = months_between(first, first + timedelta(days=days))
    assert months[0] == first.replace(day=1)
    assert all(last_of(one) + timedelta(days=1) == other for one, other in pairwise(months))
    assert months[-1] <= first + timedelta(days=days) <= last_of(months[-1])


def test_the_operator_adds_days_the_shipped_rows_do_not_cover(tmp_path: Path) -> None:
    (tmp_path / "receptions.csv").write_text(
        HEADER + "duty_district,3,month,2025-07-01,,yes,Quy định của tỉnh\n", encoding="utf-8"
    )
    rule = read_reception_rules(tmp_path).on(RuleKey.DUTY_DISTRICT, TODAY)
    assert rule is not None
    assert (rule.count, rule.confirmed) == (3, True)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("duty_province,2,month,2026-01-01,,yes,x", "one row a day for duty_province"),
        ("duty_king,2,month,2026-01-01,,yes,x", "key: came 'duty_king'"),
        ("duty_commune,0,month,2010-01-01,2010-12-31,yes,x", "a whole number from 1"),
        ("duty_commune,1,person,2010-01-01,2010-12-31,yes,x", "one of week, month"),
        ("large_group,5,month,2010-01-01,2010-12-31,yes,x", "one of person"),
        ("large_group,5,person,2010-01-02,2010-01-01,yes,x", "not before the first"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "receptions.csv").write_text(HEADER + row + "\n", encoding="utf-8")
    with pytest.raises(BadDataFile, match=r"receptions\.csv, line 2") as refused:
        read_reception_rules(tmp_path)
    assert said in str(refused.value)


def test_every_level_has_its_words() -> None:
    assert set(DUTIES) == {key for key in RuleKey if key.startswith("duty_")}
