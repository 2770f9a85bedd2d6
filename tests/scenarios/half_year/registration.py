"""Citizens who register for a session, are agreed, and go with it when it is put off."""

from __future__ import annotations

from datetime import time, timedelta

from tests.scenarios.half_year.diary import Sitting
from tests.scenarios.half_year.story import Story

NAMES = ("Người đăng ký thứ nhất", "Người đăng ký thứ hai")


async def asked(story: Story, sitting: Sitting) -> None:
    """By telephone, before it is known that the session is put off."""
    story.office.at(sitting.planned - timedelta(days=10), time(8))
    officer, reception = story.office.person("canbo"), str(story.sittings[sitting.name])
    for name in NAMES:
        led = await officer.submit(
            "/registrations/new",
            reception=reception,
            way="telephone",
            kind="complaint",
            citizen_name=name,
            summary="Xin gặp người đứng đầu",
        )
        await officer.submit(led, f"{led}/decide/agree")
        story.registrations.append(led)


async def expected(story: Story, sitting: Sitting) -> None:
    """They stand at the door of the successor in the order in which they were agreed; one of them did not come."""
    story.office.at(sitting.day, time(18))
    officer = story.office.person("canbo")
    door = await officer.page(f"/receptions/{story.sittings[sitting.name]}/door-list")
    for number, name in enumerate(NAMES, 1):
        assert f'<td class="number">{number}</td><td>{name}</td>' in door
    last = story.registrations[-1]
    await officer.submit(last, f"{last}/decide/absent")
    assert "Không đến" in await story.office.person("giamsat").page(last)
