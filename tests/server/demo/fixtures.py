"""Fixtures shared by the tests of petitions and of the receptions' office pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import Session, select

from server.data.engine import Database
from server.demo.accounts import PASSWORD
from server.people.tables import AuditEvent
from server.petitions.tables import Petition
from server.receptions.tables import (
    AgendaItem,
    AgendaItemPetition,
    Audience,
    Hearing,
    ItemState,
    Reception,
    ReceptionMode,
    ReceptionState,
)
from server.web.languages import today
from tests.database import Store, copied
from tests.server.conftest import Office
from tests.server.demo.office import filled_template, make_province_app


class Province(Office):
    """A browser at the office of the demonstration province."""

    def __init__(self, client: TestClient, database: Database, recordings: Path) -> None:  # type: ignore[type-arg]
        super().__init__(client, database)
        self.recordings = recordings

    async def as_(self, login: str) -> Province:
        self.forget_cookies()
        assert (await self.log_in(login, PASSWORD)).status == 303
        return self

    async def page(self, path: str, status: int = 200) -> str:
        answer = await self.get(path)
        text = await answer.text()
        assert answer.status == status, f"{path}: {answer.status}"
        return text

    def audited(self, action: str) -> list[AuditEvent]:
        return self.database.run_here(
            lambda session: list(session.exec(select(AuditEvent).where(AuditEvent.action == action)))
        )


def petition(session: Session, code: str) -> Petition:
    return session.exec(select(Petition).where(Petition.code == code)).one()


def todays(session: Session) -> Reception:
    receptions = session.exec(select(Reception).where(Reception.state == ReceptionState.PLANNED)).all()
    return min(receptions, key=lambda reception: abs(reception.planned_at.date() - today()))


def heard(session: Session, code: str, ended_at: datetime) -> None:
    """It was heard in a reception, for ten minutes until `ended_at`."""
    reception = Reception(
        title="Tiếp công dân đột xuất",
        mode=ReceptionMode.IRREGULAR,
        planned_at=ended_at,
        state=ReceptionState.ENDED,
    )
    session.add(reception)
    session.flush()
    item = AgendaItem(reception_id=reception.id or 0, position=1, audience=Audience.ALL, state=ItemState.DONE)
    session.add(item)
    session.flush()
    session.add(AgendaItemPetition(item_id=item.id or 0, petition_id=petition(session, code).id or 0))
    session.add(Hearing(item_id=item.id or 0, started_at=ended_at - timedelta(minutes=10), ended_at=ended_at))


@pytest.fixture
def filled(store: Store) -> Iterator[Database]:
    """The demonstration province in a database of its own."""
    with copied(store, filled_template(store)) as database:
        yield database


@pytest_asyncio.fixture
async def province(filled: Database, tmp_path: Path) -> AsyncIterator[Province]:
    recordings = tmp_path / "recordings"
    app = make_province_app(filled, recordings)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield Province(client, filled, recordings)
