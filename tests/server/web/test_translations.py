"""Every sentence people can see exists in Vietnamese."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from server.web.languages import FRAGMENTS, Catalogs, local_time

ROOT = Path(__file__).resolve().parents[3]
METHODS = [
    ("**/node_modules/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
]
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
_FIELD = re.compile(r"%\((\w+)\)s")


def _messages() -> dict[str, list[str]]:
    """Message id to where it is used. Of a plural the singular is the id."""
    found: dict[str, list[str]] = defaultdict(list)
    for folder in ("server", "recordings", "room_client"):
        options = {"**/templates/**.html": {"encoding": "utf-8", "trimmed": "true"}}
        for name, line, message, _comments, _context in extract_from_dir(
            ROOT / folder,
            METHODS,
            options,
            KEYWORDS,
            strip_comment_tags=True,
            directory_filter=lambda path: Path(path).name not in ("node_modules", "__pycache__"),
        ):
            known = message if isinstance(message, str) else message[0]
            if known:
                found[known].append(f"{folder}/{name}:{line}")
    return found


def test_every_message_has_a_vietnamese_translation() -> None:
    catalogs = Catalogs.read()
    missing = {m: places[0] for m, places in _messages().items() if not catalogs.knows(m)}
    assert not missing, "\n".join(f"{place}: {message!r}" for message, place in missing.items())


@pytest.mark.parametrize("path", sorted(FRAGMENTS.glob("*.po")), ids=lambda path: path.name)
def test_translations_keep_the_fields_and_are_composed(path: Path) -> None:
    with path.open("rb") as file:
        catalog = read_po(file, locale="vi", abort_invalid=True)
    for entry in catalog:
        if not entry.id:
            continue
        known = entry.id if isinstance(entry.id, str) else entry.id[-1]
        said = entry.string if isinstance(entry.string, str) else entry.string[0]
        assert said, f"{known!r} has no translation"
        assert set(_FIELD.findall(said)) == set(_FIELD.findall(known)), known
        assert unicodedata.is_normalized("NFC", said), known
        assert known[-1] not in ".…" or said[-1] in ".…" + string.ascii_letters, known


def test_fragments_do_not_contradict_each_other(caplog: pytest.LogCaptureFixture) -> None:
    Catalogs.read()
    assert caplog.messages == []


def test_a_message_without_translation_is_said_in_english() -> None:
    catalogs = Catalogs({"known": "đã biết", "%(num)s room": ("%(num)s phòng",)})
    assert catalogs.gettext("vi", "unknown") == "unknown"
    assert catalogs.gettext("vi", "known") == "đã biết"
    assert catalogs.gettext("en", "known") == "known"
    assert catalogs.ngettext("vi", "%(num)s room", "%(num)s rooms", 2) == "%(num)s phòng"
    assert catalogs.ngettext("en", "%(num)s room", "%(num)s rooms", 2) == "%(num)s rooms"


def test_times_are_the_provinces() -> None:
    moment = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert local_time(moment) == "01:30 24/11/2026"
    assert local_time(moment, "EEEE", "vi") == "Thứ Ba"
