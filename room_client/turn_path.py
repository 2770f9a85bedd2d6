"""A path over a TURN relay (RFC 8656), where UDP to the server is blocked: over UDP, TCP or TLS.

The only file that touches aioice's TURN client, which its package does not document; a contract test holds it.
Names used: `turn.TurnClientUdpProtocol`, `turn.TurnClientTcpProtocol`, of them `connect`, `channel_bind`,
`delete`, `receiver`, `transport`, `channel_to_peer`, `peer_to_channel`, `_send`; `stun.TransactionError`.

One channel is bound to the server's address before the first datagram, so that sending is one synchronous call:
aioice's own transport makes a task of every packet. What a full TCP buffer does not take is dropped.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aioice import stun, turn

from room_client.path import PathKind, PathOwner, sort_datagram
from signaling.messages import PathServer

CHANNEL = 0x4000
LIFETIME_S = 600
BIND_AGAIN_S = 240.0  # the permission under the channel lasts 300 s (RFC 8656, section 9)
LARGEST_BACKLOG_BYTES = 64 << 10  # of a TCP relay; a quarter of a second of what a room sends
OPEN_TIMEOUT_S = 6.0
DELETE_TIMEOUT_S = 1.0
_URL = re.compile(r"^(turns?):(?:\[([0-9A-Fa-f:]+)\]|([^\s:?,]+))(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$")


class RelayUnusable(ConnectionError):
    """No relay there, it refused, or it did not answer. Its text never says where it was looked for."""


@dataclass(frozen=True, slots=True)
class Relay:
    """One TURN URL (RFC 7065) with its credentials."""

    kind: PathKind
    host: str
    port: int
    username: str
    credential: str


def relays(servers: Iterable[PathServer]) -> list[Relay]:
    """All URLs in the order given; what is no TURN URL, or TLS over UDP (DTLS), is passed over."""
    found = []
    for server in servers:
        for url in server.urls:
            match = _URL.match(url)
            if match is None:
                continue
            secure = match[1] == "turns"
            transport = match[5] or ("tcp" if secure else "udp")
            if secure and transport == "udp":
                continue
            kind = PathKind.TURN_TLS if secure else PathKind(f"turn_{transport}")
            port = int(match[4]) if match[4] else 5349 if secure else 3478
            if 0 < port < 65536:
                found.append(Relay(kind, match[2] or match[3], port, server.username, server.credential))
    return found


class TurnPath:
    """A `Path`, made by `open`. After `close`, `ended` is to be awaited: the allocation is given back."""

    def __init__(self, protocol: Any, kind: PathKind, remote: tuple[str, int], owner: PathOwner) -> None:
        self.kind = kind
        self.remote = remote
        self.unsent = 0
        self.ended: asyncio.Task[None] | None = None
        self._protocol = protocol
        self._owner = owner
        self._closed = False
        self._upkeep: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, relay: Relay, remote: tuple[str, int], owner: PathOwner) -> TurnPath:
        """Allocate, and bind a channel to `remote`. Raises RelayUnusable; leaves nothing open when cancelled."""
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                protocol = await _connect(relay)
                try:
                    await protocol.connect()
                    await protocol.channel_bind(CHANNEL, remote)
                except BaseException:
                    if protocol.refresh_task is not None:
                        protocol.refresh_task.cancel()
                    protocol.transport.close()
                    raise
        except (OSError, TimeoutError, stun.TransactionError, ssl.SSLError) as error:
            raise RelayUnusable(f"no relay over {relay.kind.value}") from error
        path = cls(protocol, relay.kind, remote, owner)
        protocol.channel_to_peer[CHANNEL] = remote
        protocol.peer_to_channel[remote] = CHANNEL
        protocol.receiver = path
        path._upkeep = asyncio.create_task(path._keep_bound(), name="room relay")
        return path

    def send(self, datagram: bytes) -> None:
        transport = self._protocol.transport
        if self._closed or transport.is_closing():
            return
        if self.kind is not PathKind.TURN_UDP and transport.get_write_buffer_size() > LARGEST_BACKLOG_BYTES:
            self.unsent += 1
            return
        self._protocol._send(struct.pack("!HH", CHANNEL, len(datagram)) + datagram)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._protocol.receiver = None
            self.ended = asyncio.create_task(self._end(), name="room relay ends")

    async def _end(self) -> None:
        if self._upkeep is not None:
            self._upkeep.cancel()
            await asyncio.gather(self._upkeep, return_exceptions=True)
        try:
            async with asyncio.timeout(DELETE_TIMEOUT_S):
                await self._protocol.delete()
        except (OSError, TimeoutError, stun.TransactionError):
            pass  # the relay forgets it by itself
        finally:
            self._protocol.transport.close()

    async def _keep_bound(self) -> None:
        while True:
            await asyncio.sleep(BIND_AGAIN_S)
            try:
                await self._protocol.channel_bind(CHANNEL, self.remote)
            except (OSError, stun.TransactionError):
                self._owner.path_failed(self)

    # --- what aioice calls on its `receiver`

    def datagram_received(self, data: bytes, _peer: tuple[str, int]) -> None:
        sort_datagram(data, self, self._owner, time.monotonic())

    def connection_lost(self, _error: Exception | None) -> None:
        if not self._closed:
            self._owner.path_failed(self)


async def _connect(relay: Relay) -> Any:
    """The connection to the relay itself. Certificates are verified against the system's authorities."""
    loop = asyncio.get_running_loop()
    address = (relay.host, relay.port)

    def made(protocol: Any) -> Any:
        return protocol(
            address,
            username=relay.username,
            password=relay.credential,
            lifetime=LIFETIME_S,
            channel_refresh_time=LIFETIME_S,  # never used: this file binds again by itself
        )

    if relay.kind is PathKind.TURN_UDP:
        _, udp = await loop.create_datagram_endpoint(lambda: made(turn.TurnClientUdpProtocol), remote_addr=address)
        return udp
    context = ssl.create_default_context() if relay.kind is PathKind.TURN_TLS else None
    _, stream = await loop.create_connection(
        lambda: made(turn.TurnClientTcpProtocol), host=relay.host, port=relay.port, ssl=context
    )
    return stream
