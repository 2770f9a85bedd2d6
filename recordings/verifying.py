"""Whether a recording's folder is what was sealed. Needs the folder and the public keys, and nothing else.

The signature vouches for the manifest, the manifest for every file by its SHA-256, the chain for their order. So
the manifest is looked at first, and what agrees with one that nobody vouches for is `unsigned` and not `whole`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from pydantic import ValidationError

from recordings.archive.note import NOTE, is_archived
from recordings.chapters import mapped
from recordings.corrections import CORRECTIONS
from recordings.findings import Finding, Part, Report, State, Why, worst
from recordings.isolated.journal import JOURNAL, load
from recordings.keys import PublicKeys
from recordings.late import LATE
from recordings.manifest import ChapterEntry, FileEntry, IsolatedSource, Manifest, SegmentEntry
from recordings.stamping import stamp_of
from recordings.store import MANIFEST, SIGNATURE, STAMP, UnreadableManifest
from recordings.verifying_corrections import corrections_of, late_named

_SEGMENT = re.compile(r"^segment-\d{4,6}\.mkv$")
_ISOLATED = re.compile(r"^(desk|floor|document)-\d{4,6}\.mkv$")
_PLAYABLE = re.compile(r"^recording\.(mp4|webm)$")
_BLOCK = 4 << 20
_FITTING = (State.WHOLE, State.UNSIGNED, State.ELSEWHERE)  # nothing says that it is not what was sealed
_LISTED = {Part.SEGMENT, Part.ISOLATED, Part.LATE, Part.PLAYABLE}
_NO_LIST = (Why.UNREADABLE, Why.CANNOT_READ)  # of the signed corrections: they name late sources
_NOT_HERE = {True: Why.NOT_FETCHED, False: Why.NOTHING}
Authority = Sequence[x509.Certificate]
"""Certificates of who made the time stamps."""
Advance = Callable[[int], None]
"""Called with each number of bytes that was read."""


def is_recording(path: Path) -> bool:
    """Also one whose manifest was taken away."""
    return path.is_dir() and any(
        each.name in (MANIFEST, SIGNATURE) or _SEGMENT.match(each.name) or _ISOLATED.match(each.name)
        for each in path.iterdir()
    )


def verify_recording(
    path: Path, keys: PublicKeys | None, advance: Advance = lambda count: None, authority: Authority | None = None
) -> Report:
    """`keys`, `authority` None: none was brought. What cannot be read is said of its file, and the rest is looked
    at all the same. Raises OSError where not even the folder can be."""
    try:
        text = (path / MANIFEST).read_bytes()
    except FileNotFoundError:
        manifest = None
        first = Finding(Part.MANIFEST, MANIFEST, State.MISSING)
    except OSError as failed:
        manifest, first = None, unread(Part.MANIFEST, MANIFEST, failed)
    else:
        manifest, first = _manifest(path, text, keys)
    if manifest is None:
        others = unlisted(path, {MANIFEST, SIGNATURE, STAMP, CORRECTIONS}, _LISTED)
        return Report(path.name, (first, *others))
    vouched = first.state if first.state is State.WHOLE else State.UNSIGNED
    isolated = _isolated(path, manifest)
    checker = _Files(path, manifest, isolated, vouched, advance)
    findings = [first, *checker.segments(), *checker.isolated(), *checker.playable()]
    findings += _chapters(manifest, vouched, {f.name: f.state for f in findings if f.part is Part.SEGMENT})
    # One that was sealed before recordings were signed has this file only if something was corrected since.
    if manifest.key or (path / CORRECTIONS).exists():
        findings += corrections_of(path, hashlib.sha256(text).hexdigest(), manifest.recording, keys)
    late = late_named(path, keys)
    findings += [
        checker.file(Part.LATE, LATE, each.file, each.bytes, each.sha256, worst((vouched, state)))
        for each, state in late
    ]
    findings += stamp_of(path, authority)
    named = {MANIFEST, SIGNATURE, STAMP, CORRECTIONS, *(segment.file for segment in manifest.segments)}
    named |= {manifest.playable.file} if manifest.playable else set()
    named |= {manifest.writing.file} if manifest.writing else set()
    named |= {NOTE, *(each.file for each, _ in late)}
    named |= {JOURNAL} if manifest.state == "open" else set()
    for source in isolated:
        named |= {each.file for each in source.segments} | ({source.writing.file} if source.writing else set())
    unlisted_parts = {Part.LATE} if any(f.name == CORRECTIONS and f.why in _NO_LIST for f in findings) else set()
    return Report(path.name, (*findings, *unlisted(path, named, unlisted_parts)), manifest.key)


def signature_of(signature: bytes, data: bytes, key_id: str, at: float | None, keys: PublicKeys | None) -> Finding:
    """Whether a key that was brought made the signature, at a time at which it was in use."""
    said = {"key": key_id}
    if keys is None:
        return Finding(Part.MANIFEST, "", State.UNSIGNED, Why.NO_KEY_BROUGHT, said)
    key = keys.find(key_id)
    if key is None:
        return Finding(Part.MANIFEST, "", State.UNSIGNED, Why.UNKNOWN_KEY, said)
    if not key.holds(signature, data):
        return Finding(Part.MANIFEST, "", State.ALTERED, Why.BAD_SIGNATURE, said)
    if at is None or not key.was_in_use(datetime.fromtimestamp(at + 0.001, UTC)):
        return Finding(Part.MANIFEST, "", State.ALTERED, Why.KEY_NOT_IN_USE, said)
    return Finding(Part.MANIFEST, "", State.WHOLE)


def _manifest(path: Path, text: bytes, keys: PublicKeys | None) -> tuple[Manifest | None, Finding]:
    def found(state: State, why: Why = Why.NOTHING, said: dict[str, str] | None = None) -> Finding:
        return Finding(Part.MANIFEST, MANIFEST, state, why, said or {})

    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError:
        return None, found(State.ALTERED, Why.UNREADABLE)
    if manifest.recording != path.name:
        return manifest, found(State.ALTERED, Why.OTHER_RECORDING, {"other": manifest.recording})
    if manifest.state == "open":
        return manifest, found(State.UNSIGNED, Why.NOT_SEALED)
    signature = path / SIGNATURE
    if not manifest.key and not signature.exists():
        return manifest, found(State.UNSIGNED, Why.NEVER_SIGNED)
    if not signature.is_file():
        return manifest, found(State.MISSING, Why.NO_SIGNATURE)
    try:
        held = signature_of(signature.read_bytes(), text, manifest.key, manifest.sealed_at, keys)
    except OSError as failed:
        held = unread(Part.MANIFEST, SIGNATURE, failed)
    return manifest, found(held.state, held.why, held.said)


class _Files:
    def __init__(
        self,
        path: Path,
        manifest: Manifest,
        isolated: Sequence[IsolatedSource],
        vouched: State,
        advance: Advance,
    ) -> None:
        self._path = path
        self._manifest = manifest
        self._isolated = isolated
        self._vouched = vouched
        self._advance = advance
        files = [*manifest.segments, *(each for source in isolated for each in source.segments)]
        self._named = {each.sha256: each.file for each in files}

    def segments(self) -> Iterator[Finding]:
        return self._chain(Part.SEGMENT, _SEGMENT, self._manifest.segments)

    def isolated(self) -> Iterator[Finding]:
        for source in self._isolated:
            yield from self._chain(Part.ISOLATED, _ISOLATED, source.segments)

    def _chain(self, part: Part, allowed: re.Pattern[str], files: Sequence[FileEntry]) -> Iterator[Finding]:
        before = ""
        for each in files:
            finding = self.file(part, allowed, each.file, each.bytes, each.sha256)
            if each.previous_sha256 != before and finding.state in _FITTING:
                finding = Finding(part, each.file, State.ALTERED, Why.CHAIN)
            before = each.sha256
            yield finding

    def playable(self) -> Iterator[Finding]:
        made = self._manifest.playable
        if made is not None:
            yield self.file(Part.PLAYABLE, _PLAYABLE, made.file, made.bytes, made.sha256)

    def file(
        self, part: Part, allowed: re.Pattern[str], name: str, size: int, sha256: str, vouched: State | None = None
    ) -> Finding:
        """`vouched`: what its own entry is worth, where that is not the manifest."""
        if not allowed.match(name):  # a name of ours never leads out of the folder
            return Finding(part, name, State.ALTERED, Why.NAME_NOT_OURS)
        path = self._path / name
        if path.is_symlink():
            return Finding(part, name, State.ALTERED, Why.IS_A_LINK)
        if not path.is_file():
            elsewhere = is_archived(path)
            return Finding(part, name, State.ELSEWHERE if elsewhere else State.MISSING, _NOT_HERE[elsewhere])
        try:
            found = digest_of(path, self._advance)
        except OSError as failed:
            return unread(part, name, failed)
        if found == sha256:
            return Finding(part, name, vouched or self._vouched)
        if found in self._named:
            return Finding(part, name, State.ALTERED, Why.CONTENT_OF, {"other": self._named[found]})
        is_size = path.stat().st_size
        if is_size == size:
            return Finding(part, name, State.ALTERED, Why.OTHER_BYTES)
        why = Why.SHORTER if is_size < size else Why.LONGER
        return Finding(part, name, State.ALTERED, why, {"is_bytes": f"{is_size:,}", "was_bytes": f"{size:,}"})


def _isolated(path: Path, manifest: Manifest) -> Sequence[IsolatedSource]:
    """Of a recording that is open they stand in the journal; a damaged one is a stranger, and so are its files."""
    if manifest.state != "open" or not (path / JOURNAL).is_file():
        return manifest.isolated
    try:
        return load(path, manifest.recording).sources
    except (UnreadableManifest, OSError):
        return ()


def _chapters(manifest: Manifest, vouched: State, segments: dict[str, State]) -> Iterator[Finding]:
    if manifest.state == "open":
        return
    readable = manifest.readable
    again = mapped([chapter.mark for chapter in manifest.chapters], readable)
    for number, (chapter, computed) in enumerate(zip(manifest.chapters, again, strict=True), 1):
        name = f"{number}. {chapter.mark.label}"
        if chapter.spans != computed.spans:
            yield Finding(Part.CHAPTER, name, State.ALTERED, Why.TIMES)
            continue
        if not chapter.spans:
            yield Finding(Part.CHAPTER, name, vouched, Why.NOT_RECORDED)
            continue
        touched = [segment.file for segment in readable if _overlap(chapter, segment)]
        state = worst([vouched, *(segments[file] for file in touched)])
        hurt = [file for file in touched if segments[file] not in _FITTING]
        why = Why.PARTS if hurt else _NOT_HERE[state is State.ELSEWHERE]
        yield Finding(Part.CHAPTER, name, state, why, {"parts": ", ".join(hurt)} if hurt else {})


def _overlap(chapter: ChapterEntry, segment: SegmentEntry) -> bool:
    ended = chapter.mark.ended_at
    return chapter.mark.started_at < segment.ended_epoch and (ended is None or ended > segment.started_epoch)


def strangers(path: Path, named: set[str]) -> Iterator[Finding]:
    """Everything in the folder, at any depth, that is not one of the `named`."""
    for each in sorted(path.rglob("*")):
        name = str(each.relative_to(path))
        if name not in named and (each.is_symlink() or not each.is_dir()):
            yield Finding(_part_of(name), name, State.ADDED, Why.NOT_NAMED)


def unlisted(path: Path, named: set[str], parts: set[Part]) -> Iterator[Finding]:
    """Of these `parts` the list that would name them is gone: nobody can say that somebody put them there."""
    for each in strangers(path, named):
        yield Finding(each.part, each.name, State.UNSIGNED, Why.NO_LIST) if each.part in parts else each


def unread(part: Part, name: str, failed: OSError) -> Finding:
    return Finding(part, name, State.UNREAD, Why.CANNOT_READ, {"system": failed.strerror or type(failed).__name__})


def _part_of(name: str) -> Part:
    parts = {Part.SEGMENT: _SEGMENT, Part.ISOLATED: _ISOLATED, Part.LATE: LATE, Part.PLAYABLE: _PLAYABLE}
    return next((part for part, pattern in parts.items() if pattern.match(name)), Part.FILE)


def digest_of(path: Path, advance: Advance) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            advance(len(block))
    return digest.hexdigest()
