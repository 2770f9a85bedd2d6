"""Keys and tokens: whatever is changed in one, it opens nothing."""

from __future__ import annotations

import string
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.data.engine import Database
from server.rooms.enrolment import tokens_of_all_rooms, withdraw_key
from server.rooms.importing import SAMPLE, import_rooms
from server.rooms.keys import RoomKey, RoomToken, make_key, make_token, parse_key, parse_token
from server.rooms.queries import check_key, check_token, room_by_code
from signaling.refusals import RefusalCode, Refused

SECRET = b"s" * 32
DAY = date(2026, 11, 23)
KEY = make_key(SECRET, "06649", 1)
TOKEN = make_token(SECRET, "22", 3, "desk", 7, today=DAY)


def _refused(parse: Callable[[], object], code: RefusalCode = RefusalCode.BAD_KEY) -> None:
    with pytest.raises(Refused) as refused:
        parse()
    assert refused.value.code is code


def test_a_key_says_its_room_and_version() -> None:
    assert parse_key(SECRET, KEY) == RoomKey("06649", 1)
    assert set(KEY) <= set(string.ascii_lowercase + string.digits + "-")


def test_a_token_says_its_room_scope_and_last_day() -> None:
    assert parse_token(SECRET, TOKEN, DAY) == RoomToken("22", 3, "desk", date(2026, 11, 30))


@pytest.mark.parametrize("place", range(len(KEY)))
def test_a_key_with_any_character_changed_is_refused(place: int) -> None:
    for letter in string.printable + "é":
        if letter != KEY[place]:
            changed = KEY[:place] + letter + KEY[place + 1 :]
            _refused(lambda changed=changed: parse_key(SECRET, changed))
    _refused(lambda: parse_key(SECRET, KEY[:place] + KEY[place + 1 :]))


@pytest.mark.parametrize("place", range(len(TOKEN)))
def test_a_token_with_any_character_changed_is_refused(place: int) -> None:
    for letter in string.ascii_lowercase + string.digits + "-.":
        if letter != TOKEN[place]:
            changed = TOKEN[:place] + letter + TOKEN[place + 1 :]
            _refused(lambda changed=changed: parse_token(SECRET, changed, DAY))


@given(st.text(max_size=200))
def test_no_text_breaks_the_parsers(text: str) -> None:
    _refused(lambda: parse_key(SECRET, text))
    _refused(lambda: parse_token(SECRET, text, DAY))


def test_another_installations_key_is_refused() -> None:
    _refused(lambda: parse_key(b"t" * 32, KEY))


def test_a_key_is_no_token_and_a_token_no_key() -> None:
    _refused(lambda: parse_token(SECRET, KEY, DAY))
    _refused(lambda: parse_key(SECRET, TOKEN))


def test_a_token_ends_after_its_last_day() -> None:
    assert parse_token(SECRET, TOKEN, date(2026, 11, 30)).scope == "desk"
    _refused(lambda: parse_token(SECRET, TOKEN, date(2026, 12, 1)))


def test_a_withdrawn_key_opens_nothing_any_more(database: Database) -> None:
    database.run_here(import_rooms, SAMPLE.read_bytes(), actor="system")
    assert database.run_here(check_key, SECRET, KEY, DAY).name == "Phường Hà Khánh"
    token = make_token(SECRET, "06649", 1, "watch", 1, today=DAY)
    assert database.run_here(check_token, SECRET, token, "watch", DAY).code == "06649"
    room = database.run_here(room_by_code, "06649", DAY)
    assert room is not None
    database.run_here(withdraw_key, room, actor="account:1")
    _refused(lambda: database.run_here(check_key, SECRET, KEY, DAY))
    _refused(lambda: database.run_here(check_token, SECRET, token, "watch", DAY))
    assert database.run_here(check_key, SECRET, make_key(SECRET, "06649", 2), DAY).code == "06649"


def test_a_key_of_a_room_that_does_not_exist_that_day_is_refused(database: Database) -> None:
    database.run_here(import_rooms, SAMPLE.read_bytes(), actor="system")
    _refused(lambda: database.run_here(check_key, SECRET, KEY, date(2019, 12, 31)))
    _refused(lambda: database.run_here(check_key, SECRET, make_key(SECRET, "99999", 1), DAY))


def test_a_token_opens_only_its_scope(database: Database) -> None:
    database.run_here(import_rooms, SAMPLE.read_bytes(), actor="system")
    watch = make_token(SECRET, "22", 1, "watch", 1, today=DAY)
    _refused(lambda: database.run_here(check_token, SECRET, watch, "desk", DAY), RefusalCode.NOT_ALLOWED)
    stolen = make_token(SECRET, "06649", 1, "desk", 1, today=DAY)
    _refused(lambda: database.run_here(check_token, SECRET, stolen, "desk", DAY), RefusalCode.NOT_ALLOWED)


def test_tokens_of_all_rooms_come_in_the_order_of_the_codes(database: Database) -> None:
    database.run_here(import_rooms, SAMPLE.read_bytes(), actor="system")
    tokens = database.run_here(tokens_of_all_rooms, SECRET, 1, DAY)
    codes = [parse_token(SECRET, token).code for _room, token in tokens]
    assert (len(codes), codes[0], codes[-1]) == (190, "06649", "207")
    assert codes == sorted(codes) == [room.code for room, _token in tokens]
