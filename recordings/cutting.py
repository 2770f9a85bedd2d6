"""Cuts spans out of the playable file, on key frames, without re-encoding.

A span begins with the key frame before it, so that nothing of it is missing; where what lies before it must not be
shown, with the first key frame inside it. Sound is cut at its packets of 20 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer

from recordings.manifest import Span
from recordings.playable import MP4, WEBM

SHORTEST_S = 0.5  # of what is left between spans that must not be shown
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Allowed:
    """`not_before`: nothing earlier may be in the clip, not even for the sake of a key frame."""

    span: Span
    not_before: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Where it lies in the playable file, and where in the clip. Seconds."""

    source: Span
    clip_starts_s: float


def allowed_of(asked: Span, withheld: Sequence[Span]) -> list[Allowed]:
    """What is left of `asked`."""
    left: list[Allowed] = []
    at = asked.starts_s
    not_before = 0.0
    for span in sorted(withheld, key=lambda span: span.starts_s):
        if span.ends_s <= asked.starts_s:
            not_before = max(not_before, span.ends_s)
            continue
        if span.starts_s >= asked.ends_s:
            break
        if span.starts_s - at >= SHORTEST_S:
            left.append(Allowed(Span(starts_s=at, ends_s=span.starts_s), not_before))
        at = not_before = max(at, span.ends_s)
    if asked.ends_s - at >= SHORTEST_S:
        left.append(Allowed(Span(starts_s=at, ends_s=asked.ends_s), not_before))
    return left


def cut(source: Path, target: Path, allowed: Sequence[Allowed]) -> list[Piece]:
    """The pieces that are in `target`, in order; empty where no key frame lies in any of them.

    Raises OSError and av.error.FFmpegError.
    """
    form = WEBM if source.suffix == ".webm" else MP4
    with av.open(str(source)) as whole:
        found = [
            (start, Fraction(each.span.ends_s).limit_denominator(_MICROSECONDS))
            for each in allowed
            if (start := _start(whole, each)) is not None
        ]
        if not found:
            return []
        with av.open(str(target), "w", format=form.container, options=form.options) as out:
            return _Copier(whole, out).copy(found)


def _start(whole: InputContainer, allowed: Allowed) -> Fraction | None:
    """The key frame the piece begins with; without video its own beginning."""
    wanted = Fraction(allowed.span.starts_s).limit_denominator(_MICROSECONDS)
    if not whole.streams.video:
        return max(wanted, Fraction(allowed.not_before))
    _seek(whole, wanted)
    before: Fraction | None = None
    for packet in whole.demux(whole.streams.video[0]):
        if packet.pts is None or packet.time_base is None or not packet.is_keyframe:
            continue
        at = packet.pts * packet.time_base
        if at < allowed.not_before:
            continue
        if at > wanted:
            return before if before is not None else at if at < allowed.span.ends_s else None
        before = at
    return before


def _seek(whole: InputContainer, to: Fraction) -> None:
    whole.seek(max(0, int(to * _MICROSECONDS)), backward=True)


class _Copier:
    def __init__(self, whole: InputContainer, out: OutputContainer) -> None:
        self._whole = whole
        self._out = out
        kept = [*whole.streams.video[:1], *whole.streams.audio[:1]]
        self._streams: dict[int, Any] = {
            stream.index: out.add_stream_from_template(stream, opaque=True) for stream in kept
        }
        self._kept = kept
        self._last: dict[int, int] = {}
        self._end = Fraction(0)

    def copy(self, spans: Sequence[tuple[Fraction, Fraction]]) -> list[Piece]:
        pieces = []
        for start, end in spans:
            offset = self._end
            self._piece(start, end, offset)
            source = Span(starts_s=round(float(start), 6), ends_s=round(float(start + self._end - offset), 6))
            pieces.append(Piece(source, round(float(offset), 6)))
        return pieces

    def _piece(self, start: Fraction, end: Fraction, offset: Fraction) -> None:
        _seek(self._whole, start)
        over: set[int] = set()
        for packet in self._whole.demux(self._kept):
            if packet.pts is None or packet.time_base is None:
                continue
            index, tick = packet.stream.index, packet.time_base
            at, seconds = packet.pts * tick, (packet.duration or 0) * tick
            if at < start:
                continue
            if at + (seconds if packet.stream.type == "audio" else 0) > end or at >= end:
                over.add(index)
                if len(over) == len(self._kept):
                    return
                continue
            number = max(round((at - start + offset) / tick), self._last.get(index, -1) + 1)
            self._last[index] = number
            self._end = max(self._end, min(number * tick + seconds, offset + end - start))
            packet.stream = self._streams[index]
            packet.pts = packet.dts = number
            self._out.mux_one(packet)
