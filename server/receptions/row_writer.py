"""The one task that writes rows of the live reception, in their order, behind the pictures.

A floor change must not wait for a disk. Rows queue up here and are written in batches; while the database
cannot be written they stay, the console shows an alarm, and writing is tried again. A row the database will
never take (its item was deleted, say) is logged and left out after everything else of its batch was written.
The queue holds `LIMIT` rows, days of a reception; beyond that new attendance is left out, acts never.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from server.data.engine import Database
from server.receptions.effects import PresenceBegan, PresenceEnded, Row
from server.receptions.records import write
from server.web.languages import N_

LIMIT = 20_000
BATCH = 200
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0
_log = logging.getLogger(__name__)

NOT_WRITTEN_YET = N_("The database cannot be written. The session goes on; nothing is lost while the server runs.")
LEFT_OUT = N_("Part of the session record could not be written. Tell the technician.")


class RowWriter:
    def __init__(self, database: Database, alarm_changed: Callable[[], None]) -> None:
        self._database = database
        self._alarm_changed = alarm_changed
        self._rows: deque[Row] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.alarm = ""

    def put(self, row: Row) -> None:
        if len(self._rows) >= LIMIT and isinstance(row, (PresenceBegan, PresenceEnded)):
            self._raise_alarm(LEFT_OUT)
            return
        self._rows.append(row)
        self._idle.clear()
        self._wake.set()

    @property
    def waiting(self) -> int:
        return len(self._rows)

    def debug_snapshot(self) -> dict[str, object]:
        return {"waiting": self.waiting, "alarm": self.alarm}

    async def drained(self, timeout_s: float) -> bool:
        """Wait until everything put so far is written. False: it was not, within `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        """Never returns; cancel it after `drained`."""
        pause_s = _FIRST_PAUSE_S
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._rows:
                batch = [self._rows[index] for index in range(min(BATCH, len(self._rows)))]
                try:
                    await self._write(batch)
                except (OperationalError, InterfaceError, OSError) as error:
                    _log.error("rows cannot be written now: %s; %d wait", type(error).__name__, self.waiting)
                    self._raise_alarm(NOT_WRITTEN_YET)
                    await asyncio.sleep(pause_s)
                    pause_s = min(_LONGEST_PAUSE_S, 2 * pause_s)
                    continue
                for _ in batch:
                    self._rows.popleft()
                pause_s = _FIRST_PAUSE_S
                if self.alarm == NOT_WRITTEN_YET:
                    self._raise_alarm("")
            self._idle.set()

    async def _write(self, batch: list[Row]) -> None:
        """Raises what passes by itself; anything else concerns one row, which is found and left out."""
        try:
            await self._database.run(write, batch)
        except (OperationalError, InterfaceError, OSError):
            raise
        except (SQLAlchemyError, LookupError, ValueError):
            if len(batch) > 1:
                for row in batch:
                    await self._write([row])
                return
            _log.exception("left out: %s", type(batch[0]).__name__)
            self._raise_alarm(LEFT_OUT)

    def _raise_alarm(self, alarm: str) -> None:
        if self.alarm != alarm:
            self.alarm = alarm
            self._alarm_changed()
