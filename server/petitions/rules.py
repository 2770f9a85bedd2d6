"""Who may read what of a petition, and what the kinds and states are called.

Default deny: a role that no line names reads nothing. Of a denunciation nobody reads an identity, because
none is kept (Law on Denunciations, Art. 8 and 9; the name is a state secret by Decision 774/QĐ-TTg); what
happened stands in a file outside this system, and `opaque_reference` says where that file is.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from server.people.rights import Right, Role, rights_of
from server.petitions.categories import CaseAge, CaseFlag, Channel, PetitionerKind, Route, Settled
from server.petitions.tables import Confidentiality, PetitionKind, PetitionStatus
from server.web.languages import N_

# English message ids of the catalogue.
KIND_WORDS: dict[PetitionKind, str] = {
    PetitionKind.COMPLAINT: "Complaint",
    PetitionKind.DENUNCIATION: "Denunciation",
    PetitionKind.RECOMMENDATION: "Recommendation",
    PetitionKind.REFLECTION: "Reflection",
}
STATUS_WORDS: dict[PetitionStatus, str] = {
    PetitionStatus.RECEIVED: "Received",
    PetitionStatus.ACCEPTED: "Accepted",
    PetitionStatus.NOT_ACCEPTED: "Not accepted",
    PetitionStatus.GUIDED: "Guided elsewhere",
    PetitionStatus.FORWARDED: "Forwarded",
    PetitionStatus.RETURNED: "Returned",
    PetitionStatus.IN_SETTLEMENT: "In settlement",
    PetitionStatus.SUSPENDED: "Suspended",
    PetitionStatus.WITHDRAWN: "Withdrawn",
    PetitionStatus.TERMINATED: "Terminated",
    PetitionStatus.SETTLED: "Settled",
    PetitionStatus.IN_EXECUTION: "In execution",
    PetitionStatus.FILED: "Filed",
}
CHANNEL_WORDS: dict[str, str] = {
    Channel.DIRECT: N_("Handed over at a reception"),
    Channel.POST: N_("By post"),
    Channel.FORWARDED: N_("Forwarded by another body"),
    Channel.LEADER: N_("From a leader"),
    Channel.CENTRAL: N_("From a central body"),
    Channel.PEOPLES_COUNCIL: N_("From the People's Council"),
    Channel.DEPUTIES: N_("From National Assembly deputies"),
    Channel.FATHERLAND_FRONT: N_("From the Fatherland Front"),
    Channel.PRESS: N_("From the press"),
    Channel.OTHER: N_("Other"),
}
PETITIONER_WORDS: dict[PetitionerKind, str] = {
    PetitionerKind.INDIVIDUAL: N_("One person"),
    PetitionerKind.GROUP: N_("Several people"),
    PetitionerKind.ORGANISATION: N_("An organisation"),
}
AGE_WORDS: dict[CaseAge, str] = {CaseAge.NEW: N_("Newly arising case"), CaseAge.OLD: N_("Old case")}
SETTLED_WORDS: dict[Settled, str] = {
    Settled.NEVER: N_("Not settled yet"),
    Settled.UNDER_WAY: N_("Being settled"),
    Settled.ONCE: N_("Settled the first time"),
    Settled.SEVERAL_TIMES: N_("Settled several times"),
}
FLAG_WORDS: dict[CaseFlag, str] = {
    CaseFlag.COMPLICATED: N_("Complicated"),
    CaseFlag.PROLONGED: N_("Prolonged"),
    CaseFlag.OUTSTANDING: N_("Outstanding"),
    CaseFlag.CROWDED: N_("Crowded"),
    CaseFlag.BYPASS: N_("Bypasses the level"),
    CaseFlag.HOT_SPOT: N_("Hot spot"),
}
ROUTE_WORDS: dict[Route, str] = {
    Route.ACCEPT: N_("Accept it"),
    Route.GUIDE: N_("Guide the petitioner elsewhere"),
    Route.FORWARD: N_("Forward it"),
    Route.RETURN: N_("Return it"),
    Route.URGE: N_("Urge the competent body"),
    Route.DECLINE: N_("Decline it"),
    Route.FILE: N_("File it and watch"),
    Route.COMPLETE: N_("Ask for completion"),
    Route.SPLIT: N_("Split it"),
}
CODE_PREFIXES: dict[PetitionKind, str] = {
    PetitionKind.COMPLAINT: "KN",
    PetitionKind.DENUNCIATION: "TC",
    PetitionKind.RECOMMENDATION: "KG",
    PetitionKind.REFLECTION: "PA",
}
DENUNCIATION_SUMMARY = "Đơn tố cáo, quản lý tại hồ sơ riêng"
"""The one summary every denunciation has. Free text in this place would sooner or later name somebody."""


class Reading(IntEnum):
    """How much of a record a role reads; each step includes the ones below."""

    NOTHING = 0
    CODE = 1  # code, kind, date of receipt, status
    RECORD = 2  # and summary, content, request, place; of a denunciation the reference of its file
    FULL = 3  # and the petitioner's name and address


_NORMAL = {
    Role.HOST: Reading.FULL,
    Role.OFFICER: Reading.FULL,
    Role.CLERK: Reading.FULL,
    Role.ADMINISTRATOR: Reading.FULL,
    Role.REVIEWER: Reading.RECORD,
    Role.SUPERVISOR: Reading.RECORD,
    Role.ROOM_OFFICER: Reading.RECORD,  # where its unit took part or has to act: `review.units`
    Role.DEPARTMENT_OFFICER: Reading.RECORD,  # where its department has to act: `conclusions.own_units`
}
_CONFIDENTIAL = {
    Role.HOST: Reading.FULL,
    Role.OFFICER: Reading.FULL,
    Role.CLERK: Reading.FULL,
    Role.ADMINISTRATOR: Reading.CODE,
    Role.REVIEWER: Reading.CODE,
    Role.SUPERVISOR: Reading.CODE,
}
_DENUNCIATION = {
    Role.HOST: Reading.RECORD,
    Role.OFFICER: Reading.RECORD,
    Role.CLERK: Reading.RECORD,
    Role.ADMINISTRATOR: Reading.CODE,
    Role.REVIEWER: Reading.CODE,
    Role.SUPERVISOR: Reading.CODE,
}


def reading(role: Role, kind: PetitionKind, confidentiality: Confidentiality) -> Reading:
    if kind == PetitionKind.DENUNCIATION:
        return _DENUNCIATION.get(role, Reading.NOTHING)
    table = _NORMAL if confidentiality == Confidentiality.NORMAL else _CONFIDENTIAL
    return table.get(role, Reading.NOTHING)


def may_edit(role: Role, kind: PetitionKind, confidentiality: Confidentiality) -> bool:
    """Whoever writes a record must be able to read all of it that is kept."""
    kept = Reading.RECORD if kind == PetitionKind.DENUNCIATION else Reading.FULL
    return Right.WRITE_PETITIONS in rights_of(role) and reading(role, kind, confidentiality) >= kept


def may_create(role: Role, kind: PetitionKind) -> bool:
    return may_edit(role, kind, Confidentiality.NORMAL)


def leading(kinds: Iterable[PetitionKind]) -> PetitionKind:
    """Which of several contents a record stands under: a denunciation if there is one, else the first."""
    found = list(kinds)
    return PetitionKind.DENUNCIATION if PetitionKind.DENUNCIATION in found else found[0]


def is_audited(kind: PetitionKind, confidentiality: Confidentiality) -> bool:
    """Whether opening the record goes into the audit log."""
    return kind == PetitionKind.DENUNCIATION or confidentiality == Confidentiality.CONFIDENTIAL
