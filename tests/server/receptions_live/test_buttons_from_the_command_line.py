"""`tiepdan reception …` against a running control process: done, and refused in words for people."""

from __future__ import annotations

import asyncio
import re

from click.testing import Result
from typer.testing import CliRunner

from server.cli import app
from tests.server.receptions_live.conftest import ControlProcess


async def press(control: ControlProcess, *words: str) -> Result:
    settings = {"TIEPDAN_DATA": str(control.settings.data), "TIEPDAN_LANGUAGE": "vi"}
    return await asyncio.to_thread(CliRunner(env=settings).invoke, app, ["reception", *words])


async def test_a_button_that_needs_confirming_says_how_it_is_confirmed_here(control: ControlProcess) -> None:
    for words in (("open",), ("next",), ("close-item",)):
        assert (await press(control, *words)).exit_code == 0, words
    refused = await press(control, "reopen-item")
    assert refused.exit_code == 1
    assert "Hãy làm lại và xác nhận. (--yes)" in refused.output
    assert not re.search("confirm=|reopen_item", refused.output)
    assert (await press(control, "reopen-item", "--yes")).exit_code == 0


async def test_refusals_on_the_command_line_carry_no_words_of_programs(control: ControlProcess) -> None:
    for words in (("next",), ("floor", "06649")):
        refused = await press(control, *words)
        assert refused.exit_code == 1
        assert refused.output == "✗ Hiện không có phiên tiếp công dân nào đang mở. Hãy mở phiên trước.\n"
