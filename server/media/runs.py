"""Which packets of a burst leave as one message (UDP segmentation, GSO): those of one size and a shorter last."""

from __future__ import annotations

from dataclasses import dataclass

from signaling.wire.aiortc_seams import LONGEST_TRAILER

RUN_PACKETS = 48  # below the kernel's UDP_MAX_SEGMENTS (64 on older kernels)
RUN_BYTES = 60_000
MOST_PADDING = 16  # of some 1,100 bytes; usually it is one byte


@dataclass(frozen=True, slots=True)
class Run:
    """Packets that leave as one message: columns `start` to `start + count` of a table."""

    start: int
    count: int
    size: int  # of each but the last, before SRTP; that one may be shorter

    @property
    def end(self) -> int:
        return self.start + self.count


def padded(sizes: list[int]) -> list[int]:
    """Sizes that make long runs: a packet a few bytes shorter than one behind it grows to that one's size.

    Browsers cut a picture "about equally": its later packets are one byte larger, and would end the run.
    """
    wider = sizes.copy()
    for index in range(len(sizes) - 2, -1, -1):
        if 0 < wider[index + 1] - wider[index] <= MOST_PADDING:
            wider[index] = wider[index + 1]
    return wider


def runs_of(sizes: list[int]) -> list[Run]:
    """Cut a burst into runs: equal sizes, the last of a run may be shorter."""
    runs: list[Run] = []
    start, run_size, bytes_so_far, open_ = 0, 0, 0, False
    for index, size in enumerate(sizes):
        fits = open_ and size <= run_size and index - start < RUN_PACKETS and bytes_so_far + size <= RUN_BYTES
        if index and not fits:
            runs.append(Run(start, index - start, run_size))
            start, bytes_so_far = index, 0
        if index == start:
            run_size, open_ = size, True
        elif size < run_size:
            open_ = False  # a shorter packet may only be the last of its run
        bytes_so_far += size + LONGEST_TRAILER
    if sizes:
        runs.append(Run(start, len(sizes) - start, run_size))
    return runs
