"""A real coturn with our configuration and our credentials: who may use it, and whom it reaches."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import aioice.stun
import pytest

from server.commands.turn_configuration import ALLOCATIONS_PER_CONNECTION
from server.receptions.turn_access import TurnAccess, credential_of, username_until
from tests.server.turn.conftest import HOST, SECRET, MediaPort, Relay, do_without, found, printed
from tests.waiting import eventually

OTHERS = ("127.0.0.2", "10.0.0.1", "192.168.1.1", "169.254.169.254", "8.8.8.8", "224.0.0.1", "255.255.255.255")


def access(secret: str = SECRET) -> TurnAccess:
    return TurnAccess((f"turn:{HOST}",), secret)


async def test_whoever_has_our_credentials_talks_to_the_media_port(
    relay: Relay, media_port: tuple[int, MediaPort]
) -> None:
    server = access().servers(datetime.now(UTC))[0]
    client = await relay.client(server.username, server.credential)
    await client.connect()
    got: list[bytes] = []

    class Receiver:
        def datagram_received(self, data: bytes, addr: object) -> None:
            got.append(data)

        def connection_lost(self, error: object) -> None:
            pass

    client.receiver = Receiver()  # type: ignore[assignment]
    await client.send_data(b"check", (HOST, relay.media_port))
    await eventually(lambda: None if got == [b"CHECK"] else f"heard {got}, media heard {media_port[1].heard}")


@pytest.mark.parametrize("peer", OTHERS)
async def test_every_other_peer_is_refused(relay: Relay, peer: str) -> None:
    server = access().servers(datetime.now(UTC))[0]
    client = await relay.client(server.username, server.credential)
    await client.connect()
    for ask in (client.permit((peer, relay.media_port)), client.channel_bind(0x4001, (peer, relay.media_port))):
        with pytest.raises(aioice.stun.TransactionFailed) as refused:
            await ask
        assert refused.value.response.error_code == 403
    await client.permit((HOST, relay.media_port))


async def test_expired_and_altered_credentials_are_refused(relay: Relay) -> None:
    now = datetime.now(UTC)
    good = access().servers(now)[0]
    old = username_until(now - timedelta(seconds=5), "x")
    longer = username_until(now + timedelta(days=365), "x")
    for username, credential in (
        (old, credential_of(SECRET, old)),
        (longer, good.credential),
        (good.username, credential_of("another secret", good.username)),
        (good.username, ("B" if good.credential[0] == "A" else "A") + good.credential[1:]),
        ("somebody", "password"),
    ):
        client = await relay.client(username, credential)
        with pytest.raises(aioice.stun.TransactionFailed) as refused:
            await client.connect()
        assert refused.value.response.error_code == 401, username


async def test_one_connection_does_not_use_up_the_ports_of_all(relay: Relay) -> None:
    """OWASP ASVS 17.1.2. A room that asks for more ports than a browser needs gets none, and others get theirs."""
    greedy = access().servers(datetime.now(UTC))[0]
    for _ in range(ALLOCATIONS_PER_CONNECTION):
        await (await relay.client(greedy.username, greedy.credential)).connect()
    with pytest.raises(aioice.stun.TransactionFailed) as refused:
        await (await relay.client(greedy.username, greedy.credential)).connect()
    assert refused.value.response.error_code == 486  # Allocation Quota Reached (RFC 8656, section 19)
    other = access().servers(datetime.now(UTC))[0]
    assert other.username != greedy.username
    await (await relay.client(other.username, other.credential)).connect()


_TRY = """
import os, socket, sys
os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1]))
def sends(kind, source, address, port):
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("0.0.0.0", source))
        try:
            sock.sendto(b"x", (address, port))
        except PermissionError:
            return False
    return True
udp = socket.SOCK_DGRAM
for source, address, port in (
    (50001, "127.0.0.1", 5004), (50001, "127.0.0.1", 5005), (50001, "127.0.0.2", 5004),
    (40000, "127.0.0.1", 5004), (3478, "127.0.0.9", 9999),
):
    print(sends(udp, source, address, port))
"""


def test_the_kernel_lets_its_account_send_to_the_media_port_and_nowhere_else() -> None:
    """The printed rules, in a network of their own: media port, its other ports, others, not a relay; answers."""
    for program, package in (("nft", "nftables"), ("unshare", "util-linux"), ("ip", "iproute2")):
        found(program, package)
    rules = printed("--firewall", "--user", "65534", media_port=5004, turn="turn:turn.example:3478")
    twice = f"ip link set lo up && nft -f - <<'RULES' && nft -f - <<'RULES' && exec \"$@\"\n{rules}RULES\n"
    command = ["unshare", "--net", "sh", "-c", f"{twice}{rules}RULES\n", "sh", sys.executable, "-c", _TRY]
    ran = subprocess.run([*command, "65534", "65534"], capture_output=True, text=True, timeout=30)
    if ran.returncode != 0 and "unshare" in ran.stderr:
        do_without("no network namespace may be made here")
    assert ran.stdout.split() == ["True", "False", "False", "False", "True"], ran.stderr
