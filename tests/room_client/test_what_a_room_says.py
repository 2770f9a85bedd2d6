"""Sentences of the room without a browser: to whoever is in the room, in the words of its page."""

from __future__ import annotations

from pathlib import Path

from room_client import wording
from room_client.wording import refusal_sentence
from signaling.refusals import Refusal, RefusalCode


def test_the_desk_s_advice_to_telephone_is_not_given_to_the_room() -> None:
    refusal = Refusal(code=RefusalCode.ROOM_NOT_CONNECTED, text="Hãy gọi điện cho điểm cầu.")
    assert refusal_sentence(refusal, "vi") == "Kết nối của phòng này đã bị ngắt; đang nối lại."


def test_a_computer_is_enrolled_by_one_word_as_on_its_page() -> None:
    said = Path(wording.__file__).read_text(encoding="utf-8")
    assert "ghép" not in said
    assert "đăng ký" in said
