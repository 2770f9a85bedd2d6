"""What was put right after a recording was sealed: signed entries beside the manifest, never instead of it.

For `server/`: who may correct is decided there; then, in a thread, because it waits for the disk,

    key = signing_key(settings.signing_directory, now)          # recordings.keys
    done = append(folder, Correction(by="thuky", reason="…", mark=2, now=ChapterTimes(…)), key, now)

A page that has seconds of the playable file asks `recordings.correcting.correction_of` for the Correction.
`mark` is the chapter's place in `manifest.chapters` (from 0); None adds a chapter, which gets the next number.
`now=None` withdraws one. What stood there before is filled in by `append`, so that both stay readable. The entry
that comes back carries its `number` and `line_sha256`: note both in the audit log, for that is the word of another
witness if somebody puts the whole file back to an earlier state. `read(folder)` gives all entries, oldest first,
and `corrected(manifest.chapters, entries)` the marks as they stand now; `recordings.chapters.mapped` puts marks on
the time line of the playable file. What is drawn from a recording (thumbnails, captions) does not belong into its
folder: `verify` reports every file there that the manifest does not name.

The file: one line for each entry, `KEY-ID SIGNATURE JSON`, the signature (Ed25519, base64) over the very bytes of
the JSON; each JSON carries the SHA-256 of the whole line before it, the first that of manifest.json. The last line
closes it with the number of entries, so that one cannot be taken away from the end either. It is replaced as a
whole. Entries of another kind stand in the same chain: late sources (`recordings.late`), which `add_late` adds.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from recordings.keys import PublicKeys, SigningKey
from recordings.late import Late, LateEntry, late_of, next_file, put_beside
from recordings.manifest import ChapterEntry, Manifest
from recordings.store import MANIFEST, Folder, replace_file, sha256_of, sync_directory
from signaling.ports import ChapterMark

CORRECTIONS = "corrections.log"
LONGEST = 4_000  # bytes of a line; a reason is a sentence or two


class CorrectionsDamaged(ValueError):
    """The file is not what was written; nothing is added to it, and `verify` says more."""


class CorrectionRefused(ValueError):
    """The entry is wrong; the text says what came and what is allowed."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChapterTimes(_Model):
    """Wall clock, seconds since the epoch, as in a mark. `label` carries no names."""

    item: int
    label: Annotated[str, Field(max_length=300)]
    started_at: float
    ended_at: float | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.ended_at is not None and self.ended_at <= self.started_at:
            raise ValueError(f"the chapter ends ({self.ended_at}) before it begins ({self.started_at})")
        return self


class Correction(_Model):
    """`by`: the login of who corrects; `reason`: a sentence without names."""

    by: Annotated[str, Field(min_length=1, max_length=80)]
    reason: Annotated[str, Field(min_length=1, max_length=1_000)]
    mark: Annotated[int, Field(ge=0)] | None
    now: ChapterTimes | None


class Entry(Correction):
    kind: Literal["correction"] = "correction"
    recording: str
    number: Annotated[int, Field(ge=1)]
    made_at: AwareDatetime
    was: ChapterTimes | None
    follows: str  # SHA-256 of the line before; of manifest.json for the first


AnyEntry = Entry | LateEntry
_ENTRIES: TypeAdapter[AnyEntry] = TypeAdapter(Annotated[AnyEntry, Field(discriminator="kind")])


class Closing(_Model):
    kind: Literal["closing"] = "closing"
    recording: str
    count: Annotated[int, Field(ge=0)]
    closed_at: AwareDatetime
    follows: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands in the file. `text` is what was signed."""

    key: str
    signature: bytes
    text: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.bytes).hexdigest()

    @property
    def bytes(self) -> bytes:
        return b" ".join((self.key.encode(), base64.b64encode(self.signature), self.text)) + b"\n"

    def is_signed(self, keys: PublicKeys) -> bool:
        key = keys.find(self.key)
        return key is not None and key.holds(self.signature, self.text)


@dataclass(frozen=True, slots=True)
class Written:
    entry: AnyEntry
    line_sha256: str


def closing_line(recording: str, follows: str, count: int, key: SigningKey, at: datetime) -> Line:
    return _signed(Closing(recording=recording, count=count, closed_at=at, follows=follows), key)


def append(path: Path, correction: Correction, key: SigningKey, at: datetime) -> Written:
    """`path`: the recording's folder.

    Raises CorrectionRefused, CorrectionsDamaged, UnreadableManifest, OSError."""

    def made(manifest: Manifest, entries: Sequence[AnyEntry], place: _Place) -> AnyEntry:
        was = _stood(corrected(manifest.chapters, entries), correction)
        return Entry(**correction.model_dump(), was=was, **vars(place))

    with _locked(path):
        return _add(path, made, key, at)


def add_late(path: Path, late: Late, source: Path, key: SigningKey, at: datetime) -> Written:
    """`source` is copied into the recording's folder and named there by a signed entry; where that very file was
    added before, that entry comes back. Blocks for as long as copying takes.

    Raises CorrectionRefused, CorrectionsDamaged, UnreadableManifest, OSError."""

    def made(manifest: Manifest, entries: Sequence[AnyEntry], place: _Place) -> AnyEntry:
        return LateEntry(**late.model_dump(), file=next_file(late_of(entries)), **vars(place))

    with _locked(path):
        _sealed(path)
        entries = read(path)
        for line, entry in zip(read_lines(path), entries, strict=False):
            if isinstance(entry, LateEntry) and entry.sha256 == late.sha256:
                return Written(entry, line.sha256)
        before = late_of(entries)
        put_beside(source, path / next_file(before))
        sync_directory(path)
        return _add(path, made, key, at)


@dataclass(frozen=True)
class _Place:
    """Where an entry stands."""

    recording: str
    number: int
    made_at: datetime
    follows: str


def _add(
    path: Path, made: Callable[[Manifest, Sequence[AnyEntry], _Place], AnyEntry], key: SigningKey, at: datetime
) -> Written:
    """Needs the lock."""
    manifest = _sealed(path)
    if not (path / CORRECTIONS).exists() and manifest.key:
        raise CorrectionsDamaged(f"{path / CORRECTIONS} is missing")
    lines = read_lines(path)
    entries = entries_of(lines, sha256_of(path / MANIFEST))
    last = lines[len(entries) - 1].sha256 if entries else sha256_of(path / MANIFEST)
    entry = made(manifest, entries, _Place(manifest.recording, len(entries) + 1, at, last))
    line = _signed(entry, key)
    if len(line.bytes) > LONGEST:
        raise CorrectionRefused(f"the entry takes {len(line.bytes)} bytes; allowed are {LONGEST}")
    closing = closing_line(manifest.recording, line.sha256, entry.number, key, at)
    kept = lines[: len(entries)]
    replace_file(path / CORRECTIONS, b"".join(each.bytes for each in (*kept, line, closing)))
    return Written(entry, line.sha256)


def _sealed(path: Path) -> Manifest:
    manifest = Folder(path).load()
    if manifest is None or manifest.state != "sealed":
        raise CorrectionRefused(f"{path.name} is not sealed; a recording is added to after it was sealed")
    return manifest


def read(path: Path) -> tuple[AnyEntry, ...]:
    """All entries, oldest first; their chain is checked, their signatures only by `verify`.

    Raises CorrectionsDamaged and OSError.
    """
    if not (path / CORRECTIONS).exists():
        return ()
    return entries_of(read_lines(path), sha256_of(path / MANIFEST))


def corrected(chapters: Sequence[ChapterEntry], entries: Sequence[AnyEntry]) -> list[ChapterMark | None]:
    """The marks as they stand now, at their numbers; None where one was withdrawn."""
    marks: list[ChapterMark | None] = [chapter.mark for chapter in chapters]
    for entry in entries:
        if not isinstance(entry, Entry):
            continue
        before = None if entry.mark is None else marks[entry.mark]
        mark = _mark(entry.now, before or _of_item(chapters, entry.now)) if entry.now else None
        if entry.mark is None:
            marks.append(mark)
        else:
            marks[entry.mark] = mark
    return marks


def read_lines(path: Path) -> list[Line]:
    """Raises CorrectionsDamaged for what is no such line."""
    data = (path / CORRECTIONS).read_bytes() if (path / CORRECTIONS).exists() else b""
    lines = []
    for number, raw in enumerate(data.splitlines(keepends=True), 1):
        parts = raw.rstrip(b"\n").split(b" ", 2)
        try:
            key, signature, text = parts
            line = Line(key.decode("ascii"), base64.b64decode(signature, validate=True), text)
        except ValueError:
            raise CorrectionsDamaged(f"line {number} is none of ours") from None
        if line.bytes != raw:
            raise CorrectionsDamaged(f"line {number} breaks off")
        lines.append(line)
    return lines


def entries_of(lines: Sequence[Line], manifest_sha256: str) -> tuple[AnyEntry, ...]:
    """Checks the chain and the closing line; no signature. Raises CorrectionsDamaged."""
    if not lines:
        return ()
    entries: list[AnyEntry] = []
    follows = manifest_sha256
    for line in lines[:-1]:
        try:
            entry = entry_in(line)
        except ValidationError:
            raise CorrectionsDamaged(f"entry {len(entries) + 1} is none of ours") from None
        if entry.number != len(entries) + 1 or entry.follows != follows:
            raise CorrectionsDamaged(f"entry {len(entries) + 1} does not follow what stands before it")
        entries.append(entry)
        follows = line.sha256
    try:
        closing = Closing.model_validate_json(lines[-1].text)
    except ValidationError:
        raise CorrectionsDamaged("the line that closes the file is missing") from None
    if closing.count != len(entries) or closing.follows != follows:
        raise CorrectionsDamaged(f"{closing.count} corrections were written, {len(entries)} are here")
    return tuple(entries)


def entry_in(line: Line) -> AnyEntry:
    """Raises ValidationError."""
    return _ENTRIES.validate_json(line.text)


def _stood(marks: Sequence[ChapterMark | None], correction: Correction) -> ChapterTimes | None:
    if correction.mark is None:
        if correction.now is None:
            raise CorrectionRefused("came neither a chapter nor its times; one of both is needed")
        return None
    if correction.mark >= len(marks):
        raise CorrectionRefused(f"came chapter {correction.mark}; there are {len(marks)}, counted from 0")
    mark = marks[correction.mark]
    if mark is None:
        return None
    return ChapterTimes(item=mark.item, label=mark.label, started_at=mark.started_at, ended_at=mark.ended_at)


def _of_item(chapters: Sequence[ChapterEntry], times: ChapterTimes | None) -> ChapterMark | None:
    return next((c.mark for c in chapters if times is not None and c.mark.item == times.item), None)


def _mark(times: ChapterTimes, like: ChapterMark | None) -> ChapterMark:
    """`like`: the chapter it was, or another one of the item; petitions and position are the item's own."""
    same = like if like is not None and like.item == times.item else None
    return ChapterMark(
        item=times.item,
        position=same.position if same else 0,
        label=times.label,
        petitions=same.petitions if same else (),
        started_at=times.started_at,
        ended_at=times.ended_at,
        closed=same.closed if same else False,
    )


def _signed(content: BaseModel, key: SigningKey) -> Line:
    text = content.model_dump_json().encode()
    return Line(key.id, key.sign(text), text)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
