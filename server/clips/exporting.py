"""Who may export which clip, and the note of it in the audit log. What is cut and signed is `recordings.clips`.

Three steps, because the middle one takes as long as reading the recording and no unit of work may wait for it:
`plan`, then `recordings.clips.export` in a thread, then `note`; where the note fails the clip is removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import Session

from recordings.clip_proof import Proof, Wish
from recordings.manifest import Span
from server.documents.fonts import unprintable
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right, Role, rights_of
from server.people.tables import Account
from server.receptions.chapters import merged
from server.receptions.queries import AgendaLine, recording_of
from server.review import accesses
from server.review.reading import Reader, is_ready, watchable
from server.review.tables import Access
from server.review.withholding import NEIGHBOUR_S, without
from server.web.languages import N_

REASON = 500
NOT_ALLOWED = N_("This account may not export clips.")
NO_RECORDING = N_("This reception has no recording that is ready.")
NO_ITEM = N_("The agenda has no such item, or nothing of it was recorded.")
NO_REASON = N_("Say in 1 to 500 characters for whom or for what the clip is, without names of petitioners.")
UNPRINTABLE = N_("The reason has characters that cannot be printed on the cover sheet.")
CONFIDENTIAL = N_("This item is confidential, and this account may not read it. No clip was made.")
WITHHELD = N_("Of this span this account may hand out nothing: it is confidential or in quarantine.")


class ExportRefused(ValueError):
    """Its text is a message id."""


@dataclass(frozen=True, slots=True)
class Planned:
    recording_id: int
    folder: str
    wishes: tuple[Wish, ...]

    @property
    def key(self) -> str:
        """Another one once anything else would be cut or left out."""
        said = "|".join(wish.model_dump_json(include={"asked", "withheld", "title"}) for wish in self.wishes)
        return sha256(f"{self.folder}|{said}".encode()).hexdigest()


def plan(
    session: Session,
    account: Account,
    reception_id: int,
    *,
    position: int | None,
    span: Span | None,
    reason: str,
    role: Role | None = None,
) -> Planned:
    """Of an item, by its place on the agenda, one clip for each time it was heard (with a span: of those times
    that it touches); or of a span of the file. `role`: in which it was asked for, where that was earlier.

    Raises ExportRefused.
    """
    role = role or Role(account.role)
    if Right.EXPORT_CLIPS not in rights_of(role):
        raise ExportRefused(NOT_ALLOWED)
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= REASON:
        raise ExportRefused(NO_REASON)
    if unprintable(reason):
        raise ExportRefused(UNPRINTABLE)
    recording = recording_of(session, reception_id)
    if recording is None or not is_ready(recording):
        raise ExportRefused(NO_RECORDING)
    watched = watchable(session, recording, Reader(role))
    asked = [span] if span is not None else []
    title = ""
    if position is not None:
        line = next((line for line in watched.lines if line.item.position == position), None)
        marked = [each for each in watched.chapters if line is not None and each.item_id == line.item_id]
        if line is None or not marked:
            raise ExportRefused(NO_ITEM)
        if line.item_id not in watched.watchable_items:
            raise ExportRefused(CONFIDENTIAL)
        title = _title(line)
        times = merged((each.starts_s, each.ends_s) for each in marked)
        if span is not None:
            times = [(a, b) for a, b in times if min(b, span.ends_s) - max(a, span.starts_s) > NEIGHBOUR_S]
        if not times:
            raise ExportRefused(NO_ITEM)
        asked = [Span(starts_s=starts, ends_s=ends) for starts, ends in times]
    # Chapters are stored to the millisecond: one that ends with the file may end a little after it.
    until = recording.seconds
    if not without([(each.starts_s, each.ends_s) for each in asked], watched.withheld):
        raise ExportRefused(WITHHELD)
    wishes = [
        Wish(
            asked=Span(starts_s=each.starts_s, ends_s=min(each.ends_s, until) if title else each.ends_s),
            title=title,
            withheld=tuple(Span(starts_s=starts, ends_s=ends) for starts, ends in watched.withheld),
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
    for cut in proof.cuts:
        accesses.note(session, account, recording_id, Access.EXPORTED, cut.source.starts_s, cut.source.ends_s)


def _title(line: AgendaLine) -> str:
    """As the clip's cover calls the item: its place and its petitions' codes."""
    codes = ", ".join(petition.code for petition in line.petitions)
    return f"Mục {line.item.position}: {codes}" if codes else f"Mục {line.item.position}"
