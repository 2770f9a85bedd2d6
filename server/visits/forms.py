"""What comes in from the form of a visit, and the sentence that stands beside each mistake.

A denunciation has a form of its own without a field for a person or for words; whatever else is sent is not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from server.petitions.citizens import linked_petition
from server.petitions.tables import PetitionKind
from server.receptions.tables import Reception, ReceptionState
from server.registrations.forms import line_in, word_in
from server.registrations.tables import DeclineGround
from server.visits.queries import session_of
from server.visits.rules import Entry, SessionOfVisit, VisitFault, faults, notice_missing
from server.visits.tables import Visit, VisitOutcome
from server.web.asked import whole
from server.web.languages import HERE, N_

SENTENCES: dict[VisitFault, str] = {
    VisitFault.NO_MOMENT: N_("Enter day and time at which they came."),
    VisitFault.IN_THE_FUTURE: N_("This moment has not come yet. Record a visit when it has taken place."),
    VisitFault.LONG_AGO: N_("This day lies too far back. Write the year with four digits."),
    VisitFault.OTHER_DAY: N_("The session was on another day. Check the day, or choose another reception."),
    VisitFault.OTHER_YEAR: N_(
        "The number belongs to another year's register. Withdraw this visit and record it again."
    ),
    VisitFault.NO_RECEPTION: N_("Choose one of the list."),
    VisitFault.NO_PERSONS: N_("Enter how many persons came, a whole number from 1 to 10,000."),
    VisitFault.GROUP_OF_ONE: N_("One person is no group. Check the number of persons."),
    VisitFault.NO_KIND: N_("Choose one of the list."),
    VisitFault.NO_COUNT: N_("Enter 1 for the first reception on this matter, 2 for the second, and so on."),
    VisitFault.NO_PETITION: N_("No petition has this code. Check it, or leave the field empty."),
    VisitFault.KIND_DIFFERS: N_("This petition is of another kind. Check the code and the kind."),
    VisitFault.NO_NAME: N_("Enter who came, of a group the representative; or the code of the petition."),
    VisitFault.NO_SUMMARY: N_("Say in one line what it is about, without names; or enter the petition's code."),
    VisitFault.NAME_IN_SUMMARY: N_("The line carries the visitor's name. Say it without the name."),
    VisitFault.TOO_LONG: N_("This text is too long. Shorten it."),
    VisitFault.NO_OUTCOME: N_("Choose what was done."),
    VisitFault.NO_GROUND: N_("Choose the ground of Article 9 on which nobody was received."),
    VisitFault.NO_APPOINTMENT: N_(
        "Choose the planned reception they were asked to come to, not before the visit."
    ),
    VisitFault.NO_NOTICE: N_(
        "On this ground the head issues a notice of refusal (form 01). Enter its number; or say that it is entered"
        " later."
    ),
    VisitFault.BAD_NUMBER: N_("Write the number as on the document, without names: 123/QĐ-UBND, 45/2026/TB-TTr."),
}
LENGTHS = {"visitor_name": 120, "visitor_address": 200, "summary": 300}
_CAME = ("day", "clock", "reception", "persons", "as_group")
_DONE = ("outcome", "ground", "document", "notice_later", "appointed")
FIELDS = (*_CAME, "kind", "nth_time", "petition", *_DONE, *LENGTHS)


@dataclass(slots=True)
class FilledVisit:
    """The form as it came: `entry` holds what could be read of it, and is to be used only without mistakes."""

    values: dict[str, str]
    entry: Entry
    mistakes: dict[str, str] = field(default_factory=dict)


def read_visit(
    session: Session, form: Mapping[str, object], now: datetime, *, denunciation: bool, year: int | None = None
) -> FilledVisit:
    """`year`: of the register the visit stands in already."""
    names = tuple(name for name in FIELDS if not denunciation or name not in (*LENGTHS, "kind"))
    values = {name: line_in(form, name) for name in names}
    reception, wrong_reception = _session(session, values["reception"])
    appointed, _ = _session(session, values["appointed"], ReceptionState.PLANNED)
    petition = linked_petition(session, values["petition"])
    kind = PetitionKind.DENUNCIATION if denunciation else word_in(values["kind"], PetitionKind)
    if kind is PetitionKind.DENUNCIATION and not denunciation:  # it has its own form; see the module
        kind = None
    nth_time = values["nth_time"]
    entry = Entry(
        came_at=_moment(values),
        kind=kind,
        outcome=word_in(values["outcome"], VisitOutcome),
        reception=reception,
        persons=_number(values["persons"]),
        as_group=values["as_group"] == "yes",
        nth_time=_number(nth_time) if nth_time else None,
        petition=petition,
        visitor_name=values.get("visitor_name", ""),
        visitor_address=values.get("visitor_address", ""),
        summary=values.get("summary", ""),
        ground=word_in(values["ground"], DeclineGround),
        document=values["document"],
        notice_later=values["notice_later"] == "yes",
        appointed=appointed,
    )
    found = faults(entry, now)
    if values["petition"] and petition is None:
        found["petition"] = VisitFault.NO_PETITION
    if wrong_reception:
        found["reception"] = VisitFault.NO_RECEPTION
    if nth_time and entry.nth_time is None:
        found["nth_time"] = VisitFault.NO_COUNT
    if entry.came_at is not None and year is not None and entry.came_at.astimezone(HERE).year != year:
        found["day"] = VisitFault.OTHER_YEAR
    for name, limit in LENGTHS.items():
        if len(values.get(name, "")) > limit:
            found[name] = VisitFault.TOO_LONG
    registration = form.get("registration", "")
    shown = dict.fromkeys(FIELDS, "") | values | {"registration": str(whole(str(registration), 9) or "")}
    return FilledVisit(shown, entry, {name: SENTENCES[fault] for name, fault in found.items()})


def values_of(visit: Visit, petition_code: str) -> dict[str, str]:
    """A visit as the form shows it."""
    local = visit.came_at.astimezone(HERE)
    return {
        "day": local.date().isoformat(),
        "clock": local.time().isoformat("minutes"),
        "reception": str(visit.reception_id or ""),
        "persons": str(visit.persons),
        "as_group": "yes" if visit.as_group else "",
        "nth_time": str(visit.nth_time),
        "petition": petition_code,
        "outcome": str(visit.outcome),
        "ground": str(visit.ground or ""),
        "document": visit.document,
        "notice_later": "yes" if notice_missing(visit.outcome, visit.ground, visit.document) else "",
        "appointed": str(visit.appointed_id or ""),
        "kind": str(visit.kind),
        "visitor_name": visit.visitor_name,
        "visitor_address": visit.visitor_address,
        "summary": visit.summary,
    }


def _session(session: Session, text: str, *states: ReceptionState) -> tuple[SessionOfVisit | None, bool]:
    """And whether something was chosen that is none."""
    number = _number(text)
    reception = session.get(Reception, number) if number else None
    allowed = states or tuple(state for state in ReceptionState if state != ReceptionState.CANCELLED)
    if reception is None or reception.state not in allowed:
        return None, bool(text)
    return session_of(reception), False


def _moment(values: Mapping[str, str]) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{values['day']}T{values['clock']}").replace(tzinfo=HERE)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return whole(text, 9)
