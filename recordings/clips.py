"""Makes a clip with its proof (`recordings.clip_proof`)."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import av

from recordings.chapters import clock_of, runs_of
from recordings.clip_proof import COVER, PROOF, PROOF_SIGNATURE, Cut, NamedFile, Proof, Wish
from recordings.cutting import Allowed, Piece, allowed_of, cut
from recordings.keys import SigningKey
from recordings.manifest import Manifest, Playable, Span, software
from recordings.store import MANIFEST, Folder, replace_file, sha256_of, sync_directory
from recordings.verifying import Advance, digest_of


class ClipRefused(ValueError):
    """The text says what came and what is allowed."""


def export(
    folder: Folder, wish: Wish, key: SigningKey, at: datetime, to: Path, cover: Callable[[Proof], bytes],
    advance: Advance = lambda count: None,
) -> tuple[Path, Proof]:  # fmt: skip
    """The clip's folder, new in `to`, and its proof. Reads the whole playable file once, to compare its hash;
    `advance` is called with each number of bytes.

    Raises ClipRefused, UnreadableManifest, OSError, av.error.FFmpegError.
    """
    manifest, manifest_sha256 = _sealed(folder)
    allowed = _allowed(manifest, wish)
    target = to / f"clip-{manifest.recording}-{int(wish.asked.starts_s):05d}"
    if target.exists():
        raise ClipRefused(f"{target} is there already; move it away, or name another directory")
    playable = _playable(manifest)
    source = folder.file(playable.file)
    if not source.is_file() or digest_of(source, advance) != playable.sha256:
        raise ClipRefused(f"{playable.file} is not what was sealed; tiepdan recordings verify {folder.path}")
    to.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=to))
    try:
        clip = making / f"clip{source.suffix}"
        pieces = cut(source, clip, allowed)
        if not pieces:
            raise ClipRefused("no picture begins in what is left of this span; nothing can be handed out of it")
        with clip.open("rb") as file:
            os.fsync(file.fileno())
        proof = _proof(manifest, manifest_sha256, wish, key, at, allowed, pieces, clip)
        paper = cover(proof)
        replace_file(making / COVER, paper)
        proof = proof.model_copy(update={"cover": named(making / COVER)})
        text = json.dumps(proof.model_dump(mode="json"), ensure_ascii=False, indent=1).encode() + b"\n"
        replace_file(making / PROOF, text)
        replace_file(making / PROOF_SIGNATURE, key.sign(text))
        making.rename(target)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    sync_directory(to)
    return target, proof


def named(path: Path) -> NamedFile:
    return NamedFile(file=path.name, sha256=sha256_of(path), bytes=path.stat().st_size)


def _sealed(folder: Folder) -> tuple[Manifest, str]:
    manifest = folder.load()
    if manifest is None or manifest.state != "sealed":
        raise ClipRefused(f"{folder.name} is not sealed; clips are cut from recordings that ended")
    return manifest, sha256_of(folder.path / MANIFEST)


def _playable(manifest: Manifest) -> Playable:
    if manifest.playable is None:
        raise ClipRefused(f"nothing was recorded in {manifest.recording}; there is nothing to cut from")
    return manifest.playable


def _allowed(manifest: Manifest, wish: Wish) -> list[Allowed]:
    seconds = _playable(manifest).seconds
    asked = wish.asked
    if not 0 <= asked.starts_s < asked.ends_s <= seconds + 0.001:
        raise ClipRefused(
            f"came {asked.starts_s:g} s to {asked.ends_s:g} s; allowed is a span in 0 s to {seconds:g} s"
        )
    allowed = allowed_of(asked, wish.withheld)
    if not allowed:
        raise ClipRefused("all of this span is confidential or in quarantine, and this account may not read it")
    return allowed


def _proof(
    manifest: Manifest, manifest_sha256: str, wish: Wish, key: SigningKey, at: datetime,
    allowed: Sequence[Allowed], pieces: Sequence[Piece], clip: Path,
) -> Proof:  # fmt: skip
    made = _playable(manifest)
    return Proof(
        software=software(),
        key=key.id,
        recording=manifest.recording,
        reception=manifest.reception,
        manifest_sha256=manifest_sha256,
        sealed_at=manifest.sealed_at,
        playable=NamedFile(file=made.file, sha256=made.sha256, bytes=made.bytes),
        segments=_segments(manifest, pieces),
        asked=wish.asked,
        title=wish.title,
        cuts=tuple(
            Cut(source=piece.source, clip_starts_s=piece.clip_starts_s, clock=_clock(manifest, piece, at))
            for piece in pieces
        ),
        withheld_s=round(_length(wish.asked) - sum(_length(each.span) for each in allowed), 3),
        clip=named(clip),
        exported_by=wish.exported_by,
        exported_at=at,
        reason=wish.reason,
    )


def _length(span: Span) -> float:
    return span.ends_s - span.starts_s


def _segments(manifest: Manifest, pieces: Sequence[Piece]) -> tuple[NamedFile, ...]:
    found, offset = [], 0.0
    for segment in manifest.readable:
        ends = offset + segment.seconds
        if any(piece.source.starts_s < ends and piece.source.ends_s > offset for piece in pieces):
            found.append(NamedFile(file=segment.file, sha256=segment.sha256, bytes=segment.bytes))
        offset = ends
    return tuple(found)


def _clock(manifest: Manifest, piece: Piece, at: datetime) -> datetime:
    """When the piece's first moment was recorded."""
    second = piece.source.starts_s
    return datetime.fromtimestamp(clock_of(second, runs_of(manifest.readable)), at.tzinfo)


FFmpegError = av.error.FFmpegError
"""For callers that handle it without knowing the library."""
