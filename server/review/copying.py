"""A copy of a playable file without some of its seconds, on the same time axis: remuxed, never transcoded.

Where something is left out, the last picture stands still and the sound is silence, so that a second of the
recording is the same second for everybody: links, notes and chapters fit every copy. A picture after such a span
begins with the next key frame. The titles of the file's own chapters are left out, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import av

from recordings.playable import MP4, WEBM
from server.review.withholding import Span

SILENCE = b"\xf8\xff\xfe"  # one Opus packet of 20 ms without sound (RFC 6716: CELT, full band, mono)
_SILENCE_S = 0.02
Progress = Callable[[float], None]
FORMATS = {".mp4": ("mp4", MP4.options), ".webm": ("webm", WEBM.options)}


def write_copy(source: Path, target: Path, left_out: Sequence[Span], progress: Progress) -> None:
    """`left_out`: in order, none touching another. `target` is a name that nobody reads yet.

    Raises OSError, av.error.FFmpegError, KeyError for a kind of file that no recording is.
    """
    container, options = FORMATS[source.suffix]
    with av.open(str(source)) as original, av.open(str(target), "w", format=container, options=options) as out:
        streams = [stream for stream in original.streams if stream.type in ("video", "audio")]
        copies = {stream.index: out.add_stream_from_template(stream, opaque=True) for stream in streams}
        tracks = {stream.index: _track(stream, left_out) for stream in streams}
        length_s = (original.duration or 0) / av.time_base
        furthest_s = 0.0  # picture and sound come in turns
        for packet in original.demux(streams):
            if packet.pts is None or packet.time_base is None:
                continue
            at_s = float(packet.pts * packet.time_base)
            track = tracks[packet.stream.index]
            for kept in track.kept(packet, at_s):
                kept.stream = copies[packet.stream.index]
                out.mux_one(kept)
            furthest_s = max(furthest_s, at_s)
            if length_s:
                progress(min(1.0, furthest_s / length_s))


def _track(stream: Any, left_out: Sequence[Span]) -> _Picture | _Sound:
    return _Picture(left_out) if stream.type == "video" else _Sound(left_out)


class _Picture:
    def __init__(self, left_out: Sequence[Span]) -> None:
        self._left_out = left_out
        self._needs_key_frame = False

    def kept(self, packet: av.Packet[Any], at_s: float) -> list[av.Packet[Any]]:
        if any(starts <= at_s < ends for starts, ends in self._left_out):
            self._needs_key_frame = True
            return []
        if self._needs_key_frame and not packet.is_keyframe:
            return []
        self._needs_key_frame = False
        packet.duration = 0  # follows from the next frame, however far it is
        return [packet]


class _Sound:
    def __init__(self, left_out: Sequence[Span]) -> None:
        self._left_out = left_out

    def kept(self, packet: av.Packet[Any], at_s: float) -> list[av.Packet[Any]]:
        """A packet that only touches such a span is silence as well."""
        ends_s = at_s + _SILENCE_S
        if not any(starts < ends_s and at_s < ends for starts, ends in self._left_out):
            return [packet]
        silence: av.Packet[Any] = av.Packet(SILENCE)
        silence.pts, silence.dts, silence.time_base = packet.pts, packet.dts, packet.time_base
        silence.duration = packet.duration
        silence.is_keyframe = True
        return [silence]
