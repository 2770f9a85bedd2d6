"""Who may read, draft, issue and follow an item's conclusion, and what states and acts are called.

An item is read as its most guarded petition is. Whoever does not read the record of each of them learns neither
the conclusion nor the tasks: both tell what became of the petition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.conclusions.tables import TaskAct, TaskState
from server.people.rights import Right, Role, rights_of
from server.petitions.rules import Reading, is_audited, reading
from server.petitions.tables import Confidentiality, PetitionKind
from server.receptions.tables import ItemState, ReceptionState
from server.web.languages import N_

Guard = tuple[PetitionKind, Confidentiality]
"""What decides who reads a petition."""

_SAID = frozenset({Right.FOLLOW_TASKS, Right.ANSWER_TASKS})
_DECIDED = frozenset({Right.DECIDE_TASKS})
_ACTS: Mapping[TaskAct, frozenset[Right]] = {
    TaskAct.ACKNOWLEDGE: _SAID,
    TaskAct.PROGRESS: _SAID,
    TaskAct.OBSTRUCT: _SAID,
    TaskAct.CLEAR: _SAID,
    TaskAct.REPORT: _SAID,
    TaskAct.EXTEND: _DECIDED,
    TaskAct.SEND_BACK: _DECIDED,
    TaskAct.CONFIRM: _DECIDED,
    TaskAct.CANCEL: _DECIDED,
}

# English message ids of the catalogue.
STATE_WORDS: dict[TaskState, str] = {
    TaskState.ASSIGNED: N_("Newly given"),
    TaskState.ACKNOWLEDGED: N_("Acknowledged"),
    TaskState.IN_PROGRESS: N_("Being done"),
    TaskState.REPORTED: N_("Reported done"),
    TaskState.CONFIRMED: N_("Confirmed done"),
    TaskState.CANCELLED: N_("Task cancelled"),
}
ACT_WORDS: dict[TaskAct, str] = {
    TaskAct.ASSIGN: N_("Given by the conclusion"),
    TaskAct.CORRECT: N_("Corrected with the conclusion"),
    TaskAct.REASSIGN: N_("Given to another unit"),
    TaskAct.ACKNOWLEDGE: N_("The unit acknowledged it"),
    TaskAct.PROGRESS: N_("Progress was reported"),
    TaskAct.OBSTRUCT: N_("Obstructed"),
    TaskAct.CLEAR: N_("The obstacle is gone"),
    TaskAct.EXTEND: N_("Deadline extended"),
    TaskAct.REPORT: N_("Reported done"),
    TaskAct.SEND_BACK: N_("Sent back"),
    TaskAct.CONFIRM: N_("Confirmed done"),
    TaskAct.CANCEL: N_("Task cancelled"),
}


def may_read(role: Role, guards: Iterable[Guard]) -> bool:
    """Whether the role reads conclusion and tasks of an item with these petitions. Without any nobody does."""
    levels = [reading(role, kind, confidentiality) for kind, confidentiality in guards]
    return bool(levels) and min(levels) >= Reading.RECORD


def may_draft(role: Role, guards: Iterable[Guard]) -> bool:
    return Right.DRAFT_CONCLUSIONS in rights_of(role) and may_read(role, guards)


def may_issue(role: Role, guards: Iterable[Guard]) -> bool:
    return Right.ISSUE_CONCLUSIONS in rights_of(role) and may_read(role, guards)


def may_record(role: Role, act: TaskAct, guards: Iterable[Guard]) -> bool:
    """Whether it is a task of the role's own unit the caller has asked already."""
    return not rights_of(role).isdisjoint(_ACTS.get(act, ())) and may_read(role, guards)


def reading_is_noted(guards: Iterable[Guard]) -> bool:
    """Such words stand on no list: they are read on a page of their own, which the audit log notes."""
    return any(is_audited(kind, confidentiality) for kind, confidentiality in guards)


def holds_denunciation(guards: Iterable[Guard]) -> bool:
    return any(kind == PetitionKind.DENUNCIATION for kind, _confidentiality in guards)


def may_be_concluded(reception: ReceptionState, item: ItemState) -> bool:
    """From the moment the item is called: the clerk writes while it is heard."""
    held = reception in (ReceptionState.OPEN, ReceptionState.ENDED)
    return held and item in (ItemState.OPEN, ItemState.DONE)
