"""The link that only measures: its offer, its counting, its end, and that it knows nothing of the stage."""

from __future__ import annotations

import random

import pytest

from server.media.measured_link import BINS_PER_S, LOUD_BPS, SOFT_PER_S, SOFT_S, MeasuredLink
from server.media.measured_offer import LOUD, SOFT, parse_measured_offer, write_measured_answer
from server.media.sdp_answer import LocalEnd
from signaling.refusals import RefusalCode, Refused
from signaling.wire.rtp import AUDIO_CLOCK_HZ, HEADER, RtpView, VideoCodec, pack_packet

HEAD = (
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n"
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\n"
)
PICTURE = (
    "m=video 9 UDP/TLS/RTP/SAVPF 102\r\na=mid:0\r\na=recvonly\r\na=rtpmap:102 H264/90000\r\n"
    "a=fmtp:102 packetization-mode=1;profile-level-id=42e01f\r\n"
)
LOCAL = LocalEnd("ours", "password", "sha-256 AA", "192.0.2.1", 5004)


def sound(mid: int, direction: str = "sendonly") -> str:
    return f"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:{mid}\r\na={direction}\r\na=rtpmap:111 opus/48000/2\r\n"


def link(sounds: int = 2) -> MeasuredLink:
    offer = parse_measured_offer(HEAD + PICTURE + "".join(map(sound, range(1, sounds + 1))), VideoCodec.H264)
    made = MeasuredLink("line-1", "06649", offer, VideoCodec.H264, 0.0)
    made.begin(0.0)
    return made


def heard(
    measured: MeasuredLink, *, loss: float = 0.0, jitter_ms: float = 0.0, first: int = 0, seed: int = 7
) -> None:
    """The soft sound for five seconds, as a line with such a loss and such a jitter brings it."""
    chance = random.Random(seed)
    for number in range(250):
        sent_s = number * 0.02
        packet = pack_packet(111, False, first + number, int(sent_s * AUDIO_CLOCK_HZ), 5, b"x" * 80)
        arrives_s = sent_s + chance.uniform(0, jitter_ms) / 1000
        if chance.random() >= loss:
            measured.handle_rtp(RtpView(), memoryview(packet), arrives_s, 1000.0 + arrives_s)


def test_the_first_sound_is_soft_and_the_others_are_loud() -> None:
    offer = parse_measured_offer(HEAD + PICTURE + sound(1) + sound(2) + sound(3), VideoCodec.H264)
    answer = write_measured_answer(offer, LOCAL, 77)
    assert [line for line in answer.splitlines() if line.startswith("a=fmtp:111")] == [
        f"a=fmtp:111 {SOFT}", f"a=fmtp:111 {LOUD}", f"a=fmtp:111 {LOUD}",
    ]  # fmt: skip
    assert answer.count("a=recvonly") == 3
    assert answer.count("a=sendonly") == 1
    assert "a=ssrc:77 cname:tiepdan" in answer
    assert "nack" not in answer
    assert all(section.slot is None and section.upstream is None for section in offer.sections)


@pytest.mark.parametrize(
    "sections",
    [
        PICTURE,
        sound(1),
        PICTURE + PICTURE.replace("mid:0", "mid:9") + sound(1),
        PICTURE + sound(1, "recvonly"),
        PICTURE + "".join(map(sound, range(1, 10))),
        PICTURE + sound(1).replace("opus", "PCMU"),
    ],
    ids=["no sound", "no picture", "two pictures", "a sound down", "nine sounds", "no Opus"],
)
def test_another_offer_is_refused(sections: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_measured_offer(HEAD + sections, VideoCodec.H264)
    assert refused.value.code is RefusalCode.BAD_SDP


@pytest.mark.parametrize("first", [0, 65500, 65535, 32760])
def test_what_the_line_loses_is_counted_over_every_wrap(first: int) -> None:
    measured = link()
    heard(measured, loss=0.05, first=first)
    figures = measured.figures()
    assert figures.loss_up_percent == pytest.approx(5, abs=2)
    assert figures.jitter_up_ms == pytest.approx(0, abs=0.1)


def test_how_unevenly_it_comes_is_counted() -> None:
    even, uneven = link(), link()
    heard(even)
    heard(uneven, jitter_ms=30)
    assert even.figures().loss_up_percent == 0
    assert uneven.figures().jitter_up_ms == pytest.approx(
        10, abs=4
    )  # the mean of differences of what is even in 30


def test_of_too_little_nothing_is_said() -> None:
    measured = link()
    heard(measured, loss=0.9)
    assert measured.figures().loss_up_percent is None
    assert measured.figures().up_kbps is None


def test_what_comes_in_the_loud_part_is_the_rate_with_all_headers() -> None:
    measured = link()
    measured.tag_bytes = 16
    packet = memoryview(pack_packet(111, False, 0, 0, 9, b"x" * 1144))
    for number in range(5 * 50):  # 1,200 bytes fifty times a second
        measured.handle_rtp(RtpView(), packet, SOFT_S + number / 50, 0.0)
    assert measured.figures().up_kbps == pytest.approx(480, rel=0.02)
    assert measured._bins[0] == 0
    assert sum(measured._bins[int(SOFT_S * BINS_PER_S) :]) == 250 * 1200


def test_what_is_sent_down_is_little_and_then_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.media.measured_link.srtp_protect", lambda *_: 0)
    measured = link()
    sent: list[tuple[float, bytes]] = []
    for step in range(1000):
        now_s = step / 100
        while (packet := measured.next_packet(now_s)) is not None:
            sent.append((now_s, packet))
    soft = [packet for at_s, packet in sent if at_s < SOFT_S]
    loud = [packet for at_s, packet in sent if at_s >= SOFT_S]
    assert len(soft) == pytest.approx(SOFT_PER_S * SOFT_S, rel=0.02)
    on_the_line = sum(len(packet) + 28 for packet in loud) * 8 / 5
    assert on_the_line == pytest.approx(LOUD_BPS, rel=0.02)
    numbers = [HEADER.unpack_from(packet)[2] for _, packet in sent]
    assert numbers == list(range(16, 16 + len(sent)))
    assert not measured.is_running(10.0)
    assert measured.dead(26.0)


def test_a_loop_that_was_held_up_sends_no_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.media.measured_link.srtp_protect", lambda *_: 0)
    measured = link()
    assert measured.next_packet(6.0) is not None
    burst = 0
    while measured.next_packet(9.0) is not None:
        burst += 1
    assert burst <= 12
