"""Films as a room keeps them, without a line that goes down."""

from __future__ import annotations

from collections.abc import Iterator

from room_client.keeping.film import FilmWriter
from room_client.keeping.keeper import Shot
from room_client.keeping.shelf import KeptShelf
from room_client.sources.test_card import TestCard
from room_client.sources.tone import Tone
from signaling.wire.slots import Upstream

T = 1_800_000_000.0


def shots(codec: str, seconds: float) -> Iterator[tuple[Shot, float]]:
    """A test card and its tone, in the order of time, each at its moment."""
    camera, microphone = TestCard("06649"), Tone("06649")
    camera.open(codec)
    microphone.open("opus")
    made: list[tuple[Shot, float]] = []
    for source, upstream in ((camera, Upstream.CAMERA), (microphone, Upstream.MICROPHONE)):
        at_s = 0.0
        while at_s < seconds:
            frame = source.read(True)
            if frame is not None:
                at_s = frame.ticks / source.clock_hz
                kind = codec if upstream.is_video else "opus"
                made.append((Shot(upstream, kind, frame, at_s), T + at_s))
        source.close()
    yield from sorted(made, key=lambda one: one[1])


def write(
    shelf: KeptShelf, takes: list[tuple[Shot, float]], most_bytes: int = 10**9, reception: int = 3
) -> tuple[float, bool]:
    ended: list[tuple[float, bool]] = []
    writer = FilmWriter(shelf, reception, most_bytes, lambda seconds, broke: ended.append((seconds, broke)))
    for shot, at in takes:
        writer.add(shot, at)
    writer.finish()
    writer.thread.join()
    return ended[0]
