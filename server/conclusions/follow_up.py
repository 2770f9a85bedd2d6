"""What the office follows tasks by: the departments that may be given one, how often reviews are held, and how
soon an urging letter is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from server.deadlines.calendar import ONE_DAY, WorkingCalendar
from server.deadlines.data_file import Line
from server.deadlines.dated import DATES, Dated, dates_of, read_dated, refuse_overlaps
from server.deadlines.errors import BadDataFile, Problem, YearNotCovered
from server.rooms.departments import Departments, read_departments

REVIEW_MEETINGS_FILE = "review_meetings.csv"
REPLIES_FILE = "urging_replies.csv"
_SHIPPED = Path(__file__).parent / "data"
_MOST_TIMES = 31
_MOST_DAYS = 90


@dataclass(frozen=True, slots=True)
class ReviewRule(Dated):
    times_a_month: int


@dataclass(frozen=True, slots=True)
class ReplyRule(Dated):
    """Within how many working days an urging letter is answered, where it says no other day."""

    working_days: int


@dataclass(frozen=True, slots=True)
class FollowUp:
    departments: Departments
    review_rules: tuple[ReviewRule, ...]
    reply_rules: tuple[ReplyRule, ...] = ()

    def review_rule_on(self, day: date) -> ReviewRule | None:
        """None: no rule asks for review meetings that day."""
        return next((rule for rule in self.review_rules if rule.holds(day)), None)

    def reply_due_on(self, issued_on: date, calendar: WorkingCalendar) -> date | None:
        """None where no rule is in force that day, or the calendar lacks the year: then somebody has to choose."""
        rule = next((rule for rule in self.reply_rules if rule.holds(issued_on)), None)
        if rule is None:
            return None
        day, left = issued_on, rule.working_days
        try:
            while left:
                day += ONE_DAY
                left -= calendar.is_working(day)
        except YearNotCovered:
            return None
        return day


def read_follow_up(directory: Path) -> FollowUp:
    """Raises BadDataFile with all problems of all files."""
    problems: list[Problem] = []
    departments = read_departments(directory, problems)
    rules = read_dated(
        _SHIPPED / REVIEW_MEETINGS_FILE,
        directory / REVIEW_MEETINGS_FILE,
        ("times_a_month", *DATES),
        _review_rule,
        problems,
    )
    replies = read_dated(
        _SHIPPED / REPLIES_FILE, directory / REPLIES_FILE, ("working_days", *DATES), _reply_rule, problems
    )
    refuse_overlaps(replies, lambda _each: "replies to urging letters")
    refuse_overlaps(rules, lambda _each: "review meetings")
    if problems:
        raise BadDataFile(problems)
    return FollowUp(
        departments,
        tuple(each for _, each in rules),
        tuple(each for _, each in replies),
    )


def _review_rule(line: Line) -> ReviewRule:
    return ReviewRule(*dates_of(line), times_a_month=line.number_in("times_a_month", 0, _MOST_TIMES))


def _reply_rule(line: Line) -> ReplyRule:
    return ReplyRule(*dates_of(line), working_days=line.number_in("working_days", 1, _MOST_DAYS))
