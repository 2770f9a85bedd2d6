"""A whole control process in the test: the real application on 127.0.0.1, real SQLite, real Unix sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import socketio
from aiohttp import ClientResponse, ClientSession, CookieJar, web
from sqlmodel import Session, select

from server.app import make_app
from server.data.columns import now
from server.data.folding import fold
from server.data.schema import upgrade
from server.data.secret import load_secret
from server.people.accounts import create_account
from server.people.tables import Role
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus
from server.receptions.conductor import CONDUCTOR, Conductor
from server.receptions.tables import (
    AgendaItem,
    AgendaItemPetition,
    AgendaItemRoom,
    Audience,
    ItemState,
    Reception,
    ReceptionMode,
    ReceptionState,
)
from server.rooms.keys import Scope, make_key, make_token
from server.rooms.tables import Room, RoomLevel
from server.settings import Settings
from signaling.messages import LinkState
from tests.database import database_at, file_of, migrated_file
from tests.server.receptions_live.processes import MediaSide, RecorderSide
from tests.server.receptions_live.province import BAI_CHAY, CAI_CHIEN, HA_TU
from tests.waiting import eventually

PASSWORD = "tiepdan-test"
PEOPLE = {"chutri": Role.HOST, "thuky": Role.CLERK, "xemlai": Role.REVIEWER, "quantri": Role.ADMINISTRATOR}
_NAMES = {
    "22": ("Trụ sở tiếp công dân tỉnh", RoomLevel.PROVINCE),
    HA_TU: ("Phường Hà Tu", RoomLevel.COMMUNE),
    BAI_CHAY: ("Phường Bãi Cháy", RoomLevel.COMMUNE),
    CAI_CHIEN: ("Xã Cái Chiên", RoomLevel.COMMUNE),
}
_ITEMS = (
    (PetitionKind.RECOMMENDATION, Audience.ALL, ()),
    (PetitionKind.COMPLAINT, Audience.ROOMS, (HA_TU,)),
    (PetitionKind.DENUNCIATION, Audience.CLOSED, ()),
)


def fill(session: Session) -> int:
    """Rooms, people, and one reception planned for now with three items. Returns its id."""
    for login, role in PEOPLE.items():
        create_account(session, login, login, role, PASSWORD)
    rooms: dict[str, Room] = {}
    for code, (name, level) in _NAMES.items():
        rooms[code] = Room(
            code=code, name=name, name_key=fold(name), type=name.split()[0], level=level,
            valid_from=now().date() - timedelta(days=400),
        )  # fmt: skip
        session.add(rooms[code])
    reception = Reception(
        title="Phiên tiếp công dân định kỳ",
        mode=ReceptionMode.PERIODIC,
        planned_at=now(),
        state=ReceptionState.PLANNED,
    )
    session.add(reception)
    session.flush()
    for position, (kind, audience, codes) in enumerate(_ITEMS, 1):
        petition = Petition(
            code=f"KN-{position:04}", kind=kind, received_on=now().date(), summary=f"Nội dung {position}",
            status=PetitionStatus.RECEIVED,
            confidentiality=(
                Confidentiality.CONFIDENTIAL if kind is PetitionKind.DENUNCIATION else Confidentiality.NORMAL
            ),
        )  # fmt: skip
        item = AgendaItem(
            reception_id=reception.id or 0, position=position, title=petition.summary, audience=audience,
            state=ItemState.WAITING,
        )  # fmt: skip
        session.add(petition)
        session.add(item)
        session.flush()
        session.add(AgendaItemPetition(item_id=item.id or 0, petition_id=petition.id or 0))
        for code in codes:
            session.add(AgendaItemRoom(item_id=item.id or 0, room_id=rooms[code].id or 0))
    return reception.id or 0


class RoomClient:
    """A room's signalling as any Socket.IO client does it."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        self.views: list[dict[str, Any]] = []
        self.ended: list[dict[str, Any]] = []
        self.lines: list[str] = []
        self.paths: list[dict[str, Any]] = []
        self.summons: list[dict[str, Any]] = []  # as the newest message has them
        self.roll: dict[str, Any] = {}
        self.interpretation: dict[str, Any] = {}  # as the newest message has it
        self.schedules: list[dict[str, Any]] = []
        self.software: list[dict[str, Any]] = []
        self.checks: list[dict[str, Any]] = []
        self.helps: list[dict[str, Any]] = []
        self.seen: bool | None = None  # whether the province looks at it; None: it was told nothing
        self.heard: list[str] = []  # the names of the server's messages, in their order
        self.refused: Any = None
        for event in (
            "paths",
            "software",
            "schedule",
            "stage",
            "interpretation",
            "summonses",
            "roll",
            "checks",
            "wall",
            "help",
            "line",
            "link_ended",
        ):
            self.client.on(event, self._heard(event), namespace="/room")
        self.client.on("connect_error", self._note, namespace="/room")

    def _heard(self, event: str) -> Callable[[dict[str, Any]], None]:
        kept = {
            "paths": self.paths,
            "software": self.software,
            "schedule": self.schedules,
            "checks": self.checks,
            "stage": self.views,
            "link_ended": self.ended,
            "help": self.helps,
        }

        def note(data: dict[str, Any]) -> None:
            self.heard.append(event)
            if event == "line":
                self.lines.append(data["layer"])
            elif event == "summonses":
                self.summons = data["summonses"]
            elif event == "roll":
                self.roll = data
            elif event == "wall":
                self.seen = data["seen"]
            elif event == "interpretation":
                self.interpretation = data
            else:
                kept[event].append(data)

        return note

    def _note(self, data: object) -> None:
        self.refused = data

    @property
    def view(self) -> dict[str, Any]:
        return self.views[-1] if self.views else {}

    async def call(self, event: str, **data: object) -> Any:
        return await self.client.call(event, data, namespace="/room", timeout=5)

    async def join(self) -> Any:
        return await self.call("join", sdp="v=0\r\ns=offer\r\n")


class Console:
    """The host's console, likewise."""

    def __init__(self, http: ClientSession) -> None:
        self.client = socketio.AsyncClient(reconnection=False, http_session=http)
        self.states: list[dict[str, Any]] = []
        self.rooms: dict[str, dict[str, Any]] = {}
        self.messages: list[dict[str, Any]] = []
        self.client.on("console", self.states.append, namespace="/desk")
        self.client.on("rooms", self._rooms, namespace="/desk")

    def _rooms(self, data: dict[str, Any]) -> None:
        self.messages.append(data)
        self.rooms.update({entry["code"]: entry for entry in data["rooms"]})

    @property
    def state(self) -> dict[str, Any]:
        return self.states[-1] if self.states else {}

    async def press(self, name: str, **fields: object) -> dict[str, Any]:
        result = await self.client.call("command", {"name": name, **fields}, namespace="/desk", timeout=5)
        assert isinstance(result, dict)
        return result

    async def pressed(self, name: str, **fields: object) -> None:
        result = await self.press(name, **fields)
        assert result["ok"], result


class ControlProcess:
    """Start, stop, kill and start again, on one data directory. `filled` writes what the database begins with."""

    def __init__(self, data: Path, filled: Callable[[Session], int | None] = fill, **settings: Any) -> None:
        self.settings = Settings(data=data, http="127.0.0.1:0", **settings)
        self.settings.run_directory.mkdir(parents=True)
        self.secret = load_secret(data)
        if self.settings.database_url.startswith("sqlite"):
            file_of(self.settings.database_url).write_bytes(migrated_file())
        self.database = database_at(self.settings.database_url)
        upgrade(self.database.engine)
        self.reception = self.database.run_here(filled) or 0
        self.media = MediaSide(self.settings.run_directory / "media.sock")
        self.recorder = RecorderSide(self.settings.run_directory / "recorder.sock")
        self.address = ""
        self._runner: web.AppRunner | None = None
        self._clients: list[socketio.AsyncClient] = []
        self._sessions: list[ClientSession] = []
        self._tokens: dict[ClientSession, str] = {}  # a session's is the same on all its pages

    async def start(self) -> None:
        self._runner = web.AppRunner(make_app(self.settings, self.database), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        await eventually(lambda: None if self.conductor.live.around.media_running else "control has no media")

    @property
    def conductor(self) -> Conductor:
        assert self._runner is not None
        assert self._runner.app is not None
        return self._runner.app[CONDUCTOR]

    async def stop(self) -> None:
        for client in self._clients:
            with suppress(asyncio.CancelledError):
                await client.disconnect()
        self._clients.clear()
        for session in self._sessions:
            await session.close()
        self._sessions.clear()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def key(self, code: str) -> str:
        return make_key(self.secret, code, 1)

    def token(self, code: str, scope: Scope = "watch") -> str:
        return make_token(self.secret, code, 1, scope, 3)

    def session(self) -> ClientSession:
        session = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self._sessions.append(session)
        return session

    async def room(
        self, code: str, *, key: str | None = None, purpose: str = "room", **more: object
    ) -> RoomClient:
        room = RoomClient()
        self._clients.append(room.client)
        auth = {"key": key if key is not None else self.key(code), "purpose": purpose, "language": "vi", **more}
        await room.client.connect(self.address, namespaces=["/room"], auth=auth, transports=["websocket"])
        return room

    async def receiving(self, code: str) -> RoomClient:
        """A room that joined and whose receiver reports arrive."""
        room = await self.room(code)
        assert "link" in await room.join()
        self.media.connect(code)
        await eventually(
            lambda: None if self.conductor.live.around.links.state_of(code) is LinkState.RECEIVING else "no media"
        )
        return room

    def keep(self, client: socketio.AsyncClient) -> None:
        """One that a test connects by itself; hung up with the others."""
        self._clients.append(client)

    async def log_in(self, login: str) -> ClientSession:
        session = self.session()
        page = await (await session.get(f"{self.address}/login", headers={"Accept": "text/html"})).text()
        token = page.split('name="csrf" value="', 1)[1].split('"', 1)[0]
        form = {"csrf": token, "login": login, "password": PASSWORD}
        answer = await session.post(f"{self.address}/login", data=form, allow_redirects=False)
        assert answer.status == 303, await answer.text()
        return session

    async def submit(self, session: ClientSession, path: str, **form: object) -> ClientResponse:
        """Send a form as a page does."""
        if session not in self._tokens:
            page = await self.page(session, "/receptions")
            self._tokens[session] = page.split('name="csrf" value="', 1)[1].split('"', 1)[0]
        return await session.post(
            self.address + path,
            data={"csrf": self._tokens[session], **form},
            headers={"Accept": "text/html"},
            allow_redirects=False,
        )

    async def post(self, session: ClientSession, path: str, **form: object) -> int:
        return (await self.submit(session, path, **form)).status

    async def page(self, session: ClientSession, path: str) -> str:
        answer = await session.get(self.address + path, headers={"Accept": "text/html"})
        assert answer.status == 200, path
        return await answer.text()

    async def console(self, login: str = "chutri", **auth: object) -> Console:
        console = Console(await self.log_in(login))
        self._clients.append(console.client)
        await console.client.connect(
            self.address, namespaces=["/desk"], auth={"language": "vi", **auth}, transports=["websocket"]
        )
        return console

    async def written(self) -> None:
        assert await self.conductor.rows.drained(5)

    def rows(self, table: type[Any]) -> list[Any]:
        return self.database.run_here(lambda session: list(session.exec(select(table)).all()))


@pytest.fixture
def data_directory(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def chosen() -> dict[str, Any]:
    """Settings a test wants otherwise than they come: `@pytest.mark.parametrize("chosen", [{…}])`."""
    return {}


@pytest_asyncio.fixture
async def control(data_directory: Path, chosen: dict[str, Any]) -> AsyncIterator[ControlProcess]:
    control = ControlProcess(data_directory, **chosen)
    await control.media.start()
    await control.recorder.start()
    await control.start()
    try:
        yield control
    finally:
        await control.stop()
        await control.media.stop()
        await control.recorder.stop()
        control.database.close()
