"""What the worker is told, and what it says: one line of JSON each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from recordings.archive.address import Access
from recordings.archive.note import Named
from recordings.archive.troubles import Trouble

AT_ONCE = 500_000_000  # bytes of one piece of work: after it, whoever waits for a clip or a copy has a turn


class ToMove(BaseModel):
    """`sealed` None: no manifest vouches for it."""

    model_config = ConfigDict(frozen=True)

    name: str
    bytes: int
    sealed: Named | None


class MoveWork(BaseModel):
    """Files of one recording, in this order; each is entered in the note in `folder` when it is there."""

    access: Access
    folder: Path
    files: tuple[ToMove, ...]


class Said(BaseModel):
    """Of one file: `way` is bytes there and back. With a `trouble` it is the last that is said."""

    file: str
    way: int = 0
    trouble: Trouble | None = None


def pieces(files: Iterable[ToMove]) -> Iterator[tuple[ToMove, ...]]:
    """In the same order. A file that is larger is a piece of its own."""
    piece: list[ToMove] = []
    for file in files:
        if piece and sum(each.bytes for each in piece) + file.bytes > AT_ONCE:
            yield tuple(piece)
            piece = []
        piece.append(file)
    if piece:
        yield tuple(piece)
