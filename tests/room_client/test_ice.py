"""The room's end of ICE against a server that answers, falls silent, moves it, or is gone."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest

from room_client.ice import PathEnd, PathFailed
from room_client.path import PathKind
from signaling.wire import stun
from tests.room_client.lite import Lite, Told
from tests.waiting import eventually


@pytest.fixture
async def lite() -> AsyncIterator[Lite]:
    lite = Lite()
    yield lite
    lite.close()


async def test_datagrams_are_sorted_and_strangers_unheard(lite: Lite) -> None:
    told = Told()
    ice = told.end()
    await ice.connect(lite.remote())
    assert ice.kind is PathKind.DIRECT
    ice.send(b"\x16hello")
    await eventually(lambda: "" if lite.arrived == [b"\x16hello"] else "nothing arrived")
    for data in (b"", b"\x00", b"\x16dtls", b"\x80rtp", b"\xc0junk", b"\x80" * 1999):
        lite.socket.sendto(data, lite.peer)
    await eventually(lambda: "" if len(told.media) == 2 else f"{len(told.media)} media datagrams")
    assert told.dtls == [b"\x16dtls"]
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.sendto(b"\x80stranger", lite.peer)
    stranger.close()
    checks = lite.checks
    await eventually(lambda: "" if lite.checks > checks + 1 else "no further checks")
    assert len(told.media) == 2, "a stranger's datagram came through"
    await ice.close()
    await ice.close()


async def test_server_that_asks_is_answered(lite: Lite) -> None:
    ice = Told().end()
    await ice.connect(lite.remote())
    for password in (b"wrong", ice.password.encode()):
        lite.socket.sendto(stun.binding_request(b"t" * 12, "abcd", ice.ufrag, password, 1), lite.peer)
    await eventually(lambda: "" if lite.answered else "no answer")
    assert lite.answered[0].signed_with(ice.password.encode())
    assert len(lite.answered) == 1
    await ice.close()


async def test_media_process_that_is_gone_is_noticed_soon() -> None:
    lite, told = Lite(), Told()
    ice = told.end()
    await ice.connect(lite.remote())
    lite.close()
    ice.send(b"\x80rtp")
    await eventually(lambda: "" if told.ends == [PathEnd.REFUSED] else f"{told.ends}", 4)
    await ice.close()


async def test_media_process_that_is_back_within_a_moment_ends_nothing() -> None:
    lite, told = Lite(), Told()
    ice = told.end()
    await ice.connect(lite.remote())
    port = lite.address[1]
    lite.close()
    ice.send(b"\x80rtp")
    again = Lite(port)
    await eventually(lambda: "" if again.checks > 1 else "not checked again")
    assert not told.ends
    await ice.close()
    again.close()


async def test_silence_is_told_within_five_seconds_and_ends_nothing(lite: Lite) -> None:
    told = Told()
    ice = told.end()
    await ice.connect(lite.remote())
    lite.answers = False
    await eventually(lambda: "" if told.silences == [True] else f"{told.silences}", 5)
    await eventually(lambda: "" if told.restarts else "no ICE restart wanted", 4)
    lite.answers = True
    await eventually(lambda: "" if told.silences == [True, False] else f"{told.silences}", 3)
    assert not told.ends
    assert len(lite.checked_from) > 1, "checked from the old socket only"
    ice.send(b"\x80on")
    await eventually(lambda: "" if lite.arrived else "nothing arrives after the silence")
    assert lite.peer == lite.nominated[-1], "sends from another socket than the one it nominated last"
    await ice.close()


async def test_restart_goes_on_with_new_credentials(lite: Lite) -> None:
    told = Told()
    ice = told.end()
    await ice.connect(lite.remote())
    ufrag, password = ice.new_credentials()
    assert ice.ufrag != ufrag
    lite.ufrag = "efgh"  # what was asked with the old one is not answered any more
    old = (ice.ufrag, ice.password)
    ice.restarted(ufrag, password, lite.remote())
    nominated, checks = len(lite.nominated), lite.checks
    await eventually(lambda: "" if lite.checks > checks else "no check after the restart", 1)
    assert not told.silences
    assert len(lite.nominated) == nominated
    for local, key in (old, (ufrag, password)):
        lite.socket.sendto(stun.binding_request(b"t" * 12, "efgh", local, key.encode(), 1), lite.peer)
    await eventually(lambda: "" if len(lite.answered) == 2 else "not both credentials are answered")
    await ice.close()


async def test_one_of_two_addresses_answers_and_none(lite: Lite) -> None:
    silent = Lite()
    silent.answers = False
    ice = Told().end()
    await ice.connect(lite.remote(silent.address))
    assert silent.checks >= 1
    await ice.close()
    other = Told().end()
    with pytest.raises(PathFailed):
        await other.connect(silent.remote())
    await other.close()
    silent.close()
