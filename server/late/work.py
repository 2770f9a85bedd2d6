"""What the inspecting process is told, and what it says. Apart from it, because that one imports FFmpeg."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from signaling.wire.rtp import VideoCodec


class ToInspect(BaseModel):
    path: Path


class Inspected(BaseModel):
    """`fault`: why it is none of ours; empty: it is one."""

    seconds: float = 0.0
    codec: VideoCodec | Literal[""] = ""
    video_frames: int = 0
    fault: str = ""
