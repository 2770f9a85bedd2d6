"""A scan is attached with its progress, and a phone becomes the second factor: as people do it, in Chromium."""

from __future__ import annotations

import time
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Page, expect

from server.demo.accounts import PASSWORD
from tests.browser.chromium import Chromium
from tests.browser.office.test_every_page_in_both_languages import Office, office

__all__ = ["office"]
pytestmark = pytest.mark.browser
SCAN = b"%PDF-1.7\n" + bytes(3_000_000) + b"%%EOF\n"
DROP = """async ([content, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(content)], name));
  const zone = document.querySelector('[data-drop]');
  for (const type of ['dragover', 'drop'])
    zone.dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


async def _log_in(page: Page, address: str, login: str, code: str = "") -> None:
    await page.goto(f"{address}/login")
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.fill("#code", code)
    await page.click("form[action='/login'] .form-actions button")


async def test_a_scan_is_chosen_or_dragged_and_attached(
    office: Office, chromium: Chromium, tmp_path: Path
) -> None:
    window = await chromium.window("canbo")
    page = window.page
    await _log_in(page, office.address, "canbo")
    await page.goto(f"{office.address}/petitions/{office.ids['petition']}")
    scan = tmp_path / "Don cua ba Lien.pdf"
    scan.write_bytes(SCAN)
    await page.set_input_files("#file", scan)
    await page.click("[data-attach] .form-actions button:not([type=button])")
    await expect(page.locator("#what-mistake")).to_be_visible()
    await page.fill("#what", "Bản đồ địa chính")
    await page.keyboard.press("Enter")
    row = page.locator("table.attachments tbody tr")
    await expect(row).to_contain_text("Bản đồ địa chính")
    await expect(row).to_contain_text("3,0 MB")
    async with page.expect_download() as started:
        await row.locator("a[download]").click()
    download = await started.value
    assert download.suggested_filename == "KN-0198-1.pdf"
    assert (await download.path()).read_bytes() == SCAN

    await page.click("#attach > summary")
    await page.evaluate(DROP, [list(b"<html>"), "a.pdf"])
    await page.fill("#what", "Ảnh")
    await page.click("[data-attach] .form-actions button:not([type=button])")
    await expect(page.locator("#file-mistake")).to_contain_text("Tên tệp không quan trọng")
    await page.evaluate(DROP, [list(b"\x89PNG\r\n\x1a\n0000"), "a.png"])
    await page.click("[data-attach] .form-actions button:not([type=button])")
    await expect(page.locator("table.attachments tbody tr")).to_have_count(2)
    assert window.faults == []


async def test_a_phone_becomes_the_second_factor(office: Office, chromium: Chromium) -> None:
    window = await chromium.window("canbo")
    page = window.page
    await _log_in(page, office.address, "canbo")
    await page.goto(f"{office.address}/second-factor")
    await page.click("main form button")
    await expect(page.locator("svg.qr")).to_be_visible()
    totp = pyotp.TOTP((await page.locator("code.key").inner_text()).replace(" ", ""))
    await page.fill("#confirm-present", PASSWORD)
    await page.fill("#confirm-code", totp.now())
    await page.click(".steps .form-actions button")
    codes = await page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    await page.click("header form[action='/logout'] button")
    await _log_in(page, office.address, "canbo")
    await expect(page.locator(".notice")).to_contain_text("Tên đăng nhập, mật khẩu hoặc mã xác thực không đúng")
    await _log_in(page, office.address, "canbo", totp.at(time.time() + 30))
    await expect(page.locator("header")).to_contain_text("Nguyễn Thị Hồng Vân")
    await page.click("header form[action='/logout'] button")
    await _log_in(page, office.address, "canbo", codes[0].lower())
    await expect(page.locator("header")).to_contain_text("Nguyễn Thị Hồng Vân")
    assert window.faults == []


async def test_what_was_typed_outlives_the_login(office: Office, chromium: Chromium) -> None:
    """The page lies open over lunch; the login ends; the same words are sent after another one."""
    window = await chromium.window("canbo")
    page = window.page
    await _log_in(page, office.address, "canbo")
    await page.clock.install()
    await page.goto(f"{office.address}/petitions/new")
    await page.check("input[name=kind][value=reflection]")
    await page.fill("#petitioner_name", "Trần Thị Bưởi")
    await page.fill("#summary", "Đèn đường hỏng, xem https://vidu.vn/" + "anh" * 60)
    await page.fill("#received_on", "2026-03-02")
    await expect(page.locator("#received_on + .said-day")).to_have_text("Thứ Hai, 02/03/2026")
    draft = (await chromium.window("canbo writes", beside=window)).page
    await draft.goto(f"{office.address}/receptions/{office.ids['held']}")
    await draft.locator("a[href$='/conclusion/draft']").first.click()
    await expect(draft.locator("#saved")).to_be_visible()
    await page.context.clear_cookies()
    await draft.fill("[name=content]", "Giao kiểm tra, trả lời.")
    await expect(draft.locator("#login-ended-here")).to_be_visible()
    await expect(draft.locator("[name=content]")).to_be_focused()
    await expect(draft.locator("#saved [name=stamp]")).to_be_attached()
    await page.clock.fast_forward("02:05:00")
    await page.click("main .form-actions button")
    await expect(page.locator("#login-ended-here")).to_be_focused()

    other = (await chromium.window("canbo again", beside=window)).page
    await _log_in(other, office.address, "canbo")
    await expect(other.locator("main h1")).to_contain_text("Xin chào")
    await page.click("main .form-actions button")
    await expect(page.locator("main h1")).to_contain_text("Đèn đường hỏng")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) == 0  # an address has no place where a line may end
    assert window.faults == []
