"""What a crash left behind, entered into the manifest as it was found. The file itself is never altered."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import av

from recordings.items import GapReason
from recordings.manifest import Manifest, OpenSegment, SegmentEntry, iso
from recordings.segment import MIX_TITLE
from recordings.store import Folder, Places, sha256_of
from signaling.wire.rtp import VideoCodec

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Measured:
    seconds: float = 0.0
    video_frames: int = 0
    audio_seconds: float = 0.0
    codec: VideoCodec | Literal[""] = ""
    tracks: tuple[str, ...] = ()


def recover(places: Places) -> list[Folder]:
    """Put every open recording's manifest in order. Returns those that were told to end, and are to be sealed."""
    to_seal = []
    for folder in places.folders():
        try:
            manifest = folder.load()
        except ValueError as error:
            log.error("recording %s is left alone: %s", folder.name, error)
            continue
        if manifest is None or manifest.state == "sealed":
            continue
        if manifest.writing is not None:
            settle(folder, manifest)
            try:
                folder.save(manifest)
            except OSError as error:  # a full disk: settled again when the recording goes on
                log.error("the manifest of %s cannot be written (%s)", folder.name, error.strerror)
        if manifest.ended_at is not None:
            to_seal.append(folder)
    return to_seal


def settle(folder: Folder, manifest: Manifest) -> None:
    """Enter what a process before this one was writing, and note that nothing is recorded since."""
    enter_as_found(folder, manifest)
    if manifest.segments and manifest.missing is None:
        manifest.begin_gap(manifest.segments[-1].ended_epoch, GapReason.RECORDER_RESTARTED)


def enter_as_found(folder: Folder, manifest: Manifest) -> float | None:
    """Enter the segment that was being written. Returns the moment up to which it can be played."""
    writing, manifest.writing = manifest.writing, None
    if writing is None:
        return None
    path = folder.file(writing.file)
    if not path.exists() or not path.stat().st_size:
        return writing.started_at
    measured = measure(path)
    manifest.add_segment(
        SegmentEntry(
            **as_found(path, writing, measured, manifest.last_sha256), audio_seconds=measured.audio_seconds
        )
    )
    if not measured.seconds:
        log.error("segment %s of recording %s cannot be read", writing.file, folder.name)
    return writing.started_at + measured.seconds


def as_found(path: Path, writing: OpenSegment, measured: Measured, previous_sha256: str) -> dict[str, Any]:
    """The fields of an entry for a file that broke off."""
    return {
        "file": writing.file,
        "started_at": iso(writing.started_at),
        "started_epoch": writing.started_at,
        "seconds": measured.seconds,
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
        "previous_sha256": previous_sha256,
        "tracks": measured.tracks,
        "codec": measured.codec,
        "video_frames": measured.video_frames,
        "whole": False,
    }


def is_playable(path: Path) -> bool:
    """Whether the file's header can be read."""
    try:
        av.open(str(path)).close()
    except (av.error.FFmpegError, OSError):
        return False
    return True


def measure(path: Path) -> Measured:
    """What can be played of a file, also of one that breaks off. All zero where nothing can."""
    end = audio_s = 0.0
    frames = 0
    try:
        container = av.open(str(path))
    except (av.error.FFmpegError, OSError):
        return Measured()
    with container:
        streams = container.streams
        video = streams.video[0] if streams.video else None
        mix = next((stream for stream in streams.audio if stream.metadata.get("title") == MIX_TITLE), None)
        tracks = tuple(stream.metadata.get("title", stream.type) for stream in streams)
        codec: VideoCodec | Literal[""] = VideoCodec(video.codec_context.name) if video else ""
        try:
            for packet in container.demux():
                if packet.pts is None or packet.time_base is None:
                    continue
                seconds = float((packet.duration or 0) * packet.time_base)
                end = max(end, float(packet.pts * packet.time_base) + seconds)
                if packet.stream is video:
                    frames += 1
                elif packet.stream is mix:
                    audio_s += seconds
        except av.error.FFmpegError:
            log.warning("a segment breaks off in the middle of a packet; what comes before it is kept")
    return Measured(round(end, 6), frames, round(audio_s, 6), codec, tracks)
