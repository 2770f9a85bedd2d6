"""Who may measure its line now: a few rooms at once, one each, and nobody while a reception is open.

Media refuses it, too, while the stage is live, and ends what runs when it becomes so; here it is refused in words,
and a room whose connection goes leaves nothing behind. A link that nobody ends dies in media by itself.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from server.receptions.conductor import Conductor
from server.receptions.live_reception import Phase
from signaling.check_messages import LineFigures
from signaling.messages import Joined, RoomCode
from signaling.refusals import RefusalCode, Refused

MOST_AT_ONCE = 4
"""At 3 Mbit/s each way and ten seconds each: 177 rooms in 10 minutes, with 13 Mbit/s of the province's line."""

LIVES = timedelta(seconds=30)
"""After it media has ended the link anyhow: who never says that it is done takes no place for good."""


class LineChecks:
    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._links: dict[str, tuple[str, datetime]] = {}  # by connection: the link, and since when

    async def begin(self, connection: str, room: RoomCode, sdp: str) -> Joined:
        """Raises Refused: NOT_NOW, and what media refuses. The connection's link before ends."""
        await self.gone(connection)
        now = self._conductor.now
        self._links = {each: known for each, known in self._links.items() if now - known[1] < LIVES}
        if self._conductor.live.phase is not Phase.IDLE:
            raise Refused(RefusalCode.NOT_NOW, came="an open reception", allowed="between receptions")
        if len(self._links) >= MOST_AT_ONCE:
            raise Refused(RefusalCode.NOT_NOW, came=f"{len(self._links) + 1} at once", allowed=str(MOST_AT_ONCE))
        link = f"line-{secrets.token_hex(12)}"
        self._links[connection] = link, now
        try:
            return Joined(link=link, sdp=await self._conductor.media.measure_line(link, room, sdp))
        except Refused:
            self._links.pop(connection, None)
            raise

    async def end(self, connection: str, link: str) -> LineFigures:
        """What media counted. Raises Refused for a link that is not there any more."""
        known = self._links.get(connection)
        if known is None or known[0] != link:
            raise Refused(RefusalCode.ROOM_NOT_CONNECTED)
        del self._links[connection]
        measured = await self._conductor.media.line_measured(link)
        return LineFigures.model_validate(measured.model_dump(exclude={"kind"}))

    async def gone(self, connection: str) -> None:
        """The connection went, or begins anew."""
        known = self._links.pop(connection, None)
        if known is not None:
            self._conductor.media.close_link(known[0])
