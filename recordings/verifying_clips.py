"""Whether a clip is what was exported. Needs its folder and the public keys; the recording is not needed."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import ValidationError

from recordings.clip_proof import COVER, PROOF, PROOF_SIGNATURE, NamedFile, Proof
from recordings.findings import Finding, Part, Report, State, Why
from recordings.keys import PublicKeys
from recordings.verifying import Advance, digest_of, signature_of, strangers, unread

_CLIP = re.compile(r"^(clip\.(mp4|webm)|cover\.pdf)$")


def is_clip(path: Path) -> bool:
    return path.is_dir() and any(
        (path / name).exists() for name in (PROOF, PROOF_SIGNATURE, "clip.mp4", "clip.webm")
    )


def verify_clip(path: Path, keys: PublicKeys | None, advance: Advance) -> Report:
    others = _unlisted(path)
    if not (path / PROOF).is_file():
        return Report(path.name, (Finding(Part.CLIP, PROOF, State.MISSING), *others))
    try:
        text = (path / PROOF).read_bytes()
    except OSError as failed:
        return Report(path.name, (unread(Part.CLIP, PROOF, failed), *others))
    try:
        proof = Proof.model_validate_json(text)
    except ValidationError:
        return Report(path.name, (Finding(Part.CLIP, PROOF, State.ALTERED, Why.UNREADABLE), *others))
    first = _signed(path, text, proof, keys)
    vouched = first.state if first.state is State.WHOLE else State.UNSIGNED
    files = [proof.clip, *([proof.cover] if proof.cover else [])]
    findings = [first, *(_file(path, each, vouched, advance) for each in files)]
    named = {PROOF, PROOF_SIGNATURE, *(each.file for each in files)}
    return Report(path.name, (*findings, *strangers(path, named)), proof.key)


def _unlisted(path: Path) -> list[Finding]:
    """Where the proof is gone, what would belong to it is no stranger."""
    return [
        Finding(Part.FILE if each.name == COVER else Part.CLIP, each.name, State.UNSIGNED, Why.NO_LIST)
        if _CLIP.match(each.name)
        else each
        for each in strangers(path, {PROOF, PROOF_SIGNATURE})
    ]


def _signed(path: Path, text: bytes, proof: Proof, keys: PublicKeys | None) -> Finding:
    signature = path / PROOF_SIGNATURE
    if not signature.is_file():
        return Finding(Part.CLIP, PROOF, State.MISSING, Why.NO_SIGNATURE)
    try:
        held = signature_of(signature.read_bytes(), text, proof.key, proof.exported_at.timestamp(), keys)
    except OSError as failed:
        return unread(Part.CLIP, PROOF_SIGNATURE, failed)
    return Finding(Part.CLIP, PROOF, held.state, held.why, held.said)


def _file(path: Path, named: NamedFile, vouched: State, advance: Advance) -> Finding:
    part = Part.FILE if named.file == COVER else Part.CLIP
    file = path / named.file
    if not _CLIP.match(named.file) or file.is_symlink():
        return Finding(part, named.file, State.ALTERED, Why.IS_A_LINK)
    if not file.is_file():
        return Finding(part, named.file, State.MISSING)
    try:
        found = digest_of(file, advance)
    except OSError as failed:
        return unread(part, named.file, failed)
    if found == named.sha256:
        return Finding(part, named.file, vouched)
    size = file.stat().st_size
    if size == named.bytes:
        return Finding(part, named.file, State.ALTERED, Why.OTHER_BYTES)
    said = {"is_bytes": f"{size:,}", "was_bytes": f"{named.bytes:,}"}
    return Finding(part, named.file, State.ALTERED, Why.SHORTER if size < named.bytes else Why.LONGER, said)
