"""Ten years of visits: most petitions that were handed over came with one, and each reception has its visitors."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from server.petitions.citizens import search_key
from server.petitions.tables import PetitionKind
from server.visits.tables import VisitOutcome
from server.web.languages import HERE

_PER_RECEPTION = 12
_UNITS = ("Chuyên viên Ban Tiếp công dân tỉnh", "Phó Trưởng Ban Tiếp công dân tỉnh")
_Row = dict[str, Any]


@dataclass
class Rows:
    visit: list[_Row] = field(default_factory=list)


def invent(petitions: Sequence[_Row], receptions: Sequence[_Row], seed: int) -> Rows:
    chance = random.Random(seed)
    came = [*_daily(petitions, chance), *_to_receptions(petitions, receptions, chance)]
    came.sort(key=lambda row: row["came_at"])
    numbers: dict[int, int] = defaultdict(int)
    for number, row in enumerate(came, 1):
        numbers[row["year"]] += 1
        row |= {"id": number, "number": numbers[row["year"]]}
    return Rows(came)


def _daily(petitions: Sequence[_Row], chance: random.Random) -> Iterator[_Row]:
    for petition in petitions:
        if petition["channel"] == "direct":
            moment = datetime.combine(petition["received_on"], time(chance.randint(7, 16), 15), tzinfo=HERE)
            yield _visit(chance, moment, petition, None)


def _to_receptions(petitions: Sequence[_Row], receptions: Sequence[_Row], chance: random.Random) -> Iterator[_Row]:
    for reception in receptions:
        for _ in range(chance.randint(0, _PER_RECEPTION)):
            moment = reception["planned_at"] + timedelta(minutes=chance.randint(0, 180))
            yield _visit(chance, moment, chance.choice(petitions), reception["id"])


def _visit(chance: random.Random, moment: datetime, petition: Mapping[str, Any], reception: int | None) -> _Row:
    secret = petition["kind"] is PetitionKind.DENUNCIATION
    name = "" if secret else petition["petitioner_name"]
    persons = chance.choice((1, 1, 1, 2, 3, 8))
    return {
        "year": moment.year, "came_at": moment, "reception_id": reception, "persons": persons,
        "as_group": persons > 1, "kind": petition["kind"], "nth_time": chance.choice((1, 1, 2)),
        "petition_id": petition["id"], "visitor_name": name, "visitor_address": "", "summary": "",
        "outcome": chance.choice(list(VisitOutcome)), "ground": None, "document": "", "appointed_id": None,
        "search_key": "" if secret else search_key("", name, ""), "recorded_at": moment,
        "recorded_by": "account:2", "unit": chance.choice(_UNITS), "withdrawn_at": None, "withdrawn_by": "",
        "withdrawn_because": None,
    }  # fmt: skip
