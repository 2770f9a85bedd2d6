"""An officer of a commune goes from the start page to a task and reports it done, one of a department tells
progress on the same pages; the office finds who said it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from server.demo.accounts import PASSWORD
from tests.browser.chromium import Chromium
from tests.browser.office.test_every_page_in_both_languages import Office, office

__all__ = ["office"]
pytestmark = pytest.mark.browser
DIRECTORY = os.environ.get("TIEPDAN_SCREENSHOTS", "")


async def _log_in(page: Page, address: str, login: str) -> None:
    await page.goto(f"{address}/login")
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.click("form[action='/login'] .form-actions button")


async def _looked_at(page: Page, name: str) -> None:
    """Nothing hangs over the edge of a small laptop; with TIEPDAN_SCREENSHOTS a picture is left."""
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name}: {wide} pixels wider than the screen"
    if DIRECTORY:
        await page.screenshot(path=Path(DIRECTORY) / f"{name}.png", full_page=True)


async def test_a_unit_reports_its_task_done(office: Office, chromium: Chromium) -> None:
    window = await chromium.window("hatu")
    page = window.page
    await page.set_viewport_size({"width": 1366, "height": 768})
    await _log_in(page, office.address, "hatu")
    await _looked_at(page, "unit-start")
    await page.click("text=Nhiệm vụ quá hạn")
    await expect(page.locator("h1")).to_have_text("Nhiệm vụ của đơn vị tôi")
    await _looked_at(page, "unit-tasks")
    await page.click("a.row-link")
    await page.click("summary:has-text('báo cáo')")
    await page.fill("#report-document", "báo cáo miệng")
    await page.check("#report [name=confirmed]")
    await page.click("#report button")
    await expect(page.locator("#report-document-mistake")).to_be_visible()
    await expect(page.locator("#report-document")).to_have_value("báo cáo miệng")
    await _looked_at(page, "unit-task-mistake")
    await page.fill("#report-document", "88/BC-UBND")
    await page.check("#report [name=confirmed]")
    await page.click("#report button")
    await expect(page.locator(".history li").first).to_contain_text("Đơn vị tự nhập")
    await expect(page.locator(".act-form")).to_have_count(0)
    await page.click("button[value=en]")
    await _looked_at(page, "unit-task-en")
    await page.goto(f"{office.address}/tasks?asked=all")
    await _looked_at(page, "unit-tasks-en")

    desk = await chromium.window("canbo")
    await _log_in(desk.page, office.address, "canbo")
    await desk.page.click("text=Nhiệm vụ chờ xác nhận hoàn thành")
    await expect(desk.page.locator("tr", has_text="Niêm yết quy hoạch")).to_contain_text("Đơn vị tự nhập")
    await _looked_at(desk.page, "office-tasks-reported")

    board = await chromium.window("congthuong")
    page = board.page
    await page.set_viewport_size({"width": 1366, "height": 768})
    await _log_in(page, office.address, "congthuong")
    await expect(page.locator("header nav a")).to_have_count(2)
    await expect(page.locator("a[href='/room']")).to_have_count(0)
    await _looked_at(page, "department-start")
    await page.click("text=Nhiệm vụ quá hạn")
    await expect(page.locator("h1 + .lead")).to_have_text("Sở Công Thương")
    await _looked_at(page, "department-tasks")
    await page.click("a.row-link")
    await page.fill("#progress-words", "Đã làm việc với điện lực.")
    await page.check("#progress [name=confirmed]")
    await page.click("#progress button")
    await expect(page.locator(".history li").first).to_contain_text("Đơn vị tự nhập")
    await _looked_at(page, "department-task")
    assert [window.faults, desk.faults, board.faults] == [[], [], []]
