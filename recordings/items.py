"""What the intake hands to the writer thread: pictures, sound, and what is known to be missing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from recordings.video_frame import VideoFrame
from signaling.tap import TapTrack


class GapReason(StrEnum):
    """Why media is missing. A pause carries control's own reason instead."""

    PAUSED = "paused"
    PACKETS_LOST = "packets_lost"
    SOURCE_CHANGED = "source_changed"  # another source began without a key frame
    NO_VIDEO = "no_video"  # the picture was interrupted: none came for a while
    QUEUE_FULL = "queue_full"
    WRITE_FAILED = "write_failed"
    NO_MEDIA = "no_media"  # nothing was on the stage
    MEDIA_RESTARTED = "media_restarted"
    RECORDER_RESTARTED = "recorder_restarted"
    SEGMENT_UNREADABLE = "segment_unreadable"
    DISK_LOW = "disk_low"  # isolated sources make room for the programme


@dataclass(frozen=True, slots=True)
class AudioPacket:
    track: TapTrack
    data: bytes  # one Opus packet
    capture_us: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Known missing media of one track; the others went on."""

    track: TapTrack
    from_us: int
    to_us: int
    reason: GapReason


Item = VideoFrame | AudioPacket | Missing
