"""Quarantine: a span nobody watches. One person puts it there, two release it: who proposes may not confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from server.data.columns import now
from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account
from server.receptions.tables import Recording
from server.review.clocks import second_in
from server.review.tables import Quarantine
from server.web.languages import N_

REASON = 300
NO_TIME = N_("Write it as 12:05 or 1:02:33; tenths as 12:05.5.")
BEYOND = N_("The recording ends before.")
TOO_SHORT = N_("The end lies at least a second after the beginning.")
NO_REASON = N_("Say why in 1 to 300 characters.")


@dataclass(frozen=True, slots=True)
class Asked:
    starts_s: float
    ends_s: float
    reason: str


def check(form: Mapping[str, str], seconds: float) -> Asked | dict[str, str]:
    """What is asked for, or the mistakes by field."""
    mistakes: dict[str, str] = {}
    starts, ends = (_second(form, name, seconds, mistakes) for name in ("starts", "ends"))
    if not mistakes and ends - starts < 1:
        mistakes["ends"] = TOO_SHORT
    reason = reason_in(form)
    if not reason:
        mistakes["reason"] = NO_REASON
    return mistakes or Asked(starts, ends, reason)


def reason_in(form: Mapping[str, str]) -> str:
    """Empty where there is none that may be kept."""
    reason = " ".join(form.get("reason", "").split())
    return reason if len(reason) <= REASON else ""


def spans_of(session: Session, recording_id: int) -> Sequence[Quarantine]:
    """Those in force first, in the order of the file."""
    all_of_it = select(Quarantine).where(Quarantine.recording_id == recording_id)
    return session.exec(
        all_of_it.order_by(col(Quarantine.released_at).is_not(None), col(Quarantine.starts_s), col(Quarantine.id))
    ).all()


def put(session: Session, account: Account, recording: Recording, asked: Asked) -> Quarantine:
    row = Quarantine(
        recording_id=recording.id or 0,
        starts_s=asked.starts_s,
        ends_s=asked.ends_s,
        reason=asked.reason,
        made_by=account.id or 0,
    )
    session.add(row)
    session.flush()
    _note(session, account, "quarantined", row)
    return row


def propose_release(session: Session, account: Account, row: Quarantine, reason: str) -> bool:
    """False: it is released already, or somebody proposed it."""
    if row.released_at is not None or row.proposed_by is not None:
        return False
    row.proposed_by, row.proposed_at, row.release_reason = account.id, now(), reason
    session.add(row)
    _note(session, account, "quarantine_release_proposed", row)
    return True


def withdraw_proposal(session: Session, account: Account, row: Quarantine) -> bool:
    """By anybody who may release: a proposal that is not confirmed binds nobody."""
    if row.released_at is not None or row.proposed_by is None:
        return False
    row.proposed_by, row.proposed_at, row.release_reason = None, None, ""
    session.add(row)
    _note(session, account, "quarantine_release_withdrawn", row)
    return True


def may_confirm(account: Account, row: Quarantine) -> bool:
    return row.released_at is None and row.proposed_by is not None and row.proposed_by != account.id


def confirm_release(session: Session, account: Account, row: Quarantine) -> bool:
    """False where this account may not: it proposed it, or nobody did."""
    if not may_confirm(account, row):
        return False
    row.released_by, row.released_at = account.id, now()
    session.add(row)
    _note(session, account, "quarantine_released", row)
    return True


def _second(form: Mapping[str, str], name: str, seconds: float, mistakes: dict[str, str]) -> float:
    second = second_in(form.get(name, ""))
    if second is None:
        mistakes[name] = NO_TIME
        return 0.0
    if second > seconds + 1:
        mistakes[name] = BEYOND
    return min(second, seconds)


def _note(session: Session, account: Account, action: str, row: Quarantine) -> None:
    detail = {"quarantine": row.id, "from_s": row.starts_s, "to_s": row.ends_s}
    audit.record(session, subject_of(account), action, f"recording:{row.recording_id}", detail)
