"""Receptions of the head: planned, put off, held, and the one to which nobody came."""

from __future__ import annotations

import re
from datetime import time, timedelta

from tests.scenarios.half_year.diary import CASES, FIRST, SITTINGS, By, Sitting
from tests.scenarios.half_year.documents import issued_document
from tests.scenarios.half_year.story import Story, number_in


async def plan(story: Story, sitting: Sitting) -> None:
    """Two weeks before, as the office publishes it."""
    office = story.office
    office.at(max(FIRST, sitting.planned - timedelta(days=14)))
    led = await office.person("canbo").submit(
        "/receptions/new",
        title=f"Tiếp công dân {sitting.mode} {sitting.planned:%d/%m}",
        mode=sitting.mode,
        place="Trụ sở tiếp công dân tỉnh",
        received_by=sitting.by,
        host_name="Chủ tịch UBND tỉnh" if sitting.by is By.HEAD else "Phó Chủ tịch UBND tỉnh",
        day=sitting.planned.isoformat(),
        clock="08:00",
    )
    story.sittings[sitting.name] = number_in(led)


async def put_off(story: Story, sitting: Sitting) -> None:
    """Four working days before; its successor has a number of its own, and the agenda."""
    office = story.office
    office.at(sitting.planned - timedelta(days=6))
    former = f"/receptions/{story.sittings[sitting.name]}"
    led = await office.person("canbo").submit(
        f"{former}/cancel",
        what="put_off",
        day=sitting.day.isoformat(),
        clock="08:00",
        reason="Chủ tịch họp với Chính phủ",
        announced_on=(sitting.planned - timedelta(days=6)).isoformat(),
        announced_where="Bảng niêm yết, Cổng thông tin điện tử tỉnh",
    )
    page = await office.person("canbo").page(led.split("#")[0])
    found = set(re.findall(r'href="(/receptions/\d+)"', page)) - {former}
    moved = [
        address
        for address in sorted(found)
        if f"{sitting.day:%d/%m/%Y}" in await office.person("canbo").page(address)
    ]
    assert len(moved) == 1, f"the successor is not found from {former}"
    story.sittings[sitting.name] = number_in(moved[0])


async def held(story: Story, sitting: Sitting) -> None:
    """On the day: opened, each item called, ended; where nobody came, that is a session too."""
    items = [case for case in CASES if case.sitting == sitting.name]
    office = story.office
    office.at(sitting.day, time(10, 0))
    await office.hold(story.sittings[sitting.name], until=sitting.ends, items=len(items))
    page = await office.person("giamsat").page(f"/receptions/{story.sittings[sitting.name]}")
    assert ("không có công dân" in page.lower()) == (sitting.name == "May")


async def nobody_came(story: Story) -> None:
    reception = f"/receptions/{story.sittings['May']}"
    story.office.at(SITTINGS["May"].day, time(11, 0))
    text = await issued_document(story, f"{reception}/documents", f"{reception}/documents", "nobody_came")
    assert "không có công dân" in text.lower()
