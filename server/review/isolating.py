"""An isolated source, or a late one, as one file on the time axis of the recording: remuxed, never transcoded.

A second of it is the same second of the programme, so a position, a link and a note fit both. Where the source had
no picture the last one stands still (the page covers it, and says so), where it had no sound there is silence;
what may not be watched is left out as in `copying`. It is made when somebody wants to see it, so that it takes
room only then; what is signed are the files that it is made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from recordings.archive.note import is_there
from recordings.chapters import Run, runs_of, second_of
from recordings.late import LateEntry
from recordings.manifest import IsolatedEntry
from recordings.mixing import BLOCK, RATE
from recordings.playable import ROUNDING
from recordings.store import Folder
from server.review.copying import FORMATS, SILENCE, Progress
from server.review.late import entries_in, entry_of, file_of, own_run, room_of
from server.review.withholding import Span, is_withheld

Timed = IsolatedEntry | LateEntry
_MILLISECONDS = Fraction(1, 1000)
_BEHIND_S = 2.0  # silence is written no later than this behind the picture, so that both lie together in the file


@dataclass(frozen=True, slots=True)
class Parts:
    """What it is made of. `files`: each is here or in the archive."""

    files: list[Path]
    segments: list[Timed]
    runs: tuple[Run, ...]  # of the programme; of what is watched apart from it its own
    seconds: float


def parts_of(folder: Path, source: str) -> Parts:
    """Raises OSError, ValueError where the recording has nothing of that source."""
    manifest = Folder(folder).load()
    segments: list[Timed] = []
    if file_of(source) is not None and (apart := entry_of(folder, source)) is not None:
        return Parts([folder / apart.file], [apart], own_run(apart), apart.seconds)
    if room_of(source) is not None:
        segments = _of_one_codec(folder, entries_in(folder, source))
    elif manifest is not None:
        segments = _of_one_codec(folder, [s for i in manifest.isolated if i.source == source for s in i.segments])
    if manifest is None or not segments:
        raise ValueError(f"came {source!r}, of which the recording has no picture")
    files = [folder / segment.file for segment in segments]
    seconds = sum(segment.seconds for segment in manifest.readable)
    return Parts(files, segments, runs_of(manifest.readable), seconds)


def write_isolated(
    parts: Parts, files: Sequence[Path], target: Path, left_out: Sequence[Span], progress: Progress
) -> None:
    """`files`: those of `parts`, wherever they are at hand; `target` is a name that nobody reads yet.

    Raises OSError, av.error.FFmpegError.
    """
    container, options = FORMATS[target.suffix]
    shows = next((file for file, segment in zip(files, parts.segments, strict=True) if segment.codec), None)
    with (
        av.open(str(shows or files[0])) as first,
        av.open(str(target), "w", format=container, options=options) as out,
    ):
        stream = out.add_stream_from_template(first.streams.video[0], opaque=True) if shows else None
        picture = _Picture(out, stream, left_out)
        sound = _Sound(out, left_out)
        for file, segment in zip(files, parts.segments, strict=True):
            picture.begin()
            for packet, clock in _packets(file, segment):
                second = second_of(clock, parts.runs)
                if second is None:
                    picture.begin()
                elif packet.stream.type == "video":
                    sound.be_silent_until(second - _BEHIND_S)
                    picture.add(packet, second)
                else:
                    sound.add(packet, second)
                progress(min(1.0, (second or 0.0) / parts.seconds))
        sound.be_silent_until(parts.seconds)


def _of_one_codec(folder: Path, segments: Sequence[Timed]) -> list[Timed]:
    """As a file has one; of a late source some may be sound alone."""
    found = [segment for segment in segments if segment.seconds > 0 and is_there(folder / segment.file)]
    codec = next((segment.codec for segment in found if segment.codec), "")
    return [segment for segment in found if segment.codec in (codec, "")]


def _packets(file: Path, segment: Timed) -> Iterator[tuple[av.Packet[Any], float]]:
    """With the moment of the clock of each."""
    with av.open(str(file)) as opened:
        for packet in opened.demux():
            if packet.pts is not None and packet.time_base is not None:
                yield packet, segment.started_epoch + float(packet.pts * packet.time_base)


class _Picture:
    def __init__(self, out: Any, stream: Any, left_out: Sequence[Span]) -> None:
        self._out = out
        self._stream = stream
        self._left_out = left_out
        self._last_ms = -1
        self._needs_key_frame = True

    def begin(self) -> None:
        """Something is missing here, or another file begins."""
        self._needs_key_frame = True

    def add(self, packet: av.Packet[Any], second: float) -> None:
        if (
            self._stream is None
            or is_withheld(second, self._left_out)
            or (self._needs_key_frame and not packet.is_keyframe)
        ):
            self._needs_key_frame = True
            return
        self._needs_key_frame = False
        self._last_ms = max(round(second * 1000), self._last_ms + 1)
        packet.stream, packet.time_base = self._stream, _MILLISECONDS
        packet.pts = packet.dts = self._last_ms
        packet.duration = 0  # follows from the next one, however far it is
        self._out.mux_one(packet)


class _Sound:
    """A track without a hole from 0 to the end: a browser goes by its sound."""

    def __init__(self, out: Any, left_out: Sequence[Span]) -> None:
        self._out = out
        self._left_out = left_out
        self._end = 0  # samples
        # The encoder behind it is opened for the OpusHead only, and never called.
        self._stream: Any = out.add_stream("libopus", rate=RATE)
        self._stream.codec_context.layout = "stereo"

    def add(self, packet: av.Packet[Any], second: float) -> None:
        at = round(second * RATE)
        length = round(float((packet.duration or 0) * (packet.time_base or 0)) * RATE) or BLOCK
        ends_s = second + length / RATE
        if at < self._end - ROUNDING or any(starts < ends_s and second < ends for starts, ends in self._left_out):
            return
        self.be_silent_until(second - ROUNDING / RATE)
        self._put(packet, max(at, self._end) if at - self._end > ROUNDING else self._end, length)

    def be_silent_until(self, second: float) -> None:
        until = round(second * RATE)
        while self._end + BLOCK <= until:
            silence: av.Packet[Any] = av.Packet(SILENCE)
            silence.is_keyframe = True
            self._put(silence, self._end, BLOCK)

    def _put(self, packet: av.Packet[Any], at: int, length: int) -> None:
        packet.stream, packet.time_base = self._stream, Fraction(1, RATE)
        packet.pts = packet.dts = at
        packet.duration = length
        self._end = at + length
        self._out.mux_one(packet)
