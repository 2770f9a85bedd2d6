"""By what is in them, not by their names."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from server.attachments.file_types import HEAD, TYPES, FileType, type_by_head, type_of


def _docx() -> bytes:
    out = io.BytesIO()
    Document().save(out)
    return out.getvalue()


def _xlsx() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def _zip(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.4\n", FileType.PDF),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", FileType.JPEG),
        (b"\x89PNG\r\n\x1a\n\x00", FileType.PNG),
        (b"II*\x00\x08\x00", FileType.TIFF),
        (b"MM\x00*\x00\x00", FileType.TIFF),
        (b"ID3\x04\x00", FileType.MP3),
        (b"\xff\xfb\x90\x00", FileType.MP3),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", FileType.WAV),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00", FileType.MP4),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00", FileType.M4A),
        (_docx(), FileType.DOCX),
        (_xlsx(), FileType.XLSX),
        (b"RIFF\x24\x00\x00\x00AVI LIST", None),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", None),
        (b"<!doctype html><script>", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),  # the old Office formats
        (b"\x7fELF\x02\x01", None),
        (b"MZ\x90\x00", None),
        (b"", None),
        (_zip("a.exe"), None),
        (_zip("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), None),
        (_zip("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"), None),
        (_docx()[:2000], None),
    ],
)
def test_the_first_bytes_and_the_inside_decide(tmp_path: Path, content: bytes, found: FileType | None) -> None:
    file = tmp_path / "photo.pdf"
    file.write_bytes(content)
    assert type_of(file) == found


@given(st.binary(max_size=HEAD))
def test_whatever_comes_is_judged(head: bytes) -> None:
    assert type_by_head(head) in {None, *FileType}


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x2FFF), max_size=20))
def test_markup_is_never_taken(text: str) -> None:
    assert type_by_head(f"<{text}".encode()[:HEAD]) is None


def test_every_type_has_its_rule_and_no_two_endings_are_alike() -> None:
    assert set(TYPES) == set(FileType)
    assert len({rule.ending for rule in TYPES.values()}) == len(TYPES)
    assert not {rule.media_type for rule in TYPES.values()} & {"text/html", "image/svg+xml", "text/xml"}
