"""Programs that know WHEP, WHIP and a token: the desk's camera, a room's screens, and a room that may not see."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy
import pytest

from signaling.desk_messages import CommandName
from signaling.refusals import RefusalCode
from signaling.refusals import Refused as Refusal
from tests.scenarios.patience import until
from tests.scenarios.province import DESK, HA_KHANH, HA_TU, Province
from tests.scenarios.stock_aiortc import LOUDNESS, Encoder, Player, Refused, StockRtc, stock_rtc

NO_CONTENT, TOO_MANY = 204, 429
A_WHILE = 150  # packets of the encoder: about two seconds
STILL_UNDER_WAY = 10  # what was sent before the button was pressed has arrived by then: about 0.1 s
CHANGED_GREYS = 40  # the bar against its background: 160, less what the codec makes of it


@pytest.fixture
async def stock(province: Province) -> AsyncIterator[StockRtc]:
    async with stock_rtc(province.address) as ends:
        yield ends


async def test_camera_by_whip_screens_by_whep(province: Province, stock: StockRtc) -> None:
    await province.press(CommandName.OPEN)
    encoder = stock.encoder(province.token(DESK, "desk"))
    await encoder.begin()
    concerned = [stock.player(province.token(HA_KHANH)) for _ in range(4)]
    for player in concerned:
        await player.begin()
        await _moves(player)
        await _sounds(player)
    with pytest.raises(Refused) as fifth:
        await stock.player(province.token(HA_KHANH)).begin()
    assert fifth.value.status == TOO_MANY

    # The second item is for the rooms concerned; another room's player connects, and gets not one packet.
    for _ in range(2):
        await province.press(CommandName.NEXT)
    outside = stock.player(province.token(HA_TU))
    await outside.begin()
    before = await concerned[0].packets("inbound-rtp")
    await _sends_another(encoder, A_WHILE)
    assert await outside.packets("inbound-rtp") == 0
    assert await concerned[0].packets("inbound-rtp") > before + A_WHILE / 2
    await province.press(CommandName.FINISH_ITEM)
    await _moves(outside)

    # Nor does one who was there, once a denunciation is heard.
    await province.press(CommandName.NEXT)
    await _sends_another(encoder, STILL_UNDER_WAY)
    before = await outside.packets("inbound-rtp")
    await _sends_another(encoder, A_WHILE)
    assert await outside.packets("inbound-rtp") == before

    assert await concerned[0].end() == NO_CONTENT
    await _is_told_of_the_end(concerned[0])
    assert await encoder.end() == NO_CONTENT
    await _is_told_of_the_end(encoder)


async def test_an_encoder_is_a_room_that_is_given_the_floor_like_any(province: Province, stock: StockRtc) -> None:
    await province.press(CommandName.OPEN)
    elsewhere = stock.player(province.token(HA_TU))
    await elsewhere.begin()
    with pytest.raises(Refusal) as nobody:
        await province.press(CommandName.FLOOR, room=HA_KHANH)
    assert nobody.value.code is RefusalCode.ROOM_NOT_CONNECTED
    encoder = stock.encoder(province.token(HA_KHANH, "room"))
    await encoder.begin()
    await _sends_another(encoder, A_WHILE)
    assert await elsewhere.packets("inbound-rtp") == 0, "nobody sees a room that has not the floor"
    await province.press(CommandName.FLOOR, room=HA_KHANH)
    await _moves(elsewhere)
    await _sounds(elsewhere)
    assert (await province.status())["floor"]["code"] == HA_KHANH
    again = stock.encoder(province.token(HA_KHANH, "room"))
    await again.begin()
    await _is_told_of_the_end(encoder)
    await _moves(elsewhere)
    await province.press(CommandName.TAKE_FLOOR_BACK)
    await _sends_another(again, STILL_UNDER_WAY)
    before = await elsewhere.packets("inbound-rtp")
    await _sends_another(again, A_WHILE)
    assert await elsewhere.packets("inbound-rtp") == before
    with pytest.raises(Refused):
        await stock.encoder(province.token(HA_KHANH)).begin()  # a player's token sends nothing


async def _moves(player: Player) -> None:
    """Two decoded pictures differ, and neither is of one colour."""
    first = await player.picture()

    async def missing() -> str | None:
        picture = await player.picture()
        if picture.shape != first.shape or int(numpy.ptp(picture)) < CHANGED_GREYS:
            return "the picture is of one colour"
        return None if (abs(picture - first) > CHANGED_GREYS).sum() > 100 else "the picture stands still"

    await until(missing)


async def _sounds(player: Player) -> None:
    async def missing() -> str | None:
        loudness = await player.loudness()
        return None if loudness > LOUDNESS / 4 else f"only {loudness:.0f} is heard"

    await until(missing)


async def _sends_another(encoder: Encoder, packets: int) -> None:
    started = await encoder.packets("outbound-rtp")

    async def missing() -> str | None:
        sent = await encoder.packets("outbound-rtp") - started
        return None if sent >= packets else f"the encoder sent only {sent} of {packets} packets"

    await until(missing)


async def _is_told_of_the_end(end: Encoder | Player) -> None:
    async def missing() -> str | None:
        return "the connection is still up" if end.is_connected else None

    await until(missing)
