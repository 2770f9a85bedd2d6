"""What the worker is told: apart from it, because the control process would import FFmpeg with it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from recordings.archive.address import Access
from recordings.clip_proof import Wish

ZIP, PROOFS = "clip.zip", "proofs.json"


class ClipWork(BaseModel):
    """`to`: the order's folder. `signing`: of the keys. `data`: where the operator's own letterheads are.
    `archive`: where the playable file is fetched from when it is not on this machine."""

    recording: Path
    wishes: tuple[Wish, ...]
    at: datetime
    signing: Path
    data: Path
    to: Path
    archive: Access | None = None
