"""The stage's places are those PROTOCOL.md lists, in its order."""

from __future__ import annotations

from signaling.wire.slots import STAGE_SLOTS, SlotName, Upstream


def test_a_stage_has_three_pictures_then_three_sounds() -> None:
    assert [slot.is_video for slot in STAGE_SLOTS] == [True] * 3 + [False] * 3
    assert list(STAGE_SLOTS) == [slot for slot in SlotName if not slot.name.startswith("PROGRAMME")]


def test_only_microphones_are_no_pictures() -> None:
    assert [u for u in Upstream if not u.is_video] == [Upstream.MICROPHONE, Upstream.INTERPRETATION]
