"""Where UDP to the server is blocked: a link over a real coturn to the real media process."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aioice import stun, turn

from room_client import environment, ice
from room_client.link import Link, LinkEnd, LinkFailed
from room_client.path import PathKind
from room_client.turn_path import Relay, relays
from signaling.messages import PathServer, Purpose
from signaling.ports import LinkOpened, OpenLink
from signaling.wire.slots import SlotName
from tests.room_client.coturn import Coturn, running_coturn
from tests.server.media.wire import DESK, Heard, Media, running_media
from tests.waiting import eventually


@pytest.fixture
async def coturn(tmp_path: Path) -> AsyncIterator[Coturn]:
    async with running_coturn(tmp_path) as running:
        yield running


@pytest.fixture
async def media(tmp_path: Path) -> AsyncIterator[Media]:
    async with running_media(tmp_path) as running:
        yield running


@pytest.fixture
def udp_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine lets no datagram out to the media port."""

    def refuse(*_: object) -> None:
        raise PermissionError("a firewall")

    monkeypatch.setattr(environment, "UdpPath", refuse)


Joining = Callable[..., Awaitable[Link]]


@pytest.fixture
async def join(media: Media) -> AsyncIterator[Joining]:
    links: list[Link] = []

    async def joined(*servers: PathServer) -> Link:
        link = Link(Purpose.ROOM, Heard(), servers=lambda: servers)
        links.append(link)
        wish = OpenLink(link=f"l{len(links)}", room="10001", purpose=Purpose.ROOM, sdp=link.offer())
        reply = await media.channel.request(wish)
        assert isinstance(reply, LinkOpened)
        await link.connect(reply.sdp)
        return link

    yield joined
    for link in links:
        await link.close()


@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
async def test_link_over_a_relay(
    way: str, coturn: Coturn, media: Media, join: Joining, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(coturn.authority))
    desk = await media.join(DESK, Purpose.DESK)
    desk.publish()
    real = environment.UdpPath
    monkeypatch.setattr(environment, "UdpPath", _refused)
    link = await join(coturn.server(getattr(coturn, way)))
    monkeypatch.setattr(environment, "UdpPath", real)
    assert link.path is PathKind(f"turn_{way}")

    def came() -> int:
        slot = link.counts().slots.get(SlotName.DESK_VIDEO)
        return slot.packets if slot else 0

    await eventually(lambda: "" if came() > 50 else f"{came()} packets over the relay")
    assert not link.counts().slots[SlotName.DESK_VIDEO].lost
    assert not link.silent


def _refused(*_: object) -> None:
    raise PermissionError("a firewall")


@pytest.mark.usefixtures("udp_blocked")
async def test_relays_are_taken_in_their_order_and_a_dead_one_is_passed_over(
    coturn: Coturn, join: Joining
) -> None:
    nobody = "turn:127.0.0.1:9?transport=tcp"
    link = await join(coturn.server(nobody), coturn.server(coturn.tcp, coturn.udp))
    assert link.path is PathKind.TURN_TCP


@pytest.mark.usefixtures("udp_blocked")
async def test_certificate_of_an_unknown_authority_is_not_believed(
    coturn: Coturn, join: Joining, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setattr(ice, "RELAYED_TIMEOUT_S", 2.0)
    with pytest.raises(LinkFailed) as failed:
        await join(coturn.server(coturn.tls))
    assert failed.value.end is LinkEnd.UNREACHABLE


@pytest.mark.usefixtures("udp_blocked")
@pytest.mark.parametrize("changes", [{"secret": "another"}, {"valid_s": -60.0}])
async def test_wrong_or_old_credentials_open_nothing(
    coturn: Coturn, join: Joining, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]
) -> None:
    monkeypatch.setattr(ice, "RELAYED_TIMEOUT_S", 2.0)
    with pytest.raises(LinkFailed):
        await join(coturn.server(coturn.udp, **changes))  # type: ignore[arg-type]


async def test_direct_way_is_preferred(coturn: Coturn, join: Joining) -> None:
    link = await join(coturn.server(coturn.udp, coturn.tcp))
    assert link.path is PathKind.DIRECT


def test_urls_are_read_as_rfc_7065_has_them() -> None:
    server = PathServer(
        urls=(
            "turn:a.example", "turn:b.example:3479?transport=tcp", "turns:[::1]:443", "turns:c.example",
            "turns:d.example?transport=udp", "stun:e.example", "turn:", "turn:f.example:99999", "turn:g h",
        ),
        username="u",
        credential="c",
    )  # fmt: skip
    assert relays([server]) == [
        Relay(PathKind.TURN_UDP, "a.example", 3478, "u", "c"),
        Relay(PathKind.TURN_TCP, "b.example", 3479, "u", "c"),
        Relay(PathKind.TURN_TLS, "::1", 443, "u", "c"),
        Relay(PathKind.TURN_TLS, "c.example", 5349, "u", "c"),
    ]


@pytest.mark.parametrize("protocol", [turn.TurnClientUdpProtocol, turn.TurnClientTcpProtocol])
def test_aioice_is_as_turn_path_needs_it(protocol: type) -> None:
    made = protocol(("127.0.0.1", 3478), username="u", password="p", lifetime=600, channel_refresh_time=600)
    for name in ("connect", "channel_bind", "delete"):
        assert inspect.iscoroutinefunction(getattr(made, name)), name
    assert list(inspect.signature(made.channel_bind).parameters) == ["channel_number", "addr"]
    assert made.channel_to_peer == made.peer_to_channel == {}
    assert made.receiver is made.refresh_task is None
    sent: list[bytes] = []

    class Transport:
        write = sendto = staticmethod(sent.append)

    made.connection_made(Transport())
    made._send(b"12345678")
    assert sent == [b"12345678"]
    assert issubclass(stun.TransactionFailed, stun.TransactionError)
