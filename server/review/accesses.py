"""Who did what with a recording: what the page tells, and what the server really sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from sqlmodel import Session, col, func, select

from server.people.tables import Account
from server.receptions.tables import Reception, Recording
from server.review.tables import Access, RecordingAccess

MOST_AT_ONCE = 100
TOLD = (Access.PLAYED, Access.SOUGHT)
"""What a page may say of itself; the rest the server writes."""


@dataclass(frozen=True, slots=True)
class Told:
    act: Access
    starts_s: float
    ends_s: float


class BadReport(ValueError):
    """What a page reported is no list of acts; the text says what came and what is allowed."""


def read_report(body: bytes, seconds: float) -> list[Told]:
    """Raises BadReport. Times are clipped to the recording."""
    try:
        came = json.loads(body)
    except (ValueError, RecursionError):  # the latter: ten thousand brackets
        raise BadReport("came no JSON; allowed is a list of [act, from, to]") from None
    if not isinstance(came, list) or len(came) > MOST_AT_ONCE:
        raise BadReport(f"came no list of at most {MOST_AT_ONCE}; allowed is a list of [act, from, to]")
    return [_told(each, seconds) for each in came]


def _told(came: object, seconds: float) -> Told:
    match came:
        case [str(act), int() | float() as starts, int() | float() as ends] if (
            act in TOLD and not isinstance(starts, bool) and not isinstance(ends, bool)
            and _is_finite(starts) and _is_finite(ends)
        ):  # fmt: skip
            clipped = (min(max(0.0, float(second)), seconds) for second in (starts, ends))
            return Told(Access(act), *(round(second, 1) for second in clipped))
    raise BadReport(f"came an entry that is none; allowed is [act, from, to], act one of {', '.join(TOLD)}")


def _is_finite(number: float) -> bool:
    try:
        return isfinite(number)
    except OverflowError:  # an integer no float holds
        return False


def note(
    session: Session,
    account: Account,
    recording_id: int,
    act: Access,
    starts_s: float | None = None,
    ends_s: float | None = None,
    *,
    sent: tuple[int, int] | None = None,
    copy_key: str = "",
) -> None:
    """`sent`: the first and the last byte."""
    first, last = sent or (None, None)
    session.add(
        RecordingAccess(
            recording_id=recording_id,
            account_id=account.id or 0,
            act=act,
            starts_s=starts_s,
            ends_s=ends_s,
            first_byte=first,
            last_byte=last,
            copy_key=copy_key,
        )
    )


@dataclass(frozen=True, slots=True)
class Line:
    access: RecordingAccess
    name: str
    reception: Reception


@dataclass(frozen=True, slots=True)
class Sum:
    """Of one person and one recording. Seconds that were played twice count twice; bytes that were sent, too."""

    account_id: int
    name: str
    reception: Reception
    opened: int
    played_s: float
    sent_bytes: int
    exported: int
    refused: int


def lines_of(
    session: Session, *, reception_id: int | None = None, account_id: int | None = None, most: int, skip: int = 0
) -> tuple[list[Line], int]:
    """Newest first, and how many there are in all."""
    joined = (
        select(RecordingAccess, Account.display_name, Reception)
        .join(Account, col(Account.id) == RecordingAccess.account_id)
        .join(Recording, col(Recording.id) == RecordingAccess.recording_id)
        .join(Reception, col(Reception.id) == Recording.reception_id)
    )
    if reception_id is not None:
        joined = joined.where(Recording.reception_id == reception_id)
    if account_id is not None:
        joined = joined.where(RecordingAccess.account_id == account_id)
    total = session.exec(select(func.count()).select_from(joined.subquery())).one()
    rows = session.exec(joined.order_by(col(RecordingAccess.id).desc()).limit(most).offset(skip)).all()
    return [Line(access, name, reception) for access, name, reception in rows], total


def sums_of(session: Session, *, reception_id: int | None = None, account_id: int | None = None) -> Sequence[Sum]:
    """One for each person and recording, the last to look first."""
    rows = (
        select(RecordingAccess)
        .join(Recording, col(Recording.id) == RecordingAccess.recording_id)
        .order_by(col(RecordingAccess.id).desc())
    )
    if reception_id is not None:
        rows = rows.where(Recording.reception_id == reception_id)
    if account_id is not None:
        rows = rows.where(RecordingAccess.account_id == account_id)
    groups: dict[tuple[int, int], list[RecordingAccess]] = {}
    for access in session.exec(rows):
        groups.setdefault((access.account_id, access.recording_id), []).append(access)
    return [_sum(session, account, recording, found) for (account, recording), found in groups.items()]


def _sum(session: Session, account_id: int, recording_id: int, found: Sequence[RecordingAccess]) -> Sum:
    reception = session.get_one(Reception, session.get_one(Recording, recording_id).reception_id)
    acts = [access.act for access in found]
    return Sum(
        account_id=account_id,
        name=session.get_one(Account, account_id).display_name,
        reception=reception,
        opened=acts.count(Access.OPENED),
        played_s=sum((a.ends_s or 0) - (a.starts_s or 0) for a in found if a.act is Access.PLAYED),
        sent_bytes=sum((a.last_byte or 0) - (a.first_byte or 0) + 1 for a in found if a.act is Access.SENT),
        exported=acts.count(Access.EXPORTED) + acts.count(Access.DOWNLOADED),
        refused=acts.count(Access.REFUSED),
    )
