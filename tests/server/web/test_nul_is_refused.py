"""A sign that one database would lose and the other refuse comes to neither."""

from __future__ import annotations

import pytest

from tests.server.conftest import Office
from tests.server.demo.fixtures import Province, filled, province

__all__ = ["filled", "province"]


@pytest.mark.parametrize(
    "path", ["/petitions?q=%00", "/petitions?district=%00", "/petitions?q=%C4%91%E1%BA%A5t%00"]
)
async def test_in_an_address(path: str, province: Province) -> None:
    await province.as_("canbo")
    await province.page(path, 400)


async def test_in_a_form(province: Province) -> None:
    await province.as_("canbo")
    form = {"kind": "complaint", "received_on": "2026-11-02", "summary": "x", "petitioner_name": "A\0B"}
    answer = await province.post("/petitions/new", form)
    assert answer.status == 400


async def test_at_the_login(office: Office) -> None:
    assert (await office.log_in("chutri\0")).status == 400
