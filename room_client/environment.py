"""What a room stands on: its way to the server, and what feeds it. Faults come by standing it on another."""

from __future__ import annotations

from room_client.path import Path, PathOwner
from room_client.sources.contract import Source
from room_client.udp_path import UdpPath
from signaling.wire.slots import Upstream


class Environment:
    """The real one."""

    def open_path(self, remote: tuple[str, int], owner: PathOwner) -> Path:
        """The direct way to one address of the server. Raises OSError."""
        return UdpPath(remote, owner)

    def source(self, _upstream: Upstream, source: Source) -> Source:
        """The source as it is used."""
        return source


REAL = Environment()
