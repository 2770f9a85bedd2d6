"""Parts of a task's page that features above the conclusions fill, as a port: see `server.petitions.dossier`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.conclusions.ground import ItemGround
from server.conclusions.tables import Task
from server.people.tables import Account
from server.petitions.history_lines import Line


@dataclass(frozen=True, slots=True)
class TaskPart:
    """`read` returns None where there is nothing to show this reader, who reads the task; `template` gets what it
    returns as `part`. `history`: what of it stands in the task's history, too."""

    template: str
    read: Callable[[Session, Task, ItemGround, Account], object | None]
    history: Callable[[Any], Iterable[Line]]
    styles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FilledTaskPart:
    part: TaskPart
    content: object


TASK_PARTS: web.AppKey[list[TaskPart]] = web.AppKey("TASK_PARTS", list)


def filled_parts(
    parts: list[TaskPart], session: Session, task: Task, ground: ItemGround, account: Account
) -> list[FilledTaskPart]:
    read = ((part, part.read(session, task, ground, account)) for part in parts)
    return [FilledTaskPart(part, content) for part, content in read if content is not None]
