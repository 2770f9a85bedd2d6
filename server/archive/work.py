"""What the worker is told, and what it says: one line of JSON each."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from recordings.archive.address import Access
from recordings.archive.note import Named
from recordings.archive.troubles import Trouble


class MoveWork(BaseModel):
    """One file. `name`: in the archive. `sealed` None: no manifest vouches for it."""

    access: Access
    source: Path
    name: str
    sealed: Named | None


class Said(BaseModel):
    """`way`: bytes of the way there and back; `whole`: it lies in the archive; `trouble`: it does not."""

    way: int = 0
    whole: Named | None = None
    trouble: Trouble | None = None
