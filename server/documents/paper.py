"""A document as it is laid out, before it is a file: blocks in order, the same for DOCX and PDF.

The shape is that of Decree 30/2020/NĐ-CP, Appendix I. Sizes are in points, lengths in millimetres.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.documents.kinds import KINDS
from server.documents.tables import DocumentKind

PAGE = (210.0, 297.0)
MARGINS = (20.0, 15.0, 20.0, 30.0)
"""Top, right, bottom, left: 20-25, 15-20, 20-25, 30-35 are allowed."""
LEFT_COLUMN, RIGHT_COLUMN = 70.0, 95.0
TEXT, SMALL, FOOT, FOOT_LIST = 14, 12, 12, 11
FIRST_LINE = 10.0  # 1 cm or 1.27 cm are allowed
AFTER_PARAGRAPH = 6  # points, at least
LINE = 1.15  # 1.0 to 1.5 are allowed
SIGNATURE_SPACE = 25.0
STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
DOTTED = "……"
"""A run of dots is written on by hand: its line is not stretched to the margin."""
MOTTO = "Độc lập - Tự do - Hạnh phúc"
DRAFT = "DỰ THẢO"


@dataclass(frozen=True, slots=True)
class Head:
    """`number`: the line under the issuing body; `about`: the subject of a letter, under the number."""

    superior: str
    issuer: str
    number: str
    place_and_day: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Title:
    name: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    centred: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """`note`: under the post, in brackets. `name`: empty where only the signature is asked for."""

    post: str
    note: str
    name: str
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Two beside each other; `recipients` stand in the place of the left one."""

    left: Signature | None
    right: Signature | None
    recipients: tuple[str, ...] = ()


Block = Head | Title | Heading | Paragraph | Signatures


@dataclass(frozen=True, slots=True)
class Paper:
    """`title`: of the file. A draft says on every page that it is one."""

    title: str
    blocks: tuple[Block, ...]
    draft: bool = False


def compose(kind: DocumentKind, symbol: str, content: Mapping[str, str], *, draft: bool = False) -> Paper:
    """`content` may lack any part: a draft is shown as far as it is."""
    composer = _Composer(kind, symbol, content)
    title, blocks = _LAYOUTS[kind](composer)
    return Paper(title, tuple(blocks), draft)


class _Composer:
    def __init__(self, kind: DocumentKind, symbol: str, content: Mapping[str, str]) -> None:
        self._kind, self._symbol, self._content = kind, symbol, content

    def said(self, name: str) -> str:
        return self._content.get(name, "")

    def lines(self, *names: str) -> list[Block]:
        """Each line of the parts a paragraph of its own."""
        return [Paragraph(line) for name in names for line in self.said(name).split("\n") if line.strip()]

    def part(self, heading: str, name: str) -> list[Block]:
        return [Heading(heading), *self.lines(name)]

    def head(self, about: str = "") -> Head:
        number = f"Số: {self._symbol}" if self._symbol else ""
        if not number and KINDS[self._kind].numbered:
            number = f"Số:        /{KINDS[self._kind].abbreviation}"
        return Head(self.said("superior"), self.said("issuer"), number, self.said("place_and_day"), about)

    def signed(self) -> Signatures:
        recipients = tuple(line for line in self.said("recipients").split("\n") if line.strip())
        right = Signature(self.said("signer_post"), "", self.said("signer"), self.said("authority"))
        return Signatures(None, right, recipients)


def _minutes(of: _Composer) -> tuple[str, list[Block]]:
    sign = "(Ký, ghi rõ họ tên)"
    return "Biên bản tiếp công dân", [
        of.head(),
        Title("BIÊN BẢN", "Tiếp công dân"),
        *of.lines("opening"),
        Heading("I. THÀNH PHẦN THAM DỰ"),
        *of.part("1. Người chủ trì và các thành viên:", "composition"),
        *of.part("2. Người được tiếp:", "received"),
        Paragraph("Số định danh cá nhân/Hộ chiếu: ……………………… cấp ngày …/…/…… nơi cấp: ………………"),
        Paragraph("Số điện thoại: ………………………"),
        Heading("II. NỘI DUNG"),
        *of.part("1. Nội dung trình bày:", "matter"),
        *of.part("2. Yêu cầu, đề nghị:", "request"),
        *of.part("3. Tài liệu cung cấp:", "papers"),
        Heading("III. Ý KIẾN VÀ KẾT LUẬN"),
        *of.part("1. Ý kiến của các thành viên, các điểm cầu:", "opinions"),
        *of.part("2. Kết luận của người chủ trì:", "conclusion"),
        *of.part("3. Ý kiến của người được tiếp:", "citizen_opinion"),
        *of.part("IV. TÌNH TRẠNG ĐƯỜNG TRUYỀN", "link"),
        *of.lines("closing"),
        Signatures(
            Signature("NGƯỜI ĐƯỢC TIẾP", sign, ""), Signature("NGƯỜI CHỦ TRÌ", "(Ký tên)", of.said("host"))
        ),
        Signatures(
            Signature("NGƯỜI THAM DỰ", sign, ""), Signature("NGƯỜI GHI BIÊN BẢN", "(Ký tên)", of.said("writer"))
        ),
    ]


def _notice(of: _Composer) -> tuple[str, list[Block]]:
    return "Thông báo kết luận", [
        of.head(),
        Title("THÔNG BÁO", of.said("subject")),
        *of.lines("opening"),
        *of.part("1. Nội dung kết luận:", "conclusion"),
        *of.part("2. Giao nhiệm vụ:", "tasks"),
        *of.lines("closing"),
        of.signed(),
    ]


def _urging(of: _Composer) -> tuple[str, list[Block]]:
    return "Công văn đôn đốc", [
        of.head(of.said("subject")),
        Paragraph(f"Kính gửi: {of.said('addressee')}", centred=True),
        *of.lines("matter", "standing", "demand"),
        of.signed(),
    ]


def _appointment(of: _Composer) -> tuple[str, list[Block]]:
    return "Phiếu hẹn", [
        of.head(),
        Title("PHIẾU HẸN"),
        *of.lines("received"),
        Paragraph("Được hẹn đến làm việc về nội dung sau:"),
        *of.lines("matter"),
        Paragraph(f"Thời gian: {of.said('when')}."),
        Paragraph(f"Địa điểm: {of.said('where')}."),
        Paragraph(f"Khi đến đề nghị mang theo: {of.said('bring')}"),
        Signatures(
            Signature("NGƯỜI ĐƯỢC HẸN", "(Ký, ghi rõ họ tên)", ""),
            Signature("NGƯỜI TIẾP CÔNG DÂN", "(Ký tên)", of.said("writer")),
        ),
    ]


def _nobody_came(of: _Composer) -> tuple[str, list[Block]]:
    return "Biên bản không có công dân tới", [
        of.head(),
        Title("BIÊN BẢN", "Tiếp công dân (không có công dân tới)"),
        *of.lines("opening"),
        *of.part("Thành phần:", "composition"),
        *of.lines("matter", "closing"),
        Signatures(
            Signature("NGƯỜI GHI BIÊN BẢN", "(Ký tên)", of.said("writer")),
            Signature("NGƯỜI CHỦ TRÌ", "(Ký tên)", of.said("host")),
        ),
    ]


_LAYOUTS = {
    DocumentKind.MINUTES: _minutes,
    DocumentKind.NOTICE: _notice,
    DocumentKind.URGING: _urging,
    DocumentKind.APPOINTMENT: _appointment,
    DocumentKind.NOBODY_CAME: _nobody_came,
}
