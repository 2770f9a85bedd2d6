"""A paper as DOCX, for whoever goes on with it in an office program. Times New Roman by name: such machines have
it, and where they have not, the program takes a font of the same widths."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from server.documents import paper as shape
from server.documents.paper import Head, Heading, Paper, Paragraph, Signature, Signatures, Title

_FONT = "Times New Roman"
_CENTRE = WD_ALIGN_PARAGRAPH.CENTER


def docx_of(paper: Paper, made_at: datetime) -> bytes:
    document = docx.Document()
    _set_up(document, paper, made_at)
    for block in paper.blocks:
        if isinstance(block, Head):
            _head(document, block)
        elif isinstance(block, Title):
            _title(document, block)
        elif isinstance(block, Heading):
            text = _text(document, block.text, bold=True)
            text.paragraph_format.keep_with_next = True
        elif isinstance(block, Paragraph):
            _text(document, block.text, italic=block.italic, centred=block.centred)
        else:
            _signatures(document, block)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document: Any, paper: Paper, made_at: datetime) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(length) for length in shape.PAGE)
    top, right, bottom, left = (Mm(length) for length in shape.MARGINS)
    section.top_margin, section.right_margin = top, right
    section.bottom_margin, section.left_margin = bottom, left
    section.header_distance = Mm(10)
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(shape.TEXT)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = shape.LINE
    known = document.core_properties
    known.title, known.language, known.author, known.comments = paper.title, "vi-VN", "", ""
    known.created = known.modified = made_at.astimezone(UTC).replace(tzinfo=None)
    section.different_first_page_header_footer = True
    if paper.draft:
        for header in (section.first_page_header, section.header):
            line = header.paragraphs[0]
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _run(line, shape.DRAFT, bold=True, size=shape.TEXT - 1)
    number = section.header.add_paragraph() if paper.draft else section.header.paragraphs[0]
    number.alignment = _CENTRE
    _page_number(number)


def _page_number(line: Any) -> None:
    run = line.add_run()
    run.font.size = Pt(shape.TEXT - 1)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _head(document: Any, head: Head) -> None:
    left, right = _two_cells(document, shape.LEFT_COLUMN, shape.RIGHT_COLUMN)
    lines = [_first(left)]
    if head.superior:
        _run(lines[-1], head.superior, size=12)
        lines.append(left.add_paragraph())
    _run(lines[-1], head.issuer, bold=True, size=12)
    lines.append(_rule(left, shape.LEFT_COLUMN, 0.4))
    for text, size in ((head.number, 13), (head.about, shape.SMALL)):
        if text:
            lines.append(left.add_paragraph())
            _run(lines[-1], text, size=size)
    lines.append(_first(right))
    _run(lines[-1], shape.STATE, bold=True, size=12)
    lines.append(right.add_paragraph())
    _run(lines[-1], shape.MOTTO, bold=True, size=13)
    lines.append(_rule(right, shape.RIGHT_COLUMN, 0.62))
    lines.append(right.add_paragraph())
    _run(lines[-1], head.place_and_day, italic=True, size=13)
    for line in lines:
        line.alignment = _CENTRE
    document.add_paragraph()


def _title(document: Any, title: Title) -> None:
    lines = [document.add_paragraph()]
    _run(lines[-1], title.name, bold=True)
    if title.subject:
        lines.append(document.add_paragraph())
        _run(lines[-1], title.subject, bold=True)
        lines.append(_rule(document, shape.LEFT_COLUMN + shape.RIGHT_COLUMN, 0.2))
    for line in lines:
        line.alignment = _CENTRE
    lines[-1].paragraph_format.space_after = Pt(2 * shape.AFTER_PARAGRAPH)


def _text(document: Any, text: str, *, bold: bool = False, italic: bool = False, centred: bool = False) -> Any:
    line = document.add_paragraph()
    justified = WD_ALIGN_PARAGRAPH.LEFT if shape.DOTTED in text else WD_ALIGN_PARAGRAPH.JUSTIFY
    line.alignment = _CENTRE if centred else justified
    line.paragraph_format.space_after = Pt(shape.AFTER_PARAGRAPH)
    if not centred:
        line.paragraph_format.first_line_indent = Mm(shape.FIRST_LINE)
    _run(line, text, bold=bold, italic=italic)
    return line


def _signatures(document: Any, block: Signatures) -> None:
    half = (shape.LEFT_COLUMN + shape.RIGHT_COLUMN) / 2
    left, right = _two_cells(document, half, half)
    if block.recipients:
        _run(_first(left), "Nơi nhận:", bold=True, italic=True, size=shape.FOOT)
        for line in block.recipients:
            _run(left.add_paragraph(), line, size=shape.FOOT_LIST)
    elif block.left is not None:
        _signature(left, block.left)
    if block.right is not None:
        _signature(right, block.right)
    document.add_paragraph()


def _signature(cell: Any, who: Signature) -> None:
    lines = [_first(cell)]
    if who.authority:
        _run(lines[-1], who.authority, bold=True)
        lines.append(cell.add_paragraph())
    _run(lines[-1], who.post, bold=True)
    if who.note:
        lines.append(cell.add_paragraph())
        _run(lines[-1], who.note, italic=True, size=shape.SMALL)
    lines[-1].paragraph_format.space_after = Mm(shape.SIGNATURE_SPACE)
    lines.append(cell.add_paragraph())
    _run(lines[-1], who.name, bold=True)
    for line in lines:
        line.alignment = _CENTRE


def _two_cells(document: Any, left: float, right: float) -> tuple[Any, Any]:
    """A row that is not torn apart by the end of a page."""
    table = document.add_table(rows=1, cols=2)
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    row = table.rows[0]
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    for cell, column, width in zip(row.cells, table.columns, (left, right), strict=True):
        cell.width = column.width = Mm(width)  # Word reads the one, other programs the other
    return row.cells[0], row.cells[1]


def _first(cell: Any) -> Any:
    return cell.paragraphs[0]


def _rule(place: Any, width: float, part: float) -> Any:
    """A line of `part` of the width, as the border of an empty paragraph."""
    line = place.add_paragraph()
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = Mm(width * (1 - part) / 2)
    line.paragraph_format.line_spacing = Pt(3)
    line.paragraph_format.space_after = Pt(3)
    borders, border = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "auto")):
        border.set(qn(f"w:{name}"), value)
    borders.append(border)
    # Word asks for the order of the schema: the border before spacing, indents and alignment.
    line._p.get_or_add_pPr().insert_element_before(borders, "w:spacing", "w:ind", "w:jc")
    return line


def _run(line: Any, text: str, *, bold: bool = False, italic: bool = False, size: int = shape.TEXT) -> None:
    run = line.add_run(text)
    run.bold, run.italic, run.font.size, run.font.name = bold, italic, Pt(size), _FONT
