"""Offers of browsers and of everything else, and the one answer."""

from __future__ import annotations

import contextlib

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from hypothesis import given
from hypothesis import strategies as st

from server.media.sdp import parse_fragment, parse_offer
from server.media.sdp_answer import LocalEnd, write_answer
from signaling.messages import Purpose
from signaling.refusals import RefusalCode, Refused
from signaling.wire.rtp import VideoCodec
from signaling.wire.slots import Layer, SlotName, Upstream

LOCAL = LocalEnd(
    "ufrag123",
    "password-of-24-characters".replace("-", "a"),
    "sha-256 " + ":".join(["AB"] * 32),
    "192.0.2.1",
    5004,
)
SSRCS = {name: (1000 + i, 2000 + i) for i, name in enumerate(SlotName)}
HEAD = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2 3 4 5 6 7\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
    "a=fingerprint:sha-256 " + ":".join(["CD"] * 32) + "\r\na=setup:actpass\r\n"
)


def m_line(kind: str, direction: str, mid: int, extra: str = "") -> str:
    if kind == "audio":
        formats = "111 0\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:0 PCMU/8000"
    else:
        formats = (
            "96 102 104\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:102 H264/90000\r\na=rtpmap:104 H264/90000\r\n"
            "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f\r\n"
            "a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
        )
    return f"m={kind} 9 UDP/TLS/RTP/SAVPF {formats}\r\na=mid:{mid}\r\na={direction}\r\n{extra}"


def room_offer() -> str:
    lines = (
        [("video", "sendonly"), ("audio", "sendonly")] + [("video", "recvonly")] * 3 + [("audio", "recvonly")] * 3
    )
    return HEAD + "".join(m_line(kind, direction, mid) for mid, (kind, direction) in enumerate(lines))


def test_the_one_offer_of_a_room() -> None:
    offer = parse_offer(room_offer(), Purpose.ROOM, VideoCodec.H264)
    assert [s.upstream for s in offer.sections[:2]] == [Upstream.CAMERA, Upstream.MICROPHONE]
    assert [s.slot for s in offer.sections[2:]] == [
        SlotName.DESK_VIDEO, SlotName.FLOOR_VIDEO, SlotName.DOCUMENT_VIDEO,
        SlotName.DESK_AUDIO, SlotName.FLOOR_AUDIO, SlotName.INTERPRETER_AUDIO,
    ]  # fmt: skip
    assert [s.chosen.payload_type for s in offer.sections if s.chosen] == [104, 111, 104, 104, 104, 111, 111, 111]


def test_a_player_with_one_video_and_one_audio_watches_the_programme() -> None:
    offer = parse_offer(
        HEAD + m_line("video", "recvonly", 0) + m_line("audio", "sendrecv", 1), Purpose.WATCH, VideoCodec.VP8
    )
    assert [s.slot for s in offer.sections] == [SlotName.PROGRAMME_VIDEO, SlotName.PROGRAMME_AUDIO]


def test_an_encoder_that_offers_sendrecv_is_the_desks_camera() -> None:
    offer = parse_offer(
        HEAD + m_line("audio", "sendrecv", 0) + m_line("video", "sendrecv", 1), Purpose.DESK, VideoCodec.H264
    )
    assert [s.upstream for s in offer.sections] == [Upstream.MICROPHONE, Upstream.CAMERA]


def test_a_watcher_cannot_publish_and_a_room_has_no_document() -> None:
    two_cameras = HEAD + m_line("video", "sendonly", 0) + m_line("video", "sendonly", 1)
    assert not any(s.upstream for s in parse_offer(two_cameras, Purpose.WATCH, VideoCodec.H264).sections)
    room = parse_offer(two_cameras, Purpose.ROOM, VideoCodec.H264)
    assert [s.upstream for s in room.sections] == [Upstream.CAMERA, None]
    desk = parse_offer(two_cameras, Purpose.DESK, VideoCodec.H264)
    assert [s.upstream for s in desk.sections] == [Upstream.CAMERA, Upstream.DOCUMENT]


def test_only_the_desk_has_a_microphone_for_its_interpreter() -> None:
    two_microphones = HEAD + m_line("audio", "sendonly", 0) + m_line("audio", "sendonly", 1)
    desk = parse_offer(two_microphones, Purpose.DESK, VideoCodec.H264)
    assert [s.upstream for s in desk.sections] == [Upstream.MICROPHONE, Upstream.INTERPRETATION]
    room = parse_offer(two_microphones, Purpose.ROOM, VideoCodec.H264)
    assert [s.upstream for s in room.sections] == [Upstream.MICROPHONE, None]


def test_a_browser_without_the_stages_codec_is_told_which_one() -> None:
    sdp = room_offer().replace("H264", "AV1")
    with pytest.raises(Refused) as refused:
        parse_offer(sdp, Purpose.ROOM, VideoCodec.H264)
    assert refused.value.code is RefusalCode.NO_COMMON_CODEC
    assert refused.value.refusal.allowed == "h264"


def test_a_sender_of_high_profile_only_is_refused_and_a_receiver_of_it_is_not() -> None:
    def only_high(direction: str) -> str:
        only = "packetization-mode=1;profile-level-id="
        return HEAD + m_line("video", direction, 0).replace(only + "42e01f", only + "640c1f")

    with pytest.raises(Refused):
        parse_offer(only_high("sendonly"), Purpose.DESK, VideoCodec.H264)
    assert parse_offer(only_high("recvonly"), Purpose.WATCH, VideoCodec.H264).sections[0].chosen


@pytest.mark.parametrize("codec", list(VideoCodec))
async def test_another_implementation_accepts_the_answer(codec: VideoCodec) -> None:
    other = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    other.addTransceiver("video", direction="sendonly")
    other.addTransceiver("audio", direction="sendonly")
    for _ in range(3):
        other.addTransceiver("video", direction="recvonly")
    await other.setLocalDescription(await other.createOffer())
    answer = write_answer(parse_offer(other.localDescription.sdp, Purpose.ROOM, codec), LOCAL, SSRCS)
    await other.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    directions = [t.currentDirection for t in other.getTransceivers()]
    assert directions == ["sendonly", "sendonly", "recvonly", "recvonly", "recvonly"]
    await other.close()


def test_superfluous_lines_are_answered_inactive_and_keep_their_place() -> None:
    sdp = HEAD + m_line("audio", "inactive", 0) + m_line("video", "recvonly", 1)
    sdp += "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\na=sctp-port:5000\r\n"
    answer = write_answer(parse_offer(sdp, Purpose.WATCH, VideoCodec.H264), LOCAL, SSRCS)
    assert [line.split()[:2] for line in answer.splitlines() if line.startswith("m=")] == [
        ["m=audio", "0"], ["m=video", "5004"], ["m=application", "0"],
    ]  # fmt: skip
    assert "a=group:BUNDLE 1\r\n" in answer


@pytest.mark.parametrize(
    ("break_it", "why"),
    [
        (lambda s: "hello", "does not begin"),
        (lambda s: HEAD, "0 m-lines"),
        (lambda s: s.replace("a=ice-pwd", "a=x"), "ice-pwd"),
        (lambda s: s.replace("sha-256", "md5"), "fingerprint"),
        (lambda s: s.replace("a=mid:1", "a=mid:0"), "one mid"),
        (lambda s: s.replace("m=video 9", "m=video x"), "port"),
        (lambda s: s.replace("a=rtpmap:104", "a=rtpmap:1040"), "payload type"),
        (lambda s: s + "a=x" * 40_000, "characters"),
        (lambda s: s.replace("a=mid:0", "a=mid:0 evil\r\na=x"), "mid"),
    ],
)
def test_a_broken_offer_is_refused_in_words(break_it: object, why: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_offer(break_it(room_offer()), Purpose.ROOM, VideoCodec.H264)  # type: ignore[operator]
    assert refused.value.code is RefusalCode.BAD_SDP
    assert why in str(refused.value)


@given(st.text(max_size=300))
def test_no_text_raises_anything_but_a_refusal(text: str) -> None:
    for sdp in (text, "v=0\n" + text, HEAD + text):
        with contextlib.suppress(Refused):
            parse_offer(sdp, Purpose.ROOM, VideoCodec.H264)


@given(st.integers(0, 3000), st.text("0123456789 :=;/amv\r\n-", max_size=30))
def test_no_damaged_offer_raises_anything_but_a_refusal(at: int, noise: str) -> None:
    sdp = room_offer()
    with contextlib.suppress(Refused):
        write_answer(
            parse_offer(sdp[:at] + noise + sdp[at + len(noise) :], Purpose.ROOM, VideoCodec.H264), LOCAL, SSRCS
        )


RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"


def simulcast_offer(rids: str = "h;m;l", extension: str = f"a=extmap:10 {RID}\r\n") -> str:
    lines = (
        extension + "".join(f"a=rid:{rid} send\r\n" for rid in rids.split(";")) + f"a=simulcast:send {rids}\r\n"
    )
    return HEAD + m_line("video", "sendonly", 0) + lines


def test_a_camera_of_three_layers_is_answered_with_all_of_them_best_first() -> None:
    offer = parse_offer(simulcast_offer("l;h;m"), Purpose.ROOM, VideoCodec.H264)
    assert offer.sections[0].layers == (Layer.HIGH, Layer.MEDIUM, Layer.LOW)
    answer = write_answer(offer, LOCAL, SSRCS)
    assert "a=simulcast:recv h;m;l\r\n" in answer
    assert "a=rid:l recv\r\n" in answer
    assert f"a=extmap:10 {RID}\r\n" in answer


@pytest.mark.parametrize(
    ("sdp", "why"),
    [
        (simulcast_offer("q;f"), "names of layers that are not ours"),
        (simulcast_offer("h"), "one is no choice"),
        (simulcast_offer(extension=""), "the layers could not be told apart"),
        (simulcast_offer().replace("sendonly", "recvonly"), "a receiver sends no layers"),
    ],
)
def test_what_is_no_simulcast_of_ours_is_answered_with_one_layer(sdp: str, why: str) -> None:
    offer = parse_offer(sdp, Purpose.ROOM, VideoCodec.H264)
    assert offer.sections[0].layers == (Layer.HIGH,) or offer.sections[0].upstream is None, why
    assert "a=simulcast" not in write_answer(offer, LOCAL, SSRCS)


def test_repeats_have_a_stream_of_their_own_where_the_offer_has_one_for_the_codec() -> None:
    line = m_line("video", "recvonly", 0)
    kind, chosen = line.split(" ")[0], parse_offer(HEAD + line, Purpose.WATCH, VideoCodec.H264).sections[0].chosen
    assert chosen is not None
    number = chosen.payload_type
    first = line.split("\r\n")[0]
    with_rtx = line.replace(first, f"{first} 120 121")
    with_rtx += (
        f"a=rtpmap:120 rtx/90000\r\na=fmtp:120 apt={number}\r\na=rtpmap:121 rtx/90000\r\na=fmtp:121 apt=99\r\n"
    )
    offer = parse_offer(HEAD + with_rtx, Purpose.WATCH, VideoCodec.H264)
    assert offer.sections[0].rtx_payload_type == 120
    answer = write_answer(offer, LOCAL, SSRCS)
    slot = offer.sections[0].slot
    assert slot is not None
    ssrc, rtx_ssrc = SSRCS[slot]
    assert f"{kind} 5004 UDP/TLS/RTP/SAVPF {number} 120\r\n" in answer
    assert f"a=ssrc-group:FID {ssrc} {rtx_ssrc}\r\n" in answer
    assert "apt=99" not in answer


def test_a_browsers_groups_say_which_ssrc_repeats_which() -> None:
    sdp = (
        HEAD
        + m_line("video", "sendonly", 0)
        + "a=ssrc-group:FID 11 12\r\na=ssrc:11 cname:x\r\na=ssrc:12 cname:x\r\n"
    )
    section = parse_offer(sdp, Purpose.ROOM, VideoCodec.H264).sections[0]
    assert section.repairs == {12: 11}
    assert section.ssrcs == [11, 12]


def test_a_fragment_of_an_ice_restart_brings_new_credentials() -> None:
    fragment = (
        "a=ice-options:trickle\r\na=ice-ufrag:abcd\r\na=ice-pwd:"
        + "p" * 24
        + "\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
    )
    assert parse_fragment(fragment) == ("abcd", "p" * 24)
    for broken in ("", "a=ice-ufrag:abcd", "a=ice-ufrag:a b\na=ice-pwd:" + "p" * 24, "x" * 100_000):
        with pytest.raises(Refused) as refused:
            parse_fragment(broken)
        assert refused.value.code is RefusalCode.BAD_SDP
