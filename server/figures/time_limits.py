"""Which of the complaints and denunciations concluded in a period kept to the term of settlement.

What is due depends on the calendar and on suspensions: it is computed for each of these few, as everywhere else.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from server.deadlines.terms import Terms
from server.figures.periods import Period
from server.figures.petition_conditions import TimeLimits
from server.petitions.due_queries import Asking
from server.petitions.duties import duties_of, settlement_of
from server.petitions.history import cases_of
from server.petitions.tables import Petition, PetitionKind, PetitionStatus, PetitionStatusChange


def time_limits(session: Session, period: Period, terms: Terms, today: date) -> TimeLimits:
    change = PetitionStatusChange
    concluded = select(change.petition_id).where(
        change.status == PetitionStatus.SETTLED, col(change.holds_on).between(period.first, period.last)
    )
    by_law = col(Petition.kind).in_((PetitionKind.COMPLAINT, PetitionKind.DENUNCIATION))
    columns = [getattr(Petition, each.name) for each in fields(Asking)]
    rows = session.execute(select_columns(*columns).where(by_law, col(Petition.id).in_(concluded)))
    petitions = [Asking(*row) for row in rows]
    found: dict[str, list[int]] = {"in_time": [], "late": [], "no_limit": []}
    for number, case in cases_of(session, petitions).items():
        duty = settlement_of(duties_of(case, terms, today))
        if duty is None or duty.due_on is None or duty.done_on is None:
            found["no_limit"].append(number)
        else:
            found["in_time" if duty.done_on <= duty.due_on else "late"].append(number)
    return found
