"""The numbers the office's receptions keep to: how often a head receives in person, how long before a cancellation
is published, how many persons make a large group, how long before the start rooms are summoned for, how long
before it an unattended room has its camera, microphone and link, and how long before it rooms check themselves.

One dated file that comes with the program and, where it is there, the operator's own of the same form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from aiohttp import web

from server.deadlines.data_file import Line
from server.deadlines.dated import DATES, Dated, dates_of, read_dated, refuse_overlaps
from server.deadlines.errors import BadDataFile, Problem
from server.web.languages import N_

RECEPTIONS_FILE = "receptions.csv"
_SHIPPED = Path(__file__).parent / "data" / RECEPTIONS_FILE
_MOST = 999


class RuleKey(StrEnum):
    DUTY_PROVINCE = "duty_province"
    DUTY_DISTRICT = "duty_district"
    DUTY_AGENCY = "duty_agency"
    DUTY_COMMUNE = "duty_commune"
    CANCEL_NOTICE = "cancel_notice"
    LARGE_GROUP = "large_group"
    SUMMONS_LEAD = "summons_lead"
    ROOM_LEAD = "room_lead"
    CHECK_LEAD = "check_lead"
    CHECK_SPREAD = "check_spread"
    CHECKS_KEPT = "checks_kept"


class RuleUnit(StrEnum):
    WEEK = "week"  # days a week, Monday to Sunday
    MONTH = "month"  # days a calendar month
    WORKING_DAY = "working_day"
    PERSON = "person"
    MINUTE = "minute"
    DAY = "day"


DUTIES: dict[RuleKey, str] = {
    RuleKey.DUTY_PROVINCE: N_("Chair of the provincial People's Committee"),
    RuleKey.DUTY_DISTRICT: N_("Chair of a district's People's Committee"),
    RuleKey.DUTY_AGENCY: N_("Head of a department or another agency"),
    RuleKey.DUTY_COMMUNE: N_("Chair of a commune's People's Committee"),
}
_UNITS: dict[RuleKey, tuple[RuleUnit, ...]] = {
    RuleKey.CANCEL_NOTICE: (RuleUnit.WORKING_DAY,),
    RuleKey.LARGE_GROUP: (RuleUnit.PERSON,),
    RuleKey.SUMMONS_LEAD: (RuleUnit.MINUTE,),
    RuleKey.ROOM_LEAD: (RuleUnit.MINUTE,),
    RuleKey.CHECK_LEAD: (RuleUnit.MINUTE,),
    RuleKey.CHECK_SPREAD: (RuleUnit.MINUTE,),
    RuleKey.CHECKS_KEPT: (RuleUnit.DAY,),
    **dict.fromkeys(DUTIES, (RuleUnit.WEEK, RuleUnit.MONTH)),
}


@dataclass(frozen=True, slots=True)
class ReceptionRule(Dated):
    key: RuleKey
    count: int
    unit: RuleUnit


@dataclass(frozen=True, slots=True)
class ReceptionRules:
    rules: tuple[ReceptionRule, ...]

    def on(self, key: RuleKey, day: date) -> ReceptionRule | None:
        """None: no rule of this kind is in force that day."""
        return next((rule for rule in self.rules if rule.key is key and rule.holds(day)), None)

    def is_large(self, persons: int, day: date) -> bool:
        """Whether a group of so many persons is a large one."""
        rule = self.on(RuleKey.LARGE_GROUP, day)
        return rule is not None and persons >= rule.count

    def summons_lead(self, day: date) -> timedelta:
        """How long before the start rooms are to be there, unless the office says another time."""
        return self._minutes(RuleKey.SUMMONS_LEAD, day)

    def room_lead(self, day: date) -> timedelta:
        """How long before the start a room is there, unless it is summoned for an earlier hour."""
        return self._minutes(RuleKey.ROOM_LEAD, day)

    def check_lead(self, day: date) -> timedelta:
        """How long before the start the last room has begun its check; zero: none checks."""
        return self._minutes(RuleKey.CHECK_LEAD, day)

    def check_spread(self, day: date) -> timedelta:
        """Over how long the rooms' checks are spread."""
        return self._minutes(RuleKey.CHECK_SPREAD, day)

    def checks_kept(self, day: date) -> timedelta | None:
        """How long what a room found is kept; None: no rule is in force, and nothing is thrown away."""
        rule = self.on(RuleKey.CHECKS_KEPT, day)
        return None if rule is None else timedelta(days=rule.count)

    def _minutes(self, key: RuleKey, day: date) -> timedelta:
        rule = self.on(key, day)
        return timedelta(minutes=0 if rule is None else rule.count)


RECEPTION_RULES = web.AppKey("RECEPTION_RULES", ReceptionRules)
"""Given by the composition root, which reads the file at start."""


def read_reception_rules(directory: Path) -> ReceptionRules:
    """Raises BadDataFile with all problems."""
    problems: list[Problem] = []
    columns = ("key", "count", "unit", *DATES)
    read = read_dated(_SHIPPED, directory / RECEPTIONS_FILE, columns, _rule, problems)
    refuse_overlaps(read, lambda rule: rule.key)
    if problems:
        raise BadDataFile(problems)
    return ReceptionRules(tuple(rule for _, rule in read))


def _rule(line: Line) -> ReceptionRule:
    key = line.word("key", RuleKey)
    return ReceptionRule(
        *dates_of(line), key=key, count=line.number_in("count", 1, _MOST), unit=line.word("unit", _UNITS[key])
    )
