"""The cover sheet that goes with a clip: the proof on paper, to be filed with it and compared by eye.

In Vietnamese, as all papers of the office; numbers of 64 letters in groups of eight.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from recordings.clip_proof import Proof
from server.documents.files import as_pdf
from server.documents.letterheads import Letterheads
from server.documents.paper import Block, Head, Heading, Paper, Paragraph, Signature, Signatures, Title
from server.documents.vietnamese import day_words, hour_words
from server.web.languages import local_day


def cover_for(letterheads: Letterheads) -> Callable[[Proof], bytes]:
    return lambda proof: as_pdf(paper_of(proof, letterheads), proof.exported_at)


def paper_of(proof: Proof, letterheads: Letterheads) -> Paper:
    day = local_day(proof.exported_at)
    head = letterheads.on(day)
    place = f"{head.place}, {day_words(day)}" if head.place else day_words(day)
    blocks: list[Block] = [
        Head(head.superior, head.issuer, "", place),
        Title("PHIẾU KÈM TRÍCH ĐOẠN BẢN GHI", "Buổi tiếp công dân có ghi âm, ghi hình"),
        Heading("1. Trích đoạn"),
        Paragraph(f"Bản ghi: {proof.recording}"),
        *([Paragraph(f"Nội dung: {proof.title}")] if proof.title else []),
        *(Paragraph(_cut(number, proof)) for number in range(len(proof.cuts))),
        *([Paragraph(_withheld(proof.withheld_s))] if proof.withheld_s else []),
        Heading("2. Việc trích xuất"),
        Paragraph(f"Người trích xuất (tài khoản): {proof.exported_by}; lúc {_moment(proof.exported_at)}"),
        Paragraph(f"Lý do: {proof.reason}"),
        Heading("3. Căn cứ đối chiếu (SHA-256)"),
        *_hash(f"Tệp {proof.clip.file} ({proof.clip.bytes:,} byte)".replace(",", "."), proof.clip.sha256),
        *_hash("Bảng kê của bản ghi gốc", proof.manifest_sha256),
        Paragraph(f"Khóa ký số của hệ thống: {_groups(proof.key)}"),
        Paragraph(
            "Kiểm tra không cần mạng: tiepdan recordings verify THƯ-MỤC --keys keys.json; hoặc bằng openssl với"
            " clip.json, clip.sig và khóa công khai."
        ),
        Signatures(
            Signature("NGƯỜI NHẬN", "(Ký, ghi rõ họ tên)", ""),
            Signature("NGƯỜI TRÍCH XUẤT", "(Ký, ghi rõ họ tên)", ""),
        ),
    ]
    return Paper("Phiếu kèm trích đoạn bản ghi", tuple(blocks))


def _cut(number: int, proof: Proof) -> str:
    cut = proof.cuts[number]
    name = "Đoạn ghi" if len(proof.cuts) == 1 else f"Đoạn ghi thứ {number + 1}"
    return (
        f"{name}: từ {_clock(cut.source.starts_s)} đến {_clock(cut.source.ends_s)} của tệp gốc;"
        f" bắt đầu lúc {_moment(cut.clock)}"
    )


def _withheld(seconds: float) -> str:
    return (
        f"Đã lược bỏ {_clock(seconds)} thuộc nội dung không được cung cấp theo quy định về bảo mật;"
        " phần còn lại giữ nguyên, không mã hóa lại."
    )


def _hash(what: str, sha256: str) -> list[Block]:
    return [Paragraph(f"{what}:"), Paragraph(_groups(sha256), centred=True)]


def _groups(digits: str) -> str:
    return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))


def _moment(moment: datetime) -> str:
    return f"{hour_words(moment, seconds=True)}, {day_words(local_day(moment))}"


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
