"""What the host concluded, what the units made of it, and the review meetings."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

from tests.scenarios.half_year.diary import SITTINGS, TASKS, URGED_ON, Step, Task
from tests.scenarios.half_year.documents import issued_document
from tests.scenarios.half_year.story import Story

CONCLUDED_ON = SITTINGS["January"].day + timedelta(days=1)


async def concluded(story: Story) -> None:
    """The day after: the clerk drafts, the host issues, and the minutes are drawn up and signed."""
    office = story.office
    office.at(CONCLUDED_ON)
    reception = f"/receptions/{story.sittings['January']}"
    item = min(map(int, re.findall(rf"{reception}/items/(\d+)/", await office.person("thuky").page(reception))))
    conclusion = f"{reception}/items/{item}/conclusion"
    first, second = TASKS
    drafted = {"content": "Đo đạc lại trong tháng hai.", "citizen_opinion": "Nhất trí."}
    draft = f"{conclusion}/draft"
    await office.person("thuky").submit(draft, draft, **drafted, **asked_of(first, 0), add="yes")
    await office.person("thuky").submit(draft, draft, **asked_of(second, 1))
    await office.person("chutri").submit(conclusion, f"{conclusion}/issue#issue", confirmed="yes")
    story.tasks = sorted(
        set(map(int, re.findall(r'href="/tasks/(\d+)"', await office.person("chutri").page(conclusion))))
    )
    text = await issued_document(story, f"{reception}/documents", f"{reception}/items/{item}/documents", "minutes")
    assert "BIÊN BẢN" in text
    assert "Đo đạc lại trong tháng hai." in text


def asked_of(task: Task, place: int) -> dict[str, str]:
    fields = {"content": task.content, "assignee": task.assignee, "due_on": task.due.isoformat()}
    return {f"task-{place}-{name}": value for name, value in fields.items()}


async def acted(story: Story, place: int, act: Step) -> None:
    """What the unit told the clerk on the telephone; what the host decides about it."""
    office = story.office
    office.at(act.day, time(14, 0))
    who = office.person("canbo" if act.do in ("confirm", "send_back") else "thuky")
    chosen = {"document": act.document, "confirmed": "yes"} | ({"words": act.detail} if act.detail else {})
    task = f"/tasks/{story.tasks[place]}"
    await who.submit(task, f"{task}/acts#{act.do}", of={"act": act.do}, **chosen)


async def urged(story: Story) -> None:
    office = story.office
    office.at(URGED_ON, time(9, 0))
    assert story.tasks[1] in await tasks_shown(story, "overdue")
    assert story.tasks[0] not in await tasks_shown(story, "overdue")
    reception = f"/receptions/{story.sittings['January']}"
    text = await issued_document(
        story, f"{reception}/documents", f"/tasks/{story.tasks[1]}/documents", "urging", "57/BTCD-NV"
    )
    assert "27/02/2026" in text


async def met(story: Story, day: date) -> None:
    story.office.at(day, time(16, 0))
    await story.office.person("thuky").submit("/tasks/review", "/tasks/review#meeting", confirmed="yes")


async def tasks_shown(story: Story, asked: str) -> list[int]:
    page = await story.office.person("giamsat").page(f"/tasks?asked={asked}")
    return [int(number) for number in re.findall(r'href="/tasks/(\d+)"', page)]
