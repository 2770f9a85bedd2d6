"""What may be written down of a visit, and what the words for it are. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.data.folding import fold
from server.petitions.citizens import LinkedPetition
from server.petitions.tables import PetitionKind
from server.petitions.transitions import document_fault
from server.registrations.tables import DeclineGround
from server.visits.tables import VisitOutcome, Withdrawal
from server.web.asked import FIRST_DAY
from server.web.languages import N_, local_day

MOST_PERSONS = 10_000
MOST_TIMES = 999
OUTCOME_WORDS: dict[VisitOutcome, str] = {
    VisitOutcome.RECEIVED: N_("Petition received"),
    VisitOutcome.GUIDED: N_("Guided"),
    VisitOutcome.EXPLAINED: N_("Explained"),
    VisitOutcome.DECLINED: N_("Declined to receive"),
    VisitOutcome.APPOINTED: N_("Asked to come later"),
}
WITHDRAWAL_WORDS: dict[Withdrawal, str] = {
    Withdrawal.TWICE: N_("entered twice"),
    Withdrawal.MISTAKEN: N_("entered by mistake"),
}


class VisitFault(StrEnum):
    NO_MOMENT = "no_moment"
    IN_THE_FUTURE = "in_the_future"
    LONG_AGO = "long_ago"
    OTHER_DAY = "other_day"
    OTHER_YEAR = "other_year"
    NO_RECEPTION = "no_reception"
    NO_PERSONS = "no_persons"
    GROUP_OF_ONE = "group_of_one"
    NO_KIND = "no_kind"
    NO_COUNT = "no_count"
    NO_PETITION = "no_petition"
    KIND_DIFFERS = "kind_differs"
    NO_NAME = "no_name"
    NO_SUMMARY = "no_summary"
    NAME_IN_SUMMARY = "name_in_summary"
    TOO_LONG = "too_long"
    NO_OUTCOME = "no_outcome"
    NO_GROUND = "no_ground"
    NO_APPOINTMENT = "no_appointment"
    BAD_NUMBER = "bad_number"
    NO_NOTICE = "no_notice"


@dataclass(frozen=True, slots=True)
class SessionOfVisit:
    """A reception the visit belongs to, or is an appointment for."""

    id: int
    day: date


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person writes down. What could not be read is None; `nth_time` None: count it from earlier visits."""

    came_at: datetime | None
    kind: PetitionKind | None
    outcome: VisitOutcome | None
    reception: SessionOfVisit | None = None
    persons: int | None = 1
    as_group: bool = False
    nth_time: int | None = None
    petition: LinkedPetition | None = None
    visitor_name: str = ""
    visitor_address: str = ""
    summary: str = ""
    ground: DeclineGround | None = None
    document: str = ""
    notice_later: bool = False  # the notice of refusal has no number yet, which is known
    appointed: SessionOfVisit | None = None

    @property
    def notice_missing(self) -> bool:
        return notice_missing(self.outcome, self.ground, self.document)

    @property
    def denunciation(self) -> bool:
        return self.kind is PetitionKind.DENUNCIATION


def faults(entry: Entry, now: datetime) -> dict[str, VisitFault]:
    """By the name of the field."""
    found: dict[str, VisitFault | None] = {
        "day": _moment_fault(entry, now),
        "persons": None if entry.persons and 1 <= entry.persons <= MOST_PERSONS else VisitFault.NO_PERSONS,
        "as_group": VisitFault.GROUP_OF_ONE if entry.as_group and entry.persons == 1 else None,
        "kind": VisitFault.NO_KIND if entry.kind is None else None,
        "petition": _petition_fault(entry),
        "outcome": VisitFault.NO_OUTCOME if entry.outcome is None else None,
        "document": VisitFault.BAD_NUMBER if document_fault(entry.document, needed=False) else None,
    }
    if not entry.denunciation and entry.petition is None:
        found["visitor_name"] = None if entry.visitor_name else VisitFault.NO_NAME
        found["summary"] = None if entry.summary else VisitFault.NO_SUMMARY
    if entry.visitor_name and fold(entry.visitor_name) in fold(entry.summary):
        found["summary"] = VisitFault.NAME_IN_SUMMARY
    if entry.nth_time is not None and not 1 <= entry.nth_time <= MOST_TIMES:
        found["nth_time"] = VisitFault.NO_COUNT
    if entry.outcome is VisitOutcome.DECLINED and entry.ground is None:
        found["ground"] = VisitFault.NO_GROUND
    if entry.notice_missing and not entry.notice_later:
        found["document"] = VisitFault.NO_NOTICE
    if entry.outcome is VisitOutcome.APPOINTED and not _is_later(entry):
        found["appointed"] = VisitFault.NO_APPOINTMENT
    return {name: fault for name, fault in found.items() if fault is not None}


def notice_missing(outcome: VisitOutcome | None, ground: DeclineGround | None, document: str) -> bool:
    """Art. 9(3) asks for a notice of refusal (form 01), and its number is not there."""
    return outcome is VisitOutcome.DECLINED and ground is DeclineGround.SETTLED and not document


def _moment_fault(entry: Entry, now: datetime) -> VisitFault | None:
    if entry.came_at is None:
        return VisitFault.NO_MOMENT
    if entry.came_at > now:
        return VisitFault.IN_THE_FUTURE
    if entry.came_at.year < FIRST_DAY.year:
        return VisitFault.LONG_AGO
    if entry.reception is not None and entry.reception.day != local_day(entry.came_at):
        return VisitFault.OTHER_DAY
    return None


def _petition_fault(entry: Entry) -> VisitFault | None:
    if entry.petition is None or entry.kind is None or entry.petition.kind is entry.kind:
        return None
    return VisitFault.KIND_DIFFERS


def _is_later(entry: Entry) -> bool:
    came_at, appointed = entry.came_at, entry.appointed
    return appointed is not None and (came_at is None or appointed.day >= local_day(came_at))
