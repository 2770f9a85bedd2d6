"""One source as it leaves the room: numbering, repeats, reports, as another implementation reads them."""

from __future__ import annotations

from aiortc.rtp import RtcpPacket, RtcpSrPacket, RtpPacket, unwrap_rtx

from room_client.sending import HISTORY_PACKETS, REPEAT_AGAIN_S, Repeats, StreamSender


def test_numbering_goes_on_and_repeats_are_verbatim() -> None:
    out: list[bytes] = []
    sender = StreamSender(9, 102, 90_000, lambda data: b"*" + data, out.append)
    sender.send_frame([b"a", b"b"], 2**32 + 5, marker=True, now=1.0)
    sender.send_frame([b"c"], 2**32 + 6005, marker=True, now=1.1)
    read = [RtpPacket.parse(data[1:]) for data in out]
    first = read[0].sequence_number
    assert [p.sequence_number for p in read] == [first, first + 1, first + 2]
    assert [p.timestamp for p in read] == [5, 5, 6005]
    assert [p.marker for p in read] == [0, 1, 1]
    assert first <= 0x7FFF, "a stream that starts near 65535 with a loss never decrypts"
    sender.repeat((first + 1, first + 9), 2.0)
    assert out[3:] == [out[1]]
    sender.repeat((first + 1,), 2.0 + REPEAT_AGAIN_S / 2)
    assert len(out) == 4, "repeated twice within a moment"
    assert sender.counts.repeated == 1


def test_history_is_bounded_and_wraps() -> None:
    out: list[bytes] = []
    sender = StreamSender(9, 111, 48_000, bytes, out.append)
    for index in range(0x10000 + 10):
        sender.send_frame([b"x"], index * 960, marker=False, now=0.0)
    newest = RtpPacket.parse(out[-1]).sequence_number
    out.clear()
    wanted = tuple((newest - back) & 0xFFFF for back in (0, HISTORY_PACKETS - 1, HISTORY_PACKETS))
    sender.repeat(wanted, 5.0)
    assert len(out) == 2


def test_no_report_before_the_first_packet() -> None:
    sender = StreamSender(9, 111, 48_000, bytes, lambda data: None)
    assert sender.report(1.0, 2.0) is None
    sender.send_frame([b"x"], sender.rtp_time(1.0), marker=False, now=1.0)
    report = sender.report(1.0, 2.0)
    assert report is not None
    assert isinstance(RtcpPacket.parse(report)[0], RtcpSrPacket)


def test_repeats_go_by_rtx_where_it_was_agreed_on() -> None:
    out: list[bytes] = []
    sender = StreamSender(9, 102, 90_000, lambda data: b"*" + data, out.append, Repeats(10, 103))
    sender.send_frame([b"a", b"b"], 6000, marker=True, now=1.0)
    first, second = (RtpPacket.parse(data[1:]) for data in out)
    sender.repeat((second.sequence_number,), 2.0)
    sender.repeat((first.sequence_number,), 2.1)
    wrapped = [RtpPacket.parse(data[1:]) for data in out[2:]]
    assert [(p.ssrc, p.payload_type) for p in wrapped] == [(10, 103)] * 2
    assert wrapped[1].sequence_number == wrapped[0].sequence_number + 1
    for packet, original in zip(wrapped, (second, first), strict=True):
        back = unwrap_rtx(packet, payload_type=102, ssrc=9)
        assert back.sequence_number == original.sequence_number
        assert (back.payload, back.marker, back.timestamp) == (original.payload, original.marker, 6000)
    assert sender.counts.repeated == 2
