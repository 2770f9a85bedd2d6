"""Hours and days as official documents write them (Decree 30/2020, Appendix I). Documents are in Vietnamese,
whatever language the pages are in."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta

from server.web.languages import HERE, local_day

_ALONE_UNTIL = 3
"""Days below 10, and the months 1 and 2, are written with a zero, so that nobody adds a digit."""


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def day_words(day: date) -> str:
    month = f"{day.month:02}" if day.month < _ALONE_UNTIL else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def hour_words(moment: datetime, *, seconds: bool = False) -> str:
    here = moment.astimezone(HERE)
    words = f"{here.hour:02} giờ {here.minute:02} phút"
    return f"{words} {here.second:02} giây" if seconds else words


def moment_words(moment: datetime) -> str:
    return f"{hour_words(moment)}, {day_words(local_day(moment))}"


def length_words(length: timedelta) -> str:
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    if not minutes:
        return f"{seconds} giây"
    return f"{minutes} phút {seconds:02} giây" if seconds else f"{minutes} phút"


def short_day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def sentence(text: str) -> str:
    """With a full stop, where it has no end of its own."""
    said = text.strip()
    return said if not said or said[-1] in ".!?…:;" else f"{said}."


def listed(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
