"""The start page reminds of what waits, and each reminder opens just as many."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.server.demo.fixtures import Province

REMINDER = re.compile(
    r'<li><a href="([^"]+)"( data-needs)?>(?:(?!</a>).)*?<span class="count">(\d+)</span>', re.DOTALL
)


@pytest.mark.parametrize(
    ("login", "lists"),
    [("canbo", {"/tasks", "/petitions", "/registrations"}), ("hatu", {"/tasks"}), ("congthuong", {"/tasks"})],
)
async def test_each_reminder_opens_as_many_as_it_says(province: Province, login: str, lists: set[str]) -> None:
    await province.as_(login)
    found = REMINDER.findall(await province.page("/"))
    paths = [path.partition("?")[0] for path, _late, _count in found]
    assert set(paths) == lists
    late = [bool(late) for _path, late, _count in found]
    assert late == sorted(late, reverse=True)
    for path, _late, count in found:
        page = await province.page(unescape(path))
        assert re.search(rf"\b{count} (đơn|nhiệm vụ|đăng ký)", page), path


@pytest.mark.parametrize("login", ["giamsat", "kythuat"])
async def test_nothing_waits_for_who_is_not_to_act(province: Province, login: str) -> None:
    await province.as_(login)
    assert "Việc chờ xử lý" not in await province.page("/")
