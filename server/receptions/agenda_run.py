"""The agenda while it is being worked through: what is heard now, what waits, what was heard when.

The order of a step is always the same: the hearing that ends is written before the one that begins, with the
same moment, so that chapters neither overlap nor leave a hole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from server.receptions.effects import ItemCalled, ItemClosed, ItemFinished, ItemReopened, Row
from server.receptions.programme import HearingSpan, ItemFacts, ReceptionFacts
from server.receptions.rules import audience_of, stays_closed
from server.receptions.tables import ItemState
from signaling.messages import RoomCode
from signaling.ports import ChapterMark
from signaling.refusals import RefusalCode, Refused

Label = Callable[[ItemFacts, bool], str]
"""Names a chapter: the item, and whether it was heard closed."""


@dataclass(slots=True)
class RunningItem:
    facts: ItemFacts
    state: ItemState
    closed: bool


class AgendaRun:
    def __init__(self, reception: ReceptionFacts) -> None:
        self._reception = reception.id
        self.items = {item.id: RunningItem(item, item.state, item.closed) for item in reception.items}
        self.hearings: list[HearingSpan] = list(reception.hearings)
        self.present: RunningItem | None = next(
            (item for item in self.items.values() if item.state is ItemState.OPEN), None
        )

    def in_order(self) -> list[RunningItem]:
        return sorted(self.items.values(), key=lambda item: item.facts.position)

    # --- steps -------------------------------------------------------------------------------------

    def next_waiting(self) -> RunningItem:
        """Raises Refused(NO_NEXT_ITEM)."""
        for item in self.in_order():
            if item.state is ItemState.WAITING:
                return item
        raise Refused(RefusalCode.NO_NEXT_ITEM)

    def item(self, number: int | None) -> RunningItem:
        """Raises Refused(UNKNOWN_ITEM)."""
        found = self.items.get(number) if number is not None else None
        if found is None:
            raise Refused(RefusalCode.UNKNOWN_ITEM, came=str(number), allowed="an item of this agenda")
        return found

    def call(self, item: RunningItem, actor: str, now: datetime) -> list[Row]:
        rows = self.finish(actor, now)
        item.closed = item.closed or stays_closed(item.facts)
        item.state = ItemState.OPEN
        self.present = item
        self._hear(item, now)
        rows.append(ItemCalled(self._reception, item.facts.id, now, actor, item.closed))
        return rows

    def finish(self, actor: str, now: datetime) -> list[Row]:
        """Nothing to do between items."""
        if self.present is None:
            return []
        item, self.present = self.present, None
        item.state = ItemState.DONE
        self._stop_hearing(now)
        return [ItemFinished(self._reception, item.facts.id, now, actor)]

    def close(self, actor: str, reason: str, now: datetime) -> list[Row]:
        """Pressing it twice is no mistake: the second time does nothing."""
        item = self.present
        if item is None or item.closed:
            return []
        item.closed = True
        self._stop_hearing(now)
        self._hear(item, now)
        return [ItemClosed(self._reception, item.facts.id, now, actor, reason)]

    def reopen(self, actor: str, now: datetime) -> list[Row]:
        item = self.present
        if item is None or not item.closed:
            return []
        item.closed = False
        self._stop_hearing(now)
        self._hear(item, now)
        return [ItemReopened(self._reception, item.facts.id, now, actor)]

    def _hear(self, item: RunningItem, now: datetime) -> None:
        self.hearings.append(HearingSpan(item.facts.id, now, None, item.closed))

    def _stop_hearing(self, now: datetime) -> None:
        if self.hearings and self.hearings[-1].ended_at is None:
            self.hearings[-1] = replace(self.hearings[-1], ended_at=now)

    # --- the plan changed while the reception runs -------------------------------------------------

    def take_plan(self, items: Iterable[ItemFacts]) -> bool:
        """Items still waiting follow the plan; those that were called keep their place.

        Returns True if the item being heard must be closed at once, because it now stays closed.
        """
        planned = {item.id: item for item in items}
        for number, running in list(self.items.items()):
            if running.state is not ItemState.WAITING:
                continue
            if number in planned:
                running.facts, running.closed = planned[number], planned[number].closed
            else:
                del self.items[number]
        for number, facts in planned.items():
            if number not in self.items:
                self.items[number] = RunningItem(facts, ItemState.WAITING, facts.closed)
        present = self.present
        if present is None or present.closed or present.facts.id not in planned:
            return False
        if not stays_closed(planned[present.facts.id]):
            return False
        present.facts = replace(planned[present.facts.id], position=present.facts.position)
        return True

    # --- questions ---------------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        return self.present is not None and self.present.closed

    def audience(self) -> tuple[RoomCode, ...] | None:
        """Who may receive now besides the desk; None: every room. Between items the stage is open to all."""
        return None if self.present is None else audience_of(self.present.facts, self.present.closed)

    def seconds_heard(self, item: int, now: datetime) -> float:
        return sum(
            ((span.ended_at or now) - span.started_at).total_seconds()
            for span in self.hearings
            if span.item == item
        )

    def opened_at(self, item: int) -> datetime | None:
        return next((span.started_at for span in self.hearings if span.item == item), None)

    def chapters(self, label: Label) -> tuple[ChapterMark, ...]:
        """Every hearing so far; a closed one names nothing but its position."""
        return tuple(
            self._chapter(span, self.items[span.item].facts, label)
            for span in self.hearings
            if span.item in self.items
        )

    @staticmethod
    def _chapter(span: HearingSpan, item: ItemFacts, label: Label) -> ChapterMark:
        return ChapterMark(
            item=item.id,
            position=item.position,
            label=label(item, span.closed),
            petitions=() if span.closed else item.petition_codes,
            started_at=span.started_at.timestamp(),
            ended_at=span.ended_at.timestamp() if span.ended_at is not None else None,
            closed=span.closed,
        )
