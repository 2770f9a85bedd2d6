"""The setting that says from when on rooms check themselves in the morning."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from server.settings import Settings


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("07:15", timedelta(hours=7, minutes=15)),
        ("00:00", timedelta(0)),
        ("23:59", timedelta(minutes=1439)),
        ("", None),
    ],
)
def test_an_hour_is_taken_and_nothing_means_never(said: str, meant: timedelta | None) -> None:
    assert Settings(morning_check=said).morning_check_after == meant


@pytest.mark.parametrize("said", ["7:15", "24:00", "07:60", "07:15:00", "sáng", "-1:00", " 07:15"])
def test_what_is_no_hour_is_refused_by_name(said: str) -> None:
    with pytest.raises(ValidationError, match="HH:MM"):
        Settings(morning_check=said)
