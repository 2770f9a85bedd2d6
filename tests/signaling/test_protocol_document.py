"""PROTOCOL.md says what the code does: every message, field, command and refusal, and no more."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

import signaling
from signaling import (
    check_messages,
    desk_messages,
    help_messages,
    late_messages,
    messages,
    schedule_messages,
    spoken,
    summons_messages,
)
from signaling.check_messages import FIGURES, OUTCOMES, CheckReason, Part
from signaling.desk_messages import CommandName, RoomPresence
from signaling.messages import DeviceState, Message, Purpose
from signaling.refusals import RefusalCode

DOCUMENT = (Path(signaling.__file__).parent / "PROTOCOL.md").read_text("utf-8")
WORDS = set(re.findall(r"`([a-z0-9_]+)`", DOCUMENT))
SPOKEN = spoken.UP_ROOM + spoken.DOWN_ROOM + spoken.UP_DESK + spoken.DOWN_DESK
PARTS: tuple[type[Message], ...] = (
    messages.Auth,
    messages.Joined,
    messages.PathServer,
    desk_messages.CommandResult,
    messages.ItemView,
    messages.FloorView,
    summons_messages.OfficeView,
    summons_messages.PresentOffice,
    summons_messages.SummonsView,
    schedule_messages.PlannedView,
    schedule_messages.ClockTold,
    check_messages.Finding,
    check_messages.JudgedView,
    check_messages.CheckTaken,
    check_messages.PlannedCheck,
    check_messages.LineFigures,
    help_messages.OfferedDevice,
    late_messages.KeptSeconds,
    desk_messages.RoomEntry,
    desk_messages.AgendaEntry,
    desk_messages.RecordingLight,
)


@pytest.mark.parametrize("message", SPOKEN, ids=lambda m: m.__name__)
def test_every_event_is_described(message: type[Message]) -> None:
    assert message.event in WORDS


@pytest.mark.parametrize("message", SPOKEN + PARTS, ids=lambda m: m.__name__)
def test_every_field_is_described(message: type[Message]) -> None:
    assert set(message.model_fields) <= WORDS, f"of {message.__name__} the document does not name all fields"


@pytest.mark.parametrize(
    "words", [CommandName, RefusalCode, Purpose, DeviceState, RoomPresence, CheckReason, Part]
)
def test_every_word_of_a_list_is_described(words: type[StrEnum]) -> None:
    assert {word.value for word in words} <= WORDS


def test_the_document_names_nothing_that_is_not_there() -> None:
    """Every word in back-quotes of the event and refusal tables is one of the code's."""
    known = {field for m in SPOKEN + PARTS for field in m.model_fields} | {m.event for m in SPOKEN + PARTS}
    for words in (CommandName, RefusalCode, Purpose, DeviceState, RoomPresence, Part):
        known |= {word.value for word in words}
    rows = [line for line in DOCUMENT[DOCUMENT.index("## Signalling") :].splitlines() if line.startswith("| `")]
    named = {word for row in rows for word in re.findall(r"`([a-z_]+)`", row.split("|")[1])}
    assert named <= known, f"only in the document: {sorted(named - known)}"


def test_every_outcome_and_figure_of_a_check_is_described() -> None:
    assert {word for some in OUTCOMES.values() for word in some} <= WORDS
    assert {word for some in FIGURES.values() for word in some} <= WORDS
