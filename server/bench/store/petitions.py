"""Invented petitions of ten years, from a seed: shares, texts and histories as an office has them.

Shares of kinds after the province's figures of 2019 (recommendations and reflections nine of ten, denunciations
one in two hundred). Nearly all are filed in the end, on the average four months after receipt; one in fifty stays
open for good.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from server.deadlines.rules import DeadlineKey
from server.demo.petitions import entries
from server.petitions.categories import Outcome, Settled
from server.petitions.register import search_key
from server.petitions.rules import CODE_PREFIXES, DENUNCIATION_SUMMARY
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus
from server.petitions.transitions import outcomes
from server.rooms.tables import Room

_S, _K = PetitionStatus, PetitionKind
_KINDS = ((_K.RECOMMENDATION, 55), (_K.REFLECTION, 36), (_K.COMPLAINT, 85 / 10), (_K.DENUNCIATION, 0.5))
_CHANNELS = (("direct", 55), ("post", 25), ("forwarded", 15), ("peoples_council", 4), ("press", 1))
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Lý")
_MIDDLE = ("Văn", "Thị", "Đức", "Minh", "Thị Thu", "Quang", "Xuân", "Hữu", "Thị Bích", "Ngọc")
_GIVEN = ("An", "Bình", "Cường", "Dũng", "Hà", "Hải", "Hạnh", "Hoa", "Hùng", "Khánh", "Lan", "Liên", "Long", "Mai",
          "Nga", "Oanh", "Phúc", "Quyết", "Sơn", "Thảo", "Tuấn", "Vân", "Yến")  # fmt: skip
_OTHERS = (
    ((_S.FORWARDED,), 50),
    ((_S.SETTLED,), 25),
    ((_S.GUIDED,), 20),
    ((_S.ACCEPTED, _S.IN_SETTLEMENT, _S.SETTLED), 5),
)
_WAYS: dict[PetitionKind, tuple[tuple[tuple[PetitionStatus, ...], float], ...]] = {
    _K.RECOMMENDATION: _OTHERS,
    _K.REFLECTION: _OTHERS,
    _K.COMPLAINT: (
        ((_S.ACCEPTED, _S.IN_SETTLEMENT, _S.SETTLED, _S.IN_EXECUTION), 40),
        ((_S.GUIDED,), 20),
        ((_S.FORWARDED,), 20),
        ((_S.NOT_ACCEPTED,), 10),
        ((_S.RETURNED,), 5),
        ((_S.ACCEPTED, _S.SUSPENDED, _S.IN_SETTLEMENT, _S.SETTLED), 3),
        ((_S.ACCEPTED, _S.WITHDRAWN), 2),
    ),
    _K.DENUNCIATION: (((_S.FORWARDED,), 70), ((_S.ACCEPTED, _S.IN_SETTLEMENT, _S.SETTLED), 30)),
}
_RECENT = 2000
"""One petition in ten is about the case of one of so many before it."""
_STUCK = 0.02
"""Of those that came to an end so many are never filed, or stay where they are."""


@dataclass
class Rows:
    """Of each table, as it takes them."""

    petition: list[dict[str, Any]] = field(default_factory=list)
    petition_status_change: list[dict[str, Any]] = field(default_factory=list)
    petition_notice: list[dict[str, Any]] = field(default_factory=list)

    @property
    def still_open(self) -> int:
        return sum(row["status"] != _S.FILED for row in self.petition)


def invent(count: int, years: int, today: date, rooms: Sequence[Room], seed: int) -> Rows:
    """`rooms`: the communes where they arise. The same seed and day give the same rows."""
    chance = random.Random(seed)
    rows = Rows()
    sentences = [part for entry in entries(today) for part in entry.content.split(". ") if part]
    summaries = [entry.summary for entry in entries(today) if entry.kind != _K.DENUNCIATION]
    units = sorted({entry.unit_in_charge for entry in entries(today)} - {""})
    numbers = dict.fromkeys(PetitionKind, 0)
    days = sorted(chance.randrange(years * 365) for _ in range(count))
    for petition_id, ago in enumerate(reversed(days), 1):
        (kind,) = chance.choices([k for k, _ in _KINDS], [share for _, share in _KINDS])
        numbers[kind] += 1
        received = today - timedelta(days=ago)
        room = chance.choice(rooms)
        petition = Petition(
            id=petition_id, code=f"{CODE_PREFIXES[kind]}-{numbers[kind]:04}", kind=kind, received_on=received,
            channel=chance.choices([c for c, _ in _CHANNELS], [share for _, share in _CHANNELS])[0],
            summary=DENUNCIATION_SUMMARY, status=_S.RECEIVED, confidentiality=Confidentiality.CONFIDENTIAL,
            created_at=datetime.combine(received, time(2), UTC),
        )  # fmt: skip
        if kind is _K.DENUNCIATION:
            petition.opaque_reference = f"HS-M/{received.year}/{numbers[kind]}"
        else:
            normal = chance.random() > 0.01
            petition.confidentiality = Confidentiality.NORMAL if normal else Confidentiality.CONFIDENTIAL
            petition.petitioner_name = " ".join(map(chance.choice, (_FAMILY, _MIDDLE, _GIVEN)))
            petition.petitioner_address = f"Tổ {chance.randint(1, 20)}, khu {chance.randint(1, 12)}, {room.name}"
            petition.summary = f"{chance.choice(summaries)[:200]}, {room.name}"
            petition.content = ". ".join(chance.choices(sentences, k=chance.randint(2, 7)))
            petition.request = chance.choice(sentences)
            petition.place_code = room.code
            petition.unit_in_charge = chance.choice(units)
        petition.eligible, petition.in_competence = chance.random() < 0.95, chance.random() < 0.3
        petition.settled = chance.choice(list(Settled))
        if len(rows.petition) > _RECENT and kind is not _K.DENUNCIATION and chance.random() < 0.1:
            earlier = chance.choice(rows.petition[-_RECENT:])
            petition.earlier_id = None if earlier["kind"] is _K.DENUNCIATION else earlier["id"]
        petition.search_key = search_key(petition, f"{room.name} {room.district}")
        _live(petition, list(_way(kind, chance)), today, chance, rows)
        rows.petition.append(petition.model_dump())
    return rows


def _way(kind: PetitionKind, chance: random.Random) -> Iterator[PetitionStatus]:
    ways = _WAYS[kind]
    (way,) = chance.choices([way for way, _ in ways], [share for _, share in ways])
    if chance.random() < _STUCK:
        yield from way[: chance.randint(0, len(way))]
        return
    yield from way
    yield _S.FILED


def _outcome(petition: Petition, status: PetitionStatus, chance: random.Random) -> Outcome | None:
    possible = outcomes(petition.kind, petition.instance) if status is _S.SETTLED else ()
    return chance.choice(possible) if possible else None


def _live(
    petition: Petition, way: Sequence[PetitionStatus], today: date, chance: random.Random, rows: Rows
) -> None:
    """Its history up to today."""
    day, previous = petition.received_on, None
    for status in (_S.RECEIVED, *way):
        if status is not _S.RECEIVED:
            day += timedelta(days=chance.randint(20, 180) if status is _S.FILED else chance.randint(1, 35))
        if day > today:
            break
        rows.petition_status_change.append(
            {
                "petition_id": petition.id, "status": status, "previous": previous, "holds_on": day,
                "document": "" if status in (_S.RECEIVED, _S.FILED) else f"{chance.randint(1, 4000)}/QĐ-UBND",
                "reason": "", "outcome": _outcome(petition, status, chance),
                "recorded_at": datetime.combine(day, time(3), UTC), "recorded_by": "account:2",
                "unit": "Ban Tiếp công dân tỉnh",
            }
        )  # fmt: skip
        if status is _S.SETTLED and petition.kind is _K.COMPLAINT and chance.random() < 0.9:
            sent = min(today, day + timedelta(days=chance.randint(0, 4)))
            rows.petition_notice.append(
                {
                    "petition_id": petition.id, "key": DeadlineKey.COMPLAINT_DECISION_SEND_1, "trigger_on": day,
                    "done_on": sent, "document": "", "recorded_at": datetime.combine(sent, time(3), UTC),
                    "recorded_by": "account:2", "unit": "Ban Tiếp công dân tỉnh",
                }
            )  # fmt: skip
        petition.status, previous = status, status
