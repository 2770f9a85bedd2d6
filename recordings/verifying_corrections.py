"""Whether the corrections of a recording are all there, in their order, and signed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from recordings.corrections import (
    CORRECTIONS,
    Closing,
    CorrectionsDamaged,
    Line,
    entry_in,
    read_lines,
)
from recordings.findings import Finding, Part, State, Why
from recordings.keys import PublicKeys
from recordings.late import LateEntry


def corrections_of(path: Path, manifest_sha256: str, recording: str, keys: PublicKeys | None) -> list[Finding]:
    """One finding for each entry and one for the file: whether it ends where it was closed."""
    if (path / CORRECTIONS).is_symlink() or not (path / CORRECTIONS).is_file():
        return [Finding(Part.CORRECTION, CORRECTIONS, State.MISSING)]
    try:
        lines = read_lines(path)
    except CorrectionsDamaged:
        return [Finding(Part.CORRECTION, CORRECTIONS, State.ALTERED, Why.UNREADABLE)]
    except OSError as failed:
        said = {"system": failed.strerror or type(failed).__name__}
        return [Finding(Part.CORRECTION, CORRECTIONS, State.UNREAD, Why.CANNOT_READ, said)]
    if not lines:
        return [Finding(Part.CORRECTION, CORRECTIONS, State.MISSING)]
    findings: list[Finding] = []
    follows, number = manifest_sha256, 0
    for line in lines[:-1]:
        number += 1
        findings.append(_entry(line, number, follows, recording, keys))
        with suppress(
            ValidationError
        ):  # one that was taken away is named once; those behind it keep their numbers
            number = entry_in(line).number
        follows = line.sha256
    return [_closed(lines, follows, recording, keys), *findings]


def _entry(line: Line, number: int, follows: str, recording: str, keys: PublicKeys | None) -> Finding:
    name = f"{CORRECTIONS} {number}"
    state, why = _signature(line, keys)
    try:
        entry = entry_in(line)
    except ValidationError:
        return Finding(Part.CORRECTION, name, State.ALTERED, why if state is State.ALTERED else Why.CHAIN)
    if state is State.ALTERED:
        return Finding(Part.CORRECTION, name, state, why)
    if entry.recording != recording:
        said = {"other": entry.recording}
        return Finding(Part.CORRECTION, name, State.ALTERED, Why.OTHER_RECORDING, said)
    key = keys.find(line.key) if keys is not None else None
    if key is not None and not key.was_in_use(entry.made_at):
        return Finding(Part.CORRECTION, name, State.ALTERED, Why.KEY_NOT_IN_USE, {"key": line.key})
    if entry.number > number:
        return Finding(Part.CORRECTION, name, State.MISSING)
    if entry.number != number or entry.follows != follows:
        return Finding(Part.CORRECTION, name, State.ALTERED, Why.CHAIN)
    return Finding(Part.CORRECTION, name, state, why, {"key": line.key} if why else {})


def _closed(lines: Sequence[Line], follows: str, recording: str, keys: PublicKeys | None) -> Finding:
    line = lines[-1]
    state, why = _signature(line, keys)
    if state is State.ALTERED:
        return Finding(Part.CORRECTION, CORRECTIONS, state, why)
    try:
        closing = Closing.model_validate_json(line.text)
    except ValidationError:
        return Finding(Part.CORRECTION, CORRECTIONS, State.MISSING, Why.NO_CLOSING_LINE)
    if closing.count > len(lines) - 1:
        said = {"were": str(closing.count), "here": str(len(lines) - 1)}
        return Finding(Part.CORRECTION, CORRECTIONS, State.MISSING, Why.FEWER_LINES, said)
    if closing.count != len(lines) - 1 or closing.follows != follows or closing.recording != recording:
        return Finding(Part.CORRECTION, CORRECTIONS, State.ALTERED, Why.CHAIN)
    return Finding(Part.CORRECTION, CORRECTIONS, state, why, {"key": line.key} if why else {})


def _signature(line: Line, keys: PublicKeys | None) -> tuple[State, Why]:
    if keys is None:
        return State.UNSIGNED, Why.NO_KEY_BROUGHT
    if keys.find(line.key) is None:
        return State.UNSIGNED, Why.UNKNOWN_KEY
    return (State.WHOLE, Why.NOTHING) if line.is_signed(keys) else (State.ALTERED, Why.BAD_SIGNATURE)


def late_named(path: Path, keys: PublicKeys | None) -> list[tuple[LateEntry, State]]:
    """The late sources that the list names, each with what its line is worth: a line that does not bear its
    signature vouches for nothing. (What the chain says is among the findings of the list itself.)"""
    try:
        lines = read_lines(path)
    except (CorrectionsDamaged, OSError):
        return []
    named: list[tuple[LateEntry, State]] = []
    for line in lines[:-1]:
        with suppress(ValidationError):
            entry = entry_in(line)
            if isinstance(entry, LateEntry):
                state, _why = _signature(line, keys)
                named.append((entry, state if state is State.WHOLE else State.UNSIGNED))
    return named
