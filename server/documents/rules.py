"""Who may read, draft and issue a document, and what is wrong or missing in one: pure.

Of an item with a denunciation there is no document here: its minutes and letters belong to the file outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from server.conclusions.acts import WITH_THE_UNIT, AnyFault, words_fault
from server.conclusions.rules import Guard, holds_denunciation, may_read
from server.conclusions.standing import Today
from server.conclusions.tables import TaskState
from server.documents.kinds import KINDS, REPLY_DUE, About
from server.documents.tables import DocumentKind
from server.documents.vietnamese import short_day
from server.people.rights import Right, Role, rights_of
from server.petitions.rules import Reading, reading
from server.petitions.transitions import LONGEST_REASON, document_fault
from server.receptions.tables import ItemState, ReceptionState


class DocumentFault(StrEnum):
    MISSING = "missing"  # a part that has to be there
    NO_SYMBOL = "no_symbol"
    NO_REASON = "no_reason"
    NO_REPLY_DAY = "no_reply_day"
    OTHER_REPLY_DAY = "other_reply_day"  # the text names another day, or none
    UNPRINTABLE = "unprintable"  # a character that the font of the paper lacks


Faults = dict[str, AnyFault | DocumentFault]
"""By the name of the part, "symbol" or "reason"."""


def reads(role: Role, kind: DocumentKind, guards: Iterable[Guard]) -> bool:
    """A reception without a petition has no guards: who reads documents reads its minutes."""
    if Right.READ_DOCUMENTS not in rights_of(role):
        return False
    of_petitions = list(guards)
    if KINDS[kind].about is About.RECEPTION:
        return True
    if not may_read(role, of_petitions):
        return False
    if not KINDS[kind].names or holds_denunciation(
        of_petitions
    ):  # of which nothing is left but numbers and hashes
        return True
    return all(reading(role, *guard) >= Reading.FULL for guard in of_petitions)


def drafts(role: Role, kind: DocumentKind, guards: Iterable[Guard]) -> bool:
    of_petitions = list(guards)
    allowed = Right.DRAFT_DOCUMENTS in rights_of(role) and reads(role, kind, of_petitions)
    return allowed and not holds_denunciation(of_petitions)


def issues(role: Role, kind: DocumentKind, guards: Iterable[Guard]) -> bool:
    of_petitions = list(guards)
    return Right.ISSUE_DOCUMENTS in rights_of(role) and drafts(role, kind, of_petitions)


def is_time_for(
    kind: DocumentKind, reception: ReceptionState, item: ItemState | None = None, *, concluded: bool = False
) -> bool:
    """Whether there is something to write about: minutes from the call on, a notice after the conclusion."""
    held = reception in (ReceptionState.OPEN, ReceptionState.ENDED)
    called = held and item in (ItemState.OPEN, ItemState.DONE)
    return {
        DocumentKind.MINUTES: called,
        DocumentKind.NOTICE: called and concluded,
        DocumentKind.URGING: concluded,
        DocumentKind.APPOINTMENT: reception is not ReceptionState.CANCELLED,
        DocumentKind.NOBODY_CAME: held and item is None,
    }[kind]


def may_be_urged(state: TaskState, due_on: date, today: Today) -> bool:
    """Once its deadline has passed, while it is with its unit."""
    return state in WITH_THE_UNIT and due_on < today.day


def wrong_in(
    kind: DocumentKind, symbol: str, content: Mapping[str, str], reason: str, names: tuple[str, ...]
) -> Faults:
    """What may not even be kept in a draft. `names` of petitioners: only some kinds may name them."""
    found: Faults = {}
    refused = () if KINDS[kind].names else names
    texts = [(part.name, content.get(part.name, ""), part.longest) for part in KINDS[kind].parts]
    for name, text, longest in (*texts, ("reason", reason, LONGEST_REASON)):
        fault = words_fault(text, longest, False, names if name == "reason" else refused)
        if fault is not None:
            found[name] = fault
    fault = document_fault(symbol, needed=False)
    if fault is not None:
        found["symbol"] = fault
    return found


def reply_due_in(content: Mapping[str, str]) -> date | None:
    try:
        return date.fromisoformat(content.get(REPLY_DUE, ""))
    except ValueError:
        return None


def missing_in(
    kind: DocumentKind, symbol: str, content: Mapping[str, str], reason: str, *, corrects: bool
) -> Faults:
    """What must still be written before it can be issued."""
    found: Faults = {
        part.name: DocumentFault.MISSING
        for part in KINDS[kind].parts
        if part.needed and not content.get(part.name)
    }
    if KINDS[kind].reply:
        due_on = reply_due_in(content)
        if due_on is None:
            found[REPLY_DUE] = DocumentFault.NO_REPLY_DAY
        elif not any(short_day(due_on) in text for name, text in content.items() if name != REPLY_DUE):
            found[REPLY_DUE] = DocumentFault.OTHER_REPLY_DAY
    if KINDS[kind].numbered and not symbol:
        found["symbol"] = DocumentFault.NO_SYMBOL
    if corrects and not reason:
        found["reason"] = DocumentFault.NO_REASON
    return found
