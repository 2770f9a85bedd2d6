"""The metrics of the server by name, for Prometheus. No names, codes or addresses of anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from server.receptions.conductor import Conductor
from server.receptions.measured import Histogram, cumulated
from server.receptions.programme import DESK_CODE
from server.receptions.rules import is_connected, is_receiving
from server.receptions.signalling import Signalling
from signaling.messages import LinkState
from signaling.ports import DELAY_BOUNDS_S, MediaReport

RECORDER_ALARMS = ("no_media", "stalled", "write_failed", "on_spare", "isolated_lost", "disk_low")
_COUNTED = (
    ("packets_dropped", "Packets that were not sent: no room in the socket's buffer, or refused by libsrtp"),
    ("datagrams_refused", "Datagrams of nobody, malformed, or not authentic"),
    ("repeats", "Packets sent again"),
    ("key_frames_asked", "Key frames asked for by rooms"),
    ("key_frames_wanted", "Key frames asked of sources, after merging and spacing"),
)


@dataclass(frozen=True, slots=True)
class Metrics:
    """`others`: what features above this one say of themselves."""

    conductor: Conductor
    signalling: Signalling
    others: tuple[Callable[[], Iterable[Metric]], ...] = ()

    def text(self, now_s: float) -> bytes:
        """Prometheus' text format. `now_s` as time.monotonic() has it."""
        registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=registry)
        registry.register(_At(self, now_s))
        return generate_latest(registry)

    def at(self, now_s: float) -> Iterator[Metric]:
        yield from self._rooms()
        yield from self._links()
        measured = self.conductor.measured
        if measured.media is not None:
            yield from _media(measured.media)
        yield from self._recorder(now_s)
        yield from self._control()
        yield from self._processes()
        for other in self.others:
            yield from other()

    def _rooms(self) -> Iterator[Metric]:
        live = self.conductor.live
        links = live.around.links
        rooms = [code for code in live.around.rooms if code != DESK_CODE]
        states = {code: links.state_of(code) for code in rooms}
        counts = {
            "known": len(rooms),
            "connected": sum(is_connected(state) for state in states.values()),
            "receiving": sum(is_receiving(state, live.may_receive(code)) for code, state in states.items()),
            "silent": sum(links.silent_since(code) is not None for code in rooms),
            "in_audience": sum(live.may_receive(code) for code in rooms),
        }
        gauge = GaugeMetricFamily("tiepdan_rooms", "Rooms besides the desk, by what holds of them", labels=["are"])
        for word, count in counts.items():
            gauge.add_metric([word], count)
        yield gauge

    def _links(self) -> Iterator[Metric]:
        states = self.conductor.live.around.links.states()
        gauge = GaugeMetricFamily("tiepdan_links", "Links by their state", labels=["state"])
        for state in LinkState:
            if state is not LinkState.CLOSED:
                gauge.add_metric([state.value], states[state])
        yield gauge
        measured = self.conductor.measured
        yield _histogram("tiepdan_link_loss_ratio", "Downstream loss, one value a link and second", measured.loss)
        text = "Upstream loss before repair, one value a link and second"
        yield _histogram("tiepdan_link_upstream_loss_ratio", text, measured.upstream_loss)
        text = "Round trip, one value a link and second"
        yield _histogram("tiepdan_link_round_trip_seconds", text, measured.round_trip)

    def _recorder(self, now_s: float) -> Iterator[Metric]:
        grew = self.conductor.live.around.grew
        text = "Bytes in the files of the open recording"
        yield GaugeMetricFamily("tiepdan_recorder_bytes", text, value=grew.bytes if grew is not None else 0)
        text = "1 while bytes reach the disk"
        growing = int(grew is not None and grew.growing)
        yield GaugeMetricFamily("tiepdan_recorder_growing", text, value=growing)
        alarm = GaugeMetricFamily("tiepdan_recorder_alarm", "1 while the recorder raises it", labels=["alarm"])
        for word in RECORDER_ALARMS:
            alarm.add_metric([word], int(grew is not None and grew.alarm == word))
        yield alarm
        if grew is not None and grew.disk_free is not None:
            text = "Room left on the disk that the open recording is written to"
            yield GaugeMetricFamily("tiepdan_recorder_disk_free_bytes", text, value=grew.disk_free)
        grew_at_s = self.conductor.measured.grew_at_s
        if grew is not None and grew_at_s is not None:
            text = "Since the open recording last had more bytes than before"
            yield GaugeMetricFamily("tiepdan_recorder_since_growth_seconds", text, value=now_s - grew_at_s)

    def _control(self) -> Iterator[Metric]:
        conductor = self.conductor
        text = "Inputs that wait for the live state"
        yield GaugeMetricFamily("tiepdan_control_inbox", text, value=conductor.waiting)
        text = "Rows that wait for the database"
        yield GaugeMetricFamily("tiepdan_control_rows_waiting", text, value=conductor.rows.waiting)
        gauge = GaugeMetricFamily("tiepdan_control_connections", "Socket.IO connections", labels=["namespace"])
        gauge.add_metric(["room"], self.signalling.rooms.connections)
        gauge.add_metric(["desk"], self.signalling.desk.connections)
        yield gauge
        text = "How late the event loop comes back to a sleeper"
        yield _histogram("tiepdan_control_event_loop_lag_seconds", text, conductor.measured.loop_lag)

    def _processes(self) -> Iterator[Metric]:
        conductor, measured = self.conductor, self.conductor.measured
        up = GaugeMetricFamily("tiepdan_process_up", "1 while control is connected to it", labels=["process"])
        up.add_metric(["control"], 1)
        up.add_metric(["media"], int(conductor.media.running))
        up.add_metric(["recorder"], int(conductor.recorder.running))
        yield up
        text = "How often control has found it again since control itself started"
        again = CounterMetricFamily("tiepdan_process_restarts", text, labels=["process"])
        again.add_metric(["media"], max(0, measured.media_found - 1))
        again.add_metric(["recorder"], max(0, measured.recorder_found - 1))
        yield again


@dataclass(frozen=True, slots=True)
class _At(Collector):
    metrics: Metrics
    now_s: float

    def collect(self) -> Iterator[Metric]:
        return self.metrics.at(self.now_s)


def _media(report: MediaReport) -> Iterator[Metric]:
    for what in ("packets", "bytes"):
        text = f"{what.capitalize()} through the media port"
        counter = CounterMetricFamily(f"tiepdan_media_{what}", text, labels=["direction"])
        for direction in ("in", "out"):
            counter.add_metric([direction], getattr(report, f"{what}_{direction}"))
        yield counter
    nacks = CounterMetricFamily("tiepdan_media_nacks", "Asked for packets that were lost", labels=["direction"])
    nacks.add_metric(["received"], report.nacks_received)
    nacks.add_metric(["sent"], report.nacks_sent)
    yield nacks
    for name, text in _COUNTED:
        yield CounterMetricFamily(f"tiepdan_media_{name}", text, value=getattr(report, name))
    carried = GaugeMetricFamily(
        "tiepdan_links_carrying", "Links by the layer they carry; none: sound only", labels=["layer"]
    )
    for layer in ("h", "m", "l", "none", ""):
        carried.add_metric([layer or "no_picture"], report.layers.get(layer, 0))
    yield carried
    yield HistogramMetricFamily(
        "tiepdan_media_added_delay_seconds",
        "From a packet's arrival to its sending",
        buckets=cumulated(DELAY_BOUNDS_S, report.delay_counts),
        sum_value=report.delay_sum_s,
    )


def _histogram(name: str, text: str, histogram: Histogram) -> Metric:
    buckets = cumulated(histogram.bounds, histogram.counts)
    return HistogramMetricFamily(name, text, buckets=buckets, sum_value=histogram.sum)
