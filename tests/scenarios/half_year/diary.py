"""What happened in the office from 15 December 2025 to 14 June 2026, written down beside the system.

All that is asked of the system afterwards is recomputed from here: days by hand from the calendar on the wall,
figures by adding up these lines.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum

FIRST, LAST = date(2025, 12, 15), date(2026, 6, 14)  # the half-year of Circular 01/2024
RESTS = {
    date(2026, 1, 1),
    *(date(2026, 2, day) for day in range(16, 21)),  # Tết
    date(2026, 4, 27),  # in lieu of the Hùng Kings' Sunday; announced, so the office writes it down itself
    date(2026, 4, 30),
    date(2026, 5, 1),
}
IN_LIEU = "date,kind,name\n2026-04-27,holiday,Nghỉ bù Giỗ Tổ Hùng Vương\n"
LARGE = 5  # persons; from here a group is a large one
KINDS = ("complaint", "recommendation", "reflection", "denunciation")


class By(StrEnum):
    HEAD = "head"
    DELEGATE = "delegate"


@dataclass(frozen=True)
class Sitting:
    """A reception of the head or who stands in for him; `ends` when it was held."""

    name: str
    planned: date
    mode: str
    by: By
    ends: time = time(10, 30)
    held_on: date | None = None  # it was put off to this day

    @property
    def day(self) -> date:
        return self.held_on or self.planned


@dataclass(frozen=True)
class Came:
    """One line of the paper register: somebody came."""

    day: date
    clock: time
    persons: int
    kind: str
    nth: int = 1
    group: bool = False
    sitting: str = ""  # empty: the daily reception
    entered_twice: bool = False

    @property
    def large(self) -> bool:
        return self.group and self.persons >= LARGE


_ALL = (
    Sitting("December", date(2025, 12, 16), "periodic", By.HEAD),
    Sitting("January", date(2026, 1, 15), "periodic", By.HEAD),
    Sitting("February", date(2026, 2, 12), "periodic", By.HEAD),
    Sitting("March", date(2026, 3, 16), "periodic", By.DELEGATE),
    Sitting("April", date(2026, 4, 15), "periodic", By.HEAD, held_on=date(2026, 4, 17)),
    Sitting("May", date(2026, 5, 15), "periodic", By.HEAD),  # nobody came
    Sitting("June", date(2026, 6, 10), "irregular", By.HEAD),
)
SITTINGS = {each.name: each for each in _ALL}
_AT_SITTINGS = (
    Came(date(2025, 12, 16), time(8, 10), 1, "complaint", nth=3, sitting="December"),
    Came(date(2025, 12, 16), time(9, 0), 7, "complaint", nth=2, group=True, sitting="December"),
    Came(date(2026, 1, 15), time(8, 5), 2, "complaint", sitting="January"),
    Came(date(2026, 1, 15), time(9, 20), 1, "recommendation", sitting="January"),
    Came(date(2026, 2, 12), time(8, 15), 1, "denunciation", sitting="February"),
    Came(date(2026, 3, 16), time(8, 30), 5, "reflection", group=True, sitting="March"),
    Came(date(2026, 3, 16), time(9, 30), 4, "complaint", nth=2, group=True, sitting="March"),
    Came(date(2026, 4, 17), time(8, 0), 1, "complaint", nth=4, sitting="April"),
    Came(date(2026, 4, 17), time(9, 0), 3, "recommendation", sitting="April"),
    Came(date(2026, 6, 10), time(8, 40), 12, "complaint", group=True, sitting="June"),
)


def is_worked(day: date) -> bool:
    return day.weekday() < 5 and day not in RESTS


def _daily(rng: random.Random) -> Iterator[Came]:
    """Whoever came to the daily reception, on two days of each week; the first and the last day too, because of
    the edges of the period."""
    day = FIRST
    while day <= LAST:
        open_days = [each for each in (day + timedelta(days=ahead) for ahead in range(7)) if is_worked(each)]
        chosen = {day, *rng.sample(open_days, 1)} if open_days and open_days[0] == day else set(open_days[:1])
        for each in sorted(chosen):
            for hour in rng.sample(range(7, 16), rng.randint(1, 2)):
                group = rng.random() < 0.25
                yield Came(
                    day=each,
                    clock=time(hour, rng.randrange(31, 60)),
                    persons=rng.randint(2, 30) if group else rng.randint(1, 3),
                    kind=rng.choices(KINDS, (5, 3, 3, 1))[0],
                    nth=rng.choices((1, 2, 3, 5), (6, 2, 1, 1))[0],
                    group=group,
                    entered_twice=rng.random() < 0.08,
                )
        day += timedelta(days=7)


def visits() -> list[Came]:
    """Everybody who came within the half-year, in order; and one after its last day, who counts for the next."""
    after = Came(date(2026, 6, 15), time(8, 0), 9, "complaint", group=True)
    daily = [replace(each, group=each.group and each.persons > 1) for each in _daily(random.Random(2026))]
    return sorted((*daily, *_AT_SITTINGS, after), key=lambda each: (each.day, each.clock))


def form_01(lines: list[Came]) -> dict[int, int]:
    """The columns of form 01/TCD over [FIRST, LAST], added up from the paper register (1 to 29)."""
    by = {name: each.by for name, each in SITTINGS.items()}
    counted = [each for each in lines if FIRST <= each.day <= LAST]
    parts = {
        4: [each for each in counted if not each.sitting],
        13: [each for each in counted if by.get(each.sitting) is By.HEAD],
        22: [each for each in counted if by.get(each.sitting) is By.DELEGATE],
    }
    column: dict[int, int] = {}
    for start, part in parts.items():
        large = [each for each in part if each.large]
        column[start] = len(part)
        column[start + 1] = sum(each.persons for each in part)
        column[start + 2] = sum(each.nth == 1 for each in part)
        column[start + 3] = sum(each.nth > 1 for each in part)
        column[start + 4] = len(large)
        column[start + 5] = sum(each.persons for each in large)
        column[start + 6] = sum(each.nth == 1 for each in large)
        column[start + 7] = sum(each.nth > 1 for each in large)
    column[12] = sum(each.by is By.HEAD for each in SITTINGS.values())
    column[21] = sum(each.by is By.DELEGATE for each in SITTINGS.values())
    column[1] = column[4] + column[13] + column[22]
    column[2] = column[5] + column[14] + column[23]
    column[3] = sum(column[number] for number in (6, 7, 15, 16, 24, 25))
    return column


# --- cases, and the days a clerk counted on the calendar on the wall


@dataclass(frozen=True)
class Step:
    """Something that was recorded of a petition on `day`; `do` is a status, or one of the words below."""

    day: date
    do: str
    document: str = ""
    detail: str = ""  # circumstances: the variant; extension: the days; notice: the duty; settled: the outcome


@dataclass(frozen=True)
class Due:
    """On `day` (after its steps) the petition's page says that `duty` is due on `due`, and how it stands."""

    day: date
    duty: str
    due: date
    stands: str


@dataclass(frozen=True)
class Case:
    name: str
    kind: str
    received: date
    steps: tuple[Step, ...]
    expected: tuple[Due, ...]
    sitting: str = ""  # where it is heard
    place: str = "phuong ha tu"


def _d(month: int, day: int) -> date:
    return date(2026, month, day)


SETTLE, INITIAL, CONCLUDE, ANSWER = (
    "Giải quyết khiếu nại lần đầu",
    "Xử lý ban đầu thông tin tố cáo",
    "Giải quyết tố cáo",
    "Thông báo kết quả tiếp công dân",
)
CASES = (
    Case(
        "in time", "complaint", _d(1, 5), sitting="January",
        steps=(
            Step(_d(1, 12), "accepted", "3/TB-UBND"),
            Step(_d(1, 28), "notice", "9/TB-BTCD", "reception_result_notice"),
            Step(_d(2, 10), "settled", "21/QĐ-UBND", "partly"),
        ),
        expected=(
            Due(_d(1, 13), SETTLE, _d(2, 11), "due"),  # 30 days from the 13th
            Due(_d(1, 16), ANSWER, _d(1, 29), "due"),  # ten working days from Friday the 16th
            Due(_d(1, 28), ANSWER, _d(1, 29), "done_in_time"),
            Due(_d(2, 11), SETTLE, _d(2, 11), "done_in_time"),
        ),
    ),
    Case(
        "over Tet", "complaint", _d(1, 12),
        steps=(Step(_d(1, 19), "accepted", "5/TB-UBND"), Step(_d(2, 24), "settled", "30/QĐ-UBND", "wrong")),
        expected=(
            Due(_d(1, 20), SETTLE, _d(2, 23), "due"),  # the 30th day is Wednesday of Tet
            Due(_d(2, 25), SETTLE, _d(2, 23), "done_late"),
        ),
    ),
    Case(
        "suspended", "complaint", _d(2, 25),
        steps=(
            Step(_d(3, 2), "accepted", "7/TB-UBND"),
            Step(_d(3, 3), "circumstances", detail="complicated"),
            Step(_d(3, 16), "suspended", "40/QĐ-UBND"),
            Step(_d(3, 27), "in_settlement"),
        ),
        expected=(
            Due(_d(3, 3), SETTLE, _d(4, 16), "due"),  # 45 days
            Due(_d(3, 30), SETTLE, _d(4, 28), "due"),  # eleven days later is the holiday in lieu
            Due(_d(4, 29), SETTLE, _d(4, 28), "overdue"),
        ),
    ),
    Case(
        "island", "complaint", _d(2, 26), place="xa cai chien",
        steps=(
            Step(_d(3, 4), "accepted", "8/TB-UBND"),
            Step(_d(3, 4), "circumstances", detail="remote"),
            Step(_d(4, 20), "settled", "55/QĐ-UBND", "right"),
        ),
        expected=(
            Due(_d(3, 5), SETTLE, _d(4, 20), "due"),  # the 45th day is a Saturday
            Due(_d(4, 20), SETTLE, _d(4, 20), "done_in_time"),
        ),
    ),
    Case(
        "denunciation", "denunciation", _d(2, 9), sitting="February",
        steps=(
            Step(_d(2, 24), "accepted", "2/QĐ-TTr"),
            Step(_d(3, 2), "circumstances", detail="complicated"),
            Step(_d(3, 20), "extension", "4/QĐ-TTr", "30"),
        ),
        expected=(
            Due(_d(2, 10), INITIAL, _d(2, 25), "due"),  # seven working days, Tet between
            Due(_d(2, 25), CONCLUDE, _d(3, 26), "due"),
            Due(_d(3, 20), CONCLUDE, _d(4, 28), "due"),  # the 60th day is a Saturday, the Monday is in lieu
        ),
    ),
    Case(
        "well", "recommendation", _d(1, 6), sitting="January",
        steps=(Step(_d(1, 20), "settled", "12/UBND-NC"),),
        expected=(Due(_d(1, 30), ANSWER, _d(1, 29), "overdue"),),
    ),
    Case("street lamps", "reflection", _d(3, 2), (), (), sitting="March"),
    Case("road", "complaint", _d(4, 1), (), (), sitting="April"),
    Case("quarry", "complaint", _d(6, 1), (), (), sitting="June"),
)  # fmt: skip


# --- what the host concluded in January, and what the units made of it


@dataclass(frozen=True)
class Task:
    assignee: str
    content: str
    due: date
    acts: tuple[Step, ...]  # `do` is the act, `detail` the words


TASKS = (
    Task(
        "Sở Tài chính", "Bố trí kinh phí đo đạc lại.", _d(2, 13),
        (Step(_d(1, 20), "acknowledge"), Step(_d(2, 12), "report", "88/BC-STC"), Step(_d(2, 13), "confirm")),
    ),
    Task(
        "06664", "Đo đạc lại ranh giới thửa đất.", _d(2, 27),
        (
            Step(_d(1, 21), "acknowledge"),
            Step(_d(3, 2), "obstruct", detail="Chờ bản đồ địa chính của Sở."),
            Step(_d(3, 18), "clear"),
            Step(_d(3, 20), "report", "41/BC-UBND"),
            Step(_d(3, 23), "send_back", detail="Thiếu biên bản ký giáp ranh."),
            Step(_d(4, 2), "report", "52/BC-UBND"),
            Step(_d(4, 3), "confirm"),
        ),
    ),
)  # fmt: skip
URGED_ON = _d(3, 3)
MEETINGS = (  # of March only one is noted
    date(2025, 12, 22), date(2025, 12, 29), _d(1, 6), _d(1, 20), _d(2, 5), _d(2, 24), _d(3, 5),
    _d(4, 6), _d(4, 20), _d(5, 5), _d(5, 20), _d(6, 5),
)  # fmt: skip
