"""TURN servers and credentials reach rooms, players and encoders; nobody can tell a room by them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

import pytest

from server.receptions.turn_access import RENEWED, VALID, TurnAccess
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.province import HA_TU
from tests.waiting import eventually

URLS = "turn:turn.example:3478?transport=udp, turns:turn.example:443?transport=tcp"
TURN = pytest.mark.parametrize("chosen", [{"turn": URLS, "turn_secret": "s3cret"}])
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def is_ours(username: str, credential: str) -> bool:
    proof = hmac.new(b"s3cret", username.encode(), hashlib.sha1).digest()
    return hmac.compare_digest(base64.b64decode(credential), proof)


def test_credentials_hold_for_a_day_and_belong_to_nobody() -> None:
    access = TurnAccess(("turn:a",), "s3cret")
    first, second = access.servers(NOW)[0], access.servers(NOW)[0]
    assert first.username != second.username
    expires, _, opaque = first.username.partition(":")
    assert int(expires) == int((NOW + timedelta(hours=24)).timestamp())
    assert re.fullmatch("[0-9a-f]{16}", opaque)
    assert is_ours(first.username, first.credential)
    assert RENEWED < VALID


def test_the_scheme_is_the_one_turn_servers_know() -> None:
    """Made beside this code: printf %s 1790000000:abc | openssl dgst -sha1 -hmac north -binary | base64"""
    access = TurnAccess(("turn:a",), "north", lambda: "abc")
    server = access.servers(datetime.fromtimestamp(1790000000, UTC) - VALID)[0]
    assert (server.username, server.credential) == ("1790000000:abc", "44v61T5/QlDXXaCsADXikr+OLdw=")


def test_without_a_turn_server_there_is_nothing_to_say() -> None:
    assert TurnAccess().paths(NOW).servers == ()
    assert TurnAccess().link_headers(NOW) == []


@TURN
async def test_a_room_hears_its_paths_first(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    await eventually(lambda: None if "stage" in room.heard else "no stage yet")
    assert room.heard[0] == "paths"
    server = room.paths[0]["servers"][0]
    assert server["urls"] == [url.strip() for url in URLS.split(",")]
    assert is_ours(server["username"], server["credential"])
    assert HA_TU not in server["username"]


@TURN
@pytest.mark.parametrize(("path", "code", "scope"), [("/whep", HA_TU, "watch"), ("/whip", "22", "desk")])
async def test_players_and_encoders_find_them_in_the_links(
    control: ControlProcess, path: str, code: str, scope: str
) -> None:
    headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {control.token(code, scope)}"}
    answer = await control.session().post(control.address + path, data="v=0\r\n", headers=headers)
    links = answer.headers.getall("Link")
    assert [re.match(r"<(.*?)>; rel=\"ice-server\"", link)[1] for link in links] == [  # type: ignore[index]
        url.strip() for url in URLS.split(",")
    ]
    for link in links:
        said = dict(re.findall(r'([a-z-]+)="([^"]*)"', link))
        assert is_ours(said["username"], said["credential"])
        assert said["credential-type"] == "password"
