"""A code is exchanged once for a device: used twice, late, withdrawn, by force, from another site."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest
from aiohttp import ClientResponse
from sqlalchemy import update
from sqlmodel import Session, SQLModel, col, select

from server.data.columns import now
from server.people.tables import AuditEvent
from server.rooms import devices, guessing
from server.rooms.device_rules import SIGNS, Credential, credential_in, shown_code
from server.rooms.device_tables import RoomDevice, RoomEnrolment
from server.rooms.enrol_page import COOKIE_SECONDS
from server.rooms.enrolment import withdraw_key
from server.rooms.importing import SAMPLE, import_rooms
from server.rooms.queries import room_by_code
from server.rooms.tables import Room
from server.web.languages import today
from signaling.enrolment import DEVICE_COOKIE as COOKIE
from tests.server.conftest import PAGE, SECRET, Office

HA_KHANH = "06649"
WRONG = "2222-2222"


def make_code(office: Office, code: str = HA_KHANH, at: datetime | None = None) -> str:
    """As the office hands it out."""
    if office.database.run_here(lambda session: session.exec(select(Room)).first()) is None:
        office.database.run_here(import_rooms, SAMPLE.read_bytes(), actor="system")
    return office.database.run_here(
        lambda session: devices.make_code(
            session, SECRET, room_of(session, code), actor="account:1", at=at or now()
        )
    )


def room_of(session: Session, code: str = HA_KHANH) -> Room:
    room = room_by_code(session, code, today())
    assert room is not None
    return room


async def enrol(
    office: Office, code: str, headers: Mapping[str, str] | None = None, **more: str
) -> ClientResponse:
    return await office.client.post("/room/enrol", json={"code": code, **more}, headers=headers)


async def refusal(answer: ClientResponse) -> tuple[int, str, str]:
    said = await answer.json()
    assert COOKIE not in answer.cookies
    return answer.status, said["code"], said["text"]


def rows(office: Office, table: type[SQLModel]) -> list[SQLModel]:
    return office.database.run_here(lambda session: list(session.exec(select(table)).all()))


def known(office: Office, credential: Credential, day: date | None = None) -> devices.Known | None:
    return office.database.run_here(devices.known_by, SECRET, credential, day or today())


async def test_a_good_code_makes_a_device_and_sets_the_cookie(office: Office) -> None:
    code = make_code(office)
    typed = f" {code[:4].lower()} - {code[4:].lower()} "
    answer = await enrol(office, typed, name="  Máy  hội trường ")
    assert (answer.status, await answer.json()) == (200, {"room": "Phường Hà Khánh"})
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = answer.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Strict", "/", "")
    assert int(cookie["max-age"]) == COOKIE_SECONDS
    credential = credential_in(cookie.value)
    assert credential is not None
    found = known(office, credential)
    assert found is not None
    assert found.room.code == HA_KHANH
    (device,) = rows(office, RoomDevice)
    assert isinstance(device, RoomDevice)
    assert (device.id, device.name) == (credential.device, "Máy hội trường")
    kept = "".join(str(row.model_dump()) for table in (RoomDevice, RoomEnrolment) for row in rows(office, table))
    assert code not in kept
    assert credential.secret not in kept


async def test_a_code_is_used_once(office: Office) -> None:
    code = make_code(office)
    assert (await enrol(office, code)).status == 200
    assert (await refusal(await enrol(office, code)))[:2] == (401, "bad_code")
    assert len(rows(office, RoomDevice)) == 1


async def test_a_browser_that_is_enrolled_anew_is_one_device(office: Office) -> None:
    first = credential_in((await enrol(office, make_code(office))).cookies[COOKIE].value)
    second = credential_in((await enrol(office, make_code(office, "06652"))).cookies[COOKIE].value)
    assert first is not None
    assert second is not None
    assert known(office, first) is None
    found = known(office, second)
    assert found is not None
    assert found.room.code == "06652"
    office.forget_cookies()
    await enrol(office, make_code(office))
    assert known(office, second) is not None  # another browser


async def test_of_many_that_come_with_one_code_at_once_one_gets_it(office: Office) -> None:
    code = make_code(office)
    answers = await asyncio.gather(*(enrol(office, code) for _ in range(10)))
    assert sorted(answer.status for answer in answers) == [200] + [401] * 9
    assert len(rows(office, RoomDevice)) == 1


async def test_wrong_used_late_and_withdrawn_get_one_sentence(office: Office) -> None:
    used = make_code(office)
    await enrol(office, used)
    withdrawn = make_code(office)
    late = make_code(office, "06652", at=now() - timedelta(days=3, seconds=1))
    make_code(office)  # takes the place of `withdrawn`
    ended = make_code(office, "06655")
    office.database.run_here(
        lambda session: session.execute(
            update(Room).where(col(Room.code) == "06655").values(valid_to=today() - timedelta(days=1))
        )
    )
    answers = {await refusal(await enrol(office, each)) for each in (WRONG, used, withdrawn, late, ended, "x", "")}
    assert len(answers) == 1
    assert answers.pop()[:2] == (401, "bad_code")
    assert len(rows(office, RoomDevice)) == 1


async def test_who_guesses_has_to_wait_and_says_nothing_of_his_address(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    code = make_code(office)
    caplog.set_level(logging.DEBUG)
    statuses = [(await enrol(office, f"{WRONG[:-1]}{sign}")).status for sign in SIGNS + SIGNS]
    assert statuses[: guessing.FREE_TRIES] == [401] * guessing.FREE_TRIES
    assert statuses[-1] == 429
    answer = await enrol(office, code)  # the right one has to wait, too
    said = await answer.json()
    assert (answer.status, said["code"]) == (429, "too_many_tries")
    assert 1 <= int(said["allowed"]) <= guessing.LONGEST_DELAY_S
    assert f"{said['allowed']} giây" in said["text"]
    log = "".join(each.getMessage() for each in caplog.records if each.name.startswith("server"))
    assert log.count("may be guessing") == 1
    assert "127.0.0.1" not in log
    assert code not in log
    elsewhere = await enrol(
        office, code, headers={"X-Forwarded-For": "203.0.113.7, 10.8.0.9"}
    )  # of the proxy here
    assert elsewhere.status == 200


async def test_a_mistyped_code_that_can_be_none_costs_no_try(office: Office) -> None:
    code = make_code(office)
    for _ in range(guessing.FREE_TRIES + 5):
        assert (await enrol(office, "2345")).status == 401
    assert (await enrol(office, code)).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
async def test_another_sites_page_enrols_nobody(office: Office, headers: dict[str, str]) -> None:
    code = make_code(office)
    body = f'{{"code": "{code}"}}'
    answer = await office.client.post(
        "/room/enrol", data=body, headers={"Content-Type": "application/json", **headers}
    )
    assert (answer.status, COOKIE in answer.cookies) == (403, False)
    assert rows(office, RoomDevice) == []


async def test_our_own_page_is_let_in(office: Office) -> None:
    code = make_code(office)
    host = f"{office.client.host}:{office.client.port}"
    own = {"Sec-Fetch-Site": "same-origin", "Origin": f"https://{host}"}  # a proxy speaks TLS for us
    assert (await enrol(office, code, headers=own)).status == 200


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '{"code": 7}',
        '{"code": "' + "2" * 41 + '"}',
        '{"code": "23456789", "room": "06649"}',
        "x" * 3000,
    ]
    + [f'{{"code": "23456789", "name": "{name}"}}' for name in ("x" * 61, "a\\u0000b")],
)
async def test_what_is_no_message_is_refused(office: Office, body: str) -> None:
    answer = await office.client.post("/room/enrol", data=body, headers={"Content-Type": "application/json"})
    assert (await refusal(answer))[:2] == (400, "bad_message")


async def test_the_log_names_room_device_and_act_and_never_the_code(office: Office) -> None:
    code = make_code(office)
    answer = await enrol(office, code, name="Máy A")
    credential = credential_in(answer.cookies[COOKIE].value)
    assert credential is not None
    office.database.run_here(
        lambda session: devices.revoke(
            session,
            room_of(session),
            session.get_one(RoomDevice, credential.device),
            actor="account:1",
            at=now(),
        )
    )
    events = [each for each in rows(office, AuditEvent) if isinstance(each, AuditEvent)]
    told = [(each.action, each.actor, each.subject) for each in events if "_room_" in f"_{each.action}"]
    assert told[-3:] == [
        ("room_code_made", "account:1", f"room:{HA_KHANH}"),
        ("room_device_enrolled", f"room:{HA_KHANH}", f"room:{HA_KHANH}"),
        ("room_device_revoked", "account:1", f"room:{HA_KHANH}"),
    ]
    words = "".join(f"{each.detail}{each.subject}" for each in events)
    for secret in (code, shown_code(code), credential.secret, "Máy A"):
        assert secret not in words
    assert known(office, credential) is None


async def test_withdrawing_the_rooms_address_takes_devices_and_codes_with_it(office: Office) -> None:
    answer = await enrol(office, make_code(office))
    credential = credential_in(answer.cookies[COOKIE].value)
    assert credential is not None
    code = make_code(office)
    gone = office.database.run_here(lambda session: withdraw_key(session, room_of(session), actor="account:1"))
    assert gone == [credential.device]
    assert known(office, credential) is None
    assert (await enrol(office, code)).status == 401


async def test_a_device_of_a_room_that_ended_or_with_another_secret_is_nobody(office: Office) -> None:
    answer = await enrol(office, make_code(office))
    credential = credential_in(answer.cookies[COOKIE].value)
    assert credential is not None
    assert known(office, Credential(credential.device, "a" * 32)) is None
    assert known(office, Credential(credential.device + 1, credential.secret)) is None
    assert known(office, credential, date(2019, 12, 31)) is None
    assert known(office, credential) is not None


async def test_it_is_written_down_once_an_hour_that_a_device_was_here(office: Office) -> None:
    answer = await enrol(office, make_code(office))
    credential = credential_in(answer.cookies[COOKIE].value)
    assert credential is not None

    def seen(after: timedelta) -> datetime:
        at = began + after
        assert office.database.run_here(devices.note_seen, {credential.device}, at) == set()
        (device,) = rows(office, RoomDevice)
        assert isinstance(device, RoomDevice)
        return device.last_seen_at

    (device,) = rows(office, RoomDevice)
    assert isinstance(device, RoomDevice)
    began = device.enrolled_at
    assert seen(timedelta(minutes=59)) == began
    assert seen(timedelta(minutes=60)) == began + timedelta(minutes=60)
    assert seen(timedelta(minutes=90)) == began + timedelta(minutes=60)


async def test_the_cookie_opens_no_page_of_the_office(office: Office) -> None:
    await enrol(office, make_code(office))
    for path in ("/rooms", "/"):
        answer = await office.client.get(path, headers=PAGE, allow_redirects=False)
        assert answer.status == 303
        assert answer.headers["Location"].startswith("/login")
