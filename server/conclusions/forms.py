"""What comes in from the forms of conclusions and tasks, and the sentence that stands beside each mistake."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.conclusions.acts import AnyFault, TaskFault, WantedAct
from server.conclusions.assignees import Assignee, assignee_named, label_of
from server.conclusions.drafting import MOST_TASKS, Draft, DraftFault, TaskDraft, field_of
from server.conclusions.tables import TaskAct
from server.petitions.standing_forms import MOVED_ON as STATUS_MOVED_ON
from server.petitions.standing_forms import NOT_CONFIRMED, Filled
from server.petitions.transitions import Fault
from server.rooms.tables import Room
from server.web.asked import whole
from server.web.languages import N_

SENTENCES: dict[AnyFault | DraftFault, str] = {
    Fault.NO_DAY: N_("Enter the day."),
    Fault.IN_THE_FUTURE: N_("This day lies in the future. Record it when it has happened."),
    Fault.BEFORE_THE_LAST: N_("This day lies before the day it follows on. Check both days."),
    Fault.NO_NUMBER: N_("Write the number as on the document, without names: 123/QĐ-UBND, 45/2026/TB-TTr."),
    Fault.TOO_LONG: N_("This text is too long. Shorten it."),
    Fault.NAMES_PETITIONER: N_("The text carries the petitioner's name. Say it without the name."),
    TaskFault.NOT_NEXT: N_("This cannot be recorded of the task as it stands now. Look at its history first."),
    TaskFault.NO_WORDS: N_("Say it in a sentence, without names of petitioners."),
    TaskFault.NO_REPORT: N_("Enter the number of the unit's report, for instance 123/BC-UBND."),
    TaskFault.NO_DOCUMENT: N_(
        "Of a denunciation no words are kept. Enter the number of the document that says it."
    ),
    TaskFault.WORDS_IN_DENUNCIATION: N_("Of a denunciation no words are kept, only a document's number."),
    TaskFault.NO_NEW_DAY: N_("Enter the new deadline."),
    TaskFault.NOT_LATER: N_("The new deadline is not after the present one. Enter a later day."),
    TaskFault.AFTER_THE_DEADLINE: N_(
        "The deadline had passed on this day; it could not be extended any more. Correct the conclusion instead."
    ),
    TaskFault.NOBODY_ALLOWED_IT: N_("Enter who granted the extension."),
    DraftFault.NO_CONTENT: N_("Write what the host concluded."),
    DraftFault.NO_DOCUMENT: N_("Enter the number of the conclusion in the file outside, for instance 12/TB-UBND."),
    DraftFault.NO_REASON: N_("Say why the conclusion is corrected."),
    DraftFault.NO_TASK: N_("Give at least one task, or say that the matter was settled on the spot."),
    DraftFault.TASKS_AND_SETTLED: N_("It was settled on the spot, and there are tasks. Only one can be right."),
    DraftFault.NO_TASK_CONTENT: N_("Write what is to be done."),
    DraftFault.NO_UNIT: N_("Enter the unit that is given the task."),
    DraftFault.UNKNOWN_UNIT: N_(
        "No unit was called so on the day of the reception, or several were. Choose one of the list."
    ),
    DraftFault.NOT_ON_THE_LIST: N_(
        "Of a denunciation only units and departments of the list are named. Choose one of the list."
    ),
    DraftFault.NO_DEADLINE: N_("Enter the deadline."),
    DraftFault.BAD_DAY: N_("This is no day. Enter the deadline as day, month and year."),
    DraftFault.BEFORE_THE_RECEPTION: N_("This day lies before the day of the reception. Enter a later day."),
}
DRAFT_MOVED_ON = N_(
    "Somebody saved or issued this conclusion in the meantime, so nothing was saved. Your text is still here:"
    " open the conclusion in a second window and compare."
)
TASK_MOVED_ON = STATUS_MOVED_ON
MEETING_TWICE = N_("A review meeting of this day is on the record already.")
_TEXTS = ("content", "citizen_opinion")
_LINES = ("document", "reason", "settled_here")
_OF_A_TASK = ("content", "assignee", "due_on", "person", "report_to", "number")


@dataclass(slots=True)
class FilledDraft:
    """The form as it came: `values` to show it again, `draft` with what could be read of it. A task none of whose
    fields was filled in is left out of both."""

    stamp: str
    values: dict[str, str]
    tasks: list[dict[str, str]]
    draft: Draft
    faults: dict[str, AnyFault | DraftFault]


def read_draft(form: Mapping[str, Any], units: Sequence[Room], departments: Sequence[str]) -> FilledDraft:
    values = {name: _text(form, name) for name in _TEXTS} | {name: _line(form, name) for name in _LINES}
    faults: dict[str, AnyFault | DraftFault] = {}
    shown: list[dict[str, str]] = []
    tasks: list[TaskDraft] = []
    for place in range(MOST_TASKS):
        came = {name: _line(form, field_of(place, name)) for name in _OF_A_TASK}
        came["content"] = _text(form, field_of(place, "content"))
        if not any(came[name] for name in _OF_A_TASK if name != "number") or _line(
            form, field_of(place, "remove")
        ):
            continue
        tasks.append(_task(came, len(tasks), units, departments, faults))
        shown.append(came)
    draft = Draft(
        content=values["content"],
        citizen_opinion=values["citizen_opinion"],
        document=values["document"],
        settled_here=values["settled_here"] == "yes",
        reason=values["reason"],
        tasks=tuple(tasks),
    )
    return FilledDraft(_line(form, "stamp"), values, shown, draft, faults)


def shown_draft(draft: Draft, stamp: str, units: Sequence[Room]) -> FilledDraft:
    """A draft as the form shows it."""
    labels = {unit.code: label_of(unit) for unit in units}
    values = {
        "content": draft.content,
        "citizen_opinion": draft.citizen_opinion,
        "document": draft.document,
        "settled_here": "yes" if draft.settled_here else "",
        "reason": draft.reason,
    }
    tasks = [
        {
            "content": task.content,
            "assignee": _label(task.assignee, labels),
            "due_on": task.due_on.isoformat() if task.due_on else "",
            "person": task.person,
            "report_to": task.report_to,
            "number": str(task.number or ""),
        }
        for task in draft.tasks
    ]
    return FilledDraft(stamp, values, tasks, draft, {})


def read_act(form: Mapping[str, Any]) -> tuple[Filled, WantedAct]:
    """`after`: how many rows the history had when the form was made."""
    names = ("act", "holds_on", "document", "due_on", "allowed_by", "after", "confirmed")
    filled = Filled("act", {name: _line(form, name) for name in names} | {"words": _text(form, "words")})
    values = filled.values
    act = TaskAct(values["act"]) if values["act"] in set(TaskAct) else None
    filled.form = values["act"] if act else "act"
    if values["confirmed"] != "yes":
        filled.mistakes["confirmed"] = NOT_CONFIRMED
    wanted = WantedAct(
        act,
        filled.day("holds_on"),
        values["document"],
        values["words"],
        filled.day("due_on") if act is TaskAct.EXTEND else None,
        values["allowed_by"] if act is TaskAct.EXTEND else "",
    )
    return filled, wanted


def read_meeting(form: Mapping[str, Any]) -> Filled:
    filled = Filled("meeting", {name: _line(form, name) for name in ("held_on", "document", "note", "confirmed")})
    if filled.values["confirmed"] != "yes":
        filled.mistakes["confirmed"] = NOT_CONFIRMED
    return filled


def sentences(faults: Mapping[str, AnyFault | DraftFault]) -> dict[str, str]:
    return {name: SENTENCES[fault] for name, fault in faults.items()}


def _task(
    came: Mapping[str, str],
    place: int,
    units: Sequence[Room],
    departments: Sequence[str],
    faults: dict[str, AnyFault | DraftFault],
) -> TaskDraft:
    assignee = assignee_named(came["assignee"], units, departments) if came["assignee"] else None
    if came["assignee"] and assignee is None:
        faults[field_of(place, "assignee")] = DraftFault.UNKNOWN_UNIT
    due_on = _day(came["due_on"])
    if came["due_on"] and due_on is None:
        faults[field_of(place, "due_on")] = DraftFault.BAD_DAY
    number = whole(came["number"], 4)
    return TaskDraft(came["content"], assignee, due_on, came["person"], came["report_to"], number)


def _label(assignee: Assignee | None, labels: Mapping[str, str]) -> str:
    return "" if assignee is None else labels.get(assignee.code, assignee.name)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _line(form: Mapping[str, Any], name: str) -> str:
    """Composed (NFC), on one line."""
    value = form.get(name, "")
    return " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else ""


def _text(form: Mapping[str, Any], name: str) -> str:
    """Composed, its lines kept."""
    value = form.get(name, "")
    if not isinstance(value, str):
        return ""
    lines = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def read_reply(form: Mapping[str, Any], letter: str) -> tuple[Filled, date | None, str]:
    """Of the unit that was urged by `letter`: the day, and the number of what it wrote."""
    names = ("replied_on", "reply_document")
    values = {name: " ".join(unicodedata.normalize("NFC", str(form.get(name, ""))).split()) for name in names}
    filled = Filled(f"letter-{letter}", values)
    if form.get("confirmed") != "yes":
        filled.mistakes["confirmed"] = NOT_CONFIRMED
    return filled, filled.day("replied_on"), values["reply_document"]
