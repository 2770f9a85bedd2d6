"""A paper as PDF. fpdf2 needs neither a display nor a library of the system; Tinos has the widths of Times New
Roman, every Vietnamese letter, and may be handed on with what is set in it (SIL Open Font License).

Fonts are cut down to the letters in use and carry their Unicode values, so that text can be searched and copied.
"""

from __future__ import annotations

import logging
from datetime import datetime

from fpdf import FPDF, Align
from fpdf.enums import XPos, YPos

from server.documents import paper as shape
from server.documents.fonts import FACES, FAMILY
from server.documents.paper import Head, Heading, Paper, Paragraph, Signature, Signatures, Title

_POINT = 25.4 / 72
logging.getLogger("fontTools").setLevel(logging.WARNING)  # its subsetter tells of every table


def add_faces(page: FPDF) -> None:
    for style, path in FACES.items():
        page.add_font(FAMILY, style, path)


def pdf_of(paper: Paper, made_at: datetime) -> bytes:
    """A second or so of work: not on the event loop."""
    page = _Page(paper, made_at)
    for block in paper.blocks:
        page.put(block)
    return bytes(page.output())


class _Page(FPDF):
    def __init__(self, paper: Paper, made_at: datetime) -> None:
        super().__init__(format="A4", unit="mm")
        self._draft = paper.draft
        top, right, bottom, left = shape.MARGINS
        self.set_margins(left, top, right)
        self.set_auto_page_break(True, bottom)
        self.set_title(paper.title)
        self.set_lang("vi")
        self.set_creation_date(made_at)
        add_faces(self)
        self.add_page()

    def header(self) -> None:
        """The number of the page from the second one on; on a draft what it is."""
        self.set_xy(self.l_margin, 10)
        if self.page_no() > 1:
            self.set_font(FAMILY, "", shape.TEXT - 1)
            self.cell(0, 6, str(self.page_no()), align=Align.C)
        if self._draft:
            self.set_xy(self.l_margin, 10)
            self.set_font(FAMILY, "B", shape.TEXT - 1)
            self.cell(0, 6, shape.DRAFT, align=Align.R)
        self.set_xy(self.l_margin, self.t_margin)

    def put(self, block: shape.Block) -> None:
        if isinstance(block, Head):
            self._head(block)
        elif isinstance(block, Title):
            self._title(block)
        elif isinstance(block, Heading):
            self._keep_together(16)
            self._text(block.text, "B")
        elif isinstance(block, Paragraph):
            self._text(block.text, "I" if block.italic else "", centred=block.centred)
        else:
            self._signatures(block)

    # --- the head --------------------------------------------------------------------------------

    def _head(self, head: Head) -> None:
        top, right_x = self.get_y(), self.l_margin + shape.LEFT_COLUMN
        if head.superior:
            self._line(self.l_margin, shape.LEFT_COLUMN, head.superior, "", 12)
        self._line(self.l_margin, shape.LEFT_COLUMN, head.issuer, "B", 12)
        self._rule(self.l_margin + shape.LEFT_COLUMN / 2, shape.LEFT_COLUMN * 0.4)
        self.ln(2)
        if head.number:
            self._line(self.l_margin, shape.LEFT_COLUMN, head.number, "", 13)
        if head.about:
            self._line(self.l_margin, shape.LEFT_COLUMN, head.about, "", shape.SMALL)
        left_end = self.get_y()
        self.set_y(top)
        self._line(right_x, shape.RIGHT_COLUMN, shape.STATE, "B", 12)
        self._line(right_x, shape.RIGHT_COLUMN, shape.MOTTO, "B", 13)
        self._rule(right_x + shape.RIGHT_COLUMN / 2, self.get_string_width(shape.MOTTO))
        self.ln(2)
        self._line(right_x, shape.RIGHT_COLUMN, head.place_and_day, "I", 13)
        self.set_y(max(left_end, self.get_y()) + 6)

    def _line(self, x: float, width: float, text: str, style: str, size: int) -> None:
        self.set_font(FAMILY, style, size)
        self.set_x(x)
        self.multi_cell(width, size * _POINT * shape.LINE, text, align=Align.C, new_x=XPos.LEFT, new_y=YPos.NEXT)

    def _rule(self, centre: float, length: float) -> None:
        y = self.get_y() + 1.2
        self.set_line_width(0.25)
        self.line(centre - length / 2, y, centre + length / 2, y)

    # --- the text --------------------------------------------------------------------------------

    def _title(self, title: Title) -> None:
        width = self.epw
        self._line(self.l_margin, width, title.name, "B", shape.TEXT)
        if title.subject:
            self._line(self.l_margin, width, title.subject, "B", shape.TEXT)
            self._rule(self.l_margin + width / 2, width / 5)
        self.ln(5)

    def _text(self, text: str, style: str, *, centred: bool = False) -> None:
        self.set_font(FAMILY, style, shape.TEXT)
        height = shape.TEXT * _POINT * shape.LINE
        if centred:
            self.multi_cell(0, height, text, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        else:
            with (
                self.text_columns(
                    text_align="L" if shape.DOTTED in text else "J", line_height=shape.LINE
                ) as column,
                column.paragraph(first_line_indent=shape.FIRST_LINE) as paragraph,
            ):
                paragraph.write(text)
        self.ln(shape.AFTER_PARAGRAPH * _POINT)

    # --- the end ---------------------------------------------------------------------------------

    def _signatures(self, block: Signatures) -> None:
        half = self.epw / 2
        self._keep_together(45)
        self.ln(2)
        top = self.get_y()
        if block.recipients:
            self._recipients(block.recipients, half)
        elif block.left is not None:
            self._signature(block.left, self.l_margin, half)
        left_end = self.get_y()
        if block.right is not None:
            self.set_y(top)
            self._signature(block.right, self.l_margin + half, half)
        self.set_y(max(left_end, self.get_y()) + 4)

    def _signature(self, who: Signature, x: float, width: float) -> None:
        if who.authority:
            self._line(x, width, who.authority, "B", shape.TEXT)
        self._line(x, width, who.post, "B", shape.TEXT)
        if who.note:
            self._line(x, width, who.note, "I", shape.SMALL)
        self.ln(shape.SIGNATURE_SPACE)
        if who.name:
            self._line(x, width, who.name, "B", shape.TEXT)

    def _recipients(self, lines: tuple[str, ...], width: float) -> None:
        self.set_font(FAMILY, "BI", shape.FOOT)
        self.multi_cell(width, shape.FOOT * _POINT * shape.LINE, "Nơi nhận:", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_font(FAMILY, "", shape.FOOT_LIST)
        for line in lines:
            self.multi_cell(
                width,
                shape.FOOT_LIST * _POINT * shape.LINE,
                line,
                align=Align.L,
                new_x=XPos.LMARGIN,
                new_y=YPos.NEXT,
            )

    def _keep_together(self, height: float) -> None:
        """What is about to be put begins on the next page where less than `height` is left of this one."""
        if self.get_y() + height > self.h - self.b_margin:
            self.add_page()
