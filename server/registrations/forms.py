"""What comes in from the form of a registration, and the sentence that stands beside each mistake.

A denunciation has a form of its own without a field for a person or for words; whatever else is sent is not read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from sqlmodel import Session

from server.petitions.citizens import linked_petition
from server.petitions.tables import PetitionKind
from server.receptions.tables import AHEAD, Reception
from server.registrations.queries import session_asked
from server.registrations.rules import RegistrationFault, Request, SessionAsked, faults
from server.registrations.tables import Registration, RegistrationWay
from server.web.asked import whole
from server.web.languages import N_

W = TypeVar("W", bound=StrEnum)
SENTENCES: dict[RegistrationFault, str] = {
    RegistrationFault.NO_DAY: N_("Enter the day on which they registered."),
    RegistrationFault.IN_THE_FUTURE: N_("This day lies in the future. Enter the day on which they registered."),
    RegistrationFault.LONG_AGO: N_("This day lies too far back. Write the year with four digits."),
    RegistrationFault.AFTER_THE_SESSION: N_(
        "The session was before this day. Check the day, or choose another one."
    ),
    RegistrationFault.NO_RECEPTION: N_("Choose one of the list."),
    RegistrationFault.NO_WAY: N_("Choose how they registered."),
    RegistrationFault.NO_PERSONS: N_("Enter how many persons want to come, a whole number from 1 to 10,000."),
    RegistrationFault.GROUP_OF_ONE: N_("One person is no group. Check the number of persons."),
    RegistrationFault.NO_KIND: N_("Choose one of the list."),
    RegistrationFault.NO_PETITION: N_("No petition has this code. Check it, or leave the field empty."),
    RegistrationFault.KIND_DIFFERS: N_("This petition is of another kind. Check the code and the kind."),
    RegistrationFault.NO_NAME: N_("Enter who asks, of a group the representative; or the code of the petition."),
    RegistrationFault.NO_SUMMARY: N_(
        "Say in one line what it is about, without names; or enter the petition's code."
    ),
    RegistrationFault.NAME_IN_SUMMARY: N_("The line carries the citizen's name. Say it without the name."),
    RegistrationFault.TOO_LONG: N_("This text is too long. Shorten it."),
    RegistrationFault.NO_REASON: N_("Choose why they are not received."),
    RegistrationFault.NO_BODY: N_(
        "Enter the body that is competent, for instance a department or a People's Committee."
    ),
    RegistrationFault.NAME_IN_BODY: N_("The body carries the citizen's name. Enter the body alone."),
}
LENGTHS = {"citizen_name": 120, "citizen_address": 200, "summary": 300}
FIELDS = ("made_on", "way", "reception", "persons", "as_group", "kind", "petition", *LENGTHS)
BODY_LENGTH = 120


@dataclass(slots=True)
class FilledRegistration:
    """The form as it came: `request` holds what could be read of it, and is to be used only without mistakes."""

    values: dict[str, str]
    request: Request
    mistakes: dict[str, str] = field(default_factory=dict)


def blank(values: Mapping[str, str]) -> FilledRegistration:
    """To be shown, and not to be read."""
    return FilledRegistration(dict.fromkeys(FIELDS, "") | dict(values), Request(None, None, None))


def read_registration(
    session: Session,
    form: Mapping[str, object],
    today: date,
    *,
    denunciation: bool,
    present: Registration | None = None,
) -> FilledRegistration:
    """`present`: what is changed; the reception it belongs to may stay, whatever became of that."""
    names = tuple(name for name in FIELDS if not denunciation or name not in (*LENGTHS, "kind"))
    values = {name: line_in(form, name) for name in names}
    reception = _session(session, values["reception"], None if present is None else present.reception_id)
    petition = linked_petition(session, values["petition"])
    kind = PetitionKind.DENUNCIATION if denunciation else word_in(values["kind"], PetitionKind)
    if kind is PetitionKind.DENUNCIATION and not denunciation:  # it has its own form; see the module
        kind = None
    request = Request(
        made_on=_day(values["made_on"]),
        way=word_in(values["way"], RegistrationWay),
        kind=kind,
        reception=reception,
        persons=whole(values["persons"], 9),
        as_group=values["as_group"] == "yes",
        petition=petition,
        citizen_name=values.get("citizen_name", ""),
        citizen_address=values.get("citizen_address", ""),
        summary=values.get("summary", ""),
    )
    found = faults(request, today)
    if values["petition"] and petition is None:
        found["petition"] = RegistrationFault.NO_PETITION
    if values["reception"] and reception is None:
        found["reception"] = RegistrationFault.NO_RECEPTION
    for name, limit in LENGTHS.items():
        if len(values.get(name, "")) > limit:
            found[name] = RegistrationFault.TOO_LONG
    shown = dict.fromkeys(FIELDS, "") | values
    return FilledRegistration(shown, request, {name: SENTENCES[fault] for name, fault in found.items()})


def values_of(row: Registration, petition_code: str) -> dict[str, str]:
    """A registration as the form shows it."""
    return {
        "made_on": row.made_on.isoformat(),
        "way": str(row.way),
        "reception": str(row.reception_id or ""),
        "persons": str(row.persons),
        "as_group": "yes" if row.as_group else "",
        "kind": str(row.kind),
        "petition": petition_code,
        "citizen_name": row.citizen_name,
        "citizen_address": row.citizen_address,
        "summary": row.summary,
    }


def line_in(form: Mapping[str, object], name: str) -> str:
    """Composed (NFC), on one line."""
    value = form.get(name, "")
    return " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else ""


def _session(session: Session, text: str, present: int | None) -> SessionAsked | None:
    number = whole(text, 9)
    reception = session.get(Reception, number) if number else None
    if reception is None:
        return None
    ahead = reception.state in AHEAD
    return session_asked(reception) if ahead or reception.id == present else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def word_in(text: str, words: type[W]) -> W | None:
    """None: it is none of them."""
    return words(text) if text in set(words) else None
