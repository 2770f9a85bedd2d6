"""The terms the law sets, as a dated table: what counts is the row in force on the day of the trigger.

A case's variant names the circumstances that lengthen a term. Where the law has no row for all of them, it has
set no longer term for them together, so the row with fewer of the same circumstances holds, and at last the
normal one: remote_complicated, complicated, remote, normal. A row for a circumstance the case does not have is
never taken, so complicated and remote both fall to normal. Refusing instead would leave a case without a deadline
only because it was described more closely than the law asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from server.deadlines.data_file import Line, read_lines
from server.deadlines.errors import BadDataFile, NoRuleInForce, Problem

SHIPPED = Path(__file__).parent / "data" / "deadlines.csv"
COLUMNS = (
    "key",
    "variant",
    "count",
    "unit",
    "max_extensions",
    "extension_count",
    "valid_from",
    "valid_to",
    "confirmed",
    "source",
)
LONGEST = 366  # the longest term of the laws so far is 90 days; more is a typing error
MOST_EXTENSIONS = 9


class DeadlineKey(StrEnum):
    RECEPTION_RESULT_NOTICE = "reception_result_notice"
    PETITION_TRIAGE = "petition_triage"
    COMPLAINT_LODGE_1 = "complaint_lodge_1"
    COMPLAINT_ACCEPT = "complaint_accept"
    COMPLAINT_SETTLE_1 = "complaint_settle_1"
    COMPLAINT_LODGE_2 = "complaint_lodge_2"
    COMPLAINT_SETTLE_2 = "complaint_settle_2"
    COMPLAINT_DECISION_SEND_1 = "complaint_decision_send_1"
    COMPLAINT_DECISION_SEND_2 = "complaint_decision_send_2"
    COMPLAINT_PUBLISH_2 = "complaint_publish_2"
    DENUNCIATION_INITIAL = "denunciation_initial"
    DENUNCIATION_FORWARD = "denunciation_forward"
    DENUNCIATION_ACCEPT_NOTICE = "denunciation_accept_notice"
    DENUNCIATION_SETTLE = "denunciation_settle"
    DENUNCIATION_SUSPEND_NOTICE = "denunciation_suspend_notice"
    DENUNCIATION_OVERDUE_ASK = "denunciation_overdue_ask"
    DENUNCIATION_OVERDUE_REPORT = "denunciation_overdue_report"
    DENUNCIATION_CONCLUSION_SEND = "denunciation_conclusion_send"
    DENUNCIATION_PUBLISH = "denunciation_publish"
    RECOMMENDATION = "recommendation"
    REFLECTION = "reflection"


LOCAL_KEYS = frozenset({DeadlineKey.RECOMMENDATION, DeadlineKey.REFLECTION})
"""No law sets these; a table is whole without them."""


class Variant(StrEnum):
    NORMAL = "normal"
    COMPLICATED = "complicated"
    REMOTE = "remote"
    REMOTE_COMPLICATED = "remote_complicated"
    SPECIALLY_COMPLICATED = "specially_complicated"  # denunciations only: Law on Denunciations Art. 30(3)


_TRIED: dict[Variant, tuple[Variant, ...]] = {
    Variant.NORMAL: (Variant.NORMAL,),
    Variant.COMPLICATED: (Variant.COMPLICATED, Variant.NORMAL),
    Variant.REMOTE: (Variant.REMOTE, Variant.NORMAL),
    Variant.REMOTE_COMPLICATED: (Variant.REMOTE_COMPLICATED, Variant.COMPLICATED, Variant.REMOTE, Variant.NORMAL),
    Variant.SPECIALLY_COMPLICATED: (Variant.SPECIALLY_COMPLICATED, Variant.COMPLICATED, Variant.NORMAL),
}


class Unit(StrEnum):
    CALENDAR = "calendar"
    WORKING = "working"


class _Confirmed(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True)
class Rule:
    """One row, valid from its first to its last day, both included. `extension_count` is the most that one
    extension may add, in the same unit; `confirmed` is False while nobody has compared the row with the law."""

    key: DeadlineKey
    variant: Variant
    count: int
    unit: Unit
    max_extensions: int
    extension_count: int
    valid_from: date
    valid_to: date | None
    confirmed: bool
    source: str

    @property
    def last_day(self) -> date:
        return self.valid_to or date.max


class DeadlineTable:
    """`rules` must not overlap: of each key and variant at most one is in force on a day."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)

    def rule(self, key: DeadlineKey, variant: Variant, on: date) -> Rule:
        """The row in force on that day, or the one it falls back to. Raises NoRuleInForce."""
        for tried in _TRIED[variant]:
            for rule in self.rules:
                if rule.key is key and rule.variant is tried and rule.valid_from <= on <= rule.last_day:
                    return rule
        known = [f"{rule.valid_from} to {rule.valid_to or 'now'}" for rule in self.rules if rule.key is key]
        raise NoRuleInForce(f"{key} on {on}", ", ".join(sorted(set(known))) or "none: the table has no such row")


def read_table(*paths: Path) -> DeadlineTable:
    """Usually SHIPPED first, then the operator's files; together they must be whole. Raises BadDataFile with all
    problems of all files."""
    problems: list[Problem] = []
    read: list[tuple[Line, Rule]] = []
    for path in paths:
        for line in read_lines(path, COLUMNS, problems):
            rule = _rule(line)
            if not line.faulty:
                read.append((line, rule))
    _refuse_overlaps(read)
    _refuse_without_normal(read)
    rules = [rule for _, rule in read]
    if not problems:  # else the rows that are missing may be those just refused
        present = {rule.key for rule in rules}
        for key in DeadlineKey:
            if key not in present | LOCAL_KEYS:
                files = ", ".join(path.name for path in paths)
                problems.append(Problem(files, 0, "key", f"no row for {key}", "a normal row for every such key"))
    if problems:
        raise BadDataFile(problems)
    return DeadlineTable(rules)


def _rule(line: Line) -> Rule:
    """To be used only if the line is not faulty afterwards."""
    most = 0 if line.is_empty("max_extensions") else line.number_in("max_extensions", 0, MOST_EXTENSIONS)
    each = 0 if line.is_empty("extension_count") else line.number_in("extension_count", 1, LONGEST)
    if bool(most) != bool(each) and not line.faulty:
        line.refuse("extension_count", str(each or ""), "a number if there are extensions, else nothing")
    first = line.day("valid_from")
    last = None if line.is_empty("valid_to") else line.day("valid_to")
    if last is not None and date.min < last < first:
        line.refuse("valid_to", last.isoformat(), "a last day that is not before the first")
    return Rule(
        key=line.word("key", DeadlineKey),
        variant=line.word("variant", Variant),
        count=line.number_in("count", 1, LONGEST),
        unit=line.word("unit", Unit),
        max_extensions=most,
        extension_count=each,
        valid_from=first,
        valid_to=last,
        confirmed=line.word("confirmed", _Confirmed) is _Confirmed.YES,
        source=line.text("source", 200),
    )


def _refuse_overlaps(read: list[tuple[Line, Rule]]) -> None:
    for place, (line, rule) in enumerate(read):
        for former_line, former in read[:place]:
            same = (rule.key, rule.variant) == (former.key, former.variant)
            if same and rule.valid_from <= former.last_day and former.valid_from <= rule.last_day:
                came = f"{rule.valid_from}, also in {former_line.file}, line {former_line.number}"
                line.refuse("valid_from", came, f"one row a day for {rule.key}, {rule.variant}")


def _refuse_without_normal(read: list[tuple[Line, Rule]]) -> None:
    """What a variant falls back to must be there as long as the variant is."""
    normal = sorted((rule for _, rule in read if rule.variant is Variant.NORMAL), key=lambda rule: rule.valid_from)
    for line, rule in read:
        missing = rule.valid_from
        for row in normal:
            if row.key is rule.key and row.valid_from <= missing <= row.last_day:
                if rule.last_day <= row.last_day:
                    break
                missing = row.last_day + timedelta(days=1)
        else:
            line.refuse("variant", rule.variant, f"a normal row for {rule.key} from {missing} on, too")
