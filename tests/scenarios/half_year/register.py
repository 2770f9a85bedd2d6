"""The clerk's two registers: who came, and what was lodged and became of it."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from tests.scenarios.half_year.diary import Came, Case, Due, Step
from tests.scenarios.half_year.story import Story, number_in

DUTY = re.compile(
    r'<strong>([^<]+)</strong>\s*<span class="badge due" data-state="([a-z_]+)">.*?</div>\s*'
    r'<p class="duty-days">\s*Hạn <time datetime="([0-9-]+)">',
    re.DOTALL,
)


async def came(story: Story, line: Came) -> None:
    """The clerk writes the line into the register as soon as they sit down; a denunciation has its own form."""
    office = story.office
    office.at(line.day, line.clock)
    clerk = office.person("thuky")
    denunciation = line.kind == "denunciation"
    chosen: dict[str, str] = {
        "day": line.day.isoformat(),
        "clock": f"{line.clock:%H:%M}",
        "reception": str(story.sittings[line.sitting]) if line.sitting else "",
        "persons": str(line.persons),
        "nth_time": str(line.nth),
        "outcome": "received",
    }
    if line.group:
        chosen["as_group"] = "yes"
    if not denunciation:
        number = next(story.numbers)
        chosen |= {"kind": line.kind, "visitor_name": f"Người thứ {number}", "summary": f"Việc số {number}"}
    path = "/visits/new/denunciation" if denunciation else "/visits/new"
    led = await clerk.submit(path, **chosen)
    if line.entered_twice:
        earlier = datetime.combine(line.day, line.clock) - timedelta(minutes=1)  # else it is asked
        again = await clerk.submit(path, **{**chosen, "clock": f"{earlier:%H:%M}"})
        assert again != led
        await clerk.submit(again, f"{again}/withdraw", because="twice")


async def lodged(story: Story, case: Case) -> None:
    office = story.office
    office.at(case.received)
    officer = office.person("canbo")
    chosen = {"received_on": case.received.isoformat(), "channel": "direct"}
    if case.kind == "denunciation":
        led = await officer.submit("/petitions/new?kind=denunciation", opaque_reference="HS-01/2026", **chosen)
    else:
        led = await officer.submit(
            "/petitions/new",
            kind=case.kind,
            petitioner_name=f"Người gửi đơn {case.name}",
            summary=f"Việc {case.name}",
            place=case.place,
            **chosen,
        )
    story.petitions[case.name] = number_in(led)
    if case.sitting:
        agenda = f"/receptions/{story.sittings[case.sitting]}/items/new"
        await officer.submit(agenda, petition=str(story.petitions[case.name]))


async def stepped(story: Story, case: Case, step: Step) -> None:
    office = story.office
    office.at(step.day, time(11, 0))
    officer = office.person("canbo")
    record = f"/petitions/{story.petitions[case.name]}"
    if step.do == "circumstances":
        await officer.submit(record, f"{record}/circumstances#circumstances", variant=step.detail)
    elif step.do == "extension":
        chosen = {"count": step.detail, "document": step.document, "confirmed": "yes"}
        await officer.submit(record, f"{record}/extension#extension", **chosen)
    elif step.do == "notice":
        duty = {"key": step.detail}
        await officer.submit(record, f"{record}/notice", of=duty, document=step.document, confirmed="yes")
    else:
        chosen = {"status": step.do, "document": step.document, "confirmed": "yes"}
        if step.detail:
            chosen["outcome"] = step.detail
        await officer.submit(record, f"{record}/status#next-status", **chosen)


async def looked_at(story: Story, case: Case, expected: Due) -> None:
    office = story.office
    office.at(expected.day, time(15, 0))
    page = await office.person("canbo").page(f"/petitions/{story.petitions[case.name]}")
    shown = {duty: (due, state) for duty, state, due in DUTY.findall(page)}
    assert shown.get(expected.duty) == (expected.due.isoformat(), expected.stands), (
        f"{case.name}: {expected}, {shown}"
    )
