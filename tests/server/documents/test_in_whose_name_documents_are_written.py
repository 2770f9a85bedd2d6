"""The letterhead is a dated file: the office's name is that of the day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from server.deadlines.errors import BadDataFile
from server.documents.letterheads import LETTERHEADS_FILE, NONE, read_letterheads

_COLUMNS = "superior,issuer,name,symbol,place,valid_from,valid_to,confirmed,source\n"


def test_the_shipped_letterhead_is_that_of_the_board(tmp_path: Path) -> None:
    shipped = read_letterheads(tmp_path)
    assert shipped.on(date(2026, 11, 28)).issuer == "BAN TIẾP CÔNG DÂN TỈNH"
    assert shipped.on(date(2010, 1, 1)) is NONE


def test_the_letterhead_in_the_handbook_is_read_and_goes_before_the_shipped_one(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "operations.md").read_text("utf-8")
    block = text[text.index("    superior,issuer") :].split("\n\n", 1)[0]
    (tmp_path / LETTERHEADS_FILE).write_text("".join(line[4:] + "\n" for line in block.splitlines()), "utf-8")
    found = read_letterheads(tmp_path)
    assert found.on(date(2026, 7, 1)).name == "Văn phòng UBND tỉnh"
    assert found.on(date(2026, 6, 30)).name == "Ban Tiếp công dân tỉnh"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    wrong = "UBND,,Ban,X,Hạ Long,2026-02-30,,maybe,x\nUBND,BAN,Ban,X,Hạ Long,2026-02-01,2026-01-01,yes,x\n"
    (tmp_path / LETTERHEADS_FILE).write_text(_COLUMNS + wrong, "utf-8")
    with pytest.raises(BadDataFile) as refused:
        read_letterheads(tmp_path)
    told = str(refused.value)
    for said in ("line 2, issuer", "line 2, valid_from", "line 2, confirmed", "line 3, valid_to"):
        assert said in told
