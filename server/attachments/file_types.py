"""Which files are taken, judged by what is in them: a name says what somebody wants one to believe.

A handful of signatures instead of a library that knows hundreds: whatever is not in this table is refused, and
what could carry a program (macros, HTML, SVG, archives, the old Office formats) is not in it.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

HEAD = 64
"""Bytes from the beginning that tell one from another."""
_MOST_PARTS = 5_000
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


class FileType(StrEnum):
    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    DOCX = "docx"
    XLSX = "xlsx"
    MP3 = "mp3"
    M4A = "m4a"
    WAV = "wav"
    MP4 = "mp4"


@dataclass(frozen=True, slots=True)
class TypeRule:
    word: str  # as people call it
    ending: str
    media_type: str


_OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES: Mapping[FileType, TypeRule] = {
    FileType.PDF: TypeRule("PDF", "pdf", "application/pdf"),
    FileType.JPEG: TypeRule("JPEG", "jpg", "image/jpeg"),
    FileType.PNG: TypeRule("PNG", "png", "image/png"),
    FileType.TIFF: TypeRule("TIFF", "tif", "image/tiff"),
    FileType.DOCX: TypeRule("DOCX", "docx", _OFFICE + "wordprocessingml.document"),
    FileType.XLSX: TypeRule("XLSX", "xlsx", _OFFICE + "spreadsheetml.sheet"),
    FileType.MP3: TypeRule("MP3", "mp3", "audio/mpeg"),
    FileType.M4A: TypeRule("M4A", "m4a", "audio/mp4"),
    FileType.WAV: TypeRule("WAV", "wav", "audio/wav"),
    FileType.MP4: TypeRule("MP4", "mp4", "video/mp4"),
}
_BEGINNINGS: tuple[tuple[bytes, FileType], ...] = (
    (b"%PDF-", FileType.PDF),
    (b"\xff\xd8\xff", FileType.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileType.PNG),
    (b"II*\x00", FileType.TIFF),
    (b"MM\x00*", FileType.TIFF),
    (b"ID3", FileType.MP3),
)
_MAIN_PART = {"word/document.xml": FileType.DOCX, "xl/workbook.xml": FileType.XLSX}
_MP3_FRAMES = (0xFB, 0xFA, 0xF3, 0xF2)
"""The second byte of a frame of MPEG layer III, after 0xFF."""


def type_of(file: Path) -> FileType | None:
    """None for a file that is not taken. From the disk: an Office file has its table of contents at its end."""
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    return type_by_head(head)


def type_by_head(head: bytes) -> FileType | None:
    for beginning, found in _BEGINNINGS:
        if head.startswith(beginning):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return FileType.WAV
    if head[4:8] == b"ftyp":
        return _by_brand(head[8:12])
    if len(head) > 3 and head[0] == 0xFF and head[1] in _MP3_FRAMES:
        return FileType.MP3
    return None


def _by_brand(brand: bytes) -> FileType | None:
    if brand == b"M4A ":
        return FileType.M4A
    return (
        FileType.MP4 if brand in (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1") else None
    )


def _office(file: Path) -> FileType | None:
    """A document or workbook, by its main part; one with macros is none."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except _BROKEN_ZIP:
        return None
    if len(names) > _MOST_PARTS or "[Content_Types].xml" not in names:
        return None
    if any("vbaproject" in name.lower() for name in names):
        return None
    found = [kind for part, kind in _MAIN_PART.items() if part in names]
    return found[0] if len(found) == 1 else None
