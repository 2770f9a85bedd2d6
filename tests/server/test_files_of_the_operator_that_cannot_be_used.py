"""A dated file with mistakes ends the start, and the mistakes of all files are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from server import app
from server.supervisor import CANNOT_START


def test_the_server_does_not_start_on_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "holidays.csv").write_text("date,kind,name\n2026-02-30,holiday,Tết\n", encoding="utf-8")
    (tmp_path / "deadlines.csv").write_text("key,count\n", encoding="utf-8")
    (tmp_path / "departments.csv").write_text("name\nSở Xây dựng\n", encoding="utf-8")
    (tmp_path / "receptions.csv").write_text("key,count\n", encoding="utf-8")
    (tmp_path / "letterheads.csv").write_text("issuer\nVĂN PHÒNG\n", encoding="utf-8")
    (tmp_path / "offices.csv").write_text("code\nchair\n", encoding="utf-8")
    monkeypatch.setenv("TIEPDAN_DATA", str(tmp_path))
    monkeypatch.delenv("TIEPDAN_SETTINGS", raising=False)
    monkeypatch.setattr(app.logs, "configure", lambda: None)
    assert app.main() == CANNOT_START
    assert "holidays.csv, line 2, date: came '2026-02-30'" in caplog.text
    assert "deadlines.csv, line 1: came 'key, count'" in caplog.text
    assert "receptions.csv, line 1: came 'key, count'" in caplog.text
    assert "departments.csv, line 1: came 'name'" in caplog.text
    assert "letterheads.csv, line 1: came 'issuer'" in caplog.text
    assert "offices.csv, line 1: came 'code'" in caplog.text
