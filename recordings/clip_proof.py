"""A clip with its own proof: which recording, which span, whose hashes, who exported it, when, and why.

    clip-RECORDING-STARTS/
        clip.mp4     the span, cut on key frames, nothing re-encoded (clip.webm of a VP8 recording)
        clip.json    the proof; what follows from the original stands in it by hashes
        clip.sig     the Ed25519 signature over the very bytes of clip.json
        cover.pdf    the proof on paper, to go with the copy

The proof names no other item of the reception: who is handed a clip learns of nothing else that was heard.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from recordings.manifest import Sha256, Span

PROOF, PROOF_SIGNATURE, COVER = "clip.json", "clip.sig", "cover.pdf"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NamedFile(_Model):
    file: str
    sha256: Sha256
    bytes: int


class Cut(_Model):
    """One unbroken piece: seconds of the playable file, of the clip, and the clock when it began."""

    source: Span
    clip_starts_s: float
    clock: AwareDatetime


class Proof(_Model):
    kind: Literal["clip"] = "clip"
    version: Literal[1] = 1
    software: str
    key: str
    recording: str
    reception: int
    manifest_sha256: Sha256
    sealed_at: float | None
    playable: NamedFile
    segments: tuple[NamedFile, ...]  # those the clip's pieces come from
    asked: Span
    title: str
    cuts: tuple[Cut, ...]
    withheld_s: float  # seconds of what was asked for that must not be handed out, and are not in the clip
    clip: NamedFile
    exported_by: Annotated[str, Field(min_length=1, max_length=120)]
    exported_at: AwareDatetime
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    cover: NamedFile | None = None  # made from all of the above, so it comes last


class Wish(_Model):
    """`title` carries no names. `withheld`: what must not be handed out to whom it is for; the server says it."""

    asked: Span
    title: Annotated[str, Field(max_length=300)]
    withheld: tuple[Span, ...] = ()
    exported_by: Annotated[str, Field(min_length=1, max_length=120)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
