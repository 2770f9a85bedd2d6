"""One table says who may do what, and every page keeps to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import Session, select

from server.app import make_app
from server.data.engine import Database
from server.people.accounts import ROLES, create_account
from server.people.rights import HOLDERS, OF_UNITS, RIGHT_WORDS, ROLE_WORDS, Right, Role, rights_of
from server.people.tables import Account
from server.settings import Settings
from server.web.shell import GUARDED_BY
from tests.server.conftest import PASSWORD, Office

OPEN = {
    "/login": "who is not logged in yet",
    "/logout": "ends only one's own session",
    "/language": "who is not logged in reads, too",
    "/room": "the key or code is in the address's fragment",
    "/room/enrol": "a browser that is being enrolled is nobody yet; it needs a code",
    "/room/late": "a room hands over what it kept of itself; its key or its device says who it is",
    "/room/late/spans": "likewise",
    "/room/late/{hash}": "likewise",
    "/static/{name}": "nothing of anybody",
    "/healthz": "says up or down",
    "/metrics": "by token, or from this machine",
}
"""Pages without a guard, and why. Links of players and encoders have tokens: see the tests of WHIP and WHEP."""
OWN = {
    "/acting",
    "/acting/end",
    "/password",
    "/second-factor",
    "/second-factor/codes",
    "/second-factor/confirm",
    "/second-factor/removal",
}
"""Forms about nobody but who sends them."""


def test_every_right_has_its_holders_and_its_words() -> None:
    assert set(HOLDERS) == set(RIGHT_WORDS) == set(Right)
    assert all(HOLDERS.values())
    assert set(ROLE_WORDS) == set(ROLES)


def test_a_room_holds_no_right() -> None:
    assert rights_of(Role.ROOM) == frozenset()


def test_a_supervisor_reads_and_leaves_remarks_and_nothing_else() -> None:
    assert rights_of(Role.SUPERVISOR) == {
        Right.READ_RECEPTIONS,
        Right.WATCH_RECORDINGS,
        Right.READ_PETITIONS,
        Right.READ_VISITS,
        Right.READ_TASKS,
        Right.READ_DOCUMENTS,
        Right.READ_FIGURES,
        Right.REMARK,
    }
    assert HOLDERS[Right.REMARK] == {Role.SUPERVISOR}


def test_a_technician_sees_no_petition_and_no_reception() -> None:
    assert rights_of(Role.TECHNICIAN) == {Right.SEE_LINES, Right.SEE_WALL, Right.HELP_ROOMS, Right.INSPECT}


def test_officers_watch_and_answer_for_the_own_unit_and_nothing_else() -> None:
    assert rights_of(Role.ROOM_OFFICER) == {Right.WATCH_RECORDINGS, Right.ANSWER_TASKS}
    assert rights_of(Role.DEPARTMENT_OFFICER) == {Right.ANSWER_TASKS}
    assert HOLDERS[Right.ANSWER_TASKS] == OF_UNITS


@pytest.fixture
def application(peopled: Database, tmp_path: Path) -> web.Application:
    peopled.run_here(create_account, "giamsat", "Giám sát", Role.SUPERVISOR, PASSWORD)
    peopled.run_here(create_account, "kythuat", "Kỹ thuật", Role.TECHNICIAN, PASSWORD)
    peopled.run_here(create_account, "diemcau", "Điểm cầu", Role.ROOM_OFFICER, PASSWORD)
    peopled.run_here(create_account, "so", "Sở", Role.DEPARTMENT_OFFICER, PASSWORD)
    return make_app(Settings(data=tmp_path), peopled)


class _Parts(dict[str, str]):
    """What stands in an address: numbers of what is not there, but for these words."""

    def __missing__(self, key: str) -> str:
        return "999999999"


def _pages(app: web.Application) -> dict[tuple[str, str], object]:
    """Handlers by method and path; HEAD is GET's."""
    return {
        (route.method, route.resource.canonical): route.handler
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }


def test_no_page_is_without_a_guard_by_mistake(application: web.Application) -> None:
    unguarded = {
        path
        for (_method, path), handler in _pages(application).items()
        if not hasattr(handler, GUARDED_BY) and not path.startswith(("/whip", "/whep", "/socket.io"))
    }
    assert unguarded == set(OPEN)


@pytest.mark.parametrize(
    ("role", "sends"),
    [
        (  # what was played, for the log of accesses
            Role.SUPERVISOR,
            {"/recordings/{id}/watched", "/petitions/{id}/remarks", "/tasks/{id}/remarks"},
        ),
        (
            Role.ROOM_OFFICER,
            {"/recordings/{id}/watched", "/tasks/{id}/acts", "/tasks/{id}/letters/{letter}/reply"},
        ),
        (Role.DEPARTMENT_OFFICER, {"/tasks/{id}/acts", "/tasks/{id}/letters/{letter}/reply"}),
        (
            Role.TECHNICIAN,
            {
                *("/rooms/readiness/{id}/told", "/rooms/readiness/{id}/telephone", "/receptions/help/{code}"),
                *("/rooms/readiness/telephones", "/rooms/readiness/telephones/confirm"),
            },
        ),
    ],
)
def test_who_only_reads_has_no_form_to_send(application: web.Application, role: Role, sends: set[str]) -> None:
    forms = {
        path
        for (method, path), handler in _pages(application).items()
        if method not in ("GET", "OPTIONS")
        for rights in [getattr(handler, GUARDED_BY, None)]
        if rights is not None and (not rights or not rights_of(role).isdisjoint(rights))
    }
    assert forms == OWN | sends


async def test_each_role_opens_what_the_table_says_and_nothing_else(
    application: web.Application, peopled: Database
) -> None:
    pages = {
        path: getattr(handler, GUARDED_BY)
        for (method, path), handler in _pages(application).items()
        if method == "GET" and hasattr(handler, GUARDED_BY)
    }
    assert len(pages) > 20
    logins = {account.role: account.login for account in peopled.run_here(_accounts)}
    assert set(logins) == set(ROLES)
    async with TestClient(TestServer(application, host="127.0.0.1")) as client:
        office = Office(client, peopled)
        for role, login in logins.items():
            office.forget_cookies()
            assert (await office.log_in(login)).status == 303
            for path, rights in pages.items():
                answer = await office.get(
                    path.format_map(_Parts(direction="up", format="xlsx", number="1", act="merge"))
                )
                refused = bool(rights) and rights_of(role).isdisjoint(rights)
                assert (answer.status == 403) == refused, f"{role} at {path}: {answer.status}"
                assert answer.status < 500, f"{role} at {path}: {answer.status}"


def _accounts(session: Session) -> list[Account]:
    return list(session.exec(select(Account)))
