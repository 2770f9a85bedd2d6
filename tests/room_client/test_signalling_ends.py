"""The end of a room's signalling, also when nobody waits for it."""

from __future__ import annotations

import asyncio

from room_client.observing import RoomOptions
from room_client.signalling import Signalling
from signaling.messages import Auth
from tests.room_client.conftest import KEY, Server


async def test_who_is_cancelled_while_it_says_goodbye_leaves_no_socket(server: Server) -> None:
    """Sockets that are left open fail the test (`leaves_nothing_behind`)."""
    options = RoomOptions(server.url, KEY)
    ignored = [lambda _message: None] * 4
    signalling = Signalling(options.server_url, Auth(key=KEY, purpose=options.purpose), *ignored)
    await signalling.connect()
    closing = asyncio.create_task(signalling.close())
    await asyncio.sleep(0)  # it has begun
    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    assert closing.cancelled()
