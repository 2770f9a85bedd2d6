"""A film cut down to the spans that the server takes: remuxed, never transcoded, a file for each span.

A picture begins with the first key frame of its span; the sound before it is kept. What lies outside goes with the
film that it was in.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from room_client.keeping.shelf import FILM_MODE, Kept, KeptShelf
from signaling.late_messages import SHORTEST_S, KeptSpan

_TICK = Fraction(1, 1000)
_LAST_S = 0.02  # what the last piece of sound lasts
_UNREADABLE = (OSError, av.error.FFmpegError, ValueError)


def span_of(shelf: KeptShelf, kept: Kept) -> KeptSpan | None:
    """From its first moment to the last that can be read, also of one that broke off; None: nothing can."""
    ends = [at for at, _packet in _packets(shelf.film(kept), kept.started_at)]
    if not ends or max(ends) <= kept.started_at:
        return None
    return KeptSpan(started_at=kept.started_at, ended_at=max(ends) + _LAST_S)


def cut(shelf: KeptShelf, kept: Kept, spans: Sequence[KeptSpan]) -> list[Kept]:
    """The parts, in the place of the film. Raises OSError; may be begun anew at any point."""
    parts = []
    for number, span in enumerate(spans, 1):
        part = replace(kept, name=f"{kept.name}-{number}", cut_of=kept.name)
        if (made := _cut(shelf, kept, part, span)) is not None:
            parts.append(made)
    shelf.put_in_place(kept, parts)
    return parts


def _cut(shelf: KeptShelf, kept: Kept, part: Kept, span: KeptSpan) -> Kept | None:
    source, target = shelf.film(kept), shelf.film(part)
    inside = [
        (at, packet.stream.type, packet.is_keyframe)
        for at, packet in _packets(source, kept.started_at)
        if span.started_at <= at < span.ended_at - _LAST_S
    ]
    first_key = next((at for at, kind, key in inside if kind == "video" and key), None)
    shown = [at for at, kind, _ in inside if kind == "audio" or (first_key is not None and at >= first_key)]
    if not shown or max(shown) - min(shown) < SHORTEST_S:
        return None
    started_at, last = min(shown), max(shown)
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, FILM_MODE)
    with open(descriptor, "w+b", buffering=0) as file:
        with av.open(str(source)) as film, av.open(file, "w", format="matroska") as out:
            streams = {
                stream.index: out.add_stream_from_template(stream, opaque=True)
                for stream in (*film.streams.video, *film.streams.audio)
                if stream.type == "audio" or first_key is not None
            }
            for at, packet in _read(film, kept.started_at):
                too_early = packet.stream.type == "video" and first_key is not None and at < first_key
                if packet.stream.index not in streams or too_early or not started_at <= at <= last:
                    continue
                packet.stream, packet.time_base = streams[packet.stream.index], _TICK
                packet.pts = packet.dts = round((at - started_at) * 1000)
                out.mux(packet)
        os.fsync(file.fileno())
    return replace(part, started_at=started_at, ended_at=last + _LAST_S, sha256=sha256_of(target))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _packets(path: Path, started_at: float) -> Iterator[tuple[float, av.Packet[Any]]]:
    """With the moment of each, up to where it breaks off."""
    try:
        with av.open(str(path)) as film:
            yield from _read(film, started_at)
    except _UNREADABLE:
        return


def _read(film: Any, started_at: float) -> Iterator[tuple[float, av.Packet[Any]]]:
    try:
        for packet in film.demux():
            if packet.pts is not None and packet.time_base is not None:
                yield started_at + float(packet.pts * packet.time_base), packet
    except av.error.FFmpegError:  # it broke off in the middle of a packet
        return
