"""A4, the margins, sizes and order of parts of Decree 30/2020, read back from both files."""

from __future__ import annotations

import io
import unicodedata
from datetime import UTC, datetime

import docx
import pypdf
import pytest
from docx.shared import Mm, Pt

from server.documents.docx_file import docx_of
from server.documents.fonts import unprintable
from server.documents.kinds import KINDS
from server.documents.paper import compose
from server.documents.pdf_file import pdf_of
from server.documents.tables import DocumentKind
from tests.server.documents.office import text_of_docx, text_of_pdf

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MADE = datetime(2026, 11, 28, 2, tzinfo=UTC)
EVERY_LETTER = "".join(
    base + tone
    for base in ("a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y")
    for tone in ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
)


def parts(kind: DocumentKind) -> dict[str, str]:
    """Each part says its own name, in a word that is found again."""
    return {part.name: f"phần-{part.name.replace('_', '-')}" for part in KINDS[kind].parts}


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_part_stands_in_both_files_and_in_the_order_of_the_form(kind: DocumentKind) -> None:
    paper = compose(kind, "12/TB-BTCD", parts(kind))
    pdf, word = text_of_pdf(pdf_of(paper, MADE)), text_of_docx(docx_of(paper, MADE))
    for name, said in parts(kind).items():
        assert said in pdf.replace("- ", "-"), f"the PDF lacks {name}"
        assert said in word, f"the DOCX lacks {name}"
    long = [
        part.name for part in KINDS[kind].parts if part.rows > 1 and part.name not in ("subject", "recipients")
    ]
    places = [pdf.replace("- ", "-").index(parts(kind)[name]) for name in long]
    assert places == sorted(places)


def test_the_page_is_a4_with_the_margins_of_the_decree() -> None:
    paper = compose(DocumentKind.MINUTES, "", parts(DocumentKind.MINUTES))
    page = pypdf.PdfReader(io.BytesIO(pdf_of(paper, MADE))).pages[0]
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    document = docx.Document(io.BytesIO(docx_of(paper, MADE)))
    section = document.sections[0]
    assert [round(each / 36000) for each in (section.page_width or 0, section.page_height or 0)] == [210, 297]
    assert Mm(20) - 500 <= (section.top_margin or 0) <= Mm(25)
    assert Mm(30) - 500 <= (section.left_margin or 0) <= Mm(35)
    assert Mm(15) - 500 <= (section.right_margin or 0) <= Mm(20)
    normal = document.styles["Normal"].font
    assert (normal.name, normal.size) == ("Times New Roman", Pt(14))


def test_the_rules_of_the_head_stand_where_the_schema_wants_them() -> None:
    paper = compose(DocumentKind.NOTICE, "1/TB-X", parts(DocumentKind.NOTICE))
    document = docx.Document(io.BytesIO(docx_of(paper, MADE)))
    ruled = [each for each in document.element.iter(f"{{{_W}}}pPr") if each.find(f"{{{_W}}}pBdr") is not None]
    assert len(ruled) == 3  # under the issuer, the motto and the subject
    for properties in ruled:
        names = [each.tag.rpartition("}")[2] for each in properties]
        assert names == [name for name in ("keepNext", "pBdr", "spacing", "ind", "jc") if name in names]


def test_every_vietnamese_letter_is_printed_and_read_back() -> None:
    letters = unicodedata.normalize("NFC", EVERY_LETTER + EVERY_LETTER.upper() + "đĐ")
    assert unprintable(letters) == ""
    content = parts(DocumentKind.MINUTES) | {"matter": " ".join(letters)}
    words = text_of_pdf(pdf_of(compose(DocumentKind.MINUTES, "", content), MADE))
    assert set(letters) <= set(words)


def test_what_the_font_lacks_is_known() -> None:
    assert unprintable("Chào 😀 bạn 漢\n") == "😀漢"


def test_a_long_text_goes_on_over_pages_with_their_numbers() -> None:
    content = parts(DocumentKind.NOTICE) | {"conclusion": "\n".join(["Nội dung rất dài của kết luận. " * 6] * 40)}
    pages = pypdf.PdfReader(io.BytesIO(pdf_of(compose(DocumentKind.NOTICE, "1/TB-X", content), MADE))).pages
    assert len(pages) >= 3
    starts = [page.extract_text().lstrip()[:1] for page in pages]
    assert starts[1:3] == ["2", "3"]
    assert starts[0] != "1"


def test_an_empty_draft_can_be_printed() -> None:
    for kind in DocumentKind:
        paper = compose(kind, "", {}, draft=True)
        assert "DỰ THẢO" in text_of_pdf(pdf_of(paper, MADE))
        document = docx.Document(io.BytesIO(docx_of(paper, MADE)))
        assert "DỰ THẢO" in document.sections[0].first_page_header.paragraphs[0].text
