"""A rehearsal with the rooms that are there: a reception that is in no table, so that nothing can ever count it.

It runs like any other, but that media records nothing, the recorder hears nothing of it, no roll is called, and of
its rows none is written. A restart of control ends it, and so does the opening of a real reception.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from server.receptions.effects import Effect, RecordingChanged
from server.receptions.programme import ReceptionFacts
from server.receptions.tables import ReceptionState

REHEARSAL = 0  # as the id of a reception; tables count from 1
TITLE = "Tổng duyệt đường truyền (thử, không tiếp công dân)"


def rehearsal_facts(now: datetime) -> ReceptionFacts:
    return ReceptionFacts(REHEARSAL, TITLE, ReceptionState.PLANNED, now)


def without_traces(effects: Iterable[Effect]) -> list[Effect]:
    """What is to be carried out of it: pictures and screens, no recording and no rows."""
    return [effect for effect in effects if not _is_trace(effect)]


def _is_trace(effect: Effect) -> bool:
    of = effect.recording if isinstance(effect, RecordingChanged) else effect
    return getattr(of, "reception", None) == REHEARSAL
