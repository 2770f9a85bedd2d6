"""<run>/control.sock: the desk's buttons for scripts and hardware keypads on the server (`tiepdan reception`).

Whoever may open the socket (the server's own account) may press every button; the audit log says "system".
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

from sqlmodel import Session, col, func, select

from server.data.engine import Database
from server.people import audit
from server.receptions.conductor import Conductor
from server.receptions.live_reception import Phase
from server.receptions.rehearsal_facts import REHEARSAL
from server.receptions.tables import AgendaItem, Reception
from server.receptions.views import console_state, room_entries
from server.web.languages import local_time
from signaling.channel import Channel, ChannelClosed, serve
from signaling.desk_messages import Command, CommandName
from signaling.ports import (
    AskReceptions,
    AskStatus,
    BeginRehearsal,
    Done,
    Failed,
    Frame,
    ReceptionLine,
    Receptions,
    ReceptionStatus,
    RunCommand,
)
from signaling.refusals import Refusal, RefusalCode, Refused

ACTOR = "system"
LISTED = 100
_log = logging.getLogger(__name__)


class DeskSocket:
    """`start` it, then `stop` it."""

    def __init__(self, path: Path, conductor: Conductor, database: Database) -> None:
        self._path = path
        self._conductor = conductor
        self._database = database
        self._server: asyncio.Server | None = None
        self._channels: set[Channel] = set()

    async def start(self) -> None:
        self._server = await serve(self._path, self._serve_one)

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for channel in list(self._channels):
            await channel.close()
        await self._server.wait_closed()
        self._path.unlink(missing_ok=True)

    def debug_snapshot(self) -> dict[str, object]:
        return {"listening": self._server is not None, "conversations": len(self._channels)}

    async def _serve_one(self, channel: Channel) -> None:
        self._channels.add(channel)
        rehearses = False
        try:
            async for frame, number in channel.frames():
                try:
                    reply = await self._answer(frame)
                    rehearses = rehearses or isinstance(frame, BeginRehearsal)
                except Refused as refused:
                    reply = Failed(refusal=refused.refusal)
                except Exception:  # a fault of ours is answered, and does not end the socket for others
                    _log.exception("%s was not answered", type(frame).__name__)
                    reply = Failed(refusal=Refusal(code=RefusalCode.BAD_MESSAGE, came=type(frame).__name__))
                channel.send(reply, replying_to=number)
        except ChannelClosed:
            pass
        finally:
            self._channels.discard(channel)
            if rehearses:
                await self._end_rehearsal()

    async def _end_rehearsal(self) -> None:
        """Whoever began it is gone. It may have ended otherwise, and a real reception may be open now."""
        if not self._conductor.live.is_rehearsed:
            return
        with suppress(Refused):
            await self._conductor.command(Command(name=CommandName.END, reception=REHEARSAL, confirm=True), ACTOR)
        await self._conductor.look_again()

    async def _answer(self, frame: Frame) -> Frame:
        match frame:
            case RunCommand(command=command):
                await self._conductor.command(command, ACTOR)
                return Done()
            case BeginRehearsal():
                if self._conductor.live.phase is not Phase.IDLE:
                    raise Refused(RefusalCode.RECEPTION_ALREADY_OPEN, came=frame.kind)
                await self._database.run(audit.record, ACTOR, "rehearsal_begun", "rooms", {})
                await self._conductor.rehearse(ACTOR)
                return Done()
            case AskStatus():
                return self._status()
            case AskReceptions():
                return await self._database.run(_receptions)
        raise Refused(
            RefusalCode.BAD_MESSAGE, type(frame).__name__, "RunCommand, BeginRehearsal, AskStatus, AskReceptions"
        )

    def _status(self) -> ReceptionStatus:
        live = self._conductor.live
        console = console_state(live, 0, self._conductor.rows.alarm, self._conductor.now)
        received = live.around.received
        return ReceptionStatus(
            console=console.model_dump(mode="json") if console is not None else None,
            rooms=tuple(
                {
                    **entry.model_dump(mode="json"),
                    "received": received[entry.code].model_dump() if entry.code in received else None,
                }
                for entry in room_entries(live)
            ),
            slots=dict(live.around.slots),
            rehearsed=live.is_rehearsed,
        )


def _receptions(session: Session) -> Receptions:
    counted = select(AgendaItem.reception_id, func.count()).group_by(col(AgendaItem.reception_id))
    counts: dict[int, int] = dict(session.exec(counted).all())
    newest = session.exec(
        select(Reception).order_by(col(Reception.planned_at).desc(), col(Reception.id).desc()).limit(LISTED)
    )
    return Receptions(
        receptions=tuple(
            ReceptionLine(
                id=reception.id or 0,
                title=reception.title,
                planned_on=local_time(reception.planned_at, "yyyy-MM-dd HH:mm", "en"),
                state=reception.state,
                items=counts.get(reception.id or 0, 0),
            )
            for reception in newest
        )
    )
