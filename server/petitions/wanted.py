"""A question to the register, as it stands in the page's address, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from server.deadlines.computing import State
from server.petitions.categories import CaseAge, CaseFlag, Channel
from server.petitions.tables import PetitionKind, PetitionStatus
from server.web.asked import page_in

W = TypeVar("W", bound=StrEnum)
DEADLINES = (State.OVERDUE, State.SOON)
_TEXT = 200


class Sorting(StrEnum):
    """What everybody who reads a code may order by: a place or a unit would tell something by its order."""

    RECEIVED = "received"
    CODE = "code"
    KIND = "kind"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`several`: only petitions with several contents. `upwards`: the smallest first."""

    text: str = ""
    kind: PetitionKind | None = None
    several: bool = False
    status: PetitionStatus | None = None
    channel: Channel | None = None
    received_from: date | None = None
    received_to: date | None = None
    district_code: str = ""
    place: str = ""  # a code, or what `Places` understands
    unit: str = ""
    field: str = ""
    case_age: CaseAge | None = None
    flag: CaseFlag | None = None
    deadline: State | None = None  # of the most urgent duty; `due_queries` answers it
    sorting: Sorting = Sorting.RECEIVED
    upwards: bool = False
    page: int = 1

    @property
    def asks_record(self) -> bool:
        """By what is told only to those who read the record."""
        return bool(self.district_code or self.place or self.unit or self.field or self.case_age or self.flag)


SEVERAL = "mixed"
"""In the place of a kind."""
FILTERS = (
    "q",
    "kind",
    "status",
    "channel",
    "from",
    "to",
    "district",
    "place",
    "unit",
    "field",
    "age",
    "flag",
    "deadline",
)
"""The names in the address; beside them sort, up and page."""


def wanted_in(query: Mapping[str, str]) -> Wanted:
    """Whatever means nothing is left out: an address may be old or typed by hand."""
    page = query.get("page", "")
    return Wanted(
        text=query.get("q", "")[:_TEXT].strip(),
        kind=_word(PetitionKind, query.get("kind", "")),
        several=query.get("kind") == SEVERAL,
        status=_word(PetitionStatus, query.get("status", "")),
        channel=_word(Channel, query.get("channel", "")),
        received_from=_day(query.get("from", "")),
        received_to=_day(query.get("to", "")),
        district_code=query.get("district", "")[:3],
        place=query.get("place", "")[:_TEXT].strip(),
        unit=" ".join(query.get("unit", "")[:_TEXT].split()),
        field=query.get("field", "")[:40],
        case_age=_word(CaseAge, query.get("age", "")),
        flag=_word(CaseFlag, query.get("flag", "")),
        deadline=next((state for state in DEADLINES if state == query.get("deadline")), None),
        sorting=_word(Sorting, query.get("sort", "")) or Sorting.RECEIVED,
        upwards=query.get("up") == "1",
        page=page_in(page),
    )


def kept_filters(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in FILTERS if query.get(name)}


def filters_without_words(wanted: Wanted) -> dict[str, str]:
    """For the audit log: what somebody typed may be a name, so of it only that there was something."""
    told = {
        "kind": SEVERAL if wanted.several else wanted.kind,
        "status": wanted.status,
        "channel": wanted.channel,
        "from": wanted.received_from,
        "to": wanted.received_to,
        "district": wanted.district_code if wanted.district_code.isdecimal() else "",
        "field": wanted.field if wanted.field.isidentifier() else "",
        "age": wanted.case_age,
        "flag": wanted.flag,
        "deadline": wanted.deadline,
    }
    typed = {"q": wanted.text, "place": wanted.place, "unit": wanted.unit}
    told |= {name: "…" for name, text in typed.items() if text}
    return {name: str(value) for name, value in told.items() if value}


def _word(words: type[W], value: str) -> W | None:
    return words(value) if value in set(words) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
