"""/metrics as Prometheus reads it: what is in it, that nobody is in it, and who may read it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from aiohttp import ClientResponse
from prometheus_client.parser import text_string_to_metric_families

from server.receptions.measured import Histogram, Measured, cumulated
from signaling.messages import LinkState
from signaling.ports import DELAY_BOUNDS_S, LinkReport, LinkReports, MediaReport, RecordingGrew
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.province import BAI_CHAY, HA_TU
from tests.waiting import eventually

REPORT = MediaReport(
    packets_in=1000, bytes_in=900_000, packets_out=5000, bytes_out=4_500_000, packets_dropped=3,
    datagrams_refused=7,
    repeats=11, nacks_received=13, nacks_sent=17, key_frames_asked=19, key_frames_wanted=5,
    layers={"h": 2, "none": 1}, delay_counts=(1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 4), delay_sum_s=1.5,
)  # fmt: skip


def grew(size: int) -> RecordingGrew:
    return RecordingGrew(recording="r1", state="recording", bytes=size, seconds=1, growing=True, segments=1)


async def read(control: ControlProcess, **headers: str) -> ClientResponse:
    return await control.session().get(f"{control.address}/metrics", headers=headers)


async def values(control: ControlProcess) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = await read(control)
    assert answer.status == 200
    families = list(text_string_to_metric_families(await answer.text()))
    assert all(family.documentation for family in families)
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


async def test_what_media_and_rooms_do_is_counted(control: ControlProcess) -> None:
    await (await control.console()).pressed("open")
    await control.receiving(HA_TU)
    await control.room(BAI_CHAY)
    link = next(iter(control.media.links))
    control.media.send(REPORT)
    one = LinkReport(
        link=link, packets_sent=9, packets_received=9, loss_percent=6.0, rtt_ms=320.0, upstream_loss_percent=0.0
    )
    control.media.send(LinkReports(links=(one,)))
    control.recorder.send(grew(100))
    await eventually(lambda: None if control.conductor.measured.media else "no report")
    await eventually(lambda: None if control.conductor.live.around.grew else "nothing grew")
    await eventually(
        lambda: None if sum(control.conductor.measured.loop_lag.counts) else "the loop was not watched"
    )

    seen = await values(control)
    for name, labels, value in (
        ("tiepdan_rooms", ("known",), 3), ("tiepdan_rooms", ("receiving",), 1), ("tiepdan_rooms", ("silent",), 0),
        ("tiepdan_links", ("receiving",), 1), ("tiepdan_links", ("silent",), 0),
        ("tiepdan_media_packets_total", ("in",), 1000), ("tiepdan_media_packets_total", ("out",), 5000),
        ("tiepdan_media_bytes_total", ("out",), 4_500_000), ("tiepdan_media_packets_dropped_total", (), 3),
        ("tiepdan_media_datagrams_refused_total", (), 7), ("tiepdan_media_repeats_total", (), 11),
        ("tiepdan_media_nacks_total", ("received",), 13), ("tiepdan_media_nacks_total", ("sent",), 17),
        ("tiepdan_media_key_frames_asked_total", (), 19), ("tiepdan_media_key_frames_wanted_total", (), 5),
        ("tiepdan_links_carrying", ("h",), 2), ("tiepdan_links_carrying", ("none",), 1),
        ("tiepdan_links_carrying", ("m",), 0), ("tiepdan_links_carrying", ("no_picture",), 0),
        ("tiepdan_media_added_delay_seconds_bucket", ("0.00025",), 3),
        ("tiepdan_media_added_delay_seconds_bucket", ("+Inf",), 10),
        ("tiepdan_media_added_delay_seconds_sum", (), 1.5), ("tiepdan_media_added_delay_seconds_count", (), 10),
        ("tiepdan_link_loss_ratio_bucket", ("0.05",), 0), ("tiepdan_link_loss_ratio_bucket", ("0.1",), 1),
        ("tiepdan_link_upstream_loss_ratio_bucket", ("0.001",), 1),
        ("tiepdan_link_round_trip_seconds_bucket", ("0.3",), 0),
        ("tiepdan_link_round_trip_seconds_bucket", ("0.5",), 1),
        ("tiepdan_recorder_bytes", (), 100), ("tiepdan_recorder_growing", (), 1),
        ("tiepdan_recorder_alarm", ("stalled",), 0),
        ("tiepdan_control_connections", ("room",), 2), ("tiepdan_control_connections", ("desk",), 1),
        ("tiepdan_process_up", ("media",), 1), ("tiepdan_process_restarts_total", ("media",), 0),
    ):  # fmt: skip
        assert seen[name, labels] == value, (name, labels)
    assert seen["tiepdan_recorder_since_growth_seconds", ()] < 30
    for name in ("tiepdan_control_inbox", "tiepdan_control_rows_waiting", "process_resident_memory_bytes"):
        assert (name, ()) in seen
    assert seen["tiepdan_control_event_loop_lag_seconds_count", ()] >= 1


async def test_a_media_process_that_died_and_a_silent_room_show(control: ControlProcess) -> None:
    await control.receiving(HA_TU)
    control.media.connect(HA_TU, LinkState.SILENT)
    await eventually(lambda: None if control.conductor.live.around.links.silent_since(HA_TU) else "not silent")
    assert (await values(control))["tiepdan_rooms", ("silent",)] == 1
    control.media.send(REPORT)
    await eventually(lambda: None if control.conductor.measured.media else "no report")
    await control.media.stop()
    await eventually(lambda: "media runs" if control.conductor.live.around.media_running else None)
    seen = await values(control)
    assert seen["tiepdan_process_up", ("media",)] == 0
    assert ("tiepdan_media_repeats_total", ()) not in seen
    await control.media.start()
    await eventually(lambda: None if control.conductor.live.around.media_running else "media is away")
    assert (await values(control))["tiepdan_process_restarts_total", ("media",)] == 1


async def test_nobody_is_in_the_metrics(control: ControlProcess) -> None:
    await (await control.console()).pressed("open")
    await control.receiving(HA_TU)
    control.media.send(REPORT)
    await eventually(lambda: None if control.conductor.measured.media else "no report")
    text = await (await read(control)).text()
    ours = [line for line in text.splitlines() if "tiepdan_" in line]
    assert not [line for line in ours if re.search(r"\d+\.\d+\.\d+\.\d+", line)]
    for word in (HA_TU, "Hà Tu", "chutri", "link-", "KN-0"):
        assert word not in text


FORWARDED = {"X-Forwarded-For": "203.0.113.5"}


async def test_only_this_machine_reads_them(control: ControlProcess) -> None:
    assert (await read(control)).status == 200
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        assert (await read(control, **{name: "203.0.113.5"})).status == 403
    assert (await read(control, **FORWARDED, Authorization="Bearer ")).status == 403


@pytest.mark.parametrize("chosen", [{"metrics_token": "để-đọc"}])
async def test_or_whoever_has_the_token(control: ControlProcess, chosen: dict[str, Any]) -> None:
    assert (await read(control)).status == 200
    for wrong in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer khác"}, {"Authorization": "để-đọc"}):
        answer = await read(control, **FORWARDED, **wrong)
        assert answer.status == 401
        assert "tiepdan_" not in await answer.text()
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert (await read(control, **FORWARDED, Authorization="Bearer để-đọc")).status == 200


def test_a_value_on_a_bound_is_in_its_bucket() -> None:
    histogram = Histogram((0.1, 0.5))
    for value in (0.0, 0.1, 0.100001, 0.5, 0.6):
        histogram.observe(value)
    assert histogram.counts == [2, 2, 1]
    assert cumulated(histogram.bounds, histogram.counts) == [("0.1", 2.0), ("0.5", 4.0), ("+Inf", 5.0)]
    assert len(REPORT.delay_counts) == len(DELAY_BOUNDS_S) + 1


def test_growth_is_remembered_from_when_bytes_last_came() -> None:
    measured = Measured()
    for size, now_s in ((10, 1.0), (20, 2.0), (20, 3.0), (20, 4.0)):
        measured.note(grew(size), now_s)
    assert measured.grew_at_s == 2.0
    measured.note(
        RecordingGrew(recording="r2", state="recording", bytes=0, seconds=0, growing=False, segments=0), 9.0
    )
    assert measured.grew_at_s == 9.0
