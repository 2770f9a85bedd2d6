"""The code is exchanged once; what comes for it is kept in one file that only this account reads."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from room_client.appliance.enrolment import (
    Enrolment,
    EnrolmentUnreadable,
    enrol,
    read_enrolment,
    state_directory,
    write_enrolment,
)
from room_client.appliance.unit import ENROLMENT
from room_client.signalling import ServerUnreachable
from signaling.enrolment import DEVICE_COOKIE
from signaling.refusals import RefusalCode, Refused

CREDENTIAL = f"d7-{'a' * 32}"


class Office:
    """Answers POST /room/enrol as it is told to."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[dict[str, str], str]] = []
        self.answer: tuple[int, dict[str, str], str] | str = (200, {"room": "Phường Hà Tu"}, CREDENTIAL)

    async def enrol(self, request: web.Request) -> web.Response:
        self.asked.append((await request.json(), request.cookies.get(DEVICE_COOKIE, "")))
        if isinstance(self.answer, str):
            return web.Response(text=self.answer, content_type="text/html")
        status, body, cookie = self.answer
        response = web.json_response(body, status=status)
        if cookie:
            response.set_cookie(DEVICE_COOKIE, cookie, httponly=True, samesite="Strict")
        return response


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    office = Office()
    app = web.Application()
    app.router.add_post("/room/enrol", office.enrol)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    office.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield office
    await runner.cleanup()


async def test_what_comes_for_a_code_is_kept_for_this_account_only(office: Office, tmp_path: Path) -> None:
    found = await enrol(f"{office.url}/", "2345-CDFH", "Máy hội trường", None)
    assert found == Enrolment(office.url, CREDENTIAL, "Phường Hà Tu")
    assert office.asked == [({"code": "2345-CDFH", "name": "Máy hội trường"}, "")]
    assert read_enrolment(tmp_path / "state") is None
    write_enrolment(tmp_path / "state", found)
    write_enrolment(tmp_path / "state", found)
    assert read_enrolment(tmp_path / "state") == found
    assert [path.name for path in (tmp_path / "state").iterdir()] == [ENROLMENT], "left a file beside it"
    assert stat.S_IMODE((tmp_path / "state" / ENROLMENT).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


async def test_the_device_of_before_is_shown_to_its_own_server_only(office: Office) -> None:
    await enrol(office.url, "2345CDFH", "", Enrolment(office.url, CREDENTIAL, ""))
    await enrol(office.url, "2345CDFH", "", Enrolment("http://elsewhere", CREDENTIAL, ""))
    assert [cookie for _, cookie in office.asked] == [CREDENTIAL, ""]


async def test_a_refusal_is_the_servers_own(office: Office) -> None:
    office.answer = (400, {"code": "bad_code", "came": "", "allowed": "", "text": "Mã này không mở được."}, "")
    with pytest.raises(Refused) as refused:
        await enrol(office.url, "2345CDFH", "", None)
    assert refused.value.code is RefusalCode.BAD_CODE
    assert refused.value.refusal.text == "Mã này không mở được."


@pytest.mark.parametrize("answer", ["<html>a proxy says hello</html>", (200, {"room": "x"}, ""), (500, {}, "")])
async def test_whoever_answers_otherwise_is_no_server_of_ours(
    office: Office, answer: tuple[int, dict[str, str], str] | str
) -> None:
    office.answer = answer
    with pytest.raises(ServerUnreachable):
        await enrol(office.url, "2345CDFH", "", None)


async def test_nobody_answers() -> None:
    with pytest.raises(ServerUnreachable):
        await enrol("http://127.0.0.1:9", "2345CDFH", "", None)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"server": "x"}', "\x00"])
def test_a_file_that_holds_no_enrolment_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / ENROLMENT).write_text(text, encoding="utf-8")
    with pytest.raises(EnrolmentUnreadable, match=ENROLMENT):
        read_enrolment(tmp_path)


def test_the_directory_is_that_of_the_service_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/tiepdan-room:/elsewhere")
    assert state_directory() == Path("/var/lib/tiepdan-room")
    monkeypatch.delenv("STATE_DIRECTORY")
    monkeypatch.setattr("room_client.appliance.enrolment.STATE", Path("/nowhere/at/all"))
    assert state_directory().is_relative_to(Path.home())
