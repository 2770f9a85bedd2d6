"""An office to test in: the real application with its pages, a migrated database, five accounts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import Session

from server.data.engine import Database
from server.people import accounts, pages, sessions
from server.people.tables import Role
from server.rooms import pages as room_pages
from server.rooms.departments import DEPARTMENTS, read_departments
from server.web import application
from server.web.cookie import COOKIE
from server.web.keys import DATABASE
from tests.database import Store, copied, on

SECRET = b"\x07" * 32
PASSWORD = "mật-khẩu-thử"
PEOPLE = {
    "chutri": (Role.HOST, "Chủ trì"),
    "canbo": (Role.OFFICER, "Cán bộ"),
    "thuky": (Role.CLERK, "Thư ký"),
    "xemlai": (Role.REVIEWER, "Người xem lại"),
    "quantri": (Role.ADMINISTRATOR, "Quản trị"),
}
PAGE = {"Accept": "text/html"}
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class Office:
    """A browser at the running application."""

    def __init__(self, client: TestClient[web.Request, web.Application], database: Database) -> None:
        self.client = client
        self.database = database
        self._token = ("", "")  # the session's cookie, and the token that every page of this session has

    async def get(self, path: str, **more: object) -> ClientResponse:
        return await self.client.get(path, headers=PAGE, allow_redirects=False, **more)  # type: ignore[arg-type]

    async def csrf(self, path: str = "/login") -> str:
        """As it stands on a page; of the two that everybody has, as it stood on any of this session."""
        cookie, token = self._token
        if path not in ("/login", "/") or not cookie or cookie != self._cookie():
            found = _CSRF.search(await (await self.client.get(path, headers=PAGE)).text())
            assert found is not None
            token = found[1]
            self._token = (self._cookie(), token)
        return token

    def _cookie(self) -> str:
        return next((each.value for each in self.client.session.cookie_jar if each.key == COOKIE), "")

    async def post(self, path: str, data: dict[str, object], csrf_from: str = "/login") -> ClientResponse:
        form = {"csrf": await self.csrf(csrf_from), **data}
        return await self.client.post(path, data=form, headers=PAGE, allow_redirects=False)

    async def log_in(self, login: str, password: str = PASSWORD, **more: object) -> ClientResponse:
        return await self.post("/login", {"login": login, "password": password, **more})

    def forget_cookies(self) -> None:
        self.client.session.cookie_jar.clear()


@pytest.fixture
def bare(store: Store) -> Iterator[Database]:
    """A database without tables."""
    with on(store, store.empty()) as database:
        yield database


@pytest.fixture
def database(store: Store) -> Iterator[Database]:
    """A migrated database."""
    with copied(store, store.template("empty")) as database:
        yield database


def make_office_app(database: Database, second_factor: Collection[Role] = ()) -> web.Application:
    app = web.Application()
    application.set_up(app, database=database, secret=SECRET, language="vi")
    sessions.set_up(app, secure=False)
    pages.add_routes(app, second_factor)
    room_pages.add_routes(app)
    app[DEPARTMENTS] = read_departments(Path("/nonexistent"), [])
    return app


def add_people(session: Session) -> None:
    for login, (role, name) in PEOPLE.items():
        accounts.create_account(session, login, name, role, PASSWORD)


@pytest.fixture
def peopled(store: Store) -> Iterator[Database]:
    """The same with five people: their passwords take a second to hash."""
    with copied(store, store.template("people", add_people)) as database:
        yield database


@pytest_asyncio.fixture
async def office(peopled: Database) -> AsyncIterator[Office]:
    app = make_office_app(peopled)
    assert app[DATABASE] is peopled
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield Office(client, peopled)
