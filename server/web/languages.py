"""Two languages. Message ids are English, so English needs no catalog; Vietnamese is read from fragments.

Every part of the project keeps its Vietnamese strings in a .po fragment of its own; they are read and merged
when the server starts, so there is no compile step that could be forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LANGUAGES = ("vi", "en")
FRAGMENTS = Path(__file__).parent / "locale" / "vi" / "fragments"
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
_log = logging.getLogger(__name__)


def N_(message: str) -> str:
    """Mark a message for extraction where it is written down but not yet said (tables, enums)."""
    return message


def today() -> date:
    """The day on the province's calendar, which is not always UTC's."""
    return datetime.now(HERE).date()


def local_day(moment: datetime) -> date:
    """`moment`'s day on the province's calendar."""
    return moment.astimezone(HERE).date()


def day_began(moment: datetime) -> datetime:
    """When `moment`'s day began on the province's calendar."""
    return moment.astimezone(HERE).replace(hour=0, minute=0, second=0, microsecond=0)


def local_time(moment: datetime, pattern: str = "HH:mm dd/MM/yyyy", language: str = "vi") -> str:
    """`moment` on the province's clock; `pattern` as in Unicode's CLDR ("HH:mm", "EEEE, dd/MM/yyyy")."""
    return format_datetime(moment, pattern, tzinfo=HERE, locale=language)


def decimal(value: float, digits: int, language: str = "vi") -> str:
    """3.14 as "3,1" in Vietnamese."""
    said = f"{value:.{digits}f}"
    return said.replace(".", ",") if language == "vi" else said


def size_words(count: float, language: str = "vi") -> str:
    """Bytes in decimal units, as disks are sold: "1,9 GB"; pages that live say it so, too (`live/clock.js`)."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{decimal(count / size, 1, language)} {unit}"
    return f"{max(round(count / 1000), 1 if count else 0)} kB"


@cache
def shipped_catalogs() -> Catalogs:
    """The program's own, read once in a process. Raises babel.messages.pofile.PoFileError."""
    return Catalogs.read()


class Catalogs:
    """All translations, read once. A message without a translation is shown in English."""

    def __init__(self, messages: dict[str, str | tuple[str, ...]]) -> None:
        self._vietnamese = messages

    @classmethod
    def read(cls, folder: Path = FRAGMENTS) -> Catalogs:
        """Raises babel.messages.pofile.PoFileError for a broken fragment: better at start than on a page."""
        messages: dict[str, str | tuple[str, ...]] = {}
        for path in sorted(folder.glob("*.po")):
            with path.open("rb") as file:
                catalog: Catalog = read_po(file, locale="vi", abort_invalid=True)
            for entry in catalog:
                if not entry.id or not entry.string or entry.fuzzy:
                    continue
                known = entry.id if isinstance(entry.id, str) else entry.id[0]
                said = entry.string if isinstance(entry.string, str) else tuple(entry.string)
                if messages.get(known, said) != said:
                    _log.warning("%s translates %r again and differently; the first one counts", path.name, known)
                    continue
                messages[known] = said
        return cls(messages)

    def knows(self, message: str) -> bool:
        """True if `message` is one of our own messages, and not a text that came from somewhere else."""
        return message in self._vietnamese

    def gettext(self, language: str, message: str) -> str:
        if language == "vi":
            said = self._vietnamese.get(message, message)
            return said if isinstance(said, str) else said[0]
        return message

    def ngettext(self, language: str, one: str, many: str, count: int) -> str:
        if language == "vi":  # Vietnamese has one form for every number
            said = self._vietnamese.get(one)
            if said is not None:
                return said if isinstance(said, str) else said[0]
        return one if count == 1 else many

    def translator(self, language: str) -> Callable[..., str]:
        """`_` for Python code: `_("Room %(name)s", name=…)`."""

        def _(message: str, **values: object) -> str:
            said = self.gettext(language, message)
            return said % values if values else said

        return _
