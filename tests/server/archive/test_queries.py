"""What the database knows for and against moving, on both databases."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from server.archive import queries
from server.data.columns import now
from server.receptions.tables import Reception, ReceptionMode, ReceptionState, Recording, RecordingState
from server.review.tables import Access, Hold, Quarantine, RecordingAccess
from tests.database import Store, copied
from tests.server.demo.office import filled_template

MOMENT = now().replace(microsecond=0)


def recordings(session: Session) -> None:
    for folder, days, state in (
        ("young", 1, RecordingState.SEALED),
        ("old", 9, RecordingState.SEALED),
        ("destroyed", 20, RecordingState.DESTROYED),
        ("open", 0, RecordingState.RECORDING),
    ):
        at = MOMENT - timedelta(days=days)
        reception = Reception(
            title=folder, mode=ReceptionMode.IRREGULAR, planned_at=at, state=ReceptionState.ENDED
        )
        session.add(reception)
        session.flush()
        session.add(Recording(reception_id=reception.id or 0, folder=folder, state=state, started_at=at))


def against(session: Session, old: int) -> None:
    session.add(Hold(recording_id=old, reason="x", made_by=1, lifted_at=MOMENT))
    session.add(Quarantine(recording_id=old, starts_s=0, ends_s=1, reason="x", made_by=1))
    for hours in (5, 2, 3):
        at = MOMENT - timedelta(hours=hours)
        session.add(RecordingAccess(recording_id=old, account_id=1, act=Access.SENT, at=at))


def test_sealed_recordings_oldest_first_with_what_stands_against_each(store: Store) -> None:
    with copied(store, filled_template(store)) as database:
        database.run_here(recordings)
        old, young = database.run_here(queries.sealed)
        assert (old.folder, young.folder) == ("old", "young")
        assert (old.held, old.quarantined, old.proposed, old.used_at) == (False, False, False, None)
        database.run_here(against, old.recording)
        [again] = database.run_here(queries.sealed, old.recording)
        assert (again.held, again.quarantined, again.proposed) == (False, True, False)
        assert again.used_at == MOMENT - timedelta(hours=2)
        assert database.run_here(queries.sealed, 999) == []
