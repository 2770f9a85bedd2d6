"""What a table is filled from: the packets of a burst are its columns, the receivers of a lane its rows."""

from __future__ import annotations

import numpy as np

from server.media.lane import Lane, Receiver
from server.media.ring import Ring
from server.media.runs import padded, runs_of


class Burst:
    """The packets of these numbers, in a lane's ring: what every receiver gets of them.

    A packet that is a few bytes too short for its run is lengthened in the ring; nobody was sent it yet.
    """

    __slots__ = ("blocks", "columns", "lengths", "markers", "octets", "runs", "sequence", "times")

    def __init__(self, ring: Ring, numbers: list[int]) -> None:
        cells = [number % ring.capacity for number in numbers]
        sizes = padded([ring.lengths[cell] for cell in cells])
        for cell, size in zip(cells, sizes, strict=True):
            if size != ring.lengths[cell]:
                ring.pad(cell, size)
        self.columns = len(numbers)
        self.runs = runs_of(sizes)
        self.blocks = [
            (run.start, run.end, run.size, ring.rows(cells[run.start : run.end], run.size)) for run in self.runs
        ]
        self.markers = np.array([ring.markers[cell] for cell in cells], np.uint8)
        self.sequence = np.array(numbers, np.int64).astype(np.uint16)
        self.times = np.array([ring.times[cell] for cell in cells], np.int64)
        self.lengths = np.array(sizes, np.int32)
        self.octets = sum(sizes)


class Group:
    """What differs from receiver to receiver; SRTP adds the same number of bytes to the packets of all of them."""

    __slots__ = ("address_bytes", "addresses", "offsets", "payload_types", "sessions", "tag_bytes", "time_shifts")

    def __init__(self, receivers: list[Receiver], tag_bytes: int) -> None:
        links = [receiver.link for receiver in receivers if receiver.link is not None]
        self.tag_bytes = tag_bytes
        self.sessions = [link.tx for link in links]
        self.addresses = np.array([link.address_pointer for link in links], np.uint64)
        self.address_bytes = np.array([link.address_bytes for link in links], np.uint32)
        self.payload_types = np.array([receiver.payload_type for receiver in receivers], np.uint8)
        self.offsets = np.array([receiver.offset & 0xFFFF for receiver in receivers], np.uint16)
        shifts = [receiver.time_shift for receiver in receivers]
        self.time_shifts = np.array(shifts, np.int64) if any(shifts) else None


def groups_of(lane: Lane) -> list[Group]:
    """Who stands in the lane and has an address; made anew only when that has changed."""
    if lane.changed:
        by_tag: dict[int, list[Receiver]] = {}
        for receiver in lane.receivers:
            if receiver.link is not None and receiver.link.address_pointer:
                by_tag.setdefault(receiver.link.tag_bytes, []).append(receiver)
        lane.groups = [Group(receivers, tag_bytes) for tag_bytes, receivers in by_tag.items()]
        lane.changed = False
    groups: list[Group] = lane.groups
    return groups
