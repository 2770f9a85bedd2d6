"""Correcting a chapter: its times and its title, with a reason, beside what was there before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from recordings.corrections import Written
from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account
from server.receptions.chapters import Marked, corrections_of
from server.receptions.tables import ChapterCorrection
from server.review.clocks import clock, second_in
from server.review.reading import Watchable
from server.review.withholding import Span
from server.web.languages import N_

SHORTEST_S = 1.0
TITLE, REASON = 160, 300

NO_TIME = N_("Write it as 12:05 or 1:02:33; tenths as 12:05.5.")
BEYOND = N_("The recording ends before.")
TOO_SHORT = N_("The end lies at least a second after the beginning.")
WITHHELD = N_("A part of this span is confidential or in quarantine; a chapter must not reach into it.")
NO_REASON = N_("Say why in 1 to 300 characters.")
TITLE_TOO_LONG = N_("At most 160 characters.")
NOTHING_CHANGED = N_("Nothing is different from what is there already.")
NOT_SIGNED = N_(
    "The correction could not be signed beside the recording, so nothing was saved. Tell the technician: the"
    " server's log says why."
)
MOVED_ON = N_("Somebody corrected this chapter meanwhile; below is what is in force now. Look and save again.")


@dataclass(frozen=True, slots=True)
class Correction:
    starts_s: float
    ends_s: float
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Exactly one of the two is empty."""

    correction: Correction | None
    mistakes: Mapping[str, str]


def check(form: Mapping[str, str], chapter: Marked, seconds: float, closed: tuple[Span, ...]) -> Checked:
    """`closed`: what may not be watched. A time that was not touched keeps its fractions."""
    mistakes: dict[str, str] = {}
    title, reason = (" ".join(form.get(name, "").split()) for name in ("title", "reason"))
    starts = _second(form, "starts", chapter.starts_s, seconds, mistakes)
    ends = _second(form, "ends", chapter.ends_s, seconds, mistakes)
    if not mistakes and ends - starts < SHORTEST_S:
        mistakes["ends"] = TOO_SHORT
    if not mistakes and any(
        starts < closed_ends and closed_starts < ends for closed_starts, closed_ends in closed
    ):
        mistakes["starts"] = WITHHELD
    if len(title) > TITLE:
        mistakes["title"] = TITLE_TOO_LONG
    if not 1 <= len(reason) <= REASON:
        mistakes["reason"] = NO_REASON
    if not mistakes and (starts, ends, title) == (chapter.starts_s, chapter.ends_s, chapter.title):
        mistakes["starts"] = NOTHING_CHANGED
    return Checked(None if mistakes else Correction(starts, ends, title, reason), mistakes)


def correct(
    session: Session, account: Account, watched: Watchable, chapter: Marked, made: Correction, signed: Written
) -> ChapterCorrection:
    """`signed`: its line beside the recording, which the audit log witnesses."""
    row = ChapterCorrection(
        recording_id=watched.recording.id or 0,
        item_id=chapter.item_id,
        ordinal=chapter.ordinal,
        starts_s=made.starts_s,
        ends_s=made.ends_s,
        title=made.title,
        before_starts_s=chapter.starts_s,
        before_ends_s=chapter.ends_s,
        before_title=chapter.title,
        reason=made.reason,
        made_by=subject_of(account),
    )
    session.add(row)
    session.flush()
    detail = {
        "item": chapter.item_id,
        "from": [chapter.starts_s, chapter.ends_s],
        "to": [made.starts_s, made.ends_s],
        "signed": {"number": signed.entry.number, "line_sha256": signed.line_sha256},
    }
    audit.record(session, row.made_by, "chapter_corrected", f"recording:{row.recording_id}", detail)
    return row


def chapter_in(watched: Watchable, item_id: int, ordinal: int) -> Marked | None:
    """None: there is no such chapter, or this reader may not watch it."""
    found = (c for c in watched.shown_chapters if (c.item_id, c.ordinal) == (item_id, ordinal))
    return next(found, None)


def history_of(session: Session, watched: Watchable, chapter: Marked | None = None) -> list[ChapterCorrection]:
    """Newest first; of all chapters that the reader may watch, or of one."""
    shown = {(c.item_id, c.ordinal) for c in ([chapter] if chapter else watched.shown_chapters)}
    made = corrections_of(session, watched.recording.id or 0)
    return [row for row in reversed(made) if (row.item_id, row.ordinal) in shown]


def _second(form: Mapping[str, str], name: str, now_s: float, seconds: float, mistakes: dict[str, str]) -> float:
    came = form.get(name, "").strip()
    if came == clock(now_s):
        return now_s
    second = second_in(came)
    if second is None:
        mistakes[name] = NO_TIME
    elif second > seconds:
        mistakes[name] = BEYOND
    return second or 0.0
