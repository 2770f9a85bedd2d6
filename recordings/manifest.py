"""The manifest: what one recording consists of, what is known to be missing, and the hashes that chain it.

Pure model. Times are wall-clock seconds since the epoch unless a name says otherwise; `store` keeps it on disk.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from signaling.ports import ChapterMark
from signaling.wire.rtp import VideoCodec

WAITING = "no_media"
UNREADABLE = "segment_unreadable"
WAITING_S = 2.0  # the first picture of a stage takes this long at most; only more is missing media
JOIN_S = 0.5  # gaps of one reason and track closer than this are one

Sha256 = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class OpenSegment(_Part):
    """The segment being written; found at a start of the process, it was left by a crash."""

    file: str
    started_at: float


class FileEntry(_Part):
    file: str
    started_at: str  # ISO 8601, UTC
    started_epoch: float
    seconds: float
    bytes: int
    sha256: Sha256
    previous_sha256: Sha256  # of the segment before; empty for the first
    tracks: tuple[str, ...]
    codec: VideoCodec | Literal[""]  # empty: no video
    video_frames: int
    whole: bool = True  # False: left by a crash, kept as it was found

    @property
    def ended_epoch(self) -> float:
        return self.started_epoch + self.seconds


class SegmentEntry(FileEntry):
    audio_seconds: float  # of the mix


class GapEntry(_Part):
    from_: float = Field(alias="from")
    to: float
    reason: str
    track: str = "all"


class OpenGap(_Part):
    """Nothing is recorded since then. Becomes a `GapEntry` when the next segment begins."""

    from_: float = Field(alias="from")
    reason: str


SourceName = Literal["desk", "floor", "document"]


class IsolatedEntry(FileEntry):
    """A file of one isolated source. It never holds two cameras; whose it is, the reception's record says."""

    continues: bool = False  # the camera of the file before, without a break between them


class IsolatedSource(BaseModel):
    """The picture of one slot for itself, whenever there was one, with the sound that belongs to it."""

    model_config = ConfigDict(extra="forbid")

    source: SourceName
    segments: list[IsolatedEntry] = []
    gaps: list[GapEntry] = []  # pictures that came and are not there; when none came, there is no segment either
    writing: OpenSegment | None = None

    @property
    def last_sha256(self) -> str:
        return self.segments[-1].sha256 if self.segments else ""

    def next_file(self) -> str:
        return f"{self.source}-{len(self.segments) + 1:04d}.mkv"

    def note_gap(self, from_: float, to: float, reason: str) -> None:
        note_gap(self.gaps, from_, to, reason, self.source)


class Span(_Part):
    """Seconds of the playable file."""

    starts_s: float
    ends_s: float


class ChapterEntry(_Part):
    mark: ChapterMark
    spans: tuple[Span, ...] = ()


class Playable(_Part):
    """What the reviewer plays: all segments one after another, remuxed, never transcoded."""

    file: str
    media_type: str
    sha256: Sha256
    bytes: int
    seconds: float
    video_frames: int
    audio_seconds: float


class Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    software: str
    recording: str
    reception: int
    state: Literal["open", "sealed"] = "open"
    ended_at: float | None = None  # when it was told to end
    end_reason: str = ""
    saves: int = (
        0  # of two manifests of one recording, on two disks, the one that was saved more often is the last
    )
    sealed_at: float | None = None
    key: str = ""  # number of the key that signed; empty: sealed before recordings were signed
    writing: OpenSegment | None = None
    missing: OpenGap | None = None
    segments: list[SegmentEntry] = []
    gaps: list[GapEntry] = []
    chapters: list[ChapterEntry] = []
    playable: Playable | None = None
    isolated: list[IsolatedSource] = []  # taken in when it is sealed; `recordings.isolated.journal` before

    @property
    def seconds(self) -> float:
        return round(sum(segment.seconds for segment in self.segments), 6)

    @property
    def readable(self) -> list[SegmentEntry]:
        """Those the playable file was made of: the others were noted as gaps when it was sealed."""
        broken = [gap for gap in self.gaps if gap.reason == UNREADABLE]
        return [s for s in self.segments if s.seconds > 0 and not any(_is_middle_in(s, gap) for gap in broken)]

    @property
    def last_sha256(self) -> str:
        return self.segments[-1].sha256 if self.segments else ""

    def add_segment(self, entry: SegmentEntry) -> None:
        self.segments.append(entry)
        self.writing = None

    def next_segment_file(self) -> str:
        return f"segment-{len(self.segments) + 1:04d}.mkv"

    def note_gap(self, from_: float, to: float, reason: str, track: str = "all") -> None:
        note_gap(self.gaps, from_, to, reason, track)

    def begin_gap(self, from_: float, reason: str) -> None:
        """Nothing is recorded from here on. A gap that is open already ends here where its reason is another."""
        if self.missing is not None and self.missing.reason == reason:
            return
        if self.missing is not None:
            from_ = max(from_, self.missing.from_)
            self.end_gap(from_)
        self.missing = OpenGap(from_=from_, reason=reason)

    def end_gap(self, to: float) -> None:
        gap, self.missing = self.missing, None
        if gap is not None and (gap.reason != WAITING or to - gap.from_ > WAITING_S):
            self.note_gap(gap.from_, to, gap.reason)

    def set_marks(self, marks: tuple[ChapterMark, ...]) -> bool:
        """True where they are others than before."""
        if tuple(chapter.mark for chapter in self.chapters) == marks:
            return False
        self.chapters = [ChapterEntry(mark=mark) for mark in marks]
        return True


def _is_middle_in(segment: SegmentEntry, gap: GapEntry) -> bool:
    """Gaps of segments that follow each other became one, and adjoin the next segment to the millisecond."""
    return gap.from_ <= segment.started_epoch + segment.seconds / 2 <= gap.to


def note_gap(gaps: list[GapEntry], from_: float, to: float, reason: str, track: str) -> None:
    """Adjoining gaps of the same kind become one; an empty one is not noted."""
    if to <= from_:
        return
    for index in range(len(gaps) - 1, max(-1, len(gaps) - 8), -1):
        gap = gaps[index]
        if gap.reason == reason and gap.track == track and gap.from_ <= from_ <= gap.to + JOIN_S:
            gaps[index] = gap.model_copy(update={"to": max(to, gap.to)})
            return
    gaps.append(GapEntry(from_=from_, to=to, reason=reason, track=track))


def new_manifest(recording: str, reception: int) -> Manifest:
    return Manifest(software=software(), recording=recording, reception=reception)


def software() -> str:
    try:
        return f"tiepdan {version('tiepdan')}"
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "tiepdan"


def iso(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds")
