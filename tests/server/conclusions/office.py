"""What the page tests of conclusions and tasks ask the demonstration province for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from server.conclusions.tables import Conclusion, Task, TaskEvent
from server.conclusions.versions import versions_of
from server.petitions.tables import Petition
from server.receptions.tables import AgendaItem, AgendaItemPetition, ItemState, Reception, ReceptionState
from tests.server.demo.fixtures import Province


@dataclass(frozen=True)
class Item:
    id: int
    reception_id: int

    @property
    def path(self) -> str:
        return f"/receptions/{self.reception_id}/items/{self.id}/conclusion"


def item_of(province: Province, code: str) -> Item:
    """The item of the latest reception that was held, or else of the one of today."""

    def work(session: Session) -> Item:
        rows = session.exec(
            select(AgendaItem, Reception)
            .join(AgendaItemPetition, col(AgendaItemPetition.item_id) == AgendaItem.id)
            .join(Petition, col(Petition.id) == AgendaItemPetition.petition_id)
            .join(Reception, col(Reception.id) == AgendaItem.reception_id)
            .where(Petition.code == code)
            .order_by(col(Reception.planned_at))
        ).all()
        held = [item for item, reception in rows if reception.state == ReceptionState.ENDED]
        item = held[-1] if held else rows[0][0]
        return Item(item.id or 0, item.reception_id)

    return province.database.run_here(work)


def call(province: Province, item: Item) -> None:
    """The reception of the item is live and the item is being heard."""

    def work(session: Session) -> None:
        row = session.get_one(AgendaItem, item.id)
        reception = session.get_one(Reception, item.reception_id)
        row.state, reception.state = ItemState.OPEN, ReceptionState.OPEN
        reception.opened_at = reception.planned_at
        session.add_all((row, reception))

    province.database.run_here(work)


def conclusions(province: Province, item: Item) -> list[Conclusion]:
    return province.database.run_here(versions_of, item.id)


def tasks(province: Province, item: Item) -> list[Task]:
    def work(session: Session) -> list[Task]:
        return list(session.exec(select(Task).where(Task.item_id == item.id).order_by(col(Task.number))))

    return province.database.run_here(work)


def events(province: Province, task: Task) -> list[TaskEvent]:
    def work(session: Session) -> list[TaskEvent]:
        return list(
            session.exec(select(TaskEvent).where(TaskEvent.task_id == task.id).order_by(col(TaskEvent.id)))
        )

    return province.database.run_here(work)


async def send(province: Province, path: str, values: dict[str, object], status: int = 303) -> str:
    answer = await province.post(path, values)
    text = await answer.text()
    assert answer.status == status, f"{answer.status}: {text[-2000:]}"
    return text
