"""What the archive says of itself: to Prometheus, and to /healthz in a word."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from recordings.archive.troubles import Trouble
from server.archive.moving import Archiving

TROUBLES = tuple(trouble for trouble in Trouble if trouble is not Trouble.NOT_SET)


def metrics(archiving: Archiving) -> Iterator[Metric]:
    """Nothing where there is no archive."""
    if archiving.access is None:
        return
    text = "Recordings that are due for the archive and do not lie there whole"
    yield GaugeMetricFamily("tiepdan_archive_waiting_recordings", text, value=archiving.waiting.recordings)
    text = "Bytes of these recordings"
    yield GaugeMetricFamily("tiepdan_archive_waiting_bytes", text, value=archiving.waiting.bytes)
    if archiving.last_success is not None:
        text = "When a recording last lay whole in the archive"
        moment = archiving.last_success.timestamp()
        yield GaugeMetricFamily("tiepdan_archive_last_success_timestamp_seconds", text, value=moment)
    if archiving.looked_at is not None:
        text = "When it was last looked for recordings that are due"
        moment = archiving.looked_at.timestamp()
        yield GaugeMetricFamily("tiepdan_archive_last_round_timestamp_seconds", text, value=moment)
    text = "Recordings whose moving failed the last time, by what was wrong"
    alarm = GaugeMetricFamily("tiepdan_archive_failures", text, labels=["trouble"])
    found = [failure.trouble for failure in archiving.failures.values()]
    for trouble in TROUBLES:
        alarm.add_metric([trouble.value], found.count(trouble))
    yield alarm
    text = "Recordings that no manifest vouches for, so that they stay on this machine"
    yield GaugeMetricFamily("tiepdan_archive_unproven", text, value=len(archiving.unproven))


def word(archiving: Archiving) -> str:
    """As the other words of /healthz."""
    if archiving.access is None:
        return "none"
    return "failing" if archiving.failures or archiving.unproven else "ok"
