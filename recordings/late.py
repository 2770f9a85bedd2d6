"""A late source: what a room kept of its own camera and microphone while its line was down, and handed over later.

It is evidence of its own and never a part of the programme: a file beside the sealed ones, with its own SHA-256,
named by a signed entry among the corrections (`recordings.corrections`). So nothing that was sealed changes, the
gaps of the programme stay gaps, and none of these entries can be taken away without a trace.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from signaling.messages import RoomCode
from signaling.wire.rtp import VideoCodec

LATE = re.compile(r"^late-\d{4,6}\.mkv$")
FileSha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Late(BaseModel):
    """`started_epoch`: by the server's clock, as the room knew it while the line was down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    room: RoomCode
    item: int
    started_epoch: float
    seconds: Annotated[float, Field(gt=0)]
    bytes: Annotated[int, Field(gt=0)]
    sha256: FileSha256
    codec: VideoCodec | Literal[""]  # empty: sound alone
    video_frames: int
    handed_over_at: AwareDatetime

    @property
    def ended_epoch(self) -> float:
        return self.started_epoch + self.seconds


class LateEntry(Late):
    """As it stands in the signed list."""

    kind: Literal["late"] = "late"
    file: Annotated[str, Field(pattern=LATE.pattern)]
    recording: str
    number: Annotated[int, Field(ge=1)]
    made_at: AwareDatetime
    follows: str


def late_of(entries: Iterable[object]) -> list[LateEntry]:
    return [entry for entry in entries if isinstance(entry, LateEntry)]


def next_file(entries: Sequence[LateEntry]) -> str:
    return f"late-{len(entries) + 1:04d}.mkv"


def put_beside(source: Path, target: Path) -> None:
    """Copied, because it may come from another disk; on the disk under its name when this returns. A file that is
    there under that name was left by a crash before it was named. Raises OSError."""
    part = target.with_name(f"{target.name}.part")
    try:
        shutil.copyfile(source, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
