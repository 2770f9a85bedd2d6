"""A conclusion with its versions and tasks, as one reader's page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from server.conclusions import versions
from server.conclusions.drafting import DraftFaults, missing_in, wrong_in
from server.conclusions.ground import ItemGround
from server.conclusions.queries import TaskView, views_of
from server.conclusions.rules import may_draft, may_issue
from server.conclusions.standing import DAY_WARNINGS, Today, day_warning
from server.conclusions.tables import Conclusion, ConclusionTask, Task
from server.deadlines.calendar import WorkingCalendar
from server.people.accounts import subject_of
from server.people.tables import Account, Role


@dataclass(frozen=True, slots=True)
class VersionView:
    row: Conclusion
    tasks: list[ConclusionTask]
    written_by: str  # names as people are called; empty for the system
    issued_by: str


@dataclass(frozen=True, slots=True)
class ConclusionView:
    """`draft` is None for who does not write. `warnings`: English sentences, by the day that is questionable."""

    ground: ItemGround
    issued: VersionView | None
    former: list[VersionView]  # newest first
    draft: VersionView | None
    tasks: list[TaskView]
    stamp: str
    may_draft: bool
    may_issue: bool
    missing: DraftFaults
    warnings: dict[date, str]


def conclusion_view(
    session: Session, ground: ItemGround, role: Role, calendar: WorkingCalendar, today: Today
) -> ConclusionView:
    known = versions.versions_of(session, ground.item_id)
    names = {subject_of(account): account.display_name for account in session.exec(select(Account))}
    views = [_version(session, row, names) for row in known]
    issued = [view for view in views if view.row.issued_at is not None]
    writes = may_draft(role, ground.guards)
    drafted = views[-1] if writes and versions.draft_in(known) is not None else None
    missing: DraftFaults = {}
    if drafted is not None:
        judged, draft = versions.judged_by(ground, known), versions.as_draft(session, drafted.row)
        missing = {**missing_in(draft, judged), **wrong_in(draft, judged)}
    tasks = session.exec(select(Task).where(Task.item_id == ground.item_id).order_by(col(Task.number))).all()
    return ConclusionView(
        ground=ground,
        issued=issued[-1] if issued else None,
        former=issued[-2::-1],
        draft=drafted,
        tasks=views_of(session, tasks, today),
        stamp=versions.stamp_of(known),
        may_draft=writes and ground.called,
        may_issue=may_issue(role, ground.guards) and ground.called,
        missing=missing,
        warnings=_warnings(drafted, calendar),
    )


def _version(session: Session, row: Conclusion, names: dict[str, str]) -> VersionView:
    return VersionView(
        row=row,
        tasks=versions.rows_of(session, row.id or 0),
        written_by=names.get(row.written_by, ""),
        issued_by=names.get(row.issued_by, ""),
    )


def _warnings(drafted: VersionView | None, calendar: WorkingCalendar) -> dict[date, str]:
    days = {task.due_on for task in drafted.tasks if task.due_on} if drafted else set()
    found = {day: day_warning(calendar, day) for day in days}
    return {day: DAY_WARNINGS[warning] for day, warning in found.items() if warning is not None}
