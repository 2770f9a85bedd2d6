"""The certificate of a destruction as a paper. In Vietnamese, as all papers of the office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from server.documents.letterheads import Letterhead
from server.documents.paper import Block, Head, Heading, Paper, Paragraph, Signature, Signatures, Title
from server.documents.vietnamese import day_words, hour_words
from server.review.clocks import clock
from server.review.removing import IN_ARCHIVE, Listed
from server.web.languages import local_day

_PLACES = {1: " (đĩa dự phòng)", IN_ARCHIVE: " (kho lưu trữ)"}
NAME = "Giấy chứng nhận tiêu hủy bản ghi"


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A clip that was exported while the recording was there; it is not called back by this."""

    at: datetime
    by: str
    spans: list[list[float]]
    sha256: str


@dataclass(frozen=True, slots=True)
class Certified:
    head: Letterhead
    number: int  # in its year
    recording: str
    title: str
    recorded_at: datetime
    seconds: float
    gaps: int
    last_day: date
    ground: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str
    confirmed_at: datetime
    destroyed_at: datetime
    files: tuple[Listed, ...]
    handed_out: tuple[HandedOut, ...]

    @property
    def symbol(self) -> str:
        """Such as 01/2026/CNTH-BTCD."""
        office = f"CNTH-{self.head.symbol}" if self.head.symbol else "CNTH"
        return f"{self.number:02}/{local_day(self.destroyed_at).year}/{office}"


def paper_of(of: Certified) -> Paper:
    head, day = of.head, day_words(local_day(of.destroyed_at))
    blocks: list[Block] = [
        Head(head.superior, head.issuer, f"Số: {of.symbol}", f"{head.place}, {day}" if head.place else day),
        Title("GIẤY CHỨNG NHẬN TIÊU HỦY", "Bản ghi âm, ghi hình buổi tiếp công dân"),
        Heading("1. Bản ghi"),
        Paragraph(f"Buổi tiếp: {of.title}; ghi từ {_moment(of.recorded_at)}"),
        Paragraph(f"Bản ghi: {of.recording}; thời lượng {clock(of.seconds)}; số chỗ không ghi được: {of.gaps}"),
        Heading("2. Thời hạn lưu và căn cứ"),
        Paragraph(f"Hết thời hạn lưu: {day_words(of.last_day)}"),
        *([Paragraph(f"Căn cứ: {of.ground}")] if of.ground else []),
        Paragraph(f"Lý do tiêu hủy: {of.reason}"),
        Heading("3. Người đề nghị, người quyết định"),
        Paragraph(f"Người đề nghị: {of.proposed_by}; lúc {_moment(of.proposed_at)}"),
        Paragraph(f"Người quyết định: {of.confirmed_by}; lúc {_moment(of.confirmed_at)}"),
        Paragraph(f"Xóa xong tệp cuối cùng: {_moment(of.destroyed_at)}"),
        Heading(
            f"4. Danh mục tệp đã tiêu hủy ({len(of.files)} tệp, {_bytes(sum(f.bytes for f in of.files))}), SHA-256"
        ),
        *_files(of.files),
        Heading("5. Trích đoạn đã cung cấp trước khi tiêu hủy"),
        *_clips(of.handed_out),
        Signatures(
            Signature("NGƯỜI ĐỀ NGHỊ", "(Ký tên)", of.proposed_by),
            Signature("NGƯỜI QUYẾT ĐỊNH", "(Ký tên)", of.confirmed_by),
        ),
    ]
    return Paper(f"{NAME} {of.symbol}", tuple(blocks))


def _files(files: tuple[Listed, ...]) -> Iterator[Block]:
    if not files:
        yield Paragraph("Không còn tệp nào khi tiến hành tiêu hủy.")
    for each in files:
        where = _PLACES.get(each.place, "")
        yield Paragraph(f"{each.name}{where}, {_bytes(each.bytes)}:")
        yield Paragraph(_groups(each.sha256) if each.sha256 else "(liên kết, không có nội dung)", centred=True)


def _clips(clips: tuple[HandedOut, ...]) -> Iterator[Block]:
    if not clips:
        yield Paragraph("Không có.")
    for each in clips:
        spans = ", ".join(f"từ {clock(starts)} đến {clock(ends)}" for starts, ends in each.spans)
        yield Paragraph(f"{spans}; {each.by} trích xuất lúc {_moment(each.at)}; SHA-256:")
        yield Paragraph(_groups(each.sha256), centred=True)


def _bytes(count: int) -> str:
    return f"{count:,} byte".replace(",", ".")


def _groups(digits: str) -> str:
    return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))


def _moment(moment: datetime) -> str:
    return f"{hour_words(moment, seconds=True)}, {day_words(local_day(moment))}"
