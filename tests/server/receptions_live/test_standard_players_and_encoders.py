"""WHEP players and WHIP encoders that know nothing of us but a token."""

from __future__ import annotations

import pytest
from aiohttp import ClientResponse

from server.rooms.keys import Scope
from signaling.messages import Purpose
from signaling.refusals import RefusalCode
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.processes import ANSWER
from tests.server.receptions_live.province import BAI_CHAY, HA_TU
from tests.waiting import eventually

OFFER = "v=0\r\ns=offer\r\n"


NEW = "a=ice-ufrag:mine\r\na=ice-pwd:fedcba9876543210fedcba\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"


async def post(
    control: ControlProcess, path: str, token: str, body: str | bytes = OFFER, kind: str = "application/sdp"
) -> ClientResponse:
    headers = {"Content-Type": kind}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return await control.session().post(control.address + path, data=body, headers=headers)


@pytest.mark.parametrize(
    ("path", "code", "scope"), [("/whep", HA_TU, "watch"), ("/whip", "22", "desk"), ("/whip", HA_TU, "room")]
)
async def test_one_offer_one_answer_and_delete(
    control: ControlProcess, path: str, code: str, scope: Scope
) -> None:
    token = control.token(code, scope)
    answer = await post(control, path, token)
    assert answer.status == 201
    assert answer.content_type == "application/sdp"
    assert await answer.text() == ANSWER
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Location" in answer.headers["Access-Control-Expose-Headers"]
    location = answer.headers["Location"]
    assert location.startswith(path + "/")
    assert token not in location
    link = next(iter(control.media.links.values()))
    assert (link.room, link.purpose) == (code, Purpose(scope))

    http = control.session()
    own = {"Authorization": f"Bearer {token}"}
    fragment = {**own, "Content-Type": "application/trickle-ice-sdpfrag"}
    patched = await http.patch(control.address + location, headers=fragment, data="a=candidate:…")
    assert patched.status == 204
    restart = await http.patch(control.address + location, headers={**fragment, "If-Match": "*"}, data=NEW)
    assert restart.status == 200
    assert restart.content_type == "application/trickle-ice-sdpfrag"
    said = (await restart.text()).splitlines()
    assert said.index("a=ice-ufrag:new1") < said.index("m=audio 9 UDP/TLS/RTP/SAVPF 111")
    assert [line for line in said if line.startswith("a=candidate:")] != []
    assert said.count("a=ice-pwd:0123456789abcdef012345") == 1
    assert [(one.link, one.sdp) for one in control.media.restarts] == [(link.link, NEW)]
    control.media.refuse = RefusalCode.BAD_SDP
    refused = await http.patch(control.address + location, headers={**fragment, "If-Match": "*"}, data="x")
    assert refused.status == 422
    assert (await refused.json())["code"] == "bad_sdp"
    too_long = await http.patch(control.address + location, headers=fragment, data="a" * 64_001)
    assert too_long.status == 413
    assert (await http.patch(control.address + location, headers=own, data=b"x")).status == 415
    assert (await http.delete(control.address + location)).status == 401
    if scope == "watch":
        stranger = {"Authorization": f"Bearer {control.token(BAI_CHAY)}"}
        assert (await http.delete(control.address + location, headers=stranger)).status == 403
    assert (await http.delete(control.address + location, headers=own)).status == 204
    await eventually(lambda: "media still has the link" if control.media.links else None)
    assert (await http.delete(control.address + location, headers=own)).status == 404


async def test_a_session_is_ended_by_its_token_also_after_a_restart(control: ControlProcess) -> None:
    token = control.token(HA_TU)
    location = (await post(control, "/whep", token)).headers["Location"]
    await control.stop()
    await control.start()
    own = {"Authorization": f"Bearer {token}"}
    assert (await control.session().delete(control.address + location, headers=own)).status == 204
    await eventually(lambda: "media still has the link" if control.media.links else None)


async def test_four_players_on_one_token_and_a_fifth_is_refused(control: ControlProcess) -> None:
    token = control.token(HA_TU)
    locations = [(await post(control, "/whep", token)).headers["Location"] for _ in range(4)]
    fifth = await post(control, "/whep", token)
    assert fifth.status == 429
    refusal = await fifth.json()
    assert (refusal["code"], refusal["allowed"]) == ("too_many_links", "4")
    assert refusal["text"]
    assert (await post(control, "/whep", control.token(BAI_CHAY))).status == 201
    own = {"Authorization": f"Bearer {token}"}
    await control.session().delete(control.address + locations[0], headers=own)
    assert (await post(control, "/whep", token)).status == 201


@pytest.mark.parametrize(
    ("path", "token", "body", "kind", "status", "code"),
    [
        ("/whep", "", OFFER, "application/sdp", 401, "bad_key"),
        ("/whep", "nonsense", OFFER, "application/sdp", 401, "bad_key"),
        ("/whep", "desk", OFFER, "application/sdp", 403, "not_allowed"),
        ("/whip", "watch", OFFER, "application/sdp", 403, "not_allowed"),
        ("/whep", "room", OFFER, "application/sdp", 403, "not_allowed"),
        ("/whip", "the desk as a room", OFFER, "application/sdp", 403, "not_allowed"),
        ("/whip", "a room as the desk", OFFER, "application/sdp", 403, "not_allowed"),
        ("/whep", "watch", "hello", "application/sdp", 400, "bad_sdp"),
        ("/whep", "watch", b"\xff\xfe", "application/sdp", 400, "bad_sdp"),
        ("/whep", "watch", OFFER, "application/json", 415, "bad_message"),
        ("/whep", "watch", "v=0" + "a" * 64_000, "application/sdp", 413, "bad_message"),
    ],
)
async def test_what_is_no_offer_or_has_no_right_is_refused(
    control: ControlProcess, path: str, token: str, body: str | bytes, kind: str, status: int, code: str
) -> None:
    tokens = {
        "desk": control.token("22", "desk"),
        "watch": control.token(HA_TU),
        "room": control.token(HA_TU, "room"),
        "the desk as a room": control.token("22", "room"),
        "a room as the desk": control.token(HA_TU, "desk"),
    }
    answer = await post(control, path, tokens.get(token, token), body, kind)
    assert answer.status == status
    assert (await answer.json())["code"] == code
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert not control.media.links


async def test_media_refuses_or_is_down(control: ControlProcess) -> None:
    token = control.token(HA_TU)
    control.media.refuse = RefusalCode.NO_COMMON_CODEC
    assert (await post(control, "/whep", token)).status == 406
    await control.media.stop()
    await eventually(lambda: "media runs" if control.conductor.live.around.media_running else None)
    answer = await post(control, "/whep", token)
    assert answer.status == 503
    assert (await answer.json())["code"] == "media_not_running"


@pytest.mark.parametrize("path", ["/whep", "/whip", "/whep/any"])
async def test_a_browser_on_another_origin_may_ask(control: ControlProcess, path: str) -> None:
    headers = {"Origin": "https://player.example", "Access-Control-Request-Method": "POST"}
    answer = await control.session().options(control.address + path, headers=headers)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Accept-Post"] == "application/sdp"
