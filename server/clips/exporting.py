"""Who may export which clip, and the note of it in the audit log. What is cut and signed is `recordings.clips`.

Three steps, because the middle one takes as long as reading the recording and no unit of work may wait for it:
`plan`, then `recordings.clips.export` in a thread, then `note`; where the note fails the clip is removed.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from recordings.clips import Proof, Wish
from recordings.manifest import Span
from server.clips.withheld import Heard, may_have, withheld
from server.documents.pdf_file import unprintable
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right, Role, rights_of
from server.people.tables import Account
from server.receptions.hearings import merged
from server.receptions.queries import AgendaLine, agenda_of, chapters_of, recording_of
from server.receptions.tables import RecordingState
from server.web.languages import N_

REASON = 500
NOT_ALLOWED = N_("This account may not export clips.")
NO_RECORDING = N_("This reception has no recording that is ready.")
NO_ITEM = N_("The agenda has no such item, or nothing of it was recorded.")
NO_REASON = N_("Say in 1 to 500 characters for whom or for what the clip is, without names of petitioners.")
UNPRINTABLE = N_("The reason has characters that cannot be printed on the cover sheet.")
CONFIDENTIAL = N_("This item is confidential, and this account may not read it. No clip was made.")


class ExportRefused(ValueError):
    """Its text is a message id."""


@dataclass(frozen=True, slots=True)
class Planned:
    recording_id: int
    folder: str
    wishes: tuple[Wish, ...]


def plan(
    session: Session, account: Account, reception_id: int, *, position: int | None, span: Span | None, reason: str
) -> Planned:
    """Of an item, by its place on the agenda, one clip for each time it was heard; or of a span of the file.

    Raises ExportRefused.
    """
    role = Role(account.role)
    if Right.EXPORT_CLIPS not in rights_of(role):
        raise ExportRefused(NOT_ALLOWED)
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= REASON:
        raise ExportRefused(NO_REASON)
    if unprintable(reason):
        raise ExportRefused(UNPRINTABLE)
    recording = recording_of(session, reception_id)
    if recording is None or recording.state != RecordingState.SEALED or not recording.file:
        raise ExportRefused(NO_RECORDING)
    lines = agenda_of(session, reception_id)
    chapters = {
        item: [Span(starts_s=starts, ends_s=ends) for starts, ends in merged(spans)]
        for item, spans in chapters_of(session, recording.id or 0).items()
    }
    closed = withheld(
        (Heard(each, may_have(role, line.petitions)) for line in lines for each in chapters.get(line.item_id, [])),
        recording.seconds,
    )
    asked = [span] if span is not None else []
    title = ""
    if position is not None:
        line = next((line for line in lines if line.item.position == position), None)
        if line is None or not chapters.get(line.item_id):
            raise ExportRefused(NO_ITEM)
        if not may_have(role, line.petitions):
            raise ExportRefused(CONFIDENTIAL)
        asked, title = chapters[line.item_id], _title(line)
    # Chapters are stored to the millisecond: one that ends with the file may end a little after it.
    until = recording.seconds
    wishes = [
        Wish(
            asked=Span(starts_s=each.starts_s, ends_s=min(each.ends_s, until) if title else each.ends_s),
            title=title,
            withheld=closed,
            exported_by=account.login,
            reason=reason,
        )
        for each in asked
    ]
    return Planned(recording.id or 0, recording.folder, tuple(wishes))


def note(session: Session, account: Account, recording_id: int, proof: Proof) -> None:
    detail = {
        "spans": [[cut.source.starts_s, cut.source.ends_s] for cut in proof.cuts],
        "withheld_s": proof.withheld_s,
        "clip_sha256": proof.clip.sha256,
    }
    audit.record(session, subject_of(account), "clip_exported", f"recording:{recording_id}", detail)


def _title(line: AgendaLine) -> str:
    """As the clip's cover calls the item: its place and its petitions' codes."""
    codes = ", ".join(petition.code for petition in line.petitions)
    return f"Mục {line.item.position}: {codes}" if codes else f"Mục {line.item.position}"
