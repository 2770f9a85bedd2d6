"""Seals an ended recording: chapters mapped, the playable file built under a temporary name, the manifest closed
and signed. manifest.sig is the Ed25519 signature, 64 bytes, over the very bytes of manifest.json; openssl checks
it without a line of ours:

    openssl pkeyutl -verify -pubin -inkey KEY.pem -rawin -in manifest.json -sigfile manifest.sig

May be stopped and begun anew at any point; a sealed recording is only reported again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

from recordings.chapters import chapter_spans, mapped
from recordings.corrections import CORRECTIONS, closing_line
from recordings.gathering import gather, remove_spare
from recordings.isolated.journal import take_in
from recordings.items import GapReason
from recordings.keys import signing_key
from recordings.manifest import GapEntry, Manifest, Playable, SegmentEntry
from recordings.playable import build, form_for
from recordings.recovery import is_playable
from recordings.store import MANIFEST, SIGNATURE, Folder, replace_file, sha256_of, sync_directory, text_of
from signaling.ports import RecordingSealed

log = logging.getLogger(__name__)


def seal(folder: Folder, signing: Path, stop: threading.Event) -> RecordingSealed:
    """Blocks for as long as copying the recording takes; run it in a thread. `signing`: the keys' directory.

    Raises OSError, av.error.FFmpegError, ValueError (no manifest, a damaged one, no key), SealingStopped.
    """
    manifest = folder.load()
    if manifest is None:
        raise ValueError("there is no manifest")
    if manifest.state == "open":
        _close(folder, manifest, signing, stop)
    return report(manifest)


def report(manifest: Manifest) -> RecordingSealed:
    """What control is told of a sealed recording."""
    playable = manifest.playable
    return RecordingSealed(
        recording=manifest.recording,
        reception=manifest.reception,
        file=playable.file if playable else "",
        media_type=playable.media_type if playable else "",
        started_at=manifest.segments[0].started_epoch if manifest.segments else None,
        seconds=playable.seconds if playable else 0.0,
        bytes=playable.bytes if playable else 0,
        video_frames=playable.video_frames if playable else 0,
        audio_seconds=playable.audio_seconds if playable else 0.0,
        segments=len(manifest.segments),
        gaps=len(manifest.gaps),
        chapters=chapter_spans(manifest.chapters),
    )


def _close(folder: Folder, manifest: Manifest, signing: Path, stop: threading.Event) -> None:
    gather(folder, manifest)
    take_in(folder, manifest)
    segments = _readable(folder, manifest)
    marks = [chapter.mark for chapter in manifest.chapters]
    manifest.chapters = mapped(marks, segments)
    if segments:
        form = form_for(segments)
        part = folder.path / f"{form.file}.part"
        try:
            counts = build(part, folder.path, segments, manifest.chapters, form, stop)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            digest = sha256_of(part)
            part.rename(folder.path / form.file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_directory(folder.path)
        manifest.playable = Playable(
            file=form.file,
            media_type=form.media_type,
            sha256=digest,
            bytes=(folder.path / form.file).stat().st_size,
            seconds=round(sum(segment.seconds for segment in segments), 6),
            video_frames=counts.video_frames,
            audio_seconds=counts.audio_seconds,
        )
    manifest.state = "sealed"
    _sign(folder, manifest, signing)


def _sign(folder: Folder, manifest: Manifest, signing: Path) -> None:
    """The manifest comes last: until it says "sealed", all of this is made anew after a crash."""
    at = datetime.now(UTC)
    key = signing_key(signing, at)
    manifest.saves += 1
    manifest.sealed_at, manifest.key = round(at.timestamp(), 3), key.id
    text = text_of(manifest)
    follows = hashlib.sha256(text).hexdigest()
    replace_file(folder.path / CORRECTIONS, closing_line(manifest.recording, follows, 0, key, at).bytes)
    replace_file(folder.path / SIGNATURE, key.sign(text))
    replace_file(folder.path / MANIFEST, text)
    remove_spare(folder)


def _readable(folder: Folder, manifest: Manifest) -> list[SegmentEntry]:
    """The segments that can be played; what cannot is noted as a gap, and stays in the manifest as evidence."""
    readable = []
    for segment in manifest.segments:
        path = folder.path / segment.file
        if segment.seconds > 0 and path.is_file() and is_playable(path):
            readable.append(segment)
        else:
            log.error("segment %s of recording %s cannot be played", segment.file, folder.name)
            to = max(segment.ended_epoch, segment.started_epoch + 0.001)
            gap = GapEntry(from_=segment.started_epoch, to=to, reason=GapReason.SEGMENT_UNREADABLE)
            if gap not in manifest.gaps:  # each for itself: which segments are meant is told by where they began
                manifest.gaps.append(gap)
    return readable
