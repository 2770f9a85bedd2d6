"""`tiepdan bench --store`: the same ten years in SQLite and in PostgreSQL, and a browser that asks both."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlmodel import Session, func, select

from server.bench.store.asking import Question, ask, questions
from server.bench.store.cluster import PostgresqlMissing, private_cluster
from server.bench.store.filling import Decade, begin, fill, invent
from server.bench.store.result import StoreReport
from server.data.engine import Database
from server.data.schema import upgrade
from server.petitions.tables import Petition, PetitionKind
from server.receptions.tables import Reception
from server.rehearsal.story import free_port
from server.server_process import server_process
from server.settings import Settings

YEARS = 10
SEED = 7
TIMES = 9
_READER = "canbo"


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    directory: Path
    database: str  # as TIEPDAN_DATABASE


async def measure_store(
    settings: Settings, petitions: int, today: date, step: Callable[[str], None], times: int = TIMES
) -> StoreReport:
    """Raises ServerNotReady and AnswerRefused."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tiepdan-store-")))
        places = [_Place("SQLite", directory / "sqlite", "")]
        missing = {}
        try:
            step("starting PostgreSQL")
            cluster = stack.enter_context(private_cluster())
            places.append(_Place("PostgreSQL", directory / "postgresql", cluster.create("decade")))
        except PostgresqlMissing as why:
            missing["PostgreSQL"] = str(why)
        decade: Decade | None = None
        report = StoreReport(petitions, 0, 0, missing=missing)
        for place in places:
            place.directory.mkdir()
            ours = settings.model_copy(
                update={
                    "data": place.directory,
                    "database": place.database,
                    "http": f"127.0.0.1:{free_port()}",
                    "media": f"127.0.0.1:{free_port(udp=True)}",
                    "media_advertise": "",
                }
            )
            step(f"{place.name}: filling {YEARS} years")
            decade, asked = _filled(ours, decade, petitions, today)
            report.still_open, report.receptions = decade.petitions.still_open, len(decade.receptions.reception)
            async with server_process(ours, place.directory / "server.log") as address:
                report.answered[place.name] = await ask(
                    address, asked, _READER, times, lambda words, of=place.name: step(f"{of}: {words}")  # type: ignore[misc]
                )  # fmt: skip
        return report


def _filled(
    settings: Settings, decade: Decade | None, petitions: int, today: date
) -> tuple[Decade, list[Question]]:
    database = Database(settings.database_url)
    try:
        upgrade(database.engine)
        database.run_here(begin)
        if decade is None:
            decade = database.run_here(invent, petitions, YEARS, today, SEED)
        fill(database, decade)
        return decade, database.run_here(_questions, today)
    finally:
        database.close()


def _questions(session: Session, today: date) -> list[Question]:
    def newest(kind: PetitionKind) -> int:
        found = session.exec(select(func.max(Petition.id)).where(Petition.kind == kind)).one()
        return found or 0

    petitions = session.exec(select(func.count()).select_from(Petition)).one()
    receptions = session.exec(select(func.count()).select_from(Reception)).one()
    return questions(
        petitions, newest(PetitionKind.COMPLAINT), newest(PetitionKind.DENUNCIATION), receptions, today
    )
