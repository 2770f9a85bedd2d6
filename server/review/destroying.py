"""Who may have a recording deleted: one person proposes, another one confirms, each in the own role and in time.

Rights that are lent count for neither: whoever acts for the other one would be both. A hold, a quarantine, or
another term than the one it was proposed with ends the proposal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, select

from server.data.columns import now
from server.documents.fonts import unprintable
from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account
from server.receptions.tables import Recording, RecordingState
from server.review.keeping import Kept, kept
from server.review.quarantining import NO_REASON, reason_in
from server.review.reading import quarantined_spans
from server.review.retention import RetentionRules
from server.review.tables import Destruction, Ending
from server.web.languages import N_

OWN_ROLE = N_("A deletion is proposed and decided in one's own role. Stop acting for somebody else first.")
ANOTHER_PERSON = N_("You proposed this deletion. Another person confirms or refuses it.")
ALREADY = N_("Somebody proposed it already.")
NOT_PROPOSED = N_("This proposal is no longer open. What came of it stands below.")
NO_WAITING_TIME = N_("No row in force says within how many days a deletion is confirmed (retention.csv). Add one.")
NOT_SURE = N_("Tick that you know what is lost.")
UNPRINTABLE = N_("The reason has characters that cannot be printed on the certificate.")


class Obstacle(StrEnum):
    GONE = "gone"
    HOLD = "hold"
    QUARANTINE = "quarantine"
    TERM = "term"


OBSTACLE_WORDS: dict[Obstacle, str] = {
    Obstacle.GONE: N_("there is no recording that is ready"),
    Obstacle.HOLD: N_("it is on hold"),
    Obstacle.QUARANTINE: N_("a span of it is in quarantine"),
    Obstacle.TERM: N_("its term is not over, or is another one now"),
}


class DestructionRefused(ValueError):
    """Its text is a message id, and `field` the one of the form it is about; empty: none of them."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def obstacle_of(
    session: Session, found: Kept | None, today: date, proposed: Destruction | None = None
) -> Obstacle | None:
    """What forbids the deletion today; None: nothing does."""
    if found is None:
        return Obstacle.GONE
    if found.hold is not None:
        return Obstacle.HOLD
    if quarantined_spans(session, found.recording.id or 0):
        return Obstacle.QUARANTINE
    changed = proposed is not None and proposed.last_day != found.term.last_day
    return Obstacle.TERM if changed or not found.term.is_over(today) else None


def kept_one(session: Session, recording_id: int, rules: RetentionRules, today: date) -> Kept | None:
    return next(iter(kept(session, rules, today, recording_id)), None)


def proposal_of(session: Session, recording_id: int) -> Destruction | None:
    """The one that is open."""
    proposed = select(Destruction).where(
        Destruction.recording_id == recording_id, col(Destruction.ending).is_(None)
    )
    return session.exec(proposed).first()


def destructions_of(session: Session, recording_id: int) -> Sequence[Destruction]:
    """Newest first."""
    all_of_it = select(Destruction).where(Destruction.recording_id == recording_id)
    return session.exec(all_of_it.order_by(col(Destruction.id).desc())).all()


def propose(
    session: Session,
    account: Account,
    recording_id: int,
    form: Mapping[str, str],
    rules: RetentionRules,
    today: date,
) -> Destruction:
    """Raises DestructionRefused."""
    _in_own_role(account)
    if proposal_of(session, recording_id) is not None:
        raise DestructionRefused(ALREADY)
    found = kept_one(session, recording_id, rules, today)
    obstacle = obstacle_of(session, found, today)
    if obstacle is not None or found is None or found.term.last_day is None:
        raise DestructionRefused(OBSTACLE_WORDS[obstacle or Obstacle.TERM])
    confirm_by = rules.confirmed_by(today)
    if confirm_by is None:
        raise DestructionRefused(NO_WAITING_TIME)
    reason = _reason(form)
    _sure(form)
    row = Destruction(
        recording_id=recording_id,
        last_day=found.term.last_day,
        ground=found.term.ground,
        reason=reason,
        proposed_by=account.id or 0,
        confirm_by=confirm_by,
    )
    session.add(row)
    session.flush()
    _note(session, subject_of(account), "recording_destruction_proposed", row)
    return row


def confirm(session: Session, account: Account, recording: Recording, form: Mapping[str, str]) -> Destruction:
    """From here on nobody watches the recording; `Destroyer` removes its files. Call `settle` before. Raises
    DestructionRefused."""
    row = _to_decide(session, account, recording.id or 0)
    _sure(form)
    _end(session, row, Ending.CONFIRMED, account)
    recording.state = RecordingState.DESTROYED
    session.add(recording)
    return row


def refuse(session: Session, account: Account, recording_id: int, form: Mapping[str, str]) -> Destruction:
    """Raises DestructionRefused."""
    row = _to_decide(session, account, recording_id)
    _end(session, row, Ending.REFUSED, account, _reason(form))
    return row


def withdraw(session: Session, account: Account, recording_id: int) -> Destruction:
    """By whoever proposed it. Raises DestructionRefused."""
    row = proposal_of(session, recording_id)
    if row is None or row.proposed_by != account.id:
        raise DestructionRefused(NOT_PROPOSED)
    _end(session, row, Ending.WITHDRAWN, account)
    return row


def settle(session: Session, rules: RetentionRules, today: date, recording_id: int | None = None) -> None:
    """End what nobody confirmed in time and what something stands against; of all recordings, or of one."""
    proposed = select(Destruction).where(col(Destruction.ending).is_(None))
    if recording_id is not None:
        proposed = proposed.where(Destruction.recording_id == recording_id)
    for row in session.exec(proposed).all():
        found = kept_one(session, row.recording_id, rules, today)
        obstacle = obstacle_of(session, found, today, row)
        if obstacle is not None:
            _end(session, row, Ending.STOPPED, None, obstacle)
        elif row.confirm_by < today:
            _end(session, row, Ending.LAPSED, None)


def stop(session: Session, account: Account, recording_id: int, obstacle: Obstacle) -> None:
    """Somebody put something in its way: also if that is taken away again, it is to be proposed anew."""
    row = proposal_of(session, recording_id)
    if row is not None:
        _end(session, row, Ending.STOPPED, account, obstacle)


def _in_own_role(account: Account) -> None:
    if account.acting is not None:
        raise DestructionRefused(OWN_ROLE)


def _to_decide(session: Session, account: Account, recording_id: int) -> Destruction:
    _in_own_role(account)
    row = proposal_of(session, recording_id)
    if row is None:
        raise DestructionRefused(NOT_PROPOSED)
    if row.proposed_by == account.id:
        raise DestructionRefused(ANOTHER_PERSON)
    return row


def _reason(form: Mapping[str, str]) -> str:
    reason = reason_in(form)
    if not reason:
        raise DestructionRefused(NO_REASON, "reason")
    if unprintable(reason):
        raise DestructionRefused(UNPRINTABLE, "reason")
    return reason


def _sure(form: Mapping[str, str]) -> None:
    if form.get("sure") != "yes":
        raise DestructionRefused(NOT_SURE, "sure")


def _end(session: Session, row: Destruction, ending: Ending, account: Account | None, reason: str = "") -> None:
    row.ending, row.ended_at, row.end_reason = ending, now(), reason
    row.ended_by = account.id if account is not None else None
    session.add(row)
    by = subject_of(account) if account is not None else "system"
    _note(session, by, f"recording_destruction_{ending}", row)


def _note(session: Session, actor: str, action: str, row: Destruction) -> None:
    detail = {"destruction": row.id, "term_until": row.last_day.isoformat()}
    audit.record(session, actor, action, f"recording:{row.recording_id}", detail)
