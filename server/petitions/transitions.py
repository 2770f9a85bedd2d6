"""Which status may follow which, and what the law asks for when it does.

A complaint goes the way of the Law on Complaints, a denunciation that of the Law on Denunciations; for
recommendations and reflections no law says much, and neither does this. Two things are not obvious:
- A complaint that is withdrawn is over; a denunciation may be gone on with all the same, when there are signs of
  a violation or of coercion (Law on Denunciations, Art. 33(3)).
- A denunciation is verified before it is concluded; a complaint may be decided as soon as it was accepted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.petitions.categories import Outcome
from server.petitions.tables import PetitionKind, PetitionStatus

_S = PetitionStatus
_Followers = Mapping[PetitionStatus, tuple[PetitionStatus, ...]]
_FILED: _Followers = dict.fromkeys(
    (_S.NOT_ACCEPTED, _S.GUIDED, _S.FORWARDED, _S.RETURNED, _S.TERMINATED, _S.IN_EXECUTION), (_S.FILED,)
)
_COMPLAINT: _Followers = {
    **_FILED,
    _S.RECEIVED: (
        _S.ACCEPTED,
        _S.NOT_ACCEPTED,
        _S.GUIDED,
        _S.FORWARDED,
        _S.RETURNED,
        _S.WITHDRAWN,
        _S.FILED,
    ),
    _S.ACCEPTED: (_S.IN_SETTLEMENT, _S.SETTLED, _S.SUSPENDED, _S.WITHDRAWN, _S.TERMINATED),
    _S.IN_SETTLEMENT: (_S.SETTLED, _S.SUSPENDED, _S.WITHDRAWN, _S.TERMINATED),
    _S.SUSPENDED: (_S.IN_SETTLEMENT, _S.WITHDRAWN, _S.TERMINATED),
    _S.WITHDRAWN: (_S.TERMINATED, _S.FILED),
    _S.SETTLED: (_S.IN_EXECUTION, _S.FILED),
}
_DENUNCIATION: _Followers = {
    **_FILED,
    _S.RECEIVED: (_S.ACCEPTED, _S.NOT_ACCEPTED, _S.FORWARDED, _S.FILED),
    _S.ACCEPTED: (_S.IN_SETTLEMENT, _S.SUSPENDED, _S.WITHDRAWN, _S.TERMINATED),
    _S.IN_SETTLEMENT: (_S.SETTLED, _S.SUSPENDED, _S.WITHDRAWN, _S.TERMINATED),
    _S.SUSPENDED: (_S.IN_SETTLEMENT, _S.WITHDRAWN, _S.TERMINATED),
    _S.WITHDRAWN: (_S.IN_SETTLEMENT, _S.TERMINATED),
    _S.SETTLED: (_S.IN_EXECUTION, _S.FILED),
}
_OTHERS: _Followers = {
    **_FILED,
    _S.RECEIVED: (_S.ACCEPTED, _S.SETTLED, _S.GUIDED, _S.FORWARDED, _S.RETURNED, _S.WITHDRAWN, _S.FILED),
    _S.ACCEPTED: (_S.IN_SETTLEMENT, _S.SETTLED, _S.FORWARDED, _S.WITHDRAWN),
    _S.IN_SETTLEMENT: (_S.SETTLED, _S.FORWARDED, _S.WITHDRAWN),
    _S.SUSPENDED: (_S.IN_SETTLEMENT, _S.WITHDRAWN),  # it was a complaint when it was suspended
    _S.WITHDRAWN: (_S.FILED,),
    _S.SETTLED: (_S.FILED,),
}
_FOLLOWERS: Mapping[PetitionKind, _Followers] = {
    PetitionKind.COMPLAINT: _COMPLAINT,
    PetitionKind.DENUNCIATION: _DENUNCIATION,
    PetitionKind.RECOMMENDATION: _OTHERS,
    PetitionKind.REFLECTION: _OTHERS,
}

DOCUMENT = re.compile(
    r"[0-9]{1,6}(?:/(?:19|20)[0-9]{2})?/(?:[A-ZĐ]{1,6}[0-9]{0,2}|TTr)(?:-(?:[A-ZĐ]{1,6}[0-9]{0,2}|TTr)){0,2}"
)
"""A document's number as the State writes it: 123/QĐ-UBND, 45/2026/QĐ-UBND, 7/TTr-SNNMT. Short runs of capitals
leave no room for a name, so that it can stand in the history of a denunciation."""
LONGEST_REASON = 300


class Need(StrEnum):
    NOTHING = "nothing"
    DOCUMENT = "document"
    REASON = "reason"  # in words; of a denunciation the document that gives it


_BY_LAW: Mapping[PetitionStatus, Need] = {
    _S.ACCEPTED: Need.DOCUMENT,
    _S.NOT_ACCEPTED: Need.REASON,
    _S.FORWARDED: Need.DOCUMENT,
    _S.RETURNED: Need.REASON,
    _S.SUSPENDED: Need.DOCUMENT,
    _S.TERMINATED: Need.DOCUMENT,
    _S.SETTLED: Need.DOCUMENT,
}
_WITHOUT_LAW: Mapping[PetitionStatus, Need] = {_S.FORWARDED: Need.DOCUMENT, _S.RETURNED: Need.REASON}


class Fault(StrEnum):
    NOT_NEXT = "not_next"
    NO_DAY = "no_day"
    IN_THE_FUTURE = "in_the_future"
    BEFORE_THE_LAST = "before_the_last"
    NO_DOCUMENT = "no_document"
    NO_NUMBER = "no_number"  # the document is not written as a document's number is
    NO_REASON = "no_reason"
    REASON_IN_DENUNCIATION = "reason_in_denunciation"
    NAMES_PETITIONER = "names_petitioner"
    TOO_LONG = "too_long"
    NO_OUTCOME = "no_outcome"
    NO_SETTLEMENT = "no_settlement"  # the status is no settlement by law


@dataclass(frozen=True, slots=True)
class NextStatus:
    """A change of status as somebody asks for it."""

    status: PetitionStatus | None
    holds_on: date | None
    document: str = ""
    reason: str = ""
    outcome: Outcome | None = None


def followers(kind: PetitionKind, status: PetitionStatus) -> tuple[PetitionStatus, ...]:
    """What may come next, the usual first; empty where nothing may."""
    return _FOLLOWERS[kind].get(status, ())


def need(kind: PetitionKind, status: PetitionStatus) -> Need:
    if kind in (PetitionKind.RECOMMENDATION, PetitionKind.REFLECTION):
        return _WITHOUT_LAW.get(status, Need.NOTHING)
    asked = _BY_LAW.get(status, Need.NOTHING)
    reason_in_words = kind != PetitionKind.DENUNCIATION
    return Need.DOCUMENT if asked is Need.REASON and not reason_in_words else asked


def outcomes(kind: PetitionKind, instance: int) -> tuple[Outcome, ...]:
    """What its settlement may come to, one of which the law asks for; empty where no law does."""
    if kind == PetitionKind.COMPLAINT and instance == 2:
        return Outcome.UPHELD, Outcome.ANNULLED
    by_law = kind in (PetitionKind.COMPLAINT, PetitionKind.DENUNCIATION)
    return (Outcome.RIGHT, Outcome.WRONG, Outcome.PARTLY) if by_law else ()


def faults(
    kind: PetitionKind, instance: int, present: PetitionStatus, since: date, wanted: NextStatus, today: date
) -> dict[str, Fault]:
    """What is wrong with `wanted`, by the name of its field. `present` holds since `since`."""
    found: dict[str, Fault] = {}
    if wanted.status is None or wanted.status not in followers(kind, present):
        found["status"] = Fault.NOT_NEXT
    day = day_fault(wanted.holds_on, since, today)
    if day is not None:
        found["holds_on"] = day
    asked = Need.NOTHING if wanted.status is None else need(kind, wanted.status)
    document = document_fault(wanted.document, needed=asked is Need.DOCUMENT)
    if document is not None:
        found["document"] = document
    if kind == PetitionKind.DENUNCIATION and wanted.reason:
        found["reason"] = Fault.REASON_IN_DENUNCIATION
    elif asked is Need.REASON and not wanted.reason:
        found["reason"] = Fault.NO_REASON
    elif len(wanted.reason) > LONGEST_REASON:
        found["reason"] = Fault.TOO_LONG
    possible = outcomes(kind, instance) if wanted.status is PetitionStatus.SETTLED else ()
    if possible and wanted.outcome not in possible:
        found["outcome"] = Fault.NO_OUTCOME
    elif not possible and wanted.outcome is not None:
        found["outcome"] = Fault.NO_SETTLEMENT
    return found


def day_fault(day: date | None, since: date, today: date) -> Fault | None:
    if day is None:
        return Fault.NO_DAY
    if day > today:
        return Fault.IN_THE_FUTURE
    return Fault.BEFORE_THE_LAST if day < since else None


def document_fault(document: str, *, needed: bool) -> Fault | None:
    if not document:
        return Fault.NO_DOCUMENT if needed else None
    return None if DOCUMENT.fullmatch(document) else Fault.NO_NUMBER
