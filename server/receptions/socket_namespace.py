"""The typed edge to python-socketio, whose own calls are not annotated."""

from __future__ import annotations

import socketio


class SocketNamespace(socketio.AsyncNamespace):
    def __init__(self, name: str) -> None:
        super().__init__(name)  # type: ignore[no-untyped-call]

    async def send_to(self, sid: str, event: str, data: dict[str, object]) -> None:
        """To one connection, in the order of calls; a connection that has gone is no error."""
        await self.emit(event, data, to=sid)  # type: ignore[no-untyped-call]

    async def hang_up(self, sid: str) -> None:
        await self.disconnect(sid)  # type: ignore[no-untyped-call]
