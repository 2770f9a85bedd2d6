"""Bringing a file of rooms into the registry: good rows go in, refused ones are listed, and twice is once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlmodel import Session, select

from server.data.folding import fold
from server.people import audit
from server.rooms.registry_file import RoomRow, read_registry
from server.rooms.tables import Room, RoomLevel
from server.row_files import RefusedRow
from server.web.languages import N_

SAMPLE = Path(__file__).parent / "data" / "quang-ninh-2020-2024.csv"
"""The demonstration's registry: the desk, 13 districts and 177 communes."""


@dataclass(frozen=True)
class ImportReport:
    """How many rooms were added, changed and already the same, and which rows were refused."""

    added: int
    updated: int
    unchanged: int
    refused: tuple[RefusedRow, ...]


def import_rooms(
    session: Session,
    content: bytes,
    *,
    actor: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> ImportReport:
    """`content` is a CSV file (see `registry_file`). One audit event tells the counts."""
    file = read_registry(content, valid_from=valid_from, valid_to=valid_to)
    refused = list(file.refused)
    known: dict[str, list[Room]] = defaultdict(list)
    for room in session.exec(select(Room)):
        known[room.code].append(room)
    added = updated = unchanged = 0
    for row in file.rows:
        same = next((room for room in known[row.code] if room.valid_from == row.valid_from), None)
        others = [room for room in known[row.code] if room is not same]
        if any(_overlap(room, row) for room in others):
            refused.append(
                RefusedRow(
                    row.line,
                    "valid_from",
                    f"{row.code}, {row.valid_from.isoformat()}",
                    N_("a time in which no other room has this code"),
                )
            )
        elif row.level is RoomLevel.PROVINCE and _second_desk(known, row):
            refused.append(RefusedRow(row.line, "code", row.code, N_("one provincial desk at a time")))
        elif same is None:
            room = _new(row, others)
            session.add(room)
            known[row.code].append(room)
            added += 1
        elif _update(same, row):
            session.add(same)
            updated += 1
        else:
            unchanged += 1
    session.flush()
    refused.sort(key=lambda wrong: wrong.line)
    counts = {"added": added, "updated": updated, "unchanged": unchanged, "refused": len(refused)}
    audit.record(session, actor, "rooms_imported", "", counts)
    return ImportReport(added, updated, unchanged, tuple(refused))


def _new(row: RoomRow, former: list[Room]) -> Room:
    # A code may be used again for another place: its keys must not open the new room.
    version = max((room.key_version for room in former), default=0) + 1
    return Room(
        code=row.code,
        name=row.name,
        name_key=fold(row.name),
        type=row.type,
        level=row.level,
        district_code=row.district_code,
        district=row.district,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        key_version=version,
    )


def _update(room: Room, row: RoomRow) -> bool:
    wanted = {
        "name": row.name,
        "name_key": fold(row.name),
        "type": row.type,
        "level": row.level,
        "district_code": row.district_code,
        "district": row.district,
        "valid_to": row.valid_to,
    }
    changed = {name: value for name, value in wanted.items() if getattr(room, name) != value}
    for name, value in changed.items():
        setattr(room, name, value)
    return bool(changed)


def _second_desk(known: dict[str, list[Room]], row: RoomRow) -> bool:
    return any(
        room.level is RoomLevel.PROVINCE and room.code != row.code and _overlap(room, row)
        for rooms in known.values()
        for room in rooms
    )


def _overlap(room: Room, row: RoomRow) -> bool:
    ends_before = row.valid_to is not None and row.valid_to < room.valid_from
    starts_after = room.valid_to is not None and room.valid_to < row.valid_from
    return not ends_before and not starts_after
