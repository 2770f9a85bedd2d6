"""What a room without a browser finds of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from room_client.checking import Checking
from room_client.link import LinkCounts
from room_client.path import PathKind
from room_client.receiving import StreamCounts
from room_client.sources.contract import SourceProblem, SourceUnusable
from room_client.sources.tone import Tone
from signaling.check_messages import Finding, Part
from signaling.messages import StageView
from signaling.wire.slots import SlotName, Upstream

EIGHT = datetime(2026, 11, 30, 1, tzinfo=UTC)


def outcomes(found: tuple[Finding, ...]) -> dict[str, str]:
    return {one.what: one.outcome for one in found}


def counts(packets: int, lost: int) -> LinkCounts:
    slots = {SlotName.DESK_VIDEO: StreamCounts(packets=packets, lost=lost)}
    return LinkCounts(slots=slots, sent={}, datagrams=packets, undecryptable=0, unknown=0)


def test_a_room_that_lacks_nothing_says_which_way_it_goes_and_what_it_has_left() -> None:
    found = Checking().findings(PathKind.DIRECT, None, 12.34)
    assert outcomes(found) == {"udp": "works", "disk": "measured"}
    assert found[-1].figures == {"free_gb": 12.3}


def test_a_room_behind_a_firewall_says_so() -> None:
    for path, part in ((PathKind.TURN_UDP, "turn_udp"), (PathKind.TURN_TLS, "turn_tcp")):
        found = outcomes(Checking().findings(path, None, 9.0))
        assert (found["udp"], found[part]) == ("blocked", "works")


def test_a_camera_that_went_is_missing_until_it_is_back() -> None:
    checking = Checking()
    checking.on_source_problem(Upstream.CAMERA, SourceUnusable(SourceProblem.NO_SUCH_DEVICE, "/dev/video0"))
    assert outcomes(checking.findings(PathKind.DIRECT, None, 9.0))["picture"] == "none"
    checking.on_source_problem(Upstream.CAMERA, None)
    assert "picture" not in outcomes(checking.findings(PathKind.DIRECT, None, 9.0))


def test_a_microphone_is_judged_by_what_it_hears() -> None:
    checking, tone = Checking(), Tone("06661")
    tone.open("opus")
    for _ in range(100):
        tone.read(False)
    sound = next(one for one in checking.findings(PathKind.DIRECT, None, 9.0, tone.ear) if one.what is Part.SOUND)
    assert sound.outcome == "good"
    assert -60 < sound.figures["level_db"] < -8
    checking.on_source_problem(Upstream.MICROPHONE, SourceUnusable(SourceProblem.SILENT, ""))
    assert outcomes(checking.findings(PathKind.DIRECT, None, 9.0, tone.ear))["sound"] == "dead"


def test_what_got_lost_is_told_once_there_is_enough_of_it() -> None:
    few, many = (Checking().findings(PathKind.DIRECT, each, 9.0) for each in (counts(90, 10), counts(9500, 500)))
    assert "line" not in outcomes(few)
    assert next(one for one in many if one.what is Part.LINE).figures == {"loss_down_percent": 5.0}


def test_a_clock_that_is_wrong_is_compared_with_the_server_s() -> None:
    checking = Checking(lambda: EIGHT + timedelta(minutes=7))
    checking.on_stage(StageView(room_code="06649", room_name="Phường Hà Khánh", server_time=EIGHT.isoformat()))
    found = checking.findings(PathKind.DIRECT, None, 9.0)
    assert next(one for one in found if one.what is Part.CLOCK).figures == {"ahead_s": 420.0}
