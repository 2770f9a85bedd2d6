"""What comes in from the register's form, and the sentence that stands beside each mistake.

A denunciation has a form of its own without a single field for a person; whatever else is sent is not read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from server.data.folding import fold
from server.petitions.register import Entry
from server.petitions.rules import CHANNEL_WORDS, DENUNCIATION_SUMMARY
from server.petitions.tables import Confidentiality, PetitionKind
from server.rooms.tables import Room, RoomLevel
from server.web.languages import N_

W = TypeVar("W", bound=StrEnum)
CODE = re.compile(r"[A-Z]{2,4}-[0-9]{1,8}")
FIELDS = (
    "code",
    "kind",
    "received_on",
    "channel",
    "petitioner_name",
    "petitioner_address",
    "petitioner_count",
    "summary",
    "content",
    "request",
    "place",
    "unit_in_charge",
    "confidentiality",
)
DENUNCIATION_FIELDS = ("code", "received_on", "channel", "opaque_reference")
LENGTHS = {
    "petitioner_name": 120,
    "petitioner_address": 200,
    "summary": 300,
    "unit_in_charge": 120,
    "opaque_reference": 60,
    "content": 20_000,
    "request": 5_000,
}

BAD_CODE = N_("Write the code as letters, a hyphen and a number, for instance KN-0231, or leave it empty.")
CODE_TAKEN = N_("Another petition has this code. Leave the field empty to get the next free one.")
BAD_DATE = N_("Enter the day of receipt; it cannot lie in the future.")
RECEIVED_TOO_LATE = N_("A later status of the petition is dated before this day. Check both days.")
BAD_CHOICE = N_("Choose one of the list.")
BAD_COUNT = N_("Enter how many people signed, a whole number from 1 to 100,000.")
NO_SUMMARY = N_("Say in one line what it is about, without names. Rooms in the audience read this line.")
NAME_IN_SUMMARY = N_("The line carries the petitioner's name. Rooms read it: say it without the name.")
NO_NAME = N_("Enter the petitioner's name, or of several petitioners the representative's.")
BAD_PLACE = N_("No such commune, ward or township exists on the day of receipt. Choose one of the list.")
NO_REFERENCE = N_("Enter the reference of the file kept outside this system, for instance HS-M/2026/07.")
TOO_LONG = N_("This text is too long. Shorten it.")


@dataclass(slots=True)
class Filled:
    """A form as it came: `values` to show it again, `mistakes` (field to sentence), `entry` if there are none."""

    values: dict[str, str]
    mistakes: dict[str, str] = field(default_factory=dict)
    entry: Entry | None = None


def place_label(room: Room) -> str:
    return f"{room.code} {room.name}, {room.district}".rstrip(", ")


def values_of(petition: Mapping[str, object], place: str = "") -> dict[str, str]:
    """A record as the form shows it."""
    values = {name: str(petition.get(name, "") or "") for name in {*FIELDS, *DENUNCIATION_FIELDS}}
    return {**values, "place": place}


def read(form: Mapping[str, object], communes: Sequence[Room], today: date) -> Filled:
    """A petition of any kind but a denunciation. `communes`: the ones that may be chosen."""
    filled = Filled(_texts(form, FIELDS))
    values = filled.values
    kind = _word(filled, "kind", PetitionKind)
    if kind == PetitionKind.DENUNCIATION:  # it has its own form; see the module
        filled.mistakes["kind"] = BAD_CHOICE
    code, received_on, channel = _register_fields(filled, today)
    count = values["petitioner_count"] or "1"
    if not count.isdecimal() or not 1 <= int(count) <= 100_000:
        filled.mistakes["petitioner_count"] = BAD_COUNT
    if not values["petitioner_name"]:
        filled.mistakes.setdefault("petitioner_name", NO_NAME)
    if not values["summary"]:
        filled.mistakes.setdefault("summary", NO_SUMMARY)
    elif values["petitioner_name"] and fold(values["petitioner_name"]) in fold(values["summary"]):
        filled.mistakes["summary"] = NAME_IN_SUMMARY
    place_code = _place_code(values["place"], communes)
    if place_code is None:
        filled.mistakes["place"] = BAD_PLACE
    confidentiality = _word(filled, "confidentiality", Confidentiality, Confidentiality.NORMAL)
    if not filled.mistakes and kind and received_on and confidentiality:
        filled.entry = Entry(
            code=code,
            kind=kind,
            received_on=received_on,
            channel=channel,
            petitioner_name=values["petitioner_name"],
            petitioner_address=values["petitioner_address"],
            petitioner_count=int(count),
            summary=values["summary"],
            content=values["content"],
            request=values["request"],
            place_code=place_code or "",
            unit_in_charge=values["unit_in_charge"],
            confidentiality=confidentiality,
        )
    return filled


def read_denunciation(form: Mapping[str, object], today: date) -> Filled:
    filled = Filled(_texts(form, DENUNCIATION_FIELDS))
    code, received_on, channel = _register_fields(filled, today)
    if not filled.values["opaque_reference"]:
        filled.mistakes.setdefault("opaque_reference", NO_REFERENCE)
    if not filled.mistakes and received_on:
        filled.entry = Entry(
            code=code,
            kind=PetitionKind.DENUNCIATION,
            received_on=received_on,
            channel=channel,
            summary=DENUNCIATION_SUMMARY,
            opaque_reference=filled.values["opaque_reference"],
        )
    return filled


def _register_fields(filled: Filled, today: date) -> tuple[str, date | None, str]:
    for name, limit in LENGTHS.items():
        if len(filled.values.get(name, "")) > limit:
            filled.mistakes[name] = TOO_LONG
    code = filled.values["code"].upper()
    if code and not CODE.fullmatch(code):
        filled.mistakes["code"] = BAD_CODE
    received_on = _day(filled.values["received_on"])
    if received_on is None or received_on > today:
        filled.mistakes["received_on"] = BAD_DATE
    channel = filled.values["channel"]
    if channel not in CHANNEL_WORDS:
        filled.mistakes["channel"] = BAD_CHOICE
    return code, received_on, channel


def _texts(form: Mapping[str, object], names: Sequence[str]) -> dict[str, str]:
    """Composed (NFC) and trimmed; a line field keeps no line break."""
    values = {}
    for name in names:
        value = form.get(name, "")
        text = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""
        values[name] = text if name in ("content", "request") else " ".join(text.split())
    return values


def _word(filled: Filled, name: str, words: type[W], default: W | None = None) -> W | None:
    value = filled.values.get(name, "")
    if not value and default is not None:
        return default
    try:
        return words(value)
    except ValueError:
        filled.mistakes[name] = BAD_CHOICE
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _place_code(text: str, communes: Sequence[Room]) -> str | None:
    """The code of the commune meant by a code, a line of the list, or a name that only one has. "" for none."""
    if not text:
        return ""
    wanted = fold(text)
    candidates = [room for room in communes if room.level == RoomLevel.COMMUNE]
    for room in candidates:
        if text[:5] == room.code or wanted == fold(place_label(room)):
            return room.code
    named = [
        room
        for room in candidates
        if wanted
        in (room.name_key, fold(room.name.removeprefix(room.type)), fold(f"{room.name}, {room.district}"))
    ]
    return named[0].code if len(named) == 1 else None
