"""What a conclusion may say: pure. A draft may be incomplete, and is kept so; what is wrong in it is not saved.

Of an item with a denunciation nothing is kept in words: neither content, nor the citizen's opinion, nor what a
task asks for, nor who is responsible or reported to. What remains is the number of the conclusion in the file
outside, who is to act on it and until when. A department is then one of the list: free words would sooner or
later name somebody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.conclusions.acts import AnyFault, words_fault
from server.conclusions.assignees import Assignee
from server.petitions.transitions import document_fault

MOST_TASKS = 12
LONGEST_CONTENT = 10_000
LONGEST_OPINION = 5_000
LONGEST_TASK = 2_000
LONGEST_PERSON = 120
LONGEST_REASON = 300


class DraftFault(StrEnum):
    NO_CONTENT = "no_content"
    NO_DOCUMENT = "no_document"  # of a denunciation
    NO_REASON = "no_reason"  # for a correction
    NO_TASK = "no_task"
    TASKS_AND_SETTLED = "tasks_and_settled"
    NO_TASK_CONTENT = "no_task_content"
    NO_UNIT = "no_unit"
    UNKNOWN_UNIT = "unknown_unit"
    NOT_ON_THE_LIST = "not_on_the_list"  # of a denunciation: free words
    NO_DEADLINE = "no_deadline"
    BAD_DAY = "bad_day"
    BEFORE_THE_RECEPTION = "before_the_reception"


DraftFaults = dict[str, AnyFault | DraftFault]
"""By the name of the field: "content", or of the second task "task-1-due_on"."""


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """`number`: of the task it goes on from in a corrected conclusion."""

    content: str = ""
    assignee: Assignee | None = None
    due_on: date | None = None
    person: str = ""
    report_to: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    content: str = ""
    citizen_opinion: str = ""
    document: str = ""
    settled_here: bool = False
    reason: str = ""
    tasks: tuple[TaskDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """What a draft is judged by."""

    held_on: date  # the reception's day
    denunciation: bool = False
    names: tuple[str, ...] = ()  # of the petitioners
    corrects: bool = False


def field_of(place: int, name: str) -> str:
    return f"task-{place}-{name}"


def wrong_in(draft: Draft, ground: Ground) -> DraftFaults:
    """What may not even be kept in a draft."""
    found: DraftFaults = {}
    texts = [
        ("content", draft.content, LONGEST_CONTENT),
        ("citizen_opinion", draft.citizen_opinion, LONGEST_OPINION),
        ("reason", draft.reason, LONGEST_REASON),
    ]
    for place, task in enumerate(draft.tasks):
        texts += [
            (field_of(place, "content"), task.content, LONGEST_TASK),
            (field_of(place, "person"), task.person, LONGEST_PERSON),
            (field_of(place, "report_to"), task.report_to, LONGEST_PERSON),
        ]
        if task.due_on is not None and task.due_on < ground.held_on:
            found[field_of(place, "due_on")] = DraftFault.BEFORE_THE_RECEPTION
        fault = _assignee_fault(task.assignee, ground)
        if fault is not None:
            found[field_of(place, "assignee")] = fault
    for name, text, longest in texts:
        wrong = words_fault(text, longest, ground.denunciation, ground.names)
        if wrong is not None:
            found[name] = wrong
    document = document_fault(draft.document, needed=False)
    if document is not None:
        found["document"] = document
    return found


def missing_in(draft: Draft, ground: Ground) -> DraftFaults:
    """What must still be written before it can be issued."""
    found: DraftFaults = {}
    if ground.denunciation:
        if not draft.document:
            found["document"] = DraftFault.NO_DOCUMENT
    elif not draft.content:
        found["content"] = DraftFault.NO_CONTENT
    if ground.corrects and not ground.denunciation and not draft.reason:
        found["reason"] = DraftFault.NO_REASON
    if not draft.tasks and not draft.settled_here:
        found["settled_here"] = DraftFault.NO_TASK
    if draft.tasks and draft.settled_here:
        found["settled_here"] = DraftFault.TASKS_AND_SETTLED
    for place, task in enumerate(draft.tasks):
        if not task.content and not ground.denunciation:
            found[field_of(place, "content")] = DraftFault.NO_TASK_CONTENT
        if task.assignee is None:
            found[field_of(place, "assignee")] = DraftFault.NO_UNIT
        if task.due_on is None:
            found[field_of(place, "due_on")] = DraftFault.NO_DEADLINE
    return found


def _assignee_fault(assignee: Assignee | None, ground: Ground) -> AnyFault | DraftFault | None:
    if assignee is None or assignee.listed:
        return None
    if ground.denunciation:
        return DraftFault.NOT_ON_THE_LIST
    return words_fault(assignee.name, LONGEST_PERSON, False, ground.names)
