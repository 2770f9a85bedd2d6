"""When a recording leaves this machine for the archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

IN_USE = timedelta(hours=1)  # since somebody was last sent something of it


class Standing(StrEnum):
    YOUNG = "young"
    HELD = "held"
    QUARANTINED = "quarantined"
    PROPOSED = "proposed"
    WATCHED = "watched"
    UNPROVEN = "unproven"
    DUE = "due"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a sealed recording."""

    recording: int
    reception: int
    title: str
    folder: str
    began_at: datetime
    bytes: int
    held: bool
    quarantined: bool
    proposed: bool
    used_at: datetime | None


def leaves_at(facts: Facts, after_days: int) -> datetime:
    return facts.began_at + timedelta(days=after_days)


def standing_of(facts: Facts, now: datetime, after_days: int) -> Standing:
    """Of one that is not archived yet."""
    if now < leaves_at(facts, after_days):
        return Standing.YOUNG
    if facts.held:
        return Standing.HELD
    if facts.quarantined:
        return Standing.QUARANTINED
    if facts.proposed:
        return Standing.PROPOSED
    if is_in_use(facts, now):
        return Standing.WATCHED
    return Standing.DUE


def is_in_use(facts: Facts, now: datetime) -> bool:
    return facts.used_at is not None and now - facts.used_at < IN_USE
