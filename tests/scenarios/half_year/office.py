"""The office at work: its people at their browsers, the province's clock, and the desk during a reception."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

import time_machine
from aiohttp import ClientResponse, ClientSession
from sqlmodel import Session

from server.people.accounts import create_account
from server.people.tables import Role
from server.rooms.importing import SAMPLE, import_rooms
from server.web.languages import HERE
from tests.forms import Value, form_for
from tests.server.receptions_live.conftest import PASSWORD, ControlProcess

PAGE = {"Accept": "text/html"}
OPENING = time(7, 30)
_MISTAKE = re.compile(r'class="mistake"[^>]*>(.*?)</p>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def employ(session: Session) -> None:
    """The rooms and the administrator; everybody else is employed on the page."""
    import_rooms(session, SAMPLE.read_bytes(), actor="system")
    create_account(session, "quantri", "Quản trị", Role.ADMINISTRATOR, PASSWORD)


class Person:
    """Somebody at a browser, who only does what the page offers."""

    def __init__(self, address: str, http: ClientSession, login: str) -> None:
        self._address = address
        self._http = http
        self.login = login

    async def page(self, path: str, status: int = 200) -> str:
        answer = await self._got(path)
        text = await answer.text()
        assert answer.status == status, f"{path}: {answer.status}"
        return text

    async def file(self, path: str) -> bytes:
        answer = await self._got(path)
        assert answer.status == 200, f"{path}: {answer.status}"
        return await answer.read()

    async def _got(self, path: str) -> ClientResponse:
        """Logging in again where the session has ended with the working day."""
        answer = await self._http.get(self._address + path, headers=PAGE, allow_redirects=False)
        if answer.status == 303 and answer.headers["Location"].startswith("/login"):
            await self._log_in()
            answer = await self._http.get(self._address + path, headers=PAGE, allow_redirects=False)
        return answer

    async def submit(
        self, path: str, action: str = "", /, *, of: dict[str, str] | None = None, **chosen: Value
    ) -> str:
        """Fill in the form of `path` that sends to `action` and send it; where that led. `of`: what stands in the
        form meant, where several send there. Fails with the page's own words about mistakes."""
        form = form_for(await self.page(path), action, **(of or {}))
        target = self._address + (action or path).split("#")[0]
        answer = await self._http.post(target, data=form.filled(**chosen), headers=PAGE, allow_redirects=False)
        text = await answer.text()
        said = [" ".join(_TAG.sub("", html.unescape(each)).split()) for each in _MISTAKE.findall(text)]
        assert answer.status == 303, f"{action or path}: {answer.status} {said}"
        return answer.headers["Location"]

    async def _log_in(self) -> None:
        page = await (await self._http.get(f"{self._address}/login", headers=PAGE)).text()
        filled = form_for(page, "/login").filled(login=self.login, password=PASSWORD)
        answer = await self._http.post(f"{self._address}/login", data=filled, allow_redirects=False)
        assert answer.status == 303, f"{self.login} could not log in"


class Office:
    """`at` moves the province's clock, which goes on from there; everybody's browser is opened once."""

    def __init__(self, control: ControlProcess, traveller: time_machine.travel) -> None:
        self.control = control
        self._clock = traveller
        self._people: dict[str, Person] = {}

    def at(self, day: date, clock: time = OPENING) -> None:
        self._clock.move_to(datetime.combine(day, clock, HERE))

    def person(self, login: str) -> Person:
        if login not in self._people:
            self._people[login] = Person(self.control.address, self.control.session(), login)
        return self._people[login]

    async def hold(self, reception: int, *, until: time, items: int) -> None:
        """Open it, call each item for a while, and end it at `until`: by the buttons of the console."""
        console = await self.control.console("chutri")
        await console.pressed("open", reception=reception)
        for _ in range(items):
            await console.pressed("next")
        await self.control.written()
        self.at(self._today(), until)
        await console.pressed("end", confirm=True)
        await self.control.written()
        await console.client.disconnect()

    @staticmethod
    def _today() -> date:
        return datetime.now(HERE).date()


@contextmanager
def clock_at(day: date) -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(datetime.combine(day, OPENING, HERE), tick=True) as traveller:
        yield traveller
