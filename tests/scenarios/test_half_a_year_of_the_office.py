"""From 15 December 2025 to 14 June 2026 the office does its work on the pages, and everything adds up at the end.

The clock is moved, nothing else is: real pages over HTTP, the real database, the console's buttons.
"""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, time, timedelta
from functools import partial
from pathlib import Path

import openpyxl
import pytest
import pytest_asyncio

from server.people import audit
from tests.scenarios.half_year import diary, follow_up, register, registration, sittings
from tests.scenarios.half_year.diary import SITTINGS, Came
from tests.scenarios.half_year.office import Office, clock_at, employ
from tests.scenarios.half_year.story import Story
from tests.server.receptions_live.conftest import PASSWORD, ControlProcess

Act = Callable[[], Awaitable[None]]
PEOPLE = {
    "chutri": ("host", "Chủ tịch UBND tỉnh"),
    "canbo": ("officer", "Phó Trưởng Ban Tiếp công dân"),
    "thuky": ("clerk", "Thư ký"),
    "giamsat": ("supervisor", "Thường trực HĐND tỉnh"),
}


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    data = tmp_path / "data"
    data.mkdir()
    (data / "holidays.csv").write_text(diary.IN_LIEU, encoding="utf-8")
    with clock_at(diary.FIRST) as traveller:
        control = ControlProcess(data, filled=employ)
        await control.media.start()
        await control.recorder.start()
        await control.start()
        try:
            yield Office(control, traveller)
        finally:
            await control.stop()
            await control.media.stop()
            await control.recorder.stop()
            control.database.close()


async def set_up(office: Office) -> None:
    """The first day: the administrator employs the others."""
    administrator = office.person("quantri")
    for login, (role, post) in PEOPLE.items():
        await administrator.submit(
            "/accounts/new", login=login, name=post, office=post, role=role, password=PASSWORD, again=PASSWORD
        )


@pytest.mark.timeout(600)
async def test_half_a_year_adds_up(office: Office) -> None:
    story = Story(office)
    await set_up(office)
    lines = diary.visits()
    for _, _, act in sorted(everything(story, lines), key=lambda each: each[:2]):
        await act()
    await a_meeting_is_missing(story)
    office.at(diary.LAST + timedelta(days=2))
    await the_tasks_are_judged(story)
    await the_register_of_visits_adds_up(story, lines)
    await form_01_agrees_with_the_diary(story, lines)
    await the_duty_of_the_head_is_judged(story)
    await nothing_was_written_twice(story)


def everything(story: Story, lines: list[Came]) -> list[tuple[date, time, Act]]:
    """All acts of the half-year with their day and hour."""
    acts: list[tuple[date, time, Act]] = []
    for sitting in SITTINGS.values():
        acts.append(
            (
                max(diary.FIRST, sitting.planned - timedelta(days=14)),
                time(6),
                partial(sittings.plan, story, sitting),
            )
        )
        acts.append((sitting.day, time(10), partial(sittings.held, story, sitting)))
        if sitting.held_on is not None:
            acts.append((sitting.planned - timedelta(days=6), time(7), partial(sittings.put_off, story, sitting)))
            asked_on = sitting.planned - timedelta(days=10)
            acts.append((asked_on, time(8), partial(registration.asked, story, sitting)))
            acts.append((sitting.day, time(18), partial(registration.expected, story, sitting)))
    for line in lines:
        acts.append((line.day, line.clock, partial(register.came, story, line)))
    for case in diary.CASES:
        acts.append((case.received, time(7), partial(register.lodged, story, case)))
        for step in case.steps:
            acts.append((step.day, time(11), partial(register.stepped, story, case, step)))
        for expected in case.expected:
            acts.append((expected.day, time(15), partial(register.looked_at, story, case, expected)))
    acts.append((follow_up.CONCLUDED_ON, time(8), partial(follow_up.concluded, story)))
    for place, task in enumerate(diary.TASKS):
        acts += [(act.day, time(14), partial(follow_up.acted, story, place, act)) for act in task.acts]
    acts.append((diary.URGED_ON, time(9), partial(follow_up.urged, story)))
    acts += [(day, time(16), partial(follow_up.met, story, day)) for day in diary.MEETINGS]
    acts.append((SITTINGS["May"].day, time(11), partial(sittings.nobody_came, story)))
    return acts


async def the_register_of_visits_adds_up(story: Story, lines: list[Came]) -> None:
    supervisor = story.office.person("giamsat")
    period = f"from={diary.FIRST}&to={diary.LAST}"
    counted = [each for each in lines if diary.FIRST <= each.day <= diary.LAST]
    page = await supervisor.page(f"/visits?{period}")
    assert f"{len(counted)} lượt tiếp" in page
    assert f"{sum(each.persons for each in counted)} người" in page


async def form_01_agrees_with_the_diary(story: Story, lines: list[Came]) -> None:
    """Each of its columns, in the workbook that is handed to the Inspectorate; a year before nobody came."""
    workbook = await story.office.person("canbo").file("/figures/form/export.xlsx?period=h1&year=2026")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    total = next(row for row in rows if row[0] == "Tổng số")
    counted = diary.form_01(lines)
    assert {number: total[number] or 0 for number in counted} == counted


async def the_tasks_are_judged(story: Story) -> None:
    assert await follow_up.tasks_shown(story, "overdue") == []
    assert sorted(await follow_up.tasks_shown(story, "done")) == story.tasks


async def a_meeting_is_missing(story: Story) -> None:
    """Looked at on the last day of each month: March had one of two."""
    office = story.office
    for month, short in ((1, False), (2, False), (3, True), (4, False), (5, False)):
        office.at(date(2026, month + 1, 1) - timedelta(days=1), time(17, 0))
        page = await office.person("giamsat").page("/tasks/review")
        assert (f"Tháng {month:02}/2026" in page) == short, month


async def the_duty_of_the_head_is_judged(story: Story) -> None:
    page = await story.office.person("giamsat").page("/receptions/duty")
    judged = {}
    for row in page.split("<tr>"):
        month, words = re.search(r"month=(\d{4}-\d\d)", row), re.search(r"(Đủ|Thiếu)</span>", row)
        if month and words:
            judged[month[1]] = words[1]
    kept = dict.fromkeys(("2025-12", "2026-01", "2026-02", "2026-04", "2026-05"), "Đủ")
    assert judged == {**kept, "2026-03": "Thiếu"}  # a delegate received; June is not over


async def nothing_was_written_twice(story: Story) -> None:
    """The chain of the audit log is whole, though the clock was moved."""
    assert story.office.control.database.run_here(audit.verify_chain).broken_at is None
