"""The audit log: append-only, each row sealed by a hash over itself and the row before.

Whoever changes, removes or inserts a row later has to recompute every hash after it; the database refuses
UPDATE and DELETE besides (see the first migration). Detail carries no names, addresses or words of people.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from server.data.columns import now
from server.people.tables import AuditEvent

FIRST_HASH = "0" * 64
_CHAIN_LOCK = 7_423_911  # any number; the same in every process of the installation
_BATCH = 1000


@dataclass(frozen=True)
class ChainCheck:
    """`broken_at` is the id of the first event that does not fit, None if all do."""

    events: int
    broken_at: int | None

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def record(
    session: Session, actor: str, action: str, subject: str = "", detail: Mapping[str, Any] | None = None
) -> AuditEvent:
    """Append one event; it is kept or lost together with the unit of work it belongs to.

    `actor`: "account:3", "room:06649" or "system". `detail` must be JSON without anything about people.
    """
    _hold_chain(session)
    last = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(1)).first()
    event = AuditEvent(
        at=now(),
        actor=actor,
        action=action,
        subject=subject,
        detail=json.dumps(detail or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        previous_hash=last.hash if last is not None else FIRST_HASH,
        hash="",
    )
    event.hash = _hash(event.previous_hash, event.at, event.actor, event.action, event.subject, event.detail)
    session.add(event)
    session.flush()
    return event


def last_of(session: Session, action: str, subject: str) -> AuditEvent | None:
    """The latest event of that kind about `subject`."""
    found = select(AuditEvent).where(AuditEvent.subject == subject, AuditEvent.action == action)
    return session.exec(found.order_by(col(AuditEvent.id).desc()).limit(1)).first()


def verify_chain(session: Session) -> ChainCheck:
    """Walk the whole log. (That the newest rows were cut off cannot be seen here: see `holds`.)"""
    previous, count = FIRST_HASH, 0
    for event in _events(session):
        count += 1
        sealed = _hash(previous, event.at, event.actor, event.action, event.subject, event.detail)
        if event.previous_hash != previous or event.hash != sealed:
            return ChainCheck(events=count, broken_at=event.id)
        previous = event.hash
    return ChainCheck(events=count, broken_at=None)


def last_hash(session: Session) -> str:
    return session.exec(select(AuditEvent.hash).order_by(col(AuditEvent.id).desc()).limit(1)).first() or FIRST_HASH


def holds(session: Session, kept: str) -> bool:
    """Whether an event has this hash, which was kept elsewhere: then all up to it is there, if the chain is
    whole."""
    return (
        kept == FIRST_HASH
        or session.exec(select(AuditEvent.id).where(AuditEvent.hash == kept)).first() is not None
    )


def _events(session: Session) -> Iterable[AuditEvent]:
    after = 0
    while True:
        statement = select(AuditEvent).where(col(AuditEvent.id) > after).order_by(col(AuditEvent.id))
        batch = session.exec(statement.limit(_BATCH).execution_options(populate_existing=True)).all()
        if not batch:
            return
        yield from batch
        after = batch[-1].id or 0


def _hold_chain(session: Session) -> None:
    """Let nobody else append until this unit of work ends, or two events would follow the same one."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN_LOCK})
    else:  # SQLite: a write statement, even one that touches no row, takes the one write lock
        session.execute(text("UPDATE audit_event SET id = id WHERE 0 = 1"))


def _hash(previous: str, at: datetime, actor: str, action: str, subject: str, detail: str) -> str:
    fields = [previous, at.isoformat(timespec="microseconds"), actor, action, subject, detail]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()
