"""What may be written down of a registration, and which act may follow which. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.data.folding import fold
from server.petitions.citizens import LinkedPetition
from server.petitions.tables import PetitionKind
from server.registrations.tables import DeclineGround, RegistrationState, RegistrationWay
from server.web.asked import FIRST_DAY
from server.web.languages import N_

MOST_PERSONS = 10_000
OTHER_BODY = "other_body"
"""Beside the grounds of Art. 9, why somebody is refused: the matter belongs to another body's competence."""
WAY_WORDS: dict[RegistrationWay, str] = {
    RegistrationWay.IN_PERSON: N_("In person"),
    RegistrationWay.TELEPHONE: N_("By telephone"),
    RegistrationWay.POST: N_("By post"),
    RegistrationWay.ONLINE: N_("Through the internet"),
}
STATE_WORDS: dict[RegistrationState, str] = {
    RegistrationState.WAITING: N_("Waits for an answer"),
    RegistrationState.AGREED: N_("Agreed"),
    RegistrationState.REFUSED: N_("Refused"),
    RegistrationState.WITHDRAWN: N_("Registration withdrawn"),
    RegistrationState.CAME: N_("Came"),
    RegistrationState.ABSENT: N_("Did not come"),
}
GROUND_WORDS: dict[DeclineGround, str] = {
    DeclineGround.NO_CONTROL: N_("Intoxicated, or not able to control one's acts"),
    DeclineGround.DISORDER: N_("Threats, insults, breach of the house rules"),
    DeclineGround.SETTLED: N_("Settled rightly, reviewed and told in writing, and prolonged on purpose"),
    DeclineGround.OTHER: N_("Another case the law names"),
}


class Act(StrEnum):
    AGREE = "agree"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    ABSENT = "absent"
    REOPEN = "reopen"  # take the last decision back


_S = RegistrationState
OPEN = frozenset({_S.WAITING, _S.AGREED})
"""What it says may be changed, and a visit may follow."""
ACTS: dict[Act, dict[RegistrationState, RegistrationState]] = {
    Act.AGREE: {_S.WAITING: _S.AGREED},
    Act.REFUSE: {_S.WAITING: _S.REFUSED, _S.AGREED: _S.REFUSED},
    Act.WITHDRAW: {_S.WAITING: _S.WITHDRAWN, _S.AGREED: _S.WITHDRAWN},
    Act.ABSENT: {_S.AGREED: _S.ABSENT},
    Act.REOPEN: {
        _S.AGREED: _S.WAITING,
        _S.REFUSED: _S.WAITING,
        _S.WITHDRAWN: _S.WAITING,
        _S.ABSENT: _S.AGREED,
    },
}
"""From which state an act leads to which. That somebody came is no act: the visit says it."""


class RegistrationFault(StrEnum):
    NO_DAY = "no_day"
    IN_THE_FUTURE = "in_the_future"
    LONG_AGO = "long_ago"
    AFTER_THE_SESSION = "after_the_session"
    NO_RECEPTION = "no_reception"
    NO_WAY = "no_way"
    NO_PERSONS = "no_persons"
    GROUP_OF_ONE = "group_of_one"
    NO_KIND = "no_kind"
    NO_PETITION = "no_petition"
    KIND_DIFFERS = "kind_differs"
    NO_NAME = "no_name"
    NO_SUMMARY = "no_summary"
    NAME_IN_SUMMARY = "name_in_summary"
    TOO_LONG = "too_long"
    NO_REASON = "no_reason"
    NO_BODY = "no_body"
    NAME_IN_BODY = "name_in_body"


@dataclass(frozen=True, slots=True)
class SessionAsked:
    """The reception they asked to come to. `closes_on`: the last day on which one registers, if there is one."""

    id: int
    day: date
    closes_on: date | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What a person writes down. What could not be read is None."""

    made_on: date | None
    way: RegistrationWay | None
    kind: PetitionKind | None
    reception: SessionAsked | None = None
    persons: int | None = 1
    as_group: bool = False
    petition: LinkedPetition | None = None
    citizen_name: str = ""
    citizen_address: str = ""
    summary: str = ""

    @property
    def denunciation(self) -> bool:
        return self.kind is PetitionKind.DENUNCIATION

    @property
    def too_late(self) -> bool:
        """They asked after registration closed. No fault: the officer may go on knowingly."""
        closes_on = None if self.reception is None else self.reception.closes_on
        return closes_on is not None and self.made_on is not None and self.made_on > closes_on


def faults(request: Request, today: date) -> dict[str, RegistrationFault]:
    """By the name of the field."""
    found: dict[str, RegistrationFault | None] = {
        "made_on": _day_fault(request, today),
        "way": RegistrationFault.NO_WAY if request.way is None else None,
        "persons": (
            None if request.persons and 1 <= request.persons <= MOST_PERSONS else RegistrationFault.NO_PERSONS
        ),
        "as_group": RegistrationFault.GROUP_OF_ONE if request.as_group and request.persons == 1 else None,
        "kind": RegistrationFault.NO_KIND if request.kind is None else None,
        "petition": _petition_fault(request),
    }
    if not request.denunciation and request.petition is None:
        found["citizen_name"] = None if request.citizen_name else RegistrationFault.NO_NAME
        found["summary"] = None if request.summary else RegistrationFault.NO_SUMMARY
    if names(request.citizen_name, request.summary):
        found["summary"] = RegistrationFault.NAME_IN_SUMMARY
    return {name: fault for name, fault in found.items() if fault is not None}


def names(person: str, words: str) -> bool:
    """Whether the words carry the person's name, with or without diacritics."""
    return bool(person) and fold(person) in fold(words)


def refusal_fault(
    reason: str, competent_body: str, person: str, *, denunciation: bool
) -> tuple[str, RegistrationFault] | None:
    """The field and what is wrong there. `reason`: a ground, or OTHER_BODY, which names one."""
    if reason not in {*DeclineGround, OTHER_BODY}:
        return "reason", RegistrationFault.NO_REASON
    if reason != OTHER_BODY or denunciation:
        return None
    if not competent_body:
        return "competent_body", RegistrationFault.NO_BODY
    return ("competent_body", RegistrationFault.NAME_IN_BODY) if names(person, competent_body) else None


def _day_fault(request: Request, today: date) -> RegistrationFault | None:
    if request.made_on is None:
        return RegistrationFault.NO_DAY
    if request.made_on > today:
        return RegistrationFault.IN_THE_FUTURE
    if request.made_on < FIRST_DAY:
        return RegistrationFault.LONG_AGO
    if request.reception is not None and request.made_on > request.reception.day:
        return RegistrationFault.AFTER_THE_SESSION
    return None


def _petition_fault(request: Request) -> RegistrationFault | None:
    if request.petition is None or request.kind is None or request.petition.kind is request.kind:
        return None
    return RegistrationFault.KIND_DIFFERS
