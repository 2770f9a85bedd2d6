"""What the demonstration's two receptions of the past concluded, and what became of the tasks since.

Every state of a task and every standing of a deadline is there on any day.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from server.conclusions.acts import WantedAct
from server.conclusions.assignees import assignee_named, name_of, units_of
from server.conclusions.drafting import Draft, TaskDraft
from server.conclusions.following import record_act
from server.conclusions.ground import ItemGround, ground_of
from server.conclusions.own_units import OwnUnit, author_in
from server.conclusions.reviewing import record_meeting
from server.conclusions.tables import Task, TaskAct
from server.conclusions.versions import begin_correction, issue, save_draft, stamp_of, versions_of
from server.demo.accounts import ACCOUNTS
from server.people.accounts import account_by_login
from server.petitions.history import Author
from server.petitions.tables import Petition
from server.receptions.tables import AgendaItem, AgendaItemPetition, Reception, ReceptionState
from server.rooms.tables import Room
from server.web.languages import HERE

_DATA = Path(__file__).parent / "data"
_ISSUED_AT = time(16)
_CORRECTED_AFTER = timedelta(days=2)
_MEETINGS = ((34, "12/BB-TCD"), (17, "15/BB-TCD"))
"""Days ago, and the number of the record."""
Row = dict[str, str]


def fill_conclusions(session: Session, rooms: Sequence[Room], today: date, author: Author) -> None:
    """The receptions must have been held already; their days are found by the petitions they heard."""
    tasks = list(_rows("tasks.csv"))
    for row in _rows("conclusions.csv"):
        ground = _ground(session, row)
        named = [task for task in tasks if _same(task, row)]
        first_number = 1 if row["step"] == "corrected" else None
        drafts = [
            _task(task, rooms, today, None if first_number is None else first_number + place)
            for place, task in enumerate(named)
        ]
        _conclude(session, ground, row, tuple(drafts), author)
    for row in _rows("task_acts.csv"):
        ground = _ground(session, row)
        task = session.exec(
            select(Task).where(Task.item_id == ground.item_id, Task.number == int(row["task"]))
        ).one()
        record_act(session, task, ground, _act(row, today), _said_by(session, row, rooms) or author, today)


def fill_review_meetings(session: Session, today: date, author: Author) -> None:
    for days_ago, document in _MEETINGS:
        record_meeting(session, today - timedelta(days=days_ago), document, "", author)


def _conclude(
    session: Session, ground: ItemGround, row: Row, tasks: tuple[TaskDraft, ...], author: Author
) -> None:
    at = datetime.combine(ground.held_on, _ISSUED_AT, tzinfo=HERE)
    if row["step"] == "corrected":
        at += _CORRECTED_AFTER
        begin_correction(session, ground, author)
    draft = Draft(
        content=row["content"],
        citizen_opinion=row["citizen_opinion"],
        document=row["document"],
        settled_here=bool(row["settled_here"]),
        reason=row["reason"],
        tasks=tasks,
    )
    save_draft(session, ground, draft, stamp_of(versions_of(session, ground.item_id)), author)
    if row["step"] != "draft":
        issue(session, ground, stamp_of(versions_of(session, ground.item_id)), author, at)


def _ground(session: Session, row: Row) -> ItemGround:
    """The item that heard the petition in the latest reception held, or for the earlier one in the first."""
    found = session.exec(
        select(AgendaItem.id)
        .join(AgendaItemPetition, col(AgendaItemPetition.item_id) == AgendaItem.id)
        .join(Petition, col(Petition.id) == AgendaItemPetition.petition_id)
        .join(Reception, col(Reception.id) == AgendaItem.reception_id)
        .where(Petition.code == row["code"], Reception.state == ReceptionState.ENDED)
        .order_by(col(Reception.planned_at))
    ).all()
    ground = ground_of(session, (found[0] if row["held"] == "63" else found[-1]) or 0)
    if ground is None:
        raise LookupError(f"no reception heard {row['code']}")
    return ground


def _task(row: Row, rooms: Sequence[Room], today: date, number: int | None) -> TaskDraft:
    departments = () if row["assignee"].isdecimal() else (row["assignee"],)
    return TaskDraft(
        content=row["content"],
        assignee=assignee_named(row["assignee"], units_of(rooms), departments),
        due_on=today + timedelta(days=int(row["due_in"])),
        person=row["person"],
        report_to=row["report_to"],
        number=number,
    )


def _said_by(session: Session, row: Row, rooms: Sequence[Room]) -> Author | None:
    """The unit's officer who entered it; None: the office wrote down what it was told."""
    known = next((each for each in ACCOUNTS if each.login == row["by"]), None)
    account = account_by_login(session, row["by"])
    if known is None or account is None:
        return None
    room = next((room for room in rooms if room.code == known.unit), None)
    return author_in(account, OwnUnit("", known.unit) if room is None else OwnUnit(room.code, name_of(room)))


def _act(row: Row, today: date) -> WantedAct:
    return WantedAct(
        act=TaskAct(row["act"]),
        holds_on=today - timedelta(days=int(row["days_ago"])),
        document=row["document"],
        words=row["words"],
        due_on=today + timedelta(days=int(row["due_in"])) if row["due_in"] else None,
        allowed_by=row["allowed_by"],
    )


def _same(one: Row, other: Row) -> bool:
    return all(one[name] == other[name] for name in ("held", "code", "step"))


def _rows(name: str) -> Iterator[Row]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
