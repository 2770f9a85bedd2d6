"""A reception that was held and recorded, in whose first item a room had the floor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from room_client.keeping.cutting import cut
from room_client.keeping.keeper import Shot
from room_client.keeping.late_http import LateHttp
from room_client.keeping.shelf import Kept, KeptShelf
from server.data.columns import now
from server.receptions.conductor import CONDUCTOR
from server.receptions.restoring import restore
from server.receptions.tables import AgendaItem, FloorGrant, Reception
from server.rooms.keys import make_key
from server.rooms.tables import Room
from server.web.keys import SECRET
from signaling.late_messages import KeptSpan
from tests.database import Store
from tests.room_client.keeping.films import T, shots, write
from tests.scenarios.province import CAO_XANH, HA_KHANH
from tests.server.demo.fixtures import Province, filled, province
from tests.server.demo.office import chapter_label_of
from tests.server.review.recorded import Recorded, record

__all__ = ["filled", "province"]
ITEM_S, PAUSE_S = 4.0, 0.5
FLOOR_S = (0.5, 3.9)  # of the clock and of the file


@dataclass
class Held:
    """`began`: epoch; `item`: the first one, in which HA_KHANH had the floor."""

    made: Recorded
    began: float
    item: int
    keys: dict[str, str]
    http_address: str

    def http(self, room: str = HA_KHANH) -> LateHttp:
        return LateHttp(self.http_address, self.keys[room], "")


@pytest.fixture(scope="session")
def store(sqlite_store: Store) -> Store:
    """What is asked of the database are few plain questions: it is the other end that matters here."""
    return sqlite_store


@pytest.fixture(scope="module")
def takes() -> list[tuple[Shot, float]]:
    return list(shots("h264", 4.0))


@pytest.fixture
def held(province: Province) -> Held:
    def write_down(session: Session) -> Held:
        made = record(session, province.recordings, item_s=ITEM_S, pause_s=PAUSE_S)
        reception = session.get_one(Reception, made.reception)
        items = session.exec(select(AgendaItem).where(AgendaItem.reception_id == made.reception))
        item = min(items, key=lambda each: each.position)
        rooms = {room.code: room for room in session.exec(select(Room))}
        began = reception.planned_at
        grant = FloorGrant(
            reception_id=made.reception, item_id=item.id, room_id=rooms[HA_KHANH].id or 0,
            given_at=began + timedelta(seconds=FLOOR_S[0]), ended_at=began + timedelta(seconds=FLOOR_S[1]),
            given_by="system",
        )  # fmt: skip
        session.add(grant)
        secret = province.client.app[SECRET]
        keys = {code: make_key(secret, code, rooms[code].key_version) for code in (HA_KHANH, CAO_XANH)}
        return Held(made, began.timestamp(), item.id or 0, keys, str(province.client.make_url("/")))

    held = province.database.run_here(write_down)
    read = province.database.run_here(restore, now(), chapter_label_of)
    province.client.app[CONDUCTOR].live.around.rooms = {room.code: room for room in read.rooms}
    return held


@pytest.fixture
def kept(held: Held, takes: list[tuple[Shot, float]], tmp_path: Path) -> tuple[KeptShelf, Kept]:
    """Four seconds that began before the floor was given."""
    shelf = KeptShelf(tmp_path / "kept", 10**9)
    write(shelf, [(shot, at - T + held.began) for shot, at in takes], reception=held.made.reception)
    (kept,) = shelf.all()
    return shelf, kept


@pytest.fixture
def part(kept: tuple[KeptShelf, Kept], held: Held) -> tuple[Path, Kept]:
    """What of it is taken, as the room cut it."""
    shelf, whole = kept
    (part,) = cut(shelf, whole, [KeptSpan(started_at=held.began + FLOOR_S[0], ended_at=held.began + 3.4)])
    return shelf.film(part), part
