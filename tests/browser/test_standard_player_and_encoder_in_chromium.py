"""WHEP and WHIP as RFC 9725 and its sibling say, from plain JavaScript on another site."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from signaling.desk_messages import CommandName
from tests.browser.chromium import Chromium
from tests.browser.standard_pages import StandardEncoder, StandardPlayer, standard_site
from tests.scenarios.patience import until
from tests.scenarios.province import DESK, HA_KHANH, HA_TU, Province

pytestmark = pytest.mark.browser

CREATED, NO_CONTENT, TOO_MANY = 201, 204, 429
A_WHILE = 150  # packets of the encoder: about two seconds


@pytest.fixture
async def site() -> AsyncIterator[str]:
    async with standard_site() as address:
        yield address


async def test_camera_by_whip_screens_by_whep(province: Province, chromium: Chromium, site: str) -> None:
    encoder = StandardEncoder(await chromium.window("encoder"))
    concerned = StandardPlayer(await chromium.window("player of a room concerned"))
    outside = StandardPlayer(await chromium.window("player of a room outside"))
    for page in (encoder, concerned, outside):
        await page.open(site)
    await province.press(CommandName.OPEN)
    assert await encoder.publishes(province.address, province.token(DESK, "desk")) == CREATED

    assert await concerned.plays(province.address, province.token(HA_KHANH)) == CREATED
    await concerned.picture.moves()
    await concerned.line.hears("audio programme")

    # Four screens of one room, and no fifth.
    for _ in range(3):
        assert await concerned.plays(province.address, province.token(HA_KHANH)) == CREATED
    assert await concerned.plays(province.address, province.token(HA_KHANH)) == TOO_MANY
    await _is_up(concerned, 4)

    # The second item is for the rooms concerned; another room's player connects, and gets not one packet.
    for _ in range(2):
        await province.press(CommandName.NEXT)
    assert await outside.plays(province.address, province.token(HA_TU)) == CREATED
    await _is_up(outside, 1)
    before = await concerned.line.received_in_all()
    await encoder.line.sends_another(A_WHILE)
    assert await outside.line.received_in_all() == 0
    assert await concerned.line.received_in_all() > before + A_WHILE
    await province.press(CommandName.FINISH_ITEM)
    await outside.picture.moves()

    # Ended is ended, for the player and for the camera; and the camera may come back.
    assert await outside.ends() == NO_CONTENT
    await outside.line.is_told_of_the_end()
    before = await outside.line.received_in_all()
    await encoder.line.sends_another(A_WHILE)
    assert await outside.line.received_in_all() == before
    assert await encoder.ends() == NO_CONTENT
    await encoder.line.is_told_of_the_end()
    await _desk_is(province, publishing=False)
    assert await encoder.publishes(province.address, province.token(DESK, "desk")) == CREATED
    await _desk_is(province, publishing=True)
    await concerned.picture.moves()


async def _is_up(player: StandardPlayer, connections: int) -> None:
    async def missing() -> str | None:
        up = await player.line.living()
        return None if up == connections else f"{up} of {connections} sessions are connected"

    await until(missing)


async def _desk_is(province: Province, *, publishing: bool) -> None:
    async def missing() -> str | None:
        says = (await province.status())["desk_publishing"]
        return None if says == publishing else f"the server says of the desk's publishing: {says}"

    await until(missing)
