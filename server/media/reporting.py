"""What media tells control once a second: of each link, and of the whole process. Counts, never contents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from server.media.fanout import Fanout
from server.media.link import Link
from signaling.ports import LinkReport, MediaReport


def link_report(link: Link) -> LinkReport:
    packets_sent = repeats = 0
    for receiver in link.receivers.values():
        packets_sent += receiver.packets
        repeats += receiver.repeats
    return LinkReport(
        link=link.identity,
        packets_sent=packets_sent,
        packets_received=link.received,
        loss_percent=_rounded(link.loss_percent, 2),
        rtt_ms=_rounded(link.rtt_ms, 1),
        layer=link.carried,
        estimate_bps=link.line.estimate_bps,
        upstream_loss_percent=_rounded(link.upstream_loss_percent, 2),
        repeats=repeats,
        key_frames_asked=link.key_frames_asked,
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


class Counted(NamedTuple):
    """What a link counts over its life, and all links together over the life of the process."""

    refused: int = 0
    nacks_received: int = 0
    nacks_sent: int = 0
    key_frames_asked: int = 0
    key_frames_wanted: int = 0


class Totals:
    """What links counted, those that are gone included: a counter never falls."""

    def __init__(self) -> None:
        self._gone = Counted()

    def keep(self, link: Link) -> None:
        """A link ends."""
        self._gone = _sum((self._gone, _counted(link)))

    def with_links(self, links: Iterable[Link]) -> Counted:
        return _sum((self._gone, *map(_counted, links)))


def _sum(counted: Iterable[Counted]) -> Counted:
    return Counted._make(map(sum, zip(*counted, strict=True)))


def _counted(link: Link) -> Counted:
    return Counted(
        refused=link.refused + link.media_allowance.refused + link.report_allowance.refused,
        nacks_received=link.nacks_received,
        nacks_sent=sum(layer.nacks_sent for layer in link.layers),
        key_frames_asked=link.key_frames_asked,
        key_frames_wanted=sum(layer.key_frames_requested for layer in link.layers),
    )


def media_report(
    links: Iterable[Link],
    totals: Totals,
    fanout: Fanout,
    packets_in: int,
    bytes_in: int,
    datagrams_refused: int,
) -> MediaReport:
    """`datagrams_refused`: those that no link counted."""
    links = list(links)
    counted = totals.with_links(links)
    return MediaReport(
        packets_in=packets_in,
        bytes_in=bytes_in,
        packets_out=fanout.packets_sent,
        bytes_out=fanout.bytes_sent,
        packets_dropped=fanout.packets_dropped,
        datagrams_refused=datagrams_refused + counted.refused,
        repeats=fanout.repeats_sent,
        nacks_received=counted.nacks_received,
        nacks_sent=counted.nacks_sent,
        key_frames_asked=counted.key_frames_asked,
        key_frames_wanted=counted.key_frames_wanted,
        layers=dict(Counter(str(link.carried) for link in links if link.connected)),
        delay_counts=tuple(fanout.delays.counts),
        delay_sum_s=fanout.delays.sum_s,
    )
