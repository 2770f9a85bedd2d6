"""An archive as everybody else sees it: files under names FOLDER/FILE, each of them whole or not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class Lying(NamedTuple):
    name: str  # with the folder
    bytes: int


class Archive(Protocol):
    """All of it blocks. Everything raises ArchiveFailed."""

    def put(self, name: str, blocks: Iterator[bytes]) -> None:
        """In the place of what was there, and only when the last block has come: what `blocks` raises leaves
        nothing under this name, or what was there before."""

    def blocks(self, name: str) -> Iterator[bytes]:
        """All of it, from its beginning."""

    def read(self, name: str, start: int, count: int) -> bytes:
        """Fewer bytes at its end."""

    def lying_in(self, folder: str) -> list[Lying]:
        """By name; none where the folder is not there."""

    def remove(self, name: str) -> None:
        """Also of what is not there any more."""
