"""`tiepdan room --screen`: it sends camera and microphone itself; its kiosk is the room's page for the people."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.async_api import Page, Playwright, async_playwright, expect
from rich.console import Console
from sqlmodel import Session

from room_client.appliance.enrolment import read_enrolment
from room_client.appliance.unit import ENROLMENT
from room_client.cli import EXIT_DONE, EXIT_REFUSED, run_room
from room_client.observing import RoomOptions
from server.data.columns import now
from server.data.secret import load_secret
from server.rooms import devices
from server.rooms.queries import room_by_code
from server.web.languages import today
from signaling.desk_messages import CommandName
from tests.browser.chromium import Chromium
from tests.browser.host_page import log_in
from tests.database import opened
from tests.scenarios.patience import until
from tests.scenarios.province import HA_KHANH, HA_TU, Province
from tests.waiting import eventually

pytestmark = pytest.mark.browser

DIRECTORY = os.environ.get("TIEPDAN_SCREENSHOTS", "")
SLOW_S = 40.0  # a second browser starts beside a server on a machine with two cores


def code_of(province: Province, room: str) -> str:
    secret = load_secret(province.settings.data)
    with opened(province.settings.database_url) as database:

        def make(session: Session) -> str:
            found = room_by_code(session, room, today())
            assert found is not None
            return devices.make_code(session, secret, found, actor="canbo", at=now())

        return database.run_here(make)


async def command(*words: str) -> tuple[int, str]:
    program = Path(sys.executable).with_name("tiepdan")
    process = await asyncio.create_subprocess_exec(
        program, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


@dataclass
class Kiosk:
    """The appliance's screen as its people see it, and what the appliance says."""

    page: Page
    told: io.StringIO

    async def shows(self, view: str) -> None:
        await expect(self.page.locator("body")).to_have_attribute("data-view", view, timeout=SLOW_S * 1000)

    async def photograph(self, name: str) -> None:
        if DIRECTORY:
            await self.page.screenshot(path=Path(DIRECTORY) / f"appliance-{name}.png")


@asynccontextmanager
async def appliance(
    directory: Path, options: RoomOptions, monkeypatch: pytest.MonkeyPatch, kept: list[str] | None = None
) -> AsyncIterator[Kiosk]:
    """In this process, with a window that nobody sees and that a test may look into."""
    monkeypatch.setenv("DISPLAY", ":none")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = io.StringIO()
    switches = ("--headless=new", f"--remote-debugging-port={port}", "--window-size=1920,1080")
    run = asyncio.create_task(
        run_room(
            options,
            Console(file=told, width=200),
            screen=directory,
            on_enrolled=(kept if kept is not None else []).append,
            switches=switches,
        )
    )
    try:
        async with async_playwright() as playwright:
            yield Kiosk(await _page(playwright, port, run, told), told)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        assert await asyncio.wait_for(run, 30) == EXIT_DONE


async def _page(playwright: Playwright, port: int, run: asyncio.Task[int], told: io.StringIO) -> Page:
    deadline = asyncio.get_running_loop().time() + SLOW_S
    while True:
        try:
            browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
            if browser.contexts and browser.contexts[0].pages:
                return browser.contexts[0].pages[0]
            await browser.close()
        except Exception:
            assert not run.done(), told.getvalue()
            assert asyncio.get_running_loop().time() < deadline, f"the kiosk does not show: {told.getvalue()}"
        await asyncio.sleep(0.2)


async def test_it_is_enrolled_by_a_command_and_its_screen_is_the_room(
    executable: str, province: Province, chromium: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    asked = ("room", "enrol", "--server", province.address, "--state", str(state), "--name", "Máy hội trường")
    exit_code, said = await command(*asked, "2222-2222")
    assert exit_code == EXIT_REFUSED
    assert "xin mã mới" in said or "không mở được" in said
    assert not (state / ENROLMENT).exists()
    code = code_of(province, HA_TU)
    exit_code, said = await command(*asked, code)
    assert (exit_code, "Hà Tu" in said) == (EXIT_DONE, True), said
    assert stat.S_IMODE((state / ENROLMENT).stat().st_mode) == 0o600
    exit_code, said = await command(*asked, code)
    assert exit_code == EXIT_REFUSED, "a code works once"
    enrolment = read_enrolment(state)
    assert enrolment is not None
    assert enrolment.credential not in said

    await province.press(CommandName.OPEN)
    await province.press(CommandName.NEXT)
    options = RoomOptions(enrolment.server, "", credential=enrolment.credential)
    async with appliance(state, options, monkeypatch) as kiosk:
        page = kiosk.page
        await kiosk.shows("waiting")
        await expect(page.get_by_test_id("room-name")).to_contain_text("Hà Tu")
        await kiosk.photograph("waits")

        await page.keyboard.press("Enter")
        await expect(page.locator("body")).to_have_attribute("data-hand", "")  # as the server says
        await page.keyboard.press("Enter")
        await expect(page.locator("body")).not_to_have_attribute("data-hand", "")

        await its_technician_asks_the_program_and_the_screen_says_it(province, chromium, page)
        await expect(page.get_by_test_id("meter")).to_be_hidden()  # its test tone is not on
        await province.press(CommandName.FLOOR, room=HA_TU)
        await expect(page.get_by_test_id("on-air")).to_be_visible(timeout=SLOW_S * 1000)
        await kiosk.shows("stage")
        await its_own_picture_comes_from_the_stage(page)
        await kiosk.photograph("on-air")
        await expect(page.locator("body")).to_have_attribute("data-on-air", "")
        await expect(page.get_by_test_id("meter")).to_be_visible()
        assert "không bật" not in (await page.get_by_test_id("on-air").inner_text()).lower()


async def test_what_is_wrong_with_its_camera_stands_on_the_screen_and_a_dead_screen_comes_back(
    executable: str, province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await province.press(CommandName.OPEN)
    options = RoomOptions(province.address, "", video="/dev/video77", audio="none")
    kept: list[str] = []
    async with appliance(tmp_path / "state", options, monkeypatch, kept) as kiosk:
        await kiosk.shows("key")
        assert "Máy này chưa được đăng ký" in kiosk.told.getvalue()
        await kiosk.page.get_by_test_id("key").fill(code_of(province, HA_KHANH))
        await kiosk.page.keyboard.press("Enter")
        await kiosk.shows("waiting")
        await eventually(lambda: "" if kept else "the appliance did not learn that it was enrolled", SLOW_S)
        await eventually(lambda: "" if "Đã kết nối" in kiosk.told.getvalue() else kiosk.told.getvalue(), SLOW_S)
        await expect(kiosk.page.get_by_test_id("banner")).to_contain_text("/dev/video77", timeout=SLOW_S * 1000)
        await kiosk.photograph("no-camera")

        browsers = [child for child in psutil.Process().children(recursive=True) if _is_kiosk(child, tmp_path)]
        assert browsers
        browsers[0].kill()
        await eventually(
            lambda: "" if "đang mở lại" in kiosk.told.getvalue() else "nobody noticed that the screen is gone",
            SLOW_S,
        )
        await eventually(
            lambda: "" if _kiosks(tmp_path) - {browsers[0].pid} else "the screen does not come back", SLOW_S
        )


async def its_technician_asks_the_program_and_the_screen_says_it(
    province: Province, chromium: Chromium, screen: Page
) -> None:
    window = await chromium.window("technician")
    await log_in(window, province.address, "kythuat")
    await window.page.goto(f"{province.address}/receptions/help/{HA_TU}")
    await window.page.get_by_test_id("act-devices").click()
    await expect(screen.get_by_test_id("help")).to_contain_text("đang xem tên camera và micro")
    asked = window.page.locator("[data-act=devices]").first

    async def missing() -> str | None:
        await window.page.reload()
        outcome = await asked.get_attribute("data-outcome")
        return None if outcome == "done" else f"it came to {outcome!r}"

    await until(missing, SLOW_S)
    await expect(asked).to_contain_text("Đường truyền không gián đoạn")
    await expect(window.page.locator("#device")).to_contain_text("Theo cấu hình")


async def its_own_picture_comes_from_the_stage(page: Page) -> None:
    shown = "document.querySelector('[data-testid=video-floor]').getVideoPlaybackQuality().totalVideoFrames"
    first = int(await page.evaluate(shown))

    async def missing() -> str | None:
        more = int(await page.evaluate(shown)) - first
        return None if more > 20 else f"{more} pictures more"

    await until(missing, SLOW_S)


def _kiosks(directory: Path) -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True) if _is_kiosk(child, directory)}


def _is_kiosk(process: psutil.Process, directory: Path) -> bool:
    try:
        line = process.cmdline()
    except psutil.Error:
        return False
    return any(f"--user-data-dir={directory}" in word for word in line) and not any("--type=" in w for w in line)
