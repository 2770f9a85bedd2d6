"""What a link does with the RTCP of its room: repeats what was lost, and only what that room may have."""

from __future__ import annotations

import itertools

from server.media.budget import LineBudget
from server.media.lane import FIRST_NUMBER, Receiver
from server.media.link import LEAST_RESENDS_PER_S, Link
from server.media.sdp import parse_offer
from server.media.slot import Slot
from signaling.messages import LinkState, Purpose
from signaling.wire import rtcp
from signaling.wire.rtp import VideoCodec
from signaling.wire.slots import Layer, SlotName
from tests.server.media.packets import Gathering, feed, only, source
from tests.server.media.test_sdp import room_offer
from tests.signaling.wire.packets import DELTA_FRAME, KEY_FRAME, rtp


def receiving_link() -> tuple[Link, Slot, Receiver]:
    """A link to which twenty packets of the desk's picture were sent."""
    fanout = Gathering()
    slots = {
        name: Slot(name, 100 + i, 200 + i, fanout.flush, lambda lane: None, lambda slot: None)
        for i, name in enumerate(SlotName)
    }
    offer = parse_offer(room_offer(), Purpose.ROOM, VideoCodec.H264)
    link = Link("a", "06649", Purpose.ROOM, offer, slots, VideoCodec.H264, itertools.count(), 0.0)
    slot, receiver = slots[SlotName.DESK_VIDEO], link.receivers[SlotName.DESK_VIDEO]
    camera = source(room="22")
    slot.show(camera, 0.0)
    only(camera).lanes = (slot.lanes[Layer.HIGH],)
    slot.admit(receiver)
    for step in range(20):
        feed(camera, rtp(65530 + step, step, KEY_FRAME if step == 0 else DELTA_FRAME), step / 30)
    fanout.flush(slot.lanes[Layer.HIGH])
    link.poll_reports(1.0, 1.0)
    return link, slot, receiver


def repeated(link: Link, ssrc: int, *sequences: int) -> list[int]:
    asked: list[int] = []
    link.handle_rtcp(
        rtcp.packets_wanted(1, ssrc, sequences), 1.0, 1.0, lambda receiver, number: asked.append(number)
    )
    return asked


def test_what_a_room_lost_is_repeated() -> None:
    link, slot, receiver = receiving_link()
    assert repeated(link, slot.ssrc, FIRST_NUMBER + 3, FIRST_NUMBER + 7) == [
        receiver.first + 3,
        receiver.first + 7,
    ]


def test_what_a_room_was_never_sent_is_not_repeated() -> None:
    link, slot, _ = receiving_link()
    assert repeated(link, slot.ssrc, 3, FIRST_NUMBER + 500, 65_535) == []
    assert repeated(link, 4242, FIRST_NUMBER) == []


def test_nothing_is_repeated_to_a_room_that_left_the_audience() -> None:
    link, slot, receiver = receiving_link()
    slot.dismiss(receiver)
    assert repeated(link, slot.ssrc, *range(FIRST_NUMBER, FIRST_NUMBER + 20)) == []


def test_repeats_are_bounded() -> None:
    link, slot, receiver = receiving_link()
    bound = LEAST_RESENDS_PER_S + receiver.packets // 2
    total = sum(len(repeated(link, slot.ssrc, FIRST_NUMBER)) for _ in range(bound * 2))
    assert total == bound
    link.poll_reports(1.0, 1.0)
    total = sum(len(repeated(link, slot.ssrc, FIRST_NUMBER)) for _ in range(bound * 2))
    assert total == LEAST_RESENDS_PER_S, "nothing was sent in the second before"


def test_reports_that_advance_are_the_proof_of_receiving() -> None:
    link, slot, _ = receiving_link()
    link.tx, link.state = object(), LinkState.CONNECTED
    assert link.observed_state(1.0) is LinkState.CONNECTED
    block = rtcp.ReportBlock(slot.ssrc, 64, 1, 30, 0, 0, 0)
    link.handle_rtcp(rtcp.receiver_report(1, [block]), 2.0, 2.0, lambda r, n: None)
    assert link.observed_state(2.5) is LinkState.RECEIVING
    assert link.receivers[SlotName.DESK_VIDEO].loss_percent == 25.0
    link.handle_rtcp(rtcp.receiver_report(1, [block]), 9.0, 9.0, lambda r, n: None)
    link.address.heard_s = 11.0
    assert link.observed_state(11.0) is LinkState.CONNECTED, "the same report again proves nothing"
    assert link.observed_state(16.0) is LinkState.SILENT


class Told(LineBudget):
    """A budget that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.losses: list[float] = []
        self.asked_again: list[tuple[int, int, int]] = []

    def reported(self, loss_percent: float, rtt_ms: float | None, sent_bps: int, now_s: float) -> None:
        self.losses.append(loss_percent)

    def asked(self, packets: int, among: int, repeats: int, now_s: float) -> None:
        self.asked_again.append((packets, among, repeats))


def told(link: Link, slot: Slot, highest: int, fraction_lost: int) -> list[float]:
    link.line = budget = Told()
    block = rtcp.ReportBlock(slot.ssrc, fraction_lost, 1, highest, 0, 0, 0)
    link.handle_rtcp(rtcp.receiver_report(1, [block]), 2.0, 2.0, lambda r, n: None)
    return budget.losses


def test_what_was_lost_of_a_picture_that_went_is_no_sign_of_the_one_that_came() -> None:
    """The tail of it was thrown away, and the room tells of that with the first packet of the next one."""
    link, slot, receiver = receiving_link()
    lane = slot.lanes[Layer.HIGH]
    assert told(link, slot, FIRST_NUMBER + 9, 0) == [0.0]
    assert told(link, slot, FIRST_NUMBER + 14, 128) == [50.0]
    lane.leave(receiver)
    receiver.begin(lane, lane.flushed + 1, lane.flushed_time + 3000)
    assert told(link, slot, FIRST_NUMBER + 25, 128) == [0.0]
    assert told(link, slot, FIRST_NUMBER + 30, 128) == [50.0]
    assert link.receivers[SlotName.DESK_VIDEO].loss_percent == 50.0


def test_nacks_say_of_how_many_packets_the_others_came_and_are_answered_as_far_as_allowed() -> None:
    link, slot, receiver = receiving_link()
    receiver.resends_left = 6
    link.line = budget = Told()
    for at, numbers in ((1.0, (3, 4, 5)), (1.1, (5, 9, 10)), (1.2, (10,)), (2.0, (17, 15))):
        wanted = rtcp.packets_wanted(1, slot.ssrc, tuple(FIRST_NUMBER + n for n in numbers))
        link.handle_rtcp(wanted, at, at, lambda r, n: None)
    assert budget.asked_again == [(3, 3, 3), (2, 5, 3), (0, 0, 0), (2, 3, 0)]


def test_a_link_without_checks_is_dead_after_a_while() -> None:
    link, _, _ = receiving_link()
    assert not link.dead(5.0)
    assert link.dead(31.0)
