"""Ten years of receptions, one a week: their agenda, who was there, the floor, and what was recorded."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from server.petitions.tables import PetitionKind
from server.receptions.tables import (
    Audience,
    ItemState,
    Presence,
    Receiver,
    ReceptionMode,
    ReceptionState,
    RecordingState,
)
from server.rooms.tables import Room
from server.web.languages import HERE

ITEMS = 8
_PRESENT = 0.9
"""Of the rooms that are invited so many come."""


@dataclass
class Rows:
    reception: list[dict[str, Any]] = field(default_factory=list)
    agenda_item: list[dict[str, Any]] = field(default_factory=list)
    agenda_item_petition: list[dict[str, Any]] = field(default_factory=list)
    agenda_item_room: list[dict[str, Any]] = field(default_factory=list)
    hearing: list[dict[str, Any]] = field(default_factory=list)
    floor_grant: list[dict[str, Any]] = field(default_factory=list)
    attendance: list[dict[str, Any]] = field(default_factory=list)
    recording: list[dict[str, Any]] = field(default_factory=list)
    chapter: list[dict[str, Any]] = field(default_factory=list)


def invent(years: int, today: date, rooms: Sequence[Room], petitions: Sequence[dict[str, Any]], seed: int) -> Rows:
    """`petitions`: rows, the oldest first; each reception hears some that came shortly before it."""
    chance = random.Random(seed)
    rows = Rows()
    weeks = min(years * 52, len(petitions) // ITEMS)  # none without petitions to hear
    for number in range(1, weeks + 1):
        day = today - timedelta(weeks=weeks - number, days=today.weekday())
        begins = datetime.combine(day, time(8), HERE)
        reach = max(ITEMS, len(petitions) * number // weeks)
        heard = chance.sample(petitions[max(0, reach - 400) : reach], ITEMS)
        _hold(rows, number, begins, heard, rooms, chance)
    return rows


def _hold(
    rows: Rows,
    number: int,
    begins: datetime,
    heard: Sequence[dict[str, Any]],
    rooms: Sequence[Room],
    chance: random.Random,
) -> None:
    clock = begins
    rows.recording.append(
        {
            "id": number, "reception_id": number, "folder": f"r{number}-{begins:%Y%m%d}",
            "state": RecordingState.SEALED, "file": "reception.mp4", "media_type": "video/mp4",
            "started_at": begins, "seconds": 9000.0, "bytes": 2_000_000_000, "segments": 30, "gaps": 0, "note": "",
        }
    )  # fmt: skip
    for position, petition in enumerate(heard, 1):
        closed = petition["kind"] is PetitionKind.DENUNCIATION
        item = (number - 1) * ITEMS + position
        audience = Audience.CLOSED if closed else chance.choice((Audience.ALL, Audience.ROOMS))
        rows.agenda_item.append(
            {
                "id": item, "reception_id": number, "position": position, "title": petition["summary"],
                "audience": audience, "state": ItemState.DONE, "closed": False,
            }
        )  # fmt: skip
        rows.agenda_item_petition.append({"item_id": item, "petition_id": petition["id"]})
        if audience is Audience.ROOMS:
            allowed = chance.sample(rooms, 3)
            rows.agenda_item_room += [{"item_id": item, "room_id": room.id} for room in allowed]
        ends = clock + timedelta(minutes=chance.randint(8, 30))
        rows.hearing.append({"item_id": item, "started_at": clock, "ended_at": ends, "closed": closed})
        if not closed:
            starts_s = (clock - begins).total_seconds()
            ends_s = (ends - begins).total_seconds()
            rows.chapter.append({"recording_id": number, "item_id": item, "starts_s": starts_s, "ends_s": ends_s})
            rows.floor_grant.append(
                {
                    "reception_id": number, "item_id": item, "room_id": chance.choice(rooms).id,
                    "given_at": clock, "ended_at": ends, "given_by": "account:1",
                }
            )  # fmt: skip
        clock = ends
    rows.reception.append(
        {
            "id": number, "title": f"Phiên tiếp công dân định kỳ {begins:%d/%m/%Y}",
            "mode": ReceptionMode.PERIODIC, "place": "Trụ sở Tiếp công dân tỉnh", "host_name": "Vũ Đình Lãm",
            "planned_at": begins, "state": ReceptionState.ENDED, "opened_at": begins, "ended_at": clock,
            "received_by": Receiver.HEAD if chance.random() < 0.7 else Receiver.DELEGATE, "nobody_came": False,
        }
    )  # fmt: skip
    rows.attendance += [
        {
            "reception_id": number, "room_id": room.id, "presence": presence,
            "started_at": begins, "ended_at": clock,
        }
        for room in rooms
        if chance.random() < _PRESENT
        for presence in (Presence.CONNECTED, Presence.RECEIVING)
    ]  # fmt: skip
