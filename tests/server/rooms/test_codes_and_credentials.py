"""What a code and a credential look like, and who may try codes how often."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rooms.device_rules import (
    LENGTH,
    SIGNS,
    VALID_FOR,
    Credential,
    code_in,
    credential_in,
    hash_of_code,
    hash_of_credential,
    is_open,
    name_in,
    new_code,
    new_secret,
    shown_code,
)
from server.rooms.device_tables import RoomEnrolment
from server.rooms.guessing import BURST, FREE_TRIES, LONGEST_DELAY_S, REFILL_PER_S, CodeThrottle
from tests.server.conftest import SECRET

_NOW = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
codes = st.text(SIGNS, min_size=LENGTH, max_size=LENGTH)
secrets_of_devices = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=32, max_size=32)


def test_a_room_s_page_knows_the_same_signs() -> None:
    page = Path(__file__).parents[3] / "room_client" / "page" / "key.js"
    assert f"[^{SIGNS}]" in page.read_text(encoding="utf-8")


def test_no_sign_is_taken_for_another_one() -> None:
    assert len(SIGNS) == len(set(SIGNS)) == 20
    for alike in ("0O", "1IL", "5S", "2Z", "8B", "6G", "AEIOUY", "LN", "SX"):
        assert sum(sign in SIGNS for sign in alike) <= 1, alike


def test_a_new_code_is_read_as_it_is_shown() -> None:
    for _ in range(100):
        code = new_code()
        assert code_in(shown_code(code)) == code
        assert re.fullmatch(r"\S{4}-\S{4}", shown_code(code))


@given(codes, st.lists(st.sampled_from([" ", "-", "–", "\u2011", "  ", "\t", ""]), min_size=9, max_size=9))
def test_a_code_is_read_however_it_is_typed(code: str, between: list[str]) -> None:
    typed = "".join(mark + sign for mark, sign in zip(between, code, strict=False)) + between[-1]
    assert code_in(typed) == code_in(typed.lower()) == code


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_code_or_none(text: str) -> None:
    code = code_in(text)
    assert code is None or re.fullmatch(f"[{SIGNS}]{{{LENGTH}}}", code)


@pytest.mark.parametrize("text", ["", "ABCD", "2345-6789-2", "2345678O", "2345678", "２３４５６７８９"])
def test_what_is_no_code_is_not_made_one(text: str) -> None:
    assert code_in(text) is None


@given(st.integers(1, 999_999_999), secrets_of_devices)
def test_a_credential_is_read_as_it_is_written(device: int, secret: str) -> None:
    assert credential_in(str(Credential(device, secret))) == Credential(device, secret)


@given(st.text(max_size=60))
def test_whatever_a_cookie_says_is_a_credential_or_none(text: str) -> None:
    found = credential_in(text)
    assert found is None or str(found) == text


def test_a_new_credential_has_160_bits_and_is_kept_under_a_key() -> None:
    secret = new_secret()
    assert credential_in(f"d1-{secret}") == Credential(1, secret)
    assert new_secret() != secret
    kept = hash_of_credential(SECRET, Credential(1, secret))
    assert (len(kept), secret in kept) == (64, False)
    assert kept != hash_of_credential(b"another" * 4, Credential(1, secret))
    assert hash_of_code(SECRET, "23456789") != hash_of_code(b"another" * 4, "23456789")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", ""),
        ("  Máy \n hội trường ", "Máy hội trường"),
        ("x" * 60, "x" * 60),
        ("x" * 61, None),
        ("a\0b", None),
        ("a\u202eb", None),
    ],
)
def test_a_name_is_one_line_of_signs_that_can_be_seen(text: str, name: str | None) -> None:
    assert name_in(text) == name


def test_a_code_is_open_for_three_days_until_it_is_used_or_withdrawn() -> None:
    row = RoomEnrolment(room_id=1, code_hash="", made_at=_NOW, made_by="", valid_until=_NOW + VALID_FOR)
    assert is_open(row, _NOW)
    assert is_open(row, _NOW + timedelta(days=3, seconds=-1))
    assert not is_open(row, _NOW + timedelta(days=3))
    for what in ("used_at", "withdrawn_at"):
        assert not is_open(row.model_copy(update={what: _NOW}), _NOW)


def test_an_address_that_guesses_waits_ten_seconds_at_the_most() -> None:
    throttle = CodeThrottle()
    waits = [throttle.take("a", 0.0) for _ in range(FREE_TRIES + 1)]
    assert waits[:FREE_TRIES] == [0] * FREE_TRIES
    assert 0 < waits[-1] <= LONGEST_DELAY_S
    now_s, tried = 0.0, 0
    while now_s < 3600:
        now_s += 1
        tried += throttle.take("a", now_s) == 0
    assert tried <= 3600 / LONGEST_DELAY_S + 1
    assert throttle.take("b", now_s) == 0


def test_all_addresses_together_try_no_more_than_the_bucket_holds() -> None:
    throttle = CodeThrottle()
    tried = sum(
        throttle.take(f"address {second}/{number}", float(second)) == 0
        for second in range(600)
        for number in range(20)
    )
    assert tried <= BURST + 600 * REFILL_PER_S
    # When it is over, a room that knows its code has it within seconds.
    assert throttle.take("room", 600 + 1 / REFILL_PER_S) == 0


def test_an_address_that_hammers_does_not_keep_the_others_from_the_bucket() -> None:
    throttle = CodeThrottle()
    second, waited = 0.0, []
    for number in range(200):  # five addresses try ten times a second each; now and then a room comes
        for _ in range(10):
            second += 0.1
            for attacker in range(5):
                throttle.take(f"attacker {attacker}", second)
        if number > 60 and number % 20 == 0:
            waited.append(throttle.take(f"room {number}", second))
    assert waited
    assert max(waited) <= LONGEST_DELAY_S
    assert waited.count(0) > len(waited) / 2


def test_a_province_enrols_from_behind_one_address_in_a_morning() -> None:
    throttle = CodeThrottle()
    for number in range(600):
        if number % 30 == 0:  # one in thirty mistypes first
            assert throttle.take("province", float(number)) == 0
        assert throttle.take("province", float(number)) == 0
        throttle.give_back("province")
