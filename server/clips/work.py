"""What the worker is told: apart from it, because the control process would import FFmpeg with it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from recordings.clip_proof import Wish

ZIP, PROOFS = "clip.zip", "proofs.json"


class ClipWork(BaseModel):
    """`to`: the order's folder. `signing`: of the keys. `data`: where the operator's own letterheads are."""

    recording: Path
    wishes: tuple[Wish, ...]
    at: datetime
    signing: Path
    data: Path
    to: Path
