"""The one offer as others read it, and answers of all kinds."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from room_client.sdp import AnswerUnusable, LocalEnd, offered_parts, read_answer, write_offer
from signaling.messages import Purpose
from signaling.wire.slots import STAGE_SLOTS, SlotName, Upstream

LOCAL = LocalEnd(
    "abcd", "p" * 22, "sha-256 " + ":".join(["AB"] * 32), "me", {u: i + 1 for i, u in enumerate(Upstream)}
)


def test_the_one_offer_as_aiortc_reads_it() -> None:
    read = SessionDescription.parse(write_offer(Purpose.ROOM, LOCAL))
    assert [(m.kind, m.direction) for m in read.media] == [
        ("video", "sendonly"),
        ("audio", "sendonly"),
        *[("video", "recvonly")] * 3,
        *[("audio", "recvonly")] * 3,
    ]
    assert read.group[0].items == [str(i) for i in range(8)]
    assert read.media[0].ssrc[0].ssrc == 1
    assert read.media[0].rtp.codecs[0].parameters["profile-level-id"] == "42e01f"
    assert {m.dtls.role for m in read.media} == {"auto"}


def test_rtx_and_remb_are_offered_as_aiortc_reads_them() -> None:
    assert "rtx" not in write_offer(Purpose.ROOM, LOCAL)
    local = replace(LOCAL, rtx_ssrcs={Upstream.CAMERA: 77})
    read = SessionDescription.parse(write_offer(Purpose.ROOM, local))
    codecs = {c.payloadType: c for c in read.media[0].rtp.codecs}
    assert {pt: c.parameters.get("apt") for pt, c in codecs.items() if c.name == "rtx"} == {103: 102, 97: 96}
    assert {(f.type, f.parameter) for f in codecs[102].rtcpFeedback} >= {("goog-remb", None), ("nack", None)}
    assert [s.ssrc for s in read.media[0].ssrc] == [LOCAL.ssrcs[Upstream.CAMERA], 77]
    assert read.media[0].ssrc_group[0].items == [LOCAL.ssrcs[Upstream.CAMERA], 77]
    assert [c.name for c in read.media[2].rtp.codecs].count("rtx") == 2
    assert not read.media[1].ssrc_group


def test_answered_rtx_is_read() -> None:
    text = answer().replace(
        "a=rtpmap:102 H264/90000",
        "a=rtpmap:102 H264/90000\r\na=rtpmap:103 rtx/90000\r\na=fmtp:103 rtx-time=1000; apt=102\r\n"
        "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96",
    )
    text = text.replace(
        "a=ssrc:1003 cname:x", "a=ssrc-group:FID 1003 2003\r\na=ssrc:2003 cname:x\r\na=ssrc:1003 cname:x"
    )
    read = read_answer(text, Purpose.ROOM)
    floor = read.parts[SlotName.FLOOR_VIDEO]
    assert (floor.ssrcs, floor.rtx_ssrc, floor.rtx_payload_type) == ([1003], 2003, 103)
    assert read.parts[Upstream.CAMERA].rtx_payload_type == 103
    assert read_answer(answer(), Purpose.ROOM).parts[Upstream.CAMERA].rtx_payload_type is None


def test_offers_of_the_desk_and_of_a_watcher() -> None:
    assert offered_parts(Purpose.DESK) == (Upstream.CAMERA, Upstream.MICROPHONE, Upstream.DOCUMENT)
    assert offered_parts(Purpose.WATCH) == STAGE_SLOTS
    assert write_offer(Purpose.DESK, LOCAL).count("a=sendonly") == 3


def answer(**changes: str) -> str:
    text = {
        "head": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-lite",
        "setup": "passive",
        "candidates": "a=candidate:1 1 udp 2130706431 127.0.0.1 5004 typ host",
        **changes,
    }
    lines = [text["head"]]
    for index, part in enumerate(offered_parts(Purpose.ROOM)):
        kind, number, name = ("video", 102, "H264/90000") if part.is_video else ("audio", 111, "opus/48000/2")
        port = 0 if part is SlotName.INTERPRETER_AUDIO else 5004
        lines += [
            f"m={kind} {port} UDP/TLS/RTP/SAVPF {number}",
            f"a=mid:{index}",
            f"a=rtpmap:{number} {name}",
            text["candidates"],
            "a=ice-ufrag:abcd",
            "a=ice-pwd:" + "p" * 22,
            "a=fingerprint:sha-256 AB:CD",
            f"a=setup:{text['setup']}",
            f"a=ssrc:{1000 + index} cname:x",
        ]
    return "\r\n".join(lines) + "\r\n"


def test_an_answer_is_read() -> None:
    read = read_answer(answer(), Purpose.ROOM)
    assert read.dtls_role == "client"
    assert read.addresses == [("127.0.0.1", 5004)]
    assert read.fingerprints == [("sha-256", "AB:CD")]
    assert read.parts[SlotName.FLOOR_VIDEO].ssrcs == [1003]
    assert read.parts[Upstream.CAMERA].codec == "h264"
    assert SlotName.INTERPRETER_AUDIO not in read.parts
    assert read_answer(answer(setup="active"), Purpose.ROOM).dtls_role == "server"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v=0",
        "m=video\r\na=mid:0",
        answer(candidates=""),
        answer(candidates="a=candidate:1 1 udp 1 name.local 9 typ host"),
        answer(candidates="a=candidate:1"),
        answer(head="v=0\r\nm=video 9 X 102"),
    ],
)
def test_an_unusable_answer_says_so_and_quotes_nothing(text: str) -> None:
    with pytest.raises(AnswerUnusable) as caught:
        read_answer(text, Purpose.ROOM)
    assert "name.local" not in str(caught.value)


@given(st.text(max_size=300))
def test_no_text_upsets_the_reader(text: str) -> None:
    for sdp in (text, answer(candidates=text), answer(head=text)):
        with suppress(AnswerUnusable):
            read_answer(sdp, Purpose.ROOM)
